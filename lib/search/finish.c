/*
 * finish.c - from finished candidates to a model: ensemble or best single, within time and size; the Pareto
 * front.
 */
#include <math.h>
#include <string.h>

#include "base/sort.h"
#include "search/state.h"

enum {
    ENSEMBLE_STEPS = 40,
    ENSEMBLE_MAX_ROWS = 20000 /* more rows hardly change the order of candidates */
};

static struct search_candidate *candidate(const struct search_state *s, int64_t i)
{
    return &s->out->candidates[i];
}

static int64_t model_bytes(const struct search_state *s, int64_t i)
{
    const struct evaluation *e = &candidate(s, i)->eval;
    int64_t sum = 0;
    for (int32_t f = 0; e->fold_models != NULL && f < e->n_folds; f++)
        sum += e->fold_models[f] != NULL ? fitted_bytes(e->fold_models[f]) : 0;
    return sum;
}

/* A byte of the model is encoded, digested, written, read back and checked on one thread. */
static const double MODEL_BYTE_SECONDS = 1.2e-8;

static double predict_seconds(const struct search_state *s, int64_t i)
{
    const struct search_request *r = s->r;
    struct op_cost c;
    graph_estimate(candidate(s, i)->graph, &s->shape, &c);
    int32_t replicas = r->setting->folds->k;
    return budget_predict_s(r->budget, graph_learner(candidate(s, i)->graph), &c, 0, r->end_rows * replicas);
}

/* What a candidate costs as a member after the search: its predictions, on all threads, and its part of the
 * file. */
static double member_seconds(const struct search_state *s, int64_t i)
{
    return predict_seconds(s, i) / pool_threads(s->r->pool) + (double)model_bytes(s, i) * MODEL_BYTE_SECONDS;
}

double search_end_seconds(const struct search_state *s, const int64_t *members, int32_t n)
{
    double sum = 0;
    for (int32_t i = 0; i < n; i++)
        sum += member_seconds(s, members[i]);
    return sum;
}

/* Seconds that predictions may take. */
static double prediction_time(const struct search_state *s)
{
    const struct budget *b = s->r->budget;
    return budget_limited(b) ? budget_left_s(b) + b->reserve_s - s->fixed_s : INFINITY;
}

/* Keeps, in order, the candidates of which at least one fold model can predict in the time that is left, or
 * else the fastest. */
static int32_t keep_fast(const struct search_state *s, int64_t *pool, int32_t n)
{
    double left = prediction_time(s), least = INFINITY;
    int64_t fastest = -1;
    int32_t kept = 0;
    for (int32_t i = 0; i < n && isfinite(left); i++) {
        double seconds = predict_seconds(s, pool[i]) / s->r->setting->folds->k;
        if (seconds < least) {
            least = seconds;
            fastest = pool[i];
        }
        if (seconds <= left)
            pool[kept++] = pool[i];
    }
    if (!isfinite(left) || n == 0)
        return n;
    s->out->clock_used = s->out->clock_used || kept < n;
    if (kept == 0)
        pool[kept++] = fastest;
    return kept;
}

static double row_cost(const struct search_state *s, int64_t i)
{
    return candidate(s, i)->eval.row_cost * candidate(s, i)->eval.n_folds;
}

/* Members, heaviest first, cut to what time, size and prediction cost allow; at least one stays. */
static void cut_members(const struct search_state *s, struct search_member *m, int32_t *n)
{
    const struct search_request *r = s->r;
    double seconds = 0, left = prediction_time(s);
    double cost = 0;
    int64_t bytes = 0;
    int32_t kept = 0;
    for (int32_t i = 0; i < *n; i++) {
        int64_t c = m[i].candidate;
        seconds += budget_limited(r->budget) ? member_seconds(s, c) : 0;
        bytes += model_bytes(s, c);
        cost += row_cost(s, c);
        bool fits = (r->max_model_bytes <= 0 || bytes <= r->max_model_bytes) &&
                    (r->max_predict_us <= 0 || cost <= 1000 * r->max_predict_us);
        bool in_time = seconds <= left;
        s->out->clock_used = s->out->clock_used || !in_time;
        if (i > 0 && !(fits && in_time))
            break;
        kept++;
    }
    double sum = 0;
    for (int32_t i = 0; i < kept; i++)
        sum += m[i].weight;
    for (int32_t i = 0; i < kept; i++)
        m[i].weight /= sum;
    *n = kept;
}

struct by_weight {
    const struct search_member *m;
};

static int compare_weight(const void *user, int32_t a, int32_t b)
{
    const struct search_member *m = ((const struct by_weight *)user)->m;
    return m[a].weight > m[b].weight ? -1 : m[a].weight < m[b].weight;
}

