/* test_rank.c - order statistics against full sorting. */
#include "ops/shared/rank.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "fault_allocator.h"

enum { MANY = 30000 };

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Values of several signs and magnitudes; `kinds` of them distinct if it is not 0. */
static void draw(double *x, int64_t n, uint32_t kinds, uint64_t seed)
{
    struct rng r = rng_seed(seed);
    for (int64_t i = 0; i < n; i++) {
        double v = rng_normal(&r) * pow(10, (double)rng_below(&r, 40) - 20);
        x[i] = kinds ? (double)rng_below(&r, kinds) - kinds / 2.0 : v;
    }
}

static void check_ranks(int64_t n, uint32_t kinds)
{
    struct mem m;
    mem_init(&m, &allocator_system);
    double *x = malloc((size_t)n * sizeof *x), *work = malloc((size_t)n * sizeof *work);
    double *sorted = malloc((size_t)n * sizeof *sorted);
    assert_true(x && work && sorted);
    draw(x, n, kinds, (uint64_t)n);
    memcpy(sorted, x, (size_t)n * sizeof *x);
    qsort(sorted, (size_t)n, sizeof *sorted, ascending);
    const int64_t ranks[] = {0, 1, n / 4, (n - 1) / 2, n / 2, n - n / 10 - 1, n - 2, n - 1};
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++) {
        int64_t k = ranks[i] < 0 ? 0 : ranks[i] < n ? ranks[i] : n - 1;
        double pair[2];
        memcpy(work, x, (size_t)n * sizeof *x);
        assert_true(rank_pair(&m, work, n, k, pair));
        assert_true(pair[0] == sorted[k]);
        assert_true(pair[1] == sorted[k + 1 < n ? k + 1 : k]);
    }
    free(x);
    free(work);
    free(sorted);
}

static void finds_any_rank_of_short_and_long_inputs(void **state)
{
    (void)state;
    const int64_t lengths[] = {1, 2, 3, 10, 2048, 2049, 5000, MANY};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        check_ranks(lengths[i], 0);
}

static void finds_ranks_among_ties(void **state)
{
    (void)state;
    for (uint32_t kinds = 1; kinds < 50; kinds += 6)
        check_ranks(MANY, kinds);
}

/* Two values that differ in the last bit only: every pass of the selection is needed. */
static void tells_neighbouring_doubles_apart(void **state)
{
    (void)state;
    struct mem m;
    double *x = malloc(MANY * sizeof *x), pair[2];
    assert_non_null(x);
    mem_init(&m, &allocator_system);
    for (int i = 0; i < MANY; i++)
        x[i] = i < MANY / 2 ? nextafter(3, 4) : 3;
    assert_true(rank_pair(&m, x, MANY, MANY / 2 - 1, pair));
    assert_true(pair[0] == 3 && pair[1] == nextafter(3, 4));
    free(x);
}

static void takes_the_middle_or_the_mean_of_two(void **state)
{
    (void)state;
    struct mem m;
    double odd[] = {5, 1, 3}, even[] = {4, 1, 10, 2}, v;
    mem_init(&m, &allocator_system);
    assert_true(rank_median(&m, odd, 3, &v) && v == 3);
    assert_true(rank_median(&m, even, 4, &v) && v == 3);
}

static void takes_the_smallest_of_the_most_frequent(void **state)
{
    (void)state;
    struct mem m;
    double tied[] = {7, 2, 7, 2, 1}, clear[] = {1, 9, 9, 2}, one[] = {4}, v;
    mem_init(&m, &allocator_system);
    assert_true(rank_mode(&m, tied, 5, &v) && v == 2);
    assert_true(rank_mode(&m, clear, 4, &v) && v == 9);
    assert_true(rank_mode(&m, one, 1, &v) && v == 4);
}

static void reports_failing_memory(void **state)
{
    (void)state;
    struct fault_allocator f;
    struct mem m;
    double *x = malloc(MANY * sizeof *x), pair[2];
    assert_non_null(x);
    fault_init(&f);
    struct allocator hooks = fault_hooks(&f);
    mem_init(&m, &hooks);
    for (int64_t n = 1;; n++) {
        draw(x, MANY, 0, 1);
        fault_once(&f, n);
        bool enough = rank_pair(&m, x, MANY, MANY / 2, pair) && rank_mode(&m, x, 500, pair);
        assert_true(enough == !fault_happened(&f));
        assert_true(fault_clean(&f));
        if (!fault_happened(&f))
            break;
    }
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_any_rank_of_short_and_long_inputs),
        cmocka_unit_test(finds_ranks_among_ties),
        cmocka_unit_test(tells_neighbouring_doubles_apart),
        cmocka_unit_test(takes_the_middle_or_the_mean_of_two),
        cmocka_unit_test(takes_the_smallest_of_the_most_frequent),
        cmocka_unit_test(reports_failing_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
