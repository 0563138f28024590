/* test_infer.c - columns while their cells arrive: types, fallbacks, exact texts. */
#include "data/infer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/fault_allocator.h"

static struct fault_allocator fault;
static automl_context *ctx;
static struct infer_column column;
static automl_error err;

static int setup(void **state)
{
    (void)state;
    fault_init(&fault);
    const struct allocator hooks = fault_hooks(&fault);
    err = (automl_error){0};
    if (context_create(&hooks, &ctx, NULL) < 0)
        return -1;
    infer_init(&column, &ctx->mem, "c", 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    infer_free(&column);
    context_unref(ctx);
    return fault_clean(&fault) ? 0 : -1;
}

/* Unquoted cells, separated by '|'. */
static bool feed(const char *cells)
{
    int64_t line = 2 + column.n;
    for (const char *end = cells; *end; cells = end + 1) {
        end = cells + strcspn(cells, "|");
        if (!infer_add_text(&column, cells, (size_t)(end - cells), false, line++))
            return false;
        if (!*end)
            break;
    }
    return true;
}

static void begin(uint32_t flags)
{
    infer_free(&column);
    infer_init(&column, &ctx->mem, "c", flags);
}

static automl_dataset *taken(const uint8_t *keep, int64_t n)
{
    struct dataset_builder *b = NULL;
    automl_dataset *d = NULL;
    assert_int_equal(dataset_builder_create(ctx, n, &b, NULL), AUTOML_OK);
    assert_int_equal(infer_give(&column, keep, n, b, NULL), AUTOML_OK);
    assert_int_equal(dataset_builder_finish(b, NULL, NULL, &d, NULL), AUTOML_OK);
    return d;
}

/* The cells as text, joined by '|'. */
static void assert_cells(enum column_type type, const char *expected)
{
    char text[512] = "", buffer[DATE_PRINT_BYTES];
    automl_dataset *d = taken(NULL, column.n);
    for (int64_t i = 0; i < d->n_rows; i++) {
        if (i > 0)
            strcat(text, "|");
        strcat(text, column_text(&d->cols[0], i, buffer));
    }
    assert_int_equal(d->cols[0].type, type);
    dataset_unref(d);
    assert_string_equal(text, expected);
}

static void check(uint32_t flags, const char *cells, enum column_type type, const char *expected)
{
    begin(flags);
    assert_true(feed(cells));
    assert_cells(type, expected);
}

static void numbers_stay_numbers(void **state)
{
    (void)state;
    check(0, "1|2.50||NA|+3| 4 |1e2|-0.5", COLUMN_NUMERIC, "1|2.5|||3|4|100|-0.5");
    check(0, "||nan", COLUMN_NUMERIC, "||");
    check(0, "NA|7", COLUMN_NUMERIC, "|7");
}

static void a_late_text_brings_every_spelling_back(void **state)
{
    (void)state;
    check(0, "1|2.50||NA|+3| 4 |1e2|inf|x|NA", COLUMN_CATEGORICAL, "1|2.50|||+3| 4 |1e2|inf|x|");
    check(0, "5|7|007", COLUMN_CATEGORICAL, "5|7|007");
    check(0, "1|9007199254740993", COLUMN_CATEGORICAL, "1|9007199254740993");
}

static void dates_are_read_and_brought_back(void **state)
{
    (void)state;
    check(
        0, "2020-01-31||NA|2020/02/01 10:00", COLUMN_DATETIME, "2020-01-31T00:00:00Z|||2020-02-01T10:00:00Z");
    check(0, "2020-01-31|2020/02/01 10:00|soon", COLUMN_CATEGORICAL, "2020-01-31|2020/02/01 10:00|soon");
    check(0, "2020-01-31|5", COLUMN_CATEGORICAL, "2020-01-31|5");
    check(0, "5|2020-01-31", COLUMN_CATEGORICAL, "5|2020-01-31");
    check(0, "2020-13-01", COLUMN_CATEGORICAL, "2020-13-01");
}

static void booleans_need_one_case(void **state)
{
    (void)state;
    check(0, "True||False|True", COLUMN_BOOLEAN, "True||False|True");
    check(0, "TRUE|TRUE", COLUMN_BOOLEAN, "TRUE|TRUE");
    check(0, "true|False", COLUMN_CATEGORICAL, "true|False");
    check(0, "true|True|false", COLUMN_CATEGORICAL, "true|True|false");
    check(0, "true|yes", COLUMN_CATEGORICAL, "true|yes");
}

static void markers_are_classes_of_a_target(void **state)
{
    (void)state;
    check(INFER_TARGET, "NA||null|b", COLUMN_CATEGORICAL, "NA||null|b");
    check(INFER_TARGET, "1|2|NA", COLUMN_CATEGORICAL, "1|2|NA");
    check(INFER_TARGET, "1||0", COLUMN_NUMERIC, "1||0");
}

static void ids_are_plain_integers_or_text(void **state)
{
    (void)state;
    check(INFER_ID, "12|7", COLUMN_NUMERIC, "12|7");
    check(INFER_ID, "12|7.50", COLUMN_CATEGORICAL, "12|7.50");
    check(INFER_ID, "2020-01-01|2020-01-02", COLUMN_CATEGORICAL, "2020-01-01|2020-01-02");
    check(INFER_ID, "true|false", COLUMN_CATEGORICAL, "true|false");
    check(INFER_ID, "+1|2", COLUMN_CATEGORICAL, "+1|2");
}

static void kept_markers_are_missing_only_among_values(void **state)
{
    (void)state;
    check(INFER_KEEP_MARKERS, "NA|1|NULL", COLUMN_NUMERIC, "|1|");
    check(INFER_KEEP_MARKERS, "NA|1|NULL|x|nan|", COLUMN_CATEGORICAL, "NA|1|NULL|x|nan|");
}

static void quotes_hide_markers_but_not_numbers(void **state)
{
    (void)state;
    assert_true(infer_add_text(&column, "5", 1, true, 2));
    assert_true(infer_add_text(&column, "", 0, true, 3));
    assert_int_equal(infer_type(&column), COLUMN_NUMERIC);
    assert_true(infer_add_text(&column, "NA", 2, true, 4));
    assert_true(infer_add_text(&column, " ", 1, true, 5));
    assert_cells(COLUMN_CATEGORICAL, "5||NA| ");
}

static void what_is_no_date_is_dropped_on_request(void **state)
{
    (void)state;
    begin(INFER_ONLY_DATES);
    assert_true(feed("|5|2020-01-01"));
    assert_true(infer_add_double(&column, 5, 9));
    assert_int_equal(column.phase, INFER_DROPPED);
    assert_int_equal(column.n, 4);
    begin(INFER_ONLY_DATES);
    assert_true(feed("|2020-01-01"));
    assert_int_equal(infer_type(&column), COLUMN_DATETIME);
}

static void infinite_numbers_are_reported_by_line(void **state)
{
    (void)state;
    assert_true(feed("1|-inf|1e999"));
    assert_int_equal(infer_check(&column, "line", &err), AUTOML_E_DATA);
    assert_non_null(strstr(err.message, "column 'c' is infinite in line 3"));
    assert_string_equal(err.where, "line 3, column 'c'");
    assert_true(feed("text"));
    assert_int_equal(infer_check(&column, "line", &err), AUTOML_OK);
}

static void the_cell_that_made_it_text_is_remembered(void **state)
{
    (void)state;
    assert_true(feed("1||2|what a long text this is, longer than is shown \xc3\xa4|5"));
    assert_int_equal(column.broken_line, 5);
    assert_int_equal(column.broken_after, 2);
    assert_int_equal(strlen(column.broken_text), INFER_SHOWN_BYTES - 1);
}

static void database_values_of_all_classes_mix(void **state)
{
    (void)state;
    assert_true(infer_add_integer(&column, 5, 1));
    assert_true(infer_add_double(&column, 2.5, 2));
    assert_true(infer_add_missing(&column));
    assert_int_equal(infer_type(&column), COLUMN_NUMERIC);
    assert_true(infer_add_integer(&column, INT64_MAX, 4));
    assert_true(infer_add_double(&column, 0.5, 5));
    assert_true(infer_add_integer(&column, INT64_MIN, 6));
    assert_cells(COLUMN_CATEGORICAL, "5|2.5||9223372036854775807|0.5|-9223372036854775808");
}

static void real_ids_become_text(void **state)
{
    (void)state;
    begin(INFER_ID);
    assert_true(infer_add_double(&column, 5, 1));
    assert_int_equal(infer_type(&column), COLUMN_NUMERIC);
    assert_true(infer_add_double(&column, 5.5, 2));
    assert_cells(COLUMN_CATEGORICAL, "5|5.5");
}

static void numbers_become_dates_on_request(void **state)
{
    (void)state;
    bool no_memory;
    assert_true(infer_add_integer(&column, 86400, 1));
    assert_true(infer_add_missing(&column));
    assert_true(infer_numbers_to_dates(&column, false, &no_memory));
    assert_cells(COLUMN_DATETIME, "1970-01-02|");
    begin(0);
    assert_true(infer_add_double(&column, 2440587.5, 1));
    assert_true(infer_add_double(&column, 2451545, 2));
    assert_true(infer_numbers_to_dates(&column, true, &no_memory));
    assert_cells(COLUMN_DATETIME, "1970-01-01T00:00:00Z|2000-01-01T12:00:00Z");
    begin(0);
    assert_true(infer_add_double(&column, 1e15, 1));
    assert_false(infer_numbers_to_dates(&column, false, &no_memory));
    assert_false(no_memory);
    assert_int_equal(column.phase, INFER_NUMBERS);
}

static void levels_are_those_of_the_rows_that_stay(void **state)
{
    (void)state;
    static const uint8_t keep[] = {0, 1, 0, 1, 1};
    assert_true(feed("a|b||c|b"));
    automl_dataset *d = taken(keep, 3);
    assert_int_equal(d->cols[0].n_levels, 2);
    assert_string_equal(d->cols[0].levels[0], "b");
    assert_string_equal(d->cols[0].levels[1], "c");
    assert_int_equal(d->cols[0].codes[2], 0);
    dataset_unref(d);
}

static bool give(struct infer_column *c)
{
    struct dataset_builder *b = NULL;
    bool ok = dataset_builder_create(ctx, c->n, &b, NULL) == AUTOML_OK &&
              infer_give(c, NULL, c->n, b, NULL) == AUTOML_OK;
    dataset_builder_free(b);
    return ok;
}

static void survives_each_failing_allocation(void **state)
{
    (void)state;
    static const char *const inputs[] = {
        "1|2.50|NA|x|y", "2020-01-01|2020/01/02|x", "true|false", "1.25|2", ""};
    for (int32_t i = 0; i < 5; i++) {
        bool happened = true;
        for (int64_t nth = 1; happened; nth++) {
            begin(INFER_KEEP_MARKERS);
            fault_once(&fault, nth);
            bool ok = feed(inputs[i]) && give(&column);
            happened = fault_happened(&fault);
            assert_int_equal(ok, !happened);
            fault_off(&fault);
            infer_free(&column);
            assert_int_equal(fault_blocks(&fault), 1); /* the context */
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_stay_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(a_late_text_brings_every_spelling_back, setup, teardown),
        cmocka_unit_test_setup_teardown(dates_are_read_and_brought_back, setup, teardown),
        cmocka_unit_test_setup_teardown(booleans_need_one_case, setup, teardown),
        cmocka_unit_test_setup_teardown(markers_are_classes_of_a_target, setup, teardown),
        cmocka_unit_test_setup_teardown(ids_are_plain_integers_or_text, setup, teardown),
        cmocka_unit_test_setup_teardown(kept_markers_are_missing_only_among_values, setup, teardown),
        cmocka_unit_test_setup_teardown(quotes_hide_markers_but_not_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_date_is_dropped_on_request, setup, teardown),
        cmocka_unit_test_setup_teardown(infinite_numbers_are_reported_by_line, setup, teardown),
        cmocka_unit_test_setup_teardown(the_cell_that_made_it_text_is_remembered, setup, teardown),
        cmocka_unit_test_setup_teardown(database_values_of_all_classes_mix, setup, teardown),
        cmocka_unit_test_setup_teardown(real_ids_become_text, setup, teardown),
        cmocka_unit_test_setup_teardown(numbers_become_dates_on_request, setup, teardown),
        cmocka_unit_test_setup_teardown(levels_are_those_of_the_rows_that_stay, setup, teardown),
        cmocka_unit_test_setup_teardown(survives_each_failing_allocation, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
