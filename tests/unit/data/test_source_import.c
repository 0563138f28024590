/* test_source_import.c - an imported table loads as its file does. */
#include "data/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/os.h"
#include "base/strbuf.h"
#include "io/sqlite.h"
#include "scratch.h"
#include "support/fault_allocator.h"

static struct fault_allocator fault;
static automl_context *ctx;
static automl_error err;
static char database[512];

static const char FILE_TEXT[] = "id,amount,code,flag,when,class,empty\n"
                                "1,1.50,007,true,2020-01-31,NA,\n"
                                "2,NA,8,false,2020-02-01T10:00:00Z,b,\n"
                                "3,-1e300,NULL,,,b,\n"
                                "4,7,x y,true,2020/03/01,,\n";

static int setup(void **state)
{
    (void)state;
    fault_init(&fault);
    const struct allocator hooks = fault_hooks(&fault);
    err = (automl_error){0};
    scratch_make();
    strcpy(database, scratch_path("features.db"));
    return context_create(&hooks, &ctx, NULL);
}

static int teardown(void **state)
{
    (void)state;
    scratch_remove();
    context_unref(ctx);
    return fault_clean(&fault) ? 0 : -1;
}

static automl_status import(const char *text, const char *table, int64_t *rows)
{
    automl_status status = source_import(ctx, scratch_file("file.csv", text), database, table, rows, &err);
    if (status == AUTOML_E_UNSUPPORTED && strstr(err.message, "no SQLite"))
        skip();
    return status;
}

static void load_both(const char *table, const char *target, automl_dataset *both[2])
{
    struct source_query q = {.table = scratch_path("file.csv"),
        .target = target,
        .start_us = DATE_MISSING,
        .end_us = DATE_MISSING};
    assert_int_equal(source_load(ctx, &q, &both[0], NULL, &err), AUTOML_OK);
    q.table = table;
    q.database = database;
    assert_int_equal(source_load(ctx, &q, &both[1], NULL, &err), AUTOML_OK);
}

static void assert_same(automl_dataset *both[2])
{
    uint8_t a[32], b[32];
    dataset_sha256(both[0], a);
    dataset_sha256(both[1], b);
    for (int32_t j = 0; j < both[0]->n_cols; j++)
        assert_int_equal(both[0]->cols[j].type, both[1]->cols[j].type);
    assert_memory_equal(a, b, 32);
    dataset_unref(both[0]);
    dataset_unref(both[1]);
}

static void the_table_loads_as_the_file_does(void **state)
{
    (void)state;
    int64_t rows = 0;
    automl_dataset *both[2];
    assert_int_equal(import(FILE_TEXT, "people \"x\"", &rows), AUTOML_OK);
    assert_int_equal(rows, 4);
    load_both("people \"x\"", NULL, both);
    assert_same(both);
}

static void a_class_called_NA_survives(void **state)
{
    (void)state;
    int64_t rows = 0;
    automl_dataset *both[2];
    assert_int_equal(import(FILE_TEXT, "people", &rows), AUTOML_OK);
    load_both("people", "class", both);
    assert_string_equal(both[1]->cols[5].levels[0], "NA");
    assert_same(both);
}

static void columns_are_typed_and_dates_indexed(void **state)
{
    (void)state;
    static const char expected[] = "CREATE TABLE \"people\" (\"id\" INTEGER, \"amount\" REAL, \"code\" TEXT, "
                                   "\"flag\" TEXT, \"when\" TEXT, \"class\" TEXT, \"empty\" REAL)"
                                   "CREATE INDEX \"people_when_index\" ON \"people\" (\"when\")";
    struct strbuf sql;
    struct db *db = NULL;
    struct db_stmt *s = NULL;
    bool row = false;
    int64_t rows = 0;
    assert_int_equal(import(FILE_TEXT, "people", &rows), AUTOML_OK);
    strbuf_init(&sql, &ctx->mem);
    assert_int_equal(db_open_read(&ctx->mem, database, NULL, &db, &err), AUTOML_OK);
    assert_int_equal(db_prepare(db, "SELECT sql FROM sqlite_master ORDER BY rowid", &s, &err), AUTOML_OK);
    while (db_step(s, &row, &err) == AUTOML_OK && row)
        strbuf_puts(&sql, db_text(s, 0, &rows));
    assert_string_equal(strbuf_text(&sql), expected);
    db_finalize(s);
    db_close(db);
    strbuf_free(&sql);
}

