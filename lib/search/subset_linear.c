/*
 * subset_linear.c - LDA on cached scatter matrices (search.md of the design: a linear scorer whose cost does
 * not depend on the rows but for scoring).
 *
 * Per fold: design columns of all features on the validation rows, the within-class scatter of the training
 * rows, class means and priors. A subset solves its sub-matrix: p_c ~ pi_c exp(a_c'x - a_c'mu_c / 2), a_c =
 * S^-1 mu_c.
 */
#include <math.h>
#include <string.h>

#include "linalg/linalg.h"
#include "search/subset.h"

/* Added to the unit diagonal of the scatter: keeps collinear subsets solvable without changing others much.
 */
static const double RIDGE = 1e-3;

struct linear_fold {
    double *valid;   /* n_valid x n_columns, column-major */
    double *scatter; /* n_columns x n_columns, within classes, divided by the rows */
    double *means;   /* n_columns x k */
    double *log_prior;
};

struct linear {
    struct subset_scorer base;
    int32_t n_te;
    int32_t te[SUBSET_TARGET_CLASSES]; /* classes whose indicators are averaged */
    int32_t n_columns;
    int32_t *first; /* p + 1: first design column of each feature */
    struct linear_fold *fold;
};

static void linear_free(struct subset_scorer *c)
{
    struct linear *l = (struct linear *)c;
    struct mem *m = c->s->mem;
    for (int32_t f = 0; l->fold != NULL && f < c->s->folds->k; f++) {
        mem_free(m, l->fold[f].valid);
        mem_free(m, l->fold[f].scatter);
        mem_free(m, l->fold[f].means);
        mem_free(m, l->fold[f].log_prior);
    }
    mem_free(m, l->fold);
    mem_free(m, l->first);
    mem_free(m, l);
}

/* For two classes the positive one; else the most frequent ones. */
static void choose_classes(struct linear *l, const double *prior)
{
    int32_t k = l->base.s->n_classes;
    l->n_te = k == 2 ? 1 : k - 1 < SUBSET_TARGET_CLASSES ? k - 1 : SUBSET_TARGET_CLASSES;
    for (int32_t t = 0; t < l->n_te; t++) {
        int32_t best = -1;
        for (int32_t c = 0; c < k; c++) {
            bool used = false;
            for (int32_t u = 0; u < t; u++)
                used = used || l->te[u] == c;
            if (!used && (best < 0 || prior[c] > prior[best]))
                best = c;
        }
        l->te[t] = best;
    }
    if (k == 2)
        l->te[0] = l->base.s->positive >= 0 ? l->base.s->positive : 1;
}

static int32_t group_size(const struct linear *l, const struct frame_col *c)
{
    return (c->kind == FRAME_NUMERIC ? 1 : 0) + l->n_te;
}

/* Mean and scale of a numeric column over its known values. */
static void moments(const struct frame *x, int32_t j, double *out_mean, double *out_scale)
{
    double sum = 0, squares = 0, n = 0;
    for (int64_t i = 0; i < x->n_rows; i++) {
        double v = frame_value(x, j, i);
        if (isnan(v))
            continue;
        sum += v;
        n++;
    }
    double mean = n > 0 ? sum / n : 0;
    for (int64_t i = 0; i < x->n_rows; i++) {
        double v = frame_value(x, j, i);
        squares += isnan(v) ? 0 : (v - mean) * (v - mean);
    }
    double scale = n > 0 ? sqrt(squares / n) : 0;
    *out_mean = mean;
    *out_scale = scale > 0 && isfinite(scale) ? 1 / scale : 0;
}

struct encoding {
    double mean, scale;
    const double *te;
    int32_t n_te;
};

