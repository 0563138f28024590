/* test_preprocess.c - preprocessing and selection against scikit-learn 1.2.1 (make_preprocess.py). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "op_support.h"
#include "ops/shared/f_classif.h"

#include "preprocess_fixtures.h"

#define EXACT 1e-12

/* Fits `name` on train and compares its output of `new` with the expected table, also by rows and from
 * shuffled memory. */
static void check_frames(const char *name, const char *settings, struct mem *m, struct frame *train,
    const double *w, struct frame *new, const double *expected, int64_t n, int32_t p)
{
    struct op *op = op_made(NULL, m, name, settings);
    struct op_fit in = {.x = train, .w = w, .rng = rng_seed(1), .stop = &stop_never, .mem = m};
    assert_int_equal(op_fit(op, &in, NULL), AUTOML_OK);
    struct frame *out = op_output(op, new);
    assert_table(out, expected, n, p, EXACT);
    assert_rows_agree(op, new, out);
    struct frame *elsewhere = frame_shuffled(m, new), *again = op_output(op, elsewhere);
    assert_same_frame(out, again);
    struct op *other = op_made(NULL, m, name, settings);
    struct frame *train_elsewhere = frame_shuffled(m, train);
    in.x = train_elsewhere;
    assert_int_equal(op_fit(other, &in, NULL), AUTOML_OK);
    struct frame *from_other = op_output(other, new);
    assert_same_frame(out, from_other);
    struct frame *frames[] = {out, elsewhere, again, train_elsewhere, from_other};
    for (int i = 0; i < 5; i++)
        frame_unref(frames[i]);
    op_unref(op);
    op_unref(other);
}

static void check(const char *name, const char *settings, const double *train, int64_t n_train,
    int32_t p_train, const double *w, const double *new, int64_t n_new, const double *expected, int64_t n,
    int32_t p)
{
    struct mem m;
    mem_init(&m, &allocator_system);
    struct frame *a = frame_of_numbers(&m, train, n_train, p_train);
    struct frame *b = frame_of_numbers(&m, new, n_new, p_train);
    check_frames(name, settings, &m, a, w, b, expected, n, p);
    frame_unref(a);
    frame_unref(b);
    assert_int_equal(mem_used(&m), 0);
}

static void check_codes(const char *name, const char *settings, const double *expected, int64_t n, int32_t p)
{
    struct mem m;
    mem_init(&m, &allocator_system);
    struct frame *a = frame_of_codes(&m, CODES, CODES_ROWS, CODES_COLS, 9);
    struct frame *b = frame_of_codes(&m, CODES_NEW, CODES_NEW_ROWS, CODES_COLS, 9);
    check_frames(name, settings, &m, a, NULL, b, expected, n, p);
    frame_unref(a);
    frame_unref(b);
    assert_int_equal(mem_used(&m), 0);
}

