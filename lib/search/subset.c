/*
 * subset.c - what the subset scorers share: scoring, levels of a column, target means, relevance and
 * redundancy.
 */
#include "search/subset.h"

#include <math.h>
#include <string.h>

#include "data/bins.h"
#include "linalg/linalg.h"

void subset_scorer_free(struct subset_scorer *c)
{
    if (c != NULL)
        c->free(c);
}

automl_status subset_score(const struct subset_scorer *c, const int32_t *features, int32_t k,
    const struct stop *stop, double *out, automl_error *err)
{
    const struct eval_setting *s = c->s;
    float *oof = NEW_ARRAY(s->mem, s->folds->n * s->n_classes, float);
    double *scores = NEW_ARRAY(s->mem, s->folds->k, double);
    automl_status status = oof != NULL && scores != NULL ? AUTOML_OK : error_memory(err);
    if (status >= 0)
        status = c->predict(c, features, k, stop, oof, err);
    if (status >= 0)
        status = oof_scores(s, oof, s->folds->k, scores, err);
    double std;
    if (status >= 0)
        scores_summary(scores, s->folds->k, out, &std);
    mem_free(s->mem, oof);
    mem_free(s->mem, scores);
    return status;
}

/* Bins of a numeric column (without bins: one level), levels of a category column; missing comes after them.
 */
int32_t subset_levels(const struct frame_col *c)
{
    if (c->bins != NULL)
        return c->bins->n_bins;
    return c->kind == FRAME_CATEGORY ? c->n_levels : 1;
}

int32_t subset_level(const struct frame_col *c, int64_t i)
{
    int64_t row = c->rows != NULL ? c->rows[i] : i;
    if (c->bins != NULL) {
        uint8_t b = c->bins->codes[row];
        return b == BIN_MISSING ? c->bins->n_bins : b;
    }
    if (c->kind == FRAME_CATEGORY)
        return c->codes[row] < 0 ? c->n_levels : c->codes[row];
    return isnan(c->x[row]) ? 1 : 0;
}

void subset_target_means(const struct frame *x, int32_t j, const int32_t *y, const double *w,
    const int32_t *te, int32_t n_te, const double *prior, double *weight, double *out)
{
    const struct frame_col *c = &x->cols[j];
    int32_t levels = subset_levels(c) + 1;
    memset(weight, 0, (size_t)levels * sizeof *weight);
    memset(out, 0, (size_t)(levels * n_te) * sizeof *out);
    for (int64_t i = 0; i < x->n_rows; i++) {
        int32_t level = subset_level(c, i);
        double wi = w != NULL ? w[i] : 1;
        weight[level] += wi;
        for (int32_t t = 0; t < n_te; t++)
            out[level * n_te + t] += y[i] == te[t] ? wi : 0;
    }
    for (int32_t l = 0; l < levels; l++)
        for (int32_t t = 0; t < n_te; t++)
            out[l * n_te + t] =
                (out[l * n_te + t] + SUBSET_SMOOTHING * prior[te[t]]) / (weight[l] + SUBSET_SMOOTHING);
}

static double information(const double *table, int32_t levels, int32_t k)
{
    double total = 0, sum = 0;
    for (int32_t i = 0; i < levels * k; i++)
        total += table[i];
    for (int32_t l = 0; l < levels && total > 0; l++) {
        double row = 0;
        for (int32_t c = 0; c < k; c++)
            row += table[l * k + c];
        for (int32_t c = 0; c < k; c++) {
            double column = 0, p = table[l * k + c];
            if (p <= 0)
                continue;
            for (int32_t m = 0; m < levels; m++)
                column += table[m * k + c];
            sum += p / total * log(p * total / (row * column));
        }
    }
    return sum;
}

