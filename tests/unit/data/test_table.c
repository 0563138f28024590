/* test_table.c - date windows: which rows stay, and what is said when none do. */
#include "data/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scratch.h"

static automl_context *ctx;
static automl_error err;
static struct source_query query;

static const char ROWS[] = "k,when,other,t\n"
                           "1,2020-01-01,x,2020-05-05\n"
                           "2,2020-01-02,y,2020-05-05\n"
                           "3,,z,2020-05-05\n"
                           "4,2020-01-02T23:59:59Z,y,2020-05-05\n"
                           "5,2020-01-03T00:30+01:00,w,2020-05-05\n"
                           "6,2020-01-03,x,2020-05-05\n";

static int64_t us(const char *s)
{
    int64_t out = 0;
    assert_true(date_parse(s, s + strlen(s), &out, NULL));
    return out;
}

static int setup(void **state)
{
    (void)state;
    err = (automl_error){0};
    query = (struct source_query){.start_us = DATE_MISSING, .end_us = DATE_MISSING, .date_column = "when"};
    scratch_make();
    query.table = scratch_file("table.csv", ROWS);
    return context_create(NULL, &ctx, NULL);
}

static int teardown(void **state)
{
    (void)state;
    bool clean = mem_used(&ctx->mem) == 0;
    scratch_remove();
    context_unref(ctx);
    return clean ? 0 : -1;
}

/* The first column of the rows that stay, as digits. */
static void assert_rows(const char *expected)
{
    char text[16] = "";
    automl_dataset *d = NULL;
    int32_t date = -2;
    if (source_load(ctx, &query, &d, &date, &err) < 0)
        fail_msg("%s", err.message);
    assert_in_range(d->n_rows, 0, sizeof text - 1);
    for (int64_t i = 0; i < d->n_rows && i < (int64_t)sizeof text - 1; i++)
        text[i] = (char)('0' + (int)d->cols[0].x[i]);
    assert_int_equal(date, query.date_column || query.find_date ? 1 : -1);
    dataset_unref(d);
    assert_string_equal(text, expected);
}

static void assert_refused(automl_status status, const char *said)
{
    automl_dataset *d = NULL;
    assert_int_equal(source_load(ctx, &query, &d, NULL, &err), status);
    if (!strstr(err.message, said))
        fail_msg("'%s' is not in '%s'", said, err.message);
}

static void the_window_is_half_open(void **state)
{
    (void)state;
    assert_rows("123456");
    query.start_us = us("2020-01-02");
    assert_rows("2456");
    query.end_us = us("2020-01-03");
    assert_rows("245");
    query.start_us = DATE_MISSING;
    assert_rows("1245");
    query.end_us = us("2020-01-02");
    assert_rows("1");
}

static void levels_outside_the_window_vanish(void **state)
{
    (void)state;
    automl_dataset *d = NULL;
    query.start_us = us("2020-01-02");
    assert_int_equal(source_load(ctx, &query, &d, NULL, &err), AUTOML_OK);
    assert_int_equal(d->cols[2].n_levels, 3);
    assert_string_equal(d->cols[2].levels[0], "y");
    dataset_unref(d);
}

static void the_windows_column_need_not_be_wanted(void **state)
{
    (void)state;
    static const char *const columns[] = {"k"};
    automl_dataset *d = NULL;
    int32_t date = -2;
    query.columns = columns;
    query.n_columns = 1;
    query.start_us = us("2020-01-03");
    assert_int_equal(source_load(ctx, &query, &d, &date, &err), AUTOML_OK);
    assert_int_equal(date, -1);
    assert_int_equal(d->n_cols, 1);
    assert_int_equal(d->n_rows, 1);
    dataset_unref(d);
}

static void the_only_date_column_is_found_among_all(void **state)
{
    (void)state;
    static const char *const columns[] = {"k"};
    automl_dataset *d = NULL;
    query.date_column = NULL;
    query.find_date = true;
    query.start_us = us("2020-01-03");
    assert_refused(AUTOML_E_DATA, "several date columns, 'when' and 't'");
    query.table = scratch_file("one.csv", "k,when\n1,2020-01-01\n2,2020-02-01\n");
    query.columns = columns;
    query.n_columns = 1;
    assert_int_equal(source_load(ctx, &query, &d, NULL, &err), AUTOML_OK);
    assert_true(d->n_rows == 1 && d->n_cols == 1 && d->cols[0].x[0] == 2);
    dataset_unref(d);
    query.table = scratch_file("none.csv", "k,when\n1,x\n");
    assert_refused(AUTOML_E_DATA, "no date column");
}

static void an_empty_window_tells_the_range(void **state)
{
    (void)state;
    query.start_us = us("2021-01-01");
    assert_refused(AUTOML_E_DATA, "no rows from 2021-01-01 to before the end");
    assert_non_null(strstr(err.message, "'when' ranges from 2020-01-01 to 2020-01-03"));
}

static void columns_that_are_no_dates_are_refused_by_place(void **state)
{
    (void)state;
    query.start_us = 0;
    query.date_column = "other";
    assert_refused(AUTOML_E_DATA, "holds 'x' in line 2");
    query.date_column = "k";
    assert_refused(AUTOML_E_DATA, "numbers instead of dates");
    query.date_column = "wen";
    assert_refused(AUTOML_E_NOT_FOUND, "nearest is 'when'");
    query.date_column = "when";
    query.table = scratch_file("empty.csv", "when,x\n,1\n");
    assert_refused(AUTOML_E_DATA, "has no values");
    query.table = scratch_file("late.csv", "when\n2020-01-01\n01.02.2020\n");
    assert_refused(AUTOML_E_DATA, "holds '01.02.2020' in line 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_window_is_half_open, setup, teardown),
        cmocka_unit_test_setup_teardown(levels_outside_the_window_vanish, setup, teardown),
        cmocka_unit_test_setup_teardown(the_windows_column_need_not_be_wanted, setup, teardown),
        cmocka_unit_test_setup_teardown(the_only_date_column_is_found_among_all, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_window_tells_the_range, setup, teardown),
        cmocka_unit_test_setup_teardown(columns_that_are_no_dates_are_refused_by_place, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
