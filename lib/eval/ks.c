/*
 * ks.c - two-sample Kolmogorov-Smirnov statistic (scipy.stats.ks_2samp) of a class's probability between the
 * rows of the class and the others: the largest distance of true and false positive rate over all cuts.
 *
 * Two classes: of P(positive). More: the mean over each class against the rest, where it is defined.
 */
#include <math.h>

#include "eval/ranking.h"

static automl_status of_class(const struct metric_input *in, int32_t c, double *out, automl_error *err)
{
    struct ranking r;
    TRY(ranking_create(in, c, RANKING_REST, &r, err));
    double tp = 0.0, fp = 0.0, largest = 0.0;
    struct rank_group g;
    while (ranking_next(&r, &g)) {
        tp += g.positive;
        fp += g.negative;
        double distance = fabs(tp / r.positive - fp / r.negative);
        largest = distance > largest ? distance : largest;
    }
    *out = r.positive > 0.0 && r.negative > 0.0 ? largest : NAN;
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
