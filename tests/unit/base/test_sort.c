/* Order, stability and failures of base/sort.h, on inputs of many shapes. */
#include "base/sort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "support/fault_allocator.h"

enum { SHAPES = 10, MOST = 20000 };

static const int64_t lengths[] = {0, 1, 2, 3, 47, 48, 49, 50, 257, 3000, MOST};
enum { LENGTHS = sizeof lengths / sizeof *lengths };

struct fixture {
    struct fault_allocator fault;
    struct mem mem;
    struct rng rng;
    double *x;
    float *narrow;
    int32_t *order;
    char *seen;
};

static void set_up(struct fixture *f)
{
    fault_init(&f->fault);
    struct allocator hooks = fault_hooks(&f->fault);
    mem_init(&f->mem, &hooks);
    f->rng = rng_seed(42);
    f->x = NEW_ARRAY(&f->mem, MOST, double);
    f->narrow = NEW_ARRAY(&f->mem, MOST, float);
    f->order = NEW_ARRAY(&f->mem, MOST, int32_t);
    f->seen = NEW_ARRAY(&f->mem, MOST, char);
    assert_true(f->x && f->narrow && f->order && f->seen);
}

static void tear_down(struct fixture *f)
{
    mem_free(&f->mem, f->x);
    mem_free(&f->mem, f->narrow);
    mem_free(&f->mem, f->order);
    mem_free(&f->mem, f->seen);
    assert_int_equal(mem_used(&f->mem), 0);
    assert_true(fault_clean(&f->fault));
}

static double any_double(struct rng *r)
{
    uint64_t bits = rng_u64(r);
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static double special(struct rng *r)
{
    static const double values[] = {0.0, -0.0, NAN, -NAN, INFINITY, -INFINITY, 5e-324, -5e-324, 1.0, -1.0,
        1.7976931348623157e308, -1.7976931348623157e308};
    return values[rng_below(r, 12)];
}

/* One value of a column of the given shape. */
static double value(struct rng *r, int shape, int64_t i)
{
    switch (shape) {
    case 0:
        return rng_double(r);
    case 1:
        return rng_normal(r) * 1e3;
    case 2:
        return any_double(r);
    case 3:
        return special(r);
    case 4:
        return 7.5;
    case 5:
        return (double)i;
    case 6:
        return (double)-i;
    case 7:
        return rng_below(r, 5) * 0.1;
    case 8: /* equal in the upper half of the key, different in the lower */
        return 1.0 + rng_below(r, 100000) * 0x1p-52;
    default: /* a few upper halves, many lower ones */
        return rng_below(r, 3) + rng_below(r, 1U << 30) * 0x1p-50;
    }
}

static void fill(struct fixture *f, int shape, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        f->x[i] = value(&f->rng, shape, i);
        f->narrow[i] = fabs(f->x[i]) > 3e38 ? (float)copysign(INFINITY, f->x[i]) : (float)f->x[i];
    }
}

/* a may stand before b, at positions i and j of the input. */
static bool in_order(double a, double b, int64_t i, int64_t j)
{
    if (isnan(b))
        return !isnan(a) || i < j;
    return a < b || (a == b && i < j);
}

static void assert_permutation(struct fixture *f, int64_t n)
{
    memset(f->seen, 0, MOST);
    for (int64_t i = 0; i < n; i++) {
        assert_in_range(f->order[i], 0, n - 1);
        assert_int_equal(f->seen[f->order[i]]++, 0);
    }
}

static void orders_doubles_of_every_shape(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    for (int c = 0; c < SHAPES * LENGTHS; c++) {
        int64_t n = lengths[c % LENGTHS];
        fill(&f, c / LENGTHS, n);
        assert_true(sort_order_double(&f.mem, f.x, n, f.order));
        assert_permutation(&f, n);
        for (int64_t i = 1; i < n; i++) {
            int32_t a = f.order[i - 1], b = f.order[i];
            assert_true(in_order(f.x[a], f.x[b], a, b));
        }
    }
    tear_down(&f);
}

static void orders_floats_of_every_shape(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    for (int c = 0; c < SHAPES * LENGTHS; c++) {
        int64_t n = lengths[c % LENGTHS];
        fill(&f, c / LENGTHS, n);
        assert_true(sort_order_float(&f.mem, f.narrow, n, f.order));
        assert_permutation(&f, n);
        for (int64_t i = 1; i < n; i++) {
            int32_t a = f.order[i - 1], b = f.order[i];
            assert_true(in_order((double)f.narrow[a], (double)f.narrow[b], a, b));
        }
    }
    tear_down(&f);
}

