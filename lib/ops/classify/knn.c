/*
 * knn.c - votes of the nearest training rows.
 *
 * sklearn.neighbors.KNeighborsClassifier by brute force, ties to the lowest row. Differences: more neighbours
 * than training rows mean all of them; the weight of a training row multiplies its vote; where no vote has
 * weight, all classes are equally likely.
 */
#include "ops/operator.h"

#include <math.h>

#include "ops/shared/neighbors.h"
#include "ops/shared/proba.h"

enum { N_NEIGHBORS, WEIGHTS, METRIC, P, N_PARAMS };
enum { WEIGHTS_UNIFORM, WEIGHTS_DISTANCE };
enum { METRIC_MINKOWSKI, METRIC_CHEBYSHEV };
enum { BLOCK = 256 };

struct state {
    struct neighbors points;
    int32_t *y; /* their classes */
    double *w;  /* their weights; NULL: 1 */
};

static const char *const weights[] = {"uniform", "distance", NULL};
static const char *const metrics[] = {"minkowski", "chebyshev", NULL};

static const struct param_spec specs[] = {
    [N_NEIGHBORS] = {.key = "n_neighbors",
        .type = PARAM_INT,
        .flags = PARAM_LOG | PARAM_SEARCH,
        .min = 1,
        .max = 100000,
        .def = 5,
        .search_min = 1,
        .search_max = 100,
        .help = "number of training rows that vote"},
    [WEIGHTS] = {.key = "weights",
        .type = PARAM_CHOICE,
        .flags = PARAM_SEARCH,
        .choices = weights,
        .help = "distance: votes count 1 / distance, and only those at distance 0 if there are any"},
    [METRIC] = {.key = "metric",
        .type = PARAM_CHOICE,
        .choices = metrics,
        .help = "minkowski: the p-norm of the difference; chebyshev: its largest component"},
    [P] = {.key = "p",
        .type = PARAM_INT,
        .flags = PARAM_SEARCH,
        .min = 1,
        .max = 16,
        .def = 2,
        .search_min = 1,
        .search_max = 2,
        .condition = "metric=minkowski",
        .help = "power of minkowski: 1 manhattan, 2 euclidean"},
};

static const struct param_schema schema = {.title = "knn", .specs = specs, .n = N_PARAMS};

static int32_t power_of(const struct params *p)
{
    return params_choice(p, METRIC) == METRIC_CHEBYSHEV ? NEIGHBORS_CHEBYSHEV : (int32_t)params_int(p, P);
}

static void estimate(const struct params *p, const struct op_shape *s, struct op_cost *out)
{
    double cells = s->n * s->p;
    bool euclid = power_of(p) == 2;
    *out = (struct op_cost){.fit_flops = (euclid ? 5 : 1) * cells,
        .fit_bytes = (euclid ? 28 : 16) * cells,
        /* A matrix product runs about ten times as many operations a second as other code. */
        .apply_flops = euclid ? 0.2 * cells + 2 * s->n : 3 * cells,
        .apply_bytes = euclid ? 4 * cells / 64 : 8 * cells,
        .memory_bytes = 16 * cells + 16 * s->n,
        .state_bytes = (euclid ? 12 : 8) * cells + 16 * s->n};
}

/* Rows [begin, end) of a frame, row-major. */
static void gather_rows(const struct frame *x, int64_t begin, int64_t end, double *out)
{
    double column[BLOCK];
    for (int64_t at = begin; at < end; at += BLOCK) {
        int64_t n = at + BLOCK < end ? BLOCK : end - at;
        for (int32_t j = 0; j < x->n_cols; j++) {
            frame_gather(x, j, at, at + n, column);
            for (int64_t i = 0; i < n; i++)
                out[(at - begin + i) * x->n_cols + j] = column[i];
        }
    }
}

static automl_status fit(struct op *op, const struct op_fit *in, automl_error *err)
{
    struct state *s = op->state;
    int64_t n = in->x->n_rows;
    double *x = NEW_ARRAY(op->mem, (size_t)n * (size_t)in->x->n_cols, double);
    if (!x)
        return error_memory(err);
    gather_rows(in->x, 0, n, x);
    TRY(neighbors_create(op->mem, x, n, in->x->n_cols, power_of(op->params), &s->points, err));
    s->y = mem_copy(op->mem, in->y, (size_t)n, sizeof(*in->y));
    s->w = in->w ? mem_copy(op->mem, in->w, (size_t)n, sizeof(*in->w)) : NULL;
    if (!s->y || (in->w && !s->w))
        return error_memory(err);
    op->n_out = in->n_classes;
    return AUTOML_OK;
}