#define CHECK(name, settings, train, w, new, expected)                                                       \
    check(name, settings, train, train##_ROWS, train##_COLS, w, new, new##_ROWS, expected, expected##_ROWS,  \
        expected##_COLS)
#define CHECK_CODES(name, settings, expected)                                                                \
    check_codes(name, settings, expected, expected##_ROWS, expected##_COLS)

static void standard_scaler_matches(void **state)
{
    (void)state;
    CHECK("standard_scaler", NULL, TRAIN, NULL, NEW, STANDARD);
    CHECK("standard_scaler", NULL, MISS, NULL, MISS, STANDARD_MISS);
    CHECK("standard_scaler", "{\"with_std\": false}", TRAIN, NULL, NEW, STANDARD_MEAN_ONLY);
    CHECK("standard_scaler", "{\"with_mean\": false}", TRAIN, NULL, NEW, STANDARD_STD_ONLY);
}

static void standard_scaler_matches_with_weights(void **state)
{
    (void)state;
    CHECK("standard_scaler", NULL, TRAIN, WEIGHTS, NEW, STANDARD_WEIGHTED);
    CHECK("standard_scaler", NULL, MISS, WEIGHTS, MISS, STANDARD_WEIGHTED_MISS);
}

static void min_max_scaler_matches(void **state)
{
    (void)state;
    CHECK("min_max_scaler", NULL, TRAIN, NULL, NEW, MIN_MAX);
    CHECK("min_max_scaler", NULL, MISS, NULL, MISS, MIN_MAX_MISS);
    CHECK("min_max_scaler", "{\"feature_range_min\": -2, \"feature_range_max\": 3, \"clip\": true}", TRAIN,
        NULL, NEW, MIN_MAX_CLIP);
}

static void simple_imputer_matches(void **state)
{
    (void)state;
    CHECK("simple_imputer", NULL, IMPUTE_TRAIN, NULL, IMPUTE_NEW, IMPUTE_MEAN);
    CHECK("simple_imputer", "{\"strategy\": \"median\"}", IMPUTE_TRAIN, NULL, IMPUTE_NEW, IMPUTE_MEDIAN);
    CHECK("simple_imputer", "{\"strategy\": \"most_frequent\"}", IMPUTE_TRAIN, NULL, IMPUTE_NEW,
        IMPUTE_MOST_FREQUENT);
    CHECK("simple_imputer", "{\"strategy\": \"constant\", \"fill_value\": -7.5}", IMPUTE_TRAIN, NULL,
        IMPUTE_NEW, IMPUTE_CONSTANT);
    CHECK("simple_imputer", "{\"keep_empty_features\": true}", IMPUTE_TRAIN, NULL, IMPUTE_NEW,
        IMPUTE_KEEP_EMPTY);
}

static void simple_imputer_matches_with_indicators(void **state)
{
    (void)state;
    CHECK(
        "simple_imputer", "{\"add_indicator\": true}", IMPUTE_TRAIN, NULL, IMPUTE_NEW, IMPUTE_MEAN_INDICATOR);
    CHECK("simple_imputer", "{\"add_indicator\": true, \"strategy\": \"median\"}", IMPUTE_TRAIN, NULL,
        IMPUTE_NEW, IMPUTE_MEDIAN_INDICATOR);
    CHECK("simple_imputer", "{\"add_indicator\": true, \"strategy\": \"most_frequent\"}", IMPUTE_TRAIN, NULL,
        IMPUTE_NEW, IMPUTE_MOST_FREQUENT_INDICATOR);
    CHECK("simple_imputer", "{\"add_indicator\": true, \"strategy\": \"constant\", \"fill_value\": -7.5}",
        IMPUTE_TRAIN, NULL, IMPUTE_NEW, IMPUTE_CONSTANT_INDICATOR);
}

static void one_hot_encoder_matches(void **state)
{
    (void)state;
    CHECK_CODES("one_hot_encoder", NULL, ONE_HOT);
    CHECK_CODES("one_hot_encoder", "{\"min_frequency\": 0.1}", ONE_HOT_MIN_SHARE);
    CHECK_CODES("one_hot_encoder", "{\"min_frequency\": 15}", ONE_HOT_MIN_COUNT);
    CHECK_CODES("one_hot_encoder", "{\"max_categories\": 4}", ONE_HOT_MAX);
    CHECK_CODES("one_hot_encoder", "{\"max_categories\": 6}", ONE_HOT_MAX_EXACT);
    CHECK_CODES("one_hot_encoder", "{\"max_categories\": 3, \"min_frequency\": 0.05}", ONE_HOT_MAX_MIN);
}

static void one_hot_encoder_drops_like_scikit_learn(void **state)
{
    (void)state;
    CHECK_CODES("one_hot_encoder", "{\"drop\": \"first\"}", ONE_HOT_FIRST);
    CHECK_CODES("one_hot_encoder", "{\"drop\": \"if_binary\"}", ONE_HOT_BINARY);
    CHECK_CODES("one_hot_encoder", "{\"drop\": \"first\", \"max_categories\": 3}", ONE_HOT_FIRST_MAX);
    CHECK_CODES("one_hot_encoder", "{\"drop\": \"if_binary\", \"max_categories\": 2}", ONE_HOT_BINARY_MAX);
}

static void ordinal_encoder_matches(void **state)
{
    (void)state;
    CHECK_CODES("ordinal_encoder", NULL, ORDINAL);
    CHECK_CODES("ordinal_encoder", "{\"encoded_missing_value\": -5}", ORDINAL_MISSING);
}

static void pca_matches(void **state)
{
    (void)state;
    CHECK("pca", NULL, PCA_TALL, NULL, PCA_TALL, PCA_TALL_ALL);
    CHECK("pca", "{\"n_components\": 3}", PCA_TALL, NULL, PCA_TALL, PCA_TALL_3);
    CHECK("pca", "{\"n_components\": 0.9}", PCA_TALL, NULL, PCA_TALL, PCA_TALL_SHARE);
    CHECK("pca", "{\"n_components\": 5, \"whiten\": true}", PCA_TALL, NULL, PCA_TALL, PCA_TALL_WHITEN);
}

static void pca_matches_with_fewer_rows_than_columns(void **state)
{
    (void)state;
    CHECK("pca", "{\"n_components\": 7}", PCA_WIDE, NULL, PCA_WIDE, PCA_WIDE_7);
    CHECK("pca", "{\"n_components\": 0.75, \"whiten\": true}", PCA_WIDE, NULL, PCA_WIDE, PCA_WIDE_SHARE);
}

static void check_f_classif(const int32_t *y, int32_t n_classes, const double *expected)
{
    struct mem m;
    double scores[SELECT_COLS];
    mem_init(&m, &allocator_system);
    struct frame *x = frame_of_numbers(&m, SELECT, SELECT_ROWS, SELECT_COLS);
    struct op_fit in = {.x = x, .y = y, .n_classes = n_classes, .stop = &stop_never, .mem = &m};
    assert_int_equal(f_classif(&in, scores, NULL), AUTOML_OK);
    for (int j = 0; j < SELECT_COLS; j++)
        assert_true(nearly(scores[j], expected[j], EXACT));
    frame_unref(x);
    assert_int_equal(mem_used(&m), 0);
}

static void f_classif_matches(void **state)
{
    (void)state;
    check_f_classif(SELECT_Y, 3, F_CLASSIF);
    check_f_classif(SELECT_Y, 5, F_CLASSIF); /* classes without rows do not count */
    int32_t two[SELECT_ROWS];
    for (int i = 0; i < SELECT_ROWS; i++)
        two[i] = SELECT_Y[i] > 0;
    check_f_classif(two, 2, F_CLASSIF_TWO);
}

/* The output must be the columns that are marked; where none is, the one column `alone`. */
static void assert_support(const struct op *op, struct frame *x, const int32_t *support, int32_t alone)
{
    struct frame *out = op_output(op, x);
    int32_t at = 0, total = 0;
    for (int32_t j = 0; j < x->n_cols; j++)
        total += support[j];
    for (int32_t j = 0; j < x->n_cols; j++)
        if (support[j] || (total == 0 && j == alone))
            assert_ptr_equal(out->cols[at++].x, x->cols[j].x);
    assert_int_equal(out->n_cols, at);
    assert_rows_agree(op, x, out);
    frame_unref(out);
}

static void select_percentile_matches(void **state)
{
    (void)state;
    struct mem m;
    mem_init(&m, &allocator_system);
    struct frame *x = frame_of_numbers(&m, SELECT, SELECT_ROWS, SELECT_COLS);
    int32_t best = 0;
    for (int32_t j = 1; j < SELECT_COLS; j++)
        best = F_CLASSIF[j] > F_CLASSIF[best] ? j : best;
    for (int i = 0; i < SUPPORT_ROWS; i++) {
        struct op *op = op_made(NULL, &m, "select_percentile", NULL);
        assert_int_equal(params_set_real(op->params, "percentile", PERCENTILES[i], NULL), AUTOML_OK);
        assert_int_equal(op_fit_on(op, x, SELECT_Y, 3, NULL), AUTOML_OK);
        assert_support(op, x, SUPPORT + i * SELECT_COLS, best);
        op_unref(op);
    }
    frame_unref(x);
    assert_int_equal(mem_used(&m), 0);
}

static void check_variance(const double *table, const int32_t *supports)
{
    struct mem m;
    mem_init(&m, &allocator_system);
    struct frame *x = frame_of_numbers(&m, table, SELECT_ROWS, SELECT_COLS);
    for (int i = 0; i < VARIANCE_SUPPORT_ROWS; i++) {
        struct op *op = op_made(NULL, &m, "variance_threshold", NULL);
        assert_int_equal(params_set_real(op->params, "threshold", THRESHOLDS[i], NULL), AUTOML_OK);
        assert_int_equal(op_fit_on(op, x, NULL, 0, NULL), AUTOML_OK);
        assert_support(op, x, supports + i * SELECT_COLS, -1);
        op_unref(op);
    }
    frame_unref(x);
    assert_int_equal(mem_used(&m), 0);
}

static void variance_threshold_matches(void **state)
{
    (void)state;
    check_variance(SELECT, VARIANCE_SUPPORT);
    check_variance(SELECT_MISS, VARIANCE_SUPPORT_MISS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(standard_scaler_matches),
        cmocka_unit_test(standard_scaler_matches_with_weights),
        cmocka_unit_test(min_max_scaler_matches),
        cmocka_unit_test(simple_imputer_matches),
        cmocka_unit_test(simple_imputer_matches_with_indicators),
        cmocka_unit_test(one_hot_encoder_matches),
        cmocka_unit_test(one_hot_encoder_drops_like_scikit_learn),
        cmocka_unit_test(ordinal_encoder_matches),
        cmocka_unit_test(pca_matches),
        cmocka_unit_test(pca_matches_with_fewer_rows_than_columns),
        cmocka_unit_test(f_classif_matches),
        cmocka_unit_test(select_percentile_matches),
        cmocka_unit_test(variance_threshold_matches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
