/*
 * split.h - which rows train, which test, which validate. Everything is a function of (labels, options,
 * stream).
 */
#ifndef DATA_SPLIT_H
#define DATA_SPLIT_H

#include "base/error.h"
#include "base/memory.h"
#include "base/rng.h"

struct split_options {
    double test_size;      /* 0 < share < 1 */
    const int32_t *groups; /* per row: rows of one group stay together; or NULL */
    const int64_t *times;  /* per row: the test rows are the latest; or NULL */
};

/* Stratified: each class gives its share, rounded by largest remainder; a class of one row trains, one of two
 * or more is on both sides. n rows with labels y in [0, k). Index arrays ascend; both sides are non-empty or
 * AUTOML_E_DATA. */
automl_status split_train_test(struct mem *m, const int32_t *y, int64_t n, int32_t k,
    const struct split_options *o, struct rng r, int32_t **out_train, int64_t *out_n_train,
    int32_t **out_test, int64_t *out_n_test, automl_error *err);

struct folds {
    struct mem *mem;
    int32_t k;
    int64_t n;
    int32_t *train_of, *valid_of;       /* concatenated ascending positions 0..n-1 */
    int64_t *train_begin, *valid_begin; /* k + 1 each */
};

/* Stratified k folds: classes are dealt in turn, so fold sizes and class shares differ by at most one row per
 * class. A class with fewer rows than folds is in the training part of every fold at least as far as it can;
 * a one-row class always trains (is in no validation part). groups as above; times: expanding window (fold f
 * validates on the f+1-th of k+1 time slices). */
automl_status folds_create(struct mem *m, const int32_t *y, int64_t n, int32_t k_classes, int32_t n_folds,
    const int32_t *groups, const int64_t *times, struct rng r, struct folds **out, automl_error *err);
void folds_free(struct folds *f); /* NULL is fine */
const int32_t *folds_train(const struct folds *f, int32_t fold, int64_t *out_n);
const int32_t *folds_valid(const struct folds *f, int32_t fold, int64_t *out_n);

#endif
