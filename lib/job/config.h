/*
 * config.h - the job's parameters (the table behind docs/parameters.md) and their meaning for one data set.
 */
#ifndef JOB_CONFIG_H
#define JOB_CONFIG_H

#include "base/context.h"
#include "params/params.h"

/* Indices into the job schema, in documentation order. */
enum job_param {
    JOB_FEATURE_TABLE_NAME,
    JOB_FEATURE_DATABASE,
    JOB_TARGET_NAME,
    JOB_ID_COLUMN,
    JOB_FEATURES_SELECTED,
    JOB_DATE_COLUMN,
    JOB_START_DATE,
    JOB_END_DATE,
    JOB_TASK,
    JOB_SCORING,
    JOB_NUM_FEATURES,
    JOB_GENERATIONS,
    JOB_TO_BALANCE,
    JOB_BALANCE_METHOD,
    JOB_BALANCE_RATIO,
    JOB_POSITIVE_LABEL,
    JOB_TEST_SIZE,
    JOB_TEST_TABLE_NAME,
    JOB_GROUP_COLUMN,
    JOB_TIME_SPLIT,
    JOB_WEIGHT_COLUMN,
    JOB_DECISION,
    JOB_REFIT,
    JOB_MAX_MODEL_MB,
    JOB_MAX_PREDICT_US,
    JOB_MULTICLASS_METRICS,
    JOB_CV_FOLDS,
    JOB_POPULATION_SIZE,
    JOB_OFFSPRING_SIZE,
    JOB_MUTATION_RATE,
    JOB_CROSSOVER_RATE,
    JOB_TEMPLATE,
    JOB_SEARCH_PRESET,
    JOB_SEARCH_SPACE,
    JOB_EARLY_STOP,
    JOB_ENSEMBLE,
    JOB_SELECTOR_SCORER,
    JOB_MAX_SECONDS,
    JOB_MAX_EVALUATIONS,
    JOB_MAX_EVAL_SECONDS,
    JOB_MAX_MEMORY_MB,
    JOB_SEED,
    JOB_THREADS,
    JOB_PARAMS
};

extern const struct param_schema job_schema;

/* What can be checked without data: required keys, dates that parse, start before end, task, known metric,
 * contradictions. */
automl_status job_check(automl_context *ctx, const struct params *p, automl_error *err);

#endif
