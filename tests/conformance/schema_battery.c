/* schema_battery.c - see schema_battery.h. */
#include "schema_battery.h"

#include <ctype.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { DRAWS = 60 };

static void expect(bool fine, const struct param_schema *s, const struct param_spec *p, const char *what)
{
    if (!fine)
        fail_msg("%s, '%s': %s", s->title, p->key ? p->key : "(no key)", what);
}

static int32_t count_choices(const struct param_spec *p)
{
    int32_t n = 0;
    while (p->choices && p->choices[n])
        n++;
    return n;
}

/* Snake case, or one capital letter: scikit-learn's C. */
static bool is_key(const char *key)
{
    if (!key || (isupper((unsigned char)key[0]) && key[1]))
        return false;
    for (const char *c = key + 1; key[0] && *c; c++)
        if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '_')
            return false;
    return isalpha((unsigned char)key[0]);
}

static void expect_texts(const struct param_schema *s, int32_t i)
{
    const struct param_spec *p = &s->specs[i];
    expect(is_key(p->key), s, p, "the key is not in snake case");
    for (int32_t j = 0; j < i; j++)
        expect(strcmp(s->specs[j].key, p->key) != 0, s, p, "the key occurs twice");
    expect(p->help && strlen(p->help) > 5, s, p, "there is no help");
    expect(!strchr(p->help, '\n') && p->help[strlen(p->help) - 1] != '.', s, p, "help is one phrase");
}

static bool is_number(const struct param_spec *p)
{
    return p->type == PARAM_INT || p->type == PARAM_REAL;
}

static bool in_range(const struct param_spec *p, double v)
{
    bool open = p->flags & PARAM_OPEN_MIN;
    return (open ? v > p->min : v >= p->min) && v <= p->max && (p->type != PARAM_INT || v == floor(v));
}

static void expect_range(const struct param_schema *s, const struct param_spec *p)
{
    bool has_default = !(p->flags & PARAM_NULLABLE) || (p->flags & PARAM_DEFAULT_SET);
    expect(p->min < p->max, s, p, "the range is empty");
    expect(!has_default || (p->flags & PARAM_REQUIRED) || in_range(p, p->def), s, p,
        "the default lies outside the range");
    if (!(p->flags & PARAM_SEARCH))
        return;
    expect(p->search_min < p->search_max, s, p, "the search range is empty");
    expect(
        in_range(p, p->search_min) && in_range(p, p->search_max), s, p, "the search range leaves the range");
    expect(!(p->flags & PARAM_LOG) || p->search_min > 0, s, p, "a log scale cannot begin at 0");
}

static void expect_choices(const struct param_schema *s, const struct param_spec *p)
{
    int32_t n = count_choices(p);
    expect(n >= 2 && n <= 32, s, p, "a choice is between 2 to 32 things");
    expect(p->def >= 0 && p->def < n, s, p, "the default is no choice");
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j < i; j++)
            expect(strcmp(p->choices[i], p->choices[j]) != 0, s, p, "a choice occurs twice");
    expect(n == 32 || p->search_choices >> n == 0, s, p, "the search would draw what is no choice");
}

/* One of the values of a condition, [v, v + length), is one that spec `on` can have. */
static bool is_value(const struct param_spec *on, const char *v, size_t length)
{
    if (on->type == PARAM_BOOL)
        return (length == 4 && memcmp(v, "true", 4) == 0) || (length == 5 && memcmp(v, "false", 5) == 0);
    for (int32_t i = 0; i < count_choices(on); i++)
        if (strlen(on->choices[i]) == length && memcmp(on->choices[i], v, length) == 0)
            return true;
    return false;
}

