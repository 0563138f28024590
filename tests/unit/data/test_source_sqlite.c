/* test_source_sqlite.c - feature tables from SQLite: storage classes, views, windows, hostile names. */
#include "data/source.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "io/sqlite.h"
#include "scratch.h"
#include "support/fault_allocator.h"

static struct fault_allocator fault;
static automl_context *ctx;
static automl_error err;
static struct source_query query;
static char database[512];

static int setup(void **state)
{
    (void)state;
    fault_init(&fault);
    const struct allocator hooks = fault_hooks(&fault);
    err = (automl_error){0};
    scratch_make();
    strcpy(database, scratch_path("features.db"));
    query = (struct source_query){
        .table = "t", .database = database, .start_us = DATE_MISSING, .end_us = DATE_MISSING};
    return context_create(&hooks, &ctx, NULL);
}

static int teardown(void **state)
{
    (void)state;
    scratch_remove();
    context_unref(ctx);
    return fault_clean(&fault) ? 0 : -1;
}

/* Runs SQL on the database; skips the test in a build without SQLite. */
static void run(const char *sql)
{
    struct db *db = NULL;
    automl_status status = db_open_write(&ctx->mem, database, &db, &err);
    if (status == AUTOML_E_UNSUPPORTED)
        skip();
    if (status == AUTOML_OK)
        status = db_exec(db, sql, &err);
    db_close(db);
    if (status < 0)
        fail_msg("%s", err.message);
}

static automl_dataset *loaded(int32_t *date)
{
    automl_dataset *d = NULL;
    if (source_load(ctx, &query, &d, date, &err) < 0)
        fail_msg("%s", err.message);
    return d;
}

static void assert_refused(automl_status status, const char *said)
{
    automl_dataset *d = NULL;
    assert_int_equal(source_load(ctx, &query, &d, NULL, &err), status);
    if (!strstr(err.message, said))
        fail_msg("'%s' is not in '%s'", said, err.message);
}

/* The cells of column j, joined by '|'. */
static void assert_column(const automl_dataset *d, int32_t j, enum column_type type, const char *expected)
{
    char text[512] = "", buffer[DATE_PRINT_BYTES];
    for (int64_t i = 0; i < d->n_rows; i++) {
        strcat(text, i > 0 ? "|" : "");
        strcat(text, column_text(&d->cols[j], i, buffer));
    }
    assert_string_equal(text, expected);
    assert_int_equal(d->cols[j].type, type);
}

static void values_keep_their_storage_classes(void **state)
{
    (void)state;
    run("CREATE TABLE t (n, r, s, b, d, big);"
        "INSERT INTO t VALUES (1, 2.5, 'x', 'true', '2020-01-31', 9223372036854775807),"
        " (2, 7, '', 'false', '2020-02-01 10:00', 1), (NULL, -1e300, 'NA', NULL, NULL, 2.5)");
    automl_dataset *d = loaded(NULL);
    assert_column(d, 0, COLUMN_NUMERIC, "1|2|");
    assert_column(d, 1, COLUMN_NUMERIC, "2.5|7|-1e+300");
    assert_column(d, 2, COLUMN_CATEGORICAL, "x||");
    assert_column(d, 3, COLUMN_BOOLEAN, "true|false|");
    assert_column(d, 4, COLUMN_DATETIME, "2020-01-31T00:00:00Z|2020-02-01T10:00:00Z|");
    assert_column(d, 5, COLUMN_CATEGORICAL, "9223372036854775807|1|2.5");
    dataset_unref(d);
}

static void texts_are_inferred_like_csv_fields(void **state)
{
    (void)state;
    run("CREATE TABLE t (a TEXT, b TEXT, c); INSERT INTO t VALUES ('1', '007', 5), ('2.5', '8', 'x'), ('NA', "
        "'9', 6)");
    automl_dataset *d = loaded(NULL);
    assert_column(d, 0, COLUMN_NUMERIC, "1|2.5|");
    assert_column(d, 1, COLUMN_CATEGORICAL, "007|8|9");
    assert_column(d, 2, COLUMN_CATEGORICAL, "5|x|6");
    dataset_unref(d);
}

static void the_target_keeps_a_class_called_NA(void **state)
{
    (void)state;
    run("CREATE TABLE t (y, x); INSERT INTO t VALUES ('NA', 'NA'), ('EU', 'EU'), (NULL, 'EU')");
    query.target = "y";
    automl_dataset *d = loaded(NULL);
    assert_column(d, 0, COLUMN_CATEGORICAL, "NA|EU|");
    assert_column(d, 1, COLUMN_CATEGORICAL, "|EU|EU");
    dataset_unref(d);
}

