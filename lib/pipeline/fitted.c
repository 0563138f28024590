/*
 * fitted.c - fits the nodes of a graph in order on training rows, carrying the rows to predict along.
 */
#include "pipeline/fitted.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "data/split.h"

/* Labels of the streams that a fit splits from its request's. */
enum { STREAM_NODE = 1, STREAM_BALANCE = 2, STREAM_STACK = 3, STREAM_VALID = 4 };

/* A learner that stops early gets this share of its rows to watch; with fewer rows than the minimum it gets
 * none, as so few would say nothing. */
static const double valid_share = 0.1;
enum { VALID_MIN_ROWS = 500 };

struct run {
    const struct fit_request *r;
    struct fitted *f;
    /* Per node: its output on the training rows, and on the rows to predict. NULL for classifiers, and once
     * no later node needs it. */
    struct frame **x, **x_apply;
    double *proba_apply;
};

static struct frame *run_frame(struct frame **outputs, struct frame *input, int32_t node)
{
    return node == GRAPH_INPUT ? input : outputs[node];
}

static uint64_t prefix_key(const struct run *u, int32_t i)
{
    return hash_combine(u->r->cache_key, graph_node_hash(u->f->graph, i));
}

/* Each node's stream depends on what it computes, not on where it stands: cached prefixes are then equal to
 * fresh ones. */
static struct rng node_rng(const struct run *u, int32_t i, uint64_t purpose)
{
    struct rng r = rng_split(&u->r->rng, purpose);
    return rng_split(&r, graph_node_hash(u->f->graph, i));
}

static struct op_fit fit_input(const struct run *u, int32_t i, struct frame *x)
{
    return (struct op_fit){.x = x,
        .y = u->r->y,
        .w = u->r->w,
        .n_classes = u->r->n_classes,
        .rng = node_rng(u, i, STREAM_NODE),
        .stop = u->r->stop,
        .pool = u->r->pool,
        .mem = u->r->mem};
}

static automl_status run_transformer(
    struct run *u, int32_t i, struct frame *x, struct frame *x_apply, automl_error *err)
{
    const struct graph_node *v = &u->f->graph->nodes[i];
    struct prefix_entry e = {0};
    if (prefix_cache_get(u->r->cache, prefix_key(u, i), &e)) {
        u->f->nodes[i].op = e.op;
        u->x[i] = e.x;
        u->x_apply[i] = e.x_apply;
        return AUTOML_OK;
    }
    TRY(op_create(u->r->mem, v->cls, v->params, &u->f->nodes[i].op, err));
    struct op *op = u->f->nodes[i].op;
    struct op_fit in = fit_input(u, i, x);
    TRY(op_fit(op, &in, err));
    TRY(op_transform(op, x, u->r->mem, u->r->stop, &u->x[i], err));
    if (x_apply != NULL)
        TRY(op_transform(op, x_apply, u->r->mem, u->r->stop, &u->x_apply[i], err));
    e = (struct prefix_entry){op, u->x[i], u->x_apply[i]};
    prefix_cache_put(u->r->cache, prefix_key(u, i), &e);
    return AUTOML_OK;
}

/* The rows that a learner is fitted on, and those it watches. */
struct learn_rows {
    struct frame *x, *x_valid;
    int32_t *y, *y_valid;
    double *w, *w_valid;
};

static void learn_rows_clear(struct mem *m, struct learn_rows *l)
{
    frame_unref(l->x);
    frame_unref(l->x_valid);
    mem_free(m, l->y);
    mem_free(m, l->y_valid);
    mem_free(m, l->w);
    mem_free(m, l->w_valid);
}

/* Rows idx[0..n) of x, y and w (NULL: none). Parts of a failure are freed by the caller. */
static automl_status take_rows(struct mem *m, const struct fit_request *from, struct frame *x,
    const int32_t *idx, int64_t n, struct frame **out_x, int32_t **out_y, double **out_w, automl_error *err)
{
    *out_x = frame_take(x, idx, n);
    *out_y = NEW_ARRAY(m, n, int32_t);
    *out_w = from->w != NULL ? NEW_ARRAY(m, n, double) : NULL;
    if (*out_x == NULL || *out_y == NULL || (from->w != NULL && *out_w == NULL))
        return error_memory(err);
    for (int64_t i = 0; i < n; i++)
        (*out_y)[i] = from->y[idx[i]];
    for (int64_t i = 0; from->w != NULL && i < n; i++)
        (*out_w)[i] = from->w[idx[i]];
    return AUTOML_OK;
}

