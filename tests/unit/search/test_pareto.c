#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "search/pareto.h"

static struct mem mem;

static void ranks_by_peeling_fronts(void **state)
{
    (void)state;
    struct pareto_point p[] = {{0.9, 10}, {0.8, 5}, {0.7, 7}, {0.6, 20}};
    int32_t rank[4];
    double crowding[4];
    assert_true(pareto_rank(&mem, p, 4, rank, crowding));
    int32_t want[] = {0, 0, 1, 2};
    assert_memory_equal(rank, want, sizeof want);
}

static void gives_the_ends_of_a_front_infinite_crowding(void **state)
{
    (void)state;
    struct pareto_point p[] = {{0.9, 10}, {0.8, 5}, {0.85, 9}, {0.7, 1}};
    int32_t rank[4];
    double crowding[4];
    assert_true(pareto_rank(&mem, p, 4, rank, crowding));
    assert_true(isinf(crowding[0]) != 0);
    assert_true(isinf(crowding[3]) != 0);
    assert_true(fabs(crowding[1] - ((0.85 - 0.7) / 0.2 + (9.0 - 1) / 9)) < 1e-12);
    assert_true(fabs(crowding[2] - ((0.9 - 0.8) / 0.2 + (10.0 - 5) / 9)) < 1e-12);
}

static void treats_an_undefined_score_as_worst(void **state)
{
    (void)state;
    struct pareto_point p[] = {{NAN, 1}, {0.1, 1}};
    int32_t rank[2];
    double crowding[2];
    assert_true(pareto_rank(&mem, p, 2, rank, crowding));
    assert_int_equal(rank[1], 0);
    assert_int_equal(rank[0], 1);
}

static void selects_whole_fronts_first(void **state)
{
    (void)state;
    struct pareto_point p[] = {{0.5, 9}, {0.9, 10}, {0.8, 5}, {0.4, 9}};
    int32_t out[3];
    assert_true(pareto_select(&mem, p, 4, 3, out));
    assert_int_equal(out[0] + out[1], 3);
    assert_int_equal(out[2], 0);
}

static void no_selected_point_is_dominated_by_one_left_out(void **state)
{
    (void)state;
    struct rng r = rng_seed(3);
    struct pareto_point p[60];
    int32_t out[20];
    for (int32_t i = 0; i < 60; i++)
        p[i] = (struct pareto_point){(double)rng_below(&r, 20), (double)rng_below(&r, 20)};
    assert_true(pareto_select(&mem, p, 60, 20, out));
    for (int32_t i = 0; i < 60; i++) {
        bool chosen = false;
        for (int32_t j = 0; j < 20; j++)
            chosen = chosen || out[j] == i;
        for (int32_t j = 0; j < 20 && !chosen; j++)
            assert_false(p[i].score > p[out[j]].score && p[i].cost < p[out[j]].cost);
    }
}

int main(void)
{
    mem_init(&mem, &allocator_system);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_by_peeling_fronts),
        cmocka_unit_test(gives_the_ends_of_a_front_infinite_crowding),
        cmocka_unit_test(treats_an_undefined_score_as_worst),
        cmocka_unit_test(selects_whole_fronts_first),
        cmocka_unit_test(no_selected_point_is_dominated_by_one_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
