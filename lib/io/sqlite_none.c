/*
 * sqlite_none.c - the calls of sqlite.h in a build without SQLite. Nothing can be opened, so none of the
 * calls that take a database or a statement is ever reached; they are here to link.
 */
#include "io/sqlite.h"

#include "config.h"

#if !AUTOML_HAVE_SQLITE

static automl_status unsupported(automl_error *err)
{
    return error_set(err, AUTOML_E_UNSUPPORTED,
        "this build has no SQLite: build libautoml with -Dsqlite=enabled, or use CSV files or arrays");
}

automl_status db_open_read(
    struct mem *m, const char *path, const struct stop *stop, struct db **out, automl_error *err)
{
    (void)m, (void)path, (void)stop, (void)out;
    return unsupported(err);
}

automl_status db_open_write(struct mem *m, const char *path, struct db **out, automl_error *err)
{
    (void)m, (void)path, (void)out;
    return unsupported(err);
}

void db_close(struct db *d)
{
    (void)d;
}

automl_status db_exec(struct db *d, const char *sql, automl_error *err)
{
    (void)d, (void)sql;
    return unsupported(err);
}

automl_status db_prepare(struct db *d, const char *sql, struct db_stmt **out, automl_error *err)
{
    (void)d, (void)sql, (void)out;
    return unsupported(err);
}

automl_status db_bind_null(struct db_stmt *s, int32_t i, automl_error *err)
{
    (void)s, (void)i;
    return unsupported(err);
}

automl_status db_bind_int(struct db_stmt *s, int32_t i, int64_t x, automl_error *err)
{
    (void)s, (void)i, (void)x;
    return unsupported(err);
}

automl_status db_bind_double(struct db_stmt *s, int32_t i, double x, automl_error *err)
{
    (void)s, (void)i, (void)x;
    return unsupported(err);
}

automl_status db_bind_text(struct db_stmt *s, int32_t i, const char *text, int64_t n, automl_error *err)
{
    (void)s, (void)i, (void)text, (void)n;
    return unsupported(err);
}

automl_status db_step(struct db_stmt *s, bool *out_row, automl_error *err)
{
    (void)s, (void)out_row;
    return unsupported(err);
}

automl_status db_reset(struct db_stmt *s, automl_error *err)
{
    (void)s;
    return unsupported(err);
}

void db_finalize(struct db_stmt *s)
{
    (void)s;
}

int32_t db_columns(const struct db_stmt *s)
{
    (void)s;
    return 0;
}

const char *db_column_name(const struct db_stmt *s, int32_t i)
{
    (void)s, (void)i;
    return "";
}

enum db_type db_type(const struct db_stmt *s, int32_t i)
{
    (void)s, (void)i;
    return DB_NULL;
}

int64_t db_int(const struct db_stmt *s, int32_t i)
{
    (void)s, (void)i;
    return 0;
}

double db_double(const struct db_stmt *s, int32_t i)
{
    (void)s, (void)i;
    return 0;
}

const char *db_text(const struct db_stmt *s, int32_t i, int64_t *out_n)
{
    (void)s, (void)i;
    if (out_n)
        *out_n = 0;
    return NULL;
}

int64_t db_changes(const struct db *d)
{
    (void)d;
    return 0;
}

#endif
