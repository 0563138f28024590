/*
 * test_operators.c - every operator of the table keeps the contract of operator.h: its schema, equal bits
 * however it is run, the promises of its traits, its predictions of cost, and how it stops and fails.
 *
 * test_operator_data.c goes through unusual data.
 */
#include "operator_battery.h"

#include <ctype.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault_allocator.h"
#include "op_support.h"
#include "schema_battery.h"

enum { ROWS = 240, SAMPLES = 12 };

static void has_a_complete_record(struct battery *b)
{
    const struct op_class *cls = b->cls, *found = NULL;
    assert_int_equal(operator_find(NULL, cls->name, &found, NULL), AUTOML_OK);
    assert_ptr_equal(found, cls);
    assert_string_equal(cls->params->title, cls->name);
    for (const char *c = cls->name; *c; c++)
        assert_true(islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '_');
    assert_true(cls->summary && strlen(cls->summary) > 10 && !strchr(cls->summary, '\n'));
    assert_true(cls->estimate && cls->fit && cls->apply_row && cls->save && cls->load);
    assert_true(cls->state_format >= 1);
    bool classifier = cls->kind == OP_CLASSIFIER;
    assert_true((cls->predict_proba != NULL) == classifier && (cls->transform != NULL) == !classifier);
    assert_true(!classifier || battery_has(b, OP_USES_TARGET));
    assert_false(battery_has(b, OP_EXPERIMENTAL));
}

static void has_a_sane_schema(struct battery *b)
{
    schema_expect_sane(b->cls->params);
    schema_expect_samples(b->mem, b->cls->params);
}

static void works_on_two_classes_and_on_more(struct battery *b)
{
    for (int32_t k = 2; k <= battery_classes(b); k++) {
        struct mixed d;
        battery_data(b, ROWS, k, &d);
        battery_expect_works(b, &d, NULL);
        mixed_free(&d);
    }
}

static void refuses_more_classes_than_it_knows(struct battery *b)
{
    const automl_status data[] = {AUTOML_E_DATA, 0};
    struct op *op = NULL;
    struct mixed d;
    if (!battery_has(b, OP_USES_TARGET) || battery_has(b, OP_MULTICLASS))
        return;
    battery_data(b, ROWS, 3, &d);
    battery_expect_error(b, battery_fit(b, &d, NULL, &op), data);
    mixed_free(&d);
}

static struct params *sampled(struct battery *b, uint64_t seed)
{
    struct params *p = NULL;
    struct rng r = rng_seed(seed);
    assert_int_equal(params_create(b->mem, b->cls->params, &p, NULL), AUTOML_OK);
    params_sample(p, &r);
    return p;
}

static void works_with_every_setting_that_the_search_may_draw(struct battery *b)
{
    struct mixed d;
    battery_data(b, ROWS, battery_classes(b), &d);
    for (uint64_t seed = 0; seed < SAMPLES; seed++) {
        struct params *p = sampled(b, seed);
        const struct fit_options o = {.params = p, .seed = seed};
        battery_expect_works(b, &d, &o);
        params_free(p);
    }
    mixed_free(&d);
}

static void expect_saved(struct battery *b, const struct mixed *d, const struct op *op)
{
    struct writer first, second;
    battery_save(b, op, &first);
    struct op *loaded = battery_loaded(b, &first);
    battery_save(b, loaded, &second);
    assert_int_equal(first.bytes.n, second.bytes.n);
    assert_memory_equal(first.bytes.data, second.bytes.data, (size_t)first.bytes.n);
    assert_int_equal(loaded->n_out, op->n_out);
    double *before = battery_applied(b, op, d->x), *after = battery_applied(b, loaded, d->x);
    battery_expect_same(b, before, after, d->n * op->n_out, "saved and loaded");
    battery_expect_rows(b, loaded, d->x, after);
    free(before);
    free(after);
    writer_free(&first);
    writer_free(&second);
    op_unref(loaded);
}

