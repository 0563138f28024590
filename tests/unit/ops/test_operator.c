/* test_operator.c - the life of an operator: checks before fit and use, errors, what a model file holds, the
 * host's own. */
#include "ops/operator.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault_allocator.h"
#include "op_support.h"

/* A transformer that adds its setting to every column, and a classifier that answers with the class shares.
 */
enum { SHIFT };

static const struct param_spec shift_specs[] = {
    [SHIFT] =
        {.key = "shift", .type = PARAM_REAL, .min = -100, .max = 100, .def = 1, .help = "what is added"},
};
static const struct param_schema shift_schema = {.title = "shifter", .specs = shift_specs, .n = 1};
static const struct param_schema shares_schema = {.title = "shares", .specs = NULL, .n = 0};

static void no_estimate(const struct params *p, const struct op_shape *s, struct op_cost *out)
{
    (void)p;
    *out = (struct op_cost){.state_bytes = 8 * s->p, .out = *s};
}

static automl_status shift_fit(struct op *op, const struct op_fit *in, automl_error *err)
{
    if (in->n_classes == 77)
        return error_set(err, AUTOML_E_NUMERIC, "it does not converge");
    op->n_out = in->n_classes == 78 ? 0 : op->n_in;
    *(double *)op->state = params_real(op->params, SHIFT);
    return AUTOML_OK;
}

static automl_status shift_transform(const struct op *op, struct frame *x, struct mem *mem,
    const struct stop *stop, struct frame **out, automl_error *err)
{
    (void)stop;
    double *y;
    *out = frame_dense(mem, x->n_rows, x->n_cols, &y);
    if (!*out)
        return error_memory(err);
    for (int32_t j = 0; j < x->n_cols; j++)
        for (int64_t i = 0; i < x->n_rows; i++)
            y[j * x->n_rows + i] = frame_value(x, j, i) + *(double *)op->state;
    return AUTOML_OK;
}

static void shift_row(const struct op *op, const double *in, double *out, double *scratch)
{
    (void)scratch;
    for (int32_t j = 0; j < op->n_in; j++)
        out[j] = in[j] + *(double *)op->state;
}

static void shift_save(const struct op *op, struct writer *w)
{
    write_f64(w, *(double *)op->state);
}

static automl_status shift_load(struct op *op, struct reader *r, automl_error *err)
{
    *(double *)op->state = read_f64(r);
    return reader_status(r, err);
}

static const struct op_class shifter = {
    .name = "shifter",
    .summary = "adds a number",
    .kind = OP_TRANSFORMER,
    .state_format = 3,
    .state_size = sizeof(double),
    .params = &shift_schema,
    .estimate = no_estimate,
    .fit = shift_fit,
    .transform = shift_transform,
    .apply_row = shift_row,
    .save = shift_save,
    .load = shift_load,
};

struct shares {
    double *p;
};

static automl_status shares_fit(struct op *op, const struct op_fit *in, automl_error *err)
{
    struct shares *s = op->state;
    s->p = NEW_ZEROS(op->mem, in->n_classes, double);
    if (!s->p)
        return error_memory(err);
    for (int64_t i = 0; i < in->x->n_rows; i++)
        s->p[in->y[i]] += 1.0 / (double)in->x->n_rows;
    return AUTOML_OK;
}

static automl_status shares_proba(const struct op *op, struct frame *x, struct mem *mem,
    const struct stop *stop, double *proba, automl_error *err)
{
    (void)mem, (void)stop, (void)err;
    const struct shares *s = op->state;
    for (int64_t i = 0; i < x->n_rows; i++)
        memcpy(proba + i * op->n_classes, s->p, (size_t)op->n_classes * sizeof(double));
    return AUTOML_OK;
}

static void shares_row(const struct op *op, const double *in, double *out, double *scratch)
{
    (void)in, (void)scratch;
    const struct shares *s = op->state;
    memcpy(out, s->p, (size_t)op->n_classes * sizeof(double));
}

static void shares_save(const struct op *op, struct writer *w)
{
    const struct shares *s = op->state;
    write_f64s(w, s->p, op->n_classes);
}

