/* Draws and steps in the search space of a schema. */
#include "params/params.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "schema.h"

enum { DRAWS = 4000 };

static struct mem memory;

static struct params *make(const struct param_schema *s)
{
    struct params *p = NULL;
    assert_int_equal(params_create(&memory, s, &p, NULL), AUTOML_OK);
    return p;
}

static int set_up(void **state)
{
    mem_init(&memory, &allocator_system);
    *state = make(&schema);
    return 0;
}

static int tear_down(void **state)
{
    params_free(*state);
    return mem_used(&memory) == 0 ? 0 : -1;
}

static void assert_in_space(const struct params *p)
{
    int64_t count = params_int(p, COUNT), degree = params_int(p, DEGREE);
    double rate = params_real(p, RATE), weight = params_real(p, WEIGHT);
    assert_true(count >= 2 && count <= 20);
    assert_true(rate >= 1e-4 && rate <= 1);
    assert_true(weight >= -1 && weight <= 1);
    assert_true(degree >= 0 && degree <= 50);
    assert_int_not_equal(params_choice(p, METHOD), 2);
    if (params_is_set(p, DEPTH))
        assert_true(params_int(p, DEPTH) >= 1 && params_int(p, DEPTH) <= 12);
}

/* A draw is within 5 standard deviations of its share of DRAWS. */
static void assert_share(int64_t count, double share)
{
    assert_true(fabs((double)count - share * DRAWS) < 5 * sqrt(share * (1 - share) * DRAWS));
}

static void draws_fill_the_ranges_evenly(void **state)
{
    struct params *p = *state;
    struct rng r = rng_seed(1);
    int64_t counts[21] = {0}, unset = 0, small = 0, chosen[4] = {0}, yes = 0;
    for (int i = 0; i < DRAWS; i++) {
        params_sample(p, &r);
        assert_in_space(p);
        counts[params_int(p, COUNT)]++;
        unset += !params_is_set(p, DEPTH);
        small += params_real(p, RATE) < 1e-2;
        chosen[params_choice(p, METHOD)]++;
        yes += params_bool(p, BALANCE);
    }
    for (int c = 2; c <= 20; c++)
        assert_share(counts[c], 1 / 19.0);
    assert_share(unset, 0.25);
    assert_share(small, 0.5);
    assert_share(yes, 0.5);
    assert_share(chosen[0], 1 / 3.0);
    assert_share(chosen[1], 1 / 3.0);
    assert_share(chosen[3], 1 / 3.0);
}

static void counts_on_a_log_scale_reach_zero(void **state)
{
    struct params *p = *state;
    struct rng r = rng_seed(2);
    int64_t seen[51] = {0}, n = 0;
    for (int i = 0; i < DRAWS; i++) {
        params_sample(p, &r);
        if (params_active(p, DEGREE)) {
            seen[params_int(p, DEGREE)]++;
            n++;
        }
    }
    assert_true(seen[0] > n / 10 && seen[50] > 0);
    assert_true(seen[0] > seen[1] && seen[1] > seen[5] && seen[5] > seen[40]);
}

static void what_is_not_searched_stays(void **state)
{
    struct params *p = *state;
    struct rng r = rng_seed(3);
    params_set_real(p, "test_size", 0.5, NULL);
    params_set_string(p, "name", "mine", NULL);
    for (int i = 0; i < 50; i++)
        params_sample(p, &r);
    assert_true(params_real(p, SHARE) == 0.5);
    assert_string_equal(params_string(p, NAME), "mine");
    assert_true(params_is_default(p, SEED) && params_is_default(p, LIMIT));
}

static void inactive_parameters_go_back_to_their_default(void **state)
{
    struct params *p = *state;
    struct rng r = rng_seed(4);
    for (int i = 0; i < 200; i++) {
        if (i % 2)
            params_sample(p, &r);
        else
            params_mutate(p, &r, 0.2);
        assert_int_equal(params_is_default(p, DEGREE) || params_active(p, DEGREE), 1);
        assert_int_equal(params_is_default(p, WEIGHT) || params_active(p, WEIGHT), 1);
    }
}

static void equal_streams_draw_equal_bags(void **state)
{
    struct params *p = *state, *q = make(&schema);
    struct rng r = rng_seed(5), s = rng_seed(5);
    for (int i = 0; i < 100; i++) {
        params_sample(p, &r);
        params_sample(q, &s);
        params_mutate(p, &r, 0.1);
        params_mutate(q, &s, 0.1);
        assert_true(params_hash(p) == params_hash(q));
    }
    params_free(q);
}

