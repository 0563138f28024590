/*
 * What linalg/gemm.c asks of BLAS: no call over m n k = 2^18, whatever the shape and the kernel. This
 * program's own cblas_dgemm and cblas_sgemm stand in for the library's; they count the work and add nothing
 * up.
 */
#include "linalg/linalg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include <cblas.h>

#include "base/rng.h"

static int64_t largest, total, calls;
static const char *core = "Haswell";

static void record(int64_t m, int64_t n, int64_t k)
{
    if (m * n * k > largest)
        largest = m * n * k;
    total += m * n * k;
    calls++;
}

char *openblas_get_corename(void)
{
    static char name[32];
    size_t i = 0;
    for (; core[i]; i++)
        name[i] = core[i];
    name[i] = '\0';
    return name;
}

void cblas_dgemm(OPENBLAS_CONST enum CBLAS_ORDER order, OPENBLAS_CONST enum CBLAS_TRANSPOSE ta,
    OPENBLAS_CONST enum CBLAS_TRANSPOSE tb, OPENBLAS_CONST blasint m, OPENBLAS_CONST blasint n,
    OPENBLAS_CONST blasint k, OPENBLAS_CONST double alpha, OPENBLAS_CONST double *a,
    OPENBLAS_CONST blasint lda, OPENBLAS_CONST double *b, OPENBLAS_CONST blasint ldb,
    OPENBLAS_CONST double beta, double *c, OPENBLAS_CONST blasint ldc)
{
    (void)a, (void)b, (void)c, (void)alpha, (void)beta, (void)order;
    assert_true(m > 0 && n > 0 && k > 0 && ldc >= m);
    assert_true(lda >= (ta == CblasNoTrans ? m : k) && ldb >= (tb == CblasNoTrans ? k : n));
    record(m, n, k);
}

void cblas_sgemm(OPENBLAS_CONST enum CBLAS_ORDER order, OPENBLAS_CONST enum CBLAS_TRANSPOSE ta,
    OPENBLAS_CONST enum CBLAS_TRANSPOSE tb, OPENBLAS_CONST blasint m, OPENBLAS_CONST blasint n,
    OPENBLAS_CONST blasint k, OPENBLAS_CONST float alpha, OPENBLAS_CONST float *a, OPENBLAS_CONST blasint lda,
    OPENBLAS_CONST float *b, OPENBLAS_CONST blasint ldb, OPENBLAS_CONST float beta, float *c,
    OPENBLAS_CONST blasint ldc)
{
    (void)a, (void)b, (void)c, (void)alpha, (void)beta, (void)order;
    assert_true(m > 0 && n > 0 && k > 0 && ldc >= m);
    assert_true(lda >= (ta == CblasNoTrans ? m : k) && ldb >= (tb == CblasNoTrans ? k : n));
    record(m, n, k);
}

enum { ITEMS = 1 << 21 };

static void check(struct rng *r, double *space, int64_t m, int64_t n, int64_t k)
{
    enum la_trans ta = rng_below(r, 2) ? LA_T : LA_N, tb = rng_below(r, 2) ? LA_T : LA_N;
    int64_t lda = ta == LA_N ? m : k, ldb = tb == LA_N ? k : n;
    largest = total = calls = 0;
    la_gemm(ta, tb, m, n, k, 1, space, lda, space, ldb, 0, space, m);
    assert_true(largest <= 1 << 18);
    assert_int_equal(total, m * n * k);
    assert_true(m * n * k > 1 << 18 || calls == 1);
    largest = total = 0;
    float *narrow = (float *)(void *)space;
    la_gemm_f32(ta, tb, m, n, k, 1, narrow, lda, narrow, ldb, 0, narrow, m);
    assert_true(largest <= 1 << 18);
    assert_int_equal(total, m * n * k);
}

static int64_t random_size(struct rng *r)
{
    double x = rng_log_uniform(r, 1, 4000);
    return (int64_t)x;
}

static void no_call_is_large(void **state)
{
    (void)state;
    double *space = calloc(ITEMS, sizeof *space);
    assert_non_null(space);
    struct rng r = rng_seed(1);
    const char *const cores[] = {"Haswell", "SkylakeX"};
    for (int i = 0; i < 600; i++) {
        int64_t m = random_size(&r), n = random_size(&r), k = random_size(&r);
        core = cores[i % 2];
        if (m * k <= ITEMS && n * k <= ITEMS && m * n <= ITEMS)
            check(&r, space, m, n, k);
    }
    free(space);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_call_is_large)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
