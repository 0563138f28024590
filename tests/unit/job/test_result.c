/* test_result.c - what result.json says, and whether it is right. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/job/job_support.h"

struct fixture {
    automl_context *ctx;
    automl_job *job;
    struct json *json;
};

static void run(struct fixture *f, struct params *p, automl_dataset *d)
{
    automl_error err = {0};
    f->job = test_job(f->ctx, p, d);
    dataset_unref(d);
    if (job_run(f->job, &err) < 0)
        fail_msg("%s", err.message);
    f->json = test_json(f->ctx, job_result_text(f->job));
}

static int set_up(void **state)
{
    struct fixture *f = test_calloc(1, sizeof *f);
    f->ctx = test_context(NULL);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    json_free(f->json);
    job_free(f->job);
    assert_int_equal(mem_used(&f->ctx->mem), 0);
    context_unref(f->ctx);
    test_free(f);
    return 0;
}

static double number(const struct fixture *f, const char *path)
{
    return json_number(test_path(f->json, path), NAN);
}

static const char *text(const struct fixture *f, const char *path)
{
    return json_string(test_path(f->json, path));
}

static void has_every_key_of_the_contract(void **state)
{
    struct fixture *f = *state;
    static const char *const keys[] = {"format", "library_version", "job_id", "status", "partial",
        "reproducible", "warnings", "started_at", "finished_at", "seconds", "task", "classes",
        "positive_label", "scoring", "seed", "data/rows", "data/train_rows", "data/test_rows", "data/columns",
        "data/class_counts", "data/window", "data/sha256", "balance/enabled", "balance/minority_fraction",
        "balance/rule", "balance/method", "balance/counts_before", "balance/counts_after",
        "balance/score_without", "balance/score_with", "features_selected", "feature_selection/method",
        "feature_selection/num_features", "feature_selection/generations", "feature_selection/evaluations",
        "feature_selection/score", "feature_selection/history", "feature_selection/frequency",
        "pipeline/spec/nodes", "pipeline/steps", "metrics/train/accuracy", "metrics/test/balanced_accuracy",
        "metrics/test/f1", "metrics/test/precision", "metrics/test/recall", "metrics/test/ks",
        "metrics/test/roc_auc", "metrics/test/log_loss", "metrics/test/confusion_matrix", "cv/folds",
        "cv/score", "cv/std", "search/evaluated", "search/failed", "search/failures", "search/history",
        "search/pareto_front", "search/leaderboard", "importance", "files", "reproduce"};
    run(f, test_config(f->ctx, "num_features", "2", "generations", "2", "to_balance", "true", NULL),
        test_dataset(f->ctx, 400, 0.5));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (test_path(f->json, keys[i]) == NULL)
            fail_msg("%s", keys[i]);
    assert_int_equal(json_count(test_path(f->json, "features_selected")), 2);
    assert_int_equal(json_count(test_path(f->json, "feature_selection/frequency")), 4);
    assert_string_equal(text(f, "status"), "succeeded");
    assert_string_equal(text(f, "positive_label"), "yes");
    assert_true(json_bool(test_path(f->json, "reproducible"), false));
}

/* The confusion matrix and the labels it counts tell the other label metrics. */
static void reports_metrics_that_agree_with_each_other(void **state)
{
    struct fixture *f = *state;
    run(f, test_config(f->ctx, NULL), test_dataset(f->ctx, 400, 0.5));
    const struct json *rows = test_path(f->json, "metrics/test/confusion_matrix");
    const struct json *no = json_first(rows), *yes = json_next(no);
    double tn = json_number(json_first(no), NAN), fp = json_number(json_next(json_first(no)), NAN);
    double fn = json_number(json_first(yes), NAN), tp = json_number(json_next(json_first(yes)), NAN);
    double all = tn + fp + fn + tp;
    assert_true(all == number(f, "data/test_rows"));
    assert_true(fabs(number(f, "metrics/test/accuracy") - (tn + tp) / all) < 1e-12);
    assert_true(fabs(number(f, "metrics/test/precision") - tp / (tp + fp)) < 1e-12);
    assert_true(fabs(number(f, "metrics/test/recall") - tp / (tp + fn)) < 1e-12);
    assert_true(fabs(number(f, "metrics/test/f1") - 2 * tp / (2 * tp + fp + fn)) < 1e-12);
    assert_true(number(f, "metrics/test/log_loss") > 0);
    assert_true(number(f, "metrics/train/roc_auc") > 0.8);
    assert_true(number(f, "data/train_rows") + number(f, "data/test_rows") == number(f, "data/rows"));
    assert_true(number(f, "data/rows") == 384);
}

