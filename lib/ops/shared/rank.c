/*
 * rank.c - radix selection on the bits of doubles, which order like integers once negative ones are inverted.
 */
#include "ops/shared/rank.h"

#include <math.h>
#include <string.h>

#include "base/sort.h"

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, SMALL = 2048 };

static uint32_t digit(double v, int shift)
{
    uint64_t u;
    memcpy(&u, &v, sizeof u);
    u ^= u >> 63 ? UINT64_MAX : UINT64_C(1) << 63;
    return (uint32_t)(u >> shift) & (DIGITS - 1);
}

/* One pass: keeps the values of x whose digit is that of rank *k, makes *k the rank among them, and lowers
 * *above to the smallest value that went off the upper end. Returns how many are left. */
static int64_t narrow(double *x, int64_t n, int shift, int64_t *k, double *above, int64_t *counts)
{
    memset(counts, 0, DIGITS * sizeof *counts);
    for (int64_t i = 0; i < n; i++)
        counts[digit(x[i], shift)]++;
    uint32_t d = 0;
    while (*k >= counts[d])
        *k -= counts[d++];
    int64_t left = 0;
    for (int64_t i = 0; i < n; i++) {
        uint32_t e = digit(x[i], shift);
        if (e == d)
            x[left++] = x[i];
        else if (e > d && x[i] < *above)
            *above = x[i];
    }
    return left;
}

bool rank_pair(struct mem *m, double *x, int64_t n, int64_t k, double out[2])
{
    double above = INFINITY;
    bool last = k == n - 1;
    int64_t counts[DIGITS];
    for (int shift = 64 - DIGIT_BITS; n > SMALL && shift >= 0; shift -= DIGIT_BITS)
        n = narrow(x, n, shift, &k, &above, counts);
    if (!sort_double(m, x, n))
        return false;
    out[0] = x[k];
    out[1] = last ? x[k] : k + 1 < n ? x[k + 1] : above;
    return true;
}

bool rank_median(struct mem *m, double *x, int64_t n, double *out)
{
    double v[2];
    if (!rank_pair(m, x, n, (n - 1) / 2, v))
        return false;
    *out = n % 2 ? v[0] : (v[0] + v[1]) / 2;
    return true;
}

bool rank_mode(struct mem *m, double *x, int64_t n, double *out)
{
    if (!sort_double(m, x, n))
        return false;
    int64_t best = 0;
    for (int64_t begin = 0, end; begin < n; begin = end) {
        for (end = begin + 1; end < n && x[end] == x[begin];)
            end++;
        if (end - begin > best) {
            best = end - begin;
            *out = x[begin];
        }
    }
    return true;
}
