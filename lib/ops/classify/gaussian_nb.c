/*
 * gaussian_nb.c - Gaussian naive Bayes: each column normal within a class, columns independent.
 *
 * sklearn.naive_bayes.GaussianNB: weighted means and variances per class, all variances raised by
 * var_smoothing times the largest (unweighted) variance of a column. Differences: a class without weight has
 * probability 0; where a variance is still 0 (every column constant) the column says nothing.
 */
#include "ops/operator.h"

#include <math.h>

#include "ops/shared/proba.h"

enum { VAR_SMOOTHING };

/* Rows per block of predict_proba: a column's block stays in the first-level cache. */
enum { BLOCK = 512 };

struct state {
    double *offset;  /* k: log prior - 1/2 sum log(2 pi var); -Inf for a class without weight */
    double *mean;    /* p x k, the classes of a column together */
    double *inverse; /* p x k: 1 / (2 var) */
};

static const struct param_spec specs[] = {
    [VAR_SMOOTHING] = {.key = "var_smoothing",
        .type = PARAM_REAL,
        .flags = PARAM_LOG | PARAM_SEARCH,
        .min = 0,
        .max = 1,
        .def = 1e-9,
        .search_min = 1e-10,
        .search_max = 1e-2,
        .help = "share of the largest column variance that is added to every variance"},
};

static const struct param_schema schema = {.title = "gaussian_nb", .specs = specs, .n = 1};

/* What one column is within one class: weight, mean, and sum of squares about the mean. */
struct moments {
    double weight, mean, squares;
};

/* Training rows sorted by class, and where a column's values of those rows are. */
struct grouping {
    int32_t *order;      /* n rows, the classes one after the other */
    int64_t *begin;      /* k + 1 */
    int32_t *base;       /* rows[order[i]] for `rows` below */
    const int32_t *rows; /* the index that `base` was made from */
    double *shares;      /* k: weight of each class over all weight */
};

static void estimate(const struct params *p, const struct op_shape *s, struct op_cost *out)
{
    (void)p;
    *out = (struct op_cost){.fit_flops = 4 * s->n * s->p,
        .fit_bytes = 12 * s->n * s->p,
        .apply_flops = 4 * s->p * s->k + 20 * s->k,
        .apply_bytes = 8 * s->p,
        .memory_bytes = 8 * s->n + 48 * s->p * s->k,
        .state_bytes = 16 * s->p * s->k};
}

/* Sums of (x - shift) and its square over rows idx[0..n); four lanes, a fixed order. */
static void sums(const double *x, const int32_t *idx, int64_t n, double shift, double out[2])
{
    double a[4] = {0}, b[4] = {0};
    int64_t i = 0;
    for (; i + 4 <= n; i += 4) {
        for (int32_t l = 0; l < 4; l++) {
            double d = x[idx[i + l]] - shift;
            a[l] += d;
            b[l] += d * d;
        }
    }
    for (; i < n; i++) {
        double d = x[idx[i]] - shift;
        a[0] += d;
        b[0] += d * d;
    }
    out[0] = (a[0] + a[1]) + (a[2] + a[3]);
    out[1] = (b[0] + b[1]) + (b[2] + b[3]);
}

static double first_mean(const double *x, const int32_t *idx, int64_t n)
{
    int64_t m = n < 32 ? n : 32;
    double sum = 0;
    for (int64_t i = 0; i < m; i++)
        sum += x[idx[i]] / (double)m;
    return sum;
}

/* One pass about a mean of the first rows; a second about the mean itself where that was far away. */
static struct moments plain_moments(const double *x, const int32_t *idx, int64_t n)
{
    if (n == 0)
        return (struct moments){0};
    double shift = first_mean(x, idx, n), s[2];
    sums(x, idx, n, shift, s);
    double d = s[0] / (double)n, squares = s[1] - d * s[0];
    if (!(d * s[0] < 1e3 * squares)) {
        shift += d;
        sums(x, idx, n, shift, s);
        d = s[0] / (double)n;
        squares = s[1] - d * s[0];
    }
    return (struct moments){(double)n, shift + d, squares > 0 ? squares : 0};
}

