/*
 * test_balancers.c - laws that every balancer of the table keeps, whatever its settings.
 */
#include "balance/balancer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault_allocator.h"
#include "mixed_data.h"
#include "op_support.h"
#include "schema_battery.h"

enum { ROWS = 2400, CLASSES = 4, SETTINGS = 6 };

/* What a law looks at: an input of rare and frequent classes, with everything in it. */
struct trial {
    const struct balancer *balancer;
    struct mem mem;
    struct mixed d;
    double w[ROWS];
    struct params *params;
    automl_error *err;
};

static void complain(const struct trial *t, const char *what)
{
    fail_msg("%s: %s %s", t->balancer->name, what, automl_error_message(t->err));
}

/* Shares of 1, 4, 15 and 80 %. */
static int32_t class_of(int64_t i)
{
    int64_t percent = (i * 37) % 100;
    return percent < 1 ? 0 : percent < 5 ? 1 : percent < 20 ? 2 : 3;
}

static void trial_begin(struct trial *t, const struct balancer *b, uint64_t seed)
{
    const struct mixed_spec spec = {
        .n = ROWS, .numbers = 4, .codes = 2, .levels = 5, .classes = CLASSES, .missing = 0.05, .seed = seed};
    struct rng r = rng_seed(seed);
    *t = (struct trial){.balancer = b, .err = automl_error_create()};
    mem_init(&t->mem, &allocator_system);
    mixed_make(&t->mem, &spec, &t->d);
    for (int64_t i = 0; i < ROWS; i++) {
        t->d.y[i] = class_of(i);
        t->w[i] = (double)(i % 5);
    }
    assert_int_equal(params_create(&t->mem, b->params, &t->params, NULL), AUTOML_OK);
    if (seed > 0)
        schema_vary(t->params, &r);
}

static void trial_end(struct trial *t)
{
    mixed_free(&t->d);
    params_free(t->params);
    automl_error_free(t->err);
    if (mem_used(&t->mem) != 0)
        fail_msg("%s: memory is still allocated", t->balancer->name);
}

static struct balance_in input(struct trial *t, double ratio)
{
    return (struct balance_in){.x = t->d.x,
        .y = t->d.y,
        .w = t->w,
        .k = t->d.k,
        .ratio = ratio,
        .params = t->params,
        .rng = rng_seed(1),
        .stop = &stop_never,
        .mem = &t->mem};
}

static struct balance_out resampled(struct trial *t, const struct balance_in *in)
{
    struct balance_out out = {0};
    if (t->balancer->resample(in, &out, t->err) < 0)
        complain(t, "does not resample:");
    return out;
}

static void for_each_balancer(void (*law)(struct trial *t))
{
    int32_t n;
    const struct balancer *const *all = balancers_all(&n);
    assert_true(n > 0);
    for (int32_t i = 0; i < n; i++)
        for (uint64_t seed = 0; seed < SETTINGS; seed++) {
            struct trial t;
            trial_begin(&t, all[i], seed);
            law(&t);
            trial_end(&t);
        }
}

static void check_record(struct trial *t)
{
    const struct balancer *b = t->balancer;
    assert_ptr_equal(balancer_find(b->name), b);
    assert_true(strlen(b->summary) > 10);
    assert_string_equal(b->params->title, b->name);
    assert_true(b->kind == BALANCE_OVER || b->kind == BALANCE_UNDER || b->kind == BALANCE_COMBINE);
    schema_expect_sane(b->params);
    schema_expect_samples(&t->mem, b->params);
}

static void every_record_is_complete(void **state)
{
    (void)state;
    for_each_balancer(check_record);
}

static void expect_row(struct trial *t, const struct balance_out *out, int64_t i)
{
    if (out->y[i] < 0 || out->y[i] >= t->d.k)
        complain(t, "makes a label that is no class");
    if (!(out->w[i] >= 0 && out->w[i] < (double)INFINITY))
        complain(t, "makes a weight that is none");
    for (int32_t j = 0; j < out->x->n_cols; j++) {
        double v = frame_value(out->x, j, i);
        bool category = out->x->cols[j].kind == FRAME_CATEGORY;
        if (isinf(v) || (category && v >= out->x->cols[j].n_levels))
            complain(t, "makes a cell that no column can hold");
    }
}

static void check_shape(struct trial *t)
{
    struct balance_in in = input(t, 0.5);
    struct balance_out out = resampled(t, &in);
    assert_int_equal(out.x->n_rows, out.n);
    assert_int_equal(out.x->n_cols, t->d.x->n_cols);
    for (int32_t j = 0; j < out.x->n_cols; j++) {
        assert_int_equal(out.x->cols[j].kind, t->d.x->cols[j].kind);
        assert_int_equal(out.x->cols[j].n_levels, t->d.x->cols[j].n_levels);
    }
    for (int64_t i = 0; i < out.n; i++)
        expect_row(t, &out, i);
    balance_out_free(&t->mem, &out);
    in.w = NULL;
    out = resampled(t, &in);
    assert_null(out.w);
    balance_out_free(&t->mem, &out);
}

