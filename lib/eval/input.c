#include "eval/input.h"

#include <inttypes.h>
#include <math.h>

double input_sum(const struct metric_input *in, input_block_fn block)
{
    double total = 0.0;
    for (int64_t begin = 0; begin < in->n; begin += INPUT_BLOCK)
        total += block(in, begin, in->n - begin < INPUT_BLOCK ? in->n : begin + INPUT_BLOCK);
    return total;
}

static double weigh_block(const struct metric_input *in, int64_t begin, int64_t end)
{
    double sum = 0.0;
    for (int64_t i = begin; i < end; i++)
        sum += in->w[i];
    return sum;
}

double input_weight(const struct metric_input *in)
{
    return in->w ? input_sum(in, weigh_block) : (double)in->n;
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
