/*
 * pareto.h - NSGA-II (Deb, Pratap, Agarwal, Meyarivan 2002): non-dominated ranks and crowding distances of
 * (score, cost).
 */
#ifndef SEARCH_PARETO_H
#define SEARCH_PARETO_H

#include "base/memory.h"
#include "base/rng.h"

struct pareto_point {
    double score; /* greater is better; NaN is worst */
    double cost;  /* smaller is better */
};

/* rank[n]: 0 = front. crowding[n]: INFINITY at the ends of each front. False: no memory. */
bool pareto_rank(struct mem *m, const struct pareto_point *p, int32_t n, int32_t *rank, double *crowding);
/* The `keep` best by (rank, crowding, index); indices in that order. */
bool pareto_select(struct mem *m, const struct pareto_point *p, int32_t n, int32_t keep, int32_t *out);
/* Binary tournament by (rank, crowding); ties to the lower index. */
int32_t pareto_tournament(struct rng *r, const int32_t *rank, const double *crowding, int32_t n);

#endif
