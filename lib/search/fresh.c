/*
 * fresh.c - the finalists on folds that the search has not seen.
 *
 * The best of many candidates owes part of its score to luck on the job's folds; on small data that part can
 * decide. Finalists are therefore ranked, and ensembles chosen, by both sets of folds.
 */
#include <math.h>
#include <string.h>

#include "search/state.h"

struct batch {
    struct search_state *s;
    const int64_t *pool;
    struct stop stop;
};

bool search_uses_fresh(const struct search_state *s)
{
    return s->r->fresh_folds != NULL && s->r->setting->x->n_rows <= SEARCH_FRESH_ROWS;
}

static void evaluate_finalist(void *arg, int64_t i)
{
    struct batch *b = arg;
    struct search_candidate *c = &b->s->out->candidates[b->pool[i]];
    evaluate(&b->s->fresh, c->graph, NULL, &b->stop, b->s->r->pool, &c->fresh);
    evaluation_drop_models(&c->fresh);
}

static automl_status make_setting(struct search_state *s, automl_error *err)
{
    s->fresh = *s->r->setting;
    s->fresh.fold = NULL;
    s->fresh.folds = s->r->fresh_folds;
    s->fresh.cache = NULL;
    return eval_setting_init(&s->fresh, err);
}

static int64_t latest(const struct search_state *s)
{
    const struct budget *b = s->r->budget;
    if (!budget_limited(b))
        return DEADLINE_NONE;
    double total = 1e-9 * (double)(b->deadline_ns - b->start_ns);
    return clock_now(b->clock) + (int64_t)(SEARCH_FRESH_SHARE * total * 1e9);
}

/* A host's scorer runs on this thread only. */
static void score_here(struct search_state *s, struct search_candidate *c)
{
    const struct metric *m = s->r->setting->metric;
    if (c->fresh.outcome == EVAL_DONE && m->user != NULL && !m->concurrent &&
        evaluation_score(&s->fresh, &c->fresh, NULL) < 0)
        c->fresh.outcome = EVAL_FAILED;
}

static double both(const struct search_candidate *c)
{
    return (c->eval.score + c->fresh.score) / 2;
}

/* Keeps the finalists that are done, by the mean of both scores, best first; the older of two equals stays
 * ahead. */
static int32_t rank(struct search_state *s, int64_t *pool, int32_t n)
{
    struct search_candidate *all = s->out->candidates;
    int32_t kept = 0;
    for (int32_t i = 0; i < n; i++) {
        int64_t c = pool[i];
        score_here(s, &all[c]);
        if (all[c].fresh.outcome != EVAL_DONE || isnan(all[c].fresh.score))
            continue;
        int32_t at = kept++;
        for (; at > 0 && both(&all[c]) > both(&all[pool[at - 1]]); at--)
            pool[at] = pool[at - 1];
        pool[at] = c;
    }
    return kept;
}

automl_status search_rescore(struct search_state *s, int64_t *pool, int32_t *n, automl_error *err)
{
    if (!search_uses_fresh(s) || stop_check(s->r->stop) != STOP_NO)
        return AUTOML_OK;
    TRY(make_setting(s, err));
    struct batch b = {
        s, pool, {.clock = s->r->setting->clock, .deadline_ns = latest(s), .parent = s->r->stop}};
    pool_for(s->r->pool, *n, evaluate_finalist, &b);
    if (mem_failures(s->r->mem) > 0)
        return error_memory(err);
    int32_t kept = rank(s, pool, *n);
    s->out->clock_used = s->out->clock_used || (kept < *n && stop_check(&b.stop) != STOP_NO);
    if (kept > 0)
        *n = kept;
    else
        eval_setting_clear(&s->fresh);
    return AUTOML_OK;
}
