/*
 * logistic_regression.c - logistic and multinomial regression with an L2 penalty, by L-BFGS.
 *
 * sklearn.linear_model.LogisticRegression(penalty="l2", multi_class="auto", solver="lbfgs"): minimises
 *   C sum_i w_i loss_i + 1/2 |coef|^2, the intercept unpenalised, binary loss for two classes, multinomial
 * for more. The objective is the same; on purpose different is how it is minimised: in centred, scaled and,
 * while they are few, decorrelated columns, which leaves the minimum where it is and takes far fewer steps,
 * from the class shares, and `tol` bounds the gradient of the mean loss in those columns.
 */
#include "ops/operator.h"

#include <math.h>
#include <string.h>

#include "linalg/lbfgs.h"
#include "linalg/linalg.h"
#include "ops/shared/proba.h"

enum { C_INVERSE, FIT_INTERCEPT, CLASS_WEIGHT, MAX_ITER, TOL, N_PARAMS };

/* Rows of one step of an evaluation: they are read for the scores and again, from the cache, for the
 * gradient. */
enum { BLOCK_BYTES = 1 << 18, BLOCK_MIN = 64, BLOCK_MAX = 2048, PREDICT_BLOCK = 512 };

/* Columns are decorrelated if there are at most so many, by a sample of so many rows for each of them: then
 * the curvature is the same in all directions to a factor of about two. */
enum { DECORRELATE_MOST = 256, SAMPLE_ROWS = 32, SAMPLE_PARTS = 8 };

/* Factors 1 + exp(-|z|), each at most 2, whose product is far from overflow. */
enum { FACTORS = 512 };

struct state {
    double *coef;      /* p x width, those of one column together */
    double *intercept; /* width: 1 for two classes, else k */
};

static const char *const class_weights[] = {"none", "balanced", NULL};

static const struct param_spec specs[] = {
    [C_INVERSE] = {.key = "C",
        .type = PARAM_REAL,
        .flags = PARAM_LOG | PARAM_SEARCH | PARAM_OPEN_MIN,
        .min = 0,
        .max = 1e12,
        .def = 1,
        .search_min = 1e-4,
        .search_max = 1e4,
        .help = "inverse of the strength of the L2 penalty"},
    [FIT_INTERCEPT] = {.key = "fit_intercept",
        .type = PARAM_BOOL,
        .def = 1,
        .help = "whether to learn a constant term"},
    [CLASS_WEIGHT] = {.key = "class_weight",
        .type = PARAM_CHOICE,
        .flags = PARAM_SEARCH,
        .choices = class_weights,
        .help = "balanced: every class has the same total weight"},
    [MAX_ITER] = {.key = "max_iter",
        .type = PARAM_INT,
        .min = 1,
        .max = 100000,
        .def = 300,
        .help = "most iterations; the best point so far is kept"},
    [TOL] = {.key = "tol",
        .type = PARAM_REAL,
        .flags = PARAM_LOG | PARAM_OPEN_MIN,
        .min = 0,
        .max = 1,
        .def = 1e-6,
        .help = "largest gradient of the mean loss, in scaled columns, at which to stop"},
};

static const struct param_schema schema = {.title = "logistic_regression", .specs = specs, .n = N_PARAMS};

/*
 * The problem in better coordinates: unknowns are u (p values for each of `width` score functions) and then
 * the constants b. With v = L'^-1 u (or v = u) a score is sum_j (x_j - centre_j) / scale_j v_j + b; L L' is
 * the curvature to expect, from the correlations of the columns and the penalty.
 */
struct problem {
    int64_t n;
    int32_t p, k, width;
    const double *x; /* column-major, n rows */
    const int32_t *y;
    double *weight;         /* n, already divided by their sum; NULL: 1 / n each */
    double *centre, *scale; /* p */
    double *factor;         /* p x p: L in the lower triangle; NULL: none */
    bool intercept;
    double lambda; /* of 1/2 lambda |coef|^2 beside the mean loss */
    int64_t block;
    double *a;     /* p x width: unknowns as coefficients of x */
    double *shift; /* width: constants for uncentred x */
    double *z;     /* block x width, column-major */
    double *sums;  /* width: of the residuals */
};

static int32_t width_of(int32_t k)
{
    return k == 2 ? 1 : k;
}

