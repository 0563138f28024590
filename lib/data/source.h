/*
 * source.h - reading feature tables: CSV, CSV.gz and SQLite tables or views, with column list and date
 * window.
 *
 * Types are inferred over all rows that are read: numeric, boolean (true/false in one case), date or
 * timestamp (ISO 8601), else categorical. Integers with leading zeros, and integers that a double cannot hold
 * exactly, stay text. Missing: the empty field (also an unquoted blank one, and NULL) and, unquoted, pandas'
 * list ("NA", "NaN", "null", "N/A", "None", ...); for the target only the empty field. Blanks around an
 * unquoted number or date do not count. +-Inf in a column of numbers is an error that names the cell. A
 * column without any value is numeric.
 *
 * SQLite: integers and reals are numbers; texts are inferred like unquoted CSV fields; blobs are an error. A
 * window's column holds ISO texts, integers (seconds since 1970) or reals (Julian days). Where all of its
 * values begin with YYYY-MM-DD only rows near the window are read.
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

/* Copies a CSV file into a new table of an SQLite database (created if need be) in one transaction: INTEGER,
 * REAL or TEXT columns, dates as ISO text with an index each. Loading the table gives what loading the file
 * gives, but for quoted missing-value marks. An existing table is AUTOML_E_CONFLICT. */
automl_status source_import(automl_context *ctx, const char *csv_path, const char *database,
    const char *table, int64_t *out_rows, automl_error *err);

#endif
