/*
 * model.c - a fitted pipeline as one object: making it, sharing it, checking it.
 */
#include "pipeline/model.h"

#include <math.h>
#include <string.h>

/* What a stored temperature may be; those that are fitted lie well within. */
static const double coldest = 0.01, hottest = 100;

automl_status model_create(
    automl_context *ctx, struct schema *schema, automl_pipeline **out, automl_error *err)
{
    struct mem *m = &ctx->mem;
    int32_t k = schema->n_classes;
    automl_pipeline *p = NEW(m, automl_pipeline);
    if (p == NULL)
        return error_memory(err);
    p->mem = m;
    p->priors = NEW_ARRAY(m, k, double);
    p->balance_rule = mem_strdup(m, balance_rule_name(BALANCE_RULE_NONE));
    if (p->priors == NULL || p->balance_rule == NULL) {
        mem_free(m, p->priors);
        mem_free(m, p->balance_rule);
        mem_free(m, p);
        return error_memory(err);
    }
    for (int32_t c = 0; c < k; c++)
        p->priors[c] = 1.0 / k;
    atomic_init(&p->refs, 1);
    p->ctx = context_ref(ctx);
    p->schema = schema;
    p->temperature = 1;
    *out = p;
    return AUTOML_OK;
}

automl_pipeline *model_ref(automl_pipeline *p)
{
    atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
    return p;
}

static void member_clear(struct mem *m, struct model_member *v)
{
    for (int32_t i = 0; v->replicas != NULL && i < v->n_replicas; i++)
        fitted_unref(v->replicas[i]);
    mem_free(m, v->replicas);
    graph_unref(v->graph);
}

