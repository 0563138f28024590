/* test_pipeline.c - models through the public interface: fitted, asked, stored, asked again. */
#include "api_fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void tells_its_inputs_and_classes(void **state)
{
    struct fixture *f = *state;
    automl_pipeline *p = fixture_pipeline(f);
    assert_int_equal(automl_pipeline_class_count(p), 2);
    assert_string_equal(automl_pipeline_class_name(p, 0), "no");
    assert_string_equal(automl_pipeline_class_name(p, 1), "yes");
    assert_int_equal(automl_pipeline_positive_class(p), 1);
    assert_int_equal(automl_pipeline_input_count(p), 4);
    assert_string_equal(automl_pipeline_input_name(p, 2), "color");
    assert_int_equal(automl_pipeline_input_type(p, 2), AUTOML_COLUMN_CATEGORICAL);
    assert_int_equal(automl_pipeline_input_type(p, 3), AUTOML_COLUMN_BOOLEAN);
    assert_true(automl_pipeline_category_code(p, 2, "red") >= 0);
    assert_int_equal(automl_pipeline_category_code(p, 2, "violet"), -1);
    assert_int_equal(automl_pipeline_category_code(p, 0, "1"), -1);
    assert_int_equal(automl_pipeline_category_code(p, 3, "true"), 1);
    automl_pipeline_free(p);
}

/* The row as automl_predictor_predict_row() wants it. */
static void row_of(const automl_pipeline *p, const automl_dataset *d, int64_t i, double row[4])
{
    char text[64];
    for (int32_t j = 0; j < 4; j++) {
        int32_t column = automl_dataset_column_find(d, automl_pipeline_input_name(p, j));
        row[j] = automl_dataset_value(d, i, column);
        if (automl_pipeline_input_type(p, j) != AUTOML_COLUMN_CATEGORICAL)
            continue;
        automl_dataset_text(d, i, column, text, sizeof text);
        int32_t code = automl_pipeline_category_code(p, j, text);
        row[j] = code >= 0 ? code : (double)NAN;
    }
}

static void one_row_gives_the_same_bits_as_many(void **state)
{
    struct fixture *f = *state;
    automl_pipeline *p = fixture_pipeline(f);
    automl_predictor *r = NULL;
    double proba[2 * FIXTURE_ROWS], one[2], row[4];
    int32_t labels[FIXTURE_ROWS], label = -1;
    assert_ok(f, automl_pipeline_predict_proba(p, f->dataset, 0, proba, 2 * FIXTURE_ROWS, f->err));
    assert_ok(f, automl_pipeline_predict(p, f->dataset, 1, labels, FIXTURE_ROWS, f->err));
    assert_ok(f, automl_predictor_create(p, &r, f->err));
    automl_pipeline_free(p);
    for (int64_t i = 0; i < FIXTURE_ROWS; i++) {
        row_of(p, f->dataset, i, row);
        assert_int_equal(automl_predictor_predict_row(r, row, one, &label), AUTOML_OK);
        assert_memory_equal(one, proba + 2 * i, sizeof one);
        assert_int_equal(label, labels[i]);
        assert_int_equal(automl_predictor_predict_row(r, row, NULL, NULL), AUTOML_OK);
    }
    automl_predictor_free(r);
}

static void learns_the_table(void **state)
{
    struct fixture *f = *state;
    automl_pipeline *p = fixture_pipeline(f);
    automl_dataset *fresh = fixture_dataset(f->ctx, 2);
    double auc = 0, accuracy = 0;
    assert_ok(f, automl_pipeline_evaluate(p, fresh, "roc_auc", &auc, f->err));
    assert_ok(f, automl_pipeline_evaluate(p, fresh, "accuracy", &accuracy, f->err));
    assert_true(auc > 0.95 && auc <= 1);
    assert_true(accuracy > 0.85 && accuracy <= 1);
    assert_int_equal(automl_pipeline_evaluate(p, fresh, "roc_auk", &auc, f->err), AUTOML_E_UNKNOWN_KEY);
    automl_dataset_free(fresh);
    automl_pipeline_free(p);
}

static void names_columns_that_are_not_there(void **state)
{
    struct fixture *f = *state;
    automl_pipeline *p = fixture_pipeline(f);
    automl_dataset *d = NULL;
    const double x[] = {1, 2, 3, 4};
    const char *const names[] = {"b", "a"};
    double proba[4], score;
    assert_ok(f, automl_dataset_from_doubles(f->ctx, x, 2, 2, AUTOML_ROW_MAJOR, names, &d, f->err));
    assert_int_equal(automl_pipeline_predict_proba(p, d, 1, proba, 4, f->err), AUTOML_E_SCHEMA);
    assert_non_null(strstr(automl_error_message(f->err), "color"));
    assert_non_null(strstr(automl_error_message(f->err), "flag"));
    assert_int_equal(automl_pipeline_predict_proba(p, d, 1, proba, 3, f->err), AUTOML_E_RANGE);
    assert_int_equal(automl_pipeline_evaluate(p, d, "accuracy", &score, f->err), AUTOML_E_NOT_FOUND);
    automl_dataset_free(d);
    automl_pipeline_free(p);
}

