/* test_folds.c - folds keep their promises on many random label vectors, groups and times. */
#include "data/split.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/fault_allocator.h"

enum { MOST_ROWS = 8000, MOST_CLASSES = 30, MOST_FOLDS = 12 };

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

static void assert_ascending(const int32_t *a, int64_t n, int64_t limit)
{
    for (int64_t i = 0; i < n; i++)
        assert_true(a[i] >= 0 && a[i] < limit && (i == 0 || a[i - 1] < a[i]));
}

/* Validation and training parts of each fold are disjoint, ascending, and hold all n rows together. */
static void assert_complements(const struct folds *f, int64_t n)
{
    static uint8_t seen[MOST_ROWS];
    for (int32_t fold = 0; fold < f->k; fold++) {
        int64_t n_train, n_valid;
        const int32_t *train = folds_train(f, fold, &n_train), *valid = folds_valid(f, fold, &n_valid);
        assert_true(n_valid > 0 && n_train > 0);
        assert_int_equal(n_train + n_valid, n);
        assert_ascending(train, n_train, n);
        assert_ascending(valid, n_valid, n);
        memset(seen, 0, (size_t)n);
        for (int64_t i = 0; i < n_train; i++)
            seen[train[i]]++;
        for (int64_t i = 0; i < n_valid; i++)
            seen[valid[i]]++;
        for (int64_t i = 0; i < n; i++)
            assert_int_equal(seen[i], 1);
    }
}

static void assert_class_shares(const struct folds *f, int64_t n, int32_t k)
{
    int64_t all[MOST_CLASSES] = {0}, validated = 0, dealt = 0;
    for (int64_t i = 0; i < n; i++)
        all[labels[i]]++;
    for (int32_t c = 0; c < k; c++)
        dealt += all[c] > 1 ? all[c] : 0;
    for (int32_t fold = 0; fold < f->k; fold++) {
        int64_t in[MOST_CLASSES] = {0}, n_valid;
        const int32_t *valid = folds_valid(f, fold, &n_valid);
        for (int64_t i = 0; i < n_valid; i++)
            in[labels[valid[i]]]++;
        for (int32_t c = 0; c < k; c++) {
            if (all[c] == 1)
                assert_int_equal(in[c], 0);
            else
                assert_true(in[c] == all[c] / f->k || in[c] == all[c] / f->k + (all[c] % f->k > 0));
            assert_true(all[c] == 0 || in[c] < all[c]);
        }
        assert_true(n_valid == dealt / f->k || n_valid == dealt / f->k + 1);
        validated += n_valid;
    }
    assert_int_equal(validated, dealt);
}

static void random_labels(struct rng *r, int64_t n, int32_t k)
{
    for (int64_t i = 0; i < n; i++) {
        int32_t c = (int32_t)rng_below(r, (uint32_t)k);
        labels[i] = rng_below(r, 4) == 0 ? c : c / 3;
    }
}

static void random_labels_are_dealt_evenly(void **state)
{
    (void)state;
    struct rng r = rng_seed(1);
    int32_t made = 0;
    for (int32_t trial = 0; trial < 1000; trial++) {
        int64_t n = 4 + rng_below(&r, 120);
        int32_t k = 1 + (int32_t)rng_below(&r, MOST_CLASSES), n_folds = 2 + (int32_t)rng_below(&r, 10);
        random_labels(&r, n, k);
        struct folds *f = NULL;
        automl_status status =
            folds_create(&memory, labels, n, k, n_folds, NULL, NULL, rng_seed((uint64_t)trial), &f, NULL);
        if (status == AUTOML_E_DATA)
            continue;
        assert_int_equal(status, AUTOML_OK);
        assert_complements(f, n);
        assert_class_shares(f, n, k);
        folds_free(f);
        made++;
    }
    assert_true(made > 900);
}

static void a_class_of_two_rows_trains_in_every_fold(void **state)
{
    (void)state;
    static const int64_t hypothyroid[] = {3481, 194, 95, 2};
    int64_t n = 0;
    for (int32_t c = 0; c < 4; c++)
        for (int64_t i = 0; i < hypothyroid[c]; i++)
            labels[n++] = c;
    struct folds *f = NULL;
    assert_int_equal(folds_create(&memory, labels, n, 4, 5, NULL, NULL, rng_seed(1), &f, NULL), AUTOML_OK);
    assert_complements(f, n);
    assert_class_shares(f, n, 4);
    for (int32_t fold = 0; fold < 5; fold++) {
        int64_t n_train, rare = 0;
        const int32_t *train = folds_train(f, fold, &n_train);
        for (int64_t i = 0; i < n_train; i++)
            rare += labels[train[i]] == 3;
        assert_true(rare >= 1);
    }
    folds_free(f);
}

