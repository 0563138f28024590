/*
 * counts.c - sklearn.metrics.precision_recall_fscore_support's counting and averaging.
 *
 * macro is the mean over the classes that occur as truth or as label; weighted weighs each by its weight as
 * truth; micro pools the counts; binary looks at the positive class alone.
 */
#include "eval/counts.h"

#include <math.h>
#include <string.h>

static void count_rows(const struct metric_input *in, struct class_counts *c)
{
    for (int64_t i = 0; i < in->n; i++) {
        int32_t t = in->y[i], l = in->labels[i];
        double w = in->w ? in->w[i] : 1.0;
        c->truth[t] += w;
        c->pred[l] += w;
        c->tp[t] += t == l ? w : 0.0;
        c->seen[t] = true;
        c->seen[l] = true;
    }
}

/* Two classes without weights, the common case: the four cells in registers. */
static void count_two(const struct metric_input *in, struct class_counts *c)
{
    int64_t truth = 0, pred = 0, both = 0;
    for (int64_t i = 0; i < in->n; i++) {
        truth += in->y[i];
        pred += in->labels[i];
        both += in->y[i] & in->labels[i];
    }
    int64_t neither = in->n - truth - pred + both;
    c->truth[0] = (double)(in->n - truth);
    c->truth[1] = (double)truth;
    c->pred[0] = (double)(in->n - pred);
    c->pred[1] = (double)pred;
    c->tp[0] = (double)neither;
    c->tp[1] = (double)both;
    c->seen[0] = truth < in->n || pred < in->n;
    c->seen[1] = truth > 0 || pred > 0;
}

automl_status class_counts_create(const struct metric_input *in, struct class_counts *out, automl_error *err)
{
    struct class_counts c = {.mem = in->mem, .k = in->k};
    size_t k = (size_t)in->k;
    c.tp = mem_zalloc(in->mem, k, 3 * sizeof *c.tp + sizeof *c.seen);
    if (!c.tp)
        return error_memory(err);
    c.pred = c.tp + k;
    c.truth = c.pred + k;
    c.seen = (bool *)(c.truth + k);
    if (k == 2 && !in->w)
        count_two(in, &c);
    else
        count_rows(in, &c);
    *out = c;
    return AUTOML_OK;
}

void class_counts_free(struct class_counts *c)
{
    mem_free(c->mem, c->tp);
}

static double sum(const double *x, int32_t k)
{
    double total = 0.0;
    for (int32_t i = 0; i < k; i++)
        total += x[i];
    return total;
}

double class_counts_total(const struct class_counts *c)
{
    return sum(c->truth, c->k);
}

double class_counts_trace(const struct class_counts *c)
{
    return sum(c->tp, c->k);
}

automl_status class_counts_score(
    const struct metric_input *in, class_counts_fn fn, double *out, automl_error *err)
{
    struct class_counts c;
    TRY(class_counts_create(in, &c, err));
    *out = class_counts_total(&c) > 0.0 ? fn(&c) : NAN;
    class_counts_free(&c);
    return AUTOML_OK;
}

static double average_macro(const struct class_counts *c, class_score_fn score)
{
    double total = 0.0;
    int32_t classes = 0;
    for (int32_t i = 0; i < c->k; i++) {
        if (!c->seen[i])
            continue;
        total += score(c->tp[i], c->pred[i], c->truth[i]);
        classes++;
    }
    return total / classes;
}

static double average_weighted(const struct class_counts *c, class_score_fn score)
{
    double total = 0.0;
    for (int32_t i = 0; i < c->k; i++)
        total += c->truth[i] * score(c->tp[i], c->pred[i], c->truth[i]);
    return total / class_counts_total(c);
}

static double average(const struct class_counts *c, int32_t variant, int32_t positive, class_score_fn score)
{
    switch (variant) {
    case AVERAGE_MACRO:
        return average_macro(c, score);
    case AVERAGE_MICRO:
        return score(class_counts_trace(c), sum(c->pred, c->k), class_counts_total(c));
    case AVERAGE_WEIGHTED:
        return average_weighted(c, score);
    default:
        return score(c->tp[positive], c->pred[positive], c->truth[positive]);
    }
}

automl_status class_score_average(const struct metric *self, const struct metric_input *in,
    class_score_fn score, double *out, automl_error *err)
{
    struct class_counts c;
    TRY(class_counts_create(in, &c, err));
    *out = class_counts_total(&c) > 0.0 ? average(&c, self->variant, in->positive, score) : NAN;
    class_counts_free(&c);
    return AUTOML_OK;
}

void confusion_matrix(
    int64_t n, int32_t k, const int32_t *y, const int32_t *labels, const double *w, double *out)
{
    memset(out, 0, (size_t)k * (size_t)k * sizeof *out);
    for (int64_t i = 0; i < n; i++)
        out[(int64_t)y[i] * k + labels[i]] += w ? w[i] : 1.0;
}
