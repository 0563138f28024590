/* test_select.c - what the selectors do beyond or unlike scikit-learn; their agreement is tested in
 * tests/oracle. */
#include "ops/operator.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "op_support.h"
#include "ops/shared/f_classif.h"

static struct mem m;

static int begin(void **state)
{
    (void)state;
    mem_init(&m, &allocator_system);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    return mem_used(&m) == 0 ? 0 : -1;
}

/* Fitted on x, the operator keeps exactly these columns, shared. */
static void keeps(
    const char *name, const char *settings, struct frame *x, const int32_t *y, const int32_t *cols, int32_t n)
{
    struct op *op = op_fitted(&m, name, settings, x, y, 2);
    struct frame *out = op_output(op, x);
    assert_int_equal(out->n_cols, n);
    for (int32_t j = 0; j < n; j++) {
        assert_ptr_equal(out->cols[j].x, x->cols[cols[j]].x);
        assert_ptr_equal(out->cols[j].codes, x->cols[cols[j]].codes);
    }
    assert_rows_agree(op, x, out);
    frame_unref(out);
    op_unref(op);
}

/* Columns: noise, the class itself, constant; then a category with missing cells. */
static struct frame *mixed(void)
{
    const double numbers[] = {1, 0, 5, 2, 0, 5, 1, 1, 5, 2, 1, 5};
    const int32_t codes[] = {0, -1, 1, 1};
    struct frame *parts[] = {frame_of_numbers(&m, numbers, 4, 3), frame_of_codes(&m, codes, 4, 1, 2)};
    struct frame *x = frame_union(&m, parts, 2);
    frame_unref(parts[0]);
    frame_unref(parts[1]);
    return x;
}

static const int32_t Y[] = {0, 0, 1, 1};

static void percentile_keeps_categories_and_the_column_that_separates(void **state)
{
    (void)state;
    const int32_t expected[] = {1, 3};
    struct frame *x = mixed();
    keeps("select_percentile", "{\"percentile\": 34}", x, Y, expected, 2);
    frame_unref(x);
}

static void percentile_keeps_at_least_one_numeric_column(void **state)
{
    (void)state;
    const double same[] = {1, 1, 1, 2, 2, 2, 1, 1, 1, 5, 5, 5};
    const int32_t first[] = {0};
    struct frame *x = frame_of_numbers(&m, same, 4, 3);
    keeps("select_percentile", "{\"percentile\": 1}", x, Y, first, 1);
    keeps("select_percentile", "{\"percentile\": 0}", x, Y, first, 1);
    frame_unref(x);
}

static void percentile_keeps_perfect_columns_at_an_infinite_threshold(void **state)
{
    (void)state;
    const double perfect[] = {0, 0, 3, 0, 0, 4, 1, 1, 3, 1, 1, 5};
    const int32_t both[] = {0, 1};
    struct frame *x = frame_of_numbers(&m, perfect, 4, 3);
    keeps("select_percentile", "{\"percentile\": 67}", x, Y, both, 2);
    frame_unref(x);
}

static void percentile_leaves_missing_cells_out_of_the_score(void **state)
{
    (void)state;
    const double holes[] = {NAN, 1, 3, 2, 5, NAN, 8, 7}, present[] = {1, 3, 2, 5, 8, 7};
    const int32_t y[] = {1, 0, 0, 1, 1, 0, 1, 0}, y_present[] = {0, 0, 1, 1, 1, 0};
    struct frame *a = frame_of_numbers(&m, holes, 8, 1), *b = frame_of_numbers(&m, present, 6, 1);
    for (int32_t k = 2; k < 5; k++) {
        struct op_fit in = {.x = a, .y = y, .n_classes = k, .stop = &stop_never, .mem = &m};
        double f = 0, g = 1;
        assert_int_equal(f_classif(&in, &f, NULL), AUTOML_OK);
        in.x = b;
        in.y = y_present;
        assert_int_equal(f_classif(&in, &g, NULL), AUTOML_OK);
        assert_true(g > 0 && nearly(f, g, 1e-14));
    }
    frame_unref(a);
    frame_unref(b);
}

static void percentile_refuses_one_class_and_infinite_values(void **state)
{
    (void)state;
    const double v[] = {1, 2, 3, INFINITY};
    const int32_t one[] = {1, 1, 1, 1};
    automl_error *err = automl_error_create();
    struct frame *x = frame_of_numbers(&m, v, 4, 1);
    struct op *op = op_made(NULL, &m, "select_percentile", NULL);
    assert_int_equal(op_fit_on(op, x, one, 2, err), AUTOML_E_DATA);
    assert_non_null(strstr(automl_error_message(err), "same class"));
    assert_int_equal(op_fit_on(op, x, Y, 2, err), AUTOML_E_DATA);
    assert_non_null(strstr(automl_error_message(err), "column 0"));
    assert_int_equal(op_fit_on(op, x, Y, 3, err), AUTOML_E_DATA);
    op_unref(op);
    frame_unref(x);
    automl_error_free(err);
}

static void variance_drops_constant_columns_whatever_their_rounding(void **state)
{
    (void)state;
    double v[2000];
    for (int i = 0; i < 1000; i++) {
        v[2 * i] = i % 7 == 0 ? (double)NAN : 0.1;
        v[2 * i + 1] = i % 2;
    }
    const int32_t second[] = {1};
    struct frame *x = frame_of_numbers(&m, v, 1000, 2);
    keeps("variance_threshold", NULL, x, NULL, second, 1);
    frame_unref(x);
}

static void variance_keeps_categories(void **state)
{
    (void)state;
    const int32_t expected[] = {0, 1, 3}, only[] = {3};
    struct frame *x = mixed();
    keeps("variance_threshold", NULL, x, NULL, expected, 3);
    keeps("variance_threshold", "{\"threshold\": 9}", x, NULL, only, 1);
    frame_unref(x);
}

static void variance_refuses_to_leave_nothing(void **state)
{
    (void)state;
    const double v[] = {1, 1, 1};
    automl_error *err = automl_error_create();
    struct frame *x = frame_of_numbers(&m, v, 3, 1);
    struct op *op = op_made(NULL, &m, "variance_threshold", NULL);
    assert_int_equal(op_fit_on(op, x, NULL, 0, err), AUTOML_E_DATA);
    assert_non_null(strstr(automl_error_message(err), "threshold"));
    assert_string_equal(automl_error_where(err), "variance_threshold");
    op_unref(op);
    frame_unref(x);
    automl_error_free(err);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(percentile_keeps_categories_and_the_column_that_separates),
        TEST(percentile_keeps_at_least_one_numeric_column),
        TEST(percentile_keeps_perfect_columns_at_an_infinite_threshold),
        TEST(percentile_leaves_missing_cells_out_of_the_score),
        TEST(percentile_refuses_one_class_and_infinite_values),
        TEST(variance_drops_constant_columns_whatever_their_rounding),
        TEST(variance_keeps_categories),
        TEST(variance_refuses_to_leave_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
