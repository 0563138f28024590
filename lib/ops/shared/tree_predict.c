/*
 * tree_predict.c - walking rows down a tree, eight at a time: the walks of different rows hide one another's
 * latency, and the step has no branch that depends on the data. One row takes the same steps.
 */
#include <string.h>

#include "data/bins.h"
#include "ops/shared/tree.h"

enum { LANES = 8 };

/* A bin as the low bits of a number in [1, 2): never denormal, whatever compares it. */
static const uint64_t bin_carrier = UINT64_C(0x3ff0000000000000);

static inline double carry_bin(uint64_t bin)
{
    uint64_t bits = bin_carrier | bin;
    double x;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

static double prepare_code(const struct tree_column *c, double code)
{
    uint64_t bin = c->n_bins > TREE_NARROW_BINS ? BIN_MISSING : TREE_NARROW_MISSING;
    if (code >= 0 && code < c->n_levels) {
        int32_t level = (int32_t)code;
        bin = c->level_bin ? c->level_bin[level] : (uint64_t)level;
    }
    return carry_bin(bin);
}

void tree_prepare_row(const struct tree_input *input, const double *in, double *out)
{
    for (int32_t j = 0; j < input->n_cols; j++)
        out[j] = input->cols[j].n_levels > 0 ? prepare_code(&input->cols[j], in[j]) : in[j];
}

void tree_prepare_rows(const struct tree_input *input, const struct frame *x, int64_t begin, int64_t end,
    double *column, double *out)
{
    int32_t p = input->n_cols;
    for (int32_t j = 0; j < p; j++) {
        const struct tree_column *c = &input->cols[j];
        frame_gather(x, j, begin, end, column);
        for (int64_t i = 0; i < end - begin; i++)
            out[i * p + j] = c->n_levels > 0 ? prepare_code(c, column[i]) : column[i];
    }
}

/* Whether a row goes right in an inner node; harmless in a leaf, whose column is 0. */
static inline int32_t goes_right(
    const struct tree *t, const struct tree_node *node, const double *row, bool categories)
{
    double v = row[node->feature & TREE_FEATURE];
    int32_t number = (v > node->threshold) | ((int32_t)(node->feature >> 31) & (v != v));
    if (!categories || !(node->feature & TREE_CATEGORY))
        return number;
    uint64_t bits, mask = node->mask;
    memcpy(&bits, &v, sizeof(bits));
    if (node->feature & TREE_WIDE)
        mask = t->sets[4 * mask + (bits >> 6 & 3)];
    return (int32_t)(mask >> (bits & 63) & 1);
}

static inline int32_t step(const struct tree *t, int32_t at, const double *row, bool categories)
{
    const struct tree_node *node = &t->nodes[at];
    int32_t next = node->left + goes_right(t, node, row, categories);
    return node->left < 0 ? at : next;
}

static inline void walk_lanes(
    const struct tree *t, const double *rows, int32_t p, int32_t *at, bool categories)
{
    int32_t inner = 1;
    while (inner) {
        inner = 0;
        for (int32_t l = 0; l < LANES; l++) {
            at[l] = step(t, at[l], rows + (int64_t)l * p, categories);
            inner |= t->nodes[at[l]].left >= 0;
        }
    }
}

static inline int32_t walk_one(const struct tree *t, const double *row)
{
    int32_t at = 0;
    while (t->nodes[at].left >= 0)
        at = step(t, at, row, true);
    return at;
}

static inline void add_leaf(const struct tree *t, int32_t leaf, int32_t k, double *sums)
{
    if (k == 2) {
        sums[0] += t->nodes[leaf].threshold;
        return;
    }
    int32_t value = ~t->nodes[leaf].left;
    if (value < k) {
        sums[value] += 1;
        return;
    }
    const double *row = t->values + (int64_t)(value - k) * k;
    for (int32_t c = 0; c < k; c++)
        sums[c] += row[c];
}

void tree_add_shares(const struct tree *t, int32_t k, int32_t p, const double *rows, int64_t n, double *sums)
{
    int32_t width = k == 2 ? 1 : k;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        int32_t at[LANES] = {0};
        if (t->has_category)
            walk_lanes(t, rows + i * p, p, at, true);
        else
            walk_lanes(t, rows + i * p, p, at, false);
        for (int32_t l = 0; l < LANES; l++)
            add_leaf(t, at[l], k, sums + (i + l) * width);
    }
    for (; i < n; i++)
        add_leaf(t, walk_one(t, rows + i * p), k, sums + i * width);
}