static void estimate(const struct params *p, const struct op_shape *s, struct op_cost *out)
{
    double width = s->k > 2 ? s->k : 1, passes = fmin(30, (double)params_int(p, MAX_ITER));
    *out = (struct op_cost){.fit_flops = passes * s->n * (4 * s->p * width + 30 * width),
        .fit_bytes = passes * 8 * s->n * s->p + 40 * s->n * s->p,
        .apply_flops = 2 * s->p * width + 25 * width,
        .apply_bytes = 8 * s->p + 8 * s->k,
        .memory_bytes = 8 * s->n * (s->p + 1) + 8 * 30 * s->p * width,
        .state_bytes = 8 * (s->p + 1) * width};
}

/* Four sums side by side, then in a fixed order. */
static double squares_about(const double *x, int64_t n, double mean)
{
    double s[4] = {0};
    int64_t i = 0;
    for (; i + 4 <= n; i += 4) {
        for (int32_t l = 0; l < 4; l++)
            s[l] += (x[i + l] - mean) * (x[i + l] - mean);
    }
    for (; i < n; i++)
        s[0] += (x[i] - mean) * (x[i] - mean);
    return (s[0] + s[1]) + (s[2] + s[3]);
}

/* Mean and standard deviation of every column, so that the curvature is alike in all directions. */
static automl_status scale_columns(struct problem *q, automl_error *err)
{
    for (int32_t j = 0; j < q->p; j++) {
        const double *x = q->x + (int64_t)j * q->n;
        double mean = q->intercept ? la_sum(q->n, x) / (double)q->n : 0;
        double squares = squares_about(x, q->n, mean);
        if (!isfinite(squares))
            return error_set(err, AUTOML_E_NUMERIC,
                "column %d of the input is too large for logistic_regression; scale it first", (int)j);
        q->centre[j] = mean;
        q->scale[j] = squares > 0 ? sqrt(squares / (double)q->n) : 1;
    }
    return AUTOML_OK;
}

/* Adds the products of the sampled rows: parts of the table at even distances. */
static int64_t sample_gram(const struct problem *q, double *part, double *gram)
{
    int64_t rows = (int64_t)SAMPLE_ROWS * q->p < q->n ? (int64_t)SAMPLE_ROWS * q->p : q->n;
    int64_t each = (rows + SAMPLE_PARTS - 1) / SAMPLE_PARTS, used = 0;
    for (int64_t s = 0; s < SAMPLE_PARTS; s++) {
        int64_t begin = s * (q->n / SAMPLE_PARTS), m = q->n - begin < each ? q->n - begin : each;
        la_gram(m, q->p, q->x + begin, q->n, part, q->p);
        la_axpy((int64_t)q->p * q->p, 1, part, gram);
        used += m;
    }
    return used;
}

/* gram := its Cholesky factor as the curvature to expect of two equally likely classes; false: it is not one.
 */
static bool factor_curvature(const struct problem *q, double *gram, int64_t rows)
{
    const double curvature = 0.25;
    for (int32_t j = 0; j < q->p; j++) {
        for (int32_t i = 0; i < q->p; i++) {
            double *c = &gram[(int64_t)j * q->p + i];
            *c = curvature * (*c / (double)rows - q->centre[i] * q->centre[j]) / (q->scale[i] * q->scale[j]);
        }
        double *own = &gram[(int64_t)j * q->p + j];
        *own += 1e-3 * curvature + q->lambda / (q->scale[j] * q->scale[j]);
    }
    return la_cholesky(q->p, gram, q->p, NULL) >= 0;
}

/* Sets q->factor, for two classes, unless the columns are many or their products are not finite. With more
 * classes each has a curvature of its own, and one common factor was seen to cost steps. */
static automl_status decorrelate(struct problem *q, struct mem *m, automl_error *err)
{
    size_t cells = (size_t)q->p * (size_t)q->p;
    if (q->k > 2 || q->p > DECORRELATE_MOST || q->p < 2 || q->n < SAMPLE_PARTS)
        return AUTOML_OK;
    double *part = NEW_ARRAY(m, cells, double), *gram = NEW_ZEROS(m, cells, double);
    if (!part || !gram) {
        mem_free(m, part);
        mem_free(m, gram);
        return error_memory(err);
    }
    if (factor_curvature(q, gram, sample_gram(q, part, gram))) {
        q->factor = gram;
        gram = NULL;
    }
    mem_free(m, part);
    mem_free(m, gram);
    return AUTOML_OK;
}

