/*
 * tree_grower.h - inside the tree engine: the state of growth, shared by the tree_*.c files and nobody else.
 */
#ifndef OPS_SHARED_TREE_GROWER_H
#define OPS_SHARED_TREE_GROWER_H

#include <math.h>

#include "data/bins.h"
#include "ops/shared/tree.h"

/* Byte arrays are read in whole vectors of TREE_PAD. */
enum { TREE_BINS = 256, TREE_XLOGX = 1024, TREE_PAD = 16 };

/* A training row in a tree: row in the low 32 bits, how often it was drawn in the next 16, its class above.
 * With two classes the top holds class * times drawn instead, ready to be added. */
static inline uint32_t item_row(uint64_t item)
{
    return (uint32_t)item;
}

static inline uint32_t item_times(uint64_t item)
{
    return (uint32_t)(item >> 32) & 0xffff;
}

static inline uint32_t item_top(uint64_t item)
{
    return (uint32_t)(item >> 48);
}

/* Two-class counts in one word: rows in the low half, rows of class 1 in the high one. */
static inline uint64_t item_pair(uint64_t item)
{
    return (uint64_t)item_times(item) | (uint64_t)item_top(item) << 32;
}

/* The bins of one column that occur in a node, ascending; a missing bin is the last. Sums of class c of level
 * i are sums[i * kl + c]: counts, which class_scale turns into weights, or weights already. */
struct tree_levels {
    int32_t n;
    bool missing;
    int32_t bin[TREE_BINS];
    int64_t rows[TREE_BINS];
    double *sums;
};

struct tree_split {
    double score;    /* of both sides together, see tree_score */
    int32_t feature; /* -1: none */
    bool category;
    bool missing; /* numeric: the node has missing cells */
    bool missing_right;
    int32_t cut;       /* numeric: bins <= cut go left; BIN_MAX - 1 with a missing side: all of them */
    double threshold;  /* numeric */
    uint64_t right[4]; /* category: the bins that go right */
};

struct tree_open {    /* a node that is still to be split */
    int64_t begin, n; /* its items */
    int32_t node, depth;
    int32_t n_constant; /* columns known to be constant in it: the first of `constants` */
    double gain;        /* best first: of `split` */
    struct tree_split split;
};

struct tree_grower {
    const struct tree_data *d;
    const struct tree_options *o;
    const struct stop *stop;
    struct rng rng;
    struct mem *mem;

    uint64_t *items, *spare; /* n: the rows of each open node together */
    uint8_t *bins;           /* n + TREE_PAD: one column of the node, for random cuts */
    uint8_t *times8, *ones8; /* the same: times, and times in class 1 of two, of the node's items */
    uint16_t *labels;        /* n: local class of the node's items, for more classes or weights */
    uint32_t *left_counts;   /* kl */
    int64_t n_items;
    uint8_t *times; /* n: bootstrap */

    const uint8_t *by_row; /* the data row by row if the node at hand is small; else NULL */
    /* The node at hand. Classes are renumbered to the kl that occur, so that deep nodes stay cheap. */
    const uint64_t *node_items;
    int64_t node_n;    /* items */
    int64_t node_rows; /* sum of times */
    int32_t kl;
    int32_t *local;   /* k: number of a class in the node; -1: absent */
    int32_t *classes; /* kl: the classes */
    double *scale;    /* kl: class weights */
    double *total;    /* kl: sums over the node */
    double *left;     /* kl: scratch of the scans */
    double *axis;     /* 3 x kl: scratch of the ordering of categories */
    double node_weight;
    struct tree_split best;

    uint64_t *pairs;  /* 2 x 256: histograms, zero between uses */
    uint32_t *counts; /* 256 x kl_max: the same for more classes */
    double *sums;     /* 256 x kl_max: with row weights */
    int64_t *rows;    /* 256 */
    struct tree_levels levels;
    int32_t order[TREE_BINS];
    double key[TREE_BINS];

    int32_t *features, *constants;
    int32_t n_found; /* constants found in the node at hand */

    struct tree_node *nodes;
    int32_t n_nodes, node_capacity;
    struct tree_open *open; /* stack or heap */
    int32_t n_open, open_capacity;
    double *values;
    int64_t n_values, value_capacity;
    uint64_t *sets;
    int64_t n_sets, set_capacity;
    double *decrease; /* p: impurity decrease of this tree */
    double root_weight;
    int64_t work; /* since the stop was polled */
};

static inline double tree_xlogx(const struct tree_grower *g, double x)
{
    int32_t i = x < TREE_XLOGX ? (int32_t)x : 0;
    if ((double)i == x)
        return g->d->xlogx[i];
    return x > 0 ? x * log2(x) : 0;
}

/*
 * How good a set of rows is, to be added over the sides of a split and maximised: gini sum c^2 / sum c,
 * entropy sum c log c - (sum c) log(sum c). Minus it, plus the weight for gini, is weight times impurity.
 */
static inline double tree_score2(const struct tree_grower *g, double a, double b)
{
    if (g->o->entropy)
        return tree_xlogx(g, a) + tree_xlogx(g, b) - tree_xlogx(g, a + b);
    return (a * a + b * b) / (a + b);
}

/* Where the bins of column f are for the node at hand: that of a row at base[row * stride]. */
struct tree_codes {
    const uint8_t *base;
    size_t stride;
};

static inline struct tree_codes tree_codes(const struct tree_grower *g, int32_t f)
{
    if (g->by_row)
        return (struct tree_codes){g->by_row + f, (size_t)g->d->p};
    return (struct tree_codes){g->d->codes[f], 1};
}

static inline uint8_t code_of(struct tree_codes c, uint64_t item)
{
    return c.base[item_row(item) * c.stride];
}

/* Bins of column f in the node at hand into g->levels. */
void tree_collect_levels(struct tree_grower *g, int32_t f);

/* Tries column f in the node at hand against g->best. False: the column is constant there. */
bool tree_try_feature(struct tree_grower *g, int32_t f);

/* Score of left against the rest of the node, -INFINITY if a side has no weight. */
double tree_score(const struct tree_grower *g, const double *left);
/* Tries the prefixes of levels order[0..n) (NULL: as they are) as left sides. */
struct tree_scan {
    double score;
    int32_t cut; /* levels order[0..cut] go left; -1: none */
    bool missing_left;
};
struct tree_scan tree_scan_levels(struct tree_grower *g, const int32_t *order, int32_t n, bool missing_apart);
/* Best set, or a random one, of the levels of category column f against g->best. */
void tree_try_category(struct tree_grower *g, int32_t f);
/* Takes `s` if it is better than the best so far; ties go to the lower column. */
void tree_offer(struct tree_grower *g, const struct tree_split *s);

#endif
