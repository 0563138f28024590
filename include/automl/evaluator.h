/*
 * evaluator.h - metrics, and scorers of the host.
 *
 * Names and definitions follow scikit-learn, plus "ks"; docs/metrics.md lists them. For all of them greater
 * is better: losses are negated ("neg_log_loss"). Classes are numbers from 0 to k - 1.
 */
#ifndef AUTOML_EVALUATOR_H
#define AUTOML_EVALUATOR_H

#include <stdint.h>

#include <automl/context.h>
#include <automl/export.h>
#include <automl/status.h>

AUTOML_BEGIN_DECLS

/**
 * @return the number of built-in metrics; their indices count from 0. Thread-safe.
 * @since 0.1
 */
AUTOML_API int32_t automl_metric_count(void);

/**
 * @param i  index of a metric
 * @return its name, as "scoring" takes it; static; NULL if there is no such metric. Thread-safe.
 * @since 0.1
 */
AUTOML_API const char *automl_metric_name(int32_t i);

/**
 * @param i  index of a metric
 * @return one line on what it measures; static; NULL if there is no such metric. Thread-safe.
 * @since 0.1
 */
AUTOML_API const char *automl_metric_summary(int32_t i);

/**
 * Scores predictions.
 *
 * @param ctx       for registered scorers and scratch memory
 * @param name      a metric or a registered scorer
 * @param n         rows; at least 0
 * @param k         classes; at least 2
 * @param positive  the positive class, from 0 to k - 1; looked at only if k is 2
 * @param y         n true classes
 * @param proba     n * k probabilities, row-major, each row summing to 1; NULL is fine for a metric of labels
 * @param labels    n predicted classes; NULL is fine for a metric of probabilities
 * @param weights   n weights of the rows, at least 0; NULL: all 1
 * @param out       the score; NaN where the metric is undefined, such as roc_auc of rows of one class
 * @param err       receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_UNKNOWN_KEY; AUTOML_E_CONFLICT for a metric of two classes if k > 2;
 *         AUTOML_E_RANGE for a size or a class outside 0 to k - 1; AUTOML_E_NUMERIC for a probability that is
 *         not a finite number >= 0; AUTOML_E_CALLBACK if a scorer of the host failed.
 * @since 0.1
 */
AUTOML_API automl_status automl_metric_score(automl_context *ctx, const char *name, int64_t n, int32_t k,
    int32_t positive, const int32_t *y, const double *proba, const int32_t *labels, const double *weights,
    double *out, automl_error *err);

/**
 * Counts which class was predicted as which. Thread-safe.
 *
 * @param n        rows; at least 0
 * @param k        classes; at least 1
 * @param y        n true classes
 * @param labels   n predicted classes
 * @param weights  n weights of the rows; NULL: all 1
 * @param out      k * k sums of weights: out[t * k + l] of rows of class t that were predicted as l
 * @param err      receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_RANGE for a size or a class outside 0 to k - 1.
 * @since 0.1
 */
AUTOML_API automl_status automl_confusion_matrix(int64_t n, int32_t k, const int32_t *y,
    const int32_t *labels, const double *weights, double *out, automl_error *err);

/* What a scorer wants and may do; to be combined with |. */
enum {
    AUTOML_SCORER_LABELS = 1,    /* reads labels; else labels is NULL. The cut is tuned for such a scorer. */
    AUTOML_SCORER_CONCURRENT = 2 /* may be called from several threads at once, among them pool threads */
};

/*
 * A metric of the host.
 */
typedef struct automl_scorer {
    uint32_t struct_size;      /* sizeof(automl_scorer) */
    uint32_t flags;            /* AUTOML_SCORER_...; 0: probabilities, one call at a time */
    int32_t greater_is_better; /* 0: a loss; its score is negated by the library */
    const char *name;          /* as "scoring" will name it; not that of another metric */
    /*
     * Writes the score of n rows and k classes to *out and returns AUTOML_OK; NaN: undefined for these rows,
     * which are then left out of averages. Any negative status fails with AUTOML_E_CALLBACK. proba and
     * weights as in automl_metric_score(); labels is NULL unless AUTOML_SCORER_LABELS is set, weights is
     * NULL if rows have none. Without AUTOML_SCORER_CONCURRENT calls come one at a time, from the thread
     * that called the library.
     */
    automl_status (*score)(int64_t n, int32_t k, const int32_t *y, const double *proba, const int32_t *labels,
        const double *weights, double *out, void *user);
    void *user; /* handed to score */
} automl_scorer;

/**
 * Adds a scorer to a context, where "scoring" and automl_metric_score() then know it. It cannot be removed:
 * score and user must stay valid as long as any object of the context.
 *
 * @param ctx     the context
 * @param scorer  copied, its name too
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_ARGUMENT if struct_size is not that of a known version, a flag is unknown, or
 *         name or score is missing; AUTOML_E_CONFLICT if there is a metric of this name.
 * @since 0.1
 */
AUTOML_API automl_status automl_scorer_register(
    automl_context *ctx, const automl_scorer *scorer, automl_error *err);

AUTOML_END_DECLS

#endif