/* How many of the searched parameters differ. */
static int differences(const struct params *p, const struct params *q)
{
    int n = params_bool(p, BALANCE) != params_bool(q, BALANCE);
    n += params_int(p, COUNT) != params_int(q, COUNT);
    n += params_choice(p, METHOD) != params_choice(q, METHOD);
    n += params_real(p, RATE) != params_real(q, RATE);
    n += params_is_set(p, DEPTH) != params_is_set(q, DEPTH) || params_int(p, DEPTH) != params_int(q, DEPTH);
    return n;
}

static void a_step_changes_exactly_one_parameter(void **state)
{
    struct params *p = *state, *before = NULL;
    struct rng r = rng_seed(6);
    int64_t changed = 0, conditional = 0;
    params_sample(p, &r);
    for (int i = 0; i < DRAWS; i++) {
        assert_int_equal(params_copy(&memory, p, &before, NULL), AUTOML_OK);
        assert_true(params_mutate(p, &r, 0.1));
        assert_in_space(p);
        assert_true(params_hash(p) != params_hash(before));
        int n = differences(p, before);
        assert_true(n <= 1);
        changed += n;
        conditional += n == 0;
        params_free(before);
    }
    assert_true(changed > DRAWS / 2 && conditional > DRAWS / 20);
}

static void small_scales_make_small_steps(void **state)
{
    (void)state;
    static const struct param_spec one[] = {{.key = "x",
        .type = PARAM_REAL,
        .flags = PARAM_SEARCH | PARAM_LOG,
        .max = 1,
        .def = 1e-3,
        .search_min = 1e-6,
        .search_max = 1}};
    const struct param_schema s = {.title = "t", .specs = one, .n = 1};
    struct rng r = rng_seed(7);
    double sum = 0;
    for (int i = 0; i < DRAWS; i++) {
        struct params *p = make(&s);
        assert_true(params_mutate(p, &r, 0.02));
        double step = log(params_real(p, 0) / 1e-3) / (0.02 * log(1e6));
        sum += step * step;
        params_free(p);
    }
    assert_true(fabs(sum / DRAWS - 1) < 0.15); /* standard normal steps on the log scale */
}

static void steps_start_from_the_nearest_end_of_the_space(void **state)
{
    struct params *p = *state;
    struct rng r = rng_seed(8);
    for (int i = 0; i < 300; i++) {
        params_set_int(p, "num_features", i % 2 ? 1000 : 0, NULL);
        params_set_real(p, "rate", i % 2 ? 10 : 0, NULL);
        params_set_string(p, "method", "exact", NULL);
        struct params *before = NULL;
        params_copy(&memory, p, &before, NULL);
        assert_true(params_mutate(p, &r, 0.01));
        if (params_int(p, COUNT) != params_int(before, COUNT))
            assert_true(params_int(p, COUNT) <= 20 && params_int(p, COUNT) >= 2);
        if (params_real(p, RATE) != params_real(before, RATE))
            assert_true(params_real(p, RATE) <= 1 && params_real(p, RATE) >= 1e-4);
        params_free(before);
    }
}

static void a_bag_without_a_search_space_does_not_change(void **state)
{
    (void)state;
    static const struct param_spec fixed[] = {
        {.key = "a",
            .type = PARAM_INT,
            .flags = PARAM_SEARCH,
            .max = 9,
            .def = 4,
            .search_min = 4,
            .search_max = 4},
        {.key = "b",
            .type = PARAM_CHOICE,
            .flags = PARAM_SEARCH,
            .choices = methods,
            .def = 1,
            .search_choices = 2},
        {.key = "c", .type = PARAM_REAL, .max = 9},
        {.key = "d", .type = PARAM_BOOL, .flags = PARAM_SEARCH, .condition = "a=5"},
        {.key = "e", .type = PARAM_STRING, .flags = PARAM_SEARCH},
    };
    const struct param_schema s = {.title = "t", .specs = fixed, .n = 5}, none = {.title = "t"};
    struct rng r = rng_seed(9);
    struct params *p = make(&s), *q = make(&none);
    assert_false(params_mutate(p, &r, 0.5));
    assert_false(params_mutate(q, &r, 0.5));
    params_sample(p, &r);
    params_sample(q, &r);
    assert_int_equal(params_int(p, 0), 4);
    assert_int_equal(params_choice(p, 1), 1);
    params_free(p);
    params_free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(draws_fill_the_ranges_evenly, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counts_on_a_log_scale_reach_zero, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_searched_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(inactive_parameters_go_back_to_their_default, set_up, tear_down),
        cmocka_unit_test_setup_teardown(equal_streams_draw_equal_bags, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_step_changes_exactly_one_parameter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(small_scales_make_small_steps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(steps_start_from_the_nearest_end_of_the_space, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bag_without_a_search_space_does_not_change, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
