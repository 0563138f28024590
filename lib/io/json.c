/*
 * json.c - strict reading of JSON (RFC 8259) into cJSON trees.
 *
 * cJSON 1.7 alone is lenient (control characters, "01", duplicate keys, 1e999, invalid UTF-8), reads numbers
 * through the C locale and at most 63 characters of them, and tells where it failed only through a global. So
 * a private copy of the text is checked first, which also finds the place of an error; numbers are read with
 * number_parse and blanked to 0 in the copy; then cJSON builds the tree, and the numbers are put into it.
 */
#include "io/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/map.h"
#include "base/number.h"
#include "base/utf8.h"

enum { TEXT_MAX_BYTES = 64 << 20, DEPTH_MAX = 64, FEW_MEMBERS = 16 };

/* Numbers and keys are kept in the order of the text, which is the order of a walk through the tree. */
struct scan {
    struct mem *mem;
    char *start; /* the private copy */
    char *p;
    char *end;
    const char *wrong; /* what is wrong at p; NULL with a failure: no memory */
    double *numbers;
    int64_t n_numbers, numbers_capacity;
    int32_t *keys; /* offset of each key's opening quote */
    int64_t n_keys, keys_capacity;
};

static bool scan_fail(struct scan *s, const char *wrong)
{
    s->wrong = wrong;
    return false;
}

static bool at(const struct scan *s, char c)
{
    return s->p < s->end && *s->p == c;
}

static void skip_space(struct scan *s)
{
    while (at(s, ' ') || at(s, '\n') || at(s, '\r') || at(s, '\t'))
        s->p++;
}

static bool is_digit(const char *p, const char *end)
{
    return p < end && *p >= '0' && *p <= '9';
}

static char *skip_digits(char *p, const char *end)
{
    while (is_digit(p, end))
        p++;
    return p;
}

/* The end of the number at p by the grammar of RFC 8259, or NULL. */
static char *number_end(char *p, const char *end)
{
    if (p < end && *p == '-')
        p++;
    if (!is_digit(p, end))
        return NULL;
    p = *p == '0' ? p + 1 : skip_digits(p, end);
    if (is_digit(p, end))
        return NULL;
    if (p < end && *p == '.') {
        if (!is_digit(++p, end))
            return NULL;
        p = skip_digits(p, end);
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-'))
            p++;
        if (!is_digit(p, end))
            return NULL;
        p = skip_digits(p, end);
    }
    return p;
}

static bool scan_number(struct scan *s)
{
    double x;
    char *end = number_end(s->p, s->end);
    if (!end || !number_parse_all(s->p, end, &x))
        return scan_fail(s, "a number is malformed");
    if (!isfinite(x))
        return scan_fail(s, "a number is too large for a double");
    if (!mem_grow(s->mem, (void **)&s->numbers, &s->numbers_capacity, s->n_numbers + 1, sizeof(double)))
        return false;
    s->numbers[s->n_numbers++] = x;
    memset(s->p, ' ', (size_t)(end - s->p));
    *s->p = '0';
    s->p = end;
    return true;
}

