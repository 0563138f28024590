/*
 * row_order.c - sorts row numbers by a key and finds the runs.
 */
#include "data/row_order.h"

#include "base/sort.h"

struct keys {
    const int32_t *groups; /* one of the two is set */
    const int64_t *times;
};

static int compare_keys(const void *user, int32_t a, int32_t b)
{
    const struct keys *k = user;
    int64_t left = k->groups ? k->groups[a] : k->times[a];
    int64_t right = k->groups ? k->groups[b] : k->times[b];
    return (left > right) - (left < right);
}

static bool order_create(struct row_order *o, struct mem *m, const struct keys *k, int64_t n)
{
    *o = (struct row_order){.mem = m};
    o->rows = NEW_ARRAY(m, n, int32_t);
    o->begin = NEW_ARRAY(m, n + 1, int32_t);
    if (!o->rows || !o->begin)
        return false;
    for (int64_t i = 0; i < n; i++)
        o->rows[i] = (int32_t)i;
    if (!sort_indices(m, o->rows, n, compare_keys, k))
        return false;
    for (int64_t i = 0; i < n; i++)
        if (i == 0 || compare_keys(k, o->rows[i - 1], o->rows[i]) != 0)
            o->begin[o->n_runs++] = (int32_t)i;
    o->begin[o->n_runs] = (int32_t)n;
    return true;
}

bool row_order_by_group(struct row_order *o, struct mem *m, const int32_t *groups, int64_t n)
{
    const struct keys k = {.groups = groups};
    return order_create(o, m, &k, n);
}

bool row_order_by_time(struct row_order *o, struct mem *m, const int64_t *times, int64_t n)
{
    const struct keys k = {.times = times};
    return order_create(o, m, &k, n);
}

void row_order_free(struct row_order *o)
{
    if (!o->mem)
        return;
    mem_free(o->mem, o->rows);
    mem_free(o->mem, o->begin);
    *o = (struct row_order){0};
}

int32_t row_order_nearest(const struct row_order *o, int64_t at, int32_t lo, int32_t hi)
{
    int32_t low = lo, high = hi;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (o->begin[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    if (low > lo && at - o->begin[low - 1] <= o->begin[low] - at)
        low--;
    return low;
}
