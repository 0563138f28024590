/*
 * params.c - the bag: one value for each spec of a schema, checked when it is set.
 *
 * A setter builds the new value first and swaps it in last, so a failed call changes nothing. Values are kept
 * complete, with defaults filled in, so that reading one is a load.
 */
#include "params/params.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/number.h"
#include "params/bag.h"

static const double whole_max = 9007199254740992.0; /* 2^53: whole numbers up to it are exact doubles */

static void release(struct params *p, struct value *v)
{
    mem_free(p->mem, v->text);
    mem_free(p->mem, v->items);
}

/* The value of a spec at its default, in the given state. */
static struct value default_value(const struct param_spec *s, enum value_state state)
{
    struct value v = {.state = state, .real = s->def};
    if (s->type == PARAM_SEED)
        v.seed = (uint64_t)s->def;
    else if (s->type != PARAM_REAL)
        v.whole = (int64_t)s->def;
    return v;
}

static void swap_in(struct params *p, int32_t i, struct value v)
{
    release(p, &p->values[i]);
    p->values[i] = v;
}

void bag_reset(struct params *p, int32_t i)
{
    swap_in(p, i, default_value(&p->schema->specs[i], AT_DEFAULT));
}

void bag_clear(struct params *p, int32_t i)
{
    swap_in(p, i, default_value(&p->schema->specs[i], CLEARED));
}

/* Both ends are included, but for an open minimum. */
static bool in_range(const struct param_spec *s, double x)
{
    if (!isfinite(x))
        return false;
    if (spec_bounded(s, false) && (x < s->min || (x == s->min && (s->flags & PARAM_OPEN_MIN))))
        return false;
    return !spec_bounded(s, true) || x <= s->max;
}

automl_status bag_whole(struct params *p, int32_t i, int64_t x, automl_error *err)
{
    const struct param_spec *s = &p->schema->specs[i];
    if (s->type == PARAM_INT && !in_range(s, (double)x)) {
        char given[24];
        snprintf(given, sizeof given, "%" PRId64, x);
        return bag_wrong_range(p, i, given, err);
    }
    swap_in(p, i, (struct value){.state = EXPLICIT, .whole = x});
    return AUTOML_OK;
}

automl_status bag_real(struct params *p, int32_t i, double x, automl_error *err)
{
    if (!in_range(&p->schema->specs[i], x)) {
        char given[NUMBER_PRINT_BYTES];
        number_print(x, given);
        return bag_wrong_range(p, i, given, err);
    }
    swap_in(p, i, (struct value){.state = EXPLICIT, .real = x});
    return AUTOML_OK;
}

void bag_seed(struct params *p, int32_t i, uint64_t x)
{
    swap_in(p, i, (struct value){.state = EXPLICIT, .seed = x});
}

automl_status bag_choice(struct params *p, int32_t i, const char *name, automl_error *err)
{
    const struct param_spec *s = &p->schema->specs[i];
    for (int32_t c = 0; c < spec_n_choices(s); c++)
        if (strcmp(s->choices[c], name) == 0)
            return bag_whole(p, i, c, err);
    struct text given = {"'"};
    text_add(&given, name);
    text_add(&given, "'");
    return bag_wrong_range(p, i, given.s, err);
}

static automl_status set_text_copy(struct params *p, int32_t i, char *copy, automl_error *err)
{
    if (!copy)
        return error_memory(err);
    swap_in(p, i, (struct value){.state = EXPLICIT, .text = copy});
    return AUTOML_OK;
}

automl_status bag_text(struct params *p, int32_t i, const char *s, automl_error *err)
{
    return set_text_copy(p, i, mem_strdup(p->mem, s), err);
}

automl_status bag_json(struct params *p, int32_t i, const struct json *v, automl_error *err)
{
    struct strbuf b;
    struct json_writer w;
    strbuf_init(&b, p->mem);
    json_writer_init(&w, &b, 0);
    json_write_value(&w, v);
    automl_status status = set_text_copy(p, i, strbuf_take(&b), err);
    strbuf_free(&b);
    return status;
}

/* The pointers and, behind them, the strings. */
static char **copy_strings(struct mem *m, const char *const *s, int32_t n)
{
    size_t bytes = (size_t)n * sizeof(char *);
    for (int32_t k = 0; k < n; k++)
        if (!size_add(bytes, strlen(s[k]) + 1, &bytes))
            return NULL;
    char **items = mem_alloc(m, bytes, 1);
    if (!items)
        return NULL;
    char *to = (char *)(items + n);
    for (int32_t k = 0; k < n; k++) {
        size_t length = strlen(s[k]) + 1;
        memcpy(to, s[k], length);
        items[k] = to;
        to += length;
    }
    return items;
}

automl_status bag_strings(struct params *p, int32_t i, const char *const *s, int32_t n, automl_error *err)
{
    char **items = copy_strings(p->mem, s, n);
    if (!items)
        return error_memory(err);
    swap_in(p, i, (struct value){.state = EXPLICIT, .items = items, .n_items = n});
    return AUTOML_OK;
}

