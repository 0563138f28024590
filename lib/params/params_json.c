/* params_json.c - values from and to JSON, and from text as a command line has it. */
#include "params/params.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "params/bag.h"

/* `given` in quotes. */
static automl_status wrong_text(struct params *p, int32_t i, const char *given, automl_error *err)
{
    struct text quoted = {"'"};
    text_add(&quoted, given);
    text_add(&quoted, "'");
    return bag_wrong_type(p, i, quoted.s, err);
}

static automl_status seed_from(struct params *p, int32_t i, const char *s, automl_error *err)
{
    uint64_t x = 0;
    if (*s < '0' || *s > '9' || !number_parse_uint64(s, s + strlen(s), &x))
        return wrong_text(p, i, s, err);
    bag_seed(p, i, x);
    return AUTOML_OK;
}

/* Text that looks like JSON must be JSON; any other is a JSON string, if it is not a number, true, false or
 * null. */
static automl_status json_from(struct params *p, int32_t i, const char *s, automl_error *err)
{
    struct json *v = NULL;
    automl_error ignored;
    char first = s[strspn(s, " \t\r\n")];
    bool structured = first == '{' || first == '[' || first == '"';
    automl_status status = json_parse(p->mem, s, strlen(s), &v, structured ? err : &ignored);
    if (status == AUTOML_OK) {
        status = bag_json(p, i, v, err);
        json_free(v);
        return status;
    }
    if (status == AUTOML_E_MEMORY)
        return error_memory(err);
    if (structured) {
        error_where(err, "%s", p->schema->specs[i].key);
        return status;
    }
    struct strbuf b;
    struct json_writer w;
    strbuf_init(&b, p->mem);
    json_writer_init(&w, &b, 0);
    json_write_string(&w, s);
    status = strbuf_ok(&b) ? bag_text(p, i, strbuf_text(&b), err) : error_memory(err);
    strbuf_free(&b);
    return status;
}

automl_status params_set_string(struct params *p, const char *key, const char *s, automl_error *err)
{
    int32_t i = 0;
    TRY(bag_find(p, key, &i, err));
    switch (p->schema->specs[i].type) {
    case PARAM_STRING:
        return bag_text(p, i, s, err);
    case PARAM_CHOICE:
        return bag_choice(p, i, s, err);
    case PARAM_SEED:
        return seed_from(p, i, s, err);
    case PARAM_JSON:
        return json_from(p, i, s, err);
    default:
        return wrong_text(p, i, s, err);
    }
}

static automl_status bool_from(struct params *p, int32_t i, const char *s, automl_error *err)
{
    static const char *const words[] = {"false", "true", "0", "1", "no", "yes"};
    for (int k = 0; k < 6; k++)
        if (strcmp(s, words[k]) == 0)
            return bag_whole(p, i, k % 2, err);
    return wrong_text(p, i, s, err);
}

static automl_status number_from(struct params *p, int32_t i, const char *s, automl_error *err)
{
    const char *end = s + strlen(s);
    int64_t whole = 0;
    double x = 0;
    bool is_whole = p->schema->specs[i].type == PARAM_INT;
    if (is_whole && number_parse_int64(s, end, &whole))
        return bag_whole(p, i, whole, err);
    if (!number_parse_all(s, end, &x))
        return wrong_text(p, i, s, err);
    return is_whole ? bag_number(p, i, x, err) : bag_real(p, i, x, err);
}

/* Splits at commas; empty text is the empty list. Spaces around the parts do not count. */
static automl_status list_from(struct params *p, int32_t i, const char *s, automl_error *err)
{
    size_t parts = *s != '\0';
    for (const char *c = s; *c; c++)
        parts += *c == ',';
    char *copy = mem_strdup(p->mem, s);
    const char **items = NEW_ARRAY(p->mem, parts, const char *);
    automl_status status = copy && items && parts <= INT32_MAX ? AUTOML_OK : error_memory(err);
    if (status == AUTOML_OK) {
        char *from = copy;
        for (size_t k = 0; k < parts; k++) {
            char *next = from + strcspn(from, ","), *end = next;
            from += strspn(from, " ");
            while (end > from && end[-1] == ' ')
                end--;
            items[k] = from < end ? from : end;
            from = next + 1;
            *end = '\0';
        }
        status = bag_strings(p, i, items, (int32_t)parts, err);
    }
    mem_free(p->mem, copy);
    mem_free(p->mem, (void *)items);
    return status;
}

automl_status params_set_text(struct params *p, const char *key, const char *text, automl_error *err)
{
    int32_t i = 0;
    TRY(bag_find(p, key, &i, err));
    const struct param_spec *s = &p->schema->specs[i];
    if ((s->flags & PARAM_NULLABLE) && s->type != PARAM_STRING && strcmp(text, "null") == 0) {
        bag_clear(p, i);
        return AUTOML_OK;
    }
    switch (s->type) {
    case PARAM_BOOL:
        return bool_from(p, i, text, err);
    case PARAM_INT:
    case PARAM_REAL:
        return number_from(p, i, text, err);
    case PARAM_STRINGS:
        return list_from(p, i, text, err);
    case PARAM_CHOICE:
    case PARAM_STRING:
    case PARAM_JSON:
    case PARAM_SEED:
        break;
    }
    return params_set_string(p, key, text, err);
}

/* The type does not fit: the message shows the value as JSON. */
static automl_status wrong_json(struct params *p, int32_t i, const struct json *v, automl_error *err)
{
    struct strbuf b;
    struct json_writer w;
    strbuf_init(&b, p->mem);
    json_writer_init(&w, &b, 0);
    json_write_value(&w, v);
    automl_status status = strbuf_ok(&b) ? bag_wrong_type(p, i, strbuf_text(&b), err) : error_memory(err);
    strbuf_free(&b);
    return status;
}

