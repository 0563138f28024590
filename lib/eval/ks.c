/*
 * ks.c - two-sample Kolmogorov-Smirnov statistic (scipy.stats.ks_2samp) of a class's probability between the
 * rows of the class and the others: the largest distance of true and false positive rate over all cuts.
 *
 * Two classes: of P(positive). More: the mean over each class against the rest, where it is defined.
 */
#include <math.h>

#include "eval/ranking.h"

static double largest_distance(struct ranking *r)
{
    double tp = 0.0, fp = 0.0, largest = 0.0;
    struct rank_group g;
    while (ranking_next(r, &g)) {
        tp += g.positive;
        fp += g.negative;
        double distance = fabs(tp / r->positive - fp / r->negative);
        largest = distance > largest ? distance : largest;
    }
    return r->positive > 0.0 && r->negative > 0.0 ? largest : NAN;
}

static automl_status score(
    const struct metric *self, const struct metric_input *in, double *out, automl_error *err)
{
    (void)self;
    return ranking_score_classes(in, largest_distance, out, err);
}

const struct metric metric_ks = {
    .name = "ks",
    .summary = "Kolmogorov-Smirnov distance of the scores of the classes; mean over classes",
    .flags = METRIC_BINARY | METRIC_MULTICLASS,
    .best = 1.0,
    .worst = 0.0,
    .score = score,
    .concurrent = true,
    .sign = 1.0,
};
