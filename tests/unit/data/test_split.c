/* test_split.c - the split keeps its promises on many random label vectors, and on the class counts of real
 * sets. */
#include "data/split.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/fault_allocator.h"

enum { MOST_ROWS = 8000, MOST_CLASSES = 40 };

struct sides {
    int32_t *train, *test;
    int64_t n_train, n_test;
};

static struct mem memory;
static int32_t labels[MOST_ROWS], groups[MOST_ROWS];
static int64_t times[MOST_ROWS];

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

static automl_status divide(
    int64_t n, int32_t k, const struct split_options *o, uint64_t seed, struct sides *s, automl_error *err)
{
    return split_train_test(
        &memory, labels, n, k, o, rng_seed(seed), &s->train, &s->n_train, &s->test, &s->n_test, err);
}

static void sides_free(struct sides *s)
{
    mem_free(&memory, s->train);
    mem_free(&memory, s->test);
}

/* Every row on exactly one side, both ascending and non-empty. */
static void assert_partition(const struct sides *s, int64_t n)
{
    static uint8_t seen[MOST_ROWS];
    memset(seen, 0, sizeof seen);
    assert_true(s->n_train > 0 && s->n_test > 0);
    assert_int_equal(s->n_train + s->n_test, n);
    for (int64_t i = 0; i < s->n_train; i++)
        assert_int_equal(seen[s->train[i]]++, 0);
    for (int64_t i = 0; i < s->n_test; i++)
        assert_int_equal(seen[s->test[i]]++, 0);
    for (int64_t i = 1; i < s->n_train; i++)
        assert_true(s->train[i - 1] < s->train[i]);
    for (int64_t i = 1; i < s->n_test; i++)
        assert_true(s->test[i - 1] < s->test[i]);
}

static void assert_class_rules(const struct sides *s, int64_t n, int32_t k, double test_size)
{
    int64_t all[MOST_CLASSES] = {0}, test[MOST_CLASSES] = {0};
    for (int64_t i = 0; i < n; i++)
        all[labels[i]]++;
    for (int64_t i = 0; i < s->n_test; i++)
        test[labels[s->test[i]]]++;
    for (int32_t c = 0; c < k; c++) {
        if (all[c] < 2) {
            assert_int_equal(test[c], 0);
            continue;
        }
        assert_in_range(test[c], 1, all[c] - 1);
        double quota = (double)all[c] * test_size;
        bool forced = test[c] == 1 || test[c] == all[c] - 1;
        assert_true(forced || fabs((double)test[c] - quota) < 1);
    }
}

static void random_labels(struct rng *r, int64_t n, int32_t k)
{
    for (int64_t i = 0; i < n; i++) {
        int32_t c = (int32_t)rng_below(r, (uint32_t)k);
        labels[i] = rng_below(r, 4) == 0 ? c : c / 3;
    }
}

static void random_labels_are_split_by_the_rules(void **state)
{
    (void)state;
    struct rng r = rng_seed(1);
    int32_t divided = 0;
    for (int32_t trial = 0; trial < 2000; trial++) {
        int64_t n = 2 + rng_below(&r, trial % 10 ? 60 : 1000);
        int32_t k = 1 + (int32_t)rng_below(&r, MOST_CLASSES);
        struct split_options o = {.test_size = 0.01 + 0.98 * rng_double(&r)};
        random_labels(&r, n, k);
        struct sides s = {0};
        automl_status status = divide(n, k, &o, (uint64_t)trial, &s, NULL);
        if (status == AUTOML_E_DATA)
            continue;
        assert_int_equal(status, AUTOML_OK);
        assert_partition(&s, n);
        assert_class_rules(&s, n, k, o.test_size);
        sides_free(&s);
        divided++;
    }
    assert_true(divided > 1800);
}

static int64_t label_counts(const int64_t *counts, int32_t k)
{
    int64_t n = 0;
    for (int32_t c = 0; c < k; c++)
        for (int64_t i = 0; i < counts[c]; i++)
            labels[n++] = c;
    return n;
}

static void a_class_of_two_rows_is_on_both_sides(void **state)
{
    (void)state;
    static const int64_t hypothyroid[] = {3481, 194, 95, 2};
    const struct split_options o = {.test_size = 0.25};
    int64_t n = label_counts(hypothyroid, 4);
    struct sides s = {0};
    assert_int_equal(divide(n, 4, &o, 7, &s, NULL), AUTOML_OK);
    assert_partition(&s, n);
    assert_int_equal(s.n_test, 943);
    int64_t rare = 0;
    for (int64_t i = 0; i < s.n_test; i++)
        rare += labels[s.test[i]] == 3;
    assert_int_equal(rare, 1);
    sides_free(&s);
}

