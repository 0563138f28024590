/*
 * result.h - everything a finished job knows, and its JSON (docs/formats.md: result.json).
 */
#ifndef JOB_RESULT_H
#define JOB_RESULT_H

#include "job/config.h"
#include "pipeline/model.h"
#include "search/search.h"
#include "search/selector.h"

enum { JOB_ID_BYTES = 33 };

/* Metrics of one side. NaN: undefined for these rows, written as null. */
struct job_metrics {
    int32_t n;
    const char **names;
    double *values;
    double *confusion; /* k x k, row = truth */
};

struct job_result {
    struct mem *mem;
    struct arena arena; /* the strings below */
    char job_id[JOB_ID_BYTES];
    const char *status; /* succeeded, failed, cancelled, interrupted */
    bool partial, reproducible;
    char **warnings;
    int32_t n_warnings;
    int64_t started_us, finished_us;
    double seconds;
    const struct metric *scoring;
    /* data */
    int64_t rows, train_rows, test_rows;
    int32_t columns;
    int64_t *class_counts; /* of all rows, training and test */
    int64_t *train_counts;
    const char *window_column;
    int64_t window_start_us, window_end_us; /* DATE_MISSING: open */
    char sha256[65];
    /* balance */
    bool balance_enabled;
    struct balance_plan balance;
    int64_t *counts_before, *counts_after;
    double score_without, score_with; /* NaN unless balancing applied */
    /* features */
    const char **features;
    int32_t n_features;
    bool selected;
    struct selector_result selection;
    const char **candidates; /* names behind selection's indices */
    int32_t n_candidates;
    /* outcome */
    int32_t folds;
    struct search_result search;
    automl_pipeline *model;
    struct job_metrics train, test;
    double *importance; /* permutation, per feature; NULL if there was no time */
    const char **files; /* pairs name, path; NULL-terminated */
};

void job_result_clear(struct job_result *r);
automl_status job_result_json(
    const struct job_result *r, const struct params *config, struct strbuf *out, automl_error *err);

#endif
