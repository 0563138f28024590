/*
 * test_metrics.c - laws that every metric of the table keeps, for two classes and for more.
 *
 * Values are compared with the reference in tests/oracle/test_metrics.c.
 */
#include "eval/metric.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "fault_allocator.h"

enum { ROWS = 90, CLASSES = 4, ROUNDS = 30 };

/* A truth and a prediction of it. */
struct case_data {
    int64_t n;
    int32_t k, positive;
    int32_t y[4 * ROWS], labels[4 * ROWS];
    double proba[4 * ROWS * CLASSES], w[4 * ROWS];
};

static void decide(struct case_data *d)
{
    for (int64_t i = 0; i < d->n; i++) {
        d->labels[i] = 0;
        for (int32_t c = 1; c < d->k; c++)
            if (d->proba[i * d->k + c] > d->proba[i * d->k + d->labels[i]])
                d->labels[i] = c;
    }
}

/* Probabilities in steps, so that there are ties, and better than chance. */
static void make_case(struct case_data *d, int32_t k, uint64_t seed)
{
    struct rng r = rng_seed(seed);
    *d = (struct case_data){.n = ROWS, .k = k, .positive = (int32_t)(seed % 2)};
    for (int64_t i = 0; i < d->n; i++) {
        double sum = 0, *p = &d->proba[i * k];
        d->y[i] = (int32_t)(i < k ? (uint32_t)i : rng_below(&r, (uint32_t)k));
        d->w[i] = rng_below(&r, 4);
        for (int32_t c = 0; c < k; c++)
            sum += p[c] = rng_below(&r, 6) + (c == d->y[i] ? 2 : 0) + 0.5;
        for (int32_t c = 0; c < k; c++)
            p[c] /= sum;
    }
    decide(d);
}

static void make_perfect(struct case_data *d)
{
    for (int64_t i = 0; i < d->n; i++)
        for (int32_t c = 0; c < d->k; c++)
            d->proba[i * d->k + c] = c == d->y[i] ? 1 : 0;
    decide(d);
}

static automl_status score_in(struct mem *m, const struct metric *metric, const struct case_data *d,
    const double *w, double *out, automl_error *err)
{
    const struct metric_input in = {.n = d->n,
        .k = d->k,
        .positive = d->positive,
        .y = d->y,
        .proba = d->proba,
        .labels = metric->flags & METRIC_LABELS ? d->labels : NULL,
        .w = w,
        .mem = m};
    return metric->score(metric, &in, out, err);
}

static double score(const struct metric *metric, const struct case_data *d, const double *w)
{
    struct mem m;
    double out = -1e300;
    automl_error *err = automl_error_create();
    mem_init(&m, &allocator_system);
    if (score_in(&m, metric, d, w, &out, err) < 0)
        fail_msg("%s: %s", metric->name, automl_error_message(err));
    if (mem_used(&m) != 0)
        fail_msg("%s: scratch is still allocated", metric->name);
    automl_error_free(err);
    return out;
}

static void expect_close(const struct metric *metric, double a, double z, const char *what)
{
    if (!(fabs(a - z) <= 1e-11) && !(isnan(a) && isnan(z)))
        fail_msg("%s, %s: %.17g and %.17g", metric->name, what, a, z);
}

static void expect_bounded(const struct metric *metric, double s, const char *what)
{
    if (!(s >= metric->worst - 1e-12 && s <= metric->best + 1e-12))
        fail_msg("%s, %s: %.17g is not in [%g, %g]", metric->name, what, s, metric->worst, metric->best);
}

/* law(metric, d) on the same cases for every metric that is defined for them. */
static void for_each_metric(void (*law)(const struct metric *metric, struct case_data *d))
{
    int32_t n;
    const struct metric *const *all = metrics_all(&n);
    assert_true(n > 0);
    for (int32_t i = 0; i < n; i++)
        for (int32_t k = 2; k <= CLASSES; k++)
            for (uint64_t seed = 0; seed < ROUNDS; seed++) {
                struct case_data d;
                make_case(&d, k, seed);
                if (all[i]->flags & (k > 2 ? METRIC_MULTICLASS : METRIC_BINARY))
                    law(all[i], &d);
            }
}

static void check_record(const struct metric *metric, struct case_data *d)
{
    (void)d;
    assert_true(metric->name && metric->summary && strlen(metric->summary) > 10);
    assert_true(metric->flags & (METRIC_BINARY | METRIC_MULTICLASS));
    assert_true(metric->best > metric->worst && isfinite(metric->best));
    assert_true(metric->score && !metric->user);
}