static void each_class_gives_its_share(void **state)
{
    (void)state;
    static const int64_t page_blocks[] = {4913, 329, 28, 88, 115};
    static const int64_t expected[] = {1228, 82, 7, 22, 29};
    const struct split_options o = {.test_size = 0.25};
    int64_t n = label_counts(page_blocks, 5), test[5] = {0};
    struct sides s = {0};
    assert_int_equal(divide(n, 5, &o, 3, &s, NULL), AUTOML_OK);
    for (int64_t i = 0; i < s.n_test; i++)
        test[labels[s.test[i]]]++;
    assert_memory_equal(test, expected, sizeof test);
    sides_free(&s);
}

static void the_stream_decides_and_nothing_else(void **state)
{
    (void)state;
    static const int64_t counts[] = {300, 200};
    const struct split_options o = {.test_size = 0.3};
    int64_t n = label_counts(counts, 2);
    struct sides a = {0}, b = {0}, c = {0};
    assert_int_equal(divide(n, 2, &o, 5, &a, NULL), AUTOML_OK);
    assert_int_equal(divide(n, 2, &o, 5, &b, NULL), AUTOML_OK);
    assert_int_equal(divide(n, 2, &o, 6, &c, NULL), AUTOML_OK);
    assert_memory_equal(a.test, b.test, (size_t)a.n_test * sizeof *a.test);
    assert_int_equal(a.n_test, c.n_test);
    assert_memory_not_equal(a.test, c.test, (size_t)a.n_test * sizeof *a.test);
    sides_free(&a);
    sides_free(&b);
    sides_free(&c);
}

static void every_row_is_drawn_equally_often(void **state)
{
    (void)state;
    enum { TRIALS = 4000, N = 20 };
    const struct split_options o = {.test_size = 0.25};
    int32_t drawn[N] = {0};
    memset(labels, 0, sizeof labels);
    for (uint64_t seed = 0; seed < TRIALS; seed++) {
        struct sides s = {0};
        assert_int_equal(divide(N, 1, &o, seed, &s, NULL), AUTOML_OK);
        for (int64_t i = 0; i < s.n_test; i++)
            drawn[s.test[i]]++;
        sides_free(&s);
    }
    for (int32_t i = 0; i < N; i++)
        assert_in_range(drawn[i], 865, 1135); /* 1000 +- 5 standard deviations */
}

/* The count of rows of each class on the training side must not be zero. */
static void assert_all_classes_train(const struct sides *s, int64_t n)
{
    bool has[MOST_CLASSES] = {false};
    for (int64_t i = 0; i < s->n_train; i++)
        has[labels[s->train[i]]] = true;
    for (int64_t i = 0; i < n; i++)
        assert_true(has[labels[i]]);
}

static void groups_stay_together(void **state)
{
    (void)state;
    struct rng r = rng_seed(2);
    int32_t divided = 0;
    for (int32_t trial = 0; trial < 500; trial++) {
        int64_t n = 20 + rng_below(&r, 300);
        uint32_t n_groups = 2 + rng_below(&r, 30);
        random_labels(&r, n, 4);
        for (int64_t i = 0; i < n; i++)
            groups[i] = (int32_t)rng_below(&r, n_groups) * 1000 - 7;
        const struct split_options o = {.test_size = 0.3, .groups = groups};
        struct sides s = {0};
        automl_status status = divide(n, 4, &o, (uint64_t)trial, &s, NULL);
        if (status == AUTOML_E_DATA)
            continue;
        assert_int_equal(status, AUTOML_OK);
        assert_partition(&s, n);
        assert_all_classes_train(&s, n);
        for (int64_t i = 0; i < s.n_test; i++)
            for (int64_t j = 0; j < s.n_train; j++)
                assert_int_not_equal(groups[s.test[i]], groups[s.train[j]]);
        sides_free(&s);
        divided++;
    }
    assert_true(divided > 450);
}

