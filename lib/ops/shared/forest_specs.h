/*
 * forest_specs.h - settings that are the same in every operator of trees: rows for its table of settings.
 */
#ifndef OPS_SHARED_FOREST_SPECS_H
#define OPS_SHARED_FOREST_SPECS_H

#include "ops/shared/forest.h"

#define FOREST_SPEC_CRITERION                                                                                \
    {                                                                                                        \
        .key = "criterion", .type = PARAM_CHOICE, .flags = PARAM_SEARCH, .choices = forest_criteria,         \
        .help = "measure of impurity that splits reduce",                                                    \
    }

#define FOREST_SPEC_MIN_SAMPLES_SPLIT                                                                        \
    {                                                                                                        \
        .key = "min_samples_split", .type = PARAM_INT, .flags = PARAM_SEARCH, .min = 2, .max = 1e9,          \
        .def = 2, .search_min = 2, .search_max = 20, .help = "fewest rows of a node that is split",          \
    }

#define FOREST_SPEC_MIN_SAMPLES_LEAF                                                                         \
    {                                                                                                        \
        .key = "min_samples_leaf", .type = PARAM_INT, .flags = PARAM_SEARCH, .min = 1, .max = 1e9, .def = 1, \
        .search_min = 1, .search_max = 20, .help = "fewest rows of a leaf",                                  \
    }

#define FOREST_SPEC_MAX_LEAF_NODES                                                                           \
    {                                                                                                        \
        .key = "max_leaf_nodes", .type = PARAM_INT, .flags = PARAM_NULLABLE, .min = 2, .max = 1e9,           \
        .help = "most leaves, grown best first; unset: no limit",                                            \
    }

#define FOREST_SPEC_MIN_IMPURITY_DECREASE                                                                    \
    {                                                                                                        \
        .key = "min_impurity_decrease", .type = PARAM_REAL, .min = 0, .max = 1,                              \
        .help = "a split must reduce the impurity of the whole tree by at least this",                       \
    }

#define FOREST_SPEC_CLASS_WEIGHT                                                                             \
    {                                                                                                        \
        .key = "class_weight", .type = PARAM_CHOICE, .flags = PARAM_SEARCH, .choices = forest_class_weights, \
        .help = "balanced: every class has the same total weight",                                           \
    }

#endif