static struct moments weighted_moments(
    const double *x, const int32_t *idx, const double *w, const int32_t *order, int64_t n)
{
    double total = 0, sum = 0, squares = 0;
    for (int64_t i = 0; i < n; i++) {
        total += w[order[i]];
        sum += w[order[i]] * x[idx[i]];
    }
    if (!(total > 0))
        return (struct moments){0};
    double mean = sum / total;
    for (int64_t i = 0; i < n; i++) {
        double d = x[idx[i]] - mean;
        squares += w[order[i]] * (d * d);
    }
    return (struct moments){total, mean, squares};
}

/* Variance of the union of the groups (Chan, Golub, LeVeque 1979). */
static double pooled_variance(const struct moments *m, int32_t k)
{
    struct moments all = {0};
    for (int32_t c = 0; c < k; c++) {
        double weight = all.weight + m[c].weight, d = m[c].mean - all.mean;
        if (!(m[c].weight > 0))
            continue;
        all.squares += m[c].squares + d * d * (all.weight * (m[c].weight / weight));
        all.mean += d * (m[c].weight / weight);
        all.weight = weight;
    }
    return all.weight > 0 ? all.squares / all.weight : 0;
}

static void grouping_free(struct mem *m, struct grouping *g)
{
    mem_free(m, g->order);
    mem_free(m, g->begin);
    mem_free(m, g->base);
    mem_free(m, g->shares);
}

/* Counting sort of the rows by class. */
static automl_status group(const struct op_fit *in, struct grouping *g, automl_error *err)
{
    int64_t n = in->x->n_rows;
    int32_t k = in->n_classes;
    g->order = NEW_ARRAY(in->mem, n, int32_t);
    g->base = NEW_ARRAY(in->mem, n, int32_t);
    g->begin = NEW_ZEROS(in->mem, k + 2, int64_t);
    g->shares = NEW_ZEROS(in->mem, k, double);
    if (!g->order || !g->base || !g->begin || !g->shares)
        return error_memory(err);
    int64_t *next = g->begin + 1;
    for (int64_t i = 0; i < n; i++)
        next[in->y[i] + 1]++;
    for (int32_t c = 0; c < k; c++)
        next[c + 1] += next[c];
    for (int64_t i = 0; i < n; i++)
        g->order[next[in->y[i]]++] = (int32_t)i;
    double total = 0;
    for (int64_t i = 0; i < n; i++) {
        double w = in->w ? in->w[i] : 1;
        g->shares[in->y[i]] += w;
        total += w;
    }
    for (int32_t c = 0; c < k; c++)
        g->shares[c] /= total;
    return AUTOML_OK;
}

/* Base rows of the grouped rows for a column's index; made again only when the index is another one. */
static const int32_t *base_rows(struct grouping *g, const int32_t *rows, int64_t n)
{
    if (!rows)
        return g->order;
    if (rows != g->rows) {
        for (int64_t i = 0; i < n; i++)
            g->base[i] = rows[g->order[i]];
        g->rows = rows;
    }
    return g->base;
}

/* Mean and variance of column j per class into the state; returns its unweighted variance. */
static double learn_column(
    const struct op_fit *in, struct state *s, struct grouping *g, int32_t j, struct moments *plain)
{
    const struct frame_col *col = &in->x->cols[j];
    int32_t k = in->n_classes;
    const int32_t *idx = base_rows(g, col->rows, in->x->n_rows);
    for (int32_t c = 0; c < k; c++) {
        int64_t begin = g->begin[c], n = g->begin[c + 1] - begin;
        plain[c] = plain_moments(col->x, idx + begin, n);
        struct moments m =
            in->w ? weighted_moments(col->x, idx + begin, in->w, g->order + begin, n) : plain[c];
        s->mean[j * (int64_t)k + c] = m.mean;
        s->inverse[j * (int64_t)k + c] =
            m.weight > 0 ? m.squares / m.weight : 0; /* a variance until finish */
    }
    return pooled_variance(plain, k);
}

/* Turns variances into 1 / (2 var) and adds up the constant of each class. */
static void finish(struct state *s, const double *shares, int64_t p, int32_t k, double epsilon)
{
    const double two_pi = 6.283185307179586476925286766559;
    for (int32_t c = 0; c < k; c++) {
        double logs = 0;
        for (int64_t j = 0; j < p; j++) {
            double *v = &s->inverse[j * k + c];
            double var = *v + epsilon;
            if (!(var > 0))
                var = 1;
            *v = 1 / (2 * var);
            logs += log(two_pi * var);
        }
        s->offset[c] = shares[c] > 0 ? log(shares[c]) - logs / 2 : -INFINITY;
    }
}

