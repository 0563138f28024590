/*
 * source_import.c - a CSV file becomes a table of an SQLite database.
 *
 * Missing-value marks among texts are kept as texts: which column will be a target, where they are classes,
 * is not known yet; loading the table makes them missing in all others.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/strbuf.h"
#include "data/table.h"
#include "io/sqlite.h"

enum { COLUMNS_MAX = 2000 /* SQLITE_MAX_COLUMN as built by default */ };

struct import {
    struct table table;
    const char *database, *name;
    struct db *db;
    struct db_stmt *insert;
    struct strbuf sql;
};

static bool all_whole(const struct infer_column *c)
{
    for (int64_t i = 0; i < c->n; i++)
        if (!isnan(c->x[i]) && !(c->x[i] == floor(c->x[i]) && fabs(c->x[i]) <= 0x1p53))
            return false;
    return true;
}

static const char *sql_type(const struct infer_column *c)
{
    if (c->phase == INFER_NUMBERS && all_whole(c))
        return "INTEGER";
    return c->phase == INFER_NUMBERS || c->phase == INFER_EMPTY ? "REAL" : "TEXT";
}

static automl_status run_sql(struct import *im, automl_error *err)
{
    return strbuf_ok(&im->sql) ? db_exec(im->db, strbuf_text(&im->sql), err) : error_memory(err);
}

static automl_status check_new(struct import *im, automl_error *err)
{
    struct db_stmt *s = NULL;
    bool found = false;
    automl_status status;
    TRY_DONE(db_prepare(im->db, "SELECT 1 FROM sqlite_master WHERE name = ?1 COLLATE NOCASE", &s, err));
    TRY_DONE(db_bind_text(s, 1, im->name, (int64_t)strlen(im->name), err));
    TRY_DONE(db_step(s, &found, err));
    if (found)
        status = error_set(err, AUTOML_E_CONFLICT,
            "table '%s' exists already in '%s'; import under another name, or drop it first", im->name,
            im->database);
done:
    db_finalize(s);
    return status;
}

static automl_status create_table(struct import *im, automl_error *err)
{
    const struct table *t = &im->table;
    strbuf_clear(&im->sql);
    strbuf_puts(&im->sql, "CREATE TABLE ");
    db_quote_identifier(&im->sql, im->name);
    for (int32_t j = 0; j < t->n_cols; j++) {
        strbuf_puts(&im->sql, j == 0 ? " (" : ", ");
        db_quote_identifier(&im->sql, t->names.names[j]);
        strbuf_puts(&im->sql, " ");
        strbuf_puts(&im->sql, sql_type(&t->cols[j]));
    }
    strbuf_puts(&im->sql, ")");
    return run_sql(im, err);
}

static automl_status prepare_insert(struct import *im, automl_error *err)
{
    strbuf_clear(&im->sql);
    strbuf_puts(&im->sql, "INSERT INTO ");
    db_quote_identifier(&im->sql, im->name);
    for (int32_t j = 0; j < im->table.n_cols; j++)
        strbuf_puts(&im->sql, j == 0 ? " VALUES (?" : ", ?");
    strbuf_puts(&im->sql, ")");
    if (!strbuf_ok(&im->sql))
        return error_memory(err);
    return db_prepare(im->db, strbuf_text(&im->sql), &im->insert, err);
}

static automl_status bind_cell(
    struct db_stmt *s, int32_t at, const struct infer_column *c, int64_t row, bool whole, automl_error *err)
{
    char buffer[DATE_PRINT_BYTES];
    if (c->phase == INFER_NUMBERS && !isnan(c->x[row]))
        return whole ? db_bind_int(s, at, (int64_t)c->x[row], err) : db_bind_double(s, at, c->x[row], err);
    if (c->phase == INFER_DATES && c->us[row] != DATE_MISSING)
        return db_bind_text(s, at, buffer, (int64_t)date_print(c->us[row], buffer), err);
    if (c->phase == INFER_TEXTS && c->codes[row] >= 0)
        return db_bind_text(s, at, c->levels.names[c->codes[row]], c->levels.lengths[c->codes[row]], err);
    return db_bind_null(s, at, err);
}

