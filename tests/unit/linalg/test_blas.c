/* Level 1 and 2 of linalg/linalg.h against plain loops in long double. */
#include "linalg/linalg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/rng.h"

enum { MOST = 5000 };

static double x[MOST + 8], y[MOST + 8], z[MOST + 8];

static void fill(double *a, int64_t n, uint64_t seed)
{
    struct rng r = rng_seed(seed);
    for (int64_t i = 0; i < n; i++)
        a[i] = rng_normal(&r);
}

static void assert_close(double a, long double b, double scale)
{
    if (!(fabs(a - (double)b) <= 1e-14 * scale))
        fail_msg("%.17g is not %.17g within %g", a, (double)b, 1e-14 * scale);
}

static const int64_t lengths[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 100, 1001, MOST};
enum { LENGTHS = sizeof lengths / sizeof *lengths };

static void dots_and_sums_of_every_length(void **state)
{
    (void)state;
    fill(x, MOST, 1);
    fill(y, MOST, 2);
    for (int l = 0; l < LENGTHS; l++) {
        long double dot = 0, sum = 0, square = 0;
        for (int64_t i = 0; i < lengths[l]; i++) {
            dot += (long double)x[i] * (long double)y[i];
            sum += (long double)x[i];
            square += (long double)x[i] * (long double)x[i];
        }
        double n = (double)lengths[l];
        assert_close(la_dot(lengths[l], x, y), dot, n);
        assert_close(la_sum(lengths[l], x), sum, n);
        assert_close(la_norm2(lengths[l], x), sqrtl(square), n);
    }
}

static void adds_and_scales_every_length(void **state)
{
    (void)state;
    for (int l = 0; l < LENGTHS; l++) {
        int64_t n = lengths[l];
        fill(x, n, 1);
        fill(y, n, 2);
        y[n] = 77;
        memcpy(z, y, sizeof z);
        la_axpy(n, -0.3, x, y);
        for (int64_t i = 0; i < n; i++)
            assert_true(y[i] == z[i] + -0.3 * x[i]);
        la_scale(n, 3, y);
        for (int64_t i = 0; i < n; i++)
            assert_true(y[i] == 3 * (z[i] + -0.3 * x[i]));
        assert_true(y[n] == 77);
    }
}

static void sums_do_not_depend_on_alignment(void **state)
{
    (void)state;
    fill(x, 1001, 3);
    double dot = la_dot(1001, x, x), sum = la_sum(1001, x);
    for (int shift = 1; shift < 8; shift++) {
        memcpy(z + shift, x, 1001 * sizeof *x);
        assert_true(la_dot(1001, z + shift, z + shift) == dot);
        assert_true(la_sum(1001, z + shift) == sum);
    }
}

static void norms_survive_extreme_values(void **state)
{
    (void)state;
    const double big[3] = {3e300, 0, -4e300}, small[3] = {3e-300, 0, 4e-300}, tiny[2] = {5e-324, 0};
    const double none[2] = {0, 0}, infinite[2] = {1, -HUGE_VAL}, bad[3] = {NAN, 1, HUGE_VAL};
    assert_close(la_norm2(3, big) / 5e300, 1, 10);
    assert_close(la_norm2(3, small) / 5e-300, 1, 10);
    assert_true(la_norm2(2, tiny) == 5e-324);
    assert_true(la_norm2(2, none) == 0);
    assert_true(la_norm2(2, infinite) == HUGE_VAL);
    assert_true(isnan(la_norm2(3, bad)));
}

/* y := alpha op(A) x + beta y, plainly. */
static void plain_gemv(enum la_trans t, int64_t m, int64_t n, const double *a, int64_t lda, const double *v,
    double beta, const double *before, long double *out)
{
    int64_t rows = t == LA_N ? m : n, columns = t == LA_N ? n : m;
    for (int64_t i = 0; i < rows; i++) {
        out[i] = beta == 0 ? 0 : (long double)beta * (long double)before[i];
        for (int64_t j = 0; j < columns; j++)
            out[i] += 0.7L * (long double)(t == LA_N ? a[j * lda + i] : a[i * lda + j]) * (long double)v[j];
    }
}

static void check_gemv(enum la_trans t, int64_t m, int64_t n, double beta)
{
    static double a[70 * 2500];
    static long double expected[MOST];
    int64_t lda = m + 3, rows = t == LA_N ? m : n;
    fill(a, lda * n, 4);
    fill(x, t == LA_N ? n : m, 5);
    fill(y, rows, 6);
    if (beta == 0 && rows > 0)
        y[0] = NAN;
    plain_gemv(t, m, n, a, lda, x, beta, y, expected);
    la_gemv(t, m, n, 0.7, a, lda, x, beta, y);
    for (int64_t i = 0; i < rows; i++)
        assert_close(y[i], expected[i], (double)(m + n));
}

static void multiplies_matrix_and_vector(void **state)
{
    (void)state;
    const int64_t sizes[][2] = {
        {1, 1}, {2, 3}, {7, 4}, {8, 5}, {33, 67}, {67, 33}, {2050, 6}, {2048, 8}, {0, 3}, {3, 0}};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int t = 0; t < 2; t++) {
            check_gemv(t ? LA_T : LA_N, sizes[s][0], sizes[s][1], 0);
            check_gemv(t ? LA_T : LA_N, sizes[s][0], sizes[s][1], 1);
            check_gemv(t ? LA_T : LA_N, sizes[s][0], sizes[s][1], -1.5);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dots_and_sums_of_every_length),
        cmocka_unit_test(adds_and_scales_every_length),
        cmocka_unit_test(sums_do_not_depend_on_alignment),
        cmocka_unit_test(norms_survive_extreme_values),
        cmocka_unit_test(multiplies_matrix_and_vector),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
