/*
 * dataset.c - sharing, looking up, reading and hashing typed columns.
 *
 * The bytes of the hash, integers and doubles little-endian: "automl-dataset-1\n"; i64 rows; i32 columns; for
 * each column i64 length and bytes of the name, u8 type, then its cells: a number as a double (-0 as 0,
 * missing as the NaN 0x7ff8000000000000), a time as i64 microseconds (missing INT64_MIN), a category or
 * boolean as i32 length and bytes of its level (missing length -1); at last u8 1 and the weights as doubles,
 * or u8 0.
 */
#include "data/dataset.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/number.h"
#include "params/params.h"

static const char *const TYPE_NAMES[] = {"numeric", "categorical", "boolean", "datetime"};

automl_dataset *dataset_ref(automl_dataset *d)
{
    if (d)
        atomic_fetch_add_explicit(&d->refs, 1, memory_order_relaxed);
    return d;
}

void dataset_unref(automl_dataset *d)
{
    if (!d || atomic_fetch_sub_explicit(&d->refs, 1, memory_order_acq_rel) > 1)
        return;
    automl_context *ctx = d->ctx;
    for (int32_t j = 0; j < d->n_cols; j++) {
        struct column *c = &d->cols[j];
        if (!c->borrowed)
            mem_free(d->mem, c->x);
        mem_free(d->mem, c->codes);
        mem_free(d->mem, c->us);
    }
    mem_free(d->mem, d->cols);
    mem_free(d->mem, d->weights);
    map_free(&d->names);
    arena_free(&d->arena);
    if (d->release)
        d->release(d->release_user);
    mem_free(d->mem, d);
    context_unref(ctx);
}

const char *column_type_name(enum column_type t)
{
    return TYPE_NAMES[t];
}

int32_t dataset_find(const automl_dataset *d, const char *name)
{
    return map_find(&d->names, name, strlen(name));
}

automl_status dataset_require(
    const automl_dataset *d, const char *name, const char *role, int32_t *out, automl_error *err)
{
    int32_t j = dataset_find(d, name);
    if (j >= 0) {
        *out = j;
        return AUTOML_OK;
    }
    const char *near = nearest_name(name, d->names.names, d->n_cols);
    error_set(err, AUTOML_E_NOT_FOUND, "%s column '%s' is not in the data%s%s%s", role, name,
        near ? "; nearest is '" : "", near ? near : "", near ? "'" : "");
    error_where(err, "column '%s'", name);
    return AUTOML_E_NOT_FOUND;
}

bool column_missing(const struct column *c, int64_t row)
{
    switch (c->type) {
    case COLUMN_CATEGORICAL:
        return c->codes[row] < 0;
    case COLUMN_DATETIME:
        return c->us[row] == DATE_MISSING;
    default:
        return isnan(c->x[row]);
    }
}

const char *column_text(const struct column *c, int64_t row, char buffer[DATE_PRINT_BYTES])
{
    if (column_missing(c, row))
        return "";
    switch (c->type) {
    case COLUMN_CATEGORICAL:
        return c->levels[c->codes[row]];
    case COLUMN_BOOLEAN:
        return c->levels[c->x[row] != 0];
    case COLUMN_DATETIME:
        if (c->timed)
            date_print_timestamp(c->us[row], buffer);
        else
            date_print(c->us[row], buffer);
        return buffer;
    default:
        number_print(c->x[row], buffer);
        return buffer;
    }
}

_Static_assert((int)DATE_PRINT_BYTES >= (int)NUMBER_PRINT_BYTES, "the buffer holds a number too");

/* Gathers small pieces before they are hashed. */
struct sink {
    struct sha256 hash;
    uint8_t bytes[1024];
    size_t n;
};

static void put(struct sink *s, const void *bytes, size_t n)
{
    if (n > sizeof s->bytes - s->n) {
        sha256_update(&s->hash, s->bytes, s->n);
        s->n = 0;
    }
    if (n > sizeof s->bytes) {
        sha256_update(&s->hash, bytes, n);
    } else if (n > 0) {
        memcpy(s->bytes + s->n, bytes, n);
        s->n += n;
    }
}

static void put_integer(struct sink *s, int64_t x, int32_t n_bytes)
{
    uint8_t bytes[8];
    for (int32_t i = 0; i < n_bytes; i++)
        bytes[i] = (uint8_t)((uint64_t)x >> (8 * i));
    put(s, bytes, (size_t)n_bytes);
}

