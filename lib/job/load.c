/*
 * load.c - the tables of a job: read or taken from the host, cut to the window, without rows that lack a
 * target; and which column plays which role.
 */
#include <inttypes.h>
#include <string.h>

#include "job/run.h"

static void on_progress(void *user, double share)
{
    struct job_run *u = user;
    u->progress.stage = STAGE_LOAD;
    u->progress.share = 0.05 * share;
    run_report(u, false);
}

static bool needs_date(const struct job_run *u)
{
    return u->window.set || params_bool(u->p, JOB_TIME_SPLIT);
}

/* Only what the job will use, if the features are named. NULL, 0: all columns. */
static automl_status wanted_columns(
    const struct job_run *u, const char ***out, int32_t *out_n, automl_error *err)
{
    static const enum job_param roles[] = {
        JOB_TARGET_NAME, JOB_ID_COLUMN, JOB_GROUP_COLUMN, JOB_WEIGHT_COLUMN, JOB_DATE_COLUMN};
    enum { ROLES = sizeof roles / sizeof *roles };
    const char *const *features;
    int32_t n = params_strings(u->p, JOB_FEATURES_SELECTED, &features);
    *out = NULL;
    *out_n = 0;
    if (n == 0 || (needs_date(u) && !params_is_set(u->p, JOB_DATE_COLUMN)))
        return AUTOML_OK;
    const char **names = NEW_ARRAY(u->mem, n + ROLES, const char *);
    if (names == NULL)
        return error_memory(err);
    memcpy(names, features, (size_t)n * sizeof *names);
    for (int32_t i = 0; i < ROLES; i++)
        if (params_is_set(u->p, (int32_t)roles[i]) && (roles[i] != JOB_DATE_COLUMN || needs_date(u)))
            names[n++] = params_string(u->p, (int32_t)roles[i]);
    *out = names;
    *out_n = n;
    return AUTOML_OK;
}

static const char *database_of(const struct job_run *u, const char *table)
{
    if (source_is_path(table))
        return NULL;
    if (params_is_set(u->p, JOB_FEATURE_DATABASE))
        return params_string(u->p, JOB_FEATURE_DATABASE);
    return u->store != NULL ? store_features_path(u->store) : NULL;
}

static automl_status read_table(
    struct job_run *u, const char *table, struct job_side *side, automl_error *err)
{
    bool date = needs_date(u);
    const char **columns;
    struct source_query q = {.table = table,
        .database = database_of(u, table),
        .target = params_string(u->p, JOB_TARGET_NAME),
        .id = params_string(u->p, JOB_ID_COLUMN),
        .date_column = date ? params_string(u->p, JOB_DATE_COLUMN) : NULL,
        .find_date = date && !params_is_set(u->p, JOB_DATE_COLUMN),
        .start_us = u->window.start_us,
        .end_us = u->window.end_us,
        .stop = &u->stop,
        .progress = on_progress,
        .progress_user = u};
    if (!source_is_path(table) && q.database == NULL) {
        error_set(err, AUTOML_E_ARGUMENT,
            "table '%s' is no path to a CSV file, and there is no feature database; set feature_database",
            table);
        error_where(err, "feature_database");
        return AUTOML_E_ARGUMENT;
    }
    int32_t ignored;
    TRY(wanted_columns(u, &columns, &q.n_columns, err));
    q.columns = columns;
    automl_status status = source_load(u->ctx, &q, &side->data, side == &u->train ? &u->date : &ignored, err);
    mem_free(u->mem, columns);
    return status;
}

static automl_status find_date(
    const struct job_run *u, const automl_dataset *d, int32_t *out, automl_error *err)
{
    const char *name = params_string(u->p, JOB_DATE_COLUMN);
    int32_t found = -1;
    if (name != NULL) {
        TRY(dataset_require(d, name, "date", &found, err));
        if (d->cols[found].type != COLUMN_DATETIME)
            return error_set(err, AUTOML_E_DATA, "date column '%s' holds no dates", name);
    }
    for (int32_t j = 0; name == NULL && j < d->n_cols; j++) {
        if (d->cols[j].type != COLUMN_DATETIME)
            continue;
        if (found >= 0) {
            error_set(err, AUTOML_E_CONFLICT, "the table has several date columns ('%s', '%s'); name one",
                d->cols[found].name, d->cols[j].name);
            error_where(err, "date_column");
            return AUTOML_E_CONFLICT;
        }
        found = j;
    }
    if (found < 0)
        return error_set(err, AUTOML_E_DATA, "the table has no date column for the window or time_split");
    *out = found;
    return AUTOML_OK;
}

