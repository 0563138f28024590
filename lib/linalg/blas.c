/*
 * blas.c - vector and matrix-vector products: our own loops, because they are bound by memory and because a
 * threaded BLAS may end the process when memory is short.
 *
 * A sum runs in LANES interleaved partial sums that are added in one fixed order, so a result depends on the
 * data only, not on alignment, threads or the compiler's choice of instructions.
 */
#include "linalg/linalg.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Two doubles: a register of the baseline of x86-64 and of AArch64. */
typedef double pair __attribute__((vector_size(16)));

enum { LANES = 8, ROW_BLOCK = 2048 /* rows of y that stay in L1 while gemv passes over the columns */ };

static inline pair load(const double *p)
{
    pair x;
    memcpy(&x, p, sizeof x);
    return x;
}

static inline void store(double *p, pair x)
{
    memcpy(p, &x, sizeof x);
}

static inline pair both(double a)
{
    pair x = {a, a};
    return x;
}

static inline double across(pair x)
{
    return x[0] + x[1];
}

double la_dot(int64_t n, const double *x, const double *y)
{
    pair s0 = both(0), s1 = s0, s2 = s0, s3 = s0;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        s0 += load(x + i) * load(y + i);
        s1 += load(x + i + 2) * load(y + i + 2);
        s2 += load(x + i + 4) * load(y + i + 4);
        s3 += load(x + i + 6) * load(y + i + 6);
    }
    double s = across((s0 + s1) + (s2 + s3));
    for (; i < n; i++)
        s += x[i] * y[i];
    return s;
}

void la_axpy(int64_t n, double a, const double *x, double *y)
{
    pair aa = both(a);
    int64_t i = 0;
    for (; i + 4 <= n; i += 4) {
        pair y0 = load(y + i) + aa * load(x + i), y1 = load(y + i + 2) + aa * load(x + i + 2);
        store(y + i, y0);
        store(y + i + 2, y1);
    }
    for (; i < n; i++)
        y[i] += a * x[i];
}

void la_scale(int64_t n, double a, double *x)
{
    pair aa = both(a);
    int64_t i = 0;
    for (; i + 4 <= n; i += 4) {
        store(x + i, aa * load(x + i));
        store(x + i + 2, aa * load(x + i + 2));
    }
    for (; i < n; i++)
        x[i] *= a;
}

double la_sum(int64_t n, const double *x)
{
    pair s0 = both(0), s1 = s0, s2 = s0, s3 = s0;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        s0 += load(x + i);
        s1 += load(x + i + 2);
        s2 += load(x + i + 4);
        s3 += load(x + i + 6);
    }
    double s = across((s0 + s1) + (s2 + s3));
    for (; i < n; i++)
        s += x[i];
    return s;
}

/* For values whose squares leave the range of a double. */
static double norm2_scaled(int64_t n, const double *x)
{
    double largest = 0;
    for (int64_t i = 0; i < n; i++)
        if (!(fabs(x[i]) <= largest))
            largest = fabs(x[i]);
    if (largest == 0 || !isfinite(largest))
        return largest;
    double s = 0;
    for (int64_t i = 0; i < n; i++)
        s += (x[i] / largest) * (x[i] / largest);
    return largest * sqrt(s);
}

double la_norm2(int64_t n, const double *x)
{
    double s = la_dot(n, x, x);
    if (isnan(s))
        return s;
    /* Below this, squares that underflowed may have mattered. */
    const double safe = DBL_MIN / (DBL_EPSILON * DBL_EPSILON);
    return s >= safe && s <= DBL_MAX ? sqrt(s) : norm2_scaled(n, x);
}

/* y := beta y, where beta = 0 overwrites whatever y holds. */
static void rescale(int64_t n, double beta, double *y)
{
    if (beta == 0)
        memset(y, 0, (size_t)n * sizeof *y);
    else if (beta != 1)
        la_scale(n, beta, y);
}

/* y += A x for four columns of A. */
static void add_four(int64_t m, const double *a, int64_t lda, const double x[4], double *y)
{
    const double *a0 = a, *a1 = a + lda, *a2 = a + 2 * lda, *a3 = a + 3 * lda;
    pair x0 = both(x[0]), x1 = both(x[1]), x2 = both(x[2]), x3 = both(x[3]);
    int64_t i = 0;
    for (; i + 2 <= m; i += 2) {
        pair s = (x0 * load(a0 + i) + x1 * load(a1 + i)) + (x2 * load(a2 + i) + x3 * load(a3 + i));
        store(y + i, load(y + i) + s);
    }
    for (; i < m; i++)
        y[i] += (x[0] * a0[i] + x[1] * a1[i]) + (x[2] * a2[i] + x[3] * a3[i]);
}

static void gemv_n(
    int64_t m, int64_t n, double alpha, const double *a, int64_t lda, const double *x, double *y)
{
    for (int64_t from = 0; from < m; from += ROW_BLOCK) {
        int64_t rows = m - from < ROW_BLOCK ? m - from : ROW_BLOCK;
        int64_t j = 0;
        for (; j + 4 <= n; j += 4) {
            const double scaled[4] = {alpha * x[j], alpha * x[j + 1], alpha * x[j + 2], alpha * x[j + 3]};
            add_four(rows, a + j * lda + from, lda, scaled, y + from);
        }
        for (; j < n; j++)
            la_axpy(rows, alpha * x[j], a + j * lda + from, y + from);
    }
}

/* out[c] := column c of A times x, for four columns; half the lanes of la_dot, so that all fit in registers.
 */
static void dot_four(int64_t m, const double *a, int64_t lda, const double *x, double out[4])
{
    const double *a0 = a, *a1 = a + lda, *a2 = a + 2 * lda, *a3 = a + 3 * lda;
    pair s0 = both(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
    int64_t i = 0;
    for (; i + 4 <= m; i += 4) {
        pair x0 = load(x + i), x1 = load(x + i + 2);
        s0 += load(a0 + i) * x0;
        t0 += load(a0 + i + 2) * x1;
        s1 += load(a1 + i) * x0;
        t1 += load(a1 + i + 2) * x1;
        s2 += load(a2 + i) * x0;
        t2 += load(a2 + i + 2) * x1;
        s3 += load(a3 + i) * x0;
        t3 += load(a3 + i + 2) * x1;
    }
    out[0] = across(s0 + t0);
    out[1] = across(s1 + t1);
    out[2] = across(s2 + t2);
    out[3] = across(s3 + t3);
    for (; i < m; i++) {
        out[0] += a0[i] * x[i];
        out[1] += a1[i] * x[i];
        out[2] += a2[i] * x[i];
        out[3] += a3[i] * x[i];
    }
}

static void gemv_t(
    int64_t m, int64_t n, double alpha, const double *a, int64_t lda, const double *x, double *y)
{
    int64_t j = 0;
    for (; j + 4 <= n; j += 4) {
        double s[4];
        dot_four(m, a + j * lda, lda, x, s);
        for (int c = 0; c < 4; c++)
            y[j + c] += alpha * s[c];
    }
    for (; j < n; j++)
        y[j] += alpha * la_dot(m, a + j * lda, x);
}

void la_gemv(enum la_trans t, int64_t m, int64_t n, double alpha, const double *a, int64_t lda,
    const double *x, double beta, double *y)
{
    rescale(t == LA_N ? m : n, beta, y);
    if (t == LA_N)
        gemv_n(m, n, alpha, a, lda, x, y);
    else
        gemv_t(m, n, alpha, a, lda, x, y);
}
