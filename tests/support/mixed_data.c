/* mixed_data.c - see mixed_data.h. */
#include "mixed_data.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/rng.h"

static void *some(size_t count, size_t size)
{
    void *p = calloc(count + 1, size);
    assert_non_null(p);
    return p;
}

/* Column j: scales from 0.01 to 100; every second one moves with the class. */
static void fill_numbers(const struct mixed_spec *s, struct rng *r, struct mixed *d)
{
    for (int32_t j = 0; j < s->numbers; j++) {
        double scale = pow(10, j % 5 - 2);
        for (int64_t i = 0; i < s->n; i++) {
            double v = scale * (rng_normal(r) + (j % 2 == 0 ? 0.9 * d->y[i] : 0));
            bool missing = rng_double(r) < s->missing;
            d->numbers[j * s->n + i] = missing ? (double)NAN : s->non_negative ? fabs(v) : v;
        }
    }
}

static void fill_codes(const struct mixed_spec *s, struct rng *r, struct mixed *d)
{
    for (int32_t j = 0; j < s->codes; j++)
        for (int64_t i = 0; i < s->n; i++) {
            int32_t code = (int32_t)rng_below(r, (uint32_t)s->levels);
            if (rng_below(r, 3) == 0)
                code = d->y[i] % s->levels;
            d->codes[j][i] = rng_double(r) < s->missing ? -1 : code;
        }
}

static struct frame *codes_frame(struct mem *m, const struct mixed_spec *s, struct mixed *d)
{
    struct frame *f = frame_create(m, s->n, s->codes);
    assert_non_null(f);
    for (int32_t j = 0; j < s->codes; j++) {
        struct block *b = block_create(m, (size_t)s->n, sizeof(int32_t));
        assert_non_null(b);
        d->codes[j] = b->data;
        f->cols[j] =
            (struct frame_col){.kind = FRAME_CATEGORY, .n_levels = s->levels, .codes = b->data, .values = b};
    }
    return f;
}

void mixed_make(struct mem *m, const struct mixed_spec *spec, struct mixed *out)
{
    struct rng r = rng_seed(spec->seed + 1);
    struct mixed d = {.n = spec->n, .k = spec->classes};
    d.y = some((size_t)spec->n, sizeof *d.y);
    d.codes = some((size_t)spec->codes, sizeof *d.codes);
    for (int64_t i = 0; i < spec->n; i++)
        d.y[i] = (int32_t)(i < d.k ? i : rng_below(&r, (uint32_t)d.k));
    struct frame *parts[2] = {frame_dense(m, d.n, spec->numbers, &d.numbers), codes_frame(m, spec, &d)};
    assert_non_null(parts[0]);
    fill_numbers(spec, &r, &d);
    fill_codes(spec, &r, &d);
    d.x = frame_union(m, parts, 2);
    assert_non_null(d.x);
    frame_unref(parts[0]);
    frame_unref(parts[1]);
    *out = d;
}

void mixed_free(struct mixed *d)
{
    frame_unref(d->x);
    free(d->codes);
    free(d->y);
    *d = (struct mixed){0};
}

void mixed_take(const struct mixed *d, const int32_t *idx, int64_t n, struct mixed *out)
{
    struct mixed t = {.n = n, .k = d->k, .x = frame_take(d->x, idx, n)};
    t.y = some((size_t)n, sizeof *t.y);
    assert_non_null(t.x);
    for (int64_t i = 0; i < n; i++)
        t.y[i] = d->y[idx[i]];
    *out = t;
}
