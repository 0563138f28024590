/* op_support.c - see op_support.h. */
#include "op_support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct frame *frame_of_numbers(struct mem *m, const double *table, int64_t n, int32_t p)
{
    double *x;
    struct frame *f = frame_dense(m, n, p, &x);
    assert_non_null(f);
    for (int64_t i = 0; i < n; i++)
        for (int32_t j = 0; j < p; j++)
            x[j * n + i] = table[i * p + j];
    return f;
}

struct frame *frame_of_codes(struct mem *m, const int32_t *table, int64_t n, int32_t p, int32_t levels)
{
    struct frame *f = frame_create(m, n, p);
    assert_non_null(f);
    for (int32_t j = 0; j < p; j++) {
        struct block *b = block_create(m, (size_t)n, sizeof(int32_t));
        assert_non_null(b);
        int32_t *codes = b->data;
        for (int64_t i = 0; i < n; i++)
            codes[i] = table[i * p + j];
        f->cols[j] =
            (struct frame_col){.kind = FRAME_CATEGORY, .n_levels = levels, .codes = codes, .values = b};
    }
    return f;
}

struct frame *frame_shuffled(struct mem *m, const struct frame *x)
{
    int32_t n = (int32_t)x->n_rows;
    int32_t *there = malloc((size_t)n * sizeof *there), *back = malloc((size_t)n * sizeof *back);
    assert_true(there && back);
    struct rng r = rng_seed(5);
    for (int32_t i = 0; i < n; i++)
        there[i] = i;
    rng_shuffle(&r, there, n);
    for (int32_t i = 0; i < n; i++)
        back[there[i]] = i;
    struct frame *base = frame_create(m, n, x->n_cols);
    assert_non_null(base);
    for (int32_t j = 0; j < x->n_cols; j++) {
        bool numeric = x->cols[j].kind == FRAME_NUMERIC;
        struct block *b = block_create(m, (size_t)n, numeric ? sizeof(double) : sizeof(int32_t));
        assert_non_null(b);
        for (int32_t i = 0; i < n; i++) {
            double v = frame_value(x, j, there[i]);
            if (numeric)
                ((double *)b->data)[i] = v;
            else
                ((int32_t *)b->data)[i] = isnan(v) ? -1 : (int32_t)v;
        }
        base->cols[j] = (struct frame_col){.kind = x->cols[j].kind,
            .n_levels = x->cols[j].n_levels,
            .x = numeric ? b->data : NULL,
            .codes = numeric ? NULL : b->data,
            .values = b};
    }
    struct frame *f = frame_take(base, back, n);
    assert_non_null(f);
    frame_unref(base);
    free(there);
    free(back);
    return f;
}

struct op *op_made(automl_context *ctx, struct mem *m, const char *name, const char *settings)
{
    automl_error *err = automl_error_create();
    const struct op_class *cls = NULL;
    struct params *p = NULL;
    struct json *json = NULL;
    struct op *op = NULL;
    if (operator_find(ctx, name, &cls, err) < 0 || params_create(m, cls->params, &p, err) < 0)
        fail_msg("%s: %s", name, automl_error_message(err));
    if (settings &&
        (json_parse(m, settings, strlen(settings), &json, err) < 0 || params_merge_json(p, json, err) < 0))
        fail_msg("%s %s: %s", name, settings, automl_error_message(err));
    if (op_create(m, cls, p, &op, err) < 0)
        fail_msg("%s: %s", name, automl_error_message(err));
    json_free(json);
    params_free(p);
    automl_error_free(err);
    return op;
}

automl_status op_fit_on(
    struct op *op, struct frame *x, const int32_t *y, int32_t n_classes, automl_error *err)
{
    struct op_fit in = {
        .x = x, .y = y, .n_classes = n_classes, .rng = rng_seed(1), .stop = &stop_never, .mem = op->mem};
    return op_fit(op, &in, err);
}

struct op *op_fitted(struct mem *m, const char *name, const char *settings, struct frame *x, const int32_t *y,
    int32_t n_classes)
{
    automl_error *err = automl_error_create();
    struct op *op = op_made(NULL, m, name, settings);
    if (op_fit_on(op, x, y, n_classes, err) < 0)
        fail_msg("%s: %s", automl_error_where(err), automl_error_message(err));
    automl_error_free(err);
    return op;
}

struct frame *op_output(const struct op *op, struct frame *x)
{
    automl_error *err = automl_error_create();
    struct frame *out = NULL;
    if (op_transform(op, x, op->mem, &stop_never, &out, err) < 0)
        fail_msg("%s: %s", automl_error_where(err), automl_error_message(err));
    automl_error_free(err);
    return out;
}

bool same_bits(double a, double b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

bool nearly(double a, double b, double tolerance)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    return a == b || fabs(a - b) <= tolerance * fmax(1, fabs(b));
}

void assert_table(const struct frame *f, const double *table, int64_t n, int32_t p, double tolerance)
{
    assert_int_equal(f->n_rows, n);
    assert_int_equal(f->n_cols, p);
    for (int64_t i = 0; i < n; i++)
        for (int32_t j = 0; j < p; j++)
            if (!nearly(frame_value(f, j, i), table[i * p + j], tolerance))
                fail_msg("row %d, column %d: %.17g instead of %.17g", (int)i, (int)j, frame_value(f, j, i),
                    table[i * p + j]);
}

void assert_same_frame(const struct frame *a, const struct frame *b)
{
    assert_int_equal(a->n_rows, b->n_rows);
    assert_int_equal(a->n_cols, b->n_cols);
    for (int32_t j = 0; j < a->n_cols; j++) {
        assert_int_equal(a->cols[j].kind, b->cols[j].kind);
        assert_int_equal(a->cols[j].n_levels, b->cols[j].n_levels);
        for (int64_t i = 0; i < a->n_rows; i++)
            if (!same_bits(frame_value(a, j, i), frame_value(b, j, i)))
                fail_msg("row %d, column %d: %.17g and %.17g", (int)i, (int)j, frame_value(a, j, i),
                    frame_value(b, j, i));
    }
}

void assert_rows_agree(const struct op *op, struct frame *x, const struct frame *out)
{
    double *in = malloc((size_t)op->n_in * sizeof *in), *row = malloc((size_t)op->n_out * sizeof *row);
    double *scratch = malloc((size_t)(op_row_scratch(op) + 1) * sizeof *scratch);
    assert_true(in && row && scratch);
    for (int64_t i = 0; i < x->n_rows; i++) {
        for (int32_t j = 0; j < op->n_in; j++)
            in[j] = frame_value(x, j, i);
        op_apply_row(op, in, row, scratch);
        for (int32_t j = 0; j < op->n_out; j++)
            if (!same_bits(row[j], frame_value(out, j, i)))
                fail_msg("%s, row %d, column %d: %.17g in a row, %.17g in a batch", op->cls->name, (int)i,
                    (int)j, row[j], frame_value(out, j, i));
    }
    free(in);
    free(row);
    free(scratch);
}