static void put_double(struct sink *s, double x)
{
    uint64_t bits = UINT64_C(0x7ff8000000000000);
    x += 0.0;
    if (!isnan(x))
        memcpy(&bits, &x, sizeof bits);
    put_integer(s, (int64_t)bits, 8);
}

static void put_level(struct sink *s, const char *level)
{
    size_t n = level ? strlen(level) : 0;
    put_integer(s, level ? (int64_t)n : -1, 4);
    put(s, level, n);
}

static void put_column(struct sink *s, const struct column *c, int64_t n_rows)
{
    put_integer(s, (int64_t)strlen(c->name), 8);
    put(s, c->name, strlen(c->name));
    put_integer(s, c->type, 1);
    for (int64_t i = 0; i < n_rows; i++) {
        if (c->type == COLUMN_NUMERIC)
            put_double(s, c->x[i]);
        else if (c->type == COLUMN_DATETIME)
            put_integer(s, c->us[i], 8);
        else if (column_missing(c, i))
            put_level(s, NULL);
        else
            put_level(s, c->levels[c->codes ? c->codes[i] : c->x[i] != 0]);
    }
}

void dataset_sha256(const automl_dataset *d, uint8_t out[32])
{
    static const char TITLE[] = "automl-dataset-1\n";
    struct sink s = {.n = 0};
    sha256_init(&s.hash);
    put(&s, TITLE, sizeof TITLE - 1);
    put_integer(&s, d->n_rows, 8);
    put_integer(&s, d->n_cols, 4);
    for (int32_t j = 0; j < d->n_cols; j++)
        put_column(&s, &d->cols[j], d->n_rows);
    put_integer(&s, d->weights != NULL, 1);
    for (int64_t i = 0; d->weights && i < d->n_rows; i++)
        put_double(&s, d->weights[i]);
    sha256_update(&s.hash, s.bytes, s.n);
    sha256_final(&s.hash, out);
}

/* Rows of a column as arrays of their own. False: no memory; what was allocated is in `to`. */
static bool take_column(
    struct mem *m, const struct column *c, const int32_t *rows, int64_t n, struct column *to)
{
    *to = *c;
    to->borrowed = false;
    to->x = c->x ? NEW_ARRAY(m, n, double) : NULL;
    to->codes = c->codes ? NEW_ARRAY(m, n, int32_t) : NULL;
    to->us = c->us ? NEW_ARRAY(m, n, int64_t) : NULL;
    if ((c->x && !to->x) || (c->codes && !to->codes) || (c->us && !to->us))
        return false;
    for (int64_t i = 0; c->x && i < n; i++)
        to->x[i] = c->x[rows[i]];
    for (int64_t i = 0; c->codes && i < n; i++)
        to->codes[i] = c->codes[rows[i]];
    for (int64_t i = 0; c->us && i < n; i++)
        to->us[i] = c->us[rows[i]];
    return true;
}

static automl_status take_columns(
    struct dataset_builder *b, const automl_dataset *d, const int32_t *rows, int64_t n, automl_error *err)
{
    for (int32_t j = 0; j < d->n_cols; j++) {
        struct column c;
        if (!take_column(d->mem, &d->cols[j], rows, n, &c)) {
            mem_free(d->mem, c.x);
            mem_free(d->mem, c.codes);
            mem_free(d->mem, c.us);
            return error_memory(err);
        }
        TRY(dataset_builder_give(b, c.name, &c, err));
    }
    return AUTOML_OK;
}

static automl_status take_weights(
    struct dataset_builder *b, const automl_dataset *d, const int32_t *rows, int64_t n, automl_error *err)
{
    if (!d->weights)
        return AUTOML_OK;
    double *w = NEW_ARRAY(d->mem, n, double);
    if (!w)
        return error_memory(err);
    for (int64_t i = 0; i < n; i++)
        w[i] = d->weights[rows[i]];
    automl_status status = dataset_builder_set_weights(b, w, err);
    mem_free(d->mem, w);
    return status;
}

automl_status dataset_take(
    const automl_dataset *d, const int32_t *rows, int64_t n, automl_dataset **out, automl_error *err)
{
    struct dataset_builder *b = NULL;
    TRY(dataset_builder_create(d->ctx, n, &b, err));
    automl_status status = take_columns(b, d, rows, n, err);
    if (status == AUTOML_OK)
        status = take_weights(b, d, rows, n, err);
    if (status == AUTOML_OK)
        return dataset_builder_finish(b, NULL, NULL, out, err);
    dataset_builder_free(b);
    return status;
}
