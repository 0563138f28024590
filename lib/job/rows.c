/*
 * rows.c - which rows train and which test, their labels and weights, and the folds.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "data/bins.h"
#include "job/run.h"

void side_clear(struct mem *m, struct job_side *s)
{
    frame_unref(s->x);
    mem_free(m, s->rows);
    mem_free(m, s->y);
    mem_free(m, s->w);
    mem_free(m, s->proba);
    mem_free(m, s->labels);
    dataset_unref(s->data);
    memset(s, 0, sizeof *s);
}

automl_status side_frame(
    struct job_run *u, struct job_side *s, const struct schema *schema, automl_error *err)
{
    (void)u;
    return schema_frame(schema, s->data, s->rows, s->n, &s->x, err);
}

static automl_status all_rows(struct mem *m, int64_t n, int32_t **out, automl_error *err)
{
    int32_t *rows = NEW_ARRAY(m, n, int32_t);
    if (rows == NULL)
        return error_memory(err);
    for (int64_t i = 0; i < n; i++)
        rows[i] = (int32_t)i;
    *out = rows;
    return AUTOML_OK;
}

/* A group for each distinct text; each missing cell is one of its own. */
static automl_status read_groups(struct job_run *u, int32_t **out, automl_error *err)
{
    const automl_dataset *d = u->train.data;
    int32_t column;
    TRY(dataset_require(d, params_string(u->p, JOB_GROUP_COLUMN), "group", &column, err));
    const struct column *c = &d->cols[column];
    int32_t *groups = NEW_ARRAY(u->mem, d->n_rows, int32_t);
    if (groups == NULL)
        return error_memory(err);
    struct map names;
    map_init(&names, u->mem);
    char buffer[DATE_PRINT_BYTES];
    int32_t alone = INT32_MAX;
    bool ok = true;
    for (int64_t i = 0; ok && i < d->n_rows; i++) {
        if (column_missing(c, i)) {
            groups[i] = alone--;
            continue;
        }
        const char *text = column_text(c, i, buffer);
        groups[i] = map_add(&names, text, strlen(text));
        ok = groups[i] >= 0;
    }
    map_free(&names);
    if (!ok) {
        mem_free(u->mem, groups);
        return error_memory(err);
    }
    *out = groups;
    return AUTOML_OK;
}

/* Classes of all rows: the split is stratified by them. */
static automl_status label_all(struct job_run *u, int32_t *y, int32_t *out_k, automl_error *err)
{
    struct schema *s;
    const automl_dataset *d = u->train.data;
    int32_t none = 0;
    TRY(schema_create(u->mem, d, &none, 0, NULL, d->n_rows, &s, err));
    automl_status status = schema_set_target(s, d, u->train.target, NULL, d->n_rows, err);
    if (status >= 0) {
        schema_encode_target(s, d, u->train.target, y);
        *out_k = s->n_classes;
    }
    if (status >= 0 && s->n_classes == d->n_rows)
        status = error_set(err, AUTOML_E_DATA,
            "target column '%s' has another value in each of the %" PRId64
            " rows; classification needs values that repeat",
            d->cols[u->train.target].name, d->n_rows);
    schema_free(s);
    return status;
}

static automl_status split(struct job_run *u, const int32_t *groups, const int64_t *times, const int32_t *y,
    int32_t k, automl_error *err)
{
    struct split_options o = {
        .test_size = params_real(u->p, JOB_TEST_SIZE), .groups = groups, .times = times};
    struct job_side *train = &u->train, *test = &u->test;
    if (test->data != NULL || u->job->kind != JOB_FULL) {
        train->n = train->data->n_rows;
        TRY(all_rows(u->mem, train->n, &train->rows, err));
        if (test->data == NULL)
            return AUTOML_OK;
        test->n = test->data->n_rows;
        return all_rows(u->mem, test->n, &test->rows, err);
    }
    TRY(split_train_test(u->mem, y, train->data->n_rows, k, &o, rng_split(&u->rng, STREAM_SPLIT),
        &train->rows, &train->n, &test->rows, &test->n, err));
    test->data = dataset_ref(train->data);
    test->target = train->target;
    test->id = train->id;
    test->weight = train->weight;
    return AUTOML_OK;
}

static automl_status read_weights(struct job_run *u, struct job_side *s, automl_error *err)
{
    const struct column *c = s->weight >= 0 ? &s->data->cols[s->weight] : NULL;
    const double *x = c != NULL ? c->x : s->data->weights;
    double sum = 0;
    if (c != NULL && x == NULL)
        return error_set(err, AUTOML_E_DATA, "weight column '%s' is not numeric", c->name);
    if (x == NULL)
        return AUTOML_OK;
    s->w = NEW_ARRAY(u->mem, s->n, double);
    if (s->w == NULL)
        return error_memory(err);
    for (int64_t i = 0; i < s->n; i++) {
        s->w[i] = x[s->rows[i]];
        if (!(s->w[i] >= 0))
            return error_set(err, AUTOML_E_DATA, "the weight in row %d of '%s' is missing or negative",
                (int)s->rows[i] + 1, c != NULL ? c->name : "the dataset");
        sum += s->w[i];
    }
    if (!(sum > 0) || !isfinite(sum))
        return error_set(err, AUTOML_E_DATA, "the weights of the %s rows do not sum to a positive number",
            s == &u->train ? "training" : "test");
    return AUTOML_OK;
}

