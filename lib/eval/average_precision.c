/*
 * average_precision.c - sum over thresholds of precision times the gain in recall
 * (sklearn.metrics.average_precision_score).
 *
 * For more classes the mean over each class against the rest, as the reference gives for indicator matrices.
 * Difference on purpose: a class without rows is left out (NaN alone) instead of counting as 0.
 */
#include <math.h>

#include "eval/ranking.h"

static double mean_precision(struct ranking *r)
{
    double tp = 0.0, fp = 0.0, sum = 0.0;
    struct rank_group g;
    while (ranking_next(r, &g)) {
        tp += g.positive;
        fp += g.negative;
        sum += g.positive * (tp / (tp + fp));
    }
    return r->positive > 0.0 ? sum / r->positive : NAN;
}

static automl_status score(
    const struct metric *self, const struct metric_input *in, double *out, automl_error *err)
{
    (void)self;
    return ranking_score_classes(in, mean_precision, out, err);
}

const struct metric metric_average_precision = {
    .name = "average_precision",
    .summary = "mean precision over the recall axis, not interpolated; mean over classes",
    .flags = METRIC_BINARY | METRIC_MULTICLASS,
    .best = 1.0,
    .worst = 0.0,
    .score = score,
    .concurrent = true,
    .sign = 1.0,
};
