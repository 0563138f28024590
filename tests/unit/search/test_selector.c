#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "search_fixture.h"

static struct selector_request request(
    struct fixture *f, int32_t k, enum selector_scorer scorer, uint64_t seed)
{
    return (struct selector_request){.setting = &f->setting,
        .n_features = k,
        .generations = 5,
        .population_size = 10,
        .offspring_size = 10,
        .mutation_rate = 0.5,
        .crossover_rate = 0.7,
        .scorer = scorer,
        .rng = rng_seed(seed),
        .stop = &stop_never,
        .pool = f->pool};
}

static void check_set(const struct selector_result *r, int32_t k)
{
    assert_int_equal(r->n_features, k);
    for (int32_t i = 0; i < k; i++) {
        assert_in_range(r->features[i], 0, FIXTURE_COLUMNS - 1);
        if (i > 0)
            assert_true(r->features[i] > r->features[i - 1]);
    }
}

static void returns_exactly_k_features_for_every_k_and_seed(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f, 150, 2, 1, "roc_auc");
    for (int32_t k = 1; k <= FIXTURE_COLUMNS; k++) {
        for (uint64_t seed = 0; seed < 4; seed++) {
            struct selector_request q = request(&f, k, SELECTOR_LINEAR, seed);
            struct selector_result r;
            assert_int_equal(select_features(&q, &r, NULL), AUTOML_OK);
            check_set(&r, k);
            selector_result_clear(&r);
        }
    }
    fixture_close(&f);
}

static void finds_the_two_columns_that_tell_the_class(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f, 1000, 2, 1, "roc_auc");
    for (int32_t scorer = SELECTOR_AUTO; scorer <= SELECTOR_TREE; scorer++) {
        struct selector_request q = request(&f, 2, (enum selector_scorer)scorer, 1);
        struct selector_result r;
        assert_int_equal(select_features(&q, &r, NULL), AUTOML_OK);
        assert_in_range(r.features[0], 0, 1);
        assert_int_equal(r.features[0] == 0 ? r.features[1] : 1, 1);
        assert_true(r.score > 0.8);
        selector_result_clear(&r);
    }
    fixture_close(&f);
}

static void is_the_same_for_any_number_of_threads(void **state)
{
    (void)state;
    int32_t first[3] = {0};
    double score = NAN;
    for (int32_t threads = 1; threads <= 4; threads++) {
        struct fixture f;
        struct selector_result r;
        fixture_open(&f, 200, 3, threads, "neg_log_loss");
        struct selector_request q = request(&f, 3, SELECTOR_AUTO, 5);
        assert_int_equal(select_features(&q, &r, NULL), AUTOML_OK);
        if (threads == 1) {
            memcpy(first, r.features, sizeof first);
            score = r.score;
        }
        assert_memory_equal(first, r.features, sizeof first);
        assert_memory_equal(&score, &r.score, sizeof score);
        selector_result_clear(&r);
        fixture_close(&f);
    }
}

static void never_evaluates_a_subset_twice(void **state)
{
    (void)state;
    struct fixture f;
    struct selector_result r;
    fixture_open(&f, 150, 2, 1, "roc_auc");
    struct selector_request q = request(&f, 2, SELECTOR_LINEAR, 2);
    q.generations = 40;
    assert_int_equal(select_features(&q, &r, NULL), AUTOML_OK);
    /* 21 pairs of 7, ten of them scored again on fresh folds. */
    assert_true(r.evaluations <= 21 + 10);
    selector_result_clear(&r);
    fixture_close(&f);
}

static void the_best_score_never_falls(void **state)
{
    (void)state;
    struct fixture f;
    struct selector_result r;
    fixture_open(&f, 200, 2, 1, "roc_auc");
    struct selector_request q = request(&f, 3, SELECTOR_TREE, 3);
    assert_int_equal(select_features(&q, &r, NULL), AUTOML_OK);
    assert_in_range(r.generations, 1, q.generations);
    assert_int_equal(r.n_history, r.generations + 1);
    assert_int_equal(r.history[r.generations].generation, r.generations);
    for (int32_t i = 1; i < r.n_history; i++)
        assert_true(r.history[i].best >= r.history[i - 1].best);
    selector_result_clear(&r);
    fixture_close(&f);
}

static void keeps_the_best_so_far_when_stopped(void **state)
{
    (void)state;
    struct fixture f;
    struct selector_result r;
    _Atomic int32_t cancel = 1;
    struct stop stop = {.cancel = &cancel, .deadline_ns = DEADLINE_NONE};
    fixture_open(&f, 150, 2, 1, "roc_auc");
    struct selector_request q = request(&f, 2, SELECTOR_AUTO, 3);
    q.stop = &stop;
    assert_int_equal(select_features(&q, &r, NULL), AUTOML_OK);
    check_set(&r, 2);
    assert_true(r.stopped);
    selector_result_clear(&r);
    fixture_close(&f);
}

static void refuses_more_features_than_columns(void **state)
{
    (void)state;
    struct fixture f;
    struct selector_result r;
    automl_error err = {0};
    fixture_open(&f, 100, 2, 1, "roc_auc");
    struct selector_request q = request(&f, FIXTURE_COLUMNS + 1, SELECTOR_AUTO, 3);
    assert_int_equal(select_features(&q, &r, &err), AUTOML_E_CONFLICT);
    assert_non_null(strstr(err.message, "7 candidate columns"));
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(returns_exactly_k_features_for_every_k_and_seed),
        cmocka_unit_test(finds_the_two_columns_that_tell_the_class),
        cmocka_unit_test(is_the_same_for_any_number_of_threads),
        cmocka_unit_test(never_evaluates_a_subset_twice),
        cmocka_unit_test(the_best_score_never_falls),
        cmocka_unit_test(keeps_the_best_so_far_when_stopped),
        cmocka_unit_test(refuses_more_features_than_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