static automl_status shares_load(struct op *op, struct reader *r, automl_error *err)
{
    struct shares *s = op->state;
    s->p = read_f64s(r, op->n_classes, NULL);
    return reader_status(r, err);
}

static void shares_clear(struct op *op)
{
    struct shares *s = op->state;
    mem_free(op->mem, s->p);
}

static const struct op_class shares = {
    .name = "shares",
    .summary = "class shares",
    .kind = OP_CLASSIFIER,
    .traits = OP_NEEDS_NON_NEGATIVE,
    .state_format = 1,
    .state_size = sizeof(struct shares),
    .params = &shares_schema,
    .estimate = no_estimate,
    .fit = shares_fit,
    .predict_proba = shares_proba,
    .apply_row = shares_row,
    .save = shares_save,
    .load = shares_load,
    .clear = shares_clear,
};

struct fixture {
    struct fault_allocator faults;
    struct allocator hooks;
    automl_context *ctx;
    struct mem *m;
    automl_error *err;
};

static const double TABLE[] = {1, 2, 3, 4, 5, 6};
static const int32_t Y[] = {0, 1, 1};

static void free_copy(struct mem *m, struct op_class *cls)
{
    mem_free(m, cls);
}

static void add_class(struct fixture *f, const struct op_class *cls)
{
    struct op_class *copy = mem_copy(&f->ctx->mem, cls, 1, sizeof *cls);
    assert_int_equal(operator_register(f->ctx, copy, free_copy, NULL), AUTOML_OK);
}

static int begin(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    fault_init(&f->faults);
    f->hooks = fault_hooks(&f->faults);
    f->err = automl_error_create();
    if (context_create(&f->hooks, &f->ctx, f->err) < 0)
        return -1;
    f->m = &f->ctx->mem;
    add_class(f, &shifter);
    add_class(f, &shares);
    *state = f;
    return 0;
}

static int finish(void **state)
{
    struct fixture *f = *state;
    context_unref(f->ctx);
    bool clean = fault_clean(&f->faults);
    automl_error_free(f->err);
    free(f);
    return clean ? 0 : -1;
}

/* Fitting `name` on x must fail so, at its name. */
static void refuses(
    struct fixture *f, const char *name, struct op_fit in, automl_status status, const char *words)
{
    struct op *op = op_made(f->ctx, f->m, name, NULL);
    in.stop = in.stop ? in.stop : &stop_never;
    in.mem = f->m;
    assert_int_equal(op_fit(op, &in, f->err), status);
    assert_string_equal(automl_error_where(f->err), name);
    if (!strstr(automl_error_message(f->err), words))
        fail_msg("'%s' says nothing of '%s'", automl_error_message(f->err), words);
    assert_false(op->fitted);
    op_unref(op);
}

static void refuses_data_that_the_traits_exclude(void **state)
{
    struct fixture *f = *state;
    const double holes[] = {1, 2, 3, NAN}, negative[] = {1, -2, 3, 4}, huge[] = {1, 2, INFINITY, 4};
    const int32_t codes[] = {0, 1, 1, 0};
    struct frame *x[] = {frame_of_numbers(f->m, holes, 2, 2), frame_of_numbers(f->m, negative, 2, 2),
        frame_of_numbers(f->m, huge, 2, 2), frame_of_codes(f->m, codes, 2, 2, 2)};
    struct op_fit in = {.y = Y, .n_classes = 2};
    in.x = x[0];
    refuses(f, "shifter", in, AUTOML_E_DATA, "column 1 of the input has missing");
    in.x = x[1];
    refuses(f, "shares", in, AUTOML_E_DATA, "column 1 of the input has negative");
    in.x = x[2];
    refuses(f, "shifter", in, AUTOML_E_DATA, "column 0 of the input holds infinite");
    in.x = x[3];
    refuses(f, "shifter", in, AUTOML_E_DATA, "column 0 of the input is a category");
    for (int i = 0; i < 4; i++)
        frame_unref(x[i]);
}

