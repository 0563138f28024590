/*
 * evaluate.c - one candidate on the job's folds: fit, predict, score, race, and what it cost.
 */
#include "search/evaluate.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"

static automl_status fold_init(
    const struct eval_setting *s, int32_t f, struct eval_fold *out, automl_error *err)
{
    int64_t n, n_valid;
    const int32_t *train = folds_train(s->folds, f, &n);
    const int32_t *valid = folds_valid(s->folds, f, &n_valid);
    *out = (struct eval_fold){.train = frame_take(s->x, train, n),
        .valid = frame_take(s->x, valid, n_valid),
        .y = NEW_ARRAY(s->mem, n, int32_t),
        .y_valid = NEW_ARRAY(s->mem, n_valid, int32_t),
        .valid_rows = valid};
    if (s->w != NULL) {
        out->w = NEW_ARRAY(s->mem, n, double);
        out->w_valid = NEW_ARRAY(s->mem, n_valid, double);
        if (out->w == NULL || out->w_valid == NULL)
            return error_memory(err);
    }
    if (out->train == NULL || out->valid == NULL || out->y == NULL || out->y_valid == NULL)
        return error_memory(err);
    for (int64_t i = 0; i < n; i++)
        out->y[i] = s->y[train[i]];
    for (int64_t i = 0; i < n_valid; i++)
        out->y_valid[i] = s->y[valid[i]];
    for (int64_t i = 0; s->w != NULL && i < n; i++)
        out->w[i] = s->w[train[i]];
    for (int64_t i = 0; s->w != NULL && i < n_valid; i++)
        out->w_valid[i] = s->w[valid[i]];
    return AUTOML_OK;
}

void eval_setting_clear(struct eval_setting *s)
{
    for (int32_t f = 0; s->fold != NULL && f < s->folds->k; f++) {
        struct eval_fold *e = &s->fold[f];
        frame_unref(e->train);
        frame_unref(e->valid);
        mem_free(s->mem, e->y);
        mem_free(s->mem, e->w);
        mem_free(s->mem, e->y_valid);
        mem_free(s->mem, e->w_valid);
    }
    mem_free(s->mem, s->fold);
    s->fold = NULL;
}

automl_status eval_setting_init(struct eval_setting *s, automl_error *err)
{
    s->fold = NEW_ZEROS(s->mem, s->folds->k, struct eval_fold);
    automl_status status = s->fold != NULL ? AUTOML_OK : error_memory(err);
    for (int32_t f = 0; status >= 0 && f < s->folds->k; f++)
        status = fold_init(s, f, &s->fold[f], err);
    if (status < 0)
        eval_setting_clear(s);
    return status;
}

void scores_summary(const double *scores, int32_t n, double *out_mean, double *out_std)
{
    double sum = 0, squares = 0;
    int32_t used = 0;
    for (int32_t i = 0; i < n; i++) {
        if (isnan(scores[i]))
            continue;
        sum += scores[i];
        used++;
    }
    double mean = used > 0 ? sum / used : NAN;
    for (int32_t i = 0; i < n; i++)
        if (!isnan(scores[i]))
            squares += (scores[i] - mean) * (scores[i] - mean);
    *out_mean = mean;
    *out_std = used > 0 ? sqrt(squares / used) : NAN;
}

static int64_t rows_of_folds(const struct eval_setting *s, int32_t n_folds)
{
    int64_t n = 0;
    for (int32_t f = 0; f < n_folds; f++)
        n += s->fold[f].valid->n_rows;
    return n;
}

/* The first folds' validation rows one after the other: what metrics and the tuning of the decision read. */
struct pooled {
    struct metric_input in;
    int32_t *y, *labels;
    double *proba, *w;
};

static void pooled_clear(struct mem *m, struct pooled *p)
{
    mem_free(m, p->y);
    mem_free(m, p->labels);
    mem_free(m, p->proba);
    mem_free(m, p->w);
}

