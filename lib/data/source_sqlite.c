/*
 * source_sqlite.c - feature tables from an SQLite database.
 *
 * Storage classes belong to values, not to columns: each value goes its way through infer.c. All statements
 * run in one read transaction. Rows of a table come in the order of rowid, or else of the primary key, so
 * that an index does not change their order.
 *
 * A window narrows the query when every value of its column begins with YYYY-MM-DD: such texts compare as
 * their local dates do, which a zone moves by a day at most. The bounds of the query leave room for that; the
 * exact window is applied to the moments afterwards, as it is for CSV.
 */
#include <inttypes.h>
#include <string.h>

#include "base/os.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "data/table.h"
#include "io/sqlite.h"
#include "params/params.h"

#define DATE_GLOB "'[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'"

enum { DATE_CHARS = 10 };

struct reading {
    struct table table;
    struct db *db;
    const char *name; /* of the table, without "main." */
    bool is_view;
    struct strbuf order; /* columns that fix the order of rows; empty for a view */
    bool narrow;         /* the query has bounds */
    char bounds[2][DATE_PRINT_BYTES];
    int64_t n_rows; /* to come, for progress */
    struct strbuf sql;
};

/* Prepares r->sql and steps once, for queries of one row. */
static automl_status query_one(struct reading *r, struct db_stmt **out, bool *row, automl_error *err)
{
    if (!strbuf_ok(&r->sql))
        return error_memory(err);
    TRY(db_prepare(r->db, strbuf_text(&r->sql), out, err));
    return db_step(*out, row, err);
}

