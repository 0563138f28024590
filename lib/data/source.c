/*
 * source.c - picks the reader of a feature table.
 */
#include "data/source.h"

#include <string.h>

#include "data/table.h"

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n > m && memcmp(s + n - m, end, m) == 0;
}

bool source_is_path(const char *table)
{
    return ends_with(table, ".csv") || ends_with(table, ".csv.gz");
}

automl_status source_load(automl_context *ctx, const struct source_query *q, automl_dataset **out,
    int32_t *out_date, automl_error *err)
{
    if (source_is_path(q->table))
        return source_load_csv(ctx, q, out, out_date, err);
    if (!q->database)
        return error_set(err, AUTOML_E_ARGUMENT,
            "'%s' is no path that ends in .csv or .csv.gz, and no database is given for a table of that name",
            q->table);
    return source_load_sqlite(ctx, q, out, out_date, err);
}
