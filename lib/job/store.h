/*
 * store.h - a directory with the history of jobs (jobs.db), their folders (jobs/JOB/) and a feature database
 * (features.db).
 *
 * jobs.db: application_id and user_version, WAL, every change of state one transaction that checks the old
 * state. A job whose owner died (process gone: pid, boot id and start time) reads as interrupted. Safe
 * between processes; a handle is used by one thread at a time.
 */
#ifndef JOB_STORE_H
#define JOB_STORE_H

#include "base/context.h"
#include "base/strbuf.h"
#include "io/sqlite.h"

typedef struct automl_store automl_store;

struct store_row {
    char *id, *status, *table, *target, *scoring, *config, *error, *folder;
    int64_t created_us, finished_us;      /* finished 0: not yet */
    double seconds, cv_score, test_score; /* NaN: none */
};

automl_status store_open(automl_context *ctx, const char *path, automl_store **out, automl_error *err);
void store_close(automl_store *s); /* NULL is fine */
automl_context *store_context(const automl_store *s);
const char *store_path(const automl_store *s);
const char *store_features_path(const automl_store *s); /* PATH/features.db */

/* A new job: state running, owned by this process; makes its folder. */
automl_status store_begin(automl_store *s, const char *id, const char *config_json, const char *table,
    const char *target, const char *scoring, int64_t now_us, char **out_folder, automl_error *err);
/* Of a running job whose metric was left open when it began. */
automl_status store_set_scoring(automl_store *s, const char *id, const char *scoring, automl_error *err);
automl_status store_finish(automl_store *s, const char *id, const char *status, double seconds, double cv,
    double test, const char *result_json, const char *error, int64_t now_us, automl_error *err);

/* Newest first; status NULL: all; limit 0: all. Rows are freed with store_rows_free. */
automl_status store_list(automl_store *s, const char *status, int64_t limit, struct store_row **out,
    int64_t *out_n, automl_error *err);
/* An id or a unique prefix of one; AUTOML_E_NOT_FOUND otherwise. */
automl_status store_show(automl_store *s, const char *id, struct store_row *out, automl_error *err);
/* result.json of a finished job. */
automl_status store_result(automl_store *s, const char *id, char **out, automl_error *err);
/* Row and folder; a running job is AUTOML_E_STATE. */
automl_status store_delete(automl_store *s, const char *id, automl_error *err);
/* Asks a running job, in whatever process, to stop; it polls. */
automl_status store_request_cancel(automl_store *s, const char *id, automl_error *err);
automl_status store_cancel_requested(automl_store *s, const char *id, bool *out, automl_error *err);
void store_row_clear(struct mem *m, struct store_row *r);
void store_rows_free(struct mem *m, struct store_row *rows, int64_t n);

/* UUIDv7 layout, 32 hex digits: sorts by time. */
automl_status job_id_create(int64_t wall_us, char out[33], automl_error *err);

#endif
