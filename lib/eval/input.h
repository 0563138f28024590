/*
 * input.h - what all metrics ask of their input before they count.
 */
#ifndef EVAL_INPUT_H
#define EVAL_INPUT_H

#include "eval/metric.h"

enum { INPUT_BLOCK = 256 }; /* rows summed before they join a total: keeps rounding of long sums small */

/* What the rows [begin, end), INPUT_BLOCK at most, add to a sum. */
typedef double (*input_block_fn)(const struct metric_input *in, int64_t begin, int64_t end);

/* The sum over all rows, block by block. */
double input_sum(const struct metric_input *in, input_block_fn block);
/* Sum of the weights; n without weights. A metric of weight 0 (no rows, or none that counts) is NaN. */
double input_weight(const struct metric_input *in);
/* AUTOML_E_NUMERIC naming the first row whose probabilities are not finite numbers >= 0. Called once a
 * metric has met such a value; if there is none after all, the message names no row. */
automl_status input_bad_proba(const struct metric_input *in, automl_error *err);

#endif
