/*
 * assemble.c - the model out of what the search found: members with their fold models or fitted again,
 * temperature, decision.
 *
 * The finished model is written and read back: what the job measures is what its file holds, and it no longer
 * needs the job's memory.
 */
#include <math.h>
#include <string.h>

#include "job/run.h"

/* Fewer rows say too little about calibration. */
enum { TEMPERATURE_ROWS = 200 };

enum { REFIT_AUTO, REFIT_ALWAYS, REFIT_NEVER };

static struct search_candidate *member(const struct job_run *u, int32_t i)
{
    return &u->r->search.candidates[u->r->search.members[i].candidate];
}

/* One fit on all rows costs k / (k - 1) of one fold's, and a fold's time holds its predictions too. */
static double refit_seconds(const struct job_run *u)
{
    double sum = 0;
    for (int32_t i = 0; i < u->r->search.n_members; i++)
        sum += 1.25 * member(u, i)->eval.seconds / (u->folds->k - 1);
    return sum;
}

/* One model predicts in a k-th of the time that is reserved for the fold models. */
static double refit_saves(const struct job_run *u)
{
    return u->predict_s * (1 - 1.0 / u->folds->k);
}

static bool wants_refit(struct job_run *u)
{
    int32_t mode = params_choice(u->p, JOB_REFIT);
    if (mode == REFIT_NEVER || (mode == REFIT_AUTO && u->r->search.n_members > 1))
        return false;
    if (u->r->search.stopped || stop_check(&u->stop) == STOP_CANCEL)
        return false;
    if (run_has_time(u, refit_seconds(u) - refit_saves(u)))
        return true;
    u->r->reproducible = false;
    u->r->partial = u->r->partial || mode == REFIT_ALWAYS;
    run_warn(u, "there was no time to fit the model on all training rows; it keeps its fold models");
    return false;
}

static automl_status refit_one(struct job_run *u, int32_t i, struct fitted **out, automl_error *err)
{
    struct rng rng = rng_split(&u->rng, STREAM_REFIT);
    struct stop stop = {.clock = u->ctx->clock, .deadline_ns = DEADLINE_NONE, .parent = &u->stop};
    if (budget_limited(&u->budget))
        stop.deadline_ns = budget_end_ns(&u->budget) + (int64_t)(refit_saves(u) * 1e9);
    struct fit_request q = {.x = u->train.x,
        .y = u->train.y,
        .w = u->train.w,
        .n_classes = u->k,
        .balance = u->setting.balance,
        .rng = rng_split(&rng, (uint64_t)i),
        .stop = &stop,
        .pool = u->pool,
        .mem = u->mem};
    return fitted_fit(member(u, i)->graph, &q, out, NULL, err);
}

/* Fills fits[n_members]; false, with none, if the fold models have to do. */
static bool refit(struct job_run *u, struct fitted **fits)
{
    automl_error why = {0};
    for (int32_t i = 0; i < u->r->search.n_members; i++) {
        automl_status status = refit_one(u, i, &fits[i], &why);
        if (status >= 0)
            continue;
        while (i-- > 0)
            fitted_unref(fits[i]);
        if (status == AUTOML_E_BUDGET || status == AUTOML_E_CANCELLED)
            u->r->reproducible = false;
        run_warn(u, "the model keeps its fold models, as it could not be fitted on all training rows: %s",
            why.message);
        return false;
    }
    return true;
}

/* Seconds in which one fold model of each member predicts all rows. */
static double replica_seconds(const struct job_run *u)
{
    double sum = 0, rows = (double)(u->train.n + u->test.n);
    for (int32_t i = 0; i < u->r->search.n_members; i++) {
        struct op_cost c;
        struct graph *g = member(u, i)->graph;
        graph_estimate(g, &u->space.shape, &c);
        sum += budget_predict_s(&u->budget, graph_learner(g), &c, 0, rows);
    }
    return sum / pool_threads(u->pool);
}

