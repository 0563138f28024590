/* test_schema.c - dictionaries, classes, the positive class, and datasets seen through a schema. */
#include "data/schema.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/fault_allocator.h"

enum { ROWS = 6 };

static const double NUMBERS[ROWS] = {1.5, NAN, 3, 4, 5, 6};
static const double FLAGS[ROWS] = {1, 0, NAN, 1, 0, 0};
static const char *const TEXTS[ROWS] = {"red", "blue", "blue", NULL, "a", "red"};
static const int64_t TIMES[ROWS] = {0, DATE_DAY_US, DATE_MISSING, DATE_DAY_US / 2, 0, 0};
static const double TARGET[ROWS] = {10, 2, 2, NAN, 10, 2};

static struct fault_allocator fault;
static automl_context *ctx;
static automl_error err;

static int setup(void **state)
{
    (void)state;
    fault_init(&fault);
    const struct allocator hooks = fault_hooks(&fault);
    err = (automl_error){0};
    return context_create(&hooks, &ctx, NULL);
}

static int teardown(void **state)
{
    (void)state;
    context_unref(ctx);
    return fault_clean(&fault) ? 0 : -1;
}

static automl_status build(automl_dataset **out)
{
    struct dataset_builder *b = NULL;
    automl_status status;
    TRY(dataset_builder_create(ctx, ROWS, &b, NULL));
    TRY_DONE(dataset_builder_add_doubles(b, "amount", NUMBERS, NULL, NULL));
    TRY_DONE(dataset_builder_add_strings(b, "colour", TEXTS, NULL, NULL));
    TRY_DONE(dataset_builder_add_booleans(b, "flag", FLAGS, "no", "yes", NULL));
    TRY_DONE(dataset_builder_add_dates(b, "time", TIMES, NULL, NULL));
    TRY_DONE(dataset_builder_add_doubles(b, "class", TARGET, NULL, NULL));
    return dataset_builder_finish(b, NULL, NULL, out, NULL);
done:
    dataset_builder_free(b);
    return status;
}

/* One column of texts, two rows. */
static automl_dataset *texts(const char *name, const char *a, const char *b)
{
    struct dataset_builder *builder = NULL;
    automl_dataset *d = NULL;
    const char *const cells[] = {a, b};
    assert_int_equal(dataset_builder_create(ctx, 2, &builder, NULL), AUTOML_OK);
    assert_int_equal(dataset_builder_add_strings(builder, name, cells, NULL, NULL), AUTOML_OK);
    assert_int_equal(dataset_builder_finish(builder, NULL, NULL, &d, NULL), AUTOML_OK);
    return d;
}

static automl_dataset *numbers(const char *name, double a, double b)
{
    struct dataset_builder *builder = NULL;
    automl_dataset *d = NULL;
    const double cells[] = {a, b};
    assert_int_equal(dataset_builder_create(ctx, 2, &builder, NULL), AUTOML_OK);
    assert_int_equal(dataset_builder_add_doubles(builder, name, cells, NULL, NULL), AUTOML_OK);
    assert_int_equal(dataset_builder_finish(builder, NULL, NULL, &d, NULL), AUTOML_OK);
    return d;
}

static struct schema *learned(const automl_dataset *d, const int32_t *cols, int32_t n)
{
    struct schema *s = NULL;
    assert_int_equal(schema_create(&ctx->mem, d, cols, n, NULL, 0, &s, &err), AUTOML_OK);
    return s;
}

static automl_dataset *built(void)
{
    automl_dataset *d = NULL;
    assert_int_equal(build(&d), AUTOML_OK);
    return d;
}

static const int32_t FEATURES[] = {0, 1, 2, 3};

static bool same(double a, double b)
{
    return (isnan(a) && isnan(b)) || a == b;
}

static void dictionaries_list_the_most_frequent_levels_first(void **state)
{
    (void)state;
    static const int32_t rows[] = {0, 1, 2, 4};
    automl_dataset *d = built();
    struct schema *all = learned(d, FEATURES, 4), *some = NULL;
    assert_int_equal(schema_create(&ctx->mem, d, FEATURES, 2, rows, 4, &some, NULL), AUTOML_OK);
    static const char *const expected[] = {"blue", "red", "a"}, *const in_rows[] = {"blue", "a", "red"};
    assert_int_equal(all->cols[1].n_levels, 3);
    for (int32_t i = 0; i < 3; i++) {
        assert_string_equal(all->cols[1].levels[i], expected[i]);
        assert_string_equal(some->cols[1].levels[i], in_rows[i]);
        assert_int_equal(schema_code(all, 1, expected[i], strlen(expected[i])), i);
    }
    assert_int_equal(schema_code(all, 1, "green", 5), -1);
    assert_int_equal(schema_code(all, 1, "re", 2), -1);
    assert_int_equal(schema_find(all, "time"), 3);
    assert_int_equal(schema_find(all, "class"), -1);
    schema_free(all);
    schema_free(some);
    dataset_unref(d);
}

