/*
 * row_order.h - rows in runs of equal keys: the groups of a grouped split, the moments of a split by time.
 */
#ifndef DATA_ROW_ORDER_H
#define DATA_ROW_ORDER_H

#include "base/memory.h"

struct row_order {
    struct mem *mem;
    int32_t *rows;  /* all n, by key; equal keys in order of the rows */
    int32_t *begin; /* n_runs + 1: run i is rows[begin[i]..begin[i+1]) */
    int32_t n_runs;
};

/* False: no memory. The order holds n >= 0 rows; free it whatever happens. */
bool row_order_by_group(struct row_order *o, struct mem *m, const int32_t *groups, int64_t n);
bool row_order_by_time(struct row_order *o, struct mem *m, const int64_t *times, int64_t n);
void row_order_free(struct row_order *o);

/* The run whose first row stands nearest to position `at`, among runs [lo, hi]; the earlier one if two are.
 */
int32_t row_order_nearest(const struct row_order *o, int64_t at, int32_t lo, int32_t hi);

#endif