/* Names of all tables and views, to find the nearest. */
static automl_status no_table(struct reading *r, automl_error *err)
{
    struct db_stmt *s = NULL;
    struct map names;
    bool row = false;
    automl_status status;
    map_init(&names, r->table.mem);
    TRY_DONE(db_prepare(
        r->db, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name", &s, err));
    TRY_DONE(db_step(s, &row, err));
    while (row) {
        int64_t n = 0;
        const char *name = db_text(s, 0, &n);
        if (map_add(&names, name, (size_t)n) < 0) {
            status = error_memory(err);
            goto done;
        }
        TRY_DONE(db_step(s, &row, err));
    }
    const char *near = nearest_name(r->name, names.names, names.n);
    status = error_set(err, AUTOML_E_NOT_FOUND, "there is no table or view '%s' in '%s'%s%s%s", r->name,
        r->table.query->database, near ? "; nearest is '" : "", near ? near : "", near ? "'" : "");
done:
    db_finalize(s);
    map_free(&names);
    return status;
}

static automl_status find_table(struct reading *r, const char *name, bool *found, automl_error *err)
{
    struct db_stmt *s = NULL;
    automl_status status;
    *found = false;
    TRY_DONE(db_prepare(r->db,
        "SELECT type FROM sqlite_master WHERE type IN ('table', 'view') AND name = ?1 COLLATE NOCASE", &s,
        err));
    TRY_DONE(db_bind_text(s, 1, name, (int64_t)strlen(name), err));
    TRY_DONE(db_step(s, found, err));
    if (*found) {
        int64_t n = 0;
        const char *type = db_text(s, 0, &n);
        r->name = name;
        r->is_view = n == 4 && memcmp(type, "view", 4) == 0;
    }
done:
    db_finalize(s);
    return status;
}

/* The table under its own name, or without "main." before it. */
static automl_status open_table(struct reading *r, automl_error *err)
{
    static const char MAIN[] = "main.";
    const char *name = r->table.query->table;
    bool found;
    r->name = name;
    TRY(find_table(r, name, &found, err));
    if (!found && strncmp(name, MAIN, sizeof MAIN - 1) == 0)
        TRY(find_table(r, name + sizeof MAIN - 1, &found, err));
    return found ? AUTOML_OK : no_table(r, err);
}

static void start_sql(struct reading *r, const char *text)
{
    strbuf_clear(&r->sql);
    strbuf_puts(&r->sql, text);
}

static void add_name(struct reading *r, const char *name)
{
    db_quote_identifier(&r->sql, name);
}

static automl_status read_names(struct reading *r, automl_error *err)
{
    struct db_stmt *s = NULL;
    automl_status status = AUTOML_OK;
    start_sql(r, "SELECT * FROM ");
    add_name(r, r->name);
    strbuf_puts(&r->sql, " LIMIT 0");
    if (!strbuf_ok(&r->sql))
        return error_memory(err);
    TRY(db_prepare(r->db, strbuf_text(&r->sql), &s, err));
    for (int32_t j = 0; j < db_columns(s) && status == AUTOML_OK; j++) {
        const char *name = db_column_name(s, j);
        status = name ? table_add_column(&r->table, name, strlen(name), err) : error_memory(err);
    }
    db_finalize(s);
    return status;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_column(const struct table *t, const char *name)
{
    for (int32_t j = 0; j < t->n_cols; j++) {
        const char *s = t->names.names[j];
        size_t i = 0;
        while (s[i] && lower(s[i]) == name[i])
            i++;
        if (s[i] == name[i])
            return true;
    }
    return false;
}

/* A name for the rowid that is no column's; NULL: none. */
static const char *rowid_name(const struct table *t)
{
    static const char *const NAMES[] = {"rowid", "_rowid_", "oid"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (!is_column(t, NAMES[i]))
            return NAMES[i];
    return NULL;
}

/* Whether the table has a rowid: asking is the only way to know. */
static automl_status try_rowid(struct reading *r, const char *rowid, bool *has, automl_error *err)
{
    struct db_stmt *s = NULL;
    start_sql(r, "SELECT ");
    strbuf_puts(&r->sql, rowid);
    strbuf_puts(&r->sql, " FROM ");
    add_name(r, r->name);
    strbuf_puts(&r->sql, " LIMIT 0");
    if (!strbuf_ok(&r->sql))
        return error_memory(err);
    automl_status status = db_prepare(r->db, strbuf_text(&r->sql), &s, NULL);
    db_finalize(s);
    *has = status == AUTOML_OK;
    return status == AUTOML_E_MEMORY ? error_memory(err) : AUTOML_OK;
}

static automl_status order_by_key(struct reading *r, automl_error *err)
{
    struct db_stmt *s = NULL;
    automl_status status;
    bool row = false;
    TRY_DONE(db_prepare(r->db, "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk", &s, err));
    TRY_DONE(db_bind_text(s, 1, r->name, (int64_t)strlen(r->name), err));
    TRY_DONE(db_step(s, &row, err));
    while (row) {
        int64_t n = 0;
        strbuf_puts(&r->order, r->order.n > 0 ? ", " : "");
        db_quote_identifier(&r->order, db_text(s, 0, &n));
        TRY_DONE(db_step(s, &row, err));
    }
done:
    db_finalize(s);
    return status;
}

static automl_status find_order(struct reading *r, automl_error *err)
{
    bool has = false;
    const char *rowid = rowid_name(&r->table);
    if (r->is_view)
        return AUTOML_OK;
    if (rowid)
        TRY(try_rowid(r, rowid, &has, err));
    if (has)
        strbuf_puts(&r->order, rowid);
    else
        TRY(order_by_key(r, err));
    return strbuf_ok(&r->order) ? AUTOML_OK : error_memory(err);
}

static bool bounded(const struct source_query *q)
{
    return q->start_us != DATE_MISSING || q->end_us != DATE_MISSING;
}

/* The day some days from a moment as text; "" if it lies outside the years that a date can have. */
static void day_text(int64_t us, int64_t days, char out[DATE_PRINT_BYTES])
{
    int64_t back;
    out[0] = '\0';
    if (us == DATE_MISSING)
        return;
    size_t n = date_print(us + days * DATE_DAY_US, out);
    if (n < DATE_CHARS || !date_parse(out, out + DATE_CHARS, &back, NULL))
        n = 0;
    out[n < DATE_CHARS ? 0 : DATE_CHARS] = '\0';
}

/* The day that a date begins with. */
static void set_range(const struct db_stmt *s, int32_t at, char out[DATE_PRINT_BYTES])
{
    int64_t n = 0;
    const char *text = db_text(s, at, &n);
    if (!text || n < DATE_CHARS)
        return;
    memcpy(out, text, DATE_CHARS);
    out[DATE_CHARS] = '\0';
}

/* Whether every value of the window's column begins with YYYY-MM-DD; and the column's range. */
static automl_status narrow(struct reading *r, automl_error *err)
{
    struct table *t = &r->table;
    struct db_stmt *s = NULL;
    bool row = false;
    if (t->date < 0 || !bounded(t->query))
        return AUTOML_OK;
    const char *name = t->names.names[t->date];
    start_sql(r,
        "SELECT count(d), coalesce(sum(typeof(d) = 'text' AND d GLOB " DATE_GLOB "), 0), min(d), max(d) FROM "
        "(SELECT ");
    add_name(r, name);
    strbuf_puts(&r->sql, " AS d FROM ");
    add_name(r, r->name);
    strbuf_puts(&r->sql, ")");
    automl_status status = query_one(r, &s, &row, err);
    if (status == AUTOML_OK && row && db_int(s, 0) > 0 && db_int(s, 0) == db_int(s, 1)) {
        day_text(t->query->start_us, -1, r->bounds[0]);
        day_text(t->query->end_us, 2, r->bounds[1]);
        set_range(s, 2, t->range[0]);
        set_range(s, 3, t->range[1]);
        r->narrow = r->bounds[0][0] || r->bounds[1][0];
    }
    db_finalize(s);
    return status;
}

/* FROM and WHERE. The + keeps an index from changing the order of a view's rows, which nothing fixes. */
static void add_rows(struct reading *r)
{
    strbuf_puts(&r->sql, " FROM ");
    add_name(r, r->name);
    for (int32_t i = 0; r->narrow && i < 2; i++) {
        if (!r->bounds[i][0])
            continue;
        strbuf_puts(&r->sql, i == 0 || !r->bounds[0][0] ? " WHERE " : " AND ");
        strbuf_puts(&r->sql, r->is_view ? "+" : "");
        add_name(r, r->table.names.names[r->table.date]);
        strbuf_puts(&r->sql, i == 0 ? " >= ?1" : " < ?2");
    }
}

static automl_status bind_rows(struct reading *r, struct db_stmt *s, automl_error *err)
{
    for (int32_t i = 0; r->narrow && i < 2; i++)
        if (r->bounds[i][0])
            TRY(db_bind_text(s, i + 1, r->bounds[i], (int64_t)strlen(r->bounds[i]), err));
    return AUTOML_OK;
}

/* Costs a scan, so only who wants progress pays for it. */
static automl_status count_rows(struct reading *r, automl_error *err)
{
    struct db_stmt *s = NULL;
    bool row = false;
    automl_status status;
    if (!r->table.query->progress)
        return AUTOML_OK;
    start_sql(r, "SELECT count(*)");
    add_rows(r);
    if (!strbuf_ok(&r->sql))
        return error_memory(err);
    TRY_DONE(db_prepare(r->db, strbuf_text(&r->sql), &s, err));
    TRY_DONE(bind_rows(r, s, err));
    TRY_DONE(db_step(s, &row, err));
    if (row)
        r->n_rows = db_int(s, 0);
done:
    db_finalize(s);
    return status;
}

static automl_status bad_cell(const struct reading *r, int32_t j, const char *what, automl_error *err)
{
    const char *name = r->table.names.names[j];
    error_set(err, AUTOML_E_DATA, "row %" PRId64 " of column '%s' of '%s' holds %s; leave the column out",
        r->table.n_rows + 1, name, r->name, what);
    error_where(err, "row %" PRId64 ", column '%s'", r->table.n_rows + 1, name);
    return AUTOML_E_DATA;
}

static bool is_text(const char *s, int64_t n)
{
    const char *end = s + n;
    while (s < end) {
        size_t bytes = *s ? utf8_sequence(s, end) : 0;
        if (bytes == 0)
            return false;
        s += bytes;
    }
    return true;
}

static automl_status read_text(
    struct reading *r, const struct db_stmt *s, int32_t at, int32_t j, automl_error *err)
{
    int64_t n = 0;
    const char *text = db_text(s, at, &n);
    if (!text)
        return error_memory(err);
    if (!is_text(text, n))
        return bad_cell(r, j, "text that is not valid UTF-8", err);
    bool ok = infer_add_text(&r->table.cols[j], text, (size_t)n, false, r->table.n_rows + 1);
    return ok ? AUTOML_OK : error_memory(err);
}

static automl_status read_cell(
    struct reading *r, const struct db_stmt *s, int32_t at, int32_t j, automl_error *err)
{
    struct table *t = &r->table;
    struct infer_column *c = &t->cols[j];
    int64_t line = t->n_rows + 1;
    bool ok = true;
    switch (db_type(s, at)) {
    case DB_INTEGER:
        t->saw_integer = t->saw_integer || j == t->date;
        ok = infer_add_integer(c, db_int(s, at), line);
        break;
    case DB_REAL:
        t->saw_real = t->saw_real || j == t->date;
        ok = infer_add_double(c, db_double(s, at), line);
        break;
    case DB_TEXT:
        return read_text(r, s, at, j, err);
    case DB_BLOB:
        return bad_cell(r, j, "binary data", err);
    default:
        ok = infer_add_missing(c);
    }
    return ok ? AUTOML_OK : error_memory(err);
}

static double share_read(const void *user)
{
    const struct reading *r = user;
    return r->table.n_rows < r->n_rows ? (double)r->table.n_rows / (double)r->n_rows : 1;
}

static automl_status step_rows(struct reading *r, struct db_stmt *s, automl_error *err)
{
    struct table *t = &r->table;
    for (;;) {
        bool row = false;
        TRY(db_step(s, &row, err));
        if (!row)
            return AUTOML_OK;
        for (int32_t i = 0; i < t->n_active; i++)
            TRY(read_cell(r, s, i, t->active[i], err));
        TRY(table_end_row(t, share_read, r, err));
    }
}

static automl_status read_rows(struct reading *r, automl_error *err)
{
    const struct table *t = &r->table;
    struct db_stmt *s = NULL;
    automl_status status;
    start_sql(r, "SELECT ");
    for (int32_t i = 0; i < t->n_active; i++) {
        strbuf_puts(&r->sql, i > 0 ? ", " : "");
        add_name(r, t->names.names[t->active[i]]);
    }
    strbuf_puts(&r->sql, t->n_active == 0 ? "1" : "");
    add_rows(r);
    if (r->order.n > 0) {
        strbuf_puts(&r->sql, " ORDER BY ");
        strbuf_puts(&r->sql, strbuf_text(&r->order));
    }
    if (!strbuf_ok(&r->sql))
        return error_memory(err);
    TRY_DONE(db_prepare(r->db, strbuf_text(&r->sql), &s, err));
    TRY_DONE(bind_rows(r, s, err));
    TRY_DONE(step_rows(r, s, err));
done:
    db_finalize(s);
    return status;
}

static automl_status read_all(struct reading *r, automl_error *err)
{
    const struct source_query *q = r->table.query;
    if (os_file_size(q->database) < 0)
        return error_set(err, AUTOML_E_NOT_FOUND,
            "there is no table '%s', as there is no database file '%s'; import the table or name a file that "
            "ends in .csv or .csv.gz",
            r->name, q->database);
    TRY(db_open_read(r->table.mem, q->database, q->stop, &r->db, err));
    TRY(db_exec(r->db, "BEGIN", err));
    TRY(open_table(r, err));
    TRY(read_names(r, err));
    TRY(table_open(&r->table, 0, err));
    TRY(find_order(r, err));
    TRY(narrow(r, err));
    TRY(count_rows(r, err));
    TRY(read_rows(r, err));
    return db_exec(r->db, "COMMIT", err);
}

automl_status source_load_sqlite(automl_context *ctx, const struct source_query *q, automl_dataset **out,
    int32_t *out_date, automl_error *err)
{
    struct reading r = {.name = q->table};
    table_init(&r.table, ctx, q, "row");
    strbuf_init(&r.sql, r.table.mem);
    strbuf_init(&r.order, r.table.mem);
    automl_status status = read_all(&r, err);
    db_close(r.db);
    strbuf_free(&r.sql);
    strbuf_free(&r.order);
    if (status == AUTOML_OK)
        status = table_finish(&r.table, out, out_date, err);
    table_free(&r.table);
    return status;
}