static void many_small_groups_give_the_share_of_each_class(void **state)
{
    (void)state;
    enum { N = 3000 };
    struct rng r = rng_seed(3);
    int64_t all[2] = {0}, test[2] = {0};
    for (int32_t i = 0; i < N; i++) {
        labels[i] = rng_below(&r, 10) == 0;
        groups[i] = i / 3;
        all[labels[i]]++;
    }
    const struct split_options o = {.test_size = 0.25, .groups = groups};
    struct sides s = {0};
    assert_int_equal(divide(N, 2, &o, 1, &s, NULL), AUTOML_OK);
    for (int64_t i = 0; i < s.n_test; i++)
        test[labels[s.test[i]]]++;
    for (int32_t c = 0; c < 2; c++)
        assert_true(fabs((double)test[c] - 0.25 * (double)all[c]) < 3);
    sides_free(&s);
}

static void the_latest_rows_are_tested(void **state)
{
    (void)state;
    enum { N = 100 };
    memset(labels, 0, sizeof labels);
    for (int32_t i = 0; i < N; i++)
        times[i] = (i * 37 % N) / 2; /* pairs of equal times, out of order */
    const struct split_options o = {.test_size = 0.25, .times = times};
    struct sides s = {0};
    assert_int_equal(divide(N, 1, &o, 1, &s, NULL), AUTOML_OK);
    assert_partition(&s, N);
    assert_in_range(s.n_test, 24, 26);
    for (int64_t i = 0; i < s.n_test; i++)
        for (int64_t j = 0; j < s.n_train; j++)
            assert_true(times[s.train[j]] < times[s.test[i]]);
    sides_free(&s);
}

static void refuses_what_cannot_be_split(void **state)
{
    (void)state;
    struct sides s = {0};
    struct split_options o = {.test_size = 0.25};
    automl_error err = {0};
    for (int32_t i = 0; i < 5; i++)
        labels[i] = i;
    assert_int_equal(divide(5, 5, &o, 1, &s, &err), AUTOML_E_DATA);
    assert_non_null(strstr(err.message, "test"));
    assert_int_equal(divide(1, 5, &o, 1, &s, &err), AUTOML_E_DATA);
    memset(labels, 0, sizeof labels);
    memset(groups, 0, sizeof groups);
    memset(times, 0, sizeof times);
    o.groups = groups;
    assert_int_equal(divide(5, 1, &o, 1, &s, &err), AUTOML_E_DATA);
    o.times = times;
    assert_int_equal(divide(5, 1, &o, 1, &s, &err), AUTOML_E_CONFLICT);
    o.groups = NULL;
    assert_int_equal(divide(5, 1, &o, 1, &s, &err), AUTOML_E_DATA);
    o = (struct split_options){.test_size = 1};
    assert_int_equal(divide(5, 1, &o, 1, &s, &err), AUTOML_E_RANGE);
    o.test_size = (double)NAN;
    assert_int_equal(divide(5, 1, &o, 1, &s, &err), AUTOML_E_RANGE);
}

static void survives_each_failing_allocation(void **state)
{
    (void)state;
    for (int32_t i = 0; i < 40; i++) {
        labels[i] = i % 3;
        groups[i] = i / 4;
        times[i] = i;
    }
    const struct split_options kinds[] = {
        {.test_size = 0.3}, {.test_size = 0.3, .groups = groups}, {.test_size = 0.3, .times = times}};
    struct fault_allocator fault;
    fault_init(&fault);
    const struct allocator hooks = fault_hooks(&fault);
    for (int32_t kind = 0; kind < 3; kind++) {
        bool happened = true;
        for (int64_t nth = 1; happened; nth++) {
            mem_init(&memory, &hooks);
            fault_once(&fault, nth);
            struct sides s = {0};
            automl_status status = divide(40, 3, &kinds[kind], 1, &s, NULL);
            happened = fault_happened(&fault);
            assert_int_equal(status, happened ? AUTOML_E_MEMORY : AUTOML_OK);
            sides_free(&s);
            assert_true(fault_clean(&fault));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(random_labels_are_split_by_the_rules, setup, teardown),
        cmocka_unit_test_setup_teardown(a_class_of_two_rows_is_on_both_sides, setup, teardown),
        cmocka_unit_test_setup_teardown(each_class_gives_its_share, setup, teardown),
        cmocka_unit_test_setup_teardown(the_stream_decides_and_nothing_else, setup, teardown),
        cmocka_unit_test_setup_teardown(every_row_is_drawn_equally_often, setup, teardown),
        cmocka_unit_test_setup_teardown(groups_stay_together, setup, teardown),
        cmocka_unit_test_setup_teardown(many_small_groups_give_the_share_of_each_class, setup, teardown),
        cmocka_unit_test_setup_teardown(the_latest_rows_are_tested, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_what_cannot_be_split, setup, teardown),
        cmocka_unit_test_setup_teardown(survives_each_failing_allocation, setup, NULL),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