static void refuses_an_empty_input(void **state)
{
    struct fixture *f = *state;
    struct frame *no_rows = frame_of_numbers(f->m, TABLE, 0, 2),
                 *no_cols = frame_of_numbers(f->m, TABLE, 3, 0);
    refuses(f, "shifter", (struct op_fit){.x = no_rows}, AUTOML_E_DATA, "0 rows");
    refuses(f, "shifter", (struct op_fit){.x = no_cols}, AUTOML_E_DATA, "0 columns");
    frame_unref(no_rows);
    frame_unref(no_cols);
}

static void refuses_impossible_targets(void **state)
{
    struct fixture *f = *state;
    struct frame *x = frame_of_numbers(f->m, TABLE, 3, 2);
    const int32_t outside[] = {0, 2, 1};
    struct op_fit in = {.x = x, .y = Y, .n_classes = 1};
    refuses(f, "shares", in, AUTOML_E_DATA, "fewer than two classes");
    in.n_classes = 3;
    refuses(f, "shares", in, AUTOML_E_DATA, "3 classes");
    in.n_classes = 2;
    in.y = NULL;
    refuses(f, "shares", in, AUTOML_E_ARGUMENT, "NULL");
    in.y = outside;
    refuses(f, "shares", in, AUTOML_E_ARGUMENT, "row 1");
    frame_unref(x);
}

static void refuses_impossible_weights(void **state)
{
    struct fixture *f = *state;
    struct frame *x = frame_of_numbers(f->m, TABLE, 3, 2);
    const double negative[] = {1, -1, 1}, missing[] = {1, 1, NAN}, zero[] = {0, 0, 0};
    struct op_fit in = {.x = x, .w = negative};
    refuses(f, "shifter", in, AUTOML_E_DATA, "row 1");
    in.w = missing;
    refuses(f, "shifter", in, AUTOML_E_DATA, "row 2");
    in.w = zero;
    refuses(f, "shifter", in, AUTOML_E_DATA, "zero");
    frame_unref(x);
}

static void refuses_validation_rows_that_do_not_fit(void **state)
{
    struct fixture *f = *state;
    struct frame *x = frame_of_numbers(f->m, TABLE, 3, 2), *narrow = frame_of_numbers(f->m, TABLE, 3, 1);
    struct op_fit in = {.x = x, .y = Y, .n_classes = 2, .x_valid = narrow, .y_valid = Y};
    refuses(f, "shares", in, AUTOML_E_ARGUMENT, "1 columns");
    in.x_valid = x;
    in.y_valid = NULL;
    refuses(f, "shares", in, AUTOML_E_ARGUMENT, "NULL");
    frame_unref(x);
    frame_unref(narrow);
}

static void stops_before_it_starts(void **state)
{
    struct fixture *f = *state;
    struct frame *x = frame_of_numbers(f->m, TABLE, 3, 2);
    _Atomic int32_t cancel = 1;
    struct stop stop = {.cancel = &cancel, .deadline_ns = DEADLINE_NONE};
    refuses(f, "shifter", (struct op_fit){.x = x, .stop = &stop}, AUTOML_E_CANCELLED, "");
    frame_unref(x);
}

static void reports_failures_of_fit_at_its_name_and_can_fit_again(void **state)
{
    struct fixture *f = *state;
    struct frame *x = frame_of_numbers(f->m, TABLE, 3, 2);
    struct op *op = op_made(f->ctx, f->m, "shifter", NULL);
    assert_int_equal(op_fit_on(op, x, NULL, 77, f->err), AUTOML_E_NUMERIC);
    assert_string_equal(automl_error_where(f->err), "shifter");
    assert_string_equal(automl_error_message(f->err), "it does not converge");
    assert_int_equal(op_fit_on(op, x, NULL, 78, f->err), AUTOML_E_INTERNAL);
    assert_int_equal(op_fit_on(op, x, NULL, 0, f->err), AUTOML_OK);
    assert_int_equal(op_fit_on(op, x, NULL, 0, f->err), AUTOML_E_STATE);
    op_unref(op);
    frame_unref(x);
}

