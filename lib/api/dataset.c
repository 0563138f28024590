/* dataset.c - automl/dataset.h. */
#include <automl/dataset.h>

#include <math.h>
#include <string.h>

#include "api/api.h"
#include "base/utf8.h"
#include "data/dataset_csv.h"
#include "data/matrix.h"
#include "data/source.h"
#include "job/steps.h"

_Static_assert((int)AUTOML_COLUMN_NUMERIC == (int)COLUMN_NUMERIC &&
                   (int)AUTOML_COLUMN_CATEGORICAL == (int)COLUMN_CATEGORICAL &&
                   (int)AUTOML_COLUMN_BOOLEAN == (int)COLUMN_BOOLEAN &&
                   (int)AUTOML_COLUMN_DATETIME == (int)COLUMN_DATETIME,
    "types are those of the columns");

struct automl_dataset_builder {
    automl_context *ctx;       /* a reference */
    struct dataset_builder *b; /* NULL once finished */
};

automl_status automl_dataset_from_csv(
    automl_context *ctx, const char *path, const char *target, automl_dataset **out, automl_error *err)
{
    automl_dataset *d = NULL;
    int32_t found = 0;
    NOT_NULL(ctx);
    NOT_NULL(path);
    NOT_NULL(out);
    struct source_query q = {
        .table = path, .target = target, .start_us = DATE_MISSING, .end_us = DATE_MISSING};
    TRY(source_load(ctx, &q, &d, NULL, err));
    automl_status status = target ? dataset_require(d, target, "target", &found, err) : AUTOML_OK;
    if (status < 0) {
        dataset_unref(d);
        return status;
    }
    *out = d;
    return AUTOML_OK;
}

automl_status automl_dataset_from_table(
    automl_context *ctx, const char *database, const char *table, automl_dataset **out, automl_error *err)
{
    NOT_NULL(ctx);
    NOT_NULL(database);
    NOT_NULL(table);
    NOT_NULL(out);
    struct source_query q = {
        .table = table, .database = database, .start_us = DATE_MISSING, .end_us = DATE_MISSING};
    return source_load(ctx, &q, out, NULL, err);
}

automl_status automl_dataset_load(
    automl_context *ctx, const automl_params *params, automl_dataset **out, automl_error *err)
{
    NOT_NULL(ctx);
    NOT_NULL(params);
    NOT_NULL(out);
    return job_load(ctx, params->bag, out, err);
}

/* What both kinds of matrices have in common. */
static automl_status check_matrix(const struct matrix *m, automl_error *err)
{
    TRY(api_least(m->n_rows, 0, "n_rows", err));
    TRY(api_least(m->n_cols, 1, "n_cols", err));
    if (m->n_rows > INT32_MAX)
        return api_range(err, "n_rows", m->n_rows, "below 2^31");
    if (!m->x && m->n_rows > 0)
        return api_null(err, "x");
    for (int32_t j = 0; m->names && j < m->n_cols; j++)
        if (!m->names[j])
            return api_null(err, "names");
    return AUTOML_OK;
}

automl_status automl_dataset_from_doubles(automl_context *ctx, const double *x, int64_t n_rows,
    int32_t n_cols, int32_t order, const char *const *names, automl_dataset **out, automl_error *err)
{
    struct matrix m = {
        .x = x, .n_rows = n_rows, .n_cols = n_cols, .row_major = order == AUTOML_ROW_MAJOR, .names = names};
    NOT_NULL(ctx);
    NOT_NULL(out);
    TRY(check_matrix(&m, err));
    if (order != AUTOML_ROW_MAJOR && order != AUTOML_COLUMN_MAJOR)
        return api_range(err, "order", order, "AUTOML_ROW_MAJOR or AUTOML_COLUMN_MAJOR");
    return dataset_from_matrix(ctx, &m, out, err);
}

