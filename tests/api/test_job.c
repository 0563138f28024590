/* test_job.c - jobs, searches, selections and the store through the public interface. */
#include "api_fixture.h"

#include <math.h>
#include <stdio.h>

struct seen {
    int calls, stage;
    double share;
    int stop_at; /* call that stops; 0: none */
};

static int32_t on_progress(const automl_progress *p, void *user)
{
    struct seen *s = user;
    s->calls++;
    s->stage = automl_progress_stage(p);
    s->share = automl_progress_share(p);
    assert_true(automl_progress_seconds(p) >= 0);
    assert_true(automl_progress_seconds_left(p) > 0);
    assert_true(automl_progress_evaluated(p) >= 0);
    assert_true(automl_progress_generation(p) >= 0);
    assert_true(isnan(automl_progress_best(p)) || automl_progress_learner(p) != NULL || s->stage < 2);
    return s->stop_at != 0 && s->calls >= s->stop_at;
}

static automl_job *make_job(struct fixture *f)
{
    automl_job *job = NULL;
    assert_ok(f, automl_job_create(f->ctx, f->params, &job, f->err));
    assert_ok(f, automl_job_set_dataset(job, f->dataset, NULL, f->err));
    return job;
}

static void job_gives_model_and_metrics(void **state)
{
    struct fixture *f = *state;
    struct seen seen = {0};
    automl_pipeline *p = NULL;
    double auc = 0, ignored;
    assert_ok(f, automl_params_set_int(f->params, "num_features", 2, f->err));
    automl_job *job = make_job(f);
    assert_int_equal(strlen(automl_job_id(job)), 32);
    assert_null(automl_job_result_json(job));
    assert_int_equal(automl_job_pipeline(job, &p, f->err), AUTOML_E_STATE);
    assert_int_equal(automl_job_metric(job, "test", "roc_auc", &auc, f->err), AUTOML_E_STATE);
    automl_job_set_progress(job, on_progress, &seen);
    assert_int_equal(automl_job_run(job, f->err), AUTOML_OK);
    assert_true(seen.calls >= 1 && seen.stage == AUTOML_STAGE_DONE && seen.share == 1);
    assert_int_equal(automl_job_feature_count(job), 2);
    assert_non_null(automl_job_feature(job, 1));
    assert_ok(f, automl_job_metric(job, "test", "roc_auc", &auc, f->err));
    assert_true(auc > 0.9 && auc <= 1);
    assert_int_equal(automl_job_metric(job, "test", "roc_auk", &ignored, f->err), AUTOML_E_UNKNOWN_KEY);
    assert_int_equal(automl_job_metric(job, "tset", "roc_auc", &ignored, f->err), AUTOML_E_UNKNOWN_KEY);
    assert_non_null(strstr(automl_job_result_json(job), "\"succeeded\""));
    assert_non_null(strstr(automl_job_html(job), "<svg"));
    assert_null(automl_job_folder(job));
    assert_ok(f, automl_job_pipeline(job, &p, f->err));
    assert_int_equal(automl_job_run(job, f->err), AUTOML_E_STATE);
    assert_int_equal(automl_job_set_dataset(job, f->dataset, NULL, f->err), AUTOML_E_STATE);
    automl_job_free(job);
    assert_int_equal(automl_pipeline_input_count(p), 2);
    automl_pipeline_free(p);
}

static void job_runs_on_a_thread_of_its_own(void **state)
{
    struct fixture *f = *state;
    double here = 0, there = 0;
    automl_job *a = make_job(f), *b = make_job(f);
    assert_int_equal(automl_job_wait(a, f->err), AUTOML_E_STATE);
    assert_ok(f, automl_job_start(a, f->err));
    assert_int_equal(automl_job_start(a, f->err), AUTOML_E_STATE);
    assert_int_equal(automl_job_wait(a, f->err), AUTOML_OK);
    assert_int_equal(automl_job_wait(a, f->err), AUTOML_OK);
    assert_int_equal(automl_job_run(b, f->err), AUTOML_OK);
    assert_ok(f, automl_job_metric(a, "test", "log_loss", &there, f->err));
    assert_ok(f, automl_job_metric(b, "test", "log_loss", &here, f->err));
    assert_true(here == there);
    automl_job_free(a);
    automl_job_free(b);
}

