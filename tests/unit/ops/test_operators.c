/*
 * test_operators.c - every operator of the table keeps the contract of operator.h.
 *
 * Each is fitted on data that its traits allow: numeric columns of several scales and, where accepted,
 * categories and missing cells.
 */
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

enum { ROWS = 60, NUMBERS = 5, CODES = 2, LEVELS = 4 };

struct data {
    struct frame *x;
    int32_t y[ROWS];
    int32_t n_classes;
};

static void make_data(struct mem *m, const struct op_class *cls, struct data *d)
{
    double numbers[ROWS * NUMBERS];
    int32_t codes[ROWS * CODES];
    struct rng r = rng_seed(11);
    d->n_classes = cls->traits & OP_MULTICLASS ? 3 : 2;
    for (int i = 0; i < ROWS; i++) {
        d->y[i] = (int32_t)rng_below(&r, (uint32_t)d->n_classes);
        for (int j = 0; j < NUMBERS; j++) {
            double v = rng_normal(&r) * (j + 1) + 0.7 * d->y[i] * j;
            v = cls->traits & OP_NEEDS_NON_NEGATIVE ? fabs(v) : v;
            bool missing = (cls->traits & OP_ACCEPTS_MISSING) && rng_below(&r, 6) == 0;
            numbers[i * NUMBERS + j] = missing ? (double)NAN : v;
        }
        for (int j = 0; j < CODES; j++)
            codes[i * CODES + j] =
                (int32_t)rng_below(&r, LEVELS) - (cls->traits & OP_ACCEPTS_MISSING ? 1 : 0);
    }
    struct frame *parts[2] = {
        frame_of_numbers(m, numbers, ROWS, NUMBERS), frame_of_codes(m, codes, ROWS, CODES, LEVELS)};
    d->x = frame_union(m, parts, cls->traits & OP_ACCEPTS_CATEGORIES ? 2 : 1);
    assert_non_null(d->x);
    frame_unref(parts[0]);
    frame_unref(parts[1]);
}

/* The batch output as one row-major table, n_rows x n_out; transformers give columns. */
static automl_status apply(
    const struct op *op, struct frame *x, const struct stop *stop, double *table, automl_error *err)
{
    if (op->cls->kind == OP_CLASSIFIER)
        return op_predict_proba(op, x, op->mem, stop, table, err);
    struct frame *out = NULL;
    TRY(op_transform(op, x, op->mem, stop, &out, err));
    for (int64_t i = 0; i < out->n_rows; i++)
        for (int32_t j = 0; j < out->n_cols; j++)
            table[i * out->n_cols + j] = frame_value(out, j, i);
    frame_unref(out);
    return AUTOML_OK;
}

static double *applied(const struct op *op, struct frame *x)
{
    double *table = malloc((size_t)(x->n_rows * op->n_out) * sizeof *table);
    assert_non_null(table);
    assert_int_equal(apply(op, x, &stop_never, table, NULL), AUTOML_OK);
    return table;
}

static void assert_same_table(const struct op *op, const double *a, const double *b)
{
    for (int64_t i = 0; i < (int64_t)ROWS * op->n_out; i++)
        if (!same_bits(a[i], b[i]))
            fail_msg("%s: cell %d is %.17g and %.17g", op->cls->name, (int)i, a[i], b[i]);
}

static void check_rows(const struct op *op, struct frame *x, const double *batch)
{
    double in[NUMBERS + CODES];
    double *row = malloc((size_t)op->n_out * sizeof *row);
    double *scratch = malloc((size_t)(op_row_scratch(op) + 1) * sizeof *scratch);
    assert_true(row && scratch);
    for (int64_t i = 0; i < x->n_rows; i++) {
        for (int32_t j = 0; j < x->n_cols; j++)
            in[j] = frame_value(x, j, i);
        op_apply_row(op, in, row, scratch);
        for (int32_t j = 0; j < op->n_out; j++)
            if (!same_bits(row[j], batch[i * op->n_out + j]))
                fail_msg("%s, row %d, output %d: %.17g in a row, %.17g in a batch", op->cls->name, (int)i,
                    (int)j, row[j], batch[i * op->n_out + j]);
    }
    free(row);
    free(scratch);
}

