/*
 * extra_trees.c - many trees with one random cut for each column tried (Geurts, Ernst, Wehenkel 2006).
 *
 * sklearn.ensemble.ExtraTreesClassifier, with categories (a random set of levels each) and missing cells (a
 * side is chosen by score). The differences are listed in shared/tree.h.
 */
#include "ops/operator.h"

#include <math.h>

#include "ops/shared/forest_specs.h"

enum {
    N_ESTIMATORS,
    CRITERION,
    MAX_DEPTH,
    MIN_SAMPLES_SPLIT,
    MIN_SAMPLES_LEAF,
    MAX_FEATURES,
    MAX_FEATURES_FRACTION,
    MAX_LEAF_NODES,
    MIN_IMPURITY_DECREASE,
    BOOTSTRAP,
    CLASS_WEIGHT,
    N_PARAMS
};

static const struct param_spec specs[] = {
    [N_ESTIMATORS] = {.key = "n_estimators",
        .type = PARAM_INT,
        .min = 1,
        .max = 10000,
        .def = 100,
        .help = "number of trees"},
    [CRITERION] = FOREST_SPEC_CRITERION,
    [MAX_DEPTH] = {.key = "max_depth",
        .type = PARAM_INT,
        .flags = PARAM_NULLABLE,
        .min = 1,
        .max = 10000,
        .help = "most splits above a leaf; unset: no limit"},
    [MIN_SAMPLES_SPLIT] = FOREST_SPEC_MIN_SAMPLES_SPLIT,
    [MIN_SAMPLES_LEAF] = FOREST_SPEC_MIN_SAMPLES_LEAF,
    [MAX_FEATURES] = {.key = "max_features",
        .type = PARAM_CHOICE,
        .flags = PARAM_SEARCH,
        .def = FOREST_SQRT,
        .choices = forest_features_names,
        .search_choices = 1 << FOREST_SQRT | 1 << FOREST_FRACTION,
        .help = "how many columns, drawn at random, a node chooses from"},
    [MAX_FEATURES_FRACTION] = {.key = "max_features_fraction",
        .type = PARAM_REAL,
        .flags = PARAM_SEARCH | PARAM_OPEN_MIN,
        .min = 0,
        .max = 1,
        .def = 0.5,
        .search_min = 0.05,
        .search_max = 1,
        .condition = "max_features=fraction",
        .help = "the share of the columns a node chooses from"},
    [MAX_LEAF_NODES] = FOREST_SPEC_MAX_LEAF_NODES,
    [MIN_IMPURITY_DECREASE] = FOREST_SPEC_MIN_IMPURITY_DECREASE,
    [BOOTSTRAP] = {.key = "bootstrap",
        .type = PARAM_BOOL,
        .flags = PARAM_SEARCH,
        .help = "each tree sees as many rows as there are, drawn with replacement"},
    [CLASS_WEIGHT] = FOREST_SPEC_CLASS_WEIGHT,
};

static const struct param_schema schema = {.title = "extra_trees", .specs = specs, .n = N_PARAMS};

static struct tree_options options(const struct params *p, int32_t n_columns)
{
    return (struct tree_options){
        .random = true,
        .bootstrap = params_bool(p, BOOTSTRAP),
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
    forest_estimate(&o, (double)params_int(p, N_ESTIMATORS), s, out);
}

static automl_status fit(struct op *op, const struct op_fit *in, automl_error *err)
{
    struct tree_options o = options(op->params, in->x->n_cols);
    return forest_fit(op, in, &o, (int32_t)params_int(op->params, N_ESTIMATORS), err);
}

const struct op_class op_extra_trees = {
    .name = "extra_trees",
    .summary = "Average of trees with random cuts",
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
