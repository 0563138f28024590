/*
 * temperature.c - temperature scaling: p_c ~ p_c^(1/T).
 *
 * Guo, Pleiss, Sun, Weinberger: "On calibration of modern neural networks", ICML 2017. Probabilities below
 * 2^-52 count as 2^-52, as in log loss. The log loss is convex in 1/T, so it has one minimum over log T and
 * golden section finds it.
 */
#include <float.h>
#include <math.h>

#include "eval/decision.h"
#include "eval/input.h"

static const double coldest = 0.2, hottest = 5.0;
static const double golden = 0.61803398874989485; /* (sqrt 5 - 1) / 2 */
static const double precision = 1e-5;             /* of log T */

/* Rows that count: log p of each other class minus that of the true one, k - 1 a row. At most 36 in size
 * each, so that exp of five times it is finite. */
struct margins {
    int64_t n;
    int32_t others;
    double *x;
    double *w; /* NULL: all 1 */
};

static double floored_log(double p)
{
    return log(p < DBL_EPSILON ? DBL_EPSILON : p);
}

static void row_margins(int32_t k, const double *p, int32_t truth, double *out)
{
    double own = floored_log(p[truth]);
    for (int32_t c = 0; c < k; c++)
        if (c != truth)
            *out++ = floored_log(p[c]) - own;
}

static automl_status margins_create(const struct metric_input *in, struct margins *out, automl_error *err)
{
    struct margins v = {.others = in->k - 1};
    size_t cells;
    if (!size_mul((size_t)in->n, (size_t)v.others, &cells))
        return error_memory(err);
    v.x = mem_alloc_array(in->mem, cells, sizeof *v.x);
    v.w = in->w ? NEW_ARRAY(in->mem, in->n, double) : NULL;
    if (!v.x || (in->w && !v.w)) {
        mem_free(in->mem, v.x);
        mem_free(in->mem, v.w);
        return error_memory(err);
    }
    for (int64_t i = 0; i < in->n; i++) {
        if (in->w && !(in->w[i] > 0.0))
            continue;
        row_margins(in->k, in->proba + i * in->k, in->y[i], v.x + v.n * v.others);
        if (v.w)
            v.w[v.n] = in->w[i];
        v.n++;
    }
    *out = v;
    return AUTOML_OK;
}

static double block_loss(const struct margins *v, double beta, int64_t begin, int64_t end)
{
    double sum = 0.0;
    for (int64_t i = begin; i < end; i++) {
        double others = 0.0;
        for (int32_t c = 0; c < v->others; c++)
            others += exp(beta * v->x[i * v->others + c]);
        double loss = log1p(others);
        sum += v->w ? v->w[i] * loss : loss;
    }
    return sum;
}

static double loss_at(const struct margins *v, double log_t)
{
    double beta = exp(-log_t), total = 0.0;
    for (int64_t begin = 0; begin < v->n; begin += INPUT_BLOCK)
        total += block_loss(v, beta, begin, v->n - begin < INPUT_BLOCK ? v->n : begin + INPUT_BLOCK);
    return total;
}

static double best_log_t(const struct margins *v)
{
    double low = log(coldest), high = log(hottest);
    double a = high - golden * (high - low), b = low + golden * (high - low);
    double loss_a = loss_at(v, a), loss_b = loss_at(v, b);
    while (high - low > precision) {
        if (loss_a <= loss_b) {
            high = b;
            b = a;
            loss_b = loss_a;
            a = high - golden * (high - low);
            loss_a = loss_at(v, a);
        } else {
            low = a;
            a = b;
            loss_a = loss_b;
            b = low + golden * (high - low);
            loss_b = loss_at(v, b);
        }
    }
    return loss_a <= loss_b ? a : b;
}

automl_status fit_temperature(struct mem *m, int64_t n, int32_t k, const int32_t *y, const double *w,
    const double *proba, double *out_t, automl_error *err)
{
    struct metric_input in = {.n = n, .k = k, .y = y, .w = w, .proba = proba, .mem = m};
    struct margins v = {0};
    TRY(margins_create(&in, &v, err));
    automl_status status = AUTOML_OK;
    double unscaled = loss_at(&v, 0.0);
    if (isfinite(unscaled)) {
        double log_t = best_log_t(&v);
        *out_t = loss_at(&v, log_t) < unscaled ? exp(log_t) : 1.0;
    } else {
        status = input_bad_proba(&in, err);
    }
    mem_free(m, v.x);
    mem_free(m, v.w);
    return status;
}

static void apply_row(double beta, int32_t k, double *p)
{
    double top = 0.0, sum = 0.0;
    for (int32_t c = 0; c < k; c++) {
        p[c] = p[c] < DBL_EPSILON ? DBL_EPSILON : p[c];
        top = p[c] > top ? p[c] : top;
    }
    for (int32_t c = 0; c < k; c++) {
        p[c] = pow(p[c] / top, beta);
        sum += p[c];
    }
    for (int32_t c = 0; c < k; c++)
        p[c] /= sum;
}

void apply_temperature(double t, int64_t n, int32_t k, double *proba)
{
    if (t == 1.0)
        return;
    for (int64_t i = 0; i < n; i++)
        apply_row(1.0 / t, k, proba + i * k);
}
