/*
 * dataset_csv.c - a dataset as a CSV file.
 */
#include <string.h>

#include "data/dataset_csv.h"
#include "io/csv.h"
#include "io/file.h"

/* Text that is gathered before it is written. */
enum { FLUSH_BYTES = 1 << 16 };

static automl_status flush(struct strbuf *line, struct file_writer *w, automl_error *err)
{
    if (!strbuf_ok(line))
        return error_memory(err);
    TRY(file_write(w, strbuf_text(line), (size_t)line->n, err));
    strbuf_clear(line);
    return AUTOML_OK;
}

/* A missing cell is empty; a level "" is quoted, and so told from it. */
void csv_put_cell(struct strbuf *b, const struct column *c, int64_t row)
{
    char buffer[DATE_PRINT_BYTES];
    if (column_missing(c, row))
        return;
    const char *text = column_text(c, row, buffer);
    csv_put(b, text, strlen(text));
}

static automl_status write_rows(
    const automl_dataset *d, struct strbuf *line, struct file_writer *w, automl_error *err)
{
    for (int32_t j = 0; j < d->n_cols; j++) {
        if (j > 0)
            strbuf_putc(line, ',');
        csv_put(line, d->cols[j].name, strlen(d->cols[j].name));
    }
    strbuf_putc(line, '\n');
    for (int64_t i = 0; i < d->n_rows; i++) {
        for (int32_t j = 0; j < d->n_cols; j++) {
            if (j > 0)
                strbuf_putc(line, ',');
            csv_put_cell(line, &d->cols[j], i);
        }
        strbuf_putc(line, '\n');
        if (line->n >= FLUSH_BYTES)
            TRY(flush(line, w, err));
    }
    return flush(line, w, err);
}

automl_status dataset_write_csv(const automl_dataset *d, const char *path, automl_error *err)
{
    struct file_writer *w = NULL;
    struct strbuf line;
    TRY(file_create(d->mem, path, &w, err));
    strbuf_init(&line, d->mem);
    automl_status status = write_rows(d, &line, w, err);
    strbuf_free(&line);
    if (status >= 0)
        return file_commit(w, err);
    file_abandon(w);
    return status;
}
