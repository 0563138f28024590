/*
 * importance.c - permutation importance of the source features (Breiman 2001): how much the score of a sample
 * of the test rows falls when one column is shuffled.
 */
#include <math.h>
#include <string.h>

#include "base/sort.h"
#include "job/run.h"
#include "pipeline/parallel.h"

enum { MAX_ROWS = 2000, MIN_ROWS = 100 };

/* Counted operations that all features together may cost: some seconds. */
static const double MAX_OPERATIONS = 1e10;

struct permuted {
    struct job_run *u;
    struct frame *x; /* the sample */
    int64_t n;
    int32_t *y;
    double *w;
    struct stop stop;
    double *scores; /* per feature */
};

static automl_status score_frame(
    const struct permuted *v, struct frame *x, struct pool *pool, double *out, automl_error *err)
{
    const struct job_run *u = v->u;
    const automl_pipeline *model = u->r->model;
    double *proba = NEW_ARRAY(u->mem, v->n * u->k, double);
    int32_t *labels = NEW_ARRAY(u->mem, v->n, int32_t);
    automl_status status = proba != NULL && labels != NULL ? AUTOML_OK : error_memory(err);
    if (status >= 0)
        status = model_predict_proba(model, x, pool, &v->stop, proba, err);
    if (status >= 0) {
        model_decide(model, v->n, proba, labels);
        struct metric_input in = {.n = v->n,
            .k = u->k,
            .positive = u->setting.positive,
            .y = v->y,
            .proba = proba,
            .labels = labels,
            .w = v->w,
            .mem = u->mem};
        status = u->setting.metric->score(u->setting.metric, &in, out, err);
    }
    mem_free(u->mem, proba);
    mem_free(u->mem, labels);
    return status;
}

/* The sample with column j shuffled. */
static struct frame *shuffle_column(const struct permuted *v, int32_t j)
{
    struct mem *m = v->u->mem;
    struct rng stream = rng_split(&v->u->rng, STREAM_IMPORTANCE), r = rng_split(&stream, (uint64_t)j + 1);
    struct frame *one = frame_columns(v->x, &j, 1), *shuffled = NULL;
    struct frame *x = frame_create(m, v->n, v->x->n_cols);
    int32_t *order = NEW_ARRAY(m, v->n, int32_t);
    if (one != NULL && x != NULL && order != NULL) {
        for (int64_t i = 0; i < v->n; i++)
            order[i] = (int32_t)i;
        rng_shuffle(&r, order, v->n);
        shuffled = frame_take(one, order, v->n);
    }
    for (int32_t i = 0; shuffled != NULL && i < x->n_cols; i++)
        frame_share_col(x, i, i == j ? shuffled : v->x, i == j ? 0 : i);
    if (shuffled == NULL) {
        frame_unref(x);
        x = NULL;
    }
    mem_free(m, order);
    frame_unref(one);
    frame_unref(shuffled);
    return x;
}

static automl_status score_feature(void *arg, int64_t j, automl_error *err)
{
    const struct permuted *v = arg;
    struct frame *x = shuffle_column(v, (int32_t)j);
    if (x == NULL)
        return error_memory(err);
    automl_status status = score_frame(v, x, NULL, &v->scores[j], err);
    frame_unref(x);
    return status;
}

static void permuted_clear(struct permuted *v)
{
    struct mem *m = v->u->mem;
    frame_unref(v->x);
    mem_free(m, v->y);
    mem_free(m, v->w);
    mem_free(m, v->scores);
}

