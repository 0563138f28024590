#include <pthread.h>

#include "pipeline_fixture.h"

static void gives_the_same_bits_as_the_batch(void **state)
{
    struct fixture *f = *state;
    const char *const specs[] = {spec_chain, spec_union, spec_stack, spec_ensemble};
    automl_dataset *d = make_data(f, 300, 3);
    for (size_t i = 0; i < 4; i++) {
        automl_pipeline *p = fit(f, specs[i], d);
        p->temperature = i == 1 ? 1.7 : 1;
        struct frame *x = frame_of(f, p, d);
        double *all = predict(f, p, d, NULL), row[DATA_FEATURES], one[3];
        struct automl_predictor *r = NULL;
        assert_ok(f, predictor_create(p, &r, &f->err));
        for (int64_t n = 0; n < 300; n++) {
            int32_t label;
            for (int32_t j = 0; j < DATA_FEATURES; j++)
                row[j] = frame_value(x, j, n);
            int32_t decided = predictor_row(r, row, one);
            model_decide(p, 1, all + 3 * n, &label);
            assert_same_bits(one, all + 3 * n, 3);
            assert_int_equal(decided, label);
            assert_int_equal(predictor_row(r, row, NULL), label);
        }
        predictor_free(r);
        free(all);
        frame_unref(x);
        model_unref(p);
    }
    dataset_unref(d);
}

static void takes_what_is_no_value_as_missing(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 200, 2);
    automl_pipeline *p = fit(f, spec_union, d);
    struct automl_predictor *r = NULL;
    static const double codes[] = {-1, 4, 1e300, -1e300, 0.5, INFINITY, -INFINITY};
    double row[DATA_FEATURES] = {NAN, 3, NAN, 1, 18500}, missing[2], odd[2];
    assert_ok(f, predictor_create(p, &r, &f->err));
    predictor_row(r, row, missing);
    assert_true(isfinite(missing[0]) && missing[0] + missing[1] > 0.999);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        row[0] = i % 2 ? INFINITY : -INFINITY;
        row[2] = codes[i];
        predictor_row(r, row, odd);
        assert_same_bits(odd, missing, 2);
    }
    predictor_free(r);
    model_unref(p);
    dataset_unref(d);
}

static void keeps_its_model_alive(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 100, 2);
    automl_pipeline *p = fit(f, spec_chain, d);
    struct automl_predictor *r = NULL;
    double row[DATA_FEATURES] = {0, 0, 0, 0, 18000}, before[2], after[2];
    assert_ok(f, predictor_create(p, &r, &f->err));
    predictor_row(r, row, before);
    model_unref(p);
    predictor_row(r, row, after);
    assert_same_bits(before, after, 2);
    predictor_free(r);
    predictor_free(NULL);
    dataset_unref(d);
}

static void allocates_nothing_for_a_row(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 100, 2);
    automl_pipeline *p = fit(f, spec_ensemble, d);
    struct automl_predictor *r = NULL;
    double row[DATA_FEATURES] = {0, 0, 0, 0, 18000}, one[2];
    assert_ok(f, predictor_create(p, &r, &f->err));
    fault_from(&f->fault, 1);
    predictor_row(r, row, one);
    assert_int_equal(fault_calls(&f->fault), 0);
    fault_off(&f->fault);
    predictor_free(r);
    model_unref(p);
    dataset_unref(d);
}

static void survives_every_failed_allocation(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 60, 2);
    automl_pipeline *p = fit(f, spec_union, d);
    for (int64_t n = 1;; n++) {
        struct automl_predictor *r = NULL;
        fault_once(&f->fault, n);
        automl_status status = predictor_create(p, &r, &f->err);
        bool refused = fault_happened(&f->fault);
        fault_off(&f->fault);
        assert_int_equal(status, refused ? AUTOML_E_MEMORY : AUTOML_OK);
        predictor_free(r);
        if (!refused)
            break;
    }
    model_unref(p);
    dataset_unref(d);
}

struct user {
    automl_pipeline *p;
    struct frame *x;
    const double *expected;
    int32_t wrong;
};

/* Counts rows that differ: assertions belong to the test's own thread. */
static void *use_model(void *arg)
{
    struct user *u = arg;
    struct automl_predictor *r = NULL;
    int64_t n = u->x->n_rows;
    double row[DATA_FEATURES], one[2], *all = calloc((size_t)n * 2, sizeof *all);
    if (!all || predictor_create(u->p, &r, NULL) < 0) {
        u->wrong = -1;
        free(all);
        return NULL;
    }
    for (int64_t i = 0; i < n; i++) {
        for (int32_t j = 0; j < DATA_FEATURES; j++)
            row[j] = frame_value(u->x, j, i);
        predictor_row(r, row, one);
        u->wrong += memcmp(one, u->expected + 2 * i, sizeof one) != 0;
    }
    if (model_predict_proba(u->p, u->x, NULL, NULL, all, NULL) < 0)
        u->wrong = -1;
    else
        u->wrong += memcmp(all, u->expected, (size_t)n * 2 * sizeof *all) != 0;
    predictor_free(r);
    free(all);
    return NULL;
}

static void shares_one_model_among_threads(void **state)
{
    struct fixture *f = *state;
    automl_dataset *d = make_data(f, 300, 2);
    automl_pipeline *p = fit(f, spec_ensemble, d);
    struct frame *x = frame_of(f, p, d);
    double *expected = predict(f, p, d, NULL);
    pthread_t threads[4];
    struct user users[4];
    for (int32_t i = 0; i < 4; i++) {
        users[i] = (struct user){p, x, expected, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, use_model, &users[i]), 0);
    }
    for (int32_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(users[i].wrong, 0);
    }
    free(expected);
    frame_unref(x);
    model_unref(p);
    dataset_unref(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPELINE_TEST(gives_the_same_bits_as_the_batch),
        PIPELINE_TEST(takes_what_is_no_value_as_missing),
        PIPELINE_TEST(keeps_its_model_alive),
        PIPELINE_TEST(allocates_nothing_for_a_row),
        PIPELINE_TEST(survives_every_failed_allocation),
        PIPELINE_TEST(shares_one_model_among_threads),
    };
    return cmocka_run_group_tests_name("predictor", tests, NULL, NULL);
}
