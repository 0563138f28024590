/* test_bins.c - edges and codes against a naive search, and what bins promise about their sizes. */
#include "data/bins.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <float.h>

#include <cmocka.h>

#include "base/rng.h"
#include "support/fault_allocator.h"

enum { N = 4000 };

static struct mem memory;
static double values[N];
static int32_t codes[N];

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

static struct bin_column fit(const double *x, int64_t n)
{
    struct bin_column c;
    assert_int_equal(bin_column_fit(&memory, x, n, &c, NULL), AUTOML_OK);
    return c;
}

/* The definition: the first bin whose edge is not below v. */
static uint8_t naive_bin(const struct bin_column *c, double v)
{
    if (isnan(v))
        return BIN_MISSING;
    int32_t b = 0;
    while (b < c->n_bins - 1 && v > c->edges[b])
        b++;
    return (uint8_t)b;
}

static void assert_codes(const struct bin_column *c, const double *x, int64_t n)
{
    assert_in_range(c->n_bins, 1, BIN_MAX);
    for (int32_t b = 1; b < c->n_bins - 1; b++)
        assert_true(c->edges[b - 1] < c->edges[b]);
    for (int64_t i = 0; i < n; i++)
        assert_int_equal(c->codes[i], naive_bin(c, x[i]));
}

static void few_values_get_a_bin_each_and_edges_midway(void **state)
{
    (void)state;
    static const double x[] = {3, 1, NAN, 1, 10, 3};
    struct bin_column c = fit(x, 6);
    static const uint8_t expected[] = {1, 0, BIN_MISSING, 0, 2, 1};
    assert_int_equal(c.n_bins, 3);
    assert_true(c.edges[0] == 2 && c.edges[1] == 6.5);
    assert_memory_equal(c.codes, expected, sizeof expected);
    assert_int_equal(bin_of(&c, 2), 0);
    assert_int_equal(bin_of(&c, 2.001), 1);
    assert_int_equal(bin_of(&c, 1e300), 2);
    assert_int_equal(bin_of(&c, -1e300), 0);
    bin_column_free(&memory, &c);
}

static void neighbours_that_have_no_middle_are_parted(void **state)
{
    (void)state;
    double one = 1, next = nextafter(1, 2);
    const double x[] = {one, next, DBL_MAX, -DBL_MAX, nextafter(0, 1), 0.0, -0.0};
    struct bin_column c = fit(x, 7);
    assert_int_equal(c.n_bins, 6);
    assert_codes(&c, x, 7);
    assert_int_not_equal(c.codes[0], c.codes[1]);
    assert_int_not_equal(c.codes[4], c.codes[5]);
    assert_int_equal(c.codes[5], c.codes[6]);
    bin_column_free(&memory, &c);
}

static void constant_and_missing_columns_have_one_bin(void **state)
{
    (void)state;
    static const double constant[] = {4, 4, 4}, missing[] = {NAN, NAN};
    struct bin_column c = fit(constant, 3), d = fit(missing, 2), e = fit(NULL, 0);
    assert_int_equal(c.n_bins, 1);
    assert_int_equal(c.codes[2], 0);
    assert_int_equal(d.n_bins, 1);
    assert_int_equal(d.codes[1], BIN_MISSING);
    assert_int_equal(e.n_bins, 1);
    bin_column_free(&memory, &c);
    bin_column_free(&memory, &d);
    bin_column_free(&memory, &e);
}

static void at_255_distinct_values_each_still_has_its_bin(void **state)
{
    (void)state;
    for (int32_t i = 0; i < 510; i++)
        values[i] = i * 7 % 255;
    struct bin_column c = fit(values, 510);
    assert_int_equal(c.n_bins, 255);
    for (int32_t i = 0; i < 510; i++)
        assert_int_equal(c.codes[i], i * 7 % 255);
    bin_column_free(&memory, &c);
}

static void continuous_values_fill_bins_evenly(void **state)
{
    (void)state;
    struct rng r = rng_seed(1);
    for (int32_t i = 0; i < N; i++)
        values[i] = i % 50 == 0 ? (double)NAN : rng_normal(&r);
    struct bin_column c = fit(values, N);
    int32_t sizes[256] = {0};
    assert_codes(&c, values, N);
    for (int32_t i = 0; i < N; i++)
        sizes[c.codes[i]]++;
    assert_in_range(c.n_bins, 240, 255);
    assert_int_equal(sizes[BIN_MISSING], N / 50);
    for (int32_t b = 0; b < c.n_bins - 1; b++)
        assert_in_range(sizes[b], 15, 17); /* 3920 / 255 = 15.4 */
    bin_column_free(&memory, &c);
}

static void a_frequent_value_does_not_eat_the_bins_of_others(void **state)
{
    (void)state;
    struct rng r = rng_seed(2);
    for (int32_t i = 0; i < N; i++)
        values[i] = i % 10 ? 0 : rng_normal(&r);
    struct bin_column c = fit(values, N);
    int32_t sizes[256] = {0};
    assert_codes(&c, values, N);
    for (int32_t i = 0; i < N; i++)
        sizes[c.codes[i]]++;
    assert_in_range(c.n_bins, 150, 255);
    assert_true(sizes[bin_of(&c, 0)] >= N * 9 / 10);
    for (int32_t b = 0; b < c.n_bins; b++)
        if (b != bin_of(&c, 0))
            assert_in_range(sizes[b], 1, 3);
    bin_column_free(&memory, &c);
}

