/* pipeline.c - automl/pipeline.h. */
#include <automl/pipeline.h>

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "api/api.h"
#include "io/file.h"
#include "job/steps.h"
#include "pipeline/html.h"
#include "pipeline/rows.h"

static const int64_t MODEL_BYTES_MAX = INT64_C(1) << 34;

automl_status automl_pipeline_fit(automl_context *ctx, const char *spec, automl_dataset *dataset,
    const automl_params *params, automl_pipeline **out, automl_error *err)
{
    struct json *json = NULL;
    struct graph *g = NULL;
    NOT_NULL(ctx);
    NOT_NULL(spec);
    NOT_NULL(dataset);
    NOT_NULL(params);
    NOT_NULL(out);
    TRY(json_parse(&ctx->mem, spec, strlen(spec), &json, err));
    automl_status status = graph_parse(ctx, &ctx->mem, json, &g, err);
    json_free(json);
    if (status >= 0)
        status = job_fit(ctx, params->bag, dataset, g, out, err);
    graph_unref(g);
    return status;
}

automl_pipeline *automl_pipeline_ref(automl_pipeline *pipeline)
{
    return pipeline ? model_ref(pipeline) : NULL;
}

void automl_pipeline_free(automl_pipeline *pipeline)
{
    model_unref(pipeline);
}

static automl_status check_size(int64_t n, int64_t wanted, automl_error *err)
{
    if (n == wanted)
        return AUTOML_OK;
    error_set(err, AUTOML_E_RANGE,
        "the argument 'n' is %" PRId64 ", but the result has %" PRId64 " values; make room for exactly them",
        n, wanted);
    error_where(err, "n");
    return AUTOML_E_RANGE;
}

/* The calling thread alone needs no pool: NULL. */
static automl_status make_pool(automl_context *ctx, int32_t threads, struct pool **out, automl_error *err)
{
    AT_LEAST(threads, 0);
    return threads == 1 ? AUTOML_OK : context_pool(ctx, threads, out, err);
}

automl_status automl_pipeline_predict_proba(const automl_pipeline *pipeline, automl_dataset *dataset,
    int32_t threads, double *out, int64_t n, automl_error *err)
{
    struct pool *pool = NULL;
    NOT_NULL(pipeline);
    NOT_NULL(dataset);
    NOT_NULL(out);
    TRY(check_size(n, dataset->n_rows * pipeline->schema->n_classes, err));
    TRY(make_pool(pipeline->ctx, threads, &pool, err));
    automl_status status = model_predict_rows(pipeline, dataset, pool, out, NULL, err);
    pool_free(pool);
    return status;
}

automl_status automl_pipeline_predict(const automl_pipeline *pipeline, automl_dataset *dataset,
    int32_t threads, int32_t *out, int64_t n, automl_error *err)
{
    struct pool *pool = NULL;
    NOT_NULL(pipeline);
    NOT_NULL(dataset);
    NOT_NULL(out);
    TRY(check_size(n, dataset->n_rows, err));
    TRY(make_pool(pipeline->ctx, threads, &pool, err));
    automl_status status = model_predict_rows(pipeline, dataset, pool, NULL, out, err);
    pool_free(pool);
    return status;
}

automl_status automl_pipeline_predict_csv(const automl_pipeline *pipeline, automl_dataset *dataset,
    const char *id_column, const char *path, int32_t threads, automl_error *err)
{
    struct pool *pool = NULL;
    int32_t id = -1;
    NOT_NULL(pipeline);
    NOT_NULL(dataset);
    NOT_NULL(path);
    if (id_column)
        TRY(dataset_require(dataset, id_column, "id", &id, err));
    else if (pipeline->schema->id)
        id = dataset_find(dataset, pipeline->schema->id);
    TRY(make_pool(pipeline->ctx, threads, &pool, err));
    automl_status status = model_predict_csv(pipeline, dataset, id, path, pool, err);
    pool_free(pool);
    return status;
}

automl_status automl_pipeline_evaluate(const automl_pipeline *pipeline, automl_dataset *dataset,
    const char *metric, double *out, automl_error *err)
{
    NOT_NULL(pipeline);
    NOT_NULL(dataset);
    NOT_NULL(metric);
    NOT_NULL(out);
    return model_evaluate(pipeline, dataset, metric, out, err);
}

int32_t automl_pipeline_class_count(const automl_pipeline *pipeline)
{
    return pipeline ? pipeline->schema->n_classes : 0;
}

const char *automl_pipeline_class_name(const automl_pipeline *pipeline, int32_t i)
{
    bool exists = pipeline && i >= 0 && i < pipeline->schema->n_classes;
    return exists ? pipeline->schema->classes[i] : NULL;
}

int32_t automl_pipeline_positive_class(const automl_pipeline *pipeline)
{
    return pipeline ? pipeline->schema->positive : -1;
}

int32_t automl_pipeline_input_count(const automl_pipeline *pipeline)
{
    return pipeline ? pipeline->schema->n_cols : 0;
}

