/* test_dataset.c - tables through the public interface: built, copied, wrapped, read, written. */
#include "api_fixture.h"

#include <math.h>
#include <stdio.h>

static void builder_keeps_every_type(void **state)
{
    struct fixture *f = *state;
    const automl_dataset *d = f->dataset;
    static const int32_t types[] = {AUTOML_COLUMN_NUMERIC, AUTOML_COLUMN_NUMERIC, AUTOML_COLUMN_NUMERIC,
        AUTOML_COLUMN_CATEGORICAL, AUTOML_COLUMN_BOOLEAN, AUTOML_COLUMN_DATETIME, AUTOML_COLUMN_CATEGORICAL};
    assert_int_equal(automl_dataset_rows(d), FIXTURE_ROWS);
    assert_int_equal(automl_dataset_columns(d), 7);
    for (int32_t j = 0; j < 7; j++)
        assert_int_equal(automl_dataset_column_type(d, j), types[j]);
    assert_int_equal(automl_dataset_column_find(d, "color"), 3);
    assert_int_equal(automl_dataset_column_find(d, "colour"), -1);
    assert_int_equal(automl_dataset_level_count(d, 3), 3);
    assert_int_equal(automl_dataset_level_count(d, 4), 2);
    assert_string_equal(automl_dataset_level(d, 4, 1), "true");
    assert_true(automl_dataset_column_missing(d, 2) > 0);
}

static void cells_as_numbers_and_text(void **state)
{
    struct fixture *f = *state;
    char text[64], cut[5];
    assert_true(automl_dataset_value(f->dataset, 4, 0) == 5);
    assert_true(automl_dataset_value(f->dataset, 1, 5) == 86400e6);
    assert_int_equal(automl_dataset_text(f->dataset, 1, 5, text, sizeof text), 10);
    assert_string_equal(text, "1970-01-02");
    assert_int_equal(automl_dataset_text(f->dataset, 1, 5, cut, sizeof cut), 10);
    assert_string_equal(cut, "1970");
    assert_int_equal(automl_dataset_text(f->dataset, 1, 5, NULL, 0), 10);
}

static void text_is_cut_between_characters(void **state)
{
    struct fixture *f = *state;
    automl_dataset_builder *b = NULL;
    automl_dataset *d = NULL;
    char text[4];
    const char *const s[] = {"a\xc3\xa4\xc3\xb6"};
    assert_ok(f, automl_dataset_builder_create(f->ctx, 1, &b, f->err));
    assert_ok(f, automl_dataset_builder_add_strings(b, "s", s, NULL, f->err));
    assert_ok(f, automl_dataset_builder_finish(b, &d, f->err));
    assert_int_equal(automl_dataset_text(d, 0, 0, text, sizeof text), 5);
    assert_string_equal(text, "a\xc3\xa4");
    assert_int_equal(automl_dataset_text(d, 0, 0, text, 3), 5);
    assert_string_equal(text, "a");
    automl_dataset_builder_free(b);
    automl_dataset_free(d);
}

static void finished_builder_is_closed(void **state)
{
    struct fixture *f = *state;
    automl_dataset_builder *b = NULL;
    automl_dataset *d = NULL, *second = NULL;
    const double x[] = {1, NAN};
    assert_ok(f, automl_dataset_builder_create(f->ctx, 2, &b, f->err));
    assert_ok(f, automl_dataset_builder_add_doubles(b, "x", x, NULL, f->err));
    assert_ok(f, automl_dataset_builder_finish(b, &d, f->err));
    assert_int_equal(automl_dataset_builder_finish(b, &second, f->err), AUTOML_E_STATE);
    assert_int_equal(automl_dataset_builder_add_doubles(b, "y", x, NULL, f->err), AUTOML_E_STATE);
    assert_int_equal(automl_dataset_builder_set_weights(b, x, f->err), AUTOML_E_STATE);
    assert_null(second);
    automl_dataset_builder_free(b);
    assert_int_equal(automl_dataset_column_missing(d, 0), 1);
    automl_dataset_free(d);
}

