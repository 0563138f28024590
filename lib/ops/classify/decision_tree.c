/*
 * decision_tree.c - one tree with the best cut of each column (CART; Breiman et al. 1984).
 *
 * sklearn.tree.DecisionTreeClassifier, with categories and missing cells; ties go to the lowest column and
 * threshold. The other differences are listed in shared/tree.h.
 */
#include "ops/operator.h"

#include <math.h>

#include "ops/shared/forest_specs.h"

enum {
    CRITERION,
    MAX_DEPTH,
    MIN_SAMPLES_SPLIT,
    MIN_SAMPLES_LEAF,
    MAX_FEATURES,
    MAX_FEATURES_FRACTION,
    MAX_LEAF_NODES,
    MIN_IMPURITY_DECREASE,
    CLASS_WEIGHT,
    N_PARAMS
};

static const struct param_spec specs[] = {
    [CRITERION] = FOREST_SPEC_CRITERION,
    [MAX_DEPTH] = {.key = "max_depth",
        .type = PARAM_INT,
        .flags = PARAM_SEARCH | PARAM_NULLABLE,
        .min = 1,
        .max = 10000,
        .search_min = 1,
        .search_max = 20,
        .help = "most splits above a leaf; unset: no limit"},
    [MIN_SAMPLES_SPLIT] = FOREST_SPEC_MIN_SAMPLES_SPLIT,
    [MIN_SAMPLES_LEAF] = FOREST_SPEC_MIN_SAMPLES_LEAF,
    [MAX_FEATURES] = {.key = "max_features",
        .type = PARAM_CHOICE,
        .flags = PARAM_SEARCH,
        .def = FOREST_ALL,
        .choices = forest_features_names,
        .search_choices = 1 << FOREST_SQRT | 1 << FOREST_LOG2 | 1 << FOREST_ALL,
        .help = "how many columns, drawn at random, a node chooses from"},
    [MAX_FEATURES_FRACTION] = {.key = "max_features_fraction",
        .type = PARAM_REAL,
        .flags = PARAM_OPEN_MIN,
        .min = 0,
        .max = 1,
        .def = 1,
        .condition = "max_features=fraction",
        .help = "the share of the columns a node chooses from"},
    [MAX_LEAF_NODES] = FOREST_SPEC_MAX_LEAF_NODES,
    [MIN_IMPURITY_DECREASE] = FOREST_SPEC_MIN_IMPURITY_DECREASE,
    [CLASS_WEIGHT] = FOREST_SPEC_CLASS_WEIGHT,
};

static const struct param_schema schema = {.title = "decision_tree", .specs = specs, .n = N_PARAMS};

static struct tree_options options(const struct params *p, int32_t n_columns)
{
    return (struct tree_options){
        .entropy = params_choice(p, CRITERION) == 1,
        .balanced = params_choice(p, CLASS_WEIGHT) == 1,
        .max_depth = params_is_set(p, MAX_DEPTH) ? (int32_t)params_int(p, MAX_DEPTH) : INT32_MAX,
        .max_leaf_nodes = params_is_set(p, MAX_LEAF_NODES) ? (int32_t)params_int(p, MAX_LEAF_NODES) : 0,
        .min_samples_split = params_int(p, MIN_SAMPLES_SPLIT),
        .min_samples_leaf = params_int(p, MIN_SAMPLES_LEAF),
        .min_impurity_decrease = params_real(p, MIN_IMPURITY_DECREASE),
        .max_features = forest_max_features(
            params_choice(p, MAX_FEATURES), params_real(p, MAX_FEATURES_FRACTION), n_columns),
    };
}

static void estimate(const struct params *p, const struct op_shape *s, struct op_cost *out)
{
    struct tree_options o = options(p, (int32_t)fmin(s->p, INT32_MAX));
    forest_estimate(&o, 1, s, out);
}

static automl_status fit(struct op *op, const struct op_fit *in, automl_error *err)
{
    struct tree_options o = options(op->params, in->x->n_cols);
    return forest_fit(op, in, &o, 1, err);
}

const struct op_class op_decision_tree = {
    .name = "decision_tree",
    .summary = "One decision tree",
    .kind = OP_CLASSIFIER,
    .traits = OP_ACCEPTS_MISSING | OP_ACCEPTS_CATEGORIES | OP_USES_TARGET | OP_MULTICLASS | OP_USES_BINS,
    .state_format = 1,
    .state_size = sizeof(struct forest),
    .params = &schema,
    .estimate = estimate,
    .fit = fit,
    .predict_proba = forest_predict_proba,
    .apply_row = forest_apply_row,
    .row_scratch = forest_row_scratch,
    .save = forest_save,
    .load = forest_load,
    .clear = forest_clear,
    .importance = forest_importance,
};
