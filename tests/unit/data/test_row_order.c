/* test_row_order.c - runs of equal keys and the nearest of their boundaries. */
#include "data/row_order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/rng.h"

static struct mem memory;

static int setup(void **state)
{
    (void)state;
    mem_init(&memory, &allocator_system);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return mem_used(&memory) == 0 ? 0 : -1;
}

static void groups_become_runs_in_order_of_the_rows(void **state)
{
    (void)state;
    static const int32_t groups[] = {7, -2, 7, INT32_MIN, -2, 7};
    static const int32_t rows[] = {3, 1, 4, 0, 2, 5}, begin[] = {0, 1, 3, 6};
    struct row_order o;
    assert_true(row_order_by_group(&o, &memory, groups, 6));
    assert_int_equal(o.n_runs, 3);
    assert_memory_equal(o.rows, rows, sizeof rows);
    assert_memory_equal(o.begin, begin, sizeof begin);
    row_order_free(&o);
}

static void times_sort_with_missing_ones_first(void **state)
{
    (void)state;
    static const int64_t times[] = {INT64_MAX, 5, INT64_MIN, 5};
    static const int32_t rows[] = {2, 1, 3, 0}, begin[] = {0, 1, 3, 4};
    struct row_order o;
    assert_true(row_order_by_time(&o, &memory, times, 4));
    assert_memory_equal(o.rows, rows, sizeof rows);
    assert_memory_equal(o.begin, begin, sizeof begin);
    row_order_free(&o);
}

static void no_rows_have_no_runs(void **state)
{
    (void)state;
    struct row_order o;
    assert_true(row_order_by_group(&o, &memory, NULL, 0));
    assert_int_equal(o.n_runs, 0);
    row_order_free(&o);
    row_order_free(&o);
}

static int32_t naive_nearest(const struct row_order *o, int64_t at, int32_t lo, int32_t hi)
{
    int32_t best = lo;
    for (int32_t run = lo + 1; run <= hi; run++)
        if (llabs(o->begin[run] - at) < llabs(o->begin[best] - at))
            best = run;
    return best;
}

static void the_nearest_boundary_agrees_with_a_search_of_all(void **state)
{
    (void)state;
    enum { N = 60 };
    struct rng r = rng_seed(1);
    int32_t groups[N];
    for (int32_t trial = 0; trial < 50; trial++) {
        struct row_order o;
        for (int32_t i = 0; i < N; i++)
            groups[i] = (int32_t)rng_below(&r, 12);
        assert_true(row_order_by_group(&o, &memory, groups, N));
        for (int32_t lo = 0; lo < o.n_runs; lo++)
            for (int32_t hi = lo; hi < o.n_runs; hi++)
                for (int64_t at = 0; at <= N; at++)
                    assert_int_equal(row_order_nearest(&o, at, lo, hi), naive_nearest(&o, at, lo, hi));
        row_order_free(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(groups_become_runs_in_order_of_the_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(times_sort_with_missing_ones_first, setup, teardown),
        cmocka_unit_test_setup_teardown(no_rows_have_no_runs, setup, teardown),
        cmocka_unit_test_setup_teardown(the_nearest_boundary_agrees_with_a_search_of_all, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
