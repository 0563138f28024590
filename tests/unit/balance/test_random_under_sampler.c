#include "balance/balancer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "balance_fixture.h"

static const int64_t counts[] = {2000, 600, 500, 0};

static automl_status resample(const struct fixture *f, struct balance_out *out)
{
    return balancer_find("random_under_sampler")->resample(&f->in, out, NULL);
}

static void keeps_a_part_of_the_larger_classes(void **state)
{
    (void)state;
    struct fixture f;
    struct balance_out out;
    int64_t after[FIXTURE_CLASSES];
    fixture_set_up(&f, counts, 4);
    assert_int_equal(resample(&f, &out), AUTOML_OK);
    fixture_check(&f, &out, after);
    assert_true(after[0] == 500 && after[1] == 500 && after[2] == 500 && after[3] == 0);
    for (int64_t i = 1; i < out.n; i++)
        assert_true(frame_value(out.x, 0, i) > frame_value(out.x, 0, i - 1));
    balance_out_free(&f.mem, &out);
    fixture_tear_down(&f);
}

static void columns_are_views(void **state)
{
    (void)state;
    struct fixture f;
    struct balance_out out;
    fixture_set_up(&f, counts, 4);
    f.in.w = NULL;
    assert_int_equal(resample(&f, &out), AUTOML_OK);
    assert_ptr_equal(out.x->cols[0].x, f.in.x->cols[0].x);
    assert_ptr_equal(out.x->cols[2].codes, f.in.x->cols[2].codes);
    assert_ptr_equal(out.x->cols[0].rows, out.x->cols[2].rows);
    assert_null(out.w);
    balance_out_free(&f.mem, &out);
    fixture_tear_down(&f);
}

static double sum_of_rows(const struct fixture *f)
{
    struct balance_out out;
    double sum = 0.0;
    assert_int_equal(resample(f, &out), AUTOML_OK);
    for (int64_t i = 0; i < out.n; i++)
        sum += frame_value(out.x, 0, i);
    balance_out_free(f->in.mem, &out);
    return sum;
}

static void the_stream_decides(void **state)
{
    (void)state;
    struct fixture f;
    fixture_set_up(&f, counts, 4);
    double first = sum_of_rows(&f);
    assert_true(first == sum_of_rows(&f));
    f.in.rng = rng_seed(8);
    assert_true(first != sum_of_rows(&f));
    fixture_tear_down(&f);
}

/* 500 of 2000 by chance: the mean row number is that of all, within five standard errors. */
static void the_sample_is_even(void **state)
{
    (void)state;
    struct fixture f;
    fixture_set_up(&f, (int64_t[]){20000, 5000}, 2);
    double mean = sum_of_rows(&f) / 10000.0;
    assert_true(mean > 12500.0 - 5.0 * 72.0 && mean < 12500.0 + 5.0 * 72.0);
    fixture_tear_down(&f);
}

static void replacement_repeats_rows(void **state)
{
    (void)state;
    struct fixture f;
    struct balance_out out;
    struct params *params = NULL;
    int64_t after[FIXTURE_CLASSES], repeats = 0;
    fixture_set_up(&f, counts, 4);
    const struct balancer *b = balancer_find("random_under_sampler");
    assert_int_equal(params_create(&f.mem, b->params, &params, NULL), AUTOML_OK);
    assert_int_equal(params_set_bool(params, "replacement", true, NULL), AUTOML_OK);
    f.in.params = params;
    assert_int_equal(resample(&f, &out), AUTOML_OK);
    fixture_check(&f, &out, after);
    assert_true(after[0] == 500 && after[1] == 500 && after[2] == 500);
    for (int64_t i = 1; i < out.n; i++)
        repeats += frame_value(out.x, 0, i) == frame_value(out.x, 0, i - 1);
    assert_true(repeats > 50);
    balance_out_free(&f.mem, &out);
    params_free(params);
    fixture_tear_down(&f);
}

static void a_stop_ends_it(void **state)
{
    (void)state;
    struct fixture f;
    struct balance_out out = {0};
    _Atomic int32_t cancel = 1;
    struct stop stop = {.cancel = &cancel, .deadline_ns = DEADLINE_NONE};
    fixture_set_up(&f, counts, 4);
    f.in.stop = &stop;
    assert_int_equal(resample(&f, &out), AUTOML_E_CANCELLED);
    assert_null(out.x);
    fixture_tear_down(&f);
}

static void survives_failing_allocations(void **state)
{
    (void)state;
    struct fixture f;
    fixture_set_up(&f, (int64_t[]){30, 5}, 2);
    int64_t blocks = fault_blocks(&f.fault);
    for (int64_t n = 1;; n++) {
        struct balance_out out = {0};
        fault_once(&f.fault, n);
        automl_status status = resample(&f, &out);
        bool happened = fault_happened(&f.fault);
        assert_int_equal(status, happened ? AUTOML_E_MEMORY : AUTOML_OK);
        balance_out_free(&f.mem, &out);
        assert_int_equal(fault_blocks(&f.fault), blocks);
        if (!happened)
            break;
    }
    fixture_tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_a_part_of_the_larger_classes),
        cmocka_unit_test(columns_are_views),
        cmocka_unit_test(the_stream_decides),
        cmocka_unit_test(the_sample_is_even),
        cmocka_unit_test(replacement_repeats_rows),
        cmocka_unit_test(a_stop_ends_it),
        cmocka_unit_test(survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
