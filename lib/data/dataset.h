/*
 * dataset.h - typed columns: what a feature table becomes in memory. Immutable once finished, shared by
 * reference counting.
 */
#ifndef DATA_DATASET_H
#define DATA_DATASET_H

#include "base/arena.h"
#include "base/context.h"
#include "base/date.h"
#include "base/map.h"

enum column_type {
    COLUMN_NUMERIC,     /* x; NaN = missing, never +-Inf */
    COLUMN_CATEGORICAL, /* codes into levels; -1 = missing */
    COLUMN_BOOLEAN,     /* x holds 0, 1 or NaN; levels[0], levels[1] are the two spellings */
    COLUMN_DATETIME,    /* us; DATE_MISSING = missing */
};

struct column {
    const char *name;
    enum column_type type;
    double *x;
    int32_t *codes;
    int64_t *us;
    const char **levels; /* in order of first appearance for loaded data; NUL-terminated UTF-8 */
    int32_t n_levels;
    int64_t n_missing;
    bool borrowed; /* x belongs to the host */
    bool timed;    /* some date is not midnight: all are printed with their time */
};

typedef struct automl_dataset automl_dataset;

struct automl_dataset {
    automl_context *ctx;
    struct mem *mem;    /* the context's */
    struct arena arena; /* levels */
    _Atomic int32_t refs;
    int64_t n_rows; /* <= INT32_MAX */
    int32_t n_cols;
    struct column *cols;
    struct map names;            /* of the columns: name -> index */
    double *weights;             /* per row, finite, >= 0; or NULL */
    void (*release)(void *user); /* wrapped memory of the host; or NULL */
    void *release_user;
    bool wrapped; /* x of some numeric columns belongs to the host */
};

automl_dataset *dataset_ref(automl_dataset *d);
void dataset_unref(automl_dataset *d); /* NULL is fine */
const char *column_type_name(enum column_type t);
int32_t dataset_find(const automl_dataset *d, const char *name); /* -1 */
/* As dataset_find, but AUTOML_E_NOT_FOUND names the role ("target"), the column and the nearest name. */
automl_status dataset_require(
    const automl_dataset *d, const char *name, const char *role, int32_t *out, automl_error *err);
bool column_missing(const struct column *c, int64_t row);
/* The cell as text (number shortest, date ISO, level); "" if missing. The buffer may or may not be used. */
const char *column_text(const struct column *c, int64_t row, char buffer[DATE_PRINT_BYTES]);
/* SHA-256 over canonical names, types and cells, column by column, rows in order; the bytes are in dataset.c.
 * Independent of the order of levels, of unused levels, and of how the dataset came about. */
void dataset_sha256(const automl_dataset *d, uint8_t out[32]);
/* A new dataset of some rows (in the given order) and all columns. */
automl_status dataset_take(
    const automl_dataset *d, const int32_t *rows, int64_t n, automl_dataset **out, automl_error *err);

/* Building. Columns are added one by one, all of the same length; the builder is consumed by _finish, also
 * when it fails. A column that is refused leaves the builder as it was. Names are unique, not empty, UTF-8.
 */
struct dataset_builder;

automl_status dataset_builder_create(
    automl_context *ctx, int64_t n_rows, struct dataset_builder **out, automl_error *err);
void dataset_builder_free(struct dataset_builder *b);
/* missing (may be NULL): non-zero marks a missing cell. +-Inf is AUTOML_E_DATA naming row and column. */
automl_status dataset_builder_add_doubles(
    struct dataset_builder *b, const char *name, const double *x, const uint8_t *missing, automl_error *err);
/* The values stay the host's; the dataset's release callback ends the loan. */
automl_status dataset_builder_wrap_doubles(
    struct dataset_builder *b, const char *name, double *x, automl_error *err);
automl_status dataset_builder_add_booleans(struct dataset_builder *b, const char *name, const double *x,
    const char *spelled_false, const char *spelled_true, automl_error *err);
/* NULL strings are missing. */
automl_status dataset_builder_add_strings(struct dataset_builder *b, const char *name, const char *const *s,
    const uint8_t *missing, automl_error *err);
/* codes in [0, n_levels), negative: missing. */
automl_status dataset_builder_add_codes(struct dataset_builder *b, const char *name, const int32_t *codes,
    const char *const *levels, int32_t n_levels, automl_error *err);
automl_status dataset_builder_add_dates(struct dataset_builder *b, const char *name, const int64_t *us,
    const uint8_t *missing, automl_error *err);
/* Takes over the arrays x, codes or us, which come from the context's memory; levels are copied. The arrays
 * are freed if it fails. Nothing but the name is checked; n_missing is counted. */
automl_status dataset_builder_give(
    struct dataset_builder *b, const char *name, struct column *c, automl_error *err);
automl_status dataset_builder_set_weights(struct dataset_builder *b, const double *w, automl_error *err);
/* release (may be NULL) is called with the dataset's last reference; not if finishing fails. */
automl_status dataset_builder_finish(struct dataset_builder *b, void (*release)(void *user), void *user,
    automl_dataset **out, automl_error *err);

#endif
