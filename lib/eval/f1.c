/*
 * f1.c - harmonic mean of precision and recall (sklearn.metrics.f1_score), of the positive class and
 * averaged.
 */
#include "eval/counts.h"

/* By way of precision and recall, as the reference does: 2 tp / (pred + truth) rounds differently. */
static double class_f1(double tp, double pred, double truth)
{
    double precision = pred == 0.0 ? 0.0 : tp / pred;
    double recall = truth == 0.0 ? 0.0 : tp / truth;
    double sum = precision + recall;
    return sum == 0.0 ? 0.0 : 2.0 * precision * recall / sum;
}

static automl_status score(
    const struct metric *self, const struct metric_input *in, double *out, automl_error *err)
{
    return class_score_average(self, in, class_f1, out, err);
}

const struct metric metric_f1 = {
    .name = "f1",
    .summary = "harmonic mean of precision and recall, of the positive class",
    .flags = METRIC_LABELS | METRIC_BINARY,
    .best = 1.0,
    .worst = 0.0,
    .score = score,
    .concurrent = true,
    .sign = 1.0,
    .variant = AVERAGE_BINARY,
};

const struct metric metric_f1_macro = {
    .name = "f1_macro",
    .summary = "harmonic mean of precision and recall, mean over classes",
    .flags = METRIC_LABELS | METRIC_BINARY | METRIC_MULTICLASS,
    .best = 1.0,
    .worst = 0.0,
    .score = score,
    .concurrent = true,
    .sign = 1.0,
    .variant = AVERAGE_MACRO,
};

const struct metric metric_f1_micro = {
    .name = "f1_micro",
    .summary = "harmonic mean of precision and recall, of counts pooled over classes",
    .flags = METRIC_LABELS | METRIC_BINARY | METRIC_MULTICLASS,
    .best = 1.0,
    .worst = 0.0,
    .score = score,
    .concurrent = true,
    .sign = 1.0,
    .variant = AVERAGE_MICRO,
};

const struct metric metric_f1_weighted = {
    .name = "f1_weighted",
    .summary = "harmonic mean of precision and recall, mean over classes weighted by their rows",
    .flags = METRIC_LABELS | METRIC_BINARY | METRIC_MULTICLASS,
    .best = 1.0,
    .worst = 0.0,
    .score = score,
    .concurrent = true,
    .sign = 1.0,
    .variant = AVERAGE_WEIGHTED,
};
