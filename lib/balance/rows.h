/*
 * rows.h - what samplers share: rows by class, wanted class sizes, and the output out of a list of rows.
 */
#ifndef BALANCE_ROWS_H
#define BALANCE_ROWS_H

#include "balance/balancer.h"

enum { BALANCE_UNDER_ROWS = 1000 }; /* undersampling keeps at least this many rows, if there are */

/* Rows in order of class, ascending within one: rows[begin[c]..begin[c + 1]). */
struct class_rows {
    struct mem *mem;
    int64_t *begin; /* k + 1 */
    int32_t *rows;  /* n */
};

automl_status class_rows_create(const struct balance_in *in, struct class_rows *out, automl_error *err);
void class_rows_free(struct class_rows *c);
int64_t class_rows_count(const struct class_rows *c, int32_t i);

/* AUTOML_E_RANGE unless 0 < ratio <= 1. */
automl_status balance_check_ratio(double ratio, automl_error *err);
/* Sizes after oversampling: each class that occurs is raised to ratio times the largest, rounded down. */
void balance_over_targets(const struct class_rows *c, int32_t k, double ratio, int64_t *targets);
/* Sizes after undersampling: no class keeps more than 1/ratio times the smallest, rounded down; that limit is
 * raised, the same for all, as far as min(n, BALANCE_UNDER_ROWS) rows in all need it. */
void balance_under_targets(const struct class_rows *c, int32_t k, double ratio, int64_t *targets);

/* The rows idx[0..n) of the input, labels and weights with them; the columns are views. */
automl_status balance_take(
    const struct balance_in *in, const int32_t *idx, int64_t n, struct balance_out *out, automl_error *err);

#endif