automl_status bag_number(struct params *p, int32_t i, double x, automl_error *err)
{
    char given[NUMBER_PRINT_BYTES];
    number_print(x, given);
    bool seed = p->schema->specs[i].type == PARAM_SEED;
    if (!isfinite(x) || x != floor(x) || (seed && x < 0))
        return bag_wrong_type(p, i, given, err);
    if (fabs(x) > whole_max)
        return bag_wrong_range(p, i, given, err);
    if (!seed)
        return bag_whole(p, i, (int64_t)x, err);
    bag_seed(p, i, (uint64_t)x);
    return AUTOML_OK;
}

automl_status params_create(
    struct mem *m, const struct param_schema *schema, struct params **out, automl_error *err)
{
    struct params *p = NEW(m, struct params);
    if (!p)
        return error_memory(err);
    p->mem = m;
    p->schema = schema;
    p->values = NEW_ZEROS(m, schema->n, struct value);
    if (!p->values) {
        mem_free(m, p);
        return error_memory(err);
    }
    for (int32_t i = 0; i < schema->n; i++)
        bag_reset(p, i);
    *out = p;
    return AUTOML_OK;
}

void params_free(struct params *p)
{
    if (!p)
        return;
    for (int32_t i = 0; i < p->schema->n; i++)
        release(p, &p->values[i]);
    mem_free(p->mem, p->values);
    mem_free(p->mem, p);
}

/* *to is at its default. */
static bool copy_value(struct mem *m, const struct value *from, struct value *to)
{
    struct value v = *from;
    v.text = from->text ? mem_strdup(m, from->text) : NULL;
    v.items =
        from->items ? copy_strings(m, (const char *const *)(const void *)from->items, from->n_items) : NULL;
    if ((from->text && !v.text) || (from->items && !v.items))
        return false; /* a value has a text or items, never both */
    *to = v;
    return true;
}

automl_status params_copy(struct mem *m, const struct params *p, struct params **out, automl_error *err)
{
    struct params *copy = NULL;
    TRY(params_create(m, p->schema, &copy, err));
    for (int32_t i = 0; i < p->schema->n; i++)
        if (!copy_value(m, &p->values[i], &copy->values[i])) {
            params_free(copy);
            return error_memory(err);
        }
    *out = copy;
    return AUTOML_OK;
}

const struct param_schema *params_schema(const struct params *p)
{
    return p->schema;
}

automl_status params_set_bool(struct params *p, const char *key, bool x, automl_error *err)
{
    int32_t i = 0;
    TRY(bag_find(p, key, &i, err));
    if (p->schema->specs[i].type != PARAM_BOOL)
        return bag_wrong_type(p, i, x ? "true" : "false", err);
    return bag_whole(p, i, x, err);
}

automl_status params_set_int(struct params *p, const char *key, int64_t x, automl_error *err)
{
    int32_t i = 0;
    TRY(bag_find(p, key, &i, err));
    enum param_type type = p->schema->specs[i].type;
    char given[24];
    snprintf(given, sizeof given, "%" PRId64, x);
    if (type == PARAM_INT)
        return bag_whole(p, i, x, err);
    if (type == PARAM_REAL)
        return bag_real(p, i, (double)x, err);
    if (type != PARAM_SEED || x < 0)
        return bag_wrong_type(p, i, given, err);
    bag_seed(p, i, (uint64_t)x);
    return AUTOML_OK;
}

automl_status params_set_real(struct params *p, const char *key, double x, automl_error *err)
{
    int32_t i = 0;
    TRY(bag_find(p, key, &i, err));
    enum param_type type = p->schema->specs[i].type;
    if (type == PARAM_REAL)
        return bag_real(p, i, x, err);
    if (type == PARAM_INT || type == PARAM_SEED)
        return bag_number(p, i, x, err);
    char given[NUMBER_PRINT_BYTES];
    number_print(x, given);
    return bag_wrong_type(p, i, given, err);
}

automl_status params_set_strings(
    struct params *p, const char *key, const char *const *s, int32_t n, automl_error *err)
{
    int32_t i = 0;
    TRY(bag_find(p, key, &i, err));
    if (p->schema->specs[i].type != PARAM_STRINGS)
        return bag_wrong_type(p, i, "a list of strings", err);
    return bag_strings(p, i, s, n, err);
}

automl_status params_set_seed(struct params *p, const char *key, uint64_t x, automl_error *err)
{
    int32_t i = 0;
    TRY(bag_find(p, key, &i, err));
    if (p->schema->specs[i].type != PARAM_SEED)
        return bag_wrong_type(p, i, "a seed", err);
    bag_seed(p, i, x);
    return AUTOML_OK;
}

automl_status params_unset(struct params *p, const char *key, automl_error *err)
{
    int32_t i = 0;
    TRY(bag_find(p, key, &i, err));
    bag_reset(p, i);
    return AUTOML_OK;
}

