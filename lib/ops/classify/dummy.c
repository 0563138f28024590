/*
 * dummy.c - predicts the class shares of the training rows, whatever the row.
 *
 * sklearn.dummy.DummyClassifier(strategy="prior"). It is every job's first incumbent.
 */
#include "ops/operator.h"

#include "ops/shared/proba.h"

struct state {
    double *share; /* n_classes, sums to 1 */
};

static const struct param_schema schema = {.title = "dummy"};

static void estimate(const struct params *p, const struct op_shape *s, struct op_cost *out)
{
    (void)p;
    *out = (struct op_cost){.fit_flops = s->n,
        .fit_bytes = 4 * s->n,
        .apply_flops = s->k,
        .apply_bytes = 8 * s->k,
        .memory_bytes = 8 * s->k,
        .state_bytes = 8 * s->k};
}

static automl_status fit(struct op *op, const struct op_fit *in, automl_error *err)
{
    struct state *s = op->state;
    int64_t n = in->x->n_rows;
    s->share = NEW_ZEROS(op->mem, in->n_classes, double);
    if (!s->share)
        return error_memory(err);
    double total = 0;
    for (int64_t i = 0; i < n; i++) {
        double w = in->w ? in->w[i] : 1;
        s->share[in->y[i]] += w;
        total += w;
    }
    for (int32_t c = 0; c < in->n_classes; c++)
        s->share[c] /= total;
    op->n_out = in->n_classes;
    return AUTOML_OK;
}

static void apply_row(const struct op *op, const double *in, double *out, double *scratch)
{
    (void)in, (void)scratch;
    const struct state *s = op->state;
    for (int32_t c = 0; c < op->n_classes; c++)
        out[c] = s->share[c];
}

static automl_status predict_proba(const struct op *op, struct frame *x, struct mem *mem,
    const struct stop *stop, double *proba, automl_error *err)
{
    (void)mem, (void)stop, (void)err;
    for (int64_t i = 0; i < x->n_rows; i++)
        apply_row(op, NULL, proba + i * op->n_classes, NULL);
    return AUTOML_OK;
}

static void save(const struct op *op, struct writer *w)
{
    const struct state *s = op->state;
    write_f64s(w, s->share, op->n_classes);
}

static automl_status load(struct op *op, struct reader *r, automl_error *err)
{
    struct state *s = op->state;
    s->share = read_f64s(r, op->n_classes, NULL);
    if (s->share && !proba_is_row(s->share, op->n_classes))
        reader_fail(r);
    return reader_status(r, err);
}

static void clear(struct op *op)
{
    struct state *s = op->state;
    mem_free(op->mem, s->share);
    s->share = NULL;
}

const struct op_class op_dummy = {
    .name = "dummy",
    .summary = "Predicts the class shares of the training rows",
    .kind = OP_CLASSIFIER,
    .traits = OP_ACCEPTS_MISSING | OP_ACCEPTS_CATEGORIES | OP_USES_TARGET | OP_MULTICLASS,
    .state_format = 1,
    .state_size = sizeof(struct state),
    .params = &schema,
    .estimate = estimate,
    .fit = fit,
    .predict_proba = predict_proba,
    .apply_row = apply_row,
    .save = save,
    .load = load,
    .clear = clear,
};
