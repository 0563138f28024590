/* test_job.c - whole jobs: the same bytes whatever the threads, files, cancellation, deadlines. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/job/job_support.h"

struct fixture {
    struct test_clock clock;
    automl_context *ctx;
    automl_dataset *data;
    automl_store *store;
    char *folder;
};

static int set_up(void **state)
{
    struct fixture *f = test_calloc(1, sizeof *f);
    test_clock_init(&f->clock, 0);
    f->ctx = test_context(&f->clock);
    f->data = test_dataset(f->ctx, 300, 0.5);
    f->folder = test_folder();
    assert_int_equal(store_open(f->ctx, f->folder, &f->store, NULL), AUTOML_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    store_close(f->store);
    dataset_unref(f->data);
    assert_int_equal(mem_used(&f->ctx->mem), 0);
    context_unref(f->ctx);
    test_folder_free(f->folder);
    test_free(f);
    return 0;
}

/* The text with the job's id masked. */
static char *masked(const char *text, const char *id)
{
    char *copy = test_malloc(strlen(text) + 1);
    strcpy(copy, text);
    for (char *at; (at = strstr(copy, id)) != NULL;)
        memset(at, '#', strlen(id));
    return copy;
}

struct output {
    char *json, *files[4];
    int64_t sizes[4];
};

static const char *const names[] = {"pipeline.html", "model.automl", "train.csv", "test.csv"};

static void run_with(struct fixture *f, const char *threads, struct output *out)
{
    automl_error err = {0};
    struct params *p = test_config(f->ctx, "num_features", "3", "generations", "2", "max_evaluations", "20",
        "seed", "18446744073709551615", NULL);
    assert_int_equal(params_set_text(p, "threads", threads, NULL), AUTOML_OK);
    automl_job *j = test_job(f->ctx, p, f->data);
    assert_int_equal(job_set_store(j, f->store, NULL), AUTOML_OK);
    if (job_run(j, &err) != AUTOML_OK)
        fail_msg("%s: %s", err.where, err.message);
    assert_true(job_result(j)->reproducible);
    out->json = masked(job_result_text(j), job_id(j));
    for (int32_t i = 0; i < 4; i++)
        assert_non_null(out->files[i] = test_read(job_folder(j), names[i], &out->sizes[i]));
    job_free(j);
}

static void output_clear(struct output *o)
{
    test_free(o->json);
    for (int32_t i = 0; i < 4; i++)
        free(o->files[i]);
}

static void gives_the_same_bytes_with_1_2_and_5_threads(void **state)
{
    struct fixture *f = *state;
    static const char *const threads[] = {"2", "5", "1"};
    struct output first, other;
    run_with(f, "1", &first);
    for (int32_t t = 0; t < 3; t++) {
        run_with(f, threads[t], &other);
        assert_string_equal(first.json, other.json);
        for (int32_t i = 0; i < 4; i++) {
            assert_int_equal(first.sizes[i], other.sizes[i]);
            assert_memory_equal(first.files[i], other.files[i], (size_t)first.sizes[i]);
        }
        output_clear(&other);
    }
    output_clear(&first);
}

static void writes_all_its_files_and_its_row(void **state)
{
    struct fixture *f = *state;
    static const char *const all[] = {
        "config.json", "result.json", "pipeline.html", "model.automl", "train.csv", "test.csv"};
    automl_job *j = test_job(f->ctx, test_config(f->ctx, NULL), f->data);
    assert_int_equal(job_set_store(j, f->store, NULL), AUTOML_OK);
    assert_int_equal(job_run(j, NULL), AUTOML_OK);
    for (int32_t i = 0; i < 6; i++) {
        char *text = test_read(job_folder(j), all[i], NULL);
        assert_non_null(text);
        if (strcmp(all[i], "result.json") == 0)
            assert_string_equal(text, job_result_text(j));
        if (strcmp(all[i], "test.csv") == 0)
            assert_memory_equal(text, "id,a,b,noise,colour,y,prediction,proba_no,proba_yes\n", 52);
        free(text);
    }
    struct store_row row;
    assert_int_equal(store_show(f->store, job_id(j), &row, NULL), AUTOML_OK);
    assert_string_equal(row.status, "succeeded");
    assert_string_equal(row.scoring, "roc_auc");
    assert_true(row.cv_score == job_result(j)->search.score);
    assert_true(row.test_score > 0.7);
    store_row_clear(&f->ctx->mem, &row);
    job_free(j);
}

