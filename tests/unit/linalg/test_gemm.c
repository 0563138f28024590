/* Matrix products of linalg/linalg.h against plain loops. */
#include "linalg/linalg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

/* Small whole numbers, whose products both precisions hold exactly. */
static void fill(double *a, int64_t n, uint64_t seed)
{
    struct rng r = rng_seed(seed);
    for (int64_t i = 0; i < n; i++)
        a[i] = (double)rng_below(&r, 9) - 4;
}

struct sizes {
    int64_t m, n, k;
};

static const struct sizes sizes[] = {
    {1, 1, 1},
    {3, 2, 5},
    {64, 64, 64},
    {65, 67, 66},
    {1, 300, 9},
    {300, 1, 9},
    {5, 7, 3000},
    {200, 300, 50},
    {130, 20, 400},
    {33, 1000, 70},
    {700, 40, 31},
    {129, 513, 129},
};

static double *matrix(int64_t n)
{
    double *a = malloc((size_t)n * sizeof *a);
    assert_non_null(a);
    return a;
}

struct operands {
    enum la_trans ta, tb;
    struct sizes s;
    int64_t lda, ldb, ldc;
    double *a, *b, *c, *expected;
};

static void plain(const struct operands *o, double alpha, double beta)
{
    memcpy(o->expected, o->c, (size_t)(o->ldc * o->s.n) * sizeof *o->c);
    for (int64_t j = 0; j < o->s.n; j++)
        for (int64_t i = 0; i < o->s.m; i++) {
            double sum = 0;
            for (int64_t p = 0; p < o->s.k; p++)
                sum += o->a[o->ta == LA_N ? p * o->lda + i : i * o->lda + p] *
                       o->b[o->tb == LA_N ? j * o->ldb + p : p * o->ldb + j];
            double *c = &o->expected[j * o->ldc + i];
            *c = alpha * sum + (beta == 0 ? 0 : beta * *c);
        }
}

static void set_up(struct operands *o, enum la_trans ta, enum la_trans tb, struct sizes s)
{
    struct operands made = {.ta = ta, .tb = tb, .s = s};
    *o = made;
    o->lda = (ta == LA_N ? s.m : s.k) + 2;
    o->ldb = (tb == LA_N ? s.k : s.n) + 1;
    o->ldc = s.m + 3;
    int64_t na = o->lda * (ta == LA_N ? s.k : s.m), nb = o->ldb * (tb == LA_N ? s.n : s.k), nc = o->ldc * s.n;
    o->a = matrix(na);
    o->b = matrix(nb);
    o->c = matrix(nc);
    o->expected = matrix(nc);
    fill(o->a, na, 1);
    fill(o->b, nb, 2);
    fill(o->c, nc, 3);
}

static void tear_down(struct operands *o)
{
    free(o->a);
    free(o->b);
    free(o->c);
    free(o->expected);
}

static void check_f64(enum la_trans ta, enum la_trans tb, struct sizes s, double alpha, double beta)
{
    struct operands o;
    set_up(&o, ta, tb, s);
    if (beta == 0)
        o.c[0] = NAN;
    plain(&o, alpha, beta);
    la_gemm(ta, tb, s.m, s.n, s.k, alpha, o.a, o.lda, o.b, o.ldb, beta, o.c, o.ldc);
    for (int64_t i = 0; i < o.ldc * s.n; i++)
        assert_true(o.c[i] == o.expected[i]);
    tear_down(&o);
}

static float *narrow(const double *a, int64_t n)
{
    float *f = malloc((size_t)n * sizeof *f);
    assert_non_null(f);
    for (int64_t i = 0; i < n; i++)
        f[i] = (float)a[i];
    return f;
}

static void check_f32(enum la_trans ta, enum la_trans tb, struct sizes s, double alpha, double beta)
{
    struct operands o;
    set_up(&o, ta, tb, s);
    float *a = narrow(o.a, o.lda * (ta == LA_N ? s.k : s.m)),
          *b = narrow(o.b, o.ldb * (tb == LA_N ? s.n : s.k));
    float *c = narrow(o.c, o.ldc * s.n);
    plain(&o, alpha, beta);
    la_gemm_f32(ta, tb, s.m, s.n, s.k, (float)alpha, a, o.lda, b, o.ldb, (float)beta, c, o.ldc);
    for (int64_t i = 0; i < o.ldc * s.n; i++)
        assert_true((double)c[i] == o.expected[i]);
    free(a);
    free(b);
    free(c);
    tear_down(&o);
}

static void every_form(void (*check)(enum la_trans, enum la_trans, struct sizes, double, double))
{
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int form = 0; form < 4; form++) {
            check(form & 1 ? LA_T : LA_N, form & 2 ? LA_T : LA_N, sizes[i], 2, 0);
            check(form & 1 ? LA_T : LA_N, form & 2 ? LA_T : LA_N, sizes[i], -1, 0.5);
        }
}

static void multiplies_doubles(void **state)
{
    (void)state;
    every_form(check_f64);
}

static void multiplies_floats(void **state)
{
    (void)state;
    every_form(check_f32);
}

static void an_empty_inner_dimension_only_scales(void **state)
{
    (void)state;
    double a = 5, c[4] = {1, 2, 3, NAN};
    float af = 5, cf[2] = {1, (float)NAN};
    la_gemm(LA_N, LA_N, 1, 2, 0, 1, &a, 1, &a, 1, 3, c, 2);
    assert_true(c[0] == 3 && c[1] == 2 && c[2] == 9);
    la_gemm(LA_N, LA_N, 4, 1, 0, 1, &a, 4, &a, 1, 0, c, 4);
    assert_true(c[0] == 0 && c[3] == 0);
    la_gemm_f32(LA_N, LA_N, 2, 1, 0, 1, &af, 2, &af, 1, 0, cf, 2);
    assert_true(cf[0] == 0 && cf[1] == 0);
    la_gemm(LA_N, LA_N, 0, 1, 5, 1, NULL, 1, NULL, 5, 0, NULL, 1);
}

static void check_gram(int64_t m, int64_t n)
{
    int64_t lda = m + 1, ldc = n + 2;
    double *a = matrix(lda * n + 1), *c = matrix(ldc * n + 1);
    fill(a, lda * n, 8);
    fill(c, ldc * n, 9);
    la_gram(m, n, a, lda, c, ldc);
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < n; i++) {
            double sum = 0;
            for (int64_t p = 0; p < m; p++)
                sum += a[i * lda + p] * a[j * lda + p];
            assert_true(c[j * ldc + i] == sum);
        }
    free(a);
    free(c);
}

static void grams_are_whole_and_symmetric(void **state)
{
    (void)state;
    check_gram(3000, 1);
    check_gram(3000, 50);
    check_gram(10, 130);
    check_gram(200, 33);
    check_gram(0, 4);
}

static void warming_up_is_harmless(void **state)
{
    (void)state;
    la_warm_up();
    check_f64(LA_N, LA_N, sizes[3], 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(multiplies_doubles),
        cmocka_unit_test(multiplies_floats),
        cmocka_unit_test(an_empty_inner_dimension_only_scales),
        cmocka_unit_test(grams_are_whole_and_symmetric),
        cmocka_unit_test(warming_up_is_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