static void every_record_is_complete(void **state)
{
    (void)state;
    for_each_metric(check_record);
}

static void check_range(const struct metric *metric, struct case_data *d)
{
    expect_bounded(metric, score(metric, d, NULL), "a random prediction");
    expect_bounded(metric, score(metric, d, d->w), "with weights");
    for (int64_t i = 0; i < d->n; i++)
        d->y[i] = (d->y[i] + 1) % d->k;
    make_perfect(d);
    for (int64_t i = 0; i < d->n; i++)
        d->y[i] = (d->y[i] + 1) % d->k;
    expect_bounded(metric, score(metric, d, NULL), "all wrong and sure");
}

static void every_score_lies_in_its_range(void **state)
{
    (void)state;
    for_each_metric(check_range);
}

static void check_best(const struct metric *metric, struct case_data *d)
{
    double before = score(metric, d, NULL);
    make_perfect(d);
    expect_close(metric, score(metric, d, NULL), metric->best, "a perfect prediction");
    expect_close(metric, score(metric, d, d->w), metric->best, "a perfect prediction with weights");
    if (!(before < metric->best - 1e-3))
        fail_msg("%s: a prediction with errors scores %.17g", metric->name, before);
}

static void only_a_perfect_prediction_scores_best(void **state)
{
    (void)state;
    for_each_metric(check_best);
}

/* Half way to the truth in every row. */
static void check_improvement(const struct metric *metric, struct case_data *d)
{
    double before = score(metric, d, NULL);
    for (int64_t i = 0; i < d->n; i++)
        for (int32_t c = 0; c < d->k; c++)
            d->proba[i * d->k + c] = 0.5 * d->proba[i * d->k + c] + (c == d->y[i] ? 0.5 : 0);
    decide(d);
    double after = score(metric, d, NULL);
    if (!(after > before))
        fail_msg("%s: a better prediction falls from %.17g to %.17g", metric->name, before, after);
}

static void a_better_prediction_scores_higher(void **state)
{
    (void)state;
    for_each_metric(check_improvement);
}

static void copy_row(struct case_data *to, int64_t at, const struct case_data *from, int64_t i)
{
    to->y[at] = from->y[i];
    to->w[at] = from->w[i];
    to->labels[at] = from->labels[i];
    memcpy(&to->proba[at * to->k], &from->proba[i * from->k], (size_t)from->k * sizeof *from->proba);
}

static void check_order(const struct metric *metric, struct case_data *d)
{
    struct case_data other = *d;
    int32_t order[ROWS];
    struct rng r = rng_seed(9);
    for (int32_t i = 0; i < ROWS; i++)
        order[i] = i;
    rng_shuffle(&r, order, ROWS);
    for (int32_t i = 0; i < ROWS; i++)
        copy_row(&other, i, d, order[i]);
    expect_close(metric, score(metric, d, NULL), score(metric, &other, NULL), "rows in another order");
    expect_close(
        metric, score(metric, d, d->w), score(metric, &other, other.w), "weighted rows in another order");
}

static void the_order_of_rows_does_not_matter(void **state)
{
    (void)state;
    for_each_metric(check_order);
}

static void check_weights(const struct metric *metric, struct case_data *d)
{
    struct case_data repeated = {.k = d->k, .positive = d->positive};
    double ones[ROWS], scaled[ROWS];
    for (int64_t i = 0; i < ROWS; i++) {
        ones[i] = 1;
        scaled[i] = 0.37 * d->w[i];
        for (int times = 0; times < (int)d->w[i]; times++)
            copy_row(&repeated, repeated.n++, d, i);
    }
    double weighted = score(metric, d, d->w);
    expect_close(metric, weighted, score(metric, &repeated, NULL), "weights and repeated rows");
    expect_close(metric, weighted, score(metric, d, scaled), "scaled weights");
    expect_close(metric, score(metric, d, ones), score(metric, d, NULL), "weights of 1");
}

static void a_weight_is_a_number_of_rows(void **state)
{
    (void)state;
    for_each_metric(check_weights);
}

/* Class c becomes class k - 1 - c everywhere. */
static void check_names(const struct metric *metric, struct case_data *d)
{
    struct case_data other = *d;
    other.positive = d->k - 1 - d->positive;
    for (int64_t i = 0; i < d->n; i++) {
        other.y[i] = d->k - 1 - d->y[i];
        other.labels[i] = d->k - 1 - d->labels[i];
        for (int32_t c = 0; c < d->k; c++)
            other.proba[i * d->k + d->k - 1 - c] = d->proba[i * d->k + c];
    }
    expect_close(metric, score(metric, d, d->w), score(metric, &other, d->w), "classes in another order");
}

