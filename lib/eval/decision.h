/*
 * decision.h - from probabilities to a label, and how the rule is tuned; temperature scaling.
 */
#ifndef EVAL_DECISION_H
#define EVAL_DECISION_H

#include "eval/metric.h"

enum { DECISION_MAX_CLASSES = 1 << 20 };

struct decision {
    /* Label = argmax over c of weights[c] * p[c], ties to the lowest index; NULL: all 1. For two classes with
     * a threshold: positive if p[positive] >= threshold. */
    enum decision_rule { DECISION_ARGMAX, DECISION_WEIGHTS, DECISION_THRESHOLD } rule;
    double threshold;
    int32_t positive;
    double *weights; /* k; owned by whoever owns the struct */
};

int32_t decide(const struct decision *d, int32_t k, const double *p);
void decide_rows(const struct decision *d, int64_t n, int32_t k, const double *proba, int32_t *labels);

/* The binary cut on P(positive) that is best for a METRIC_LABELS metric: midpoints between distinct scores
 * are tried, at most 1000 quantiles of them, and 0.5 itself; ties go to the cut nearest 0.5. 0.5 for metrics
 * of probabilities and where no cut has a score. */
automl_status tune_threshold(
    const struct metric *metric, const struct metric_input *in, double *out, automl_error *err);

/* Guo et al. 2017: p_c ~ p_c^(1/T), p_c below 2^-52 counting as 2^-52. Minimises log loss over T in [0.2, 5]
 * by golden section on log T; 1 if it does not help. */
automl_status fit_temperature(struct mem *m, int64_t n, int32_t k, const int32_t *y, const double *w,
    const double *proba, double *out_t, automl_error *err);
void apply_temperature(double t, int64_t n, int32_t k, double *proba);

#endif
