/*
 * json.h - JSON trees; the only user of cJSON.
 *
 * Reading is strict: the whole text must be one value, at most 64 MiB, nested at most 64 deep, without
 * duplicate keys and without numbers that overflow. Names are case-sensitive. Writing does not go through
 * cJSON: json_writer streams text with shortest exact numbers. NaN and Inf are written as null.
 * cJSON allocates with malloc, not with a struct mem.
 */
#ifndef IO_JSON_H
#define IO_JSON_H

#include "base/error.h"
#include "base/strbuf.h"

struct json; /* a value; owned by its root */

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* Parses `n` bytes (no NUL needed). Errors name line and column. Free the root with json_free. */
automl_status json_parse(struct mem *m, const char *text, size_t n, struct json **out, automl_error *err);
void json_free(struct json *root);

/* All accept NULL and the wrong type: they then return NULL, 0, "" or the given default. */
enum json_type json_type(const struct json *v);
const struct json *json_get(const struct json *object, const char *key);
const struct json *json_first(const struct json *container); /* first element or member */
const struct json *json_next(const struct json *element);
int64_t json_count(const struct json *container);
const char *json_key(const struct json *member);
const char *json_string(const struct json *v); /* NULL unless a string */
double json_number(const struct json *v, double otherwise);
bool json_bool(const struct json *v, bool otherwise);
bool json_is(const struct json *v, enum json_type type);

/* Writes commas, quotes, escapes and indentation (2 spaces; 0 for one line) into a strbuf. */
struct json_writer {
    struct strbuf *out;
    int32_t indent;
    int32_t depth;
    uint64_t has_item[2]; /* bit per depth */
    bool after_key;
};

void json_writer_init(struct json_writer *w, struct strbuf *out, int32_t indent);
void json_begin_object(struct json_writer *w);
void json_end_object(struct json_writer *w);
void json_begin_array(struct json_writer *w);
void json_end_array(struct json_writer *w);
void json_write_key(struct json_writer *w, const char *key);
void json_write_string(struct json_writer *w, const char *s); /* NULL: null; invalid UTF-8 becomes U+FFFD */
void json_write_double(struct json_writer *w, double x);
void json_write_int(struct json_writer *w, int64_t x);
void json_write_bool(struct json_writer *w, bool x);
void json_write_null(struct json_writer *w);
/* Writes a parsed tree. */
void json_write_value(struct json_writer *w, const struct json *v);
/* Inserts text that is JSON already. */
void json_write_raw(struct json_writer *w, const char *text);
/* Key and value in one. */
void json_put_string(struct json_writer *w, const char *key, const char *s);
void json_put_double(struct json_writer *w, const char *key, double x);
void json_put_int(struct json_writer *w, const char *key, int64_t x);
void json_put_bool(struct json_writer *w, const char *key, bool x);

#endif
