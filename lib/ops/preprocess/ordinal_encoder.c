/*
 * ordinal_encoder.c - category columns become one column of numbers each.
 *
 * scikit-learn's OrdinalEncoder over the levels that occur at fit, in the order of the dictionary: 0, 1, 2,
 * ... Missing cells become encoded_missing_value, by default missing. Different on purpose: a level that was
 * not seen at fit is treated like a missing cell. Numeric columns pass through.
 */
#include "ops/operator.h"

#include <float.h>
#include <math.h>

#include "ops/shared/column.h"

enum { MISSING, N_SPECS };

static const struct param_spec specs[N_SPECS] = {
    [MISSING] = {.key = "encoded_missing_value",
        .type = PARAM_REAL,
        .flags = PARAM_NULLABLE,
        .min = -DBL_MAX,
        .max = DBL_MAX,
        .help = "number for missing cells and unseen levels; null: they stay missing"},
};

static const struct param_schema schema = {.title = "ordinal_encoder", .specs = specs, .n = N_SPECS};

struct state {
    double
        *number; /* of every level of every category column, one column after the other; NaN: unseen at fit */
    int64_t *start; /* of each input column: where its levels begin */
};

static double missing_number(const struct op *op)
{
    return params_is_set(op->params, MISSING) ? params_real(op->params, MISSING) : (double)NAN;
}

static void learn_column(struct op *op, const struct frame_col *c, double *number)
{
    for (int64_t i = 0; i < op->n_rows; i++) {
        int32_t code = c->codes[c->rows ? c->rows[i] : i];
        if (code >= 0)
            number[code] = 0;
    }
    int32_t next = 0;
    for (int32_t code = 0; code < c->n_levels; code++)
        if (!isnan(number[code]))
            number[code] = next++;
}

static automl_status fit(struct op *op, const struct op_fit *in, automl_error *err)
{
    struct state *s = op->state;
    s->start = NEW_ARRAY(op->mem, op->n_in, int64_t);
    if (!s->start)
        return error_memory(err);
    int64_t n = columns_levels(op, s->start);
    s->number = NEW_ARRAY(op->mem, n, double);
    if (!s->number)
        return error_memory(err);
    for (int64_t i = 0; i < n; i++)
        s->number[i] = (double)NAN;
    for (int32_t j = 0; j < op->n_in; j++) {
        TRY(stop_status(in->stop, err));
        if (op->in_kinds[j] == FRAME_CATEGORY)
            learn_column(op, &in->x->cols[j], s->number + s->start[j]);
    }
    op->n_out = op->n_in;
    return AUTOML_OK;
}

static void encode_column(const struct op *op, const struct frame *x, int32_t j, double *out)
{
    const struct state *s = op->state;
    const struct frame_col *c = &x->cols[j];
    const double *number = s->number + s->start[j];
    double missing = missing_number(op);
    for (int64_t i = 0; i < x->n_rows; i++) {
        int32_t code = c->codes[c->rows ? c->rows[i] : i];
        out[i] = code < 0 || isnan(number[code]) ? missing : number[code];
    }
}

static automl_status transform(const struct op *op, struct frame *x, struct mem *mem, const struct stop *stop,
    struct frame **out, automl_error *err)
{
    return columns_map(op, x, mem, stop, FRAME_CATEGORY, encode_column, out, err);
}

static void apply_row(const struct op *op, const double *in, double *out, double *scratch)
{
    (void)scratch;
    const struct state *s = op->state;
    double missing = missing_number(op);
    for (int32_t j = 0; j < op->n_in; j++) {
        if (op->in_kinds[j] == FRAME_NUMERIC) {
            out[j] = in[j];
            continue;
        }
        bool known = in[j] >= 0 && in[j] < op->in_levels[j];
        double number = known ? s->number[s->start[j] + (int64_t)in[j]] : (double)NAN;
        out[j] = isnan(number) ? missing : number;
    }
}

static void estimate(const struct params *p, const struct op_shape *s, struct op_cost *out)
{
    (void)p;
    *out = (struct op_cost){
        .fit_flops = 2 * s->n * s->p_category + 2 * s->levels,
        .fit_bytes = 4 * s->n * s->p_category + 16 * s->levels,
        .apply_flops = 3 * s->p_category,
        .apply_bytes = 20 * s->p_category,
        .memory_bytes = 8 * (s->levels + s->p),
        .state_bytes = 8 * (s->levels + s->p),
        .out = {.n = s->n, .p = s->p, .k = s->k},
    };
}

static void save(const struct op *op, struct writer *w)
{
    const struct state *s = op->state;
    int32_t last = op->n_in - 1;
    write_f64s(w, s->number, s->start[last] + op->in_levels[last]);
}

static automl_status load(struct op *op, struct reader *r, automl_error *err)
{
    struct state *s = op->state;
    s->start = NEW_ARRAY(op->mem, op->n_in, int64_t);
    if (!s->start)
        return error_memory(err);
    int64_t n = columns_levels(op, s->start);
    s->number = read_f64s(r, n, NULL);
    TRY(reader_status(r, err));
    for (int64_t i = 0; i < n; i++)
        if (!isnan(s->number[i]) && !(s->number[i] >= 0 && s->number[i] <= INT32_MAX))
            reader_fail(r);
    if (op->n_out != op->n_in)
        reader_fail(r);
    return reader_status(r, err);
}

static void clear(struct op *op)
{
    struct state *s = op->state;
    mem_free(op->mem, s->number);
    mem_free(op->mem, s->start);
}

extern const struct op_class op_ordinal_encoder;
const struct op_class op_ordinal_encoder = {
    .name = "ordinal_encoder",
    .summary = "turns the levels of each category column into numbers",
    .kind = OP_TRANSFORMER,
    .traits = OP_ACCEPTS_MISSING | OP_ACCEPTS_CATEGORIES | OP_ENCODES,
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
