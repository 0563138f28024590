/*
 * csv.c - CSV text cut into records, and fields written.
 *
 * The buffer holds a window of the text; a record is always whole in it and its fields point into it. Each
 * byte is seen twice: once when it arrives (csv_text_end: UTF-8 and NUL), once as a bit in the mask of its
 * block of 64 (csv_specials). A record that is cut off by the window's end is cut anew after more has been
 * read; the window grows to at least twice such a record, so that costs at most as much again.
 */
#include "io/csv.h"

#include <inttypes.h>
#include <string.h>

#include "io/csv_scan.h"

enum {
    WINDOW_BYTES = 1 << 18,
    FIRST_FIELDS = 64,
    FIELD_MAX_BYTES = 1 << 20,
    RECORD_MAX_BYTES = 64 << 20,
    COLUMNS_MAX = 1000000
};

/* Hands out the special characters in order: the bits of `mask` are those of `block` not yet visited. */
struct cursor {
    char *block;
    char *end; /* of the text */
    uint64_t mask;
    char delimiter;
};

struct csv_reader {
    struct mem *mem;
    struct stream *stream;
    char *path;
    char *buffer; /* capacity bytes and CSV_BLOCK spare ones */
    int64_t capacity;
    char *pos;     /* where the next record begins; special characters before it have been visited */
    char *end;     /* of what has been read */
    char *checked; /* text before it is known to be well-formed */
    int64_t base;  /* offset of buffer[0] in the text */
    int64_t line;  /* of pos */
    bool at_eof;
    bool after_cr; /* a LF at pos belongs to the CR before it */
    bool begun;    /* the first record has been read */
    bool one_column;
    struct cursor cursor;
    struct csv_field *fields;
    int64_t n_fields, field_capacity;
};

static uint64_t mask_of_block(const struct cursor *c)
{
    int64_t left = c->end - c->block;
    uint64_t mask = left > 0 ? csv_specials(c->block, c->delimiter) : 0;
    return left > 0 && left < CSV_BLOCK ? mask & ((UINT64_C(1) << left) - 1) : mask;
}

static void place_cursor(struct csv_reader *r)
{
    r->cursor.block = r->pos;
    r->cursor.end = r->end;
    r->cursor.mask = mask_of_block(&r->cursor);
}

/* The next special character, or the end of the text. */
static inline char *next_special(struct cursor *c)
{
    while (c->mask == 0) {
        if (c->end - c->block <= CSV_BLOCK)
            return c->end;
        c->block += CSV_BLOCK;
        c->mask = mask_of_block(c);
    }
    char *p = c->block + __builtin_ctzll(c->mask);
    c->mask &= c->mask - 1;
    return p;
}

/* Ends of lines in [p, end); after_cr: a CR is right before p. */
static int64_t count_lines(const char *p, const char *end, bool after_cr)
{
    int64_t n = 0;
    for (; p < end; p++) {
        n += *p == '\r' || (*p == '\n' && !after_cr);
        after_cr = *p == '\r';
    }
    return n;
}

/* place: in the buffer, not before pos. */
static automl_status fail_at(
    const struct csv_reader *r, const char *place, const char *what, automl_error *err)
{
    int64_t line = r->line + count_lines(r->pos, place, r->after_cr);
    int64_t offset = r->base + (place - r->buffer);
    error_set(err, AUTOML_E_FORMAT, "cannot read '%s' at line %" PRId64 " (byte %" PRId64 "): %s", r->path,
        line, offset, what);
    error_where(err, "line %" PRId64, line);
    return AUTOML_E_FORMAT;
}

/* Moves the unfinished record to the front, into a larger buffer if it fills more than half of this one. */
static automl_status make_room(struct csv_reader *r, automl_error *err)
{
    int64_t kept = r->end - r->pos;
    int64_t checked = r->checked - r->pos;
    char *to = r->buffer;
    int64_t capacity = r->capacity;
    if (kept > RECORD_MAX_BYTES)
        return fail_at(r, r->pos, "a record is longer than 64 MiB", err);
    if (kept > capacity / 2) {
        capacity *= 2;
        to = mem_alloc(r->mem, (size_t)capacity + CSV_BLOCK, 1);
        if (!to)
            return error_memory(err);
    }
    memmove(to, r->pos, (size_t)kept);
    r->base += r->pos - r->buffer;
    if (to != r->buffer)
        mem_free(r->mem, r->buffer);
    r->buffer = to;
    r->capacity = capacity;
    r->pos = to;
    r->end = to + kept;
    r->checked = to + checked;
    return AUTOML_OK;
}