void model_unref(automl_pipeline *p)
{
    if (p == NULL || atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (int32_t i = 0; i < p->n_members; i++)
        member_clear(p->mem, &p->members[i]);
    mem_free(p->mem, p->members);
    mem_free(p->mem, p->decision.weights);
    mem_free(p->mem, p->priors);
    mem_free(p->mem, p->balance_rule);
    schema_free(p->schema);
    automl_context *ctx = p->ctx;
    mem_free(p->mem, p);
    context_unref(ctx);
}

automl_status model_add_member(automl_pipeline *p, double weight, struct graph *g,
    struct fitted *const *replicas, int32_t n, automl_error *err)
{
    if (!isfinite(weight) || weight <= 0 || n < 1)
        return error_set(err, AUTOML_E_ARGUMENT,
            "a member of a model needs a positive weight and at least one fitted pipeline");
    struct model_member *members = mem_realloc(p->mem, p->members, (size_t)p->n_members + 1, sizeof *members);
    if (members == NULL)
        return error_memory(err);
    p->members = members;
    struct model_member v = {.weight = weight, .n_replicas = n};
    v.replicas = NEW_ARRAY(p->mem, n, struct fitted *);
    if (v.replicas == NULL)
        return error_memory(err);
    v.graph = graph_ref(g);
    for (int32_t i = 0; i < n; i++)
        v.replicas[i] = fitted_ref(replicas[i]);
    members[p->n_members++] = v;
    return AUTOML_OK;
}

automl_status model_set_rows(
    automl_pipeline *p, const int32_t *y, int64_t n, const struct balance_plan *balance, automl_error *err)
{
    enum balance_rule rule = balance != NULL && balance->method != NULL ? balance->rule : BALANCE_RULE_NONE;
    char *name = mem_strdup(p->mem, balance_rule_name(rule));
    if (name == NULL)
        return error_memory(err);
    mem_free(p->mem, p->balance_rule);
    p->balance_rule = name;
    p->train_rows = n;
    memset(p->priors, 0, (size_t)p->schema->n_classes * sizeof *p->priors);
    for (int64_t i = 0; i < n; i++)
        p->priors[y[i]]++;
    for (int32_t c = 0; c < p->schema->n_classes; c++)
        p->priors[c] /= (double)n;
    return AUTOML_OK;
}

static automl_status damaged(automl_error *err, const char *what)
{
    return error_set(err, AUTOML_E_FORMAT, "the model is damaged: %s", what);
}

static automl_status check_priors(const automl_pipeline *p, automl_error *err)
{
    double sum = 0;
    for (int32_t c = 0; c < p->schema->n_classes; c++) {
        if (!(p->priors[c] >= 0 && p->priors[c] <= 1))
            return damaged(err, "a class has an impossible share of the training rows");
        sum += p->priors[c];
    }
    return fabs(sum - 1) < 1e-6 ? AUTOML_OK : damaged(err, "the classes' shares do not sum to 1");
}

static automl_status check_decision(const automl_pipeline *p, automl_error *err)
{
    const struct decision *d = &p->decision;
    int32_t k = p->schema->n_classes;
    double sum = 0;
    if (d->rule == DECISION_ARGMAX)
        return AUTOML_OK;
    if (d->rule == DECISION_THRESHOLD) {
        bool fits = k == 2 && d->positive >= 0 && d->positive < k && d->threshold >= 0 && d->threshold <= 1;
        return fits ? AUTOML_OK : damaged(err, "the threshold of its decision is impossible");
    }
    for (int32_t c = 0; d->weights != NULL && c < k; c++) {
        if (!isfinite(d->weights[c]) || d->weights[c] < 0)
            return damaged(err, "a weight of its decision is impossible");
        sum += d->weights[c];
    }
    return d->rule == DECISION_WEIGHTS && sum > 0 ? AUTOML_OK : damaged(err, "its decision has no weights");
}

static automl_status check_members(const automl_pipeline *p, automl_error *err)
{
    double sum = 0;
    for (int32_t i = 0; i < p->n_members; i++) {
        const struct model_member *v = &p->members[i];
        sum += v->weight;
        for (int32_t j = 0; j < v->n_replicas; j++)
            if (v->replicas[j]->n_in != p->schema->n_cols ||
                v->replicas[j]->n_classes != p->schema->n_classes)
                return damaged(err, "a member has other columns or classes than the model");
    }
    return sum > 0 && isfinite(sum) ? AUTOML_OK
                                    : damaged(err, "it has no members, or their weights overflow");
}

/* A row of zeros: the first level of each category. */
static struct frame *probe_frame(const automl_pipeline *p)
{
    static const double zero = 0;
    static const int32_t first = 0, none = -1;
    struct frame *x = frame_create(p->mem, 1, p->schema->n_cols);
    for (int32_t j = 0; x != NULL && j < x->n_cols; j++) {
        const struct schema_col *c = &p->schema->cols[j];
        bool category = c->type == COLUMN_CATEGORICAL;
        x->cols[j] = (struct frame_col){.kind = category ? FRAME_CATEGORY : FRAME_NUMERIC,
            .n_levels = category ? c->n_levels : 0,
            .x = category ? NULL : &zero,
            .codes = !category         ? NULL
                     : c->n_levels > 0 ? &first
                                       : &none};
    }
    return x;
}

/* Operators check the kinds and levels of what they are given, so one row shows whether all parts fit
 * together. */
static automl_status check_row(const automl_pipeline *p, automl_error *err)
{
    automl_error inner = {0};
    struct frame *x = probe_frame(p);
    double *proba = NEW_ARRAY(p->mem, p->schema->n_classes, double);
    automl_status status = x != NULL && proba != NULL ? AUTOML_OK : error_memory(&inner);
    if (status >= 0)
        status = model_predict_proba(p, x, NULL, NULL, proba, &inner);
    frame_unref(x);
    mem_free(p->mem, proba);
    if (status >= 0 || status == AUTOML_E_MEMORY)
        return status < 0 ? error_copy(err, &inner) : AUTOML_OK;
    error_set(err, AUTOML_E_FORMAT, "the parts of the model do not fit together: %s", inner.message);
    error_where(err, "%s", inner.where);
    return AUTOML_E_FORMAT;
}

automl_status model_check(const automl_pipeline *p, automl_error *err)
{
    if (!(p->temperature >= coldest && p->temperature <= hottest))
        return damaged(err, "its temperature is impossible");
    TRY(check_priors(p, err));
    TRY(check_decision(p, err));
    TRY(check_members(p, err));
    return check_row(p, err);
}

double model_row_cost(const automl_pipeline *p)
{
    double sum = 0;
    for (int32_t i = 0; i < p->n_members; i++)
        for (int32_t j = 0; j < p->members[i].n_replicas; j++)
            sum += fitted_row_cost(p->members[i].replicas[j]);
    return sum;
}