/* Settings that exclude one another, or ask for more than the data have, are refused in words. */
static void works_with_other_settings_or_says_why_not(struct battery *b)
{
    const automl_status allowed[] = {AUTOML_E_CONFLICT, AUTOML_E_RANGE, AUTOML_E_DATA, AUTOML_E_NUMERIC, 0};
    struct mixed d;
    struct rng r = rng_seed(6);
    battery_data(b, ROWS, battery_classes(b), &d);
    for (int i = 0; i < 5 * SAMPLES; i++) {
        struct params *p = NULL;
        struct op *op = NULL;
        assert_int_equal(params_create(b->mem, b->cls->params, &p, NULL), AUTOML_OK);
        schema_vary(p, &r);
        const struct fit_options o = {.params = p};
        automl_status status = battery_fit(b, &d, &o, &op);
        if (status < 0)
            battery_expect_error(b, status, allowed);
        else
            expect_saved(b, &d, op);
        op_unref(op);
        params_free(p);
    }
    mixed_free(&d);
}

static void is_the_same_after_saving_and_loading(struct battery *b)
{
    struct mixed d;
    battery_data(b, ROWS, battery_classes(b), &d);
    for (uint64_t seed = 0; seed < SAMPLES; seed++) {
        struct params *p = seed > 0 ? sampled(b, seed) : NULL;
        struct op *op = battery_fitted(b, &d, &(struct fit_options){.params = p, .seed = seed});
        expect_saved(b, &d, op);
        op_unref(op);
        params_free(p);
    }
    mixed_free(&d);
}

/* As many rows as give the parallel paths something to do, within about a second of work. */
static int64_t many_rows(struct battery *b)
{
    struct params *p = NULL;
    struct op_cost cost = {0};
    int64_t n = 180000;
    assert_int_equal(params_create(b->mem, b->cls->params, &p, NULL), AUTOML_OK);
    do {
        n /= 2;
        struct op_shape shape = {.n = (double)n, .p = 8, .p_category = 2, .levels = 8, .k = 2};
        b->cls->estimate(p, &shape, &cost);
    } while (n > 2000 && cost.fit_flops > 1e8);
    params_free(p);
    return n;
}

/* Wide enough for column_for to go parallel where fitting is cheap. */
static void make_large(struct battery *b, struct mixed *d)
{
    struct mixed_spec spec = battery_spec(b, many_rows(b), 2);
    spec.numbers = 12;
    mixed_make(b->mem, &spec, d);
}

static void learns_the_same_bits_with_any_number_of_threads(struct battery *b)
{
    const int32_t threads[] = {1, 2, 8};
    struct mixed d, few;
    struct rng r = rng_seed(2);
    int32_t rows[ROWS];
    make_large(b, &d);
    rng_sample(&r, (int32_t)d.n, ROWS, rows);
    mixed_take(&d, rows, ROWS, &few);
    struct op *alone = battery_fitted(b, &d, NULL);
    double *expected = battery_applied(b, alone, few.x);
    for (int i = 0; i < 3; i++) {
        struct pool *pool = NULL;
        assert_int_equal(pool_create(b->mem, threads[i], NULL, NULL, &pool, NULL), AUTOML_OK);
        struct op *op = battery_fitted(b, &d, &(struct fit_options){.pool = pool});
        double *table = battery_applied(b, op, few.x);
        assert_int_equal(op->n_out, alone->n_out);
        battery_expect_same(b, expected, table, (int64_t)ROWS * op->n_out, "threads");
        free(table);
        op_unref(op);
        pool_free(pool);
    }
    free(expected);
    op_unref(alone);
    mixed_free(&few);
    mixed_free(&d);
}

