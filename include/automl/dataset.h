/*
 * dataset.h - typed columns: a feature table in memory.
 *
 * A dataset comes from a CSV file, an SQLite table, an array of doubles, or a builder that takes columns one
 * by one. It is immutable and reference-counted, and may be read from any number of threads at once.
 *
 * Rows count from 0 to automl_dataset_rows() - 1, at most 2^31 - 1 of them; columns from 0 to
 * automl_dataset_columns() - 1. Names of columns are unique, not empty and UTF-8. Infinite numbers are
 * refused.
 *
 * When text is loaded, types are inferred over the whole table: numeric, boolean (true/false), date (ISO
 * 8601), else categorical. Integers with leading zeros and integers that a double cannot hold stay text.
 * Missing cells are empty fields and, unquoted, "NA", "NaN", "null", "N/A", "None" and the like; for the
 * target only empty fields.
 */
#ifndef AUTOML_DATASET_H
#define AUTOML_DATASET_H

#include <stdint.h>

#include <automl/context.h>
#include <automl/export.h>
#include <automl/params.h>
#include <automl/status.h>

AUTOML_BEGIN_DECLS

/* Typed columns. Immutable, reference-counted. */
typedef struct automl_dataset automl_dataset;

/* A dataset under construction. */
typedef struct automl_dataset_builder automl_dataset_builder;

/* Types of columns. */
enum {
    AUTOML_COLUMN_NUMERIC = 0,     /* doubles; missing: NaN */
    AUTOML_COLUMN_CATEGORICAL = 1, /* codes of texts ("levels"); missing: a negative code */
    AUTOML_COLUMN_BOOLEAN = 2,     /* 0 and 1, with their two spellings as levels; missing: NaN */
    AUTOML_COLUMN_DATETIME = 3     /* microseconds since 1970-01-01T00:00:00Z; missing: INT64_MIN */
};

/* Layouts of a matrix. */
enum {
    AUTOML_ROW_MAJOR = 0,   /* x[row * n_cols + col], as C and NumPy */
    AUTOML_COLUMN_MAJOR = 1 /* x[col * n_rows + row], as Fortran and R */
};

/**
 * Loads a CSV file: comma, semicolon, tab or bar, with a header record; plain or gzip.
 *
 * @param ctx     the context
 * @param path    ends in .csv or .csv.gz
 * @param target  name of the target column, for which only empty fields are missing; NULL: none is
 * @param out     the dataset, to be released with automl_dataset_free()
 * @param err     receives the error, with line and column; may be NULL
 * @return AUTOML_OK; AUTOML_E_NOT_FOUND (file, target), AUTOML_E_READ, AUTOML_E_FORMAT; AUTOML_E_DATA for a
 *         table without rows or with an infinite number.
 * @since 0.1
 */
AUTOML_API automl_status automl_dataset_from_csv(
    automl_context *ctx, const char *path, const char *target, automl_dataset **out, automl_error *err);

/**
 * Loads all rows of a table or view of an SQLite database, which is opened read-only.
 *
 * @param ctx       the context
 * @param database  path of the SQLite file
 * @param table     name of the table or view
 * @param out       the dataset, to be released with automl_dataset_free()
 * @param err       receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_NOT_FOUND (file, table: the nearest is named), AUTOML_E_READ, AUTOML_E_FORMAT,
 *         AUTOML_E_DATA as above; AUTOML_E_UNSUPPORTED if SQLite is not built in.
 * @since 0.1
 */
AUTOML_API automl_status automl_dataset_from_table(
    automl_context *ctx, const char *database, const char *table, automl_dataset **out, automl_error *err);

/**
 * Loads what a job with these parameters would load: "feature_table_name" (and "feature_database"), the rows
 * of the window "start_date" to "end_date" that have a target, and, if "features_selected" names them, only
 * the columns that have a role.
 *
 * @param ctx     the context
 * @param params  not kept
 * @param out     the dataset, to be released with automl_dataset_free()
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; as automl_params_check() and automl_dataset_from_table(); AUTOML_E_DATA for a window
 *         without rows (the table's own range is named); AUTOML_E_CONFLICT if a window is set and the
 *         table has no date column or several.
 * @since 0.1
 */