static void check_probabilities(const struct op *op, const double *proba)
{
    for (int64_t i = 0; op->cls->kind == OP_CLASSIFIER && i < ROWS; i++) {
        double sum = 0;
        for (int32_t k = 0; k < op->n_out; k++) {
            assert_true(proba[i * op->n_out + k] >= 0 && proba[i * op->n_out + k] <= 1);
            sum += proba[i * op->n_out + k];
        }
        assert_true(nearly(sum, 1, 1e-12));
    }
}

static void for_each_operator(void (*check)(struct mem *m, const struct op_class *cls, struct data *d))
{
    int32_t n;
    const struct op_class *const *all = operators_all(&n);
    assert_true(n > 0);
    for (int32_t i = 0; i < n; i++) {
        struct mem m;
        struct data d;
        mem_init(&m, &allocator_system);
        make_data(&m, all[i], &d);
        check(&m, all[i], &d);
        frame_unref(d.x);
        assert_int_equal(mem_used(&m), 0);
    }
}

static void check_record(struct mem *m, const struct op_class *cls, struct data *d)
{
    (void)d;
    const struct op_class *found = NULL;
    assert_int_equal(operator_find(NULL, cls->name, &found, NULL), AUTOML_OK);
    assert_ptr_equal(found, cls);
    assert_string_equal(cls->params->title, cls->name);
    assert_true(cls->summary && cls->estimate && cls->fit && cls->apply_row && cls->save && cls->load);
    assert_true((cls->transform != NULL) != (cls->predict_proba != NULL));
    assert_true((cls->predict_proba != NULL) == (cls->kind == OP_CLASSIFIER));
    for (int32_t i = 0; i < cls->params->n; i++)
        assert_true(cls->params->specs[i].help != NULL);
    struct op *op = op_made(NULL, m, cls->name, NULL);
    struct op_shape shape = {.n = 1000, .p = 20, .p_category = 4, .levels = 40, .k = 2};
    struct op_cost cost;
    memset(&cost, 0xff, sizeof cost);
    cls->estimate(op->params, &shape, &cost);
    assert_true(
        cost.fit_flops >= 0 && cost.fit_bytes >= 0 && cost.memory_bytes >= 0 && cost.state_bytes >= 0);
    assert_true(cost.apply_flops >= 0 && cost.apply_bytes >= 0);
    assert_true(cls->kind == OP_CLASSIFIER || (cost.out.n == 1000 && cost.out.p >= 1));
    op_unref(op);
}

static void every_record_is_complete(void **state)
{
    (void)state;
    for_each_operator(check_record);
}

static void check_applies(struct mem *m, const struct op_class *cls, struct data *d)
{
    struct op *op = op_fitted(m, cls->name, NULL, d->x, d->y, d->n_classes);
    double *batch = applied(op, d->x);
    check_probabilities(op, batch);
    check_rows(op, d->x, batch);
    struct frame *elsewhere = frame_shuffled(m, d->x);
    double *again = applied(op, elsewhere);
    assert_same_table(op, batch, again);
    struct op *twin = op_fitted(m, cls->name, NULL, elsewhere, d->y, d->n_classes);
    double *third = applied(twin, d->x);
    assert_same_table(op, batch, third);
    assert_true(op_bytes(op) > 0);
    free(batch);
    free(again);
    free(third);
    frame_unref(elsewhere);
    op_unref(op);
    op_unref(twin);
}

static void every_operator_gives_the_same_bits_by_row_by_batch_and_from_any_memory(void **state)
{
    (void)state;
    for_each_operator(check_applies);
}