/* n of the side's rows that have a known label; fewer if there are fewer. */
static automl_status take_sample(struct permuted *v, const struct job_side *s, int64_t n, automl_error *err)
{
    struct mem *m = v->u->mem;
    struct rng stream = rng_split(&v->u->rng, STREAM_IMPORTANCE), r = rng_split(&stream, 0);
    int32_t *known = NEW_ARRAY(m, s->n, int32_t), *pick = NEW_ARRAY(m, n, int32_t);
    int64_t n_known = 0;
    v->y = NEW_ARRAY(m, n, int32_t);
    v->w = s->w != NULL ? NEW_ARRAY(m, n, double) : NULL;
    v->scores = NEW_ARRAY(m, s->x->n_cols, double);
    bool ok = known && pick && v->y && v->scores && (s->w == NULL || v->w);
    for (int64_t i = 0; ok && i < s->n; i++)
        if (s->y[i] >= 0)
            known[n_known++] = (int32_t)i;
    v->n = n < n_known ? n : n_known;
    if (ok)
        rng_sample(&r, (int32_t)n_known, (int32_t)v->n, pick);
    for (int64_t i = 0; ok && i < v->n; i++) {
        pick[i] = known[pick[i]];
        v->y[i] = s->y[pick[i]];
        if (v->w != NULL)
            v->w[i] = s->w[pick[i]];
    }
    v->x = ok ? frame_take(s->x, pick, v->n) : NULL;
    mem_free(m, known);
    mem_free(m, pick);
    return v->x != NULL ? AUTOML_OK : error_memory(err);
}

static automl_status score_all(struct permuted *v, automl_error *err)
{
    struct job_run *u = v->u;
    const struct metric *m = u->setting.metric;
    bool may_spread = m->user == NULL || m->concurrent;
    struct pool *pool = may_spread ? u->pool : NULL;
    double base = NAN;
    int64_t start = clock_now(u->ctx->clock);
    TRY(score_frame(v, v->x, NULL, &base, err));
    double seconds = clock_seconds_since(u->ctx->clock, start) * v->x->n_cols / pool_threads(u->pool);
    if (!run_has_time(u, 1.2 * seconds))
        return error_set(err, AUTOML_E_BUDGET, "there was no time for it");
    TRY(parallel_try(pool, v->x->n_cols, score_feature, v, err));
    for (int32_t j = 0; j < v->x->n_cols; j++)
        v->scores[j] = base - v->scores[j];
    return AUTOML_OK;
}

static automl_status compute(struct job_run *u, int64_t rows, automl_error *err)
{
    struct permuted v = {.u = u};
    v.stop = (struct stop){.cancel = &u->job->cancel, .clock = u->ctx->clock, .deadline_ns = DEADLINE_NONE};
    if (budget_limited(&u->budget))
        v.stop.deadline_ns = u->budget.deadline_ns - (int64_t)(u->files_s * 1e9);
    automl_status status = take_sample(&v, &u->test, rows, err);
    if (status >= 0)
        status = score_all(&v, err);
    if (status >= 0) {
        u->r->importance = v.scores;
        v.scores = NULL;
    }
    permuted_clear(&v);
    return status;
}

automl_status run_importance(struct job_run *u, automl_error *err)
{
    automl_error why = {0};
    double per_row = model_row_cost(u->r->model) * u->n_features;
    double rows = fmin(fmin(MAX_ROWS, (double)u->test.n), floor(MAX_OPERATIONS / fmax(per_row, 1)));
    if (u->test.data == NULL)
        return AUTOML_OK;
    if (rows < fmin(MIN_ROWS, (double)u->test.n)) {
        run_warn(u, "the importance of features is left out: the model is too expensive for %d of them",
            (int)u->n_features);
        return AUTOML_OK;
    }
    int64_t failures = mem_failures(&u->ctx->mem);
    automl_status status = u->r->search.stopped
                               ? error_set(&why, AUTOML_E_CANCELLED, "the job was stopped on request")
                               : compute(u, (int64_t)rows, &why);
    TRY(run_abandoned(u, err));
    /* Not the job's limit: the host has no more memory. */
    if (status == AUTOML_E_MEMORY && mem_failures(&u->ctx->mem) > failures)
        return error_copy(err, &why);
    if (status >= 0)
        return AUTOML_OK;
    bool by_clock = status == AUTOML_E_BUDGET || status == AUTOML_E_CANCELLED;
    u->r->partial = u->r->partial || by_clock;
    u->r->reproducible = u->r->reproducible && !by_clock;
    run_warn(u, "the importance of features is left out: %s", why.message);
    return AUTOML_OK;
}
