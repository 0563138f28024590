/* test_dataset.c - reading, hashing and taking rows of datasets. */
#include "data/dataset.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "support/fault_allocator.h"

enum { ROWS = 4 };

static const double NUMBERS[ROWS] = {1.5, NAN, -0.0, 1e300};
static const double FLAGS[ROWS] = {1, 0, NAN, 1};
static const char *const TEXTS[ROWS] = {"red", NULL, "blue", "red"};
static const int64_t TIMES[ROWS] = {0, DATE_DAY_US, DATE_MISSING, 1};

static struct fault_allocator fault;
static automl_context *ctx;

static int setup(void **state)
{
    (void)state;
    fault_init(&fault);
    const struct allocator hooks = fault_hooks(&fault);
    return context_create(&hooks, &ctx, NULL);
}

static int teardown(void **state)
{
    (void)state;
    context_unref(ctx);
    return fault_clean(&fault) ? 0 : -1;
}

static automl_status build(automl_dataset **out, automl_error *err)
{
    struct dataset_builder *b = NULL;
    automl_status status;
    TRY(dataset_builder_create(ctx, ROWS, &b, err));
    TRY_DONE(dataset_builder_add_doubles(b, "amount", NUMBERS, NULL, err));
    TRY_DONE(dataset_builder_add_strings(b, "colour", TEXTS, NULL, err));
    TRY_DONE(dataset_builder_add_booleans(b, "flag", FLAGS, "no", "yes", err));
    TRY_DONE(dataset_builder_add_dates(b, "time", TIMES, NULL, err));
    static const double weights[] = {1, 0, 2.5, 1};
    TRY_DONE(dataset_builder_set_weights(b, weights, err));
    return dataset_builder_finish(b, NULL, NULL, out, err);
done:
    dataset_builder_free(b);
    return status;
}

static automl_dataset *built(void)
{
    automl_dataset *d = NULL;
    assert_int_equal(build(&d, NULL), AUTOML_OK);
    return d;
}

static void cells_are_read_as_text(void **state)
{
    (void)state;
    static const char *const expected[4][ROWS] = {{"1.5", "", "-0", "1e+300"}, {"red", "", "blue", "red"},
        {"yes", "no", "", "yes"},
        {"1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z", "", "1970-01-01T00:00:00.000001Z"}};
    automl_dataset *d = built();
    char buffer[DATE_PRINT_BYTES];
    for (int32_t j = 0; j < 4; j++) {
        int64_t missing = 0;
        for (int32_t i = 0; i < ROWS; i++) {
            assert_string_equal(column_text(&d->cols[j], i, buffer), expected[j][i]);
            assert_int_equal(column_missing(&d->cols[j], i), expected[j][i][0] == '\0');
            missing += expected[j][i][0] == '\0';
        }
        assert_int_equal(d->cols[j].n_missing, missing);
    }
    dataset_unref(d);
}

static void columns_are_found_by_name(void **state)
{
    (void)state;
    automl_dataset *d = built();
    automl_error err = {0};
    int32_t j = -1;
    assert_int_equal(dataset_find(d, "flag"), 2);
    assert_int_equal(dataset_find(d, "Flag"), -1);
    assert_int_equal(dataset_require(d, "time", "date", &j, &err), AUTOML_OK);
    assert_int_equal(j, 3);
    assert_int_equal(dataset_require(d, "amout", "target", &j, &err), AUTOML_E_NOT_FOUND);
    assert_non_null(strstr(err.message, "target column 'amout'"));
    assert_non_null(strstr(err.message, "'amount'"));
    assert_int_equal(j, 3);
    dataset_unref(d);
}

static void types_have_names(void **state)
{
    (void)state;
    assert_string_equal(column_type_name(COLUMN_NUMERIC), "numeric");
    assert_string_equal(column_type_name(COLUMN_CATEGORICAL), "categorical");
    assert_string_equal(column_type_name(COLUMN_BOOLEAN), "boolean");
    assert_string_equal(column_type_name(COLUMN_DATETIME), "datetime");
}

static void dates_are_read_with_a_time_if_one_of_them_has_one(void **state)
{
    (void)state;
    static const int64_t days[ROWS] = {0, -DATE_DAY_US, DATE_MISSING, 20 * DATE_DAY_US};
    struct dataset_builder *b = NULL;
    automl_dataset *d = NULL;
    char buffer[DATE_PRINT_BYTES];
    assert_int_equal(dataset_builder_create(ctx, ROWS, &b, NULL), AUTOML_OK);
    assert_int_equal(dataset_builder_add_dates(b, "days", days, NULL, NULL), AUTOML_OK);
    assert_int_equal(dataset_builder_add_dates(b, "times", TIMES, NULL, NULL), AUTOML_OK);
    assert_int_equal(dataset_builder_finish(b, NULL, NULL, &d, NULL), AUTOML_OK);
    assert_string_equal(column_text(&d->cols[0], 1, buffer), "1969-12-31");
    assert_string_equal(column_text(&d->cols[1], 1, buffer), "1970-01-02T00:00:00Z");
    dataset_unref(d);
}

