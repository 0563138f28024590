/* test_frame.c - taking rows and columns: values, sharing, ownership and failing allocations. */
#include "data/frame.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/fault_allocator.h"

enum { ROWS = 5 };

static const double NUMBERS[ROWS] = {1.5, NAN, -3, 0, 7};
static const int32_t CODES[ROWS] = {0, 2, -1, 1, 2};

/* Two borrowed columns, a number and a category. */
static struct frame *make(struct mem *m)
{
    struct frame *f = frame_create(m, ROWS, 2);
    if (!f)
        return NULL;
    f->cols[0] = (struct frame_col){.kind = FRAME_NUMERIC, .x = NUMBERS};
    f->cols[1] = (struct frame_col){.kind = FRAME_CATEGORY, .codes = CODES, .n_levels = 3};
    return f;
}

static bool same(double a, double b)
{
    return (isnan(a) && isnan(b)) || a == b;
}

static void setup(struct mem *m)
{
    mem_init(m, &allocator_system);
}

static void takes_rows_in_order_with_repeats(void **state)
{
    (void)state;
    struct mem m;
    setup(&m);
    struct frame *f = make(&m);
    const int32_t idx[] = {4, 4, 0, 2};
    struct frame *t = frame_take(f, idx, 4);
    frame_unref(f);
    assert_int_equal(t->n_rows, 4);
    for (int i = 0; i < 4; i++) {
        assert_true(same(frame_value(t, 0, i), NUMBERS[idx[i]]));
        double code = CODES[idx[i]] < 0 ? (double)NAN : CODES[idx[i]];
        assert_true(same(frame_value(t, 1, i), code));
    }
    frame_unref(t);
    assert_int_equal(mem_used(&m), 0);
}

static void composes_a_take_of_a_take(void **state)
{
    (void)state;
    struct mem m;
    setup(&m);
    struct frame *f = make(&m);
    const int32_t first[] = {4, 3, 2, 1}, second[] = {3, 0};
    struct frame *t = frame_take(f, first, 4);
    struct frame *u = frame_take(t, second, 2);
    frame_unref(t);
    assert_true(same(frame_value(u, 0, 0), NUMBERS[1]));
    assert_true(same(frame_value(u, 0, 1), NUMBERS[4]));
    frame_unref(u);
    frame_unref(f);
    assert_int_equal(mem_used(&m), 0);
}

static void shares_one_index_among_columns(void **state)
{
    (void)state;
    struct mem m;
    setup(&m);
    struct frame *f = make(&m);
    const int32_t idx[] = {3, 1}, again[] = {1, 0};
    struct frame *t = frame_take(f, idx, 2);
    assert_ptr_equal(t->cols[0].rows, t->cols[1].rows);
    struct frame *both[] = {t, f};
    struct frame *row = frame_take(f, again, 2);
    both[1] = row;
    struct frame *u = frame_union(&m, both, 2);
    struct frame *v = frame_take(u, again, 2);
    assert_ptr_equal(v->cols[0].rows, v->cols[1].rows);
    assert_ptr_equal(v->cols[2].rows, v->cols[3].rows);
    assert_ptr_not_equal(v->cols[1].rows, v->cols[2].rows);
    assert_true(same(frame_value(v, 0, 0), NUMBERS[1]));
    assert_true(same(frame_value(v, 2, 0), NUMBERS[0]));
    frame_unref(v);
    frame_unref(u);
    frame_unref(row);
    frame_unref(t);
    frame_unref(f);
    assert_int_equal(mem_used(&m), 0);
}

static void the_first_rows_need_no_index(void **state)
{
    (void)state;
    struct mem m;
    setup(&m);
    struct frame *f = make(&m);
    const int32_t idx[] = {0, 1, 2};
    struct frame *t = frame_take(f, idx, 3);
    assert_null(t->cols[0].rows);
    double scratch[3];
    assert_ptr_equal(frame_values(t, 0, scratch), NUMBERS);
    assert_ptr_equal(frame_values(t, 1, scratch), scratch);
    assert_true(scratch[0] == 0 && scratch[1] == 2 && isnan(scratch[2]));
    frame_unref(t);
    frame_unref(f);
}

static void selects_and_joins_columns(void **state)
{
    (void)state;
    struct mem m;
    setup(&m);
    struct frame *f = make(&m);
    const int32_t cols[] = {1, 0, 1};
    struct frame *c = frame_columns(f, cols, 3);
    struct frame *parts[] = {c, f};
    struct frame *u = frame_union(&m, parts, 2);
    assert_int_equal(u->n_cols, 5);
    assert_int_equal(u->n_rows, ROWS);
    assert_int_equal(frame_categories(u), 3);
    assert_ptr_equal(u->cols[1].x, NUMBERS);
    assert_ptr_equal(u->cols[4].codes, CODES);
    frame_unref(u);
    frame_unref(c);
    frame_unref(f);
    assert_int_equal(mem_used(&m), 0);
}

static void sees_missing_cells_only_in_its_own_rows(void **state)
{
    (void)state;
    struct mem m;
    setup(&m);
    struct frame *f = make(&m);
    const int32_t full[] = {0, 4, 3}, gap[] = {0, 2};
    struct frame *t = frame_take(f, full, 3), *u = frame_take(f, gap, 2);
    assert_true(frame_has_missing(f));
    assert_false(frame_has_missing(t));
    assert_true(frame_has_missing(u));
    frame_unref(t);
    frame_unref(u);
    frame_unref(f);
}

