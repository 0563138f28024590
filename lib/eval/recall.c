/*
 * recall.c - share of the rows of a class that are found (sklearn.metrics.recall_score), of the positive
 * class and averaged.
 */
#include "eval/counts.h"

static double class_recall(double tp, double pred, double truth)
{
    (void)pred;
    return truth == 0.0 ? 0.0 : tp / truth;
}

static automl_status score(
    const struct metric *self, const struct metric_input *in, double *out, automl_error *err)
{
    return class_score_average(self, in, class_recall, out, err);
}

const struct metric metric_recall = {
    .name = "recall",
    .summary = "share of the rows of a class that are found, of the positive class",
    .flags = METRIC_LABELS | METRIC_BINARY,
    .best = 1.0,
    .worst = 0.0,
    .score = score,
    .concurrent = true,
    .sign = 1.0,
    .variant = AVERAGE_BINARY,
};

const struct metric metric_recall_macro = {
    .name = "recall_macro",
    .summary = "share of the rows of a class that are found, mean over classes",
    .flags = METRIC_LABELS | METRIC_BINARY | METRIC_MULTICLASS,
    .best = 1.0,
    .worst = 0.0,
    .score = score,
    .concurrent = true,
    .sign = 1.0,
    .variant = AVERAGE_MACRO,
};

const struct metric metric_recall_micro = {
    .name = "recall_micro",
    .summary = "share of the rows of a class that are found, of counts pooled over classes",
    .flags = METRIC_LABELS | METRIC_BINARY | METRIC_MULTICLASS,
    .best = 1.0,
    .worst = 0.0,
    .score = score,
    .concurrent = true,
    .sign = 1.0,
    .variant = AVERAGE_MICRO,
};

const struct metric metric_recall_weighted = {
    .name = "recall_weighted",
    .summary = "share of the rows of a class that are found, mean over classes weighted by their rows",
    .flags = METRIC_LABELS | METRIC_BINARY | METRIC_MULTICLASS,
    .best = 1.0,
    .worst = 0.0,
    .score = score,
    .concurrent = true,
    .sign = 1.0,
    .variant = AVERAGE_WEIGHTED,
};
