/*
 * moments.h - mean, variance and range of columns, in one stream through memory.
 *
 * Each block of rows is summed twice while it is in the first-level cache (its mean, then the squares around
 * it) and merged into the total by the update of Chan, Golub and LeVeque, "Updating formulae and a pairwise
 * algorithm for computing sample variances", 1979. The order of summation is fixed.
 */
#ifndef OPS_SHARED_MOMENTS_H
#define OPS_SHARED_MOMENTS_H

#include "ops/shared/column.h"

struct moments {
    double n;    /* values that are not missing, or the sum of their weights */
    double mean; /* NaN if n is 0; not finite if the values are not, or overflow */
    double m2;   /* sum of (weighted) squares around the mean */
};

/* Of column j; w (n_rows weights >= 0) may be NULL. Returns early, with part of the rows, once stop says so.
 */
struct moments moments_column(const struct frame *f, int32_t j, const double *w, const struct stop *stop);
/* Smallest and largest value of column j that is not missing; both NaN if there is none. */
void moments_range(
    const struct frame *f, int32_t j, const struct stop *stop, double *out_min, double *out_max);

#endif
