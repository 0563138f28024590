/*
 * archive.c - what the search remembers: specifications seen, the incumbent, the NSGA-II population, and
 * which candidates keep their fold models and out-of-fold predictions (the best, and the best of each
 * learner).
 */
#include <math.h>
#include <string.h>

#include "search/state.h"

/* Candidates that set the bar for racing. */
enum { RACE_BEST = 10 };

automl_status archive_init(struct search_state *s, automl_error *err)
{
    int32_t n = s->r->population_size + 1;
    struct mem *m = s->r->mem;
    s->population = NEW_ARRAY(m, n, int32_t);
    s->rank = NEW_ARRAY(m, n, int32_t);
    s->crowding = NEW_ARRAY(m, n, double);
    return s->population && s->rank && s->crowding ? AUTOML_OK : error_memory(err);
}

void archive_clear(struct search_state *s)
{
    struct mem *m = s->r->mem;
    mem_free(m, s->population);
    mem_free(m, s->rank);
    mem_free(m, s->crowding);
    mem_free(m, s->seen);
}

static void seen_insert(uint64_t *table, int64_t slots, uint64_t hash)
{
    int64_t i = (int64_t)(hash & (uint64_t)(slots - 1));
    while (table[i] != 0)
        i = (i + 1) & (slots - 1);
    table[i] = hash;
}

static bool seen_find(const struct search_state *s, uint64_t hash)
{
    int64_t mask = s->n_seen_slots - 1;
    for (int64_t i = (int64_t)(hash & (uint64_t)mask); s->n_seen_slots > 0 && s->seen[i] != 0;
         i = (i + 1) & mask)
        if (s->seen[i] == hash)
            return true;
    return false;
}

static bool seen_grow(struct search_state *s)
{
    int64_t slots = s->n_seen_slots > 0 ? 2 * s->n_seen_slots : 256;
    uint64_t *table = NEW_ZEROS(s->r->mem, slots, uint64_t);
    if (table == NULL)
        return false;
    for (int64_t i = 0; i < s->n_seen_slots; i++)
        if (s->seen[i] != 0)
            seen_insert(table, slots, s->seen[i]);
    mem_free(s->r->mem, s->seen);
    s->seen = table;
    s->n_seen_slots = slots;
    return true;
}

automl_status archive_see(struct search_state *s, uint64_t hash, bool *out_new, automl_error *err)
{
    hash = hash != 0 ? hash : 1;
    *out_new = !seen_find(s, hash);
    if (!*out_new)
        return AUTOML_OK;
    if (2 * (s->n_seen + 1) > s->n_seen_slots && !seen_grow(s))
        return error_memory(err);
    seen_insert(s->seen, s->n_seen_slots, hash);
    s->n_seen++;
    return AUTOML_OK;
}

static struct search_candidate *candidate(const struct search_state *s, int64_t i)
{
    return &s->out->candidates[i];
}

static bool better(const struct search_state *s, int64_t a, int64_t b)
{
    return candidate(s, a)->eval.score > candidate(s, b)->eval.score;
}

/* Best of its learner; ensembles and stacks count under their last node. */
static bool family_update(struct search_state *s, int64_t i)
{
    const struct op_class *learner = graph_learner(candidate(s, i)->graph);
    for (int32_t f = 0; f < s->n_family; f++) {
        if (graph_learner(candidate(s, s->family[f])->graph) != learner)
            continue;
        if (!better(s, i, s->family[f]))
            return false;
        s->family[f] = i;
        return true;
    }
    if (s->n_family < BUDGET_RATES)
        s->family[s->n_family++] = i;
    return true;
}

static bool is_family_best(const struct search_state *s, int64_t i)
{
    for (int32_t f = 0; f < s->n_family; f++)
        if (s->family[f] == i)
            return true;
    return false;
}

static bool is_kept(const struct search_state *s, int64_t i)
{
    for (int32_t j = 0; j < s->n_kept; j++)
        if (s->kept[j] == i)
            return true;
    return false;
}

/* Frees what no longer belongs to the best or to the best of a family. */
static void release_others(struct search_state *s)
{
    for (int64_t i = 0; i < s->out->n_candidates; i++) {
        struct evaluation *e = &candidate(s, i)->eval;
        if (e->oof != NULL && !is_kept(s, i) && !is_family_best(s, i)) {
            evaluation_drop_models(e);
            evaluation_drop_oof(e);
        }
    }
}

static void keep(struct search_state *s, int64_t i)
{
    int32_t at = s->n_kept++;
    for (; at > 0 && better(s, i, s->kept[at - 1]); at--)
        s->kept[at] = s->kept[at - 1];
    s->kept[at] = i;
    if (s->n_kept > SEARCH_KEEP)
        s->n_kept = SEARCH_KEEP;
    family_update(s, i);
    release_others(s);
}