static void twice_cancelled_job_has_no_result(void **state)
{
    struct fixture *f = *state;
    automl_pipeline *p = NULL;
    automl_job *job = make_job(f);
    automl_job_cancel(job);
    automl_job_cancel(job);
    assert_int_equal(automl_job_run(job, f->err), AUTOML_E_CANCELLED);
    assert_null(automl_job_result_json(job));
    assert_int_equal(automl_job_pipeline(job, &p, f->err), AUTOML_E_STATE);
    automl_job_free(job);
}

static void failed_job_tells_why(void **state)
{
    struct fixture *f = *state;
    automl_job *job = NULL;
    assert_ok(f, automl_params_set_string(f->params, "target_name", "lable", f->err));
    assert_ok(f, automl_job_create(f->ctx, f->params, &job, f->err));
    assert_ok(f, automl_job_set_dataset(job, f->dataset, NULL, f->err));
    assert_int_equal(automl_job_run(job, f->err), AUTOML_E_NOT_FOUND);
    assert_non_null(strstr(automl_error_message(f->err), "'label'"));
    automl_job_free(job);
    assert_ok(f, automl_params_set_string(f->params, "task", "regression", f->err));
    assert_int_equal(automl_job_create(f->ctx, f->params, &job, f->err), AUTOML_E_UNSUPPORTED);
    assert_string_equal(automl_error_where(f->err), "task");
}

static void search_uses_all_rows(void **state)
{
    struct fixture *f = *state;
    struct seen seen = {0};
    automl_pipeline *p = NULL;
    automl_buffer *json = NULL;
    double auc = 0;
    assert_int_equal(
        automl_search_run(f->ctx, f->dataset, f->params, on_progress, &seen, &p, &json, f->err), AUTOML_OK);
    assert_true(seen.calls >= 1);
    assert_non_null(strstr(automl_buffer_data(json), "\"train_rows\": 240"));
    assert_ok(f, automl_pipeline_evaluate(p, f->dataset, "roc_auc", &auc, f->err));
    assert_true(auc > 0.9);
    automl_buffer_free(json);
    automl_pipeline_free(p);
}

static void search_stops_when_progress_says_so(void **state)
{
    struct fixture *f = *state;
    struct seen seen = {.stop_at = 1};
    automl_pipeline *p = NULL;
    assert_ok(f, automl_params_set_int(f->params, "max_evaluations", 100000, f->err));
    automl_status status =
        automl_search_run(f->ctx, f->dataset, f->params, on_progress, &seen, &p, NULL, f->err);
    assert_true(status == AUTOML_STOPPED || status == AUTOML_E_CANCELLED);
    assert_true((status == AUTOML_STOPPED) == (p != NULL));
    automl_pipeline_free(p);
}

static void selection_finds_the_informative_feature(void **state)
{
    struct fixture *f = *state;
    automl_selection *s = NULL;
    automl_buffer *json = NULL;
    assert_int_equal(automl_selection_run(f->ctx, f->dataset, f->params, &s, f->err), AUTOML_E_RANGE);
    assert_string_equal(automl_error_where(f->err), "num_features");
    assert_ok(f, automl_params_set_int(f->params, "num_features", 5, f->err));
    assert_int_equal(automl_selection_run(f->ctx, f->dataset, f->params, &s, f->err), AUTOML_E_CONFLICT);
    assert_ok(f, automl_params_set_int(f->params, "num_features", 1, f->err));
    assert_int_equal(automl_selection_run(f->ctx, f->dataset, f->params, &s, f->err), AUTOML_OK);
    assert_int_equal(automl_selection_count(s), 1);
    assert_string_equal(automl_selection_feature(s, 0), "a");
    assert_true(automl_selection_score(s) > 0.8);
    assert_true(automl_selection_evaluations(s) >= 1);
    assert_true(automl_selection_frequency(s, "a") > 0);
    assert_true(isnan(automl_selection_frequency(s, "id")));
    assert_ok(f, automl_selection_to_json(s, &json, f->err));
    assert_non_null(strstr(automl_buffer_data(json), "\"feature_selection\""));
    automl_buffer_free(json);
    automl_selection_free(s);
}

