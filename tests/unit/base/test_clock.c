/* test_clock.c - chains of stop conditions under a clock that the test turns. */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct hand {
    int64_t now, wall;
    int32_t asked;
};

static int64_t hand_now(void *user)
{
    struct hand *h = user;
    h->asked++;
    return h->now;
}

static int64_t hand_wall(void *user)
{
    struct hand *h = user;
    return h->wall;
}

static void system_clock_does_not_run_backwards(void **state)
{
    (void)state;
    int64_t before = clock_now(&clock_system);
    for (int32_t i = 0; i < 1000; i++) {
        int64_t now = clock_now(&clock_system);
        assert_true(now >= before);
        before = now;
    }
    assert_true(clock_seconds_since(&clock_system, before) >= 0);
    /* after 2020 and before 2200 */
    assert_true(clock_wall(&clock_system) > INT64_C(1577836800000000));
    assert_true(clock_wall(&clock_system) < INT64_C(7258118400000000));
}

static void asks_the_clock_that_was_injected(void **state)
{
    (void)state;
    struct hand h = {.now = 2500000000, .wall = 7};
    struct clock c = {hand_now, hand_wall, &h};
    assert_int_equal(clock_now(&c), 2500000000);
    assert_int_equal(clock_wall(&c), 7);
    assert_true(clock_seconds_since(&c, 1000000000) == 1.5);
}

static void never_stops_without_a_reason(void **state)
{
    (void)state;
    struct hand h = {.now = INT64_MAX};
    struct clock c = {hand_now, hand_wall, &h};
    _Atomic int32_t cancel = 0;
    struct stop s = {.cancel = &cancel, .clock = &c, .deadline_ns = DEADLINE_NONE, .parent = &stop_never};
    assert_int_equal(stop_check(&stop_never), STOP_NO);
    assert_int_equal(stop_check(&s), STOP_NO);
    assert_int_equal(stop_status(&s, NULL), AUTOML_OK);
    assert_int_equal(h.asked, 0);
}

static void stops_on_request(void **state)
{
    (void)state;
    _Atomic int32_t cancel = 1;
    struct stop s = {.cancel = &cancel, .deadline_ns = DEADLINE_NONE};
    assert_int_equal(stop_check(&s), STOP_CANCEL);
    cancel = 2;
    assert_int_equal(stop_check(&s), STOP_ABANDON);
    cancel = 3;
    assert_int_equal(stop_check(&s), STOP_ABANDON);
}

static void stops_when_the_deadline_is_reached(void **state)
{
    (void)state;
    struct hand h = {.now = 99};
    struct clock c = {hand_now, hand_wall, &h};
    struct stop s = {.clock = &c, .deadline_ns = 100};
    assert_int_equal(stop_check(&s), STOP_NO);
    h.now = 100;
    assert_int_equal(stop_check(&s), STOP_DEADLINE);
    h.now = 50;
    assert_int_equal(stop_check(&s), STOP_NO);
}

static void asks_the_whole_chain(void **state)
{
    (void)state;
    struct hand h = {.now = 10};
    struct clock c = {hand_now, hand_wall, &h};
    _Atomic int32_t job_cancel = 0, own_cancel = 0;
    struct stop job = {.cancel = &job_cancel, .clock = &c, .deadline_ns = 100};
    struct stop fold = {.deadline_ns = DEADLINE_NONE, .parent = &job};
    struct stop candidate = {.cancel = &own_cancel, .clock = &c, .deadline_ns = 20, .parent = &fold};
    assert_int_equal(stop_check(&candidate), STOP_NO);
    assert_int_equal(h.asked, 1); /* once for both deadlines */
    h.now = 20;
    assert_int_equal(stop_check(&candidate), STOP_DEADLINE);
    assert_int_equal(stop_check(&fold), STOP_NO);
    candidate.deadline_ns = DEADLINE_NONE;
    h.now = 100;
    assert_int_equal(stop_check(&candidate), STOP_DEADLINE);
    own_cancel = 1;
    assert_int_equal(stop_check(&candidate), STOP_CANCEL);
    assert_int_equal(stop_check(&job), STOP_DEADLINE);
}

static void a_request_outranks_a_deadline_and_a_second_the_first(void **state)
{
    (void)state;
    struct hand h = {.now = 1000};
    struct clock c = {hand_now, hand_wall, &h};
    _Atomic int32_t job_cancel = 2, own_cancel = 1;
    struct stop job = {.cancel = &job_cancel, .clock = &c, .deadline_ns = 100};
    struct stop candidate = {.cancel = &own_cancel, .clock = &c, .deadline_ns = 20, .parent = &job};
    assert_int_equal(stop_check(&candidate), STOP_ABANDON);
    job_cancel = 0;
    assert_int_equal(stop_check(&candidate), STOP_CANCEL);
    assert_int_equal(h.asked, 0);
}

static void reports_why_as_a_status(void **state)
{
    (void)state;
    automl_error *err = automl_error_create();
    assert_non_null(err);
    struct hand h = {.now = 1000};
    struct clock c = {hand_now, hand_wall, &h};
    _Atomic int32_t cancel = 0;
    struct stop s = {.cancel = &cancel, .clock = &c, .deadline_ns = 100};
    assert_int_equal(stop_status(&s, err), AUTOML_E_BUDGET);
    assert_int_equal(automl_error_status(err), AUTOML_E_BUDGET);
    assert_true(automl_error_message(err)[0] != '\0');
    cancel = 1;
    assert_int_equal(stop_status(&s, err), AUTOML_E_CANCELLED);
    assert_int_equal(automl_error_status(err), AUTOML_E_CANCELLED);
    cancel = 2;
    assert_int_equal(stop_status(&s, NULL), AUTOML_E_CANCELLED);
    automl_error_free(err);
}

static void count_look(void *user)
{
    ++*(int32_t *)user;
}

static void ticks_at_each_look_through_the_chain(void **state)
{
    (void)state;
    int32_t looks = 0;
    struct stop root = {.deadline_ns = DEADLINE_NONE, .tick = count_look, .tick_user = &looks};
    struct stop s = {.deadline_ns = DEADLINE_NONE, .parent = &root};
    assert_int_equal(stop_check(&s), STOP_NO);
    assert_int_equal(stop_check(&root), STOP_NO);
    assert_int_equal(looks, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(system_clock_does_not_run_backwards),
        cmocka_unit_test(asks_the_clock_that_was_injected),
        cmocka_unit_test(never_stops_without_a_reason),
        cmocka_unit_test(stops_on_request),
        cmocka_unit_test(stops_when_the_deadline_is_reached),
        cmocka_unit_test(asks_the_whole_chain),
        cmocka_unit_test(a_request_outranks_a_deadline_and_a_second_the_first),
        cmocka_unit_test(reports_why_as_a_status),
        cmocka_unit_test(ticks_at_each_look_through_the_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
