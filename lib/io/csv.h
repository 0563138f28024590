/*
 * csv.h - records and fields of CSV text (RFC 4180 and its real forms), and a minimal quoting writer.
 *
 * The reader knows nothing of types: it cuts a stream into records. UTF-8 BOM skipped; LF, CRLF and lone CR
 * end a record; quotes are doubled inside quotes; newlines may stand inside quotes. Blank lines are
 * skipped unless the file has one column. Limits: field 1 MiB, 1,000,000 columns.
 */
#ifndef IO_CSV_H
#define IO_CSV_H

#include "base/error.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "io/gzip.h"

struct csv_field {
    const char *text; /* not NUL-terminated; valid until the next record */
    int32_t length;
    bool quoted;
};

struct csv_record {
    struct csv_field *fields;
    int32_t n;
    int64_t line;   /* 1-based line on which the record begins */
    int64_t offset; /* byte offset of its beginning in the uncompressed text */
};

struct csv_reader;

/* delimiter 0: detected from the header record among , ; tab | (the one that occurs most outside quotes). */
automl_status csv_open(
    struct mem *m, const char *path, char delimiter, struct csv_reader **out, automl_error *err);
/* Next record; record->n is -1 at the end. Errors: unterminated quote, text after a closing quote,
 * NUL byte, UTF-16, invalid UTF-8, limits; each names line and byte offset. */
automl_status csv_next(struct csv_reader *r, struct csv_record *record, automl_error *err);
const struct stream *csv_stream(const struct csv_reader *r);
void csv_close(struct csv_reader *r); /* NULL is fine */

/* Whether an unquoted field with this text means "missing": "", the other texts pandas takes for that, and
 * None. */
bool csv_reads_as_missing(const char *text, size_t n);

/* Appends one field, quoted only where needed (delimiter, quote, CR, LF, leading or trailing space, or a
 * text that would read as missing). */
void csv_put(struct strbuf *b, const char *text, size_t n);

#endif
