/*
 * json_writer.c - JSON text into a strbuf, with shortest exact numbers.
 *
 * has_item holds a bit per open container: whether the next item needs a comma. Nesting beyond those 128 bits
 * marks the strbuf as failed.
 */
#include "io/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/utf8.h"

enum { DEPTH_MAX = 128 };

void json_writer_init(struct json_writer *w, struct strbuf *out, int32_t indent)
{
    *w = (struct json_writer){.out = out, .indent = indent};
}

static bool has_item(const struct json_writer *w)
{
    return (w->has_item[w->depth / 64] >> (w->depth % 64)) & 1;
}

static void set_has_item(struct json_writer *w, bool has)
{
    uint64_t bit = UINT64_C(1) << (w->depth % 64);
    uint64_t *word = &w->has_item[w->depth / 64];
    *word = has ? *word | bit : *word & ~bit;
}

static void put_line(struct json_writer *w)
{
    if (w->indent <= 0)
        return;
    strbuf_putc(w->out, '\n');
    for (int32_t i = 0; i < w->indent * w->depth; i++)
        strbuf_putc(w->out, ' ');
}

/* The comma and the new line before a key or a value. */
static void begin_item(struct json_writer *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    if (has_item(w))
        strbuf_putc(w->out, ',');
    if (w->depth > 0)
        put_line(w);
    set_has_item(w, true);
}

static void begin_container(struct json_writer *w, char open)
{
    begin_item(w);
    strbuf_putc(w->out, open);
    if (w->depth + 1 == DEPTH_MAX) {
        w->out->failed = true;
        return;
    }
    w->depth++;
    set_has_item(w, false);
}

static void end_container(struct json_writer *w, char close)
{
    bool filled = has_item(w);
    if (w->depth > 0)
        w->depth--;
    if (filled)
        put_line(w);
    strbuf_putc(w->out, close);
}

void json_begin_object(struct json_writer *w)
{
    begin_container(w, '{');
}

void json_end_object(struct json_writer *w)
{
    end_container(w, '}');
}

void json_begin_array(struct json_writer *w)
{
    begin_container(w, '[');
}

void json_end_array(struct json_writer *w)
{
    end_container(w, ']');
}

static void put_escape(struct strbuf *b, char c)
{
    static const char named[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    const char *found = memchr(named, c, sizeof named - 1);
    if (found) {
        strbuf_putc(b, '\\');
        strbuf_putc(b, letters[found - named]);
    } else {
        strbuf_printf(b, "\\u%04x", (unsigned)(uint8_t)c);
    }
}

static bool is_plain(char c)
{
    return (uint8_t)c >= 0x20 && (uint8_t)c < 0x80 && c != '"' && c != '\\';
}

static void put_quoted(struct strbuf *b, const char *s)
{
    const char *end = s + strlen(s);
    strbuf_putc(b, '"');
    while (s < end) {
        const char *run = s;
        while (s < end && is_plain(*s))
            s++;
        strbuf_add(b, run, (size_t)(s - run));
        if (s == end)
            break;
        size_t length = utf8_sequence(s, end);
        if (length == 1)
            put_escape(b, *s);
        else if (length > 1)
            strbuf_add(b, s, length);
        else
            strbuf_puts(b, "\xEF\xBF\xBD");
        s += length > 0 ? length : 1;
    }
    strbuf_putc(b, '"');
}

void json_write_key(struct json_writer *w, const char *key)
{
    begin_item(w);
    put_quoted(w->out, key);
    strbuf_puts(w->out, w->indent > 0 ? ": " : ":");
    w->after_key = true;
}

void json_write_raw(struct json_writer *w, const char *text)
{
    begin_item(w);
    strbuf_puts(w->out, text);
}

void json_write_null(struct json_writer *w)
{
    json_write_raw(w, "null");
}

void json_write_string(struct json_writer *w, const char *s)
{
    if (!s) {
        json_write_null(w);
        return;
    }
    begin_item(w);
    put_quoted(w->out, s);
}

void json_write_double(struct json_writer *w, double x)
{
    if (!isfinite(x)) {
        json_write_null(w);
        return;
    }
    begin_item(w);
    strbuf_double(w->out, x);
}

void json_write_int(struct json_writer *w, int64_t x)
{
    begin_item(w);
    strbuf_printf(w->out, "%" PRId64, x);
}

void json_write_bool(struct json_writer *w, bool x)
{
    json_write_raw(w, x ? "true" : "false");
}

static void write_items(struct json_writer *w, const struct json *container, bool object)
{
    for (const struct json *e = json_first(container); e; e = json_next(e)) {
        if (object)
            json_write_key(w, json_key(e));
        json_write_value(w, e);
    }
}

void json_write_value(struct json_writer *w, const struct json *v)
{
    switch (json_type(v)) {
    case JSON_NULL:
        json_write_null(w);
        break;
    case JSON_BOOL:
        json_write_bool(w, json_bool(v, false));
        break;
    case JSON_NUMBER:
        json_write_double(w, json_number(v, 0));
        break;
    case JSON_STRING:
        json_write_string(w, json_string(v));
        break;
    case JSON_ARRAY:
        json_begin_array(w);
        write_items(w, v, false);
        json_end_array(w);
        break;
    case JSON_OBJECT:
        json_begin_object(w);
        write_items(w, v, true);
        json_end_object(w);
        break;
    }
}

void json_put_string(struct json_writer *w, const char *key, const char *s)
{
    json_write_key(w, key);
    json_write_string(w, s);
}

void json_put_double(struct json_writer *w, const char *key, double x)
{
    json_write_key(w, key);
    json_write_double(w, x);
}

void json_put_int(struct json_writer *w, const char *key, int64_t x)
{
    json_write_key(w, key);
    json_write_int(w, x);
}

void json_put_bool(struct json_writer *w, const char *key, bool x)
{
    json_write_key(w, key);
    json_write_bool(w, x);
}
