/*
 * store_schema.c - the tables of jobs.db and their migrations: one transaction each, forward only.
 */
#include <inttypes.h>
#include <stdio.h>

#include "job/store_db.h"

enum { APPLICATION_ID = 0x41544d4c /* "ATML" */ };

/* Migration i brings user_version from i to i + 1. */
static const char *const migrations[] = {
    "CREATE TABLE job ("
    " id TEXT PRIMARY KEY,"
    " status TEXT NOT NULL CHECK (status IN"
    "  ('running', 'succeeded', 'failed', 'cancelled', 'interrupted')),"
    " table_name TEXT, target TEXT, scoring TEXT,"
    " config TEXT NOT NULL,"
    " created_us INTEGER NOT NULL,"
    " finished_us INTEGER NOT NULL DEFAULT 0,"
    " seconds REAL, cv_score REAL, test_score REAL,"
    " error TEXT, result TEXT,"
    " cancel INTEGER NOT NULL DEFAULT 0,"
    " owner_pid INTEGER NOT NULL, owner_start INTEGER NOT NULL, owner_boot TEXT NOT NULL"
    ") WITHOUT ROWID;"
    "CREATE INDEX job_created ON job (created_us);"
    "CREATE INDEX job_status ON job (status, created_us);",
};

enum { VERSION = sizeof migrations / sizeof *migrations };

static automl_status read_number(struct db *d, const char *sql, int64_t *out, automl_error *err)
{
    struct db_stmt *s = NULL;
    bool row = false;
    TRY(db_prepare(d, sql, &s, err));
    automl_status status = db_step(s, &row, err);
    *out = status >= 0 && row ? db_int(s, 0) : 0;
    db_finalize(s);
    return status;
}

struct migration {
    struct db *db;
    const char *path;
};

static automl_status refuse(const struct migration *m, int64_t id, int64_t version, automl_error *err)
{
    int64_t tables;
    TRY(read_number(m->db, "SELECT count(*) FROM sqlite_master", &tables, err));
    if (id != APPLICATION_ID && (id != 0 || tables > 0))
        return error_set(
            err, AUTOML_E_FORMAT, "'%s' belongs to another program; give another directory", m->path);
    if (version > VERSION)
        return error_set(err, AUTOML_E_VERSION,
            "the store '%s' has format %" PRId64 ", this release reads up to %d; use the newer release",
            m->path, version, (int)VERSION);
    return AUTOML_OK;
}

static automl_status set_number(struct db *d, const char *pragma, int32_t value, automl_error *err)
{
    char sql[80];
    snprintf(sql, sizeof sql, "PRAGMA %s=%d", pragma, (int)value);
    return db_exec(d, sql, err);
}

static automl_status migrate(void *arg, automl_error *err)
{
    const struct migration *m = arg;
    int64_t id, version;
    TRY(read_number(m->db, "PRAGMA application_id", &id, err));
    TRY(read_number(m->db, "PRAGMA user_version", &version, err));
    TRY(refuse(m, id, version, err));
    for (int64_t i = version; i < VERSION; i++)
        TRY(db_exec(m->db, migrations[i], err));
    TRY(set_number(m->db, "application_id", APPLICATION_ID, err));
    return set_number(m->db, "user_version", VERSION, err);
}

automl_status store_transaction(
    struct db *d, automl_status (*fn)(void *arg, automl_error *err), void *arg, automl_error *err)
{
    TRY(db_exec(d, "BEGIN IMMEDIATE", err));
    automl_status status = fn(arg, err);
    if (status >= 0)
        status = db_exec(d, "COMMIT", err);
    if (status < 0)
        db_exec(d, "ROLLBACK", NULL);
    return status;
}

automl_status store_schema_apply(struct db *d, const char *path, automl_error *err)
{
    struct migration m = {d, path};
    int64_t id, version;
    TRY(read_number(d, "PRAGMA application_id", &id, err));
    TRY(read_number(d, "PRAGMA user_version", &version, err));
    if (id == APPLICATION_ID && version == VERSION)
        return AUTOML_OK;
    return store_transaction(d, migrate, &m, err);
}
