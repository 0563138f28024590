/*
 * store.h - a directory that keeps the history of jobs, their files, and feature tables.
 *
 *     STORE/jobs.db       one line for each job: state, parameters, scores, result
 *     STORE/jobs/ID/      its files
 *     STORE/features.db   tables that automl_store_import() has loaded
 *
 * Both databases are SQLite in WAL mode; the directory must be on a local disk. Any number of processes may
 * use one store at the same time. A handle is used by one thread at a time. A job whose process died reads
 * as "interrupted". Everything here is AUTOML_E_UNSUPPORTED if SQLite is not built in.
 *
 * Where a function takes an id, a prefix that fits one job only will do.
 */
#ifndef AUTOML_STORE_H
#define AUTOML_STORE_H

#include <stdint.h>

#include <automl/context.h>
#include <automl/export.h>
#include <automl/status.h>

AUTOML_BEGIN_DECLS

/* An open store. */
typedef struct automl_store automl_store;

/**
 * Opens a store, and creates the directory and its parents if there is none.
 *
 * @param ctx   the context
 * @param path  of the directory
 * @param out   the store, to be released with automl_store_free()
 * @param err   receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_NOT_FOUND, AUTOML_E_WRITE; AUTOML_E_FORMAT if jobs.db is no store;
 *         AUTOML_E_VERSION if a newer release made it; AUTOML_E_STORE; AUTOML_E_UNSUPPORTED.
 * @since 0.1
 */
AUTOML_API automl_status automl_store_open(
    automl_context *ctx, const char *path, automl_store **out, automl_error *err);

/**
 * Closes a store.
 *
 * @param store  NULL is fine
 * @since 0.1
 */
AUTOML_API void automl_store_free(automl_store *store);

/**
 * @param store  the store
 * @return its directory, as it was opened; NULL for NULL.
 * @since 0.1
 */
AUTOML_API const char *automl_store_path(const automl_store *store);

/**
 * Lists jobs, the newest first: a JSON array of objects with "id", "status", "table", "target", "scoring",
 * "created_at", "finished_at", "seconds", "cv_score", "test_score", "error" and "folder".
 *
 * @param store   the store
 * @param status  "running", "succeeded", "failed", "cancelled" or "interrupted"; NULL: all
 * @param limit   at most so many; 0: all
 * @param out     the JSON text, to be released with automl_buffer_free()
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_RANGE for a negative limit; AUTOML_E_UNKNOWN_KEY for a status that does not
 *         exist; AUTOML_E_STORE.
 * @since 0.1
 */
AUTOML_API automl_status automl_store_jobs_json(
    automl_store *store, const char *status, int64_t limit, automl_buffer **out, automl_error *err);

/**
 * One job as above, with its parameters as the object "config".
 *
 * @param store  the store
 * @param id     of the job
 * @param out    the JSON text, to be released with automl_buffer_free()
 * @param err    receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_NOT_FOUND if no job, or several, begin with id; AUTOML_E_STORE.
 * @since 0.1
 */
AUTOML_API automl_status automl_store_job_json(
    automl_store *store, const char *id, automl_buffer **out, automl_error *err);

/**
 * result.json of a job that has ended with a result.
 *
 * @param store  the store
 * @param id     of the job
 * @param out    the JSON text, to be released with automl_buffer_free()
 * @param err    receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_NOT_FOUND; AUTOML_E_STATE if it has no result; AUTOML_E_STORE.
 * @since 0.1
 */
AUTOML_API automl_status automl_store_result_json(
    automl_store *store, const char *id, automl_buffer **out, automl_error *err);

/* Jobs of a store as they were when they were listed. */
typedef struct automl_job_list automl_job_list;

/**
 * Lists jobs as automl_store_jobs_json() does, for programs that do not read JSON.
 *
 * @param store   the store
 * @param status  "running", "succeeded", "failed", "cancelled" or "interrupted"; NULL: all
 * @param limit   at most so many; 0: all
 * @param out     the list, the newest first, to be released with automl_job_list_free()
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_RANGE for a negative limit; AUTOML_E_UNKNOWN_KEY for a status that does not
 *         exist; AUTOML_E_STORE.
 * @since 0.1
 */
