/*
 * counts.h - weighted counts per class, and the averages of precision, recall and F1 over them.
 */
#ifndef EVAL_COUNTS_H
#define EVAL_COUNTS_H

#include "eval/metric.h"

struct class_counts {
    struct mem *mem;
    int32_t k;
    double *tp;    /* k: weight of rows of class c that were labelled c */
    double *pred;  /* k: weight of rows labelled c */
    double *truth; /* k: weight of rows of class c */
    bool *seen;    /* k: c occurs as truth or label, whatever its weight */
};

automl_status class_counts_create(const struct metric_input *in, struct class_counts *out, automl_error *err);
void class_counts_free(struct class_counts *c);

/* Sums over the classes. */
double class_counts_total(const struct class_counts *c); /* of truth */
double class_counts_trace(const struct class_counts *c); /* of tp */

/* A score out of the counts of all classes. */
typedef double (*class_counts_fn)(const struct class_counts *c);

/* fn of the counts of the rows; NaN if they weigh nothing. */
automl_status class_counts_score(
    const struct metric_input *in, class_counts_fn fn, double *out, automl_error *err);

/* A score of one class out of its counts; 0 where it is undefined (scikit-learn's zero_division=0). */
typedef double (*class_score_fn)(double tp, double pred, double truth);

/* The score of a label metric: class_score averaged as self->variant says. */
automl_status class_score_average(const struct metric *self, const struct metric_input *in,
    class_score_fn score, double *out, automl_error *err);

#endif