static void random_columns_agree_with_the_definition(void **state)
{
    (void)state;
    struct rng r = rng_seed(3);
    for (int32_t trial = 0; trial < 200; trial++) {
        int64_t n = 1 + rng_below(&r, N);
        uint32_t kinds = 1 + rng_below(&r, trial % 2 ? 300 : 3000);
        for (int64_t i = 0; i < n; i++)
            values[i] = rng_below(&r, 20) ? exp(rng_below(&r, kinds) / 100.0) : (double)NAN;
        struct bin_column c = fit(values, n);
        assert_codes(&c, values, n);
        bin_column_free(&memory, &c);
    }
}

static struct frame *make_frame(struct mem *m, int32_t n_levels)
{
    struct frame *f = frame_create(m, N, 2);
    if (!f)
        return NULL;
    f->cols[0] = (struct frame_col){.kind = FRAME_NUMERIC, .x = values};
    f->cols[1] = (struct frame_col){.kind = FRAME_CATEGORY, .codes = codes, .n_levels = n_levels};
    return f;
}

static void edges_come_from_the_frames_rows_and_codes_for_all(void **state)
{
    (void)state;
    for (int32_t i = 0; i < N; i++) {
        values[i] = i;
        codes[i] = i % 4 - 1;
    }
    static const int32_t rows[] = {10, 30, 20};
    struct frame *base = make_frame(&memory, 3), *f = frame_take(base, rows, 3);
    frame_unref(base);
    assert_int_equal(bins_attach(&memory, f, N, NULL), AUTOML_OK);
    static const int32_t again[] = {2};
    struct frame *t = frame_take(f, again, 1);
    frame_unref(f);
    const struct bin_column *number = t->cols[0].bins, *category = t->cols[1].bins;
    assert_int_equal(number->n_bins, 3);
    assert_true(number->edges[0] == 15 && number->edges[1] == 25);
    assert_int_equal(number->codes[N - 1], 2);
    assert_int_equal(number->codes[15], 0);
    assert_int_equal(number->codes[t->cols[0].rows[0]], 1);
    assert_int_equal(category->n_bins, 3);
    assert_int_equal(category->codes[0], BIN_MISSING);
    assert_int_equal(category->codes[3], 2);
    frame_unref(t);
}

static void rare_levels_of_many_share_the_last_bin(void **state)
{
    (void)state;
    enum { LEVELS = 400 };
    for (int32_t i = 0; i < N; i++)
        codes[i] = i < 1200 ? LEVELS - 1 - i % 300 : i % LEVELS;
    struct frame *f = make_frame(&memory, LEVELS);
    assert_int_equal(bins_attach(&memory, f, N, NULL), AUTOML_OK);
    const struct bin_column *c = f->cols[1].bins;
    int32_t alone = 0;
    assert_int_equal(c->n_bins, 255);
    for (int32_t level = 0; level < LEVELS; level++) {
        alone += c->level_bin[level] < 254;
        assert_int_equal(bin_of(c, level), c->level_bin[level]);
        if (level < 100)
            assert_int_equal(c->level_bin[level], 254); /* levels 0 to 99 are the rarest */
    }
    assert_int_equal(alone, 254);
    assert_int_equal(bin_of(c, -1), BIN_MISSING);
    assert_int_equal(bin_of(c, LEVELS), BIN_MISSING);
    for (int32_t i = 0; i < N; i++)
        assert_int_equal(c->codes[i], c->level_bin[codes[i]]);
    frame_unref(f);
}

static void survives_each_failing_allocation(void **state)
{
    (void)state;
    struct fault_allocator fault;
    fault_init(&fault);
    const struct allocator hooks = fault_hooks(&fault);
    mem_init(&memory, &hooks);
    for (int32_t i = 0; i < N; i++) {
        values[i] = i;
        codes[i] = i % 300;
    }
    bool happened = true;
    for (int64_t nth = 1; happened; nth++) {
        struct frame *f = make_frame(&memory, 300);
        struct bin_column c;
        fault_once(&fault, nth);
        automl_status status = bins_attach(&memory, f, N, NULL);
        happened = fault_happened(&fault);
        assert_int_equal(status, happened ? AUTOML_E_MEMORY : AUTOML_OK);
        assert_true((f->cols[0].bins != NULL) == !happened);
        fault_once(&fault, nth);
        if (bin_column_fit(&memory, values, N, &c, NULL) == AUTOML_OK)
            bin_column_free(&memory, &c);
        fault_off(&fault);
        frame_unref(f);
        assert_true(fault_clean(&fault));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(few_values_get_a_bin_each_and_edges_midway, setup, teardown),
        cmocka_unit_test_setup_teardown(neighbours_that_have_no_middle_are_parted, setup, teardown),
        cmocka_unit_test_setup_teardown(constant_and_missing_columns_have_one_bin, setup, teardown),
        cmocka_unit_test_setup_teardown(at_255_distinct_values_each_still_has_its_bin, setup, teardown),
        cmocka_unit_test_setup_teardown(continuous_values_fill_bins_evenly, setup, teardown),
        cmocka_unit_test_setup_teardown(a_frequent_value_does_not_eat_the_bins_of_others, setup, teardown),
        cmocka_unit_test_setup_teardown(random_columns_agree_with_the_definition, setup, teardown),
        cmocka_unit_test_setup_teardown(edges_come_from_the_frames_rows_and_codes_for_all, setup, teardown),
        cmocka_unit_test_setup_teardown(rare_levels_of_many_share_the_last_bin, setup, teardown),
        cmocka_unit_test_setup_teardown(survives_each_failing_allocation, setup, NULL),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
