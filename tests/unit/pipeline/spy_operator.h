/*
 * spy_operator.h - a classifier of a host that tells what it was given.
 *
 * It is certain of class 0 for a row whose first column it was fitted on, and of class 1 for any other:
 * predictions of its own training rows give themselves away.
 */
#ifndef TESTS_UNIT_PIPELINE_SPY_OPERATOR_H
#define TESTS_UNIT_PIPELINE_SPY_OPERATOR_H

#include "pipeline_fixture.h"

struct spy_log {
    int32_t fits;
    int64_t rows, valid_rows; /* of the last fit */
    int64_t class_rows[2];
    double last_min, last_max; /* of its last column */
    bool gives_nan;
};

/* Tests run on one thread where they use it. */
static struct spy_log spy_log;

struct spy_state {
    double *seen;
    int64_t n;
};

static inline void spy_estimate(const struct params *p, const struct op_shape *s, struct op_cost *out)
{
    (void)p;
    *out = (struct op_cost){.fit_flops = s->n, .apply_flops = s->n, .state_bytes = 8 * s->n};
}

static inline automl_status spy_fit(struct op *op, const struct op_fit *in, automl_error *err)
{
    struct spy_state *s = op->state;
    s->n = in->x->n_rows;
    s->seen = NEW_ARRAY(op->mem, s->n, double);
    if (!s->seen)
        return error_memory(err);
    frame_gather(in->x, 0, 0, s->n, s->seen);
    bool quiet = spy_log.gives_nan;
    spy_log = (struct spy_log){.fits = spy_log.fits + 1,
        .rows = s->n,
        .gives_nan = quiet,
        .valid_rows = in->x_valid ? in->x_valid->n_rows : 0,
        .last_min = INFINITY,
        .last_max = -INFINITY};
    for (int64_t i = 0; i < s->n; i++) {
        double v = frame_value(in->x, in->x->n_cols - 1, i);
        spy_log.last_min = fmin(spy_log.last_min, v);
        spy_log.last_max = fmax(spy_log.last_max, v);
        spy_log.class_rows[in->y[i] > 0]++;
    }
    op->n_out = in->n_classes;
    return AUTOML_OK;
}

static inline void spy_row(const struct op *op, const double *in, double *out, double *scratch)
{
    (void)scratch;
    const struct spy_state *s = op->state;
    bool seen = false;
    for (int64_t i = 0; i < s->n; i++)
        seen = seen || s->seen[i] == in[0];
    for (int32_t c = 0; c < op->n_classes; c++)
        out[c] = spy_log.gives_nan ? (double)NAN : c == (seen ? 0 : 1);
}

static inline automl_status spy_predict(const struct op *op, struct frame *x, struct mem *mem,
    const struct stop *stop, double *proba, automl_error *err)
{
    (void)mem;
    TRY(stop_status(stop, err));
    for (int64_t i = 0; i < x->n_rows; i++) {
        double first = frame_value(x, 0, i);
        spy_row(op, &first, proba + i * op->n_classes, NULL);
    }
    return AUTOML_OK;
}

static inline void spy_save(const struct op *op, struct writer *w)
{
    const struct spy_state *s = op->state;
    write_f64s(w, s->seen, s->n);
}

static inline automl_status spy_load(struct op *op, struct reader *r, automl_error *err)
{
    struct spy_state *s = op->state;
    s->seen = read_f64s(r, -1, &s->n);
    return reader_status(r, err);
}

static inline void spy_clear(struct op *op)
{
    struct spy_state *s = op->state;
    mem_free(op->mem, s->seen);
}

static inline void spy_register(struct fixture *f)
{
    static const struct param_schema schema = {.title = "spy"};
    static struct op_class spy = {.name = "spy",
        .summary = "tells what it was given",
        .kind = OP_CLASSIFIER,
        .traits =
            OP_USES_TARGET | OP_MULTICLASS | OP_EARLY_STOPPING | OP_ACCEPTS_MISSING | OP_ACCEPTS_CATEGORIES,
        .state_format = 1,
        .state_size = sizeof(struct spy_state),
        .params = &schema,
        .estimate = spy_estimate,
        .fit = spy_fit,
        .predict_proba = spy_predict,
        .apply_row = spy_row,
        .save = spy_save,
        .load = spy_load,
        .clear = spy_clear};
    spy_log = (struct spy_log){0};
    assert_ok(f, operator_register(f->ctx, &spy, NULL, &f->err));
}

#endif
