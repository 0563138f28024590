/*
 * test_arguments.c - NULL for every pointer of every public function, and sizes and constants out of range.
 *
 * check_arguments.py compares the lines REFUSES, SAFE and FREES with the headers: none is missing. `err` is
 * put last by the macros; every call is also made without an error object.
 */
#include "api_fixture.h"

#include <math.h>
#include <stdio.h>

struct objects {
    struct fixture *f;
    automl_context *ctx;
    automl_params *params;
    automl_dataset *dataset;
    automl_dataset_builder *builder;
    automl_pipeline *pipeline;
    automl_predictor *predictor;
    automl_selection *selection;
    automl_job *job;
    automl_store *store; /* NULL without SQLite */
    char folder[64];
};

static int setup(void **state)
{
    struct objects *o = test_calloc(1, sizeof *o);
    void *f = NULL;
    fixture_setup(&f);
    o->f = f;
    o->ctx = o->f->ctx;
    o->params = o->f->params;
    o->dataset = o->f->dataset;
    assert_ok(o->f, automl_dataset_builder_create(o->ctx, 2, &o->builder, o->f->err));
    o->pipeline = fixture_pipeline(o->f);
    assert_ok(o->f, automl_predictor_create(o->pipeline, &o->predictor, o->f->err));
    assert_ok(o->f, automl_job_create(o->ctx, o->params, &o->job, o->f->err));
    assert_ok(o->f, automl_params_set_int(o->params, "num_features", 2, o->f->err));
    assert_ok(o->f, automl_selection_run(o->ctx, o->dataset, o->params, &o->selection, o->f->err));
    fixture_folder(o->folder);
    if (automl_has_feature("sqlite"))
        assert_ok(o->f, automl_store_open(o->ctx, o->folder, &o->store, o->f->err));
    *state = o;
    return 0;
}

static int teardown(void **state)
{
    struct objects *o = *state;
    void *f = o->f;
    automl_dataset_builder_free(o->builder);
    automl_predictor_free(o->predictor);
    automl_pipeline_free(o->pipeline);
    automl_selection_free(o->selection);
    automl_job_free(o->job);
    automl_store_free(o->store);
    fixture_remove(o->folder);
    test_free(o);
    return fixture_teardown(&f);
}

static void refused(automl_status status, const automl_error *err, const char *function, const char *argument)
{
    if (status != AUTOML_E_ARGUMENT || strcmp(automl_error_where(err), argument) != 0 ||
        automl_error_status(err) != status || automl_error_message(err)[0] == '\0')
        fail_msg("%s with %s NULL: %s at '%s': %s", function, argument, automl_status_name(status),
            automl_error_where(err), automl_error_message(err));
}

