/* search.c - automl/search.h. */
#include <automl/search.h>

#include "api/api.h"
#include "job/job.h"

static automl_status hand_out(automl_context *ctx, const automl_job *job, automl_pipeline **out,
    automl_buffer **out_json, automl_error *err)
{
    if (out_json)
        TRY(api_copy(ctx, job_result_text(job), out_json, err));
    *out = model_ref(job_result(job)->model);
    return AUTOML_OK;
}

automl_status automl_search_run(automl_context *ctx, automl_dataset *dataset, const automl_params *params,
    automl_progress_fn progress, void *user, automl_pipeline **out, automl_buffer **out_json,
    automl_error *err)
{
    automl_job *job = NULL;
    NOT_NULL(ctx);
    NOT_NULL(dataset);
    NOT_NULL(params);
    NOT_NULL(out);
    TRY(job_create(ctx, params->bag, &job, err));
    job_set_kind(job, JOB_SEARCH);
    job_set_progress(job, progress, user);
    automl_status status = job_set_data(job, dataset, NULL, err);
    if (status >= 0)
        status = job_run(job, err);
    if (status >= 0) {
        automl_status handed = hand_out(ctx, job, out, out_json, err);
        status = handed < 0 ? handed : status;
    }
    job_free(job);
    return status;
}
