/*
 * column.h - what transformers share: reading columns block by block and building the output frame.
 */
#ifndef OPS_SHARED_COLUMN_H
#define OPS_SHARED_COLUMN_H

#include "ops/operator.h"

/* Rows of a block: 32 KiB of doubles, so that a second pass over it reads the first-level cache. */
enum { COLUMN_BLOCK = 4096 };

/* Values [begin, end) of column j as doubles, at most COLUMN_BLOCK: the base itself if the column is numeric
 * and in order, else gathered into scratch. */
const double *column_block(const struct frame *f, int32_t j, int64_t begin, int64_t end, double *scratch);
bool column_has_missing(const struct frame *f, int32_t j);
/* The values of numeric column j that are not missing, in order, into out (n_rows of room); returns how many.
 */
int64_t column_present(const struct frame *f, int32_t j, double *out);
/* v[0..n) without its NaN, into out; returns how many. */
int64_t column_compact(const double *v, int64_t n, double *out);

/* AUTOML_E_DATA: column j holds infinite values, or so large ones that sums overflow. */
automl_status column_not_finite(automl_error *err, int32_t j);

/* fn(arg, j) for each column, on the pool if there is enough work. fn returns early once `stop` says so;
 * check stop_status afterwards. */
void column_for(struct pool *pool, const struct frame *x, void (*fn)(void *arg, int64_t j), void *arg);

/* What fit learns of column j alone; false: it holds values that are not finite. Runs on any thread. */
typedef bool (*column_learn_fn)(struct op *op, const struct op_fit *in, int32_t j);
/* Learns every numeric column through column_for; AUTOML_E_DATA names the first that is not finite. */
automl_status columns_learn(struct op *op, const struct op_fit *in, column_learn_fn learn, automl_error *err);

/* Where the levels of each input column begin if those of all columns lie one behind the other; returns how
 * many there are. */
int64_t columns_levels(const struct op *op, int64_t *out_start);

/* An output frame under construction, filled from its first column to its last. */
struct columns {
    struct frame *out;   /* the result; columns below `at` are done */
    struct frame *fresh; /* owns the memory of the new columns */
    double *x;           /* of the next new column */
    int32_t at;
    int32_t used; /* of fresh's columns */
};

/* n_out columns, n_fresh of them new numeric ones. On failure there is nothing to drop. */
automl_status columns_begin(
    struct columns *c, struct mem *m, int64_t n_rows, int32_t n_out, int32_t n_fresh, automl_error *err);
/* The next column is column j of x, shared. */
void columns_share(struct columns *c, const struct frame *x, int32_t j);
/* The next column is new: n_rows doubles to fill in, right behind those of the new column before. */
double *columns_next(struct columns *c);
/* The finished frame; all n_out columns must have been given. */
struct frame *columns_end(struct columns *c);
void columns_drop(struct columns *c);

/* What column j of x becomes: n_rows doubles to fill in. */
typedef void (*column_map_fn)(const struct op *op, const struct frame *x, int32_t j, double *out);
/* The transform of operators that put one new column in place of each column of a kind and share the others.
 */
automl_status columns_map(const struct op *op, const struct frame *x, struct mem *mem,
    const struct stop *stop, enum frame_kind kind, column_map_fn map, struct frame **out, automl_error *err);

#endif
