/*
 * operator.c - the life of an operator: settings, checked fit, application, and what a model file holds of
 * it.
 *
 * The record of a fitted operator: name, format number of the state, settings as a JSON object, columns in
 * and out, classes, rows of fit, kind and levels of each input column, then what the class's save writes.
 */
#include "ops/operator.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "ops/shared/column.h"

/* Puts the operator's name before the place that is already there. */
static automl_status at(const struct op_class *cls, automl_error *err, automl_status status)
{
    if (status < 0 && err)
        error_where(err, err->where[0] ? "%s/" : "%s", cls->name);
    return status;
}

automl_status op_create(
    struct mem *m, const struct op_class *cls, const struct params *p, struct op **out, automl_error *err)
{
    if (p && params_schema(p) != cls->params)
        return at(cls, err, error_set(err, AUTOML_E_ARGUMENT, "the settings belong to another operator"));
    struct op *op = NEW(m, struct op);
    if (!op)
        return error_memory(err);
    op->cls = cls;
    op->mem = m;
    atomic_init(&op->refs, 1);
    automl_status status = AUTOML_OK;
    op->state = mem_zalloc(m, 1, cls->state_size);
    if (!op->state)
        status = error_memory(err);
    else if (p)
        status = params_copy(m, p, &op->params, err);
    else
        status = params_create(m, cls->params, &op->params, err);
    if (status >= 0)
        status = params_check_required(op->params, err);
    if (status < 0) {
        op_unref(op);
        return at(cls, err, status);
    }
    *out = op;
    return AUTOML_OK;
}

struct op *op_ref(struct op *op)
{
    if (op)
        atomic_fetch_add_explicit(&op->refs, 1, memory_order_relaxed);
    return op;
}

/* Back to the state after creation. */
static void forget(struct op *op)
{
    if (op->cls->clear)
        op->cls->clear(op);
    memset(op->state, 0, op->cls->state_size);
    mem_free(op->mem, op->in_kinds);
    mem_free(op->mem, op->in_levels);
    op->in_kinds = NULL;
    op->in_levels = NULL;
    op->n_in = op->n_out = op->n_classes = 0;
    op->n_rows = 0;
    op->fitted = false;
}

void op_unref(struct op *op)
{
    if (!op || atomic_fetch_sub_explicit(&op->refs, 1, memory_order_acq_rel) > 1)
        return;
    if (op->state)
        forget(op);
    mem_free(op->mem, op->state);
    params_free(op->params);
    mem_free(op->mem, op);
}

static bool needs_target(const struct op_class *cls)
{
    return cls->kind == OP_CLASSIFIER || (cls->traits & OP_USES_TARGET);
}

/* What is wrong with one value of column j, if anything. */
static automl_status check_value(const struct op_class *cls, double v, int32_t j, automl_error *err)
{
    if (isnan(v) && !(cls->traits & OP_ACCEPTS_MISSING))
        return error_set(err, AUTOML_E_DATA,
            "column %d of the input has missing values; put an imputer before this operator", (int)j);
    if (isinf(v))
        return column_not_finite(err, j);
    if (v < 0 && (cls->traits & OP_NEEDS_NON_NEGATIVE))
        return error_set(err, AUTOML_E_DATA,
            "column %d of the input has negative values; put a min_max_scaler before this operator", (int)j);
    return AUTOML_OK;
}

/* Counts the suspects of a block without a branch, and looks closer only if there are any. */
static automl_status check_numbers(
    const struct op_class *cls, const struct frame *x, int32_t j, automl_error *err)
{
    double scratch[COLUMN_BLOCK];
    double least = cls->traits & OP_NEEDS_NON_NEGATIVE ? 0 : -DBL_MAX;
    for (int64_t begin = 0; begin < x->n_rows; begin += COLUMN_BLOCK) {
        int64_t n = x->n_rows - begin < COLUMN_BLOCK ? x->n_rows - begin : COLUMN_BLOCK, fine = 0;
        const double *v = column_block(x, j, begin, begin + n, scratch);
        for (int64_t i = 0; i < n; i++)
            fine += (v[i] >= least) & (v[i] <= DBL_MAX);
        for (int64_t i = 0; fine < n && i < n; i++)
            TRY(check_value(cls, v[i], j, err));
    }
    return AUTOML_OK;
}

