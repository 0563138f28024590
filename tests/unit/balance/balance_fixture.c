#include "balance_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

static void fill_columns(struct frame *x)
{
    struct mem *m = x->mem;
    int64_t n = x->n_rows;
    for (int32_t j = 0; j < 2; j++) {
        struct block *b = block_create(m, (size_t)n, sizeof(double));
        assert_non_null(b);
        double *values = b->data;
        for (int64_t i = 0; i < n; i++)
            values[i] = j == 0 ? (double)i : i % 5 == 0 ? NAN : -(double)i;
        x->cols[j] = (struct frame_col){.kind = FRAME_NUMERIC, .x = values, .values = b};
    }
    struct block *b = block_create(m, (size_t)n, sizeof(int32_t));
    assert_non_null(b);
    int32_t *codes = b->data;
    for (int64_t i = 0; i < n; i++)
        codes[i] = (int32_t)(i % 4) - 1;
    x->cols[2] = (struct frame_col){.kind = FRAME_CATEGORY, .n_levels = 3, .codes = codes, .values = b};
}

void fixture_set_up(struct fixture *f, const int64_t *counts, int32_t k)
{
    int64_t n = 0, at = 0;
    fault_init(&f->fault);
    struct allocator hooks = fault_hooks(&f->fault);
    mem_init(&f->mem, &hooks);
    for (int32_t c = 0; c < k; c++)
        n += counts[c];
    f->y = NEW_ARRAY(&f->mem, n, int32_t);
    f->w = NEW_ARRAY(&f->mem, n, double);
    struct frame *x = frame_create(&f->mem, n, 3);
    assert_true(f->y && f->w && x);
    for (int32_t c = 0; c < k; c++)
        for (int64_t i = 0; i < counts[c]; i++)
            f->y[at++] = c;
    struct rng r = rng_seed(1);
    rng_shuffle(&r, f->y, n);
    for (int64_t i = 0; i < n; i++)
        f->w[i] = 1.0 + (double)(i % 4);
    fill_columns(x);
    f->in = (struct balance_in){
        .x = x, .y = f->y, .w = f->w, .k = k, .ratio = 1.0, .rng = rng_seed(7), .mem = &f->mem};
}

void fixture_tear_down(struct fixture *f)
{
    frame_unref(f->in.x);
    mem_free(&f->mem, f->y);
    mem_free(&f->mem, f->w);
    assert_int_equal(mem_used(&f->mem), 0);
    assert_true(fault_clean(&f->fault));
}

void fixture_check(const struct fixture *f, const struct balance_out *out, int64_t counts[FIXTURE_CLASSES])
{
    for (int32_t c = 0; c < FIXTURE_CLASSES; c++)
        counts[c] = 0;
    assert_int_equal(out->x->n_rows, out->n);
    for (int64_t i = 0; i < out->n; i++) {
        int64_t row = (int64_t)frame_value(out->x, 0, i);
        assert_int_equal(out->y[i], f->y[row]);
        if (out->w)
            assert_true(out->w[i] == f->w[row]);
        double second = frame_value(out->x, 1, i), third = frame_value(out->x, 2, i);
        assert_true(row % 5 == 0 ? isnan(second) : second == -(double)row);
        assert_true(row % 4 == 0 ? isnan(third) : third == (double)(row % 4 - 1));
        counts[out->y[i]]++;
    }
}
