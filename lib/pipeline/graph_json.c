/*
 * graph_json.c - specifications from and to JSON, as graph.h shows it.
 */
#include "pipeline/graph.h"

#include <string.h>

struct parse {
    automl_context *ctx;
    struct graph *g;
    int32_t depth;
};

static automl_status parse_graph(automl_context *ctx, struct mem *m, const struct json *v, int32_t depth,
    struct graph **out, automl_error *err);

/* Every member of `object` (NULL: none) must be one of known[0..n). */
static automl_status check_members(
    const struct json *object, const char *const *known, size_t n, const char *what, automl_error *err)
{
    for (const struct json *v = json_first(object); v != NULL; v = json_next(v)) {
        bool found = false;
        for (size_t i = 0; i < n; i++)
            found = found || strcmp(json_key(v), known[i]) == 0;
        if (found)
            continue;
        const char *nearest = nearest_name(json_key(v), known, (int32_t)n);
        return error_set(err, AUTOML_E_UNKNOWN_KEY, "%s has no member '%s'; %s '%s'", what, json_key(v),
            nearest != NULL ? "nearest is" : "the first is", nearest != NULL ? nearest : known[0]);
    }
    return AUTOML_OK;
}

/* A whole number from lo to 50: folds or replicas. */
static automl_status parse_count(const struct json *params, const char *key, int32_t otherwise, int32_t lo,
    int32_t *out, automl_error *err)
{
    const struct json *v = json_get(params, key);
    double x = json_number(v, v != NULL ? -1 : otherwise);
    if (!(x >= lo && x <= GRAPH_MAX_FOLDS) || x != (int32_t)x)
        return error_set(err, json_is(v, JSON_NUMBER) ? AUTOML_E_RANGE : AUTOML_E_TYPE,
            "\"%s\" must be a whole number from %d to %d", key, lo, GRAPH_MAX_FOLDS);
    *out = (int32_t)x;
    return AUTOML_OK;
}

static int32_t find_node(const struct graph *g, const char *name)
{
    for (int32_t i = 0; i < g->n_nodes; i++)
        if (strcmp(g->nodes[i].name, name) == 0)
            return i;
    return -2;
}

static automl_status parse_input(const struct parse *p, const struct json *v, int32_t *out, automl_error *err)
{
    const char *name = json_string(v);
    if (name == NULL)
        return error_set(err, AUTOML_E_TYPE, "\"inputs\" must be a list of node names, or of \"input\"");
    *out = strcmp(name, "input") == 0 ? GRAPH_INPUT : find_node(p->g, name);
    if (*out < GRAPH_INPUT)
        return error_set(err, AUTOML_E_UNKNOWN_KEY, "no earlier node is named '%s'", name);
    return AUTOML_OK;
}

/* A chain without "inputs" follows on the node before. */
static automl_status parse_inputs(
    const struct parse *p, const struct json *node, int32_t **out, int32_t *out_n, automl_error *err)
{
    const struct json *list = json_get(node, "inputs");
    int64_t n = list != NULL ? json_count(list) : 1;
    if (list != NULL && (!json_is(list, JSON_ARRAY) || n < 1 || n > GRAPH_MAX_NODES))
        return error_set(
            err, AUTOML_E_TYPE, "\"inputs\" must be a list of 1 to %d node names", GRAPH_MAX_NODES);
    int32_t *inputs = NEW_ARRAY(p->g->mem, n, int32_t);
    if (inputs == NULL)
        return error_memory(err);
    inputs[0] = p->g->n_nodes - 1;
    automl_status status = AUTOML_OK;
    int64_t i = 0;
    for (const struct json *v = json_first(list); v != NULL && status >= 0; v = json_next(v))
        status = parse_input(p, v, &inputs[i++], err);
    if (status < 0) {
        mem_free(p->g->mem, inputs);
        return status;
    }
    *out = inputs;
    *out_n = (int32_t)n;
    return AUTOML_OK;
}

static automl_status parse_operator(const struct parse *p, const char *op, const struct json *params,
    const int32_t *inputs, int32_t n, automl_error *err)
{
    const struct op_class *cls;
    TRY(operator_find(p->ctx, op, &cls, err));
    struct params *bag;
    TRY(params_create(p->g->mem, cls->params, &bag, err));
    automl_status status = params != NULL ? params_merge_json(bag, params, err) : AUTOML_OK;
    if (status >= 0)
        status = graph_add_operator(p->g, cls, bag, inputs, n, NULL, err);
    params_free(bag);
    return status;
}