/* x := L^-1 x */
static void solve_lower(const double *l, int32_t p, double *x)
{
    for (int32_t j = 0; j < p; j++) {
        const double *column = l + (int64_t)j * p;
        x[j] /= column[j];
        la_axpy(p - j - 1, -x[j], column + j + 1, x + j + 1);
    }
}

/* x := L'^-1 x */
static void solve_upper(const double *l, int32_t p, double *x)
{
    for (int32_t j = p - 1; j >= 0; j--) {
        const double *column = l + (int64_t)j * p;
        x[j] = (x[j] - la_dot(p - j - 1, column + j + 1, x + j + 1)) / column[j];
    }
}

/* The unknowns as coefficients and constants for the columns as they are. */
static void unscale(const struct problem *q, const double *u, double *coef, double *constant)
{
    for (int32_t c = 0; c < q->width; c++) {
        double *a = coef + (int64_t)c * q->p;
        memcpy(a, u + (int64_t)c * q->p, (size_t)q->p * sizeof(double));
        if (q->factor)
            solve_upper(q->factor, q->p, a);
        constant[c] = q->intercept ? u[(int64_t)q->width * q->p + c] : 0;
        for (int32_t j = 0; j < q->p; j++) {
            a[j] /= q->scale[j];
            constant[c] -= a[j] * q->centre[j];
        }
    }
}

static inline double row_weight(const struct problem *q, int64_t i)
{
    return q->weight ? q->weight[i] : 1 / (double)q->n;
}

/* Scores of rows [begin, begin + m) become residuals; returns their loss. Two classes. */
static double binary_residuals(struct problem *q, int64_t begin, int64_t m)
{
    double loss = 0;
    for (int64_t i = 0; i < m; i++) {
        double z = q->z[i], e = exp(-fabs(z)), w = q->weight[begin + i];
        double one = z >= 0 ? 1 / (1 + e) : e / (1 + e);
        int32_t y = q->y[begin + i];
        double against = y ? -z : z; /* the score of the other class */
        loss += w * (log1p(e) + (against > 0 ? against : 0));
        q->z[i] = w * (one - y);
    }
    return loss;
}

/* The same for equal weights: one logarithm for the product of many factors. */
static double plain_residuals(struct problem *q, int64_t begin, int64_t m)
{
    double loss = 0, w = 1 / (double)q->n;
    for (int64_t from = 0; from < m; from += FACTORS) {
        int64_t to = from + FACTORS < m ? from + FACTORS : m;
        double product = 1;
        for (int64_t i = from; i < to; i++) {
            double z = q->z[i], e = exp(-fabs(z)), inverse = 1 / (1 + e);
            int32_t y = q->y[begin + i];
            double against = y ? -z : z;
            product *= 1 + e;
            loss += against > 0 ? against : 0;
            q->z[i] = w * ((z >= 0 ? inverse : e * inverse) - y);
        }
        loss += log(product);
    }
    return loss * w;
}

static double multinomial_residuals(struct problem *q, int64_t begin, int64_t m)
{
    double loss = 0;
    for (int64_t i = 0; i < m; i++) {
        double top = -INFINITY, sum = 0, w = row_weight(q, begin + i);
        for (int32_t c = 0; c < q->k; c++)
            top = fmax(top, q->z[c * q->block + i]);
        double own = q->z[q->y[begin + i] * q->block + i] - top;
        for (int32_t c = 0; c < q->k; c++) {
            double *z = &q->z[c * q->block + i];
            *z = exp(*z - top);
            sum += *z;
        }
        for (int32_t c = 0; c < q->k; c++)
            q->z[c * q->block + i] *= w / sum;
        q->z[q->y[begin + i] * q->block + i] -= w;
        loss += w * (log(sum) - own);
    }
    return loss;
}

