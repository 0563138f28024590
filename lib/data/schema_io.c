/*
 * schema_io.c - a schema as bytes in a model file, and as JSON.
 *
 * Bytes: i32 columns; for each: name, u8 type, i32 levels, the levels; then target (or absent), i32
 * classes, the classes; i32 positive class or -1; id (or absent).
 */
#include <string.h>

#include "data/level_table.h"
#include "data/schema.h"

static void save_names(const struct level_table *t, struct writer *w)
{
    write_i32(w, t->n);
    for (int32_t i = 0; i < t->n; i++)
        write_string(w, t->names[i]);
}

void schema_save(const struct schema *s, struct writer *w)
{
    write_i32(w, s->n_cols);
    for (int32_t j = 0; j < s->n_cols; j++) {
        write_string(w, s->cols[j].name);
        write_u8(w, (uint8_t)s->cols[j].type);
        save_names(&s->cols[j].table, w);
    }
    write_string(w, s->target);
    save_names(&s->class_table, w);
    write_i32(w, s->positive);
    write_string(w, s->id);
}

/* A count of things of at least one byte each, so a damaged file cannot ask for much memory. */
static int32_t read_count(struct reader *r)
{
    int64_t left = r->end - r->p;
    return read_i32_in(r, 0, left < INT32_MAX ? (int32_t)left : INT32_MAX);
}

static char *read_name(struct reader *r)
{
    char *s = read_string(r);
    if (!s)
        reader_fail(r);
    return s;
}

static void no_memory(struct reader *r)
{
    if (r->status == AUTOML_OK)
        r->status = AUTOML_E_MEMORY;
}

static bool load_names(struct reader *r, struct level_table *t)
{
    int32_t n = read_count(r);
    char **names = r->status == AUTOML_OK ? NEW_ZEROS(r->mem, n, char *) : NULL;
    if (!names) {
        no_memory(r);
        return false;
    }
    for (int32_t i = 0; i < n && r->status == AUTOML_OK; i++)
        names[i] = read_name(r);
    if (r->status != AUTOML_OK) {
        for (int32_t i = 0; i < n; i++)
            mem_free(r->mem, names[i]);
        mem_free(r->mem, names);
        return false;
    }
    enum level_result result = level_table_init(t, r->mem, names, n);
    if (result == LEVELS_TWICE)
        reader_fail(r);
    else if (result == LEVELS_NO_MEMORY)
        no_memory(r);
    return result == LEVELS_OK;
}

static bool load_column(struct reader *r, struct schema_col *c)
{
    c->name = read_name(r);
    uint8_t type = read_u8(r);
    if (type > COLUMN_DATETIME)
        reader_fail(r);
    if (r->status != AUTOML_OK || !load_names(r, &c->table))
        return false;
    c->type = (enum column_type)type;
    c->n_levels = c->table.n;
    c->levels = c->table.names;
    bool sound = c->type == COLUMN_CATEGORICAL || c->n_levels == (c->type == COLUMN_BOOLEAN ? 2 : 0);
    if (!sound)
        reader_fail(r);
    return sound;
}

static bool names_differ(struct reader *r, const struct schema *s)
{
    struct map names;
    map_init(&names, r->mem);
    for (int32_t j = 0; j < s->n_cols && r->status == AUTOML_OK; j++) {
        const char *name = s->cols[j].name;
        int32_t i = map_add(&names, name, strlen(name));
        if (i < 0)
            no_memory(r);
        else if (i < j || !*name)
            reader_fail(r);
    }
    map_free(&names);
    return r->status == AUTOML_OK;
}

static bool load_target(struct reader *r, struct schema *s)
{
    s->target = read_string(r);
    if (r->status != AUTOML_OK || !load_names(r, &s->class_table))
        return false;
    s->n_classes = s->class_table.n;
    s->classes = s->class_table.names;
    if (s->target ? s->n_classes < 2 : s->n_classes != 0)
        reader_fail(r);
    s->positive = read_i32_in(r, -1, s->n_classes == 2 ? 1 : -1);
    s->id = read_string(r);
    return r->status == AUTOML_OK;
}

static bool load(struct reader *r, struct schema *s)
{
    int32_t n = read_count(r);
    if (r->status != AUTOML_OK)
        return false;
    s->cols = NEW_ZEROS(r->mem, n, struct schema_col);
    if (!s->cols) {
        no_memory(r);
        return false;
    }
    s->n_cols = n;
    for (int32_t j = 0; j < n; j++)
        if (!load_column(r, &s->cols[j]))
            return false;
    return names_differ(r, s) && load_target(r, s);
}

automl_status schema_load(struct mem *m, struct reader *r, struct schema **out, automl_error *err)
{
    struct schema *s = NEW(m, struct schema);
    if (!s)
        return error_memory(err);
    s->mem = m;
    r->mem = m;
    if (!load(r, s)) {
        schema_free(s);
        return reader_status(r, err);
    }
    *out = s;
    return AUTOML_OK;
}

static void write_names(struct json_writer *w, const char *key, char *const *names, int32_t n)
{
    json_write_key(w, key);
    json_begin_array(w);
    for (int32_t i = 0; i < n; i++)
        json_write_string(w, names[i]);
    json_end_array(w);
}

void schema_write_json(const struct schema *s, struct json_writer *w)
{
    json_begin_object(w);
    json_put_string(w, "target", s->target);
    write_names(w, "classes", s->classes, s->n_classes);
    json_put_string(w, "positive_label", s->positive >= 0 ? s->classes[s->positive] : NULL);
    json_put_string(w, "id", s->id);
    json_write_key(w, "columns");
    json_begin_array(w);
    for (int32_t j = 0; j < s->n_cols; j++) {
        const struct schema_col *c = &s->cols[j];
        json_begin_object(w);
        json_put_string(w, "name", c->name);
        json_put_string(w, "type", column_type_name(c->type));
        if (c->n_levels > 0)
            write_names(w, "levels", c->levels, c->n_levels);
        json_end_object(w);
    }
    json_end_array(w);
    json_end_object(w);
}