static void check_pool(struct mem *m, const struct op_class *cls, struct data *d)
{
    struct pool *pool = NULL;
    assert_int_equal(pool_create(m, 3, NULL, NULL, &pool, NULL), AUTOML_OK);
    struct op *alone = op_fitted(m, cls->name, NULL, d->x, d->y, d->n_classes);
    struct op *shared = op_made(NULL, m, cls->name, NULL);
    struct op_fit in = {.x = d->x,
        .y = d->y,
        .n_classes = d->n_classes,
        .rng = rng_seed(1),
        .stop = &stop_never,
        .pool = pool,
        .mem = m};
    assert_int_equal(op_fit(shared, &in, NULL), AUTOML_OK);
    double *a = applied(alone, d->x), *b = applied(shared, d->x);
    assert_same_table(alone, a, b);
    free(a);
    free(b);
    op_unref(alone);
    op_unref(shared);
    pool_free(pool);
}

static void every_operator_gives_the_same_bits_with_threads(void **state)
{
    (void)state;
    for_each_operator(check_pool);
}

static void save(const struct op *op, struct writer *w)
{
    writer_init(w, op->mem);
    op_save(op, w);
    assert_true(writer_ok(w));
}

static automl_status load(struct mem *m, const char *bytes, size_t n, struct op **out)
{
    struct reader r;
    reader_init(&r, m, bytes, n);
    return op_load(NULL, m, &r, out, NULL);
}

static void check_save(struct mem *m, const struct op_class *cls, struct data *d)
{
    struct op *op = op_fitted(m, cls->name, NULL, d->x, d->y, d->n_classes), *loaded = NULL;
    struct writer first, second;
    save(op, &first);
    assert_int_equal(load(m, first.bytes.data, (size_t)first.bytes.n, &loaded), AUTOML_OK);
    save(loaded, &second);
    assert_int_equal(first.bytes.n, second.bytes.n);
    assert_memory_equal(first.bytes.data, second.bytes.data, (size_t)first.bytes.n);
    double *a = applied(op, d->x), *b = applied(loaded, d->x);
    assert_same_table(op, a, b);
    check_rows(loaded, d->x, b);
    free(a);
    free(b);
    writer_free(&first);
    writer_free(&second);
    op_unref(op);
    op_unref(loaded);
}

static void every_operator_is_the_same_after_saving_and_loading(void **state)
{
    (void)state;
    for_each_operator(check_save);
}

static void check_truncation(struct mem *m, const struct op_class *cls, struct data *d)
{
    struct op *op = op_fitted(m, cls->name, NULL, d->x, d->y, d->n_classes), *loaded = NULL;
    struct writer w;
    save(op, &w);
    size_t step = (size_t)w.bytes.n / 2000 + 1;
    for (size_t n = 0; n < (size_t)w.bytes.n; n += step) {
        char *part = malloc(n + 1); /* of its own, so that a read behind its end is seen */
        assert_non_null(part);
        memcpy(part, w.bytes.data, n);
        assert_true(load(m, part, n, &loaded) < 0);
        assert_null(loaded);
        free(part);
    }
    writer_free(&w);
    op_unref(op);
}

static void every_operator_refuses_a_cut_record(void **state)
{
    (void)state;
    for_each_operator(check_truncation);
}

/* A damaged record is refused, or gives an operator that can be used. */
static void check_damage(struct mem *m, const struct op_class *cls, struct data *d)
{
    struct op *op = op_fitted(m, cls->name, NULL, d->x, d->y, d->n_classes);
    struct rng r = rng_seed(3);
    struct writer w;
    int refused = 0;
    save(op, &w);
    for (int i = 0; i < 400; i++) {
        struct op *loaded = NULL;
        char *bytes = malloc((size_t)w.bytes.n);
        assert_non_null(bytes);
        memcpy(bytes, w.bytes.data, (size_t)w.bytes.n);
        for (uint32_t k = rng_below(&r, 3) + 1; k > 0; k--)
            bytes[rng_below(&r, (uint32_t)w.bytes.n)] = (char)rng_below(&r, 256);
        automl_status status = load(m, bytes, (size_t)w.bytes.n, &loaded);
        refused += status < 0;
        if (status >= 0 && loaded->n_in == d->x->n_cols && loaded->n_out < 1000) {
            double *table = malloc((size_t)(ROWS * loaded->n_out) * sizeof *table);
            assert_non_null(table);
            if (apply(loaded, d->x, &stop_never, table, NULL) >= 0)
                check_rows(loaded, d->x, table);
            free(table);
        }
        op_unref(loaded);
        free(bytes);
    }
    assert_true(refused > 0);
    writer_free(&w);
    op_unref(op);
}

