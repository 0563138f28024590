/*
 * matthews_corrcoef.c - correlation of truth and label (sklearn.metrics.matthews_corrcoef).
 *
 * For more than two classes: Gorodkin, "Comparing two K-category assignments by a K-category correlation
 * coefficient", Computational Biology and Chemistry 28, 2004. 0 if either side has one value only.
 */
#include <math.h>

#include "eval/counts.h"

static double correlation(const struct class_counts *c)
{
    double n = 0.0, truth_pred = 0.0, pred_pred = 0.0, truth_truth = 0.0;
    for (int32_t i = 0; i < c->k; i++) {
        n += c->pred[i];
        truth_pred += c->truth[i] * c->pred[i];
        pred_pred += c->pred[i] * c->pred[i];
        truth_truth += c->truth[i] * c->truth[i];
    }
    double covariance = class_counts_trace(c) * n - truth_pred;
    double spread = (n * n - truth_truth) * (n * n - pred_pred);
    return spread == 0.0 ? 0.0 : covariance / sqrt(spread);
}

static automl_status score(
    const struct metric *self, const struct metric_input *in, double *out, automl_error *err)
{
    (void)self;
    return class_counts_score(in, correlation, out, err);
}

const struct metric metric_matthews_corrcoef = {
    .name = "matthews_corrcoef",
    .summary = "correlation of truth and label (Matthews; Gorodkin 2004 for more classes)",
    .flags = METRIC_LABELS | METRIC_BINARY | METRIC_MULTICLASS,
    .best = 1.0,
    .worst = -1.0,
    .score = score,
    .concurrent = true,
    .sign = 1.0,
};
