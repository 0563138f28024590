/* minimal.c - trains on a CSV file for 10 seconds: minimal TABLE.csv TARGET MODEL.automl */
#include <stdio.h>

#include <automl/automl.h>

static automl_status train(automl_context *ctx, char **argv, automl_job **job, automl_error *err)
{
    automl_params *params = NULL;
    automl_status status;
    if ((status = automl_params_create(ctx, &params, err)) >= 0 &&
        (status = automl_params_set_string(params, "feature_table_name", argv[1], err)) >= 0 &&
        (status = automl_params_set_string(params, "target_name", argv[2], err)) >= 0 &&
        (status = automl_params_set_real(params, "max_seconds", 10, err)) >= 0 &&
        (status = automl_job_create(ctx, params, job, err)) >= 0)
        status = automl_job_run(*job, err);
    automl_params_free(params);
    return status;
}

int main(int argc, char **argv)
{
    automl_error *err = automl_error_create();
    automl_context *ctx = NULL;
    automl_job *job = NULL;
    automl_pipeline *model = NULL;
    automl_status status = argc == 4 ? automl_context_create(NULL, &ctx, err) : AUTOML_E_ARGUMENT;
    if (status >= 0 && (status = train(ctx, argv, &job, err)) >= 0 &&
        (status = automl_job_pipeline(job, &model, err)) >= 0 &&
        (status = automl_pipeline_save(model, argv[3], err)) >= 0)
        puts(automl_job_result_json(job));
    if (status < 0)
        fprintf(stderr, "%s: %s\n", automl_status_name(status), automl_error_message(err));
    automl_pipeline_free(model);
    automl_job_free(job);
    automl_context_free(ctx);
    automl_error_free(err);
    return status < 0;
}