static void every_operator_survives_a_damaged_record(void **state)
{
    (void)state;
    for_each_operator(check_damage);
}

static void check_cancel(struct mem *m, const struct op_class *cls, struct data *d)
{
    _Atomic int32_t cancel = 1;
    struct stop stop = {.cancel = &cancel, .deadline_ns = DEADLINE_NONE};
    struct op *op = op_made(NULL, m, cls->name, NULL);
    struct op_fit in = {
        .x = d->x, .y = d->y, .n_classes = d->n_classes, .rng = rng_seed(1), .stop = &stop, .mem = m};
    assert_int_equal(op_fit(op, &in, NULL), AUTOML_E_CANCELLED);
    op_unref(op);
}

static void every_operator_stops_when_told(void **state)
{
    (void)state;
    for_each_operator(check_cancel);
}

/* Everything once, on memory that may fail. */
static automl_status live(struct mem *m, const struct op_class *cls, const struct data *d, double *table)
{
    struct op *op = NULL, *loaded = NULL;
    struct writer w;
    writer_init(&w, m);
    automl_status status = op_create(m, cls, NULL, &op, NULL);
    struct op_fit in = {
        .x = d->x, .y = d->y, .n_classes = d->n_classes, .rng = rng_seed(1), .stop = &stop_never, .mem = m};
    if (status >= 0)
        status = op_fit(op, &in, NULL);
    if (status >= 0)
        status = apply(op, d->x, &stop_never, table, NULL);
    if (status >= 0) {
        op_save(op, &w);
        status = writer_ok(&w) ? load(m, w.bytes.data, (size_t)w.bytes.n, &loaded) : AUTOML_E_MEMORY;
    }
    op_unref(op);
    op_unref(loaded);
    writer_free(&w);
    return status;
}

static void check_allocations(struct mem *unused, const struct op_class *cls, struct data *d)
{
    (void)unused;
    struct fault_allocator f;
    struct mem m;
    double *table = malloc(ROWS * 64 * sizeof *table);
    assert_non_null(table);
    fault_init(&f);
    struct allocator hooks = fault_hooks(&f);
    mem_init(&m, &hooks);
    assert_int_equal(live(&m, cls, d, table), AUTOML_OK);
    /* Every failure of a short life; of a long one about a thousand, single and lasting. */
    int64_t step = fault_calls(&f) / 1000 + 1;
    for (int64_t n = 1;; n += n < 200 ? 1 : step) {
        fault_once(&f, n);
        automl_status status = live(&m, cls, d, table);
        bool happened = fault_happened(&f);
        assert_true(status == AUTOML_E_MEMORY || (status >= 0 && !happened));
        assert_true(fault_clean(&f));
        if (!happened)
            break;
        fault_from(&f, n);
        assert_int_equal(live(&m, cls, d, table), AUTOML_E_MEMORY);
        assert_true(fault_clean(&f));
    }
    fault_off(&f);
    assert_int_equal(live(&m, cls, d, table), AUTOML_OK);
    free(table);
}

static void every_operator_survives_failing_allocations(void **state)
{
    (void)state;
    for_each_operator(check_allocations);
}

static void names_are_unique(void **state)
{
    (void)state;
    int32_t n;
    const struct op_class *const *all = operators_all(&n);
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j < i; j++)
            assert_string_not_equal(all[i]->name, all[j]->name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_unique),
        cmocka_unit_test(every_record_is_complete),
        cmocka_unit_test(every_operator_gives_the_same_bits_by_row_by_batch_and_from_any_memory),
        cmocka_unit_test(every_operator_gives_the_same_bits_with_threads),
        cmocka_unit_test(every_operator_is_the_same_after_saving_and_loading),
        cmocka_unit_test(every_operator_refuses_a_cut_record),
        cmocka_unit_test(every_operator_survives_a_damaged_record),
        cmocka_unit_test(every_operator_stops_when_told),
        cmocka_unit_test(every_operator_survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