/* z := x a + shift for a block of rows. */
static void block_scores(struct problem *q, int64_t begin, int64_t m)
{
    for (int32_t c = 0; c < q->width; c++) {
        for (int64_t i = 0; i < m; i++)
            q->z[c * q->block + i] = q->shift[c];
    }
    if (q->width == 1)
        la_gemv(LA_N, m, q->p, 1, q->x + begin, q->n, q->a, 1, q->z);
    else
        la_gemm(LA_N, LA_N, m, q->width, q->p, 1, q->x + begin, q->n, q->a, q->p, 1, q->z, q->block);
}

/* g += x' z and sums += 1' z for a block of rows. */
static void block_gradient(struct problem *q, int64_t begin, int64_t m, double *g)
{
    if (q->width == 1)
        la_gemv(LA_T, m, q->p, 1, q->x + begin, q->n, q->z, 1, g);
    else
        la_gemm(LA_T, LA_N, q->p, q->width, m, 1, q->x + begin, q->n, q->z, q->block, 1, g, q->p);
    for (int32_t c = 0; c < q->width; c++)
        q->sums[c] += la_sum(m, q->z + c * q->block);
}

/* Gradient in coefficients of x (which are in q->a) -> in the unknowns; adds the penalty to it and returns
 * the penalty. */
static double finish_gradient(const struct problem *q, double *g)
{
    double penalty = 0;
    for (int32_t c = 0; c < q->width; c++) {
        double *own = g + (int64_t)c * q->p;
        const double *coef = q->a + (int64_t)c * q->p;
        for (int32_t j = 0; j < q->p; j++) {
            penalty += coef[j] * coef[j];
            own[j] = (own[j] - q->centre[j] * q->sums[c] + q->lambda * coef[j]) / q->scale[j];
        }
        if (q->factor)
            solve_lower(q->factor, q->p, own);
        if (q->intercept)
            g[(int64_t)q->width * q->p + c] = q->sums[c];
    }
    return q->lambda / 2 * penalty;
}

static double residuals(struct problem *q, int64_t begin, int64_t m)
{
    if (q->k > 2)
        return multinomial_residuals(q, begin, m);
    return q->weight ? binary_residuals(q, begin, m) : plain_residuals(q, begin, m);
}

static double value(void *user, const double *u, double *g)
{
    struct problem *q = user;
    double loss = 0;
    unscale(q, u, q->a, q->shift);
    memset(g, 0, (size_t)q->width * (size_t)q->p * sizeof(double));
    memset(q->sums, 0, (size_t)q->width * sizeof(double));
    for (int64_t begin = 0; begin < q->n; begin += q->block) {
        int64_t m = begin + q->block < q->n ? q->block : q->n - begin;
        block_scores(q, begin, m);
        loss += residuals(q, begin, m);
        block_gradient(q, begin, m, g);
    }
    return loss + finish_gradient(q, g);
}

/* Weight of each class by scikit-learn's "balanced": n / (classes that occur * rows of the class). */
static void balance_classes(const struct op_fit *in, double *of_class)
{
    double occur = 0;
    for (int64_t i = 0; i < in->x->n_rows; i++)
        of_class[in->y[i]]++;
    for (int32_t c = 0; c < in->n_classes; c++)
        occur += of_class[c] > 0;
    for (int32_t c = 0; c < in->n_classes; c++)
        of_class[c] = of_class[c] > 0 ? (double)in->x->n_rows / (occur * of_class[c]) : 0;
}

/* Row weights with a sum of 1, and lambda, which is 1 / C beside weights with their own sum. */
static automl_status weigh_rows(
    struct problem *q, const struct op *op, const struct op_fit *in, automl_error *err)
{
    double inverse = params_real(op->params, C_INVERSE), total = (double)q->n;
    bool balanced = params_choice(op->params, CLASS_WEIGHT) == 1;
    if (in->w || balanced) {
        double *of_class = NEW_ZEROS(in->mem, q->k, double);
        q->weight = NEW_ARRAY(in->mem, q->n, double);
        if (!of_class || !q->weight) {
            mem_free(in->mem, of_class);
            return error_memory(err);
        }
        if (balanced)
            balance_classes(in, of_class);
        total = 0;
        for (int64_t i = 0; i < q->n; i++) {
            q->weight[i] = (in->w ? in->w[i] : 1) * (balanced ? of_class[in->y[i]] : 1);
            total += q->weight[i];
        }
        for (int64_t i = 0; i < q->n; i++)
            q->weight[i] /= total;
        mem_free(in->mem, of_class);
    }
    q->lambda = 1 / (inverse * total);
    return AUTOML_OK;
}

