/* test_config.c - the job's parameters: every key of the contract, defaults, contradictions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "job/settings.h"
#include "unit/job/job_support.h"

static automl_context *ctx;

static int open_context(void **state)
{
    (void)state;
    ctx = test_context(NULL);
    return 0;
}

static int close_context(void **state)
{
    (void)state;
    assert_int_equal(mem_used(&ctx->mem), 0);
    context_unref(ctx);
    return 0;
}

static automl_status check(struct params *p, const char *where)
{
    automl_error err = {0};
    automl_status status = job_check_data(ctx, p, true, &err);
    if (where)
        assert_string_equal(err.where, where);
    params_free(p);
    return status;
}

static void knows_every_key_of_the_contract(void **state)
{
    (void)state;
    static const char *const keys[] = {"feature_table_name", "feature_database", "target_name", "id_column",
        "features_selected", "date_column", "start_date", "end_date", "task", "scoring", "num_features",
        "generations", "to_balance", "to-balance", "balance_method", "balance_ratio", "positive_label",
        "test_size", "test_table_name", "group_column", "time_split", "weight_column", "decision", "refit",
        "max_model_mb", "max_predict_us", "cv_folds", "population_size", "offspring_size", "mutation_rate",
        "crossover_rate", "template", "search_space", "early_stop", "ensemble", "max_seconds",
        "max_evaluations", "max_eval_seconds", "max_memory_mb", "seed", "threads", "multiclass_metrics"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (param_schema_find(&job_schema, keys[i]) < 0)
            fail_msg("%s", keys[i]);
    for (int32_t i = 0; i < JOB_PARAMS; i++)
        assert_true(job_schema.specs[i].key && job_schema.specs[i].help);
}

static void fills_in_the_documented_defaults(void **state)
{
    (void)state;
    struct params *p = NULL;
    assert_int_equal(params_create(&ctx->mem, &job_schema, &p, NULL), AUTOML_OK);
    assert_true(params_real(p, JOB_TEST_SIZE) == 0.25);
    assert_true(params_real(p, JOB_BALANCE_RATIO) == 1);
    assert_int_equal(params_int(p, JOB_CV_FOLDS), 5);
    assert_true(params_bool(p, JOB_ENSEMBLE));
    assert_true(params_real(p, JOB_MAX_MODEL_MB) == 256);
    assert_int_equal(job_generations(p), 20);
    assert_false(params_is_set(p, JOB_GENERATIONS));
    params_free(p);
}

static void gives_300_seconds_unless_evaluations_are_counted(void **state)
{
    (void)state;
    struct params *p = NULL;
    assert_int_equal(params_create(&ctx->mem, &job_schema, &p, NULL), AUTOML_OK);
    assert_true(job_max_seconds(p) == 300);
    assert_int_equal(params_set_int(p, "max_evaluations", 5, NULL), AUTOML_OK);
    assert_true(job_max_seconds(p) == 0);
    assert_int_equal(params_set_real(p, "max_seconds", 7, NULL), AUTOML_OK);
    assert_true(job_max_seconds(p) == 7);
    params_free(p);
}

static void needs_a_table_and_a_target(void **state)
{
    (void)state;
    struct params *p = test_config(ctx, NULL);
    assert_int_equal(job_check(ctx, p, NULL), AUTOML_E_ARGUMENT);
    assert_int_equal(params_set_string(p, "feature_table_name", "t.csv", NULL), AUTOML_OK);
    assert_int_equal(job_check(ctx, p, NULL), AUTOML_OK);
    assert_int_equal(params_unset(p, "target_name", NULL), AUTOML_OK);
    assert_int_equal(job_check(ctx, p, NULL), AUTOML_E_ARGUMENT);
    params_free(p);
}

static void refuses_what_contradicts_itself(void **state)
{
    (void)state;
    assert_int_equal(check(test_config(ctx, NULL), NULL), AUTOML_OK);
    assert_int_equal(check(test_config(ctx, "task", "regression", NULL), "task"), AUTOML_E_UNSUPPORTED);
    assert_int_equal(check(test_config(ctx, "scoring", "roc_auk", NULL), "scoring"), AUTOML_E_UNKNOWN_KEY);
    assert_int_equal(
        check(test_config(ctx, "balance_method", "smot", NULL), "balance_method"), AUTOML_E_UNKNOWN_KEY);
    assert_int_equal(check(test_config(ctx, "start_date", "20-1", NULL), "start_date"), AUTOML_E_RANGE);
    assert_int_equal(
        check(test_config(ctx, "start_date", "2020-01-02", "end_date", "2020-01-01", NULL), "start_date"),
        AUTOML_E_CONFLICT);
    assert_int_equal(check(test_config(ctx, "id_column", "y", NULL), "id_column"), AUTOML_E_CONFLICT);
    assert_int_equal(check(test_config(ctx, "num_features", "5", NULL), "num_features"), AUTOML_E_CONFLICT);
    assert_int_equal(
        check(test_config(ctx, "features_selected", "a,y", NULL), "features_selected"), AUTOML_E_CONFLICT);
    assert_int_equal(check(test_config(ctx, "max_evaluations", "0", "max_seconds", "0", NULL), "max_seconds"),
        AUTOML_E_CONFLICT);
    assert_int_equal(
        check(test_config(ctx, "group_column", "group", "time_split", "true", NULL), "time_split"),
        AUTOML_E_CONFLICT);
    assert_int_equal(
        check(test_config(ctx, "mutation_rate", "0", "crossover_rate", "0", NULL), "mutation_rate"),
        AUTOML_E_CONFLICT);
    assert_int_equal(check(test_config(ctx, "decision", "sometimes", NULL), "decision"), AUTOML_E_RANGE);
    assert_int_equal(check(test_config(ctx, "decision", "1.5", NULL), "decision"), AUTOML_E_RANGE);
}

static void includes_both_ends_of_a_window_of_pure_dates(void **state)
{
    (void)state;
    struct job_window w;
    struct params *p = test_config(ctx, "start_date", "2020-01-01", "end_date", "2020-01-31", NULL);
    assert_int_equal(job_window(p, 0, &w, NULL), AUTOML_OK);
    assert_true(w.set);
    assert_int_equal(w.end_us - w.start_us, 31 * DATE_DAY_US);
    params_free(p);
    p = test_config(ctx, "end_date", "2020-01-31T12:00:00Z", NULL);
    assert_int_equal(job_window(p, 0, &w, NULL), AUTOML_OK);
    assert_true(w.start_us == DATE_MISSING);
    assert_int_equal(w.end_us % DATE_DAY_US, DATE_DAY_US / 2);
    params_free(p);
}

static void ends_a_window_without_end_at_the_present(void **state)
{
    (void)state;
    struct job_window w;
    struct params *p = test_config(ctx, "start_date", "2020-01-01", NULL);
    assert_int_equal(job_window(p, INT64_C(1700000000000000), &w, NULL), AUTOML_OK);
    assert_int_equal(w.end_us, INT64_C(1700000000000000));
    params_free(p);
    p = test_config(ctx, NULL);
    assert_int_equal(job_window(p, 5, &w, NULL), AUTOML_OK);
    assert_false(w.set);
    params_free(p);
}

static void reads_a_decision_as_word_or_number(void **state)
{
    (void)state;
    struct job_decision d;
    struct params *p = test_config(ctx, NULL);
    assert_int_equal(job_decision(p, &d, NULL), AUTOML_OK);
    assert_int_equal(d.kind, DECIDE_AUTO);
    assert_int_equal(params_set_text(p, "decision", "argmax", NULL), AUTOML_OK);
    assert_int_equal(job_decision(p, &d, NULL), AUTOML_OK);
    assert_int_equal(d.kind, DECIDE_ARGMAX);
    assert_int_equal(params_set_text(p, "decision", "0.25", NULL), AUTOML_OK);
    assert_int_equal(job_decision(p, &d, NULL), AUTOML_OK);
    assert_int_equal(d.kind, DECIDE_CUT);
    assert_true(d.cut == 0.25);
    params_free(p);
}

static void reads_a_positive_label_of_any_plain_type(void **state)
{
    (void)state;
    static const char *const json[] = {
        "{\"positive_label\": 1}", "{\"positive_label\": true}", "{\"positive_label\": \"a \\\"b\\\"\"}"};
    static const char *const texts[] = {"1", "true", "a \"b\""};
    for (int32_t i = 0; i < 3; i++) {
        char *label = NULL;
        struct params *p = test_config(ctx, NULL);
        struct json *v = test_json(ctx, json[i]);
        assert_int_equal(params_merge_json(p, v, NULL), AUTOML_OK);
        assert_int_equal(job_positive(p, &ctx->mem, &label, NULL), AUTOML_OK);
        assert_string_equal(label, texts[i]);
        mem_free(&ctx->mem, label);
        json_free(v);
        params_free(p);
    }
    assert_int_equal(check(test_config(ctx, "positive_label", "[1]", NULL), "positive_label"), AUTOML_E_TYPE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_every_key_of_the_contract),
        cmocka_unit_test(fills_in_the_documented_defaults),
        cmocka_unit_test(gives_300_seconds_unless_evaluations_are_counted),
        cmocka_unit_test(needs_a_table_and_a_target),
        cmocka_unit_test(refuses_what_contradicts_itself),
        cmocka_unit_test(includes_both_ends_of_a_window_of_pure_dates),
        cmocka_unit_test(ends_a_window_without_end_at_the_present),
        cmocka_unit_test(reads_a_decision_as_word_or_number),
        cmocka_unit_test(reads_a_positive_label_of_any_plain_type),
    };
    return cmocka_run_group_tests(tests, open_context, close_context);
}
