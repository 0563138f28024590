/* params.c - automl/params.h. */
#include <automl/params.h>

#include "api/api.h"
#include "job/config.h"
#include "params/docs.h"

/* Takes the bag over, also on failure. */
static automl_status wrap(automl_context *ctx, struct params *bag, automl_params **out, automl_error *err)
{
    automl_params *p = NEW(&ctx->mem, automl_params);
    if (!p) {
        params_free(bag);
        return error_memory(err);
    }
    *p = (automl_params){.ctx = context_ref(ctx), .bag = bag};
    *out = p;
    return AUTOML_OK;
}

automl_status automl_params_create(automl_context *ctx, automl_params **out, automl_error *err)
{
    struct params *bag = NULL;
    NOT_NULL(ctx);
    NOT_NULL(out);
    TRY(params_create(&ctx->mem, &job_schema, &bag, err));
    return wrap(ctx, bag, out, err);
}

void automl_params_free(automl_params *params)
{
    if (!params)
        return;
    automl_context *ctx = params->ctx;
    params_free(params->bag);
    mem_free(&ctx->mem, params);
    context_unref(ctx);
}

automl_status automl_params_copy(const automl_params *params, automl_params **out, automl_error *err)
{
    struct params *bag = NULL;
    NOT_NULL(params);
    NOT_NULL(out);
    TRY(params_copy(&params->ctx->mem, params->bag, &bag, err));
    return wrap(params->ctx, bag, out, err);
}

automl_status automl_params_set_int(automl_params *params, const char *key, int64_t value, automl_error *err)
{
    NOT_NULL(params);
    NOT_NULL(key);
    return params_set_int(params->bag, key, value, err);
}

automl_status automl_params_set_real(automl_params *params, const char *key, double value, automl_error *err)
{
    NOT_NULL(params);
    NOT_NULL(key);
    return params_set_real(params->bag, key, value, err);
}

automl_status automl_params_set_bool(automl_params *params, const char *key, int32_t value, automl_error *err)
{
    NOT_NULL(params);
    NOT_NULL(key);
    return params_set_bool(params->bag, key, value != 0, err);
}

automl_status automl_params_set_string(
    automl_params *params, const char *key, const char *value, automl_error *err)
{
    NOT_NULL(params);
    NOT_NULL(key);
    NOT_NULL(value);
    return params_set_string(params->bag, key, value, err);
}

automl_status automl_params_set_strings(
    automl_params *params, const char *key, const char *const *values, int32_t n, automl_error *err)
{
    NOT_NULL(params);
    NOT_NULL(key);
    AT_LEAST(n, 0);
    if (n > 0)
        NOT_NULL(values);
    for (int32_t i = 0; i < n; i++)
        if (!values[i])
            return api_null(err, "values");
    return params_set_strings(params->bag, key, values, n, err);
}

automl_status automl_params_set_seed(
    automl_params *params, const char *key, uint64_t value, automl_error *err)
{
    NOT_NULL(params);
    NOT_NULL(key);
    return params_set_seed(params->bag, key, value, err);
}

automl_status automl_params_set_text(
    automl_params *params, const char *key, const char *text, automl_error *err)
{
    NOT_NULL(params);
    NOT_NULL(key);
    NOT_NULL(text);
    return params_set_text(params->bag, key, text, err);
}

automl_status automl_params_unset(automl_params *params, const char *key, automl_error *err)
{
    NOT_NULL(params);
    NOT_NULL(key);
    return params_unset(params->bag, key, err);
}

automl_status automl_params_merge_json(automl_params *params, const char *text, int64_t n, automl_error *err)
{
    struct json *json = NULL;
    NOT_NULL(params);
    NOT_NULL(text);
    AT_LEAST(n, 0);
    TRY(json_parse(&params->ctx->mem, text, (size_t)n, &json, err));
    automl_status status = params_merge_json(params->bag, json, err);
    json_free(json);
    return status;
}

automl_status automl_params_to_json(
    const automl_params *params, int32_t all, automl_buffer **out, automl_error *err)
{
    struct strbuf text;
    struct json_writer w;
    NOT_NULL(params);
    NOT_NULL(out);
    strbuf_init(&text, &params->ctx->mem);
    json_writer_init(&w, &text, 2);
    json_begin_object(&w);
    params_write_json(params->bag, &w, all != 0);
    json_end_object(&w);
    return api_text(params->ctx, &text, out, err);
}

automl_status automl_params_int(const automl_params *params, const char *key, int64_t *out, automl_error *err)
{
    NOT_NULL(params);
    NOT_NULL(key);
    NOT_NULL(out);
    return params_get_int(params->bag, key, out, err);
}

automl_status automl_params_real(const automl_params *params, const char *key, double *out, automl_error *err)
{
    NOT_NULL(params);
    NOT_NULL(key);
    NOT_NULL(out);
    return params_get_real(params->bag, key, out, err);
}

automl_status automl_params_bool(
    const automl_params *params, const char *key, int32_t *out, automl_error *err)
{
    bool x = false;
    NOT_NULL(params);
    NOT_NULL(key);
    NOT_NULL(out);
    TRY(params_get_bool(params->bag, key, &x, err));
    *out = x;
    return AUTOML_OK;
}

automl_status automl_params_string(
    const automl_params *params, const char *key, const char **out, automl_error *err)
{
    NOT_NULL(params);
    NOT_NULL(key);
    NOT_NULL(out);
    return params_get_string(params->bag, key, out, err);
}

automl_status automl_params_seed(
    const automl_params *params, const char *key, uint64_t *out, automl_error *err)
{
    NOT_NULL(params);
    NOT_NULL(key);
    NOT_NULL(out);
    return params_get_seed(params->bag, key, out, err);
}

automl_status automl_params_schema_json(automl_context *ctx, automl_buffer **out, automl_error *err)
{
    struct strbuf text;
    struct json_writer w;
    NOT_NULL(ctx);
    NOT_NULL(out);
    strbuf_init(&text, &ctx->mem);
    json_writer_init(&w, &text, 2);
    param_schema_json(&w, &job_schema);
    return api_text(ctx, &text, out, err);
}

automl_status automl_params_check(const automl_params *params, automl_error *err)
{
    NOT_NULL(params);
    return job_check(params->ctx, params->bag, err);
}