static void check_history(struct fixture *f, automl_store *store, const char *id)
{
    automl_buffer *text = NULL;
    automl_job_list *list = NULL;
    char prefix[13] = "";
    double auc = 0;
    memcpy(prefix, id, sizeof prefix - 1);
    assert_ok(f, automl_store_jobs_json(store, "succeeded", 5, &text, f->err));
    assert_non_null(strstr(automl_buffer_data(text), id));
    automl_buffer_free(text);
    assert_ok(f, automl_store_job_json(store, prefix, &text, f->err));
    assert_non_null(strstr(automl_buffer_data(text), "\"config\": {"));
    automl_buffer_free(text);
    assert_ok(f, automl_store_result_json(store, prefix, &text, f->err));
    assert_non_null(strstr(automl_buffer_data(text), "\"metrics\""));
    automl_buffer_free(text);
    assert_ok(f, automl_store_list(store, NULL, 0, &list, f->err));
    assert_int_equal(automl_job_list_count(list), 1);
    assert_string_equal(automl_job_list_text(list, 0, "id"), id);
    assert_true(automl_job_list_number(list, 0, "cv_score") > 0.5);
    automl_job_list_free(list);
    assert_ok(f, automl_store_metric(store, prefix, "test", "roc_auc", &auc, f->err));
    assert_true(auc > 0.5);
    assert_int_equal(automl_store_jobs_json(store, "sucseeded", 0, &text, f->err), AUTOML_E_UNKNOWN_KEY);
    assert_int_equal(automl_store_jobs_json(store, NULL, -1, &text, f->err), AUTOML_E_RANGE);
    assert_int_equal(automl_store_cancel(store, prefix, f->err), AUTOML_E_STATE);
    assert_int_equal(automl_store_find(store, "zz", &list, f->err), AUTOML_E_NOT_FOUND);
    assert_ok(f, automl_store_delete(store, prefix, f->err));
    assert_int_equal(automl_store_job_json(store, prefix, &text, f->err), AUTOML_E_NOT_FOUND);
}

static automl_job *run_from_store(struct fixture *f, automl_store *store, const char *csv)
{
    automl_job *job = NULL;
    int64_t rows = 0;
    assert_ok(f, automl_dataset_to_csv(f->dataset, csv, f->err));
    assert_ok(f, automl_store_import(store, "people", csv, &rows, f->err));
    assert_int_equal(rows, FIXTURE_ROWS);
    assert_int_equal(automl_store_import(store, "people", csv, NULL, f->err), AUTOML_E_CONFLICT);
    assert_ok(f, automl_params_set_string(f->params, "feature_table_name", "people", f->err));
    assert_ok(f, automl_job_create(f->ctx, f->params, &job, f->err));
    assert_ok(f, automl_job_set_store(job, store, f->err));
    assert_ok(f, automl_job_run(job, f->err));
    return job;
}

static void store_keeps_jobs_and_tables(void **state)
{
    struct fixture *f = *state;
    automl_store *store = NULL;
    automl_dataset *d = NULL;
    automl_pipeline *p = NULL;
    char folder[64], csv[96], path[512], id[33];
    if (!automl_has_feature("sqlite"))
        skip();
    fixture_folder(folder);
    snprintf(csv, sizeof csv, "%s/people.csv", folder);
    assert_ok(f, automl_store_open(f->ctx, folder, &store, f->err));
    assert_string_equal(automl_store_path(store), folder);
    automl_job *job = run_from_store(f, store, csv);
    snprintf(path, sizeof path, "%s/model.automl", automl_job_folder(job));
    assert_ok(f, automl_pipeline_load(f->ctx, path, &p, f->err));
    automl_pipeline_free(p);
    snprintf(path, sizeof path, "%s/features.db", folder);
    assert_ok(f, automl_dataset_from_table(f->ctx, path, "people", &d, f->err));
    assert_int_equal(automl_dataset_rows(d), FIXTURE_ROWS);
    automl_dataset_free(d);
    assert_int_equal(automl_dataset_from_table(f->ctx, path, "peple", &d, f->err), AUTOML_E_NOT_FOUND);
    memcpy(id, automl_job_id(job), sizeof id);
    automl_job_free(job);
    check_history(f, store, id);
    automl_store_free(store);
    fixture_remove(folder);
}