/* Rows in any order of memory, one at a time, in blocks. */
static void gives_a_row_the_same_bits_in_every_batch(struct battery *b)
{
    struct mixed d;
    battery_data(b, ROWS, 2, &d);
    struct op *op = battery_fitted(b, &d, NULL);
    double *all = battery_applied(b, op, d.x);
    struct frame *shuffled = frame_shuffled(b->mem, d.x);
    double *again = battery_applied(b, op, shuffled);
    battery_expect_same(b, all, again, (int64_t)ROWS * op->n_out, "another order in memory");
    for (int64_t n = 1; n < ROWS; n = 3 * n + 1) {
        struct mixed part;
        int32_t rows[ROWS];
        for (int64_t i = 0; i < n; i++)
            rows[i] = (int32_t)(ROWS - n + i);
        mixed_take(&d, rows, n, &part);
        double *table = battery_applied(b, op, part.x);
        battery_expect_same(b, &all[(ROWS - n) * op->n_out], table, n * op->n_out, "a smaller batch");
        free(table);
        mixed_free(&part);
    }
    frame_unref(shuffled);
    free(again);
    free(all);
    op_unref(op);
    mixed_free(&d);
}

static void depends_on_nothing_but_data_settings_and_seed(struct battery *b)
{
    struct mixed d;
    battery_data(b, ROWS, 2, &d);
    struct fit_options o = {.seed = 3};
    struct frame *shuffled = frame_shuffled(b->mem, d.x);
    struct mixed elsewhere = d;
    elsewhere.x = shuffled;
    struct op *first = battery_fitted(b, &d, &o), *second = battery_fitted(b, &elsewhere, &o);
    double *a = battery_applied(b, first, d.x), *z = battery_applied(b, second, d.x);
    assert_int_equal(first->n_out, second->n_out);
    battery_expect_same(b, a, z, (int64_t)ROWS * first->n_out, "the same fit again");
    free(a);
    free(z);
    op_unref(first);
    op_unref(second);
    frame_unref(shuffled);
    mixed_free(&d);
}

static void needs_no_target_unless_it_says_so(struct battery *b)
{
    const automl_status argument[] = {AUTOML_E_ARGUMENT, 0};
    struct mixed d;
    struct op *op = NULL;
    battery_data(b, ROWS, 2, &d);
    struct mixed blind = d;
    blind.y = NULL;
    automl_status status = battery_fit(b, &blind, NULL, &op);
    if (battery_has(b, OP_USES_TARGET)) {
        battery_expect_error(b, status, argument);
    } else {
        struct op *seeing = battery_fitted(b, &d, NULL);
        double *a = battery_applied(b, op, d.x), *z = battery_applied(b, seeing, d.x);
        battery_expect_same(b, a, z, (int64_t)ROWS * op->n_out, "without a target");
        free(a);
        free(z);
        op_unref(seeing);
    }
    op_unref(op);
    mixed_free(&d);
}

/* Largest divided by smallest deviation of the numeric columns. */
static double spread(const struct frame *f)
{
    double least = (double)INFINITY, most = 0;
    for (int32_t j = 0; j < f->n_cols; j++) {
        double n = 0, mean = 0, m2 = 0;
        for (int64_t i = 0; f->cols[j].kind == FRAME_NUMERIC && i < f->n_rows; i++) {
            double v = frame_value(f, j, i);
            if (isnan(v))
                continue;
            double delta = v - mean;
            mean += delta / ++n;
            m2 += delta * (v - mean);
        }
        if (n > 0) {
            least = fmin(least, sqrt(m2 / n));
            most = fmax(most, sqrt(m2 / n));
        }
    }
    return most / least;
}

static void expect_promises(struct battery *b, const struct frame *out)
{
    for (int32_t j = 0; j < out->n_cols; j++) {
        bool numeric = out->cols[j].kind == FRAME_NUMERIC;
        if (battery_has(b, OP_ENCODES) && !numeric)
            battery_fail(b, "column %d of the output is a category", (int)j);
        for (int64_t i = 0; numeric && i < out->n_rows; i++) {
            double v = frame_value(out, j, i);
            if (battery_has(b, OP_IMPUTES) && isnan(v))
                battery_fail(b, "row %d of column %d is missing", (int)i, (int)j);
            if (battery_has(b, OP_OUTPUT_NON_NEGATIVE) && v < 0)
                battery_fail(b, "row %d of column %d is %.17g", (int)i, (int)j, v);
        }
    }
    if (battery_has(b, OP_SCALES) && spread(out) > 10)
        battery_fail(b, "deviations differ by a factor of %.17g", spread(out));
}