static automl_status side_labels(struct job_run *u, struct job_side *s, automl_error *err)
{
    int32_t *all = NEW_ARRAY(u->mem, s->data->n_rows, int32_t);
    s->y = NEW_ARRAY(u->mem, s->n, int32_t);
    if (all == NULL || s->y == NULL) {
        mem_free(u->mem, all);
        return error_memory(err);
    }
    int64_t unknown = 0;
    schema_encode_target(u->schema, s->data, s->target, all);
    for (int64_t i = 0; i < s->n; i++) {
        s->y[i] = all[s->rows[i]];
        unknown += s->y[i] < 0;
    }
    mem_free(u->mem, all);
    if (unknown > 0)
        run_warn(u, "%" PRId64 " test rows have labels that do not occur in training; no metric counts them",
            unknown);
    return AUTOML_OK;
}

static void add_counts(const struct job_side *s, int64_t *counts)
{
    for (int64_t i = 0; i < s->n; i++)
        if (s->y[i] >= 0)
            counts[s->y[i]]++;
}

static automl_status count_training(struct job_run *u, automl_error *err)
{
    u->r->train_counts = NEW_ZEROS(u->mem, u->k, int64_t);
    if (u->r->train_counts == NULL)
        return error_memory(err);
    add_counts(&u->train, u->r->train_counts);
    return AUTOML_OK;
}

static automl_status count_all(struct job_run *u, automl_error *err)
{
    u->r->class_counts = mem_copy(u->mem, u->r->train_counts, (size_t)u->k, sizeof *u->r->train_counts);
    if (u->r->class_counts == NULL)
        return error_memory(err);
    if (u->test.data != NULL)
        add_counts(&u->test, u->r->class_counts);
    return AUTOML_OK;
}

static automl_status set_positive(struct job_run *u, automl_error *err)
{
    char *label = NULL;
    TRY(job_positive(u->p, u->mem, &label, err));
    automl_status status = schema_set_positive(u->schema, label, u->r->train_counts, err);
    mem_free(u->mem, label);
    if (status < 0)
        error_where(err, "positive_label");
    return status;
}

automl_status run_schema(struct job_run *u, automl_error *err)
{
    struct job_side *s = &u->train;
    schema_free(u->schema);
    u->schema = NULL;
    TRY(schema_create(u->mem, s->data, u->features, u->n_features, s->rows, s->n, &u->schema, err));
    TRY(schema_set_target(u->schema, s->data, s->target, s->rows, s->n, err));
    u->k = u->schema->n_classes;
    if (s->id >= 0 && (u->schema->id = mem_strdup(u->mem, s->data->cols[s->id].name)) == NULL)
        return error_memory(err);
    if (s->y == NULL) {
        TRY(side_labels(u, s, err));
        TRY(count_training(u, err));
    }
    return set_positive(u, err);
}

static automl_status take_keys(
    struct job_run *u, const int32_t *groups, const int64_t *times, automl_error *err)
{
    int64_t n = u->train.n;
    u->groups = groups != NULL ? NEW_ARRAY(u->mem, n, int32_t) : NULL;
    u->times = times != NULL ? NEW_ARRAY(u->mem, n, int64_t) : NULL;
    if ((groups != NULL && u->groups == NULL) || (times != NULL && u->times == NULL))
        return error_memory(err);
    for (int64_t i = 0; i < n; i++) {
        if (groups != NULL)
            u->groups[i] = groups[u->train.rows[i]];
        if (times != NULL)
            u->times[i] = times[u->train.rows[i]];
    }
    return AUTOML_OK;
}

static automl_status split_rows(struct job_run *u, automl_error *err)
{
    const int64_t *times = params_bool(u->p, JOB_TIME_SPLIT) ? u->train.data->cols[u->date].us : NULL;
    int32_t *y = NEW_ARRAY(u->mem, u->train.data->n_rows, int32_t), *groups = NULL, k = 0;
    automl_status status = y != NULL ? AUTOML_OK : error_memory(err);
    if (status >= 0)
        status = label_all(u, y, &k, err);
    if (status >= 0 && params_is_set(u->p, JOB_GROUP_COLUMN))
        status = read_groups(u, &groups, err);
    if (status >= 0)
        status = split(u, groups, times, y, k, err);
    if (status >= 0)
        status = take_keys(u, groups, times, err);
    mem_free(u->mem, y);
    mem_free(u->mem, groups);
    return status;
}

automl_status run_rows(struct job_run *u, automl_error *err)
{
    TRY(split_rows(u, err));
    TRY(run_schema(u, err));
    if (u->test.data != NULL)
        TRY(side_labels(u, &u->test, err));
    TRY(count_all(u, err));
    TRY(read_weights(u, &u->train, err));
    if (u->test.data != NULL)
        TRY(read_weights(u, &u->test, err));
    TRY(side_frame(u, &u->train, u->schema, err));
    TRY(bins_attach(u->mem, u->train.x, u->train.data->n_rows, err));
    TRY(folds_create(u->mem, u->train.y, u->train.n, u->k, (int32_t)params_int(u->p, JOB_CV_FOLDS), u->groups,
        u->times, rng_split(&u->rng, STREAM_FOLDS), &u->folds, err));
    if (u->times == NULL)
        TRY(folds_create(u->mem, u->train.y, u->train.n, u->k, u->folds->k, u->groups, NULL,
            rng_split(&u->rng, STREAM_FRESH_FOLDS), &u->fresh_folds, err));
    u->r->folds = u->folds->k;
    u->r->rows = u->train.n + u->test.n;
    u->r->train_rows = u->train.n;
    u->r->test_rows = u->test.n;
    return stop_status(&u->stop, err);
}
