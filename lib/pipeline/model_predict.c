/*
 * model_predict.c - probabilities of many rows, in blocks that are spread over threads.
 *
 * A block's size follows from the number of classes alone and every row is computed for itself, so neither
 * the number of threads nor the rows around it change a row's bits; predictor.c adds in the same order.
 */
#include "pipeline/model.h"

#include <math.h>
#include <string.h>

#include "pipeline/parallel.h"

/* Rows of a block, and most probabilities of a block with many classes: they stay within a few MiB. */
enum { BLOCK_ROWS = 8192, BLOCK_VALUES = 1 << 20 };

struct predict {
    const automl_pipeline *p;
    struct frame *x;
    const struct stop *stop;
    double *proba;
    double weights; /* sum over members */
    int64_t block;
};

static int64_t block_rows(int32_t k)
{
    int64_t rows = BLOCK_VALUES / k;
    return rows > BLOCK_ROWS ? BLOCK_ROWS : rows < 1 ? 1 : rows;
}

/* Rows [begin, begin + n) of x, borrowed: columns in order move their base, others their index. */
static struct frame *slice(struct mem *m, const struct frame *x, int64_t begin, int64_t n)
{
    struct frame *s = frame_create(m, n, x->n_cols);
    for (int32_t j = 0; s != NULL && j < x->n_cols; j++) {
        frame_share_col(s, j, x, j);
        struct frame_col *c = &s->cols[j];
        c->bins = NULL;
        if (c->rows != NULL)
            c->rows += begin;
        else if (c->kind == FRAME_CATEGORY)
            c->codes += begin;
        else
            c->x += begin;
    }
    return s;
}

/* sum[0..n) := the sum of the member's replicas; `one` holds those of a single replica. */
static automl_status sum_replicas(const struct predict *q, const struct model_member *v, struct frame *x,
    int64_t n, double *sum, double *one, automl_error *err)
{
    TRY(fitted_predict_proba(v->replicas[0], x, q->p->mem, q->stop, sum, err));
    for (int32_t j = 1; j < v->n_replicas; j++) {
        TRY(fitted_predict_proba(v->replicas[j], x, q->p->mem, q->stop, one, err));
        for (int64_t i = 0; i < n; i++)
            sum[i] += one[i];
    }
    return AUTOML_OK;
}

static automl_status predict_rows(
    const struct predict *q, struct frame *x, double *scratch, double *proba, automl_error *err)
{
    int64_t n = x->n_rows * q->p->schema->n_classes;
    memset(proba, 0, (size_t)n * sizeof *proba);
    for (int32_t i = 0; i < q->p->n_members; i++) {
        const struct model_member *v = &q->p->members[i];
        double share = v->weight / q->weights;
        TRY(sum_replicas(q, v, x, n, scratch, scratch + n, err));
        for (int64_t j = 0; j < n; j++)
            proba[j] += share * (scratch[j] / v->n_replicas);
    }
    model_finish(q->p, x->n_rows, proba);
    return AUTOML_OK;
}

static automl_status predict_block(void *arg, int64_t b, automl_error *err)
{
    const struct predict *q = arg;
    int32_t k = q->p->schema->n_classes;
    int64_t begin = b * q->block;
    int64_t n = q->x->n_rows - begin < q->block ? q->x->n_rows - begin : q->block;
    TRY(stop_status(q->stop, err));
    struct frame *x = slice(q->p->mem, q->x, begin, n);
    double *scratch = mem_alloc_array(q->p->mem, (size_t)n * (size_t)k, 2 * sizeof *scratch);
    automl_status status = x != NULL && scratch != NULL
                               ? predict_rows(q, x, scratch, q->proba + begin * k, err)
                               : error_memory(err);
    mem_free(q->p->mem, scratch);
    frame_unref(x);
    return status;
}

void model_finish(const automl_pipeline *p, int64_t n, double *proba)
{
    int32_t k = p->schema->n_classes;
    apply_temperature(p->temperature, n, k, proba);
    for (int64_t i = 0; i < n; i++) {
        double *row = proba + i * k;
        bool finite = true;
        for (int32_t c = 0; c < k; c++)
            finite = finite && isfinite(row[c]);
        if (!finite)
            memcpy(row, p->priors, (size_t)k * sizeof *row);
    }
}

automl_status model_predict_proba(const automl_pipeline *p, struct frame *x, struct pool *pool,
    const struct stop *stop, double *proba, automl_error *err)
{
    if (x->n_cols != p->schema->n_cols)
        return error_set(err, AUTOML_E_SCHEMA, "the rows have %d columns, but the model was fitted on %d",
            (int)x->n_cols, (int)p->schema->n_cols);
    struct predict q = {.p = p, .x = x, .stop = stop != NULL ? stop : &stop_never, .proba = proba};
    for (int32_t i = 0; i < p->n_members; i++)
        q.weights += p->members[i].weight;
    q.block = block_rows(p->schema->n_classes);
    return parallel_try(pool, (x->n_rows + q.block - 1) / q.block, predict_block, &q, err);
}

void model_decide(const automl_pipeline *p, int64_t n, const double *proba, int32_t *labels)
{
    decide_rows(&p->decision, n, p->schema->n_classes, proba, labels);
}