/* Writes feature j's design columns for the rows of x to out (leading dimension n_rows). */
static void encode(const struct frame *x, int32_t j, const struct encoding *e, double *out)
{
    const struct frame_col *c = &x->cols[j];
    int64_t n = x->n_rows;
    if (c->kind == FRAME_NUMERIC) {
        for (int64_t i = 0; i < n; i++) {
            double v = frame_value(x, j, i);
            out[i] = isnan(v) ? 0 : (v - e->mean) * e->scale;
        }
        out += n;
    }
    for (int64_t i = 0; i < n; i++) {
        int32_t level = subset_level(c, i);
        for (int32_t t = 0; t < e->n_te; t++)
            out[t * n + i] = e->te[level * e->n_te + t];
    }
}

/* Target means vary far less than 1: bring them to unit scale with the numbers learned on the training rows.
 */
static void scale_columns(double *train, int64_t n, double *valid, int64_t n_valid, int32_t columns)
{
    for (int32_t j = 0; j < columns; j++) {
        double *a = train + j * n, *b = valid + j * n_valid;
        double mean = la_sum(n, a) / (double)n, squares = 0;
        for (int64_t i = 0; i < n; i++)
            squares += (a[i] - mean) * (a[i] - mean);
        double sd = sqrt(squares / (double)n), scale = sd > 1e-9 ? 1 / sd : 0;
        for (int64_t i = 0; i < n; i++)
            a[i] = (a[i] - mean) * scale;
        for (int64_t i = 0; i < n_valid; i++)
            b[i] = (b[i] - mean) * scale;
    }
}

static automl_status encode_fold(const struct linear *l, const struct eval_fold *fold, const double *prior,
    double *train, double *valid, automl_error *err)
{
    const struct eval_setting *s = l->base.s;
    for (int32_t j = 0; j < s->x->n_cols; j++) {
        int32_t levels = subset_levels(&s->x->cols[j]) + 1;
        double *te = NEW_ARRAY(s->mem, (int64_t)levels * l->n_te, double),
               *weight = NEW_ARRAY(s->mem, levels, double);
        if (te == NULL || weight == NULL) {
            mem_free(s->mem, te);
            mem_free(s->mem, weight);
            return error_memory(err);
        }
        struct encoding e = {.te = te, .n_te = l->n_te};
        if (s->x->cols[j].kind == FRAME_NUMERIC)
            moments(fold->train, j, &e.mean, &e.scale);
        subset_target_means(fold->train, j, fold->y, fold->w, l->te, l->n_te, prior, weight, te);
        encode(fold->train, j, &e, train + l->first[j] * fold->train->n_rows);
        encode(fold->valid, j, &e, valid + l->first[j] * fold->valid->n_rows);
        mem_free(s->mem, te);
        mem_free(s->mem, weight);
    }
    scale_columns(train, fold->train->n_rows, valid, fold->valid->n_rows, l->n_columns);
    return AUTOML_OK;
}

/* Class means, then the Gram matrix of the rows less their class mean, weighted. Destroys `train`. */
static automl_status scatter(const struct linear *l, const struct eval_fold *fold, double *train,
    struct linear_fold *out, automl_error *err)
{
    const struct eval_setting *s = l->base.s;
    int64_t n = fold->train->n_rows;
    int32_t k = s->n_classes;
    double *weight = NEW_ZEROS(s->mem, k, double), total = 0;
    if (weight == NULL)
        return error_memory(err);
    for (int64_t i = 0; i < n; i++)
        weight[fold->y[i]] += fold->w != NULL ? fold->w[i] : 1;
    for (int32_t c = 0; c < k; c++)
        total += weight[c];
    for (int32_t c = 0; c < k; c++)
        out->log_prior[c] = weight[c] > 0 ? log(weight[c] / total) : -1e3;
    for (int32_t j = 0; j < l->n_columns; j++) {
        double *x = train + j * n, *mean = out->means + (int64_t)j * k;
        memset(mean, 0, (size_t)k * sizeof *mean);
        for (int64_t i = 0; i < n; i++)
            mean[fold->y[i]] += (fold->w != NULL ? fold->w[i] : 1) * x[i];
        for (int32_t c = 0; c < k; c++)
            mean[c] = weight[c] > 0 ? mean[c] / weight[c] : 0;
        for (int64_t i = 0; i < n; i++)
            x[i] = (x[i] - mean[fold->y[i]]) * (fold->w != NULL ? sqrt(fold->w[i]) : 1);
    }
    la_gram(n, l->n_columns, train, n, out->scatter, l->n_columns);
    la_scale((int64_t)l->n_columns * l->n_columns, total > 0 ? 1 / total : 0, out->scatter);
    mem_free(s->mem, weight);
    return AUTOML_OK;
}

