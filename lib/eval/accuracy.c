/*
 * accuracy.c - share of rows with the right label (sklearn.metrics.accuracy_score).
 */
#include <math.h>

#include "eval/input.h"

static double right_unweighted(const struct metric_input *in)
{
    int64_t right = 0;
    for (int64_t i = 0; i < in->n; i++)
        right += in->y[i] == in->labels[i];
    return (double)right;
}

static double right_weighted(const struct metric_input *in, int64_t begin, int64_t end)
{
    double right = 0.0;
    for (int64_t i = begin; i < end; i++)
        right += in->y[i] == in->labels[i] ? in->w[i] : 0.0;
    return right;
}

static automl_status score(
    const struct metric *self, const struct metric_input *in, double *out, automl_error *err)
{
    (void)self;
    (void)err;
    double weight = input_weight(in);
    if (weight > 0.0)
        *out = (in->w ? input_sum(in, right_weighted) : right_unweighted(in)) / weight;
    else
        *out = NAN;
    return AUTOML_OK;
}

const struct metric metric_accuracy = {
    .name = "accuracy",
    .summary = "share of rows with the right label",
    .flags = METRIC_LABELS | METRIC_BINARY | METRIC_MULTICLASS,
    .best = 1.0,
    .worst = 0.0,
    .score = score,
    .concurrent = true,
    .sign = 1.0,
};