static automl_status strings_from_json(struct params *p, int32_t i, const struct json *v, automl_error *err)
{
    int64_t n = json_count(v), k = 0;
    const char **items = n <= INT32_MAX ? NEW_ARRAY(p->mem, n, const char *) : NULL;
    if (!items)
        return error_memory(err);
    automl_status status = AUTOML_OK;
    for (const struct json *e = json_first(v); e && status == AUTOML_OK; e = json_next(e)) {
        items[k] = json_string(e);
        if (!items[k++])
            status = wrong_json(p, i, v, err);
    }
    if (status == AUTOML_OK)
        status = bag_strings(p, i, items, (int32_t)n, err);
    mem_free(p->mem, (void *)items);
    return status;
}

static automl_status set_json(struct params *p, int32_t i, const struct json *v, automl_error *err)
{
    const struct param_spec *s = &p->schema->specs[i];
    enum param_type type = s->type;
    if (json_is(v, JSON_NULL) && (s->flags & PARAM_NULLABLE)) {
        bag_clear(p, i);
        return AUTOML_OK;
    }
    if (type == PARAM_JSON)
        return bag_json(p, i, v, err);
    if (type == PARAM_BOOL && json_is(v, JSON_BOOL))
        return bag_whole(p, i, json_bool(v, false), err);
    if (type == PARAM_REAL && json_is(v, JSON_NUMBER))
        return bag_real(p, i, json_number(v, 0), err);
    if ((type == PARAM_INT || type == PARAM_SEED) && json_is(v, JSON_NUMBER))
        return bag_number(p, i, json_number(v, 0), err);
    if (type == PARAM_SEED && json_is(v, JSON_STRING))
        return seed_from(p, i, json_string(v), err);
    if (type == PARAM_CHOICE && json_is(v, JSON_STRING))
        return bag_choice(p, i, json_string(v), err);
    if (type == PARAM_STRING && json_is(v, JSON_STRING))
        return bag_text(p, i, json_string(v), err);
    if (type == PARAM_STRINGS && json_is(v, JSON_ARRAY))
        return strings_from_json(p, i, v, err);
    return wrong_json(p, i, v, err);
}

automl_status params_set_json(struct params *p, const char *key, const struct json *v, automl_error *err)
{
    int32_t i = 0;
    TRY(bag_find(p, key, &i, err));
    return set_json(p, i, v, err);
}

/* `seen` marks keys, to find one that is given under two spellings. */
static automl_status merge_into(struct params *p, const struct json *object, bool *seen, automl_error *err)
{
    for (const struct json *v = json_first(object); v; v = json_next(v)) {
        int32_t i = 0;
        TRY(bag_find(p, json_key(v), &i, err));
        if (seen[i]) {
            const char *key = p->schema->specs[i].key;
            error_set(err, AUTOML_E_CONFLICT, "%s parameter '%s' is given twice, once as '%s'; remove one",
                p->schema->title, key, json_key(v));
            error_where(err, "%s", key);
            return AUTOML_E_CONFLICT;
        }
        seen[i] = true;
        TRY(set_json(p, i, v, err));
    }
    return AUTOML_OK;
}

automl_status params_merge_json(struct params *p, const struct json *object, automl_error *err)
{
    if (!json_is(object, JSON_OBJECT))
        return error_set(
            err, AUTOML_E_TYPE, "%s parameters must be a JSON object of keys and values", p->schema->title);
    automl_status status = AUTOML_OK;
    struct params *merged = NULL;
    bool *seen = NEW_ZEROS(p->mem, p->schema->n, bool);
    TRY_DONE(seen ? AUTOML_OK : error_memory(err));
    TRY_DONE(params_copy(p->mem, p, &merged, err));
    TRY_DONE(merge_into(merged, object, seen, err));
    struct value *values = p->values;
    p->values = merged->values;
    merged->values = values;
done:
    params_free(merged);
    mem_free(p->mem, seen);
    return status;
}

/* A seed as a string: JSON numbers are doubles. */
static void write_seed(struct json_writer *w, uint64_t x)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, x);
    json_write_string(w, digits);
}

static void write_value(const struct params *p, int32_t i, struct json_writer *w)
{
    const struct param_spec *s = &p->schema->specs[i];
    const struct value *v = &p->values[i];
    switch (s->type) {
    case PARAM_BOOL:
        json_write_bool(w, params_bool(p, i));
        break;
    case PARAM_INT:
        json_write_int(w, v->whole);
        break;
    case PARAM_REAL:
        json_write_double(w, v->real);
        break;
    case PARAM_CHOICE:
        json_write_string(w, s->choices[v->whole]);
        break;
    case PARAM_STRING:
        json_write_string(w, params_string(p, i));
        break;
    case PARAM_STRINGS:
        json_begin_array(w);
        for (int32_t k = 0; k < v->n_items; k++)
            json_write_string(w, v->items[k]);
        json_end_array(w);
        break;
    case PARAM_JSON:
        json_write_raw(w, params_json(p, i));
        break;
    case PARAM_SEED:
        write_seed(w, v->seed);
        break;
    }
}

/* A value that was explicitly cleared is written as null where the default would come back otherwise. */
void params_write_json(const struct params *p, struct json_writer *w, bool all)
{
    for (int32_t i = 0; i < p->schema->n; i++) {
        const struct param_spec *s = &p->schema->specs[i];
        bool set = params_is_set(p, i),
             cleared = !set && p->values[i].state == CLEARED && spec_has_default(s);
        if (!set && !all && !cleared)
            continue;
        json_write_key(w, s->key);
        if (set)
            write_value(p, i, w);
        else
            json_write_null(w);
    }
}