static bool watches_rows(const struct op *op, int64_t n)
{
    int32_t i = param_schema_find(op->cls->params, "early_stopping");
    bool off = i >= 0 && op->cls->params->specs[i].type == PARAM_BOOL && !params_bool(op->params, i);
    return (op->cls->traits & OP_EARLY_STOPPING) != 0 && !off && n >= VALID_MIN_ROWS;
}

/* The inner split is one of source rows: it comes before balancing. */
static automl_status split_learn_rows(
    const struct run *u, int32_t i, struct op_fit *in, struct learn_rows *l, automl_error *err)
{
    struct mem *m = u->r->mem;
    struct split_options o = {.test_size = valid_share};
    int32_t *train = NULL, *valid = NULL;
    int64_t n, n_valid;
    TRY(split_train_test(m, in->y, in->x->n_rows, in->n_classes, &o, node_rng(u, i, STREAM_VALID), &train, &n,
        &valid, &n_valid, err));
    automl_status status = take_rows(m, u->r, in->x, train, n, &l->x, &l->y, &l->w, err);
    if (status >= 0)
        status = take_rows(m, u->r, in->x, valid, n_valid, &l->x_valid, &l->y_valid, &l->w_valid, err);
    mem_free(m, train);
    mem_free(m, valid);
    in->x = l->x, in->y = l->y, in->w = l->w;
    in->x_valid = l->x_valid, in->y_valid = l->y_valid, in->w_valid = l->w_valid;
    return status;
}

static automl_status fit_balanced(struct run *u, int32_t i, struct op_fit *in, automl_error *err)
{
    struct mem *m = u->r->mem;
    struct balance_in b = {.x = in->x,
        .y = in->y,
        .w = in->w,
        .k = in->n_classes,
        .ratio = u->r->balance->ratio,
        .params = u->r->balance->params,
        .rng = node_rng(u, i, STREAM_BALANCE),
        .stop = in->stop,
        .mem = m};
    struct balance_out o = {0};
    double *correction = NEW_ARRAY(m, in->n_classes, double);
    if (correction == NULL)
        return error_memory(err);
    u->f->nodes[i].correction = correction;
    TRY(balance_apply(u->r->balance, &b, &o, correction, err));
    in->x = o.x;
    in->y = o.y;
    in->w = o.w;
    automl_status status = op_fit(u->f->nodes[i].op, in, err);
    balance_out_free(m, &o);
    return status;
}

static automl_status fit_classifier(struct run *u, int32_t i, struct frame *x, automl_error *err)
{
    struct op *op = u->f->nodes[i].op;
    struct op_fit in = fit_input(u, i, x);
    struct learn_rows l = {0};
    automl_status status = AUTOML_OK;
    if (watches_rows(op, x->n_rows))
        status = split_learn_rows(u, i, &in, &l, err);
    if (status >= 0) {
        bool balanced = u->r->balance != NULL && u->r->balance->method != NULL;
        status = balanced ? fit_balanced(u, i, &in, err) : op_fit(op, &in, err);
    }
    learn_rows_clear(u->r->mem, &l);
    return status;
}

static automl_status run_classifier(
    struct run *u, int32_t i, struct frame *x, struct frame *x_apply, automl_error *err)
{
    const struct graph_node *v = &u->f->graph->nodes[i];
    struct fitted_node *node = &u->f->nodes[i];
    TRY(op_create(u->r->mem, v->cls, v->params, &node->op, err));
    TRY(fit_classifier(u, i, x, err));
    if (x_apply == NULL)
        return AUTOML_OK;
    TRY(op_predict_proba(node->op, x_apply, u->r->mem, u->r->stop, u->proba_apply, err));
    if (node->correction != NULL)
        prior_correct(node->correction, x_apply->n_rows, u->r->n_classes, u->proba_apply);
    return AUTOML_OK;
}

static automl_status run_union(struct run *u, int32_t i, automl_error *err)
{
    const struct graph_node *v = &u->f->graph->nodes[i];
    struct frame **parts = NEW_ZEROS(u->r->mem, v->n_inputs, struct frame *);
    if (parts == NULL)
        return error_memory(err);
    for (int32_t j = 0; j < v->n_inputs; j++)
        parts[j] = run_frame(u->x, u->r->x, v->inputs[j]);
    u->x[i] = frame_union(u->r->mem, parts, v->n_inputs);
    if (u->r->x_apply != NULL) {
        for (int32_t j = 0; j < v->n_inputs; j++)
            parts[j] = run_frame(u->x_apply, u->r->x_apply, v->inputs[j]);
        u->x_apply[i] = frame_union(u->r->mem, parts, v->n_inputs);
    }
    mem_free(u->r->mem, parts);
    bool complete = u->x[i] != NULL && (u->r->x_apply == NULL || u->x_apply[i] != NULL);
    return complete ? AUTOML_OK : error_memory(err);
}

