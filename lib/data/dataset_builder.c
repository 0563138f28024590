/*
 * dataset_builder.c - makes datasets column by column and checks what hosts hand in.
 */
#include "data/dataset.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/utf8.h"

struct dataset_builder {
    automl_dataset *d; /* has one reference and is complete after every call */
    int64_t capacity;  /* of d->cols */
};

automl_status dataset_builder_create(
    automl_context *ctx, int64_t n_rows, struct dataset_builder **out, automl_error *err)
{
    if (n_rows < 0 || n_rows > INT32_MAX)
        return error_set(err, AUTOML_E_RANGE, "a dataset has 0 to %d rows, not %" PRId64, INT32_MAX, n_rows);
    struct dataset_builder *b = NEW(&ctx->mem, struct dataset_builder);
    automl_dataset *d = NEW(&ctx->mem, automl_dataset);
    if (!b || !d) {
        mem_free(&ctx->mem, b);
        mem_free(&ctx->mem, d);
        return error_memory(err);
    }
    d->ctx = context_ref(ctx);
    d->mem = &ctx->mem;
    arena_init(&d->arena, d->mem);
    map_init(&d->names, d->mem);
    atomic_init(&d->refs, 1);
    d->n_rows = n_rows;
    b->d = d;
    *out = b;
    return AUTOML_OK;
}

void dataset_builder_free(struct dataset_builder *b)
{
    if (!b)
        return;
    automl_dataset *d = b->d;
    mem_free(d->mem, b);
    dataset_unref(d);
}

static bool is_text(const char *s)
{
    const char *end = s + strlen(s);
    while (s < end) {
        size_t n = utf8_sequence(s, end);
        if (n == 0)
            return false;
        s += n;
    }
    return true;
}

static automl_status check_name(const struct dataset_builder *b, const char *name, automl_error *err)
{
    if (!name || !*name)
        return error_set(
            err, AUTOML_E_DATA, "column %d has no name; every column needs one", (int)b->d->n_cols + 1);
    if (!is_text(name))
        return error_set(
            err, AUTOML_E_DATA, "the name of column %d is not valid UTF-8", (int)b->d->n_cols + 1);
    if (dataset_find(b->d, name) >= 0)
        return error_set(err, AUTOML_E_DATA, "two columns are called '%s'; rename one of them", name);
    return AUTOML_OK;
}

static void free_arrays(struct mem *m, struct column *c)
{
    if (!c->borrowed)
        mem_free(m, c->x);
    mem_free(m, c->codes);
    mem_free(m, c->us);
    c->x = NULL;
    c->codes = NULL;
    c->us = NULL;
}

/* Levels into the dataset's memory. */
static bool keep_levels(automl_dataset *d, struct column *c)
{
    const char **kept = arena_alloc(&d->arena, (size_t)c->n_levels, sizeof *kept);
    for (int32_t i = 0; kept && i < c->n_levels; i++) {
        kept[i] = arena_strdup(&d->arena, c->levels[i]);
        if (!kept[i])
            return false;
    }
    c->levels = kept;
    return kept != NULL;
}

/* Adds a complete column with its own arrays; frees them if that fails. */
static automl_status push(struct dataset_builder *b, const char *name, struct column *c, automl_error *err)
{
    automl_dataset *d = b->d;
    bool ok = (c->n_levels == 0 || keep_levels(d, c)) &&
              mem_grow(d->mem, (void **)&d->cols, &b->capacity, (int64_t)d->n_cols + 1, sizeof *d->cols);
    int32_t j = ok ? map_add(&d->names, name, strlen(name)) : -1;
    if (j < 0) {
        free_arrays(d->mem, c);
        return error_memory(err);
    }
    if (c->n_levels == 0)
        c->levels = NULL;
    c->name = d->names.names[j];
    c->n_missing = 0;
    for (int64_t i = 0; i < d->n_rows; i++)
        c->n_missing += column_missing(c, i);
    for (int64_t i = 0; c->us && i < d->n_rows; i++)
        c->timed = c->timed || (c->us[i] != DATE_MISSING && c->us[i] % DATE_DAY_US != 0);
    d->cols[d->n_cols++] = *c;
    return AUTOML_OK;
}

automl_status dataset_builder_give(
    struct dataset_builder *b, const char *name, struct column *c, automl_error *err)
{
    automl_status status = check_name(b, name, err);
    if (status < 0) {
        free_arrays(b->d->mem, c);
        return status;
    }
    return push(b, name, c, err);
}

