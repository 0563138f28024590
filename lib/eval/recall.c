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

const struct metric metric_recall = METRIC_OF_AVERAGE("recall", METRIC_LABELS, AVERAGE_BINARY, score,
    "share of the rows of a class that are found, of the positive class");

const struct metric metric_recall_macro = METRIC_OF_AVERAGE("recall_macro", METRIC_LABELS, AVERAGE_MACRO,
    score, "share of the rows of a class that are found, mean over classes");

const struct metric metric_recall_micro = METRIC_OF_AVERAGE("recall_micro", METRIC_LABELS, AVERAGE_MICRO,
    score, "share of the rows of a class that are found, of counts pooled over classes");

const struct metric metric_recall_weighted =
    METRIC_OF_AVERAGE("recall_weighted", METRIC_LABELS, AVERAGE_WEIGHTED, score,
        "share of the rows of a class that are found, mean over classes weighted by their rows");
