/*
 * source.h - reading feature tables: CSV, CSV.gz and SQLite tables or views, with column list and date
 * window.
 *
 * Types are inferred over the whole table: numeric, boolean (true/false), date or timestamp (ISO 8601),
 * else categorical. Integers with leading zeros, and integers that a double cannot hold exactly, stay
 * text. Missing: the empty field and, unquoted, pandas' list ("NA", "NaN", "null", "N/A", "None", ...); for
 * the target only the empty field. +-Inf is an error that names the cell.
 */
#ifndef DATA_SOURCE_H
#define DATA_SOURCE_H

#include "data/dataset.h"

struct source_query {
    const char *table;          /* path of a .csv/.csv.gz, or the name of a table or view */
    const char *database;       /* SQLite file for a table name; NULL with a path */
    const char *const *columns; /* only these (in table order); NULL: all */
    int32_t n_columns;
    const char *target;       /* other missing-value rule; may be NULL */
    const char *id;           /* kept as loaded text unless numeric; may be NULL */
    const char *date_column;  /* the window's; NULL: no window, unless find_date */
    bool find_date;           /* the only datetime column; an error if there are none or several */
    int64_t start_us, end_us; /* half open [start, end); DATE_MISSING: open end */
    const struct stop *stop;  /* polled; may be NULL */
    /* Called about every 50 ms of work with the share done; may be NULL. */
    void (*progress)(void *user, double share);
    void *progress_user;
};

/* *out_date (may be NULL): index of the window's column in the result, or -1. Rows outside the window
 * are not kept. An empty result is AUTOML_E_DATA that names the window and the table's own range. */
automl_status source_load(automl_context *ctx, const struct source_query *q, automl_dataset **out,
    int32_t *out_date, automl_error *err);

/* True if the table name is a path to a CSV file: it ends in .csv or .csv.gz. */
bool source_is_path(const char *table);

/* Copies a CSV file into a (new) table of an SQLite database, with typed columns, in one transaction. */
automl_status source_import(automl_context *ctx, const char *csv_path, const char *database,
    const char *table, int64_t *out_rows, automl_error *err);

#endif