static struct frame *counted(struct mem *m, double **out_x)
{
    struct frame *f = frame_dense(m, 4, 3, out_x);
    for (int i = 0; f && i < 12; i++)
        (*out_x)[i] = i;
    return f;
}

static void a_dense_frame_is_its_own_matrix(void **state)
{
    (void)state;
    struct mem m;
    setup(&m);
    double *x;
    struct frame *f = counted(&m, &x);
    struct block *keep = NULL;
    const double *matrix = frame_matrix(f, &keep);
    assert_ptr_equal(matrix, x);
    frame_unref(f);
    assert_true(matrix[11] == 11);
    block_unref(keep);
    assert_int_equal(mem_used(&m), 0);
}

static void gathers_a_matrix_that_is_not_contiguous(void **state)
{
    (void)state;
    struct mem m;
    setup(&m);
    double *x;
    struct frame *f = counted(&m, &x);
    const int32_t cols[] = {2, 0}, idx[] = {3, 1};
    struct frame *c = frame_columns(f, cols, 2);
    struct frame *t = frame_take(c, idx, 2);
    struct block *keep = NULL;
    const double *matrix = frame_matrix(t, &keep);
    const double expected[] = {11, 9, 3, 1};
    for (int i = 0; i < 4; i++)
        assert_true(matrix[i] == expected[i]);
    block_unref(keep);
    assert_true(frame_matrix(c, &keep)[0] == 8);
    block_unref(keep);
    frame_unref(t);
    frame_unref(c);
    frame_unref(f);
    assert_int_equal(mem_used(&m), 0);
}

static void counts_the_bytes_of_its_blocks_once(void **state)
{
    (void)state;
    struct mem m;
    setup(&m);
    double *x;
    struct frame *f = counted(&m, &x);
    const int32_t idx[] = {3, 1};
    struct frame *t = frame_take(f, idx, 2);
    assert_int_equal(frame_bytes(t) - frame_bytes(f), 2 * sizeof(int32_t));
    assert_true(frame_bytes(f) >= (int64_t)(12 * sizeof(double)) && frame_bytes(f) <= mem_used(&m));
    frame_unref(t);
    frame_unref(f);
}

static int released;

static void count_release(struct block *b)
{
    released += b->owner == &released;
}

static void releases_wrapped_memory_with_the_last_reference(void **state)
{
    (void)state;
    struct mem m;
    setup(&m);
    released = 0;
    struct block *b = block_wrap(&m, NULL, count_release, &released);
    struct frame *f = make(&m);
    f->cols[0].values = block_ref(b);
    const int32_t cols[] = {0};
    struct frame *c = frame_columns(f, cols, 1);
    frame_unref(f);
    block_unref(b);
    assert_int_equal(released, 0);
    frame_unref(c);
    assert_int_equal(released, 1);
    assert_int_equal(mem_used(&m), 0);
}

static bool takes_and_gathers(struct mem *m)
{
    double *x;
    struct frame *f = counted(m, &x), *g = make(m), *t = NULL;
    const int32_t idx[] = {3, 1};
    struct block *keep = NULL;
    t = f ? frame_take(f, idx, 2) : NULL;
    bool ok = g && t && frame_matrix(t, &keep);
    block_unref(keep);
    frame_unref(t);
    frame_unref(g);
    frame_unref(f);
    return ok;
}

static void survives_each_failing_allocation(void **state)
{
    (void)state;
    struct fault_allocator fault;
    fault_init(&fault);
    const struct allocator hooks = fault_hooks(&fault);
    struct mem m;
    mem_init(&m, &hooks);
    bool happened = true;
    int64_t n = 0;
    while (happened) {
        fault_once(&fault, ++n);
        bool ok = takes_and_gathers(&m);
        happened = fault_happened(&fault);
        assert_int_equal(ok, !happened);
        assert_true(fault_clean(&fault));
    }
    assert_true(n > 5);
}

static void refuses_sizes_that_overflow(void **state)
{
    (void)state;
    struct mem m;
    setup(&m);
    double *x;
    assert_null(block_create(&m, SIZE_MAX / 4, 8));
    assert_null(frame_dense(&m, INT64_MAX / 2, 1000, &x));
    assert_int_equal(mem_used(&m), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_rows_in_order_with_repeats),
        cmocka_unit_test(composes_a_take_of_a_take),
        cmocka_unit_test(shares_one_index_among_columns),
        cmocka_unit_test(the_first_rows_need_no_index),
        cmocka_unit_test(selects_and_joins_columns),
        cmocka_unit_test(sees_missing_cells_only_in_its_own_rows),
        cmocka_unit_test(a_dense_frame_is_its_own_matrix),
        cmocka_unit_test(gathers_a_matrix_that_is_not_contiguous),
        cmocka_unit_test(counts_the_bytes_of_its_blocks_once),
        cmocka_unit_test(releases_wrapped_memory_with_the_last_reference),
        cmocka_unit_test(survives_each_failing_allocation),
        cmocka_unit_test(refuses_sizes_that_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
