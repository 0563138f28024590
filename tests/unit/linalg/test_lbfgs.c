/* Minimisers that are known in closed form, and how the search ends when it cannot reach one. */
#include "linalg/lbfgs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "support/fault_allocator.h"

static struct mem memory;

static int set_up(void **state)
{
    (void)state;
    mem_init(&memory, &allocator_system);
    return 0;
}

static struct lbfgs_problem problem(int64_t n, double (*value)(void *, const double *, double *))
{
    struct lbfgs_problem p = {
        .n = n, .value = value, .tolerance = 1e-8, .max_iterations = 1000, .history = 10};
    return p;
}

/* The chained Rosenbrock function; least at (1, ..., 1). user: int64_t n. */
static double rosenbrock(void *user, const double *x, double *g)
{
    int64_t n = *(const int64_t *)user;
    double f = 0;
    for (int64_t i = 0; i < n; i++)
        g[i] = 0;
    for (int64_t i = 0; i + 1 < n; i++) {
        double u = x[i + 1] - x[i] * x[i], v = 1 - x[i];
        f += 100 * u * u + v * v;
        g[i] += -400 * x[i] * u - 2 * v;
        g[i + 1] += 200 * u;
    }
    return f;
}

static void check_rosenbrock(int64_t n, int32_t history)
{
    double x[100];
    for (int64_t i = 0; i < n; i++)
        x[i] = i % 2 ? 1 : -1.2;
    struct lbfgs_problem p = problem(n, rosenbrock);
    struct lbfgs_result r;
    p.user = &n;
    p.history = history;
    assert_int_equal(lbfgs_minimize(&memory, &p, x, &r, NULL), AUTOML_OK);
    assert_true(r.converged && r.gradient_max <= p.tolerance && r.iterations > 5);
    assert_true(r.evaluations > r.iterations);
    for (int64_t i = 0; i < n; i++)
        assert_true(fabs(x[i] - 1) < 1e-6);
    assert_int_equal(mem_used(&memory), 0);
}

static void finds_the_valley_of_rosenbrock(void **state)
{
    (void)state;
    check_rosenbrock(2, 10);
    check_rosenbrock(2, 1);
    check_rosenbrock(100, 10);
    check_rosenbrock(100, 3);
}

/* sum c_i (x_i - i)^2 / 2, with condition number 1e4. */
static double quadratic(void *user, const double *x, double *g)
{
    (void)user;
    double f = 0;
    for (int i = 0; i < 30; i++) {
        double c = pow(10, i / 29.0 * 4);
        g[i] = c * (x[i] - i);
        f += g[i] * (x[i] - i) / 2;
    }
    return f;
}

static void solves_a_badly_scaled_quadratic(void **state)
{
    (void)state;
    double x[30] = {0};
    struct lbfgs_problem p = problem(30, quadratic);
    struct lbfgs_result r;
    assert_int_equal(lbfgs_minimize(&memory, &p, x, &r, NULL), AUTOML_OK);
    assert_true(r.converged);
    for (int i = 0; i < 30; i++)
        assert_true(fabs(x[i] - i) < 1e-7);
}

/* x - log x: not defined for x <= 0, least at 1. The first steps from far away leave the domain. */
static double barrier(void *user, const double *x, double *g)
{
    (void)user;
    g[0] = 1 - 1 / x[0];
    return x[0] > 0 ? x[0] - log(x[0]) : NAN;
}

static void steps_back_into_the_domain(void **state)
{
    (void)state;
    const double starts[] = {1e-6, 0.3, 0.9, 50, 1e6};
    for (int i = 0; i < 5; i++) {
        double x = starts[i];
        struct lbfgs_problem p = problem(1, barrier);
        struct lbfgs_result r;
        assert_int_equal(lbfgs_minimize(&memory, &p, &x, &r, NULL), AUTOML_OK);
        assert_true(r.converged);
        assert_true(fabs(x - 1) < 1e-6);
    }
}

/* Unbounded below. */
static double slope(void *user, const double *x, double *g)
{
    (void)user;
    g[0] = -1;
    return -x[0];
}

