#include "search_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/bins.h"

static void fill_row(struct rng *r, int32_t class_, double *x, int32_t *code)
{
    x[0] = 1.2 * class_ + rng_normal(r);
    x[1] = (class_ == 1 ? -1.0 : 0.5) + rng_normal(r);
    x[2] = x[0] + 0.3 * rng_normal(r);
    for (int32_t j = 3; j < FIXTURE_NUMERIC; j++)
        x[j] = rng_normal(r);
    if (rng_below(r, 10) == 0)
        x[4] = NAN;
    *code = rng_below(r, 3) == 0 ? class_ % 3 : (int32_t)rng_below(r, 3);
}

static struct frame *make_frame(struct fixture *f)
{
    struct block *b = block_create(f->mem, (size_t)(f->n * FIXTURE_NUMERIC), sizeof(double));
    struct block *c = block_create(f->mem, (size_t)f->n, sizeof(int32_t));
    struct frame *x = frame_create(f->mem, f->n, FIXTURE_COLUMNS);
    assert_non_null(b);
    assert_non_null(c);
    assert_non_null(x);
    struct rng r = rng_seed(7);
    double *values = b->data, row[FIXTURE_NUMERIC];
    int32_t *codes = c->data;
    for (int64_t i = 0; i < f->n; i++) {
        f->y[i] = (int32_t)rng_below(&r, (uint32_t)f->k);
        fill_row(&r, f->y[i], row, &codes[i]);
        for (int32_t j = 0; j < FIXTURE_NUMERIC; j++)
            values[j * f->n + i] = row[j];
    }
    for (int32_t j = 0; j < FIXTURE_NUMERIC; j++)
        x->cols[j] =
            (struct frame_col){.kind = FRAME_NUMERIC, .x = values + j * f->n, .values = block_ref(b)};
    x->cols[FIXTURE_NUMERIC] =
        (struct frame_col){.kind = FRAME_CATEGORY, .n_levels = 3, .codes = codes, .values = block_ref(c)};
    block_unref(b);
    block_unref(c);
    return x;
}

void fixture_open(struct fixture *f, int64_t n, int32_t k, int32_t threads, const char *metric)
{
    memset(f, 0, sizeof *f);
    fault_init(&f->fault);
    struct allocator hooks = fault_hooks(&f->fault);
    assert_int_equal(context_create(&hooks, &f->ctx, NULL), AUTOML_OK);
    f->mem = &f->ctx->mem;
    f->n = n;
    f->k = k;
    f->y = NEW_ARRAY(f->mem, n, int32_t);
    assert_non_null(f->y);
    assert_int_equal(context_pool(f->ctx, threads, &f->pool, NULL), AUTOML_OK);
    struct frame *x = make_frame(f);
    assert_int_equal(bins_attach(f->mem, x, n, NULL), AUTOML_OK);
    assert_int_equal(
        folds_create(f->mem, f->y, n, k, 5, NULL, NULL, rng_seed(1), &f->folds, NULL), AUTOML_OK);
    f->setting = (struct eval_setting){.mem = f->mem,
        .clock = f->ctx->clock,
        .x = x,
        .y = f->y,
        .n_classes = k,
        .positive = k == 2 ? 1 : -1,
        .folds = f->folds,
        .rng = rng_seed(2)};
    assert_int_equal(metric_find(f->ctx, metric, k, &f->setting.metric, NULL), AUTOML_OK);
    assert_int_equal(prefix_cache_create(f->mem, 1 << 24, &f->setting.cache, NULL), AUTOML_OK);
    assert_int_equal(eval_setting_init(&f->setting, NULL), AUTOML_OK);
    assert_int_equal(
        space_init(&f->space, f->ctx, f->mem, x, k, "default", NULL, NULL, true, NULL), AUTOML_OK);
    budget_init(&f->budget, f->ctx->clock, clock_now(f->ctx->clock), DEADLINE_NONE);
}

void fixture_close(struct fixture *f)
{
    space_clear(&f->space);
    eval_setting_clear(&f->setting);
    prefix_cache_free(f->setting.cache);
    frame_unref(f->setting.x);
    folds_free(f->folds);
    mem_free(f->mem, f->y);
    pool_free(f->pool);
    context_unref(f->ctx);
    assert_true(fault_clean(&f->fault));
}

struct search_request fixture_search(struct fixture *f, int64_t max_evaluations, uint64_t seed)
{
    return (struct search_request){.setting = &f->setting,
        .space = &f->space,
        .budget = &f->budget,
        .mem = f->mem,
        .population_size = 12,
        .offspring_size = 12,
        .mutation_rate = 0.9,
        .crossover_rate = 0.1,
        .max_evaluations = max_evaluations,
        .ensemble = true,
        .end_rows = (double)f->n,
        .rng = rng_seed(seed),
        .stop = &stop_never,
        .pool = f->pool};
}

struct graph *fixture_graph(struct fixture *f, const char *text)
{
    struct json *v;
    struct graph *g;
    assert_int_equal(json_parse(f->mem, text, strlen(text), &v, NULL), AUTOML_OK);
    assert_int_equal(graph_parse(f->ctx, f->mem, v, &g, NULL), AUTOML_OK);
    json_free(v);
    return g;
}
