/* consumer.c - a program outside this tree: fits, stores, loads and predicts. Also compiled as C++. */
#include <automl/automl.h>
#include <automl/experimental.h>

#include <stdio.h>

static automl_status fit(automl_context *ctx, automl_pipeline **out, automl_error *err)
{
    const double x[] = {1, 0, 2, 0, 3, 0, 6, 1, 7, 1, 8, 1};
    const char *const names[] = {"x", "y"};
    automl_dataset *data = NULL;
    automl_params *params = NULL;
    automl_status status = automl_dataset_from_doubles(ctx, x, 6, 2, AUTOML_ROW_MAJOR, names, &data, err);
    if (status >= 0)
        status = automl_params_create(ctx, &params, err);
    if (status >= 0)
        status = automl_params_set_string(params, "target_name", "y", err);
    if (status >= 0)
        status = automl_pipeline_fit(ctx, "[\"standard_scaler\", \"gaussian_nb\"]", data, params, out, err);
    automl_params_free(params);
    automl_dataset_free(data);
    return status;
}

static automl_status predict(
    automl_context *ctx, const automl_pipeline *model, int32_t labels[2], automl_error *err)
{
    const double x[] = {2.5, 6.5};
    const char *const names[] = {"x"};
    automl_dataset *data = NULL;
    automl_buffer *bytes = NULL;
    automl_pipeline *loaded = NULL;
    automl_status status = automl_dataset_from_doubles(ctx, x, 2, 1, AUTOML_ROW_MAJOR, names, &data, err);
    if (status >= 0)
        status = automl_pipeline_save_memory(model, &bytes, err);
    if (status >= 0)
        status = automl_pipeline_load_memory(
            ctx, automl_buffer_data(bytes), automl_buffer_size(bytes), &loaded, err);
    if (status >= 0)
        status = automl_pipeline_predict(loaded, data, 1, labels, 2, err);
    automl_pipeline_free(loaded);
    automl_buffer_free(bytes);
    automl_dataset_free(data);
    return status;
}

int main(void)
{
    automl_error *err = automl_error_create();
    automl_context *ctx = NULL;
    automl_pipeline *model = NULL;
    int32_t labels[2] = {-1, -1};
    automl_status status = automl_context_create(NULL, &ctx, err);
    if (status >= 0)
        status = fit(ctx, &model, err);
    if (status >= 0)
        status = predict(ctx, model, labels, err);
    if (status < 0)
        fprintf(stderr, "%s: %s\n", automl_status_name(status), automl_error_message(err));
    automl_pipeline_free(model);
    automl_context_free(ctx);
    automl_error_free(err);
    printf("%s %d %d\n", automl_version_string(), (int)labels[0], (int)labels[1]);
    return status < 0 || automl_version_number() != AUTOML_VERSION_NUMBER || labels[0] != 0 || labels[1] != 1;
}
