/*
 * pca.c - principal component analysis: rotates centred columns to the directions of largest variance.
 *
 * scikit-learn's PCA with svd_solver = "full", by eigenvectors: of the p x p scatter matrix, or of the n x n
 * matrix of inner products when there are fewer rows than columns. Its sign convention (svd_flip on U): the
 * row with the largest absolute score on a component has a positive one. n_components below 1 is the share of
 * variance to reach, as there.
 *
 * Different on purpose: directions without variance (beyond the rank of the data) are completed to an
 * orthonormal set, with their largest coefficient positive, and whiten to 0, not to amplified rounding
 * errors.
 */
#include "ops/operator.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "linalg/linalg.h"
#include "ops/shared/column.h"
#include "ops/shared/moments.h"

enum { N_COMPONENTS, WHITEN, N_SPECS };

static const struct param_spec specs[N_SPECS] = {
    [N_COMPONENTS] = {.key = "n_components",
        .type = PARAM_REAL,
        .flags = PARAM_SEARCH | PARAM_NULLABLE | PARAM_OPEN_MIN,
        .min = 0,
        .max = 2147483647.0,
        .search_min = 0.5,
        .search_max = 0.999,
        .help = "below 1: share of variance to keep; else number of components; null: all"},
    [WHITEN] = {.key = "whiten",
        .type = PARAM_BOOL,
        .def = 0,
        .help = "scale the components to unit variance"},
};

static const struct param_schema schema = {.title = "pca", .specs = specs, .n = N_SPECS};

/* Rows and components of the innermost tile of the projection. */
enum { TILE_ROWS = 4, TILE = 4 };

/* Rows centred at a time, whole tiles. PAD keeps the columns of a block from falling into the same sets of
 * the cache. */
enum { LEAST_ROWS = 512, MOST_ROWS = 2048, BLOCK_CELLS = 1 << 16, PAD = 8 };

/* Lowered by gcc and clang to what the target has; the bits do not depend on it. */
typedef double vec __attribute__((vector_size(16)));
enum { LANES = 2 };

struct state {
    double *mean;       /* n_in */
    double *components; /* n_out x n_in, row-major */
    double *variance;   /* n_out: explained variance, descending; 0 beyond the rank */
};

/* The decomposition while it is made. */
struct spectrum {
    int64_t n, p;
    int64_t rank_max; /* min(n, p): number of eigenvalues that can count */
    double *vectors;  /* eigenvectors in columns, eigenvalues ascending: order x order */
    double *values;   /* order */
    int64_t order;    /* p, or n with fewer rows than columns */
    double *rows; /* the centred data with fewer rows than columns: p x n, a column for each row; else NULL */
};

/* As many as stay in the second-level cache: long runs of each column read faster from memory. */
static int64_t block_rows(int64_t p)
{
    int64_t rows = MOST_ROWS;
    while (rows > LEAST_ROWS && rows * p > BLOCK_CELLS)
        rows /= 2;
    return rows;
}

/* From one column of a block to the next. */
static int64_t block_stride(int64_t p)
{
    return block_rows(p) + PAD;
}

/* Rows [begin, begin + n) of x, centred, column by column. */
static void centre(const struct frame *x, const double *mean, int64_t begin, int64_t n, double *out)
{
    double scratch[MOST_ROWS];
    int64_t stride = block_stride(x->n_cols);
    for (int32_t j = 0; j < x->n_cols; j++) {
        const double *v = column_block(x, j, begin, begin + n, scratch);
        for (int64_t i = 0; i < n; i++)
            out[j * stride + i] = v[i] - mean[j];
    }
}

static automl_status learn_means(struct op *op, const struct op_fit *in, automl_error *err)
{
    struct state *s = op->state;
    s->mean = NEW_ARRAY(op->mem, op->n_in, double);
    if (!s->mean)
        return error_memory(err);
    for (int32_t j = 0; j < op->n_in; j++) {
        struct moments m = moments_column(in->x, j, NULL, in->stop);
        TRY(stop_status(in->stop, err));
        if (!isfinite(m.mean) || !isfinite(m.m2))
            return column_not_finite(err, j);
        s->mean[j] = m.mean;
    }
    return AUTOML_OK;
}

