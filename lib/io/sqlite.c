/*
 * sqlite.c - SQLite behind a dozen calls. Without AUTOML_HAVE_SQLITE, sqlite_none.c stands in.
 *
 * A foreign database may be hostile: it is opened as https://sqlite.org/security.html advises (read-only,
 * query_only, defensive, no trusted schema, cell size checks, no memory mapping, nothing attached).
 */
#include "io/sqlite.h"

#include <string.h>

#include "base/strbuf.h"
#include "config.h"

void db_quote_identifier(struct strbuf *b, const char *name)
{
    strbuf_putc(b, '"');
    for (; *name; name++) {
        if (*name == '"')
            strbuf_putc(b, '"');
        strbuf_putc(b, *name);
    }
    strbuf_putc(b, '"');
}

#if AUTOML_HAVE_SQLITE

#    include <sqlite3.h>

#    include "base/os.h"

enum { BUSY_TRIES = 1000, BUSY_WAIT_MS = 10, STEPS_BETWEEN_POLLS = 10000 };

struct db {
    struct mem *mem;
    char *path;
    sqlite3 *handle;
    const struct stop *stop; /* may be NULL */
    bool read_only;
};

struct db_stmt {
    struct db *db;
    sqlite3_stmt *handle;
};

static bool must_stop(const struct db *d)
{
    return d->stop && stop_check(d->stop) != STOP_NO;
}

static int on_progress(void *user)
{
    return must_stop(user);
}

/* Waits for another connection's lock, 10 s in all. */
static int on_busy(void *user, int tries)
{
    if (tries >= BUSY_TRIES || must_stop(user))
        return 0;
    sqlite3_sleep(BUSY_WAIT_MS);
    return 1;
}

static automl_status status_of(const struct db *d, int code)
{
    switch (code & 0xFF) {
    case SQLITE_NOMEM:
        return AUTOML_E_MEMORY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return AUTOML_E_FORMAT;
    case SQLITE_FULL:
    case SQLITE_READONLY:
        return AUTOML_E_WRITE;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return d->read_only ? AUTOML_E_READ : AUTOML_E_WRITE;
    default:
        return AUTOML_E_STORE;
    }
}

static automl_status fail(const struct db *d, int code, automl_error *err)
{
    bool interrupted = (code & 0xFF) == SQLITE_INTERRUPT || (code & 0xFF) == SQLITE_BUSY;
    if (interrupted && must_stop(d))
        return stop_status(d->stop, err);
    automl_status status = status_of(d, code);
    if (status == AUTOML_E_MEMORY)
        return error_memory(err);
    const char *text = d->handle ? sqlite3_errmsg(d->handle) : sqlite3_errstr(code);
    return error_set(err, status, "the database '%s' reports: %s", d->path, text);
}

