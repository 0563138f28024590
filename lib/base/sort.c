/*
 * sort.c - radix sort of (key, position) pairs packed into one word.
 *
 * A float becomes a 32-bit key whose unsigned order is the wanted order; key << 32 | position is the item.
 * Items are distinct and a stable order by key is the plain order of the items, so any way of sorting them
 * gives the same result: insertion for short ranges, otherwise least significant digit first over the four
 * bytes of the key.
 *
 * A double's key has 64 bits. Items with its upper half are sorted first; that decides nearly all of the
 * order. Each run of equal upper halves is then sorted by the lower half, in place. Continuous data so cost
 * at most four passes instead of eight, and 16 bytes of scratch a row.
 */
#include "base/sort.h"

#include <string.h>

enum { SHORT = 48, MERGE_RUN = 12 };

/* -0 counts as +0, every NaN as the largest key. */
static inline uint64_t key_double(double x)
{
    uint64_t bits;
    if (x != x)
        return UINT64_MAX;
    x += 0.0;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static inline uint32_t key_float(float x)
{
    uint32_t bits;
    if (x != x)
        return UINT32_MAX;
    x += 0.0F;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 31 ? ~bits : bits | UINT32_C(1) << 31;
}

static inline uint64_t item(uint32_t key, uint32_t position)
{
    return (uint64_t)key << 32 | position;
}

static void insertion(uint64_t *a, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        uint64_t x = a[i];
        int64_t j = i;
        for (; j > 0 && a[j - 1] > x; j--)
            a[j] = a[j - 1];
        a[j] = x;
    }
}

/* Counts the bytes of all keys at once; true if the items are in order already. */
static bool count_bytes(const uint64_t *a, int64_t n, uint32_t counts[4][256])
{
    memset(counts, 0, 4 * sizeof *counts);
    uint64_t previous = 0;
    bool ordered = true;
    for (int64_t i = 0; i < n; i++) {
        uint64_t x = a[i];
        ordered &= previous <= x;
        previous = x;
        counts[0][x >> 32 & 255]++;
        counts[1][x >> 40 & 255]++;
        counts[2][x >> 48 & 255]++;
        counts[3][x >> 56]++;
    }
    return ordered;
}

/* Moves the items to `out`, in the order of one byte. */
static void scatter(const uint64_t *a, int64_t n, const uint32_t count[256], int shift, uint64_t *out)
{
    uint64_t *next[256];
    for (int b = 0; b < 256; b++) {
        next[b] = out;
        out += count[b];
    }
    for (int64_t i = 0; i < n; i++)
        *next[a[i] >> shift & 255]++ = a[i];
}

/* Sorts n items in a; tmp has room for n. */
static void sort_items(uint64_t *a, int64_t n, uint64_t *tmp)
{
    if (n <= SHORT) {
        insertion(a, n);
        return;
    }
    uint32_t counts[4][256];
    if (count_bytes(a, n, counts))
        return;
    uint64_t *from = a, *to = tmp;
    for (int byte = 0; byte < 4; byte++) {
        int shift = 32 + 8 * byte;
        if (counts[byte][from[0] >> shift & 255] == (uint32_t)n)
            continue;
        scatter(from, n, counts[byte], shift, to);
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != a)
        memcpy(a, from, (size_t)n * sizeof *a);
}

/* Sorts each run of equal upper halves by the lower halves. Upper halves are not needed afterwards. */
static void sort_runs(uint64_t *a, int64_t n, const double *x, uint64_t *tmp)
{
    for (int64_t start = 0, end; start < n; start = end) {
        end = start + 1;
        while (end < n && a[end] >> 32 == a[start] >> 32)
            end++;
        if (end - start == 1)
            continue;
        for (int64_t i = start; i < end; i++) {
            uint32_t position = (uint32_t)a[i];
            a[i] = item((uint32_t)key_double(x[position]), position);
        }
        sort_items(a + start, end - start, tmp);
    }
}

/* Two arrays of n items, on the stack of the caller when short. */
struct scratch {
    struct mem *mem;
    uint64_t *items, *tmp;
    uint64_t small[2 * SHORT];
};

static bool scratch_take(struct scratch *s, struct mem *m, int64_t n)
{
    s->mem = m;
    s->items = n <= SHORT ? s->small : mem_alloc_array(m, (size_t)n, 2 * sizeof *s->items);
    if (!s->items)
        return false;
    s->tmp = s->items + n;
    return true;
}

