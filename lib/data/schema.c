/*
 * schema.c - learns columns, dictionaries and classes from the rows that train.
 */
#include "data/schema.h"

#include <string.h>

#include "base/number.h"
#include "base/sort.h"
#include "data/level_table.h"
#include "params/params.h"

/* Levels while they are counted and sorted. */
struct tally {
    struct mem *mem;
    struct map names;
    int64_t *counts;
    int64_t capacity;
    int32_t *order;
};

static void tally_init(struct tally *t, struct mem *m)
{
    *t = (struct tally){.mem = m};
    map_init(&t->names, m);
}

static void tally_free(struct tally *t)
{
    map_free(&t->names);
    mem_free(t->mem, t->counts);
    mem_free(t->mem, t->order);
}

static bool tally_add(struct tally *t, const char *s)
{
    int32_t before = t->names.n, i = map_add(&t->names, s, strlen(s));
    if (i < 0 || !mem_grow(t->mem, (void **)&t->counts, &t->capacity, (int64_t)i + 1, sizeof *t->counts))
        return false;
    if (t->names.n > before)
        t->counts[i] = 0;
    t->counts[i]++;
    return true;
}

/* Counts the texts of the cells of a column that are not missing. */
static bool tally_column(struct tally *t, const struct column *c, const int32_t *rows, int64_t n)
{
    char buffer[DATE_PRINT_BYTES];
    for (int64_t i = 0; i < n; i++) {
        int64_t row = rows ? rows[i] : i;
        if (!column_missing(c, row) && !tally_add(t, column_text(c, row, buffer)))
            return false;
    }
    return true;
}

static int by_frequency(const void *user, int32_t a, int32_t b)
{
    const struct tally *t = user;
    if (t->counts[a] != t->counts[b])
        return t->counts[a] > t->counts[b] ? -1 : 1;
    return strcmp(t->names.names[a], t->names.names[b]);
}

static int by_bytes(const void *user, int32_t a, int32_t b)
{
    const struct tally *t = user;
    return strcmp(t->names.names[a], t->names.names[b]);
}

static double value_of(const struct tally *t, int32_t i)
{
    double x = 0;
    const char *s = t->names.names[i];
    number_parse_all(s, s + strlen(s), &x);
    return x;
}

static int by_value(const void *user, int32_t a, int32_t b)
{
    double left = value_of(user, a), right = value_of(user, b);
    return left != right ? (left < right ? -1 : 1) : by_bytes(user, a, b);
}

static bool all_numbers(const struct tally *t)
{
    double x;
    for (int32_t i = 0; i < t->names.n; i++) {
        const char *s = t->names.names[i];
        if (!number_parse_all(s, s + strlen(s), &x))
            return false;
    }
    return true;
}

/* The texts in order, copied one by one; NULL: no memory. */
static char **tally_names(struct tally *t, int (*compare)(const void *user, int32_t a, int32_t b))
{
    int32_t n = t->names.n;
    t->order = NEW_ARRAY(t->mem, n, int32_t);
    char **names = NEW_ZEROS(t->mem, n, char *);
    bool ok = t->order && names;
    for (int32_t i = 0; ok && i < n; i++)
        t->order[i] = i;
    ok = ok && sort_indices(t->mem, t->order, n, compare, t);
    for (int32_t i = 0; ok && i < n; i++) {
        names[i] = mem_strdup(t->mem, t->names.names[t->order[i]]);
        ok = names[i] != NULL;
    }
    if (ok)
        return names;
    for (int32_t i = 0; names && i < n; i++)
        mem_free(t->mem, names[i]);
    mem_free(t->mem, names);
    return NULL;
}

static bool learn_levels(
    struct mem *m, const struct column *c, const int32_t *rows, int64_t n_rows, struct level_table *out)
{
    struct tally t;
    tally_init(&t, m);
    char **names = tally_column(&t, c, rows, n_rows) ? tally_names(&t, by_frequency) : NULL;
    bool ok = names && level_table_init(out, m, names, t.names.n) == LEVELS_OK;
    tally_free(&t);
    return ok;
}

/* Both spellings, in order, whether they occur or not. */
static bool copy_spellings(struct mem *m, const struct column *c, struct level_table *out)
{
    char **names = NEW_ZEROS(m, 2, char *);
    if (!names)
        return false;
    names[0] = mem_strdup(m, c->levels[0]);
    names[1] = mem_strdup(m, c->levels[1]);
    if (names[0] && names[1])
        return level_table_init(out, m, names, 2) == LEVELS_OK;
    mem_free(m, names[0]);
    mem_free(m, names[1]);
    mem_free(m, names);
    return false;
}

static bool learn_column(
    struct mem *m, const struct column *from, const int32_t *rows, int64_t n_rows, struct schema_col *c)
{
    c->type = from->type;
    c->name = mem_strdup(m, from->name);
    bool ok = c->name != NULL;
    if (ok && c->type == COLUMN_CATEGORICAL)
        ok = learn_levels(m, from, rows, n_rows, &c->table);
    if (ok && c->type == COLUMN_BOOLEAN)
        ok = copy_spellings(m, from, &c->table);
    c->n_levels = c->table.n;
    c->levels = c->table.names;
    return ok;
}

