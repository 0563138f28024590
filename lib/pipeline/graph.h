/*
 * graph.h - a pipeline's specification: a DAG of nodes, without data.
 *
 *     {"nodes": [
 *        {"name": "impute", "op": "simple_imputer", "params": {"strategy": "median"}, "inputs": ["input"]},
 *        {"name": "scale",  "op": "standard_scaler", "inputs": ["impute"]},
 *        {"name": "model",  "op": "logistic_regression", "params": {"C": 0.5}, "inputs": ["scale"]}]}
 *
 * Besides operators a node may be
 *   union     side-by-side columns of its inputs;
 *   stack     its input's columns (unless "passthrough" is false) and, beside them, the class probabilities
 * of an inner pipeline ("pipeline": {"nodes": ...}): out-of-fold ones ("cv": folds, default 5) while fitting,
 * those of the pipeline fitted on all rows when predicting; ensemble  last node only: weighted mean of the
 * probabilities of its inputs ("weights"; default equal); with "replicas": r >= 2 each member is the mean of
 * r models fitted on r folds. The last node is the output and gives probabilities. Node order is topological.
 * A plain array of operators is a chain:
 * ["simple_imputer", {"op": "gaussian_nb"}]. Immutable once made, reference-counted.
 */
#ifndef PIPELINE_GRAPH_H
#define PIPELINE_GRAPH_H

#include "ops/operator.h"

enum node_kind { NODE_OPERATOR, NODE_UNION, NODE_STACK, NODE_ENSEMBLE };

enum {
    GRAPH_INPUT = -1,
    GRAPH_MAX_NODES = 256,
    GRAPH_MAX_DEPTH = 4 /* of stacks in stacks */,
    GRAPH_MAX_FOLDS = 50
};

struct graph;

struct graph_node {
    enum node_kind kind;
    char *name;                 /* unique in the graph */
    const struct op_class *cls; /* NODE_OPERATOR */
    struct params *params;      /* NODE_OPERATOR */
    int32_t n_inputs;
    int32_t *inputs;     /* earlier nodes, or GRAPH_INPUT */
    struct graph *inner; /* NODE_STACK */
    int32_t cv;          /* NODE_STACK: folds */
    bool passthrough;    /* NODE_STACK */
    double *weights;     /* NODE_ENSEMBLE: n_inputs, sum 1 */
    int32_t replicas;    /* NODE_ENSEMBLE: >= 1 */
};

struct graph {
    struct mem *mem;
    _Atomic int32_t refs;
    int32_t n_nodes;
    struct graph_node *nodes;
};

/* Building from C: nodes are added in topological order, then graph_check. */
struct graph *graph_create(struct mem *m); /* NULL: no memory */
/* params are copied (NULL: defaults); inputs are copied. *out_node may be NULL. */
automl_status graph_add_operator(struct graph *g, const struct op_class *cls, const struct params *params,
    const int32_t *inputs, int32_t n_inputs, int32_t *out_node, automl_error *err);
automl_status graph_add_union(
    struct graph *g, const int32_t *inputs, int32_t n_inputs, int32_t *out_node, automl_error *err);
/* Takes a reference of inner. */
automl_status graph_add_stack(struct graph *g, struct graph *inner, int32_t cv, bool passthrough,
    int32_t input, int32_t *out_node, automl_error *err);
automl_status graph_add_ensemble(struct graph *g, const int32_t *inputs, const double *weights, int32_t n,
    int32_t replicas, automl_error *err);
/* Appends all nodes of `from` (inputs shifted; its GRAPH_INPUT becomes `input`); *out_node is its output. */
automl_status graph_append(
    struct graph *g, const struct graph *from, int32_t input, int32_t *out_node, automl_error *err);
/* As graph_append on the input, but nodes that g has already, with equal settings and inputs, are shared. */
automl_status graph_merge(struct graph *g, const struct graph *from, int32_t *out_node, automl_error *err);
struct graph *graph_ref(struct graph *g);
void graph_unref(struct graph *g); /* NULL is fine */

/* Structure: ends in a classifier or an ensemble of such, no classifier feeds anything but an ensemble, every
 * node is used. */
automl_status graph_check(const struct graph *g, automl_error *err);
/* Errors name the node as place ("nodes/2/gaussian_nb"). Includes graph_check. */
automl_status graph_parse(
    automl_context *ctx, struct mem *m, const struct json *v, struct graph **out, automl_error *err);
void graph_write_json(const struct graph *g, struct json_writer *w);
/* Equal for equal computations: node names do not count. */
uint64_t graph_hash(const struct graph *g);
/* Of the sub-graph that ends in node i. */
uint64_t graph_node_hash(const struct graph *g, int32_t i);
/* The ensemble's inputs as graphs of their own (n = 1 and the graph itself without an ensemble). *out: array
 * of n graphs, freed by the caller (mem_free) after unref of each. weights: n. */
automl_status graph_members(struct graph *g, struct graph ***out, double **out_weights, int32_t *out_n,
    int32_t *out_replicas, automl_error *err);
int32_t graph_last_use(const struct graph *g, int32_t i); /* the last node that reads node i; -1: none */
/* Puts "WHAT/i/" before the place of an error in node i, or "WHAT/i/NAME" if it has none yet; returns status.
 */
automl_status graph_place(
    const struct graph *g, const char *what, int32_t i, automl_status status, automl_error *err);
const struct op_class *graph_learner(
    const struct graph *g); /* class of the last node; NULL for an ensemble */
/* Sums the operators' estimates along the graph, stacks refitted cv + 1 times. */
void graph_estimate(const struct graph *g, const struct op_shape *s, struct op_cost *out);

#endif