static void numeric_classes_are_sorted_by_value(void **state)
{
    (void)state;
    automl_dataset *d = built();
    struct schema *s = learned(d, FEATURES, 4);
    int32_t y[ROWS];
    assert_int_equal(schema_set_target(s, d, 4, NULL, 0, &err), AUTOML_OK);
    assert_int_equal(s->n_classes, 2);
    assert_string_equal(s->classes[0], "2");
    assert_string_equal(s->classes[1], "10");
    schema_encode_target(s, d, 4, y);
    static const int32_t expected[] = {1, 0, 0, -1, 1, 0};
    assert_memory_equal(y, expected, sizeof y);
    schema_free(s);
    dataset_unref(d);
}

static void other_classes_are_sorted_by_bytes(void **state)
{
    (void)state;
    automl_dataset *d = texts("t", "b", "10"), *other = texts("t", "c", "b");
    struct schema *s = learned(d, NULL, 0);
    int32_t y[2];
    assert_int_equal(schema_set_target(s, d, 0, NULL, 0, &err), AUTOML_OK);
    assert_string_equal(s->classes[0], "10");
    assert_string_equal(s->classes[1], "b");
    schema_encode_target(s, other, 0, y);
    assert_int_equal(y[0], -1);
    assert_int_equal(y[1], 1);
    schema_free(s);
    dataset_unref(other);
    dataset_unref(d);
}

static void one_class_and_dates_are_no_target(void **state)
{
    (void)state;
    static const int32_t rows[] = {1, 2, 3};
    automl_dataset *d = built();
    struct schema *s = learned(d, FEATURES, 4);
    assert_int_equal(schema_set_target(s, d, 4, rows, 3, &err), AUTOML_E_DATA);
    assert_non_null(strstr(err.message, "only the class '2'"));
    assert_int_equal(schema_set_target(s, d, 4, rows + 2, 1, &err), AUTOML_E_DATA);
    assert_int_equal(schema_set_target(s, d, 3, NULL, 0, &err), AUTOML_E_DATA);
    assert_null(s->target);
    schema_free(s);
    dataset_unref(d);
}

static int32_t positive_of(const char *a, const char *b, const char *label, int64_t n0, int64_t n1)
{
    automl_dataset *d = texts("t", a, b);
    struct schema *s = learned(d, NULL, 0);
    const int64_t counts[] = {n0, n1};
    assert_int_equal(schema_set_target(s, d, 0, NULL, 0, NULL), AUTOML_OK);
    automl_status status = schema_set_positive(s, label, counts, &err);
    int32_t positive = status < 0 ? (int32_t)status : s->positive;
    schema_free(s);
    dataset_unref(d);
    return positive;
}

static void the_positive_class_follows_the_contract(void **state)
{
    (void)state;
    assert_int_equal(positive_of("1", "2", NULL, 9, 1), 0);
    assert_int_equal(positive_of("No", "YES", NULL, 1, 9), 1);
    assert_int_equal(positive_of("False", "True", NULL, 1, 9), 1);
    assert_int_equal(positive_of("bad", "good", NULL, 3, 7), 0);
    assert_int_equal(positive_of("bad", "good", NULL, 7, 3), 1);
    assert_int_equal(positive_of("bad", "good", NULL, 5, 5), 1);
    assert_int_equal(positive_of("1", "yes", NULL, 3, 7), 0);
    assert_int_equal(positive_of("0", "1", "0", 3, 7), 0);
    assert_int_equal(positive_of("0", "1", "2", 3, 7), AUTOML_E_NOT_FOUND);
    assert_non_null(strstr(err.message, "'0' and '1'"));
}