automl_status schema_create(struct mem *m, const automl_dataset *d, const int32_t *cols, int32_t n,
    const int32_t *rows, int64_t n_rows, struct schema **out, automl_error *err)
{
    struct schema *s = NEW(m, struct schema);
    if (!s)
        return error_memory(err);
    s->mem = m;
    s->n_cols = n;
    s->positive = -1;
    s->cols = NEW_ZEROS(m, n, struct schema_col);
    bool ok = s->cols != NULL;
    for (int32_t j = 0; ok && j < n; j++)
        ok = learn_column(m, &d->cols[cols[j]], rows, rows ? n_rows : d->n_rows, &s->cols[j]);
    if (!ok) {
        schema_free(s);
        return error_memory(err);
    }
    *out = s;
    return AUTOML_OK;
}

void schema_free(struct schema *s)
{
    if (!s)
        return;
    for (int32_t j = 0; s->cols && j < s->n_cols; j++) {
        mem_free(s->mem, s->cols[j].name);
        level_table_free(&s->cols[j].table, s->mem);
    }
    mem_free(s->mem, s->cols);
    mem_free(s->mem, s->target);
    level_table_free(&s->class_table, s->mem);
    mem_free(s->mem, s->id);
    mem_free(s->mem, s);
}

int32_t schema_find(const struct schema *s, const char *name)
{
    for (int32_t j = 0; j < s->n_cols; j++)
        if (strcmp(s->cols[j].name, name) == 0)
            return j;
    return -1;
}

int32_t schema_code(const struct schema *s, int32_t col, const char *level, size_t n)
{
    return level_table_find(&s->cols[col].table, level, n);
}

static automl_status learn_classes(struct schema *s, const struct column *c, const int32_t *rows,
    int64_t n_rows, struct level_table *out, automl_error *err)
{
    struct tally t;
    automl_status status = AUTOML_OK;
    char **names = NULL;
    tally_init(&t, s->mem);
    if (!tally_column(&t, c, rows, n_rows))
        status = error_memory(err);
    else if (t.names.n == 0)
        status = error_set(err, AUTOML_E_DATA, "target column '%s' has no values in these rows", c->name);
    else if (t.names.n == 1)
        status = error_set(err, AUTOML_E_DATA,
            "target column '%s' has only the class '%s' in these rows; classification needs at least two",
            c->name, t.names.names[0]);
    else if (!(names = tally_names(&t, all_numbers(&t) ? by_value : by_bytes)))
        status = error_memory(err);
    else if (level_table_init(out, s->mem, names, t.names.n) != LEVELS_OK)
        status = error_memory(err);
    tally_free(&t);
    return status;
}

automl_status schema_set_target(struct schema *s, const automl_dataset *d, int32_t target,
    const int32_t *rows, int64_t n_rows, automl_error *err)
{
    const struct column *c = &d->cols[target];
    struct level_table classes = {0};
    if (c->type == COLUMN_DATETIME)
        return error_set(err, AUTOML_E_DATA, "target column '%s' holds dates, which are no classes", c->name);
    char *name = mem_strdup(s->mem, c->name);
    if (!name)
        return error_memory(err);
    automl_status status = learn_classes(s, c, rows, rows ? n_rows : d->n_rows, &classes, err);
    if (status < 0) {
        mem_free(s->mem, name);
        return status;
    }
    mem_free(s->mem, s->target);
    level_table_free(&s->class_table, s->mem);
    s->target = name;
    s->class_table = classes;
    s->n_classes = classes.n;
    s->classes = classes.names;
    s->positive = -1;
    return AUTOML_OK;
}

void schema_encode_target(const struct schema *s, const automl_dataset *d, int32_t target, int32_t *y)
{
    const struct column *c = &d->cols[target];
    char buffer[DATE_PRINT_BYTES];
    for (int64_t i = 0; i < d->n_rows; i++) {
        y[i] = -1;
        if (column_missing(c, i))
            continue;
        const char *text = column_text(c, i, buffer);
        y[i] = level_table_find(&s->class_table, text, strlen(text));
    }
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool means_positive(const char *name)
{
    static const char *const MEANING[] = {"1", "true", "yes"};
    for (size_t i = 0; i < sizeof MEANING / sizeof *MEANING; i++) {
        size_t at = 0;
        while (name[at] && lower(name[at]) == MEANING[i][at])
            at++;
        if (!name[at] && !MEANING[i][at])
            return true;
    }
    return false;
}

static automl_status unknown_label(const struct schema *s, const char *label, automl_error *err)
{
    if (s->n_classes == 2)
        return error_set(err, AUTOML_E_NOT_FOUND,
            "positive_label '%s' is not a class of '%s'; they are '%s' and '%s'", label, s->target,
            s->classes[0], s->classes[1]);
    const char *near = nearest_name(label, (const char *const *)(const void *)s->classes, s->n_classes);
    return error_set(err, AUTOML_E_NOT_FOUND, "positive_label '%s' is not a class of '%s'%s%s%s", label,
        s->target, near ? "; nearest is '" : "", near ? near : "", near ? "'" : "");
}

automl_status schema_set_positive(
    struct schema *s, const char *label, const int64_t *counts, automl_error *err)
{
    int32_t found = label ? level_table_find(&s->class_table, label, strlen(label)) : -1;
    if (label && found < 0)
        return unknown_label(s, label, err);
    if (label && s->n_classes != 2)
        return error_set(err, AUTOML_E_CONFLICT,
            "positive_label needs a target of two classes, but '%s' has %d; leave it out", s->target,
            (int)s->n_classes);
    if (s->n_classes != 2) {
        s->positive = -1;
        return AUTOML_OK;
    }
    bool first = means_positive(s->classes[0]), second = means_positive(s->classes[1]);
    if (found < 0)
        found = first != second ? second : counts[1] <= counts[0];
    s->positive = found;
    return AUTOML_OK;
}