static automl_status fit(struct op *op, const struct op_fit *in, automl_error *err)
{
    struct state *s = op->state;
    int32_t k = in->n_classes, p = in->x->n_cols;
    struct grouping g = {0};
    automl_status status = AUTOML_OK;
    double largest = 0;
    struct moments *plain = NEW_ARRAY(in->mem, k, struct moments);
    s->offset = NEW_ZEROS(op->mem, k, double);
    s->mean = NEW_ZEROS(op->mem, (size_t)p * (size_t)k, double);
    s->inverse = NEW_ZEROS(op->mem, (size_t)p * (size_t)k, double);
    if (!plain || !s->offset || !s->mean || !s->inverse) {
        status = error_memory(err);
        goto done;
    }
    TRY_DONE(group(in, &g, err));
    for (int32_t j = 0; j < p; j++) {
        TRY_DONE(stop_status(in->stop, err));
        double var = learn_column(in, s, &g, j, plain);
        largest = var > largest ? var : largest;
    }
    if (isinf(largest)) {
        status = error_set(err, AUTOML_E_NUMERIC,
            "a column's variance is too large for a double; scale the columns before gaussian_nb");
        goto done;
    }
    finish(s, g.shares, p, k, params_real(op->params, VAR_SMOOTHING) * largest);
    op->n_out = k;
done:
    grouping_free(in->mem, &g);
    mem_free(in->mem, plain);
    return status;
}

/* z[0..k) -= (x - mean)^2 / (2 var) */
static inline void add_column(const struct state *s, int64_t j, int32_t k, double x, double *z)
{
    const double *mean = s->mean + j * k, *inverse = s->inverse + j * k;
    for (int32_t c = 0; c < k; c++) {
        double d = x - mean[c];
        z[c] -= d * d * inverse[c];
    }
}

static void apply_row(const struct op *op, const double *in, double *out, double *scratch)
{
    (void)scratch;
    const struct state *s = op->state;
    for (int32_t c = 0; c < op->n_classes; c++)
        out[c] = s->offset[c];
    for (int32_t j = 0; j < op->n_in; j++)
        add_column(s, j, op->n_classes, in[j], out);
    proba_softmax(out, op->n_classes);
}

static automl_status predict_proba(const struct op *op, struct frame *x, struct mem *mem,
    const struct stop *stop, double *proba, automl_error *err)
{
    (void)mem;
    const struct state *s = op->state;
    int32_t k = op->n_classes;
    double values[BLOCK];
    for (int64_t begin = 0; begin < x->n_rows; begin += BLOCK) {
        int64_t end = begin + BLOCK < x->n_rows ? begin + BLOCK : x->n_rows;
        double *z = proba + begin * k;
        TRY(stop_status(stop, err));
        for (int64_t i = 0; i < (end - begin) * k; i++)
            z[i] = s->offset[i % k];
        for (int32_t j = 0; j < x->n_cols; j++) {
            frame_gather(x, j, begin, end, values);
            for (int64_t i = 0; i < end - begin; i++)
                add_column(s, j, k, values[i], z + i * k);
        }
        for (int64_t i = 0; i < end - begin; i++)
            proba_softmax(z + i * k, k);
    }
    return AUTOML_OK;
}

static void save(const struct op *op, struct writer *w)
{
    const struct state *s = op->state;
    int64_t pk = (int64_t)op->n_in * op->n_classes;
    write_f64s(w, s->offset, op->n_classes);
    write_f64s(w, s->mean, pk);
    write_f64s(w, s->inverse, pk);
}

static automl_status load(struct op *op, struct reader *r, automl_error *err)
{
    struct state *s = op->state;
    int64_t n = 0, pk = (int64_t)op->n_in * op->n_classes;
    s->offset = read_f64s(r, op->n_classes, &n);
    s->mean = read_f64s(r, pk, &n);
    s->inverse = read_f64s(r, pk, &n);
    return reader_status(r, err);
}

static void clear(struct op *op)
{
    struct state *s = op->state;
    mem_free(op->mem, s->offset);
    mem_free(op->mem, s->mean);
    mem_free(op->mem, s->inverse);
    *s = (struct state){0};
}

const struct op_class op_gaussian_nb = {
    .name = "gaussian_nb",
    .summary = "Naive Bayes with a normal density for each column and class",
    .kind = OP_CLASSIFIER,
    .traits = OP_USES_TARGET | OP_MULTICLASS,
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
