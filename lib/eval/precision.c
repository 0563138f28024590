/*
 * precision.c - share of right rows among those labelled with a class (sklearn.metrics.precision_score), of
 * the positive class and averaged.
 */
#include "eval/counts.h"

static double class_precision(double tp, double pred, double truth)
{
    (void)truth;
    return pred == 0.0 ? 0.0 : tp / pred;
}

static automl_status score(
    const struct metric *self, const struct metric_input *in, double *out, automl_error *err)
{
    return class_score_average(self, in, class_precision, out, err);
}

const struct metric metric_precision = METRIC_OF_AVERAGE("precision", METRIC_LABELS, AVERAGE_BINARY, score,
    "share of right rows among those labelled with a class, of the positive class");

const struct metric metric_precision_macro = METRIC_OF_AVERAGE("precision_macro", METRIC_LABELS,
    AVERAGE_MACRO, score, "share of right rows among those labelled with a class, mean over classes");

const struct metric metric_precision_micro =
    METRIC_OF_AVERAGE("precision_micro", METRIC_LABELS, AVERAGE_MICRO, score,
        "share of right rows among those labelled with a class, of counts pooled over classes");

const struct metric metric_precision_weighted =
    METRIC_OF_AVERAGE("precision_weighted", METRIC_LABELS, AVERAGE_WEIGHTED, score,
        "share of right rows among those labelled with a class, mean over classes weighted by their rows");
