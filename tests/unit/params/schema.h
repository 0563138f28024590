/* schema.h - one schema with a parameter of every kind, for the tests of this room. */
#ifndef TESTS_PARAMS_SCHEMA_H
#define TESTS_PARAMS_SCHEMA_H

#include <float.h>

#include "params/params.h"

enum {
    BALANCE,
    COUNT,
    SHARE,
    METHOD,
    NAME,
    COLUMNS,
    SPACE,
    SEED,
    DEPTH,
    RATE,
    TABLE,
    LIMIT,
    WEIGHT,
    DEGREE,
    N_SPECS
};

static const char *const methods[] = {"fast", "slow", "exact", "poly", NULL};

static const struct param_spec specs[N_SPECS] = {
    [BALANCE] = {.key = "to_balance",
        .type = PARAM_BOOL,
        .flags = PARAM_SEARCH,
        .help = "balance the classes"},
    [COUNT] = {.key = "num_features",
        .type = PARAM_INT,
        .flags = PARAM_SEARCH,
        .max = 1000,
        .def = 10,
        .search_min = 2,
        .search_max = 20,
        .help = "features | columns"},
    [SHARE] = {.key = "test_size",
        .type = PARAM_REAL,
        .flags = PARAM_OPEN_MIN,
        .max = 1,
        .def = 0.25,
        .help = "held-out share"},
    [METHOD] = {.key = "method",
        .type = PARAM_CHOICE,
        .flags = PARAM_SEARCH,
        .choices = methods,
        .def = 1,
        .search_choices = 1 | 2 | 8,
        .help = "how"},
    [NAME] = {.key = "name", .type = PARAM_STRING, .def_string = "some", .help = "a name"},
    [COLUMNS] = {.key = "columns", .type = PARAM_STRINGS, .flags = PARAM_NULLABLE, .help = "candidates"},
    [SPACE] = {.key = "space", .type = PARAM_JSON, .def_string = "\"light\"", .help = "search space"},
    [SEED] = {.key = "seed", .type = PARAM_SEED, .def = 7, .help = "root of all randomness"},
    [DEPTH] = {.key = "max_depth",
        .type = PARAM_INT,
        .flags = PARAM_SEARCH | PARAM_NULLABLE,
        .min = 1,
        .max = 64,
        .search_min = 1,
        .search_max = 12,
        .help = "levels"},
    [RATE] = {.key = "rate",
        .type = PARAM_REAL,
        .flags = PARAM_SEARCH | PARAM_LOG,
        .min = 0,
        .max = 10,
        .def = 0.1,
        .search_min = 1e-4,
        .search_max = 1,
        .help = "step"},
    [TABLE] = {.key = "table", .type = PARAM_STRING, .flags = PARAM_REQUIRED, .help = "where the rows are"},
    [LIMIT] = {.key = "limit",
        .type = PARAM_REAL,
        .flags = PARAM_NULLABLE | PARAM_DEFAULT_SET,
        .min = 0,
        .max = DBL_MAX,
        .def = 300,
        .help = "seconds"},
    [WEIGHT] = {.key = "weight",
        .type = PARAM_REAL,
        .flags = PARAM_SEARCH,
        .min = -5,
        .max = 5,
        .def = 1,
        .search_min = -1,
        .search_max = 1,
        .condition = "method=slow|poly",
        .help = "of the method"},
    [DEGREE] = {.key = "degree",
        .type = PARAM_INT,
        .flags = PARAM_SEARCH | PARAM_LOG,
        .def = 3,
        .search_min = 0,
        .search_max = 50,
        .condition = "method=poly",
        .help = "of the polynomial"},
};

static const char *const aliases[][2] = {{"to-balance", "to_balance"}, {NULL, NULL}};

static const struct param_schema schema = {.title = "job", .specs = specs, .n = N_SPECS, .aliases = aliases};

#endif