static void keeps_what_its_traits_promise(struct battery *b)
{
    struct mixed d;
    battery_data(b, ROWS, 2, &d);
    assert_true(spread(d.x) > 1000);
    for (uint64_t seed = 0; b->cls->kind != OP_CLASSIFIER && seed < SAMPLES; seed++) {
        struct params *p = seed > 0 ? sampled(b, seed) : NULL;
        struct op *op = battery_fitted(b, &d, &(struct fit_options){.params = p});
        struct frame *out = op_output(op, d.x);
        expect_promises(b, out);
        frame_unref(out);
        op_unref(op);
        params_free(p);
    }
    mixed_free(&d);
}

static void selects_input_columns_in_order(struct battery *b)
{
    struct mixed d;
    if (b->cls->kind != OP_SELECTOR)
        return;
    battery_data(b, ROWS, 2, &d);
    struct op *op = battery_fitted(b, &d, NULL);
    struct frame *out = op_output(op, d.x);
    int32_t from = 0;
    for (int32_t j = 0; j < out->n_cols; j++, from++) {
        while (from < d.x->n_cols &&
               (d.x->cols[from].x != out->cols[j].x || d.x->cols[from].codes != out->cols[j].codes))
            from++;
        if (from == d.x->n_cols)
            battery_fail(b, "column %d of the output is no later column of the input", (int)j);
    }
    frame_unref(out);
    op_unref(op);
    mixed_free(&d);
}

static void tells_the_importance_of_every_column(struct battery *b)
{
    struct mixed d;
    if (!b->cls->importance)
        return;
    battery_data(b, ROWS, battery_classes(b), &d);
    struct op *op = battery_fitted(b, &d, NULL);
    double importance[16], sum = 0;
    assert_true(op->n_in <= 16);
    for (int32_t j = 0; j < op->n_in; j++)
        importance[j] = -1;
    b->cls->importance(op, importance);
    for (int32_t j = 0; j < op->n_in; j++) {
        if (!(importance[j] >= 0 && importance[j] < (double)INFINITY))
            battery_fail(b, "column %d has the importance %.17g", (int)j, importance[j]);
        sum += importance[j];
    }
    assert_true(sum > 0);
    op_unref(op);
    mixed_free(&d);
}

static struct op_cost estimated(struct battery *b, const struct op_shape *s, uint64_t seed)
{
    struct params *p = sampled(b, seed);
    struct op_cost cost;
    memset(&cost, 0xff, sizeof cost);
    b->cls->estimate(p, s, &cost);
    params_free(p);
    return cost;
}

static void expect_grown(struct battery *b, const struct op_cost *a, const struct op_cost *z)
{
    const double small[] = {
        a->fit_flops, a->fit_bytes, a->apply_flops, a->apply_bytes, a->memory_bytes, a->state_bytes};
    const double large[] = {
        z->fit_flops, z->fit_bytes, z->apply_flops, z->apply_bytes, z->memory_bytes, z->state_bytes};
    for (int i = 0; i < 6; i++)
        if (!(small[i] >= 0 && large[i] >= small[i] && large[i] < (double)INFINITY))
            battery_fail(b, "prediction %d goes from %.17g to %.17g", i, small[i], large[i]);
    if (!(small[0] > 0 && small[1] > 0))
        battery_fail(b, "fitting costs nothing");
}

static void predicts_costs_that_grow_with_the_data(struct battery *b)
{
    const struct op_shape base = {.n = 1000, .p = 20, .p_category = 4, .levels = 40, .k = 2};
    struct op_shape rows = base, columns = base, huge = base;
    rows.n *= 2;
    columns.p *= 2;
    huge.n = 1e9;
    for (uint64_t seed = 0; seed < SAMPLES; seed++) {
        struct op_cost a = estimated(b, &base, seed), n = estimated(b, &rows, seed);
        struct op_cost p = estimated(b, &columns, seed), h = estimated(b, &huge, seed);
        expect_grown(b, &a, &n);
        expect_grown(b, &a, &p);
        expect_grown(b, &a, &h);
        assert_true(n.fit_flops + n.fit_bytes > a.fit_flops + a.fit_bytes);
        if (b->cls->kind != OP_CLASSIFIER)
            assert_true(a.out.n >= 1000 && a.out.n <= 1000 && a.out.p >= 1 && n.out.n >= 2000);
    }
}