static void scratch_drop(struct scratch *s)
{
    if (s->items != s->small)
        mem_free(s->mem, s->items);
}

static void sort_doubles(struct scratch *s, const double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        s->items[i] = item((uint32_t)(key_double(x[i]) >> 32), (uint32_t)i);
    sort_items(s->items, n, s->tmp);
    sort_runs(s->items, n, x, s->tmp);
}

static void positions(const struct scratch *s, int64_t n, int32_t *order)
{
    for (int64_t i = 0; i < n; i++)
        order[i] = (int32_t)(uint32_t)s->items[i];
}

static void sift_down(int32_t *x, int64_t root, int64_t n)
{
    int32_t value = x[root];
    for (int64_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && x[child] < x[child + 1])
            child++;
        if (x[child] <= value)
            break;
        x[root] = x[child];
    }
    x[root] = value;
}

struct order {
    int (*compare)(const void *user, int32_t a, int32_t b);
    const void *user;
};

static void insertion_by(const struct order *o, int32_t *a, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        int32_t x = a[i];
        int64_t j = i;
        for (; j > 0 && o->compare(o->user, a[j - 1], x) > 0; j--)
            a[j] = a[j - 1];
        a[j] = x;
    }
}

/* Merges a[0, middle) and a[middle, n); tmp has room for the first part. */
static void merge(const struct order *o, int32_t *a, int64_t middle, int64_t n, int32_t *tmp)
{
    if (o->compare(o->user, a[middle - 1], a[middle]) <= 0)
        return;
    memcpy(tmp, a, (size_t)middle * sizeof *a);
    int64_t left = 0, right = middle, out = 0;
    while (left < middle && right < n) {
        if (o->compare(o->user, a[right], tmp[left]) < 0)
            a[out++] = a[right++];
        else
            a[out++] = tmp[left++];
    }
    memcpy(a + out, tmp + left, (size_t)(middle - left) * sizeof *a);
}

bool sort_order_double(struct mem *m, const double *x, int64_t n, int32_t *order)
{
    struct scratch s;
    if (!scratch_take(&s, m, n))
        return false;
    sort_doubles(&s, x, n);
    positions(&s, n, order);
    scratch_drop(&s);
    return true;
}

bool sort_order_float(struct mem *m, const float *x, int64_t n, int32_t *order)
{
    struct scratch s;
    if (!scratch_take(&s, m, n))
        return false;
    for (int64_t i = 0; i < n; i++)
        s.items[i] = item(key_float(x[i]), (uint32_t)i);
    sort_items(s.items, n, s.tmp);
    positions(&s, n, order);
    scratch_drop(&s);
    return true;
}

/* By way of the order, so that NaNs keep their bits and zeros their signs. */
bool sort_double(struct mem *m, double *x, int64_t n)
{
    struct scratch s;
    if (!scratch_take(&s, m, n))
        return false;
    sort_doubles(&s, x, n);
    for (int64_t i = 0; i < n; i++)
        memcpy(&s.tmp[i], &x[(uint32_t)s.items[i]], sizeof *x);
    if (n > 0)
        memcpy(x, s.tmp, (size_t)n * sizeof *x);
    scratch_drop(&s);
    return true;
}

void sort_int32(int32_t *x, int64_t n)
{
    for (int64_t root = n / 2 - 1; root >= 0; root--)
        sift_down(x, root, n);
    for (int64_t last = n - 1; last > 0; last--) {
        int32_t largest = x[0];
        x[0] = x[last];
        x[last] = largest;
        sift_down(x, 0, last);
    }
}

bool sort_indices(struct mem *m, int32_t *idx, int64_t n,
    int (*compare)(const void *user, int32_t a, int32_t b), const void *user)
{
    struct order o = {compare, user};
    if (n <= MERGE_RUN) {
        insertion_by(&o, idx, n);
        return true;
    }
    int32_t *tmp = NEW_ARRAY(m, n, int32_t);
    if (!tmp)
        return false;
    for (int64_t i = 0; i < n; i += MERGE_RUN)
        insertion_by(&o, idx + i, n - i < MERGE_RUN ? n - i : MERGE_RUN);
    for (int64_t width = MERGE_RUN; width < n; width *= 2)
        for (int64_t i = 0; i + width < n; i += 2 * width)
            merge(&o, idx + i, width, n - i < 2 * width ? n - i : 2 * width, tmp);
    mem_free(m, tmp);
    return true;
}
