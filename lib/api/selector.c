/* selector.c - automl/selector.h. */
#include <automl/selector.h>

#include <math.h>
#include <string.h>

#include "api/api.h"
#include "job/job.h"

struct automl_selection {
    automl_context *ctx; /* a reference */
    automl_job *job;     /* ended, with a result */
};

automl_status automl_selection_run(automl_context *ctx, automl_dataset *dataset, const automl_params *params,
    automl_selection **out, automl_error *err)
{
    automl_job *job = NULL;
    NOT_NULL(ctx);
    NOT_NULL(dataset);
    NOT_NULL(params);
    NOT_NULL(out);
    if (params_int(params->bag, JOB_NUM_FEATURES) < 1)
        return api_range(err, "num_features", 0, "the number of features to select, at least 1");
    TRY(job_create(ctx, params->bag, &job, err));
    job_set_kind(job, JOB_SELECTION);
    automl_status status = job_set_data(job, dataset, NULL, err);
    if (status >= 0)
        status = job_run(job, err);
    automl_selection *s = status >= 0 ? NEW(&ctx->mem, automl_selection) : NULL;
    if (!s) {
        job_free(job);
        return status < 0 ? status : error_memory(err);
    }
    *s = (automl_selection){.ctx = context_ref(ctx), .job = job};
    *out = s;
    return job_result(job)->selection.stopped ? AUTOML_STOPPED : status;
}

void automl_selection_free(automl_selection *selection)
{
    if (!selection)
        return;
    automl_context *ctx = selection->ctx;
    job_free(selection->job);
    mem_free(&ctx->mem, selection);
    context_unref(ctx);
}

int32_t automl_selection_count(const automl_selection *selection)
{
    return selection ? job_result(selection->job)->n_features : 0;
}

const char *automl_selection_feature(const automl_selection *selection, int32_t i)
{
    if (!selection || i < 0 || i >= job_result(selection->job)->n_features)
        return NULL;
    return job_result(selection->job)->features[i];
}

double automl_selection_score(const automl_selection *selection)
{
    return selection ? job_result(selection->job)->selection.score : (double)NAN;
}

int64_t automl_selection_evaluations(const automl_selection *selection)
{
    return selection ? job_result(selection->job)->selection.evaluations : 0;
}

double automl_selection_frequency(const automl_selection *selection, const char *column)
{
    if (!selection || !column)
        return NAN;
    const struct job_result *r = job_result(selection->job);
    for (int32_t i = 0; i < r->n_candidates; i++)
        if (strcmp(r->candidates[i], column) == 0)
            return r->selection.frequency[i];
    return NAN;
}

automl_status automl_selection_to_json(
    const automl_selection *selection, automl_buffer **out, automl_error *err)
{
    NOT_NULL(selection);
    NOT_NULL(out);
    return api_copy(selection->ctx, job_result_text(selection->job), out, err);
}
