/*
 * matrix.c - datasets out of one matrix of doubles.
 */
#include <inttypes.h>
#include <stdio.h>

#include "data/matrix.h"

enum { NAME_BYTES = 16 };

static const char *column_name(const struct matrix *x, int32_t j, char buffer[NAME_BYTES])
{
    if (x->names)
        return x->names[j];
    snprintf(buffer, NAME_BYTES, "x%" PRId32, j);
    return buffer;
}

/* Column j of a column-major matrix; NULL if it has no cells. */
static const double *column_of(const struct matrix *x, int32_t j)
{
    return x->x ? x->x + j * x->n_rows : NULL;
}

/* Column j of a row-major matrix. */
static void gather(const struct matrix *x, int32_t j, double *out)
{
    for (int64_t i = 0; i < x->n_rows; i++)
        out[i] = x->x[i * x->n_cols + j];
}

static automl_status copy_columns(
    struct dataset_builder *b, const struct matrix *x, double *scratch, automl_error *err)
{
    char buffer[NAME_BYTES];
    for (int32_t j = 0; j < x->n_cols; j++) {
        const double *column = scratch;
        if (x->row_major)
            gather(x, j, scratch);
        else
            column = column_of(x, j);
        TRY(dataset_builder_add_doubles(b, column_name(x, j, buffer), column, NULL, err));
    }
    return AUTOML_OK;
}

automl_status dataset_from_matrix(
    automl_context *ctx, const struct matrix *x, automl_dataset **out, automl_error *err)
{
    struct dataset_builder *b = NULL;
    TRY(dataset_builder_create(ctx, x->n_rows, &b, err));
    double *scratch = NEW_ARRAY(&ctx->mem, x->n_rows, double);
    automl_status status = scratch ? copy_columns(b, x, scratch, err) : error_memory(err);
    mem_free(&ctx->mem, scratch);
    if (status >= 0)
        return dataset_builder_finish(b, NULL, NULL, out, err);
    dataset_builder_free(b);
    return status;
}

automl_status dataset_wrap_matrix(automl_context *ctx, const struct matrix *x, void (*release)(void *user),
    void *user, automl_dataset **out, automl_error *err)
{
    struct dataset_builder *b = NULL;
    char buffer[NAME_BYTES];
    automl_status status = AUTOML_OK;
    TRY(dataset_builder_create(ctx, x->n_rows, &b, err));
    for (int32_t j = 0; status >= 0 && j < x->n_cols; j++) {
        /* Columns of a dataset are not const, but nothing writes to borrowed ones. */
        double *values = (double *)(uintptr_t)column_of(x, j);
        status = dataset_builder_wrap_doubles(b, column_name(x, j, buffer), values, err);
    }
    if (status >= 0)
        return dataset_builder_finish(b, release, user, out, err);
    dataset_builder_free(b);
    return status;
}