static void names_are_quoted(void **state)
{
    (void)state;
    run("CREATE TABLE \"t\"\"; DROP TABLE x\" (\"a\"\"b\" , \"select\", \"c d\"); "
        "INSERT INTO \"t\"\"; DROP TABLE x\" VALUES (1, 2, 3); CREATE TABLE x (y); INSERT INTO x VALUES (1)");
    query.table = "t\"; DROP TABLE x";
    automl_dataset *d = loaded(NULL);
    assert_int_equal(dataset_find(d, "a\"b"), 0);
    assert_column(d, 1, COLUMN_NUMERIC, "2");
    dataset_unref(d);
    query.table = "x";
    dataset_unref(loaded(NULL));
}

static void views_are_read_too(void **state)
{
    (void)state;
    run("CREATE TABLE base (a, d); INSERT INTO base VALUES (1, '2020-01-01'), (2, '2020-01-02');"
        "CREATE VIEW v AS SELECT a * 10 AS ten, d FROM base");
    query.table = "v";
    automl_dataset *d = loaded(NULL);
    assert_column(d, 0, COLUMN_NUMERIC, "10|20");
    dataset_unref(d);
    query.date_column = "d";
    query.start_us = INT64_C(1577923200000000); /* 2020-01-02 */
    d = loaded(NULL);
    assert_column(d, 0, COLUMN_NUMERIC, "20");
    dataset_unref(d);
}

static void what_is_missing_is_named_with_the_nearest(void **state)
{
    (void)state;
    static const char *const columns[] = {"agee"};
    run("CREATE TABLE people (age); INSERT INTO people VALUES (1)");
    query.table = "peopel";
    assert_refused(AUTOML_E_NOT_FOUND, "no table or view 'peopel'");
    assert_non_null(strstr(err.message, "nearest is 'people'"));
    query.table = "main.people";
    dataset_unref(loaded(NULL));
    query.table = "people";
    query.columns = columns;
    query.n_columns = 1;
    assert_refused(AUTOML_E_NOT_FOUND, "nearest is 'age'");
    query.database = scratch_path("nothing.db");
    assert_refused(AUTOML_E_NOT_FOUND, "nothing.db");
    assert_non_null(strstr(err.message, "no table 'people'"));
}

static void blobs_and_broken_texts_are_refused_by_place(void **state)
{
    (void)state;
    run("CREATE TABLE t (a); INSERT INTO t VALUES (1), (x'00');"
        "CREATE TABLE u (a); INSERT INTO u VALUES (CAST(x'ff' AS TEXT));"
        "CREATE TABLE v (a); INSERT INTO v VALUES (CAST(x'610062' AS TEXT));"
        "CREATE TABLE w (a); INSERT INTO w VALUES (0.5), (9e999)");
    assert_refused(AUTOML_E_DATA, "row 2 of column 'a' of 't' holds binary data");
    query.table = "u";
    assert_refused(AUTOML_E_DATA, "not valid UTF-8");
    query.table = "v";
    assert_refused(AUTOML_E_DATA, "not valid UTF-8");
    query.table = "w";
    assert_refused(AUTOML_E_DATA, "column 'a' is infinite in row 2");
}

static void an_empty_table_is_refused(void **state)
{
    (void)state;
    run("CREATE TABLE t (a)");
    assert_refused(AUTOML_E_DATA, "table 't' has no rows");
}

static const char WINDOW_ROWS[] = "(1,'2020-01-03'),(2,'2020-01-01'),(3,NULL),(4,'2020-01-02T23:59:59Z'),"
                                  "(5,'2020-01-03T00:30:00+01:00'),(6,'2020-01-02 00:00:00')";

static void make_windows(const char *create)
{
    char sql[1024];
    strcpy(sql, create);
    strcat(sql, "INSERT INTO t VALUES ");
    strcat(sql, WINDOW_ROWS);
    run(sql);
    query.date_column = "d";
    query.start_us = INT64_C(1577923200000000);
    query.end_us = INT64_C(1578009600000000);
}

static void windows_of_iso_texts_are_exact_and_in_row_order(void **state)
{
    (void)state;
    int32_t date = -1;
    make_windows("CREATE TABLE t (k, d); CREATE INDEX i ON t (d);");
    automl_dataset *d = loaded(&date);
    assert_int_equal(date, 1);
    assert_column(d, 0, COLUMN_NUMERIC, "4|5|6");
    dataset_unref(d);
    query.end_us = DATE_MISSING;
    d = loaded(NULL);
    assert_column(d, 0, COLUMN_NUMERIC, "1|4|5|6");
    dataset_unref(d);
    query.start_us = DATE_MISSING;
    d = loaded(NULL);
    assert_column(d, 0, COLUMN_NUMERIC, "1|2|3|4|5|6");
    dataset_unref(d);
}

static void windows_work_without_rowid(void **state)
{
    (void)state;
    make_windows("CREATE TABLE t (k, d, PRIMARY KEY (k)) WITHOUT ROWID; CREATE INDEX i ON t (d);");
    automl_dataset *d = loaded(NULL);
    assert_column(d, 0, COLUMN_NUMERIC, "4|5|6");
    dataset_unref(d);
}

