/*
 * standard_scaler.c - removes the mean of each numeric column and divides by its standard deviation.
 *
 * scikit-learn's StandardScaler: population variance, missing values ignored and kept, columns that are
 * constant up to rounding (its _is_constant_feature) only centred. Row weights, where given, weigh mean and
 * variance as its sample_weight does. Category columns pass through. Different on purpose: infinite values
 * are an error at fit.
 */
#include "ops/operator.h"

#include <float.h>
#include <math.h>

#include "ops/shared/column.h"
#include "ops/shared/moments.h"

enum { WITH_MEAN, WITH_STD, N_SPECS };

static const struct param_spec specs[N_SPECS] = {
    [WITH_MEAN] = {.key = "with_mean", .type = PARAM_BOOL, .def = 1, .help = "subtract the mean"},
    [WITH_STD] = {.key = "with_std",
        .type = PARAM_BOOL,
        .def = 1,
        .help = "divide by the standard deviation"},
};

static const struct param_schema schema = {.title = "standard_scaler", .specs = specs, .n = N_SPECS};

/* Of each input column; 0 and 1 for categories. NaN for a column without any value: its output is missing
 * anyway. */
struct state {
    double *mean, *scale;
};

struct learning {
    struct op *op;
    const struct op_fit *in;
    bool *bad; /* of each column: not finite */
};

static bool is_constant(double var, double mean, double n)
{
    double rounding = n * mean * DBL_EPSILON;
    return var <= n * DBL_EPSILON * var + rounding * rounding;
}

static void learn_column(void *arg, int64_t index)
{
    const struct learning *l = arg;
    struct state *s = l->op->state;
    int32_t j = (int32_t)index;
    s->mean[j] = 0;
    s->scale[j] = 1;
    if (l->op->in_kinds[j] != FRAME_NUMERIC)
        return;
    struct moments m = moments_column(l->in->x, j, l->in->w, l->in->stop);
    double var = m.m2 / m.n;
    l->bad[j] = m.n > 0 && !(isfinite(m.mean) && isfinite(var));
    if (params_bool(l->op->params, WITH_MEAN))
        s->mean[j] = m.mean;
    if (params_bool(l->op->params, WITH_STD))
        s->scale[j] = is_constant(var, m.mean, m.n) ? 1 : sqrt(var);
}

static automl_status fit(struct op *op, const struct op_fit *in, automl_error *err)
{
    struct state *s = op->state;
    s->mean = NEW_ARRAY(op->mem, op->n_in, double);
    s->scale = NEW_ARRAY(op->mem, op->n_in, double);
    struct learning l = {op, in, NEW_ZEROS(in->mem, op->n_in, bool)};
    automl_status status = AUTOML_OK;
    if (!s->mean || !s->scale || !l.bad) {
        status = error_memory(err);
        goto done;
    }
    column_for(in->pool, in->x, learn_column, &l);
    TRY_DONE(stop_status(in->stop, err));
    for (int32_t j = 0; j < op->n_in; j++)
        if (l.bad[j])
            TRY_DONE(column_not_finite(err, j));
    op->n_out = op->n_in;
done:
    mem_free(in->mem, l.bad);
    return status;
}

static void scale_column(const struct frame *x, int32_t j, double mean, double scale, double *out)
{
    double scratch[COLUMN_BLOCK];
    for (int64_t begin = 0; begin < x->n_rows; begin += COLUMN_BLOCK) {
        int64_t n = x->n_rows - begin < COLUMN_BLOCK ? x->n_rows - begin : COLUMN_BLOCK;
        const double *v = column_block(x, j, begin, begin + n, scratch);
        for (int64_t i = 0; i < n; i++)
            out[begin + i] = (v[i] - mean) / scale;
    }
}

static automl_status transform(const struct op *op, struct frame *x, struct mem *mem, const struct stop *stop,
    struct frame **out, automl_error *err)
{
    const struct state *s = op->state;
    struct columns c;
    automl_status status = AUTOML_OK;
    TRY(columns_begin(&c, mem, x->n_rows, op->n_out, op->n_in - frame_categories(x), err));
    for (int32_t j = 0; j < op->n_in; j++) {
        TRY_DONE(stop_status(stop, err));
        if (op->in_kinds[j] == FRAME_NUMERIC)
            scale_column(x, j, s->mean[j], s->scale[j], columns_next(&c));
        else
            columns_share(&c, x, j);
    }
    *out = columns_end(&c);
done:
    columns_drop(&c);
    return status;
}

static void apply_row(const struct op *op, const double *in, double *out, double *scratch)
{
    (void)scratch;
    const struct state *s = op->state;
    for (int32_t j = 0; j < op->n_in; j++)
        out[j] = op->in_kinds[j] == FRAME_NUMERIC ? (in[j] - s->mean[j]) / s->scale[j] : in[j];
}

static void estimate(const struct params *p, const struct op_shape *s, struct op_cost *out)
{
    (void)p;
    double numeric = s->p - s->p_category;
    *out = (struct op_cost){
        .fit_flops = 4 * s->n * numeric,
        .fit_bytes = 8 * s->n * numeric,
        .apply_flops = 2 * numeric,
        .apply_bytes = 16 * numeric,
        .memory_bytes = 17 * s->p,
        .state_bytes = 16 * s->p,
        .out = *s,
    };
}

static void save(const struct op *op, struct writer *w)
{
    const struct state *s = op->state;
    write_f64s(w, s->mean, op->n_in);
    write_f64s(w, s->scale, op->n_in);
}

static automl_status load(struct op *op, struct reader *r, automl_error *err)
{
    struct state *s = op->state;
    s->mean = read_f64s(r, op->n_in, NULL);
    s->scale = read_f64s(r, op->n_in, NULL);
    TRY(reader_status(r, err));
    if (op->n_out != op->n_in)
        reader_fail(r);
    for (int32_t j = 0; j < op->n_in; j++)
        if (isinf(s->mean[j]) || isinf(s->scale[j]) || s->scale[j] <= 0)
            reader_fail(r);
    return reader_status(r, err);
}

static void clear(struct op *op)
{
    struct state *s = op->state;
    mem_free(op->mem, s->mean);
    mem_free(op->mem, s->scale);
}

extern const struct op_class op_standard_scaler;
const struct op_class op_standard_scaler = {
    .name = "standard_scaler",
    .summary = "removes the mean and scales to unit variance",
    .kind = OP_TRANSFORMER,
    .traits = OP_ACCEPTS_MISSING | OP_ACCEPTS_CATEGORIES | OP_SCALES,
    .state_format = 1,
    .state_size = sizeof(struct state),
    .params = &schema,
    .estimate = estimate,
    .fit = fit,
    .transform = transform,
    .apply_row = apply_row,
    .save = save,
    .load = load,
    .clear = clear,
};