/* vectors := the sum over blocks of rows of X'X, X centred. */
static automl_status scatter(
    const struct op *op, const struct op_fit *in, struct spectrum *e, automl_error *err)
{
    const struct state *s = op->state;
    int64_t p = e->p, rows = block_rows(p), stride = block_stride(p);
    double *block = NEW_ARRAY(in->mem, p * stride, double);
    double *part = NEW_ARRAY(in->mem, p * p, double);
    automl_status status = AUTOML_OK;
    if (!block || !part) {
        status = error_memory(err);
        goto done;
    }
    memset(e->vectors, 0, (size_t)(p * p) * sizeof(double));
    for (int64_t begin = 0; begin < e->n; begin += rows) {
        TRY_DONE(stop_status(in->stop, err));
        int64_t n = e->n - begin < rows ? e->n - begin : rows;
        centre(in->x, s->mean, begin, n, block);
        la_gram(n, p, block, stride, part, p);
        la_axpy(p * p, 1, part, e->vectors);
    }
done:
    mem_free(in->mem, block);
    mem_free(in->mem, part);
    return status;
}

/* vectors := XX', and rows := X' for later. */
static automl_status inner_products(
    const struct op *op, const struct op_fit *in, struct spectrum *e, automl_error *err)
{
    const struct state *s = op->state;
    double v[COLUMN_BLOCK];
    e->rows = NEW_ARRAY(in->mem, e->n * e->p, double);
    if (!e->rows)
        return error_memory(err);
    for (int64_t begin = 0; begin < e->n; begin += COLUMN_BLOCK) {
        int64_t n = e->n - begin < COLUMN_BLOCK ? e->n - begin : COLUMN_BLOCK;
        TRY(stop_status(in->stop, err));
        for (int32_t j = 0; j < op->n_in; j++) {
            frame_gather(in->x, j, begin, begin + n, v);
            for (int64_t i = 0; i < n; i++)
                e->rows[(begin + i) * e->p + j] = v[i] - s->mean[j];
        }
    }
    la_gram(e->p, e->n, e->rows, e->p, e->vectors, e->n);
    return stop_status(in->stop, err);
}

static automl_status decompose(
    const struct op *op, const struct op_fit *in, struct spectrum *e, automl_error *err)
{
    e->n = op->n_rows;
    e->p = op->n_in;
    e->rank_max = e->n < e->p ? e->n : e->p;
    e->order = e->rank_max;
    e->vectors = NEW_ARRAY(in->mem, e->order * e->order, double);
    e->values = NEW_ARRAY(in->mem, e->order, double);
    if (!e->vectors || !e->values)
        return error_memory(err);
    if (e->n < e->p)
        TRY(inner_products(op, in, e, err));
    else
        TRY(scatter(op, in, e, err));
    TRY(la_eigen_symmetric(in->mem, e->order, e->vectors, e->order, e->values, err));
    /* Rounding leaves noise of this size where the data has no variance. */
    double noise = fmax(e->values[e->order - 1], 0) * (double)e->order * 8 * DBL_EPSILON;
    for (int64_t i = 0; i < e->order; i++)
        e->values[i] = e->values[i] > noise ? e->values[i] : 0;
    return AUTOML_OK;
}

/* How many components the settings ask for. */
static automl_status count_components(
    const struct op *op, const struct spectrum *e, int32_t *out, automl_error *err)
{
    double asked =
        params_is_set(op->params, N_COMPONENTS) ? params_real(op->params, N_COMPONENTS) : (double)e->rank_max;
    if (asked >= 1) {
        if (asked != floor(asked))
            return error_set(err, AUTOML_E_RANGE, "n_components must be below 1 or a whole number");
        if (asked > (double)e->rank_max)
            return error_set(err, AUTOML_E_CONFLICT,
                "n_components is %lld, but %lld rows and %lld columns allow at most %lld", (long long)asked,
                (long long)e->n, (long long)e->p, (long long)e->rank_max);
        *out = (int32_t)asked;
        return AUTOML_OK;
    }
    double all = 0, sum = 0;
    for (int64_t i = e->order - 1; i >= 0; i--)
        all += e->values[i];
    int64_t k = 0;
    while (k < e->rank_max && !(k > 0 && sum / all > asked))
        sum += e->values[e->order - 1 - k++];
    *out = all > 0 ? (int32_t)k : 1;
    return AUTOML_OK;
}

