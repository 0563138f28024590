/* docs.c - schemas as documentation: Markdown for people, JSON for programs. */
#include "params/docs.h"

#include "params/bag.h"

static const char *const type_names[] = {[PARAM_BOOL] = "bool",
    [PARAM_INT] = "int",
    [PARAM_REAL] = "real",
    [PARAM_CHOICE] = "choice",
    [PARAM_STRING] = "string",
    [PARAM_STRINGS] = "strings",
    [PARAM_JSON] = "json",
    [PARAM_SEED] = "seed"};

/* Text of a cell: '|' would end it. */
static void put_cell(struct strbuf *b, const char *s)
{
    for (; *s; s++) {
        if (*s == '|')
            strbuf_putc(b, '\\');
        strbuf_putc(b, *s == '\n' ? ' ' : *s);
    }
}

static void put_code(struct strbuf *b, const char *s)
{
    strbuf_putc(b, '`');
    put_cell(b, s);
    strbuf_putc(b, '`');
}

static void put_default(struct strbuf *b, const struct param_spec *s)
{
    if (!spec_has_default(s)) {
        strbuf_puts(b, s->flags & PARAM_REQUIRED ? "required" : "none");
        return;
    }
    switch (s->type) {
    case PARAM_BOOL:
        put_code(b, s->def != 0 ? "true" : "false");
        break;
    case PARAM_CHOICE:
        put_code(b, s->choices[(int32_t)s->def]);
        break;
    case PARAM_STRING:
    case PARAM_JSON:
        put_code(b, s->def_string);
        break;
    case PARAM_STRINGS:
        put_code(b, "[]");
        break;
    case PARAM_INT:
    case PARAM_REAL:
    case PARAM_SEED:
        strbuf_putc(b, '`');
        strbuf_double(b, s->def);
        strbuf_putc(b, '`');
        break;
    }
}

static void put_range(struct strbuf *b, const struct param_spec *s)
{
    struct text range = {""};
    spec_range(&range, s);
    put_cell(b, range.s);
    for (int32_t c = 0; s->type == PARAM_CHOICE && c < spec_n_choices(s); c++) {
        strbuf_puts(b, c > 0 ? ", " : "");
        put_code(b, s->choices[c]);
    }
}

void param_schema_markdown(struct strbuf *b, const struct param_schema *s)
{
    strbuf_puts(b, "| key | type | default | range or choices | meaning |\n|---|---|---|---|---|\n");
    for (int32_t i = 0; i < s->n; i++) {
        const struct param_spec *spec = &s->specs[i];
        strbuf_puts(b, "| ");
        put_code(b, spec->key);
        strbuf_printf(
            b, " | %s%s | ", type_names[spec->type], spec->flags & PARAM_NULLABLE ? " or null" : "");
        put_default(b, spec);
        strbuf_puts(b, " | ");
        put_range(b, spec);
        strbuf_puts(b, " | ");
        put_cell(b, spec->help ? spec->help : "");
        if (spec->condition) {
            strbuf_puts(b, "; only with ");
            put_code(b, spec->condition);
        }
        strbuf_puts(b, " |\n");
    }
}

static void write_default(struct json_writer *w, const struct param_spec *s)
{
    json_write_key(w, "default");
    if (!spec_has_default(s))
        json_write_null(w);
    else if (s->type == PARAM_BOOL)
        json_write_bool(w, s->def != 0);
    else if (s->type == PARAM_CHOICE)
        json_write_string(w, s->choices[(int32_t)s->def]);
    else if (s->type == PARAM_STRING)
        json_write_string(w, s->def_string);
    else if (s->type == PARAM_JSON)
        json_write_raw(w, s->def_string);
    else if (s->type == PARAM_STRINGS)
        json_write_raw(w, "[]");
    else
        json_write_double(w, s->def);
}

static bool is_searched(const struct param_spec *s, int32_t choice)
{
    return s->search_choices == 0 || (choice < 32 && (s->search_choices >> choice & 1));
}

static void write_choices(struct json_writer *w, const struct param_spec *s, bool searched_only)
{
    json_write_key(w, "choices");
    json_begin_array(w);
    for (int32_t c = 0; c < spec_n_choices(s); c++)
        if (!searched_only || is_searched(s, c))
            json_write_string(w, s->choices[c]);
    json_end_array(w);
}

static void write_search(struct json_writer *w, const struct param_spec *s)
{
    json_write_key(w, "search");
    json_begin_object(w);
    if (s->type == PARAM_CHOICE) {
        write_choices(w, s, true);
    } else if (s->type != PARAM_BOOL) {
        json_put_double(w, "min", s->search_min);
        json_put_double(w, "max", s->search_max);
        if (s->flags & PARAM_LOG)
            json_put_bool(w, "log", true);
    }
    json_end_object(w);
}

static void write_spec(struct json_writer *w, const struct param_spec *s)
{
    json_begin_object(w);
    json_put_string(w, "key", s->key);
    json_put_string(w, "type", type_names[s->type]);
    write_default(w, s);
    if (spec_bounded(s, false))
        json_put_double(w, "min", s->min);
    if (spec_bounded(s, false) && (s->flags & PARAM_OPEN_MIN))
        json_put_bool(w, "min_excluded", true);
    if (spec_bounded(s, true))
        json_put_double(w, "max", s->max);
    if (s->type == PARAM_CHOICE)
        write_choices(w, s, false);
    if (s->flags & PARAM_NULLABLE)
        json_put_bool(w, "nullable", true);
    if (s->flags & PARAM_REQUIRED)
        json_put_bool(w, "required", true);
    if (s->flags & PARAM_SEARCH)
        write_search(w, s);
    if (s->condition)
        json_put_string(w, "condition", s->condition);
    json_put_string(w, "help", s->help ? s->help : "");
    json_end_object(w);
}

void param_schema_json(struct json_writer *w, const struct param_schema *s)
{
    json_begin_array(w);
    for (int32_t i = 0; i < s->n; i++)
        write_spec(w, &s->specs[i]);
    json_end_array(w);
}