static automl_status at_cell(automl_error *err, automl_status status, const char *name, int64_t row)
{
    error_where(err, "row %" PRId64 ", column '%s'", row + 1, name);
    return status;
}

static automl_status check_finite(
    const char *name, const double *x, const uint8_t *missing, int64_t n, automl_error *err)
{
    for (int64_t i = 0; i < n; i++) {
        if (!isinf(x[i]) || (missing && missing[i]))
            continue;
        error_set(err, AUTOML_E_DATA,
            "row %" PRId64 " of column '%s' is infinite; replace it by a number or mark it missing", i + 1,
            name);
        return at_cell(err, AUTOML_E_DATA, name, i);
    }
    return AUTOML_OK;
}

automl_status dataset_builder_add_doubles(
    struct dataset_builder *b, const char *name, const double *x, const uint8_t *missing, automl_error *err)
{
    int64_t n = b->d->n_rows;
    TRY(check_name(b, name, err));
    TRY(check_finite(name, x, missing, n, err));
    struct column c = {.type = COLUMN_NUMERIC, .x = NEW_ARRAY(b->d->mem, n, double)};
    if (!c.x)
        return error_memory(err);
    for (int64_t i = 0; i < n; i++)
        c.x[i] = missing && missing[i] ? (double)NAN : x[i];
    return push(b, name, &c, err);
}

automl_status dataset_builder_wrap_doubles(
    struct dataset_builder *b, const char *name, double *x, automl_error *err)
{
    TRY(check_name(b, name, err));
    TRY(check_finite(name, x, NULL, b->d->n_rows, err));
    struct column c = {.type = COLUMN_NUMERIC, .x = x, .borrowed = true};
    TRY(push(b, name, &c, err));
    b->d->wrapped = true;
    return AUTOML_OK;
}

automl_status dataset_builder_add_booleans(struct dataset_builder *b, const char *name, const double *x,
    const char *spelled_false, const char *spelled_true, automl_error *err)
{
    const char *levels[] = {spelled_false ? spelled_false : "false", spelled_true ? spelled_true : "true"};
    int64_t n = b->d->n_rows;
    TRY(check_name(b, name, err));
    for (int64_t i = 0; i < n; i++) {
        if (isnan(x[i]) || x[i] == 0 || x[i] == 1)
            continue;
        error_set(err, AUTOML_E_DATA, "row %" PRId64 " of boolean column '%s' is neither 0, 1 nor missing",
            i + 1, name);
        return at_cell(err, AUTOML_E_DATA, name, i);
    }
    if (!is_text(levels[0]) || !is_text(levels[1]) || strcmp(levels[0], levels[1]) == 0)
        return error_set(
            err, AUTOML_E_DATA, "boolean column '%s' needs two different spellings in UTF-8", name);
    struct column c = {.type = COLUMN_BOOLEAN, .levels = levels, .n_levels = 2};
    c.x = mem_alloc_array(b->d->mem, (size_t)n, sizeof *c.x);
    if (!c.x)
        return error_memory(err);
    if (n > 0)
        memcpy(c.x, x, (size_t)n * sizeof *x);
    return push(b, name, &c, err);
}

static automl_status encode_strings(const struct dataset_builder *b, const char *name, const char *const *s,
    const uint8_t *missing, struct map *levels, int32_t *codes, automl_error *err)
{
    for (int64_t i = 0; i < b->d->n_rows; i++) {
        codes[i] = -1;
        if (!s[i] || (missing && missing[i]))
            continue;
        int32_t before = levels->n;
        codes[i] = map_add(levels, s[i], strlen(s[i]));
        if (codes[i] < 0)
            return error_memory(err);
        if (levels->n > before && !is_text(s[i])) {
            error_set(err, AUTOML_E_DATA, "row %" PRId64 " of column '%s' is not valid UTF-8", i + 1, name);
            return at_cell(err, AUTOML_E_DATA, name, i);
        }
    }
    return AUTOML_OK;
}

automl_status dataset_builder_add_strings(struct dataset_builder *b, const char *name, const char *const *s,
    const uint8_t *missing, automl_error *err)
{
    automl_status status;
    struct mem *m = b->d->mem;
    struct map levels;
    TRY(check_name(b, name, err));
    map_init(&levels, m);
    struct column c = {.type = COLUMN_CATEGORICAL, .codes = NEW_ARRAY(m, b->d->n_rows, int32_t)};
    if (!c.codes) {
        status = error_memory(err);
        goto done;
    }
    TRY_DONE(encode_strings(b, name, s, missing, &levels, c.codes, err));
    c.levels = levels.names;
    c.n_levels = levels.n;
    status = push(b, name, &c, err);
    c.codes = NULL;
done:
    mem_free(m, c.codes);
    map_free(&levels);
    return status;
}