/* A kink: the gradient never vanishes. */
static double kink(void *user, const double *x, double *g)
{
    (void)user;
    g[0] = x[0] < 0 ? -1 : 1;
    return fabs(x[0]);
}

static void ends_where_it_cannot_progress(void **state)
{
    (void)state;
    struct lbfgs_result r;
    struct lbfgs_problem p = problem(1, kink);
    double x = 0.7;
    assert_int_equal(lbfgs_minimize(&memory, &p, &x, &r, NULL), AUTOML_OK);
    assert_true(!r.converged && r.value <= 0.7 && r.value == fabs(x));
    p = problem(1, slope);
    p.max_iterations = 3;
    x = 0;
    assert_int_equal(lbfgs_minimize(&memory, &p, &x, &r, NULL), AUTOML_OK);
    assert_true(!r.converged && r.value < 0 && r.value == -x && isfinite(x));
}

static void a_minimum_at_the_start_takes_no_step(void **state)
{
    (void)state;
    int64_t n = 2;
    double x[2] = {1, 1};
    struct lbfgs_problem p = problem(n, rosenbrock);
    struct lbfgs_result r;
    p.user = &n;
    assert_int_equal(lbfgs_minimize(&memory, &p, x, &r, NULL), AUTOML_OK);
    assert_true(r.converged && r.iterations == 0 && r.evaluations == 1 && r.value == 0);
}

static void stops_at_the_number_of_iterations(void **state)
{
    (void)state;
    int64_t n = 2;
    double x[2] = {-1.2, 1};
    struct lbfgs_problem p = problem(n, rosenbrock);
    struct lbfgs_result r;
    p.user = &n;
    p.max_iterations = 4;
    assert_int_equal(lbfgs_minimize(&memory, &p, x, &r, NULL), AUTOML_OK);
    assert_true(!r.converged && r.iterations == 4 && r.value < 24.2);
    double g[2];
    assert_true(rosenbrock(&n, x, g) == r.value);
    assert_true(fmax(fabs(g[0]), fabs(g[1])) == r.gradient_max);
}

static void refuses_a_start_that_is_not_finite(void **state)
{
    (void)state;
    double x = -1;
    struct lbfgs_problem p = problem(1, barrier);
    struct lbfgs_result r;
    assert_int_equal(lbfgs_minimize(&memory, &p, &x, &r, NULL), AUTOML_E_NUMERIC);
    assert_int_equal(mem_used(&memory), 0);
}

static void stops_when_told_to(void **state)
{
    (void)state;
    _Atomic int32_t cancel = 1;
    struct stop stop = {.cancel = &cancel, .deadline_ns = DEADLINE_NONE};
    double x[30] = {0};
    struct lbfgs_problem p = problem(30, quadratic);
    struct lbfgs_result r;
    p.stop = &stop;
    assert_int_equal(lbfgs_minimize(&memory, &p, x, &r, NULL), AUTOML_E_CANCELLED);
    assert_int_equal(mem_used(&memory), 0);
}

static void reports_a_failed_allocation(void **state)
{
    (void)state;
    struct fault_allocator fault;
    struct mem m;
    fault_init(&fault);
    struct allocator hooks = fault_hooks(&fault);
    mem_init(&m, &hooks);
    fault_once(&fault, 1);
    double x[30] = {0};
    struct lbfgs_problem p = problem(30, quadratic);
    struct lbfgs_result r;
    assert_int_equal(lbfgs_minimize(&m, &p, x, &r, NULL), AUTOML_E_MEMORY);
    p.n = INT64_MAX / 16;
    assert_int_equal(lbfgs_minimize(&m, &p, x, &r, NULL), AUTOML_E_MEMORY);
    assert_true(fault_clean(&fault));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_valley_of_rosenbrock),
        cmocka_unit_test(solves_a_badly_scaled_quadratic),
        cmocka_unit_test(steps_back_into_the_domain),
        cmocka_unit_test(ends_where_it_cannot_progress),
        cmocka_unit_test(a_minimum_at_the_start_takes_no_step),
        cmocka_unit_test(stops_at_the_number_of_iterations),
        cmocka_unit_test(refuses_a_start_that_is_not_finite),
        cmocka_unit_test(stops_when_told_to),
        cmocka_unit_test(reports_a_failed_allocation),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