static void the_output_has_the_columns_of_the_input(void **state)
{
    (void)state;
    for_each_balancer(check_shape);
}

static void count(const int32_t *y, int64_t n, int64_t counts[CLASSES])
{
    memset(counts, 0, CLASSES * sizeof *counts);
    for (int64_t i = 0; i < n; i++)
        counts[y[i]]++;
}

static void check_sizes(struct trial *t)
{
    const double ratios[] = {1, 0.5, 0.11};
    int64_t before[CLASSES], after[CLASSES];
    for (int32_t i = 0; i < ROWS; i++) /* one class is absent */
        t->d.y[i] = t->d.y[i] == 1 ? 3 : t->d.y[i];
    count(t->d.y, ROWS, before);
    for (int r = 0; r < 3; r++) {
        struct balance_in in = input(t, ratios[r]);
        struct balance_out out = resampled(t, &in);
        count(out.y, out.n, after);
        bool over = t->balancer->kind == BALANCE_OVER, under = t->balancer->kind == BALANCE_UNDER;
        for (int32_t c = 0; c < CLASSES; c++) {
            if ((before[c] > 0) != (after[c] > 0))
                complain(t, "makes or loses a class");
            if ((over && after[c] < before[c]) || (under && after[c] > before[c]))
                complain(t, "changes a class the wrong way");
            if (over && before[c] > 0 && (double)after[c] + 1 < ratios[r] * (double)before[3])
                complain(t, "does not reach the ratio");
        }
        if ((over && after[3] != before[3]) || (under && after[0] != before[0]))
            complain(t, "changes the class that it compares with");
        if (under && (double)after[3] > fmax(1000, (double)after[0] / ratios[r]) + 1)
            complain(t, "does not reach the ratio");
        balance_out_free(&t->mem, &out);
    }
}

static void class_sizes_change_towards_the_ratio(void **state)
{
    (void)state;
    for_each_balancer(check_sizes);
}

static bool same_row(const struct balance_out *out, int64_t i, const struct trial *t, int64_t row)
{
    bool same = out->y[i] == t->d.y[row] && same_bits(out->w[i], t->w[row]);
    for (int32_t j = 0; same && j < out->x->n_cols; j++)
        same = same_bits(frame_value(out->x, j, i), frame_value(t->d.x, j, row));
    return same;
}

/* Oversampling keeps the input's rows, in order and first; undersampling gives nothing but rows of the
 * input. */
static void check_origin(struct trial *t)
{
    struct balance_in in = input(t, 0.5);
    struct balance_out out = resampled(t, &in);
    for (int64_t i = 0; t->balancer->kind == BALANCE_OVER && i < ROWS; i++)
        if (!same_row(&out, i, t, i))
            complain(t, "does not keep the rows that are there");
    for (int64_t i = 0; t->balancer->kind == BALANCE_UNDER && i < out.n; i++) {
        int64_t row = 0;
        while (row < ROWS && !same_row(&out, i, t, row))
            row++;
        if (row == ROWS)
            complain(t, "makes a row that is not in the input");
    }
    balance_out_free(&t->mem, &out);
}

static void rows_of_the_input_stay_as_they_are(void **state)
{
    (void)state;
    for_each_balancer(check_origin);
}

static void check_repeat(struct trial *t)
{
    struct balance_in in = input(t, 0.7), elsewhere = in;
    elsewhere.x = frame_shuffled(&t->mem, t->d.x);
    struct balance_out a = resampled(t, &in), z = resampled(t, &elsewhere);
    assert_int_equal(a.n, z.n);
    assert_memory_equal(a.y, z.y, (size_t)a.n * sizeof *a.y);
    assert_memory_equal(a.w, z.w, (size_t)a.n * sizeof *a.w);
    assert_same_frame(a.x, z.x);
    balance_out_free(&t->mem, &a);
    balance_out_free(&t->mem, &z);
    frame_unref(elsewhere.x);
}

static void the_same_input_gives_the_same_rows(void **state)
{
    (void)state;
    for_each_balancer(check_repeat);
}