static automl_status check_levels(
    struct mem *m, const char *name, const char *const *levels, int32_t n_levels, automl_error *err)
{
    struct map seen;
    automl_status status = AUTOML_OK;
    map_init(&seen, m);
    for (int32_t i = 0; i < n_levels && status == AUTOML_OK; i++) {
        if (!levels[i] || !is_text(levels[i]))
            status = error_set(
                err, AUTOML_E_DATA, "level %d of column '%s' is NULL or not valid UTF-8", (int)i, name);
        else if (map_find(&seen, levels[i], strlen(levels[i])) >= 0)
            status = error_set(err, AUTOML_E_DATA, "column '%s' has the level '%s' twice", name, levels[i]);
        else if (map_add(&seen, levels[i], strlen(levels[i])) < 0)
            status = error_memory(err);
    }
    map_free(&seen);
    return status;
}

automl_status dataset_builder_add_codes(struct dataset_builder *b, const char *name, const int32_t *codes,
    const char *const *levels, int32_t n_levels, automl_error *err)
{
    int64_t n = b->d->n_rows;
    struct mem *m = b->d->mem;
    TRY(check_name(b, name, err));
    TRY(check_levels(m, name, levels, n_levels, err));
    for (int64_t i = 0; i < n; i++) {
        if (codes[i] < n_levels)
            continue;
        error_set(err, AUTOML_E_DATA, "row %" PRId64 " of column '%s' has code %d, but there are %d levels",
            i + 1, name, (int)codes[i], (int)n_levels);
        return at_cell(err, AUTOML_E_DATA, name, i);
    }
    struct column c = {.type = COLUMN_CATEGORICAL, .n_levels = n_levels};
    c.codes = NEW_ARRAY(m, n, int32_t);
    const char **copy = mem_copy(m, (const void *)levels, (size_t)n_levels, sizeof *copy);
    if (!c.codes || !copy) {
        mem_free(m, c.codes);
        mem_free(m, (void *)copy);
        return error_memory(err);
    }
    for (int64_t i = 0; i < n; i++)
        c.codes[i] = codes[i] < 0 ? -1 : codes[i];
    c.levels = copy;
    automl_status status = push(b, name, &c, err);
    mem_free(m, (void *)copy);
    return status;
}

automl_status dataset_builder_add_dates(
    struct dataset_builder *b, const char *name, const int64_t *us, const uint8_t *missing, automl_error *err)
{
    int64_t n = b->d->n_rows;
    TRY(check_name(b, name, err));
    struct column c = {.type = COLUMN_DATETIME, .us = NEW_ARRAY(b->d->mem, n, int64_t)};
    if (!c.us)
        return error_memory(err);
    for (int64_t i = 0; i < n; i++)
        c.us[i] = missing && missing[i] ? DATE_MISSING : us[i];
    return push(b, name, &c, err);
}

automl_status dataset_builder_set_weights(struct dataset_builder *b, const double *w, automl_error *err)
{
    automl_dataset *d = b->d;
    bool any = d->n_rows == 0;
    for (int64_t i = 0; i < d->n_rows; i++) {
        if (!(w[i] >= 0 && isfinite(w[i])))
            return error_set(err, AUTOML_E_DATA,
                "the weight of row %" PRId64
                " is negative, infinite or missing; weights are numbers from 0 on",
                i + 1);
        any = any || w[i] > 0;
    }
    if (!any)
        return error_set(err, AUTOML_E_DATA, "all row weights are 0");
    double *copy = mem_alloc_array(d->mem, (size_t)d->n_rows, sizeof *copy);
    if (!copy)
        return error_memory(err);
    if (d->n_rows > 0)
        memcpy(copy, w, (size_t)d->n_rows * sizeof *w);
    mem_free(d->mem, d->weights);
    d->weights = copy;
    return AUTOML_OK;
}

automl_status dataset_builder_finish(struct dataset_builder *b, void (*release)(void *user), void *user,
    automl_dataset **out, automl_error *err)
{
    automl_dataset *d = b->d;
    if (d->n_cols == 0) {
        dataset_builder_free(b);
        return error_set(err, AUTOML_E_DATA, "a dataset needs at least one column");
    }
    mem_free(d->mem, b);
    d->release = release;
    d->release_user = user;
    *out = d;
    return AUTOML_OK;
}