AUTOML_API automl_status automl_dataset_load(
    automl_context *ctx, const automl_params *params, automl_dataset **out, automl_error *err);

/**
 * Copies a matrix of doubles.
 *
 * @param ctx     the context
 * @param x       n_rows * n_cols values; NaN: missing. NULL is fine if there are no rows.
 * @param n_rows  0 to 2^31 - 1
 * @param n_cols  at least 1
 * @param order   AUTOML_ROW_MAJOR or AUTOML_COLUMN_MAJOR
 * @param names   n_cols names; NULL: "x0", "x1", ...
 * @param out     the dataset, to be released with automl_dataset_free()
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_RANGE for a size or order; AUTOML_E_DATA for an infinite value, a repeated
 *         or an empty name.
 * @since 0.1
 */
AUTOML_API automl_status automl_dataset_from_doubles(automl_context *ctx, const double *x, int64_t n_rows,
    int32_t n_cols, int32_t order, const char *const *names, automl_dataset **out, automl_error *err);

/**
 * Makes a dataset over the host's own column-major matrix, without a copy.
 *
 * The values must not change until `release` is called: once, from whatever thread gives up the last
 * reference. On failure it is not called and nothing is kept.
 *
 * @param ctx      the context
 * @param x        n_rows * n_cols values, column after column; NaN: missing
 * @param n_rows   0 to 2^31 - 1
 * @param n_cols   at least 1
 * @param names    n_cols names, copied; NULL: "x0", "x1", ...
 * @param release  called when the values are no longer needed; may be NULL
 * @param user     handed to release; may be NULL
 * @param out      the dataset, to be released with automl_dataset_free()
 * @param err      receives the error; may be NULL
 * @return AUTOML_OK; as automl_dataset_from_doubles().
 * @since 0.1
 */
AUTOML_API automl_status automl_dataset_wrap_doubles(automl_context *ctx, const double *x, int64_t n_rows,
    int32_t n_cols, const char *const *names, void (*release)(void *user), void *user, automl_dataset **out,
    automl_error *err);

/**
 * Begins a dataset of n_rows rows without columns. A builder is used by one thread at a time.
 *
 * @param ctx     the context
 * @param n_rows  rows of every column that will be added; 0 to 2^31 - 1
 * @param out     the builder, to be released with automl_dataset_builder_free()
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_RANGE.
 * @since 0.1
 */
AUTOML_API automl_status automl_dataset_builder_create(
    automl_context *ctx, int64_t n_rows, automl_dataset_builder **out, automl_error *err);

/**
 * Releases a builder, finished or not.
 *
 * @param builder  NULL is fine
 * @since 0.1
 */
AUTOML_API void automl_dataset_builder_free(automl_dataset_builder *builder);

/**
 * Adds a numeric column. A column that is refused leaves the builder as it was; that holds for all of these
 * functions, and so do the statuses given here. Columns of no rows need a pointer too.
 *
 * @param builder  the builder
 * @param name     of the column
 * @param x        n_rows values, copied; NaN: missing
 * @param missing  n_rows bytes, non-zero marks a missing cell, whose value is not looked at; NULL: none
 * @param err      receives the error, with row and column; may be NULL
 * @return AUTOML_OK; AUTOML_E_DATA for an infinite value, a repeated or empty name, or text that is not
 *         UTF-8; AUTOML_E_STATE if the builder is finished.
 * @since 0.1
 */
AUTOML_API automl_status automl_dataset_builder_add_doubles(automl_dataset_builder *builder, const char *name,
    const double *x, const uint8_t *missing, automl_error *err);