static automl_status pooled_init(
    const struct eval_setting *s, const float *oof, int32_t n_folds, struct pooled *p, automl_error *err)
{
    int64_t n = rows_of_folds(s, n_folds), at = 0;
    int32_t k = s->n_classes;
    p->y = NEW_ARRAY(s->mem, n, int32_t);
    p->labels = NEW_ARRAY(s->mem, n, int32_t);
    p->proba = NEW_ARRAY(s->mem, n * k, double);
    p->w = s->w != NULL ? NEW_ARRAY(s->mem, n, double) : NULL;
    if (p->y == NULL || p->labels == NULL || p->proba == NULL || (s->w != NULL && p->w == NULL))
        return error_memory(err);
    for (int32_t f = 0; f < n_folds; f++) {
        const struct eval_fold *e = &s->fold[f];
        for (int64_t i = 0; i < e->valid->n_rows; i++, at++) {
            const float *from = oof + (int64_t)e->valid_rows[i] * k;
            p->y[at] = e->y_valid[i];
            for (int32_t c = 0; c < k; c++)
                p->proba[at * k + c] = (double)from[c];
            if (p->w != NULL)
                p->w[at] = e->w_valid[i];
        }
    }
    p->in = (struct metric_input){.n = n,
        .k = k,
        .positive = s->positive,
        .y = p->y,
        .proba = p->proba,
        .labels = p->labels,
        .w = p->w,
        .mem = s->mem};
    return AUTOML_OK;
}

static automl_status pooled_decide(const struct eval_setting *s, struct pooled *p, automl_error *err)
{
    if (!(s->metric->flags & METRIC_LABELS))
        return AUTOML_OK;
    struct decision d = s->decision;
    if (s->tune) {
        d = (struct decision){.rule = DECISION_THRESHOLD, .positive = s->positive};
        p->in.labels = NULL;
        TRY(tune_threshold(s->metric, &p->in, &d.threshold, err));
        p->in.labels = p->labels;
    }
    decide_rows(&d, p->in.n, s->n_classes, p->proba, p->labels);
    return AUTOML_OK;
}

automl_status oof_scores(
    const struct eval_setting *s, const float *oof, int32_t n_folds, double *out_scores, automl_error *err)
{
    struct pooled p = {0};
    int64_t at = 0;
    automl_status status = pooled_init(s, oof, n_folds, &p, err);
    if (status >= 0)
        status = pooled_decide(s, &p, err);
    for (int32_t f = 0; status >= 0 && f < n_folds; f++) {
        struct metric_input in = p.in;
        in.n = s->fold[f].valid->n_rows;
        in.y += at;
        in.proba += at * in.k;
        in.labels += at;
        in.w = in.w != NULL ? in.w + at : NULL;
        status = s->metric->score(s->metric, &in, &out_scores[f], err);
        at += in.n;
    }
    pooled_clear(s->mem, &p);
    return status;
}

automl_status evaluation_score(const struct eval_setting *s, struct evaluation *e, automl_error *err)
{
    TRY(oof_scores(s, e->oof, e->folds_done, e->fold_scores, err));
    scores_summary(e->fold_scores, e->folds_done, &e->score, &e->std);
    return AUTOML_OK;
}

/* One fold: fit, predict its validation rows into the out-of-fold predictions. */
static automl_status run_fold(const struct eval_setting *s, struct graph *g, int32_t f,
    const struct stop *stop, struct pool *pool, struct evaluation *e, automl_error *err)
{
    const struct eval_fold *fold = &s->fold[f];
    int32_t k = s->n_classes;
    int64_t n = fold->valid->n_rows;
    double *proba = NEW_ARRAY(s->mem, n * k, double);
    if (proba == NULL)
        return error_memory(err);
    struct fit_request r = {.x = fold->train,
        .y = fold->y,
        .w = fold->w,
        .n_classes = k,
        .balance = s->balance,
        .rng = rng_split(&s->rng, (uint64_t)f),
        .stop = stop,
        .pool = pool,
        .mem = s->mem,
        .cache = s->cache,
        .cache_key = hash_combine(UINT64_C(0xf01d), (uint64_t)f),
        .x_apply = fold->valid};
    automl_status status = fitted_fit(g, &r, &e->fold_models[f], proba, err);
    for (int64_t i = 0; status >= 0 && i < n * k; i++)
        if (!isfinite(proba[i]))
            status = error_set(err, AUTOML_E_NUMERIC, "the predicted probabilities are not finite");
    for (int64_t i = 0; status >= 0 && i < n; i++)
        for (int32_t c = 0; c < k; c++)
            e->oof[(int64_t)fold->valid_rows[i] * k + c] = (float)proba[i * k + c];
    mem_free(s->mem, proba);
    return status;
}

static bool raced_out(const struct evaluation *e, const struct eval_race *race)
{
    if (race == NULL || e->folds_done > 2 || isnan(e->score))
        return false;
    return e->score < race->bar[e->folds_done - 1];
}

