/*
 * job.h - one training job, from the table to the model and its files.
 *
 *     load -> window -> split -> feature selection -> search -> ensemble -> decision -> metrics -> files
 *
 * A job runs once, on the caller's thread (automl_job_run) or on one of its own (automl_job_start,
 * automl_job_wait). Test rows are touched once, at the end. It writes files only if it was given a store:
 * STORE/jobs/ID/ with config.json, result.json, pipeline.html, report.html, model.automl, train.csv and
 * test.csv.
 *
 * Same data, parameters, seed and "max_evaluations" give the same result bit for bit, for any number of
 * threads; where the clock ended something, result.json says "reproducible": false.
 */
#ifndef AUTOML_JOB_H
#define AUTOML_JOB_H

#include <stdint.h>

#include <automl/context.h>
#include <automl/dataset.h>
#include <automl/export.h>
#include <automl/params.h>
#include <automl/pipeline.h>
#include <automl/status.h>
#include <automl/store.h>

AUTOML_BEGIN_DECLS

/* A job: parameters and data before it has run, a result after. */
typedef struct automl_job automl_job;

/* How far a job or a search has got. Lives during the callback that receives it. */
typedef struct automl_progress automl_progress;

/* Stages of a job. */
enum {
    AUTOML_STAGE_LOAD = 0,   /* reading the table */
    AUTOML_STAGE_SELECT = 1, /* genetic feature selection */
    AUTOML_STAGE_SEARCH = 2, /* pipeline search */
    AUTOML_STAGE_FINISH = 3, /* final model, metrics, files */
    AUTOML_STAGE_DONE = 4    /* the last call */
};

/**
 * Receives progress, on the thread that runs the job, at most 10 times a second and once at the end.
 *
 * @param progress  to be read with the functions below, during the call only
 * @param user      as given with the function
 * @return 0 to go on; anything else stops the job as automl_job_cancel() does.
 */
typedef int32_t (*automl_progress_fn)(const automl_progress *progress, void *user);

/**
 * @param progress  as received; NULL gives AUTOML_STAGE_LOAD
 * @return AUTOML_STAGE_LOAD to AUTOML_STAGE_DONE.
 * @since 0.1
 */
AUTOML_API int32_t automl_progress_stage(const automl_progress *progress);

/**
 * @param progress  as received; NULL gives 0
 * @return the done share of the whole, from 0 to 1, by time or by evaluations. It never falls.
 * @since 0.1
 */
AUTOML_API double automl_progress_share(const automl_progress *progress);

/**
 * @param progress  as received; NULL gives 0
 * @return seconds since the beginning.
 * @since 0.1
 */
AUTOML_API double automl_progress_seconds(const automl_progress *progress);

/**
 * @param progress  as received; NULL gives infinity
 * @return seconds until the deadline; infinity if there is none.
 * @since 0.1
 */
AUTOML_API double automl_progress_seconds_left(const automl_progress *progress);

/**
 * @param progress  as received; NULL gives NaN
 * @return the best cross-validated score so far; NaN before the first.
 * @since 0.1
 */
AUTOML_API double automl_progress_best(const automl_progress *progress);

/**
 * @param progress  as received; NULL gives 0
 * @return pipelines (while selecting: feature subsets) evaluated so far.
 * @since 0.1
 */
AUTOML_API int64_t automl_progress_evaluated(const automl_progress *progress);

/**
 * @param progress  as received; NULL gives 0
 * @return the current generation, from 0.
 * @since 0.1
 */
AUTOML_API int32_t automl_progress_generation(const automl_progress *progress);

/**
 * @param progress  as received
 * @return the classifier of the best pipeline so far; NULL before the first. Lives during the callback.
 * @since 0.1
 */
AUTOML_API const char *automl_progress_learner(const automl_progress *progress);

/**
 * Creates a job. Parameters are checked as by automl_params_check(), but "feature_table_name" may be set by a
 * dataset later.
 *
 * @param ctx     the context
 * @param params  copied
 * @param out     the job, to be released with automl_job_free()
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; as automl_params_check().
 * @since 0.1
 */
AUTOML_API automl_status automl_job_create(
    automl_context *ctx, const automl_params *params, automl_job **out, automl_error *err);

/**
 * Gives a job its data, in place of "feature_table_name" and "test_table_name". A window applies to them.
 *
 * @param job    the job, not yet run
 * @param train  the rows; the job keeps a reference
 * @param test   rows to test on, so that all of `train` is trained on; NULL: the job splits `train`
 * @param err    receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_STATE if the job has been run.
 * @since 0.1
 */
AUTOML_API automl_status automl_job_set_dataset(
    automl_job *job, automl_dataset *train, automl_dataset *test, automl_error *err);

/**
 * Gives a job a place for its files and its line in the history. Without one nothing is written. A table's
 * name in "feature_table_name" is then looked up in the store's features.db unless "feature_database" is set.
 *
 * @param job    the job, not yet run
 * @param store  not kept: the job opens the same directory for itself when it runs
 * @param err    receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_STATE if the job has been run.
 * @since 0.1
 */