/* The value of the four hexadecimal digits at p, or -1. */
static int32_t hex4(const char *p, const char *end)
{
    int32_t value = 0;
    for (int32_t i = 0; i < 4; i++, p++) {
        if (p == end)
            return -1;
        char c = *p;
        int32_t digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* The escape sequence at s->p, a backslash. */
static bool scan_escape(struct scan *s)
{
    const char *p = s->p + 1;
    if (p == s->end || !memchr("\"\\/bfnrtu", *p, 9))
        return scan_fail(s, "an escape is none of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
    if (*p != 'u') {
        s->p += 2;
        return true;
    }
    int32_t unit = hex4(p + 1, s->end);
    if (unit < 0)
        return scan_fail(s, "\\u is not followed by four hexadecimal digits");
    if (unit == 0)
        return scan_fail(s, "the character \\u0000 is not allowed");
    bool high = unit >= 0xD800 && unit < 0xDC00;
    s->p += 6;
    if (high && at(s, '\\') && s->end - s->p >= 6 && s->p[1] == 'u') {
        int32_t low = hex4(s->p + 2, s->end);
        if (low >= 0xDC00 && low < 0xE000) {
            s->p += 6;
            return true;
        }
    }
    if (unit >= 0xD800 && unit < 0xE000) {
        s->p -= 6;
        return scan_fail(s, "half of a surrogate pair stands alone");
    }
    return true;
}

static bool scan_string(struct scan *s)
{
    const char *open = s->p++;
    while (s->p < s->end && *s->p != '"') {
        if (*s->p == '\\') {
            if (!scan_escape(s))
                return false;
            continue;
        }
        if ((uint8_t)*s->p < 0x20)
            return scan_fail(s, "a control character in a string is not escaped");
        size_t length = utf8_sequence(s->p, s->end);
        if (length == 0)
            return scan_fail(s, "a string is not valid UTF-8");
        s->p += length;
    }
    if (s->p == s->end) {
        s->p = s->start + (open - s->start);
        return scan_fail(s, "a string has no closing quote");
    }
    s->p++;
    return true;
}

static bool scan_word(struct scan *s)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < 3; i++) {
        size_t n = strlen(words[i]);
        if ((size_t)(s->end - s->p) >= n && memcmp(s->p, words[i], n) == 0) {
            s->p += n;
            return true;
        }
    }
    return scan_fail(s, s->p == s->end ? "the text ends where a value is expected" : "a value is expected");
}

static bool scan_value(struct scan *s, int32_t depth);

static bool scan_key(struct scan *s)
{
    skip_space(s);
    if (!at(s, '"'))
        return scan_fail(s, "a key in double quotes is expected");
    if (!mem_grow(s->mem, (void **)&s->keys, &s->keys_capacity, s->n_keys + 1, sizeof(int32_t)))
        return false;
    s->keys[s->n_keys++] = (int32_t)(s->p - s->start);
    if (!scan_string(s))
        return false;
    skip_space(s);
    if (!at(s, ':'))
        return scan_fail(s, "':' is expected after a key");
    s->p++;
    return true;
}

/* The elements or members after the opening bracket, up to and with the closing one. */
static bool scan_items(struct scan *s, bool object, int32_t depth)
{
    char close = object ? '}' : ']';
    s->p++;
    skip_space(s);
    if (at(s, close)) {
        s->p++;
        return true;
    }
    for (;;) {
        if (object && !scan_key(s))
            return false;
        skip_space(s);
        if (!scan_value(s, depth + 1))
            return false;
        skip_space(s);
        if (at(s, close)) {
            s->p++;
            return true;
        }
        if (!at(s, ','))
            return scan_fail(s, object ? "',' or '}' is expected" : "',' or ']' is expected");
        s->p++;
    }
}

static bool scan_value(struct scan *s, int32_t depth)
{
    if (at(s, '{') || at(s, '[')) {
        if (depth >= DEPTH_MAX)
            return scan_fail(s, "values are nested more than 64 deep");
        return scan_items(s, *s->p == '{', depth);
    }
    if (at(s, '"'))
        return scan_string(s);
    if (at(s, '-') || is_digit(s->p, s->end))
        return scan_number(s);
    return scan_word(s);
}

static bool scan_text(struct scan *s)
{
    skip_space(s);
    if (!scan_value(s, 0))
        return false;
    skip_space(s);
    return s->p == s->end || scan_fail(s, "text follows after the value");
}

static bool attach(struct scan *s, cJSON *v);

/* Members beyond FEW_MEMBERS go through a map, so that an object of n members costs O(n). */
static bool is_new_key(struct map *seen, const cJSON *object, const cJSON *member, bool *out_new)
{
    if (seen) {
        int32_t n = seen->n;
        int32_t i = map_add(seen, member->string, strlen(member->string));
        *out_new = i == n;
        return i >= 0;
    }
    *out_new = true;
    for (const cJSON *m = object->child; m != member; m = m->next)
        if (strcmp(m->string, member->string) == 0)
            *out_new = false;
    return true;
}

static bool attach_members(struct scan *s, cJSON *object)
{
    struct map map;
    struct map *seen = cJSON_GetArraySize(object) > FEW_MEMBERS ? &map : NULL;
    bool ok = true;
    map_init(&map, s->mem);
    for (cJSON *m = object->child; m && ok; m = m->next) {
        bool is_new = false;
        s->p = s->start + s->keys[s->n_keys++];
        ok = is_new_key(seen, object, m, &is_new) &&
             (is_new || scan_fail(s, "a key occurs twice in one object")) && attach(s, m);
    }
    map_free(&map);
    return ok;
}

/* Puts the numbers into the tree and refuses duplicate keys; n_numbers and n_keys count up from 0 again. */
static bool attach(struct scan *s, cJSON *v)
{
    if (cJSON_IsNumber(v))
        cJSON_SetNumberHelper(v, s->numbers[s->n_numbers++]);
    if (cJSON_IsObject(v))
        return attach_members(s, v);
    if (cJSON_IsArray(v))
        for (cJSON *e = v->child; e; e = e->next)
            if (!attach(s, e))
                return false;
    return true;
}

static bool build(struct scan *s, char *text, cJSON **out)
{
    const char *parsed_to = NULL;
    size_t n = (size_t)(s->end - text);
    cJSON *root = cJSON_ParseWithLengthOpts(text, n + 1, &parsed_to, 1);
    if (!root)
        return false;
    s->n_numbers = 0;
    s->n_keys = 0;
    if (!attach(s, root)) {
        cJSON_Delete(root);
        return false;
    }
    *out = root;
    return true;
}

static automl_status report(const struct scan *s, automl_error *err)
{
    if (!s->wrong)
        return error_memory(err);
    int64_t line = 1, column = 1;
    for (const char *p = s->start; p < s->p; p++) {
        if (*p == '\n') {
            line++;
            column = 1;
        } else if (((uint8_t)*p & 0xC0) != 0x80) {
            column++;
        }
    }
    error_set(err, AUTOML_E_FORMAT, "the JSON text is not valid at line %" PRId64 ", column %" PRId64 ": %s",
        line, column, s->wrong);
    error_where(err, "line %" PRId64 ", column %" PRId64, line, column);
    return AUTOML_E_FORMAT;
}

automl_status json_parse(struct mem *m, const char *text, size_t n, struct json **out, automl_error *err)
{
    if (n > TEXT_MAX_BYTES)
        return error_set(err, AUTOML_E_FORMAT, "the JSON text is larger than 64 MiB");
    struct scan s = {.mem = m};
    s.start = mem_alloc(m, n + 1, 1);
    if (!s.start)
        return error_memory(err);
    if (n > 0)
        memcpy(s.start, text, n);
    s.start[n] = '\0';
    size_t bom = n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    s.p = s.start + bom;
    s.end = s.start + n;
    cJSON *root = NULL;
    automl_status status = AUTOML_OK;
    if (!scan_text(&s) || !build(&s, s.start + bom, &root))
        status = report(&s, err);
    else
        *out = (struct json *)root;
    mem_free(m, s.numbers);
    mem_free(m, s.keys);
    mem_free(m, s.start);
    return status;
}

void json_free(struct json *root)
{
    cJSON_Delete((cJSON *)root);
}

static const cJSON *node(const struct json *v)
{
    return (const cJSON *)v;
}

enum json_type json_type(const struct json *v)
{
    const cJSON *c = node(v);
    if (cJSON_IsBool(c))
        return JSON_BOOL;
    if (cJSON_IsNumber(c))
        return JSON_NUMBER;
    if (cJSON_IsString(c))
        return JSON_STRING;
    if (cJSON_IsArray(c))
        return JSON_ARRAY;
    return cJSON_IsObject(c) ? JSON_OBJECT : JSON_NULL;
}

bool json_is(const struct json *v, enum json_type type)
{
    return v && json_type(v) == type;
}

const struct json *json_get(const struct json *object, const char *key)
{
    if (!json_is(object, JSON_OBJECT))
        return NULL;
    return (const struct json *)cJSON_GetObjectItemCaseSensitive(node(object), key);
}

const struct json *json_first(const struct json *container)
{
    if (!json_is(container, JSON_OBJECT) && !json_is(container, JSON_ARRAY))
        return NULL;
    return (const struct json *)node(container)->child;
}

const struct json *json_next(const struct json *element)
{
    return element ? (const struct json *)node(element)->next : NULL;
}

int64_t json_count(const struct json *container)
{
    int64_t n = 0;
    for (const struct json *e = json_first(container); e; e = json_next(e))
        n++;
    return n;
}

const char *json_key(const struct json *member)
{
    return member && node(member)->string ? node(member)->string : "";
}

const char *json_string(const struct json *v)
{
    return json_is(v, JSON_STRING) ? node(v)->valuestring : NULL;
}

double json_number(const struct json *v, double otherwise)
{
    return json_is(v, JSON_NUMBER) ? node(v)->valuedouble : otherwise;
}

bool json_bool(const struct json *v, bool otherwise)
{
    return json_is(v, JSON_BOOL) ? cJSON_IsTrue(node(v)) != 0 : otherwise;
}
