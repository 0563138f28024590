/*
 * tree.h - the classification tree engine under decision_tree, extra_trees and their relatives.
 *
 * Growth works on columns as bytes (data/bins.h): at most 255 bins and one for missing cells. A split of a
 * numeric column is a cut between bins and is kept as a double; a split of a category column is a set of
 * bins. Leaves hold the weighted class shares of their rows, nothing smoothed.
 *
 * Differences from scikit-learn's trees: thresholds lie between bins (the same as scikit-learn's wherever a
 * column has at most 255 distinct values); random thresholds are drawn evenly from the bin limits inside a
 * node instead of its value range, so that they do not depend on the scale of a column; bootstrap counts a
 * row as often as it was drawn; missing cells go to the side that scored better, or, where a node had none,
 * to the larger side; categories that were not in a node go to its larger side too.
 */
#ifndef OPS_SHARED_TREE_H
#define OPS_SHARED_TREE_H

#include "ops/operator.h"

/* Bits of tree_node.feature above the index of the column. */
#define TREE_MISSING_RIGHT (UINT32_C(1) << 31)
#define TREE_CATEGORY (UINT32_C(1) << 30) /* `mask` has a bit for each bin, set: right */
#define TREE_WIDE (UINT32_C(1) << 29)     /* with TREE_CATEGORY: `mask` is an index into sets */
#define TREE_INNER (UINT32_C(1) << 28)    /* not a leaf */
#define TREE_FEATURE (TREE_INNER - 1)

enum {
    TREE_NARROW_BINS = 63, /* a column with at most this many bins keeps its sets in the node */
    TREE_NARROW_MISSING = 63,
    TREE_CLASSES_MAX = 65535,
};

struct tree_node {
    union {
        double threshold; /* x <= threshold goes left; in a leaf of a two-class tree the share of class 1 */
        uint64_t
            mask; /* in a leaf of another tree: a class that has all the weight, or k + a row of values */
    };
    int32_t left;     /* left child, the right one follows it; in a leaf: itself */
    uint32_t feature; /* and flags; 0 in a leaf */
};

struct tree {
    struct tree_node *nodes;
    double *values; /* n_values x n_classes */
    uint64_t *sets; /* n_sets x 4: 256 bits each */
    int32_t n_nodes, n_values, n_sets;
    bool has_category;
};

/* How a cell becomes what nodes look at. */
struct tree_column {
    int32_t n_levels;   /* category columns; 0: numeric */
    int32_t n_bins;     /* category columns */
    uint8_t *level_bin; /* n_levels, or NULL: the bin is the code */
};

struct tree_input {
    struct tree_column *cols;
    int32_t n_cols;
};

struct tree_options {
    bool entropy;           /* else gini */
    bool random;            /* one random cut for each column instead of the best */
    bool bootstrap;         /* each tree sees n rows drawn with replacement */
    bool balanced;          /* classes weigh n / (k n_c) */
    int32_t max_depth;      /* INT32_MAX: none */
    int32_t max_features;   /* columns tried in a node, 1..p */
    int32_t max_leaf_nodes; /* 0: none, depth first; else best first */
    int64_t min_samples_split;
    int64_t min_samples_leaf;
    double min_impurity_decrease;
};

/* What growth reads; shared by the trees of a forest. */
struct tree_data {
    struct mem *mem;
    int64_t n;
    int32_t p, k;
    const uint8_t **codes; /* p columns of n bins */
    const double **edges;  /* p; NULL for a category column */
    int32_t *n_bins;
    uint8_t *by_row; /* the same bins row by row, for small nodes of many trees; or NULL */
    bool *is_category;
    bool *has_missing;
    const int32_t *y;
    const double *w;           /* or NULL */
    double *class_weight;      /* k */
    double *xlogx;             /* x log2 x of small integers, for entropy */
    uint8_t **owned;           /* p: gathered columns, or NULL */
    struct bin_column *fitted; /* p: bins made here for derived columns */
};

/* Gathers the bins of in->x for so many trees. `input` (zeroed before) gets what prediction needs, from
 * input_mem. */
automl_status tree_data_create(const struct op_fit *in, const struct tree_options *o, int32_t n_trees,
    struct mem *input_mem, struct tree_data *out, struct tree_input *input, automl_error *err);
void tree_data_free(struct tree_data *d);
void tree_input_free(struct mem *m, struct tree_input *input);

struct tree_grower;

/* The scratch memory of one thread, for any number of trees one after the other. NULL: no memory. */
struct tree_grower *tree_grower_create(
    const struct tree_data *d, const struct tree_options *o, const struct stop *stop);
void tree_grower_free(struct tree_grower *g); /* NULL is fine */
/* Bytes that tree_grower_create takes for n rows, p columns, k classes. */
double tree_grower_bytes(double n, double p, double k);

/* Grows one tree from its own stream; its arrays come from m. Adds the impurity decrease of each column, as
 * shares of the tree's whole, to importance[p]. */
automl_status tree_grow(struct tree_grower *g, struct rng rng, struct mem *m, struct tree *out,
    double *importance, automl_error *err);
void tree_free(struct mem *m, struct tree *t);

/* Prepares one row: out[j] is in[j], or for a category column its bin in the low bits of a number. */
void tree_prepare_row(const struct tree_input *input, const double *in, double *out);
/* The same for rows [begin, end) of a frame, row-major; true if a number is missing. `column` holds end -
 * begin doubles. */
bool tree_prepare_rows(const struct tree_input *input, const struct frame *x, int64_t begin, int64_t end,
    double *column, double *out);
/* Adds the class shares of n prepared rows to sums: one value a row (class 1) with two classes, else k. */
/* `missing` as tree_prepare_rows says. */
void tree_add_shares(
    const struct tree *t, int32_t k, int32_t p, const double *rows, int64_t n, bool missing, double *sums);

void tree_save(const struct tree *t, int32_t k, struct writer *w);
/* out is zeroed before; on failure its owner frees what is there. Memory comes from the reader's account. */
automl_status tree_load(
    int32_t k, const struct tree_input *input, struct reader *r, struct tree *out, automl_error *err);
void tree_input_save(const struct tree_input *input, struct writer *w);
/* Columns as op->in_kinds and in_levels say. */
automl_status tree_input_load(
    const struct op *op, struct reader *r, struct tree_input *out, automl_error *err);

#endif
