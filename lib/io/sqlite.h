/*
 * sqlite.h - the few things the library does with SQLite; the only user of sqlite3.h.
 *
 * db_open_read opens a foreign feature database defensively (read-only, query_only, no trusted schema).
 * Every failure is an automl_status with SQLite's own text. Statements are prepared with bound values only.
 * With the meson feature `sqlite` off every call returns AUTOML_E_UNSUPPORTED.
 */
#ifndef IO_SQLITE_H
#define IO_SQLITE_H

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"

struct db;
struct db_stmt;

enum db_type { DB_NULL, DB_INTEGER, DB_REAL, DB_TEXT, DB_BLOB };

/* stop (may be NULL) is polled by long statements. */
automl_status db_open_read(
    struct mem *m, const char *path, const struct stop *stop, struct db **out, automl_error *err);
/* Creates the file if need be; WAL, synchronous=FULL, busy timeout 10 s, foreign keys on. */
automl_status db_open_write(struct mem *m, const char *path, struct db **out, automl_error *err);
void db_close(struct db *d); /* NULL is fine; rolls back what is open */

automl_status db_exec(struct db *d, const char *sql, automl_error *err);
automl_status db_prepare(struct db *d, const char *sql, struct db_stmt **out, automl_error *err);
/* 1-based positions. Texts are copied. */
automl_status db_bind_null(struct db_stmt *s, int32_t i, automl_error *err);
automl_status db_bind_int(struct db_stmt *s, int32_t i, int64_t x, automl_error *err);
automl_status db_bind_double(struct db_stmt *s, int32_t i, double x, automl_error *err);
automl_status db_bind_text(struct db_stmt *s, int32_t i, const char *text, int64_t n, automl_error *err);
/* *out_row: a row is there. */
automl_status db_step(struct db_stmt *s, bool *out_row, automl_error *err);
automl_status db_reset(struct db_stmt *s, automl_error *err);
void db_finalize(struct db_stmt *s); /* NULL is fine */
int32_t db_columns(const struct db_stmt *s);
const char *db_column_name(const struct db_stmt *s, int32_t i);
/* 0-based positions; texts live until the next step. */
enum db_type db_type(const struct db_stmt *s, int32_t i);
int64_t db_int(const struct db_stmt *s, int32_t i);
double db_double(const struct db_stmt *s, int32_t i);
const char *db_text(const struct db_stmt *s, int32_t i, int64_t *out_n);
int64_t db_changes(const struct db *d);

/* name as a quoted identifier, appended. */
struct strbuf;
void db_quote_identifier(struct strbuf *b, const char *name);

#endif
