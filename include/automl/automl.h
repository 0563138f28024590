/*
 * automl.h - the whole stable interface of libautoml in one include.
 *
 * A program that trains a classifier and predicts with it:
 *
 *     automl_context *ctx = NULL;
 *     automl_params *params = NULL;
 *     automl_job *job = NULL;
 *     automl_context_create(NULL, &ctx, err);
 *     automl_params_create(ctx, &params, err);
 *     automl_params_set_string(params, "feature_table_name", "people.csv", err);
 *     automl_params_set_string(params, "target_name", "income", err);
 *     automl_job_create(ctx, params, &job, err);
 *     automl_job_run(job, err);
 *     puts(automl_job_result_json(job));
 *
 * with the status of each call looked at; examples/minimal.c does that. The same objects can be used one by
 * one: dataset.h makes tables, balancer.h resamples them, selector.h chooses features, search.h finds a
 * pipeline, pipeline.h fits, predicts and stores it, evaluator.h scores, job.h runs all of it, store.h keeps
 * the history.
 *
 * Rules that hold for every function
 *
 * - Status. What can fail returns an automl_status and takes an optional automl_error last (status.h). On
 *   failure nothing has been written through `out_*` pointers. Every function that returns a status gives
 *   AUTOML_E_ARGUMENT, with the argument's name as the error's place, when a pointer is NULL that may not
 *   be, and AUTOML_E_MEMORY when memory is exhausted; both are not repeated at each function.
 * - Getters never fail: for NULL, and for an index or a name that does not exist, they return 0, -1, NaN,
 *   NULL or "", whichever their description says.
 * - Ownership. What a function hands out through `out` as an object belongs to the caller, who frees it with
 *   the object's `_free`; `_free` accepts NULL. Objects keep what they need alive, so the order of frees does
 *   not matter; a context may be freed first. Input is copied unless the name says `wrap`. Texts and arrays
 *   that a getter returns are borrowed: they live as long as the object, unless said otherwise.
 * - Text is UTF-8 and ends in NUL. Numbers are written and read with a point, whatever the host's locale.
 * - Callbacks are called on the thread that called the library, with no lock held, unless said otherwise;
 *   they must return normally (no exception, no longjmp). The `user` pointer after a callback is handed back
 *   to it and never looked at.
 * - Threads. One object must not be used by two threads at once, except where it is said to be immutable
 *   (datasets, pipelines) or a function is said to be callable from any thread.
 * - The library never prints, exits, aborts, installs signal handlers, reads the environment or changes the
 *   locale, and writes no file but those whose path or store it was given.
 *
 * experimental.h is not included: what it declares may change in any release.
 */
#ifndef AUTOML_AUTOML_H
#define AUTOML_AUTOML_H

#include <automl/balancer.h>
#include <automl/context.h>
#include <automl/dataset.h>
#include <automl/evaluator.h>
#include <automl/export.h>
#include <automl/job.h>
#include <automl/operator.h>
#include <automl/params.h>
#include <automl/pipeline.h>
#include <automl/search.h>
#include <automl/selector.h>
#include <automl/status.h>
#include <automl/store.h>
#include <automl/version.h>

#endif
