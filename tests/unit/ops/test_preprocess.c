/* test_preprocess.c - what the transformers do beyond or unlike scikit-learn; their agreement is tested in
 * tests/oracle. */
#include "ops/operator.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "op_support.h"

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

/* Fitting and transforming x gives the table. */
static void gives(const char *name, const char *settings, struct frame *x, const double *table, int32_t p)
{
    struct op *op = op_fitted(&m, name, settings, x, NULL, 0);
    struct frame *out = op_output(op, x);
    assert_table(out, table, x->n_rows, p, 1e-15);
    assert_rows_agree(op, x, out);
    frame_unref(out);
    op_unref(op);
}

static void refuses(
    const char *name, const char *settings, struct frame *x, automl_status status, const char *words)
{
    automl_error *err = automl_error_create();
    struct op *op = op_made(NULL, &m, name, settings);
    assert_int_equal(op_fit_on(op, x, NULL, 0, err), status);
    if (!strstr(automl_error_message(err), words))
        fail_msg("'%s' says nothing of '%s'", automl_error_message(err), words);
    op_unref(op);
    automl_error_free(err);
}

/* A numeric column, then a category column with three levels. */
static struct frame *mixed(const double *numbers, const int32_t *codes, int64_t n)
{
    struct frame *parts[] = {frame_of_numbers(&m, numbers, n, 1), frame_of_codes(&m, codes, n, 1, 3)};
    struct frame *x = frame_union(&m, parts, 2);
    frame_unref(parts[0]);
    frame_unref(parts[1]);
    return x;
}

static void scalers_pass_categories_on(void **state)
{
    (void)state;
    const double numbers[] = {1, 3}, standard[] = {-1, 2, 1, NAN}, range[] = {0, 2, 1, NAN};
    const int32_t codes[] = {2, -1};
    struct frame *x = mixed(numbers, codes, 2);
    gives("standard_scaler", NULL, x, standard, 2);
    gives("min_max_scaler", NULL, x, range, 2);
    struct op *op = op_fitted(&m, "standard_scaler", NULL, x, NULL, 0);
    struct frame *out = op_output(op, x);
    assert_ptr_equal(out->cols[1].codes, x->cols[1].codes);
    frame_unref(out);
    op_unref(op);
    frame_unref(x);
}

static void scalers_refuse_infinite_and_overflowing_values(void **state)
{
    (void)state;
    const double infinite[] = {0, 1, 0, INFINITY}, huge[] = {1e308, 1e308, -1e308, 1e308};
    struct frame *x = frame_of_numbers(&m, infinite, 2, 2), *h = frame_of_numbers(&m, huge, 2, 2);
    refuses("standard_scaler", NULL, x, AUTOML_E_DATA, "column 1");
    refuses("min_max_scaler", NULL, x, AUTOML_E_DATA, "column 1");
    refuses("simple_imputer", NULL, x, AUTOML_E_DATA, "column 1");
    refuses("variance_threshold", NULL, x, AUTOML_E_DATA, "column 1");
    refuses("pca", NULL, x, AUTOML_E_DATA, "column 1");
    refuses("standard_scaler", NULL, h, AUTOML_E_DATA, "column 0");
    refuses("min_max_scaler", NULL, h, AUTOML_E_DATA, "column 0");
    refuses("pca", NULL, h, AUTOML_E_DATA, "column 0");
    frame_unref(x);
    frame_unref(h);
}

static void scalers_work_on_one_row(void **state)
{
    (void)state;
    const double row[] = {5, -3}, zero[] = {0, 0};
    struct frame *x = frame_of_numbers(&m, row, 1, 2);
    gives("standard_scaler", NULL, x, zero, 2);
    gives("min_max_scaler", NULL, x, zero, 2);
    frame_unref(x);
}

static void min_max_scaler_refuses_an_empty_range(void **state)
{
    (void)state;
    const double v[] = {1, 2};
    struct frame *x = frame_of_numbers(&m, v, 2, 1);
    refuses("min_max_scaler", "{\"feature_range_min\": 1}", x, AUTOML_E_CONFLICT, "feature_range_min");
    frame_unref(x);
}

static void imputer_fills_categories_with_the_first_of_the_most_frequent(void **state)
{
    (void)state;
    const double numbers[] = {4, NAN, 2, 4, 9}, filled[] = {4, 2, 4, 1, 2, 1, 4, 2, 9, 1};
    const int32_t codes[] = {2, -1, 1, 2, 1};
    struct frame *x = mixed(numbers, codes, 5);
    gives("simple_imputer", "{\"strategy\": \"most_frequent\"}", x, filled, 2);
    frame_unref(x);
}

static void imputer_passes_categories_on_under_other_strategies(void **state)
{
    (void)state;
    const double numbers[] = {4, NAN, 2}, filled[] = {4, 2, 3, NAN, 2, 1};
    const double marked[] = {4, 2, 0, 0, 3, NAN, 1, 1, 2, 1, 0, 0};
    const int32_t codes[] = {2, -1, 1};
    struct frame *x = mixed(numbers, codes, 3);
    gives("simple_imputer", "{\"strategy\": \"mean\"}", x, filled, 2);
    gives("simple_imputer", "{\"add_indicator\": true}", x, marked, 4);
    frame_unref(x);
}

