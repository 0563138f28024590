/* proba.c - from scores to class probabilities. */
#include "ops/shared/proba.h"

#include <math.h>

static void fill_uniform(double *z, int32_t k)
{
    for (int32_t c = 0; c < k; c++)
        z[c] = 1.0 / k;
}

void proba_normalize(double *z, int32_t k)
{
    double sum = 0;
    for (int32_t c = 0; c < k; c++)
        sum += z[c];
    if (!(sum > 0) || isinf(sum)) {
        fill_uniform(z, k);
        return;
    }
    for (int32_t c = 0; c < k; c++)
        z[c] /= sum;
}

void proba_softmax(double *z, int32_t k)
{
    double top = -INFINITY;
    for (int32_t c = 0; c < k; c++)
        top = z[c] > top ? z[c] : top;
    if (isinf(top)) {
        /* All -Inf: nothing is known. A +Inf cannot be told from another, so it counts as that too. */
        fill_uniform(z, k);
        return;
    }
    for (int32_t c = 0; c < k; c++)
        z[c] = exp(z[c] - top);
    proba_normalize(z, k);
}

double proba_sigmoid(double z)
{
    if (z >= 0)
        return 1 / (1 + exp(-z));
    double e = exp(z);
    return e / (1 + e);
}

bool proba_is_row(const double *p, int32_t k)
{
    double sum = 0;
    for (int32_t c = 0; c < k; c++) {
        if (!(p[c] >= 0 && p[c] <= 1))
            return false;
        sum += p[c];
    }
    return fabs(sum - 1) <= 1e-9;
}
