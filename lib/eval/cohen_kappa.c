/*
 * cohen_kappa.c - agreement of truth and label beyond chance (sklearn.metrics.cohen_kappa_score, unweighted
 * disagreements). Undefined (NaN) if both sides are one and the same class throughout.
 */
#include <math.h>

#include "eval/counts.h"

static double kappa(const struct class_counts *c)
{
    double n = class_counts_total(c);
    double by_chance = 0.0;
    for (int32_t i = 0; i < c->k; i++)
        by_chance += c->truth[i] * c->pred[i];
    double observed = n - class_counts_trace(c);
    double expected = n - by_chance / n;
    return expected > 0.0 ? 1.0 - observed / expected : NAN;
}

static automl_status score(
    const struct metric *self, const struct metric_input *in, double *out, automl_error *err)
{
    (void)self;
    return class_counts_score(in, kappa, out, err);
}

const struct metric metric_cohen_kappa = {
    .name = "cohen_kappa",
    .summary = "agreement of truth and label beyond chance (Cohen 1960)",
    .flags = METRIC_LABELS | METRIC_BINARY | METRIC_MULTICLASS,
    .best = 1.0,
    .worst = -1.0,
    .score = score,
    .concurrent = true,
    .sign = 1.0,
};
