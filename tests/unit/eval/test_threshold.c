/* Tuned cuts against trying every one on all rows. */
#include "eval/decision.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "support/fault_allocator.h"

enum { N = 300 };

struct rows {
    int32_t y[N];
    double p[2 * N], w[N];
};

/* Positives are rare and their probabilities are too low. */
static void fill(struct rows *d, uint64_t seed)
{
    struct rng r = rng_seed(seed);
    for (int32_t i = 0; i < N; i++) {
        d->y[i] = rng_double(&r) < 0.2;
        double p = 0.4 * rng_double(&r) + (d->y[i] ? 0.15 : 0.0);
        d->p[2 * i] = 1.0 - p;
        d->p[2 * i + 1] = p;
        d->w[i] = rng_double(&r);
    }
}

static double score_at(const struct metric *metric, const struct metric_input *in, double cut)
{
    struct decision d = {.rule = DECISION_THRESHOLD, .threshold = cut, .positive = in->positive};
    struct metric_input rows = *in;
    int32_t labels[N];
    double x;
    decide_rows(&d, in->n, 2, in->proba, labels);
    rows.labels = labels;
    assert_int_equal(metric->score(metric, &rows, &x, NULL), AUTOML_OK);
    return x;
}

static void check_best(const char *name, const struct metric_input *in)
{
    const struct metric *metric = NULL;
    double cut;
    assert_int_equal(metric_find(NULL, name, 2, &metric, NULL), AUTOML_OK);
    assert_int_equal(tune_threshold(metric, in, &cut, NULL), AUTOML_OK);
    double best = score_at(metric, in, cut);
    assert_true(best >= score_at(metric, in, 0.5));
    for (int64_t i = 0; i < in->n; i++)
        assert_true(score_at(metric, in, in->proba[2 * i + in->positive]) <= best + 1e-14);
}

static void no_other_cut_is_better(void **state)
{
    (void)state;
    static const char *const names[] = {
        "f1", "accuracy", "balanced_accuracy", "matthews_corrcoef", "cohen_kappa", "f1_macro", "f1_weighted"};
    struct rows d;
    struct mem m;
    mem_init(&m, &allocator_system);
    for (int32_t i = 0; i < 7 * 4; i++) {
        fill(&d, (uint64_t)i);
        struct metric_input in = {
            .n = N, .k = 2, .positive = i & 1, .y = d.y, .proba = d.p, .w = i & 2 ? d.w : NULL, .mem = &m};
        check_best(names[i / 4], &in);
    }
    assert_int_equal(mem_used(&m), 0);
}

static automl_status host_f1(
    const struct metric *self, const struct metric_input *in, double *out, automl_error *err)
{
    const struct metric *f1 = self->user;
    return f1->score(f1, in, out, err);
}

static void a_scorer_of_the_host_gives_the_same_cut(void **state)
{
    (void)state;
    struct rows d;
    struct mem m;
    const struct metric *f1 = NULL;
    double cut, other;
    fill(&d, 99);
    mem_init(&m, &allocator_system);
    assert_int_equal(metric_find(NULL, "f1_macro", 2, &f1, NULL), AUTOML_OK);
    struct metric mine = *f1;
    memcpy(&mine.user, &f1, sizeof f1);
    mine.score = host_f1;
    struct metric_input in = {.n = N, .k = 2, .positive = 1, .y = d.y, .proba = d.p, .mem = &m};
    assert_int_equal(tune_threshold(f1, &in, &cut, NULL), AUTOML_OK);
    assert_int_equal(tune_threshold(&mine, &in, &other, NULL), AUTOML_OK);
    assert_true(cut == other);
    assert_true(cut < 0.5);
    assert_int_equal(mem_used(&m), 0);
}

static automl_status count_calls(
    const struct metric *self, const struct metric_input *in, double *out, automl_error *err)
{
    (void)err;
    ++*(int32_t *)self->user;
    *out = in->labels[in->n / 2];
    return AUTOML_OK;
}

