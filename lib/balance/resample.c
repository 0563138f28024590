/*
 * resample.c - a dataset of resampled rows: balancers see one column that holds the row's own number.
 */
#include "balance/resample.h"

#include "balance/rows.h"
#include "data/schema.h"

/* Rows that have a target. */
struct labelled {
    struct mem *mem;
    struct schema *schema;
    int64_t n;
    int32_t *rows, *y;
    struct frame *x; /* one column: the row */
};

static void labelled_free(struct labelled *l)
{
    mem_free(l->mem, l->rows);
    mem_free(l->mem, l->y);
    frame_unref(l->x);
    schema_free(l->schema);
}

static automl_status labelled_create(
    struct labelled *l, const automl_dataset *d, int32_t target, automl_error *err)
{
    const int32_t none = 0;
    double *number = NULL;
    TRY(schema_create(l->mem, d, &none, 0, NULL, d->n_rows, &l->schema, err));
    TRY(schema_set_target(l->schema, d, target, NULL, d->n_rows, err));
    l->rows = NEW_ARRAY(l->mem, d->n_rows, int32_t);
    l->y = NEW_ARRAY(l->mem, d->n_rows, int32_t);
    if (!l->rows || !l->y)
        return error_memory(err);
    schema_encode_target(l->schema, d, target, l->y);
    for (int64_t i = 0; i < d->n_rows; i++) {
        if (l->y[i] < 0)
            continue;
        l->rows[l->n] = (int32_t)i;
        l->y[l->n++] = l->y[i];
    }
    l->x = frame_dense(l->mem, l->n, 1, &number);
    if (!l->x)
        return error_memory(err);
    for (int64_t i = 0; i < l->n; i++)
        number[i] = l->rows[i];
    return AUTOML_OK;
}

static automl_status make_plan(const struct labelled *l, const struct balancer *method, double ratio,
    struct balance_plan *out, automl_error *err)
{
    int32_t k = l->schema->n_classes;
    int64_t *counts = NEW_ZEROS(l->mem, k, int64_t);
    if (!counts)
        return error_memory(err);
    for (int64_t i = 0; i < l->n; i++)
        counts[l->y[i]]++;
    balance_plan_auto(counts, k, out);
    mem_free(l->mem, counts);
    if (method)
        out->method = method;
    out->ratio = ratio;
    return AUTOML_OK;
}

static automl_status take_rows(
    const automl_dataset *d, const struct balance_out *chosen, automl_dataset **out, automl_error *err)
{
    int32_t *rows = NEW_ARRAY(d->mem, chosen->n, int32_t);
    if (!rows)
        return error_memory(err);
    for (int64_t i = 0; i < chosen->n; i++)
        rows[i] = (int32_t)frame_value(chosen->x, 0, i);
    automl_status status = dataset_take(d, rows, chosen->n, out, err);
    mem_free(d->mem, rows);
    return status;
}

static automl_status resample(const struct labelled *l, const automl_dataset *d,
    const struct balance_plan *plan, uint64_t seed, automl_dataset **out, automl_error *err)
{
    struct balance_out chosen = {0};
    struct balance_in in = {.x = l->x,
        .y = l->y,
        .k = l->schema->n_classes,
        .ratio = plan->ratio,
        .params = plan->params,
        .rng = rng_seed(seed),
        .stop = &stop_never,
        .mem = l->mem};
    TRY(plan->method->resample(&in, &chosen, err));
    automl_status status = take_rows(d, &chosen, out, err);
    balance_out_free(l->mem, &chosen);
    return status;
}

automl_status dataset_resample(const automl_dataset *d, int32_t target, const struct balancer *method,
    double ratio, uint64_t seed, automl_dataset **out, automl_error *err)
{
    struct labelled l = {.mem = d->mem};
    struct balance_plan plan = {0};
    automl_status status = AUTOML_OK;
    TRY(balance_check_ratio(ratio, err));
    if (method && method->kind == BALANCE_COMBINE)
        return error_set(err, AUTOML_E_UNSUPPORTED,
            "balancer '%s' makes new rows and cannot resample a dataset", method->name);
    TRY_DONE(labelled_create(&l, d, target, err));
    TRY_DONE(make_plan(&l, method, ratio, &plan, err));
    status = plan.method ? resample(&l, d, &plan, seed, out, err) : dataset_take(d, l.rows, l.n, out, err);
done:
    labelled_free(&l);
    return status;
}
