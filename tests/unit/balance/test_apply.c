#include "balance/balancer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "balance_fixture.h"

static void without_a_method_all_rows_stay(void **state)
{
    (void)state;
    struct fixture f;
    struct balance_out out;
    struct balance_plan plan = {.rule = BALANCE_RULE_NONE, .ratio = 1.0};
    int64_t after[FIXTURE_CLASSES];
    double correction[2] = {0.0, 0.0};
    fixture_set_up(&f, (int64_t[]){50, 20}, 2);
    assert_int_equal(balance_apply(&plan, &f.in, &out, correction, NULL), AUTOML_OK);
    fixture_check(&f, &out, after);
    assert_true(after[0] == 50 && after[1] == 20);
    assert_ptr_equal(out.x, f.in.x);
    assert_true(correction[0] == 1.0 && correction[1] == 1.0);
    balance_out_free(&f.mem, &out);
    fixture_tear_down(&f);
}

static void the_correction_is_the_ratio_of_shares(void **state)
{
    (void)state;
    struct fixture f;
    struct balance_out out;
    struct balance_plan plan;
    double correction[3];
    static const int64_t counts[] = {9000, 1000, 0};
    fixture_set_up(&f, counts, 3);
    f.in.w = NULL;
    balance_plan_auto(counts, 3, &plan);
    assert_int_equal(plan.rule, BALANCE_RULE_UNDERSAMPLE);
    assert_int_equal(balance_apply(&plan, &f.in, &out, correction, NULL), AUTOML_OK);
    assert_int_equal(out.n, 2000);
    assert_true(fabs(correction[0] - 1.8) < 1e-15);
    assert_true(fabs(correction[1] - 0.2) < 1e-15);
    assert_true(correction[2] == 1.0);
    balance_out_free(&f.mem, &out);
    fixture_tear_down(&f);
}

static void shares_are_weighted(void **state)
{
    (void)state;
    struct fixture f;
    struct balance_out out;
    struct balance_plan plan = {.method = balancer_find("random_over_sampler"), .ratio = 0.5};
    double correction[2], before[2] = {0.0, 0.0}, after[2] = {0.0, 0.0};
    fixture_set_up(&f, (int64_t[]){990, 10}, 2);
    assert_int_equal(balance_apply(&plan, &f.in, &out, correction, NULL), AUTOML_OK);
    assert_int_equal(out.n, 990 + 495);
    for (int64_t i = 0; i < 1000; i++)
        before[f.y[i]] += f.w[i];
    for (int64_t i = 0; i < out.n; i++)
        after[out.y[i]] += out.w[i];
    for (int32_t c = 0; c < 2; c++) {
        double share = before[c] / (before[0] + before[1]), new_share = after[c] / (after[0] + after[1]);
        assert_true(fabs(correction[c] - share / new_share) < 1e-14);
    }
    balance_out_free(&f.mem, &out);
    fixture_tear_down(&f);
}

/* Undersampling of the negatives with keep-rate b: p = b ps / (b ps - ps + 1). */
static void two_classes_follow_the_keep_rate(void **state)
{
    (void)state;
    const double b = 1.0 / 9.0, correction[] = {0.9 / 0.5, 0.1 / 0.5};
    for (int32_t i = 0; i <= 10; i++) {
        double ps = i / 10.0, p[] = {1.0 - ps, ps};
        prior_correct(correction, 1, 2, p);
        assert_true(fabs(p[1] - b * ps / (b * ps - ps + 1.0)) < 1e-15);
        assert_true(fabs(p[0] + p[1] - 1.0) < 1e-15);
    }
}

static void rows_without_probability_stay(void **state)
{
    (void)state;
    double p[] = {0.0, 0.0, 0.0, 0.25, 0.5, 0.25};
    const double correction[] = {2.0, 1.0, 4.0};
    prior_correct(correction, 2, 3, p);
    assert_true(p[0] == 0.0 && p[1] == 0.0 && p[2] == 0.0);
    assert_true(p[3] == 0.25 && p[4] == 0.25 && p[5] == 0.5);
}

static void survives_failing_allocations(void **state)
{
    (void)state;
    struct fixture f;
    fixture_set_up(&f, (int64_t[]){30, 5}, 2);
    int64_t blocks = fault_blocks(&f.fault);
    static const char *const methods[] = {"random_over_sampler", NULL};
    for (int32_t i = 0; i < 2; i++)
        for (int64_t n = 1;; n++) {
            struct balance_plan plan = {
                .method = methods[i] ? balancer_find(methods[i]) : NULL, .ratio = 1.0};
            struct balance_out out = {0};
            double correction[2];
            fault_once(&f.fault, n);
            automl_status status = balance_apply(&plan, &f.in, &out, correction, NULL);
            bool happened = fault_happened(&f.fault);
            assert_int_equal(status, happened ? AUTOML_E_MEMORY : AUTOML_OK);
            balance_out_free(&f.mem, &out);
            assert_int_equal(fault_blocks(&f.fault), blocks);
            if (!happened)
                break;
        }
    fixture_tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_method_all_rows_stay),
        cmocka_unit_test(the_correction_is_the_ratio_of_shares),
        cmocka_unit_test(shares_are_weighted),
        cmocka_unit_test(two_classes_follow_the_keep_rate),
        cmocka_unit_test(rows_without_probability_stay),
        cmocka_unit_test(survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
