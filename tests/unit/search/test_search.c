#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "search_fixture.h"

static uint64_t result_hash(const struct fixture *f, const struct search_result *r)
{
    uint64_t h = hash_bytes(r->oof, (size_t)(f->n * f->k) * sizeof *r->oof, 0);
    for (int64_t i = 0; i < r->n_candidates; i++) {
        h = hash_combine(h, graph_hash(r->candidates[i].graph));
        h = hash_combine(h, hash_bytes(&r->candidates[i].eval.score, sizeof(double), 0));
        h = hash_combine(h, (uint64_t)r->candidates[i].eval.outcome);
    }
    return hash_combine(h, hash_bytes(&r->score, sizeof r->score, 0));
}

static uint64_t run(int32_t threads, int64_t evaluations, uint64_t seed, const char *metric, int32_t k)
{
    struct fixture f;
    struct search_result r;
    fixture_open(&f, 160, k, threads, metric);
    struct search_request q = fixture_search(&f, evaluations, seed);
    assert_int_equal(search_run(&q, &r, NULL), AUTOML_OK);
    assert_int_equal(r.n_candidates, evaluations);
    uint64_t h = result_hash(&f, &r);
    search_result_clear(&r);
    fixture_close(&f);
    return h;
}

static void is_the_same_for_any_number_of_threads(void **state)
{
    (void)state;
    uint64_t one = run(1, 40, 11, "roc_auc", 2);
    assert_int_equal(one, run(2, 40, 11, "roc_auc", 2));
    assert_int_equal(one, run(5, 40, 11, "roc_auc", 2));
}

static void another_seed_gives_another_search(void **state)
{
    (void)state;
    assert_int_not_equal(run(2, 40, 1, "neg_log_loss", 3), run(2, 40, 2, "neg_log_loss", 3));
}

static void the_model_is_at_least_as_good_as_the_best_candidate(void **state)
{
    (void)state;
    struct fixture f;
    struct search_result r;
    fixture_open(&f, 200, 2, 2, "roc_auc");
    struct search_request q = fixture_search(&f, 30, 4);
    assert_int_equal(search_run(&q, &r, NULL), AUTOML_OK);
    assert_true(r.best > 0);
    assert_true(r.score >= r.candidates[r.best].eval.score - 1e-12);
    double sum = 0;
    for (int32_t i = 0; i < r.n_members; i++) {
        assert_non_null(r.candidates[r.members[i].candidate].eval.fold_models);
        sum += r.members[i].weight;
    }
    assert_true(fabs(sum - 1) < 1e-12);
    search_result_clear(&r);
    fixture_close(&f);
}

static void the_front_rises_in_score_and_cost(void **state)
{
    (void)state;
    struct fixture f;
    struct search_result r;
    fixture_open(&f, 160, 2, 2, "roc_auc");
    struct search_request q = fixture_search(&f, 30, 4);
    assert_int_equal(search_run(&q, &r, NULL), AUTOML_OK);
    assert_true(r.n_front > 1);
    for (int32_t i = 1; i < r.n_front; i++) {
        const struct evaluation *a = &r.candidates[r.front[i - 1]].eval, *b = &r.candidates[r.front[i]].eval;
        assert_true(b->score > a->score && b->row_cost > a->row_cost);
    }
    search_result_clear(&r);
    fixture_close(&f);
}

static void never_evaluates_a_specification_twice(void **state)
{
    (void)state;
    struct fixture f;
    struct search_result r;
    fixture_open(&f, 100, 2, 2, "roc_auc");
    struct search_request q = fixture_search(&f, 60, 9);
    assert_int_equal(search_run(&q, &r, NULL), AUTOML_OK);
    for (int64_t i = 0; i < r.n_candidates; i++)
        for (int64_t j = 0; j < i; j++)
            assert_int_not_equal(graph_hash(r.candidates[i].graph), graph_hash(r.candidates[j].graph));
    search_result_clear(&r);
    fixture_close(&f);
}

static void makes_no_candidate_that_the_data_do_not_allow(void **state)
{
    (void)state;
    struct fixture f;
    struct search_result r;
    fixture_open(&f, 100, 3, 2, "accuracy");
    struct search_request q = fixture_search(&f, 80, 13);
    assert_int_equal(search_run(&q, &r, NULL), AUTOML_OK);
    for (int64_t i = 0; i < r.n_candidates; i++)
        if (r.candidates[i].eval.outcome == EVAL_FAILED)
            fail_msg("%s", r.candidates[i].eval.reason);
    search_result_clear(&r);
    fixture_close(&f);
}

static int64_t fake_ns;

static int64_t fake_now(void *user)
{
    (void)user;
    return fake_ns += 1000000; /* a millisecond passes with every look */
}

static const struct clock fake = {fake_now, fake_now, NULL};

static void a_deadline_ends_the_search_with_what_there_is(void **state)
{
    (void)state;
    struct fixture f;
    struct search_result r;
    fixture_open(&f, 100, 2, 1, "roc_auc");
    f.setting.clock = &fake;
    budget_init(&f.budget, &fake, fake_ns, fake_ns + INT64_C(3000000000));
    struct search_request q = fixture_search(&f, 0, 1);
    assert_int_equal(search_run(&q, &r, NULL), AUTOML_OK);
    assert_true(r.clock_used);
    assert_true(r.best >= 0);
    search_result_clear(&r);
    fixture_close(&f);
}

static void cancelling_before_the_first_result_leaves_the_dummy(void **state)
{
    (void)state;
    struct fixture f;
    struct search_result r;
    _Atomic int32_t cancel = 1;
    fixture_open(&f, 100, 2, 2, "roc_auc");
    struct stop stop = {.cancel = &cancel, .clock = f.ctx->clock, .deadline_ns = DEADLINE_NONE};
    struct search_request q = fixture_search(&f, 30, 1);
    q.stop = &stop;
    assert_int_equal(search_run(&q, &r, NULL), AUTOML_E_CANCELLED);
    q.finish = &stop_never;
    assert_int_equal(search_run(&q, &r, NULL), AUTOML_OK);
    assert_true(r.stopped);
    assert_int_equal(r.n_candidates, 1);
    assert_int_equal(r.best, 0);
    search_result_clear(&r);
    fixture_close(&f);
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
    (void)state;
    for (int64_t nth = 1; nth < 4000; nth += 61) {
        struct fixture f;
        struct search_result r;
        fixture_open(&f, 60, 2, 1, "roc_auc");
        struct search_request q = fixture_search(&f, 4, 3);
        fault_once(&f.fault, nth);
        automl_status status = search_run(&q, &r, NULL);
        bool happened = fault_happened(&f.fault);
        fault_off(&f.fault);
        if (happened)
            assert_int_equal(status, AUTOML_E_MEMORY);
        if (status >= 0)
            search_result_clear(&r);
        fixture_close(&f);
        if (!happened)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_same_for_any_number_of_threads),
        cmocka_unit_test(another_seed_gives_another_search),
        cmocka_unit_test(the_model_is_at_least_as_good_as_the_best_candidate),
        cmocka_unit_test(the_front_rises_in_score_and_cost),
        cmocka_unit_test(never_evaluates_a_specification_twice),
        cmocka_unit_test(makes_no_candidate_that_the_data_do_not_allow),
        cmocka_unit_test(a_deadline_ends_the_search_with_what_there_is),
        cmocka_unit_test(cancelling_before_the_first_result_leaves_the_dummy),
        cmocka_unit_test(every_failed_allocation_is_reported_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
