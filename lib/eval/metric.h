/*
 * metric.h - the table of metrics. Greater is better for all (losses are negated, as scikit-learn's scorers).
 *
 * One metric = one .c file with one `const struct metric`, listed in metrics.c. A metric that is undefined
 * for the input (one class only) gives NaN, which callers treat as "no score here".
 */
#ifndef EVAL_METRIC_H
#define EVAL_METRIC_H

#include "base/context.h"
#include "base/error.h"
#include "base/memory.h"

enum {
    METRIC_LABELS = 1,     /* uses labels; else probabilities */
    METRIC_BINARY = 2,     /* defined for two classes */
    METRIC_MULTICLASS = 4, /* defined for more */
};

struct metric_input {
    int64_t n;
    int32_t k;
    int32_t positive;      /* index of the positive class; used if k == 2 */
    const int32_t *y;      /* true class indices */
    const double *proba;   /* n x k row-major, rows sum to 1; may be NULL for METRIC_LABELS */
    const int32_t *labels; /* decided classes; may be NULL otherwise */
    const double *w;       /* weights, or NULL */
    struct mem *mem;       /* for scratch */
};

struct metric {
    const char *name;
    const char *summary; /* one line, with the reference */
    uint32_t flags;
    double best, worst; /* range of the score; -INFINITY where unbounded */
    automl_status (*score)(
        const struct metric *self, const struct metric_input *in, double *out, automl_error *err);
    /* A scorer of the host (NULL fields for built-in ones). */
    void *user;
    bool concurrent; /* may run on pool threads */
    double sign;     /* set by metrics that share a function through `variant` */
    int32_t variant; /* e.g. the average: AVERAGE_MACRO */
};

enum metric_average { AVERAGE_BINARY, AVERAGE_MACRO, AVERAGE_MICRO, AVERAGE_WEIGHTED };

/* The record of one average of a metric between 0 and 1; only that of the positive class is for two classes
 * alone. labels: METRIC_LABELS or 0. */
#define METRIC_OF_AVERAGE(key, labels, average, fn, text)                                                    \
    {                                                                                                        \
        .name = key, .summary = text,                                                                        \
        .flags = (labels) | METRIC_BINARY | ((average) == AVERAGE_BINARY ? 0 : METRIC_MULTICLASS),           \
        .best = 1.0, .worst = 0.0, .score = fn, .concurrent = true, .sign = 1.0, .variant = average,         \
    }

/* The built-in ones, in documentation order. */
const struct metric *const *metrics_all(int32_t *out_n);
/* By name, built-in or registered in ctx (may be NULL), and defined for k classes (k 0: any); errors name the
 * nearest, or the variants that are defined (f1 -> f1_macro, ...). */
automl_status metric_find(
    automl_context *ctx, const char *name, int32_t k, const struct metric **out, automl_error *err);
/* Registers a scorer of the host under a new name; copied. */
automl_status metric_register(automl_context *ctx, const struct metric *m, automl_error *err);
const char *metric_default(int32_t k); /* roc_auc, neg_log_loss */

/* k x k counts (weighted), row = truth: out[t * k + l]. */
void confusion_matrix(
    int64_t n, int32_t k, const int32_t *y, const int32_t *labels, const double *w, double *out);

#endif