static automl_status order_members(
    const struct search_state *s, struct search_member *m, int32_t n, automl_error *err)
{
    int32_t order[SEARCH_MAX_MEMBERS];
    struct search_member copy[SEARCH_MAX_MEMBERS];
    struct by_weight by = {copy};
    for (int32_t i = 0; i < n; i++) {
        order[i] = i;
        copy[i] = m[i];
    }
    if (!sort_indices(s->r->mem, order, n, compare_weight, &by))
        return error_memory(err);
    for (int32_t i = 0; i < n; i++)
        m[i] = copy[order[i]];
    return AUTOML_OK;
}

/* The best candidates and the best of each learner, best first, without the dummy (candidate 0): its constant
 * would only shift folds against one another. Returns how many. */
static int32_t ensemble_pool(const struct search_state *s, int64_t *out)
{
    int32_t n = 0;
    for (int32_t i = 0; i < s->n_kept; i++)
        if (candidate(s, s->kept[i])->index != 0)
            out[n++] = s->kept[i];
    for (int32_t f = 0; f < s->n_family; f++) {
        bool listed = candidate(s, s->family[f])->index == 0;
        for (int32_t i = 0; i < s->n_kept; i++)
            listed = listed || s->kept[i] == s->family[f];
        if (!listed && candidate(s, s->family[f])->eval.oof != NULL)
            out[n++] = s->family[f];
    }
    return n;
}

/* Choosing may take its share, and must leave the time that predicting with a few members will take. */
static int64_t ensemble_end(const struct search_state *s, const int64_t *pool, int32_t n)
{
    const struct budget *b = s->r->budget;
    if (!budget_limited(b))
        return DEADLINE_NONE;
    double total = 1e-9 * (double)(b->deadline_ns - b->start_ns);
    double later = s->fixed_s + search_end_seconds(s, pool, n < 3 ? n : 3);
    int64_t share = clock_now(b->clock) + (int64_t)(SEARCH_ENSEMBLE_SHARE * total * 1e9);
    int64_t latest = b->deadline_ns - (int64_t)(later * 1e9);
    return share < latest ? share : latest;
}

static automl_status select_members(struct search_state *s, const int64_t *pool, int32_t n,
    struct search_member *members, int32_t *out_n, automl_error *err)
{
    const struct search_request *r = s->r;
    const float *oof[SEARCH_KEEP + BUDGET_RATES], *fresh[SEARCH_KEEP + BUDGET_RATES];
    for (int32_t i = 0; i < n; i++) {
        oof[i] = candidate(s, pool[i])->eval.oof;
        fresh[i] = candidate(s, pool[i])->fresh.oof;
    }
    struct stop stop = {
        .clock = r->setting->clock, .deadline_ns = ensemble_end(s, pool, n), .parent = r->stop};
    struct ensemble_request q = {.setting = r->setting,
        .oof = oof,
        .n_candidates = n,
        .steps = ENSEMBLE_STEPS,
        .max_members = SEARCH_MAX_MEMBERS,
        .max_rows = ENSEMBLE_MAX_ROWS,
        .rng = rng_split(&r->rng, UINT64_MAX),
        .stop = &stop,
        .pool = r->pool};
    if (s->fresh.fold != NULL) {
        q.fresh = &s->fresh;
        q.fresh_oof = fresh;
    }
    struct ensemble_result e;
    TRY(ensemble_select(&q, r->mem, &e, err));
    *out_n = 0;
    for (int32_t i = 0; i < n; i++)
        if (e.weights[i] > 0)
            members[(*out_n)++] = (struct search_member){.weight = e.weights[i], .candidate = pool[i]};
    ensemble_result_clear(r->mem, &e);
    return order_members(s, members, *out_n, err);
}

/* The members' mean out-of-fold probabilities on one set of folds, and their scores there. */
static automl_status score_on(struct search_state *s, bool fresh, const struct search_member *members,
    int32_t n, float *oof, double *scores, automl_error *err)
{
    const struct eval_setting *e = fresh ? &s->fresh : s->r->setting;
    int64_t cells = e->folds->n * e->n_classes;
    for (int64_t i = 0; i < cells; i++) {
        double sum = 0;
        for (int32_t j = 0; j < n; j++) {
            const struct search_candidate *c = candidate(s, members[j].candidate);
            sum += members[j].weight * (double)(fresh ? c->fresh.oof[i] : c->eval.oof[i]);
        }
        oof[i] = (float)sum;
    }
    return oof_scores(e, oof, e->folds->k, scores, err);
}

/* Leaves the members' predictions in out->oof and out->fresh_oof. */
static automl_status score_members(struct search_state *s, const struct search_member *members, int32_t n,
    double *out_score, double *out_std, automl_error *err)
{
    int32_t first = s->r->setting->folds->k, more = s->fresh.fold != NULL ? s->fresh.folds->k : 0;
    double *scores = NEW_ARRAY(s->r->mem, first + more, double);
    if (scores == NULL)
        return error_memory(err);
    automl_status status = score_on(s, false, members, n, s->out->oof, scores, err);
    if (status >= 0 && more > 0)
        status = score_on(s, true, members, n, s->out->fresh_oof, scores + first, err);
    if (status >= 0)
        scores_summary(scores, first + more, out_score, out_std);
    mem_free(s->r->mem, scores);
    return status;
}

