#include "balance/balancer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static enum balance_rule rule(int64_t a, int64_t b, const char *method)
{
    struct balance_plan plan;
    balance_plan_auto((int64_t[]){a, b}, 2, &plan);
    int64_t low = a < b ? a : b;
    assert_true(plan.minority_fraction == (double)low / (double)(a + b));
    assert_true(plan.ratio == 1.0);
    if (method)
        assert_ptr_equal(plan.method, balancer_find(method));
    else
        assert_null(plan.method);
    return plan.rule;
}

static void under_one_percent_is_oversampled(void **state)
{
    (void)state;
    assert_int_equal(rule(9, 991, "random_over_sampler"), BALANCE_RULE_OVERSAMPLE);
    assert_int_equal(rule(99999, 1, "random_over_sampler"), BALANCE_RULE_OVERSAMPLE);
}

static void one_to_twenty_percent_is_undersampled(void **state)
{
    (void)state;
    assert_int_equal(rule(1, 99, "random_under_sampler"), BALANCE_RULE_UNDERSAMPLE);
    assert_int_equal(rule(800, 200, "random_under_sampler"), BALANCE_RULE_UNDERSAMPLE);
    assert_int_equal(rule(3, 12, "random_under_sampler"), BALANCE_RULE_UNDERSAMPLE);
}

static void above_nothing_is_done(void **state)
{
    (void)state;
    assert_int_equal(rule(201, 799, NULL), BALANCE_RULE_NONE);
    assert_int_equal(rule(500, 500, NULL), BALANCE_RULE_NONE);
}

static void only_classes_that_occur_count(void **state)
{
    (void)state;
    struct balance_plan plan;
    balance_plan_auto((int64_t[]){0, 50, 995, 5}, 4, &plan);
    assert_int_equal(plan.rule, BALANCE_RULE_OVERSAMPLE);
    assert_true(plan.minority_fraction == 0.005);
    balance_plan_auto((int64_t[]){0, 50}, 2, &plan);
    assert_int_equal(plan.rule, BALANCE_RULE_NONE);
    balance_plan_auto((int64_t[]){0, 0}, 2, &plan);
    assert_int_equal(plan.rule, BALANCE_RULE_NONE);
    assert_true(plan.minority_fraction == 0.0);
}

static void rules_have_names(void **state)
{
    (void)state;
    assert_string_equal(balance_rule_name(BALANCE_RULE_NONE), "none");
    assert_string_equal(balance_rule_name(BALANCE_RULE_OVERSAMPLE), "oversample");
    assert_string_equal(balance_rule_name(BALANCE_RULE_UNDERSAMPLE), "undersample");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(under_one_percent_is_oversampled),
        cmocka_unit_test(one_to_twenty_percent_is_undersampled),
        cmocka_unit_test(above_nothing_is_done),
        cmocka_unit_test(only_classes_that_occur_count),
        cmocka_unit_test(rules_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
