/*
 * model.h - the public fitted pipeline: input schema, weighted members, temperature, decision rule.
 *
 * Probabilities: each member is the mean of its replicas (each corrected for balancing at its classifier),
 * members are averaged by weight, temperature is applied, a row whose result is not finite gets the class
 * priors; then the decision.
 */
#ifndef PIPELINE_MODEL_H
#define PIPELINE_MODEL_H

#include "data/schema.h"
#include "eval/decision.h"
#include "pipeline/fitted.h"

/* Of the description in model files; readers accept all up to it. */
enum { MODEL_FORMAT = 1 };

struct model_member {
    double weight;
    struct graph *graph;
    struct fitted **replicas;
    int32_t n_replicas;
};

typedef struct automl_pipeline automl_pipeline;

struct automl_pipeline {
    automl_context *ctx;
    struct mem *mem;
    _Atomic int32_t refs;
    struct schema *schema;
    int32_t n_members;
    struct model_member *members;
    double temperature;
    struct decision decision;
    double *priors;     /* of the training rows */
    char *balance_rule; /* "none", "oversample", "undersample": what was applied while fitting */
    int64_t train_rows;
};

/* A model without members that takes the schema over (the caller keeps it on failure): equal priors, no
 * temperature, argmax, balance rule "none". decision.weights, if set later, come from p->mem. */
automl_status model_create(
    automl_context *ctx, struct schema *schema, automl_pipeline **out, automl_error *err);
/* Takes references of the graph and the replicas. */
automl_status model_add_member(automl_pipeline *p, double weight, struct graph *g,
    struct fitted *const *replicas, int32_t n, automl_error *err);
/* Records the training rows: class shares as priors, their number, the balancing that was applied (NULL:
 * none). */
automl_status model_set_rows(
    automl_pipeline *p, const int32_t *y, int64_t n, const struct balance_plan *balance, automl_error *err);
/* Every number is legal and every member takes the schema's columns; predicts one row to see it. */
automl_status model_check(const automl_pipeline *p, automl_error *err);
automl_pipeline *model_ref(automl_pipeline *p);
void model_unref(automl_pipeline *p);

/* Fits a specification on a dataset's rows: members, replicas, balancing; no tuning of the decision. Rows
 * without a target are left out; members of weight 0 too. Same data, settings and seed: same model, for any
 * number of threads. */
struct model_fit {
    automl_dataset *data;
    int32_t target;
    const int32_t *features; /* columns of data */
    int32_t n_features;
    const double *w; /* per row of data, or NULL */
    const struct balance_plan *balance;
    const char *positive;
    uint64_t seed;
    struct pool *pool;
    const struct stop *stop;
};
automl_status model_fit(automl_context *ctx, struct graph *spec, const struct model_fit *f,
    automl_pipeline **out, automl_error *err);

/* x in schema order (schema_frame). proba: n_rows x n_classes, row-major. pool may be NULL: blocks of rows
 * are spread over it. */
automl_status model_predict_proba(const automl_pipeline *p, struct frame *x, struct pool *pool,
    const struct stop *stop, double *proba, automl_error *err);
/* What follows on the members' weighted mean: temperature, and the priors for rows that are not finite. */
void model_finish(const automl_pipeline *p, int64_t n, double *proba);
void model_decide(const automl_pipeline *p, int64_t n, const double *proba, int32_t *labels);
double model_row_cost(const automl_pipeline *p); /* counted operations per row: members x replicas */

/* One row at a time; preallocated; one per thread. Keeps a reference of the model. */
struct automl_predictor;
automl_status predictor_create(automl_pipeline *p, struct automl_predictor **out, automl_error *err);
void predictor_free(struct automl_predictor *r);
/* row: n_cols doubles in schema order, categories as codes, missing or unknown NaN; what is no code or
 * infinite counts as missing. proba: n_classes, or NULL. Returns the decided class. The same bits as
 * model_predict_proba. */
int32_t predictor_row(struct automl_predictor *r, const double *row, double *proba);

/* The container of io/container.h; docs/formats.md names the sections. Same model, same bytes. */
automl_status model_save(const automl_pipeline *p, uint8_t **out, int64_t *out_n, automl_error *err);
automl_status model_load(
    automl_context *ctx, const void *bytes, size_t n, automl_pipeline **out, automl_error *err);

/* The specification: members as one graph that ends in an ensemble, with equal steps shared. */
automl_status model_spec(const automl_pipeline *p, struct graph **out, automl_error *err);
/* Members of the current JSON object: all but the schema. */
void model_write_body(const automl_pipeline *p, struct json_writer *w);
/* model_spec as JSON. */
void model_write_spec(const automl_pipeline *p, struct json_writer *w);
/* What inference executes, in order: [{"name", "operator", "params"}...]. */
void model_write_steps(const automl_pipeline *p, struct json_writer *w);
/* Schema, members, decision: the whole description. */
void model_write_json(const automl_pipeline *p, struct json_writer *w);

#endif