static void predicts_the_same_after_a_file(void **state)
{
    struct fixture *f = *state;
    automl_pipeline *p = fixture_pipeline(f), *from_file = NULL, *from_memory = NULL;
    automl_buffer *bytes = NULL;
    double a[2 * FIXTURE_ROWS], b[2 * FIXTURE_ROWS];
    char folder[64], path[96];
    fixture_folder(folder);
    snprintf(path, sizeof path, "%s/m.automl", folder);
    assert_ok(f, automl_pipeline_predict_proba(p, f->dataset, 1, a, 2 * FIXTURE_ROWS, f->err));
    assert_ok(f, automl_pipeline_save(p, path, f->err));
    assert_ok(f, automl_pipeline_save_memory(p, &bytes, f->err));
    automl_pipeline_free(p);
    assert_ok(f, automl_pipeline_load(f->ctx, path, &from_file, f->err));
    assert_ok(f, automl_pipeline_predict_proba(from_file, f->dataset, 1, b, 2 * FIXTURE_ROWS, f->err));
    assert_memory_equal(a, b, sizeof a);
    assert_ok(f, automl_pipeline_load_memory(
                     f->ctx, automl_buffer_data(bytes), automl_buffer_size(bytes), &from_memory, f->err));
    assert_ok(f, automl_pipeline_predict_proba(from_memory, f->dataset, 2, b, 2 * FIXTURE_ROWS, f->err));
    assert_memory_equal(a, b, sizeof a);
    automl_pipeline_free(from_file);
    automl_pipeline_free(from_memory);
    automl_buffer_free(bytes);
    assert_int_equal(automl_pipeline_save(NULL, path, NULL), AUTOML_E_ARGUMENT);
    assert_int_equal(automl_pipeline_load(f->ctx, "/nowhere/m.automl", &p, f->err), AUTOML_E_NOT_FOUND);
    fixture_remove(folder);
}

static void damaged_bytes_are_refused(void **state)
{
    struct fixture *f = *state;
    automl_pipeline *p = fixture_pipeline(f), *loaded = NULL;
    automl_buffer *bytes = NULL;
    assert_ok(f, automl_pipeline_save_memory(p, &bytes, f->err));
    int64_t n = automl_buffer_size(bytes);
    unsigned char *copy = malloc((size_t)n);
    assert_non_null(copy);
    for (int64_t at = 0; at < n; at += n / 40 + 1) {
        memcpy(copy, automl_buffer_data(bytes), (size_t)n);
        copy[at] ^= 0x20;
        assert_true(automl_pipeline_load_memory(f->ctx, copy, n, &loaded, f->err) < 0);
        assert_true(automl_pipeline_load_memory(f->ctx, automl_buffer_data(bytes), at, &loaded, f->err) < 0);
    }
    free(copy);
    assert_null(loaded);
    automl_buffer_free(bytes);
    automl_pipeline_free(p);
}

static void describes_itself(void **state)
{
    struct fixture *f = *state;
    automl_pipeline *p = fixture_pipeline(f), *again = NULL;
    automl_buffer *json = NULL, *spec = NULL, *html = NULL;
    double a[2 * FIXTURE_ROWS], b[2 * FIXTURE_ROWS];
    assert_ok(f, automl_pipeline_to_json(p, &json, f->err));
    assert_ok(f, automl_pipeline_spec_json(p, &spec, f->err));
    assert_ok(f, automl_pipeline_html(p, &html, f->err));
    assert_non_null(strstr(automl_buffer_data(json), "\"logistic_regression\""));
    assert_non_null(strstr(automl_buffer_data(html), "<svg"));
    assert_int_equal(strlen(automl_buffer_data(spec)), automl_buffer_size(spec));
    assert_ok(
        f, automl_pipeline_fit(f->ctx, automl_buffer_data(spec), f->dataset, f->params, &again, f->err));
    assert_ok(f, automl_pipeline_predict_proba(p, f->dataset, 1, a, 2 * FIXTURE_ROWS, f->err));
    assert_ok(f, automl_pipeline_predict_proba(again, f->dataset, 1, b, 2 * FIXTURE_ROWS, f->err));
    assert_memory_equal(a, b, sizeof a);
    automl_buffer_free(json);
    automl_buffer_free(spec);
    automl_buffer_free(html);
    automl_pipeline_free(p);
    automl_pipeline_free(again);
}