static automl_status check_category(
    const struct op_class *cls, const struct frame *x, int32_t j, automl_error *err)
{
    if (!(cls->traits & OP_ACCEPTS_CATEGORIES))
        return error_set(err, AUTOML_E_DATA,
            "column %d of the input is a category; put an encoder before this operator", (int)j);
    if (!(cls->traits & OP_ACCEPTS_MISSING) && column_has_missing(x, j))
        return error_set(err, AUTOML_E_DATA,
            "column %d of the input has missing values; put an imputer before this operator", (int)j);
    return AUTOML_OK;
}

/* A class that accepts everything in a numeric column checks for infinite values in its own pass over it. */
static automl_status check_columns(const struct op_class *cls, const struct frame *x, automl_error *err)
{
    bool numbers = !(cls->traits & OP_ACCEPTS_MISSING) || (cls->traits & OP_NEEDS_NON_NEGATIVE);
    for (int32_t j = 0; j < x->n_cols; j++) {
        if (x->cols[j].kind == FRAME_CATEGORY)
            TRY(check_category(cls, x, j, err));
        else if (numbers)
            TRY(check_numbers(cls, x, j, err));
    }
    return AUTOML_OK;
}

static automl_status check_weights(const double *w, int64_t n, automl_error *err)
{
    double sum = 0;
    for (int64_t i = 0; w && i < n; i++) {
        if (!(w[i] >= 0 && w[i] <= DBL_MAX))
            return error_set(err, AUTOML_E_DATA, "the weight of row %lld is negative or not a finite number",
                (long long)i);
        sum += w[i];
    }
    if (w && !(sum > 0))
        return error_set(err, AUTOML_E_DATA, "the weights of all rows are zero");
    return AUTOML_OK;
}

static automl_status check_classes(const int32_t *y, int64_t n, int32_t k, automl_error *err)
{
    if (!y)
        return error_set(err, AUTOML_E_ARGUMENT, "this operator learns from the target, but y is NULL");
    for (int64_t i = 0; i < n; i++)
        if (y[i] < 0 || y[i] >= k)
            return error_set(err, AUTOML_E_ARGUMENT, "y holds %d at row %lld, which is not one of %d classes",
                (int)y[i], (long long)i, (int)k);
    return AUTOML_OK;
}

static automl_status check_target(const struct op_class *cls, const struct op_fit *in, automl_error *err)
{
    if (!needs_target(cls))
        return AUTOML_OK;
    if (in->n_classes < 2)
        return error_set(err, AUTOML_E_DATA, "the target has fewer than two classes");
    if (in->n_classes > 2 && !(cls->traits & OP_MULTICLASS))
        return error_set(err, AUTOML_E_DATA, "the target has %d classes, but this operator knows only two",
            (int)in->n_classes);
    TRY(check_classes(in->y, in->x->n_rows, in->n_classes, err));
    if (!in->x_valid)
        return AUTOML_OK;
    if (in->x_valid->n_cols != in->x->n_cols)
        return error_set(err, AUTOML_E_ARGUMENT, "the validation rows have %d columns, the training rows %d",
            (int)in->x_valid->n_cols, (int)in->x->n_cols);
    TRY(check_classes(in->y_valid, in->x_valid->n_rows, in->n_classes, err));
    return check_weights(in->w_valid, in->x_valid->n_rows, err);
}

static automl_status check_fit(const struct op *op, const struct op_fit *in, automl_error *err)
{
    if (op->fitted)
        return error_set(err, AUTOML_E_STATE, "the operator is fitted already; create another one");
    if (in->x->n_rows < 1 || in->x->n_cols < 1)
        return error_set(err, AUTOML_E_DATA,
            "the input has %lld rows and %d columns; both must be at least 1", (long long)in->x->n_rows,
            (int)in->x->n_cols);
    TRY(stop_status(in->stop, err));
    TRY(check_target(op->cls, in, err));
    TRY(check_weights(in->w, in->x->n_rows, err));
    return check_columns(op->cls, in->x, err);
}

static automl_status remember_input(struct op *op, const struct op_fit *in, automl_error *err)
{
    int32_t p = in->x->n_cols;
    op->in_kinds = NEW_ZEROS(op->mem, p, uint8_t);
    op->in_levels = NEW_ZEROS(op->mem, p, int32_t);
    if (!op->in_kinds || !op->in_levels)
        return error_memory(err);
    for (int32_t j = 0; j < p; j++) {
        const struct frame_col *c = &in->x->cols[j];
        op->in_kinds[j] = (uint8_t)c->kind;
        op->in_levels[j] = c->kind == FRAME_CATEGORY ? c->n_levels : 0;
    }
    op->n_in = p;
    op->n_rows = in->x->n_rows;
    op->n_classes = needs_target(op->cls) ? in->n_classes : 0;
    op->n_out = op->cls->kind == OP_CLASSIFIER ? op->n_classes : 0;
    return AUTOML_OK;
}