static automl_status parse_union(
    const struct parse *p, const struct json *params, const int32_t *inputs, int32_t n, automl_error *err)
{
    if (json_count(params) > 0)
        return error_set(err, AUTOML_E_UNKNOWN_KEY, "a union has no \"params\"");
    return graph_add_union(p->g, inputs, n, NULL, err);
}

static automl_status parse_stack(const struct parse *p, const struct json *node, const struct json *params,
    const int32_t *inputs, int32_t n, automl_error *err)
{
    static const char *const known[] = {"cv", "passthrough"};
    const struct json *flag = json_get(params, "passthrough");
    int32_t cv = 0;
    TRY(check_members(params, known, 2, "a stack's \"params\"", err));
    TRY(parse_count(params, "cv", 5, 2, &cv, err));
    if (n != 1)
        return error_set(err, AUTOML_E_ARGUMENT, "a stack needs exactly one input");
    if (flag != NULL && !json_is(flag, JSON_BOOL))
        return error_set(err, AUTOML_E_TYPE, "a stack's \"passthrough\" must be true or false");
    struct graph *inner;
    TRY(parse_graph(p->ctx, p->g->mem, json_get(node, "pipeline"), p->depth + 1, &inner, err));
    automl_status status = graph_add_stack(p->g, inner, cv, json_bool(flag, true), inputs[0], NULL, err);
    graph_unref(inner);
    return status;
}

static automl_status parse_ensemble(
    const struct parse *p, const struct json *params, const int32_t *inputs, int32_t n, automl_error *err)
{
    static const char *const known[] = {"weights", "replicas"};
    const struct json *list = json_get(params, "weights");
    double weights[GRAPH_MAX_NODES];
    double sum = 0;
    int32_t replicas = 0;
    TRY(check_members(params, known, 2, "an ensemble's \"params\"", err));
    TRY(parse_count(params, "replicas", 1, 1, &replicas, err));
    if (list != NULL && (!json_is(list, JSON_ARRAY) || json_count(list) != n))
        return error_set(err, AUTOML_E_ARGUMENT, "an ensemble needs one weight for each of its %d inputs", n);
    int32_t i = 0;
    for (const struct json *v = json_first(list); v != NULL; v = json_next(v)) {
        weights[i] = json_number(v, -1);
        if (!(weights[i] >= 0 && weights[i] <= 1e6))
            return error_set(err, AUTOML_E_RANGE, "an ensemble's weights must be numbers from 0 to 1000000");
        sum += weights[i++];
    }
    if (list != NULL && !(sum > 0))
        return error_set(err, AUTOML_E_RANGE, "an ensemble's weights must not all be zero");
    return graph_add_ensemble(p->g, inputs, list != NULL ? weights : NULL, n, replicas, err);
}

static automl_status rename_node(struct graph *g, const char *name, automl_error *err)
{
    struct graph_node *v = &g->nodes[g->n_nodes - 1];
    if (strcmp(name, v->name) == 0)
        return AUTOML_OK;
    if (name[0] == '\0' || strcmp(name, "input") == 0 || find_node(g, name) >= 0)
        return error_set(
            err, AUTOML_E_ARGUMENT, "node names must be unique, not empty and not \"input\": '%s'", name);
    char *copy = mem_strdup(g->mem, name);
    if (copy == NULL)
        return error_memory(err);
    mem_free(g->mem, v->name);
    v->name = copy;
    return AUTOML_OK;
}

static automl_status parse_node(const struct parse *p, const struct json *node, automl_error *err)
{
    static const char *const known[] = {"name", "op", "params", "inputs", "pipeline"};
    const char *op = json_is(node, JSON_STRING) ? json_string(node) : json_string(json_get(node, "op"));
    const struct json *params = json_get(node, "params");
    if (op == NULL)
        return error_set(err, AUTOML_E_TYPE, "a node must be an operator's name or an object with \"op\"");
    if (params != NULL && !json_is(params, JSON_OBJECT))
        return error_set(err, AUTOML_E_TYPE, "\"params\" must be an object");
    if (json_is(node, JSON_OBJECT))
        TRY(check_members(node, known, sizeof known / sizeof *known, "a node", err));
    if (json_get(node, "pipeline") != NULL && strcmp(op, "stack") != 0)
        return error_set(err, AUTOML_E_UNKNOWN_KEY, "only a stack has an inner \"pipeline\"");
    int32_t *inputs = NULL, n = 0;
    TRY(parse_inputs(p, node, &inputs, &n, err));
    automl_status status;
    if (strcmp(op, "union") == 0)
        status = parse_union(p, params, inputs, n, err);
    else if (strcmp(op, "stack") == 0)
        status = parse_stack(p, node, params, inputs, n, err);
    else if (strcmp(op, "ensemble") == 0)
        status = parse_ensemble(p, params, inputs, n, err);
    else
        status = parse_operator(p, op, params, inputs, n, err);
    mem_free(p->g->mem, inputs);
    TRY(status);
    const struct json *name = json_get(node, "name");
    if (name != NULL && !json_is(name, JSON_STRING))
        return error_set(err, AUTOML_E_TYPE, "a node's \"name\" must be a text");
    return name != NULL ? rename_node(p->g, json_string(name), err) : AUTOML_OK;
}

