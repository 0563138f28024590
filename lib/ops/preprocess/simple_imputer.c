/*
 * simple_imputer.c - fills missing cells with the mean, the median, the most frequent or a given value of
 * their column.
 *
 * scikit-learn's SimpleImputer with MissingIndicator ("missing-only"): a column without any value is dropped
 * unless the strategy is constant or keep_empty_features is set (it then becomes 0); indicators follow the
 * columns, one for each that had missing cells at fit. Different on purpose: a category column is filled with
 * its most frequent level (the first at a tie) under most_frequent and else passed on; infinite values are an
 * error at fit. Columns with nothing to fill are shared with the input.
 */
#include "ops/operator.h"

#include <float.h>
#include <math.h>

#include "ops/shared/column.h"
#include "ops/shared/moments.h"
#include "ops/shared/rank.h"

enum { STRATEGY, FILL_VALUE, ADD_INDICATOR, KEEP_EMPTY, N_SPECS };
enum { MEAN, MEDIAN, MOST_FREQUENT, CONSTANT };

static const char *const strategies[] = {"mean", "median", "most_frequent", "constant", NULL};

static const struct param_spec specs[N_SPECS] = {
    [STRATEGY] = {.key = "strategy",
        .type = PARAM_CHOICE,
        .flags = PARAM_SEARCH,
        .choices = strategies,
        .def = MEAN,
        .help = "what a missing number becomes"},
    [FILL_VALUE] = {.key = "fill_value",
        .type = PARAM_REAL,
        .min = -DBL_MAX,
        .max = DBL_MAX,
        .def = 0,
        .condition = "strategy=constant",
        .help = "the constant"},
    [ADD_INDICATOR] = {.key = "add_indicator",
        .type = PARAM_BOOL,
        .flags = PARAM_SEARCH,
        .def = 0,
        .help = "add a 0/1 column for each column with missing cells"},
    [KEEP_EMPTY] = {.key = "keep_empty_features",
        .type = PARAM_BOOL,
        .def = 0,
        .help = "keep columns that have no value at all"},
};

static const struct param_schema schema = {.title = "simple_imputer", .specs = specs, .n = N_SPECS};

/* Of each input column. */
struct state {
    double *fill;  /* what a missing cell becomes: a number, or a level's code; NaN: it stays missing */
    uint8_t *keep; /* 0: the column is dropped */
    uint8_t *flag; /* 1: it has an indicator */
};

static bool is_ranked(const struct params *p)
{
    int32_t strategy = params_choice(p, STRATEGY);
    return strategy == MEDIAN || strategy == MOST_FREQUENT;
}

/* The median or the most frequent of column j's values; v holds n_rows. */
static automl_status learn_ranked(
    const struct op *op, const struct op_fit *in, int32_t j, double *v, double *out, automl_error *err)
{
    int64_t n = column_present(in->x, j, v);
    bool median = params_choice(op->params, STRATEGY) == MEDIAN;
    bool enough = median ? rank_median(in->mem, v, n, out) : rank_mode(in->mem, v, n, out);
    return enough ? AUTOML_OK : error_memory(err);
}

static automl_status learn_numeric(
    struct op *op, const struct op_fit *in, int32_t j, double *v, automl_error *err)
{
    struct state *s = op->state;
    int32_t strategy = params_choice(op->params, STRATEGY);
    struct moments m = moments_column(in->x, j, NULL, in->stop);
    TRY(stop_status(in->stop, err));
    s->flag[j] = m.n < (double)op->n_rows;
    s->fill[j] = 0;
    if (m.n > 0 && !isfinite(m.mean))
        return column_not_finite(err, j);
    if (strategy == MEAN && m.n > 0)
        s->fill[j] = m.mean;
    else if (strategy == CONSTANT)
        s->fill[j] = params_real(op->params, FILL_VALUE);
    else if (m.n > 0)
        TRY(learn_ranked(op, in, j, v, &s->fill[j], err));
    s->keep[j] = m.n > 0 || strategy == CONSTANT || params_bool(op->params, KEEP_EMPTY);
    return AUTOML_OK;
}

