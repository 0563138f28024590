/*
 * job.h - one main job from data to artifacts.
 *
 * load -> window -> split -> folds and bins -> GA selection -> search -> ensemble -> decision -> metrics ->
 * artifacts -> store. Test rows are touched once, at the end. A job runs once; it may be run on the caller's
 * thread (job_run) or on one of its own (job_start, job_wait). job_cancel may come from any thread and from a
 * signal handler.
 */
#ifndef JOB_JOB_H
#define JOB_JOB_H

#include "job/result.h"
#include "job/store.h"

typedef struct automl_job automl_job;
typedef struct automl_progress automl_progress;

enum job_stage { STAGE_LOAD, STAGE_SELECT, STAGE_SEARCH, STAGE_FINISH, STAGE_DONE };

/* How much of a job is wanted. Whatever the kind: one seed gives one result. */
enum job_kind {
    JOB_FULL,
    JOB_SEARCH,    /* all rows train: no test metrics, no importance, no files; a store is ignored */
    JOB_SELECTION, /* ends after the genetic selection: features and selection of the result only */
};

/* The public automl_progress. */
struct automl_progress {
    enum job_stage stage;
    double share;                 /* of the whole job, 0..1; by time or evaluations */
    double seconds, seconds_left; /* INFINITY without a deadline */
    double best;                  /* cv score so far; NaN */
    int64_t evaluated;
    int32_t generation;
    const char *learner; /* of the incumbent; or NULL */
};

automl_status job_create(
    automl_context *ctx, const struct params *config, automl_job **out, automl_error *err);
/* A dataset in place of feature_table_name / test_table_name; references are taken. */
automl_status job_set_data(automl_job *j, automl_dataset *train, automl_dataset *test, automl_error *err);
/* Where the folder and the history row go; none: nothing is written. The store must outlive the job. */
automl_status job_set_store(automl_job *j, automl_store *s, automl_error *err);
void job_set_kind(automl_job *j, enum job_kind kind);
/* Non-zero stops. Called on the thread that runs the job, at most 10 times a second, and once at its end. */
void job_set_progress(automl_job *j, int32_t (*fn)(const struct automl_progress *p, void *user), void *user);

automl_status job_run(automl_job *j, automl_error *err);
automl_status job_start(automl_job *j, automl_error *err);
automl_status job_wait(automl_job *j, automl_error *err);
void job_cancel(automl_job *j);
void job_free(automl_job *j); /* cancels and waits if it runs; NULL is fine */

const char *job_id(const automl_job *j);
/* NULL until it has ended with a result. */
const struct job_result *job_result(const automl_job *j);
const char *job_result_text(const automl_job *j); /* result.json */
const char *job_html_text(const automl_job *j);   /* pipeline.html */
const char *job_folder(const automl_job *j);      /* NULL without a store */

#endif