/* x (unless it is not passed through) and k columns of probabilities, given row-major. */
static struct frame *with_probabilities(
    struct mem *m, struct frame *x, int32_t k, const double *proba, bool passthrough)
{
    double *columns;
    struct frame *p = frame_dense(m, x->n_rows, k, &columns);
    if (p == NULL)
        return NULL;
    for (int64_t i = 0; i < x->n_rows; i++)
        for (int32_t c = 0; c < k; c++)
            columns[c * x->n_rows + i] = proba[i * k + c];
    if (!passthrough)
        return p;
    struct frame *parts[2] = {x, p};
    struct frame *both = frame_union(m, parts, 2);
    frame_unref(p);
    return both;
}

/* Fits the inner pipeline without fold `fold` and writes its predictions of that fold's rows into oof. */
static automl_status stack_fold(struct run *u, const struct graph_node *v, struct frame *x,
    const struct folds *folds, int32_t fold, struct rng rng, double *oof, automl_error *err)
{
    struct mem *m = u->r->mem;
    size_t k = (size_t)u->r->n_classes;
    int64_t n, n_valid;
    const int32_t *train = folds_train(folds, fold, &n);
    const int32_t *valid = folds_valid(folds, fold, &n_valid);
    struct learn_rows l = {0};
    struct fitted *f = NULL;
    double *proba = mem_alloc_array(m, (size_t)n_valid * k, sizeof *proba);
    automl_status status = take_rows(m, u->r, x, train, n, &l.x, &l.y, &l.w, err);
    l.x_valid = frame_take(x, valid, n_valid);
    if (status >= 0 && (proba == NULL || l.x_valid == NULL))
        status = error_memory(err);
    if (status >= 0) {
        struct fit_request r = *u->r;
        r.x = l.x, r.y = l.y, r.w = l.w, r.x_apply = l.x_valid, r.cache = NULL, r.rng = rng;
        status = fitted_fit(v->inner, &r, &f, proba, err);
    }
    for (int64_t i = 0; status >= 0 && i < n_valid; i++)
        memcpy(oof + (size_t)valid[i] * k, proba + (size_t)i * k, k * sizeof *oof);
    fitted_unref(f);
    mem_free(m, proba);
    learn_rows_clear(m, &l);
    return status;
}

/* Out-of-fold probabilities of the rows of x. Rows that no fold validates (one-row classes) get those of the
 * full fit. */
static automl_status stack_oof(
    struct run *u, int32_t i, struct frame *x, const struct fitted *full, double *oof, automl_error *err)
{
    const struct graph_node *v = &u->f->graph->nodes[i];
    struct rng rng = node_rng(u, i, STREAM_STACK);
    struct folds *folds = NULL;
    automl_status status = folds_create(
        u->r->mem, u->r->y, x->n_rows, u->r->n_classes, v->cv, NULL, NULL, rng_split(&rng, 0), &folds, err);
    if (status >= 0 && folds->valid_begin[folds->k] < x->n_rows)
        status = fitted_predict_proba(full, x, u->r->mem, u->r->stop, oof, err);
    for (int32_t fold = 0; status >= 0 && fold < folds->k; fold++)
        status = stack_fold(u, v, x, folds, fold, rng_split(&rng, (uint64_t)fold + 1), oof, err);
    folds_free(folds);
    return status;
}

static automl_status run_stack(
    struct run *u, int32_t i, struct frame *x, struct frame *x_apply, automl_error *err)
{
    const struct graph_node *v = &u->f->graph->nodes[i];
    struct mem *m = u->r->mem;
    int32_t k = u->r->n_classes;
    double *oof = NEW_ARRAY(m, x->n_rows * k, double);
    double *applied = x_apply != NULL ? NEW_ARRAY(m, x_apply->n_rows * k, double) : NULL;
    automl_status status = AUTOML_OK;
    if (oof == NULL || (x_apply != NULL && applied == NULL)) {
        status = error_memory(err);
        goto done;
    }
    struct fit_request r = *u->r;
    r.x = x, r.x_apply = x_apply, r.cache = NULL, r.rng = node_rng(u, i, STREAM_NODE);
    TRY_DONE(fitted_fit(v->inner, &r, &u->f->nodes[i].inner, applied, err));
    TRY_DONE(stack_oof(u, i, x, u->f->nodes[i].inner, oof, err));
    u->x[i] = with_probabilities(m, x, k, oof, v->passthrough);
    if (x_apply != NULL)
        u->x_apply[i] = with_probabilities(m, x_apply, k, applied, v->passthrough);
    if (u->x[i] == NULL || (x_apply != NULL && u->x_apply[i] == NULL))
        status = error_memory(err);
done:
    mem_free(m, oof);
    mem_free(m, applied);
    return status;
}