static void refuses_settings_of_another_operator(void **state)
{
    struct fixture *f = *state;
    struct op *op = op_made(f->ctx, f->m, "shares", NULL), *other = NULL;
    const struct op_class *cls = NULL;
    assert_int_equal(operator_find(f->ctx, "shifter", &cls, NULL), AUTOML_OK);
    assert_int_equal(op_create(f->m, cls, op->params, &other, f->err), AUTOML_E_ARGUMENT);
    assert_null(other);
    op_unref(op);
}

static void checks_that_columns_are_those_of_fit(void **state)
{
    struct fixture *f = *state;
    const int32_t codes[] = {0, 1, 1, 0, 0, 1};
    struct frame *x = frame_of_numbers(f->m, TABLE, 3, 2), *narrow = frame_of_numbers(f->m, TABLE, 3, 1);
    struct frame *coded = frame_of_codes(f->m, codes, 3, 2, 2), *out = NULL;
    struct op *op = op_made(f->ctx, f->m, "shifter", NULL);
    assert_int_equal(op_transform(op, x, f->m, &stop_never, &out, f->err), AUTOML_E_STATE);
    assert_int_equal(op_fit_on(op, x, NULL, 0, NULL), AUTOML_OK);
    assert_int_equal(op_transform(op, narrow, f->m, &stop_never, &out, f->err), AUTOML_E_SCHEMA);
    assert_string_equal(automl_error_where(f->err), "shifter");
    assert_int_equal(op_transform(op, coded, f->m, &stop_never, &out, f->err), AUTOML_E_SCHEMA);
    assert_int_equal(op_predict_proba(op, x, f->m, &stop_never, NULL, f->err), AUTOML_E_STATE);
    assert_null(out);
    op_unref(op);
    frame_unref(x);
    frame_unref(narrow);
    frame_unref(coded);
}

static void checks_that_dictionaries_are_those_of_fit(void **state)
{
    struct fixture *f = *state;
    const int32_t codes[] = {0, 1, 1, 0, 0, 1};
    struct frame *two = frame_of_codes(f->m, codes, 3, 2, 2), *three = frame_of_codes(f->m, codes, 3, 2, 3);
    struct op *op = op_fitted(f->m, "ordinal_encoder", NULL, two, NULL, 0);
    struct frame *out = NULL;
    assert_int_equal(op_transform(op, three, f->m, &stop_never, &out, f->err), AUTOML_E_SCHEMA);
    op_unref(op);
    frame_unref(two);
    frame_unref(three);
}

static void applies_to_batches_and_rows(void **state)
{
    struct fixture *f = *state;
    struct frame *x = frame_of_numbers(f->m, TABLE, 3, 2);
    struct op *op = op_made(f->ctx, f->m, "shifter", "{\"shift\": 10}");
    assert_int_equal(op_fit_on(op, x, NULL, 0, NULL), AUTOML_OK);
    struct frame *out = op_output(op, x);
    const double expected[] = {11, 12, 13, 14, 15, 16};
    assert_table(out, expected, 3, 2, 0);
    assert_rows_agree(op, x, out);
    frame_unref(out);
    frame_unref(x);
    op_unref(op);
}

static void gives_probabilities_of_every_class(void **state)
{
    struct fixture *f = *state;
    struct frame *x = frame_of_numbers(f->m, TABLE, 3, 2);
    struct op *op = op_made(f->ctx, f->m, "shares", NULL);
    assert_int_equal(op_fit_on(op, x, Y, 2, NULL), AUTOML_OK);
    double proba[6];
    assert_int_equal(op_predict_proba(op, x, f->m, &stop_never, proba, NULL), AUTOML_OK);
    assert_true(nearly(proba[4], 1.0 / 3, 1e-15) && nearly(proba[5], 2.0 / 3, 1e-15));
    assert_int_equal(op->n_out, 2);
    struct frame *out = NULL;
    assert_int_equal(op_transform(op, x, f->m, &stop_never, &out, NULL), AUTOML_E_STATE);
    frame_unref(x);
    op_unref(op);
}

