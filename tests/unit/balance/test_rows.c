#include "balance/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "balance_fixture.h"

static void targets(const int64_t *counts, int32_t k, double ratio, bool over, int64_t *out)
{
    struct fixture f;
    struct class_rows c;
    fixture_set_up(&f, counts, k);
    assert_int_equal(class_rows_create(&f.in, &c, NULL), AUTOML_OK);
    if (over)
        balance_over_targets(&c, k, ratio, out);
    else
        balance_under_targets(&c, k, ratio, out);
    class_rows_free(&c);
    fixture_tear_down(&f);
}

static void rows_are_listed_by_class(void **state)
{
    (void)state;
    static const int64_t counts[] = {5, 0, 12, 3};
    struct fixture f;
    struct class_rows c;
    fixture_set_up(&f, counts, 4);
    assert_int_equal(class_rows_create(&f.in, &c, NULL), AUTOML_OK);
    for (int32_t i = 0; i < 4; i++) {
        assert_int_equal(class_rows_count(&c, i), counts[i]);
        for (int64_t j = c.begin[i]; j < c.begin[i + 1]; j++) {
            assert_int_equal(f.y[c.rows[j]], i);
            assert_true(j == c.begin[i] || c.rows[j] > c.rows[j - 1]);
        }
    }
    class_rows_free(&c);
    fixture_tear_down(&f);
}

static void smaller_classes_are_raised(void **state)
{
    (void)state;
    int64_t t[4];
    targets((int64_t[]){1000, 10, 600, 0}, 4, 1.0, true, t);
    assert_true(t[0] == 1000 && t[1] == 1000 && t[2] == 1000 && t[3] == 0);
    targets((int64_t[]){1000, 10, 600, 0}, 4, 0.333, true, t);
    assert_true(t[0] == 1000 && t[1] == 333 && t[2] == 600 && t[3] == 0);
}

static void larger_classes_are_cut(void **state)
{
    (void)state;
    int64_t t[4];
    targets((int64_t[]){5000, 700, 600, 0}, 4, 1.0, false, t);
    assert_true(t[0] == 600 && t[1] == 600 && t[2] == 600 && t[3] == 0);
    targets((int64_t[]){5000, 700, 600, 0}, 4, 0.7, false, t);
    assert_true(t[0] == 857 && t[1] == 700 && t[2] == 600);
    targets((int64_t[]){5000, 700, 600, 0}, 4, 1e-300, false, t);
    assert_true(t[0] == 5000 && t[1] == 700 && t[2] == 600);
}

static void a_thousand_rows_stay(void **state)
{
    (void)state;
    int64_t t[3];
    targets((int64_t[]){5000, 20}, 2, 1.0, false, t);
    assert_true(t[0] == 980 && t[1] == 20);
    targets((int64_t[]){5000, 400, 20}, 3, 1.0, false, t);
    assert_true(t[0] == 580 && t[1] == 400 && t[2] == 20);
    targets((int64_t[]){700, 20}, 2, 1.0, false, t);
    assert_true(t[0] == 700 && t[1] == 20);
    targets((int64_t[]){600, 600, 10}, 3, 1.0, false, t);
    assert_true(t[0] == 495 && t[1] == 495 && t[2] == 10);
}

static void ratios_are_checked(void **state)
{
    (void)state;
    assert_int_equal(balance_check_ratio(1.0, NULL), AUTOML_OK);
    assert_int_equal(balance_check_ratio(0.0, NULL), AUTOML_E_RANGE);
    assert_int_equal(balance_check_ratio(1.5, NULL), AUTOML_E_RANGE);
    double zero = 0.0;
    assert_int_equal(balance_check_ratio(zero / zero, NULL), AUTOML_E_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_listed_by_class),
        cmocka_unit_test(smaller_classes_are_raised),
        cmocka_unit_test(larger_classes_are_cut),
        cmocka_unit_test(a_thousand_rows_stay),
        cmocka_unit_test(ratios_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