static void the_stream_decides_and_nothing_else(void **state)
{
    (void)state;
    enum { N = 200 };
    for (int32_t i = 0; i < N; i++)
        labels[i] = i % 3;
    struct folds *f[3] = {NULL};
    for (int32_t i = 0; i < 3; i++)
        assert_int_equal(
            folds_create(&memory, labels, N, 3, 4, NULL, NULL, rng_seed(i == 2 ? 9 : 8), &f[i], NULL),
            AUTOML_OK);
    assert_memory_equal(f[0]->valid_of, f[1]->valid_of, N * sizeof(int32_t));
    assert_memory_not_equal(f[0]->valid_of, f[2]->valid_of, N * sizeof(int32_t));
    for (int32_t i = 0; i < 3; i++)
        folds_free(f[i]);
}

static void assert_groups_whole(const struct folds *f)
{
    for (int32_t fold = 0; fold < f->k; fold++) {
        int64_t n_train, n_valid;
        const int32_t *train = folds_train(f, fold, &n_train), *valid = folds_valid(f, fold, &n_valid);
        for (int64_t i = 0; i < n_valid; i++)
            for (int64_t j = 0; j < n_train; j++)
                assert_int_not_equal(groups[valid[i]], groups[train[j]]);
    }
}

static void groups_stay_together(void **state)
{
    (void)state;
    struct rng r = rng_seed(4);
    int32_t made = 0;
    for (int32_t trial = 0; trial < 200; trial++) {
        int64_t n = 30 + rng_below(&r, 150);
        uint32_t n_groups = 3 + rng_below(&r, 30);
        random_labels(&r, n, 5);
        for (int64_t i = 0; i < n; i++)
            groups[i] = 5 - 3 * (int32_t)rng_below(&r, n_groups);
        struct folds *f = NULL;
        automl_status status =
            folds_create(&memory, labels, n, 5, 4, groups, NULL, rng_seed((uint64_t)trial), &f, NULL);
        if (status == AUTOML_E_DATA)
            continue;
        assert_int_equal(status, AUTOML_OK);
        assert_complements(f, n);
        assert_groups_whole(f);
        folds_free(f);
        made++;
    }
    assert_true(made > 150);
}

static void many_small_groups_are_dealt_evenly(void **state)
{
    (void)state;
    enum { N = 3000, FOLDS = 5 };
    struct rng r = rng_seed(3);
    int64_t all[2] = {0};
    for (int32_t i = 0; i < N; i++) {
        labels[i] = rng_below(&r, 10) == 0;
        groups[i] = i / 3;
        all[labels[i]]++;
    }
    struct folds *f = NULL;
    assert_int_equal(
        folds_create(&memory, labels, N, 2, FOLDS, groups, NULL, rng_seed(1), &f, NULL), AUTOML_OK);
    for (int32_t fold = 0; fold < FOLDS; fold++) {
        int64_t in[2] = {0}, n_valid;
        const int32_t *valid = folds_valid(f, fold, &n_valid);
        for (int64_t i = 0; i < n_valid; i++)
            in[labels[valid[i]]]++;
        for (int32_t c = 0; c < 2; c++)
            assert_true(fabs((double)in[c] - (double)all[c] / FOLDS) < 4);
    }
    folds_free(f);
}

static void a_group_with_a_whole_class_always_trains(void **state)
{
    (void)state;
    enum { N = 60 };
    for (int32_t i = 0; i < N; i++) {
        groups[i] = i / 6;
        labels[i] = i < 6 && i > 3 ? 2 : i % 2;
    }
    struct folds *f = NULL;
    assert_int_equal(folds_create(&memory, labels, N, 3, 3, groups, NULL, rng_seed(1), &f, NULL), AUTOML_OK);
    for (int32_t fold = 0; fold < 3; fold++) {
        int64_t n_valid;
        const int32_t *valid = folds_valid(f, fold, &n_valid);
        for (int64_t i = 0; i < n_valid; i++)
            assert_int_not_equal(groups[valid[i]], 0);
    }
    assert_complements(f, N);
    folds_free(f);
}