/* Constants that give the class shares; half a row for a class that does not occur. Their sum is 0. */
static void start(const struct problem *q, double *u)
{
    double *b = u + (int64_t)q->width * q->p, mean = 0, half = 0.5 / (double)q->n;
    memset(u, 0, (size_t)q->width * (size_t)(q->p + 1) * sizeof(double));
    if (!q->intercept)
        return;
    memset(q->sums, 0, (size_t)q->width * sizeof(double));
    for (int64_t i = 0; i < q->n; i++) {
        if (q->k > 2 || q->y[i])
            q->sums[q->k == 2 ? 0 : q->y[i]] += row_weight(q, i);
    }
    if (q->k == 2) {
        b[0] = log((q->sums[0] + half) / (1 - q->sums[0] + half));
        return;
    }
    for (int32_t c = 0; c < q->k; c++) {
        b[c] = log(q->sums[c] + half);
        mean += b[c] / q->k;
    }
    for (int32_t c = 0; c < q->k; c++)
        b[c] -= mean;
}

static bool allocate(struct problem *q, struct mem *m)
{
    size_t cells = (size_t)q->p * (size_t)q->width;
    int64_t rows = BLOCK_BYTES / (8 * (int64_t)q->p);
    q->block = rows < BLOCK_MIN ? BLOCK_MIN : rows > BLOCK_MAX ? BLOCK_MAX : rows;
    q->centre = NEW_ARRAY(m, q->p, double);
    q->scale = NEW_ARRAY(m, q->p, double);
    q->a = NEW_ARRAY(m, cells, double);
    q->shift = NEW_ARRAY(m, q->width, double);
    q->z = NEW_ARRAY(m, (size_t)q->block * (size_t)q->width, double);
    q->sums = NEW_ARRAY(m, q->width, double);
    return q->centre && q->scale && q->a && q->shift && q->z && q->sums;
}

static void release(struct problem *q, struct mem *m)
{
    mem_free(m, q->weight);
    mem_free(m, q->centre);
    mem_free(m, q->scale);
    mem_free(m, q->factor);
    mem_free(m, q->a);
    mem_free(m, q->shift);
    mem_free(m, q->z);
    mem_free(m, q->sums);
}

static automl_status minimize(
    struct problem *q, const struct op *op, const struct op_fit *in, double *u, automl_error *err)
{
    struct lbfgs_problem l = {.n = (int64_t)q->width * (q->p + q->intercept),
        .value = value,
        .user = q,
        .tolerance = params_real(op->params, TOL),
        .max_iterations = (int32_t)params_int(op->params, MAX_ITER),
        .history = 10,
        .stop = in->stop};
    struct lbfgs_result result;
    TRY(weigh_rows(q, op, in, err));
    TRY(scale_columns(q, err));
    TRY(decorrelate(q, in->mem, err));
    start(q, u);
    return lbfgs_minimize(in->mem, &l, u, &result, err);
}

/* Coefficients into the state, those of a column together. */
static void keep_result(const struct problem *q, const double *u, struct state *s)
{
    unscale(q, u, q->a, s->intercept);
    for (int32_t c = 0; c < q->width; c++) {
        for (int32_t j = 0; j < q->p; j++)
            s->coef[(int64_t)j * q->width + c] = q->a[(int64_t)c * q->p + j];
    }
}

static automl_status fit(struct op *op, const struct op_fit *in, automl_error *err)
{
    struct state *s = op->state;
    struct block *keep = NULL;
    automl_status status = AUTOML_OK;
    struct problem q = {.n = in->x->n_rows,
        .p = in->x->n_cols,
        .k = in->n_classes,
        .width = width_of(in->n_classes),
        .y = in->y,
        .intercept = params_bool(op->params, FIT_INTERCEPT)};
    double *u = NEW_ARRAY(in->mem, (size_t)q.width * (size_t)(q.p + 1), double);
    s->coef = NEW_ZEROS(op->mem, (size_t)q.width * (size_t)q.p, double);
    s->intercept = NEW_ZEROS(op->mem, q.width, double);
    q.x = frame_matrix(in->x, &keep);
    if (!u || !s->coef || !s->intercept || !q.x || !allocate(&q, in->mem)) {
        status = error_memory(err);
        goto done;
    }
    TRY_DONE(minimize(&q, op, in, u, err));
    keep_result(&q, u, s);
    op->n_out = in->n_classes;
done:
    release(&q, in->mem);
    mem_free(in->mem, u);
    block_unref(keep);
    return status;
}

