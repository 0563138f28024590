/*
 * pipeline_fixture.h - a context whose allocations can fail, data of every column type, and parsed
 * specifications.
 */
#ifndef TESTS_UNIT_PIPELINE_FIXTURE_H
#define TESTS_UNIT_PIPELINE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "pipeline/model.h"
#include "support/fault_allocator.h"

struct fixture {
    struct fault_allocator fault;
    automl_context *ctx;
    automl_error err;
};

/* The columns of make_data: x1 (with missing cells), x2, colour (with missing cells), flag, day; then the
 * target. */
enum { DATA_FEATURES = 5, DATA_TARGET = 5 };

static const char spec_chain[] =
    "[\"simple_imputer\", \"one_hot_encoder\", \"standard_scaler\", \"gaussian_nb\"]";
static const char spec_union[] =
    "{\"nodes\": [{\"name\": \"fill\", \"op\": \"simple_imputer\", \"params\": {\"strategy\": \"median\"}},"
    "{\"name\": \"hot\", \"op\": \"one_hot_encoder\", \"inputs\": [\"fill\"]},"
    "{\"name\": \"a\", \"op\": \"standard_scaler\", \"inputs\": [\"hot\"]},"
    "{\"name\": \"b\", \"op\": \"min_max_scaler\", \"inputs\": [\"hot\"]},"
    "{\"name\": \"both\", \"op\": \"union\", \"inputs\": [\"a\", \"b\"]},"
    "{\"name\": \"nb\", \"op\": \"gaussian_nb\", \"params\": {\"var_smoothing\": 0.001}, \"inputs\": "
    "[\"both\"]}]}";
static const char spec_stack[] =
    "[\"simple_imputer\", \"one_hot_encoder\", {\"op\": \"stack\", \"params\": {\"cv\": 3},"
    " \"pipeline\": [\"standard_scaler\", \"gaussian_nb\"]}, \"gaussian_nb\"]";
static const char spec_ensemble[] =
    "{\"nodes\": [{\"name\": \"fill\", \"op\": \"simple_imputer\"},"
    "{\"name\": \"hot\", \"op\": \"one_hot_encoder\", \"inputs\": [\"fill\"]},"
    "{\"name\": \"nb\", \"op\": \"gaussian_nb\", \"inputs\": [\"hot\"]},"
    "{\"name\": \"prior\", \"op\": \"dummy\", \"inputs\": [\"input\"]},"
    "{\"name\": \"wide\", \"op\": \"gaussian_nb\", \"params\": {\"var_smoothing\": 0.1}, \"inputs\": "
    "[\"hot\"]},"
    "{\"name\": \"mean\", \"op\": \"ensemble\", \"params\": {\"weights\": [3, 1, 2], \"replicas\": 3},"
    " \"inputs\": [\"nb\", \"prior\", \"wide\"]}]}";

static inline int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    fault_init(&f->fault);
    struct allocator hooks = fault_hooks(&f->fault);
    assert_int_equal(context_create(&hooks, &f->ctx, &f->err), AUTOML_OK);
    *state = f;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *f = *state;
    context_unref(f->ctx);
    assert_true(fault_clean(&f->fault));
    free(f);
    return 0;
}

#define PIPELINE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static inline void assert_ok(const struct fixture *f, automl_status status)
{
    if (status < 0)
        fail_msg("%s: %s (%s)", automl_status_name(status), f->err.message, f->err.where);
}

static inline void assert_message_has(const struct fixture *f, const char *part)
{
    if (!strstr(f->err.message, part))
        fail_msg("'%s' is not in the message '%s'", part, f->err.message);
}

static inline automl_status try_parse(struct fixture *f, const char *text, struct graph **out)
{
    struct json *v = NULL;
    automl_status status = json_parse(&f->ctx->mem, text, strlen(text), &v, &f->err);
    if (status >= 0)
        status = graph_parse(f->ctx, &f->ctx->mem, v, out, &f->err);
    json_free(v);
    return status;
}

static inline struct graph *parse(struct fixture *f, const char *text)
{
    struct graph *g = NULL;
    assert_ok(f, try_parse(f, text, &g));
    return g;
}

struct cells {
    double x1[2000], x2[2000], flag[2000];
    int32_t colour[2000], y[2000];
    int64_t day[2000];
};

/* Classes differ in every column; every seventh x1 and every eleventh colour is missing. `missing_y`: every
 * how many rows the target is missing; 0: never. */