static void flip(double *v, int64_t n)
{
    for (int64_t j = 0; j < n; j++)
        v[j] = -v[j];
}

/* The entry of largest absolute value, the first at a tie. */
static double extreme(const double *v, int64_t n)
{
    double best = 0;
    for (int64_t i = 0; i < n; i++)
        best = fabs(v[i]) > fabs(best) ? v[i] : best;
    return best;
}

/* Makes component k of length one and orthogonal to those before it, from the first unit vector that is not
 * in their span (twice, as one pass leaves rounding errors). */
static void complete(double *components, int64_t k, int64_t p)
{
    double *v = components + k * p, norm = 0;
    for (int64_t unit = 0; unit < p && norm < 0.5 / sqrt((double)p); unit++) {
        memset(v, 0, (size_t)p * sizeof *v);
        v[unit] = 1;
        for (int pass = 0; pass < 2; pass++)
            for (int64_t i = 0; i < k; i++)
                la_axpy(p, -la_dot(p, v, components + i * p), components + i * p, v);
        norm = la_norm2(p, v);
    }
    la_scale(p, 1 / norm, v);
    if (extreme(v, p) < 0)
        flip(v, p);
}

/* With fewer rows than columns: component = X'u, normalised; the signs come from u. */
static void components_from_rows(const struct spectrum *e, int32_t k, double *components)
{
    for (int32_t c = 0; c < k; c++) {
        int64_t at = e->order - 1 - c;
        const double *u = e->vectors + at * e->order;
        double *v = components + c * e->p;
        if (e->values[at] > 0) {
            la_gemv(LA_N, e->p, e->n, 1, e->rows, e->p, u, 0, v);
            la_scale(e->p, (extreme(u, e->n) < 0 ? -1 : 1) / la_norm2(e->p, v), v);
        } else {
            complete(components, c, e->p);
        }
    }
}

/* Puts the largest score of every component of n rows into best. scores: a column for each component. */
static void track_extremes(const double *scores, int64_t stride, int64_t n, int32_t k, double *best)
{
    for (int32_t c = 0; c < k; c++) {
        double here = extreme(scores + c * stride, n);
        best[c] = fabs(here) > fabs(best[c]) ? here : best[c];
    }
}

/* The eigenvectors are the components; a pass over the rows finds the sign of each. */
static automl_status components_from_columns(const struct op *op, const struct op_fit *in,
    const struct spectrum *e, int32_t k, double *components, automl_error *err)
{
    const struct state *s = op->state;
    int64_t rows = block_rows(e->p), stride = block_stride(e->p);
    double *block = NEW_ARRAY(in->mem, e->p * stride, double);
    double *scores = NEW_ARRAY(in->mem, k * stride, double);
    double *best = NEW_ZEROS(in->mem, k, double);
    automl_status status = AUTOML_OK;
    if (!block || !scores || !best) {
        status = error_memory(err);
        goto done;
    }
    for (int32_t c = 0; c < k; c++)
        memcpy(components + c * e->p, e->vectors + (e->order - 1 - c) * e->p, (size_t)e->p * sizeof(double));
    for (int64_t begin = 0; begin < e->n; begin += rows) {
        TRY_DONE(stop_status(in->stop, err));
        int64_t n = e->n - begin < rows ? e->n - begin : rows;
        centre(in->x, s->mean, begin, n, block);
        la_gemm(LA_N, LA_N, n, k, e->p, 1, block, stride, components, e->p, 0, scores, stride);
        track_extremes(scores, stride, n, k, best);
    }
    for (int32_t c = 0; c < k; c++) {
        double *v = components + c * e->p;
        bool has_variance = e->values[e->order - 1 - c] > 0;
        if ((has_variance ? best[c] : extreme(v, e->p)) < 0)
            flip(v, e->p);
    }
done:
    mem_free(in->mem, block);
    mem_free(in->mem, scores);
    mem_free(in->mem, best);
    return status;
}