/* All fold models, or as many as can predict in the time that is left. */
static int32_t count_replicas(struct job_run *u)
{
    int32_t k = u->folds->k;
    if (!budget_limited(&u->budget))
        return k;
    double left = budget_left_s(&u->budget) + u->predict_s, one = replica_seconds(u);
    if (one * k <= left)
        return k;
    int32_t n = left > one ? (int32_t)(left / one) : 1;
    u->r->reproducible = false;
    run_warn(u, "the model keeps %d of its %d fold models, as there was no time to predict with all", (int)n,
        (int)k);
    return n;
}

static automl_status add_members(struct job_run *u, automl_pipeline *p, automl_error *err)
{
    const struct search_result *s = &u->r->search;
    struct fitted *fits[SEARCH_MAX_MEMBERS] = {NULL};
    bool refitted = wants_refit(u) && refit(u, fits);
    int32_t replicas = refitted ? 1 : count_replicas(u);
    automl_status status = AUTOML_OK;
    for (int32_t i = 0; status >= 0 && i < s->n_members; i++) {
        struct search_candidate *c = member(u, i);
        struct fitted *const *models = refitted ? &fits[i] : c->eval.fold_models;
        status = model_add_member(p, s->members[i].weight, c->graph, models, replicas, err);
    }
    for (int32_t i = 0; refitted && i < s->n_members; i++)
        fitted_unref(fits[i]);
    return status;
}

/* Out-of-fold rows of the model: those that some fold predicted. */
struct pooled {
    int64_t n;
    int32_t *y;
    double *w, *proba;
};

static void pooled_clear(struct mem *m, struct pooled *p)
{
    mem_free(m, p->y);
    mem_free(m, p->w);
    mem_free(m, p->proba);
}

/* The model's out-of-fold predictions: on the job's folds, and on fresh ones if finalists were scored again.
 */
static float *oof_view(const struct job_run *u, int32_t view)
{
    return view == 0 ? u->r->search.oof : u->r->search.fresh_oof;
}

static int32_t oof_views(const struct job_run *u)
{
    return u->r->search.fresh_oof != NULL ? 2 : 1;
}

static void pool_view(const struct job_run *u, const float *oof, struct pooled *p)
{
    for (int64_t i = 0; i < u->train.n; i++) {
        if (isnan(oof[i * u->k]))
            continue;
        for (int32_t c = 0; c < u->k; c++)
            p->proba[p->n * u->k + c] = (double)oof[i * u->k + c];
        if (p->w != NULL)
            p->w[p->n] = u->train.w[i];
        p->y[p->n++] = u->train.y[i];
    }
}

static automl_status pooled_init(struct job_run *u, struct pooled *p, automl_error *err)
{
    int64_t n = u->train.n * oof_views(u);
    size_t cells;
    if (!size_mul((size_t)n, (size_t)u->k, &cells))
        return error_memory(err);
    p->y = NEW_ARRAY(u->mem, n, int32_t);
    p->proba = NEW_ARRAY(u->mem, cells, double);
    p->w = u->train.w != NULL ? NEW_ARRAY(u->mem, n, double) : NULL;
    if (p->y == NULL || p->proba == NULL || (u->train.w != NULL && p->w == NULL))
        return error_memory(err);
    for (int32_t v = 0; v < oof_views(u); v++)
        pool_view(u, oof_view(u, v), p);
    return AUTOML_OK;
}

/* Writes the pooled rows back from position *at on. */
static void unpool_view(const struct job_run *u, const struct pooled *p, float *oof, int64_t *at)
{
    for (int64_t i = 0; i < u->train.n; i++) {
        if (isnan(oof[i * u->k]))
            continue;
        for (int32_t c = 0; c < u->k; c++)
            oof[i * u->k + c] = (float)p->proba[*at * u->k + c];
        ++*at;
    }
}

static automl_status view_scores(struct job_run *u, int32_t view, double *scores, automl_error *err)
{
    if (view == 0)
        return oof_scores(&u->setting, oof_view(u, 0), u->folds->k, scores, err);
    struct eval_setting fresh = u->setting;
    fresh.folds = u->fresh_folds;
    fresh.fold = NULL;
    TRY(eval_setting_init(&fresh, err));
    automl_status status = oof_scores(&fresh, oof_view(u, 1), fresh.folds->k, scores, err);
    eval_setting_clear(&fresh);
    return status;
}