static void leaves_roc_auc_and_matrix_out_for_more_classes(void **state)
{
    struct fixture *f = *state;
    run(f, test_config(f->ctx, NULL), test_dataset_many(f->ctx, 300));
    assert_string_equal(text(f, "scoring"), "neg_log_loss");
    assert_null(test_path(f->json, "metrics/test/roc_auc"));
    assert_null(test_path(f->json, "metrics/test/confusion_matrix"));
    assert_non_null(test_path(f->json, "metrics/test/f1"));
    assert_true(number(f, "metrics/test/neg_log_loss") == -number(f, "metrics/test/log_loss"));
    assert_null(text(f, "positive_label"));
}

static void adds_them_on_request(void **state)
{
    struct fixture *f = *state;
    run(f, test_config(f->ctx, "multiclass_metrics", "true", NULL), test_dataset_many(f->ctx, 300));
    assert_non_null(test_path(f->json, "metrics/test/roc_auc_ovr"));
    assert_int_equal(json_count(test_path(f->json, "metrics/test/confusion_matrix")), 3);
}

static void tells_what_balancing_did(void **state)
{
    struct fixture *f = *state;
    run(f, test_config(f->ctx, "to_balance", "true", "balance_method", "random_over_sampler", NULL),
        test_dataset(f->ctx, 400, 0.2));
    double no = number(f, "balance/counts_before/no"), yes = number(f, "balance/counts_before/yes");
    assert_true(no > yes && yes > 0);
    assert_true(number(f, "balance/counts_after/no") == no);
    assert_true(number(f, "balance/counts_after/yes") == no);
    assert_string_equal(text(f, "balance/rule"), "oversample");
    assert_true(isfinite(number(f, "balance/score_with")));
    assert_true(isfinite(number(f, "balance/score_without")));
    /* Argmax before the prior correction finds more of the minority than it is. */
    assert_int_equal(job_result(f->job)->model->decision.rule, DECISION_WEIGHTS);
}

static void balances_nothing_unless_asked(void **state)
{
    struct fixture *f = *state;
    run(f, test_config(f->ctx, "balance_method", "random_over_sampler", NULL),
        test_dataset(f->ctx, 400, 0.2));
    assert_string_equal(text(f, "balance/rule"), "none");
    assert_int_equal(json_count(test_path(f->json, "warnings")), 2);
    assert_int_equal(job_result(f->job)->model->decision.rule, DECISION_ARGMAX);
}

static void tunes_the_cut_for_label_metrics(void **state)
{
    struct fixture *f = *state;
    run(f, test_config(f->ctx, "scoring", "f1", NULL), test_dataset(f->ctx, 400, 0.2));
    assert_int_equal(job_result(f->job)->model->decision.rule, DECISION_THRESHOLD);
    assert_true(number(f, "cv/score") > 0.3);
}

static void takes_the_cut_it_is_given(void **state)
{
    struct fixture *f = *state;
    run(f, test_config(f->ctx, "decision", "0.125", NULL), test_dataset(f->ctx, 300, 0.5));
    assert_true(job_result(f->job)->model->decision.threshold == 0.125);
}

static void ranks_the_useful_columns_before_noise(void **state)
{
    struct fixture *f = *state;
    run(f, test_config(f->ctx, NULL), test_dataset(f->ctx, 600, 0.5));
    const struct json *list = test_path(f->json, "importance");
    assert_int_equal(json_count(list), 4);
    const char *first = json_string(json_get(json_first(list), "feature"));
    assert_true(strcmp(first, "a") == 0 || strcmp(first, "b") == 0);
    assert_true(json_number(json_get(json_first(list), "importance"), 0) > 0.02);
}

static void fits_a_single_pipeline_again_on_all_rows(void **state)
{
    struct fixture *f = *state;
    run(f, test_config(f->ctx, "ensemble", "false", NULL), test_dataset(f->ctx, 300, 0.5));
    const automl_pipeline *m = job_result(f->job)->model;
    assert_int_equal(m->n_members, 1);
    assert_int_equal(m->members[0].n_replicas, 1);
    assert_int_equal(m->members[0].replicas[0]->n_rows, job_result(f->job)->train_rows);
}

static void keeps_fold_models_if_told_to(void **state)
{
    struct fixture *f = *state;
    run(f, test_config(f->ctx, "ensemble", "false", "refit", "never", NULL), test_dataset(f->ctx, 300, 0.5));
    assert_int_equal(job_result(f->job)->model->members[0].n_replicas, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(has_every_key_of_the_contract, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reports_metrics_that_agree_with_each_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(leaves_roc_auc_and_matrix_out_for_more_classes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(adds_them_on_request, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_what_balancing_did, set_up, tear_down),
        cmocka_unit_test_setup_teardown(balances_nothing_unless_asked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tunes_the_cut_for_label_metrics, set_up, tear_down),
        cmocka_unit_test_setup_teardown(takes_the_cut_it_is_given, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ranks_the_useful_columns_before_noise, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fits_a_single_pipeline_again_on_all_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeps_fold_models_if_told_to, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