automl_status db_exec(struct db *d, const char *sql, automl_error *err)
{
    int code = sqlite3_exec(d->handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? AUTOML_OK : fail(d, code, err);
}

/* "file:..." and ":memory:" mean files of that name here. */
static char *plain_name(struct mem *m, const char *path)
{
    struct strbuf name;
    strbuf_init(&name, m);
    strbuf_puts(&name, path[0] == '/' ? "" : "./");
    strbuf_puts(&name, path);
    char *text = strbuf_take(&name);
    strbuf_free(&name);
    return text;
}

static automl_status open_handle(struct db *d, int flags, automl_error *err)
{
    int code = sqlite3_open_v2(d->path, &d->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        return fail(d, code, err);
    sqlite3_extended_result_codes(d->handle, 1);
    sqlite3_busy_handler(d->handle, on_busy, d);
    sqlite3_db_config(d->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    sqlite3_db_config(d->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
    return AUTOML_OK;
}

static automl_status open_foreign(struct db *d, automl_error *err)
{
    if (os_file_size(d->path) < 0)
        return error_set(err, AUTOML_E_NOT_FOUND, "there is no database file '%s'", d->path);
    TRY(open_handle(d, SQLITE_OPEN_READONLY, err));
    sqlite3_limit(d->handle, SQLITE_LIMIT_ATTACHED, 0);
    if (d->stop)
        sqlite3_progress_handler(d->handle, STEPS_BETWEEN_POLLS, on_progress, d);
    TRY(db_exec(d, "PRAGMA query_only=1; PRAGMA cell_size_check=1; PRAGMA mmap_size=0", err));
    /* The first statement that reads the file: here one that is no database is found out. */
    return db_exec(d, "SELECT count(*) FROM sqlite_master", err);
}

/* Two connections that turn a new file to WAL at once are refused without on_busy being asked: ask it here.
 */
static automl_status use_wal(struct db *d, automl_error *err)
{
    int code, tries = 0;
    sqlite3_busy_handler(d->handle, NULL, NULL);
    do
        code = sqlite3_exec(d->handle, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
    while ((code & 0xFF) == SQLITE_BUSY && on_busy(d, tries++));
    sqlite3_busy_handler(d->handle, on_busy, d);
    return code == SQLITE_OK ? AUTOML_OK : fail(d, code, err);
}

static automl_status open_own(struct db *d, automl_error *err)
{
    TRY(open_handle(d, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err));
    TRY(use_wal(d, err));
    return db_exec(d, "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON", err);
}

static automl_status open_db(struct mem *m, const char *path, const struct stop *stop, bool read_only,
    struct db **out, automl_error *err)
{
    struct db *d = NEW(m, struct db);
    if (!d)
        return error_memory(err);
    d->mem = m;
    d->stop = stop;
    d->read_only = read_only;
    d->path = plain_name(m, path);
    automl_status status = AUTOML_OK;
    if (!d->path)
        status = error_memory(err);
    else
        status = read_only ? open_foreign(d, err) : open_own(d, err);
    if (status < 0) {
        db_close(d);
        return status;
    }
    *out = d;
    return AUTOML_OK;
}

automl_status db_open_read(
    struct mem *m, const char *path, const struct stop *stop, struct db **out, automl_error *err)
{
    return open_db(m, path, stop, true, out, err);
}

automl_status db_open_write(struct mem *m, const char *path, struct db **out, automl_error *err)
{
    return open_db(m, path, NULL, false, out, err);
}

void db_close(struct db *d)
{
    if (!d)
        return;
    if (d->handle && !sqlite3_get_autocommit(d->handle))
        sqlite3_exec(d->handle, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close_v2(d->handle);
    mem_free(d->mem, d->path);
    mem_free(d->mem, d);
}

automl_status db_prepare(struct db *d, const char *sql, struct db_stmt **out, automl_error *err)
{
    struct db_stmt *s = NEW(d->mem, struct db_stmt);
    if (!s)
        return error_memory(err);
    const char *rest = NULL;
    int code = sqlite3_prepare_v2(d->handle, sql, -1, &s->handle, &rest);
    automl_status status = code == SQLITE_OK ? AUTOML_OK : fail(d, code, err);
    s->db = d;
    if (status == AUTOML_OK && (!s->handle || rest[strspn(rest, " \t\r\n;")] != '\0'))
        status = error_set(err, AUTOML_E_INTERNAL, "'%s' is not one SQL statement", sql);
    if (status < 0) {
        db_finalize(s);
        return status;
    }
    *out = s;
    return AUTOML_OK;
}

void db_finalize(struct db_stmt *s)
{
    if (!s)
        return;
    sqlite3_finalize(s->handle);
    mem_free(s->db->mem, s);
}

static automl_status bound(struct db_stmt *s, int code, automl_error *err)
{
    return code == SQLITE_OK ? AUTOML_OK : fail(s->db, code, err);
}

automl_status db_bind_null(struct db_stmt *s, int32_t i, automl_error *err)
{
    return bound(s, sqlite3_bind_null(s->handle, i), err);
}

automl_status db_bind_int(struct db_stmt *s, int32_t i, int64_t x, automl_error *err)
{
    return bound(s, sqlite3_bind_int64(s->handle, i, x), err);
}

automl_status db_bind_double(struct db_stmt *s, int32_t i, double x, automl_error *err)
{
    return bound(s, sqlite3_bind_double(s->handle, i, x), err);
}

automl_status db_bind_text(struct db_stmt *s, int32_t i, const char *text, int64_t n, automl_error *err)
{
    if (!text)
        return db_bind_null(s, i, err);
    uint64_t bytes = n < 0 ? strlen(text) : (uint64_t)n;
    return bound(s, sqlite3_bind_text64(s->handle, i, text, bytes, SQLITE_TRANSIENT, SQLITE_UTF8), err);
}

automl_status db_step(struct db_stmt *s, bool *out_row, automl_error *err)
{
    int code = sqlite3_step(s->handle);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return fail(s->db, code, err);
    *out_row = code == SQLITE_ROW;
    return AUTOML_OK;
}

/* sqlite3_reset repeats the failure of the last step, which db_step has reported. */
automl_status db_reset(struct db_stmt *s, automl_error *err)
{
    sqlite3_reset(s->handle);
    return bound(s, sqlite3_clear_bindings(s->handle), err);
}

int32_t db_columns(const struct db_stmt *s)
{
    return sqlite3_column_count(s->handle);
}

const char *db_column_name(const struct db_stmt *s, int32_t i)
{
    const char *name = sqlite3_column_name(s->handle, i);
    return name ? name : "";
}

enum db_type db_type(const struct db_stmt *s, int32_t i)
{
    switch (sqlite3_column_type(s->handle, i)) {
    case SQLITE_INTEGER:
        return DB_INTEGER;
    case SQLITE_FLOAT:
        return DB_REAL;
    case SQLITE_TEXT:
        return DB_TEXT;
    case SQLITE_BLOB:
        return DB_BLOB;
    default:
        return DB_NULL;
    }
}

int64_t db_int(const struct db_stmt *s, int32_t i)
{
    return sqlite3_column_int64(s->handle, i);
}

double db_double(const struct db_stmt *s, int32_t i)
{
    return sqlite3_column_double(s->handle, i);
}

const char *db_text(const struct db_stmt *s, int32_t i, int64_t *out_n)
{
    const unsigned char *text = sqlite3_column_text(s->handle, i);
    if (out_n)
        *out_n = text ? sqlite3_column_bytes(s->handle, i) : 0;
    return (const char *)text;
}

int64_t db_changes(const struct db *d)
{
    return sqlite3_changes64(d->handle);
}

#endif
