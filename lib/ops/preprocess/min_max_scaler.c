/*
 * min_max_scaler.c - maps the range of each numeric column to a given one.
 *
 * scikit-learn's MinMaxScaler: x * scale + shift with scale = (b - a) / (max - min), a column whose range is
 * below ten epsilons is only shifted; missing values are ignored and kept. Category columns pass through.
 * Different on purpose: feature_range is two settings, and infinite values are an error at fit.
 */
#include "ops/operator.h"

#include <float.h>
#include <math.h>

#include "ops/shared/column.h"
#include "ops/shared/moments.h"

enum { RANGE_MIN, RANGE_MAX, CLIP, N_SPECS };

static const struct param_spec specs[N_SPECS] = {
    [RANGE_MIN] = {.key = "feature_range_min",
        .type = PARAM_REAL,
        .min = -1e100,
        .max = 1e100,
        .def = 0,
        .help = "value that the smallest one becomes"},
    [RANGE_MAX] = {.key = "feature_range_max",
        .type = PARAM_REAL,
        .min = -1e100,
        .max = 1e100,
        .def = 1,
        .help = "value that the largest one becomes"},
    [CLIP] = {.key = "clip", .type = PARAM_BOOL, .def = 0, .help = "cut values of new rows to the range"},
};

static const struct param_schema schema = {.title = "min_max_scaler", .specs = specs, .n = N_SPECS};

/* Of each input column; 1 and 0 for categories. NaN for a column without any value. */
struct state {
    double *scale, *shift;
};

/* The bounds that values are cut to; infinite ones leave them as they are. */
struct bounds {
    double lo, hi;
};

static struct bounds bounds_of(const struct op *op)
{
    if (!params_bool(op->params, CLIP))
        return (struct bounds){-INFINITY, INFINITY};
    return (struct bounds){params_real(op->params, RANGE_MIN), params_real(op->params, RANGE_MAX)};
}

/* Comparisons with NaN are false: missing stays missing. */
static inline double map(double v, double scale, double shift, struct bounds b)
{
    double t = v * scale + shift;
    t = t < b.lo ? b.lo : t;
    return t > b.hi ? b.hi : t;
}

static bool learn_column(struct op *op, const struct op_fit *in, int32_t j)
{
    struct state *s = op->state;
    double a = params_real(op->params, RANGE_MIN), b = params_real(op->params, RANGE_MAX), lo, hi;
    moments_range(in->x, j, in->stop, &lo, &hi);
    double range = hi - lo;
    s->scale[j] = (b - a) / (range < 10 * DBL_EPSILON ? 1 : range);
    s->shift[j] = a - lo * s->scale[j];
    return !(isinf(lo) || isinf(hi) || isinf(range) || isinf(s->scale[j]) || isinf(s->shift[j]));
}

static automl_status fit(struct op *op, const struct op_fit *in, automl_error *err)
{
    if (params_real(op->params, RANGE_MIN) >= params_real(op->params, RANGE_MAX))
        return error_set(err, AUTOML_E_CONFLICT, "feature_range_min must be below feature_range_max");
    struct state *s = op->state;
    s->scale = NEW_ARRAY(op->mem, op->n_in, double);
    s->shift = NEW_ARRAY(op->mem, op->n_in, double);
    if (!s->scale || !s->shift)
        return error_memory(err);
    for (int32_t j = 0; j < op->n_in; j++) {
        s->scale[j] = 1;
        s->shift[j] = 0;
    }
    TRY(columns_learn(op, in, learn_column, err));
    op->n_out = op->n_in;
    return AUTOML_OK;
}

static void map_column(const struct op *op, const struct frame *x, int32_t j, double *out)
{
    const struct state *s = op->state;
    double scale = s->scale[j], shift = s->shift[j];
    struct bounds b = bounds_of(op);
    double scratch[COLUMN_BLOCK];
    for (int64_t begin = 0; begin < x->n_rows; begin += COLUMN_BLOCK) {
        int64_t n = x->n_rows - begin < COLUMN_BLOCK ? x->n_rows - begin : COLUMN_BLOCK;
        const double *v = column_block(x, j, begin, begin + n, scratch);
        for (int64_t i = 0; i < n; i++)
            out[begin + i] = map(v[i], scale, shift, b);
    }
}

static automl_status transform(const struct op *op, struct frame *x, struct mem *mem, const struct stop *stop,
    struct frame **out, automl_error *err)
{
    return columns_map(op, x, mem, stop, FRAME_NUMERIC, map_column, out, err);
}

static void apply_row(const struct op *op, const double *in, double *out, double *scratch)
{
    (void)scratch;
    const struct state *s = op->state;
    struct bounds b = bounds_of(op);
    for (int32_t j = 0; j < op->n_in; j++)
        out[j] = op->in_kinds[j] == FRAME_NUMERIC ? map(in[j], s->scale[j], s->shift[j], b) : in[j];
}

static void estimate(const struct params *p, const struct op_shape *s, struct op_cost *out)
{
    (void)p;
    double numeric = s->p - s->p_category;
    *out = (struct op_cost){
        .fit_flops = 2 * s->n * numeric,
        .fit_bytes = 8 * s->n * numeric,
        .apply_flops = 4 * numeric,
        .apply_bytes = 16 * numeric,
        .memory_bytes = 17 * s->p,
        .state_bytes = 16 * s->p,
        .out = *s,
    };
}

static void save(const struct op *op, struct writer *w)
{
    const struct state *s = op->state;
    write_f64s(w, s->scale, op->n_in);
    write_f64s(w, s->shift, op->n_in);
}

static automl_status load(struct op *op, struct reader *r, automl_error *err)
{
    struct state *s = op->state;
    s->scale = read_f64s(r, op->n_in, NULL);
    s->shift = read_f64s(r, op->n_in, NULL);
    TRY(reader_status(r, err));
    if (op->n_out != op->n_in)
        reader_fail(r);
    for (int32_t j = 0; j < op->n_in; j++)
        if (isinf(s->scale[j]) || isinf(s->shift[j]))
            reader_fail(r);
    return reader_status(r, err);
}

static void clear(struct op *op)
{
    struct state *s = op->state;
    mem_free(op->mem, s->scale);
    mem_free(op->mem, s->shift);
}

/* OP_OUTPUT_NON_NEGATIVE holds for the training rows and the default range, which is the one that is
 * searched. */
extern const struct op_class op_min_max_scaler;
const struct op_class op_min_max_scaler = {
    .name = "min_max_scaler",
    .summary = "maps the range of each column to [0, 1] or another one",
    .kind = OP_TRANSFORMER,
    .traits = OP_ACCEPTS_MISSING | OP_ACCEPTS_CATEGORIES | OP_SCALES | OP_OUTPUT_NON_NEGATIVE,
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