static void sorting_in_place_follows_the_order_bit_by_bit(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    double *sorted = NEW_ARRAY(&f.mem, MOST, double);
    for (int c = 0; c < SHAPES * LENGTHS; c++) {
        int64_t n = lengths[c % LENGTHS];
        fill(&f, c / LENGTHS, n);
        assert_true(sort_order_double(&f.mem, f.x, n, f.order));
        memcpy(sorted, f.x, MOST * sizeof *sorted);
        assert_true(sort_double(&f.mem, sorted, n));
        for (int64_t i = 0; i < n; i++)
            assert_memory_equal(&sorted[i], &f.x[f.order[i]], sizeof *sorted);
    }
    mem_free(&f.mem, sorted);
    tear_down(&f);
}

static void orders_special_values_as_documented(void **state)
{
    (void)state;
    struct fixture f;
    const double x[] = {NAN, 0.0, INFINITY, -0.0, -1.0, -NAN, -INFINITY, 5e-324};
    const int32_t expected[] = {6, 4, 1, 3, 7, 2, 0, 5};
    int32_t order[8];
    set_up(&f);
    assert_true(sort_order_double(&f.mem, x, 8, order));
    assert_memory_equal(order, expected, sizeof order);
    tear_down(&f);
}

static int compare_int32(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static void sorts_integers_like_qsort(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    int32_t *expected = NEW_ARRAY(&f.mem, MOST, int32_t);
    for (int c = 0; c < LENGTHS; c++) {
        for (int64_t i = 0; i < lengths[c]; i++)
            f.order[i] = (int32_t)rng_u32(&f.rng) >> (c % 2 ? 24 : 0);
        memcpy(expected, f.order, (size_t)lengths[c] * sizeof *expected);
        qsort(expected, (size_t)lengths[c], sizeof *expected, compare_int32);
        sort_int32(f.order, lengths[c]);
        assert_memory_equal(f.order, expected, (size_t)lengths[c] * sizeof *expected);
    }
    mem_free(&f.mem, expected);
    tear_down(&f);
}

static int compare_by_value(const void *user, int32_t a, int32_t b)
{
    const double *x = user;
    return (x[a] > x[b]) - (x[a] < x[b]);
}

static void merge_sort_is_stable(void **state)
{
    (void)state;
    static const int shapes[] = {0, 4, 5, 6, 7};
    struct fixture f;
    set_up(&f);
    for (int c = 0; c < 5 * LENGTHS; c++) {
        int64_t n = lengths[c % LENGTHS];
        fill(&f, shapes[c / LENGTHS], n);
        for (int32_t i = 0; i < n; i++)
            f.order[i] = i;
        assert_true(sort_indices(&f.mem, f.order, n, compare_by_value, f.x));
        assert_permutation(&f, n);
        for (int64_t i = 1; i < n; i++)
            assert_true(in_order(f.x[f.order[i - 1]], f.x[f.order[i]], f.order[i - 1], f.order[i]));
    }
    tear_down(&f);
}

static void reports_that_memory_ran_out(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    fill(&f, 0, 1000);
    double first = f.x[0];
    f.order[0] = -7;
    fault_from(&f.fault, 1);
    assert_false(sort_order_double(&f.mem, f.x, 1000, f.order));
    assert_false(sort_order_float(&f.mem, f.narrow, 1000, f.order));
    assert_false(sort_double(&f.mem, f.x, 1000));
    assert_false(sort_indices(&f.mem, f.order, 1000, compare_by_value, f.x));
    assert_int_equal(f.order[0], -7);
    assert_true(f.x[0] == first);
    assert_true(sort_double(&f.mem, f.x, 48));
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_doubles_of_every_shape),
        cmocka_unit_test(orders_floats_of_every_shape),
        cmocka_unit_test(sorting_in_place_follows_the_order_bit_by_bit),
        cmocka_unit_test(orders_special_values_as_documented),
        cmocka_unit_test(sorts_integers_like_qsort),
        cmocka_unit_test(merge_sort_is_stable),
        cmocka_unit_test(reports_that_memory_ran_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
