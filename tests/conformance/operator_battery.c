/* operator_battery.c - see operator_battery.h. */
#include "operator_battery.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "op_support.h"

enum { NUMBERS = 6, CODES = 2, LEVELS = 4, VALID_SHARE = 4 };

struct entry {
    const struct op_class *cls;
    void (*run)(struct battery *b);
    char name[160];
};

static void run_entry(void **state)
{
    const struct entry *e = *state;
    struct mem m;
    mem_init(&m, &allocator_system);
    struct battery b = {.cls = e->cls, .mem = &m, .err = automl_error_create()};
    assert_non_null(b.err);
    e->run(&b);
    automl_error_free(b.err);
    if (mem_used(&m) != 0)
        battery_fail(&b, "%lld bytes are still allocated", (long long)mem_used(&m));
}

int battery_run(const struct battery_check *checks, int32_t n, int argc, char **argv)
{
    int32_t n_ops;
    const struct op_class *const *all = operators_all(&n_ops);
    size_t count = (size_t)n * (size_t)n_ops;
    struct entry *entries = calloc(count, sizeof *entries);
    struct CMUnitTest *tests = calloc(count, sizeof *tests);
    if (!entries || !tests || count == 0)
        return 1;
    for (size_t i = 0; i < count; i++) {
        const struct battery_check *check = &checks[i / (size_t)n_ops];
        struct entry *e = &entries[i];
        *e = (struct entry){.cls = all[i % (size_t)n_ops], .run = check->run};
        snprintf(e->name, sizeof e->name, "%s %s", e->cls->name, check->name);
        tests[i] = (struct CMUnitTest){.name = e->name, .test_func = run_entry, .initial_state = e};
    }
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    int failed = _cmocka_run_group_tests("operators", tests, count, NULL, NULL);
    free(tests);
    free(entries);
    return failed;
}

void battery_fail(const struct battery *b, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fail_msg("%s: %s", b->cls->name, text);
}

void battery_expect_error(const struct battery *b, automl_status status, const automl_status *allowed)
{
    bool found = false;
    for (; *allowed != 0; allowed++)
        found = found || status == *allowed;
    if (!found)
        battery_fail(b, "status %d: %s", (int)status, automl_error_message(b->err));
    if (automl_error_message(b->err)[0] == '\0')
        battery_fail(b, "status %d without a sentence", (int)status);
    if (strncmp(automl_error_where(b->err), b->cls->name, strlen(b->cls->name)) != 0)
        battery_fail(b, "the place is '%s'", automl_error_where(b->err));
}

bool battery_has(const struct battery *b, uint32_t trait)
{
    return (b->cls->traits & trait) != 0;
}

int32_t battery_classes(const struct battery *b)
{
    return battery_has(b, OP_MULTICLASS) || !battery_has(b, OP_USES_TARGET) ? 3 : 2;
}

struct mixed_spec battery_spec(const struct battery *b, int64_t n, int32_t classes)
{
    return (struct mixed_spec){.n = n,
        .numbers = NUMBERS,
        .codes = battery_has(b, OP_ACCEPTS_CATEGORIES) ? CODES : 0,
        .levels = LEVELS,
        .classes = classes,
        .missing = battery_has(b, OP_ACCEPTS_MISSING) ? 0.1 : 0,
        .non_negative = battery_has(b, OP_NEEDS_NON_NEGATIVE),
        .seed = 7};
}

void battery_data(const struct battery *b, int64_t n, int32_t classes, struct mixed *out)
{
    struct mixed_spec spec = battery_spec(b, n, classes);
    mixed_make(b->mem, &spec, out);
}

/* With OP_EARLY_STOPPING the first rows serve as validation rows too. */
static automl_status fit_view(
    struct battery *b, struct op *op, const struct mixed *d, const struct fit_options *o, struct frame *valid)
{
    struct op_fit in = {.x = d->x,
        .y = d->y,
        .w = o->w,
        .n_classes = d->k,
        .x_valid = valid,
        .y_valid = valid ? d->y : NULL,
        .w_valid = valid ? o->w : NULL,
        .rng = rng_seed(o->seed + 1),
        .stop = o->stop ? o->stop : &stop_never,
        .pool = o->pool,
        .mem = o->scratch ? o->scratch : op->mem};
    return op_fit(op, &in, b->err);
}

automl_status battery_fit(
    struct battery *b, const struct mixed *d, const struct fit_options *o, struct op **out)
{
    const struct fit_options defaults = {0};
    struct op *op = NULL;
    struct frame *valid = NULL;
    o = o ? o : &defaults;
    TRY(op_create(o->mem ? o->mem : b->mem, b->cls, o->params, &op, b->err));
    if (battery_has(b, OP_EARLY_STOPPING)) {
        int64_t n = d->n / VALID_SHARE + 1;
        int32_t *idx = calloc((size_t)n, sizeof *idx);
        assert_non_null(idx);
        for (int32_t i = 0; i < n; i++)
            idx[i] = i;
        valid = frame_take(d->x, idx, n);
        assert_non_null(valid);
        free(idx);
    }
    automl_status status = fit_view(b, op, d, o, valid);
    frame_unref(valid);
    if (status < 0)
        op_unref(op);
    else
        *out = op;
    return status;
}

struct op *battery_fitted(struct battery *b, const struct mixed *d, const struct fit_options *o)
{
    struct op *op = NULL;
    if (battery_fit(b, d, o, &op) < 0)
        battery_fail(b, "%s", automl_error_message(b->err));
    return op;
}