static automl_status read_more(struct csv_reader *r, automl_error *err)
{
    TRY(make_room(r, err));
    while (!r->at_eof && r->end < r->buffer + r->capacity) {
        size_t n = 0;
        TRY(stream_read(r->stream, r->end, (size_t)(r->buffer + r->capacity - r->end), &n, err));
        r->at_eof = n == 0;
        r->end += n;
    }
    memset(r->end, 0, CSV_BLOCK);
    return AUTOML_OK;
}

/* A sequence that the window cuts off is looked at again with the next window. */
static automl_status check_text(struct csv_reader *r, automl_error *err)
{
    const char *bad = csv_text_end(r->checked, r->end);
    r->checked += bad - r->checked;
    if (bad == r->end || (!r->at_eof && utf8_cut(bad, (size_t)(r->end - bad)) == 0))
        return AUTOML_OK;
    if (*bad == '\0')
        return fail_at(r, bad, "there is a NUL byte; is this a text file?", err);
    return fail_at(r, bad, "the text is not valid UTF-8; save the file as UTF-8", err);
}

static automl_status refill(struct csv_reader *r, automl_error *err)
{
    TRY(read_more(r, err));
    TRY(check_text(r, err));
    place_cursor(r);
    return AUTOML_OK;
}

static automl_status skip_byte_order_mark(struct csv_reader *r, automl_error *err)
{
    int64_t n = r->end - r->pos;
    if (n >= 2 && (memcmp(r->pos, "\xFF\xFE", 2) == 0 || memcmp(r->pos, "\xFE\xFF", 2) == 0))
        return fail_at(r, r->pos, "the text is UTF-16; save the file as UTF-8", err);
    if (n >= 3 && memcmp(r->pos, "\xEF\xBB\xBF", 3) == 0)
        r->pos += 3;
    r->checked = r->pos;
    return AUTOML_OK;
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* The candidate that stands most often outside quotes in the first record; the earlier one of equals. */
static char detect_delimiter(const char *p, const char *end)
{
    static const char candidates[] = ",;\t|";
    int64_t counts[4] = {0};
    bool quoted = false, field_begins = true;
    while (p < end && is_line_end(*p))
        p++;
    for (; p < end && (quoted || !is_line_end(*p)); p++) {
        const char *found = quoted ? NULL : memchr(candidates, *p, 4);
        if (found)
            counts[found - candidates]++;
        else if (*p == '"')
            quoted = !quoted && (field_begins || p[-1] == '"');
        field_begins = found != NULL;
    }
    int32_t best = 0;
    for (int32_t i = 1; i < 4; i++)
        if (counts[i] > counts[best])
            best = i;
    return candidates[best];
}

static automl_status begin(struct csv_reader *r, const char *path, char delimiter, automl_error *err)
{
    r->path = mem_strdup(r->mem, path);
    r->buffer = mem_alloc(r->mem, WINDOW_BYTES + CSV_BLOCK, 1);
    r->fields = mem_alloc(r->mem, FIRST_FIELDS, sizeof *r->fields);
    if (!r->path || !r->buffer || !r->fields)
        return error_memory(err);
    r->capacity = WINDOW_BYTES;
    r->field_capacity = FIRST_FIELDS;
    r->pos = r->end = r->checked = r->buffer;
    r->line = 1;
    TRY(stream_open(r->mem, path, &r->stream, err));
    TRY(read_more(r, err));
    TRY(skip_byte_order_mark(r, err));
    TRY(check_text(r, err));
    r->cursor.delimiter = delimiter ? delimiter : detect_delimiter(r->pos, r->end);
    place_cursor(r);
    return AUTOML_OK;
}

automl_status csv_open(
    struct mem *m, const char *path, char delimiter, struct csv_reader **out, automl_error *err)
{
    if (delimiter == '"' || is_line_end(delimiter) || (unsigned char)delimiter >= 0x80)
        return error_set(
            err, AUTOML_E_ARGUMENT, "the delimiter must be an ASCII character, no quote and no line end");
    struct csv_reader *r = NEW(m, struct csv_reader);
    if (!r)
        return error_memory(err);
    r->mem = m;
    automl_status status = begin(r, path, delimiter, err);
    if (status < 0) {
        csv_close(r);
        return status;
    }
    *out = r;
    return AUTOML_OK;
}

void csv_close(struct csv_reader *r)
{
    if (!r)
        return;
    stream_close(r->stream);
    mem_free(r->mem, r->fields);
    mem_free(r->mem, r->buffer);
    mem_free(r->mem, r->path);
    mem_free(r->mem, r);
}

const struct stream *csv_stream(const struct csv_reader *r)
{
    return r->stream;
}

/* What became of the attempt to cut one record. */
enum outcome { CUT, CUT_NEEDS_MORE, CUT_WRONG, CUT_NO_MEMORY };

struct attempt {
    enum outcome outcome;
    const char *wrong; /* what is wrong at `place` */
    const char *place;
    bool doubled;  /* there are doubled quotes */
    int64_t lines; /* line ends inside quotes */
};

static bool wrong(struct attempt *a, const char *place, const char *what)
{
    a->outcome = CUT_WRONG;
    a->place = place;
    a->wrong = what;
    return false;
}

static bool too_long(struct attempt *a, const char *start, bool quoted)
{
    return wrong(a, start,
        quoted ? "a quoted field is longer than 1 MiB; is its closing quote missing?"
               : "a field is longer than 1 MiB");
}

/* The text ends inside the field at `start`. */
static bool needs_more(const struct csv_reader *r, struct attempt *a, const char *start, bool quoted)
{
    if (r->end - start > FIELD_MAX_BYTES + 2)
        return too_long(a, start, quoted);
    if (r->at_eof)
        return wrong(a, start, "a quote is opened and never closed");
    a->outcome = CUT_NEEDS_MORE;
    return false;
}

/* The quoted field at `start`; *out_end: the delimiter, line end or end of text after it, visited. */
static bool cut_quoted(const struct csv_reader *r, struct cursor *c, struct attempt *a, char *start,
    struct csv_field *f, char **out_end)
{
    char *p = next_special(c); /* the opening quote */
    for (;;) {
        p = next_special(c);
        if (p == c->end || (p + 1 == c->end && !r->at_eof))
            return needs_more(r, a, start, true);
        if (*p != '"') {
            a->lines += *p == '\r' || (*p == '\n' && p[-1] != '\r');
            continue;
        }
        if (p + 1 == c->end || p[1] != '"')
            break;
        next_special(c);
        a->doubled = true;
    }
    if (p - start - 1 > FIELD_MAX_BYTES)
        return too_long(a, start, true);
    f->text = start + 1;
    f->length = (int32_t)(p - start - 1);
    f->quoted = true;
    char *after = p + 1;
    if (after < c->end && *after != c->delimiter && !is_line_end(*after))
        return wrong(a, after, "there is text after a closing quote; a quote inside quotes must be doubled");
    *out_end = after < c->end ? next_special(c) : after;
    return true;
}

static bool grow_fields(struct csv_reader *r)
{
    void *fields = r->fields;
    if (!mem_grow(r->mem, &fields, &r->field_capacity, r->n_fields + 1, sizeof *r->fields))
        return false;
    r->fields = fields;
    return true;
}

/* One field from start on; *out_end as in cut_quoted. */
static inline bool cut_field(const struct csv_reader *r, struct cursor *c, struct attempt *a, char *start,
    struct csv_field *f, char **out_end)
{
    if (start < c->end && *start == '"')
        return cut_quoted(r, c, a, start, f, out_end);
    char *p;
    do
        p = next_special(c);
    while (p < c->end && *p == '"');
    if (p == c->end && !r->at_eof)
        return needs_more(r, a, start, false);
    if (p - start > FIELD_MAX_BYTES)
        return too_long(a, start, false);
    f->text = start;
    f->length = (int32_t)(p - start);
    f->quoted = false;
    *out_end = p;
    return true;
}

/* Cuts the record at pos; *out_end: the line end or the end of the text after it. */
static bool cut_record(struct csv_reader *r, struct attempt *a, char **out_end)
{
    struct cursor c = r->cursor;
    char *start = r->pos, *end = NULL;
    r->n_fields = 0;
    for (;;) {
        if (r->n_fields == r->field_capacity && !grow_fields(r)) {
            a->outcome = CUT_NO_MEMORY;
            return false;
        }
        if (!cut_field(r, &c, a, start, &r->fields[r->n_fields], &end))
            return false;
        r->n_fields++;
        if (end == c.end || is_line_end(*end))
            break;
        if (r->n_fields == COLUMNS_MAX)
            return wrong(a, end, "a record has more than 1,000,000 fields");
        start = end + 1;
    }
    r->cursor = c;
    *out_end = end;
    return true;
}

/* Replaces doubled quotes by single ones, in place. */
static void undouble(struct csv_field *f, char *buffer)
{
    const char *end = f->text + f->length;
    const char *p = memchr(f->text, '"', (size_t)f->length);
    if (!p)
        return;
    char *to = buffer + (p - buffer);
    while (p < end) {
        *to++ = *p;
        p += *p == '"' ? 2 : 1;
    }
    f->length = (int32_t)(to - f->text);
}

/* Steps over the line end at pos, which is the next special character. */
static void pass_line_end(struct csv_reader *r, char *end)
{
    r->pos = end;
    r->after_cr = false;
    if (end < r->end) {
        r->after_cr = *end == '\r';
        r->line++;
        r->pos++;
    }
}

/* Steps over the LF of a CRLF and over blank lines; leaves pos == end only at the end of the text. */
static automl_status skip_blank(struct csv_reader *r, automl_error *err)
{
    for (;;) {
        if (r->pos == r->end) {
            if (r->at_eof)
                return AUTOML_OK;
            TRY(refill(r, err));
        } else if (r->after_cr && *r->pos == '\n') {
            next_special(&r->cursor);
            r->pos++;
            r->after_cr = false;
        } else if (is_line_end(*r->pos) && !(r->begun && r->one_column)) {
            pass_line_end(r, next_special(&r->cursor));
        } else {
            return AUTOML_OK;
        }
    }
}

static void deliver(struct csv_reader *r, const struct attempt *a, char *end, struct csv_record *record)
{
    if (a->doubled)
        for (int64_t i = 0; i < r->n_fields; i++)
            if (r->fields[i].quoted)
                undouble(&r->fields[i], r->buffer);
    *record = (struct csv_record){r->fields, (int32_t)r->n_fields, r->line, r->base + (r->pos - r->buffer)};
    if (!r->begun)
        r->one_column = r->n_fields == 1;
    r->begun = true;
    r->line += a->lines;
    pass_line_end(r, end);
}

automl_status csv_next(struct csv_reader *r, struct csv_record *record, automl_error *err)
{
    TRY(skip_blank(r, err));
    if (r->pos == r->end) {
        *record = (struct csv_record){r->fields, -1, r->line, r->base + (r->pos - r->buffer)};
        return AUTOML_OK;
    }
    for (;;) {
        struct attempt a = {.outcome = CUT};
        char *end = NULL;
        if (cut_record(r, &a, &end)) {
            deliver(r, &a, end, record);
            return AUTOML_OK;
        }
        if (a.outcome == CUT_NO_MEMORY)
            return error_memory(err);
        if (a.outcome == CUT_WRONG)
            return fail_at(r, a.place, a.wrong, err);
        TRY(refill(r, err));
    }
}

bool csv_reads_as_missing(const char *text, size_t n)
{
    static const char *const texts[] = {"", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan",
        "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strlen(texts[i]) == n && memcmp(texts[i], text, n) == 0)
            return true;
    return false;
}

void csv_put(struct strbuf *b, const char *text, size_t n)
{
    bool quote = csv_reads_as_missing(text, n) || text[0] == ' ' || text[n - 1] == ' ';
    for (size_t i = 0; i < n && !quote; i++)
        quote = text[i] == ',' || text[i] == '"' || is_line_end(text[i]);
    if (!quote) {
        strbuf_add(b, text, n);
        return;
    }
    strbuf_putc(b, '"');
    for (const char *end = text + n; text < end;) {
        const char *found = memchr(text, '"', (size_t)(end - text));
        size_t run = found ? (size_t)(found - text) + 1 : (size_t)(end - text);
        strbuf_add(b, text, run);
        if (found)
            strbuf_putc(b, '"');
        text += run;
    }
    strbuf_putc(b, '"');
}