static int64_t neighbors_used(const struct op *op)
{
    const struct state *s = op->state;
    int64_t k = params_int(op->params, N_NEIGHBORS);
    return k < s->points.n ? k : s->points.n;
}

static void vote(const struct op *op, const struct neighbor *near, int64_t m, double *out)
{
    const struct state *s = op->state;
    bool by_distance = params_choice(op->params, WEIGHTS) == WEIGHTS_DISTANCE;
    bool touching = near[0].rank == 0;
    for (int32_t c = 0; c < op->n_classes; c++)
        out[c] = 0;
    for (int64_t i = 0; i < m; i++) {
        double v = s->w ? s->w[near[i].index] : 1;
        if (by_distance && touching)
            v *= near[i].rank == 0;
        else if (by_distance)
            v /= neighbors_distance(&s->points, near[i].rank);
        out[s->y[near[i].index]] += v;
    }
    proba_normalize(out, op->n_classes);
}

/* A struct neighbor takes two doubles. */
static int64_t row_scratch(const struct op *op)
{
    return 2 * neighbors_used(op);
}

static void apply_row(const struct op *op, const double *in, double *out, double *scratch)
{
    const struct state *s = op->state;
    int64_t m = neighbors_used(op);
    struct neighbor *near = (struct neighbor *)(void *)scratch;
    neighbors_find_one(&s->points, in, m, near);
    vote(op, near, m, out);
}

static automl_status predict_proba(const struct op *op, struct frame *x, struct mem *mem,
    const struct stop *stop, double *proba, automl_error *err)
{
    const struct state *s = op->state;
    int64_t m = neighbors_used(op);
    double *rows = NEW_ARRAY(mem, BLOCK * (size_t)op->n_in, double);
    struct neighbor *near = NEW_ARRAY(mem, BLOCK * (size_t)m, struct neighbor);
    automl_status status = rows && near ? AUTOML_OK : error_memory(err);
    for (int64_t begin = 0; status >= 0 && begin < x->n_rows; begin += BLOCK) {
        int64_t n = begin + BLOCK < x->n_rows ? BLOCK : x->n_rows - begin;
        gather_rows(x, begin, begin + n, rows);
        status = neighbors_find(&s->points, rows, n, m, mem, stop, near, err);
        for (int64_t i = 0; status >= 0 && i < n; i++)
            vote(op, near + i * m, m, proba + (begin + i) * op->n_classes);
    }
    mem_free(mem, rows);
    mem_free(mem, near);
    return status;
}

static void save(const struct op *op, struct writer *w)
{
    const struct state *s = op->state;
    write_i64(w, s->points.n);
    write_f64s(w, s->points.x, s->points.n * op->n_in);
    write_i32s(w, s->y, s->points.n);
    write_u8(w, s->w != NULL);
    if (s->w)
        write_f64s(w, s->w, s->points.n);
}

static automl_status load_points(struct op *op, struct reader *r, automl_error *err)
{
    struct state *s = op->state;
    int64_t count = 0, n = read_i64_in(r, 1, INT32_MAX);
    double *x = read_f64s(r, n * op->n_in, &count);
    TRY(reader_status(r, err));
    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(x[i]))
            reader_fail(r);
    }
    return neighbors_create(op->mem, x, n, op->n_in, power_of(op->params), &s->points, err);
}

static automl_status load(struct op *op, struct reader *r, automl_error *err)
{
    struct state *s = op->state;
    int64_t count = 0;
    TRY(load_points(op, r, err));
    s->y = read_i32s(r, s->points.n, &count);
    if (read_u8(r))
        s->w = read_f64s(r, s->points.n, &count);
    TRY(reader_status(r, err));
    for (int64_t i = 0; i < s->points.n; i++) {
        if (s->y[i] < 0 || s->y[i] >= op->n_classes || (s->w && !(s->w[i] >= 0 && s->w[i] < INFINITY)))
            reader_fail(r);
    }
    return reader_status(r, err);
}

static void clear(struct op *op)
{
    struct state *s = op->state;
    neighbors_free(&s->points);
    mem_free(op->mem, s->y);
    mem_free(op->mem, s->w);
    *s = (struct state){0};
}

const struct op_class op_knn = {
    .name = "knn",
    .summary = "Votes of the nearest training rows",
    .kind = OP_CLASSIFIER,
    .traits = OP_NEEDS_SCALING | OP_USES_TARGET | OP_MULTICLASS,
    .state_format = 1,
    .state_size = sizeof(struct state),
    .params = &schema,
    .estimate = estimate,
    .fit = fit,
    .predict_proba = predict_proba,
    .apply_row = apply_row,
    .row_scratch = row_scratch,
    .save = save,
    .load = load,
    .clear = clear,
};
