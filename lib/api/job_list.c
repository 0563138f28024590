/* job_list.c - automl/store.h: the history row by row, for programs that do not read JSON. */
#include <automl/store.h>

#include <math.h>
#include <string.h>

#include "api/api.h"
#include "base/date.h"
#include "job/store_json.h"

struct times {
    char created[DATE_PRINT_BYTES], finished[DATE_PRINT_BYTES];
};

struct automl_job_list {
    automl_context *ctx; /* a reference */
    struct store_row *rows;
    struct times *times; /* of each row */
    int64_t n;
};

/* Takes over the rows, also on failure. */
static automl_status create(
    automl_context *ctx, struct store_row *rows, int64_t n, automl_job_list **out, automl_error *err)
{
    automl_job_list *l = NEW(&ctx->mem, automl_job_list);
    struct times *times = n > 0 ? NEW_ZEROS(&ctx->mem, n, struct times) : NULL;
    if (l == NULL || (n > 0 && times == NULL)) {
        mem_free(&ctx->mem, l);
        mem_free(&ctx->mem, times);
        store_rows_free(&ctx->mem, rows, n);
        return error_memory(err);
    }
    for (int64_t i = 0; i < n; i++) {
        date_print_timestamp(rows[i].created_us, times[i].created);
        if (rows[i].finished_us != 0)
            date_print_timestamp(rows[i].finished_us, times[i].finished);
    }
    *l = (automl_job_list){.ctx = context_ref(ctx), .rows = rows, .times = times, .n = n};
    *out = l;
    return AUTOML_OK;
}

automl_status automl_store_list(
    automl_store *store, const char *status, int64_t limit, automl_job_list **out, automl_error *err)
{
    struct store_row *rows = NULL;
    int64_t n = 0;
    NOT_NULL(store);
    NOT_NULL(out);
    AT_LEAST(limit, 0);
    if (status)
        TRY(store_status_check(status, err));
    TRY(store_list(store, status, limit, &rows, &n, err));
    return create(store_context(store), rows, n, out, err);
}

automl_status automl_store_find(automl_store *store, const char *id, automl_job_list **out, automl_error *err)
{
    NOT_NULL(store);
    NOT_NULL(id);
    NOT_NULL(out);
    automl_context *ctx = store_context(store);
    struct store_row *row = NEW(&ctx->mem, struct store_row);
    if (row == NULL)
        return error_memory(err);
    automl_status status = store_show(store, id, row, err);
    if (status < 0) {
        mem_free(&ctx->mem, row);
        return status;
    }
    return create(ctx, row, 1, out, err);
}

void automl_job_list_free(automl_job_list *list)
{
    if (list == NULL)
        return;
    automl_context *ctx = list->ctx;
    store_rows_free(&ctx->mem, list->rows, list->n);
    mem_free(&ctx->mem, list->times);
    mem_free(&ctx->mem, list);
    context_unref(ctx);
}

int64_t automl_job_list_count(const automl_job_list *list)
{
    return list ? list->n : 0;
}

const char *automl_job_list_text(const automl_job_list *list, int64_t i, const char *key)
{
    if (list == NULL || key == NULL || i < 0 || i >= list->n)
        return NULL;
    const struct store_row *r = &list->rows[i];
    const struct times *t = &list->times[i];
    const struct {
        const char *key, *text;
    } texts[] = {{"id", r->id}, {"status", r->status}, {"table", r->table}, {"target", r->target},
        {"scoring", r->scoring}, {"created_at", t->created},
        {"finished_at", t->finished[0] ? t->finished : NULL}, {"error", r->error}, {"folder", r->folder},
        {"config", r->config}};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
        if (strcmp(texts[k].key, key) == 0)
            return texts[k].text;
    return NULL;
}

double automl_job_list_number(const automl_job_list *list, int64_t i, const char *key)
{
    if (list == NULL || key == NULL || i < 0 || i >= list->n)
        return NAN;
    const struct store_row *r = &list->rows[i];
    if (strcmp(key, "seconds") == 0)
        return r->seconds;
    if (strcmp(key, "cv_score") == 0)
        return r->cv_score;
    return strcmp(key, "test_score") == 0 ? r->test_score : (double)NAN;
}

static automl_status read_metric(
    const struct json *result, const char *part, const char *name, double *out, automl_error *err)
{
    const struct json *side = json_get(json_get(result, "metrics"), part), *value = json_get(side, name);
    if (!json_is(value, JSON_NUMBER) && !json_is(value, JSON_NULL)) {
        error_set(err, AUTOML_E_UNKNOWN_KEY, "the result has no %s '%s'%s%s", side ? "metric" : "part",
            side ? name : part, side ? " of " : "", side ? part : "; choose train or test");
        error_where(err, "%s", side ? "name" : "part");
        return AUTOML_E_UNKNOWN_KEY;
    }
    *out = json_number(value, NAN);
    return AUTOML_OK;
}

automl_status automl_store_metric(
    automl_store *store, const char *id, const char *part, const char *name, double *out, automl_error *err)
{
    char *text = NULL;
    struct json *result = NULL;
    NOT_NULL(store);
    NOT_NULL(id);
    NOT_NULL(part);
    NOT_NULL(name);
    NOT_NULL(out);
    struct mem *m = &store_context(store)->mem;
    TRY(store_result(store, id, &text, err));
    automl_status status = json_parse(m, text, strlen(text), &result, err);
    if (status >= 0)
        status = read_metric(result, part, name, out, err);
    json_free(result);
    mem_free(m, text);
    return status;
}
