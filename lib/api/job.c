/* job.c - automl/job.h. */
#include <automl/job.h>

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "api/api.h"
#include "job/job.h"

_Static_assert((int)AUTOML_STAGE_LOAD == (int)STAGE_LOAD && (int)AUTOML_STAGE_SELECT == (int)STAGE_SELECT &&
                   (int)AUTOML_STAGE_SEARCH == (int)STAGE_SEARCH &&
                   (int)AUTOML_STAGE_FINISH == (int)STAGE_FINISH && (int)AUTOML_STAGE_DONE == (int)STAGE_DONE,
    "stages are those of the job");

int32_t automl_progress_stage(const automl_progress *progress)
{
    return progress ? (int32_t)progress->stage : AUTOML_STAGE_LOAD;
}

double automl_progress_share(const automl_progress *progress)
{
    return progress ? progress->share : 0;
}

double automl_progress_seconds(const automl_progress *progress)
{
    return progress ? progress->seconds : 0;
}

double automl_progress_seconds_left(const automl_progress *progress)
{
    return progress ? progress->seconds_left : (double)INFINITY;
}

double automl_progress_best(const automl_progress *progress)
{
    return progress ? progress->best : (double)NAN;
}

int64_t automl_progress_evaluated(const automl_progress *progress)
{
    return progress ? progress->evaluated : 0;
}

int32_t automl_progress_generation(const automl_progress *progress)
{
    return progress ? progress->generation : 0;
}

const char *automl_progress_learner(const automl_progress *progress)
{
    return progress ? progress->learner : NULL;
}

automl_status automl_job_create(
    automl_context *ctx, const automl_params *params, automl_job **out, automl_error *err)
{
    NOT_NULL(ctx);
    NOT_NULL(params);
    NOT_NULL(out);
    return job_create(ctx, params->bag, out, err);
}

automl_status automl_job_set_dataset(
    automl_job *job, automl_dataset *train, automl_dataset *test, automl_error *err)
{
    NOT_NULL(job);
    NOT_NULL(train);
    return job_set_data(job, train, test, err);
}

automl_status automl_job_set_store(automl_job *job, automl_store *store, automl_error *err)
{
    NOT_NULL(job);
    NOT_NULL(store);
    return job_set_store(job, store, err);
}

void automl_job_set_progress(automl_job *job, automl_progress_fn fn, void *user)
{
    if (job)
        job_set_progress(job, fn, user);
}

automl_status automl_job_run(automl_job *job, automl_error *err)
{
    NOT_NULL(job);
    return job_run(job, err);
}

automl_status automl_job_start(automl_job *job, automl_error *err)
{
    NOT_NULL(job);
    return job_start(job, err);
}

automl_status automl_job_wait(automl_job *job, automl_error *err)
{
    NOT_NULL(job);
    return job_wait(job, err);
}

void automl_job_cancel(automl_job *job)
{
    if (job)
        job_cancel(job);
}

void automl_job_free(automl_job *job)
{
    job_free(job);
}

const char *automl_job_id(const automl_job *job)
{
    return job ? job_id(job) : NULL;
}

const char *automl_job_result_json(const automl_job *job)
{
    return job ? job_result_text(job) : NULL;
}

const char *automl_job_html(const automl_job *job)
{
    return job ? job_html_text(job) : NULL;
}

const char *automl_job_folder(const automl_job *job)
{
    return job ? job_folder(job) : NULL;
}

static automl_status check_result(const automl_job *job, automl_error *err)
{
    if (job_result(job))
        return AUTOML_OK;
    return error_set(
        err, AUTOML_E_STATE, "the job has no result: it has not been run, still runs, or failed");
}

automl_status automl_job_pipeline(const automl_job *job, automl_pipeline **out, automl_error *err)
{
    NOT_NULL(job);
    NOT_NULL(out);
    TRY(check_result(job, err));
    *out = model_ref(job_result(job)->model);
    return AUTOML_OK;
}

static automl_status find_part(
    const struct job_result *r, const char *part, const struct job_metrics **out, automl_error *err)
{
    *out = strcmp(part, "train") == 0 ? &r->train : strcmp(part, "test") == 0 ? &r->test : NULL;
    if (*out)
        return AUTOML_OK;
    error_set(err, AUTOML_E_UNKNOWN_KEY, "a result has no part '%s'; choose train or test", part);
    error_where(err, "part");
    return AUTOML_E_UNKNOWN_KEY;
}

automl_status automl_job_metric(
    const automl_job *job, const char *part, const char *name, double *out, automl_error *err)
{
    const struct job_metrics *m = NULL;
    NOT_NULL(job);
    NOT_NULL(part);
    NOT_NULL(name);
    NOT_NULL(out);
    TRY(check_result(job, err));
    TRY(find_part(job_result(job), part, &m, err));
    for (int32_t i = 0; i < m->n; i++) {
        if (strcmp(m->names[i], name) != 0)
            continue;
        *out = m->values[i];
        return AUTOML_OK;
    }
    const char *near = nearest_name(name, m->names, m->n);
    error_set(err, AUTOML_E_UNKNOWN_KEY, "the result has no metric '%s'%s%s", name,
        near ? "; nearest is " : "", near ? near : "");
    error_where(err, "name");
    return AUTOML_E_UNKNOWN_KEY;
}

int32_t automl_job_feature_count(const automl_job *job)
{
    const struct job_result *r = job ? job_result(job) : NULL;
    return r ? r->n_features : 0;
}

const char *automl_job_feature(const automl_job *job, int32_t i)
{
    const struct job_result *r = job ? job_result(job) : NULL;
    return r && i >= 0 && i < r->n_features ? r->features[i] : NULL;
}
