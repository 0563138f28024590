/* test_dataset_builder.c - what a builder accepts and refuses, and who owns what. */
#include "data/dataset.h"

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
static struct dataset_builder *builder;
static automl_error err;

static int setup(void **state)
{
    (void)state;
    fault_init(&fault);
    const struct allocator hooks = fault_hooks(&fault);
    err = (automl_error){0};
    if (context_create(&hooks, &ctx, NULL) < 0)
        return -1;
    return dataset_builder_create(ctx, 2, &builder, NULL);
}

static int teardown(void **state)
{
    (void)state;
    dataset_builder_free(builder);
    builder = NULL;
    context_unref(ctx);
    return fault_clean(&fault) ? 0 : -1;
}

static automl_dataset *finished(void)
{
    automl_dataset *d = NULL;
    struct dataset_builder *b = builder;
    builder = NULL;
    assert_int_equal(dataset_builder_finish(b, NULL, NULL, &d, &err), AUTOML_OK);
    return d;
}

static void assert_said(const char *part)
{
    if (!strstr(err.message, part))
        fail_msg("'%s' is not in '%s'", part, err.message);
}

static void names_must_be_unique_and_valid(void **state)
{
    (void)state;
    static const double x[] = {1, 2};
    assert_int_equal(dataset_builder_add_doubles(builder, "a", x, NULL, &err), AUTOML_OK);
    assert_int_equal(dataset_builder_add_doubles(builder, "a", x, NULL, &err), AUTOML_E_DATA);
    assert_said("two columns are called 'a'");
    assert_int_equal(dataset_builder_add_doubles(builder, "", x, NULL, &err), AUTOML_E_DATA);
    assert_int_equal(dataset_builder_add_doubles(builder, NULL, x, NULL, &err), AUTOML_E_DATA);
    assert_said("column 2");
    assert_int_equal(dataset_builder_add_doubles(builder, "\xff", x, NULL, &err), AUTOML_E_DATA);
    assert_int_equal(dataset_builder_add_doubles(builder, "b", x, NULL, &err), AUTOML_OK);
    automl_dataset *d = finished();
    assert_int_equal(d->n_cols, 2);
    dataset_unref(d);
}

static void infinite_numbers_are_refused_by_place(void **state)
{
    (void)state;
    static const double x[] = {1, -INFINITY};
    static const uint8_t hidden[] = {0, 1}, shown[] = {1, 0};
    assert_int_equal(dataset_builder_add_doubles(builder, "x", x, NULL, &err), AUTOML_E_DATA);
    assert_said("row 2 of column 'x'");
    assert_string_equal(err.where, "row 2, column 'x'");
    assert_int_equal(dataset_builder_add_doubles(builder, "x", x, shown, &err), AUTOML_E_DATA);
    assert_int_equal(dataset_builder_add_doubles(builder, "x", x, hidden, &err), AUTOML_OK);
    automl_dataset *d = finished();
    assert_true(isnan(d->cols[0].x[1]));
    dataset_unref(d);
}

static int64_t releases;

static void count_release(void *user)
{
    releases += user == &releases;
}

static void wrapped_numbers_stay_the_hosts(void **state)
{
    (void)state;
    double x[] = {1, NAN}, y[] = {INFINITY, 0};
    automl_dataset *d = NULL;
    releases = 0;
    assert_int_equal(dataset_builder_wrap_doubles(builder, "x", x, &err), AUTOML_OK);
    assert_int_equal(dataset_builder_wrap_doubles(builder, "y", y, &err), AUTOML_E_DATA);
    struct dataset_builder *b = builder;
    builder = NULL;
    assert_int_equal(dataset_builder_finish(b, count_release, &releases, &d, &err), AUTOML_OK);
    assert_ptr_equal(d->cols[0].x, x);
    assert_int_equal(d->cols[0].n_missing, 1);
    assert_true(d->wrapped && d->cols[0].borrowed);
    dataset_ref(d);
    dataset_unref(d);
    assert_int_equal(releases, 0);
    dataset_unref(d);
    assert_int_equal(releases, 1);
}

static void strings_get_levels_by_first_appearance(void **state)
{
    (void)state;
    static const char *const s[] = {"b", "a"}, *const t[] = {"", NULL}, *const bad[] = {"a", "\xc3("};
    static const uint8_t missing[] = {1, 0};
    assert_int_equal(dataset_builder_add_strings(builder, "s", s, NULL, &err), AUTOML_OK);
    assert_int_equal(dataset_builder_add_strings(builder, "t", t, NULL, &err), AUTOML_OK);
    assert_int_equal(dataset_builder_add_strings(builder, "u", s, missing, &err), AUTOML_OK);
    assert_int_equal(dataset_builder_add_strings(builder, "v", bad, NULL, &err), AUTOML_E_DATA);
    assert_said("row 2 of column 'v'");
    automl_dataset *d = finished();
    assert_string_equal(d->cols[0].levels[0], "b");
    assert_int_equal(d->cols[0].codes[1], 1);
    assert_int_equal(d->cols[1].codes[0], 0); /* an empty string that is not NULL is a level */
    assert_int_equal(d->cols[1].codes[1], -1);
    assert_int_equal(d->cols[2].n_levels, 1);
    dataset_unref(d);
}