static void refused_column_names_its_cell(void **state)
{
    struct fixture *f = *state;
    automl_dataset_builder *b = NULL;
    const double x[] = {1, INFINITY};
    const int32_t codes[] = {0, 2};
    const char *const levels[] = {"a", "b"};
    assert_ok(f, automl_dataset_builder_create(f->ctx, 2, &b, f->err));
    assert_int_equal(automl_dataset_builder_add_doubles(b, "x", x, NULL, f->err), AUTOML_E_DATA);
    assert_non_null(strstr(automl_error_where(f->err), "column 'x'"));
    assert_int_equal(automl_dataset_builder_add_codes(b, "c", codes, levels, 2, f->err), AUTOML_E_DATA);
    assert_ok(f, automl_dataset_builder_add_codes(b, "c", (const int32_t[]){1, -1}, levels, 2, f->err));
    assert_int_equal(automl_dataset_builder_add_codes(b, "c", codes, levels, 2, f->err), AUTOML_E_DATA);
    automl_dataset_builder_free(b);
}

static void matrices_of_both_orders_are_equal(void **state)
{
    struct fixture *f = *state;
    const double rows[] = {1, 2, 3, 4, 5, 6}, columns[] = {1, 3, 5, 2, 4, 6};
    automl_dataset *a = NULL, *b = NULL;
    char hash_a[65], hash_b[65];
    assert_ok(f, automl_dataset_from_doubles(f->ctx, rows, 3, 2, AUTOML_ROW_MAJOR, NULL, &a, f->err));
    assert_ok(f, automl_dataset_from_doubles(f->ctx, columns, 3, 2, AUTOML_COLUMN_MAJOR, NULL, &b, f->err));
    assert_ok(f, automl_dataset_sha256(a, hash_a, f->err));
    assert_ok(f, automl_dataset_sha256(b, hash_b, f->err));
    assert_string_equal(hash_a, hash_b);
    assert_int_equal(strlen(hash_a), 64);
    assert_string_equal(automl_dataset_column_name(a, 1), "x1");
    assert_true(automl_dataset_value(a, 2, 1) == 6);
    automl_dataset_free(a);
    automl_dataset_free(b);
}

static void empty_matrices_need_no_memory(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = NULL;
    assert_ok(f, automl_dataset_from_doubles(f->ctx, NULL, 0, 3, AUTOML_ROW_MAJOR, NULL, &d, f->err));
    assert_int_equal(automl_dataset_columns(d), 3);
    automl_dataset_free(d);
    assert_ok(f, automl_dataset_wrap_doubles(f->ctx, NULL, 0, 3, NULL, NULL, NULL, &d, f->err));
    automl_dataset_free(d);
    assert_int_equal(
        automl_dataset_from_doubles(f->ctx, NULL, 3, 0, AUTOML_ROW_MAJOR, NULL, &d, f->err), AUTOML_E_RANGE);
}

static void count_release(void *user)
{
    ++*(int *)user;
}

static void wrapped_memory_is_released_once(void **state)
{
    struct fixture *f = *state;
    const double x[] = {1, 2, 3, 4}, bad[] = {1, INFINITY};
    const char *const names[] = {"p", "q"};
    automl_dataset *d = NULL, *again;
    int released = 0;
    assert_ok(f, automl_dataset_wrap_doubles(f->ctx, x, 2, 2, names, count_release, &released, &d, f->err));
    assert_true(automl_dataset_value(d, 1, 1) == 4);
    again = automl_dataset_ref(d);
    automl_dataset_free(d);
    assert_int_equal(released, 0);
    automl_dataset_free(again);
    assert_int_equal(released, 1);
    assert_int_equal(
        automl_dataset_wrap_doubles(f->ctx, bad, 2, 1, NULL, count_release, &released, &d, f->err),
        AUTOML_E_DATA);
    assert_int_equal(released, 1);
}

