/* test_source_csv.c - feature tables from CSV: columns, widths, places of errors, stopping. */
#include "data/source.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "scratch.h"
#include "support/fault_allocator.h"

static struct fault_allocator fault;
static automl_context *ctx;
static automl_error err;
static struct source_query query;

static int setup(void **state)
{
    (void)state;
    fault_init(&fault);
    const struct allocator hooks = fault_hooks(&fault);
    err = (automl_error){0};
    query = (struct source_query){.start_us = DATE_MISSING, .end_us = DATE_MISSING};
    scratch_make();
    return context_create(&hooks, &ctx, NULL);
}

static int teardown(void **state)
{
    (void)state;
    scratch_remove();
    context_unref(ctx);
    return fault_clean(&fault) ? 0 : -1;
}

static automl_status load(const char *text, automl_dataset **out)
{
    query.table = scratch_file("table.csv", text);
    return source_load(ctx, &query, out, NULL, &err);
}

static automl_dataset *loaded(const char *text)
{
    automl_dataset *d = NULL;
    if (load(text, &d) < 0)
        fail_msg("%s", err.message);
    return d;
}

static void assert_refused(const char *text, automl_status status, const char *said)
{
    automl_dataset *d = NULL;
    assert_int_equal(load(text, &d), status);
    assert_null(d);
    if (!strstr(err.message, said))
        fail_msg("'%s' is not in '%s'", said, err.message);
}

static void columns_get_their_types(void **state)
{
    (void)state;
    automl_dataset *d = loaded("n;t;b;d;e\r\n1.5;x;true;2020-01-31;\r\nNA;\"y;z\";false;2020-02-01;\r\n");
    static const enum column_type types[] = {
        COLUMN_NUMERIC, COLUMN_CATEGORICAL, COLUMN_BOOLEAN, COLUMN_DATETIME, COLUMN_NUMERIC};
    assert_int_equal(d->n_rows, 2);
    for (int32_t j = 0; j < 5; j++)
        assert_int_equal(d->cols[j].type, types[j]);
    assert_true(isnan(d->cols[0].x[1]));
    assert_string_equal(d->cols[1].levels[1], "y;z");
    assert_int_equal(d->cols[4].n_missing, 2);
    assert_int_equal(dataset_find(d, "d"), 3);
    dataset_unref(d);
}

static void only_the_wanted_columns_are_read_in_table_order(void **state)
{
    (void)state;
    static const char *const columns[] = {"c", "a"};
    query.columns = columns;
    query.n_columns = 2;
    automl_dataset *d = loaded("a,b,c\n1,inf,3\n4,5,6\n");
    assert_int_equal(d->n_cols, 2);
    assert_string_equal(d->cols[0].name, "a");
    assert_true(d->cols[1].x[1] == 6);
    dataset_unref(d);
}

static void a_missing_column_names_the_nearest(void **state)
{
    (void)state;
    static const char *const columns[] = {"agee"};
    query.columns = columns;
    query.n_columns = 1;
    assert_refused("name,age\na,1\n", AUTOML_E_NOT_FOUND, "column 'agee' is not in table");
    assert_non_null(strstr(err.message, "nearest is 'age'"));
}

static void ragged_rows_are_refused_by_place(void **state)
{
    (void)state;
    assert_refused("a,b\n1,2\n3\n", AUTOML_E_FORMAT, "line 3 (byte 8)");
    assert_string_equal(err.where, "line 3");
    assert_refused("a,b\n1,2,3\n", AUTOML_E_FORMAT, "has 3 fields, but the header has 2");
}

static void headers_must_name_every_column_once(void **state)
{
    (void)state;
    assert_refused("a,,c\n1,2,3\n", AUTOML_E_DATA, "column 2");
    assert_refused("a,b,a\n1,2,3\n", AUTOML_E_DATA, "columns 1 and 3");
    assert_refused("", AUTOML_E_DATA, "is empty");
    assert_refused("a,b\n", AUTOML_E_DATA, "has no rows");
}

static void infinite_cells_are_refused_by_line(void **state)
{
    (void)state;
    assert_refused("a,b\n1,2\n1,-inf\n", AUTOML_E_DATA, "column 'b' is infinite in line 3");
    automl_dataset *d = loaded("a\ninf\nword\n");
    assert_int_equal(d->cols[0].n_levels, 2);
    dataset_unref(d);
}

static void the_target_keeps_a_class_called_NA(void **state)
{
    (void)state;
    query.target = "class";
    automl_dataset *d = loaded("class,x\nNA,NA\nEU,1\n,2\n");
    assert_int_equal(d->cols[0].n_levels, 2);
    assert_string_equal(d->cols[0].levels[0], "NA");
    assert_int_equal(d->cols[0].n_missing, 1);
    assert_int_equal(d->cols[1].n_missing, 1);
    dataset_unref(d);
}