static void an_existing_table_is_left_alone(void **state)
{
    (void)state;
    int64_t rows = 0;
    automl_dataset *both[2];
    assert_int_equal(import(FILE_TEXT, "people", &rows), AUTOML_OK);
    assert_int_equal(import("a\n1\n", "People", &rows), AUTOML_E_CONFLICT);
    assert_non_null(strstr(err.message, "another name, or drop it"));
    scratch_file("file.csv", FILE_TEXT);
    load_both("people", NULL, both);
    assert_same(both);
}

static void a_bad_file_leaves_no_database(void **state)
{
    (void)state;
    int64_t rows = 0;
    assert_int_equal(import("a,b\n1\n", "t", &rows), AUTOML_E_FORMAT);
    assert_int_equal(import("a,b\n", "t", &rows), AUTOML_E_DATA);
    assert_int_equal(import("a\n1\ninf\n", "t", &rows), AUTOML_E_DATA);
    assert_true(os_file_size(database) < 0);
}

static void too_many_columns_are_refused(void **state)
{
    (void)state;
    struct strbuf b;
    int64_t rows = 0;
    strbuf_init(&b, &ctx->mem);
    for (int32_t j = 0; j <= 2000; j++)
        strbuf_printf(&b, "%sc%d", j > 0 ? "," : "", (int)j);
    strbuf_puts(&b, "\n");
    for (int32_t j = 0; j <= 2000; j++)
        strbuf_puts(&b, j > 0 ? ",1" : "1");
    assert_int_equal(import(strbuf_text(&b), "t", &rows), AUTOML_E_UNSUPPORTED);
    assert_non_null(strstr(err.message, "2001 columns"));
    strbuf_free(&b);
}

static void real_sets_survive_the_way_through_a_database(void **state)
{
    (void)state;
    static const char *const names[] = {"titanic", "hypothyroid", "occupancy"};
    for (size_t i = 0; i < 3; i++) {
        char path[1024] = TEST_SHARED_DATA "/";
        strcat(strcat(path, names[i]), ".csv.gz");
        if (os_file_size(path) < 0) {
            print_message("skipped: there is no %s\n", path);
            skip();
        }
        int64_t rows = 0;
        automl_dataset *both[2];
        struct source_query q = {.table = path, .start_us = DATE_MISSING, .end_us = DATE_MISSING};
        automl_status status = source_import(ctx, path, database, names[i], &rows, &err);
        if (status == AUTOML_E_UNSUPPORTED)
            skip();
        assert_int_equal(status, AUTOML_OK);
        assert_int_equal(source_load(ctx, &q, &both[0], NULL, &err), AUTOML_OK);
        q.table = names[i];
        q.database = database;
        assert_int_equal(source_load(ctx, &q, &both[1], NULL, &err), AUTOML_OK);
        assert_int_equal(both[0]->n_rows, rows);
        assert_same(both);
    }
}

static void survives_each_failing_allocation(void **state)
{
    (void)state;
    bool happened = true;
    int64_t nth = 0, rows = 0;
    assert_int_equal(import("a\n1\n", "other", &rows), AUTOML_OK);
    scratch_file("file.csv", FILE_TEXT);
    while (happened) {
        fault_once(&fault, ++nth);
        automl_status status = source_import(ctx, scratch_path("file.csv"), database, "people", &rows, NULL);
        happened = fault_happened(&fault);
        assert_int_equal(status, happened ? AUTOML_E_MEMORY : AUTOML_OK);
        assert_int_equal(fault_blocks(&fault), 1); /* the context */
    }
    assert_true(nth > 30);
    fault_off(&fault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_table_loads_as_the_file_does, setup, teardown),
        cmocka_unit_test_setup_teardown(a_class_called_NA_survives, setup, teardown),
        cmocka_unit_test_setup_teardown(columns_are_typed_and_dates_indexed, setup, teardown),
        cmocka_unit_test_setup_teardown(an_existing_table_is_left_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(a_bad_file_leaves_no_database, setup, teardown),
        cmocka_unit_test_setup_teardown(too_many_columns_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(real_sets_survive_the_way_through_a_database, setup, teardown),
        cmocka_unit_test_setup_teardown(survives_each_failing_allocation, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