automl_status subset_relevance(const struct eval_setting *s, double *out, automl_error *err)
{
    int32_t most = 1, k = s->n_classes;
    for (int32_t j = 0; j < s->x->n_cols; j++)
        most = subset_levels(&s->x->cols[j]) + 1 > most ? subset_levels(&s->x->cols[j]) + 1 : most;
    double *table = NEW_ARRAY(s->mem, (int64_t)most * k, double);
    if (table == NULL)
        return error_memory(err);
    for (int32_t j = 0; j < s->x->n_cols; j++) {
        int32_t levels = subset_levels(&s->x->cols[j]) + 1;
        memset(table, 0, (size_t)(levels * k) * sizeof *table);
        for (int64_t i = 0; i < s->x->n_rows; i++)
            table[subset_level(&s->x->cols[j], i) * k + s->y[i]] += s->w != NULL ? s->w[i] : 1;
        /* Less what chance alone gives: (levels - 1)(k - 1) / 2n (Miller 1955). */
        double bias = (levels - 1.0) * (k - 1.0) / (2.0 * (double)s->x->n_rows);
        out[j] = fmax(information(table, levels, k) - bias, 0);
    }
    mem_free(s->mem, table);
    return AUTOML_OK;
}

/* Column j as one centred, unit-length vector. */
static void unit_column(const struct eval_setting *s, int32_t j, const double *means, double *v)
{
    int64_t n = s->x->n_rows, seen = 0;
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        v[i] = means != NULL ? means[subset_level(&s->x->cols[j], i)] : frame_value(s->x, j, i);
        if (!isnan(v[i])) {
            sum += v[i];
            seen++;
        }
    }
    double mean = seen > 0 ? sum / (double)seen : 0;
    for (int64_t i = 0; i < n; i++)
        v[i] = isnan(v[i]) ? 0 : v[i] - mean;
    double norm = la_norm2(n, v);
    la_scale(n, norm > 0 ? 1 / norm : 0, v);
}

static automl_status category_means(
    const struct eval_setting *s, int32_t j, double *prior, double **out, automl_error *err)
{
    int32_t levels = subset_levels(&s->x->cols[j]) + 1, te = s->positive >= 0 ? s->positive : 0;
    double *weight = NEW_ARRAY(s->mem, levels, double);
    *out = NEW_ARRAY(s->mem, levels, double);
    if (weight != NULL && *out != NULL)
        subset_target_means(s->x, j, s->y, s->w, &te, 1, prior, weight, *out);
    mem_free(s->mem, weight);
    return weight != NULL && *out != NULL ? AUTOML_OK : error_memory(err);
}

automl_status subset_redundancy(
    const struct eval_setting *s, const int32_t *cols, int32_t n, float *out, automl_error *err)
{
    double *columns = NEW_ARRAY(s->mem, s->x->n_rows * n, double),
           *gram = NEW_ARRAY(s->mem, (int64_t)n * n, double);
    double *prior = NEW_ZEROS(s->mem, s->n_classes, double);
    automl_status status = columns != NULL && gram != NULL && prior != NULL ? AUTOML_OK : error_memory(err);
    for (int64_t i = 0; status >= 0 && i < s->x->n_rows; i++)
        prior[s->y[i]] += 1.0 / (double)s->x->n_rows;
    for (int32_t j = 0; status >= 0 && j < n; j++) {
        double *means = NULL;
        if (s->x->cols[cols[j]].kind == FRAME_CATEGORY)
            status = category_means(s, cols[j], prior, &means, err);
        if (status >= 0)
            unit_column(s, cols[j], means, columns + j * s->x->n_rows);
        mem_free(s->mem, means);
    }
    if (status >= 0)
        la_gram(s->x->n_rows, n, columns, s->x->n_rows, gram, n);
    for (int64_t i = 0; status >= 0 && i < (int64_t)n * n; i++)
        out[i] = (float)fabs(gram[i]);
    mem_free(s->mem, columns);
    mem_free(s->mem, gram);
    mem_free(s->mem, prior);
    return status;
}
