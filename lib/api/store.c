/* store.c - automl/store.h. */
#include <automl/store.h>

#include "api/api.h"
#include "data/source.h"
#include "job/store_json.h"

automl_status automl_store_open(automl_context *ctx, const char *path, automl_store **out, automl_error *err)
{
    NOT_NULL(ctx);
    NOT_NULL(path);
    NOT_NULL(out);
    return store_open(ctx, path, out, err);
}

void automl_store_free(automl_store *store)
{
    store_close(store);
}

const char *automl_store_path(const automl_store *store)
{
    return store ? store_path(store) : NULL;
}

automl_status automl_store_jobs_json(
    automl_store *store, const char *status, int64_t limit, automl_buffer **out, automl_error *err)
{
    struct strbuf text;
    NOT_NULL(store);
    NOT_NULL(out);
    AT_LEAST(limit, 0);
    automl_context *ctx = store_context(store);
    strbuf_init(&text, &ctx->mem);
    automl_status done = store_list_json(store, status, limit, &text, err);
    if (done >= 0)
        return api_text(ctx, &text, out, err);
    strbuf_free(&text);
    return done;
}

automl_status automl_store_job_json(
    automl_store *store, const char *id, automl_buffer **out, automl_error *err)
{
    struct strbuf text;
    NOT_NULL(store);
    NOT_NULL(id);
    NOT_NULL(out);
    automl_context *ctx = store_context(store);
    strbuf_init(&text, &ctx->mem);
    automl_status done = store_show_json(store, id, &text, err);
    if (done >= 0)
        return api_text(ctx, &text, out, err);
    strbuf_free(&text);
    return done;
}

automl_status automl_store_result_json(
    automl_store *store, const char *id, automl_buffer **out, automl_error *err)
{
    char *text = NULL;
    NOT_NULL(store);
    NOT_NULL(id);
    NOT_NULL(out);
    automl_context *ctx = store_context(store);
    TRY(store_result(store, id, &text, err));
    automl_status status = api_copy(ctx, text, out, err);
    mem_free(&ctx->mem, text);
    return status;
}

automl_status automl_store_cancel(automl_store *store, const char *id, automl_error *err)
{
    NOT_NULL(store);
    NOT_NULL(id);
    return store_request_cancel(store, id, err);
}

automl_status automl_store_delete(automl_store *store, const char *id, automl_error *err)
{
    NOT_NULL(store);
    NOT_NULL(id);
    return store_delete(store, id, err);
}

automl_status automl_store_import(
    automl_store *store, const char *table, const char *csv_path, int64_t *out_rows, automl_error *err)
{
    int64_t rows = 0;
    NOT_NULL(store);
    NOT_NULL(table);
    NOT_NULL(csv_path);
    TRY(source_import(store_context(store), csv_path, store_features_path(store), table, &rows, err));
    if (out_rows)
        *out_rows = rows;
    return AUTOML_OK;
}
