/*
 * balanced_accuracy.c - mean recall over the classes that occur (sklearn.metrics.balanced_accuracy_score).
 */
#include "eval/counts.h"

static double mean_recall(const struct class_counts *c)
{
    double total = 0.0;
    int32_t classes = 0;
    for (int32_t i = 0; i < c->k; i++) {
        if (c->truth[i] > 0.0) {
            total += c->tp[i] / c->truth[i];
            classes++;
        }
    }
    return total / classes;
}

static automl_status score(
    const struct metric *self, const struct metric_input *in, double *out, automl_error *err)
{
    (void)self;
    return class_counts_score(in, mean_recall, out, err);
}

const struct metric metric_balanced_accuracy = {
    .name = "balanced_accuracy",
    .summary = "mean recall over the classes that occur",
    .flags = METRIC_LABELS | METRIC_BINARY | METRIC_MULTICLASS,
    .best = 1.0,
    .worst = 0.0,
    .score = score,
    .concurrent = true,
    .sign = 1.0,
};