automl_status battery_apply(
    struct battery *b, const struct op *op, struct frame *x, const struct stop *stop, double **out)
{
    int64_t n = x->n_rows;
    struct frame *f = NULL;
    double *table = calloc((size_t)(n * op->n_out + 1), sizeof *table);
    assert_non_null(table);
    automl_status status = b->cls->kind == OP_CLASSIFIER
                               ? op_predict_proba(op, x, op->mem, stop, table, b->err)
                               : op_transform(op, x, op->mem, stop, &f, b->err);
    for (int64_t i = 0; f && i < n; i++)
        for (int32_t j = 0; j < op->n_out; j++)
            table[i * op->n_out + j] = frame_value(f, j, i);
    frame_unref(f);
    if (status < 0)
        free(table);
    else
        *out = table;
    return status;
}

double *battery_applied(struct battery *b, const struct op *op, struct frame *x)
{
    double *table = NULL;
    if (battery_apply(b, op, x, &stop_never, &table) < 0)
        battery_fail(b, "%s", automl_error_message(b->err));
    return table;
}

void battery_expect_rows(struct battery *b, const struct op *op, struct frame *x, const double *table)
{
    double *in = calloc((size_t)op->n_in, sizeof *in), *row = calloc((size_t)op->n_out, sizeof *row);
    double *scratch = calloc((size_t)(op_row_scratch(op) + 1), sizeof *scratch);
    assert_true(in && row && scratch);
    for (int64_t i = 0; i < x->n_rows; i++) {
        for (int32_t j = 0; j < op->n_in; j++)
            in[j] = frame_value(x, j, i);
        op_apply_row(op, in, row, scratch);
        for (int32_t j = 0; j < op->n_out; j++)
            if (!same_bits(row[j], table[i * op->n_out + j]))
                battery_fail(b, "row %d, output %d: %.17g in a row, %.17g in a batch", (int)i, (int)j, row[j],
                    table[i * op->n_out + j]);
    }
    free(in);
    free(row);
    free(scratch);
}

void battery_expect_same(struct battery *b, const double *a, const double *z, int64_t n, const char *what)
{
    for (int64_t i = 0; i < n; i++)
        if (!same_bits(a[i], z[i]))
            battery_fail(b, "%s: cell %d is %.17g and %.17g", what, (int)i, a[i], z[i]);
}

static void expect_probabilities(struct battery *b, const double *p, int64_t row, int32_t k)
{
    double sum = 0;
    for (int32_t c = 0; c < k; c++) {
        if (!(p[c] >= 0 && p[c] <= 1))
            battery_fail(b, "row %d: class %d has the probability %.17g", (int)row, (int)c, p[c]);
        sum += p[c];
    }
    if (!nearly(sum, 1, 1e-12))
        battery_fail(b, "row %d: the probabilities sum to %.17g", (int)row, sum);
}

void battery_expect_valid(
    struct battery *b, const struct op *op, const double *table, int64_t n, bool may_miss)
{
    for (int64_t i = 0; i < n; i++) {
        const double *row = &table[i * op->n_out];
        if (op->cls->kind == OP_CLASSIFIER)
            expect_probabilities(b, row, i, op->n_out);
        for (int32_t j = 0; j < op->n_out; j++)
            if (isinf(row[j]) || (isnan(row[j]) && !may_miss))
                battery_fail(b, "row %d, output %d is %.17g", (int)i, (int)j, row[j]);
    }
}

static void expect_output(struct battery *b, const struct mixed *d, const struct op *op)
{
    double *table = battery_applied(b, op, d->x);
    battery_expect_valid(b, op, table, d->n, frame_has_missing(d->x));
    battery_expect_rows(b, op, d->x, table);
    free(table);
}

void battery_expect_works(struct battery *b, const struct mixed *d, const struct fit_options *o)
{
    struct op *op = battery_fitted(b, d, o);
    expect_output(b, d, op);
    op_unref(op);
}

void battery_expect_works_or_refuses(struct battery *b, const struct mixed *d, const struct fit_options *o)
{
    const automl_status allowed[] = {AUTOML_E_DATA, AUTOML_E_NUMERIC, 0};
    struct op *op = NULL;
    automl_status status = battery_fit(b, d, o, &op);
    if (status < 0)
        battery_expect_error(b, status, allowed);
    else
        expect_output(b, d, op);
    op_unref(op);
}

void battery_save(struct battery *b, const struct op *op, struct writer *out)
{
    writer_init(out, b->mem);
    op_save(op, out);
    if (!writer_ok(out))
        battery_fail(b, "cannot be saved");
}

struct op *battery_loaded(struct battery *b, const struct writer *w)
{
    struct reader r;
    struct op *op = NULL;
    reader_init(&r, b->mem, w->bytes.data, (size_t)w->bytes.n);
    if (op_load(NULL, b->mem, &r, &op, b->err) < 0)
        battery_fail(b, "%s", automl_error_message(b->err));
    return op;
}

static int64_t ask(void *user)
{
    struct counted_clock *c = user;
    return atomic_fetch_add(&c->asked, 1) >= c->limit ? 1 : 0;
}

void counted_clock_init(struct counted_clock *c, int64_t limit)
{
    *c = (struct counted_clock){.limit = limit};
    c->clock = (struct clock){.now = ask, .wall = ask, .user = c};
    c->stop = (struct stop){.clock = &c->clock, .deadline_ns = 1};
}