static void needs_no_more_memory_than_predicted(struct battery *b)
{
    struct mixed d;
    struct mem state, scratch;
    struct op_cost cost = {0};
    mem_init_child(&state, b->mem, 0);
    mem_init_child(&scratch, b->mem, 0);
    battery_data(b, 4000, 2, &d);
    struct op *op = battery_fitted(b, &d, &(struct fit_options){.mem = &state, .scratch = &scratch});
    struct op_shape shape = {.n = 4000, .p = op->n_in, .k = 2};
    for (int32_t j = 0; j < op->n_in; j++) {
        shape.p_category += op->in_kinds[j] == FRAME_CATEGORY;
        shape.levels += op->in_levels[j];
    }
    b->cls->estimate(op->params, &shape, &cost);
    double slack = 1 << 16, kept = (double)mem_used(&state), peak = (double)mem_peak(&scratch);
    if (kept > 3 * cost.state_bytes + slack)
        battery_fail(b, "keeps %.0f bytes; predicted %.0f", kept, cost.state_bytes);
    if (peak > 3 * (cost.memory_bytes + cost.state_bytes) + slack)
        battery_fail(b, "needs %.0f bytes of scratch; predicted %.0f", peak, cost.memory_bytes);
    op_unref(op);
    assert_int_equal(mem_used(&scratch), 0);
    mixed_free(&d);
}

static void stops_at_once_when_it_has_been_told(struct battery *b)
{
    const automl_status cancelled[] = {AUTOML_E_CANCELLED, 0};
    struct mixed d;
    struct op *none = NULL;
    double *table = NULL;
    battery_data(b, ROWS, 2, &d);
    struct op *op = battery_fitted(b, &d, NULL);
    for (int32_t requests = 1; requests <= 2; requests++) {
        _Atomic int32_t cancel = requests;
        struct stop stop = {.cancel = &cancel, .deadline_ns = DEADLINE_NONE};
        battery_expect_error(b, battery_fit(b, &d, &(struct fit_options){.stop = &stop}, &none), cancelled);
        battery_expect_error(b, battery_apply(b, op, d.x, &stop, &table), cancelled);
    }
    op_unref(op);
    mixed_free(&d);
}

/* The deadline passes at the first, second, fourth ... time that anybody asks. What is finished before it is
 * what would have been learned anyway. */
static void stops_cleanly_wherever_the_deadline_finds_it(struct battery *b)
{
    const automl_status budget[] = {AUTOML_E_BUDGET, 0};
    struct mixed d;
    battery_data(b, ROWS, 2, &d);
    struct op *undisturbed = battery_fitted(b, &d, NULL);
    double *expected = battery_applied(b, undisturbed, d.x);
    automl_status status = AUTOML_E_BUDGET;
    for (int64_t limit = 0; status < 0; limit = limit < 8 ? limit + 1 : 2 * limit) {
        struct counted_clock c;
        struct op *op = NULL;
        double *table = NULL;
        counted_clock_init(&c, limit);
        status = battery_fit(b, &d, &(struct fit_options){.stop = &c.stop}, &op);
        if (status >= 0) {
            double *learned = battery_applied(b, op, d.x);
            battery_expect_same(b, expected, learned, ROWS * op->n_out, "finished before the deadline");
            free(learned);
            status = battery_apply(b, op, d.x, &c.stop, &table);
        }
        if (status < 0)
            battery_expect_error(b, status, budget);
        else
            battery_expect_same(b, expected, table, ROWS * op->n_out, "applied before the deadline");
        free(table);
        op_unref(op);
    }
    free(expected);
    op_unref(undisturbed);
    mixed_free(&d);
}

/* Of counted operations between two looks at the clock: about 10 ms, with room for crude predictions. */
static const double patience = 1e8;

