/*
 * model_fit.c - a specification fitted on the rows of a dataset, without search or tuning.
 *
 * Each member is fitted once on all rows, or with "replicas": r on the training parts of r stratified folds,
 * which all members share.
 */
#include <string.h>

#include "data/bins.h"
#include "data/split.h"
#include "pipeline/model.h"
#include "pipeline/parallel.h"

/* Labels of the streams that come from the seed. */
enum { STREAM_FOLDS = 1, STREAM_FIT = 2 };

/* The rows that have a target. */
struct rows {
    automl_dataset *data;
    struct schema *schema;
    int64_t n;
    int32_t *y;
    double *w; /* or NULL */
    struct frame *x;
};

struct fits {
    const struct model_fit *f;
    const struct rows *rows;
    struct mem *mem;
    struct rng rng;
    struct graph **members;
    double *weights;
    int32_t n_members, n_replicas;
    struct folds *folds;    /* NULL: one fit on all rows */
    struct fitted **fitted; /* n_members x n_replicas */
};

static automl_status check_columns(const struct model_fit *f, automl_error *err)
{
    if (f->target < 0 || f->target >= f->data->n_cols || f->n_features < 1)
        return error_set(
            err, AUTOML_E_ARGUMENT, "a fit needs a target column of the dataset and at least one feature");
    for (int32_t j = 0; j < f->n_features; j++) {
        if (f->features[j] < 0 || f->features[j] >= f->data->n_cols)
            return error_set(err, AUTOML_E_ARGUMENT, "feature %d is no column of the dataset", (int)j);
        if (f->features[j] == f->target)
            return error_set(err, AUTOML_E_CONFLICT, "column '%s' cannot be both target and feature",
                f->data->cols[f->target].name);
    }
    return AUTOML_OK;
}

/* The rows of the dataset that have a target: the dataset itself if all do. */
static automl_status take_labelled(const struct model_fit *f, struct rows *r, automl_error *err)
{
    struct mem *m = f->data->mem;
    const struct column *target = &f->data->cols[f->target];
    int32_t *idx = NEW_ARRAY(m, f->data->n_rows, int32_t);
    if (idx == NULL)
        return error_memory(err);
    for (int64_t i = 0; i < f->data->n_rows; i++)
        if (!column_missing(target, i))
            idx[r->n++] = (int32_t)i;
    automl_status status = AUTOML_OK;
    if (r->n == 0)
        status = error_set(err, AUTOML_E_DATA, "column '%s' has no value in any row", target->name);
    else if (r->n == f->data->n_rows)
        r->data = dataset_ref(f->data);
    else
        status = dataset_take(f->data, idx, r->n, &r->data, err);
    if (status >= 0 && f->w != NULL && (r->w = NEW_ARRAY(m, r->n, double)) == NULL)
        status = error_memory(err);
    for (int64_t i = 0; status >= 0 && f->w != NULL && i < r->n; i++)
        r->w[i] = f->w[idx[i]];
    mem_free(m, idx);
    return status;
}

/* All rows in order: dictionaries and classes come from every one of them. */
static automl_status make_schema(const struct model_fit *f, struct rows *r, automl_error *err)
{
    struct mem *m = r->data->mem;
    int64_t *counts = NULL;
    int32_t *idx = NEW_ARRAY(m, r->n, int32_t);
    automl_status status = AUTOML_OK;
    if (idx == NULL)
        return error_memory(err);
    for (int64_t i = 0; i < r->n; i++)
        idx[i] = (int32_t)i;
    TRY_DONE(schema_create(m, r->data, f->features, f->n_features, idx, r->n, &r->schema, err));
    TRY_DONE(schema_set_target(r->schema, r->data, f->target, idx, r->n, err));
    counts = NEW_ZEROS(m, r->schema->n_classes, int64_t);
    r->y = NEW_ARRAY(m, r->n, int32_t);
    if (counts == NULL || r->y == NULL) {
        status = error_memory(err);
        goto done;
    }
    schema_encode_target(r->schema, r->data, f->target, r->y);
    for (int64_t i = 0; i < r->n; i++)
        counts[r->y[i]]++;
    TRY_DONE(schema_set_positive(r->schema, f->positive, counts, err));
done:
    mem_free(m, idx);
    mem_free(m, counts);
    return status;
}

static bool uses_bins(const struct graph *g)
{
    for (int32_t i = 0; i < g->n_nodes; i++) {
        const struct graph_node *v = &g->nodes[i];
        if (v->kind == NODE_OPERATOR && (v->cls->traits & OP_USES_BINS) != 0)
            return true;
        if (v->kind == NODE_STACK && uses_bins(v->inner))
            return true;
    }
    return false;
}

static automl_status make_rows(
    const struct graph *spec, const struct model_fit *f, struct rows *r, automl_error *err)
{
    TRY(take_labelled(f, r, err));
    TRY(make_schema(f, r, err));
    TRY(schema_frame(r->schema, r->data, NULL, r->n, &r->x, err));
    return uses_bins(spec) ? bins_attach(r->data->mem, r->x, r->n, err) : AUTOML_OK;
}