static automl_status learn_category(struct op *op, const struct op_fit *in, int32_t j, automl_error *err)
{
    struct state *s = op->state;
    const struct frame_col *c = &in->x->cols[j];
    int64_t *counts = NEW_ZEROS(in->mem, c->n_levels, int64_t);
    if (!counts)
        return error_memory(err);
    for (int64_t i = 0; i < op->n_rows; i++) {
        int32_t code = c->codes[c->rows ? c->rows[i] : i];
        if (code < 0)
            s->flag[j] = 1;
        else
            counts[code]++;
    }
    int64_t most = 0;
    s->keep[j] = 1;
    s->fill[j] = (double)NAN;
    for (int32_t code = 0; params_choice(op->params, STRATEGY) == MOST_FREQUENT && code < c->n_levels; code++)
        if (counts[code] > most) {
            most = counts[code];
            s->fill[j] = code;
        }
    mem_free(in->mem, counts);
    return AUTOML_OK;
}

static int32_t count_out(const struct op *op)
{
    const struct state *s = op->state;
    int64_t n = 0;
    for (int32_t j = 0; j < op->n_in; j++)
        n += s->keep[j] + s->flag[j];
    return n <= INT32_MAX ? (int32_t)n : -1;
}

static automl_status fit(struct op *op, const struct op_fit *in, automl_error *err)
{
    struct state *s = op->state;
    s->fill = NEW_ARRAY(op->mem, op->n_in, double);
    s->keep = NEW_ZEROS(op->mem, op->n_in, uint8_t);
    s->flag = NEW_ZEROS(op->mem, op->n_in, uint8_t);
    double *v = NEW_ARRAY(in->mem, is_ranked(op->params) ? op->n_rows : 0, double);
    automl_status status = s->fill && s->keep && s->flag && v ? AUTOML_OK : error_memory(err);
    for (int32_t j = 0; status >= 0 && j < op->n_in; j++) {
        bool numeric = op->in_kinds[j] == FRAME_NUMERIC;
        status = numeric ? learn_numeric(op, in, j, v, err) : learn_category(op, in, j, err);
        s->flag[j] = s->flag[j] && params_bool(op->params, ADD_INDICATOR);
    }
    mem_free(in->mem, v);
    TRY(status);
    op->n_out = count_out(op);
    if (op->n_out < 1)
        return error_set(err, AUTOML_E_DATA, "no column of the input has any value to learn from");
    return AUTOML_OK;
}

static void fill_numbers(const struct frame *x, int32_t j, double fill, double *out)
{
    frame_gather(x, j, 0, x->n_rows, out);
    for (int64_t i = 0; i < x->n_rows; i++)
        out[i] = isnan(out[i]) ? fill : out[i];
}

/* The next column of c: the codes of column j with missing ones filled. */
static automl_status fill_codes(
    struct columns *c, struct mem *mem, const struct frame *x, int32_t j, int32_t fill, automl_error *err)
{
    const struct frame_col *from = &x->cols[j];
    struct block *b = block_create(mem, (size_t)x->n_rows, sizeof(int32_t));
    if (!b)
        return error_memory(err);
    int32_t *codes = b->data;
    for (int64_t i = 0; i < x->n_rows; i++) {
        int32_t code = from->codes[from->rows ? from->rows[i] : i];
        codes[i] = code < 0 ? fill : code;
    }
    c->out->cols[c->at++] =
        (struct frame_col){.kind = FRAME_CATEGORY, .n_levels = from->n_levels, .codes = codes, .values = b};
    return AUTOML_OK;
}

static void mark_missing(const struct frame *x, int32_t j, double *out)
{
    frame_gather(x, j, 0, x->n_rows, out);
    for (int64_t i = 0; i < x->n_rows; i++)
        out[i] = isnan(out[i]) ? 1 : 0;
}

static automl_status build(const struct op *op, struct frame *x, struct mem *mem, const struct stop *stop,
    const bool *fills, struct columns *c, automl_error *err)
{
    const struct state *s = op->state;
    for (int32_t j = 0; j < op->n_in; j++) {
        TRY(stop_status(stop, err));
        if (!s->keep[j])
            continue;
        if (!fills[j])
            columns_share(c, x, j);
        else if (op->in_kinds[j] == FRAME_NUMERIC)
            fill_numbers(x, j, s->fill[j], columns_next(c));
        else
            TRY(fill_codes(c, mem, x, j, (int32_t)s->fill[j], err));
    }
    for (int32_t j = 0; j < op->n_in; j++)
        if (s->flag[j])
            mark_missing(x, j, columns_next(c));
    return stop_status(stop, err);
}

