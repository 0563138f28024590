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

const struct metric metric_f1 = METRIC_OF_AVERAGE("f1", METRIC_LABELS, AVERAGE_BINARY, score,
    "harmonic mean of precision and recall, of the positive class");

const struct metric metric_f1_macro = METRIC_OF_AVERAGE("f1_macro", METRIC_LABELS, AVERAGE_MACRO, score,
    "harmonic mean of precision and recall, mean over classes");

const struct metric metric_f1_micro = METRIC_OF_AVERAGE("f1_micro", METRIC_LABELS, AVERAGE_MICRO, score,
    "harmonic mean of precision and recall, of counts pooled over classes");

const struct metric metric_f1_weighted = METRIC_OF_AVERAGE("f1_weighted", METRIC_LABELS, AVERAGE_WEIGHTED,
    score, "harmonic mean of precision and recall, mean over classes weighted by their rows");
