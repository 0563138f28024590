/*
 * ensemble.h - greedy ensemble selection with replacement (Caruana et al. 2004) on out-of-fold predictions.
 */
#ifndef SEARCH_ENSEMBLE_H
#define SEARCH_ENSEMBLE_H

#include "search/evaluate.h"

struct ensemble_request {
    const struct eval_setting *setting;
    const float *const *oof; /* n_candidates predictions, n x n_classes */
    /* The same candidates on other folds; NULL: none. Both count alike. */
    const struct eval_setting *fresh;
    const float *const *fresh_oof;
    int32_t n_candidates; /* best single first */
    int32_t steps;        /* 25-40 */
    int32_t max_members;  /* distinct candidates; <= 8 */
    int64_t max_rows;     /* a stratified sample of rows is scored above this; 0: all */
    struct rng rng;
    const struct stop *stop; /* its end keeps the best prefix so far */
    struct pool *pool;
};

struct ensemble_result {
    double *weights;     /* n_candidates, sum 1; zero: not a member */
    double score;        /* on the rows that were scored, pooled */
    double score_single; /* the first candidate's on the same rows */
    int32_t members;
};

/* For a METRIC_LABELS metric members are chosen by neg_log_loss of equal-weighted probabilities, ties by the
 * metric. */
automl_status ensemble_select(
    const struct ensemble_request *r, struct mem *m, struct ensemble_result *out, automl_error *err);
void ensemble_result_clear(struct mem *m, struct ensemble_result *r);

#endif
