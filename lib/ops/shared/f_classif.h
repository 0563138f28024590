/*
 * f_classif.h - the F statistic of a one-way analysis of variance: how well one column separates the classes.
 */
#ifndef OPS_SHARED_F_CLASSIF_H
#define OPS_SHARED_F_CLASSIF_H

#include "ops/operator.h"

/* scores[j] of every numeric column of in->x, by scikit-learn's f_classif (classes without rows do not
 * count); NaN where it is 0/0, as for constant columns; untouched for category columns. Missing cells do not
 * count. Sums are taken of differences to the column's first value: no cancellation, and exactly 0 for a
 * constant column. */
automl_status f_classif(const struct op_fit *in, double *scores, automl_error *err);

#endif