static automl_status fold_create(const struct linear *l, const struct eval_fold *fold, const double *prior,
    struct linear_fold *out, automl_error *err)
{
    struct mem *m = l->base.s->mem;
    int64_t c = l->n_columns;
    double *train = NEW_ARRAY(m, fold->train->n_rows * c, double);
    out->valid = NEW_ARRAY(m, fold->valid->n_rows * c, double);
    out->scatter = NEW_ARRAY(m, c * c, double);
    out->means = NEW_ARRAY(m, c * l->base.s->n_classes, double);
    out->log_prior = NEW_ARRAY(m, l->base.s->n_classes, double);
    bool ready = train != NULL && out->valid != NULL && out->scatter != NULL && out->means != NULL &&
                 out->log_prior != NULL;
    automl_status status = ready ? encode_fold(l, fold, prior, train, out->valid, err) : error_memory(err);
    if (status >= 0)
        status = scatter(l, fold, train, out, err);
    mem_free(m, train);
    return status;
}

/* The subset's discriminants: a (m x k) and b (k). */
static automl_status discriminants(const struct linear *l, const struct linear_fold *f, const int32_t *cols,
    int32_t m, double *s, double *a, double *b, automl_error *err)
{
    int32_t k = l->base.s->n_classes;
    for (int32_t i = 0; i < m; i++) {
        for (int32_t j = 0; j < m; j++)
            s[i * m + j] = f->scatter[(int64_t)cols[i] * l->n_columns + cols[j]];
        s[i * m + i] += RIDGE;
    }
    TRY(la_cholesky(m, s, m, err));
    for (int32_t c = 0; c < k; c++) {
        double *ac = a + (int64_t)c * m, half = 0;
        for (int32_t i = 0; i < m; i++)
            ac[i] = f->means[(int64_t)cols[i] * k + c];
        la_cholesky_solve(m, s, m, ac);
        for (int32_t i = 0; i < m; i++)
            half += ac[i] * f->means[(int64_t)cols[i] * k + c];
        b[c] = f->log_prior[c] - half / 2;
    }
    return AUTOML_OK;
}

static void softmax_row(double *z, int32_t k, float *out)
{
    double most = z[0], sum = 0;
    for (int32_t c = 1; c < k; c++)
        most = fmax(most, z[c]);
    for (int32_t c = 0; c < k; c++)
        sum += z[c] = exp(z[c] - most);
    for (int32_t c = 0; c < k; c++)
        out[c] = (float)(z[c] / sum);
}

/* z: n_valid x k scratch, column-major. */
static void score_rows(const struct linear *l, int32_t fold, const int32_t *cols, int32_t m, const double *a,
    const double *b, double *z, double *row, float *oof)
{
    const struct eval_fold *e = &l->base.s->fold[fold];
    int64_t n = e->valid->n_rows;
    int32_t k = l->base.s->n_classes;
    for (int32_t c = 0; c < k; c++) {
        double *zc = z + c * n;
        for (int64_t i = 0; i < n; i++)
            zc[i] = b[c];
        for (int32_t j = 0; j < m; j++)
            la_axpy(n, a[(int64_t)c * m + j], l->fold[fold].valid + cols[j] * n, zc);
    }
    for (int64_t i = 0; i < n; i++) {
        for (int32_t c = 0; c < k; c++)
            row[c] = z[c * n + i];
        softmax_row(row, k, oof + (int64_t)e->valid_rows[i] * k);
    }
}

