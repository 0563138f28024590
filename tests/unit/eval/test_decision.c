#include "eval/decision.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

static void ties_go_to_the_lowest_index(void **state)
{
    (void)state;
    struct decision d = {.rule = DECISION_ARGMAX};
    assert_int_equal(decide(&d, 3, (double[]){0.25, 0.5, 0.25}), 1);
    assert_int_equal(decide(&d, 3, (double[]){0.4, 0.2, 0.4}), 0);
    assert_int_equal(decide(&d, 3, (double[]){0.2, 0.4, 0.4}), 1);
    assert_int_equal(decide(&d, 3, (double[]){NAN, 0.1, NAN}), 1);
}

static void weights_multiply(void **state)
{
    (void)state;
    double weights[] = {1.0, 4.0, 2.0};
    struct decision d = {.rule = DECISION_WEIGHTS, .weights = weights};
    assert_int_equal(decide(&d, 3, (double[]){0.6, 0.2, 0.2}), 1);
    assert_int_equal(decide(&d, 3, (double[]){0.4, 0.1, 0.2}), 0);
    d.weights = NULL;
    assert_int_equal(decide(&d, 3, (double[]){0.6, 0.2, 0.2}), 0);
}

static void the_cut_itself_is_positive(void **state)
{
    (void)state;
    struct decision d = {.rule = DECISION_THRESHOLD, .threshold = 0.25, .positive = 1};
    assert_int_equal(decide(&d, 2, (double[]){0.75, 0.25}), 1);
    assert_int_equal(decide(&d, 2, (double[]){0.76, 0.24}), 0);
    d.positive = 0;
    assert_int_equal(decide(&d, 2, (double[]){0.25, 0.75}), 0);
    assert_int_equal(decide(&d, 2, (double[]){0.24, 0.76}), 1);
}

static void rows_are_decided_one_by_one(void **state)
{
    (void)state;
    static const double p[] = {0.5, 0.5, 0.1, 0.9, 0.9, 0.1};
    struct decision d = {.rule = DECISION_ARGMAX};
    int32_t labels[3];
    decide_rows(&d, 3, 2, p, labels);
    assert_int_equal(labels[0], 0);
    assert_int_equal(labels[1], 1);
    assert_int_equal(labels[2], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ties_go_to_the_lowest_index),
        cmocka_unit_test(weights_multiply),
        cmocka_unit_test(the_cut_itself_is_positive),
        cmocka_unit_test(rows_are_decided_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
