/*
 * random_over_sampler.c - imbalanced-learn's RandomOverSampler: rows of the smaller classes drawn again.
 *
 * All rows come first, in order, then the drawn ones class by class. With `shrinkage` the numeric values of
 * drawn rows get normal noise (Menardi & Torelli, "Training and assessing classification rules with
 * imbalanced data", 2014): its scale is shrinkage times the class's standard deviation of the column times
 * the bandwidth (4 / ((p + 2) n))^(1 / (p + 4)). Categories, missing values and those that noise would
 * make infinite stay as they are; the reference wants none of them.
 */
#include <inttypes.h>
#include <math.h>

#include "balance/rows.h"

enum { SHRINKAGE };

static const struct param_spec specs[] = {
    [SHRINKAGE] = {.key = "shrinkage",
        .type = PARAM_REAL,
        .flags = PARAM_NULLABLE,
        .min = 0.0,
        .max = 100.0,
        .help = "noise on drawn rows, relative to the bandwidth of a smoothed bootstrap; unset: none"},
};

static const struct param_schema schema = {.title = "random_over_sampler", .specs = specs, .n = 1};

struct draw {
    struct class_rows classes;
    int64_t *targets;
    int32_t *idx; /* rows of the output */
    int64_t n;
};

static automl_status plan_rows(const struct balance_in *in, struct draw *d, automl_error *err)
{
    d->targets = NEW_ARRAY(in->mem, in->k, int64_t);
    if (!d->targets)
        return error_memory(err);
    balance_over_targets(&d->classes, in->k, in->ratio, d->targets);
    for (int32_t c = 0; c < in->k; c++)
        d->n += d->targets[c];
    if (d->n > INT32_MAX)
        return error_set(err, AUTOML_E_DATA,
            "oversampling would make %" PRId64 " rows, more than %d; lower the balance ratio", d->n,
            INT32_MAX);
    d->idx = NEW_ARRAY(in->mem, d->n, int32_t);
    return d->idx ? AUTOML_OK : error_memory(err);
}

static automl_status draw_rows(const struct balance_in *in, struct draw *d, automl_error *err)
{
    int64_t at = in->x->n_rows;
    for (int64_t i = 0; i < at; i++)
        d->idx[i] = (int32_t)i;
    for (int32_t c = 0; c < in->k; c++) {
        int64_t n = class_rows_count(&d->classes, c);
        const int32_t *rows = d->classes.rows + d->classes.begin[c];
        struct rng r = rng_split(&in->rng, (uint64_t)c);
        if (in->stop)
            TRY(stop_status(in->stop, err));
        for (int64_t extra = d->targets[c] - n; extra > 0; extra--)
            d->idx[at++] = rows[rng_below(&r, (uint32_t)n)];
    }
    return AUTOML_OK;
}

/* ---- smoothed bootstrap ---- */

/* Standard deviation (of the population) of the values of one class that are not missing. */
static double class_spread(const double *x, const int32_t *rows, int64_t n)
{
    double sum = 0.0, squares = 0.0;
    int64_t known = 0;
    for (int64_t i = 0; i < n; i++)
        if (!isnan(x[rows[i]])) {
            sum += x[rows[i]];
            known++;
        }
    double mean = sum / (double)known;
    for (int64_t i = 0; i < n; i++)
        if (!isnan(x[rows[i]]))
            squares += (x[rows[i]] - mean) * (x[rows[i]] - mean);
    return known > 0 ? sqrt(squares / (double)known) : 0.0;
}

/* x holds all rows of the output; those after the input's get noise. */
static void smooth_column(
    const struct balance_in *in, const struct draw *d, int32_t column, double factor, double *x)
{
    double *added = x + in->x->n_rows;
    for (int32_t c = 0; c < in->k; c++) {
        int64_t n = class_rows_count(&d->classes, c);
        double scale = factor * class_spread(x, d->classes.rows + d->classes.begin[c], n);
        struct rng of_class = rng_split(&in->rng, (uint64_t)in->k + (uint64_t)c);
        struct rng r = rng_split(&of_class, (uint64_t)column);
        for (int64_t extra = d->targets[c] - n; extra > 0; extra--, added++) {
            double moved = *added + scale * rng_normal(&r);
            *added = isfinite(moved) ? moved : *added;
        }
    }
}

static automl_status smooth_into(const struct balance_in *in, const struct draw *d, double factor,
    const struct frame *from, struct frame *to, automl_error *err)
{
    for (int32_t j = 0; j < from->n_cols; j++) {
        if (from->cols[j].kind != FRAME_NUMERIC) {
            frame_share_col(to, j, from, j);
            continue;
        }
        struct block *values = block_create(in->mem, (size_t)d->n, sizeof(double));
        if (!values)
            return error_memory(err);
        to->cols[j] = (struct frame_col){.kind = FRAME_NUMERIC, .x = values->data, .values = values};
        frame_gather(from, j, 0, d->n, values->data);
        smooth_column(in, d, j, factor, values->data);
        if (in->stop)
            TRY(stop_status(in->stop, err));
    }
    return AUTOML_OK;
}

static automl_status smooth(const struct balance_in *in, const struct draw *d, double shrinkage,
    struct balance_out *out, automl_error *err)
{
    double n = (double)in->x->n_rows, p = in->x->n_cols;
    double bandwidth = pow(4.0 / ((p + 2.0) * n), 1.0 / (p + 4.0));
    struct frame *x = frame_create(in->mem, d->n, in->x->n_cols);
    if (!x)
        return error_memory(err);
    automl_status status = smooth_into(in, d, shrinkage * bandwidth, out->x, x, err);
    if (status < 0) {
        frame_unref(x);
        return status;
    }
    frame_unref(out->x);
    out->x = x;
    return AUTOML_OK;
}

static automl_status resample(const struct balance_in *in, struct balance_out *out, automl_error *err)
{
    double shrinkage =
        in->params && params_is_set(in->params, SHRINKAGE) ? params_real(in->params, SHRINKAGE) : 0.0;
    struct draw d = {0};
    struct balance_out o = {0};
    automl_status status;
    TRY(balance_check_ratio(in->ratio, err));
    TRY(class_rows_create(in, &d.classes, err));
    TRY_DONE(plan_rows(in, &d, err));
    TRY_DONE(draw_rows(in, &d, err));
    TRY_DONE(balance_take(in, d.idx, d.n, &o, err));
    if (shrinkage > 0.0 && d.n > in->x->n_rows)
        TRY_DONE(smooth(in, &d, shrinkage, &o, err));
    *out = o;
    o = (struct balance_out){0};
done:
    balance_out_free(in->mem, &o);
    mem_free(in->mem, d.targets);
    mem_free(in->mem, d.idx);
    class_rows_free(&d.classes);
    return status;
}

const struct balancer balancer_random_over_sampler = {
    .name = "random_over_sampler",
    .summary = "rows of the smaller classes drawn again, with noise if wanted",
    .kind = BALANCE_OVER,
    .params = &schema,
    .resample = resample,
};