static void rows_are_taken_in_the_given_order(void **state)
{
    (void)state;
    static const int32_t rows[] = {3, 0, 0, 2, 1};
    automl_dataset *d = built(), *t = NULL;
    assert_int_equal(dataset_take(d, rows, 5, &t, NULL), AUTOML_OK);
    char a[DATE_PRINT_BYTES], b[DATE_PRINT_BYTES];
    assert_int_equal(t->n_rows, 5);
    for (int32_t j = 0; j < 4; j++)
        for (int32_t i = 0; i < 5; i++)
            assert_string_equal(column_text(&t->cols[j], i, a), column_text(&d->cols[j], rows[i], b));
    assert_true(t->weights[3] == 2.5 && t->weights[4] == 0);
    dataset_unref(d);
    assert_string_equal(t->cols[1].levels[1], "blue");
    assert_int_equal(dataset_find(t, "colour"), 1);
    dataset_unref(t);
}

static automl_dataset *coded(const int32_t *codes, const char *const *levels, int32_t n_levels, double x)
{
    struct dataset_builder *b = NULL;
    automl_dataset *d = NULL;
    const double number[] = {x, x};
    assert_int_equal(dataset_builder_create(ctx, 2, &b, NULL), AUTOML_OK);
    assert_int_equal(dataset_builder_add_codes(b, "c", codes, levels, n_levels, NULL), AUTOML_OK);
    assert_int_equal(dataset_builder_add_doubles(b, "x", number, NULL, NULL), AUTOML_OK);
    assert_int_equal(dataset_builder_finish(b, NULL, NULL, &d, NULL), AUTOML_OK);
    return d;
}

static void equal_content_has_equal_hashes(void **state)
{
    (void)state;
    static const char *const ab[] = {"a", "b"}, *const zba[] = {"z", "b", "a"};
    static const int32_t one[] = {0, 1}, two[] = {2, 1};
    automl_dataset *d[] = {coded(one, ab, 2, 0.0), coded(two, zba, 3, -0.0)};
    uint8_t a[32], b[32];
    dataset_sha256(d[0], a);
    dataset_sha256(d[1], b);
    assert_memory_equal(a, b, 32);
    dataset_unref(d[0]);
    dataset_unref(d[1]);
}

static void every_difference_changes_the_hash(void **state)
{
    (void)state;
    static const char *const ab[] = {"a", "b"}, *const ab2[] = {"a", "b2"};
    static const int32_t one[] = {0, 1}, two[] = {1, 0}, missing[] = {0, -1};
    automl_dataset *d[] = {coded(one, ab, 2, 0), coded(two, ab, 2, 0), coded(missing, ab, 2, 0),
        coded(one, ab2, 2, 0), coded(one, ab, 2, 1), coded(one, ab, 2, (double)NAN)};
    uint8_t hashes[6][32];
    for (int32_t i = 0; i < 6; i++) {
        dataset_sha256(d[i], hashes[i]);
        for (int32_t j = 0; j < i; j++)
            assert_memory_not_equal(hashes[i], hashes[j], 32);
        dataset_unref(d[i]);
    }
}

/* Computed from the documented bytes with Python's hashlib. */
static void the_hash_is_pinned(void **state)
{
    (void)state;
    static const char *const ab[] = {"a", "b"};
    static const int32_t codes[] = {0, -1};
    automl_dataset *d = coded(codes, ab, 2, 1.5);
    uint8_t digest[32];
    char hex[65];
    dataset_sha256(d, digest);
    sha256_hex(digest, hex);
    assert_string_equal(hex, "053b5ae97fa8df426ce91e661f646d58c1807c83097a8b87d7bccbda1f941af9");
    dataset_unref(d);
}

static void survives_each_failing_allocation(void **state)
{
    (void)state;
    static const int32_t rows[] = {3, 0};
    bool happened = true;
    int64_t nth = 0;
    while (happened) {
        automl_dataset *d = NULL, *t = NULL;
        fault_once(&fault, ++nth);
        automl_status status = build(&d, NULL);
        if (status == AUTOML_OK)
            status = dataset_take(d, rows, 2, &t, NULL);
        happened = fault_happened(&fault);
        assert_int_equal(status, happened ? AUTOML_E_MEMORY : AUTOML_OK);
        dataset_unref(t);
        dataset_unref(d);
        assert_int_equal(fault_blocks(&fault), 1); /* the context */
    }
    assert_true(nth > 20);
    fault_off(&fault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cells_are_read_as_text, setup, teardown),
        cmocka_unit_test_setup_teardown(dates_are_read_with_a_time_if_one_of_them_has_one, setup, teardown),
        cmocka_unit_test_setup_teardown(columns_are_found_by_name, setup, teardown),
        cmocka_unit_test_setup_teardown(types_have_names, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_are_taken_in_the_given_order, setup, teardown),
        cmocka_unit_test_setup_teardown(equal_content_has_equal_hashes, setup, teardown),
        cmocka_unit_test_setup_teardown(every_difference_changes_the_hash, setup, teardown),
        cmocka_unit_test_setup_teardown(the_hash_is_pinned, setup, teardown),
        cmocka_unit_test_setup_teardown(survives_each_failing_allocation, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
