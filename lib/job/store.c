/*
 * store.c - the history of jobs in jobs.db, and their folders.
 */
#include "job/store.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/os.h"
#include "job/store_db.h"

enum { ID_BYTES = 33 };

struct automl_store {
    automl_context *ctx;
    struct mem *mem;
    struct db *db;
    char *path, *features;
};

#define ROW_COLUMNS                                                                                          \
    "id, status, table_name, target, scoring, config, error, created_us, finished_us, seconds, cv_score, "   \
    "test_score"

static char *join(struct mem *m, const char *a, const char *b, const char *c)
{
    struct strbuf s;
    strbuf_init(&s, m);
    strbuf_printf(&s, "%s%s%s", a, b, c);
    char *text = strbuf_take(&s);
    strbuf_free(&s);
    return text;
}

static char *job_path(const automl_store *s, const char *id)
{
    return join(s->mem, s->path, "/jobs/", id);
}

void store_close(automl_store *s)
{
    if (s == NULL)
        return;
    automl_context *ctx = s->ctx;
    db_close(s->db);
    mem_free(s->mem, s->path);
    mem_free(s->mem, s->features);
    mem_free(s->mem, s);
    context_unref(ctx);
}

static automl_status open_parts(automl_store *s, const char *path, automl_error *err)
{
    char *jobs = join(s->mem, path, "/jobs", ""), *db = join(s->mem, path, "/jobs.db", "");
    s->path = mem_strdup(s->mem, path);
    s->features = join(s->mem, path, "/features.db", "");
    automl_status status = AUTOML_OK;
    if (jobs == NULL || db == NULL || s->path == NULL || s->features == NULL) {
        status = error_memory(err);
        goto done;
    }
    TRY_DONE(os_make_directories(jobs, err));
    TRY_DONE(db_open_write(s->mem, db, &s->db, err));
    TRY_DONE(store_schema_apply(s->db, db, err));
done:
    mem_free(s->mem, jobs);
    mem_free(s->mem, db);
    return status;
}

automl_status store_open(automl_context *ctx, const char *path, automl_store **out, automl_error *err)
{
    if (path == NULL || path[0] == '\0')
        return error_set(err, AUTOML_E_ARGUMENT, "a store needs the path of a directory");
    automl_store *s = NEW(&ctx->mem, automl_store);
    if (s == NULL)
        return error_memory(err);
    s->ctx = context_ref(ctx);
    s->mem = &ctx->mem;
    automl_status status = open_parts(s, path, err);
    if (status < 0) {
        store_close(s);
        return status;
    }
    *out = s;
    return AUTOML_OK;
}

automl_context *store_context(const automl_store *s)
{
    return s->ctx;
}

const char *store_path(const automl_store *s)
{
    return s->path;
}

const char *store_features_path(const automl_store *s)
{
    return s->features;
}

/* Texts may be NULL. */
static automl_status bind(struct db_stmt *s, int32_t i, const char *text, automl_error *err)
{
    return text != NULL ? db_bind_text(s, i, text, (int64_t)strlen(text), err) : db_bind_null(s, i, err);
}

static automl_status bind_double(struct db_stmt *s, int32_t i, double x, automl_error *err)
{
    return isnan(x) ? db_bind_null(s, i, err) : db_bind_double(s, i, x, err);
}

static automl_status run_once(struct db_stmt *s, automl_error *err)
{
    bool row;
    return db_step(s, &row, err);
}