static void check_correction(struct trial *t)
{
    const struct balance_plan plan = {
        .rule = BALANCE_RULE_NONE, .method = t->balancer, .params = t->params, .ratio = 1};
    struct balance_in in = input(t, 1);
    struct balance_out out = {0};
    double correction[CLASSES], before[CLASSES] = {0}, after[CLASSES] = {0}, total = 0;
    if (balance_apply(&plan, &in, &out, correction, t->err) < 0)
        complain(t, "does not resample:");
    for (int64_t i = 0; i < ROWS; total += t->w[i], i++)
        before[t->d.y[i]] += t->w[i];
    for (int64_t i = 0; i < out.n; i++)
        after[out.y[i]] += out.w[i];
    prior_correct(correction, 1, CLASSES, after);
    for (int32_t c = 0; c < CLASSES; c++)
        if (!nearly(after[c], before[c] / total, 1e-12))
            complain(t, "is not undone by its correction");
    balance_out_free(&t->mem, &out);
}

static void the_correction_gives_the_natural_shares_back(void **state)
{
    (void)state;
    for_each_balancer(check_correction);
}

static void expect_fine_or_refused(struct trial *t, const struct balance_in *in)
{
    struct balance_out out = {0};
    automl_status status = t->balancer->resample(in, &out, t->err);
    if (status < 0 && status != AUTOML_E_DATA && status != AUTOML_E_NUMERIC)
        complain(t, "fails for another reason than the data:");
    for (int64_t i = 0; i < out.n; i++)
        expect_row(t, &out, i);
    balance_out_free(&t->mem, &out);
}

static void check_unusual(struct trial *t)
{
    struct balance_in in = input(t, 1);
    for (int64_t i = 0; i < ROWS; i++) { /* a class of one row, another of two, huge and empty columns */
        t->d.y[i] = i == 700 ? 0 : i == 900 || i == 901 ? 1 : 3;
        t->d.numbers[i] = i % 2 ? 1e308 : -1e308;
        t->d.numbers[ROWS + i] = (double)NAN;
        t->d.numbers[2 * ROWS + i] = 5e-324 * (double)(i % 3);
        t->d.codes[0][i] = -1;
    }
    expect_fine_or_refused(t, &in);
    for (int64_t i = 0; i < ROWS; i++)
        t->d.y[i] = 2;
    expect_fine_or_refused(t, &in);
    struct frame *one = frame_take(t->d.x, (const int32_t[]){5}, 1);
    assert_non_null(one);
    in.x = one;
    expect_fine_or_refused(t, &in);
    frame_unref(one);
}

static void unusual_data_is_resampled_or_refused(void **state)
{
    (void)state;
    for_each_balancer(check_unusual);
}

static void check_ratios(struct trial *t)
{
    const double bad[] = {0, -0.5, 1.01, (double)NAN, (double)INFINITY};
    for (int i = 0; i < 5; i++) {
        struct balance_in in = input(t, bad[i]);
        struct balance_out out = {0};
        if (t->balancer->resample(&in, &out, t->err) != AUTOML_E_RANGE || out.x)
            complain(t, "takes a ratio that is none");
    }
}

static void impossible_ratios_are_refused(void **state)
{
    (void)state;
    for_each_balancer(check_ratios);
}

static void check_stop(struct trial *t)
{
    _Atomic int32_t cancel = 1;
    const struct stop stop = {.cancel = &cancel, .deadline_ns = DEADLINE_NONE};
    struct balance_in in = input(t, 1);
    struct balance_out out = {0};
    in.stop = &stop;
    if (t->balancer->resample(&in, &out, t->err) != AUTOML_E_CANCELLED || out.x)
        complain(t, "does not stop when told");
}

static void every_balancer_stops_when_told(void **state)
{
    (void)state;
    for_each_balancer(check_stop);
}

static void check_allocations(struct trial *t)
{
    struct fault_allocator f;
    struct mem m;
    fault_init(&f);
    struct allocator hooks = fault_hooks(&f);
    mem_init(&m, &hooks);
    struct balance_in in = input(t, 1);
    in.mem = &m;
    bool happened = true;
    for (int64_t n = 1; happened; n++) {
        struct balance_out out = {0};
        fault_once(&f, n);
        automl_status status = t->balancer->resample(&in, &out, t->err);
        happened = fault_happened(&f);
        balance_out_free(&m, &out);
        if (status != (happened ? AUTOML_E_MEMORY : AUTOML_OK) || !fault_clean(&f))
            complain(t, "does not survive a failing allocation:");
    }
}

static void every_balancer_survives_failing_allocations(void **state)
{
    (void)state;
    for_each_balancer(check_allocations);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_is_complete),
        cmocka_unit_test(the_output_has_the_columns_of_the_input),
        cmocka_unit_test(class_sizes_change_towards_the_ratio),
        cmocka_unit_test(rows_of_the_input_stay_as_they_are),
        cmocka_unit_test(the_same_input_gives_the_same_rows),
        cmocka_unit_test(the_correction_gives_the_natural_shares_back),
        cmocka_unit_test(unusual_data_is_resampled_or_refused),
        cmocka_unit_test(impossible_ratios_are_refused),
        cmocka_unit_test(every_balancer_stops_when_told),
        cmocka_unit_test(every_balancer_survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
