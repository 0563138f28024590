/*
 * fitted_predict.c - a fitted graph applied to a frame, or to one row without allocation.
 */
#include "pipeline/fitted.h"

#include <math.h>
#include <string.h>

struct apply {
    const struct fitted *f;
    struct mem *mem;
    const struct stop *stop;
    struct frame *input;
    struct frame **x; /* per node */
    double *proba;
};

static struct frame *apply_frame(const struct apply *a, int32_t node)
{
    return node == GRAPH_INPUT ? a->input : a->x[node];
}

static automl_status apply_union(struct apply *a, int32_t i, automl_error *err)
{
    const struct graph_node *v = &a->f->graph->nodes[i];
    struct frame **parts = NEW_ARRAY(a->mem, v->n_inputs, struct frame *);
    if (parts == NULL)
        return error_memory(err);
    for (int32_t j = 0; j < v->n_inputs; j++)
        parts[j] = apply_frame(a, v->inputs[j]);
    a->x[i] = frame_union(a->mem, parts, v->n_inputs);
    mem_free(a->mem, parts);
    return a->x[i] != NULL ? AUTOML_OK : error_memory(err);
}

static automl_status apply_stack(struct apply *a, int32_t i, struct frame *x, automl_error *err)
{
    const struct graph_node *v = &a->f->graph->nodes[i];
    int32_t k = a->f->n_classes;
    double *proba = NEW_ARRAY(a->mem, x->n_rows * k, double);
    if (proba == NULL)
        return error_memory(err);
    double *columns = NULL;
    struct frame *p = NULL;
    automl_status status = fitted_predict_proba(a->f->nodes[i].inner, x, a->mem, a->stop, proba, err);
    if (status >= 0 && (p = frame_dense(a->mem, x->n_rows, k, &columns)) == NULL)
        status = error_memory(err);
    for (int64_t r = 0; status >= 0 && r < x->n_rows; r++)
        for (int32_t c = 0; c < k; c++)
            columns[c * x->n_rows + r] = proba[r * k + c];
    mem_free(a->mem, proba);
    TRY(status);
    if (!v->passthrough) {
        a->x[i] = p;
        return AUTOML_OK;
    }
    struct frame *parts[2] = {x, p};
    a->x[i] = frame_union(a->mem, parts, 2);
    frame_unref(p);
    return a->x[i] != NULL ? AUTOML_OK : error_memory(err);
}

static automl_status apply_node(struct apply *a, int32_t i, automl_error *err)
{
    const struct graph_node *v = &a->f->graph->nodes[i];
    const struct fitted_node *node = &a->f->nodes[i];
    struct frame *x = apply_frame(a, v->inputs[0]);
    if (v->kind == NODE_UNION)
        return apply_union(a, i, err);
    if (v->kind == NODE_STACK)
        return apply_stack(a, i, x, err);
    if (v->cls->kind != OP_CLASSIFIER)
        return op_transform(node->op, x, a->mem, a->stop, &a->x[i], err);
    TRY(op_predict_proba(node->op, x, a->mem, a->stop, a->proba, err));
    if (node->correction != NULL)
        prior_correct(node->correction, x->n_rows, a->f->n_classes, a->proba);
    return AUTOML_OK;
}

automl_status fitted_predict_proba(const struct fitted *f, struct frame *x, struct mem *mem,
    const struct stop *stop, double *proba, automl_error *err)
{
    struct apply a = {.f = f, .mem = mem, .stop = stop, .input = x, .proba = proba};
    a.x = NEW_ZEROS(mem, f->graph->n_nodes, struct frame *);
    automl_status status = a.x != NULL ? AUTOML_OK : error_memory(err);
    for (int32_t i = 0; status >= 0 && i < f->graph->n_nodes; i++) {
        status = apply_node(&a, i, err);
        if (status < 0)
            graph_place(f->graph, "pipeline", i, status, err);
    }
    for (int32_t i = 0; a.x != NULL && i < f->graph->n_nodes; i++)
        frame_unref(a.x[i]);
    mem_free(mem, a.x);
    return status;
}

enum { MAX_WIDTH = 1 << 26 };

static automl_status misfit(const struct fitted *f, int32_t i, automl_error *err)
{
    return graph_place(f->graph, "pipeline", i,
        error_set(err, AUTOML_E_FORMAT, "the parts of the pipeline do not fit together"), err);
}

/* Operators that do not look at the target know no classes. */
static bool classes_fit(const struct op *op, int32_t k)
{
    return op->n_classes == k || (op->n_classes == 0 && op->cls->kind != OP_CLASSIFIER);
}

static automl_status measure_node(struct fitted *f, int32_t i, automl_error *err)
{
    const struct graph_node *v = &f->graph->nodes[i];
    struct fitted_node *node = &f->nodes[i];
    int64_t in = 0;
    for (int32_t j = 0; j < v->n_inputs; j++)
        in += v->inputs[j] == GRAPH_INPUT ? f->n_in : f->nodes[v->inputs[j]].width;
    if (v->kind == NODE_ENSEMBLE || in < 1 || in > MAX_WIDTH)
        return misfit(f, i, err);
    int64_t out = in;
    if (v->kind == NODE_OPERATOR) {
        if (node->op->n_in != in || !classes_fit(node->op, f->n_classes))
            return misfit(f, i, err);
        out = node->op->n_out;
    } else if (v->kind == NODE_STACK) {
        if (node->inner->n_in != in || node->inner->n_classes != f->n_classes)
            return misfit(f, i, err);
        out = (v->passthrough ? in : 0) + f->n_classes;
    }
    if (out < 1 || out > MAX_WIDTH)
        return misfit(f, i, err);
    node->width = (int32_t)out;
    return AUTOML_OK;
}

