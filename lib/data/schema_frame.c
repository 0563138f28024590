/*
 * schema_frame.c - a dataset seen through a schema: the frame that operators get.
 */
#include "data/schema.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/strbuf.h"
#include "data/level_table.h"

struct binding {
    const struct schema *schema;
    automl_dataset *d;
    struct frame *frame;
    struct block *owner; /* holds the dataset */
    struct strbuf problems;
};

static void release_dataset(struct block *b)
{
    dataset_unref(b->owner);
}

/* Whether some level of the column is one of the table's. */
static bool shares_levels(const struct column *c, const struct level_table *t)
{
    for (int32_t i = 0; i < c->n_levels; i++)
        if (level_table_find(t, c->levels[i], strlen(c->levels[i])) >= 0)
            return true;
    return false;
}

static bool shares_texts(const struct column *c, int64_t n_rows, const struct level_table *t)
{
    char buffer[DATE_PRINT_BYTES];
    for (int64_t i = 0; i < n_rows; i++) {
        const char *text = column_text(c, i, buffer);
        if (!column_missing(c, i) && level_table_find(t, text, strlen(text)) >= 0)
            return true;
    }
    return false;
}

static bool reads_as(const char *text, enum column_type type)
{
    const char *end = text + strlen(text);
    double x;
    int64_t us;
    return type == COLUMN_NUMERIC ? number_parse_all(text, end, &x)
                                  : type == COLUMN_DATETIME && date_parse(text, end, &us, NULL);
}

/* Whether texts like the column's were among the levels. A short table of new ones, such as one row with a
 * ticket's number, is read as numbers, though the tickets of the training rows were texts. */
static bool resembles_levels(const struct column *c, const struct schema_col *want)
{
    for (int32_t i = 0; i < want->n_levels; i++)
        if (reads_as(want->levels[i], c->type))
            return true;
    return false;
}

static bool fits(const struct schema_col *want, const struct column *have, int64_t n_rows)
{
    if (want->type == have->type || have->n_missing == n_rows)
        return true;
    switch (want->type) {
    case COLUMN_NUMERIC:
        return have->type == COLUMN_BOOLEAN;
    case COLUMN_BOOLEAN:
        return have->type == COLUMN_NUMERIC ||
               (have->type == COLUMN_CATEGORICAL && shares_levels(have, &want->table));
    case COLUMN_CATEGORICAL:
        return shares_texts(have, n_rows, &want->table) || resembles_levels(have, want);
    default:
        return false;
    }
}

static void check_column(struct binding *b, int32_t j)
{
    const struct schema_col *want = &b->schema->cols[j];
    int32_t i = dataset_find(b->d, want->name);
    const char *separator = b->problems.n > 0 ? "; " : "";
    if (i < 0)
        strbuf_printf(&b->problems, "%scolumn '%s' is missing", separator, want->name);
    else if (!fits(want, &b->d->cols[i], b->d->n_rows))
        strbuf_printf(&b->problems, "%scolumn '%s' is %s instead of %s", separator, want->name,
            column_type_name(b->d->cols[i].type), column_type_name(want->type));
}

static automl_status check_columns(struct binding *b, automl_error *err)
{
    for (int32_t j = 0; j < b->schema->n_cols; j++)
        check_column(b, j);
    if (!strbuf_ok(&b->problems))
        return error_memory(err);
    if (b->problems.n == 0)
        return AUTOML_OK;
    return error_set(err, AUTOML_E_SCHEMA, "the data do not fit the model: %s", strbuf_text(&b->problems));
}

/* Codes of a categorical column through the levels of both sides. */
static bool map_codes(
    struct mem *m, const struct column *have, const struct level_table *t, int64_t n, int32_t *to)
{
    int32_t *code = NEW_ARRAY(m, have->n_levels, int32_t);
    if (!code)
        return false;
    for (int32_t i = 0; i < have->n_levels; i++)
        code[i] = level_table_find(t, have->levels[i], strlen(have->levels[i]));
    for (int64_t i = 0; i < n; i++)
        to[i] = have->codes[i] < 0 ? -1 : code[have->codes[i]];
    mem_free(m, code);
    return true;
}

