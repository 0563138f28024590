#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "search_fixture.h"

static void scores_every_fold_on_rows_it_did_not_train_on(void **state)
{
    (void)state;
    struct fixture f;
    struct evaluation e;
    fixture_open(&f, 300, 2, 1, "roc_auc");
    struct graph *g = fixture_graph(&f, "[\"decision_tree\"]");
    evaluate(&f.setting, g, NULL, &stop_never, NULL, &e);
    assert_int_equal(e.outcome, EVAL_DONE);
    assert_int_equal(e.folds_done, 5);
    for (int32_t i = 0; i < 5; i++)
        assert_true(e.fold_scores[i] > 0.5 && e.fold_scores[i] < 0.999);
    for (int64_t i = 0; i < f.n; i++)
        assert_true(fabs((double)e.oof[2 * i] + (double)e.oof[2 * i + 1] - 1) < 1e-5);
    evaluation_clear(&e);
    graph_unref(g);
    fixture_close(&f);
}

static void gives_the_same_bits_with_and_without_a_cache(void **state)
{
    (void)state;
    struct fixture f;
    struct evaluation a, b, c;
    fixture_open(&f, 200, 2, 1, "roc_auc");
    struct graph *g =
        fixture_graph(&f, "[\"one_hot_encoder\", \"simple_imputer\", \"standard_scaler\", \"gaussian_nb\"]");
    evaluate(&f.setting, g, NULL, &stop_never, NULL, &a);
    evaluate(&f.setting, g, NULL, &stop_never, NULL, &b);
    struct eval_setting bare = f.setting;
    bare.cache = NULL;
    evaluate(&bare, g, NULL, &stop_never, NULL, &c);
    assert_int_equal(a.outcome, EVAL_DONE);
    assert_memory_equal(a.oof, b.oof, (size_t)(2 * f.n) * sizeof *a.oof);
    assert_memory_equal(a.oof, c.oof, (size_t)(2 * f.n) * sizeof *a.oof);
    evaluation_clear(&a);
    evaluation_clear(&b);
    evaluation_clear(&c);
    graph_unref(g);
    fixture_close(&f);
}

static void records_why_a_candidate_failed(void **state)
{
    (void)state;
    struct fixture f;
    struct evaluation e;
    fixture_open(&f, 100, 2, 1, "roc_auc");
    struct graph *g = fixture_graph(&f, "[\"gaussian_nb\"]"); /* takes neither categories nor missing cells */
    evaluate(&f.setting, g, NULL, &stop_never, NULL, &e);
    assert_int_equal(e.outcome, EVAL_FAILED);
    assert_int_equal(e.status, AUTOML_E_DATA);
    assert_non_null(strstr(e.reason, "gaussian_nb"));
    assert_null(e.oof);
    evaluation_clear(&e);
    graph_unref(g);
    fixture_close(&f);
}

static void drops_a_candidate_that_misses_the_bar(void **state)
{
    (void)state;
    struct fixture f;
    struct evaluation e;
    struct eval_race race = {{0.999, 0.999}};
    fixture_open(&f, 300, 2, 1, "roc_auc");
    struct graph *g = fixture_graph(&f, "[\"decision_tree\"]");
    evaluate(&f.setting, g, &race, &stop_never, NULL, &e);
    assert_int_equal(e.outcome, EVAL_DROPPED);
    assert_int_equal(e.folds_done, 1);
    assert_true(!isnan(e.score));
    evaluation_clear(&e);
    graph_unref(g);
    fixture_close(&f);
}

static void stops_at_once_when_asked(void **state)
{
    (void)state;
    struct fixture f;
    struct evaluation e;
    _Atomic int32_t cancel = 1;
    struct stop stop = {.cancel = &cancel, .deadline_ns = DEADLINE_NONE};
    fixture_open(&f, 100, 2, 1, "roc_auc");
    struct graph *g = fixture_graph(&f, "[\"decision_tree\"]");
    evaluate(&f.setting, g, NULL, &stop, NULL, &e);
    assert_int_equal(e.outcome, EVAL_STOPPED);
    assert_int_equal(e.folds_done, 0);
    evaluation_clear(&e);
    graph_unref(g);
    fixture_close(&f);
}

static void tunes_the_cut_of_a_label_metric(void **state)
{
    (void)state;
    struct fixture f;
    struct evaluation e;
    fixture_open(&f, 300, 2, 1, "f1");
    struct graph *g = fixture_graph(&f, "[\"decision_tree\"]");
    evaluate(&f.setting, g, NULL, &stop_never, NULL, &e);
    double plain = e.score;
    f.setting.tune = true;
    assert_int_equal(evaluation_score(&f.setting, &e, NULL), AUTOML_OK);
    assert_true(e.score >= plain - 0.02);
    assert_true(e.score > plain || e.score < plain || e.score > 0.6);
    evaluation_clear(&e);
    graph_unref(g);
    fixture_close(&f);
}

static void summary_leaves_undefined_folds_out(void **state)
{
    (void)state;
    double scores[] = {1, NAN, 3}, mean, std;
    scores_summary(scores, 3, &mean, &std);
    assert_true(mean >= 2 && mean <= 2);
    assert_true(std >= 1 && std <= 1);
    double none[] = {NAN};
    scores_summary(none, 1, &mean, &std);
    assert_true(isnan(mean) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_every_fold_on_rows_it_did_not_train_on),
        cmocka_unit_test(gives_the_same_bits_with_and_without_a_cache),
        cmocka_unit_test(records_why_a_candidate_failed),
        cmocka_unit_test(drops_a_candidate_that_misses_the_bar),
        cmocka_unit_test(stops_at_once_when_asked),
        cmocka_unit_test(tunes_the_cut_of_a_label_metric),
        cmocka_unit_test(summary_leaves_undefined_folds_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