static struct op *saved_and_loaded(struct fixture *f, const struct op *op)
{
    struct writer w;
    struct reader r;
    struct op *loaded = NULL;
    writer_init(&w, f->m);
    op_save(op, &w);
    assert_true(writer_ok(&w));
    reader_init(&r, f->m, w.bytes.data, (size_t)w.bytes.n);
    assert_int_equal(op_load(f->ctx, f->m, &r, &loaded, f->err), AUTOML_OK);
    read_end(&r);
    assert_int_equal(reader_status(&r, f->err), AUTOML_OK);
    writer_free(&w);
    return loaded;
}

static void saves_and_loads_settings_shape_and_state(void **state)
{
    struct fixture *f = *state;
    struct frame *x = frame_of_numbers(f->m, TABLE, 3, 2);
    struct op *op = op_made(f->ctx, f->m, "shifter", "{\"shift\": -2.5}");
    assert_int_equal(op_fit_on(op, x, NULL, 0, NULL), AUTOML_OK);
    struct op *loaded = saved_and_loaded(f, op);
    assert_true(loaded->fitted);
    assert_true(params_real(loaded->params, SHIFT) == -2.5);
    assert_int_equal(loaded->n_rows, 3);
    struct frame *a = op_output(op, x), *b = op_output(loaded, x);
    assert_same_frame(a, b);
    assert_int_equal(op_bytes(op), op_bytes(loaded));
    assert_true(op_bytes(op) >= 16);
    frame_unref(a);
    frame_unref(b);
    frame_unref(x);
    op_unref(op);
    op_unref(loaded);
}

/* Loads a record made of these parts; the reader must refuse it with `status`. */
static void load_refuses(struct fixture *f, const char *name, uint32_t format, const char *settings,
    int32_t n_out, int32_t n_classes, int64_t n_rows, const uint8_t kinds[2], const int32_t levels[2],
    automl_status status)
{
    struct writer w;
    struct reader r;
    struct op *op = NULL;
    writer_init(&w, f->m);
    write_string(&w, name);
    write_u32(&w, format);
    write_string(&w, settings);
    write_i32(&w, n_out);
    write_i32(&w, n_classes);
    write_i64(&w, n_rows);
    write_u8s(&w, kinds, 2);
    write_i32s(&w, levels, 2);
    write_f64(&w, 1);
    reader_init(&r, f->m, w.bytes.data, (size_t)w.bytes.n);
    assert_int_equal(op_load(f->ctx, f->m, &r, &op, f->err), status);
    assert_null(op);
    writer_free(&w);
}

static void load_checks_every_part_of_the_record(void **state)
{
    struct fixture *f = *state;
    const uint8_t good[] = {0, 0}, kind[] = {0, 2}, category[] = {0, 1};
    const int32_t none[] = {0, 0}, negative[] = {0, -1}, some[] = {0, 4};
    load_refuses(f, "shiver", 3, "{}", 2, 0, 3, good, none, AUTOML_E_UNKNOWN_KEY);
    load_refuses(f, NULL, 3, "{}", 2, 0, 3, good, none, AUTOML_E_FORMAT);
    load_refuses(f, "shifter", 4, "{}", 2, 0, 3, good, none, AUTOML_E_VERSION);
    load_refuses(f, "shifter", 3, "{\"shift\": 1000}", 2, 0, 3, good, none, AUTOML_E_RANGE);
    load_refuses(f, "shifter", 3, NULL, 2, 0, 3, good, none, AUTOML_E_FORMAT);
    load_refuses(f, "shifter", 3, "{}", 0, 0, 3, good, none, AUTOML_E_FORMAT);
    load_refuses(f, "shifter", 3, "{}", 2, 1, 3, good, none, AUTOML_E_FORMAT);
    load_refuses(f, "shifter", 3, "{}", 2, 0, 0, good, none, AUTOML_E_FORMAT);
    load_refuses(f, "shifter", 3, "{}", 2, 0, 3, kind, none, AUTOML_E_FORMAT);
    load_refuses(f, "shifter", 3, "{}", 2, 0, 3, good, some, AUTOML_E_FORMAT);
    load_refuses(f, "shifter", 3, "{}", 2, 0, 3, good, negative, AUTOML_E_FORMAT);
    load_refuses(f, "shifter", 3, "{}", 2, 0, 3, category, some, AUTOML_E_FORMAT);
    load_refuses(f, "shares", 1, "{}", 3, 2, 3, good, none, AUTOML_E_FORMAT);
    load_refuses(f, "shares", 1, "{}", 1, 1, 3, good, none, AUTOML_E_FORMAT);
}

