/* matrix.h - datasets out of one matrix of doubles. */
#ifndef DATA_MATRIX_H
#define DATA_MATRIX_H

#include "data/dataset.h"

struct matrix {
    const double *x; /* NaN: missing */
    int64_t n_rows;
    int32_t n_cols;
    bool row_major;           /* else column after column */
    const char *const *names; /* n_cols; NULL: "x0", "x1", ... */
};

automl_status dataset_from_matrix(
    automl_context *ctx, const struct matrix *x, automl_dataset **out, automl_error *err);
/* Column-major only. The values stay the host's until release (may be NULL) is called; not if this fails. */
automl_status dataset_wrap_matrix(automl_context *ctx, const struct matrix *x, void (*release)(void *user),
    void *user, automl_dataset **out, automl_error *err);

#endif