static automl_status run_node(struct run *u, int32_t i, automl_error *err)
{
    const struct graph_node *v = &u->f->graph->nodes[i];
    struct frame *x = run_frame(u->x, u->r->x, v->inputs[0]);
    struct frame *x_apply = run_frame(u->x_apply, u->r->x_apply, v->inputs[0]);
    TRY(stop_status(u->r->stop, err));
    if (v->kind == NODE_UNION)
        return run_union(u, i, err);
    if (v->kind == NODE_STACK)
        return run_stack(u, i, x, x_apply, err);
    if (v->kind == NODE_ENSEMBLE)
        return error_set(err, AUTOML_E_INTERNAL, "an ensemble was not taken apart into its members");
    return v->cls->kind == OP_CLASSIFIER ? run_classifier(u, i, x, x_apply, err)
                                         : run_transformer(u, i, x, x_apply, err);
}

/* Outputs that node i was the last to read. */
static void release_inputs(struct run *u, int32_t i)
{
    const struct graph *g = u->f->graph;
    for (int32_t j = 0; j < g->nodes[i].n_inputs; j++) {
        int32_t from = g->nodes[i].inputs[j];
        if (from == GRAPH_INPUT || graph_last_use(g, from) > i)
            continue;
        frame_unref(u->x[from]);
        frame_unref(u->x_apply[from]);
        u->x[from] = u->x_apply[from] = NULL;
    }
}

static automl_status run_nodes(struct run *u, automl_error *err)
{
    for (int32_t i = 0; i < u->f->graph->n_nodes; i++) {
        automl_status status = run_node(u, i, err);
        if (status < 0)
            return graph_place(u->f->graph, "pipeline", i, status, err);
        release_inputs(u, i);
    }
    return AUTOML_OK;
}

struct fitted *fitted_create(struct mem *m, struct graph *g, int32_t n_in, int64_t n_rows, int32_t n_classes)
{
    struct fitted *f = NEW(m, struct fitted);
    if (f == NULL)
        return NULL;
    f->mem = m;
    atomic_init(&f->refs, 1);
    f->graph = graph_ref(g);
    f->n_in = n_in;
    f->n_rows = n_rows;
    f->n_classes = n_classes;
    f->nodes = NEW_ZEROS(m, g->n_nodes, struct fitted_node);
    if (f->nodes == NULL) {
        fitted_unref(f);
        return NULL;
    }
    return f;
}

automl_status fitted_fit(
    struct graph *g, const struct fit_request *r, struct fitted **out, double *proba_apply, automl_error *err)
{
    struct fitted *f = fitted_create(r->mem, g, r->x->n_cols, r->x->n_rows, r->n_classes);
    struct run u = {.r = r, .f = f, .proba_apply = proba_apply};
    u.x = NEW_ZEROS(r->mem, g->n_nodes, struct frame *);
    u.x_apply = NEW_ZEROS(r->mem, g->n_nodes, struct frame *);
    bool ready = f != NULL && u.x != NULL && u.x_apply != NULL;
    automl_status status = ready ? run_nodes(&u, err) : error_memory(err);
    if (status >= 0)
        status = fitted_measure(f, err);
    for (int32_t i = 0; i < g->n_nodes; i++) {
        frame_unref(u.x != NULL ? u.x[i] : NULL);
        frame_unref(u.x_apply != NULL ? u.x_apply[i] : NULL);
    }
    mem_free(r->mem, u.x);
    mem_free(r->mem, u.x_apply);
    if (status < 0) {
        fitted_unref(f);
        return status;
    }
    *out = f;
    return AUTOML_OK;
}

struct fitted *fitted_ref(struct fitted *f)
{
    atomic_fetch_add_explicit(&f->refs, 1, memory_order_relaxed);
    return f;
}

void fitted_unref(struct fitted *f)
{
    if (f == NULL || atomic_fetch_sub_explicit(&f->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (int32_t i = 0; f->nodes != NULL && i < f->graph->n_nodes; i++) {
        op_unref(f->nodes[i].op);
        mem_free(f->mem, f->nodes[i].correction);
        fitted_unref(f->nodes[i].inner);
    }
    mem_free(f->mem, f->nodes);
    graph_unref(f->graph);
    mem_free(f->mem, f);
}