static void csv_reads_back_what_was_written(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = NULL;
    char folder[64], path[96], written[64], read[64];
    fixture_folder(folder);
    snprintf(path, sizeof path, "%s/t.csv", folder);
    assert_ok(f, automl_dataset_to_csv(f->dataset, path, f->err));
    assert_ok(f, automl_dataset_from_csv(f->ctx, path, "label", &d, f->err));
    assert_int_equal(automl_dataset_rows(d), FIXTURE_ROWS);
    for (int32_t j = 0; j < 7; j++) {
        assert_int_equal(automl_dataset_column_type(d, j), automl_dataset_column_type(f->dataset, j));
        for (int64_t i = 0; i < FIXTURE_ROWS; i++) {
            automl_dataset_text(f->dataset, i, j, written, sizeof written);
            automl_dataset_text(d, i, j, read, sizeof read);
            assert_string_equal(read, written);
        }
    }
    automl_dataset_free(d);
    assert_int_equal(automl_dataset_from_csv(f->ctx, path, "lable", &d, f->err), AUTOML_E_NOT_FOUND);
    assert_non_null(strstr(automl_error_message(f->err), "'label'"));
    assert_int_equal(automl_dataset_to_csv(f->dataset, "/nowhere/t.csv", f->err), AUTOML_E_WRITE);
    fixture_remove(folder);
}

static void loading_obeys_the_window(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = NULL;
    char folder[64], path[96];
    fixture_folder(folder);
    snprintf(path, sizeof path, "%s/t.csv", folder);
    assert_ok(f, automl_dataset_to_csv(f->dataset, path, f->err));
    assert_int_equal(automl_dataset_load(f->ctx, f->params, &d, f->err), AUTOML_E_ARGUMENT);
    assert_string_equal(automl_error_where(f->err), "feature_table_name");
    assert_ok(f, automl_params_set_string(f->params, "feature_table_name", path, f->err));
    assert_ok(f, automl_params_set_string(f->params, "start_date", "1970-01-11", f->err));
    assert_ok(f, automl_params_set_string(f->params, "end_date", "1970-01-20", f->err));
    assert_ok(f, automl_dataset_load(f->ctx, f->params, &d, f->err));
    assert_int_equal(automl_dataset_rows(d), 10);
    assert_true(automl_dataset_value(d, 0, automl_dataset_column_find(d, "id")) == 11);
    automl_dataset_free(d);
    fixture_remove(folder);
}

static void resampling_follows_the_rule(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = NULL;
    int64_t counts[2] = {0, 0};
    int32_t rule = -1;
    double fraction = 0;
    assert_ok(f, automl_balance_rule((const int64_t[]){1, 99}, 2, &rule, &fraction, f->err));
    assert_int_equal(rule, AUTOML_BALANCE_UNDERSAMPLE);
    assert_true(fraction == 0.01);
    assert_ok(f, automl_balance_rule((const int64_t[]){1, 100}, 2, &rule, NULL, f->err));
    assert_int_equal(rule, AUTOML_BALANCE_OVERSAMPLE);
    assert_ok(f, automl_balance_rule((const int64_t[]){1, 3}, 2, &rule, NULL, f->err));
    assert_int_equal(rule, AUTOML_BALANCE_NONE);
    assert_ok(
        f, automl_balancer_resample(f->ctx, f->dataset, "label", "random_over_sampler", 1, 5, &d, f->err));
    int32_t label = automl_dataset_column_find(d, "label");
    for (int64_t i = 0; i < automl_dataset_rows(d); i++)
        counts[(int)automl_dataset_value(d, i, label)]++;
    assert_int_equal(counts[0], counts[1]);
    assert_true(counts[0] + counts[1] > FIXTURE_ROWS);
    automl_dataset_free(d);
    assert_ok(f, automl_balancer_resample(f->ctx, f->dataset, "label", NULL, 1, 5, &d, f->err));
    assert_int_equal(automl_dataset_rows(d), FIXTURE_ROWS);
    automl_dataset_free(d);
    assert_int_equal(automl_balancer_resample(f->ctx, f->dataset, "label", "smite", 1, 5, &d, f->err),
        AUTOML_E_UNKNOWN_KEY);
    assert_int_equal(
        automl_balancer_resample(f->ctx, f->dataset, "label", NULL, 2, 5, &d, f->err), AUTOML_E_RANGE);
    assert_int_equal(
        automl_balancer_resample(f->ctx, f->dataset, "day", NULL, 1, 5, &d, f->err), AUTOML_E_DATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(builder_keeps_every_type, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(cells_as_numbers_and_text, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(text_is_cut_between_characters, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(finished_builder_is_closed, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(refused_column_names_its_cell, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(matrices_of_both_orders_are_equal, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(empty_matrices_need_no_memory, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(wrapped_memory_is_released_once, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(csv_reads_back_what_was_written, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(loading_obeys_the_window, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(resampling_follows_the_rule, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
