/*
 * host_params.c - the parameters of a host's operator: a JSON text becomes a schema.
 */
#include <math.h>
#include <string.h>

#include "api/host_operator.h"

enum { PARAMS_MAX = 256 };

struct parse {
    struct host_class *c;
    const struct json *item; /* one parameter */
    struct param_spec *spec;
    automl_error *err;
};

static automl_status bad(const struct parse *p, automl_status status, const char *what)
{
    const char *key = p->spec->key ? p->spec->key : "?";
    error_set(p->err, status, "parameter '%s' of operator '%s' %s", key, p->c->table.name, what);
    error_where(p->err, "vtable.params_json");
    return status;
}

static automl_status parse_key(struct parse *p)
{
    const char *key = json_string(json_get(p->item, "key")), *help = json_string(json_get(p->item, "help"));
    if (!key || !key[0])
        return bad(p, AUTOML_E_FORMAT, "has no key");
    p->spec->key = arena_strdup(&p->c->arena, key);
    p->spec->help = arena_strdup(&p->c->arena, help ? help : "");
    if (!p->spec->key || !p->spec->help)
        return error_memory(p->err);
    for (const struct param_spec *s = p->c->schema.specs; s < p->spec; s++)
        if (strcmp(s->key, key) == 0)
            return bad(p, AUTOML_E_FORMAT, "is listed twice");
    return AUTOML_OK;
}

static automl_status parse_type(struct parse *p)
{
    static const struct {
        const char *name;
        enum param_type type;
    } types[] = {{"bool", PARAM_BOOL}, {"int", PARAM_INT}, {"real", PARAM_REAL}, {"choice", PARAM_CHOICE}};
    const char *name = json_string(json_get(p->item, "type"));
    for (size_t i = 0; name && i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].name, name) != 0)
            continue;
        p->spec->type = types[i].type;
        return AUTOML_OK;
    }
    return bad(p, AUTOML_E_TYPE, "needs a type: bool, int, real or choice");
}

static automl_status parse_number(struct parse *p)
{
    struct param_spec *s = p->spec;
    s->min = json_number(json_get(p->item, "min"), NAN);
    s->max = json_number(json_get(p->item, "max"), NAN);
    s->def = json_number(json_get(p->item, "default"), NAN);
    if (!(s->min < s->max) || !(s->def >= s->min && s->def <= s->max))
        return bad(p, AUTOML_E_RANGE, "needs numbers min < max and a default between them");
    bool whole = s->min == floor(s->min) && s->max == floor(s->max) && s->def == floor(s->def);
    if (s->type == PARAM_INT && !(whole && fabs(s->min) <= 1e15 && fabs(s->max) <= 1e15))
        return bad(p, AUTOML_E_TYPE, "needs whole numbers up to 10^15 as min, max and default");
    if (json_bool(json_get(p->item, "log"), false))
        s->flags |= PARAM_LOG;
    if ((s->flags & PARAM_LOG) && !(s->min > 0))
        return bad(p, AUTOML_E_RANGE, "is on a log scale and needs min > 0");
    s->search_min = s->min;
    s->search_max = s->max;
    return AUTOML_OK;
}

static automl_status parse_choices(struct parse *p)
{
    const struct json *list = json_get(p->item, "choices");
    const char *chosen = json_string(json_get(p->item, "default"));
    int64_t n = json_is(list, JSON_ARRAY) ? json_count(list) : 0, i = 0, found = -1;
    if (n < 1 || n > PARAMS_MAX)
        return bad(p, AUTOML_E_FORMAT, "needs choices, an array of 1 to 256 texts");
    const char **names = arena_zalloc(&p->c->arena, (size_t)n + 1, sizeof *names);
    if (!names)
        return error_memory(p->err);
    for (const struct json *v = json_first(list); v; v = json_next(v), i++) {
        const char *name = json_string(v);
        if (!name)
            return bad(p, AUTOML_E_TYPE, "has a choice that is no text");
        if (!(names[i] = arena_strdup(&p->c->arena, name)))
            return error_memory(p->err);
        if (chosen && strcmp(name, chosen) == 0)
            found = i;
    }
    if (found < 0)
        return bad(p, AUTOML_E_RANGE, "needs one of its choices as default");
    p->spec->choices = names;
    p->spec->def = (double)found;
    return AUTOML_OK;
}

static automl_status parse_bool(struct parse *p)
{
    const struct json *v = json_get(p->item, "default");
    if (!json_is(v, JSON_BOOL))
        return bad(p, AUTOML_E_TYPE, "needs true or false as default");
    p->spec->def = json_bool(v, false);
    return AUTOML_OK;
}

static automl_status parse_param(struct parse *p)
{
    TRY(parse_key(p));
    TRY(parse_type(p));
    if (json_bool(json_get(p->item, "search"), false))
        p->spec->flags |= PARAM_SEARCH;
    if (p->spec->type == PARAM_BOOL)
        return parse_bool(p);
    return p->spec->type == PARAM_CHOICE ? parse_choices(p) : parse_number(p);
}

static automl_status parse_list(struct host_class *c, const struct json *list, automl_error *err)
{
    int64_t n = json_count(list);
    if (!json_is(list, JSON_ARRAY) || n > PARAMS_MAX) {
        error_set(err, AUTOML_E_FORMAT,
            "the parameters of operator '%s' are not an array of at most %d objects", c->table.name,
            PARAMS_MAX);
        error_where(err, "vtable.params_json");
        return AUTOML_E_FORMAT;
    }
    struct param_spec *specs = arena_zalloc(&c->arena, (size_t)n, sizeof *specs);
    if (!specs)
        return error_memory(err);
    struct parse p = {.c = c, .spec = specs, .err = err};
    c->schema.specs = specs;
    for (p.item = json_first(list); p.item; p.item = json_next(p.item), p.spec++)
        TRY(parse_param(&p));
    c->schema.n = (int32_t)n;
    return AUTOML_OK;
}

automl_status host_params_parse(struct host_class *c, const char *text, automl_error *err)
{
    struct json *json = NULL;
    c->schema.title = c->table.name;
    if (!text)
        return AUTOML_OK;
    TRY(json_parse(c->arena.mem, text, strlen(text), &json, err));
    automl_status status = parse_list(c, json, err);
    json_free(json);
    return status;
}