static const struct schema_col *input_at(const automl_pipeline *p, int32_t i)
{
    return p && i >= 0 && i < p->schema->n_cols ? &p->schema->cols[i] : NULL;
}

const char *automl_pipeline_input_name(const automl_pipeline *pipeline, int32_t i)
{
    const struct schema_col *c = input_at(pipeline, i);
    return c ? c->name : NULL;
}

int32_t automl_pipeline_input_type(const automl_pipeline *pipeline, int32_t i)
{
    const struct schema_col *c = input_at(pipeline, i);
    return c ? (int32_t)c->type : -1;
}

int32_t automl_pipeline_category_code(const automl_pipeline *pipeline, int32_t i, const char *text)
{
    const struct schema_col *c = input_at(pipeline, i);
    return c && text && c->n_levels > 0 ? schema_code(pipeline->schema, i, text, strlen(text)) : -1;
}

automl_status automl_pipeline_to_json(const automl_pipeline *pipeline, automl_buffer **out, automl_error *err)
{
    struct strbuf text;
    struct json_writer w;
    NOT_NULL(pipeline);
    NOT_NULL(out);
    strbuf_init(&text, &pipeline->ctx->mem);
    json_writer_init(&w, &text, 2);
    model_write_json(pipeline, &w);
    return api_text(pipeline->ctx, &text, out, err);
}

automl_status automl_pipeline_spec_json(
    const automl_pipeline *pipeline, automl_buffer **out, automl_error *err)
{
    struct strbuf text;
    struct json_writer w;
    NOT_NULL(pipeline);
    NOT_NULL(out);
    strbuf_init(&text, &pipeline->ctx->mem);
    json_writer_init(&w, &text, 2);
    model_write_spec(pipeline, &w);
    return api_text(pipeline->ctx, &text, out, err);
}

automl_status automl_pipeline_html(const automl_pipeline *pipeline, automl_buffer **out, automl_error *err)
{
    const struct html_facts none = {.cv_score = NAN, .test_score = NAN};
    struct strbuf text;
    NOT_NULL(pipeline);
    NOT_NULL(out);
    strbuf_init(&text, &pipeline->ctx->mem);
    automl_status status = model_html(pipeline, &none, &text, err);
    if (status >= 0)
        return api_text(pipeline->ctx, &text, out, err);
    strbuf_free(&text);
    return status;
}

automl_status automl_pipeline_save(const automl_pipeline *pipeline, const char *path, automl_error *err)
{
    uint8_t *bytes = NULL;
    int64_t n = 0;
    NOT_NULL(pipeline);
    NOT_NULL(path);
    TRY(model_save(pipeline, &bytes, &n, err));
    automl_status status = file_save(pipeline->mem, path, bytes, (size_t)n, err);
    mem_free(pipeline->mem, bytes);
    return status;
}

automl_status automl_pipeline_save_memory(
    const automl_pipeline *pipeline, automl_buffer **out, automl_error *err)
{
    uint8_t *bytes = NULL;
    int64_t n = 0;
    NOT_NULL(pipeline);
    NOT_NULL(out);
    struct mem *m = &pipeline->ctx->mem;
    TRY(model_save(pipeline, &bytes, &n, err));
    char *copy = mem_alloc(m, (size_t)n + 1, 1);
    if (copy)
        memcpy(copy, bytes, (size_t)n);
    mem_free(pipeline->mem, bytes);
    return api_buffer(pipeline->ctx, copy, n, out, err);
}

automl_status automl_pipeline_load(
    automl_context *ctx, const char *path, automl_pipeline **out, automl_error *err)
{
    char *bytes = NULL;
    int64_t n = 0;
    NOT_NULL(ctx);
    NOT_NULL(path);
    NOT_NULL(out);
    TRY(file_read(&ctx->mem, path, MODEL_BYTES_MAX, &bytes, &n, err));
    automl_status status = model_load(ctx, bytes, (size_t)n, out, err);
    mem_free(&ctx->mem, bytes);
    return status;
}

automl_status automl_pipeline_load_memory(
    automl_context *ctx, const void *bytes, int64_t n, automl_pipeline **out, automl_error *err)
{
    NOT_NULL(ctx);
    NOT_NULL(bytes);
    NOT_NULL(out);
    AT_LEAST(n, 0);
    return model_load(ctx, bytes, (size_t)n, out, err);
}

automl_status automl_predictor_create(automl_pipeline *pipeline, automl_predictor **out, automl_error *err)
{
    NOT_NULL(pipeline);
    NOT_NULL(out);
    return predictor_create(pipeline, out, err);
}

void automl_predictor_free(automl_predictor *predictor)
{
    predictor_free(predictor);
}

automl_status automl_predictor_predict_row(
    automl_predictor *predictor, const double *row, double *out_proba, int32_t *out_class)
{
    if (!predictor || !row)
        return AUTOML_E_ARGUMENT;
    int32_t label = predictor_row(predictor, row, out_proba);
    if (out_class)
        *out_class = label;
    return AUTOML_OK;
}
