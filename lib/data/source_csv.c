/*
 * source_csv.c - feature tables from CSV files, in one pass.
 */
#include <inttypes.h>

#include "data/table.h"
#include "io/csv.h"

static automl_status read_header(struct table *t, struct csv_reader *r, automl_error *err)
{
    struct csv_record record;
    TRY(csv_next(r, &record, err));
    if (record.n < 0)
        return error_set(err, AUTOML_E_DATA, "'%s' is empty; it needs a header line", t->query->table);
    for (int32_t j = 0; j < record.n; j++)
        TRY(table_add_column(t, record.fields[j].text, (size_t)record.fields[j].length, err));
    return AUTOML_OK;
}

static automl_status check_width(const struct table *t, const struct csv_record *record, automl_error *err)
{
    if (record->n == t->n_cols)
        return AUTOML_OK;
    error_set(err, AUTOML_E_FORMAT,
        "line %" PRId64 " (byte %" PRId64
        ") of '%s' has %d fields, but the header has %d; quote fields that hold the "
        "delimiter",
        record->line, record->offset, t->query->table, (int)record->n, (int)t->n_cols);
    error_where(err, "line %" PRId64, record->line);
    return AUTOML_E_FORMAT;
}

static double share_read(const void *user)
{
    int64_t read = 0, size = 0;
    stream_position(csv_stream(user), &read, &size);
    return size > 0 && read < size ? (double)read / (double)size : 1;
}

static automl_status read_rows(struct table *t, struct csv_reader *r, automl_error *err)
{
    for (;;) {
        struct csv_record record;
        TRY(csv_next(r, &record, err));
        if (record.n < 0)
            return AUTOML_OK;
        TRY(check_width(t, &record, err));
        for (int32_t i = 0; i < t->n_active; i++) {
            int32_t j = t->active[i];
            const struct csv_field *f = &record.fields[j];
            if (!infer_add_text(&t->cols[j], f->text, (size_t)f->length, f->quoted, record.line))
                return error_memory(err);
        }
        TRY(table_end_row(t, share_read, r, err));
    }
}

automl_status csv_read_table(struct table *t, uint32_t extra_flags, automl_error *err)
{
    struct csv_reader *r = NULL;
    automl_status status;
    TRY_DONE(csv_open(t->mem, t->query->table, 0, &r, err));
    TRY_DONE(read_header(t, r, err));
    TRY_DONE(table_open(t, extra_flags, err));
    TRY_DONE(read_rows(t, r, err));
done:
    csv_close(r);
    return status;
}

automl_status source_load_csv(automl_context *ctx, const struct source_query *q, automl_dataset **out,
    int32_t *out_date, automl_error *err)
{
    struct table t;
    automl_status status;
    table_init(&t, ctx, q, "line");
    TRY_DONE(csv_read_table(&t, 0, err));
    TRY_DONE(table_finish(&t, out, out_date, err));
done:
    table_free(&t);
    return status;
}
