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

static bool is_constant(double var, double mean, double n)
{
    double rounding = n * mean * DBL_EPSILON;
    return var <= n * DBL_EPSILON * var + rounding * rounding;
}

static bool learn_column(struct op *op, const struct op_fit *in, int32_t j)
{
    struct state *s = op->state;
    struct moments m = moments_column(in->x, j, in->w, in->stop);
    double var = m.m2 / m.n;
    if (params_bool(op->params, WITH_MEAN))
        s->mean[j] = m.mean;
    if (params_bool(op->params, WITH_STD))
        s->scale[j] = is_constant(var, m.mean, m.n) ? 1 : sqrt(var);
    return !(m.n > 0) || (isfinite(m.mean) && isfinite(var));
}

static automl_status fit(struct op *op, const struct op_fit *in, automl_error *err)
{
    struct state *s = op->state;
    s->mean = NEW_ARRAY(op->mem, op->n_in, double);
    s->scale = NEW_ARRAY(op->mem, op->n_in, double);
    if (!s->mean || !s->scale)
        return error_memory(err);
    for (int32_t j = 0; j < op->n_in; j++) {
        s->mean[j] = 0;
        s->scale[j] = 1;
    }
    TRY(columns_learn(op, in, learn_column, err));
    op->n_out = op->n_in;
    return AUTOML_OK;
}

static void scale_column(const struct op *op, const struct frame *x, int32_t j, double *out)
{
    const struct state *s = op->state;
    double mean = s->mean[j], scale = s->scale[j];
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
    return columns_map(op, x, mem, stop, FRAME_NUMERIC, scale_column, out, err);
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
