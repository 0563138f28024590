#include "eval/input.h"

#include <inttypes.h>
#include <math.h>

static double sum_block(const double *w, int64_t n)
{
    double sum = 0.0;
    for (int64_t i = 0; i < n; i++)
        sum += w[i];
    return sum;
}

double input_weight(const struct metric_input *in)
{
    if (!in->w)
        return (double)in->n;
    double total = 0.0;
    for (int64_t begin = 0; begin < in->n; begin += INPUT_BLOCK)
        total += sum_block(in->w + begin, in->n - begin < INPUT_BLOCK ? in->n - begin : INPUT_BLOCK);
    return total;
}

automl_status input_bad_proba(const struct metric_input *in, automl_error *err)
{
    for (int64_t i = 0; i < in->n; i++)
        for (int32_t c = 0; c < in->k; c++) {
            double p = in->proba[i * in->k + c];
            if (!(p >= 0.0 && isfinite(p)))
                return error_set(err, AUTOML_E_NUMERIC,
                    "the probability of class %" PRId32 " in row %" PRId64
                    " is not a finite number >= 0; the model did not give usable probabilities",
                    c, i);
        }
    return error_set(err, AUTOML_E_NUMERIC, "the probabilities do not give a finite score");
}