static automl_status keep_components(
    struct op *op, const struct op_fit *in, const struct spectrum *e, automl_error *err)
{
    struct state *s = op->state;
    int32_t k = 0;
    TRY(count_components(op, e, &k, err));
    s->components = NEW_ARRAY(op->mem, k * e->p, double);
    s->variance = NEW_ARRAY(op->mem, k, double);
    if (!s->components || !s->variance)
        return error_memory(err);
    for (int32_t c = 0; c < k; c++)
        s->variance[c] = e->values[e->order - 1 - c] / (double)(e->n - 1);
    if (e->rows)
        components_from_rows(e, k, s->components);
    else
        TRY(components_from_columns(op, in, e, k, s->components, err));
    op->n_out = k;
    return AUTOML_OK;
}

static automl_status fit(struct op *op, const struct op_fit *in, automl_error *err)
{
    if (op->n_rows < 2)
        return error_set(err, AUTOML_E_DATA, "one row has no variance; at least two are needed");
    struct spectrum e = {0};
    automl_status status = learn_means(op, in, err);
    if (status >= 0)
        status = decompose(op, in, &e, err);
    if (status >= 0)
        status = keep_components(op, in, &e, err);
    mem_free(in->mem, e.vectors);
    mem_free(in->mem, e.values);
    mem_free(in->mem, e.rows);
    return status;
}

/* A direction without variance becomes 0. */
static inline double whiten(double score, double deviation)
{
    return deviation > 0 ? score / deviation : 0;
}

static inline vec pair(const double *x)
{
    vec v;
    memcpy(&v, x, sizeof v);
    return v;
}

/* Scores of TILE_ROWS rows on four components; each is summed over the columns in order, as apply_row does.
 */
static void project_four(
    const double *x, int64_t stride, const double *v, int64_t p, double out[TILE][TILE_ROWS])
{
    vec a[2] = {{0}}, b[2] = {{0}}, c[2] = {{0}}, d[2] = {{0}};
    for (int64_t j = 0; j < p; j++) {
        vec low = pair(x + j * stride), high = pair(x + j * stride + LANES);
        a[0] += low * v[j];
        a[1] += high * v[j];
        b[0] += low * v[p + j];
        b[1] += high * v[p + j];
        c[0] += low * v[2 * p + j];
        c[1] += high * v[2 * p + j];
        d[0] += low * v[3 * p + j];
        d[1] += high * v[3 * p + j];
    }
    memcpy(out[0], a, sizeof a);
    memcpy(out[1], b, sizeof b);
    memcpy(out[2], c, sizeof c);
    memcpy(out[3], d, sizeof d);
}

static void project_one(const double *x, int64_t stride, const double *v, int64_t p, double out[TILE_ROWS])
{
    vec a[2] = {{0}};
    for (int64_t j = 0; j < p; j++) {
        a[0] += pair(x + j * stride) * v[j];
        a[1] += pair(x + j * stride + LANES) * v[j];
    }
    memcpy(out, a, sizeof a);
}

/* Scores of n centred rows on at most TILE components from c on, into the columns of out, n_rows apart. The
 * block has room for whole tiles of rows; what is computed behind the last row is not used. */
static void project_block(
    const struct op *op, const double *block, int64_t n, int64_t n_rows, int32_t c, double *out)
{
    const struct state *s = op->state;
    int64_t p = op->n_in, tile = op->n_out - c < TILE ? op->n_out - c : TILE, stride = block_stride(p);
    const double *v = s->components + c * p;
    double scores[TILE][TILE_ROWS];
    for (int64_t i = 0; i < n; i += TILE_ROWS) {
        int64_t rows = n - i < TILE_ROWS ? n - i : TILE_ROWS;
        if (tile == TILE)
            project_four(block + i, stride, v, p, scores);
        for (int64_t k = 0; tile < TILE && k < tile; k++)
            project_one(block + i, stride, v + k * p, p, scores[k]);
        for (int64_t k = 0; k < tile; k++)
            memcpy(out + k * n_rows + i, scores[k], (size_t)rows * sizeof(double));
    }
    for (int64_t k = 0; params_bool(op->params, WHITEN) && k < tile; k++)
        for (int64_t i = 0; i < n; i++)
            out[k * n_rows + i] = whiten(out[k * n_rows + i], sqrt(s->variance[c + k]));
}

