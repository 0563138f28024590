/* table.h - what the readers of CSV and SQLite share: the columns of a table while its rows arrive. */
#ifndef DATA_TABLE_H
#define DATA_TABLE_H

#include "data/infer.h"
#include "data/source.h"

struct table {
    automl_context *ctx;
    struct mem *mem;
    const struct source_query *query;
    const char *unit; /* of places in messages: "line" or "row" */
    struct map names; /* of all columns, in table order */
    int32_t n_cols;
    struct infer_column *cols;
    uint8_t *wanted; /* per column: goes into the result */
    int32_t *active; /* columns whose cells are read */
    int32_t n_active;
    int32_t date; /* the window's column, or -1 */
    int64_t n_rows;
    int64_t next_report_ns;
    bool saw_integer, saw_real;      /* among the cells of the window's column; SQLite */
    char range[2][DATE_PRINT_BYTES]; /* of the window's column as far as it is known, if no row was read */
};

void table_init(struct table *t, automl_context *ctx, const struct source_query *q, const char *unit);
/* Adds one name of the header. */
automl_status table_add_column(struct table *t, const char *name, size_t n, automl_error *err);
/* After the last name: resolves the columns that the query names. extra_flags are infer_flags for all
 * columns. */
automl_status table_open(struct table *t, uint32_t extra_flags, automl_error *err);
/* After every row: counts it, and now and then polls and reports. `share` is asked for only when it is
 * needed. */
automl_status table_end_row(
    struct table *t, double (*share)(const void *user), const void *user, automl_error *err);
/* Applies the window and makes the dataset. */
automl_status table_finish(struct table *t, automl_dataset **out, int32_t *out_date, automl_error *err);
void table_free(struct table *t);

automl_status source_load_csv(automl_context *ctx, const struct source_query *q, automl_dataset **out,
    int32_t *out_date, automl_error *err);
automl_status source_load_sqlite(automl_context *ctx, const struct source_query *q, automl_dataset **out,
    int32_t *out_date, automl_error *err);
/* Reads all of a CSV file into t, which table_init has prepared. */
automl_status csv_read_table(struct table *t, uint32_t extra_flags, automl_error *err);

#endif