static void many_scores_give_a_thousand_cuts(void **state)
{
    (void)state;
    enum { MANY = 2500 };
    static int32_t y[MANY];
    static double p[2 * MANY];
    int32_t calls = 0;
    double cut;
    struct mem m;
    mem_init(&m, &allocator_system);
    for (int32_t i = 0; i < MANY; i++) {
        y[i] = i & 1;
        p[2 * i + 1] = (double)(i + 1) / (MANY + 1);
        p[2 * i] = 1.0 - p[2 * i + 1];
    }
    struct metric mine = {
        .name = "mine", .flags = METRIC_LABELS | METRIC_BINARY, .score = count_calls, .user = &calls};
    struct metric_input in = {.n = MANY, .k = 2, .positive = 1, .y = y, .proba = p, .mem = &m};
    assert_int_equal(tune_threshold(&mine, &in, &cut, NULL), AUTOML_OK);
    assert_int_equal(calls, 1001);
    assert_true(cut == 0.5);
    assert_int_equal(mem_used(&m), 0);
}

static double tune(const char *name, int64_t n, const int32_t *y, const double *p)
{
    struct mem m;
    const struct metric *metric = NULL;
    double cut = -1.0;
    mem_init(&m, &allocator_system);
    struct metric_input in = {.n = n, .k = 2, .positive = 1, .y = y, .proba = p, .mem = &m};
    assert_int_equal(metric_find(NULL, name, 2, &metric, NULL), AUTOML_OK);
    assert_int_equal(tune_threshold(metric, &in, &cut, NULL), AUTOML_OK);
    return cut;
}

static void ties_go_to_the_cut_nearest_one_half(void **state)
{
    (void)state;
    static const int32_t y[] = {0, 1};
    static const double apart[] = {0.75, 0.25, 0.25, 0.75}, low[] = {0.875, 0.125, 0.75, 0.25};
    assert_true(tune("accuracy", 2, y, apart) == 0.5);
    assert_true(tune("accuracy", 2, y, low) == 0.1875);
}

static void neighbouring_scores_are_parted(void **state)
{
    (void)state;
    static const int32_t y[] = {0, 1};
    double high = nextafter(0.25, 1.0);
    double p[] = {0.75, 0.25, 1.0 - high, high};
    assert_true(tune("accuracy", 2, y, p) == high);
}

static void one_half_where_nothing_can_be_tuned(void **state)
{
    (void)state;
    static const int32_t y[] = {0, 1};
    static const double p[] = {0.75, 0.25, 0.75, 0.25};
    assert_true(tune("f1", 0, y, p) == 0.5);
    assert_true(tune("roc_auc", 2, y, p) == 0.5);
    assert_true(tune("f1", 2, y, p) == 0.5);
}

static void survives_failing_allocations(void **state)
{
    (void)state;
    struct rows d;
    struct fault_allocator f;
    fault_init(&f);
    struct allocator hooks = fault_hooks(&f);
    const struct metric *f1 = NULL;
    fill(&d, 5);
    assert_int_equal(metric_find(NULL, "f1", 2, &f1, NULL), AUTOML_OK);
    struct metric mine = *f1;
    memcpy(&mine.user, &f1, sizeof f1);
    mine.score = host_f1;
    for (int64_t n = 1;; n++) {
        struct mem m;
        double cut;
        mem_init(&m, &hooks);
        struct metric_input in = {
            .n = 10, .k = 2, .positive = 1, .y = d.y, .proba = d.p, .w = d.w, .mem = &m};
        fault_once(&f, n);
        automl_status status = tune_threshold(&mine, &in, &cut, NULL);
        assert_true(fault_clean(&f));
        assert_int_equal(status, fault_happened(&f) ? AUTOML_E_MEMORY : AUTOML_OK);
        if (!fault_happened(&f))
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_other_cut_is_better),
        cmocka_unit_test(a_scorer_of_the_host_gives_the_same_cut),
        cmocka_unit_test(many_scores_give_a_thousand_cuts),
        cmocka_unit_test(ties_go_to_the_cut_nearest_one_half),
        cmocka_unit_test(neighbouring_scores_are_parted),
        cmocka_unit_test(one_half_where_nothing_can_be_tuned),
        cmocka_unit_test(survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