automl_status op_fit(struct op *op, const struct op_fit *in, automl_error *err)
{
    automl_status status = check_fit(op, in, err);
    if (status < 0)
        return at(op->cls, err, status);
    status = remember_input(op, in, err);
    if (status >= 0)
        status = op->cls->fit(op, in, err);
    if (status >= 0 && op->n_out < 1)
        status = error_set(err, AUTOML_E_INTERNAL, "the operator was fitted but gives no columns");
    if (status < 0) {
        forget(op);
        return at(op->cls, err, status);
    }
    op->fitted = true;
    return status;
}

/* The columns must be those of fit: as many, of the same kinds, with the same dictionaries. An operator that
 * has next to nothing to do is stopped here. */
static automl_status check_input(
    const struct op *op, const struct frame *x, const struct stop *stop, automl_error *err)
{
    if (!op->fitted)
        return error_set(err, AUTOML_E_STATE, "the operator is not fitted yet");
    TRY(stop_status(stop, err));
    if (x->n_cols != op->n_in)
        return error_set(
            err, AUTOML_E_SCHEMA, "the input has %d columns, but fit saw %d", (int)x->n_cols, (int)op->n_in);
    for (int32_t j = 0; j < op->n_in; j++) {
        const struct frame_col *c = &x->cols[j];
        if ((uint8_t)c->kind != op->in_kinds[j])
            return error_set(err, AUTOML_E_SCHEMA, "column %d of the input is %s, but at fit it was %s",
                (int)j, c->kind == FRAME_CATEGORY ? "a category" : "numeric",
                c->kind == FRAME_CATEGORY ? "numeric" : "a category");
        if (c->kind == FRAME_CATEGORY && c->n_levels != op->in_levels[j])
            return error_set(err, AUTOML_E_SCHEMA,
                "column %d of the input has %d levels, but at fit it had %d", (int)j, (int)c->n_levels,
                (int)op->in_levels[j]);
    }
    return AUTOML_OK;
}

automl_status op_transform(const struct op *op, struct frame *x, struct mem *mem, const struct stop *stop,
    struct frame **out, automl_error *err)
{
    struct frame *f = NULL;
    automl_status status = check_input(op, x, stop, err);
    if (status >= 0 && !op->cls->transform)
        status = error_set(err, AUTOML_E_STATE, "a classifier has no transform; ask for probabilities");
    if (status >= 0)
        status = op->cls->transform(op, x, mem, stop, &f, err);
    if (status >= 0 && (f->n_cols != op->n_out || f->n_rows != x->n_rows)) {
        frame_unref(f);
        status = error_set(err, AUTOML_E_INTERNAL, "the output has another shape than fit announced");
    }
    if (status >= 0)
        *out = f;
    return at(op->cls, err, status);
}

automl_status op_predict_proba(const struct op *op, struct frame *x, struct mem *mem, const struct stop *stop,
    double *proba, automl_error *err)
{
    automl_status status = check_input(op, x, stop, err);
    if (status >= 0 && !op->cls->predict_proba)
        status = error_set(err, AUTOML_E_STATE, "a transformer has no probabilities; ask it to transform");
    if (status >= 0)
        status = op->cls->predict_proba(op, x, mem, stop, proba, err);
    return at(op->cls, err, status);
}

void op_apply_row(const struct op *op, const double *in, double *out, double *scratch)
{
    op->cls->apply_row(op, in, out, scratch);
}

int64_t op_row_scratch(const struct op *op)
{
    return op->cls->row_scratch ? op->cls->row_scratch(op) : 0;
}

/* The settings that were set, as one JSON object. */
static void save_params(const struct op *op, struct writer *w)
{
    struct strbuf text;
    struct json_writer json;
    strbuf_init(&text, op->mem);
    json_writer_init(&json, &text, 0);
    json_begin_object(&json);
    params_write_json(op->params, &json, false);
    json_end_object(&json);
    if (!strbuf_ok(&text))
        w->bytes.failed = true;
    write_string(w, strbuf_text(&text));
    strbuf_free(&text);
}

