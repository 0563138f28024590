/*
 * neighbors.h - the exact k nearest of n stored points, ties to the lowest index.
 *
 * Euclidean searches run on single-precision matrix products that bound every distance from below and above;
 * what may be among the nearest is then measured in double precision, so the result is the one of a plain
 * double-precision search. Other metrics are measured directly.
 */
#ifndef OPS_SHARED_NEIGHBORS_H
#define OPS_SHARED_NEIGHBORS_H

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"

enum { NEIGHBORS_CHEBYSHEV = 0 }; /* as `power`; else the p of Minkowski's metric, 1, 2, 3, ... */

struct neighbors {
    struct mem *mem;
    int64_t n;
    int32_t p;
    int32_t power;
    double *x;      /* n x p, row-major; owned */
    float *single;  /* the same, centred, for power 2; NULL if it would overflow */
    float *norms;   /* n: squared lengths of the rows of `single` */
    double *centre; /* p */
};

/* A neighbour and how far it is: the sum of |d|^power (the square for Euclid), or the largest |d|. */
struct neighbor {
    double rank;
    int64_t index;
};

/* Takes over x, a block of `m`, whatever happens. */
automl_status neighbors_create(
    struct mem *m, double *x, int64_t n, int32_t p, int32_t power, struct neighbors *out, automl_error *err);
void neighbors_free(struct neighbors *s);

/* The k (<= n) nearest of each of n_queries points (row-major), nearest first: out[i * k ...]. */
automl_status neighbors_find(const struct neighbors *s, const double *queries, int64_t n_queries, int64_t k,
    struct mem *mem, const struct stop *stop, struct neighbor *out, automl_error *err);
/* The same for one point: no memory, no failure, the same bits. */
void neighbors_find_one(const struct neighbors *s, const double *query, int64_t k, struct neighbor *out);
/* The distance of a rank. */
double neighbors_distance(const struct neighbors *s, double rank);

#endif
