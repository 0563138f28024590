/* The table, registration, and inputs without a score. */
#include "eval/metric.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "support/fault_allocator.h"

static automl_status constant_score(
    const struct metric *self, const struct metric_input *in, double *out, automl_error *err)
{
    (void)in;
    (void)err;
    *out = *(const double *)self->user;
    return AUTOML_OK;
}

static struct mem system_mem(void)
{
    struct mem m;
    mem_init(&m, &allocator_system);
    return m;
}

static double score(const char *name, const struct metric_input *in)
{
    const struct metric *m = NULL;
    double x = -99.0;
    assert_int_equal(metric_find(NULL, name, 0, &m, NULL), AUTOML_OK);
    assert_int_equal(m->score(m, in, &x, NULL), AUTOML_OK);
    return x;
}

static void names_are_distinct_and_found(void **state)
{
    (void)state;
    int32_t n;
    const struct metric *const *all = metrics_all(&n);
    assert_int_equal(n, 25);
    for (int32_t i = 0; i < n; i++) {
        const struct metric *found = NULL;
        assert_int_equal(metric_find(NULL, all[i]->name, 0, &found, NULL), AUTOML_OK);
        assert_ptr_equal(found, all[i]);
        assert_true(all[i]->best > all[i]->worst);
        assert_true(strlen(all[i]->summary) > 10);
        assert_true(all[i]->flags & METRIC_BINARY);
    }
}

static void names_the_nearest(void **state)
{
    (void)state;
    automl_error err = {0};
    const struct metric *m = NULL;
    assert_int_equal(metric_find(NULL, "roc_acu", 2, &m, &err), AUTOML_E_UNKNOWN_KEY);
    assert_string_equal(err.message, "there is no metric 'roc_acu'; nearest is 'roc_auc'");
    assert_null(m);
    assert_int_equal(metric_find(NULL, NULL, 2, &m, &err), AUTOML_E_ARGUMENT);
}

static void names_the_variants_for_more_classes(void **state)
{
    (void)state;
    automl_error err = {0};
    const struct metric *m = NULL;
    assert_int_equal(metric_find(NULL, "f1", 3, &m, &err), AUTOML_E_CONFLICT);
    assert_string_equal(err.message,
        "metric 'f1' is defined for two classes only; the target has 3: choose one of f1_macro, f1_micro, "
        "f1_weighted");
    assert_int_equal(metric_find(NULL, "roc_auc", 4, &m, &err), AUTOML_E_CONFLICT);
    assert_non_null(strstr(err.message, "roc_auc_ovr, roc_auc_ovo, roc_auc_ovr_weighted"));
    assert_int_equal(metric_find(NULL, "roc_auc", 2, &m, &err), AUTOML_OK);
    assert_int_equal(metric_find(NULL, "precision", 3, &m, &err), AUTOML_E_CONFLICT);
    assert_int_equal(metric_find(NULL, "recall", 3, &m, &err), AUTOML_E_CONFLICT);
}

static void defaults_are_defined(void **state)
{
    (void)state;
    const struct metric *m = NULL;
    assert_int_equal(metric_find(NULL, metric_default(2), 2, &m, NULL), AUTOML_OK);
    assert_string_equal(m->name, "roc_auc");
    assert_int_equal(metric_find(NULL, metric_default(5), 5, &m, NULL), AUTOML_OK);
    assert_string_equal(m->name, "neg_log_loss");
}

static void registered_scorers_are_copied_and_found(void **state)
{
    (void)state;
    double seven = 7.0, x = 0.0;
    char name[] = "profit";
    automl_context *ctx = NULL;
    automl_error err = {0};
    const struct metric *m = NULL;
    struct metric mine = {.name = name, .flags = METRIC_BINARY, .score = constant_score, .user = &seven};
    assert_int_equal(context_create(NULL, &ctx, NULL), AUTOML_OK);
    assert_int_equal(metric_register(ctx, &mine, &err), AUTOML_OK);
    name[0] = 'X';
    assert_int_equal(metric_find(ctx, "profit", 2, &m, &err), AUTOML_OK);
    assert_int_equal(m->score(m, NULL, &x, NULL), AUTOML_OK);
    assert_true(x == 7.0);
    assert_string_equal(m->summary, "");
    assert_int_equal(metric_find(ctx, "profit", 3, &m, &err), AUTOML_E_CONFLICT);
    assert_int_equal(metric_find(NULL, "profit", 2, &m, &err), AUTOML_E_UNKNOWN_KEY);
    assert_int_equal(metric_find(ctx, "profi", 2, &m, &err), AUTOML_E_UNKNOWN_KEY);
    assert_non_null(strstr(err.message, "nearest is 'profit'"));
    context_unref(ctx);
}