automl_status automl_dataset_wrap_doubles(automl_context *ctx, const double *x, int64_t n_rows,
    int32_t n_cols, const char *const *names, void (*release)(void *user), void *user, automl_dataset **out,
    automl_error *err)
{
    struct matrix m = {.x = x, .n_rows = n_rows, .n_cols = n_cols, .names = names};
    NOT_NULL(ctx);
    NOT_NULL(out);
    TRY(check_matrix(&m, err));
    return dataset_wrap_matrix(ctx, &m, release, user, out, err);
}

automl_status automl_dataset_builder_create(
    automl_context *ctx, int64_t n_rows, automl_dataset_builder **out, automl_error *err)
{
    struct dataset_builder *b = NULL;
    NOT_NULL(ctx);
    NOT_NULL(out);
    AT_LEAST(n_rows, 0);
    TRY(dataset_builder_create(ctx, n_rows, &b, err));
    automl_dataset_builder *builder = NEW(&ctx->mem, automl_dataset_builder);
    if (!builder) {
        dataset_builder_free(b);
        return error_memory(err);
    }
    *builder = (automl_dataset_builder){.ctx = context_ref(ctx), .b = b};
    *out = builder;
    return AUTOML_OK;
}

void automl_dataset_builder_free(automl_dataset_builder *builder)
{
    if (!builder)
        return;
    automl_context *ctx = builder->ctx;
    dataset_builder_free(builder->b);
    mem_free(&ctx->mem, builder);
    context_unref(ctx);
}

static automl_status check_open(const automl_dataset_builder *builder, automl_error *err)
{
    if (builder->b)
        return AUTOML_OK;
    return error_set(err, AUTOML_E_STATE, "the builder has made its dataset; create another builder");
}

automl_status automl_dataset_builder_add_doubles(automl_dataset_builder *builder, const char *name,
    const double *x, const uint8_t *missing, automl_error *err)
{
    NOT_NULL(builder);
    NOT_NULL(name);
    NOT_NULL(x);
    TRY(check_open(builder, err));
    return dataset_builder_add_doubles(builder->b, name, x, missing, err);
}

automl_status automl_dataset_builder_add_strings(automl_dataset_builder *builder, const char *name,
    const char *const *s, const uint8_t *missing, automl_error *err)
{
    NOT_NULL(builder);
    NOT_NULL(name);
    NOT_NULL(s);
    TRY(check_open(builder, err));
    return dataset_builder_add_strings(builder->b, name, s, missing, err);
}

automl_status automl_dataset_builder_add_codes(automl_dataset_builder *builder, const char *name,
    const int32_t *codes, const char *const *levels, int32_t n_levels, automl_error *err)
{
    NOT_NULL(builder);
    NOT_NULL(name);
    NOT_NULL(codes);
    AT_LEAST(n_levels, 0);
    if (n_levels > 0)
        NOT_NULL(levels);
    for (int32_t i = 0; i < n_levels; i++)
        if (!levels[i])
            return api_null(err, "levels");
    TRY(check_open(builder, err));
    return dataset_builder_add_codes(builder->b, name, codes, levels, n_levels, err);
}

automl_status automl_dataset_builder_add_booleans(automl_dataset_builder *builder, const char *name,
    const double *x, const char *spelled_false, const char *spelled_true, automl_error *err)
{
    NOT_NULL(builder);
    NOT_NULL(name);
    NOT_NULL(x);
    TRY(check_open(builder, err));
    return dataset_builder_add_booleans(builder->b, name, x, spelled_false, spelled_true, err);
}

automl_status automl_dataset_builder_add_dates(automl_dataset_builder *builder, const char *name,
    const int64_t *us, const uint8_t *missing, automl_error *err)
{
    NOT_NULL(builder);
    NOT_NULL(name);
    NOT_NULL(us);
    TRY(check_open(builder, err));
    return dataset_builder_add_dates(builder->b, name, us, missing, err);
}

automl_status automl_dataset_builder_set_weights(
    automl_dataset_builder *builder, const double *weights, automl_error *err)
{
    NOT_NULL(builder);
    NOT_NULL(weights);
    TRY(check_open(builder, err));
    return dataset_builder_set_weights(builder->b, weights, err);
}