/* Row 5 lacks b; row 0 has no target and is left out. */
static void leaves_missing_cells_empty_in_its_tables(void **state)
{
    struct fixture *f = *state;
    automl_job *j = test_job(f->ctx, test_config(f->ctx, "threads", "3", NULL), f->data);
    int32_t empty = 0, lines = 0;
    assert_int_equal(job_set_store(j, f->store, NULL), AUTOML_OK);
    assert_int_equal(job_run(j, NULL), AUTOML_OK);
    for (int32_t i = 0; i < 2; i++) {
        char *text = test_read(job_folder(j), i == 0 ? "train.csv" : "test.csv", NULL);
        assert_non_null(text);
        assert_null(strchr(text, '"'));
        for (char *at = text; (at = strstr(at, ",,")) != NULL; at++)
            empty++;
        for (char *at = text; (at = strchr(at, '\n')) != NULL; at++)
            lines++;
        free(text);
    }
    assert_int_equal(lines, 288 + 2);
    assert_int_equal(empty, 17);
    job_free(j);
}

static void predicts_from_the_file_what_the_table_says(void **state)
{
    struct fixture *f = *state;
    automl_job *j = test_job(f->ctx, test_config(f->ctx, NULL), f->data);
    assert_int_equal(job_run(j, NULL), AUTOML_OK);
    automl_pipeline *kept = model_ref(job_result(j)->model);
    job_free(j);
    /* The model outlives its job. */
    struct frame *x = NULL;
    double *proba = test_malloc(2 * 300 * sizeof *proba);
    assert_int_equal(schema_frame(kept->schema, f->data, NULL, 300, &x, NULL), AUTOML_OK);
    assert_int_equal(model_predict_proba(kept, x, NULL, NULL, proba, NULL), AUTOML_OK);
    for (int32_t i = 0; i < 300; i++)
        assert_true(fabs(proba[2 * i] + proba[2 * i + 1] - 1) < 1e-9);
    test_free(proba);
    frame_unref(x);
    model_unref(kept);
}

static void writes_nothing_without_a_store(void **state)
{
    struct fixture *f = *state;
    automl_job *j = test_job(f->ctx, test_config(f->ctx, NULL), f->data);
    assert_int_equal(job_run(j, NULL), AUTOML_OK);
    assert_null(job_folder(j));
    assert_non_null(job_html_text(j));
    assert_int_equal(job_run(j, NULL), AUTOML_E_STATE);
    job_free(j);
}

static void records_a_failed_job_without_files(void **state)
{
    struct fixture *f = *state;
    automl_error err = {0};
    automl_job *j = test_job(f->ctx, test_config(f->ctx, "id_column", "idd", NULL), f->data);
    assert_int_equal(job_set_store(j, f->store, NULL), AUTOML_OK);
    assert_int_equal(job_run(j, &err), AUTOML_E_NOT_FOUND);
    assert_null(job_result(j));
    assert_null(job_folder(j));
    struct store_row row;
    assert_int_equal(store_show(f->store, job_id(j), &row, NULL), AUTOML_OK);
    assert_string_equal(row.status, "failed");
    assert_string_equal(row.error, err.message);
    assert_null(row.folder);
    store_row_clear(&f->ctx->mem, &row);
    char name[60];
    snprintf(name, sizeof name, "jobs/%s/config.json", job_id(j));
    assert_null(test_read(f->folder, name, NULL));
    job_free(j);
}

/* What a progress callback does once so many candidates are known. */
struct action {
    struct fixture *f;
    automl_job *job;
    int64_t after;
    int32_t cancels; /* -1: by a non-zero return; -2: through the store */
    bool done;
};

static int32_t act(const struct automl_progress *p, void *user)
{
    struct action *a = user;
    assert_true(p->share >= 0 && p->share <= 1);
    if (p->stage != STAGE_SEARCH || p->evaluated < a->after || a->done)
        return 0;
    a->done = true;
    if (a->cancels == -2)
        store_request_cancel(a->f->store, job_id(a->job), NULL);
    for (int32_t i = 0; i < a->cancels; i++)
        job_cancel(a->job);
    return a->cancels == -1;
}

