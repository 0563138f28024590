/*
 * variance_threshold.c - drops numeric columns whose variance is not above a threshold.
 *
 * scikit-learn's VarianceThreshold: population variance, missing values ignored; the variance counts as no
 * more than the range, so that a column of equal values is dropped whatever its rounding; no column above the
 * threshold is an error. Category columns pass through. Different on purpose: the bound by the range holds at
 * every threshold and with missing values too, and infinite values are an error at fit.
 */
#include <math.h>

#include "ops/shared/column.h"
#include "ops/shared/moments.h"
#include "ops/shared/selection.h"

enum { THRESHOLD, N_SPECS };

static const struct param_spec specs[N_SPECS] = {
    [THRESHOLD] = {.key = "threshold",
        .type = PARAM_REAL,
        .flags = PARAM_SEARCH | PARAM_LOG,
        .min = 0,
        .max = 1e300,
        .def = 0,
        .search_min = 0.0001,
        .search_max = 0.2,
        .help = "columns with this variance or less are dropped"},
};

static const struct param_schema schema = {.title = "variance_threshold", .specs = specs, .n = N_SPECS};

struct learning {
    const struct op *op;
    const struct op_fit *in;
    double *var; /* of each column; NaN without values; infinite if the values are not finite */
};

static void learn_column(void *arg, int64_t index)
{
    const struct learning *l = arg;
    int32_t j = (int32_t)index;
    double lo, hi;
    if (l->op->in_kinds[j] != FRAME_NUMERIC)
        return;
    struct moments m = moments_column(l->in->x, j, NULL, l->in->stop);
    moments_range(l->in->x, j, l->in->stop, &lo, &hi);
    double var = m.m2 / m.n;
    l->var[j] = m.n > 0 && !isfinite(var) ? INFINITY : fmin(var, hi - lo);
}

static automl_status decide(struct op *op, const double *var, bool *keep, automl_error *err)
{
    double threshold = params_real(op->params, THRESHOLD);
    bool any = false;
    for (int32_t j = 0; j < op->n_in; j++) {
        if (isinf(var[j]))
            return column_not_finite(err, j);
        keep[j] = op->in_kinds[j] == FRAME_CATEGORY || var[j] > threshold;
        any = any || keep[j];
    }
    if (!any)
        return error_set(err, AUTOML_E_DATA, "no column has a variance above threshold; lower it");
    return selection_keep(op, keep, err);
}

static automl_status fit(struct op *op, const struct op_fit *in, automl_error *err)
{
    struct learning l = {op, in, NEW_ZEROS(in->mem, op->n_in, double)};
    bool *keep = NEW_ZEROS(in->mem, op->n_in, bool);
    automl_status status = AUTOML_OK;
    if (!l.var || !keep) {
        status = error_memory(err);
        goto done;
    }
    column_for(in->pool, in->x, learn_column, &l);
    TRY_DONE(stop_status(in->stop, err));
    status = decide(op, l.var, keep, err);
done:
    mem_free(in->mem, l.var);
    mem_free(in->mem, keep);
    return status;
}

static void estimate(const struct params *p, const struct op_shape *s, struct op_cost *out)
{
    (void)p;
    double numeric = s->p - s->p_category;
    *out = (struct op_cost){
        .fit_flops = 6 * s->n * numeric,
        .fit_bytes = 16 * s->n * numeric,
        .apply_flops = s->p,
        .memory_bytes = 13 * s->p,
        .state_bytes = 4 * s->p,
        .out = *s,
    };
}

extern const struct op_class op_variance_threshold;
const struct op_class op_variance_threshold = {
    .name = "variance_threshold",
    .summary = "drops columns that vary too little",
    .kind = OP_SELECTOR,
    .traits = OP_ACCEPTS_MISSING | OP_ACCEPTS_CATEGORIES,
    .state_format = 1,
    .state_size = sizeof(struct selection),
    .params = &schema,
    .estimate = estimate,
    .fit = fit,
    .transform = selection_transform,
    .apply_row = selection_apply_row,
    .save = selection_save,
    .load = selection_load,
    .clear = selection_clear,
};