automl_status automl_dataset_builder_finish(
    automl_dataset_builder *builder, automl_dataset **out, automl_error *err)
{
    NOT_NULL(builder);
    NOT_NULL(out);
    TRY(check_open(builder, err));
    struct dataset_builder *b = builder->b;
    builder->b = NULL;
    return dataset_builder_finish(b, NULL, NULL, out, err);
}

automl_dataset *automl_dataset_ref(automl_dataset *dataset)
{
    return dataset_ref(dataset);
}

void automl_dataset_free(automl_dataset *dataset)
{
    dataset_unref(dataset);
}

int64_t automl_dataset_rows(const automl_dataset *dataset)
{
    return dataset ? dataset->n_rows : 0;
}

int32_t automl_dataset_columns(const automl_dataset *dataset)
{
    return dataset ? dataset->n_cols : 0;
}

static const struct column *column_at(const automl_dataset *d, int32_t column)
{
    return d && column >= 0 && column < d->n_cols ? &d->cols[column] : NULL;
}

const char *automl_dataset_column_name(const automl_dataset *dataset, int32_t column)
{
    const struct column *c = column_at(dataset, column);
    return c ? c->name : NULL;
}

int32_t automl_dataset_column_type(const automl_dataset *dataset, int32_t column)
{
    const struct column *c = column_at(dataset, column);
    return c ? (int32_t)c->type : -1;
}

int32_t automl_dataset_column_find(const automl_dataset *dataset, const char *name)
{
    return dataset && name ? dataset_find(dataset, name) : -1;
}

int64_t automl_dataset_column_missing(const automl_dataset *dataset, int32_t column)
{
    const struct column *c = column_at(dataset, column);
    return c ? c->n_missing : -1;
}

int32_t automl_dataset_level_count(const automl_dataset *dataset, int32_t column)
{
    const struct column *c = column_at(dataset, column);
    return c ? c->n_levels : -1;
}

const char *automl_dataset_level(const automl_dataset *dataset, int32_t column, int32_t level)
{
    const struct column *c = column_at(dataset, column);
    return c && level >= 0 && level < c->n_levels ? c->levels[level] : NULL;
}

double automl_dataset_value(const automl_dataset *dataset, int64_t row, int32_t column)
{
    const struct column *c = column_at(dataset, column);
    if (!c || row < 0 || row >= dataset->n_rows || column_missing(c, row))
        return NAN;
    if (c->type == COLUMN_CATEGORICAL)
        return c->codes[row];
    return c->type == COLUMN_DATETIME ? (double)c->us[row] : c->x[row];
}

int64_t automl_dataset_text(
    const automl_dataset *dataset, int64_t row, int32_t column, char *buffer, int64_t size)
{
    char printed[DATE_PRINT_BYTES];
    const struct column *c = column_at(dataset, column);
    if (!c || row < 0 || row >= dataset->n_rows || size < 0 || (size > 0 && !buffer))
        return -1;
    const char *text = column_text(c, row, printed);
    size_t n = strlen(text);
    if (size > 0) {
        size_t kept = n < (size_t)size ? n : utf8_cut(text, (size_t)size - 1);
        memcpy(buffer, text, kept);
        buffer[kept] = '\0';
    }
    return (int64_t)n;
}

automl_status automl_dataset_to_csv(const automl_dataset *dataset, const char *path, automl_error *err)
{
    NOT_NULL(dataset);
    NOT_NULL(path);
    return dataset_write_csv(dataset, path, err);
}

automl_status automl_dataset_sha256(const automl_dataset *dataset, char out[65], automl_error *err)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t hash[32];
    NOT_NULL(dataset);
    NOT_NULL(out);
    dataset_sha256(dataset, hash);
    for (int32_t i = 0; i < 32; i++) {
        out[2 * i] = digits[hash[i] >> 4];
        out[2 * i + 1] = digits[hash[i] & 15];
    }
    out[64] = '\0';
    return AUTOML_OK;
}