/* E_CANCELLED and E_BUDGET by the clock end the candidate without blaming it. */
static void record_failure(const struct eval_setting *s, const struct stop *stop, automl_status status,
    const automl_error *err, struct evaluation *e)
{
    bool stopped = (status == AUTOML_E_CANCELLED || status == AUTOML_E_BUDGET) && stop_check(stop) != STOP_NO;
    e->outcome = stopped ? EVAL_STOPPED : EVAL_FAILED;
    e->status = status;
    struct strbuf b;
    strbuf_init(&b, s->mem);
    strbuf_printf(&b, "%s%s%s", err->where, err->where[0] != '\0' ? ": " : "", err->message);
    e->reason = strbuf_take(&b);
}

static automl_status evaluation_init(const struct eval_setting *s, struct evaluation *e, automl_error *err)
{
    int32_t k = s->folds->k;
    int64_t cells = s->folds->n * s->n_classes;
    memset(e, 0, sizeof *e);
    e->mem = s->mem;
    e->n_folds = k;
    e->score = e->std = NAN;
    e->fold_scores = NEW_ARRAY(s->mem, k, double);
    e->fold_models = NEW_ZEROS(s->mem, k, struct fitted *);
    e->oof = NEW_ARRAY(s->mem, cells, float);
    if (e->fold_scores == NULL || e->fold_models == NULL || e->oof == NULL)
        return error_memory(err);
    for (int32_t f = 0; f < k; f++)
        e->fold_scores[f] = NAN;
    for (int64_t i = 0; i < cells; i++)
        e->oof[i] = NAN;
    return AUTOML_OK;
}

static automl_status run_folds(const struct eval_setting *s, struct graph *g, const struct eval_race *race,
    const struct stop *stop, struct pool *pool, struct evaluation *e, automl_error *err)
{
    bool may_score = s->metric->user == NULL || s->metric->concurrent;
    for (int32_t f = 0; f < s->folds->k; f++) {
        TRY(run_fold(s, g, f, stop, pool, e, err));
        e->folds_done = f + 1;
        bool last = e->folds_done == s->folds->k;
        if (may_score && (last || (race != NULL && f < 2)))
            TRY(evaluation_score(s, e, err));
        if (!last && may_score && raced_out(e, race)) {
            e->outcome = EVAL_DROPPED;
            return AUTOML_OK;
        }
    }
    e->outcome = EVAL_DONE;
    return AUTOML_OK;
}

static void measure(const struct eval_setting *s, const struct graph *g, struct evaluation *e)
{
    double categories = frame_categories(s->x), levels = 0;
    for (int32_t j = 0; j < s->x->n_cols; j++)
        levels += s->x->cols[j].n_levels;
    for (int32_t f = 0; f < e->folds_done; f++) {
        struct op_shape shape = {.n = (double)s->fold[f].train->n_rows,
            .p = s->x->n_cols,
            .p_category = categories,
            .levels = levels,
            .k = s->n_classes};
        struct op_cost c;
        graph_estimate(g, &shape, &c);
        e->fit_flops += c.fit_flops;
    }
    if (e->folds_done > 0)
        e->row_cost = fitted_row_cost(e->fold_models[0]);
}

void evaluate(const struct eval_setting *s, struct graph *g, const struct eval_race *race,
    const struct stop *stop, struct pool *pool, struct evaluation *out)
{
    automl_error err = {0};
    int64_t start = clock_now(s->clock);
    automl_status status = evaluation_init(s, out, &err);
    if (status >= 0)
        status = run_folds(s, g, race, stop, pool, out, &err);
    if (status >= 0)
        measure(s, g, out);
    else
        record_failure(s, stop, status, &err, out);
    if (out->outcome != EVAL_DONE) {
        evaluation_drop_models(out);
        evaluation_drop_oof(out);
    }
    out->seconds = clock_seconds_since(s->clock, start);
}

void evaluation_drop_models(struct evaluation *e)
{
    for (int32_t f = 0; e->fold_models != NULL && f < e->n_folds; f++)
        fitted_unref(e->fold_models[f]);
    mem_free(e->mem, e->fold_models);
    e->fold_models = NULL;
}

void evaluation_drop_oof(struct evaluation *e)
{
    mem_free(e->mem, e->oof);
    e->oof = NULL;
}

void evaluation_clear(struct evaluation *e)
{
    if (e->mem == NULL)
        return;
    evaluation_drop_models(e);
    evaluation_drop_oof(e);
    mem_free(e->mem, e->fold_scores);
    mem_free(e->mem, e->reason);
    memset(e, 0, sizeof *e);
}
