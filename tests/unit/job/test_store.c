/* test_store.c - the history of jobs and their folders. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "job/store_db.h"
#include "unit/job/job_support.h"

struct fixture {
    automl_context *ctx;
    automl_store *store;
    char *path;
};

static int set_up(void **state)
{
    struct fixture *f = test_calloc(1, sizeof *f);
    f->ctx = test_context(NULL);
    f->path = test_folder();
    assert_int_equal(store_open(f->ctx, f->path, &f->store, NULL), AUTOML_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    store_close(f->store);
    assert_int_equal(mem_used(&f->ctx->mem), 0);
    context_unref(f->ctx);
    test_folder_free(f->path);
    test_free(f);
    return 0;
}

static void begin(struct fixture *f, const char *id, int64_t at)
{
    char *folder = NULL;
    assert_int_equal(store_begin(f->store, id, "{}", "people", "y", NULL, at, &folder, NULL), AUTOML_OK);
    mem_free(&f->ctx->mem, folder);
}

static automl_status finish(struct fixture *f, const char *id, const char *status)
{
    return store_finish(f->store, id, status, 1.5, 0.8, NAN, "{\"a\": 1}", NULL, 99, NULL);
}

static void lists_jobs_newest_first(void **state)
{
    struct fixture *f = *state;
    struct store_row *rows = NULL;
    int64_t n = 0;
    begin(f, "0a1", 10);
    begin(f, "0a2", 30);
    begin(f, "0b3", 20);
    assert_int_equal(finish(f, "0b3", "succeeded"), AUTOML_OK);
    assert_int_equal(store_list(f->store, NULL, 0, &rows, &n, NULL), AUTOML_OK);
    assert_int_equal(n, 3);
    assert_string_equal(rows[0].id, "0a2");
    assert_string_equal(rows[1].id, "0b3");
    assert_string_equal(rows[1].status, "succeeded");
    assert_true(rows[1].cv_score == 0.8);
    assert_true(isnan(rows[1].test_score));
    store_rows_free(&f->ctx->mem, rows, n);
    assert_int_equal(store_list(f->store, "succeeded", 5, &rows, &n, NULL), AUTOML_OK);
    assert_int_equal(n, 1);
    store_rows_free(&f->ctx->mem, rows, n);
    assert_int_equal(store_list(f->store, NULL, 2, &rows, &n, NULL), AUTOML_OK);
    assert_int_equal(n, 2);
    store_rows_free(&f->ctx->mem, rows, n);
}

static void finds_a_job_by_a_unique_prefix(void **state)
{
    struct fixture *f = *state;
    struct store_row row;
    begin(f, "0a1", 10);
    begin(f, "0a2", 30);
    assert_int_equal(store_show(f->store, "0a2", &row, NULL), AUTOML_OK);
    assert_string_equal(row.id, "0a2");
    assert_string_equal(row.table, "people");
    assert_null(row.scoring);
    assert_non_null(strstr(row.folder, "/jobs/0a2"));
    store_row_clear(&f->ctx->mem, &row);
    assert_int_equal(store_show(f->store, "0a", &row, NULL), AUTOML_E_NOT_FOUND);
    assert_int_equal(store_show(f->store, "", &row, NULL), AUTOML_E_NOT_FOUND);
    assert_int_equal(store_show(f->store, "0%", &row, NULL), AUTOML_E_NOT_FOUND);
    assert_int_equal(store_show(f->store, "ff", &row, NULL), AUTOML_E_NOT_FOUND);
}

static void finishes_a_job_once(void **state)
{
    struct fixture *f = *state;
    char *text = NULL;
    begin(f, "0a1", 10);
    assert_int_equal(store_result(f->store, "0a1", &text, NULL), AUTOML_E_STATE);
    assert_int_equal(store_set_scoring(f->store, "0a1", "f1", NULL), AUTOML_OK);
    assert_int_equal(finish(f, "0a1", "succeeded"), AUTOML_OK);
    assert_int_equal(finish(f, "0a1", "failed"), AUTOML_E_STATE);
    assert_int_equal(store_result(f->store, "0a", &text, NULL), AUTOML_OK);
    assert_string_equal(text, "{\"a\": 1}");
    mem_free(&f->ctx->mem, text);
}

static void deletes_a_job_with_its_folder_unless_it_runs(void **state)
{
    struct fixture *f = *state;
    char name[60];
    begin(f, "0a1", 10);
    assert_int_equal(store_delete(f->store, "0a1", NULL), AUTOML_E_STATE);
    assert_int_equal(finish(f, "0a1", "succeeded"), AUTOML_OK);
    snprintf(name, sizeof name, "%s/jobs/0a1/x", f->path);
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(store_delete(f->store, "0a1", NULL), AUTOML_OK);
    assert_null(test_read(f->path, "jobs/0a1/x", NULL));
    assert_int_equal(store_delete(f->store, "0a1", NULL), AUTOML_E_NOT_FOUND);
}

static void passes_a_cancel_request_on_to_other_handles(void **state)
{
    struct fixture *f = *state;
    automl_store *other = NULL;
    bool asked = true;
    begin(f, "0a1", 10);
    assert_int_equal(store_open(f->ctx, f->path, &other, NULL), AUTOML_OK);
    assert_int_equal(store_cancel_requested(other, "0a1", &asked, NULL), AUTOML_OK);
    assert_false(asked);
    assert_int_equal(store_request_cancel(f->store, "0a1", NULL), AUTOML_OK);
    assert_int_equal(store_cancel_requested(other, "0a1", &asked, NULL), AUTOML_OK);
    assert_true(asked);
    assert_int_equal(finish(f, "0a1", "cancelled"), AUTOML_OK);
    assert_int_equal(store_request_cancel(f->store, "0a1", NULL), AUTOML_E_STATE);
    store_close(other);
}

/* Makes another process, which is gone, the owner. */
static void disown(struct fixture *f, const char *assignment)
{
    char path[200], sql[200];
    struct db *db = NULL;
    snprintf(path, sizeof path, "%s/jobs.db", f->path);
    snprintf(sql, sizeof sql, "UPDATE job SET %s", assignment);
    assert_int_equal(db_open_write(&f->ctx->mem, path, &db, NULL), AUTOML_OK);
    assert_int_equal(db_exec(db, sql, NULL), AUTOML_OK);
    db_close(db);
}

