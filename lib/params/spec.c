/* spec.c - what a parameter's spec says, as text and as answers. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/utf8.h"
#include "params/bag.h"

void text_add(struct text *t, const char *s)
{
    size_t n = strlen(t->s), more = strlen(s), room = sizeof t->s - 1 - n;
    if (more > room)
        more = utf8_cut(s, room);
    memcpy(t->s + n, s, more);
    t->s[n + more] = '\0';
}

void text_double(struct text *t, double x)
{
    char number[NUMBER_PRINT_BYTES];
    number_print(x, number);
    text_add(t, number);
}

bool spec_bounded(const struct param_spec *s, bool upper)
{
    if ((s->type != PARAM_INT && s->type != PARAM_REAL) || (s->min == 0 && s->max == 0))
        return false;
    return fabs(upper ? s->max : s->min) < DBL_MAX;
}

void spec_range(struct text *t, const struct param_spec *s)
{
    bool low = spec_bounded(s, false), high = spec_bounded(s, true), open = s->flags & PARAM_OPEN_MIN;
    if (low && high) {
        text_add(t, open ? "in (" : "in [");
        text_double(t, s->min);
        text_add(t, ", ");
        text_double(t, s->max);
        text_add(t, "]");
    } else if (low) {
        text_add(t, open ? "> " : ">= ");
        text_double(t, s->min);
    } else if (high) {
        text_add(t, "<= ");
        text_double(t, s->max);
    }
}

bool spec_has_default(const struct param_spec *s)
{
    bool has_text = s->type == PARAM_STRING || s->type == PARAM_JSON;
    if (has_text)
        return s->def_string != NULL;
    if (s->flags & PARAM_DEFAULT_SET)
        return true;
    return !(s->flags & (PARAM_NULLABLE | PARAM_REQUIRED));
}

int32_t spec_n_choices(const struct param_spec *s)
{
    int32_t n = 0;
    while (s->choices && s->choices[n])
        n++;
    return n;
}

static int32_t find_exact(const struct param_schema *s, const char *key)
{
    for (int32_t i = 0; i < s->n; i++)
        if (strcmp(s->specs[i].key, key) == 0)
            return i;
    return -1;
}

int32_t param_schema_find(const struct param_schema *s, const char *key)
{
    int32_t found = find_exact(s, key);
    for (int32_t i = 0; found < 0 && s->aliases && s->aliases[i][0]; i++)
        if (strcmp(s->aliases[i][0], key) == 0)
            found = find_exact(s, s->aliases[i][1]);
    return found;
}

/* nearest_name over the keys, one at a time: no array is needed, and the first of equals wins as there. */
static const char *nearest_key(const struct param_schema *s, const char *key)
{
    const char *best = NULL;
    for (int32_t i = 0; i < s->n; i++) {
        const char *pair[2] = {best ? best : s->specs[i].key, s->specs[i].key};
        const char *near = nearest_name(key, pair, 2);
        best = near ? near : best;
    }
    return best;
}

automl_status bag_find(const struct params *p, const char *key, int32_t *out, automl_error *err)
{
    int32_t i = param_schema_find(p->schema, key);
    if (i >= 0) {
        *out = i;
        return AUTOML_OK;
    }
    const char *near = nearest_key(p->schema, key);
    automl_status status = error_set(err, AUTOML_E_UNKNOWN_KEY, "unknown %s parameter '%s'%s%s%s",
        p->schema->title, key, near ? "; nearest is '" : "", near ? near : "", near ? "'" : "");
    error_where(err, "%s", key);
    return status;
}

static void text_choices(struct text *t, const struct param_spec *s)
{
    for (int32_t c = 0; c < spec_n_choices(s); c++) {
        text_add(t, c > 0 ? ", '" : "'");
        text_add(t, s->choices[c]);
        text_add(t, "'");
    }
}

/* "a whole number in [1, 10]". */
static void expectation(struct text *t, const struct param_spec *s)
{
    static const char *const nouns[] = {[PARAM_BOOL] = "true or false",
        [PARAM_INT] = "a whole number ",
        [PARAM_REAL] = "a number ",
        [PARAM_CHOICE] = "one of ",
        [PARAM_STRING] = "a string",
        [PARAM_STRINGS] = "a list of strings",
        [PARAM_JSON] = "a JSON value",
        [PARAM_SEED] = "a whole number from 0 to 2^64 - 1, written as a string above 2^53"};
    t->s[0] = '\0';
    text_add(t, nouns[s->type]);
    if (s->type == PARAM_CHOICE)
        text_choices(t, s);
    spec_range(t, s);
    size_t n = strlen(t->s);
    if (n > 0 && t->s[n - 1] == ' ')
        t->s[n - 1] = '\0';
    if (s->flags & PARAM_NULLABLE)
        text_add(t, " or null");
}

static automl_status refuse(
    const struct params *p, int32_t i, automl_status status, const char *given, automl_error *err)
{
    const struct param_spec *s = &p->schema->specs[i];
    struct text wanted, shown = {""};
    expectation(&wanted, s);
    size_t n = strlen(given), most = 80;
    if (n > most) {
        memcpy(shown.s, given, most);
        shown.s[utf8_cut(given, most)] = '\0';
        text_add(&shown, "...");
    } else {
        text_add(&shown, given);
    }
    error_set(
        err, status, "%s parameter '%s' is %s but must be %s", p->schema->title, s->key, shown.s, wanted.s);
    error_where(err, "%s", s->key);
    return status;
}

automl_status bag_wrong_type(const struct params *p, int32_t i, const char *given, automl_error *err)
{
    return refuse(p, i, AUTOML_E_TYPE, given, err);
}

automl_status bag_wrong_range(const struct params *p, int32_t i, const char *given, automl_error *err)
{
    return refuse(p, i, AUTOML_E_RANGE, given, err);
}