/**
 * Adds a categorical column out of texts. Levels are numbered by first appearance.
 *
 * @param builder  the builder
 * @param name     of the column
 * @param s        n_rows texts, copied; NULL: missing. "" is a level like any other.
 * @param missing  as for doubles; NULL: none
 * @param err      receives the error; may be NULL
 * @return as automl_dataset_builder_add_doubles().
 * @since 0.1
 */
AUTOML_API automl_status automl_dataset_builder_add_strings(automl_dataset_builder *builder, const char *name,
    const char *const *s, const uint8_t *missing, automl_error *err);

/**
 * Adds a categorical column out of codes and their dictionary.
 *
 * @param builder   the builder
 * @param name      of the column
 * @param codes     n_rows codes from 0 to n_levels - 1, copied; negative: missing
 * @param levels    n_levels different texts, copied; NULL is fine if n_levels is 0
 * @param n_levels  at least 0
 * @param err       receives the error; may be NULL
 * @return as automl_dataset_builder_add_doubles(); AUTOML_E_DATA also for a code that has no level and a
 *         level that is repeated.
 * @since 0.1
 */
AUTOML_API automl_status automl_dataset_builder_add_codes(automl_dataset_builder *builder, const char *name,
    const int32_t *codes, const char *const *levels, int32_t n_levels, automl_error *err);

/**
 * Adds a boolean column.
 *
 * @param builder        the builder
 * @param name           of the column
 * @param x              n_rows values: 0, 1 or, if missing, NaN; copied
 * @param spelled_false  text of 0; NULL: "false"
 * @param spelled_true   text of 1, another one; NULL: "true"
 * @param err            receives the error; may be NULL
 * @return as automl_dataset_builder_add_doubles(); AUTOML_E_DATA also for any other value.
 * @since 0.1
 */
AUTOML_API automl_status automl_dataset_builder_add_booleans(automl_dataset_builder *builder,
    const char *name, const double *x, const char *spelled_false, const char *spelled_true,
    automl_error *err);

/**
 * Adds a column of dates and times.
 *
 * @param builder  the builder
 * @param name     of the column
 * @param us       n_rows microseconds since 1970-01-01T00:00:00Z, copied; INT64_MIN: missing
 * @param missing  as for doubles; NULL: none
 * @param err      receives the error; may be NULL
 * @return as automl_dataset_builder_add_doubles().
 * @since 0.1
 */
AUTOML_API automl_status automl_dataset_builder_add_dates(automl_dataset_builder *builder, const char *name,
    const int64_t *us, const uint8_t *missing, automl_error *err);

/**
 * Sets the weights of the rows. Learners and metrics count a row as often as its weight says.
 *
 * @param builder  the builder
 * @param weights  n_rows finite values, at least 0, copied
 * @param err      receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_DATA, AUTOML_E_STATE.
 * @since 0.1
 */
AUTOML_API automl_status automl_dataset_builder_set_weights(
    automl_dataset_builder *builder, const double *weights, automl_error *err);

/**
 * Makes the dataset. The builder is finished then, also on failure: only automl_dataset_builder_free() is
 * left to do.
 *
 * @param builder  the builder
 * @param out      the dataset, to be released with automl_dataset_free()
 * @param err      receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_DATA if it has no column; AUTOML_E_STATE if the builder was finished before.
 * @since 0.1
 */
AUTOML_API automl_status automl_dataset_builder_finish(
    automl_dataset_builder *builder, automl_dataset **out, automl_error *err);

/**
 * Takes one more reference, to be given up with automl_dataset_free(). Thread-safe.
 *
 * @param dataset  NULL is fine
 * @return dataset
 * @since 0.1
 */
AUTOML_API automl_dataset *automl_dataset_ref(automl_dataset *dataset);

/**
 * Gives up one reference. Thread-safe.
 *
 * @param dataset  NULL is fine
 * @since 0.1
 */
AUTOML_API void automl_dataset_free(automl_dataset *dataset);

/**
 * @param dataset  the dataset; NULL gives 0
 * @return the number of rows.
 * @since 0.1
 */
AUTOML_API int64_t automl_dataset_rows(const automl_dataset *dataset);

