/*
 * steps.h - single stages of a job, for hosts that want no more: loading, and fitting a given pipeline.
 */
#ifndef JOB_STEPS_H
#define JOB_STEPS_H

#include "job/config.h"
#include "pipeline/model.h"

/* The rows that a job with these parameters would load: those of the window that have a target. */
automl_status job_load(
    automl_context *ctx, const struct params *config, automl_dataset **out, automl_error *err);
/* Fits spec on the rows of data that have a target: roles, features, weights, balancing and the positive
 * label as the job's. The decision is argmax. */
automl_status job_fit(automl_context *ctx, const struct params *config, automl_dataset *data,
    struct graph *spec, automl_pipeline **out, automl_error *err);

#endif
