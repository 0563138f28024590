/*
 * evaluate.h - cross-validation of one candidate over the job's folds.
 */
#ifndef SEARCH_EVALUATE_H
#define SEARCH_EVALUATE_H

#include "data/split.h"
#include "eval/decision.h"
#include "pipeline/fitted.h"

struct eval_fold {
    struct frame *train, *valid;
    int32_t *y; /* of the training rows */
    double *w;  /* or NULL */
    int32_t *y_valid;
    double *w_valid;
    const int32_t *valid_rows; /* positions in the job's training rows */
};

/* What all candidates of a job share. Borrowed, immutable while candidates run. */
struct eval_setting {
    struct mem *mem;
    const struct clock *clock;
    struct frame *x; /* the job's training rows; bins attached */
    const int32_t *y;
    const double *w; /* or NULL */
    int32_t n_classes;
    int32_t positive; /* of two classes; else -1 */
    const struct folds *folds;
    struct eval_fold *fold; /* folds->k, made once */
    const struct metric *metric;
    struct decision decision; /* for label metrics */
    bool tune;                /* ... tuned on the out-of-fold rows instead (two classes) */
    const struct balance_plan *balance;
    struct prefix_cache *cache;
    struct rng rng;
};

/* Fills in s->fold from the fields above. */
automl_status eval_setting_init(struct eval_setting *s, automl_error *err);
void eval_setting_clear(struct eval_setting *s);

enum eval_outcome {
    EVAL_DONE,
    EVAL_DROPPED, /* raced out */
    EVAL_FAILED,
    EVAL_STOPPED, /* by cancel or the clock */
    EVAL_SKIPPED, /* predicted not to fit the time that is left: never begun */
};

struct evaluation {
    struct mem *mem;
    enum eval_outcome outcome;
    automl_status status; /* of a failure */
    char *reason;         /* its sentence, with the place */
    int32_t n_folds, folds_done;
    double *fold_scores;         /* folds->k; NaN: undefined or not run */
    double score, std;           /* over the folds done where it is defined */
    float *oof;                  /* n x n_classes, NaN rows where no fold predicted; NULL unless EVAL_DONE */
    struct fitted **fold_models; /* folds->k; NULL unless EVAL_DONE and kept */
    double row_cost;             /* counted operations per predicted row */
    double fit_flops;            /* counted, all folds */
    double seconds;              /* measured, for the budget only */
};

/* Racing: after the first m folds (m = 1, 2) the candidate goes on only if its mean reaches bar[m - 1]. */
struct eval_race {
    double bar[2]; /* -INFINITY: no bar */
};

/* Runs folds in order on the calling thread (pool: inner pieces). With a metric that must not run on pool
 * threads (a host's scorer) scores are left NaN; evaluation_score fills them on the coordinating thread.
 * Never fails as a call: failures are data. */
void evaluate(const struct eval_setting *s, struct graph *g, const struct eval_race *race,
    const struct stop *stop, struct pool *pool, struct evaluation *out);
automl_status evaluation_score(const struct eval_setting *s, struct evaluation *e, automl_error *err);
/* Scores of the first n_folds folds from out-of-fold probabilities (n x k; labels by the decision, tuned on
 * these rows if asked). */
automl_status oof_scores(
    const struct eval_setting *s, const float *oof, int32_t n_folds, double *out_scores, automl_error *err);
/* Mean and standard deviation of the scores that are not NaN; NaN if there are none. */
void scores_summary(const double *scores, int32_t n, double *out_mean, double *out_std);
void evaluation_drop_models(struct evaluation *e);
void evaluation_drop_oof(struct evaluation *e);
void evaluation_clear(struct evaluation *e);

#endif
