/*
 * decision.c - from probabilities to labels.
 */
#include "eval/decision.h"

/* The first class with the largest product; `skip` is not considered (-1: none). NaN never wins. */
static int32_t largest(int32_t k, const double *weights, const double *p, int32_t skip)
{
    int32_t best = skip == 0 && k > 1 ? 1 : 0;
    double best_value = weights ? weights[best] * p[best] : p[best];
    for (int32_t c = best + 1; c < k; c++) {
        double value = weights ? weights[c] * p[c] : p[c];
        if (c != skip && (value > best_value || (value == value && best_value != best_value))) {
            best = c;
            best_value = value;
        }
    }
    return best;
}

int32_t decide(const struct decision *d, int32_t k, const double *p)
{
    switch (d->rule) {
    case DECISION_WEIGHTS:
        return largest(k, d->weights, p, -1);
    case DECISION_THRESHOLD:
        return p[d->positive] >= d->threshold ? d->positive : largest(k, NULL, p, d->positive);
    default:
        return largest(k, NULL, p, -1);
    }
}

void decide_rows(const struct decision *d, int64_t n, int32_t k, const double *proba, int32_t *labels)
{
    for (int64_t i = 0; i < n; i++)
        labels[i] = decide(d, k, proba + i * k);
}
