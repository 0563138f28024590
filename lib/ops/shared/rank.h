/*
 * rank.h - order statistics without sorting everything: the values at given ranks.
 */
#ifndef OPS_SHARED_RANK_H
#define OPS_SHARED_RANK_H

#include "base/memory.h"

/* The values of rank k and k + 1 (from 0; k + 1 is cut to n - 1) of x[0..n), n >= 1, which holds no NaN and
 * is reordered. O(n): radix selection, 11 bits a pass, then a sort of the few that are left. False: no
 * memory. */
bool rank_pair(struct mem *m, double *x, int64_t n, int64_t k, double out[2]);
/* The middle value, or the mean of the two middle ones. */
bool rank_median(struct mem *m, double *x, int64_t n, double *out);
/* The most frequent value, the smallest of them at a tie. x is sorted. */
bool rank_mode(struct mem *m, double *x, int64_t n, double *out);

#endif
