/*
 * fuzz_model.c - a model that loads predicts probabilities, the same by row and by batch, and saves itself so
 * that it loads as the same. The input is a model file, or the parts of one (parts.h).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "pipeline/model.h"

enum { ROWS = 7, CELLS = 1 << 16 };

/* What column j holds in row i; missing in the last row. */
static double cell(const struct schema_col *c, int32_t i, int32_t j)
{
    static const double numbers[] = {0, 1, -1.5, 40, 1e300, -1e9};
    if (i == ROWS - 1)
        return (double)NAN;
    if (c->type == COLUMN_CATEGORICAL)
        return c->n_levels > 0 ? (i + j) % c->n_levels : (double)NAN;
    return c->type == COLUMN_BOOLEAN ? (i + j) % 2 : numbers[(i + j) % 6];
}

static struct frame *make_frame(struct mem *m, const struct schema *s)
{
    struct frame *f = frame_create(m, ROWS, s->n_cols);
    FUZZ_CHECK(f);
    for (int32_t j = 0; j < s->n_cols; j++) {
        bool category = s->cols[j].type == COLUMN_CATEGORICAL;
        struct block *b = block_create(m, ROWS, category ? sizeof(int32_t) : sizeof(double));
        FUZZ_CHECK(b);
        f->cols[j] = (struct frame_col){.kind = category ? FRAME_CATEGORY : FRAME_NUMERIC,
            .n_levels = category ? s->cols[j].n_levels : 0,
            .x = category ? NULL : b->data,
            .codes = category ? b->data : NULL,
            .values = b};
        for (int32_t i = 0; i < ROWS; i++) {
            double v = cell(&s->cols[j], i, j);
            if (category)
                ((int32_t *)b->data)[i] = isnan(v) ? -1 : (int32_t)v;
            else
                ((double *)b->data)[i] = v;
        }
    }
    return f;
}

static void check_rows(automl_pipeline *p, const double *proba)
{
    struct automl_predictor *r = NULL;
    const struct schema *s = p->schema;
    double *row = calloc((size_t)s->n_cols, sizeof *row), *one = calloc((size_t)s->n_classes, sizeof *one);
    FUZZ_CHECK(row && one && predictor_create(p, &r, NULL) == AUTOML_OK);
    for (int32_t i = 0; i < ROWS; i++) {
        double sum = 0;
        for (int32_t j = 0; j < s->n_cols; j++)
            row[j] = cell(&s->cols[j], i, j);
        int32_t label = predictor_row(r, row, one);
        FUZZ_CHECK(label >= 0 && label < s->n_classes);
        FUZZ_CHECK(memcmp(one, proba + i * s->n_classes, (size_t)s->n_classes * sizeof *one) == 0);
        for (int32_t c = 0; c < s->n_classes; sum += one[c++])
            FUZZ_CHECK(one[c] >= 0 && one[c] <= 1);
        FUZZ_CHECK(fabs(sum - 1) < 1e-6);
    }
    predictor_free(r);
    free(row);
    free(one);
}

static void check_predictions(automl_pipeline *p)
{
    if ((int64_t)p->schema->n_cols * ROWS > CELLS || (int64_t)p->schema->n_classes * ROWS > CELLS)
        return;
    struct frame *x = make_frame(p->mem, p->schema);
    double *proba = calloc((size_t)p->schema->n_classes * ROWS, sizeof *proba);
    FUZZ_CHECK(proba);
    if (model_predict_proba(p, x, NULL, &stop_never, proba, NULL) >= 0)
        check_rows(p, proba);
    free(proba);
    frame_unref(x);
}

static void check_saved(automl_context *ctx, const automl_pipeline *p)
{
    uint8_t *first = NULL, *second = NULL;
    int64_t n = 0, n_second = 0;
    automl_pipeline *again = NULL;
    FUZZ_CHECK(model_save(p, &first, &n, NULL) == AUTOML_OK);
    FUZZ_CHECK(model_load(ctx, first, (size_t)n, &again, NULL) == AUTOML_OK);
    FUZZ_CHECK(model_save(again, &second, &n_second, NULL) == AUTOML_OK);
    FUZZ_CHECK(n == n_second && memcmp(first, second, (size_t)n) == 0);
    model_unref(again);
    mem_free(&ctx->mem, first);
    mem_free(&ctx->mem, second);
}

static bool load(automl_context *ctx, const void *bytes, size_t n)
{
    automl_pipeline *p = NULL;
    automl_error err = {0};
    if (model_load(ctx, bytes, n, &p, &err) < 0) {
        FUZZ_CHECK(err.message[0]);
        return false;
    }
    check_predictions(p);
    check_saved(ctx, p);
    model_unref(p);
    return true;
}

bool fuzz_one(const uint8_t *data, size_t n)
{
    automl_context *ctx = fuzz_context();
    uint8_t *joined = NULL;
    int64_t n_joined = 0;
    char *copy = fuzz_copy(data, n);
    bool understood = load(ctx, copy, n);
    if (parts_join(&ctx->mem, data, n, &joined, &n_joined))
        understood = load(ctx, joined, (size_t)n_joined) || understood;
    mem_free(&ctx->mem, joined);
    free(copy);
    fuzz_context_end(ctx);
    return understood;
}
