/*
 * forest.h - one or more trees as an operator: what decision_tree, extra_trees and their relatives share.
 *
 * A `struct forest` is the state of such an operator; the functions below fill the slots of its class. The
 * probabilities are the mean of the trees' class shares. Each tree has its own random stream, so a forest is
 * the same for any number of threads.
 */
#ifndef OPS_SHARED_FOREST_H
#define OPS_SHARED_FOREST_H

#include "ops/shared/tree.h"

struct forest {
    struct tree_input input;
    struct tree *trees;
    int32_t n_trees;
    double *importance; /* n_in: mean decrease of impurity, sums to 1 unless no tree has a split */
};

/* What a rule for max_features means for p columns: at least 1, at most p. */
enum forest_features { FOREST_SQRT, FOREST_LOG2, FOREST_ALL, FOREST_FRACTION };
extern const char *const forest_features_names[]; /* for a PARAM_CHOICE */
extern const char *const forest_criteria[];       /* gini, entropy */
extern const char *const forest_class_weights[];  /* none, balanced */
int32_t forest_max_features(int32_t rule, double fraction, int32_t p);

/* Fits op->state, a zeroed struct forest. */
automl_status forest_fit(
    struct op *op, const struct op_fit *in, const struct tree_options *o, int32_t n_trees, automl_error *err);
/* o->max_features is for s->p columns. */
void forest_estimate(
    const struct tree_options *o, double n_trees, const struct op_shape *s, struct op_cost *out);

automl_status forest_predict_proba(const struct op *op, struct frame *x, struct mem *mem,
    const struct stop *stop, double *proba, automl_error *err);
void forest_apply_row(const struct op *op, const double *in, double *out, double *scratch);
int64_t forest_row_scratch(const struct op *op);
void forest_save(const struct op *op, struct writer *w);
automl_status forest_load(struct op *op, struct reader *r, automl_error *err);
void forest_clear(struct op *op);
void forest_importance(const struct op *op, double *out);

#endif