static void finds_operators_and_suggests_the_nearest(void **state)
{
    struct fixture *f = *state;
    const struct op_class *cls = NULL;
    assert_int_equal(operator_find(NULL, "standard_scaler", &cls, NULL), AUTOML_OK);
    assert_string_equal(cls->name, "standard_scaler");
    assert_int_equal(operator_find(NULL, "shifter", &cls, f->err), AUTOML_E_UNKNOWN_KEY);
    assert_int_equal(operator_find(f->ctx, "shiftr", &cls, f->err), AUTOML_E_UNKNOWN_KEY);
    assert_non_null(strstr(automl_error_message(f->err), "'shifter'"));
    assert_int_equal(operator_find(f->ctx, "standard_scalar", &cls, f->err), AUTOML_E_UNKNOWN_KEY);
    assert_non_null(strstr(automl_error_message(f->err), "'standard_scaler'"));
    assert_int_equal(operator_find(f->ctx, "shifter", &cls, f->err), AUTOML_OK);
    assert_true(cls->traits & OP_EXPERIMENTAL);
}

static void counts_the_operators_of_the_host_after_its_own(void **state)
{
    struct fixture *f = *state;
    int32_t n;
    const struct op_class *const *all = operators_all(&n);
    assert_int_equal(operators_count(NULL), n);
    assert_int_equal(operators_count(f->ctx), n + 2);
    assert_ptr_equal(operators_at(f->ctx, n - 1), all[n - 1]);
    assert_string_equal(operators_at(f->ctx, n)->name, "shifter");
    assert_string_equal(operators_at(f->ctx, n + 1)->name, "shares");
}

static void registers_no_name_twice_and_nothing_incomplete(void **state)
{
    struct fixture *f = *state;
    struct op_class twice = shifter, built_in = shifter, incomplete = shifter;
    assert_int_equal(operator_register(f->ctx, &twice, NULL, f->err), AUTOML_E_CONFLICT);
    built_in.name = "pca";
    assert_int_equal(operator_register(f->ctx, &built_in, NULL, f->err), AUTOML_E_CONFLICT);
    incomplete.name = "incomplete";
    incomplete.save = NULL;
    assert_int_equal(operator_register(f->ctx, &incomplete, NULL, f->err), AUTOML_E_ARGUMENT);
    assert_non_null(strstr(automl_error_message(f->err), "incomplete"));
}

static void keeps_references(void **state)
{
    struct fixture *f = *state;
    struct op *op = op_made(f->ctx, f->m, "shares", NULL);
    assert_ptr_equal(op_ref(op), op);
    op_unref(op);
    assert_string_equal(op->cls->name, "shares");
    op_unref(op);
    op_unref(NULL);
    assert_null(op_ref(NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(refuses_data_that_the_traits_exclude),
        TEST(refuses_an_empty_input),
        TEST(refuses_impossible_targets),
        TEST(refuses_impossible_weights),
        TEST(refuses_validation_rows_that_do_not_fit),
        TEST(stops_before_it_starts),
        TEST(reports_failures_of_fit_at_its_name_and_can_fit_again),
        TEST(refuses_settings_of_another_operator),
        TEST(checks_that_columns_are_those_of_fit),
        TEST(checks_that_dictionaries_are_those_of_fit),
        TEST(applies_to_batches_and_rows),
        TEST(gives_probabilities_of_every_class),
        TEST(saves_and_loads_settings_shape_and_state),
        TEST(load_checks_every_part_of_the_record),
        TEST(finds_operators_and_suggests_the_nearest),
        TEST(counts_the_operators_of_the_host_after_its_own),
        TEST(registers_no_name_twice_and_nothing_incomplete),
        TEST(keeps_references),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