static automl_status insert(automl_store *s, const char *id, const char *config_json, const char *table,
    const char *target, const char *scoring, int64_t now_us, automl_error *err)
{
    struct store_owner self;
    struct db_stmt *q = NULL;
    automl_status status = AUTOML_OK;
    store_owner_self(&self);
    TRY(db_prepare(s->db,
        "INSERT INTO job (id, status, table_name, target, scoring, config, created_us, owner_pid, "
        "owner_start, "
        "owner_boot) VALUES (?1, 'running', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        &q, err));
    TRY_DONE(bind(q, 1, id, err));
    TRY_DONE(bind(q, 2, table, err));
    TRY_DONE(bind(q, 3, target, err));
    TRY_DONE(bind(q, 4, scoring, err));
    TRY_DONE(bind(q, 5, config_json, err));
    TRY_DONE(db_bind_int(q, 6, now_us, err));
    TRY_DONE(db_bind_int(q, 7, self.pid, err));
    TRY_DONE(db_bind_int(q, 8, self.start, err));
    TRY_DONE(bind(q, 9, self.boot, err));
    TRY_DONE(run_once(q, err));
done:
    db_finalize(q);
    return status;
}

automl_status store_begin(automl_store *s, const char *id, const char *config_json, const char *table,
    const char *target, const char *scoring, int64_t now_us, char **out_folder, automl_error *err)
{
    char *folder = job_path(s, id);
    if (folder == NULL)
        return error_memory(err);
    automl_status status = os_make_directories(folder, err);
    if (status >= 0) {
        status = insert(s, id, config_json, table, target, scoring, now_us, err);
        if (status < 0)
            os_remove_tree(folder, NULL);
    }
    if (status < 0) {
        mem_free(s->mem, folder);
        return status;
    }
    *out_folder = folder;
    return AUTOML_OK;
}

automl_status store_set_scoring(automl_store *s, const char *id, const char *scoring, automl_error *err)
{
    struct db_stmt *q = NULL;
    automl_status status = AUTOML_OK;
    TRY(db_prepare(s->db, "UPDATE job SET scoring = ?2 WHERE id = ?1 AND status = 'running'", &q, err));
    TRY_DONE(bind(q, 1, id, err));
    TRY_DONE(bind(q, 2, scoring, err));
    TRY_DONE(run_once(q, err));
done:
    db_finalize(q);
    return status;
}

automl_status store_finish(automl_store *s, const char *id, const char *status_text, double seconds,
    double cv, double test, const char *result_json, const char *error, int64_t now_us, automl_error *err)
{
    struct db_stmt *q = NULL;
    automl_status status = AUTOML_OK;
    TRY(db_prepare(s->db,
        "UPDATE job SET status = ?2, seconds = ?3, cv_score = ?4, test_score = ?5, result = ?6, error = ?7, "
        "finished_us = ?8 WHERE id = ?1 AND status = 'running'",
        &q, err));
    TRY_DONE(bind(q, 1, id, err));
    TRY_DONE(bind(q, 2, status_text, err));
    TRY_DONE(bind_double(q, 3, seconds, err));
    TRY_DONE(bind_double(q, 4, cv, err));
    TRY_DONE(bind_double(q, 5, test, err));
    TRY_DONE(bind(q, 6, result_json, err));
    TRY_DONE(bind(q, 7, error, err));
    TRY_DONE(db_bind_int(q, 8, now_us, err));
    TRY_DONE(run_once(q, err));
    if (db_changes(s->db) != 1)
        status = error_set(err, AUTOML_E_STATE, "job '%s' is not running", id);
done:
    db_finalize(q);
    return status;
}

/* Running jobs whose owner is gone become interrupted. */
struct sweep {
    automl_store *s;
    char **ids;
    int64_t n, capacity;
};

static automl_status find_orphans(struct sweep *w, automl_error *err)
{
    struct db_stmt *q = NULL;
    automl_status status = AUTOML_OK;
    bool row = false;
    TRY(db_prepare(w->s->db,
        "SELECT id, owner_pid, owner_start, owner_boot FROM job WHERE status = 'running'", &q, err));
    for (;;) {
        TRY_DONE(db_step(q, &row, err));
        if (!row)
            break;
        struct store_owner o = {.pid = db_int(q, 1), .start = db_int(q, 2)};
        const char *boot = db_text(q, 3, NULL), *id = db_text(q, 0, NULL);
        if (boot != NULL && strlen(boot) < sizeof o.boot)
            memcpy(o.boot, boot, strlen(boot));
        if (id == NULL || store_owner_alive(&o))
            continue;
        void *ids = w->ids;
        bool grown = mem_grow(w->s->mem, &ids, &w->capacity, w->n + 1, sizeof *w->ids);
        w->ids = ids;
        if (!grown || (w->ids[w->n] = mem_strdup(w->s->mem, id)) == NULL) {
            status = error_memory(err);
            goto done;
        }
        w->n++;
    }
done:
    db_finalize(q);
    return status;
}

static automl_status mark_orphans(void *arg, automl_error *err)
{
    struct sweep *w = arg;
    struct db_stmt *q = NULL;
    automl_status status = AUTOML_OK;
    TRY(db_prepare(
        w->s->db, "UPDATE job SET status = 'interrupted' WHERE id = ?1 AND status = 'running'", &q, err));
    for (int64_t i = 0; i < w->n; i++) {
        TRY_DONE(bind(q, 1, w->ids[i], err));
        TRY_DONE(run_once(q, err));
        TRY_DONE(db_reset(q, err));
    }
done:
    db_finalize(q);
    return status;
}

static automl_status sweep(automl_store *s, automl_error *err)
{
    struct sweep w = {.s = s};
    automl_status status = find_orphans(&w, err);
    if (status >= 0 && w.n > 0)
        status = store_transaction(s->db, mark_orphans, &w, err);
    for (int64_t i = 0; i < w.n; i++)
        mem_free(s->mem, w.ids[i]);
    mem_free(s->mem, w.ids);
    return status;
}

static char *take_text(struct mem *m, const struct db_stmt *q, int32_t i, bool *ok)
{
    if (db_type(q, i) == DB_NULL)
        return NULL;
    const char *text = db_text(q, i, NULL);
    char *copy = mem_strdup(m, text != NULL ? text : "");
    *ok = *ok && copy != NULL;
    return copy;
}

static double take_double(const struct db_stmt *q, int32_t i)
{
    return db_type(q, i) == DB_NULL ? NAN : db_double(q, i);
}

static automl_status read_row(
    const automl_store *s, const struct db_stmt *q, struct store_row *out, automl_error *err)
{
    bool ok = true;
    struct store_row r = {.id = take_text(s->mem, q, 0, &ok),
        .status = take_text(s->mem, q, 1, &ok),
        .table = take_text(s->mem, q, 2, &ok),
        .target = take_text(s->mem, q, 3, &ok),
        .scoring = take_text(s->mem, q, 4, &ok),
        .config = take_text(s->mem, q, 5, &ok),
        .error = take_text(s->mem, q, 6, &ok),
        .created_us = db_int(q, 7),
        .finished_us = db_int(q, 8),
        .seconds = take_double(q, 9),
        .cv_score = take_double(q, 10),
        .test_score = take_double(q, 11)};
    /* A failed job leaves no files. */
    if (ok && strcmp(r.status, "failed") != 0) {
        r.folder = job_path(s, r.id);
        ok = r.folder != NULL;
    }
    if (!ok) {
        store_row_clear(s->mem, &r);
        return error_memory(err);
    }
    *out = r;
    return AUTOML_OK;
}

static automl_status read_rows(
    automl_store *s, struct db_stmt *q, struct store_row **rows, int64_t *n, automl_error *err)
{
    int64_t capacity = 0;
    for (;;) {
        bool row = false;
        TRY(db_step(q, &row, err));
        if (!row)
            return AUTOML_OK;
        void *list = *rows;
        bool grown = mem_grow(s->mem, &list, &capacity, *n + 1, sizeof **rows);
        *rows = list;
        if (!grown)
            return error_memory(err);
        TRY(read_row(s, q, &(*rows)[*n], err));
        (*n)++;
    }
}

automl_status store_list(automl_store *s, const char *status_text, int64_t limit, struct store_row **out,
    int64_t *out_n, automl_error *err)
{
    struct db_stmt *q = NULL;
    struct store_row *rows = NULL;
    int64_t n = 0;
    automl_status status = AUTOML_OK;
    TRY(sweep(s, err));
    TRY(db_prepare(s->db,
        status_text != NULL ? "SELECT " ROW_COLUMNS
                              " FROM job WHERE status = ?2 ORDER BY created_us DESC, id DESC LIMIT ?1"
                            : "SELECT " ROW_COLUMNS " FROM job ORDER BY created_us DESC, id DESC LIMIT ?1",
        &q, err));
    TRY_DONE(db_bind_int(q, 1, limit > 0 ? limit : -1, err));
    if (status_text != NULL)
        TRY_DONE(bind(q, 2, status_text, err));
    TRY_DONE(read_rows(s, q, &rows, &n, err));
done:
    db_finalize(q);
    if (status < 0) {
        store_rows_free(s->mem, rows, n);
        return status;
    }
    *out = rows;
    *out_n = n;
    return AUTOML_OK;
}

/* Ids are lower-case hexadecimal: those that begin with a prefix lie in [prefix, prefix + "g"). */
static automl_status prepare_prefix(
    automl_store *s, const char *sql, const char *prefix, struct db_stmt **out, automl_error *err)
{
    char id[ID_BYTES], end[ID_BYTES + 1];
    size_t n = prefix != NULL ? strlen(prefix) : 0;
    if (n == 0 || n >= sizeof id || strspn(prefix, "0123456789abcdef") != n)
        return error_set(err, AUTOML_E_NOT_FOUND, "there is no job '%s' in the store '%s'",
            prefix != NULL ? prefix : "", s->path);
    memcpy(id, prefix, n + 1);
    memcpy(end, prefix, n);
    memcpy(end + n, "g", 2);
    struct db_stmt *q = NULL;
    TRY(db_prepare(s->db, sql, &q, err));
    automl_status status = bind(q, 1, id, err);
    if (status >= 0)
        status = bind(q, 2, end, err);
    if (status < 0) {
        db_finalize(q);
        return status;
    }
    *out = q;
    return AUTOML_OK;
}

automl_status store_show(automl_store *s, const char *id, struct store_row *out, automl_error *err)
{
    struct db_stmt *q = NULL;
    struct store_row *rows = NULL;
    int64_t n = 0;
    automl_status status;
    TRY(sweep(s, err));
    TRY(prepare_prefix(
        s, "SELECT " ROW_COLUMNS " FROM job WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT 2", id, &q, err));
    TRY_DONE(read_rows(s, q, &rows, &n, err));
    if (n == 0)
        status = error_set(err, AUTOML_E_NOT_FOUND, "there is no job '%s' in the store '%s'", id, s->path);
    else if (n > 1)
        status = error_set(
            err, AUTOML_E_NOT_FOUND, "several jobs begin with '%s'; give more characters of the id", id);
done:
    db_finalize(q);
    if (status >= 0) {
        *out = rows[0];
        mem_free(s->mem, rows);
    } else {
        store_rows_free(s->mem, rows, n);
    }
    return status;
}

/* The whole id of a job that is there. */
static automl_status resolve(automl_store *s, const char *id, char out[ID_BYTES], automl_error *err)
{
    struct store_row row;
    TRY(store_show(s, id, &row, err));
    size_t n = strlen(row.id);
    bool fits = n < ID_BYTES;
    if (fits)
        memcpy(out, row.id, n + 1);
    store_row_clear(s->mem, &row);
    return fits ? AUTOML_OK
                : error_set(err, AUTOML_E_FORMAT, "the store '%s' holds an impossible id", s->path);
}

automl_status store_result(automl_store *s, const char *id, char **out, automl_error *err)
{
    char whole[ID_BYTES];
    struct db_stmt *q = NULL;
    bool row = false, ok = true;
    char *text = NULL;
    automl_status status;
    TRY(resolve(s, id, whole, err));
    TRY(db_prepare(s->db, "SELECT result FROM job WHERE id = ?1", &q, err));
    TRY_DONE(bind(q, 1, whole, err));
    TRY_DONE(db_step(q, &row, err));
    if (row)
        text = take_text(s->mem, q, 0, &ok);
    if (!ok)
        status = error_memory(err);
    else if (text == NULL)
        status = error_set(err, AUTOML_E_STATE, "job '%s' has no result", whole);
    else
        *out = text;
done:
    db_finalize(q);
    return status;
}

/* One statement with the id as its only value; AUTOML_E_STATE with `refusal` if it changes nothing. */
static automl_status change(
    automl_store *s, const char *sql, const char *id, const char *refusal, automl_error *err)
{
    struct db_stmt *q = NULL;
    automl_status status;
    TRY(db_prepare(s->db, sql, &q, err));
    TRY_DONE(bind(q, 1, id, err));
    TRY_DONE(run_once(q, err));
    if (db_changes(s->db) != 1)
        status = error_set(err, AUTOML_E_STATE, "job '%s' %s", id, refusal);
done:
    db_finalize(q);
    return status;
}

automl_status store_delete(automl_store *s, const char *id, automl_error *err)
{
    char whole[ID_BYTES];
    TRY(resolve(s, id, whole, err));
    TRY(change(s, "DELETE FROM job WHERE id = ?1 AND status <> 'running'", whole,
        "is running; cancel it before it is deleted", err));
    char *folder = job_path(s, whole);
    if (folder == NULL)
        return error_memory(err);
    automl_status status = os_remove_tree(folder, err);
    mem_free(s->mem, folder);
    return status;
}

automl_status store_request_cancel(automl_store *s, const char *id, automl_error *err)
{
    char whole[ID_BYTES];
    TRY(resolve(s, id, whole, err));
    return change(s, "UPDATE job SET cancel = cancel + 1 WHERE id = ?1 AND status = 'running'", whole,
        "is not running", err);
}

automl_status store_cancel_requested(automl_store *s, const char *id, bool *out, automl_error *err)
{
    struct db_stmt *q = NULL;
    bool row = false;
    automl_status status;
    TRY(db_prepare(s->db, "SELECT cancel FROM job WHERE id = ?1", &q, err));
    TRY_DONE(bind(q, 1, id, err));
    TRY_DONE(db_step(q, &row, err));
    *out = row && db_int(q, 0) > 0;
done:
    db_finalize(q);
    return status;
}

void store_row_clear(struct mem *m, struct store_row *r)
{
    char *texts[] = {r->id, r->status, r->table, r->target, r->scoring, r->config, r->error, r->folder};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        mem_free(m, texts[i]);
    memset(r, 0, sizeof *r);
}

void store_rows_free(struct mem *m, struct store_row *rows, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        store_row_clear(m, &rows[i]);
    mem_free(m, rows);
}

automl_status job_id_create(int64_t wall_us, char out[33], automl_error *err)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t b[16];
    TRY(os_random(b, sizeof b, err));
    uint64_t ms = (uint64_t)(wall_us / 1000);
    for (int32_t i = 0; i < 6; i++)
        b[i] = (uint8_t)(ms >> (8 * (5 - i)));
    b[6] = (uint8_t)(0x70 | (b[6] & 0x0f));
    b[8] = (uint8_t)(0x80 | (b[8] & 0x3f));
    for (int32_t i = 0; i < 16; i++) {
        out[2 * i] = digits[b[i] >> 4];
        out[2 * i + 1] = digits[b[i] & 15];
    }
    out[32] = '\0';
    return AUTOML_OK;
}
