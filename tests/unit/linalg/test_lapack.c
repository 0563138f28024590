/* Eigenvalues and Cholesky factors of linalg/linalg.h by what defines them. */
#include "linalg/linalg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "support/fault_allocator.h"

enum { MOST = 160, LD = MOST + 3 };

static double a[LD * MOST], kept[LD * MOST], w[MOST];

/* B B' + shift I for a random B: symmetric, and positive definite for shift > 0. */
static void make_symmetric(int64_t n, double shift, uint64_t seed)
{
    static double b[MOST * MOST];
    struct rng r = rng_seed(seed);
    for (int64_t i = 0; i < n * n; i++)
        b[i] = rng_normal(&r);
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < n; i++) {
            double s = i == j ? shift : 0;
            for (int64_t p = 0; p < n; p++)
                s += b[p * n + i] * b[p * n + j];
            a[j * LD + i] = kept[j * LD + i] = s;
        }
}

/* |A v - w v| and |V'V - I| are at rounding level, w ascends. */
static void check_eigen(int64_t n)
{
    struct mem m;
    mem_init(&m, &allocator_system);
    make_symmetric(n, 0, 1);
    assert_int_equal(la_eigen_symmetric(&m, n, a, LD, w, NULL), AUTOML_OK);
    assert_int_equal(mem_used(&m), 0);
    double scale = 1e-13 * (fabs(w[n - 1]) + 1) * (double)n;
    for (int64_t c = 0; c < n; c++) {
        assert_true(c == 0 || w[c] >= w[c - 1]);
        for (int64_t i = 0; i < n; i++) {
            double s = -w[c] * a[c * LD + i], dot = -(double)(i == c);
            for (int64_t p = 0; p < n; p++) {
                s += kept[p * LD + i] * a[c * LD + p];
                dot += a[c * LD + p] * a[i * LD + p];
            }
            assert_true(fabs(s) <= scale);
            assert_true(fabs(dot) <= 1e-13 * (double)n);
        }
    }
}

static void eigenvectors_satisfy_their_equation(void **state)
{
    (void)state;
    check_eigen(1);
    check_eigen(2);
    check_eigen(37);
    check_eigen(MOST);
}

static void eigenvalues_of_a_known_matrix(void **state)
{
    (void)state;
    struct mem m;
    mem_init(&m, &allocator_system);
    double second[9] = {2, -1, 0, -1, 2, -1, 0, -1, 2};
    assert_int_equal(la_eigen_symmetric(&m, 3, second, 3, w, NULL), AUTOML_OK);
    assert_true(
        fabs(w[0] - (2 - sqrt(2))) < 1e-14 && fabs(w[1] - 2) < 1e-14 && fabs(w[2] - 2 - sqrt(2)) < 1e-14);
    assert_int_equal(la_eigen_symmetric(&m, 0, second, 3, w, NULL), AUTOML_OK);
}

static void eigen_refuses_what_is_not_finite(void **state)
{
    (void)state;
    struct mem m;
    mem_init(&m, &allocator_system);
    double bad[4] = {1, 2, NAN, 1};
    assert_int_equal(la_eigen_symmetric(&m, 2, bad, 2, w, NULL), AUTOML_E_NUMERIC);
    bad[2] = -HUGE_VAL;
    assert_int_equal(la_eigen_symmetric(&m, 2, bad, 2, w, NULL), AUTOML_E_NUMERIC);
    assert_int_equal(la_eigen_symmetric(&m, INT32_MAX, bad, INT32_MAX, w, NULL), AUTOML_E_UNSUPPORTED);
}

static void eigen_reports_every_failed_allocation(void **state)
{
    (void)state;
    struct fault_allocator fault;
    struct mem m;
    fault_init(&fault);
    struct allocator hooks = fault_hooks(&fault);
    mem_init(&m, &hooks);
    int64_t failures = 0;
    for (int64_t n = 1;; n++) {
        make_symmetric(5, 1, 2);
        fault_once(&fault, n);
        automl_status status = la_eigen_symmetric(&m, 5, a, LD, w, NULL);
        assert_true(fault_clean(&fault));
        if (!fault_happened(&fault)) {
            assert_int_equal(status, AUTOML_OK);
            break;
        }
        assert_int_equal(status, AUTOML_E_MEMORY);
        failures++;
    }
    assert_true(failures >= 4);
}

static void check_cholesky(int64_t n)
{
    make_symmetric(n, 1, 3);
    assert_int_equal(la_cholesky(n, a, LD, NULL), AUTOML_OK);
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < n; i++) {
            if (i < j) {
                assert_true(a[j * LD + i] == kept[j * LD + i]);
                continue;
            }
            double s = 0;
            for (int64_t p = 0; p <= j; p++)
                s += a[p * LD + i] * a[p * LD + j];
            assert_true(fabs(s - kept[j * LD + i]) <= 1e-14 * (double)(n * n));
        }
}

static void factors_reproduce_the_matrix(void **state)
{
    (void)state;
    const int64_t sizes[] = {1, 2, 47, 48, 49, 96, 97, MOST};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        check_cholesky(sizes[i]);
    assert_int_equal(la_cholesky(0, a, LD, NULL), AUTOML_OK);
}

static void solves_for_a_right_hand_side(void **state)
{
    (void)state;
    double x[MOST], b[MOST];
    make_symmetric(MOST, 10, 4);
    for (int i = 0; i < MOST; i++)
        x[i] = sin(i);
    la_gemv(LA_N, MOST, MOST, 1, kept, LD, x, 0, b);
    assert_int_equal(la_cholesky(MOST, a, LD, NULL), AUTOML_OK);
    la_cholesky_solve(MOST, a, LD, b);
    for (int i = 0; i < MOST; i++)
        assert_true(fabs(b[i] - x[i]) < 1e-10);
}

static void cholesky_names_the_column_that_fails(void **state)
{
    (void)state;
    automl_error *err = automl_error_create();
    make_symmetric(100, 1, 5);
    a[70 * LD + 70] = -1;
    assert_int_equal(la_cholesky(100, a, LD, err), AUTOML_E_NUMERIC);
    assert_non_null(strstr(automl_error_message(err), "column 70"));
    make_symmetric(3, 1, 5);
    a[0] = NAN;
    assert_int_equal(la_cholesky(3, a, LD, err), AUTOML_E_NUMERIC);
    make_symmetric(3, 1, 5);
    a[LD + 1] = HUGE_VAL;
    assert_int_equal(la_cholesky(3, a, LD, err), AUTOML_E_NUMERIC);
    automl_error_free(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eigenvectors_satisfy_their_equation),
        cmocka_unit_test(eigenvalues_of_a_known_matrix),
        cmocka_unit_test(eigen_refuses_what_is_not_finite),
        cmocka_unit_test(eigen_reports_every_failed_allocation),
        cmocka_unit_test(factors_reproduce_the_matrix),
        cmocka_unit_test(solves_for_a_right_hand_side),
        cmocka_unit_test(cholesky_names_the_column_that_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