#define REFUSES(function, argument, ...)                                                                     \
    do {                                                                                                     \
        automl_error_clear(err);                                                                             \
        refused(function(__VA_ARGS__, err), err, #function, #argument);                                      \
        assert_int_equal(function(__VA_ARGS__, NULL), AUTOML_E_ARGUMENT);                                    \
    } while (0)

/* A getter: its value for NULL. */
#define SAFE(function, argument, condition) assert_true(condition)
#define FREES(function) function(NULL)

static void context_refuses_null(void **state)
{
    struct objects *o = *state;
    automl_error *err = o->f->err;
    REFUSES(automl_context_create, out, NULL, NULL);
    REFUSES(automl_context_set_log, ctx, NULL, AUTOML_LOG_INFO, NULL, NULL);
    REFUSES(automl_context_set_executor, ctx, NULL, NULL);
    REFUSES(automl_context_set_clock, ctx, NULL, NULL, NULL, NULL);
}

static void params_refuse_null(void **state)
{
    struct objects *o = *state;
    automl_error *err = o->f->err;
    automl_params *p = o->params, *other;
    automl_buffer *buffer;
    const char *text;
    int64_t whole;
    int32_t flag;
    uint64_t seed;
    double real;
    REFUSES(automl_params_create, ctx, NULL, &other);
    REFUSES(automl_params_create, out, o->ctx, NULL);
    REFUSES(automl_params_copy, params, NULL, &other);
    REFUSES(automl_params_copy, out, p, NULL);
    REFUSES(automl_params_set_int, params, NULL, "seed", 1);
    REFUSES(automl_params_set_int, key, p, NULL, 1);
    REFUSES(automl_params_set_real, params, NULL, "test_size", 0.5);
    REFUSES(automl_params_set_real, key, p, NULL, 0.5);
    REFUSES(automl_params_set_bool, params, NULL, "to_balance", 1);
    REFUSES(automl_params_set_bool, key, p, NULL, 1);
    REFUSES(automl_params_set_string, params, NULL, "target_name", "y");
    REFUSES(automl_params_set_string, key, p, NULL, "y");
    REFUSES(automl_params_set_string, value, p, "target_name", NULL);
    REFUSES(automl_params_set_strings, params, NULL, "features_selected", NULL, 0);
    REFUSES(automl_params_set_strings, key, p, NULL, NULL, 0);
    REFUSES(automl_params_set_strings, values, p, "features_selected", NULL, 1);
    REFUSES(automl_params_set_strings, values, p, "features_selected", &(const char *const){NULL}, 1);
    REFUSES(automl_params_set_seed, params, NULL, "seed", 1);
    REFUSES(automl_params_set_seed, key, p, NULL, 1);
    REFUSES(automl_params_set_text, params, NULL, "seed", "1");
    REFUSES(automl_params_set_text, key, p, NULL, "1");
    REFUSES(automl_params_set_text, text, p, "seed", NULL);
    REFUSES(automl_params_unset, params, NULL, "seed");
    REFUSES(automl_params_unset, key, p, NULL);
    REFUSES(automl_params_merge_json, params, NULL, "{}", 2);
    REFUSES(automl_params_merge_json, text, p, NULL, 2);
    REFUSES(automl_params_to_json, params, NULL, 1, &buffer);
    REFUSES(automl_params_to_json, out, p, 1, NULL);
    REFUSES(automl_params_int, params, NULL, "cv_folds", &whole);
    REFUSES(automl_params_int, key, p, NULL, &whole);
    REFUSES(automl_params_int, out, p, "cv_folds", NULL);
    REFUSES(automl_params_real, params, NULL, "test_size", &real);
    REFUSES(automl_params_real, key, p, NULL, &real);
    REFUSES(automl_params_real, out, p, "test_size", NULL);
    REFUSES(automl_params_bool, params, NULL, "to_balance", &flag);
    REFUSES(automl_params_bool, key, p, NULL, &flag);
    REFUSES(automl_params_bool, out, p, "to_balance", NULL);
    REFUSES(automl_params_string, params, NULL, "target_name", &text);
    REFUSES(automl_params_string, key, p, NULL, &text);
    REFUSES(automl_params_string, out, p, "target_name", NULL);
    REFUSES(automl_params_seed, params, NULL, "seed", &seed);
    REFUSES(automl_params_seed, key, p, NULL, &seed);
    REFUSES(automl_params_seed, out, p, "seed", NULL);
    REFUSES(automl_params_schema_json, ctx, NULL, &buffer);
    REFUSES(automl_params_schema_json, out, o->ctx, NULL);
    REFUSES(automl_params_check, params, NULL);
}

static void loading_refuses_null(void **state)
{
    struct objects *o = *state;
    automl_error *err = o->f->err;
    automl_dataset *d;
    const double x[] = {1, 2};
    REFUSES(automl_dataset_from_csv, ctx, NULL, "t.csv", NULL, &d);
    REFUSES(automl_dataset_from_csv, path, o->ctx, NULL, NULL, &d);
    REFUSES(automl_dataset_from_csv, out, o->ctx, "t.csv", NULL, NULL);
    REFUSES(automl_dataset_from_table, ctx, NULL, "t.db", "t", &d);
    REFUSES(automl_dataset_from_table, database, o->ctx, NULL, "t", &d);
    REFUSES(automl_dataset_from_table, table, o->ctx, "t.db", NULL, &d);
    REFUSES(automl_dataset_from_table, out, o->ctx, "t.db", "t", NULL);
    REFUSES(automl_dataset_load, ctx, NULL, o->params, &d);
    REFUSES(automl_dataset_load, params, o->ctx, NULL, &d);
    REFUSES(automl_dataset_load, out, o->ctx, o->params, NULL);
    REFUSES(automl_dataset_from_doubles, ctx, NULL, x, 1, 2, AUTOML_ROW_MAJOR, NULL, &d);
    REFUSES(automl_dataset_from_doubles, x, o->ctx, NULL, 1, 2, AUTOML_ROW_MAJOR, NULL, &d);
    REFUSES(automl_dataset_from_doubles, out, o->ctx, x, 1, 2, AUTOML_ROW_MAJOR, NULL, NULL);
    REFUSES(automl_dataset_from_doubles, names, o->ctx, x, 1, 1, AUTOML_ROW_MAJOR, &(const char *const){NULL},
        &d);
    REFUSES(automl_dataset_wrap_doubles, ctx, NULL, x, 1, 2, NULL, NULL, NULL, &d);
    REFUSES(automl_dataset_wrap_doubles, x, o->ctx, NULL, 1, 2, NULL, NULL, NULL, &d);
    REFUSES(automl_dataset_wrap_doubles, out, o->ctx, x, 1, 2, NULL, NULL, NULL, NULL);
}

static void builder_refuses_null(void **state)
{
    struct objects *o = *state;
    automl_error *err = o->f->err;
    automl_dataset_builder *b = o->builder, *other;
    automl_dataset *d;
    const double x[] = {1, 0};
    const char *const s[] = {"a", "b"};
    const int32_t codes[] = {0, 1};
    const int64_t us[] = {0, 1};
    REFUSES(automl_dataset_builder_create, ctx, NULL, 1, &other);
    REFUSES(automl_dataset_builder_create, out, o->ctx, 1, NULL);
    REFUSES(automl_dataset_builder_add_doubles, builder, NULL, "x", x, NULL);
    REFUSES(automl_dataset_builder_add_doubles, name, b, NULL, x, NULL);
    REFUSES(automl_dataset_builder_add_doubles, x, b, "x", NULL, NULL);
    REFUSES(automl_dataset_builder_add_strings, builder, NULL, "x", s, NULL);
    REFUSES(automl_dataset_builder_add_strings, name, b, NULL, s, NULL);
    REFUSES(automl_dataset_builder_add_strings, s, b, "x", NULL, NULL);
    REFUSES(automl_dataset_builder_add_codes, builder, NULL, "x", codes, s, 2);
    REFUSES(automl_dataset_builder_add_codes, name, b, NULL, codes, s, 2);
    REFUSES(automl_dataset_builder_add_codes, codes, b, "x", NULL, s, 2);
    REFUSES(automl_dataset_builder_add_codes, levels, b, "x", codes, NULL, 2);
    REFUSES(automl_dataset_builder_add_codes, levels, b, "x", codes, &(const char *const){NULL}, 1);
    REFUSES(automl_dataset_builder_add_booleans, builder, NULL, "x", x, NULL, NULL);
    REFUSES(automl_dataset_builder_add_booleans, name, b, NULL, x, NULL, NULL);
    REFUSES(automl_dataset_builder_add_booleans, x, b, "x", NULL, NULL, NULL);
    REFUSES(automl_dataset_builder_add_dates, builder, NULL, "x", us, NULL);
    REFUSES(automl_dataset_builder_add_dates, name, b, NULL, us, NULL);
    REFUSES(automl_dataset_builder_add_dates, us, b, "x", NULL, NULL);
    REFUSES(automl_dataset_builder_set_weights, builder, NULL, x);
    REFUSES(automl_dataset_builder_set_weights, weights, b, NULL);
    REFUSES(automl_dataset_builder_finish, builder, NULL, &d);
    REFUSES(automl_dataset_builder_finish, out, b, NULL);
}

static void dataset_refuses_null(void **state)
{
    struct objects *o = *state;
    automl_error *err = o->f->err;
    automl_dataset *d;
    char digits[65];
    REFUSES(automl_dataset_to_csv, dataset, NULL, "t.csv");
    REFUSES(automl_dataset_to_csv, path, o->dataset, NULL);
    REFUSES(automl_dataset_sha256, dataset, NULL, digits);
    REFUSES(automl_dataset_sha256, out, o->dataset, NULL);
    REFUSES(automl_balance_rule, counts, NULL, 2, &(int32_t){0}, NULL);
    REFUSES(automl_balance_rule, out_rule, (const int64_t[]){1, 2}, 2, NULL, NULL);
    REFUSES(automl_balancer_resample, ctx, NULL, o->dataset, "label", NULL, 1, 0, &d);
    REFUSES(automl_balancer_resample, dataset, o->ctx, NULL, "label", NULL, 1, 0, &d);
    REFUSES(automl_balancer_resample, target, o->ctx, o->dataset, NULL, NULL, 1, 0, &d);
    REFUSES(automl_balancer_resample, out, o->ctx, o->dataset, "label", NULL, 1, 0, NULL);
}

static void evaluator_refuses_null(void **state)
{
    struct objects *o = *state;
    automl_error *err = o->f->err;
    const int32_t y[] = {0, 1};
    const double p[] = {0.5, 0.5, 0.5, 0.5};
    double out[4];
    automl_buffer *buffer;
    REFUSES(automl_metric_score, ctx, NULL, "accuracy", 2, 2, 1, y, p, y, NULL, out);
    REFUSES(automl_metric_score, name, o->ctx, NULL, 2, 2, 1, y, p, y, NULL, out);
    REFUSES(automl_metric_score, y, o->ctx, "accuracy", 2, 2, 1, NULL, p, y, NULL, out);
    REFUSES(automl_metric_score, labels, o->ctx, "accuracy", 2, 2, 1, y, p, NULL, NULL, out);
    REFUSES(automl_metric_score, proba, o->ctx, "roc_auc", 2, 2, 1, y, NULL, y, NULL, out);
    REFUSES(automl_metric_score, out, o->ctx, "accuracy", 2, 2, 1, y, p, y, NULL, NULL);
    REFUSES(automl_confusion_matrix, y, 2, 2, NULL, y, NULL, out);
    REFUSES(automl_confusion_matrix, labels, 2, 2, y, NULL, NULL, out);
    REFUSES(automl_confusion_matrix, out, 2, 2, y, y, NULL, NULL);
    REFUSES(automl_scorer_register, ctx, NULL, &(const automl_scorer){0});
    REFUSES(automl_scorer_register, scorer, o->ctx, NULL);
    REFUSES(automl_operator_register, ctx, NULL, &(const automl_operator_vtable){0});
    REFUSES(automl_operator_register, vtable, o->ctx, NULL);
    REFUSES(automl_operator_schema_json, ctx, NULL, "pca", &buffer);
    REFUSES(automl_operator_schema_json, name, o->ctx, NULL, &buffer);
    REFUSES(automl_operator_schema_json, out, o->ctx, "pca", NULL);
}

static void pipeline_refuses_null(void **state)
{
    struct objects *o = *state;
    automl_error *err = o->f->err;
    automl_pipeline *p = o->pipeline, *other;
    automl_predictor *predictor;
    automl_buffer *buffer;
    double out[2 * FIXTURE_ROWS];
    int32_t labels[FIXTURE_ROWS];
    REFUSES(automl_pipeline_fit, ctx, NULL, "[\"dummy\"]", o->dataset, o->params, &other);
    REFUSES(automl_pipeline_fit, spec, o->ctx, NULL, o->dataset, o->params, &other);
    REFUSES(automl_pipeline_fit, dataset, o->ctx, "[\"dummy\"]", NULL, o->params, &other);
    REFUSES(automl_pipeline_fit, params, o->ctx, "[\"dummy\"]", o->dataset, NULL, &other);
    REFUSES(automl_pipeline_fit, out, o->ctx, "[\"dummy\"]", o->dataset, o->params, NULL);
    REFUSES(automl_pipeline_predict_proba, pipeline, NULL, o->dataset, 1, out, 2 * FIXTURE_ROWS);
    REFUSES(automl_pipeline_predict_proba, dataset, p, NULL, 1, out, 2 * FIXTURE_ROWS);
    REFUSES(automl_pipeline_predict_proba, out, p, o->dataset, 1, NULL, 2 * FIXTURE_ROWS);
    REFUSES(automl_pipeline_predict, pipeline, NULL, o->dataset, 1, labels, FIXTURE_ROWS);
    REFUSES(automl_pipeline_predict, dataset, p, NULL, 1, labels, FIXTURE_ROWS);
    REFUSES(automl_pipeline_predict, out, p, o->dataset, 1, NULL, FIXTURE_ROWS);
    REFUSES(automl_pipeline_predict_csv, pipeline, NULL, o->dataset, NULL, "p.csv", 1);
    REFUSES(automl_pipeline_predict_csv, dataset, p, NULL, NULL, "p.csv", 1);
    REFUSES(automl_pipeline_predict_csv, path, p, o->dataset, NULL, NULL, 1);
    REFUSES(automl_pipeline_evaluate, pipeline, NULL, o->dataset, "accuracy", out);
    REFUSES(automl_pipeline_evaluate, dataset, p, NULL, "accuracy", out);
    REFUSES(automl_pipeline_evaluate, metric, p, o->dataset, NULL, out);
    REFUSES(automl_pipeline_evaluate, out, p, o->dataset, "accuracy", NULL);
    REFUSES(automl_pipeline_to_json, pipeline, NULL, &buffer);
    REFUSES(automl_pipeline_to_json, out, p, NULL);
    REFUSES(automl_pipeline_spec_json, pipeline, NULL, &buffer);
    REFUSES(automl_pipeline_spec_json, out, p, NULL);
    REFUSES(automl_pipeline_html, pipeline, NULL, &buffer);
    REFUSES(automl_pipeline_html, out, p, NULL);
    REFUSES(automl_pipeline_save, pipeline, NULL, "m.automl");
    REFUSES(automl_pipeline_save, path, p, NULL);
    REFUSES(automl_pipeline_save_memory, pipeline, NULL, &buffer);
    REFUSES(automl_pipeline_save_memory, out, p, NULL);
    REFUSES(automl_pipeline_load, ctx, NULL, "m.automl", &other);
    REFUSES(automl_pipeline_load, path, o->ctx, NULL, &other);
    REFUSES(automl_pipeline_load, out, o->ctx, "m.automl", NULL);
    REFUSES(automl_pipeline_load_memory, ctx, NULL, "x", 1, &other);
    REFUSES(automl_pipeline_load_memory, bytes, o->ctx, NULL, 1, &other);
    REFUSES(automl_pipeline_load_memory, out, o->ctx, "x", 1, NULL);
    REFUSES(automl_predictor_create, pipeline, NULL, &predictor);
    REFUSES(automl_predictor_create, out, p, NULL);
    SAFE(automl_predictor_predict_row, predictor,
        automl_predictor_predict_row(NULL, out, out, NULL) == AUTOML_E_ARGUMENT);
    SAFE(automl_predictor_predict_row, row,
        automl_predictor_predict_row(o->predictor, NULL, out, NULL) == AUTOML_E_ARGUMENT);
}

static void jobs_refuse_null(void **state)
{
    struct objects *o = *state;
    automl_error *err = o->f->err;
    automl_selection *selection;
    automl_pipeline *p;
    automl_job *job;
    automl_buffer *buffer;
    double x;
    REFUSES(automl_selection_run, ctx, NULL, o->dataset, o->params, &selection);
    REFUSES(automl_selection_run, dataset, o->ctx, NULL, o->params, &selection);
    REFUSES(automl_selection_run, params, o->ctx, o->dataset, NULL, &selection);
    REFUSES(automl_selection_run, out, o->ctx, o->dataset, o->params, NULL);
    REFUSES(automl_selection_to_json, selection, NULL, &buffer);
    REFUSES(automl_selection_to_json, out, o->selection, NULL);
    REFUSES(automl_search_run, ctx, NULL, o->dataset, o->params, NULL, NULL, &p, NULL);
    REFUSES(automl_search_run, dataset, o->ctx, NULL, o->params, NULL, NULL, &p, NULL);
    REFUSES(automl_search_run, params, o->ctx, o->dataset, NULL, NULL, NULL, &p, NULL);
    REFUSES(automl_search_run, out, o->ctx, o->dataset, o->params, NULL, NULL, NULL, NULL);
    REFUSES(automl_job_create, ctx, NULL, o->params, &job);
    REFUSES(automl_job_create, params, o->ctx, NULL, &job);
    REFUSES(automl_job_create, out, o->ctx, o->params, NULL);
    REFUSES(automl_job_set_dataset, job, NULL, o->dataset, NULL);
    REFUSES(automl_job_set_dataset, train, o->job, NULL, NULL);
    REFUSES(automl_job_set_store, job, NULL, o->store);
    REFUSES(automl_job_set_store, store, o->job, NULL);
    REFUSES(automl_job_run, job, NULL);
    REFUSES(automl_job_start, job, NULL);
    REFUSES(automl_job_wait, job, NULL);
    REFUSES(automl_job_pipeline, job, NULL, &p);
    REFUSES(automl_job_pipeline, out, o->job, NULL);
    REFUSES(automl_job_metric, job, NULL, "test", "accuracy", &x);
    REFUSES(automl_job_metric, part, o->job, NULL, "accuracy", &x);
    REFUSES(automl_job_metric, name, o->job, "test", NULL, &x);
    REFUSES(automl_job_metric, out, o->job, "test", "accuracy", NULL);
}

static void store_refuses_null(void **state)
{
    struct objects *o = *state;
    automl_error *err = o->f->err;
    automl_store *store = o->store, *other;
    automl_buffer *buffer;
    automl_job_list *list;
    double x;
    if (store == NULL)
        skip();
    REFUSES(automl_store_open, ctx, NULL, o->folder, &other);
    REFUSES(automl_store_open, path, o->ctx, NULL, &other);
    REFUSES(automl_store_open, out, o->ctx, o->folder, NULL);
    REFUSES(automl_store_jobs_json, store, NULL, NULL, 0, &buffer);
    REFUSES(automl_store_jobs_json, out, store, NULL, 0, NULL);
    REFUSES(automl_store_job_json, store, NULL, "1", &buffer);
    REFUSES(automl_store_job_json, id, store, NULL, &buffer);
    REFUSES(automl_store_job_json, out, store, "1", NULL);
    REFUSES(automl_store_result_json, store, NULL, "1", &buffer);
    REFUSES(automl_store_result_json, id, store, NULL, &buffer);
    REFUSES(automl_store_result_json, out, store, "1", NULL);
    REFUSES(automl_store_list, store, NULL, NULL, 0, &list);
    REFUSES(automl_store_list, out, store, NULL, 0, NULL);
    REFUSES(automl_store_find, store, NULL, "1", &list);
    REFUSES(automl_store_find, id, store, NULL, &list);
    REFUSES(automl_store_find, out, store, "1", NULL);
    REFUSES(automl_store_metric, store, NULL, "1", "test", "accuracy", &x);
    REFUSES(automl_store_metric, id, store, NULL, "test", "accuracy", &x);
    REFUSES(automl_store_metric, part, store, "1", NULL, "accuracy", &x);
    REFUSES(automl_store_metric, name, store, "1", "test", NULL, &x);
    REFUSES(automl_store_metric, out, store, "1", "test", "accuracy", NULL);
    REFUSES(automl_store_cancel, store, NULL, "1");
    REFUSES(automl_store_cancel, id, store, NULL);
    REFUSES(automl_store_delete, store, NULL, "1");
    REFUSES(automl_store_delete, id, store, NULL);
    REFUSES(automl_store_import, store, NULL, "t", "t.csv", NULL);
    REFUSES(automl_store_import, table, store, NULL, "t.csv", NULL);
    REFUSES(automl_store_import, csv_path, store, "t", NULL, NULL);
}

static void frees_accept_null(void **state)
{
    (void)state;
    FREES(automl_error_free);
    FREES(automl_error_clear);
    FREES(automl_context_free);
    FREES(automl_buffer_free);
    FREES(automl_params_free);
    FREES(automl_dataset_builder_free);
    FREES(automl_dataset_free);
    FREES(automl_selection_free);
    FREES(automl_pipeline_free);
    FREES(automl_predictor_free);
    FREES(automl_job_free);
    FREES(automl_job_cancel);
    FREES(automl_job_list_free);
    FREES(automl_store_free);
    automl_job_set_progress(NULL, NULL, NULL);
}

static void getters_accept_null(void **state)
{
    (void)state;
    SAFE(automl_error_status, err, automl_error_status(NULL) == AUTOML_OK);
    SAFE(automl_error_message, err, automl_error_message(NULL)[0] == '\0');
    SAFE(automl_error_where, err, automl_error_where(NULL)[0] == '\0');
    SAFE(automl_has_feature, name, automl_has_feature(NULL) == 0);
    SAFE(automl_context_memory_used, ctx, automl_context_memory_used(NULL) == 0);
    SAFE(automl_context_memory_peak, ctx, automl_context_memory_peak(NULL) == 0);
    SAFE(automl_buffer_data, buffer, ((const char *)automl_buffer_data(NULL))[0] == '\0');
    SAFE(automl_buffer_size, buffer, automl_buffer_size(NULL) == 0);
    SAFE(automl_operator_count, ctx, automl_operator_count(NULL) > 10);
    SAFE(automl_operator_name, ctx, automl_operator_name(NULL, 0) != NULL);
    SAFE(automl_operator_summary, ctx, automl_operator_summary(NULL, 0) != NULL);
    SAFE(automl_operator_kind, ctx, automl_operator_kind(NULL, 0) >= 0);
    SAFE(automl_progress_stage, progress, automl_progress_stage(NULL) == AUTOML_STAGE_LOAD);
    SAFE(automl_progress_share, progress, automl_progress_share(NULL) == 0);
    SAFE(automl_progress_seconds, progress, automl_progress_seconds(NULL) == 0);
    SAFE(automl_progress_seconds_left, progress, isinf(automl_progress_seconds_left(NULL)));
    SAFE(automl_progress_best, progress, isnan(automl_progress_best(NULL)));
    SAFE(automl_progress_evaluated, progress, automl_progress_evaluated(NULL) == 0);
    SAFE(automl_progress_generation, progress, automl_progress_generation(NULL) == 0);
    SAFE(automl_progress_learner, progress, automl_progress_learner(NULL) == NULL);
    SAFE(automl_store_path, store, automl_store_path(NULL) == NULL);
    SAFE(automl_job_id, job, automl_job_id(NULL) == NULL);
    SAFE(automl_job_result_json, job, automl_job_result_json(NULL) == NULL);
    SAFE(automl_job_html, job, automl_job_html(NULL) == NULL);
    SAFE(automl_job_folder, job, automl_job_folder(NULL) == NULL);
    SAFE(automl_job_feature_count, job, automl_job_feature_count(NULL) == 0);
    SAFE(automl_job_feature, job, automl_job_feature(NULL, 0) == NULL);
    SAFE(automl_job_list_count, list, automl_job_list_count(NULL) == 0);
    SAFE(automl_job_list_text, list, automl_job_list_text(NULL, 0, "id") == NULL);
    SAFE(automl_job_list_number, list, isnan(automl_job_list_number(NULL, 0, "seconds")));
}

static void getters_of_data_accept_null(void **state)
{
    struct objects *o = *state;
    char text[8];
    SAFE(automl_dataset_ref, dataset, automl_dataset_ref(NULL) == NULL);
    SAFE(automl_dataset_rows, dataset, automl_dataset_rows(NULL) == 0);
    SAFE(automl_dataset_columns, dataset, automl_dataset_columns(NULL) == 0);
    SAFE(automl_dataset_column_name, dataset, automl_dataset_column_name(NULL, 0) == NULL);
    SAFE(automl_dataset_column_type, dataset, automl_dataset_column_type(NULL, 0) == -1);
    SAFE(automl_dataset_column_find, dataset, automl_dataset_column_find(NULL, "a") == -1);
    SAFE(automl_dataset_column_find, name, automl_dataset_column_find(o->dataset, NULL) == -1);
    SAFE(automl_dataset_column_missing, dataset, automl_dataset_column_missing(NULL, 0) == -1);
    SAFE(automl_dataset_level_count, dataset, automl_dataset_level_count(NULL, 0) == -1);
    SAFE(automl_dataset_level, dataset, automl_dataset_level(NULL, 0, 0) == NULL);
    SAFE(automl_dataset_value, dataset, isnan(automl_dataset_value(NULL, 0, 0)));
    SAFE(automl_dataset_text, dataset, automl_dataset_text(NULL, 0, 0, text, 8) == -1);
    SAFE(automl_dataset_text, buffer, automl_dataset_text(o->dataset, 0, 0, NULL, 8) == -1);
    SAFE(automl_selection_count, selection, automl_selection_count(NULL) == 0);
    SAFE(automl_selection_feature, selection, automl_selection_feature(NULL, 0) == NULL);
    SAFE(automl_selection_score, selection, isnan(automl_selection_score(NULL)));
    SAFE(automl_selection_evaluations, selection, automl_selection_evaluations(NULL) == 0);
    SAFE(automl_selection_frequency, selection, isnan(automl_selection_frequency(NULL, "a")));
    SAFE(automl_selection_frequency, column, isnan(automl_selection_frequency(o->selection, NULL)));
    SAFE(automl_pipeline_ref, pipeline, automl_pipeline_ref(NULL) == NULL);
    SAFE(automl_pipeline_class_count, pipeline, automl_pipeline_class_count(NULL) == 0);
    SAFE(automl_pipeline_class_name, pipeline, automl_pipeline_class_name(NULL, 0) == NULL);
    SAFE(automl_pipeline_positive_class, pipeline, automl_pipeline_positive_class(NULL) == -1);
    SAFE(automl_pipeline_input_count, pipeline, automl_pipeline_input_count(NULL) == 0);
    SAFE(automl_pipeline_input_name, pipeline, automl_pipeline_input_name(NULL, 0) == NULL);
    SAFE(automl_pipeline_input_type, pipeline, automl_pipeline_input_type(NULL, 0) == -1);
    SAFE(automl_pipeline_category_code, pipeline, automl_pipeline_category_code(NULL, 2, "red") == -1);
    SAFE(automl_pipeline_category_code, text, automl_pipeline_category_code(o->pipeline, 2, NULL) == -1);
    SAFE(automl_job_list_text, key, automl_job_list_text(NULL, 0, NULL) == NULL);
    SAFE(automl_job_list_number, key, isnan(automl_job_list_number(NULL, 0, NULL)));
}

static void getters_accept_wrong_indices(void **state)
{
    struct objects *o = *state;
    static const int32_t wrong[] = {-1, INT32_MIN, 1000, INT32_MAX};
    for (int i = 0; i < 4; i++) {
        int32_t j = wrong[i];
        assert_null(automl_dataset_column_name(o->dataset, j));
        assert_int_equal(automl_dataset_column_type(o->dataset, j), -1);
        assert_int_equal(automl_dataset_column_missing(o->dataset, j), -1);
        assert_int_equal(automl_dataset_level_count(o->dataset, j), -1);
        assert_null(automl_dataset_level(o->dataset, 3, j));
        assert_true(isnan(automl_dataset_value(o->dataset, j, 0)));
        assert_true(isnan(automl_dataset_value(o->dataset, 0, j)));
        assert_int_equal(automl_dataset_text(o->dataset, j, 0, NULL, 0), -1);
        assert_null(automl_selection_feature(o->selection, j));
        assert_null(automl_pipeline_class_name(o->pipeline, j));
        assert_null(automl_pipeline_input_name(o->pipeline, j));
        assert_int_equal(automl_pipeline_input_type(o->pipeline, j), -1);
        assert_int_equal(automl_pipeline_category_code(o->pipeline, j, "red"), -1);
        assert_null(automl_job_feature(o->job, j));
        assert_null(automl_balancer_name(j));
        assert_null(automl_balancer_summary(j));
        assert_null(automl_metric_name(j));
        assert_null(automl_metric_summary(j));
        assert_null(automl_operator_name(o->ctx, j));
        assert_null(automl_operator_summary(o->ctx, j));
        assert_int_equal(automl_operator_kind(o->ctx, j), -1);
    }
}

static void ranged(automl_status status, const automl_error *err, const char *argument)
{
    assert_int_equal(status, AUTOML_E_RANGE);
    assert_string_equal(automl_error_where(err), argument);
}

static void sizes_out_of_range_are_named(void **state)
{
    struct objects *o = *state;
    automl_error *err = o->f->err;
    automl_dataset *d = NULL;
    automl_dataset_builder *b = NULL;
    automl_pipeline *p = NULL;
    const double x[] = {1, 2};
    const int32_t y[] = {0, 2};
    double out[9];
    ranged(automl_context_set_log(o->ctx, 5, NULL, NULL, err), err, "level");
    ranged(automl_params_set_strings(o->params, "features_selected", NULL, -1, err), err, "n");
    ranged(automl_params_merge_json(o->params, "{}", -1, err), err, "n");
    ranged(automl_dataset_from_doubles(o->ctx, x, -1, 1, 0, NULL, &d, err), err, "n_rows");
    ranged(automl_dataset_from_doubles(o->ctx, x, INT64_C(1) << 31, 1, 0, NULL, &d, err), err, "n_rows");
    ranged(automl_dataset_from_doubles(o->ctx, x, 1, -1, 0, NULL, &d, err), err, "n_cols");
    ranged(automl_dataset_from_doubles(o->ctx, x, 1, 2, 2, NULL, &d, err), err, "order");
    ranged(automl_dataset_builder_create(o->ctx, -1, &b, err), err, "n_rows");
    ranged(automl_dataset_builder_add_codes(o->builder, "x", y, NULL, -1, err), err, "n_levels");
    ranged(automl_balance_rule((const int64_t[]){1, -1}, 2, &(int32_t){0}, NULL, err), err, "counts");
    ranged(automl_balance_rule((const int64_t[]){1}, 1, &(int32_t){0}, NULL, err), err, "n_classes");
    ranged(automl_metric_score(o->ctx, "accuracy", -1, 2, 1, y, NULL, y, NULL, out, err), err, "n");
    ranged(automl_metric_score(o->ctx, "accuracy", 2, 1, 1, y, NULL, y, NULL, out, err), err, "k");
    ranged(automl_metric_score(o->ctx, "accuracy", 2, 2, 2, y, NULL, y, NULL, out, err), err, "positive");
    ranged(automl_metric_score(o->ctx, "accuracy", 2, 2, 1, y, NULL, y, NULL, out, err), err, "y");
    ranged(automl_confusion_matrix(2, 2, y, y, NULL, out, err), err, "y");
    ranged(automl_confusion_matrix(2, 2, (const int32_t[]){0, 1}, y, NULL, out, err), err, "labels");
    ranged(automl_pipeline_predict_proba(o->pipeline, o->dataset, 1, out, 9, err), err, "n");
    ranged(automl_pipeline_predict_csv(o->pipeline, o->dataset, NULL, "/tmp/never.csv", -1, err), err,
        "threads");
    ranged(automl_pipeline_load_memory(o->ctx, "x", -1, &p, err), err, "n");
    assert_null(d);
    assert_null(b);
    assert_null(p);
}

static void confusion_matrix_counts(void **state)
{
    (void)state;
    const int32_t y[] = {0, 1, 1, 2}, l[] = {0, 1, 2, 2};
    double out[9];
    assert_int_equal(automl_confusion_matrix(4, 3, y, l, NULL, out, NULL), AUTOML_OK);
    const double expected[] = {1, 0, 0, 0, 1, 1, 0, 0, 1};
    for (int i = 0; i < 9; i++)
        assert_true(out[i] == expected[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(context_refuses_null),
        cmocka_unit_test(params_refuse_null),
        cmocka_unit_test(loading_refuses_null),
        cmocka_unit_test(builder_refuses_null),
        cmocka_unit_test(dataset_refuses_null),
        cmocka_unit_test(evaluator_refuses_null),
        cmocka_unit_test(pipeline_refuses_null),
        cmocka_unit_test(jobs_refuse_null),
        cmocka_unit_test(store_refuses_null),
        cmocka_unit_test(frees_accept_null),
        cmocka_unit_test(getters_accept_null),
        cmocka_unit_test(getters_of_data_accept_null),
        cmocka_unit_test(getters_accept_wrong_indices),
        cmocka_unit_test(sizes_out_of_range_are_named),
        cmocka_unit_test(confusion_matrix_counts),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