static void unfit_scorers_are_refused(void **state)
{
    (void)state;
    automl_context *ctx = NULL;
    struct metric m = {.name = "accuracy", .flags = METRIC_BINARY, .score = constant_score};
    assert_int_equal(context_create(NULL, &ctx, NULL), AUTOML_OK);
    assert_int_equal(metric_register(ctx, &m, NULL), AUTOML_E_CONFLICT);
    m.name = "mine";
    assert_int_equal(metric_register(ctx, &m, NULL), AUTOML_OK);
    assert_int_equal(metric_register(ctx, &m, NULL), AUTOML_E_CONFLICT);
    m.name = "";
    assert_int_equal(metric_register(ctx, &m, NULL), AUTOML_E_ARGUMENT);
    m.name = "other";
    m.flags = METRIC_LABELS;
    assert_int_equal(metric_register(ctx, &m, NULL), AUTOML_E_ARGUMENT);
    m.flags = METRIC_MULTICLASS;
    m.score = NULL;
    assert_int_equal(metric_register(ctx, &m, NULL), AUTOML_E_ARGUMENT);
    context_unref(ctx);
}

static void registering_survives_failing_allocations(void **state)
{
    (void)state;
    struct fault_allocator f;
    fault_init(&f);
    struct allocator hooks = fault_hooks(&f);
    struct metric m = {.name = "mine", .flags = METRIC_BINARY, .score = constant_score};
    for (int64_t n = 1;; n++) {
        automl_context *ctx = NULL;
        fault_off(&f);
        assert_int_equal(context_create(&hooks, &ctx, NULL), AUTOML_OK);
        fault_once(&f, n);
        automl_status status = metric_register(ctx, &m, NULL);
        bool happened = fault_happened(&f);
        assert_int_equal(status, happened ? AUTOML_E_MEMORY : AUTOML_OK);
        context_unref(ctx);
        assert_true(fault_clean(&f));
        if (!happened)
            break;
    }
}

/* Eight rows of three classes; class 2 is in the last two. */
static const int32_t some_y[] = {0, 1, 0, 1, 1, 0, 2, 2}, some_labels[] = {0, 1, 1, 0, 1, 2, 2, 0};
static const double some_p[] = {0.5, 0.25, 0.25, 0.25, 0.5, 0.25, 0.25, 0.5, 0.25, 0.5, 0.25, 0.25, 0.125,
    0.75, 0.125, 0.25, 0.25, 0.5, 0.125, 0.125, 0.75, 0.5, 0.25, 0.25};
static const double some_w[] = {1.0, 2.0, 1.0, 0.5, 1.0, 1.0, 3.0, 1.0}, no_w[8] = {0.0};

static void no_weight_gives_no_score(void **state)
{
    (void)state;
    struct mem m = system_mem();
    int32_t n;
    const struct metric *const *all = metrics_all(&n);
    for (int32_t i = 0; i < n; i++) {
        struct metric_input in = {
            .n = 8, .k = 3, .y = some_y, .labels = some_labels, .proba = some_p, .w = no_w, .mem = &m};
        if (!(all[i]->flags & METRIC_MULTICLASS))
            continue;
        assert_true(isnan(score(all[i]->name, &in)));
        in.n = 0;
        in.w = NULL;
        assert_true(isnan(score(all[i]->name, &in)));
    }
    assert_int_equal(mem_used(&m), 0);
}

static void one_class_has_no_ranking(void **state)
{
    (void)state;
    static const int32_t y[4] = {0};
    static const double p[] = {0.5, 0.5, 0.25, 0.75, 1.0, 0.0, 0.0, 1.0};
    struct mem m = system_mem();
    struct metric_input in = {.n = 4, .k = 2, .positive = 1, .y = y, .proba = p, .mem = &m};
    assert_true(isnan(score("roc_auc", &in)));
    assert_true(isnan(score("roc_auc_ovr", &in)));
    assert_true(isnan(score("ks", &in)));
    assert_true(isnan(score("average_precision", &in)));
    assert_true(isfinite(score("neg_log_loss", &in)));
}