static void rows_clear(struct mem *m, struct rows *r)
{
    frame_unref(r->x);
    schema_free(r->schema);
    mem_free(m, r->y);
    mem_free(m, r->w);
    dataset_unref(r->data);
}

static struct fit_request request(const struct fits *t, uint64_t replica)
{
    struct rng rng = rng_split(&t->rng, STREAM_FIT);
    return (struct fit_request){.x = t->rows->x,
        .y = t->rows->y,
        .w = t->rows->w,
        .n_classes = t->rows->schema->n_classes,
        .balance = t->f->balance,
        .rng = rng_split(&rng, replica),
        .stop = t->f->stop != NULL ? t->f->stop : &stop_never,
        .pool = t->f->pool,
        .mem = t->mem};
}

static automl_status fit_fold(
    const struct fits *t, struct graph *g, int32_t fold, struct fitted **out, automl_error *err)
{
    struct fit_request r = request(t, (uint64_t)fold);
    int64_t n;
    const int32_t *train = folds_train(t->folds, fold, &n);
    struct frame *x = frame_take(t->rows->x, train, n);
    int32_t *y = NEW_ARRAY(t->mem, n, int32_t);
    double *w = t->rows->w != NULL ? NEW_ARRAY(t->mem, n, double) : NULL;
    bool ready = x != NULL && y != NULL && (t->rows->w == NULL || w != NULL);
    for (int64_t i = 0; ready && i < n; i++) {
        y[i] = t->rows->y[train[i]];
        if (w != NULL)
            w[i] = t->rows->w[train[i]];
    }
    r.x = x, r.y = y, r.w = w;
    automl_status status = ready ? fitted_fit(g, &r, out, NULL, err) : error_memory(err);
    frame_unref(x);
    mem_free(t->mem, y);
    mem_free(t->mem, w);
    return status;
}

static automl_status fit_one(void *arg, int64_t i, automl_error *err)
{
    const struct fits *t = arg;
    struct graph *g = t->members[i / t->n_replicas];
    if (t->weights[i / t->n_replicas] <= 0)
        return AUTOML_OK;
    if (t->folds != NULL)
        return fit_fold(t, g, (int32_t)(i % t->n_replicas), &t->fitted[i], err);
    struct fit_request r = request(t, 0);
    return fitted_fit(g, &r, &t->fitted[i], NULL, err);
}

static automl_status fit_all(struct graph *spec, struct fits *t, automl_error *err)
{
    TRY(graph_members(spec, &t->members, &t->weights, &t->n_members, &t->n_replicas, err));
    t->fitted = NEW_ZEROS(t->mem, (size_t)t->n_members * (size_t)t->n_replicas, struct fitted *);
    if (t->fitted == NULL)
        return error_memory(err);
    if (t->n_replicas > 1)
        TRY(folds_create(t->mem, t->rows->y, t->rows->n, t->rows->schema->n_classes, t->n_replicas, NULL,
            NULL, rng_split(&t->rng, STREAM_FOLDS), &t->folds, err));
    return parallel_try(t->f->pool, (int64_t)t->n_members * t->n_replicas, fit_one, t, err);
}

static void fits_clear(struct graph *spec, struct fits *t)
{
    for (int32_t i = 0; t->members != NULL && i < t->n_members; i++)
        graph_unref(t->members[i]);
    mem_free(spec->mem, t->members);
    mem_free(spec->mem, t->weights);
    for (int64_t i = 0; t->fitted != NULL && i < (int64_t)t->n_members * t->n_replicas; i++)
        fitted_unref(t->fitted[i]);
    mem_free(t->mem, t->fitted);
    folds_free(t->folds);
}

static automl_status assemble(
    automl_context *ctx, struct rows *r, const struct fits *t, automl_pipeline **out, automl_error *err)
{
    automl_pipeline *p;
    TRY(model_create(ctx, r->schema, &p, err));
    r->schema = NULL;
    automl_status status = model_set_rows(p, r->y, r->n, t->f->balance, err);
    for (int32_t i = 0; status >= 0 && i < t->n_members; i++)
        if (t->weights[i] > 0)
            status = model_add_member(
                p, t->weights[i], t->members[i], t->fitted + (int64_t)i * t->n_replicas, t->n_replicas, err);
    if (status < 0) {
        model_unref(p);
        return status;
    }
    *out = p;
    return AUTOML_OK;
}

automl_status model_fit(automl_context *ctx, struct graph *spec, const struct model_fit *f,
    automl_pipeline **out, automl_error *err)
{
    struct rows r = {0};
    struct fits t = {.f = f, .rows = &r, .mem = &ctx->mem, .rng = rng_seed(f->seed)};
    automl_status status = check_columns(f, err);
    if (status >= 0)
        status = make_rows(spec, f, &r, err);
    if (status >= 0)
        status = fit_all(spec, &t, err);
    if (status >= 0)
        status = assemble(ctx, &r, &t, out, err);
    fits_clear(spec, &t);
    rows_clear(f->data->mem, &r);
    return status;
}
