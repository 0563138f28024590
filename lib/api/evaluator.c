/* evaluator.c - automl/evaluator.h. */
#include <automl/evaluator.h>

#include <inttypes.h>
#include <math.h>

#include "api/api.h"
#include "eval/metric.h"

/* A scorer of the host, in the context's list; metrics point to it. */
struct host_scorer {
    struct host_scorer *next;
    automl_scorer scorer;
};

static const struct metric *metric_at(int32_t i)
{
    int32_t n;
    const struct metric *const *all = metrics_all(&n);
    return i >= 0 && i < n ? all[i] : NULL;
}

int32_t automl_metric_count(void)
{
    int32_t n;
    metrics_all(&n);
    return n;
}

const char *automl_metric_name(int32_t i)
{
    const struct metric *m = metric_at(i);
    return m ? m->name : NULL;
}

const char *automl_metric_summary(int32_t i)
{
    const struct metric *m = metric_at(i);
    return m ? m->summary : NULL;
}

static automl_status check_classes(
    const int32_t *y, int64_t n, int32_t k, const char *argument, automl_error *err)
{
    for (int64_t i = 0; i < n; i++) {
        if (y[i] >= 0 && y[i] < k)
            continue;
        error_set(err, AUTOML_E_RANGE,
            "the argument '%s' has class %" PRId32 " in row %" PRId64 ", but classes run from 0 to %" PRId32,
            argument, y[i], i, k - 1);
        error_where(err, "%s", argument);
        return AUTOML_E_RANGE;
    }
    return AUTOML_OK;
}

automl_status automl_metric_score(automl_context *ctx, const char *name, int64_t n, int32_t k,
    int32_t positive, const int32_t *y, const double *proba, const int32_t *labels, const double *weights,
    double *out, automl_error *err)
{
    const struct metric *m = NULL;
    NOT_NULL(ctx);
    NOT_NULL(name);
    NOT_NULL(y);
    NOT_NULL(out);
    AT_LEAST(n, 0);
    AT_LEAST(k, 2);
    if (k == 2 && positive != 0 && positive != 1)
        return api_range(err, "positive", positive, "0 or 1");
    TRY(metric_find(ctx, name, k, &m, err));
    if (m->flags & METRIC_LABELS)
        NOT_NULL(labels);
    else
        NOT_NULL(proba);
    TRY(check_classes(y, n, k, "y", err));
    if (labels)
        TRY(check_classes(labels, n, k, "labels", err));
    struct metric_input in = {.n = n,
        .k = k,
        .positive = positive,
        .y = y,
        .proba = proba,
        .labels = labels,
        .w = weights,
        .mem = &ctx->mem};
    return m->score(m, &in, out, err);
}

automl_status automl_confusion_matrix(int64_t n, int32_t k, const int32_t *y, const int32_t *labels,
    const double *weights, double *out, automl_error *err)
{
    NOT_NULL(y);
    NOT_NULL(labels);
    NOT_NULL(out);
    AT_LEAST(n, 0);
    AT_LEAST(k, 1);
    TRY(check_classes(y, n, k, "y", err));
    TRY(check_classes(labels, n, k, "labels", err));
    confusion_matrix(n, k, y, labels, weights, out);
    return AUTOML_OK;
}

static automl_status score_by_host(
    const struct metric *self, const struct metric_input *in, double *out, automl_error *err)
{
    const automl_scorer *s = &((const struct host_scorer *)self->user)->scorer;
    const int32_t *labels = s->flags & AUTOML_SCORER_LABELS ? in->labels : NULL;
    double score = NAN;
    automl_status status = s->score(in->n, in->k, in->y, in->proba, labels, in->w, &score, s->user);
    if (status < 0)
        return error_set(err, AUTOML_E_CALLBACK, "the scorer '%s' of the host failed with %s", self->name,
            automl_status_name(status));
    *out = self->sign * score;
    return AUTOML_OK;
}

static void free_scorers(struct mem *m, void *data)
{
    for (struct host_scorer *s = data; s;) {
        struct host_scorer *next = s->next;
        mem_free(m, s);
        s = next;
    }
}

static automl_status check_scorer(const automl_scorer *scorer, automl_error *err)
{
    const uint32_t known = AUTOML_SCORER_LABELS | AUTOML_SCORER_CONCURRENT;
    TRY(api_struct(scorer, sizeof *scorer, "scorer", err));
    if (!scorer->name || !scorer->name[0])
        return api_null(err, "scorer.name");
    if (!scorer->score)
        return api_null(err, "scorer.score");
    if ((scorer->flags & ~known) == 0)
        return AUTOML_OK;
    error_set(err, AUTOML_E_ARGUMENT, "scorer '%s' has flags that this version does not know", scorer->name);
    error_where(err, "scorer.flags");
    return AUTOML_E_ARGUMENT;
}

automl_status automl_scorer_register(automl_context *ctx, const automl_scorer *scorer, automl_error *err)
{
    NOT_NULL(ctx);
    NOT_NULL(scorer);
    TRY(check_scorer(scorer, err));
    struct host_scorer *s = NEW(&ctx->mem, struct host_scorer);
    if (!s)
        return error_memory(err);
    s->scorer = *scorer;
    struct metric m = {.name = scorer->name,
        .summary = "a scorer of the host",
        .flags =
            METRIC_BINARY | METRIC_MULTICLASS | (scorer->flags & AUTOML_SCORER_LABELS ? METRIC_LABELS : 0),
        .best = INFINITY,
        .worst = -INFINITY,
        .score = score_by_host,
        .user = s,
        .concurrent = (scorer->flags & AUTOML_SCORER_CONCURRENT) != 0,
        .sign = scorer->greater_is_better ? 1 : -1};
    automl_status status = metric_register(ctx, &m, err);
    if (status < 0) {
        mem_free(&ctx->mem, s);
        return status;
    }
    pthread_mutex_lock(&ctx->lock);
    struct context_extension *slot = &ctx->extensions[CONTEXT_SCORERS];
    s->next = slot->data;
    *slot = (struct context_extension){.data = s, .free = free_scorers};
    pthread_mutex_unlock(&ctx->lock);
    return AUTOML_OK;
}