static void the_id_stays_as_it_stands(void **state)
{
    (void)state;
    query.id = "id";
    automl_dataset *d = loaded("id,x\n1.50,1.50\n2,2\n");
    assert_string_equal(d->cols[0].levels[0], "1.50");
    assert_int_equal(d->cols[1].type, COLUMN_NUMERIC);
    dataset_unref(d);
}

static char logged[1100];

static void keep_log(int32_t level, const char *message, void *user)
{
    (void)user;
    if (level == LOG_WARNING)
        strcpy(logged, message);
}

static void a_late_text_among_numbers_is_logged(void **state)
{
    (void)state;
    logged[0] = '\0';
    ctx->log.fn = keep_log;
    automl_dataset *d = loaded("a,b\n1,u\n2,v\n3,w\n4,x\n5,x\n6,x\n7,x\n8,x\n9,x\n10,x\n?,x\n");
    assert_non_null(strstr(logged, "column 'a'"));
    assert_non_null(strstr(logged, "after 10 other values line 12 holds '?'"));
    dataset_unref(d);
}

static double last_share;
static int64_t n_shares, ticks;

static void keep_share(void *user, double share)
{
    (void)user;
    assert_true(share >= last_share && share <= 1);
    last_share = share;
    n_shares++;
}

static int64_t tick(void *user)
{
    (void)user;
    return ticks += INT64_C(30000000);
}

/* 5000 rows of one column. */
static char *many_rows(void)
{
    struct strbuf b;
    strbuf_init(&b, &ctx->mem);
    strbuf_puts(&b, "x\n");
    for (int32_t i = 0; i < 5000; i++)
        strbuf_printf(&b, "%d\n", (int)i);
    return strbuf_take(&b);
}

static void progress_is_reported_every_50_ms(void **state)
{
    (void)state;
    const struct clock clock = {.now = tick, .wall = tick};
    char *text = many_rows();
    last_share = 0;
    n_shares = 0;
    ctx->clock = &clock;
    query.progress = keep_share;
    automl_dataset *d = loaded(text);
    assert_in_range(n_shares, 5, 12); /* the clock is read 19 times, 30 ms apart */
    assert_true(last_share > 0);
    dataset_unref(d);
    mem_free(&ctx->mem, text);
}

static void a_stop_ends_reading(void **state)
{
    (void)state;
    _Atomic int32_t cancel = 1;
    const struct stop stop = {.cancel = &cancel, .deadline_ns = DEADLINE_NONE};
    char *text = many_rows();
    automl_dataset *d = NULL;
    query.stop = &stop;
    assert_int_equal(load(text, &d), AUTOML_E_CANCELLED);
    mem_free(&ctx->mem, text);
}

static void a_missing_file_is_not_found(void **state)
{
    (void)state;
    automl_dataset *d = NULL;
    query.table = scratch_path("nothing.csv");
    assert_int_equal(source_load(ctx, &query, &d, NULL, &err), AUTOML_E_NOT_FOUND);
    assert_non_null(strstr(err.message, "nothing.csv"));
}

static void survives_each_failing_allocation(void **state)
{
    (void)state;
    bool happened = true;
    int64_t nth = 0;
    query.table = scratch_file(
        "table.csv", "n,t,b,d\n1.50,x,true,2020-01-31\nNA,y,false,2020-02-01\nz,x,,2020/02/02\n");
    query.date_column = "d";
    query.start_us = DATE_DAY_US;
    while (happened) {
        automl_dataset *d = NULL;
        fault_once(&fault, ++nth);
        automl_status status = source_load(ctx, &query, &d, NULL, NULL);
        happened = fault_happened(&fault);
        assert_int_equal(status, happened ? AUTOML_E_MEMORY : AUTOML_OK);
        dataset_unref(d);
        assert_int_equal(fault_blocks(&fault), 1); /* the context */
    }
    assert_true(nth > 40);
    fault_off(&fault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(columns_get_their_types, setup, teardown),
        cmocka_unit_test_setup_teardown(only_the_wanted_columns_are_read_in_table_order, setup, teardown),
        cmocka_unit_test_setup_teardown(a_missing_column_names_the_nearest, setup, teardown),
        cmocka_unit_test_setup_teardown(ragged_rows_are_refused_by_place, setup, teardown),
        cmocka_unit_test_setup_teardown(headers_must_name_every_column_once, setup, teardown),
        cmocka_unit_test_setup_teardown(infinite_cells_are_refused_by_line, setup, teardown),
        cmocka_unit_test_setup_teardown(the_target_keeps_a_class_called_NA, setup, teardown),
        cmocka_unit_test_setup_teardown(the_id_stays_as_it_stands, setup, teardown),
        cmocka_unit_test_setup_teardown(a_late_text_among_numbers_is_logged, setup, teardown),
        cmocka_unit_test_setup_teardown(progress_is_reported_every_50_ms, setup, teardown),
        cmocka_unit_test_setup_teardown(a_stop_ends_reading, setup, teardown),
        cmocka_unit_test_setup_teardown(a_missing_file_is_not_found, setup, teardown),
        cmocka_unit_test_setup_teardown(survives_each_failing_allocation, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