AUTOML_API automl_status automl_store_list(
    automl_store *store, const char *status, int64_t limit, automl_job_list **out, automl_error *err);

/**
 * Lists one job.
 *
 * @param store  the store
 * @param id     of the job
 * @param out    a list of one, to be released with automl_job_list_free()
 * @param err    receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_NOT_FOUND if no job, or several, begin with id; AUTOML_E_STORE.
 * @since 0.1
 */
AUTOML_API automl_status automl_store_find(
    automl_store *store, const char *id, automl_job_list **out, automl_error *err);

/**
 * Releases a list.
 *
 * @param list  NULL is fine
 * @since 0.1
 */
AUTOML_API void automl_job_list_free(automl_job_list *list);

/**
 * @param list  the list; NULL gives 0
 * @return the number of jobs.
 * @since 0.1
 */
AUTOML_API int64_t automl_job_list_count(const automl_job_list *list);

/**
 * @param list  the list
 * @param i     from 0
 * @param key   "id", "status", "table", "target", "scoring", "created_at", "finished_at", "error", "folder"
 *              or "config" (the parameters, JSON)
 * @return the text, living as long as the list; NULL if the job has none, and if there is no such job or key.
 * @since 0.1
 */
AUTOML_API const char *automl_job_list_text(const automl_job_list *list, int64_t i, const char *key);

/**
 * @param list  the list
 * @param i     from 0
 * @param key   "seconds", "cv_score" or "test_score"
 * @return the number; NaN if the job has none, and if there is no such job or key.
 * @since 0.1
 */
AUTOML_API double automl_job_list_number(const automl_job_list *list, int64_t i, const char *key);

/**
 * One metric of a job's model, as its result.json has it.
 *
 * @param store  the store
 * @param id     of the job
 * @param part   "train" or "test"
 * @param name   of the metric, such as "accuracy" or "roc_auc"
 * @param out    its value; NaN where it is undefined
 * @param err    receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_NOT_FOUND; AUTOML_E_STATE if the job has no result; AUTOML_E_UNKNOWN_KEY for a
 *         part or metric that the result does not have; AUTOML_E_STORE.
 * @since 0.1
 */
AUTOML_API automl_status automl_store_metric(
    automl_store *store, const char *id, const char *part, const char *name, double *out, automl_error *err);

/**
 * Asks a running job, in whatever process it runs, to stop. It looks about once a second.
 *
 * @param store  the store
 * @param id     of the job
 * @param err    receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_NOT_FOUND; AUTOML_E_STATE if it does not run; AUTOML_E_STORE.
 * @since 0.1
 */
AUTOML_API automl_status automl_store_cancel(automl_store *store, const char *id, automl_error *err);

/**
 * Removes a job from the history, and its files.
 *
 * @param store  the store
 * @param id     of the job
 * @param err    receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_NOT_FOUND; AUTOML_E_STATE if it runs; AUTOML_E_WRITE, AUTOML_E_STORE.
 * @since 0.1
 */
AUTOML_API automl_status automl_store_delete(automl_store *store, const char *id, automl_error *err);

/**
 * Loads a CSV file into a new table of the store's features.db, in one transaction.
 *
 * @param store     the store
 * @param table     name of the table; it must not exist
 * @param csv_path  ends in .csv or .csv.gz
 * @param out_rows  how many rows were loaded; may be NULL
 * @param err       receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_CONFLICT if there is such a table; AUTOML_E_NOT_FOUND, AUTOML_E_READ,
 *         AUTOML_E_FORMAT, AUTOML_E_DATA for the file; AUTOML_E_WRITE, AUTOML_E_STORE.
 * @since 0.1
 */
AUTOML_API automl_status automl_store_import(
    automl_store *store, const char *table, const char *csv_path, int64_t *out_rows, automl_error *err);

AUTOML_END_DECLS

#endif