static void codes_must_be_levels(void **state)
{
    (void)state;
    static const char *const levels[] = {"p", "q"}, *const twice[] = {"p", "p"};
    static const int32_t good[] = {1, -5}, bad[] = {0, 2};
    assert_int_equal(dataset_builder_add_codes(builder, "c", bad, levels, 2, &err), AUTOML_E_DATA);
    assert_said("row 2 of column 'c' has code 2");
    assert_int_equal(dataset_builder_add_codes(builder, "c", good, twice, 2, &err), AUTOML_E_DATA);
    assert_said("twice");
    assert_int_equal(dataset_builder_add_codes(builder, "c", good, levels, 2, &err), AUTOML_OK);
    static const int32_t none[] = {-1, -1};
    assert_int_equal(dataset_builder_add_codes(builder, "empty", none, NULL, 0, &err), AUTOML_OK);
    automl_dataset *d = finished();
    assert_int_equal(d->cols[0].codes[1], -1);
    assert_int_equal(d->cols[1].n_missing, 2);
    dataset_unref(d);
}

static void booleans_are_0_1_or_missing(void **state)
{
    (void)state;
    static const double good[] = {0, NAN}, bad[] = {1, 0.5};
    assert_int_equal(dataset_builder_add_booleans(builder, "f", bad, NULL, NULL, &err), AUTOML_E_DATA);
    assert_said("row 2 of boolean column 'f'");
    assert_int_equal(dataset_builder_add_booleans(builder, "f", good, "x", "x", &err), AUTOML_E_DATA);
    assert_int_equal(dataset_builder_add_booleans(builder, "f", good, NULL, NULL, &err), AUTOML_OK);
    automl_dataset *d = finished();
    assert_string_equal(d->cols[0].levels[0], "false");
    assert_string_equal(d->cols[0].levels[1], "true");
    dataset_unref(d);
}

static void weights_are_numbers_from_0_on(void **state)
{
    (void)state;
    static const double negative[] = {1, -1}, missing[] = {NAN, 1}, zero[] = {0, 0}, good[] = {0, 2};
    assert_int_equal(dataset_builder_set_weights(builder, negative, &err), AUTOML_E_DATA);
    assert_said("row 2");
    assert_int_equal(dataset_builder_set_weights(builder, missing, &err), AUTOML_E_DATA);
    assert_int_equal(dataset_builder_set_weights(builder, zero, &err), AUTOML_E_DATA);
    assert_int_equal(dataset_builder_set_weights(builder, good, &err), AUTOML_OK);
    assert_int_equal(dataset_builder_set_weights(builder, good, &err), AUTOML_OK);
}

static void sizes_out_of_range_and_empty_datasets_are_refused(void **state)
{
    (void)state;
    struct dataset_builder *b = NULL;
    automl_dataset *d = NULL;
    assert_int_equal(dataset_builder_create(ctx, -1, &b, &err), AUTOML_E_RANGE);
    assert_int_equal(dataset_builder_create(ctx, (int64_t)INT32_MAX + 1, &b, &err), AUTOML_E_RANGE);
    assert_null(b);
    b = builder;
    builder = NULL;
    assert_int_equal(dataset_builder_finish(b, NULL, NULL, &d, &err), AUTOML_E_DATA);
    assert_null(d);
}

static void a_dataset_may_have_no_rows(void **state)
{
    (void)state;
    struct dataset_builder *b = NULL;
    automl_dataset *d = NULL;
    assert_int_equal(dataset_builder_create(ctx, 0, &b, &err), AUTOML_OK);
    assert_int_equal(dataset_builder_add_doubles(b, "x", NULL, NULL, &err), AUTOML_OK);
    assert_int_equal(dataset_builder_finish(b, NULL, NULL, &d, &err), AUTOML_OK);
    assert_int_equal(d->n_rows, 0);
    dataset_unref(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_must_be_unique_and_valid, setup, teardown),
        cmocka_unit_test_setup_teardown(infinite_numbers_are_refused_by_place, setup, teardown),
        cmocka_unit_test_setup_teardown(wrapped_numbers_stay_the_hosts, setup, teardown),
        cmocka_unit_test_setup_teardown(strings_get_levels_by_first_appearance, setup, teardown),
        cmocka_unit_test_setup_teardown(codes_must_be_levels, setup, teardown),
        cmocka_unit_test_setup_teardown(booleans_are_0_1_or_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(weights_are_numbers_from_0_on, setup, teardown),
        cmocka_unit_test_setup_teardown(sizes_out_of_range_and_empty_datasets_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_dataset_may_have_no_rows, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
