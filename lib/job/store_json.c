/* store_json.c - the history as JSON. */
#include "job/store_json.h"

#include <string.h>

#include "base/date.h"
#include "params/params.h"

static const char *const states[] = {"running", "succeeded", "failed", "cancelled", "interrupted"};
enum { STATES = sizeof states / sizeof *states };

automl_status store_status_check(const char *status, automl_error *err)
{
    for (int32_t i = 0; i < STATES; i++)
        if (strcmp(states[i], status) == 0)
            return AUTOML_OK;
    const char *near = nearest_name(status, states, STATES);
    return error_set(err, AUTOML_E_UNKNOWN_KEY,
        "no job has the status '%s'%s%s; choose running, succeeded, failed, cancelled or interrupted", status,
        near ? "; nearest is " : "", near ? near : "");
}

/* 0: not yet. */
static void put_time(struct json_writer *w, const char *key, int64_t us)
{
    char text[DATE_PRINT_BYTES];
    date_print_timestamp(us, text);
    json_put_string(w, key, us != 0 ? text : NULL);
}

static void put_row(struct json_writer *w, const struct store_row *r)
{
    json_put_string(w, "id", r->id);
    json_put_string(w, "status", r->status);
    json_put_string(w, "table", r->table);
    json_put_string(w, "target", r->target);
    json_put_string(w, "scoring", r->scoring);
    put_time(w, "created_at", r->created_us);
    put_time(w, "finished_at", r->finished_us);
    json_put_double(w, "seconds", r->seconds);
    json_put_double(w, "cv_score", r->cv_score);
    json_put_double(w, "test_score", r->test_score);
    json_put_string(w, "error", r->error);
    json_put_string(w, "folder", r->folder);
}

automl_status store_list_json(
    automl_store *s, const char *status, int64_t limit, struct strbuf *out, automl_error *err)
{
    struct store_row *rows = NULL;
    struct json_writer w;
    int64_t n = 0;
    if (status)
        TRY(store_status_check(status, err));
    TRY(store_list(s, status, limit, &rows, &n, err));
    json_writer_init(&w, out, 2);
    json_begin_array(&w);
    for (int64_t i = 0; i < n; i++) {
        json_begin_object(&w);
        put_row(&w, &rows[i]);
        json_end_object(&w);
    }
    json_end_array(&w);
    store_rows_free(out->mem, rows, n);
    return AUTOML_OK;
}

/* What the store holds is parsed again: a damaged text must not make the whole damaged. */
static automl_status put_config(struct json_writer *w, const char *text, automl_error *err)
{
    struct json *config = NULL;
    json_write_key(w, "config");
    if (!text) {
        json_write_null(w);
        return AUTOML_OK;
    }
    TRY(json_parse(w->out->mem, text, strlen(text), &config, err));
    json_write_value(w, config);
    json_free(config);
    return AUTOML_OK;
}

automl_status store_show_json(automl_store *s, const char *id, struct strbuf *out, automl_error *err)
{
    struct store_row row;
    struct json_writer w;
    TRY(store_show(s, id, &row, err));
    json_writer_init(&w, out, 2);
    json_begin_object(&w);
    put_row(&w, &row);
    automl_status status = put_config(&w, row.config, err);
    json_end_object(&w);
    store_row_clear(out->mem, &row);
    return status;
}