static void reads_a_job_whose_owner_died_as_interrupted(void **state)
{
    struct fixture *f = *state;
    static const char *const changes[] = {
        "owner_start = owner_start + 1", "owner_boot = 'another'", "owner_pid = 2147483000, owner_start = 0"};
    static const char *const ids[] = {"0a1", "0a2", "0a3"};
    for (int32_t i = 0; i < 3; i++) {
        struct store_row row;
        begin(f, ids[i], 10);
        assert_int_equal(store_show(f->store, ids[i], &row, NULL), AUTOML_OK);
        assert_string_equal(row.status, "running");
        store_row_clear(&f->ctx->mem, &row);
        disown(f, changes[i]);
        assert_int_equal(store_show(f->store, ids[i], &row, NULL), AUTOML_OK);
        assert_string_equal(row.status, "interrupted");
        store_row_clear(&f->ctx->mem, &row);
    }
}

static void refuses_a_newer_store_and_a_foreign_database(void **state)
{
    struct fixture *f = *state;
    automl_store *other = NULL;
    char path[200];
    struct db *db = NULL;
    snprintf(path, sizeof path, "%s/jobs.db", f->path);
    assert_int_equal(db_open_write(&f->ctx->mem, path, &db, NULL), AUTOML_OK);
    assert_int_equal(db_exec(db, "PRAGMA user_version=1000", NULL), AUTOML_OK);
    assert_int_equal(store_open(f->ctx, f->path, &other, NULL), AUTOML_E_VERSION);
    assert_int_equal(db_exec(db, "PRAGMA application_id=7", NULL), AUTOML_OK);
    assert_int_equal(store_open(f->ctx, f->path, &other, NULL), AUTOML_E_FORMAT);
    db_close(db);
}

static void makes_ids_that_sort_by_time(void **state)
{
    (void)state;
    char a[33], b[33];
    assert_int_equal(job_id_create(1700000000000000, a, NULL), AUTOML_OK);
    assert_int_equal(job_id_create(1700000000001000, b, NULL), AUTOML_OK);
    assert_true(strcmp(a, b) < 0);
    assert_int_equal(strspn(a, "0123456789abcdef"), 32);
    assert_int_equal(a[12], '7');
    assert_non_null(strchr("89ab", a[16]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lists_jobs_newest_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(finds_a_job_by_a_unique_prefix, set_up, tear_down),
        cmocka_unit_test_setup_teardown(finishes_a_job_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(deletes_a_job_with_its_folder_unless_it_runs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(passes_a_cancel_request_on_to_other_handles, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_a_job_whose_owner_died_as_interrupted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_a_newer_store_and_a_foreign_database, set_up, tear_down),
        cmocka_unit_test(makes_ids_that_sort_by_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