/* The place of an error in node i, which may not be in the graph yet. */
static automl_status parse_place(const struct json *node, int32_t i, automl_status status, automl_error *err)
{
    const char *op = json_is(node, JSON_STRING) ? json_string(node) : json_string(json_get(node, "op"));
    if (err != NULL && op != NULL)
        error_where(err, err->where[0] != '\0' ? "nodes/%d/%s/" : "nodes/%d/%s", i, op);
    else
        error_where(err, "nodes/%d", i);
    return status;
}

static automl_status parse_nodes(const struct parse *p, const struct json *list, automl_error *err)
{
    int32_t i = 0;
    for (const struct json *v = json_first(list); v != NULL; v = json_next(v), i++) {
        automl_status status = parse_node(p, v, err);
        if (status < 0)
            return parse_place(v, i, status, err);
    }
    return AUTOML_OK;
}

static automl_status parse_graph(automl_context *ctx, struct mem *m, const struct json *v, int32_t depth,
    struct graph **out, automl_error *err)
{
    static const char *const known[] = {"nodes"};
    const struct json *list = json_is(v, JSON_ARRAY) ? v : json_get(v, "nodes");
    if (json_is(v, JSON_OBJECT))
        TRY(check_members(v, known, 1, "a pipeline", err));
    if (list == NULL || !json_is(list, JSON_ARRAY))
        return error_set(err, AUTOML_E_TYPE, "a pipeline must be {\"nodes\": [...]} or a list of operators");
    if (depth > GRAPH_MAX_DEPTH)
        return error_set(err, AUTOML_E_RANGE, "stacks may be nested at most %d deep", GRAPH_MAX_DEPTH);
    struct graph *g = graph_create(m);
    if (g == NULL)
        return error_memory(err);
    struct parse p = {.ctx = ctx, .g = g, .depth = depth};
    automl_status status = parse_nodes(&p, list, err);
    if (status >= 0)
        status = graph_check(g, err);
    if (status < 0) {
        graph_unref(g);
        return status;
    }
    *out = g;
    return AUTOML_OK;
}

automl_status graph_parse(
    automl_context *ctx, struct mem *m, const struct json *v, struct graph **out, automl_error *err)
{
    return parse_graph(ctx, m, v, 0, out, err);
}

static void write_params(const struct graph_node *v, struct json_writer *w)
{
    json_write_key(w, "params");
    json_begin_object(w);
    if (v->kind == NODE_OPERATOR)
        params_write_json(v->params, w, false);
    if (v->kind == NODE_STACK) {
        json_put_int(w, "cv", v->cv);
        json_put_bool(w, "passthrough", v->passthrough);
    }
    if (v->kind == NODE_ENSEMBLE) {
        json_write_key(w, "weights");
        json_begin_array(w);
        for (int32_t i = 0; i < v->n_inputs; i++)
            json_write_double(w, v->weights[i]);
        json_end_array(w);
        json_put_int(w, "replicas", v->replicas);
    }
    json_end_object(w);
}

static const char *node_op(const struct graph_node *v)
{
    static const char *const names[] = {"", "union", "stack", "ensemble"};
    return v->kind == NODE_OPERATOR ? v->cls->name : names[v->kind];
}

void graph_write_json(const struct graph *g, struct json_writer *w)
{
    json_begin_object(w);
    json_write_key(w, "nodes");
    json_begin_array(w);
    for (int32_t i = 0; i < g->n_nodes; i++) {
        const struct graph_node *v = &g->nodes[i];
        json_begin_object(w);
        json_put_string(w, "name", v->name);
        json_put_string(w, "op", node_op(v));
        if (v->kind != NODE_UNION)
            write_params(v, w);
        json_write_key(w, "inputs");
        json_begin_array(w);
        for (int32_t j = 0; j < v->n_inputs; j++)
            json_write_string(w, v->inputs[j] == GRAPH_INPUT ? "input" : g->nodes[v->inputs[j]].name);
        json_end_array(w);
        if (v->kind == NODE_STACK) {
            json_write_key(w, "pipeline");
            graph_write_json(v->inner, w);
        }
        json_end_object(w);
    }
    json_end_array(w);
    json_end_object(w);
}