static void several_classes_have_no_positive_one(void **state)
{
    (void)state;
    automl_dataset *d = built();
    struct schema *s = learned(d, FEATURES, 4);
    const int64_t counts[] = {1, 2, 3};
    assert_int_equal(schema_set_target(s, d, 1, NULL, 0, NULL), AUTOML_OK);
    assert_int_equal(schema_set_positive(s, NULL, counts, &err), AUTOML_OK);
    assert_int_equal(s->positive, -1);
    assert_int_equal(schema_set_positive(s, "red", counts, &err), AUTOML_E_CONFLICT);
    assert_int_equal(schema_set_positive(s, "rde", counts, &err), AUTOML_E_NOT_FOUND);
    schema_free(s);
    dataset_unref(d);
}

static void a_frame_has_the_values_in_schema_order(void **state)
{
    (void)state;
    static const int32_t cols[] = {3, 1, 0, 2};
    static const double days[] = {0, 1, NAN, 0.5, 0, 0}, codes[] = {1, 0, 0, NAN, 2, 1};
    automl_dataset *d = built();
    struct schema *s = learned(d, cols, 4);
    struct frame *f = NULL;
    assert_int_equal(schema_frame(s, d, NULL, 0, &f, &err), AUTOML_OK);
    assert_ptr_equal(f->cols[2].x, d->cols[0].x);
    dataset_unref(d); /* the frame keeps it */
    assert_int_equal(f->n_rows, ROWS);
    assert_int_equal(f->cols[1].kind, FRAME_CATEGORY);
    assert_int_equal(f->cols[1].n_levels, 3);
    for (int32_t i = 0; i < ROWS; i++) {
        assert_true(same(frame_value(f, 0, i), days[i]));
        assert_true(same(frame_value(f, 1, i), codes[i]));
        assert_true(same(frame_value(f, 2, i), NUMBERS[i]));
        assert_true(same(frame_value(f, 3, i), FLAGS[i]));
    }
    frame_unref(f);
    schema_free(s);
}

static void a_frame_of_some_rows_keeps_the_base_of_all(void **state)
{
    (void)state;
    static const int32_t rows[] = {5, 0};
    automl_dataset *d = built();
    struct schema *s = learned(d, FEATURES, 4);
    struct frame *f = NULL;
    assert_int_equal(schema_frame(s, d, rows, 2, &f, &err), AUTOML_OK);
    assert_int_equal(f->n_rows, 2);
    assert_true(frame_value(f, 0, 0) == 6 && frame_value(f, 0, 1) == 1.5);
    assert_ptr_equal(f->cols[0].x, d->cols[0].x);
    frame_unref(f);
    schema_free(s);
    dataset_unref(d);
}

static double framed(const struct schema *s, automl_dataset *d, int64_t row)
{
    struct frame *f = NULL;
    assert_int_equal(schema_frame(s, d, NULL, 0, &f, &err), AUTOML_OK);
    double x = frame_value(f, 0, row);
    frame_unref(f);
    dataset_unref(d);
    return x;
}

static void unseen_levels_are_missing(void **state)
{
    (void)state;
    automl_dataset *d = texts("c", "a", "b");
    struct schema *s = learned(d, (const int32_t[]){0}, 1);
    assert_true(isnan(framed(s, texts("c", "z", "b"), 0)));
    assert_true(framed(s, texts("c", "z", "b"), 1) == 1);
    assert_true(isnan(framed(s, texts("c", "y", "z"), 1)));
    schema_free(s);
    dataset_unref(d);
}

static void types_that_can_be_understood_are_accepted(void **state)
{
    (void)state;
    automl_dataset *d = texts("c", "a", "12"), *n = numbers("c", 1, 0);
    struct schema *text = learned(d, (const int32_t[]){0}, 1), *number = learned(n, (const int32_t[]){0}, 1);
    assert_true(framed(text, numbers("c", 12, 13), 0) == schema_code(text, 0, "12", 2));
    assert_true(isnan(framed(text, numbers("c", NAN, NAN), 0)));
    assert_true(isnan(framed(number, texts("c", NULL, NULL), 0)));
    dataset_unref(d);
    dataset_unref(n);
    schema_free(text);
    schema_free(number);
}

static void new_numbers_are_unseen_levels_where_some_levels_are_numbers(void **state)
{
    (void)state;
    automl_dataset *tickets = texts("ticket", "A/5 21171", "113803"),
                   *days = texts("day", "2024-01-31", "no");
    struct schema *ticket = learned(tickets, (const int32_t[]){0}, 1);
    struct schema *day = learned(days, (const int32_t[]){0}, 1);
    struct frame *f = NULL;
    assert_true(isnan(framed(ticket, numbers("ticket", 999999, NAN), 0)));
    assert_true(framed(ticket, numbers("ticket", 999999, 113803), 1) == schema_code(ticket, 0, "113803", 6));
    automl_dataset *other = numbers("day", 1, 2);
    assert_int_equal(schema_frame(day, other, NULL, 0, &f, &err), AUTOML_E_SCHEMA);
    dataset_unref(other);
    dataset_unref(tickets);
    dataset_unref(days);
    schema_free(ticket);
    schema_free(day);
}