static void imputer_shares_columns_without_missing_cells(void **state)
{
    (void)state;
    const double v[] = {1, NAN, 2, 3};
    struct frame *x = frame_of_numbers(&m, v, 2, 2);
    struct op *op = op_fitted(&m, "simple_imputer", NULL, x, NULL, 0);
    struct frame *out = op_output(op, x);
    assert_ptr_equal(out->cols[0].x, x->cols[0].x);
    assert_ptr_not_equal(out->cols[1].x, x->cols[1].x);
    frame_unref(out);
    op_unref(op);
    frame_unref(x);
}

static void imputer_refuses_an_input_without_any_value(void **state)
{
    (void)state;
    const double v[] = {NAN, NAN}, zero[] = {0, 0};
    struct frame *x = frame_of_numbers(&m, v, 1, 2);
    refuses("simple_imputer", NULL, x, AUTOML_E_DATA, "no column");
    gives("simple_imputer", "{\"keep_empty_features\": true}", x, zero, 2);
    gives("simple_imputer", "{\"strategy\": \"constant\"}", x, zero, 2);
    frame_unref(x);
}

static void encoders_treat_missing_like_unseen(void **state)
{
    (void)state;
    const double numbers[] = {7, 8, 9};
    const int32_t codes[] = {2, -1, 0};
    const double hot[] = {7, 0, 1, 8, 0, 0, 9, 1, 0}, ordinal[] = {7, 1, 8, NAN, 9, 0},
                 marked[] = {7, 1, 8, -1, 9, 0};
    struct frame *x = mixed(numbers, codes, 3);
    gives("one_hot_encoder", NULL, x, hot, 3);
    gives("ordinal_encoder", NULL, x, ordinal, 2);
    gives("ordinal_encoder", "{\"encoded_missing_value\": -1}", x, marked, 2);
    frame_unref(x);
}

static void encoders_accept_rows_with_impossible_codes(void **state)
{
    (void)state;
    const int32_t codes[] = {2, 1, 0};
    const double strange[] = {-1, 3, 2.5, NAN, INFINITY, -INFINITY, 1e300};
    struct frame *x = frame_of_codes(&m, codes, 3, 1, 3);
    struct op *hot = op_fitted(&m, "one_hot_encoder", NULL, x, NULL, 0);
    struct op *ordinal = op_fitted(&m, "ordinal_encoder", NULL, x, NULL, 0);
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        double out[3], number;
        bool inside = strange[i] == 2.5;
        op_apply_row(hot, &strange[i], out, NULL);
        op_apply_row(ordinal, &strange[i], &number, NULL);
        assert_true(out[0] == 0 && out[1] == 0 && out[2] == (inside ? 1 : 0));
        assert_true(inside ? number == 2 : isnan(number));
    }
    op_unref(hot);
    op_unref(ordinal);
    frame_unref(x);
}

static void one_hot_encoder_shares_one_column_when_only_one_is_allowed(void **state)
{
    (void)state;
    const int32_t codes[] = {2, 1, -1};
    const double one[] = {1, 1, 0};
    struct frame *x = frame_of_codes(&m, codes, 3, 1, 3);
    gives("one_hot_encoder", "{\"max_categories\": 1}", x, one, 1);
    frame_unref(x);
}

static void one_hot_encoder_refuses_to_leave_nothing(void **state)
{
    (void)state;
    const int32_t same[] = {1, 1}, missing[] = {-1, -1};
    struct frame *x = frame_of_codes(&m, same, 2, 1, 3), *none = frame_of_codes(&m, missing, 2, 1, 3);
    refuses("one_hot_encoder", "{\"drop\": \"first\"}", x, AUTOML_E_DATA, "no category");
    refuses("one_hot_encoder", NULL, none, AUTOML_E_DATA, "no category");
    frame_unref(x);
    frame_unref(none);
}

static void pca_refuses_more_components_than_there_are(void **state)
{
    (void)state;
    const double v[] = {1, 2, 3, 5, 4, 1};
    struct frame *x = frame_of_numbers(&m, v, 3, 2), *row = frame_of_numbers(&m, v, 1, 2);
    refuses("pca", "{\"n_components\": 3}", x, AUTOML_E_CONFLICT, "at most 2");
    refuses("pca", "{\"n_components\": 1.5}", x, AUTOML_E_RANGE, "whole number");
    refuses("pca", NULL, row, AUTOML_E_DATA, "one row");
    frame_unref(x);
    frame_unref(row);
}