AUTOML_API automl_status automl_job_set_store(automl_job *job, automl_store *store, automl_error *err);

/**
 * Sets the receiver of progress. To be called before the job is run.
 *
 * @param job   the job; NULL does nothing
 * @param fn    the receiver; NULL: none
 * @param user  handed to fn; may be NULL
 * @since 0.1
 */
AUTOML_API void automl_job_set_progress(automl_job *job, automl_progress_fn fn, void *user);

/**
 * Runs a job on the calling thread, with pool threads beside it ("threads"), and returns when it has ended.
 *
 * @param job  the job, not yet run
 * @param err  receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_STOPPED if it was cancelled and has a result; AUTOML_E_CANCELLED if it was
 *         cancelled and has none; AUTOML_E_STATE if it has been run; AUTOML_E_NOT_FOUND, AUTOML_E_READ,
 *         AUTOML_E_FORMAT, AUTOML_E_DATA for the table; AUTOML_E_CONFLICT, AUTOML_E_RANGE for parameters
 *         that do not fit the data; AUTOML_E_BUDGET; AUTOML_E_WRITE, AUTOML_E_STORE; AUTOML_E_CALLBACK.
 *         A candidate pipeline that fails is counted in the result and fails nothing.
 * @since 0.1
 */
AUTOML_API automl_status automl_job_run(automl_job *job, automl_error *err);

/**
 * Begins to run a job on a thread of its own. Progress and other callbacks then come from that thread.
 *
 * @param job  the job, not yet run
 * @param err  receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_STATE if it has been run; AUTOML_E_MEMORY if no thread can be had.
 * @since 0.1
 */
AUTOML_API automl_status automl_job_start(automl_job *job, automl_error *err);

/**
 * Waits for a started job to end.
 *
 * @param job  the job
 * @param err  receives the error of the job; may be NULL
 * @return as automl_job_run(); AUTOML_E_STATE if it was not started.
 * @since 0.1
 */
AUTOML_API automl_status automl_job_wait(automl_job *job, automl_error *err);

/**
 * Asks a job to stop. It ends within about 0.1 s with the best result so far; asked twice, it drops
 * everything. Callable from any thread and from a signal handler. NULL is fine.
 *
 * @param job  the job
 * @since 0.1
 */
AUTOML_API void automl_job_cancel(automl_job *job);

/**
 * Releases a job. One that runs is abandoned and waited for.
 *
 * @param job  NULL is fine
 * @since 0.1
 */
AUTOML_API void automl_job_free(automl_job *job);

/**
 * @param job  the job
 * @return its id, 32 hexadecimal digits that sort by time; NULL for NULL.
 * @since 0.1
 */
AUTOML_API const char *automl_job_id(const automl_job *job);

/**
 * @param job  the job
 * @return result.json (docs/formats.md), living as long as the job; NULL until it has ended with a result.
 * @since 0.1
 */
AUTOML_API const char *automl_job_result_json(const automl_job *job);

/**
 * @param job  the job
 * @return pipeline.html, living as long as the job; NULL until it has ended with a result.
 * @since 0.1
 */
AUTOML_API const char *automl_job_html(const automl_job *job);

/**
 * @param job  the job
 * @return the path of its folder, living as long as the job; NULL without a store and before it has run.
 * @since 0.1
 */
AUTOML_API const char *automl_job_folder(const automl_job *job);

/**
 * The model.
 *
 * @param job  the job
 * @param out  a new reference, to be released with automl_pipeline_free()
 * @param err  receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_STATE if there is no result.
 * @since 0.1
 */
AUTOML_API automl_status automl_job_pipeline(const automl_job *job, automl_pipeline **out, automl_error *err);

/**
 * One metric of the model, as result.json has it.
 *
 * @param job   the job
 * @param part  "train" (the model on the rows it was trained on, so optimistic) or "test"
 * @param name  of the metric, such as "accuracy" or "roc_auc"
 * @param out   its value; NaN where it is undefined
 * @param err   receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_STATE if there is no result; AUTOML_E_UNKNOWN_KEY for a part or metric that the
 *         result does not have.
 * @since 0.1
 */
AUTOML_API automl_status automl_job_metric(
    const automl_job *job, const char *part, const char *name, double *out, automl_error *err);

/**
 * @param job  the job
 * @return the number of source features that the model uses; 0 until there is a result, and for NULL.
 * @since 0.1
 */
AUTOML_API int32_t automl_job_feature_count(const automl_job *job);

/**
 * @param job  the job
 * @param i    from 0
 * @return the name of a feature, living as long as the job; NULL if there is no such feature.
 * @since 0.1
 */
AUTOML_API const char *automl_job_feature(const automl_job *job, int32_t i);

AUTOML_END_DECLS

#endif
