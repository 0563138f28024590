/*
 * fuzz_csv.c - records that are read and written again read the same; the table they make keeps the laws of a
 * dataset.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/source.h"
#include "fuzz.h"
#include "io/csv.h"

/* Writes a record so that it reads back: what was missing (unquoted) stays unquoted. */
static void write_record(struct strbuf *out, const struct csv_record *r)
{
    for (int32_t i = 0; i < r->n; i++) {
        const struct csv_field *f = &r->fields[i];
        FUZZ_CHECK(f->length >= 0);
        if (i > 0)
            strbuf_putc(out, ',');
        if (!f->quoted && csv_reads_as_missing(f->text, (size_t)f->length))
            strbuf_add(out, f->text, (size_t)f->length);
        else
            csv_put(out, f->text, (size_t)f->length);
    }
    strbuf_putc(out, '\n');
}

/* The records of a file as text; false if it is malformed. */
static bool rewrite(
    automl_context *ctx, const char *path, char delimiter, struct strbuf *out, bool *one_column)
{
    struct csv_reader *r = NULL;
    struct csv_record record = {0};
    int64_t line = 0;
    automl_status status = csv_open(&ctx->mem, path, delimiter, &r, NULL);
    while (status >= 0) {
        status = csv_next(r, &record, NULL);
        if (status < 0 || record.n < 0)
            break;
        FUZZ_CHECK(record.n >= 1 && record.line > line && record.offset >= 0);
        line = record.line;
        *one_column = *one_column || record.n == 1;
        write_record(out, &record);
    }
    csv_close(r);
    return status >= 0 && strbuf_ok(out);
}

/* A blank line means something in files of one column only, so those are left out. */
static void check_rewritten(automl_context *ctx, const struct strbuf *text)
{
    struct strbuf again;
    bool one_column = false;
    strbuf_init(&again, &ctx->mem);
    const char *path = fuzz_file(1, text->data, (size_t)text->n);
    FUZZ_CHECK(rewrite(ctx, path, ',', &again, &one_column));
    FUZZ_CHECK(again.n == text->n && memcmp(again.data, text->data, (size_t)text->n) == 0);
    strbuf_free(&again);
}

static void check_column(const automl_dataset *d, int32_t j)
{
    const struct column *c = &d->cols[j];
    FUZZ_CHECK(c->name && c->name[0]);
    for (int64_t i = 0; i < d->n_rows; i++) {
        char buffer[DATE_PRINT_BYTES];
        FUZZ_CHECK((column_text(c, i, buffer)[0] == '\0') == column_missing(c, i));
        FUZZ_CHECK(c->type != COLUMN_NUMERIC || !isinf(c->x[i]));
        FUZZ_CHECK(c->type != COLUMN_CATEGORICAL || (c->codes[i] >= -1 && c->codes[i] < c->n_levels));
    }
}

static bool load(automl_context *ctx, const char *path)
{
    const struct source_query q = {.table = path, .start_us = DATE_MISSING, .end_us = DATE_MISSING};
    automl_dataset *d = NULL;
    automl_status status = source_load(ctx, &q, &d, NULL, NULL);
    if (status < 0)
        return false;
    for (int32_t j = 0; j < d->n_cols; j++)
        check_column(d, j);
    dataset_unref(d);
    return true;
}

bool fuzz_one(const uint8_t *data, size_t n)
{
    automl_context *ctx = fuzz_context();
    struct strbuf text;
    bool one_column = false;
    strbuf_init(&text, &ctx->mem);
    const char *path = fuzz_file(0, data, n);
    bool understood = rewrite(ctx, path, 0, &text, &one_column);
    if (understood && !one_column && text.n > 0)
        check_rewritten(ctx, &text);
    strbuf_free(&text);
    load(ctx, path);
    fuzz_context_end(ctx);
    return understood;
}
