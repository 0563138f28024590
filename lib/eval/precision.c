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

const struct metric metric_precision = {
    .name = "precision",
    .summary = "share of right rows among those labelled with a class, of the positive class",
    .flags = METRIC_LABELS | METRIC_BINARY,
    .best = 1.0,
    .worst = 0.0,
    .score = score,
    .concurrent = true,
    .sign = 1.0,
    .variant = AVERAGE_BINARY,
};

const struct metric metric_precision_macro = {
    .name = "precision_macro",
    .summary = "share of right rows among those labelled with a class, mean over classes",
    .flags = METRIC_LABELS | METRIC_BINARY | METRIC_MULTICLASS,
    .best = 1.0,
    .worst = 0.0,
    .score = score,
    .concurrent = true,
    .sign = 1.0,
    .variant = AVERAGE_MACRO,
};

const struct metric metric_precision_micro = {
    .name = "precision_micro",
    .summary = "share of right rows among those labelled with a class, of counts pooled over classes",
    .flags = METRIC_LABELS | METRIC_BINARY | METRIC_MULTICLASS,
    .best = 1.0,
    .worst = 0.0,
    .score = score,
    .concurrent = true,
    .sign = 1.0,
    .variant = AVERAGE_MICRO,
};

const struct metric metric_precision_weighted = {
    .name = "precision_weighted",
    .summary =
        "share of right rows among those labelled with a class, mean over classes weighted by their rows",
    .flags = METRIC_LABELS | METRIC_BINARY | METRIC_MULTICLASS,
    .best = 1.0,
    .worst = 0.0,
    .score = score,
    .concurrent = true,
    .sign = 1.0,
    .variant = AVERAGE_WEIGHTED,
};