/* Layout of a row's scratch: the outputs of all nodes one after the other, then the largest node's own. */
automl_status fitted_measure(struct fitted *f, automl_error *err)
{
    int64_t outputs = 0, inner = 0;
    for (int32_t i = 0; i < f->graph->n_nodes; i++) {
        const struct fitted_node *node = &f->nodes[i];
        TRY(measure_node(f, i, err));
        int64_t own = node->inner != NULL ? node->inner->row_scratch
                      : node->op != NULL  ? op_row_scratch(node->op)
                                          : 0;
        outputs += node->width;
        inner = own > inner ? own : inner;
    }
    if (f->nodes[f->graph->n_nodes - 1].width != f->n_classes)
        return misfit(f, f->graph->n_nodes - 1, err);
    f->row_scratch = outputs + inner;
    return AUTOML_OK;
}

bool fitted_has_rows(const struct fitted *f)
{
    for (int32_t i = 0; i < f->graph->n_nodes; i++) {
        const struct fitted_node *node = &f->nodes[i];
        if (node->op != NULL && node->op->cls->apply_row == NULL)
            return false;
        if (node->inner != NULL && !fitted_has_rows(node->inner))
            return false;
    }
    return true;
}

struct row_value {
    const double *x;
    int32_t n;
};

static int32_t row_concatenate(
    const struct graph_node *v, const struct row_value *values, struct row_value input, double *out)
{
    int32_t n = 0;
    for (int32_t j = 0; j < v->n_inputs; j++) {
        struct row_value from = v->inputs[j] == GRAPH_INPUT ? input : values[v->inputs[j]];
        memcpy(out + n, from.x, (size_t)from.n * sizeof *out);
        n += from.n;
    }
    return n;
}

static int32_t row_node(const struct fitted *f, int32_t i, const struct row_value *values,
    struct row_value input, double *out, double *scratch)
{
    const struct graph_node *v = &f->graph->nodes[i];
    const struct fitted_node *node = &f->nodes[i];
    struct row_value x = v->inputs[0] == GRAPH_INPUT ? input : values[v->inputs[0]];
    if (v->kind == NODE_UNION)
        return row_concatenate(v, values, input, out);
    if (v->kind == NODE_STACK) {
        int32_t n = v->passthrough ? row_concatenate(v, values, input, out) : 0;
        fitted_predict_row(node->inner, x.x, out + n, scratch);
        return n + f->n_classes;
    }
    op_apply_row(node->op, x.x, out, scratch);
    if (node->correction != NULL)
        prior_correct(node->correction, 1, f->n_classes, out);
    return node->op->n_out;
}

void fitted_predict_row(const struct fitted *f, const double *row, double *proba, double *scratch)
{
    struct row_value values[GRAPH_MAX_NODES];
    struct row_value input = {row, f->n_in};
    int32_t last = f->graph->n_nodes - 1;
    int64_t widths = 0;
    for (int32_t i = 0; i <= last; i++)
        widths += f->nodes[i].width;
    double *out = scratch, *inner = scratch + widths;
    for (int32_t i = 0; i <= last; i++) {
        double *target = i == last ? proba : out;
        int32_t n = row_node(f, i, values, input, target, inner);
        values[i] = (struct row_value){target, n};
        out += n;
    }
}

/* The counted operations of one prediction, by the operators' own estimates for the shape they were fitted
 * to. */
double fitted_row_cost(const struct fitted *f)
{
    double sum = 0;
    for (int32_t i = 0; i < f->graph->n_nodes; i++) {
        const struct op *op = f->nodes[i].op;
        if (f->nodes[i].inner != NULL)
            sum += fitted_row_cost(f->nodes[i].inner);
        if (op == NULL)
            continue;
        struct op_shape s = {.n = (double)f->n_rows, .p = op->n_in, .k = f->n_classes};
        for (int32_t j = 0; j < op->n_in; j++) {
            s.p_category += op->in_kinds[j] == FRAME_CATEGORY;
            s.levels += op->in_levels[j];
        }
        struct op_cost c = {0};
        op->cls->estimate(op->params, &s, &c);
        sum += c.apply_flops;
    }
    return sum;
}

int64_t fitted_bytes(const struct fitted *f)
{
    int64_t sum = (int64_t)sizeof *f;
    for (int32_t i = 0; i < f->graph->n_nodes; i++) {
        int64_t own = f->nodes[i].op != NULL ? op_bytes(f->nodes[i].op) : 0;
        int64_t inner = f->nodes[i].inner != NULL ? fitted_bytes(f->nodes[i].inner) : 0;
        int64_t left = INT64_MAX - sum;
        if (own > left || inner > left - own)
            return INT64_MAX;
        sum += own + inner;
    }
    return sum;
}