/* Scores of one row (width values) -> k probabilities in place. */
static void finish_row(int32_t k, double *z)
{
    if (k > 2) {
        proba_softmax(z, k);
        return;
    }
    z[1] = proba_sigmoid(z[0]);
    z[0] = 1 - z[1];
}

static void apply_row(const struct op *op, const double *in, double *out, double *scratch)
{
    (void)scratch;
    const struct state *s = op->state;
    int32_t width = width_of(op->n_classes);
    for (int32_t c = 0; c < width; c++)
        out[c] = s->intercept[c];
    for (int32_t j = 0; j < op->n_in; j++) {
        for (int32_t c = 0; c < width; c++)
            out[c] += in[j] * s->coef[(int64_t)j * width + c];
    }
    finish_row(op->n_classes, out);
}

static void predict_block(const struct op *op, struct frame *x, int64_t begin, int64_t end, double *proba)
{
    const struct state *s = op->state;
    int32_t k = op->n_classes, width = width_of(k);
    double values[PREDICT_BLOCK];
    for (int64_t i = 0; i < end - begin; i++) {
        for (int32_t c = 0; c < width; c++)
            proba[i * k + c] = s->intercept[c];
    }
    for (int32_t j = 0; j < op->n_in; j++) {
        const double *coef = s->coef + (int64_t)j * width;
        frame_gather(x, j, begin, end, values);
        for (int64_t i = 0; i < end - begin; i++) {
            for (int32_t c = 0; c < width; c++)
                proba[i * k + c] += values[i] * coef[c];
        }
    }
    for (int64_t i = 0; i < end - begin; i++)
        finish_row(k, proba + i * k);
}

static automl_status predict_proba(const struct op *op, struct frame *x, struct mem *mem,
    const struct stop *stop, double *proba, automl_error *err)
{
    (void)mem;
    for (int64_t begin = 0; begin < x->n_rows; begin += PREDICT_BLOCK) {
        int64_t end = begin + PREDICT_BLOCK < x->n_rows ? begin + PREDICT_BLOCK : x->n_rows;
        TRY(stop_status(stop, err));
        predict_block(op, x, begin, end, proba + begin * op->n_classes);
    }
    return AUTOML_OK;
}

static void save(const struct op *op, struct writer *w)
{
    const struct state *s = op->state;
    int32_t width = width_of(op->n_classes);
    write_f64s(w, s->coef, (int64_t)op->n_in * width);
    write_f64s(w, s->intercept, width);
}

static automl_status load(struct op *op, struct reader *r, automl_error *err)
{
    struct state *s = op->state;
    int32_t width = width_of(op->n_classes);
    int64_t n = 0;
    s->coef = read_f64s(r, (int64_t)op->n_in * width, &n);
    s->intercept = read_f64s(r, width, &n);
    return reader_status(r, err);
}

static void clear(struct op *op)
{
    struct state *s = op->state;
    mem_free(op->mem, s->coef);
    mem_free(op->mem, s->intercept);
    *s = (struct state){0};
}

/* Sum of |coefficient| over the score functions. */
static void importance(const struct op *op, double *out)
{
    const struct state *s = op->state;
    int32_t width = width_of(op->n_classes);
    for (int32_t j = 0; j < op->n_in; j++) {
        out[j] = 0;
        for (int32_t c = 0; c < width; c++)
            out[j] += fabs(s->coef[(int64_t)j * width + c]);
    }
}

const struct op_class op_logistic_regression = {
    .name = "logistic_regression",
    .summary = "Linear scores with a logistic or multinomial loss and an L2 penalty",
    .kind = OP_CLASSIFIER,
    .traits = OP_NEEDS_SCALING | OP_USES_TARGET | OP_MULTICLASS,
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
    .importance = importance,
};