static void parameters_keep_their_values(void **state)
{
    struct fixture *f = *state;
    automl_params *copy = NULL;
    automl_buffer *json = NULL, *again = NULL;
    const char *text = NULL;
    int64_t whole = 0;
    uint64_t seed = 0;
    double real = 0;
    int32_t flag = -1;
    assert_ok(f, automl_params_set_seed(f->params, "seed", UINT64_MAX, f->err));
    assert_ok(f, automl_params_set_text(f->params, "to-balance", "true", f->err));
    assert_ok(f, automl_params_to_json(f->params, 0, &json, f->err));
    assert_ok(f, automl_params_create(f->ctx, &copy, f->err));
    assert_ok(f, automl_params_merge_json(copy, automl_buffer_data(json), automl_buffer_size(json), f->err));
    assert_ok(f, automl_params_to_json(copy, 0, &again, f->err));
    assert_string_equal(automl_buffer_data(json), automl_buffer_data(again));
    assert_ok(f, automl_params_seed(copy, "seed", &seed, f->err));
    assert_true(seed == UINT64_MAX);
    assert_ok(f, automl_params_bool(copy, "to_balance", &flag, f->err));
    assert_int_equal(flag, 1);
    assert_ok(f, automl_params_int(copy, "cv_folds", &whole, f->err));
    assert_int_equal(whole, 3);
    assert_ok(f, automl_params_unset(copy, "cv_folds", f->err));
    assert_ok(f, automl_params_real(copy, "cv_folds", &real, f->err));
    assert_true(real == 5);
    assert_ok(f, automl_params_string(copy, "refit", &text, f->err));
    assert_string_equal(text, "auto");
    assert_ok(f, automl_params_string(copy, "start_date", &text, f->err));
    assert_null(text);
    assert_int_equal(automl_params_real(copy, "max_seconds", &real, f->err), AUTOML_E_STATE);
    assert_int_equal(automl_params_int(copy, "test_size", &whole, f->err), AUTOML_E_TYPE);
    automl_buffer_free(json);
    automl_buffer_free(again);
    automl_params_free(copy);
}

static void wrong_parameters_name_what_is_right(void **state)
{
    struct fixture *f = *state;
    automl_buffer *schema = NULL;
    assert_int_equal(automl_params_set_int(f->params, "num_featres", 3, f->err), AUTOML_E_UNKNOWN_KEY);
    assert_non_null(strstr(automl_error_message(f->err), "num_features"));
    assert_int_equal(automl_params_set_string(f->params, "num_features", "3", f->err), AUTOML_E_TYPE);
    assert_int_equal(automl_params_set_real(f->params, "test_size", 1.5, f->err), AUTOML_E_RANGE);
    assert_string_equal(automl_error_where(f->err), "test_size");
    const char *text = "{\"num_features\": 2, \"test_size\": 7}";
    int64_t whole = -1;
    assert_int_equal(
        automl_params_merge_json(f->params, text, (int64_t)strlen(text), f->err), AUTOML_E_RANGE);
    assert_ok(f, automl_params_int(f->params, "num_features", &whole, f->err));
    assert_int_equal(whole, 0);
    assert_int_equal(automl_params_check(f->params, f->err), AUTOML_E_ARGUMENT);
    assert_string_equal(automl_error_where(f->err), "feature_table_name");
    assert_ok(f, automl_params_schema_json(f->ctx, &schema, f->err));
    assert_non_null(strstr(automl_buffer_data(schema), "\"num_features\""));
    automl_buffer_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(job_gives_model_and_metrics, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(job_runs_on_a_thread_of_its_own, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(twice_cancelled_job_has_no_result, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(failed_job_tells_why, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(search_uses_all_rows, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(search_stops_when_progress_says_so, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(
            selection_finds_the_informative_feature, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(store_keeps_jobs_and_tables, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(parameters_keep_their_values, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(wrong_parameters_name_what_is_right, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
