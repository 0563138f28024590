/*
 * fitted.h - one graph (without ensemble node) fitted to data: its operators in order.
 *
 * Each classifier node is fitted on balanced rows if there is a plan, after preprocessing on natural rows,
 * and keeps the prior correction of its probabilities. Immutable, reference-counted.
 */
#ifndef PIPELINE_FITTED_H
#define PIPELINE_FITTED_H

#include "balance/balancer.h"
#include "pipeline/cache.h"
#include "pipeline/graph.h"

struct fitted;

struct fitted_node {
    struct op *op;        /* NODE_OPERATOR */
    double *correction;   /* classifier that was balanced: n_classes; else NULL */
    struct fitted *inner; /* NODE_STACK: fitted on all rows */
    int32_t width;        /* columns it puts out; classes for a classifier */
};

struct fitted {
    struct mem *mem;
    _Atomic int32_t refs;
    struct graph *graph;
    int32_t n_in;        /* columns of the input frame */
    int64_t n_rows;      /* it was fitted on */
    int64_t row_scratch; /* doubles that fitted_predict_row needs */
    int32_t n_classes;
    struct fitted_node *nodes;
};

struct fit_request {
    struct frame *x;
    const int32_t *y;
    const double *w; /* or NULL */
    int32_t n_classes;
    const struct balance_plan *balance; /* NULL: none */
    struct rng rng;
    const struct stop *stop;
    struct pool *pool;          /* or NULL */
    struct mem *mem;            /* results and scratch */
    struct prefix_cache *cache; /* or NULL */
    uint64_t cache_key;         /* names (rows of x, rows of x_apply) */
    struct frame *x_apply;      /* rows to predict at once with the fit; or NULL */
};

/* *proba_apply: x_apply->n_rows x n_classes, row-major; unused without x_apply. Failures carry the node as
 * their place. */
automl_status fitted_fit(struct graph *g, const struct fit_request *r, struct fitted **out,
    double *proba_apply, automl_error *err);
struct fitted *fitted_ref(struct fitted *f);
void fitted_unref(struct fitted *f); /* NULL is fine */
automl_status fitted_predict_proba(const struct fitted *f, struct frame *x, struct mem *mem,
    const struct stop *stop, double *proba, automl_error *err);
/* One row without allocation or failure; the same bits. */
void fitted_predict_row(const struct fitted *f, const double *row, double *proba, double *scratch);
/* Fills in widths and row_scratch once all operators are there; AUTOML_E_FORMAT if they do not fit together.
 */
automl_status fitted_measure(struct fitted *f, automl_error *err);
/* Without nodes' contents. NULL: no memory. */
struct fitted *fitted_create(struct mem *m, struct graph *g, int32_t n_in, int64_t n_rows, int32_t n_classes);
/* Every operator has apply_row (host operators may not). */
bool fitted_has_rows(const struct fitted *f);
double fitted_row_cost(const struct fitted *f); /* counted operations per predicted row */
int64_t fitted_bytes(const struct fitted *f);
void fitted_save(const struct fitted *f, struct writer *w);
automl_status fitted_load(automl_context *ctx, struct mem *m, struct graph *g, struct reader *r,
    struct fitted **out, automl_error *err);

#endif