static void expect_condition(const struct param_schema *s, const struct param_spec *p)
{
    char key[64] = "";
    const char *equals = strchr(p->condition, '=');
    expect(equals && equals - p->condition < 64, s, p, "the condition is not key=value");
    memcpy(key, p->condition, (size_t)(equals - p->condition));
    int32_t on = param_schema_find(s, key);
    expect(on >= 0 && &s->specs[on] != p, s, p, "the condition names no other key");
    for (const char *v = equals; v; v = strchr(v + 1, '|')) {
        size_t length = strcspn(v + 1, "|");
        expect(is_value(&s->specs[on], v + 1, length), s, p, "the condition names no value of its key");
    }
}

void schema_expect_sane(const struct param_schema *s)
{
    assert_true(s && s->title && (s->n == 0 || s->specs));
    for (int32_t i = 0; i < s->n; i++) {
        const struct param_spec *p = &s->specs[i];
        expect_texts(s, i);
        if (is_number(p))
            expect_range(s, p);
        if (p->type == PARAM_CHOICE)
            expect_choices(s, p);
        if (p->type == PARAM_BOOL)
            expect(p->def == 0 || p->def == 1, s, p, "the default is neither true nor false");
        if (p->condition)
            expect_condition(s, p);
    }
}

static void expect_returns(struct mem *m, const struct params *p)
{
    struct strbuf text;
    struct json_writer w;
    struct json *json = NULL;
    struct params *again = NULL;
    automl_error *err = automl_error_create();
    strbuf_init(&text, m);
    json_writer_init(&w, &text, 0);
    json_begin_object(&w);
    params_write_json(p, &w, false);
    json_end_object(&w);
    if (json_parse(m, strbuf_text(&text), strlen(strbuf_text(&text)), &json, err) < 0 ||
        params_create(m, params_schema(p), &again, err) < 0 || params_merge_json(again, json, err) < 0)
        fail_msg("%s %s: %s", params_schema(p)->title, strbuf_text(&text), automl_error_message(err));
    if (params_hash(p) != params_hash(again))
        fail_msg("%s %s comes back from JSON as something else", params_schema(p)->title, strbuf_text(&text));
    automl_error_free(err);
    params_free(again);
    json_free(json);
    strbuf_free(&text);
}

void schema_expect_samples(struct mem *m, const struct param_schema *s)
{
    struct rng r = rng_seed(4);
    struct params *p = NULL;
    assert_int_equal(params_create(m, s, &p, NULL), AUTOML_OK);
    expect_returns(m, p);
    for (int i = 0; i < DRAWS; i++) {
        if (i % 3 == 0)
            params_sample(p, &r);
        else
            params_mutate(p, &r, i % 2 ? 0.2 : 5);
        expect_returns(m, p);
    }
    params_free(p);
}

/* A value of a numeric setting: one of its ends, or anything not far from its usual ones. */
static double any_number(const struct param_spec *p, struct rng *r)
{
    double most = fmin(p->max, fmax(10, fmax(10 * fabs(p->def), p->search_max)));
    double least = fmax(p->min, -most), v = least + rng_double(r) * (most - least);
    if (rng_below(r, 4) == 0 && !(p->flags & PARAM_OPEN_MIN))
        v = least;
    return p->type == PARAM_INT ? floor(v) : v;
}

void schema_vary(struct params *p, struct rng *r)
{
    const struct param_schema *s = params_schema(p);
    for (int32_t i = 0; i < s->n; i++) {
        const struct param_spec *spec = &s->specs[i];
        automl_status status = AUTOML_OK;
        if (spec->type == PARAM_BOOL)
            status = params_set_bool(p, spec->key, rng_below(r, 2) > 0, NULL);
        else if (spec->type == PARAM_CHOICE)
            status = params_set_string(
                p, spec->key, spec->choices[rng_below(r, (uint32_t)count_choices(spec))], NULL);
        else if (spec->type == PARAM_INT)
            status = params_set_int(p, spec->key, (int64_t)any_number(spec, r), NULL);
        else if (spec->type == PARAM_REAL)
            status = params_set_real(p, spec->key, any_number(spec, r), NULL);
        expect(status == AUTOML_OK, s, spec, "a value of its range is refused");
    }
}