static automl_status run_action(struct fixture *f, struct action *a, const char *evaluations)
{
    a->f = f;
    f->clock.step_ns = 20000000;
    a->job = test_job(f->ctx, test_config(f->ctx, "max_evaluations", evaluations, NULL), f->data);
    assert_int_equal(job_set_store(a->job, f->store, NULL), AUTOML_OK);
    job_set_progress(a->job, act, a);
    return job_run(a->job, NULL);
}

static void check_stopped(struct fixture *f, struct action *a)
{
    const struct job_result *r = job_result(a->job);
    struct store_row row;
    assert_non_null(r);
    assert_string_equal(r->status, "cancelled");
    assert_true(r->partial);
    assert_false(r->reproducible);
    assert_true(r->search.evaluated < 300);
    assert_int_equal(store_show(f->store, job_id(a->job), &row, NULL), AUTOML_OK);
    assert_string_equal(row.status, "cancelled");
    store_row_clear(&f->ctx->mem, &row);
    char *csv = test_read(job_folder(a->job), "train.csv", NULL);
    assert_non_null(csv);
    free(csv);
    job_free(a->job);
}

static void keeps_the_best_so_far_when_it_is_cancelled(void **state)
{
    struct fixture *f = *state;
    static const int32_t ways[] = {1, -1, -2};
    for (int32_t i = 0; i < 3; i++) {
        struct action a = {.after = 3, .cancels = ways[i]};
        assert_int_equal(run_action(f, &a, "300"), AUTOML_STOPPED);
        check_stopped(f, &a);
    }
}

static void drops_everything_when_it_is_cancelled_twice(void **state)
{
    struct fixture *f = *state;
    struct action a = {.after = 3, .cancels = 2};
    struct store_row row;
    assert_int_equal(run_action(f, &a, "300"), AUTOML_E_CANCELLED);
    assert_null(job_result(a.job));
    assert_int_equal(store_show(f->store, job_id(a.job), &row, NULL), AUTOML_OK);
    assert_string_equal(row.status, "cancelled");
    store_row_clear(&f->ctx->mem, &row);
    job_free(a.job);
}

static void cancels_a_job_on_a_thread_of_its_own(void **state)
{
    struct fixture *f = *state;
    automl_job *j = test_job(f->ctx, test_config(f->ctx, "max_evaluations", "100000", NULL), f->data);
    assert_int_equal(job_wait(j, NULL), AUTOML_E_STATE);
    assert_int_equal(job_start(j, NULL), AUTOML_OK);
    assert_int_equal(job_start(j, NULL), AUTOML_E_STATE);
    job_cancel(j);
    automl_status status = job_wait(j, NULL);
    assert_true(status == AUTOML_STOPPED || status == AUTOML_E_CANCELLED);
    job_free(j);
    j = test_job(f->ctx, test_config(f->ctx, "max_evaluations", "100000", NULL), f->data);
    assert_int_equal(job_start(j, NULL), AUTOML_OK);
    job_free(j);
}

static void ends_when_its_time_is_up(void **state)
{
    struct fixture *f = *state;
    automl_error err = {0};
    f->clock.step_ns = 1000000;
    automl_job *j =
        test_job(f->ctx, test_config(f->ctx, "max_seconds", "4", "max_evaluations", "100000", NULL), f->data);
    if (job_run(j, &err) != AUTOML_OK)
        fail_msg("%s", err.message);
    assert_string_equal(job_result(j)->status, "succeeded");
    assert_false(job_result(j)->reproducible);
    assert_true(job_result(j)->seconds <= 4.3);
    const struct search_result *search = &job_result(j)->search;
    assert_true(search->evaluated > 1);
    char evaluations[48];
    snprintf(evaluations, sizeof evaluations, "max_evaluations=%d ",
        (int)(search->n_candidates - search->skipped));
    assert_non_null(strstr(job_result_text(j), evaluations));
    job_free(j);
}