static int64_t largest_fold(const struct eval_setting *s)
{
    int64_t most = 0;
    for (int32_t f = 0; f < s->folds->k; f++)
        most = s->fold[f].valid->n_rows > most ? s->fold[f].valid->n_rows : most;
    return most;
}

/* work: m x m for the factor, the discriminants, a row of probabilities and a fold of scores. */
static automl_status predict_folds(const struct linear *l, const int32_t *cols, int32_t m, double *work,
    const struct stop *stop, float *oof, automl_error *err)
{
    int32_t k = l->base.s->n_classes;
    double *a = work + (int64_t)m * m, *b = a + (int64_t)m * k, *row = b + k, *z = row + k;
    for (int32_t f = 0; f < l->base.s->folds->k; f++) {
        TRY(stop_status(stop, err));
        TRY(discriminants(l, &l->fold[f], cols, m, work, a, b, err));
        score_rows(l, f, cols, m, a, b, z, row, oof);
    }
    return AUTOML_OK;
}

static automl_status linear_predict(const struct subset_scorer *base, const int32_t *features, int32_t n,
    const struct stop *stop, float *oof, automl_error *err)
{
    const struct linear *l = (const struct linear *)(const void *)base;
    struct mem *mem = base->s->mem;
    int32_t k = base->s->n_classes, m = 0;
    for (int32_t i = 0; i < n; i++)
        m += l->first[features[i] + 1] - l->first[features[i]];
    int32_t *cols = NEW_ARRAY(mem, m, int32_t);
    double *work =
        NEW_ARRAY(mem, (int64_t)m * m + (int64_t)m * k + 2 * k + largest_fold(base->s) * k, double);
    automl_status status = cols != NULL && work != NULL ? AUTOML_OK : error_memory(err);
    for (int32_t i = 0, at = 0; status >= 0 && i < n; i++)
        for (int32_t c = l->first[features[i]]; c < l->first[features[i] + 1]; c++)
            cols[at++] = c;
    if (status >= 0)
        status = predict_folds(l, cols, m, work, stop, oof, err);
    mem_free(mem, cols);
    mem_free(mem, work);
    return status;
}

automl_status subset_linear_create(
    const struct eval_setting *s, struct subset_scorer **out, automl_error *err)
{
    struct linear *l = NEW(s->mem, struct linear);
    double *prior = NEW_ZEROS(s->mem, s->n_classes, double);
    if (l == NULL || prior == NULL) {
        mem_free(s->mem, l);
        mem_free(s->mem, prior);
        return error_memory(err);
    }
    l->base = (struct subset_scorer){s, linear_predict, linear_free};
    for (int64_t i = 0; i < s->x->n_rows; i++)
        prior[s->y[i]] += 1.0 / (double)s->x->n_rows;
    choose_classes(l, prior);
    l->first = NEW_ZEROS(s->mem, s->x->n_cols + 1, int32_t);
    l->fold = NEW_ZEROS(s->mem, s->folds->k, struct linear_fold);
    automl_status status = l->first != NULL && l->fold != NULL ? AUTOML_OK : error_memory(err);
    for (int32_t j = 0; status >= 0 && j < s->x->n_cols; j++)
        l->first[j + 1] = l->first[j] + group_size(l, &s->x->cols[j]);
    l->n_columns = l->first != NULL ? l->first[s->x->n_cols] : 0;
    for (int32_t f = 0; status >= 0 && f < s->folds->k; f++)
        status = fold_create(l, &s->fold[f], prior, &l->fold[f], err);
    mem_free(s->mem, prior);
    if (status < 0) {
        linear_free(&l->base);
        return status;
    }
    *out = &l->base;
    return AUTOML_OK;
}
