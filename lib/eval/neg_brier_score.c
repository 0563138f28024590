/*
 * neg_brier_score.c - minus the mean squared error of the probabilities.
 *
 * Two classes: of P(positive), as sklearn.metrics.brier_score_loss, in [-1, 0]. More: summed over the
 * classes, in [-2, 0] (Brier, "Verification of forecasts expressed in terms of probability", 1950).
 */
#include <math.h>

#include "eval/input.h"

static double row_two(const struct metric_input *in, int64_t i)
{
    double error = (in->y[i] == in->positive ? 1.0 : 0.0) - in->proba[2 * i + in->positive];
    return error * error;
}

static double row_many(const struct metric_input *in, int64_t i)
{
    const double *p = in->proba + i * in->k;
    double sum = 0.0;
    for (int32_t c = 0; c < in->k; c++) {
        double error = (in->y[i] == c ? 1.0 : 0.0) - p[c];
        sum += error * error;
    }
    return sum;
}

static double block_sum(const struct metric_input *in, int64_t begin, int64_t end)
{
    double sum = 0.0;
    for (int64_t i = begin; i < end; i++) {
        double error = in->k == 2 ? row_two(in, i) : row_many(in, i);
        sum += in->w ? in->w[i] * error : error;
    }
    return sum;
}

static automl_status score(
    const struct metric *self, const struct metric_input *in, double *out, automl_error *err)
{
    (void)self;
    double total = input_sum(in, block_sum), weight = input_weight(in);
    if (!isfinite(total))
        return input_bad_proba(in, err);
    *out = weight > 0.0 ? -(total / weight) : NAN;
    return AUTOML_OK;
}

const struct metric metric_neg_brier_score = {
    .name = "neg_brier_score",
    .summary = "minus the mean squared error of the probabilities (Brier 1950)",
    .flags = METRIC_BINARY | METRIC_MULTICLASS,
    .best = 0.0,
    .worst = -2.0,
    .score = score,
    .concurrent = true,
    .sign = 1.0,
};