static automl_status transform(const struct op *op, struct frame *x, struct mem *mem, const struct stop *stop,
    struct frame **out, automl_error *err)
{
    const struct state *s = op->state;
    bool *fills = NEW_ZEROS(mem, op->n_in, bool);
    if (!fills)
        return error_memory(err);
    int32_t n_fresh = 0;
    for (int32_t j = 0; j < op->n_in; j++) {
        fills[j] = s->keep[j] && !isnan(s->fill[j]) && column_has_missing(x, j);
        n_fresh += (fills[j] && op->in_kinds[j] == FRAME_NUMERIC) + s->flag[j];
    }
    struct columns c;
    automl_status status = columns_begin(&c, mem, x->n_rows, op->n_out, n_fresh, err);
    if (status >= 0)
        status = build(op, x, mem, stop, fills, &c, err);
    if (status >= 0)
        *out = columns_end(&c);
    columns_drop(&c);
    mem_free(mem, fills);
    return status;
}

static void apply_row(const struct op *op, const double *in, double *out, double *scratch)
{
    (void)scratch;
    const struct state *s = op->state;
    for (int32_t j = 0; j < op->n_in; j++)
        if (s->keep[j])
            *out++ = isnan(in[j]) ? s->fill[j] : in[j];
    for (int32_t j = 0; j < op->n_in; j++)
        if (s->flag[j])
            *out++ = isnan(in[j]) ? 1 : 0;
}

static void estimate(const struct params *p, const struct op_shape *s, struct op_cost *out)
{
    bool ranks = is_ranked(p);
    *out = (struct op_cost){
        .fit_flops = (ranks ? 24 : 3) * s->n * s->p,
        .fit_bytes = (ranks ? 64 : 8) * s->n * s->p,
        .apply_flops = 2 * s->p,
        .apply_bytes = 24 * s->p,
        .memory_bytes = (ranks ? 24 : 0) * s->n + 10 * s->p + 8 * s->levels,
        .state_bytes = 10 * s->p,
        .out = *s,
    };
    if (params_bool(p, ADD_INDICATOR))
        out->out.p = 2 * s->p;
}

static void save(const struct op *op, struct writer *w)
{
    const struct state *s = op->state;
    write_f64s(w, s->fill, op->n_in);
    write_u8s(w, s->keep, op->n_in);
    write_u8s(w, s->flag, op->n_in);
}

/* A number must be filled with a number; a category with one of its codes, or not at all. */
static bool is_fill(const struct op *op, int32_t j, double fill)
{
    if (op->in_kinds[j] == FRAME_NUMERIC)
        return isfinite(fill);
    return isnan(fill) || (fill >= 0 && fill < op->in_levels[j] && fill == floor(fill));
}

static automl_status load(struct op *op, struct reader *r, automl_error *err)
{
    struct state *s = op->state;
    s->fill = read_f64s(r, op->n_in, NULL);
    s->keep = read_u8s(r, op->n_in, NULL);
    s->flag = read_u8s(r, op->n_in, NULL);
    TRY(reader_status(r, err));
    for (int32_t j = 0; j < op->n_in; j++)
        if (s->keep[j] > 1 || s->flag[j] > 1 || !is_fill(op, j, s->fill[j]))
            reader_fail(r);
    if (op->n_out != count_out(op))
        reader_fail(r);
    return reader_status(r, err);
}

static void clear(struct op *op)
{
    struct state *s = op->state;
    mem_free(op->mem, s->fill);
    mem_free(op->mem, s->keep);
    mem_free(op->mem, s->flag);
}

extern const struct op_class op_simple_imputer;
const struct op_class op_simple_imputer = {
    .name = "simple_imputer",
    .summary = "fills missing cells with one value for each column",
    .kind = OP_TRANSFORMER,
    .traits = OP_ACCEPTS_MISSING | OP_ACCEPTS_CATEGORIES | OP_IMPUTES,
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