static bool bind_category(
    struct binding *b, const struct schema_col *want, const struct column *have, struct frame_col *c)
{
    int64_t n = b->d->n_rows;
    struct mem *m = b->schema->mem;
    struct block *block = block_create(m, (size_t)n, sizeof(int32_t));
    if (!block)
        return false;
    int32_t *to = block->data;
    c->kind = FRAME_CATEGORY;
    c->n_levels = want->n_levels;
    c->codes = to;
    c->values = block;
    if (have->type == COLUMN_CATEGORICAL)
        return map_codes(m, have, &want->table, n, to);
    char buffer[DATE_PRINT_BYTES];
    for (int64_t i = 0; i < n; i++) {
        const char *text = column_text(have, i, buffer);
        to[i] = column_missing(have, i) ? -1 : level_table_find(&want->table, text, strlen(text));
    }
    return true;
}

static double number_of(const struct schema_col *want, const struct column *have, int64_t i)
{
    if (column_missing(have, i))
        return (double)NAN;
    if (have->type == COLUMN_DATETIME)
        return (double)have->us[i] / (double)DATE_DAY_US;
    const char *text = have->levels[have->codes[i]];
    int32_t code = level_table_find(&want->table, text, strlen(text));
    return code < 0 ? (double)NAN : code;
}

static bool bind_number(
    struct binding *b, const struct schema_col *want, const struct column *have, struct frame_col *c)
{
    c->kind = FRAME_NUMERIC;
    if (have->x) {
        c->x = have->x;
        c->values = block_ref(b->owner);
        return true;
    }
    struct block *block = block_create(b->schema->mem, (size_t)b->d->n_rows, sizeof(double));
    if (!block)
        return false;
    double *to = block->data;
    for (int64_t i = 0; i < b->d->n_rows; i++)
        to[i] = number_of(want, have, i);
    c->x = to;
    c->values = block;
    return true;
}

static bool bind_columns(struct binding *b)
{
    const struct schema *s = b->schema;
    for (int32_t j = 0; j < s->n_cols; j++) {
        const struct column *have = &b->d->cols[dataset_find(b->d, s->cols[j].name)];
        struct frame_col *c = &b->frame->cols[j];
        bool ok = s->cols[j].type == COLUMN_CATEGORICAL ? bind_category(b, &s->cols[j], have, c)
                                                        : bind_number(b, &s->cols[j], have, c);
        if (!ok)
            return false;
    }
    return true;
}

static automl_status make_frame(
    struct binding *b, const int32_t *rows, int64_t n_rows, struct frame **out, automl_error *err)
{
    struct mem *m = b->schema->mem;
    b->frame = frame_create(m, b->d->n_rows, b->schema->n_cols);
    b->owner = block_wrap(m, NULL, release_dataset, b->d);
    if (b->owner)
        dataset_ref(b->d);
    struct frame *taken = NULL;
    if (b->frame && b->owner && bind_columns(b))
        taken = rows ? frame_take(b->frame, rows, n_rows) : frame_ref(b->frame);
    block_unref(b->owner);
    frame_unref(b->frame);
    if (!taken)
        return error_memory(err);
    *out = taken;
    return AUTOML_OK;
}

automl_status schema_frame(const struct schema *s, automl_dataset *d, const int32_t *rows, int64_t n_rows,
    struct frame **out, automl_error *err)
{
    struct binding b = {.schema = s, .d = d};
    strbuf_init(&b.problems, s->mem);
    automl_status status = check_columns(&b, err);
    strbuf_free(&b.problems);
    return status == AUTOML_OK ? make_frame(&b, rows, n_rows, out, err) : status;
}
