/*
 * proba.h - from scores to class probabilities, the same bits for one row and for many.
 */
#ifndef OPS_SHARED_PROBA_H
#define OPS_SHARED_PROBA_H

#include <stdbool.h>
#include <stdint.h>

/* z[0..k) := exp(z_c) / sum exp(z), shifted by the largest. -Inf gives 0; if all are -Inf or one is NaN,
 * every class gets 1 / k. */
void proba_softmax(double *z, int32_t k);
/* 1 / (1 + exp(-z)) without overflow. */
double proba_sigmoid(double z);
/* z[0..k) divided by its sum; 1 / k each if the sum is not a positive finite number. */
void proba_normalize(double *z, int32_t k);
/* Numbers in [0, 1] that sum to 1 but for rounding: what a model file may say. */
bool proba_is_row(const double *p, int32_t k);

#endif
