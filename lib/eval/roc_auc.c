/*
 * roc_auc.c - area under the ROC curve (sklearn.metrics.roc_auc_score).
 *
 * The area is the share of pairs of a positive and a negative row that are ranked right, ties counting half
 * (Mann-Whitney): sums of integers without weights, hence exact. For more classes: one against the rest, or
 * Hand & Till 2001 over pairs of classes. Differences on purpose: a class without rows is left out of the
 * mean instead of being an error, and the pairwise forms accept weights.
 */
#include <math.h>

#include "eval/input.h"
#include "eval/ranking.h"

static double area_of(struct ranking *r)
{
    double above = 0.0, twice = 0.0;
    struct rank_group g;
    while (ranking_next(r, &g)) {
        twice += g.negative * (2.0 * above + g.positive);
        above += g.positive;
    }
    bool defined = r->positive > 0.0 && r->negative > 0.0;
    return defined ? twice / (2.0 * r->positive * r->negative) : NAN;
}

/* Area of class a against b or the rest; NaN if a side is empty. */
static automl_status area(const struct metric_input *in, int32_t a, int32_t b, double *out, automl_error *err)
{
    return ranking_score(in, a, b, area_of, out, err);
}

/* A weighted mean of the scores that are defined. */
struct mean {
    double sum, weight;
};

static void mean_add(struct mean *m, double x, double weight)
{
    if (isnan(x) || weight == 0.0)
        return;
    m->sum += weight * x;
    m->weight += weight;
}

static double mean_of(struct mean m)
{
    return m.weight > 0.0 ? m.sum / m.weight : NAN;
}

/* Weight of the rows of each class; to be freed with mem_free. */
static automl_status class_weights(const struct metric_input *in, double **out, automl_error *err)
{
    double *weights = NEW_ZEROS(in->mem, in->k, double);
    if (!weights)
        return error_memory(err);
    for (int64_t i = 0; i < in->n; i++)
        weights[in->y[i]] += in->w ? in->w[i] : 1.0;
    *out = weights;
    return AUTOML_OK;
}

static automl_status score_binary(
    const struct metric *self, const struct metric_input *in, double *out, automl_error *err)
{
    (void)self;
    return area(in, in->positive, RANKING_REST, out, err);
}

static automl_status score_ovr(
    const struct metric *self, const struct metric_input *in, double *out, automl_error *err)
{
    if (in->k == 2)
        return score_binary(self, in, out, err);
    double *weights = NULL;
    struct mean mean = {0};
    automl_status status;
    TRY_DONE(class_weights(in, &weights, err));
    for (int32_t c = 0; c < in->k; c++) {
        double x = NAN;
        if (weights[c] > 0.0)
            TRY_DONE(area(in, c, RANKING_REST, &x, err));
        mean_add(&mean, x, self->variant == AVERAGE_WEIGHTED ? weights[c] : 1.0);
    }
    *out = mean_of(mean);
done:
    mem_free(in->mem, weights);
    return status;
}

/* The mean of both directions of one pair. */
static automl_status pair_area(
    const struct metric_input *in, int32_t a, int32_t b, double *out, automl_error *err)
{
    double ab, ba;
    TRY(area(in, a, b, &ab, err));
    TRY(area(in, b, a, &ba, err));
    *out = (ab + ba) / 2.0;
    return AUTOML_OK;
}

static automl_status score_ovo(
    const struct metric *self, const struct metric_input *in, double *out, automl_error *err)
{
    if (in->k == 2)
        return score_binary(self, in, out, err);
    double *weights = NULL;
    struct mean mean = {0};
    automl_status status;
    TRY_DONE(class_weights(in, &weights, err));
    for (int32_t a = 0; a < in->k; a++)
        for (int32_t b = a + 1; b < in->k; b++) {
            double x;
            if (weights[a] == 0.0 || weights[b] == 0.0)
                continue;
            TRY_DONE(pair_area(in, a, b, &x, err));
            mean_add(&mean, x, self->variant == AVERAGE_WEIGHTED ? weights[a] + weights[b] : 1.0);
        }
    *out = mean_of(mean);
done:
    mem_free(in->mem, weights);
    return status;
}

const struct metric metric_roc_auc = METRIC_OF_AVERAGE(
    "roc_auc", 0, AVERAGE_BINARY, score_binary, "area under the ROC curve of the positive class");

const struct metric metric_roc_auc_ovr = METRIC_OF_AVERAGE("roc_auc_ovr", 0, AVERAGE_MACRO, score_ovr,
    "area under the ROC curve, mean over each class against the rest");

const struct metric metric_roc_auc_ovo = METRIC_OF_AVERAGE("roc_auc_ovo", 0, AVERAGE_MACRO, score_ovo,
    "area under the ROC curve, mean over pairs of classes (Hand & Till 2001)");

const struct metric metric_roc_auc_ovr_weighted = METRIC_OF_AVERAGE("roc_auc_ovr_weighted", 0,
    AVERAGE_WEIGHTED, score_ovr, "roc_auc_ovr with classes weighted by their rows");

const struct metric metric_roc_auc_ovo_weighted = METRIC_OF_AVERAGE(
    "roc_auc_ovo_weighted", 0, AVERAGE_WEIGHTED, score_ovo, "roc_auc_ovo with pairs weighted by their rows");