static struct pareto_point point_of(const struct search_state *s, int32_t i)
{
    const struct evaluation *e = &candidate(s, i)->eval;
    return (struct pareto_point){e->score, e->row_cost};
}

static automl_status population_add(struct search_state *s, int32_t i, automl_error *err)
{
    struct mem *m = s->r->mem;
    s->population[s->n_population++] = i;
    int32_t n = s->n_population, size = s->r->population_size;
    struct pareto_point *p = NEW_ARRAY(m, n, struct pareto_point);
    int32_t *order = NEW_ARRAY(m, n, int32_t);
    bool ok = p != NULL && order != NULL;
    for (int32_t j = 0; ok && j < n; j++)
        p[j] = point_of(s, s->population[j]);
    if (ok && n > size) {
        ok = pareto_select(m, p, n, size, order);
        for (int32_t j = 0; ok && j < size; j++)
            order[j] = s->population[order[j]];
        if (ok)
            memcpy(s->population, order, (size_t)size * sizeof *order);
        s->n_population = n = size;
        for (int32_t j = 0; j < n; j++)
            p[j] = point_of(s, s->population[j]);
    }
    ok = ok && pareto_rank(m, p, n, s->rank, s->crowding);
    mem_free(m, p);
    mem_free(m, order);
    return ok ? AUTOML_OK : error_memory(err);
}

static void count(struct search_state *s, const struct search_candidate *c)
{
    struct search_result *out = s->out;
    switch (c->eval.outcome) {
    case EVAL_DONE:
        out->evaluated++;
        break;
    case EVAL_DROPPED:
        out->evaluated++;
        out->dropped++;
        break;
    case EVAL_FAILED:
        out->evaluated++;
        out->failed++;
        out->memory_limited = out->memory_limited || c->eval.status == AUTOML_E_MEMORY;
        break;
    case EVAL_STOPPED: /* by its own limit of time, or with the whole search */
    case EVAL_SKIPPED:
        out->skipped++;
        out->clock_used = true;
        break;
    }
}

static bool too_slow(const struct search_state *s, const struct search_candidate *c)
{
    return s->r->max_predict_us > 0 && c->eval.row_cost > 1000 * s->r->max_predict_us;
}

automl_status archive_add(struct search_state *s, struct search_candidate *c, automl_error *err)
{
    struct search_result *out = s->out;
    void *list = out->candidates;
    if (!mem_grow(s->r->mem, &list, &s->capacity, out->n_candidates + 1, sizeof *out->candidates)) {
        out->candidates = list;
        return error_memory(err);
    }
    out->candidates = list;
    int64_t i = out->n_candidates++;
    out->candidates[i] = *c;
    memset(c, 0, sizeof *c);
    c = &out->candidates[i];
    count(s, c);
    s->since_best++;
    if (c->eval.outcome != EVAL_DONE || isnan(c->eval.score) || (too_slow(s, c) && c->index > 0)) {
        evaluation_drop_models(&c->eval);
        evaluation_drop_oof(&c->eval);
        return AUTOML_OK;
    }
    if (out->best < 0 || better(s, i, out->best)) {
        out->best = i;
        s->since_best = 0;
    }
    keep(s, i);
    return population_add(s, (int32_t)i, err);
}

/* Mean of the first m fold scores. */
static double prefix_mean(const struct evaluation *e, int32_t m)
{
    double mean, std;
    scores_summary(e->fold_scores, m, &mean, &std);
    return mean;
}

void archive_race(const struct search_state *s, struct eval_race *out)
{
    out->bar[0] = out->bar[1] = -INFINITY;
    if (s->n_kept < RACE_BEST)
        return;
    const struct evaluation *best = &candidate(s, s->kept[0])->eval;
    for (int32_t m = 1; m <= 2; m++) {
        double bar = INFINITY;
        for (int32_t j = 0; j < RACE_BEST; j++)
            bar = fmin(bar, prefix_mean(&candidate(s, s->kept[j])->eval, m));
        /* Fold scores of one candidate differ by about std; a shared fold's luck is in both sides already. */
        out->bar[m - 1] = bar - best->std / sqrt((double)m);
    }
}

static int32_t score_tournament(const struct search_state *s, struct rng *r)
{
    int32_t a = (int32_t)rng_below(r, (uint32_t)s->n_population),
            b = (int32_t)rng_below(r, (uint32_t)s->n_population);
    return better(s, s->population[b], s->population[a]) ? b : a;
}

const struct search_candidate *archive_parent(const struct search_state *s, struct rng *r)
{
    int32_t i = rng_below(r, 2) == 0 ? pareto_tournament(r, s->rank, s->crowding, s->n_population)
                                     : score_tournament(s, r);
    return candidate(s, s->population[i]);
}
