/*
 * search.h - the search for a pipeline on its own: all rows of a dataset, no hold-out, no files.
 *
 * Steady-state genetic programming over pipelines, ranked by cross-validation and cost (NSGA-II), with an
 * ensemble of the best at the end. A job (job.h) does the same after it has split the rows, and adds the test
 * metrics and the artifacts.
 */
#ifndef AUTOML_SEARCH_H
#define AUTOML_SEARCH_H

#include <stdint.h>

#include <automl/context.h>
#include <automl/dataset.h>
#include <automl/export.h>
#include <automl/job.h>
#include <automl/params.h>
#include <automl/pipeline.h>
#include <automl/status.h>

AUTOML_BEGIN_DECLS

/**
 * Searches a pipeline. Blocks.
 *
 * The parameters are those of a job; what belongs to files, windows and the test part is not looked at. With
 * "num_features" the features are selected first. Under "max_evaluations" without "max_seconds" the result is
 * the same, bit for bit, for any number of threads.
 *
 * @param ctx       the context
 * @param dataset   the rows; those without a target are left out. A reference is kept during the call only.
 * @param params    not kept; "target_name" is needed
 * @param progress  called on the calling thread, at most 10 times a second; non-zero stops the search, which
 *                  then keeps the best so far. May be NULL.
 * @param user      handed to progress; may be NULL
 * @param out       the fitted pipeline, to be released with automl_pipeline_free()
 * @param out_json  result.json (docs/formats.md) without test metrics, importance and files, to be released
 *                  with automl_buffer_free(); may be NULL
 * @param err       receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_STOPPED if progress stopped it and there is a pipeline; AUTOML_E_NOT_FOUND for a
 *         column; AUTOML_E_RANGE, AUTOML_E_CONFLICT, AUTOML_E_UNKNOWN_KEY as automl_params_check();
 *         AUTOML_E_DATA for data that cannot be used; AUTOML_E_BUDGET if not even the class priors could be
 *         fitted in time.
 * @since 0.1
 */
AUTOML_API automl_status automl_search_run(automl_context *ctx, automl_dataset *dataset,
    const automl_params *params, automl_progress_fn progress, void *user, automl_pipeline **out,
    automl_buffer **out_json, automl_error *err);

AUTOML_END_DECLS

#endif
