/*
 * moments.c - the kernels are written with pairs of doubles, which every target of gcc and clang
 * lowers to what it has; the bits do not depend on it.
 */
#include "ops/shared/moments.h"

#include <math.h>
#include <string.h>

typedef double vec __attribute__((vector_size(16)));
enum { LANES = 2, WAYS = 4, STEP = WAYS * LANES };

static double total(const vec s[WAYS])
{
    vec t = (s[0] + s[1]) + (s[2] + s[3]);
    return t[0] + t[1];
}

static double sum(const double *v, int64_t n)
{
    vec s[WAYS] = {{0}}, x[WAYS];
    int64_t i = 0;
    for (; i + STEP <= n; i += STEP) {
        memcpy(x, v + i, sizeof x);
        s[0] += x[0];
        s[1] += x[1];
        s[2] += x[2];
        s[3] += x[3];
    }
    double rest = 0;
    for (; i < n; i++)
        rest += v[i];
    return total(s) + rest;
}

static double squares_around(const double *v, int64_t n, double mean)
{
    vec s[WAYS] = {{0}}, x[WAYS];
    int64_t i = 0;
    for (; i + STEP <= n; i += STEP) {
        memcpy(x, v + i, sizeof x);
        s[0] += (x[0] - mean) * (x[0] - mean);
        s[1] += (x[1] - mean) * (x[1] - mean);
        s[2] += (x[2] - mean) * (x[2] - mean);
        s[3] += (x[3] - mean) * (x[3] - mean);
    }
    double rest = 0;
    for (; i < n; i++)
        rest += (v[i] - mean) * (v[i] - mean);
    return total(s) + rest;
}

static struct moments of_block(const double *v, int64_t n, double *scratch)
{
    double s = sum(v, n);
    if (isnan(s)) {
        n = column_compact(v, n, scratch);
        v = scratch;
        s = sum(v, n);
    }
    struct moments b = {(double)n, s / (double)n, 0};
    b.m2 = squares_around(v, n, b.mean);
    return b;
}

static struct moments of_weighted_block(const double *v, const double *w, int64_t n)
{
    struct moments b = {0};
    double s = 0;
    for (int64_t i = 0; i < n; i++) {
        bool present = !isnan(v[i]);
        b.n += present ? w[i] : 0;
        s += present ? w[i] * v[i] : 0;
    }
    b.mean = s / b.n;
    for (int64_t i = 0; i < n; i++)
        b.m2 += isnan(v[i]) ? 0 : w[i] * (v[i] - b.mean) * (v[i] - b.mean);
    return b;
}

static void merge(struct moments *a, const struct moments *b)
{
    if (!(b->n > 0))
        return;
    if (!(a->n > 0)) {
        *a = *b;
        return;
    }
    double n = a->n + b->n, d = b->mean - a->mean;
    a->mean += d * (b->n / n);
    a->m2 += b->m2 + d * d * (a->n * (b->n / n));
    a->n = n;
}

struct moments moments_column(const struct frame *f, int32_t j, const double *w, const struct stop *stop)
{
    double gathered[COLUMN_BLOCK], compacted[COLUMN_BLOCK];
    struct moments all = {0, (double)NAN, 0};
    for (int64_t begin = 0; begin < f->n_rows && !stop_check(stop); begin += COLUMN_BLOCK) {
        int64_t end = begin + COLUMN_BLOCK < f->n_rows ? begin + COLUMN_BLOCK : f->n_rows;
        const double *v = column_block(f, j, begin, end, gathered);
        struct moments b =
            w ? of_weighted_block(v, w + begin, end - begin) : of_block(v, end - begin, compacted);
        merge(&all, &b);
    }
    return all;
}

/* A comparison with NaN is false, so missing values change nothing. */
static void widen(const double *v, int64_t n, double *lo, double *hi)
{
    enum { MANY = 8 };
    double a[MANY], b[MANY];
    for (int k = 0; k < MANY; k++) {
        a[k] = *lo;
        b[k] = *hi;
    }
    int64_t i = 0;
    for (; i + MANY <= n; i += MANY)
        for (int k = 0; k < MANY; k++) {
            a[k] = v[i + k] < a[k] ? v[i + k] : a[k];
            b[k] = v[i + k] > b[k] ? v[i + k] : b[k];
        }
    for (; i < n; i++) {
        a[0] = v[i] < a[0] ? v[i] : a[0];
        b[0] = v[i] > b[0] ? v[i] : b[0];
    }
    for (int k = 0; k < MANY; k++) {
        *lo = a[k] < *lo ? a[k] : *lo;
        *hi = b[k] > *hi ? b[k] : *hi;
    }
}

void moments_range(
    const struct frame *f, int32_t j, const struct stop *stop, double *out_min, double *out_max)
{
    double gathered[COLUMN_BLOCK], lo = INFINITY, hi = -INFINITY;
    for (int64_t begin = 0; begin < f->n_rows && !stop_check(stop); begin += COLUMN_BLOCK) {
        int64_t end = begin + COLUMN_BLOCK < f->n_rows ? begin + COLUMN_BLOCK : f->n_rows;
        widen(column_block(f, j, begin, end, gathered), end - begin, &lo, &hi);
    }
    bool none = lo > hi;
    *out_min = none ? (double)NAN : lo;
    *out_max = none ? (double)NAN : hi;
}
