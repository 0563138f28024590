/*
 * neg_log_loss.c - mean log probability of the true class (minus sklearn.metrics.log_loss 1.2.1).
 *
 * As there, probabilities are first clipped to [eps, 1 - eps], eps = 2^-52, then each row is divided by its
 * sum.
 */
#include <float.h>
#include <math.h>

#include "eval/input.h"

/* NaN and Inf stay what they are: the total then tells. */
static inline double clip(double p)
{
    p = p < DBL_EPSILON ? DBL_EPSILON : p;
    return p > 1.0 - DBL_EPSILON && p <= DBL_MAX ? 1.0 - DBL_EPSILON : p;
}

static void block_two(const double *proba, const int32_t *y, int64_t n, double *q)
{
    for (int64_t i = 0; i < n; i++) {
        double p0 = clip(proba[2 * i]), p1 = clip(proba[2 * i + 1]);
        q[i] = (y[i] ? p1 : p0) / (p0 + p1);
    }
}

static void block_many(const double *proba, int32_t k, const int32_t *y, int64_t n, double *q)
{
    for (int64_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (int32_t c = 0; c < k; c++)
            sum += clip(proba[i * k + c]);
        q[i] = clip(proba[i * k + y[i]]) / sum;
    }
}

/* Weighted sum of log q. */
static double block_sum(const struct metric_input *in, int64_t begin, int64_t end)
{
    double q[INPUT_BLOCK];
    int64_t n = end - begin;
    if (in->k == 2)
        block_two(in->proba + 2 * begin, in->y + begin, n, q);
    else
        block_many(in->proba + begin * in->k, in->k, in->y + begin, n, q);
    double sum = 0.0;
    if (in->w)
        for (int64_t i = 0; i < n; i++)
            sum += in->w[begin + i] * log(q[i]);
    else
        for (int64_t i = 0; i < n; i++)
            sum += log(q[i]);
    return sum;
}

static automl_status score(
    const struct metric *self, const struct metric_input *in, double *out, automl_error *err)
{
    (void)self;
    double total = input_sum(in, block_sum), weight = input_weight(in);
    if (!isfinite(total))
        return input_bad_proba(in, err);
    *out = weight > 0.0 ? total / weight : NAN;
    return AUTOML_OK;
}

const struct metric metric_neg_log_loss = {
    .name = "neg_log_loss",
    .summary = "mean log probability of the true class, clipped at 2^-52",
    .flags = METRIC_BINARY | METRIC_MULTICLASS,
    .best = 0.0,
    .worst = -INFINITY,
    .score = score,
    .concurrent = true,
    .sign = 1.0,
};
