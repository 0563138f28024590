/*
 * fitted_io.c - the bytes of a fitted graph: shape, then each node's operator, correction and inner pipeline.
 *
 * The graph itself is stored as JSON beside it; a damaged file may pair any graph with any state, so every
 * operator must be of the node's class and everything must fit together.
 */
#include "pipeline/fitted.h"

#include <math.h>

void fitted_save(const struct fitted *f, struct writer *w)
{
    write_i32(w, f->n_in);
    write_i64(w, f->n_rows);
    write_i32(w, f->n_classes);
    for (int32_t i = 0; i < f->graph->n_nodes; i++) {
        const struct fitted_node *node = &f->nodes[i];
        if (node->op != NULL)
            op_save(node->op, w);
        write_u8(w, node->correction != NULL);
        if (node->correction != NULL)
            write_f64s(w, node->correction, f->n_classes);
        if (node->inner != NULL)
            fitted_save(node->inner, w);
    }
}

static bool valid_correction(const double *c, int32_t k)
{
    for (int32_t i = 0; i < k; i++)
        if (!isfinite(c[i]) || c[i] < 0)
            return false;
    return true;
}

static automl_status load_node(
    automl_context *ctx, struct mem *m, struct fitted *f, int32_t i, struct reader *r, automl_error *err)
{
    const struct graph_node *v = &f->graph->nodes[i];
    struct fitted_node *node = &f->nodes[i];
    if (v->kind == NODE_ENSEMBLE)
        reader_fail(r);
    if (v->kind == NODE_OPERATOR) {
        TRY(op_load(ctx, m, r, &node->op, err));
        if (node->op->cls != v->cls)
            reader_fail(r);
    }
    uint8_t corrected = read_u8(r);
    bool learner = v->kind == NODE_OPERATOR && v->cls->kind == OP_CLASSIFIER;
    if (corrected > (learner ? 1 : 0)) {
        reader_fail(r);
    } else if (corrected == 1) {
        node->correction = read_f64s(r, f->n_classes, NULL);
        if (node->correction != NULL && !valid_correction(node->correction, f->n_classes))
            reader_fail(r);
    }
    TRY(reader_status(r, err));
    if (v->kind == NODE_STACK)
        return fitted_load(ctx, m, v->inner, r, &node->inner, err);
    return AUTOML_OK;
}

automl_status fitted_load(automl_context *ctx, struct mem *m, struct graph *g, struct reader *r,
    struct fitted **out, automl_error *err)
{
    int32_t n_in = read_i32_in(r, 1, INT32_MAX);
    int64_t n_rows = read_i64_in(r, 1, INT32_MAX);
    int32_t k = read_i32_in(r, 2, INT32_MAX);
    TRY(reader_status(r, err));
    struct fitted *f = fitted_create(m, g, n_in, n_rows, k);
    automl_status status = f != NULL ? AUTOML_OK : error_memory(err);
    for (int32_t i = 0; status >= 0 && i < g->n_nodes; i++) {
        status = load_node(ctx, m, f, i, r, err);
        if (status < 0)
            graph_place(g, "pipeline", i, status, err);
    }
    if (status >= 0)
        status = fitted_measure(f, err);
    if (status < 0) {
        fitted_unref(f);
        return status;
    }
    *out = f;
    return AUTOML_OK;
}
