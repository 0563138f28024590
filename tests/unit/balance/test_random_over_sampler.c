#include "balance/balancer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "balance_fixture.h"

static const int64_t counts[] = {400, 100, 0, 7};

static automl_status resample(const struct fixture *f, struct balance_out *out)
{
    return balancer_find("random_over_sampler")->resample(&f->in, out, NULL);
}

static void smaller_classes_are_drawn_again(void **state)
{
    (void)state;
    struct fixture f;
    struct balance_out out;
    int64_t after[FIXTURE_CLASSES];
    fixture_set_up(&f, counts, 4);
    assert_int_equal(resample(&f, &out), AUTOML_OK);
    fixture_check(&f, &out, after);
    assert_true(after[0] == 400 && after[1] == 400 && after[2] == 0 && after[3] == 400);
    for (int64_t i = 0; i < 507; i++)
        assert_true(frame_value(out.x, 0, i) == (double)i);
    assert_ptr_equal(out.x->cols[0].x, f.in.x->cols[0].x);
    balance_out_free(&f.mem, &out);
    fixture_tear_down(&f);
}

static void the_ratio_is_reached(void **state)
{
    (void)state;
    struct fixture f;
    struct balance_out out;
    int64_t after[FIXTURE_CLASSES];
    fixture_set_up(&f, counts, 4);
    f.in.ratio = 0.5;
    assert_int_equal(resample(&f, &out), AUTOML_OK);
    fixture_check(&f, &out, after);
    assert_true(after[0] == 400 && after[1] == 200 && after[2] == 0 && after[3] == 200);
    balance_out_free(&f.mem, &out);
    f.in.ratio = 2.0;
    assert_int_equal(resample(&f, &out), AUTOML_E_RANGE);
    fixture_tear_down(&f);
}

static struct params *shrinkage(struct fixture *f, double x)
{
    struct params *params = NULL;
    const struct balancer *b = balancer_find("random_over_sampler");
    assert_int_equal(params_create(&f->mem, b->params, &params, NULL), AUTOML_OK);
    assert_int_equal(params_set_real(params, "shrinkage", x, NULL), AUTOML_OK);
    f->in.params = params;
    return params;
}

/* Noise of the rows drawn for class 1, all others being as they were. */
static void shrinkage_spreads_drawn_rows(void **state)
{
    (void)state;
    static const int64_t many[] = {4000, 1000};
    struct fixture f;
    struct balance_out plain, out;
    fixture_set_up(&f, many, 2);
    assert_int_equal(resample(&f, &plain), AUTOML_OK);
    struct params *params = shrinkage(&f, 0.5);
    assert_int_equal(resample(&f, &out), AUTOML_OK);
    double squares = 0.0, spread = 0.0, mean = 0.0;
    for (int64_t i = 0; i < out.n; i++) {
        double noise = frame_value(out.x, 0, i) - frame_value(plain.x, 0, i);
        double second = frame_value(plain.x, 1, i), third = frame_value(plain.x, 2, i);
        assert_true(i >= 5000 || noise == 0.0);
        assert_int_equal(isnan(frame_value(out.x, 1, i)), isnan(second));
        assert_true(isnan(third) || frame_value(out.x, 2, i) == third);
        assert_int_equal(out.y[i], plain.y[i]);
        squares += noise * noise;
    }
    for (int64_t i = 0; i < 5000; i++)
        mean += f.y[i] == 1 ? (double)i / 1000.0 : 0.0;
    for (int64_t i = 0; i < 5000; i++)
        spread += f.y[i] == 1 ? ((double)i - mean) * ((double)i - mean) / 1000.0 : 0.0;
    double expected = 0.5 * pow(4.0 / (5.0 * 5000.0), 1.0 / 7.0) * sqrt(spread);
    assert_true(fabs(sqrt(squares / 3000.0) / expected - 1.0) < 0.06);
    balance_out_free(&f.mem, &out);
    balance_out_free(&f.mem, &plain);
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
    struct params *params = shrinkage(&f, 1.0);
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
    params_free(params);
    fixture_tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smaller_classes_are_drawn_again),
        cmocka_unit_test(the_ratio_is_reached),
        cmocka_unit_test(shrinkage_spreads_drawn_rows),
        cmocka_unit_test(a_stop_ends_it),
        cmocka_unit_test(survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
