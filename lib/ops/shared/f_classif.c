/*
 * f_classif.c - one pass over each column, with sums for each class.
 */
#include "ops/shared/f_classif.h"

#include <math.h>
#include <string.h>

#include "ops/shared/column.h"

/* Consecutive rows add to different copies of the sums, so that they need not wait for one another. */
enum { WAYS = 4 };

struct scoring {
    const struct op_fit *in;
    const double *counts; /* rows of each class */
    const double *is_one; /* with two classes: y as 0 or 1; else NULL */
    double *sums;         /* WAYS x n_classes for each column; NULL with two classes */
    double *scores;       /* -INFINITY: the column is not finite */
};

/* The statistic from the sums of each class and the sum of squares; never negative. Rounding could make the
 * squares within classes negative, where the classes are constant. */
static double f_value(const double *sums, const double *counts, int32_t n_classes, double squares)
{
    double n = 0, sum = 0, between = 0;
    int32_t present = 0;
    for (int32_t k = 0; k < n_classes; k++) {
        if (!(counts[k] > 0))
            continue;
        present++;
        n += counts[k];
        sum += sums[k];
        between += sums[k] * sums[k] / counts[k];
    }
    between -= sum * sum / n;
    double within = fmax(0, squares - sum * sum / n - between);
    return (between / (present - 1)) / (within / (n - present));
}

/* Adds the block to sums[0] (class 0), sums[1] (class 1) and returns its sum of squares. */
static double add_two(const double *v, const double *is_one, int64_t n, double first, double sums[2])
{
    double all[WAYS] = {0}, one[WAYS] = {0}, squares[WAYS] = {0};
    int64_t i = 0;
    for (; i + WAYS <= n; i += WAYS)
        for (int k = 0; k < WAYS; k++) {
            double d = v[i + k] - first;
            all[k] += d;
            one[k] += d * is_one[i + k];
            squares[k] += d * d;
        }
    for (; i < n; i++) {
        double d = v[i] - first;
        all[0] += d;
        one[0] += d * is_one[i];
        squares[0] += d * d;
    }
    double sum_one = (one[0] + one[1]) + (one[2] + one[3]);
    sums[0] += (all[0] + all[1]) + (all[2] + all[3]) - sum_one;
    sums[1] += sum_one;
    return (squares[0] + squares[1]) + (squares[2] + squares[3]);
}

static double add_many(
    const double *v, const int32_t *y, int64_t n, double first, double *sums, int32_t n_classes)
{
    double squares[WAYS] = {0};
    int64_t i = 0;
    for (; i + WAYS <= n; i += WAYS)
        for (int k = 0; k < WAYS; k++) {
            double d = v[i + k] - first;
            sums[(int64_t)k * n_classes + y[i + k]] += d;
            squares[k] += d * d;
        }
    for (; i < n; i++) {
        double d = v[i] - first;
        sums[y[i]] += d;
        squares[0] += d * d;
    }
    return (squares[0] + squares[1]) + (squares[2] + squares[3]);
}

/* The same over the values that are not missing; counts[k] receives how many of them each class has. */
static double add_present(
    const double *v, const int32_t *y, int64_t n, double first, double *sums, double *counts)
{
    double squares = 0;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(v[i]))
            continue;
        double d = v[i] - first;
        sums[y[i]] += d;
        counts[y[i]]++;
        squares += d * d;
    }
    return squares;
}

/* Rows in, F statistic out; the sum of squares is not finite if a value is missing or infinite. */
static double score_complete(const struct scoring *s, int32_t j, double *sums, double *squares)
{
    const struct frame *x = s->in->x;
    int32_t n_classes = s->in->n_classes;
    double gathered[COLUMN_BLOCK], first = frame_value(x, j, 0);
    for (int64_t begin = 0; begin < x->n_rows && !stop_check(s->in->stop); begin += COLUMN_BLOCK) {
        int64_t n = x->n_rows - begin < COLUMN_BLOCK ? x->n_rows - begin : COLUMN_BLOCK;
        const double *v = column_block(x, j, begin, begin + n, gathered);
        *squares += s->is_one ? add_two(v, s->is_one + begin, n, first, sums)
                              : add_many(v, s->in->y + begin, n, first, sums, n_classes);
    }
    for (int32_t k = 0; !s->is_one && k < n_classes; k++)
        for (int64_t way = 1; way < WAYS; way++)
            sums[k] += sums[way * n_classes + k];
    return f_value(sums, s->counts, n_classes, *squares);
}

/* sums has room for two values for each class. */
static double score_present(const struct scoring *s, int32_t j, double *sums, double *squares)
{
    const struct frame *x = s->in->x;
    double gathered[COLUMN_BLOCK], first = (double)NAN, *counts = sums + s->in->n_classes;
    memset(sums, 0, 2 * (size_t)s->in->n_classes * sizeof *sums);
    *squares = 0;
    for (int64_t begin = 0; begin < x->n_rows && !stop_check(s->in->stop); begin += COLUMN_BLOCK) {
        int64_t n = x->n_rows - begin < COLUMN_BLOCK ? x->n_rows - begin : COLUMN_BLOCK;
        const double *v = column_block(x, j, begin, begin + n, gathered);
        for (int64_t i = 0; isnan(first) && i < n; i++)
            first = v[i];
        *squares += add_present(v, s->in->y + begin, n, first, sums, counts);
    }
    return f_value(sums, counts, s->in->n_classes, *squares);
}

static void score_column(void *arg, int64_t index)
{
    const struct scoring *s = arg;
    int32_t j = (int32_t)index;
    double two[4] = {0}, squares = 0;
    if (s->in->x->cols[j].kind != FRAME_NUMERIC)
        return;
    double *sums = s->is_one ? two : s->sums + index * WAYS * s->in->n_classes;
    s->scores[j] = score_complete(s, j, sums, &squares);
    if (!isfinite(squares))
        s->scores[j] = score_present(s, j, sums, &squares);
    if (!isfinite(squares))
        s->scores[j] = -INFINITY;
}

automl_status f_classif(const struct op_fit *in, double *scores, automl_error *err)
{
    int64_t n = in->x->n_rows;
    bool two = in->n_classes == 2;
    size_t cells = 0;
    bool fits = size_mul((size_t)in->x->n_cols * WAYS, (size_t)in->n_classes, &cells);
    double *counts = NEW_ZEROS(in->mem, in->n_classes, double);
    double *is_one = NEW_ARRAY(in->mem, two ? n : 0, double);
    double *sums = fits ? NEW_ZEROS(in->mem, two ? 0 : cells, double) : NULL;
    automl_status status = AUTOML_OK;
    if (!counts || !is_one || !sums) {
        status = error_memory(err);
        goto done;
    }
    for (int64_t i = 0; i < n; i++)
        counts[in->y[i]]++;
    for (int64_t i = 0; two && i < n; i++)
        is_one[i] = in->y[i];
    struct scoring s = {in, counts, two ? is_one : NULL, sums, scores};
    column_for(in->pool, in->x, score_column, &s);
    status = stop_status(in->stop, err);
    for (int32_t j = 0; status >= 0 && j < in->x->n_cols; j++)
        if (in->x->cols[j].kind == FRAME_NUMERIC && scores[j] == -INFINITY)
            status = column_not_finite(err, j);
done:
    mem_free(in->mem, counts);
    mem_free(in->mem, is_one);
    mem_free(in->mem, sums);
    return status;
}
