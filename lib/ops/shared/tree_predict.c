/*
 * tree_predict.c - walking rows down a tree, many at a time: the walks of different rows hide one
 * another's latency, and the step has no branch that depends on the data. One row takes the same steps.
 */
#include <string.h>

#include "data/bins.h"
#include "ops/shared/tree.h"

enum { LANES = 32 };

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

bool tree_prepare_rows(const struct tree_input *input, const struct frame *x, int64_t begin, int64_t end,
    double *column, double *out)
{
    int32_t p = input->n_cols;
    bool missing = false;
    for (int32_t j = 0; j < p; j++) {
        const struct tree_column *c = &input->cols[j];
        frame_gather(x, j, begin, end, column);
        for (int64_t i = 0; i < end - begin; i++) {
            double v = c->n_levels > 0 ? prepare_code(c, column[i]) : column[i];
            out[i * p + j] = v;
            missing |= v != v;
        }
    }
    return missing;
}

/* What a tree and its rows need of a step; a constant in each copy of the walk. */
enum { PLAIN, GENERAL };

/* Where a row goes from a node. A leaf has itself as its child and the flag TREE_INNER is not set, so that a
 * row stays; its column is 0 and the comparison is harmless. */
static inline int32_t step(const struct tree *t, int32_t at, const double *row, int32_t kind)
{
    const struct tree_node *node = &t->nodes[at];
    uint32_t flags = node->feature;
    double v = row[flags & TREE_FEATURE];
    uint32_t right = v > node->threshold;
    if (kind == GENERAL) {
        uint64_t bits, mask = node->mask;
        memcpy(&bits, &v, sizeof(bits));
        right |= (flags >> 31) & (uint32_t)(v != v);
        if (t->n_sets > 0 && (flags & TREE_WIDE))
            mask = t->sets[4 * mask + (bits >> 6 & 3)];
        uint32_t category = 0 - (flags >> 30 & 1);
        right = (right & ~category) | ((uint32_t)(mask >> (bits & 63)) & category);
    }
    return node->left + (int32_t)(right & (flags >> 28) & 1);
}

/* Walks n <= LANES rows level by level; those that are done leave the list, without a branch. */
static inline void walk_lanes(
    const struct tree *t, const double *rows, int32_t p, int32_t n, int32_t *at, int32_t kind)
{
    int32_t active[LANES], m = 0;
    for (int32_t l = 0; l < n; l++) {
        active[l] = l;
        at[l] = 0;
    }
    for (int32_t left = n; left > 0; left = m) {
        m = 0;
        for (int32_t i = 0; i < left; i++) {
            int32_t l = active[i];
            int32_t next = step(t, at[l], rows + (int64_t)l * p, kind);
            at[l] = next;
            active[m] = l;
            m += (int32_t)(t->nodes[next].feature >> 28 & 1);
        }
    }
}

static inline int32_t walk_one(const struct tree *t, const double *row)
{
    int32_t at = 0;
    while (t->nodes[at].feature & TREE_INNER)
        at = step(t, at, row, GENERAL);
    return at;
}

static inline void add_leaf(const struct tree *t, int32_t leaf, int32_t k, double *sums)
{
    if (k == 2) {
        sums[0] += t->nodes[leaf].threshold;
        return;
    }
    int64_t value = (int64_t)t->nodes[leaf].mask;
    if (value < k) {
        sums[value] += 1;
        return;
    }
    const double *row = t->values + (value - k) * k;
    for (int32_t c = 0; c < k; c++)
        sums[c] += row[c];
}

void tree_add_shares(
    const struct tree *t, int32_t k, int32_t p, const double *rows, int64_t n, bool missing, double *sums)
{
    int32_t width = k == 2 ? 1 : k;
    if (n == 1) {
        add_leaf(t, walk_one(t, rows), k, sums);
        return;
    }
    for (int64_t i = 0; i < n; i += LANES) {
        int32_t at[LANES], m = n - i < LANES ? (int32_t)(n - i) : LANES;
        if (missing || t->has_category)
            walk_lanes(t, rows + i * p, p, m, at, GENERAL);
        else
            walk_lanes(t, rows + i * p, p, m, at, PLAIN);
        for (int32_t l = 0; l < m; l++)
            add_leaf(t, at[l], k, sums + (i + l) * width);
    }
}