static void searches_without_a_hold_out(void **state)
{
    struct fixture *f = *state;
    automl_job *j = test_job(f->ctx, test_config(f->ctx, NULL), f->data);
    job_set_kind(j, JOB_SEARCH);
    assert_int_equal(job_set_store(j, f->store, NULL), AUTOML_OK);
    assert_int_equal(job_run(j, NULL), AUTOML_OK);
    assert_int_equal(job_result(j)->train_rows, 288);
    assert_int_equal(job_result(j)->test_rows, 0);
    assert_non_null(job_result(j)->model);
    assert_null(job_folder(j));
    job_free(j);
}

static void selects_features_only(void **state)
{
    struct fixture *f = *state;
    automl_job *j =
        test_job(f->ctx, test_config(f->ctx, "num_features", "2", "generations", "3", NULL), f->data);
    job_set_kind(j, JOB_SELECTION);
    assert_int_equal(job_run(j, NULL), AUTOML_OK);
    const struct job_result *r = job_result(j);
    assert_null(r->model);
    assert_int_equal(r->n_features, 2);
    assert_string_equal(r->features[0], "a");
    assert_string_equal(r->features[1], "b");
    assert_int_equal(r->selection.n_features, 2);
    job_free(j);
}

static void splits_by_time_group_and_window(void **state)
{
    struct fixture *f = *state;
    automl_job *j = test_job(f->ctx,
        test_config(f->ctx, "time_split", "true", "start_date", "2020-01-11", "end_date", "2020-06-30", NULL),
        f->data);
    assert_int_equal(job_run(j, NULL), AUTOML_OK);
    assert_string_equal(job_result(j)->window_column, "when");
    assert_int_equal(job_result(j)->rows, 165);
    job_free(j);
    j = test_job(
        f->ctx, test_config(f->ctx, "group_column", "group", "weight_column", "weight", NULL), f->data);
    assert_int_equal(job_run(j, NULL), AUTOML_OK);
    assert_int_equal(job_result(j)->rows, 288);
    job_free(j);
    j = test_job(
        f->ctx, test_config(f->ctx, "start_date", "2031-01-01", "end_date", "2031-02-01", NULL), f->data);
    assert_int_equal(job_run(j, NULL), AUTOML_E_DATA);
    job_free(j);
}

static void trains_on_all_rows_beside_a_test_dataset(void **state)
{
    struct fixture *f = *state;
    automl_dataset *test = test_dataset(f->ctx, 100, 0.5);
    automl_job *j = test_job(f->ctx, test_config(f->ctx, NULL), NULL);
    assert_int_equal(job_set_data(j, f->data, test, NULL), AUTOML_OK);
    dataset_unref(test);
    assert_int_equal(job_run(j, NULL), AUTOML_OK);
    assert_int_equal(job_result(j)->rows, 288 + 96);
    assert_int_equal(job_result(j)->train_rows, 288);
    assert_int_equal(job_result(j)->test_rows, 96);
    job_free(j);
}

static void ends_with_e_memory_over_a_budget_it_cannot_keep(void **state)
{
    struct fixture *f = *state;
    automl_job *j = test_job(f->ctx, test_config(f->ctx, "max_memory_mb", "0.01", NULL), f->data);
    assert_int_equal(job_run(j, NULL), AUTOML_E_MEMORY);
    job_free(j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(gives_the_same_bytes_with_1_2_and_5_threads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(writes_all_its_files_and_its_row, set_up, tear_down),
        cmocka_unit_test_setup_teardown(leaves_missing_cells_empty_in_its_tables, set_up, tear_down),
        cmocka_unit_test_setup_teardown(predicts_from_the_file_what_the_table_says, set_up, tear_down),
        cmocka_unit_test_setup_teardown(writes_nothing_without_a_store, set_up, tear_down),
        cmocka_unit_test_setup_teardown(records_a_failed_job_without_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeps_the_best_so_far_when_it_is_cancelled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(drops_everything_when_it_is_cancelled_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cancels_a_job_on_a_thread_of_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ends_when_its_time_is_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(searches_without_a_hold_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(selects_features_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(splits_by_time_group_and_window, set_up, tear_down),
        cmocka_unit_test_setup_teardown(trains_on_all_rows_beside_a_test_dataset, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ends_with_e_memory_over_a_budget_it_cannot_keep, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