/* The best single candidate (of pool[0], the leader), or an ensemble if that is better. */
static automl_status choose_model(struct search_state *s, automl_error *err)
{
    struct search_result *out = s->out;
    const struct eval_setting *e = s->r->setting;
    struct search_member single = {.weight = 1};
    int64_t pool[SEARCH_KEEP + BUDGET_RATES];
    double score, std;
    int32_t n = keep_fast(s, pool, ensemble_pool(s, pool));
    out->members = NEW_ZEROS(s->r->mem, SEARCH_MAX_MEMBERS, struct search_member);
    out->oof = NEW_ARRAY(s->r->mem, e->folds->n * e->n_classes, float);
    if (out->members == NULL || out->oof == NULL)
        return error_memory(err);
    if (n > 0)
        TRY(search_rescore(s, pool, &n, err));
    else
        pool[0] = out->best;
    if (s->fresh.fold != NULL) {
        out->fresh_oof = NEW_ARRAY(s->r->mem, e->folds->n * e->n_classes, float);
        if (out->fresh_oof == NULL)
            return error_memory(err);
    }
    out->best = pool[0];
    single.candidate = pool[0];
    if (s->r->ensemble && n > 1 && stop_check(s->r->stop) == STOP_NO) {
        TRY(select_members(s, pool, n, out->members, &out->n_members, err));
        cut_members(s, out->members, &out->n_members);
        TRY(score_members(s, out->members, out->n_members, &out->score, &out->std, err));
        TRY(score_members(s, &single, 1, &score, &std, err));
        if (out->score > score)
            return score_members(s, out->members, out->n_members, &out->score, &out->std, err);
    }
    out->members[0] = single;
    out->n_members = 1;
    return score_members(s, &single, 1, &out->score, &out->std, err);
}

static int compare_cost(const void *user, int32_t a, int32_t b)
{
    const struct search_state *s = user;
    double x = candidate(s, a)->eval.row_cost, y = candidate(s, b)->eval.row_cost;
    return x < y ? -1 : x > y;
}

/* Candidates that no other beats in both score and cost, by cost: one pass over the cost order. */
static automl_status pareto_front(struct search_state *s, automl_error *err)
{
    struct search_result *out = s->out;
    int32_t n = 0;
    int32_t *order = NEW_ARRAY(s->r->mem, out->n_candidates, int32_t);
    out->front = NEW_ARRAY(s->r->mem, out->n_candidates, int64_t);
    if (order == NULL || out->front == NULL) {
        mem_free(s->r->mem, order);
        return error_memory(err);
    }
    for (int64_t i = 0; i < out->n_candidates; i++)
        if (candidate(s, i)->eval.outcome == EVAL_DONE && !isnan(candidate(s, i)->eval.score))
            order[n++] = (int32_t)i;
    bool ok = sort_indices(s->r->mem, order, n, compare_cost, s);
    double best = -INFINITY;
    for (int32_t i = 0; ok && i < n; i++) {
        double score = candidate(s, order[i])->eval.score;
        if (score > best) {
            if (out->n_front > 0 && !(candidate(s, out->front[out->n_front - 1])->eval.row_cost <
                                        candidate(s, order[i])->eval.row_cost))
                out->n_front--;
            out->front[out->n_front++] = order[i];
            best = score;
        }
    }
    mem_free(s->r->mem, order);
    return ok ? AUTOML_OK : error_memory(err);
}

static automl_status no_candidate(const struct search_state *s, automl_error *err)
{
    for (int64_t i = 0; i < s->out->n_candidates; i++) {
        const struct evaluation *e = &candidate(s, i)->eval;
        if (e->outcome == EVAL_FAILED && e->status != AUTOML_OK)
            return error_set(err, e->status, "no pipeline could be fitted; the first failed with: %s",
                e->reason != NULL ? e->reason : automl_status_text(e->status));
    }
    if (stop_check(s->r->stop) == STOP_CANCEL || stop_check(s->r->stop) == STOP_ABANDON)
        return error_set(
            err, AUTOML_E_CANCELLED, "the search was cancelled before its first pipeline was ready");
    return error_set(err, AUTOML_E_BUDGET,
        "no pipeline could be scored within the budget; raise max_seconds, or check that the metric is "
        "defined for these rows");
}

automl_status search_finish(struct search_state *s, automl_error *err)
{
    if (s->out->best < 0)
        return no_candidate(s, err);
    TRY(choose_model(s, err));
    return pareto_front(s, err);
}