automl_status params_check_required(const struct params *p, automl_error *err)
{
    for (int32_t i = 0; i < p->schema->n; i++) {
        const struct param_spec *s = &p->schema->specs[i];
        if (!(s->flags & PARAM_REQUIRED) || params_is_set(p, i))
            continue;
        error_set(
            err, AUTOML_E_ARGUMENT, "%s parameter '%s' must be set: %s", p->schema->title, s->key, s->help);
        error_where(err, "%s", s->key);
        return AUTOML_E_ARGUMENT;
    }
    return AUTOML_OK;
}

bool params_is_set(const struct params *p, int32_t i)
{
    enum value_state state = p->values[i].state;
    return state == EXPLICIT || (state == AT_DEFAULT && spec_has_default(&p->schema->specs[i]));
}

bool params_is_default(const struct params *p, int32_t i)
{
    return p->values[i].state == AT_DEFAULT;
}

bool params_bool(const struct params *p, int32_t i)
{
    return p->values[i].whole != 0;
}

int64_t params_int(const struct params *p, int32_t i)
{
    return p->values[i].whole;
}

double params_real(const struct params *p, int32_t i)
{
    return p->values[i].real;
}

int32_t params_choice(const struct params *p, int32_t i)
{
    return (int32_t)p->values[i].whole;
}

uint64_t params_seed(const struct params *p, int32_t i)
{
    return p->values[i].seed;
}

const char *params_string(const struct params *p, int32_t i)
{
    const struct value *v = &p->values[i];
    return v->state == AT_DEFAULT ? p->schema->specs[i].def_string : v->text;
}

const char *params_json(const struct params *p, int32_t i)
{
    return params_string(p, i);
}

int32_t params_strings(const struct params *p, int32_t i, const char *const **out)
{
    *out = (const char *const *)(const void *)p->values[i].items;
    return p->values[i].n_items;
}

/* `text` (n bytes) names the value that parameter i has. */
static bool has_value(const struct params *p, int32_t i, const char *text, size_t n)
{
    const struct param_spec *s = &p->schema->specs[i];
    const char *given = NULL;
    double x;
    if (!params_is_set(p, i))
        given = "null";
    else if (s->type == PARAM_BOOL)
        given = params_bool(p, i) ? "true" : "false";
    else if (s->type == PARAM_CHOICE)
        given = s->choices[params_choice(p, i)];
    else if (s->type == PARAM_STRING)
        given = params_string(p, i);
    if (given)
        return strlen(given) == n && memcmp(given, text, n) == 0;
    if (!number_parse_all(text, text + n, &x))
        return false;
    return s->type == PARAM_INT ? (double)params_int(p, i) == x
                                : s->type == PARAM_REAL && params_real(p, i) == x;
}

/* A parameter that is inactive itself satisfies no condition; `depth` bounds a schema that runs in circles.
 */
static bool active(const struct params *p, int32_t i, int32_t depth)
{
    const char *condition = p->schema->specs[i].condition;
    if (!condition)
        return true;
    size_t length = strcspn(condition, "=");
    for (int32_t k = 0; k < p->schema->n && depth > 0; k++) {
        const char *key = p->schema->specs[k].key;
        if (strlen(key) != length || memcmp(key, condition, length) != 0)
            continue;
        const char *value = condition + length;
        while (*value == '=' || *value == '|') {
            size_t n = strcspn(++value, "|");
            if (has_value(p, k, value, n))
                return active(p, k, depth - 1);
            value += n;
        }
    }
    return false;
}

bool params_active(const struct params *p, int32_t i)
{
    return active(p, i, p->schema->n);
}

static uint64_t real_bits(double x)
{
    uint64_t bits;
    x += 0.0; /* -0 is 0 */
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static uint64_t hash_value(const struct params *p, int32_t i)
{
    const struct param_spec *s = &p->schema->specs[i];
    const struct value *v = &p->values[i];
    uint64_t h = 1;
    if (!params_is_set(p, i))
        return 0;
    switch (s->type) {
    case PARAM_BOOL:
    case PARAM_INT:
        return hash_combine(h, (uint64_t)v->whole);
    case PARAM_REAL:
        return hash_combine(h, real_bits(v->real));
    case PARAM_CHOICE:
        return hash_combine(h, hash_string(s->choices[v->whole]));
    case PARAM_STRING:
    case PARAM_JSON:
        return hash_combine(h, hash_string(params_string(p, i)));
    case PARAM_SEED:
        return hash_combine(h, v->seed);
    case PARAM_STRINGS:
        for (int32_t k = 0; k < v->n_items; k++)
            h = hash_combine(h, hash_string(v->items[k]));
    }
    return h;
}

uint64_t params_hash(const struct params *p)
{
    uint64_t h = hash_string(p->schema->title);
    for (int32_t i = 0; i < p->schema->n; i++)
        if (params_active(p, i))
            h = hash_combine(h, hash_combine(hash_string(p->schema->specs[i].key), hash_value(p, i)));
    return h;
}