/* Rank 1, wide and tall: the other components are orthonormal, have no scores, and whiten to zero. */
static void pca_completes_directions_without_variance(void **state)
{
    (void)state;
    double tall[6 * 3], wide[3 * 6];
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 3; j++) {
            tall[i * 3 + j] = (i - 2) * (j + 1.0) + j;
            wide[j * 6 + i] = (j - 1) * (i + 1.0) - i;
        }
    struct frame *x[] = {frame_of_numbers(&m, tall, 6, 3), frame_of_numbers(&m, wide, 3, 6)};
    for (int t = 0; t < 4; t++) {
        struct frame *in = x[t % 2];
        struct op *op = op_fitted(&m, "pca", t < 2 ? NULL : "{\"whiten\": true}", in, NULL, 0);
        struct frame *out = op_output(op, in);
        assert_int_equal(out->n_cols, 3);
        assert_true(fabs(frame_value(out, 0, 0)) > 0.5);
        for (int64_t i = 0; i < out->n_rows; i++)
            for (int j = 1; j < 3; j++)
                assert_true(fabs(frame_value(out, j, i)) <= (t < 2 ? 1e-12 : 0));
        assert_rows_agree(op, in, out);
        frame_unref(out);
        op_unref(op);
    }
    frame_unref(x[0]);
    frame_unref(x[1]);
}

static void pca_of_constant_columns_is_zero(void **state)
{
    (void)state;
    const double v[] = {1, 2, 1, 2, 1, 2}, zero[6] = {0};
    struct frame *x = frame_of_numbers(&m, v, 3, 2);
    gives("pca", NULL, x, zero, 2);
    gives("pca", "{\"n_components\": 0.9}", x, zero, 1);
    frame_unref(x);
}

/* More rows than a block and than a tile of the projection, and more components than a tile. */
static void pca_keeps_distances_over_many_blocks(void **state)
{
    (void)state;
    enum { N = 4303, P = 7 };
    static double v[N * P];
    struct rng r = rng_seed(4);
    for (int i = 0; i < N * P; i++)
        v[i] = rng_normal(&r) * (i % P + 1);
    struct frame *x = frame_of_numbers(&m, v, N, P);
    struct op *op = op_fitted(&m, "pca", NULL, x, NULL, 0);
    struct frame *out = op_output(op, x);
    assert_rows_agree(op, x, out);
    for (int64_t i = 0; i + 1 < N; i++) {
        double a = 0, b = 0;
        for (int32_t j = 0; j < P; j++) {
            a += pow(v[i * P + j] - v[(i + 1) * P + j], 2);
            b += pow(frame_value(out, j, i) - frame_value(out, j, i + 1), 2);
        }
        assert_true(nearly(a, b, 1e-12));
    }
    frame_unref(out);
    op_unref(op);
    frame_unref(x);
}

/* Enough cells that column_for hands columns to the pool. */
static void fitting_on_threads_gives_the_same_bits(void **state)
{
    (void)state;
    enum { N = 40000, P = 30 };
    static int32_t y[N];
    const char *names[] = {"standard_scaler", "min_max_scaler", "variance_threshold", "select_percentile"};
    double *v;
    struct pool *pool = NULL;
    struct frame *x = frame_dense(&m, N, P, &v);
    struct rng r = rng_seed(6);
    assert_non_null(x);
    for (int64_t i = 0; i < (int64_t)N * P; i++)
        v[i] = rng_double(&r);
    for (int i = 0; i < N; i++)
        y[i] = (int32_t)rng_below(&r, 3);
    assert_int_equal(pool_create(&m, 3, NULL, NULL, &pool, NULL), AUTOML_OK);
    for (int k = 0; k < 4; k++) {
        struct op *ops[2];
        struct frame *out[2];
        for (int t = 0; t < 2; t++) {
            struct op_fit in = {
                .x = x, .y = y, .n_classes = 3, .stop = &stop_never, .pool = t ? pool : NULL, .mem = &m};
            ops[t] = op_made(NULL, &m, names[k], NULL);
            assert_int_equal(op_fit(ops[t], &in, NULL), AUTOML_OK);
            out[t] = op_output(ops[t], x);
        }
        assert_same_frame(out[0], out[1]);
        for (int t = 0; t < 2; t++) {
            frame_unref(out[t]);
            op_unref(ops[t]);
        }
    }
    pool_free(pool);
    frame_unref(x);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(scalers_pass_categories_on),
        TEST(scalers_refuse_infinite_and_overflowing_values),
        TEST(scalers_work_on_one_row),
        TEST(min_max_scaler_refuses_an_empty_range),
        TEST(imputer_fills_categories_with_the_first_of_the_most_frequent),
        TEST(imputer_passes_categories_on_under_other_strategies),
        TEST(imputer_shares_columns_without_missing_cells),
        TEST(imputer_refuses_an_input_without_any_value),
        TEST(encoders_treat_missing_like_unseen),
        TEST(encoders_accept_rows_with_impossible_codes),
        TEST(one_hot_encoder_shares_one_column_when_only_one_is_allowed),
        TEST(one_hot_encoder_refuses_to_leave_nothing),
        TEST(pca_refuses_more_components_than_there_are),
        TEST(pca_completes_directions_without_variance),
        TEST(pca_of_constant_columns_is_zero),
        TEST(pca_keeps_distances_over_many_blocks),
        TEST(fitting_on_threads_gives_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