static automl_status transform(const struct op *op, struct frame *x, struct mem *mem, const struct stop *stop,
    struct frame **out, automl_error *err)
{
    const struct state *s = op->state;
    double *y;
    struct frame *f = frame_dense(mem, x->n_rows, op->n_out, &y);
    double *block = NEW_ZEROS(mem, op->n_in * block_stride(op->n_in), double);
    automl_status status = f && block ? AUTOML_OK : error_memory(err);
    int64_t rows = block_rows(op->n_in);
    for (int64_t begin = 0; status >= 0 && begin < x->n_rows; begin += rows) {
        int64_t n = x->n_rows - begin < rows ? x->n_rows - begin : rows;
        centre(x, s->mean, begin, n, block);
        for (int32_t c = 0; c < op->n_out; c += TILE)
            project_block(op, block, n, x->n_rows, c, y + c * x->n_rows + begin);
        status = stop_status(stop, err);
    }
    mem_free(mem, block);
    if (status < 0)
        frame_unref(f);
    else
        *out = f;
    return status;
}

static int64_t row_scratch(const struct op *op)
{
    return op->n_in;
}

static void apply_row(const struct op *op, const double *in, double *out, double *scratch)
{
    const struct state *s = op->state;
    for (int32_t j = 0; j < op->n_in; j++)
        scratch[j] = in[j] - s->mean[j];
    for (int32_t c = 0; c < op->n_out; c++) {
        const double *v = s->components + (int64_t)c * op->n_in;
        double sum = 0;
        for (int32_t j = 0; j < op->n_in; j++)
            sum += scratch[j] * v[j];
        out[c] = params_bool(op->params, WHITEN) ? whiten(sum, sqrt(s->variance[c])) : sum;
    }
}

static void estimate(const struct params *p, const struct op_shape *s, struct op_cost *out)
{
    double order = fmin(s->n, s->p), k = order;
    if (params_is_set(p, N_COMPONENTS) && params_real(p, N_COMPONENTS) >= 1)
        k = fmin(order, params_real(p, N_COMPONENTS));
    *out = (struct op_cost){
        .fit_flops = 2 * s->n * s->p * (order + k) + 9 * order * order * order,
        .fit_bytes = 24 * s->n * s->p + 16 * order * order,
        .apply_flops = 2 * s->p * k,
        .apply_bytes = 8 * (s->p + k),
        .memory_bytes = 24 * order * order + 8 * (s->p + k) * 2 * MOST_ROWS + 8 * s->p * k +
                        (s->n < s->p ? 8 * s->n * s->p : 0),
        .state_bytes = 8 * (s->p + 1) * (k + 1),
        .out = {.n = s->n, .p = k, .k = s->k},
    };
}

static void save(const struct op *op, struct writer *w)
{
    const struct state *s = op->state;
    write_f64s(w, s->mean, op->n_in);
    write_f64s(w, s->components, (int64_t)op->n_out * op->n_in);
    write_f64s(w, s->variance, op->n_out);
}

static automl_status load(struct op *op, struct reader *r, automl_error *err)
{
    struct state *s = op->state;
    s->mean = read_f64s(r, op->n_in, NULL);
    s->components = read_f64s(r, (int64_t)op->n_out * op->n_in, NULL);
    s->variance = read_f64s(r, op->n_out, NULL);
    TRY(reader_status(r, err));
    bool fine = true;
    for (int32_t j = 0; j < op->n_in; j++)
        fine = fine && isfinite(s->mean[j]);
    for (int64_t i = 0; i < (int64_t)op->n_out * op->n_in; i++)
        fine = fine && fabs(s->components[i]) <= 1.5;
    for (int32_t c = 0; c < op->n_out; c++)
        fine = fine && s->variance[c] >= 0 && isfinite(s->variance[c]);
    if (!fine || op->n_out > op->n_in)
        reader_fail(r);
    return reader_status(r, err);
}

static void clear(struct op *op)
{
    struct state *s = op->state;
    mem_free(op->mem, s->mean);
    mem_free(op->mem, s->components);
    mem_free(op->mem, s->variance);
}

extern const struct op_class op_pca;
const struct op_class op_pca = {
    .name = "pca",
    .summary = "principal component analysis",
    .kind = OP_TRANSFORMER,
    .traits = OP_NEEDS_SCALING,
    .state_format = 1,
    .state_size = sizeof(struct state),
    .params = &schema,
    .estimate = estimate,
    .fit = fit,
    .transform = transform,
    .apply_row = apply_row,
    .row_scratch = row_scratch,
    .save = save,
    .load = load,
    .clear = clear,
};