static automl_status insert_rows(struct import *im, automl_error *err)
{
    const struct table *t = &im->table;
    uint8_t *whole = NEW_ZEROS(t->mem, t->n_cols, uint8_t);
    automl_status status = whole ? AUTOML_OK : error_memory(err);
    for (int32_t j = 0; whole && j < t->n_cols; j++)
        whole[j] = t->cols[j].phase == INFER_NUMBERS && all_whole(&t->cols[j]);
    for (int64_t i = 0; i < t->n_rows && status == AUTOML_OK; i++) {
        bool row;
        for (int32_t j = 0; j < t->n_cols && status == AUTOML_OK; j++)
            status = bind_cell(im->insert, j + 1, &t->cols[j], i, whole[j], err);
        if (status == AUTOML_OK)
            status = db_step(im->insert, &row, err);
        if (status == AUTOML_OK)
            status = db_reset(im->insert, err);
    }
    mem_free(t->mem, whole);
    return status;
}

static automl_status create_indexes(struct import *im, automl_error *err)
{
    const struct table *t = &im->table;
    for (int32_t j = 0; j < t->n_cols; j++) {
        if (t->cols[j].phase != INFER_DATES)
            continue;
        struct strbuf name;
        strbuf_init(&name, t->mem);
        strbuf_printf(&name, "%s_%s_index", im->name, t->names.names[j]);
        strbuf_clear(&im->sql);
        strbuf_puts(&im->sql, "CREATE INDEX ");
        db_quote_identifier(&im->sql, strbuf_text(&name));
        strbuf_puts(&im->sql, " ON ");
        db_quote_identifier(&im->sql, im->name);
        strbuf_puts(&im->sql, " (");
        db_quote_identifier(&im->sql, t->names.names[j]);
        strbuf_puts(&im->sql, ")");
        automl_status status = strbuf_ok(&name) ? run_sql(im, err) : error_memory(err);
        strbuf_free(&name);
        TRY(status);
    }
    return AUTOML_OK;
}

static automl_status check_table(const struct table *t, automl_error *err)
{
    if (t->n_rows == 0)
        return error_set(err, AUTOML_E_DATA, "table '%s' has no rows", t->query->table);
    if (t->n_cols > COLUMNS_MAX)
        return error_set(err, AUTOML_E_UNSUPPORTED,
            "'%s' has %d columns, but a table of SQLite has at most %d; use the file itself as feature table",
            t->query->table, (int)t->n_cols, COLUMNS_MAX);
    for (int32_t j = 0; j < t->n_cols; j++)
        TRY(infer_check(&t->cols[j], t->unit, err));
    return AUTOML_OK;
}

static automl_status write_table(struct import *im, automl_error *err)
{
    TRY(db_open_write(im->table.mem, im->database, &im->db, err));
    TRY(db_exec(im->db, "BEGIN IMMEDIATE", err));
    TRY(check_new(im, err));
    TRY(create_table(im, err));
    TRY(prepare_insert(im, err));
    TRY(insert_rows(im, err));
    TRY(create_indexes(im, err));
    return db_exec(im->db, "COMMIT", err);
}

automl_status source_import(automl_context *ctx, const char *csv_path, const char *database,
    const char *table, int64_t *out_rows, automl_error *err)
{
    const struct source_query q = {.table = csv_path, .start_us = DATE_MISSING, .end_us = DATE_MISSING};
    struct import im = {.database = database, .name = table};
    automl_status status;
    table_init(&im.table, ctx, &q, "line");
    strbuf_init(&im.sql, im.table.mem);
    TRY_DONE(csv_read_table(&im.table, INFER_KEEP_MARKERS, err));
    TRY_DONE(check_table(&im.table, err));
    TRY_DONE(write_table(&im, err));
    *out_rows = im.table.n_rows;
done:
    db_finalize(im.insert);
    db_close(im.db);
    strbuf_free(&im.sql);
    table_free(&im.table);
    return status;
}