/* Rows for which keep(user, row) holds: the dataset itself if all do. */
static automl_status keep_rows(struct job_run *u, automl_dataset **d,
    bool (*keep)(const void *user, int64_t row), const void *user, int64_t *out_dropped, automl_error *err)
{
    int64_t n = 0, all = (*d)->n_rows;
    int32_t *rows = NEW_ARRAY(u->mem, all, int32_t);
    if (rows == NULL)
        return error_memory(err);
    for (int64_t i = 0; i < all; i++)
        if (keep(user, i))
            rows[n++] = (int32_t)i;
    automl_dataset *taken = NULL;
    automl_status status = n > 0 && n < all ? dataset_take(*d, rows, n, &taken, err) : AUTOML_OK;
    mem_free(u->mem, rows);
    if (taken != NULL) {
        dataset_unref(*d);
        *d = taken;
    }
    *out_dropped = all - n;
    return status;
}

struct in_window {
    const struct column *date;
    const struct job_window *window;
};

static bool lies_in_window(const void *user, int64_t row)
{
    const struct in_window *w = user;
    int64_t us = w->date->us[row];
    if (us == DATE_MISSING || (w->window->start_us != DATE_MISSING && us < w->window->start_us))
        return false;
    return w->window->end_us == DATE_MISSING || us < w->window->end_us;
}

/* The host's own table, cut as source_load would have. */
static automl_status take_table(
    struct job_run *u, automl_dataset *given, struct job_side *side, automl_error *err)
{
    int32_t date = -1;
    int64_t dropped = 0;
    side->data = dataset_ref(given);
    if (needs_date(u))
        TRY(find_date(u, given, &date, err));
    if (u->window.set) {
        struct in_window w = {&given->cols[date], &u->window};
        TRY(keep_rows(u, &side->data, lies_in_window, &w, &dropped, err));
        if (dropped == given->n_rows)
            return error_set(err, AUTOML_E_DATA, "no row lies in the window of start_date and end_date");
    }
    if (side == &u->train)
        u->date = date;
    return AUTOML_OK;
}

static bool has_target(const void *user, int64_t row)
{
    return !column_missing(user, row);
}

static automl_status find_columns(const struct job_run *u, struct job_side *s, automl_error *err)
{
    const char *id = params_string(u->p, JOB_ID_COLUMN), *weight = params_string(u->p, JOB_WEIGHT_COLUMN);
    s->id = s->weight = -1;
    TRY(dataset_require(s->data, params_string(u->p, JOB_TARGET_NAME), "target", &s->target, err));
    if (id != NULL)
        TRY(dataset_require(s->data, id, "id", &s->id, err));
    if (weight != NULL)
        TRY(dataset_require(s->data, weight, "weight", &s->weight, err));
    return AUTOML_OK;
}

static automl_status load_side(
    struct job_run *u, struct job_side *s, automl_dataset *given, const char *table, automl_error *err)
{
    int64_t dropped = 0;
    if (given != NULL)
        TRY(take_table(u, given, s, err));
    else
        TRY(read_table(u, table, s, err));
    TRY(find_columns(u, s, err));
    const char *target = s->data->cols[s->target].name;
    TRY(keep_rows(u, &s->data, has_target, &s->data->cols[s->target], &dropped, err));
    if (dropped > 0 && dropped == s->data->n_rows)
        return error_set(err, AUTOML_E_DATA, "target column '%s' is empty in every row", target);
    if (dropped > 0)
        run_warn(u, "%" PRId64 " %srows without a value of '%s' were left out", dropped,
            s == &u->test ? "test " : "", params_string(u->p, JOB_TARGET_NAME));
    return AUTOML_OK;
}

/* What a column is used as, other than a feature; NULL: nothing. */
static const char *role_of(const struct job_run *u, int32_t column)
{
    const char *name = u->train.data->cols[column].name, *group = params_string(u->p, JOB_GROUP_COLUMN);
    if (column == u->train.target)
        return "the target";
    if (column == u->train.id)
        return "the id";
    if (column == u->train.weight)
        return "the weight";
    if (column == u->date)
        return "the date of the window or the split";
    return group != NULL && strcmp(name, group) == 0 ? "the group" : NULL;
}