void op_save(const struct op *op, struct writer *w)
{
    write_string(w, op->cls->name);
    write_u32(w, op->cls->state_format);
    save_params(op, w);
    write_i32(w, op->n_out);
    write_i32(w, op->n_classes);
    write_i64(w, op->n_rows);
    write_u8s(w, op->in_kinds, op->n_in);
    write_i32s(w, op->in_levels, op->n_in);
    op->cls->save(op, w);
}

static automl_status load_class(
    automl_context *ctx, struct reader *r, const struct op_class **out, automl_error *err)
{
    char *name = read_string(r);
    uint32_t format = read_u32(r);
    automl_status status = reader_status(r, err);
    if (status >= 0 && !name)
        status = error_set(err, AUTOML_E_FORMAT, "an operator of the model has no name");
    if (status >= 0)
        status = operator_find(ctx, name, out, err);
    if (status >= 0 && format != (*out)->state_format)
        status = error_set(err, AUTOML_E_VERSION,
            "operator '%s' was saved in format %lu, but this release reads format %lu", name,
            (unsigned long)format, (unsigned long)(*out)->state_format);
    mem_free(r->mem, name);
    return status;
}

static automl_status load_params(struct op *op, struct reader *r, automl_error *err)
{
    char *text = read_string(r);
    struct json *json = NULL;
    automl_status status = reader_status(r, err);
    if (status >= 0 && !text)
        status = error_set(err, AUTOML_E_FORMAT, "the settings of the operator are missing");
    if (status >= 0)
        status = json_parse(op->mem, text, strlen(text), &json, err);
    if (status >= 0)
        status = params_merge_json(op->params, json, err);
    json_free(json);
    mem_free(r->mem, text);
    return status;
}

static automl_status load_input(struct op *op, struct reader *r, automl_error *err)
{
    int64_t n_in = 0, n_levels = 0;
    bool classifier = op->cls->kind == OP_CLASSIFIER;
    op->n_out = read_i32_in(r, 1, INT32_MAX);
    op->n_classes = read_i32_in(r, needs_target(op->cls) ? 2 : 0, needs_target(op->cls) ? INT32_MAX : 0);
    op->n_rows = read_i64_in(r, 1, INT64_MAX);
    op->in_kinds = read_u8s(r, -1, &n_in);
    op->in_levels = read_i32s(r, -1, &n_levels);
    TRY(reader_status(r, err));
    if (n_in < 1 || n_in > INT32_MAX || n_levels != n_in || (classifier && op->n_out != op->n_classes))
        reader_fail(r);
    else
        op->n_in = (int32_t)n_in;
    for (int32_t j = 0; j < op->n_in; j++) {
        bool category = op->in_kinds[j] == FRAME_CATEGORY;
        if (op->in_kinds[j] > FRAME_CATEGORY || op->in_levels[j] < 0 || (!category && op->in_levels[j] > 0))
            reader_fail(r);
        if (category && !(op->cls->traits & OP_ACCEPTS_CATEGORIES))
            reader_fail(r);
    }
    return reader_status(r, err);
}

static automl_status load_parts(struct op *op, struct reader *r, automl_error *err)
{
    TRY(load_params(op, r, err));
    TRY(load_input(op, r, err));
    TRY(op->cls->load(op, r, err));
    return reader_status(r, err);
}

automl_status op_load(
    automl_context *ctx, struct mem *m, struct reader *r, struct op **out, automl_error *err)
{
    const struct op_class *cls = NULL;
    TRY(load_class(ctx, r, &cls, err));
    struct op *op = NULL;
    TRY(op_create(m, cls, NULL, &op, err));
    /* What is read becomes part of the operator, so it has to come from the operator's account. */
    struct mem *reader_mem = r->mem;
    r->mem = m;
    automl_status status = load_parts(op, r, err);
    r->mem = reader_mem;
    if (status < 0) {
        op_unref(op);
        return at(cls, err, status);
    }
    op->fitted = true;
    *out = op;
    return AUTOML_OK;
}

int64_t op_bytes(const struct op *op)
{
    struct op_shape shape = {.n = (double)op->n_rows, .p = op->n_in, .k = op->n_classes};
    struct op_cost cost = {0};
    for (int32_t j = 0; j < op->n_in; j++) {
        shape.p_category += op->in_kinds[j] == FRAME_CATEGORY;
        shape.levels += op->in_levels[j];
    }
    op->cls->estimate(op->params, &shape, &cost);
    double bytes = cost.state_bytes + (double)sizeof *op + (double)op->cls->state_size + 5.0 * op->n_in;
    return bytes < 9e18 ? (int64_t)bytes : INT64_MAX;
}
