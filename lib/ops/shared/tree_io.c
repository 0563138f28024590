/* tree_io.c - trees in model files. Whatever is read is checked before a walk may follow it. */
#include "data/bins.h"
#include "ops/shared/proba.h"
#include "ops/shared/tree.h"

enum { NODE_BYTES = 16, SET_BYTES = 32 };

static bool holds_mask(const struct tree_node *node, int32_t k)
{
    return node->feature & TREE_INNER ? (node->feature & TREE_CATEGORY) != 0 : k != 2;
}

void tree_save(const struct tree *t, int32_t k, struct writer *w)
{
    write_i32(w, t->n_nodes);
    write_i32(w, t->n_values);
    write_i32(w, t->n_sets);
    for (int32_t i = 0; i < t->n_nodes; i++) {
        const struct tree_node *node = &t->nodes[i];
        write_i32(w, node->left);
        write_u32(w, node->feature);
        if (holds_mask(node, k))
            write_i64(w, (int64_t)node->mask);
        else
            write_f64(w, node->threshold);
    }
    if (t->n_values > 0)
        write_f64s(w, t->values, (int64_t)t->n_values * k);
    for (int32_t i = 0; i < 4 * t->n_sets; i++)
        write_i64(w, (int64_t)t->sets[i]);
}

static bool is_share(double x)
{
    return x >= 0 && x <= 1;
}

static bool leaf_fits(const struct tree *t, int32_t i, int32_t k)
{
    const struct tree_node *node = &t->nodes[i];
    if (node->feature != 0 || node->left != i)
        return false;
    return k == 2 ? is_share(node->threshold) : node->mask < (uint64_t)k + (uint64_t)t->n_values;
}

/* Children come after their parent, so every walk ends; columns, kinds and sets are those of the input. */
static bool node_fits(const struct tree *t, int32_t i, int32_t k, const struct tree_input *input)
{
    const struct tree_node *node = &t->nodes[i];
    if (!(node->feature & TREE_INNER))
        return leaf_fits(t, i, k);
    uint32_t f = node->feature & TREE_FEATURE;
    if (node->left <= i || node->left >= t->n_nodes - 1 || f >= (uint32_t)input->n_cols)
        return false;
    const struct tree_column *c = &input->cols[f];
    bool category = node->feature & TREE_CATEGORY, wide = node->feature & TREE_WIDE;
    if (category != (c->n_levels > 0) || wide != (category && c->n_bins > TREE_NARROW_BINS))
        return false;
    return wide ? node->mask < (uint64_t)t->n_sets : category || node->threshold == node->threshold;
}

static bool read_counts(struct reader *r, int32_t k, struct tree *t)
{
    t->n_nodes = read_i32_in(r, 1, INT32_MAX);
    t->n_values = read_i32_in(r, 0, INT32_MAX - k);
    t->n_sets = read_i32_in(r, 0, INT32_MAX / 4);
    /* Before anything is allocated: all of it must be there. */
    int64_t bytes =
        (int64_t)NODE_BYTES * t->n_nodes + (int64_t)SET_BYTES * t->n_sets + 8 * (int64_t)t->n_values;
    if (r->status == AUTOML_OK && bytes > r->end - r->p)
        reader_fail(r);
    return r->status == AUTOML_OK;
}

static void read_nodes(struct reader *r, int32_t k, struct tree *t)
{
    for (int32_t i = 0; i < t->n_nodes; i++) {
        struct tree_node *node = &t->nodes[i];
        node->left = read_i32(r);
        node->feature = read_u32(r);
        if (holds_mask(node, k))
            node->mask = (uint64_t)read_i64(r);
        else
            node->threshold = read_f64(r);
        t->has_category |= (node->feature & TREE_CATEGORY) != 0;
    }
}

static bool read_sets(struct reader *r, struct tree *t)
{
    if (t->n_sets == 0)
        return true;
    t->sets = NEW_ARRAY(r->mem, 4 * (int64_t)t->n_sets, uint64_t);
    for (int32_t i = 0; t->sets && i < 4 * t->n_sets; i++)
        t->sets[i] = (uint64_t)read_i64(r);
    return t->sets != NULL;
}

automl_status tree_load(
    int32_t k, const struct tree_input *input, struct reader *r, struct tree *out, automl_error *err)
{
    int64_t n = 0;
    if (!read_counts(r, k, out))
        return reader_status(r, err);
    out->nodes = NEW_ARRAY(r->mem, out->n_nodes, struct tree_node);
    if (!out->nodes)
        return error_memory(err);
    read_nodes(r, k, out);
    if (out->n_values > 0)
        out->values = read_f64s(r, (int64_t)out->n_values * k, &n);
    if (!read_sets(r, out))
        return error_memory(err);
    TRY(reader_status(r, err));
    for (int32_t i = 0; i < out->n_nodes; i++) {
        if (!node_fits(out, i, k, input))
            reader_fail(r);
    }
    for (int64_t i = 0; i < out->n_values; i++) {
        if (!proba_is_row(out->values + i * k, k))
            reader_fail(r);
    }
    return reader_status(r, err);
}

void tree_input_save(const struct tree_input *input, struct writer *w)
{
    for (int32_t j = 0; j < input->n_cols; j++) {
        const struct tree_column *c = &input->cols[j];
        if (c->n_levels > BIN_MAX)
            write_u8s(w, c->level_bin, c->n_levels);
    }
}

automl_status tree_input_load(
    const struct op *op, struct reader *r, struct tree_input *out, automl_error *err)
{
    int64_t n = 0;
    out->cols = NEW_ZEROS(op->mem, op->n_in, struct tree_column);
    if (!out->cols)
        return error_memory(err);
    out->n_cols = op->n_in;
    for (int32_t j = 0; j < op->n_in; j++) {
        struct tree_column *c = &out->cols[j];
        if (op->in_kinds[j] != FRAME_CATEGORY)
            continue;
        c->n_levels = op->in_levels[j];
        c->n_bins = c->n_levels > BIN_MAX ? BIN_MAX : c->n_levels;
        if (c->n_levels > BIN_MAX)
            c->level_bin = read_u8s(r, c->n_levels, &n);
        for (int32_t l = 0; c->level_bin && l < c->n_levels; l++) {
            if (c->level_bin[l] >= BIN_MAX)
                reader_fail(r);
        }
    }
    return reader_status(r, err);
}
