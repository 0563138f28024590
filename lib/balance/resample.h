/* resample.h - a dataset of resampled rows, for hosts. */
#ifndef BALANCE_RESAMPLE_H
#define BALANCE_RESAMPLE_H

#include "balance/balancer.h"
#include "data/dataset.h"

/* Rows with a target, by `method` or, if it is NULL, by the automatic rule. */
automl_status dataset_resample(const automl_dataset *d, int32_t target, const struct balancer *method,
    double ratio, uint64_t seed, automl_dataset **out, automl_error *err);

#endif
