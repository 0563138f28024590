/*
 * selector.h - genetic selection of exactly k features.
 *
 * Genome: k sorted indices and a bit set. Count-preserving crossover (A and B's common features, then a fill
 * from their symmetric difference: Hartley & Konstam 1993; Manzoni, Mariot & Tuba 2020), swap mutation guided
 * by relevance minus redundancy, 1-swap local search on the best, re-scoring of the finalists on fresh folds.
 * Scorers are fast models that only rank subsets: "linear" (least squares from cached per-fold Gram matrices,
 * O(k^3) a subset, independent of the rows but for scoring) and "tree" (a tree learner on the shared bins).
 * |S| = k always. Every evaluated subset is cached by its hash.
 */
#ifndef SEARCH_SELECTOR_H
#define SEARCH_SELECTOR_H

#include "search/evaluate.h"

enum selector_scorer { SELECTOR_AUTO, SELECTOR_LINEAR, SELECTOR_TREE };

struct selector_request {
    const struct eval_setting *setting; /* metric, folds, rows; x holds all candidate features */
    int32_t n_features;                 /* 1 <= k <= x->n_cols */
    int32_t generations, population_size, offspring_size;
    double mutation_rate, crossover_rate;
    enum selector_scorer scorer;
    int64_t max_evaluations; /* 0: none */
    struct rng rng;
    const struct stop *stop; /* its end keeps the best so far */
    struct pool *pool;
    /* Called by the coordinating thread after each generation; may be NULL. */
    void (*progress)(void *user, int32_t generation, double best);
    void *progress_user;
};

struct selector_generation {
    int32_t generation;
    double best, mean;
    int64_t evaluations; /* distinct subsets so far */
};

struct selector_result {
    struct mem *mem;
    int32_t n_features;
    int32_t *features;   /* ascending column indices */
    double score;        /* of the chosen set on the job's folds, by the scorer */
    int64_t evaluations; /* scored subsets; the finalists are scored twice */
    int32_t generations; /* bred after the first population */
    int32_t n_history;   /* generations, and the first population as number 0 */
    struct selector_generation *history;
    double *frequency; /* per column of x: share of the final population that contains it */
    bool stopped;
};

automl_status select_features(
    const struct selector_request *r, struct selector_result *out, automl_error *err);
void selector_result_clear(struct selector_result *r);

#endif
