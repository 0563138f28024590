/* Every metric against scikit-learn 1.2.1 and SciPy (make_metrics.py). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "eval/metric.h"
#include "metrics_inputs.h"

#include "metrics_fixture.h"

enum { CASES = sizeof cases / sizeof *cases, NAMES = sizeof names / sizeof *names };

/* Relative 1e-14; near 0, where scores are differences of sums near 1, absolute 1e-15. */
static bool agrees(double x, double reference)
{
    if (isnan(reference))
        return isnan(x);
    return fabs(x - reference) <= fmax(1e-14 * fabs(reference), 1e-15);
}

static void check(
    const struct inputs_case *c, const char *name, const struct metric_input *in, double reference)
{
    const struct metric *metric = NULL;
    char got[NUMBER_PRINT_BYTES], wanted[NUMBER_PRINT_BYTES];
    double x = -99.0;
    assert_int_equal(metric_find(NULL, name, 0, &metric, NULL), AUTOML_OK);
    if (!(metric->flags & (in->k == 2 ? METRIC_BINARY : METRIC_MULTICLASS)))
        return;
    assert_int_equal(metric->score(metric, in, &x, NULL), AUTOML_OK);
    number_print(x, got);
    number_print(reference, wanted);
    if (!agrees(x, reference))
        fail_msg("%s of '%s' is %s, not %s", name, c->name, got, wanted);
}

static void agrees_with_the_reference(void **state)
{
    (void)state;
    struct mem m;
    mem_init(&m, &allocator_system);
    for (int32_t i = 0; i < CASES; i++) {
        const struct inputs_case *c = &cases[i];
        struct inputs rows = inputs_create(c);
        struct metric_input in = {.n = c->n,
            .k = c->k,
            .positive = c->positive,
            .y = rows.y,
            .labels = rows.labels,
            .proba = rows.proba,
            .w = rows.w,
            .mem = &m};
        for (int32_t j = 0; j < NAMES; j++)
            check(c, names[j], &in, expected[i][j]);
        inputs_free(&rows);
    }
    assert_int_equal(mem_used(&m), 0);
}

static void covers_every_metric_of_the_table(void **state)
{
    (void)state;
    int32_t n;
    const struct metric *const *all = metrics_all(&n);
    assert_int_equal(n, NAMES);
    for (int32_t i = 0; i < n; i++) {
        int32_t j = 0;
        while (j < NAMES && strcmp(names[j], all[i]->name) != 0)
            j++;
        assert_true(j < NAMES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_reference),
        cmocka_unit_test(covers_every_metric_of_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