/**
 * @param dataset  the dataset; NULL gives 0
 * @return the number of columns.
 * @since 0.1
 */
AUTOML_API int32_t automl_dataset_columns(const automl_dataset *dataset);

/**
 * @param dataset  the dataset
 * @param column   its index
 * @return its name; NULL if there is no such column.
 * @since 0.1
 */
AUTOML_API const char *automl_dataset_column_name(const automl_dataset *dataset, int32_t column);

/**
 * @param dataset  the dataset
 * @param column   its index
 * @return AUTOML_COLUMN_NUMERIC to AUTOML_COLUMN_DATETIME; -1 if there is no such column.
 * @since 0.1
 */
AUTOML_API int32_t automl_dataset_column_type(const automl_dataset *dataset, int32_t column);

/**
 * @param dataset  the dataset
 * @param name     a name; case counts
 * @return the column's index; -1 if there is none of this name.
 * @since 0.1
 */
AUTOML_API int32_t automl_dataset_column_find(const automl_dataset *dataset, const char *name);

/**
 * @param dataset  the dataset
 * @param column   its index
 * @return how many of its cells are missing; -1 if there is no such column.
 * @since 0.1
 */
AUTOML_API int64_t automl_dataset_column_missing(const automl_dataset *dataset, int32_t column);

/**
 * @param dataset  the dataset
 * @param column   its index
 * @return how many levels a categorical or boolean column has; 0 for other types; -1 if there is no such
 *         column.
 * @since 0.1
 */
AUTOML_API int32_t automl_dataset_level_count(const automl_dataset *dataset, int32_t column);

/**
 * @param dataset  the dataset
 * @param column   its index
 * @param level    from 0
 * @return the level's text; NULL if there is no such column or level.
 * @since 0.1
 */
AUTOML_API const char *automl_dataset_level(const automl_dataset *dataset, int32_t column, int32_t level);

/**
 * One cell as a number: the number, 0 or 1, the level's number, or microseconds since 1970 (exact to the
 * year 2255).
 *
 * @param dataset  the dataset
 * @param row      from 0
 * @param column   its index
 * @return NaN for a missing cell and if there is no such cell.
 * @since 0.1
 */
AUTOML_API double automl_dataset_value(const automl_dataset *dataset, int64_t row, int32_t column);

/**
 * One cell as text: the shortest text that reads back as the number, the level, or an ISO 8601 date, with the
 * time of day if any date of the column has one; "" if it is missing. As snprintf: what does not fit is cut
 * off (at the end of a UTF-8 sequence).
 *
 * @param dataset  the dataset
 * @param row      from 0
 * @param column   its index
 * @param buffer   receives the text and a NUL; NULL is fine if size is 0
 * @param size     bytes of buffer; 0 only asks for the length
 * @return the length of the whole text without NUL; -1 if there is no such cell or size is negative.
 * @since 0.1
 */
AUTOML_API int64_t automl_dataset_text(
    const automl_dataset *dataset, int64_t row, int32_t column, char *buffer, int64_t size);

/**
 * Writes all rows and columns as CSV, each cell as automl_dataset_text() gives it, missing ones empty. The
 * file appears whole or not at all.
 *
 * @param dataset  the dataset
 * @param path     of the file, which is replaced if it exists
 * @param err      receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_WRITE.
 * @since 0.1
 */
AUTOML_API automl_status automl_dataset_to_csv(
    const automl_dataset *dataset, const char *path, automl_error *err);

/**
 * SHA-256 over names, types, cells and weights: equal for equal data, however they came about. Linear in the
 * number of cells.
 *
 * @param dataset  the dataset
 * @param out      receives 64 hexadecimal digits and a NUL
 * @param err      receives the error; may be NULL
 * @return AUTOML_OK.
 * @since 0.1
 */
AUTOML_API automl_status automl_dataset_sha256(
    const automl_dataset *dataset, char out[65], automl_error *err);

AUTOML_END_DECLS

#endif
