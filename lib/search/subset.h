/*
 * subset.h - fast models that rank feature subsets, and how much each feature tells on its own.
 *
 * A scorer is made once from a setting (rows, folds, metric); scoring a subset reads it only, from any
 * thread.
 */
#ifndef SEARCH_SUBSET_H
#define SEARCH_SUBSET_H

#include "search/evaluate.h"

struct subset_scorer;

/* Linear discriminant analysis on cached per-fold scatter matrices. Each numeric feature is its standardised
 * value beside target means of its bins; each category feature the target means of its levels (smoothed; all
 * learned on the fold's training rows), so the model is additive, not just linear. A subset costs O(k^3) and
 * one pass over validation rows. */
automl_status subset_linear_create(
    const struct eval_setting *s, struct subset_scorer **out, automl_error *err);
/* A decision tree on the shared bins: sees interactions. */
automl_status subset_tree_create(const struct eval_setting *s, struct subset_scorer **out, automl_error *err);
void subset_scorer_free(struct subset_scorer *c); /* NULL is fine */

/* The metric's mean over the folds of a subset of columns of s->x; NaN if it is undefined. */
automl_status subset_score(const struct subset_scorer *c, const int32_t *features, int32_t k,
    const struct stop *stop, double *out, automl_error *err);

/* Inside: fills the out-of-fold probabilities (n x n_classes) of every validated row. */
struct subset_scorer {
    const struct eval_setting *s;
    automl_status (*predict)(const struct subset_scorer *c, const int32_t *features, int32_t k,
        const struct stop *stop, float *oof, automl_error *err);
    void (*free)(struct subset_scorer *c);
};

/* Mutual information of each column's bins (or levels) with the class, in nats; p values. */
automl_status subset_relevance(const struct eval_setting *s, double *out, automl_error *err);
/* |Pearson correlation| of the columns cols[0..n) (missing = mean; categories by their code's target mean): n
 * x n. */
automl_status subset_redundancy(
    const struct eval_setting *s, const int32_t *cols, int32_t n, float *out, automl_error *err);

/* Means of class indicators by bin or level of column j over rows of `x`, smoothed towards the prior:
 * out[level * n_te + t] for class te[t]; level `levels` (one past the end) stands for missing. */
enum { SUBSET_TARGET_CLASSES = 4, SUBSET_SMOOTHING = 20 };
int32_t subset_levels(const struct frame_col *c);
int32_t subset_level(const struct frame_col *c, int64_t i);
void subset_target_means(const struct frame *x, int32_t j, const int32_t *y, const double *w,
    const int32_t *te, int32_t n_te, const double *prior, double *weight, double *out);

#endif
