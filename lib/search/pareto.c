/*
 * pareto.c - fast non-dominated sorting for a few hundred points: ranks by peeling fronts, O(n^2).
 */
#include "search/pareto.h"

#include <math.h>

#include "base/sort.h"

static double score_of(const struct pareto_point *p)
{
    return isnan(p->score) ? -INFINITY : p->score;
}

static bool dominates(const struct pareto_point *a, const struct pareto_point *b)
{
    double sa = score_of(a), sb = score_of(b);
    return sa >= sb && a->cost <= b->cost && (sa > sb || a->cost < b->cost);
}

struct by_objective {
    const struct pareto_point *p;
    bool by_cost;
};

static int compare_objective(const void *user, int32_t a, int32_t b)
{
    const struct by_objective *o = user;
    double x = o->by_cost ? o->p[a].cost : score_of(&o->p[a]);
    double y = o->by_cost ? o->p[b].cost : score_of(&o->p[b]);
    return x < y ? -1 : x > y;
}

static double gap(double high, double low, double range)
{
    double d = high - low;
    return range > 0 && isfinite(range) && isfinite(d) ? d / range : 0;
}

/* Adds one objective's share to the crowding of the points of one front, idx[0..n). */
static bool crowd(
    struct mem *m, const struct pareto_point *p, int32_t *idx, int32_t n, bool by_cost, double *crowding)
{
    struct by_objective o = {p, by_cost};
    if (!sort_indices(m, idx, n, compare_objective, &o))
        return false;
    double low = by_cost ? p[idx[0]].cost : score_of(&p[idx[0]]);
    double high = by_cost ? p[idx[n - 1]].cost : score_of(&p[idx[n - 1]]);
    crowding[idx[0]] = crowding[idx[n - 1]] = INFINITY;
    for (int32_t i = 1; i < n - 1; i++) {
        const struct pareto_point *a = &p[idx[i + 1]], *b = &p[idx[i - 1]];
        crowding[idx[i]] +=
            by_cost ? gap(a->cost, b->cost, high - low) : gap(score_of(a), score_of(b), high - low);
    }
    return true;
}

/* Marks the points of front `level` among those not ranked yet (rank -1); returns how many. */
static int32_t peel(const struct pareto_point *p, int32_t n, int32_t level, int32_t *rank, int32_t *front)
{
    int32_t size = 0;
    for (int32_t i = 0; i < n; i++) {
        bool dominated = rank[i] >= 0;
        for (int32_t j = 0; j < n && !dominated; j++)
            dominated = rank[j] < 0 && dominates(&p[j], &p[i]);
        if (!dominated)
            front[size++] = i;
    }
    for (int32_t i = 0; i < size; i++)
        rank[front[i]] = level;
    return size;
}

bool pareto_rank(struct mem *m, const struct pareto_point *p, int32_t n, int32_t *rank, double *crowding)
{
    int32_t *front = NEW_ARRAY(m, n, int32_t);
    bool ok = front != NULL;
    for (int32_t i = 0; i < n; i++) {
        rank[i] = -1;
        crowding[i] = 0;
    }
    for (int32_t ranked = 0, level = 0; ok && ranked < n; level++) {
        int32_t size = peel(p, n, level, rank, front);
        ranked += size;
        ok = crowd(m, p, front, size, false, crowding) && crowd(m, p, front, size, true, crowding);
    }
    mem_free(m, front);
    return ok;
}

struct by_rank {
    const int32_t *rank;
    const double *crowding;
};

static int compare_rank(const void *user, int32_t a, int32_t b)
{
    const struct by_rank *r = user;
    if (r->rank[a] != r->rank[b])
        return r->rank[a] < r->rank[b] ? -1 : 1;
    if (r->crowding[a] > r->crowding[b] || r->crowding[a] < r->crowding[b])
        return r->crowding[a] > r->crowding[b] ? -1 : 1;
    return a < b ? -1 : a > b;
}

bool pareto_select(struct mem *m, const struct pareto_point *p, int32_t n, int32_t keep, int32_t *out)
{
    int32_t *rank = NEW_ARRAY(m, n, int32_t), *order = NEW_ARRAY(m, n, int32_t);
    double *crowding = NEW_ARRAY(m, n, double);
    bool ok = rank != NULL && order != NULL && crowding != NULL && pareto_rank(m, p, n, rank, crowding);
    struct by_rank r = {rank, crowding};
    for (int32_t i = 0; ok && i < n; i++)
        order[i] = i;
    ok = ok && sort_indices(m, order, n, compare_rank, &r);
    for (int32_t i = 0; ok && i < keep && i < n; i++)
        out[i] = order[i];
    mem_free(m, rank);
    mem_free(m, order);
    mem_free(m, crowding);
    return ok;
}

int32_t pareto_tournament(struct rng *r, const int32_t *rank, const double *crowding, int32_t n)
{
    int32_t a = (int32_t)rng_below(r, (uint32_t)n), b = (int32_t)rng_below(r, (uint32_t)n);
    struct by_rank order = {rank, crowding};
    return compare_rank(&order, a, b) <= 0 ? a : b;
}