static void time_folds_train_on_the_past(void **state)
{
    (void)state;
    enum { N = 100, FOLDS = 4 };
    memset(labels, 0, sizeof labels);
    for (int32_t i = 0; i < N; i++)
        times[i] = (i * 37 % N) / 3;
    struct folds *f = NULL;
    assert_int_equal(
        folds_create(&memory, labels, N, 1, FOLDS, NULL, times, rng_seed(1), &f, NULL), AUTOML_OK);
    int64_t before = 0;
    for (int32_t fold = 0; fold < FOLDS; fold++) {
        int64_t n_train, n_valid;
        const int32_t *train = folds_train(f, fold, &n_train), *valid = folds_valid(f, fold, &n_valid);
        assert_in_range(n_valid, 17, 23);
        assert_true(fold == 0 || n_train == before);
        for (int64_t i = 0; i < n_valid; i++)
            for (int64_t j = 0; j < n_train; j++)
                assert_true(times[train[j]] < times[valid[i]]);
        before = n_train + n_valid;
    }
    assert_int_equal(before, N);
    folds_free(f);
}

static void few_distinct_times_still_make_every_fold(void **state)
{
    (void)state;
    enum { N = 50 };
    memset(labels, 0, sizeof labels);
    for (int32_t i = 0; i < N; i++)
        times[i] = i < 40 ? 0 : i < 48 ? 1 : i; /* 4 distinct times, very uneven */
    struct folds *f = NULL;
    assert_int_equal(folds_create(&memory, labels, N, 1, 3, NULL, times, rng_seed(1), &f, NULL), AUTOML_OK);
    int64_t n_valid;
    folds_valid(f, 0, &n_valid);
    assert_int_equal(n_valid, 8);
    folds_valid(f, 1, &n_valid);
    assert_int_equal(n_valid, 1);
    folds_free(f);
    assert_int_equal(
        folds_create(&memory, labels, N, 1, 4, NULL, times, rng_seed(1), &f, NULL), AUTOML_E_DATA);
}

static void refuses_what_cannot_be_dealt(void **state)
{
    (void)state;
    struct folds *f = NULL;
    automl_error err = {0};
    for (int32_t i = 0; i < 6; i++) {
        labels[i] = i / 3;
        groups[i] = i / 3;
    }
    assert_int_equal(
        folds_create(&memory, labels, 6, 2, 1, NULL, NULL, rng_seed(1), &f, &err), AUTOML_E_RANGE);
    assert_int_equal(
        folds_create(&memory, labels, 6, 2, 7, NULL, NULL, rng_seed(1), &f, &err), AUTOML_E_DATA);
    assert_non_null(strstr(err.message, "7 folds"));
    assert_int_equal(
        folds_create(&memory, labels, 6, 2, 3, groups, NULL, rng_seed(1), &f, &err), AUTOML_E_DATA);
    assert_int_equal(
        folds_create(&memory, labels, 6, 2, 2, groups, times, rng_seed(1), &f, &err), AUTOML_E_CONFLICT);
    assert_null(f);
}

static void survives_each_failing_allocation(void **state)
{
    (void)state;
    for (int32_t i = 0; i < 40; i++) {
        labels[i] = i % 3;
        groups[i] = i / 4;
        times[i] = i;
    }
    struct fault_allocator fault;
    fault_init(&fault);
    const struct allocator hooks = fault_hooks(&fault);
    for (int32_t kind = 0; kind < 3; kind++) {
        bool happened = true;
        for (int64_t nth = 1; happened; nth++) {
            mem_init(&memory, &hooks);
            fault_once(&fault, nth);
            struct folds *f = NULL;
            automl_status status = folds_create(&memory, labels, 40, 3, 4, kind == 1 ? groups : NULL,
                kind == 2 ? times : NULL, rng_seed(1), &f, NULL);
            happened = fault_happened(&fault);
            assert_int_equal(status, happened ? AUTOML_E_MEMORY : AUTOML_OK);
            folds_free(f);
            assert_true(fault_clean(&fault));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(random_labels_are_dealt_evenly, setup, teardown),
        cmocka_unit_test_setup_teardown(a_class_of_two_rows_trains_in_every_fold, setup, teardown),
        cmocka_unit_test_setup_teardown(the_stream_decides_and_nothing_else, setup, teardown),
        cmocka_unit_test_setup_teardown(groups_stay_together, setup, teardown),
        cmocka_unit_test_setup_teardown(many_small_groups_are_dealt_evenly, setup, teardown),
        cmocka_unit_test_setup_teardown(a_group_with_a_whole_class_always_trains, setup, teardown),
        cmocka_unit_test_setup_teardown(time_folds_train_on_the_past, setup, teardown),
        cmocka_unit_test_setup_teardown(few_distinct_times_still_make_every_fold, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_what_cannot_be_dealt, setup, teardown),
        cmocka_unit_test_setup_teardown(survives_each_failing_allocation, setup, NULL),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