static void looks_at_the_clock_often_enough(struct battery *b)
{
    struct mixed d;
    struct counted_clock c;
    struct op_cost cost = {0};
    counted_clock_init(&c, INT64_MAX);
    make_large(b, &d);
    struct op *op = battery_fitted(b, &d, &(struct fit_options){.stop = &c.stop});
    struct op_shape shape = {.n = (double)d.n, .p = op->n_in, .p_category = 2, .levels = 8, .k = 2};
    b->cls->estimate(op->params, &shape, &cost);
    if (cost.fit_flops > patience * (double)c.asked)
        battery_fail(b, "asked %d times in %.3g operations", (int)c.asked, cost.fit_flops);
    op_unref(op);
    mixed_free(&d);
}

/* A whole life on memory that may fail. */
static automl_status live(struct battery *b, struct mem *m, const struct mixed *d)
{
    struct op *op = NULL, *loaded = NULL;
    struct writer w;
    struct reader r;
    double *table = NULL;
    writer_init(&w, m);
    automl_status status = battery_fit(b, d, &(struct fit_options){.mem = m}, &op);
    if (status >= 0)
        status = battery_apply(b, op, d->x, &stop_never, &table);
    if (status >= 0) {
        op_save(op, &w);
        reader_init(&r, m, w.bytes.data, (size_t)w.bytes.n);
        status = writer_ok(&w) ? op_load(NULL, m, &r, &loaded, b->err) : AUTOML_E_MEMORY;
    }
    free(table);
    op_unref(op);
    op_unref(loaded);
    writer_free(&w);
    return status;
}

static void survives_every_failing_allocation(struct battery *b)
{
    struct mixed d;
    struct fault_allocator f;
    struct mem m;
    battery_data(b, 40, battery_classes(b), &d);
    fault_init(&f);
    struct allocator hooks = fault_hooks(&f);
    mem_init(&m, &hooks);
    assert_int_equal(live(b, &m, &d), AUTOML_OK);
    int64_t step = fault_calls(&f) / 500 + 1;
    bool happened = true;
    for (int64_t n = 1; happened; n += n < 200 ? 1 : step) {
        fault_once(&f, n);
        automl_status status = live(b, &m, &d);
        happened = fault_happened(&f);
        if (status != (happened ? AUTOML_E_MEMORY : AUTOML_OK))
            battery_fail(b, "allocation %d fails: status %d", (int)n, (int)status);
        fault_from(&f, n);
        if (live(b, &m, &d) != (happened ? AUTOML_E_MEMORY : AUTOML_OK))
            battery_fail(b, "allocation %d and all later ones fail unnoticed", (int)n);
        if (!fault_clean(&f))
            battery_fail(b, "allocation %d fails: something leaks", (int)n);
    }
    mixed_free(&d);
}

int main(int argc, char **argv)
{
    const struct battery_check checks[] = {
        CHECK(has_a_complete_record),
        CHECK(has_a_sane_schema),
        CHECK(works_on_two_classes_and_on_more),
        CHECK(refuses_more_classes_than_it_knows),
        CHECK(works_with_every_setting_that_the_search_may_draw),
        CHECK(works_with_other_settings_or_says_why_not),
        CHECK(is_the_same_after_saving_and_loading),
        CHECK(learns_the_same_bits_with_any_number_of_threads),
        CHECK(gives_a_row_the_same_bits_in_every_batch),
        CHECK(depends_on_nothing_but_data_settings_and_seed),
        CHECK(needs_no_target_unless_it_says_so),
        CHECK(keeps_what_its_traits_promise),
        CHECK(selects_input_columns_in_order),
        CHECK(tells_the_importance_of_every_column),
        CHECK(predicts_costs_that_grow_with_the_data),
        CHECK(needs_no_more_memory_than_predicted),
        CHECK(stops_at_once_when_it_has_been_told),
        CHECK(stops_cleanly_wherever_the_deadline_finds_it),
        CHECK(looks_at_the_clock_often_enough),
        CHECK(survives_every_failing_allocation),
    };
    return battery_run(checks, sizeof checks / sizeof *checks, argc, argv);
}