static void booleans_and_numbers_stand_in_for_each_other(void **state)
{
    (void)state;
    automl_dataset *d = built(), *n = numbers("flag", 1, 0);
    struct schema *flag = learned(d, (const int32_t[]){2}, 1), *number = learned(n, (const int32_t[]){0}, 1);
    assert_true(framed(number, dataset_ref(d), 0) == 1);
    assert_true(framed(flag, dataset_ref(n), 0) == 1);
    assert_true(framed(flag, texts("flag", "maybe", "yes"), 1) == 1);
    assert_true(isnan(framed(flag, texts("flag", "maybe", "yes"), 0)));
    schema_free(flag);
    schema_free(number);
    dataset_unref(n);
    dataset_unref(d);
}

static void every_misfit_is_named(void **state)
{
    (void)state;
    automl_dataset *d = built(), *other = texts("amount", "much", "little");
    struct schema *s = learned(d, FEATURES, 4);
    struct frame *f = NULL;
    assert_int_equal(schema_frame(s, other, NULL, 0, &f, &err), AUTOML_E_SCHEMA);
    assert_non_null(strstr(err.message, "column 'amount' is categorical instead of numeric"));
    assert_non_null(strstr(err.message, "column 'colour' is missing"));
    assert_non_null(strstr(err.message, "column 'time' is missing"));
    assert_null(f);
    dataset_unref(other);
    other = numbers("colour", 1, 2);
    assert_int_equal(schema_frame(s, other, NULL, 0, &f, &err), AUTOML_E_SCHEMA);
    assert_non_null(strstr(err.message, "column 'colour' is numeric instead of categorical"));
    dataset_unref(other);
    schema_free(s);
    dataset_unref(d);
}

static automl_status everything(void)
{
    automl_dataset *d = NULL;
    struct schema *s = NULL;
    struct frame *f = NULL;
    static const int32_t rows[] = {4, 0};
    automl_status status = build(&d);
    if (status == AUTOML_OK)
        status = schema_create(&ctx->mem, d, FEATURES, 4, NULL, 0, &s, NULL);
    if (status == AUTOML_OK)
        status = schema_set_target(s, d, 4, NULL, 0, NULL);
    if (status == AUTOML_OK)
        status = schema_frame(s, d, rows, 2, &f, NULL);
    frame_unref(f);
    schema_free(s);
    dataset_unref(d);
    return status;
}

static void survives_each_failing_allocation(void **state)
{
    (void)state;
    bool happened = true;
    int64_t nth = 0;
    while (happened) {
        fault_once(&fault, ++nth);
        automl_status status = everything();
        happened = fault_happened(&fault);
        assert_int_equal(status, happened ? AUTOML_E_MEMORY : AUTOML_OK);
        assert_int_equal(fault_blocks(&fault), 1); /* the context */
    }
    assert_true(nth > 50);
    fault_off(&fault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(dictionaries_list_the_most_frequent_levels_first, setup, teardown),
        cmocka_unit_test_setup_teardown(numeric_classes_are_sorted_by_value, setup, teardown),
        cmocka_unit_test_setup_teardown(other_classes_are_sorted_by_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(one_class_and_dates_are_no_target, setup, teardown),
        cmocka_unit_test_setup_teardown(the_positive_class_follows_the_contract, setup, teardown),
        cmocka_unit_test_setup_teardown(several_classes_have_no_positive_one, setup, teardown),
        cmocka_unit_test_setup_teardown(a_frame_has_the_values_in_schema_order, setup, teardown),
        cmocka_unit_test_setup_teardown(a_frame_of_some_rows_keeps_the_base_of_all, setup, teardown),
        cmocka_unit_test_setup_teardown(unseen_levels_are_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(types_that_can_be_understood_are_accepted, setup, teardown),
        cmocka_unit_test_setup_teardown(
            new_numbers_are_unseen_levels_where_some_levels_are_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(booleans_and_numbers_stand_in_for_each_other, setup, teardown),
        cmocka_unit_test_setup_teardown(every_misfit_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(survives_each_failing_allocation, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
