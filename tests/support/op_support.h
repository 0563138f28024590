/*
 * op_support.h - small frames and fitted operators for tests. Every function fails the test if it cannot do
 * its work.
 */
#ifndef TESTS_SUPPORT_OP_SUPPORT_H
#define TESTS_SUPPORT_OP_SUPPORT_H

#include "ops/operator.h"

/* Numeric columns from a row-major table. */
struct frame *frame_of_numbers(struct mem *m, const double *table, int64_t n, int32_t p);
/* Category columns with `levels` levels each from a row-major table. */
struct frame *frame_of_codes(struct mem *m, const int32_t *table, int64_t n, int32_t p, int32_t levels);
/* The same rows through an index over a shuffled base: nothing is in order in memory. */
struct frame *frame_shuffled(struct mem *m, const struct frame *x);

/* By name and settings as JSON text (NULL: defaults), not fitted. ctx may be NULL. */
struct op *op_made(automl_context *ctx, struct mem *m, const char *name, const char *settings);
automl_status op_fit_on(
    struct op *op, struct frame *x, const int32_t *y, int32_t n_classes, automl_error *err);
/* Created and fitted. */
struct op *op_fitted(struct mem *m, const char *name, const char *settings, struct frame *x, const int32_t *y,
    int32_t n_classes);
struct frame *op_output(const struct op *op, struct frame *x);

/* Equal bits, or both NaN. */
bool same_bits(double a, double b);
/* |a - b| <= tolerance * max(1, |b|), or both NaN, or equal. */
bool nearly(double a, double b, double tolerance);
/* Fails the test where the frame differs from the row-major table. */
void assert_table(const struct frame *f, const double *table, int64_t n, int32_t p, double tolerance);
/* Both frames have the same columns and bits. */
void assert_same_frame(const struct frame *a, const struct frame *b);
/* Every row through op_apply_row gives the bits of the batch output (n_rows x n_out, by frame_value). */
void assert_rows_agree(const struct op *op, struct frame *x, const struct frame *out);

#endif
