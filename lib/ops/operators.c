/*
 * operators.c - the one table of built-in operators, in the order of the documentation.
 *
 * A new operator adds its declaration and its line here, and nothing anywhere else.
 */
#include "ops/operator.h"

/* preprocess/ */
extern const struct op_class op_simple_imputer, op_one_hot_encoder, op_ordinal_encoder;
extern const struct op_class op_standard_scaler, op_min_max_scaler, op_pca;

/* select/ */
extern const struct op_class op_variance_threshold, op_select_percentile;

/* classify/ */
extern const struct op_class op_logistic_regression, op_gaussian_nb, op_knn;
extern const struct op_class op_decision_tree, op_extra_trees, op_dummy;

static const struct op_class *const table[] = {
    &op_simple_imputer,
    &op_one_hot_encoder,
    &op_ordinal_encoder,
    &op_standard_scaler,
    &op_min_max_scaler,
    &op_pca,
    &op_variance_threshold,
    &op_select_percentile,
    &op_logistic_regression,
    &op_gaussian_nb,
    &op_knn,
    &op_decision_tree,
    &op_extra_trees,
    &op_dummy,
};

const struct op_class *const *operators_all(int32_t *out_n)
{
    *out_n = (int32_t)(sizeof table / sizeof *table);
    return table;
}
