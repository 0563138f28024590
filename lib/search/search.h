/*
 * search.h - steady-state genetic programming over pipelines, and the ensemble at its end.
 *
 * Candidate i depends on the results up to i - SEARCH_LAG only, whatever the number of threads: dummy, then
 * the portfolio, then random candidates up to population_size, then offspring of the NSGA-II population.
 * Results are taken in order. Under max_evaluations (and no deadline) the run is therefore reproducible bit
 * for bit.
 */
#ifndef SEARCH_SEARCH_H
#define SEARCH_SEARCH_H

#include "search/budget.h"
#include "search/ensemble.h"
#include "search/space.h"

enum { SEARCH_LAG = 16, SEARCH_MAX_MEMBERS = 8 };

struct search_event {
    int64_t evaluated; /* distinct candidates finished */
    double best;       /* best cv score so far; NaN */
    double seconds;
    double share;        /* of the search's budget, 0..1 */
    const char *learner; /* of the incumbent */
};

struct search_request {
    const struct eval_setting *setting;
    /* Finalists are scored again on these folds, so that luck on the first ones does not decide; NULL: they
     * are not. */
    const struct folds *fresh_folds;
    const struct space *space;
    struct budget *budget;
    struct mem *mem;
    int32_t population_size, offspring_size;
    double mutation_rate, crossover_rate;
    int64_t max_evaluations; /* distinct specifications; 0: none */
    int64_t max_generations; /* times offspring_size; 0: none */
    int32_t early_stop;      /* generations without improvement; 0: off */
    double max_eval_seconds; /* 0: none */
    double max_predict_us;   /* 0: none; counted at 1000 operations a microsecond */
    int64_t max_model_bytes; /* 0: none */
    bool ensemble;
    double end_rows; /* rows the finished model will predict in the end game */
    /* Evaluations of the best candidate that follow the search (a refit is a part of one): their time is kept
     * in reserve. */
    double end_evaluations;
    struct rng rng;
    const struct stop *stop;   /* job's cancel flag and hard deadline */
    const struct stop *finish; /* what still stops once `stop` has: the dummy, the first incumbent, runs under
                                  it; NULL: stop */
    struct pool *pool;
    void (*progress)(
        void *user, const struct search_event *e); /* coordinating thread, <= 10 a second; may be NULL */
    void *progress_user;
};

struct search_candidate {
    int64_t index; /* order of creation */
    struct graph *graph;
    struct evaluation eval;
    struct evaluation fresh; /* of a finalist on other folds; without models; mem NULL: not one */
    int64_t parent;          /* -1: portfolio or random */
    const char *origin;      /* dummy, portfolio, random, mutation, crossover */
};

/* Graph and fold models are the candidate's own. */
struct search_member {
    double weight;
    int64_t candidate; /* index into candidates */
};

struct search_result {
    struct mem *mem;
    struct search_candidate *candidates; /* all, in order */
    int64_t n_candidates;
    int64_t evaluated, failed, dropped, skipped;
    int64_t best;   /* index of the best single candidate; -1: none */
    int64_t *front; /* Pareto front of the evaluated candidates, by cost */
    int32_t n_front;
    struct search_member
        *members; /* what the model is made of, heaviest first, weights sum to 1; at least one */
    int32_t n_members;
    double score; /* cv.score of the model: mean over the folds where it is defined, fresh ones included */
    double std;
    float *oof;       /* of the model on the job's folds: n x n_classes */
    float *fresh_oof; /* ... and on the fresh ones; NULL: there were none */
    bool stopped;     /* by cancel */
    bool clock_used;  /* a deadline ended or refused something: not reproducible */
    bool memory_limited;
};

/* AUTOML_E_BUDGET or AUTOML_E_DATA if not even the dummy could be fitted. */
automl_status search_run(const struct search_request *r, struct search_result *out, automl_error *err);
void search_result_clear(struct search_result *r);

#endif