static automl_status named_features(struct job_run *u, const char *const *names, int32_t n, automl_error *err)
{
    for (int32_t i = 0; i < n; i++) {
        int32_t column = -1;
        automl_status status = dataset_require(u->train.data, names[i], "feature", &column, err);
        const char *role = status >= 0 ? role_of(u, column) : NULL;
        if (role != NULL)
            status = error_set(
                err, AUTOML_E_CONFLICT, "column '%s' is %s and cannot be a feature too", names[i], role);
        for (int32_t j = 0; status >= 0 && j < u->n_features; j++)
            if (u->features[j] == column)
                status = error_set(err, AUTOML_E_CONFLICT, "column '%s' is listed twice", names[i]);
        if (status < 0) {
            error_where(err, "features_selected");
            return status;
        }
        u->features[u->n_features++] = column;
    }
    return AUTOML_OK;
}

static automl_status choose_features(struct job_run *u, automl_error *err)
{
    const automl_dataset *d = u->train.data;
    const char *const *names;
    int32_t n = params_strings(u->p, JOB_FEATURES_SELECTED, &names);
    int64_t wanted = params_int(u->p, JOB_NUM_FEATURES);
    u->features = NEW_ARRAY(u->mem, d->n_cols > n ? d->n_cols : n, int32_t);
    if (u->features == NULL)
        return error_memory(err);
    if (n > 0)
        TRY(named_features(u, names, n, err));
    for (int32_t j = 0; n == 0 && j < d->n_cols; j++)
        if (role_of(u, j) == NULL)
            u->features[u->n_features++] = j;
    if (u->n_features == 0)
        return error_set(err, AUTOML_E_DATA, "the table has no column left that could be a feature");
    if (wanted > u->n_features) {
        error_set(err, AUTOML_E_CONFLICT,
            "num_features is %" PRId64 ", but the table has %d candidate columns", wanted,
            (int)u->n_features);
        error_where(err, "num_features");
        return AUTOML_E_CONFLICT;
    }
    return AUTOML_OK;
}

static int64_t dataset_bytes(const automl_dataset *d)
{
    int64_t bytes = 0;
    for (int32_t j = 0; d != NULL && j < d->n_cols; j++) {
        const struct column *c = &d->cols[j];
        bytes += d->n_rows * (c->codes != NULL ? 4 : c->borrowed ? 0 : 8);
    }
    return bytes;
}

/* The tables are the context's, so they are taken off the job's limit here. */
static automl_status charge_tables(struct job_run *u, automl_error *err)
{
    int64_t tables = dataset_bytes(u->train.data) + dataset_bytes(u->test.data);
    if (u->mem->limit <= 0)
        return AUTOML_OK;
    if (tables + mem_used(u->mem) >= u->mem->limit)
        return error_set(err, AUTOML_E_MEMORY,
            "the tables take %" PRId64 " MB, more than the job may use; raise max_memory_mb",
            tables / 1000000);
    u->mem->limit -= tables;
    return AUTOML_OK;
}

static void record_data(struct job_run *u)
{
    static const char digits[] = "0123456789abcdef";
    struct job_result *r = u->r;
    uint8_t hash[32];
    dataset_sha256(u->train.data, hash);
    for (int32_t i = 0; i < 32; i++) {
        r->sha256[2 * i] = digits[hash[i] >> 4];
        r->sha256[2 * i + 1] = digits[hash[i] & 15];
    }
    r->rows = u->train.data->n_rows;
    r->columns = u->train.data->n_cols;
    r->window_start_us = u->window.start_us;
    r->window_end_us = u->window.end_us;
    if (u->window.set)
        r->window_column = arena_strdup(&r->arena, u->train.data->cols[u->date].name);
}

automl_status run_load(struct job_run *u, automl_error *err)
{
    const struct automl_job *j = u->job;
    u->date = -1;
    u->progress.stage = STAGE_LOAD;
    TRY(job_window(u->p, clock_wall(u->ctx->clock), &u->window, err));
    TRY(load_side(u, &u->train, j->train, params_string(u->p, JOB_FEATURE_TABLE_NAME), err));
    if (u->job->kind == JOB_FULL && (j->test != NULL || params_is_set(u->p, JOB_TEST_TABLE_NAME)))
        TRY(load_side(u, &u->test, j->test, params_string(u->p, JOB_TEST_TABLE_NAME), err));
    TRY(choose_features(u, err));
    TRY(charge_tables(u, err));
    record_data(u);
    run_report(u, false);
    return stop_status(&u->stop, err);
}
