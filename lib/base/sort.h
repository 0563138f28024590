/*
 * sort.h - stable sorting of keys with their positions.
 *
 * Radix sorts: 8 bits a pass, passes whose byte is constant are skipped; short inputs by insertion. All are
 * stable, so ties keep the order of the input and results do not depend on the platform. NaN sorts last,
 * -0 equals +0. `scratch` holds as many elements as the documentation of each says.
 */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <stdint.h>

#include "base/memory.h"

/* order := the permutation that sorts x ascending. Allocates 2 n words of scratch from m; false: no memory.
 */
bool sort_order_double(struct mem *m, const double *x, int64_t n, int32_t *order);
bool sort_order_float(struct mem *m, const float *x, int64_t n, int32_t *order);
/* Sorts in place; same order. */
bool sort_double(struct mem *m, double *x, int64_t n);
void sort_int32(int32_t *x, int64_t n); /* heap sort: no memory */
/* Generic, stable merge sort: less(user, a, b) < 0 if a goes before b. Indices are permuted. */
bool sort_indices(struct mem *m, int32_t *idx, int64_t n,
    int (*compare)(const void *user, int32_t a, int32_t b), const void *user);

#endif