static void a_column_called_rowid_does_not_order_the_rows(void **state)
{
    (void)state;
    run("CREATE TABLE t (RowId, x); INSERT INTO t VALUES (9, 1), (1, 2), (5, 3)");
    automl_dataset *d = loaded(NULL);
    assert_column(d, 1, COLUMN_NUMERIC, "1|2|3");
    dataset_unref(d);
}

static void windows_of_other_texts_are_applied_after_reading(void **state)
{
    (void)state;
    make_windows("CREATE TABLE t (k, d); INSERT INTO t VALUES (7, '2020/01/02');");
    automl_dataset *d = loaded(NULL);
    assert_column(d, 0, COLUMN_NUMERIC, "7|4|5|6");
    dataset_unref(d);
}

static void integers_are_seconds_and_reals_julian_days(void **state)
{
    (void)state;
    run("CREATE TABLE t (k, d); INSERT INTO t VALUES (1, 1577836800), (2, 1577923200), (3, NULL);"
        "CREATE TABLE u (k, d); INSERT INTO u VALUES (1, 2458849.5), (2, 2458850.75);"
        "CREATE TABLE v (k, d); INSERT INTO v VALUES (1, 1e300)");
    query.date_column = "d";
    query.start_us = INT64_C(1577923200000000);
    automl_dataset *d = loaded(NULL);
    assert_column(d, 1, COLUMN_DATETIME, "2020-01-02");
    dataset_unref(d);
    query.table = "u";
    d = loaded(NULL);
    assert_column(d, 1, COLUMN_DATETIME, "2020-01-02T06:00:00Z");
    dataset_unref(d);
    query.table = "v";
    assert_refused(AUTOML_E_DATA, "Julian days");
}

static void an_empty_window_tells_the_range(void **state)
{
    (void)state;
    make_windows("CREATE TABLE t (k, d);");
    query.start_us = INT64_C(1609459200000000);
    query.end_us = DATE_MISSING;
    assert_refused(AUTOML_E_DATA, "no rows from 2021-01-01 to before the end");
    assert_non_null(strstr(err.message, "ranges from 2020-01-01 to 2020-01-03"));
}

static double last_share;

static void keep_share(void *user, double share)
{
    (void)user;
    assert_true(share >= last_share && share <= 1);
    last_share = share;
}

static int64_t ticks;

static int64_t tick(void *user)
{
    (void)user;
    return ticks += INT64_C(60000000);
}

static void progress_and_stop_reach_the_reader(void **state)
{
    (void)state;
    const struct clock clock = {.now = tick, .wall = tick};
    _Atomic int32_t cancel = 1;
    const struct stop stop = {.cancel = &cancel, .deadline_ns = DEADLINE_NONE};
    run("CREATE TABLE t (a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
        "INSERT INTO t SELECT i FROM n");
    ctx->clock = &clock;
    last_share = 0;
    query.progress = keep_share;
    dataset_unref(loaded(NULL));
    assert_true(last_share > 0.5);
    query.stop = &stop;
    automl_dataset *d = NULL;
    assert_int_equal(source_load(ctx, &query, &d, NULL, &err), AUTOML_E_CANCELLED);
}

static void survives_each_failing_allocation(void **state)
{
    (void)state;
    bool happened = true;
    int64_t nth = 0;
    make_windows("CREATE TABLE t (k, d);");
    while (happened) {
        automl_dataset *d = NULL;
        fault_once(&fault, ++nth);
        automl_status status = source_load(ctx, &query, &d, NULL, NULL);
        happened = fault_happened(&fault);
        assert_int_equal(status, happened ? AUTOML_E_MEMORY : AUTOML_OK);
        dataset_unref(d);
        assert_int_equal(fault_blocks(&fault), 1); /* the context */
    }
    assert_true(nth > 30);
    fault_off(&fault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values_keep_their_storage_classes, setup, teardown),
        cmocka_unit_test_setup_teardown(texts_are_inferred_like_csv_fields, setup, teardown),
        cmocka_unit_test_setup_teardown(the_target_keeps_a_class_called_NA, setup, teardown),
        cmocka_unit_test_setup_teardown(names_are_quoted, setup, teardown),
        cmocka_unit_test_setup_teardown(views_are_read_too, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_missing_is_named_with_the_nearest, setup, teardown),
        cmocka_unit_test_setup_teardown(blobs_and_broken_texts_are_refused_by_place, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_table_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(windows_of_iso_texts_are_exact_and_in_row_order, setup, teardown),
        cmocka_unit_test_setup_teardown(windows_work_without_rowid, setup, teardown),
        cmocka_unit_test_setup_teardown(a_column_called_rowid_does_not_order_the_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(windows_of_other_texts_are_applied_after_reading, setup, teardown),
        cmocka_unit_test_setup_teardown(integers_are_seconds_and_reals_julian_days, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_window_tells_the_range, setup, teardown),
        cmocka_unit_test_setup_teardown(progress_and_stop_reach_the_reader, setup, teardown),
        cmocka_unit_test_setup_teardown(survives_each_failing_allocation, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
