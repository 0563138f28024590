/* test_moments.c - mean, variance and range of columns against long double sums over the whole column. */
#include "ops/shared/moments.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/rng.h"

enum { MANY = 3 * COLUMN_BLOCK + 123 };

static struct frame *make(
    struct mem *m, int64_t n, double location, double scale, uint32_t missing_of_100, double *w)
{
    double *x;
    struct frame *f = frame_dense(m, n, 1, &x);
    struct rng r = rng_seed(2);
    assert_non_null(f);
    for (int64_t i = 0; i < n; i++) {
        x[i] = rng_below(&r, 100) < missing_of_100 ? (double)NAN : location + scale * rng_normal(&r);
        w[i] = rng_below(&r, 4);
    }
    return f;
}

static void check(int64_t n, double location, double scale, uint32_t missing, bool weighted)
{
    struct mem m;
    mem_init(&m, &allocator_system);
    double *w = malloc((size_t)n * sizeof *w);
    assert_non_null(w);
    struct frame *f = make(&m, n, location, scale, missing, w);
    long double sum = 0, weight = 0, squares = 0;
    for (int64_t i = 0; i < n; i++) {
        double v = f->cols[0].x[i], by = weighted ? w[i] : 1;
        weight += isnan(v) ? 0 : by;
        sum += isnan(v) ? 0 : (long double)by * v;
    }
    for (int64_t i = 0; i < n; i++) {
        double v = f->cols[0].x[i], by = weighted ? w[i] : 1;
        squares += isnan(v) ? 0 : by * (v - sum / weight) * (v - sum / weight);
    }
    struct moments a = moments_column(f, 0, weighted ? w : NULL, &stop_never);
    double mean = (double)(sum / weight), m2 = (double)squares;
    assert_true(a.n == (double)weight);
    assert_true(fabs(a.mean - mean) <= 1e-15 * fabs(location) + 1e-13 * scale);
    assert_true(fabs(a.m2 - m2) <= m2 * (1e-13 + 1e-15 * fabs(location / scale)));
    frame_unref(f);
    free(w);
}

static void agrees_with_exact_sums(void **state)
{
    (void)state;
    const int64_t lengths[] = {1, 2, 7, 8, 9, 100, COLUMN_BLOCK, COLUMN_BLOCK + 1, MANY};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        check(lengths[i], 3, 1, 0, false);
        check(lengths[i], -1e4, 0.5, 0, false);
    }
}

static void leaves_missing_values_out(void **state)
{
    (void)state;
    check(MANY, 3, 2, 30, false);
    check(500, 3, 2, 90, false);
}

static void weighs_rows(void **state)
{
    (void)state;
    check(MANY, 3, 2, 0, true);
    check(MANY, 3, 2, 30, true);
}

static struct moments of(const double *v, int64_t n, double *lo, double *hi)
{
    struct mem m;
    double *x;
    mem_init(&m, &allocator_system);
    struct frame *f = frame_dense(&m, n, 1, &x);
    assert_non_null(f);
    for (int64_t i = 0; i < n; i++)
        x[i] = v[i];
    struct moments a = moments_column(f, 0, NULL, &stop_never);
    moments_range(f, 0, &stop_never, lo, hi);
    frame_unref(f);
    return a;
}

static void says_so_when_there_is_no_value(void **state)
{
    (void)state;
    const double v[] = {NAN, NAN};
    double lo, hi;
    struct moments a = of(v, 2, &lo, &hi);
    assert_true(a.n == 0 && isnan(a.mean) && isnan(lo) && isnan(hi));
}

static void shows_infinite_and_overflowing_values(void **state)
{
    (void)state;
    const double infinite[] = {1, INFINITY, NAN, -INFINITY}, huge[] = {DBL_MAX, DBL_MAX, -DBL_MAX};
    double lo, hi;
    struct moments a = of(infinite, 4, &lo, &hi), b = of(huge, 3, &lo, &hi);
    assert_true(a.n == 3 && !isfinite(a.mean));
    assert_true(b.n == 3 && !isfinite(b.m2));
}

static void finds_the_range_at_every_position(void **state)
{
    (void)state;
    for (int64_t n = 1; n < 40; n++)
        for (int64_t at = 0; at < n; at++) {
            double v[40], lo, hi;
            for (int64_t i = 0; i < n; i++)
                v[i] = i % 3 == 1 ? (double)NAN : 5;
            v[at] = -9;
            v[(at + 1) % n] = n > 1 ? 77 : -9;
            of(v, n, &lo, &hi);
            assert_true(lo == -9 && hi == (n > 1 ? 77 : -9));
        }
}

static void stops_when_told(void **state)
{
    (void)state;
    struct mem m;
    double w[COLUMN_BLOCK * 2];
    _Atomic int32_t cancel = 1;
    struct stop stop = {.cancel = &cancel, .deadline_ns = DEADLINE_NONE};
    mem_init(&m, &allocator_system);
    struct frame *f = make(&m, COLUMN_BLOCK * 2, 0, 1, 0, w);
    assert_true(moments_column(f, 0, NULL, &stop).n == 0);
    frame_unref(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_exact_sums),
        cmocka_unit_test(leaves_missing_values_out),
        cmocka_unit_test(weighs_rows),
        cmocka_unit_test(says_so_when_there_is_no_value),
        cmocka_unit_test(shows_infinite_and_overflowing_values),
        cmocka_unit_test(finds_the_range_at_every_position),
        cmocka_unit_test(stops_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
