/* Temperature scaling: the minimum of log loss, and what is known without it. */
#include "eval/decision.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "support/fault_allocator.h"

enum { N = 2000, K = 3 };

struct rows {
    int32_t y[N];
    double p[N * K], w[N];
};

/* Labels drawn by the probabilities, which are then sharpened by the power 1 / temperature. */
static void fill(struct rows *d, double temperature)
{
    struct rng r = rng_seed(3);
    for (int32_t i = 0; i < N; i++) {
        double *p = d->p + i * K, sum = 0.0, u = rng_double(&r);
        for (int32_t c = 0; c < K; c++)
            sum += p[c] = exp(2.0 * rng_normal(&r));
        for (int32_t c = 0; c < K; c++)
            p[c] /= sum;
        d->y[i] = u < p[0] ? 0 : u < p[0] + p[1] ? 1 : 2;
        d->w[i] = rng_double(&r);
        for (int32_t c = 0; c < K; c++)
            p[c] = pow(p[c], temperature);
    }
    apply_temperature(1.0 + 1e-9, N, K, d->p);
}

static double fit(const struct rows *d, const double *w)
{
    struct mem m;
    double t = -1.0;
    mem_init(&m, &allocator_system);
    assert_int_equal(fit_temperature(&m, N, K, d->y, w, d->p, &t, NULL), AUTOML_OK);
    assert_int_equal(mem_used(&m), 0);
    return t;
}

static double loss(const struct rows *d, const double *w, double t)
{
    static double p[N * K];
    struct mem m;
    const struct metric *metric = NULL;
    double x;
    mem_init(&m, &allocator_system);
    memcpy(p, d->p, sizeof p);
    apply_temperature(t, N, K, p);
    assert_int_equal(metric_find(NULL, "neg_log_loss", K, &metric, NULL), AUTOML_OK);
    struct metric_input in = {.n = N, .k = K, .y = d->y, .proba = p, .w = w, .mem = &m};
    assert_int_equal(metric->score(metric, &in, &x, NULL), AUTOML_OK);
    return -x;
}

static void finds_the_minimum_of_log_loss(void **state)
{
    (void)state;
    static struct rows d;
    for (int32_t weighted = 0; weighted < 2; weighted++) {
        const double *w = weighted ? d.w : NULL;
        fill(&d, 2.0);
        double t = fit(&d, w);
        assert_true(fabs(t - 2.0) < 0.3); /* four standard errors */
        assert_true(loss(&d, w, t) < loss(&d, w, 1.0));
        assert_true(loss(&d, w, t) <= loss(&d, w, t * 1.001));
        assert_true(loss(&d, w, t) <= loss(&d, w, t / 1.001));
    }
}

static void stays_in_its_bounds(void **state)
{
    (void)state;
    static struct rows d;
    fill(&d, 9.0);
    double t = fit(&d, NULL);
    assert_true(t > 4.99 && t <= 5.0);
    fill(&d, 0.1);
    t = fit(&d, NULL);
    assert_true(t >= 0.2 && t < 0.201);
}

static void nothing_to_learn_gives_one(void **state)
{
    (void)state;
    static struct rows d;
    static const double none[N] = {0.0};
    fill(&d, 2.0);
    assert_true(fit(&d, none) == 1.0);
    for (int32_t i = 0; i < N * K; i++)
        d.p[i] = 1.0 / K;
    assert_true(fit(&d, NULL) == 1.0);
}

static void applying_takes_the_power(void **state)
{
    (void)state;
    double p[] = {0.8, 0.2, 0.5, 0.5, 1.0, 0.0};
    apply_temperature(0.5, 3, 2, p);
    assert_true(fabs(p[0] - 0.64 / 0.68) < 1e-15 && fabs(p[1] - 0.04 / 0.68) < 1e-15);
    assert_true(p[2] == 0.5 && p[3] == 0.5);
    assert_true(p[4] == 1.0 && p[5] > 0.0 && p[5] < 1e-30);
    memcpy(p, (double[]){0.7, 0.3}, 2 * sizeof *p);
    apply_temperature(1.0, 1, 2, p);
    assert_true(p[0] == 0.7 && p[1] == 0.3);
}

static void bad_probabilities_are_an_error(void **state)
{
    (void)state;
    static const int32_t y[] = {0, 1};
    static const double p[] = {0.5, 0.5, NAN, 0.5};
    struct mem m;
    double t;
    automl_error err = {0};
    mem_init(&m, &allocator_system);
    assert_int_equal(fit_temperature(&m, 2, 2, y, NULL, p, &t, &err), AUTOML_E_NUMERIC);
    assert_non_null(strstr(err.message, "row 1"));
    assert_int_equal(mem_used(&m), 0);
}

static void survives_failing_allocations(void **state)
{
    (void)state;
    static struct rows d;
    struct fault_allocator f;
    fault_init(&f);
    struct allocator hooks = fault_hooks(&f);
    fill(&d, 1.0);
    for (int64_t n = 1;; n++) {
        struct mem m;
        double t;
        mem_init(&m, &hooks);
        fault_once(&f, n);
        automl_status status = fit_temperature(&m, 20, K, d.y, d.w, d.p, &t, NULL);
        assert_true(fault_clean(&f));
        assert_int_equal(status, fault_happened(&f) ? AUTOML_E_MEMORY : AUTOML_OK);
        if (!fault_happened(&f))
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_minimum_of_log_loss),
        cmocka_unit_test(stays_in_its_bounds),
        cmocka_unit_test(nothing_to_learn_gives_one),
        cmocka_unit_test(applying_takes_the_power),
        cmocka_unit_test(bad_probabilities_are_an_error),
        cmocka_unit_test(survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
