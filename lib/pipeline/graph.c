/*
 * graph.c - building, checking, hashing and taking apart of pipeline specifications.
 */
#include "pipeline/graph.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/hash.h"

struct graph *graph_create(struct mem *m)
{
    struct graph *g = NEW(m, struct graph);
    if (g != NULL) {
        g->mem = m;
        atomic_init(&g->refs, 1);
    }
    return g;
}

struct graph *graph_ref(struct graph *g)
{
    if (g != NULL)
        atomic_fetch_add_explicit(&g->refs, 1, memory_order_relaxed);
    return g;
}

static void node_clear(struct mem *m, struct graph_node *v)
{
    mem_free(m, v->name);
    params_free(v->params);
    mem_free(m, v->inputs);
    mem_free(m, v->weights);
    graph_unref(v->inner);
}

void graph_unref(struct graph *g)
{
    if (g == NULL || atomic_fetch_sub_explicit(&g->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (int32_t i = 0; i < g->n_nodes; i++)
        node_clear(g->mem, &g->nodes[i]);
    mem_free(g->mem, g->nodes);
    mem_free(g->mem, g);
}

static bool name_taken(const struct graph *g, const char *name)
{
    for (int32_t i = 0; i < g->n_nodes; i++)
        if (g->nodes[i].name != NULL && strcmp(g->nodes[i].name, name) == 0)
            return true;
    return strcmp(name, "input") == 0;
}

/* `base`, or base_2, base_3 ... if the graph has it already. */
static char *unique_name(const struct graph *g, const char *base)
{
    struct strbuf b;
    strbuf_init(&b, g->mem);
    strbuf_puts(&b, base);
    for (int32_t i = 2; strbuf_ok(&b) && name_taken(g, strbuf_text(&b)); i++) {
        strbuf_clear(&b);
        strbuf_printf(&b, "%s_%d", base, i);
    }
    return strbuf_take(&b);
}

/* Room for one more node, zeroed but for its name and inputs; the node counts only after node_commit. */
static automl_status node_begin(struct graph *g, const char *name, const int32_t *inputs, int32_t n_inputs,
    struct graph_node **out, automl_error *err)
{
    if (g->n_nodes >= GRAPH_MAX_NODES)
        return error_set(err, AUTOML_E_RANGE, "a pipeline may have at most %d nodes", GRAPH_MAX_NODES);
    for (int32_t i = 0; i < n_inputs; i++)
        if (inputs[i] < GRAPH_INPUT || inputs[i] >= g->n_nodes)
            return error_set(
                err, AUTOML_E_ARGUMENT, "node '%s' refers to a node that does not stand before it", name);
    struct graph_node *nodes = mem_realloc(g->mem, g->nodes, (size_t)g->n_nodes + 1, sizeof *nodes);
    if (nodes == NULL)
        return error_memory(err);
    g->nodes = nodes;
    struct graph_node *v = &nodes[g->n_nodes];
    memset(v, 0, sizeof *v);
    v->name = unique_name(g, name);
    v->inputs = mem_copy(g->mem, inputs, (size_t)n_inputs, sizeof *inputs);
    v->n_inputs = n_inputs;
    if (v->name == NULL || v->inputs == NULL) {
        node_clear(g->mem, v);
        return error_memory(err);
    }
    *out = v;
    return AUTOML_OK;
}

static void node_commit(struct graph *g, int32_t *out_node)
{
    if (out_node != NULL)
        *out_node = g->n_nodes;
    g->n_nodes++;
}

automl_status graph_add_operator(struct graph *g, const struct op_class *cls, const struct params *params,
    const int32_t *inputs, int32_t n_inputs, int32_t *out_node, automl_error *err)
{
    struct graph_node *v = NULL;
    TRY(node_begin(g, cls->name, inputs, n_inputs, &v, err));
    v->kind = NODE_OPERATOR;
    v->cls = cls;
    automl_status status = params != NULL ? params_copy(g->mem, params, &v->params, err)
                                          : params_create(g->mem, cls->params, &v->params, err);
    if (status < 0) {
        node_clear(g->mem, v);
        return status;
    }
    node_commit(g, out_node);
    return AUTOML_OK;
}

automl_status graph_add_union(
    struct graph *g, const int32_t *inputs, int32_t n_inputs, int32_t *out_node, automl_error *err)
{
    struct graph_node *v = NULL;
    TRY(node_begin(g, "union", inputs, n_inputs, &v, err));
    v->kind = NODE_UNION;
    node_commit(g, out_node);
    return AUTOML_OK;
}

automl_status graph_add_stack(struct graph *g, struct graph *inner, int32_t cv, bool passthrough,
    int32_t input, int32_t *out_node, automl_error *err)
{
    struct graph_node *v = NULL;
    TRY(node_begin(g, "stack", &input, 1, &v, err));
    v->kind = NODE_STACK;
    v->inner = graph_ref(inner);
    v->cv = cv;
    v->passthrough = passthrough;
    node_commit(g, out_node);
    return AUTOML_OK;
}

automl_status graph_add_ensemble(struct graph *g, const int32_t *inputs, const double *weights, int32_t n,
    int32_t replicas, automl_error *err)
{
    struct graph_node *v = NULL;
    TRY(node_begin(g, "ensemble", inputs, n, &v, err));
    v->kind = NODE_ENSEMBLE;
    v->replicas = replicas;
    v->weights = NEW_ARRAY(g->mem, n, double);
    if (v->weights == NULL) {
        node_clear(g->mem, v);
        return error_memory(err);
    }
    double sum = 0;
    for (int32_t i = 0; i < n; i++)
        sum += weights != NULL ? weights[i] : 1.0;
    /* Weights that were divided by their sum before stay as they are: specifications survive a round trip. */
    if (fabs(sum - 1) <= 4 * n * DBL_EPSILON)
        sum = 1;
    for (int32_t i = 0; i < n; i++)
        v->weights[i] = (weights != NULL ? weights[i] : 1.0) / sum;
    node_commit(g, NULL);
    return AUTOML_OK;
}

static automl_status append_node(struct graph *g, const struct graph_node *from, const int32_t *inputs,
    int32_t *out_node, automl_error *err)
{
    switch (from->kind) {
    case NODE_OPERATOR:
        TRY(graph_add_operator(g, from->cls, from->params, inputs, from->n_inputs, out_node, err));
        break;
    case NODE_UNION:
        TRY(graph_add_union(g, inputs, from->n_inputs, out_node, err));
        break;
    case NODE_STACK:
        TRY(graph_add_stack(g, from->inner, from->cv, from->passthrough, inputs[0], out_node, err));
        break;
    case NODE_ENSEMBLE:
        return error_set(err, AUTOML_E_ARGUMENT, "an ensemble can only be the last node of a pipeline");
    }
    struct graph_node *v = &g->nodes[*out_node];
    if (strcmp(v->name, from->name) == 0)
        return AUTOML_OK;
    char *given = v->name;
    v->name = NULL;
    v->name = unique_name(g, from->name);
    if (v->name == NULL) {
        v->name = given;
        return error_memory(err);
    }
    mem_free(g->mem, given);
    return AUTOML_OK;
}

/* Hash of node v, given those of the nodes before it: each is computed once, however often it is shared. */
static uint64_t node_hash(const struct graph_node *v, const uint64_t *before)
{
    uint64_t h = (uint64_t)v->kind + 1;
    for (int32_t j = 0; j < v->n_inputs; j++)
        h = hash_combine(h, v->inputs[j] == GRAPH_INPUT ? UINT64_C(0x1d) : before[v->inputs[j]]);
    switch (v->kind) {
    case NODE_OPERATOR:
        return hash_combine(hash_combine(h, hash_string(v->cls->name)), params_hash(v->params));
    case NODE_UNION:
        return h;
    case NODE_STACK:
        return hash_combine(
            hash_combine(h, graph_hash(v->inner)), (uint64_t)v->cv * 2 + (v->passthrough ? 1 : 0));
    case NODE_ENSEMBLE:
        return hash_combine(hash_combine(h, (uint64_t)v->replicas),
            hash_bytes(v->weights, (size_t)v->n_inputs * sizeof *v->weights, 0));
    }
    return h;
}

/* The node of g that computes what v would with these inputs; -1 if there is none. */
static int32_t find_equal(const struct graph *g, const struct graph_node *v, int32_t *inputs)
{
    uint64_t hashes[GRAPH_MAX_NODES];
    struct graph_node moved = *v;
    moved.inputs = inputs;
    for (int32_t i = 0; i < g->n_nodes; i++)
        hashes[i] = node_hash(&g->nodes[i], hashes);
    uint64_t wanted = node_hash(&moved, hashes);
    for (int32_t i = 0; i < g->n_nodes; i++)
        if (hashes[i] == wanted)
            return i;
    return -1;
}

/* Copies the nodes of `from` that `wanted` marks (NULL: all), with `share` but for those that g has already;
 * place[i] receives their new positions. */
static automl_status append_marked(struct graph *g, const struct graph *from, const bool *wanted, bool share,
    int32_t input, int32_t *place, automl_error *err)
{
    for (int32_t i = 0; i < from->n_nodes; i++) {
        const struct graph_node *v = &from->nodes[i];
        if (wanted != NULL && !wanted[i])
            continue;
        int32_t *inputs = NEW_ARRAY(g->mem, v->n_inputs, int32_t);
        if (inputs == NULL)
            return error_memory(err);
        for (int32_t j = 0; j < v->n_inputs; j++)
            inputs[j] = v->inputs[j] == GRAPH_INPUT ? input : place[v->inputs[j]];
        automl_status status = AUTOML_OK;
        place[i] = share ? find_equal(g, v, inputs) : -1;
        if (place[i] < 0)
            status = append_node(g, v, inputs, &place[i], err);
        mem_free(g->mem, inputs);
        TRY(status);
    }
    return AUTOML_OK;
}

automl_status graph_append(
    struct graph *g, const struct graph *from, int32_t input, int32_t *out_node, automl_error *err)
{
    int32_t place[GRAPH_MAX_NODES];
    TRY(append_marked(g, from, NULL, false, input, place, err));
    *out_node = place[from->n_nodes - 1];
    return AUTOML_OK;
}

automl_status graph_merge(struct graph *g, const struct graph *from, int32_t *out_node, automl_error *err)
{
    int32_t place[GRAPH_MAX_NODES];
    TRY(append_marked(g, from, NULL, true, GRAPH_INPUT, place, err));
    *out_node = place[from->n_nodes - 1];
    return AUTOML_OK;
}

static bool gives_probabilities(const struct graph_node *v)
{
    return v->kind == NODE_ENSEMBLE || (v->kind == NODE_OPERATOR && v->cls->kind == OP_CLASSIFIER);
}

static automl_status node_error(const struct graph *g, int32_t i, automl_error *err, const char *what)
{
    return graph_place(
        g, "nodes", i, error_set(err, AUTOML_E_ARGUMENT, "node '%s' %s", g->nodes[i].name, what), err);
}

static automl_status check_inputs(const struct graph *g, int32_t i, bool *used, automl_error *err)
{
    const struct graph_node *v = &g->nodes[i];
    bool many = v->kind == NODE_UNION || v->kind == NODE_ENSEMBLE;
    if (v->n_inputs < 1 || (!many && v->n_inputs != 1))
        return node_error(g, i, err, many ? "needs at least one input" : "needs exactly one input");
    for (int32_t j = 0; j < v->n_inputs; j++) {
        int32_t from = v->inputs[j];
        bool proba = from != GRAPH_INPUT && gives_probabilities(&g->nodes[from]);
        if (proba != (v->kind == NODE_ENSEMBLE))
            return node_error(g, i, err,
                proba ? "cannot take a classifier's output; use \"stack\" to add predictions as columns"
                      : "is an ensemble, whose inputs must be classifiers");
        if (from != GRAPH_INPUT)
            used[from] = true;
    }
    return AUTOML_OK;
}

static automl_status check_node(const struct graph *g, int32_t i, int32_t depth, automl_error *err);

static automl_status check_depth(const struct graph *g, int32_t depth, automl_error *err)
{
    bool used[GRAPH_MAX_NODES] = {false};
    if (g->n_nodes == 0)
        return error_set(err, AUTOML_E_ARGUMENT, "the pipeline has no nodes");
    if (depth > GRAPH_MAX_DEPTH)
        return error_set(err, AUTOML_E_RANGE, "stacks may be nested at most %d deep", GRAPH_MAX_DEPTH);
    for (int32_t i = 0; i < g->n_nodes; i++) {
        TRY(check_inputs(g, i, used, err));
        TRY(check_node(g, i, depth, err));
    }
    for (int32_t i = 0; i < g->n_nodes - 1; i++)
        if (!used[i])
            return node_error(g, i, err, "is not used by any later node; the last node is the output");
    if (!gives_probabilities(&g->nodes[g->n_nodes - 1]))
        return node_error(
            g, g->n_nodes - 1, err, "is the last one but no classifier; end the pipeline with a classifier");
    return AUTOML_OK;
}

static automl_status check_node(const struct graph *g, int32_t i, int32_t depth, automl_error *err)
{
    const struct graph_node *v = &g->nodes[i];
    if (v->kind == NODE_ENSEMBLE) {
        if (i != g->n_nodes - 1)
            return node_error(g, i, err, "is an ensemble, which must be the last node");
        if (v->replicas < 1 || v->replicas > GRAPH_MAX_FOLDS)
            return node_error(g, i, err, "has replicas outside 1..50");
        for (int32_t j = 0; j < v->n_inputs; j++)
            if (!isfinite(v->weights[j]) || v->weights[j] < 0)
                return node_error(g, i, err, "needs weights that are finite, not negative and not all zero");
    }
    if (v->kind == NODE_STACK) {
        if (v->cv < 2 || v->cv > GRAPH_MAX_FOLDS)
            return node_error(g, i, err, "has cv outside 2..50");
        if (v->inner->n_nodes > 0 && v->inner->nodes[v->inner->n_nodes - 1].kind == NODE_ENSEMBLE)
            return node_error(g, i, err, "is a stack, whose inner pipeline must end in one classifier");
        automl_status status = check_depth(v->inner, depth + 1, err);
        if (status < 0)
            error_where(err, "nodes/%d/", i);
        return status;
    }
    return AUTOML_OK;
}

automl_status graph_check(const struct graph *g, automl_error *err)
{
    return check_depth(g, 0, err);
}

uint64_t graph_node_hash(const struct graph *g, int32_t i)
{
    uint64_t hashes[GRAPH_MAX_NODES];
    for (int32_t j = 0; j <= i; j++)
        hashes[j] = node_hash(&g->nodes[j], hashes);
    return hashes[i];
}

uint64_t graph_hash(const struct graph *g)
{
    return graph_node_hash(g, g->n_nodes - 1);
}

int32_t graph_last_use(const struct graph *g, int32_t i)
{
    int32_t last = -1;
    for (int32_t v = i + 1; v < g->n_nodes; v++)
        for (int32_t j = 0; j < g->nodes[v].n_inputs; j++)
            last = g->nodes[v].inputs[j] == i ? v : last;
    return last;
}

automl_status graph_place(
    const struct graph *g, const char *what, int32_t i, automl_status status, automl_error *err)
{
    if (err != NULL && err->where[0] == '\0')
        error_where(err, "%s", g->nodes[i].name);
    error_where(err, "%s/%d/", what, i);
    return status;
}

const struct op_class *graph_learner(const struct graph *g)
{
    const struct graph_node *last = &g->nodes[g->n_nodes - 1];
    return last->kind == NODE_OPERATOR ? last->cls : NULL;
}

/* The sub-graph that ends in node `last`, as a graph of its own. */
static automl_status subgraph(const struct graph *g, int32_t last, struct graph **out, automl_error *err)
{
    bool wanted[GRAPH_MAX_NODES] = {false};
    int32_t place[GRAPH_MAX_NODES];
    wanted[last] = true;
    for (int32_t i = last; i >= 0; i--)
        for (int32_t j = 0; wanted[i] && j < g->nodes[i].n_inputs; j++)
            if (g->nodes[i].inputs[j] != GRAPH_INPUT)
                wanted[g->nodes[i].inputs[j]] = true;
    struct graph *sub = graph_create(g->mem);
    if (sub == NULL)
        return error_memory(err);
    automl_status status = append_marked(sub, g, wanted, false, GRAPH_INPUT, place, err);
    if (status < 0) {
        graph_unref(sub);
        return status;
    }
    *out = sub;
    return AUTOML_OK;
}

static automl_status one_member(struct graph *g, struct graph **members, double *weights)
{
    members[0] = graph_ref(g);
    weights[0] = 1;
    return AUTOML_OK;
}

static automl_status ensemble_members(const struct graph *g, const struct graph_node *e,
    struct graph **members, double *weights, automl_error *err)
{
    for (int32_t i = 0; i < e->n_inputs; i++) {
        TRY(subgraph(g, e->inputs[i], &members[i], err));
        weights[i] = e->weights[i];
    }
    return AUTOML_OK;
}

automl_status graph_members(struct graph *g, struct graph ***out, double **out_weights, int32_t *out_n,
    int32_t *out_replicas, automl_error *err)
{
    const struct graph_node *last = &g->nodes[g->n_nodes - 1];
    bool many = last->kind == NODE_ENSEMBLE;
    int32_t n = many ? last->n_inputs : 1;
    struct graph **members = NEW_ZEROS(g->mem, n, struct graph *);
    double *weights = NEW_ARRAY(g->mem, n, double);
    automl_status status = members == NULL || weights == NULL ? error_memory(err)
                           : many ? ensemble_members(g, last, members, weights, err)
                                  : one_member(g, members, weights);
    if (status < 0) {
        for (int32_t i = 0; members != NULL && i < n; i++)
            graph_unref(members[i]);
        mem_free(g->mem, members);
        mem_free(g->mem, weights);
        return status;
    }
    *out = members;
    *out_weights = weights;
    *out_n = n;
    *out_replicas = many ? last->replicas : 1;
    return AUTOML_OK;
}

static void cost_add(struct op_cost *sum, const struct op_cost *c, double fits)
{
    sum->fit_flops += fits * c->fit_flops;
    sum->fit_bytes += fits * c->fit_bytes;
    sum->apply_flops += c->apply_flops;
    sum->apply_bytes += c->apply_bytes;
    sum->memory_bytes = fmax(sum->memory_bytes, c->memory_bytes);
    sum->state_bytes += c->state_bytes;
}

static void stack_estimate(const struct graph_node *v, const struct op_shape *s, struct op_cost *out)
{
    struct op_cost inner;
    graph_estimate(v->inner, s, &inner);
    double share = (v->cv - 1.0) / v->cv;
    memset(out, 0, sizeof *out);
    cost_add(out, &inner, 1 + v->cv * share);
    out->fit_flops += s->n * inner.apply_flops;
    out->fit_bytes += s->n * inner.apply_bytes;
    out->memory_bytes += 8 * s->n * s->k;
    out->out = *s;
    if (!v->passthrough)
        out->out.p = out->out.p_category = out->out.levels = 0;
    out->out.p += s->k;
}

/* r models, each fitted on all but one of r folds. */
static void cost_replicas(struct op_cost *c, int32_t r)
{
    c->fit_flops *= r - 1;
    c->fit_bytes *= r - 1;
    c->apply_flops *= r;
    c->apply_bytes *= r;
    c->state_bytes *= r;
}

void graph_estimate(const struct graph *g, const struct op_shape *s, struct op_cost *out)
{
    struct op_shape shapes[GRAPH_MAX_NODES];
    memset(out, 0, sizeof *out);
    for (int32_t i = 0; i < g->n_nodes; i++) {
        const struct graph_node *v = &g->nodes[i];
        struct op_shape in = v->inputs[0] == GRAPH_INPUT ? *s : shapes[v->inputs[0]];
        struct op_cost c = {.out = in};
        for (int32_t j = 1; j < v->n_inputs; j++) {
            const struct op_shape *more = v->inputs[j] == GRAPH_INPUT ? s : &shapes[v->inputs[j]];
            c.out.p += more->p;
            c.out.p_category += more->p_category;
            c.out.levels += more->levels;
        }
        if (v->kind == NODE_OPERATOR)
            v->cls->estimate(v->params, &in, &c);
        else if (v->kind == NODE_STACK)
            stack_estimate(v, &in, &c);
        double transforms_training_rows = gives_probabilities(v) ? 0 : in.n;
        c.fit_flops += transforms_training_rows * c.apply_flops;
        c.fit_bytes += transforms_training_rows * c.apply_bytes;
        shapes[i] = c.out;
        cost_add(out, &c, 1);
        out->out = c.out;
    }
    const struct graph_node *last = &g->nodes[g->n_nodes - 1];
    if (last->kind == NODE_ENSEMBLE && last->replicas > 1)
        cost_replicas(out, last->replicas);
}