static void bad_probabilities_are_an_error(void **state)
{
    (void)state;
    static const char *const names[] = {
        "roc_auc", "average_precision", "ks", "neg_log_loss", "neg_brier_score"};
    double p[] = {0.5, 0.5, 0.25, 0.75, 1.0, 0.0, 0.0, NAN};
    static const int32_t y[] = {0, 1, 0, 1};
    static const double w[] = {1.0, 1.0, 1.0, 1.0};
    struct mem m = system_mem();
    for (int32_t i = 0; i < 10; i++) {
        struct metric_input in = {
            .n = 4, .k = 2, .positive = 1, .y = y, .proba = p, .w = i < 5 ? NULL : w, .mem = &m};
        const struct metric *metric = NULL;
        automl_error err = {0};
        double x;
        assert_int_equal(metric_find(NULL, names[i % 5], 2, &metric, NULL), AUTOML_OK);
        assert_int_equal(metric->score(metric, &in, &x, &err), AUTOML_E_NUMERIC);
        assert_non_null(strstr(err.message, "class 1 in row 3"));
    }
    assert_int_equal(mem_used(&m), 0);
}

static void scoring_survives_failing_allocations(void **state)
{
    (void)state;
    struct fault_allocator f;
    fault_init(&f);
    struct allocator hooks = fault_hooks(&f);
    int32_t n;
    const struct metric *const *all = metrics_all(&n);
    for (int32_t i = 0; i < 2 * n; i++) {
        const struct metric *metric = all[i / 2];
        if (!(metric->flags & METRIC_MULTICLASS))
            continue;
        for (int64_t call = 1;; call++) {
            struct mem m;
            double x;
            mem_init(&m, &hooks);
            struct metric_input in = {.n = 8,
                .k = 3,
                .y = some_y,
                .labels = some_labels,
                .proba = some_p,
                .w = i % 2 ? some_w : NULL,
                .mem = &m};
            fault_once(&f, call);
            automl_status status = metric->score(metric, &in, &x, NULL);
            assert_true(fault_clean(&f));
            assert_int_equal(status, fault_happened(&f) ? AUTOML_E_MEMORY : AUTOML_OK);
            if (!fault_happened(&f))
                break;
        }
    }
}

static void integer_weights_equal_repeated_rows(void **state)
{
    (void)state;
    static const double weights[] = {1.0, 2.0, 0.0, 3.0, 1.0, 1.0, 2.0, 1.0};
    struct mem m = system_mem();
    int32_t y[16], labels[16], n = 0, count;
    double p[48];
    for (int32_t i = 0; i < 8; i++)
        for (int32_t t = 0; t < (int32_t)weights[i]; t++, n++) {
            y[n] = some_y[i];
            labels[n] = some_labels[i];
            memcpy(p + 3 * n, some_p + 3 * i, 3 * sizeof *p);
        }
    const struct metric *const *all = metrics_all(&count);
    for (int32_t i = 0; i < count; i++) {
        struct metric_input a = {
            .n = 8, .k = 3, .y = some_y, .labels = some_labels, .proba = some_p, .w = weights, .mem = &m};
        struct metric_input b = {.n = n, .k = 3, .y = y, .labels = labels, .proba = p, .mem = &m};
        if (all[i]->flags & METRIC_MULTICLASS)
            assert_true(fabs(score(all[i]->name, &a) - score(all[i]->name, &b)) < 1e-15);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_distinct_and_found),
        cmocka_unit_test(names_the_nearest),
        cmocka_unit_test(names_the_variants_for_more_classes),
        cmocka_unit_test(defaults_are_defined),
        cmocka_unit_test(registered_scorers_are_copied_and_found),
        cmocka_unit_test(unfit_scorers_are_refused),
        cmocka_unit_test(registering_survives_failing_allocations),
        cmocka_unit_test(no_weight_gives_no_score),
        cmocka_unit_test(one_class_has_no_ranking),
        cmocka_unit_test(bad_probabilities_are_an_error),
        cmocka_unit_test(scoring_survives_failing_allocations),
        cmocka_unit_test(integer_weights_equal_repeated_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
