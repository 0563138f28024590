/* state.h - what the parts of a running search share (search.c, archive.c, finish.c). */
#ifndef SEARCH_STATE_H
#define SEARCH_STATE_H

#include "search/pareto.h"
#include "search/search.h"

/* Of a deadline's budget: most that choosing the ensemble may take. */
#define SEARCH_ENSEMBLE_SHARE 0.1
/* ... and most that scoring the finalists again may take. */
#define SEARCH_FRESH_SHARE 0.08

/* Of larger data one set of folds tells enough. */
enum { SEARCH_FRESH_ROWS = 20000 };

enum { SEARCH_KEEP = 30 /* best candidates whose models and predictions are kept */ };

/* One candidate under way; in an ordered search slot i % SEARCH_LAG holds candidate i. */
struct search_slot {
    struct task task;
    const struct search_request *r;
    struct search_candidate candidate;
    struct op_cost cost; /* of one fit on a fold, predicted */
    struct eval_race race;
    struct stop stop;
    int64_t limit_ns;    /* what the candidate may take once it runs */
    bool used, finished; /* as the coordinator knows it */
};

struct search_state {
    const struct search_request *r;
    struct search_result *out;
    struct search_slot slots[SEARCH_LAG];
    bool ordered; /* results are taken by lag, not as they come */
    int64_t created, collected;
    int64_t capacity; /* of out->candidates */
    int64_t offspring, since_best;
    int32_t portfolio; /* next entry; -1: used up */
    int32_t skips;     /* in a row */
    double fixed_s;    /* of the end game: what the caller asked to keep back */
    int64_t next_progress_ns;
    _Atomic int32_t ending; /* told to all candidates when time is up */
    struct stop stop;
    struct op_shape shape; /* of a fold's training rows */

    uint64_t *seen; /* open addressing; 0 is free */
    int64_t n_seen, n_seen_slots;
    int64_t kept[SEARCH_KEEP + 1]; /* best first */
    int32_t n_kept;
    int64_t family[BUDGET_RATES]; /* best candidate of each learner */
    int32_t n_family;
    struct eval_setting fresh; /* fold NULL: finalists are not scored again */
    int32_t *population;       /* positions in out->candidates */
    int32_t n_population;
    int32_t *rank; /* of the population */
    double *crowding;
};

/* archive.c */
automl_status archive_init(struct search_state *s, automl_error *err);
void archive_clear(struct search_state *s);
/* True if the specification is new; remembers it. */
automl_status archive_see(struct search_state *s, uint64_t hash, bool *out_new, automl_error *err);
/* Takes a finished candidate over: counts, incumbent, population, what is kept. */
automl_status archive_add(struct search_state *s, struct search_candidate *c, automl_error *err);
/* Means of the first one and two folds that a candidate has to reach to be worth finishing. */
void archive_race(const struct search_state *s, struct eval_race *out);
/* A parent: half of the time by NSGA-II's order, else by score. */
const struct search_candidate *archive_parent(const struct search_state *s, struct rng *r);

/* fresh.c */
bool search_uses_fresh(const struct search_state *s);
/* Scores the finalists pool[0..n) again, best first; keeps those that were done in time (at least one) and
 * returns how many. */
automl_status search_rescore(struct search_state *s, int64_t *pool, int32_t *n, automl_error *err);

/* finish.c */
automl_status search_finish(struct search_state *s, automl_error *err);
/* Seconds the end game will need for a model of these candidates. */
double search_end_seconds(const struct search_state *s, const int64_t *members, int32_t n);

#endif