static void bad_specifications_name_their_place(void **state)
{
    struct fixture *f = *state;
    automl_pipeline *p = NULL;
    assert_int_equal(
        automl_pipeline_fit(f->ctx, "[\"dummy\"", f->dataset, f->params, &p, f->err), AUTOML_E_FORMAT);
    assert_int_equal(
        automl_pipeline_fit(f->ctx, "[\"dumy\"]", f->dataset, f->params, &p, f->err), AUTOML_E_UNKNOWN_KEY);
    assert_non_null(strstr(automl_error_message(f->err), "'dummy'"));
    const char *spec = "[{\"op\": \"logistic_regression\", \"params\": {\"C\": -1}}]";
    assert_int_equal(automl_pipeline_fit(f->ctx, spec, f->dataset, f->params, &p, f->err), AUTOML_E_RANGE);
    assert_non_null(strstr(automl_error_where(f->err), "C"));
    assert_ok(f, automl_params_set_string(f->params, "target_name", "lable", f->err));
    assert_int_equal(
        automl_pipeline_fit(f->ctx, "[\"dummy\"]", f->dataset, f->params, &p, f->err), AUTOML_E_NOT_FOUND);
    assert_null(p);
}

static void predictions_go_to_a_csv_file(void **state)
{
    struct fixture *f = *state;
    automl_pipeline *p = fixture_pipeline(f);
    automl_dataset *d = NULL;
    double proba[2 * FIXTURE_ROWS];
    char folder[64], path[96];
    fixture_folder(folder);
    snprintf(path, sizeof path, "%s/p.csv", folder);
    assert_ok(f, automl_pipeline_predict_csv(p, f->dataset, NULL, path, 1, f->err));
    assert_ok(f, automl_pipeline_predict_proba(p, f->dataset, 1, proba, 2 * FIXTURE_ROWS, f->err));
    assert_ok(f, automl_dataset_from_csv(f->ctx, path, NULL, &d, f->err));
    assert_int_equal(automl_dataset_rows(d), FIXTURE_ROWS);
    assert_int_equal(automl_dataset_columns(d), 4);
    assert_string_equal(automl_dataset_column_name(d, 0), "id");
    assert_string_equal(automl_dataset_column_name(d, 1), "prediction");
    assert_string_equal(automl_dataset_column_name(d, 3), "proba_yes");
    for (int64_t i = 0; i < FIXTURE_ROWS; i++)
        assert_true(automl_dataset_value(d, i, 3) == proba[2 * i + 1]);
    automl_dataset_free(d);
    assert_ok(f, automl_pipeline_predict_csv(p, f->dataset, "color", path, 1, f->err));
    assert_ok(f, automl_dataset_from_csv(f->ctx, path, NULL, &d, f->err));
    assert_string_equal(automl_dataset_column_name(d, 0), "color");
    assert_int_equal(automl_dataset_column_missing(d, 0), automl_dataset_column_missing(f->dataset, 3));
    automl_dataset_free(d);
    assert_int_equal(
        automl_pipeline_predict_csv(p, f->dataset, "colour", path, 1, f->err), AUTOML_E_NOT_FOUND);
    assert_int_equal(
        automl_pipeline_predict_csv(p, f->dataset, NULL, "/nowhere/p.csv", 1, f->err), AUTOML_E_WRITE);
    automl_pipeline_free(p);
    fixture_remove(folder);
}

static void model_outlives_its_context(void **state)
{
    (void)state;
    struct fixture f = {.err = automl_error_create()};
    int32_t label = -1;
    assert_ok(&f, automl_context_create(NULL, &f.ctx, f.err));
    assert_ok(&f, automl_params_create(f.ctx, &f.params, f.err));
    assert_ok(&f, automl_params_set_string(f.params, "target_name", "label", f.err));
    f.dataset = fixture_dataset(f.ctx, 3);
    automl_pipeline *p = NULL;
    assert_ok(&f, automl_pipeline_fit(f.ctx, "[\"dummy\"]", f.dataset, f.params, &p, f.err));
    automl_context_free(f.ctx);
    automl_params_free(f.params);
    automl_dataset_free(f.dataset);
    automl_predictor *r = NULL;
    assert_ok(&f, automl_predictor_create(p, &r, f.err));
    automl_pipeline_free(p);
    assert_int_equal(automl_predictor_predict_row(r, (const double[6]){0}, NULL, &label), AUTOML_OK);
    assert_true(label == 0 || label == 1);
    automl_predictor_free(r);
    automl_error_free(f.err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tells_its_inputs_and_classes, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(one_row_gives_the_same_bits_as_many, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(learns_the_table, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(names_columns_that_are_not_there, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(predicts_the_same_after_a_file, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(damaged_bytes_are_refused, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(describes_itself, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(bad_specifications_name_their_place, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(predictions_go_to_a_csv_file, fixture_setup, fixture_teardown),
        cmocka_unit_test(model_outlives_its_context),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
