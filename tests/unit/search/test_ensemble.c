#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "search_fixture.h"

enum { CANDIDATES = 4 };

/* Two noisy views of the truth whose errors differ, one worse copy of the first, and one that knows nothing.
 */
static void make_predictions(const struct fixture *f, float *oof[CANDIDATES])
{
    struct rng r = rng_seed(5);
    for (int32_t c = 0; c < CANDIDATES; c++) {
        oof[c] = NEW_ARRAY(f->mem, f->n * 2, float);
        assert_non_null(oof[c]);
    }
    for (int64_t i = 0; i < f->n; i++) {
        double a = f->y[i] + rng_normal(&r), b = f->y[i] + rng_normal(&r);
        double z[CANDIDATES] = {a, b, a + 0.5 * rng_normal(&r), rng_normal(&r)};
        for (int32_t c = 0; c < CANDIDATES; c++) {
            oof[c][2 * i + 1] = (float)(1 / (1 + exp(0.5 - z[c])));
            oof[c][2 * i] = 1 - oof[c][2 * i + 1];
        }
    }
}

static struct ensemble_request request(struct fixture *f, float *const *oof)
{
    return (struct ensemble_request){.setting = &f->setting,
        .oof = (const float *const *)oof,
        .n_candidates = CANDIDATES,
        .steps = 30,
        .max_members = 8,
        .rng = rng_seed(1),
        .stop = &stop_never,
        .pool = f->pool};
}

static void free_predictions(const struct fixture *f, float *oof[CANDIDATES])
{
    for (int32_t c = 0; c < CANDIDATES; c++)
        mem_free(f->mem, oof[c]);
}

static void combines_candidates_whose_errors_differ(void **state)
{
    (void)state;
    struct fixture f;
    float *oof[CANDIDATES];
    struct ensemble_result r;
    fixture_open(&f, 1000, 2, 2, "roc_auc");
    make_predictions(&f, oof);
    struct ensemble_request q = request(&f, oof);
    assert_int_equal(ensemble_select(&q, f.mem, &r, NULL), AUTOML_OK);
    assert_true(r.score > r.score_single + 0.03);
    assert_true(r.weights[0] > 0.2 && r.weights[1] > 0.2);
    assert_true(r.weights[3] < 0.1);
    double sum = 0;
    for (int32_t c = 0; c < CANDIDATES; c++)
        sum += r.weights[c];
    assert_true(fabs(sum - 1) < 1e-12);
    ensemble_result_clear(f.mem, &r);
    free_predictions(&f, oof);
    fixture_close(&f);
}

static void keeps_to_the_number_of_members(void **state)
{
    (void)state;
    struct fixture f;
    float *oof[CANDIDATES];
    struct ensemble_result r;
    fixture_open(&f, 400, 2, 1, "neg_log_loss");
    make_predictions(&f, oof);
    struct ensemble_request q = request(&f, oof);
    q.max_members = 1;
    assert_int_equal(ensemble_select(&q, f.mem, &r, NULL), AUTOML_OK);
    assert_int_equal(r.members, 1);
    assert_true(r.weights[0] >= 1);
    ensemble_result_clear(f.mem, &r);
    free_predictions(&f, oof);
    fixture_close(&f);
}

static void scores_a_sample_of_the_rows_when_asked(void **state)
{
    (void)state;
    struct fixture f;
    float *oof[CANDIDATES];
    struct ensemble_result all, some;
    fixture_open(&f, 1000, 2, 1, "roc_auc");
    make_predictions(&f, oof);
    struct ensemble_request q = request(&f, oof);
    assert_int_equal(ensemble_select(&q, f.mem, &all, NULL), AUTOML_OK);
    q.max_rows = 300;
    assert_int_equal(ensemble_select(&q, f.mem, &some, NULL), AUTOML_OK);
    assert_true(fabs(all.score_single - some.score_single) < 0.1);
    assert_true(some.score_single > all.score_single || some.score_single < all.score_single);
    ensemble_result_clear(f.mem, &all);
    ensemble_result_clear(f.mem, &some);
    free_predictions(&f, oof);
    fixture_close(&f);
}

static void is_the_same_for_any_number_of_threads(void **state)
{
    (void)state;
    double first[CANDIDATES] = {0};
    for (int32_t threads = 1; threads <= 4; threads++) {
        struct fixture f;
        float *oof[CANDIDATES];
        struct ensemble_result r;
        fixture_open(&f, 500, 2, threads, "roc_auc");
        make_predictions(&f, oof);
        struct ensemble_request q = request(&f, oof);
        assert_int_equal(ensemble_select(&q, f.mem, &r, NULL), AUTOML_OK);
        if (threads == 1)
            memcpy(first, r.weights, sizeof first);
        assert_memory_equal(first, r.weights, sizeof first);
        ensemble_result_clear(f.mem, &r);
        free_predictions(&f, oof);
        fixture_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(combines_candidates_whose_errors_differ),
        cmocka_unit_test(keeps_to_the_number_of_members),
        cmocka_unit_test(scores_a_sample_of_the_rows_when_asked),
        cmocka_unit_test(is_the_same_for_any_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