/* The cv score of the model as it predicts: with its temperature. */
static automl_status rescore(struct job_run *u, const struct pooled *p, automl_error *err)
{
    struct search_result *s = &u->r->search;
    int64_t at = 0;
    int32_t k = u->folds->k, views = oof_views(u);
    double *scores = NEW_ARRAY(u->mem, (int64_t)k * views, double);
    automl_status status = scores != NULL ? AUTOML_OK : error_memory(err);
    for (int32_t v = 0; v < views && status >= 0; v++) {
        unpool_view(u, p, oof_view(u, v), &at);
        status = view_scores(u, v, scores + v * k, err);
    }
    if (status >= 0)
        scores_summary(scores, k * views, &s->score, &s->std);
    mem_free(u->mem, scores);
    return status;
}

static automl_status set_temperature(
    struct job_run *u, struct pooled *p, automl_pipeline *model, automl_error *err)
{
    if (p->n < TEMPERATURE_ROWS)
        return AUTOML_OK;
    TRY(fit_temperature(u->mem, p->n, u->k, p->y, p->w, p->proba, &model->temperature, err));
    if (model->temperature == 1)
        return AUTOML_OK;
    apply_temperature(model->temperature, p->n, u->k, p->proba);
    return rescore(u, p, err);
}

/* Weights that undo the prior correction act after the temperature, so they are tempered too. */
static automl_status set_weights(const struct job_run *u, automl_pipeline *model, automl_error *err)
{
    model->decision.weights = NEW_ARRAY(model->mem, u->k, double);
    if (model->decision.weights == NULL)
        return error_memory(err);
    model->decision.rule = DECISION_WEIGHTS;
    for (int32_t c = 0; c < u->k; c++)
        model->decision.weights[c] = pow(u->search_decision.weights[c], 1 / model->temperature);
    return AUTOML_OK;
}

static automl_status set_decision(
    const struct job_run *u, const struct pooled *p, automl_pipeline *model, automl_error *err)
{
    const struct eval_setting *s = &u->setting;
    if (s->tune) {
        struct metric_input in = {.n = p->n,
            .k = u->k,
            .positive = s->positive,
            .y = p->y,
            .proba = p->proba,
            .w = p->w,
            .mem = u->mem};
        model->decision =
            (struct decision){.rule = DECISION_THRESHOLD, .positive = s->positive, .threshold = 0.5};
        return tune_threshold(s->metric, &in, &model->decision.threshold, err);
    }
    if (s->decision.rule == DECISION_WEIGHTS)
        return set_weights(u, model, err);
    model->decision = s->decision;
    return AUTOML_OK;
}

static automl_status finish_model(struct job_run *u, automl_pipeline *model, automl_error *err)
{
    struct pooled p = {0};
    automl_status status = pooled_init(u, &p, err);
    if (status >= 0)
        status = model_set_rows(model, u->train.y, u->train.n, u->setting.balance, err);
    if (status >= 0)
        status = set_temperature(u, &p, model, err);
    if (status >= 0)
        status = set_decision(u, &p, model, err);
    pooled_clear(u->mem, &p);
    return status >= 0 ? model_check(model, err) : status;
}

static void drop_candidates(struct job_run *u)
{
    for (int64_t i = 0; i < u->r->search.n_candidates; i++) {
        evaluation_drop_models(&u->r->search.candidates[i].eval);
        evaluation_drop_oof(&u->r->search.candidates[i].eval);
    }
}

automl_status run_assemble(struct job_run *u, automl_error *err)
{
    automl_pipeline *p = NULL;
    u->progress.stage = STAGE_FINISH;
    u->progress.share = 0.95;
    run_report(u, false);
    TRY(model_create(u->ctx, u->schema, &p, err));
    u->schema = NULL;
    automl_status status = add_members(u, p, err);
    drop_candidates(u);
    if (status >= 0)
        status = finish_model(u, p, err);
    if (status >= 0)
        status = model_save(p, &u->model_bytes, &u->n_model_bytes, err);
    model_unref(p);
    TRY(status);
    TRY(model_load(u->ctx, u->model_bytes, (size_t)u->n_model_bytes, &u->r->model, err));
    return run_abandoned(u, err);
}