static void the_order_of_classes_does_not_matter(void **state)
{
    (void)state;
    for_each_metric(check_names);
}

static void expect_bounded_or_nan(const struct metric *metric, double s, const char *what)
{
    if (!isnan(s))
        expect_bounded(metric, s, what);
}

static void check_constant(const struct metric *metric, struct case_data *d)
{
    struct case_data flat = *d;
    for (int64_t i = 0; i < d->n; i++)
        for (int32_t c = 0; c < d->k; c++)
            flat.proba[i * d->k + c] = 1.0 / d->k;
    decide(&flat);
    expect_bounded_or_nan(metric, score(metric, &flat, NULL), "a constant prediction");
    for (int32_t c = 0; c < d->k; c++) {
        for (int64_t i = 0; i < d->n; i++)
            d->y[i] = c;
        decide(d);
        expect_bounded_or_nan(metric, score(metric, d, NULL), "a constant truth");
        make_perfect(d);
        expect_bounded_or_nan(metric, score(metric, d, d->w), "a constant truth and prediction");
    }
}

static void a_constant_truth_or_prediction_gives_a_score_or_none(void **state)
{
    (void)state;
    for_each_metric(check_constant);
}

static void check_empty(const struct metric *metric, struct case_data *d)
{
    double nothing[ROWS] = {0};
    if (!isnan(score(metric, d, nothing)))
        fail_msg("%s: rows without weight have a score", metric->name);
    d->n = 1;
    expect_bounded_or_nan(metric, score(metric, d, NULL), "one row");
    d->n = 0;
    if (!isnan(score(metric, d, NULL)) || !isnan(score(metric, d, d->w)))
        fail_msg("%s: no rows have a score", metric->name);
}

static void no_rows_have_no_score(void **state)
{
    (void)state;
    for_each_metric(check_empty);
}

static void check_bad(const struct metric *metric, struct case_data *d)
{
    const double bad[] = {(double)NAN, (double)INFINITY};
    struct mem m;
    mem_init(&m, &allocator_system);
    for (int i = 0; i < 2 && !(metric->flags & METRIC_LABELS); i++) {
        double out = 0;
        for (int32_t c = 0; c < d->k; c++)
            d->proba[11 * d->k + c] = bad[i];
        if (score_in(&m, metric, d, NULL, &out, NULL) != AUTOML_E_NUMERIC)
            fail_msg("%s: a row of %g gives %g", metric->name, bad[i], out);
    }
    assert_int_equal(mem_used(&m), 0);
}

static void numbers_that_are_no_probabilities_are_an_error(void **state)
{
    (void)state;
    for_each_metric(check_bad);
}

static void check_allocations(const struct metric *metric, struct case_data *d)
{
    struct fault_allocator f;
    struct mem m;
    fault_init(&f);
    struct allocator hooks = fault_hooks(&f);
    mem_init(&m, &hooks);
    bool happened = true;
    for (int64_t n = 1; happened; n++) {
        double out;
        fault_once(&f, n);
        automl_status status = score_in(&m, metric, d, d->w, &out, NULL);
        happened = fault_happened(&f);
        if (status != (happened ? AUTOML_E_MEMORY : AUTOML_OK) || !fault_clean(&f))
            fail_msg("%s: allocation %d fails: status %d", metric->name, (int)n, (int)status);
    }
}

static void every_metric_survives_failing_allocations(void **state)
{
    (void)state;
    for_each_metric(check_allocations);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_is_complete),
        cmocka_unit_test(every_score_lies_in_its_range),
        cmocka_unit_test(only_a_perfect_prediction_scores_best),
        cmocka_unit_test(a_better_prediction_scores_higher),
        cmocka_unit_test(the_order_of_rows_does_not_matter),
        cmocka_unit_test(a_weight_is_a_number_of_rows),
        cmocka_unit_test(the_order_of_classes_does_not_matter),
        cmocka_unit_test(a_constant_truth_or_prediction_gives_a_score_or_none),
        cmocka_unit_test(no_rows_have_no_score),
        cmocka_unit_test(numbers_that_are_no_probabilities_are_an_error),
        cmocka_unit_test(every_metric_survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