static inline void fill_cells(struct cells *c, int32_t n, int32_t k, int32_t missing_y)
{
    struct rng r = rng_seed(7);
    for (int32_t i = 0; i < n; i++) {
        int32_t y = (int32_t)rng_below(&r, (uint32_t)k);
        c->x1[i] = i % 7 == 3 ? NAN : y + rng_normal(&r);
        c->x2[i] = 100 * rng_normal(&r) - 30 * y;
        c->flag[i] = rng_below(&r, 3) < (y == 0 ? 1u : 2u);
        c->colour[i] = i % 11 == 5 ? -1 : (int32_t)((rng_below(&r, 3) + (uint32_t)y) % 4);
        c->day[i] = (int64_t)(18000 + rng_below(&r, 900)) * DATE_DAY_US;
        c->y[i] = missing_y > 0 && i % missing_y == 1 ? -1 : y;
    }
}

static inline automl_status try_data(
    struct fixture *f, int32_t n, int32_t k, int32_t missing_y, automl_dataset **out)
{
    static const char *const colours[] = {"red", "green", "blue", "<b>&\"violet\"</b>"};
    static const char *const classes[] = {"no", "yes", "maybe"};
    struct cells *c = calloc(1, sizeof *c);
    struct dataset_builder *b = NULL;
    assert_non_null(c);
    fill_cells(c, n, k, missing_y);
    automl_status status = dataset_builder_create(f->ctx, n, &b, &f->err);
    if (status >= 0)
        status = dataset_builder_add_doubles(b, "x1", c->x1, NULL, &f->err);
    if (status >= 0)
        status = dataset_builder_add_doubles(b, "x2", c->x2, NULL, &f->err);
    if (status >= 0)
        status = dataset_builder_add_codes(b, "colour", c->colour, colours, 4, &f->err);
    if (status >= 0)
        status = dataset_builder_add_booleans(b, "flag", c->flag, "false", "true", &f->err);
    if (status >= 0)
        status = dataset_builder_add_dates(b, "day", c->day, NULL, &f->err);
    if (status >= 0)
        status = dataset_builder_add_codes(b, "label", c->y, classes, k, &f->err);
    if (status >= 0)
        status = dataset_builder_finish(b, NULL, NULL, out, &f->err);
    else
        dataset_builder_free(b);
    free(c);
    return status;
}

static inline automl_dataset *make_data(struct fixture *f, int32_t n, int32_t k)
{
    automl_dataset *d = NULL;
    assert_ok(f, try_data(f, n, k, 0, &d));
    return d;
}

static const int32_t data_features[DATA_FEATURES] = {0, 1, 2, 3, 4};

static inline struct model_fit fit_request_of(automl_dataset *d)
{
    return (struct model_fit){
        .data = d, .target = DATA_TARGET, .features = data_features, .n_features = DATA_FEATURES, .seed = 11};
}

static inline automl_status try_fit(
    struct fixture *f, const char *spec, const struct model_fit *how, automl_pipeline **out)
{
    struct graph *g = NULL;
    automl_status status = try_parse(f, spec, &g);
    if (status >= 0)
        status = model_fit(f->ctx, g, how, out, &f->err);
    graph_unref(g);
    return status;
}

static inline automl_pipeline *fit(struct fixture *f, const char *spec, automl_dataset *d)
{
    struct model_fit how = fit_request_of(d);
    automl_pipeline *p = NULL;
    assert_ok(f, try_fit(f, spec, &how, &p));
    return p;
}

static inline struct frame *frame_of(struct fixture *f, const automl_pipeline *p, automl_dataset *d)
{
    struct frame *x = NULL;
    assert_ok(f, schema_frame(p->schema, d, NULL, d->n_rows, &x, &f->err));
    return x;
}

/* Probabilities of all rows; free them. */
static inline double *predict(
    struct fixture *f, const automl_pipeline *p, automl_dataset *d, struct pool *pool)
{
    struct frame *x = frame_of(f, p, d);
    double *proba = calloc((size_t)d->n_rows * (size_t)p->schema->n_classes, sizeof *proba);
    assert_non_null(proba);
    assert_ok(f, model_predict_proba(p, x, pool, NULL, proba, &f->err));
    frame_unref(x);
    return proba;
}

static inline void assert_same_bits(const double *a, const double *b, size_t n)
{
    assert_memory_equal(a, b, n * sizeof *a);
}

/* Share of rows whose most probable class is the true one. */
static inline double accuracy(const automl_pipeline *p, automl_dataset *d, const double *proba)
{
    int32_t *y = calloc((size_t)d->n_rows, sizeof *y), k = p->schema->n_classes;
    assert_non_null(y);
    schema_encode_target(p->schema, d, DATA_TARGET, y);
    int64_t right = 0;
    for (int64_t i = 0; i < d->n_rows; i++) {
        int32_t label;
        model_decide(p, 1, proba + i * k, &label);
        right += label == y[i];
    }
    free(y);
    return (double)right / (double)d->n_rows;
}

#endif
