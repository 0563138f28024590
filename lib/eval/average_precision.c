/*
 * average_precision.c - sum over thresholds of precision times the gain in recall
 * (sklearn.metrics.average_precision_score).
 *
 * For more classes the mean over each class against the rest, as the reference gives for indicator matrices.
 * Difference on purpose: a class without rows is left out (NaN alone) instead of counting as 0.
 */
#include <math.h>

#include "eval/ranking.h"

static automl_status of_class(const struct metric_input *in, int32_t c, double *out, automl_error *err)
{
    struct ranking r;
    TRY(ranking_create(in, c, RANKING_REST, &r, err));
    double tp = 0.0, fp = 0.0, sum = 0.0;
    struct rank_group g;
    while (ranking_next(&r, &g)) {
        tp += g.positive;
        fp += g.negative;
        sum += g.positive * (tp / (tp + fp));
    }
    *out = r.positive > 0.0 ? sum / r.positive : NAN;
    ranking_free(&r);
    return AUTOML_OK;
}

static automl_status score(
    const struct metric *self, const struct metric_input *in, double *out, automl_error *err)
{
    (void)self;
    if (in->k == 2)
        return of_class(in, in->positive, out, err);
    double total = 0.0;
    int32_t classes = 0;
    for (int32_t c = 0; c < in->k; c++) {
        double x;
        TRY(of_class(in, c, &x, err));
        if (!isnan(x)) {
            total += x;
            classes++;
        }
    }
    *out = classes > 0 ? total / classes : NAN;
    return AUTOML_OK;
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
