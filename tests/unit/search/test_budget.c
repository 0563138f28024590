#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "search/budget.h"

static int64_t fake_now;

static int64_t now(void *user)
{
    (void)user;
    return fake_now;
}

static const struct clock fake = {now, now, NULL};
static const struct op_cost cost = {.fit_flops = 1e9, .apply_flops = 100};
static const struct op_class one = {.name = "one"}, other = {.name = "other"};

static void has_no_end_without_a_deadline(void **state)
{
    (void)state;
    struct budget b;
    budget_init(&b, &fake, 0, DEADLINE_NONE);
    assert_false(budget_limited(&b));
    assert_true(isinf(budget_left_s(&b)) != 0);
}

static void keeps_the_reserve_back(void **state)
{
    (void)state;
    struct budget b;
    fake_now = 1000000000;
    budget_init(&b, &fake, 0, INT64_C(10000000000));
    b.reserve_s = 2;
    assert_true(fabs(budget_left_s(&b) - 7) < 1e-9);
    assert_int_equal(budget_end_ns(&b), INT64_C(8000000000));
}

static void starts_at_four_tenths_of_a_nanosecond_an_operation(void **state)
{
    (void)state;
    struct budget b;
    budget_init(&b, &fake, 0, DEADLINE_NONE);
    assert_true(fabs(budget_predict_s(&b, &one, &cost, 2, 1e6) - 0.84) < 0.01);
}

static void learns_a_rate_for_each_learner(void **state)
{
    (void)state;
    struct budget b;
    budget_init(&b, &fake, 0, DEADLINE_NONE);
    for (int32_t i = 0; i < 20; i++) {
        budget_observe(&b, &one, &cost, 1, 0, 3);
        budget_observe(&b, &other, &cost, 1, 0, 0.5);
    }
    assert_true(fabs(budget_predict_s(&b, &one, &cost, 1, 0) - 3) < 1e-6);
    assert_true(fabs(budget_predict_s(&b, &other, &cost, 1, 0) - 0.5) < 1e-6);
}

static void gives_a_learner_it_has_not_seen_the_benefit_of_the_doubt(void **state)
{
    (void)state;
    struct budget b;
    budget_init(&b, &fake, 0, DEADLINE_NONE);
    for (int32_t i = 0; i < 40; i++)
        budget_observe(&b, &one, &cost, 1, 0, 4);
    assert_true(fabs(budget_predict_s(&b, &other, &cost, 1, 0) - 0.4) < 0.01);
    for (int32_t i = 0; i < 80; i++)
        budget_observe(&b, &one, &cost, 1, 0, 0.1);
    assert_true(fabs(budget_predict_s(&b, &other, &cost, 1, 0) - 0.1) < 0.01);
}

static void a_trivial_fit_does_not_spoil_the_rate(void **state)
{
    (void)state;
    struct budget b;
    struct op_cost tiny = {.fit_flops = 10};
    budget_init(&b, &fake, 0, DEADLINE_NONE);
    budget_observe(&b, &other, &tiny, 5, 0, 0.01);
    assert_true(budget_predict_s(&b, &one, &cost, 1, 0) < 0.45);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_no_end_without_a_deadline),
        cmocka_unit_test(keeps_the_reserve_back),
        cmocka_unit_test(starts_at_four_tenths_of_a_nanosecond_an_operation),
        cmocka_unit_test(learns_a_rate_for_each_learner),
        cmocka_unit_test(gives_a_learner_it_has_not_seen_the_benefit_of_the_doubt),
        cmocka_unit_test(a_trivial_fit_does_not_spoil_the_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
