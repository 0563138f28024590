/*
 * moments.c - the kernels are written with vectors of four doubles, which every target of gcc and clang
 * lowers to what it has; the bits do not depend on it.
 */
#include "ops/shared/moments.h"

#include <math.h>
#include <string.h>

typedef double vec __attribute__((vector_size(32)));
enum { LANES = 4 };

static double total(const vec *a, const vec *b)
{
    vec s = *a + *b;
    return (s[0] + s[2]) + (s[1] + s[3]);
}

static double sum(const double *v, int64_t n)
{
    vec a = {0}, b = {0}, x[2];
    int64_t i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        memcpy(x, v + i, sizeof x);
        a += x[0];
        b += x[1];
    }
    double s = total(&a, &b);
    for (; i < n; i++)
        s += v[i];
    return s;
}

static double squares_around(const double *v, int64_t n, double mean)
{
    vec a = {0}, b = {0}, x[2], m = {mean, mean, mean, mean};
    int64_t i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        memcpy(x, v + i, sizeof x);
        x[0] -= m;
        x[1] -= m;
        a += x[0] * x[0];
        b += x[1] * x[1];
    }
    double s = total(&a, &b);
    for (; i < n; i++)
        s += (v[i] - mean) * (v[i] - mean);
    return s;
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
    enum { WAYS = 8 };
    double a[WAYS], b[WAYS];
    for (int k = 0; k < WAYS; k++) {
        a[k] = *lo;
        b[k] = *hi;
    }
    int64_t i = 0;
    for (; i + WAYS <= n; i += WAYS)
        for (int k = 0; k < WAYS; k++) {
            a[k] = v[i + k] < a[k] ? v[i + k] : a[k];
            b[k] = v[i + k] > b[k] ? v[i + k] : b[k];
        }
    for (; i < n; i++) {
        a[0] = v[i] < a[0] ? v[i] : a[0];
        b[0] = v[i] > b[0] ? v[i] : b[0];
    }
    for (int k = 0; k < WAYS; k++) {
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
