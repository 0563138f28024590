/*
 * balancer.h - resampling of training rows, and the rule that chooses it.
 *
 * With r = n_min / (n_min + n_max), the smallest against the largest class, the automatic rule is
 *
 *     r < 1 %            oversample: small classes are repeated at random
 *     1 % <= r <= 20 %   undersample: large classes are thinned at random
 *     r > 20 %           nothing
 *
 * Jobs and pipelines apply it themselves ("to_balance"), inside each training part and directly before the
 * learner, and correct the probabilities for it. These functions are for hosts that want the rule or the
 * rows on their own; a model that is fitted on rows which a host has resampled knows nothing of it.
 */
#ifndef AUTOML_BALANCER_H
#define AUTOML_BALANCER_H

#include <stdint.h>

#include <automl/context.h>
#include <automl/dataset.h>
#include <automl/export.h>
#include <automl/status.h>

AUTOML_BEGIN_DECLS

/* What the automatic rule decides. */
enum { AUTOML_BALANCE_NONE = 0, AUTOML_BALANCE_OVERSAMPLE = 1, AUTOML_BALANCE_UNDERSAMPLE = 2 };

/**
 * @return the number of balancers; their indices count from 0. Thread-safe.
 * @since 0.1
 */
AUTOML_API int32_t automl_balancer_count(void);

/**
 * @param i  index of a balancer
 * @return its name, as "balance_method" takes it; static; NULL if there is no such balancer. Thread-safe.
 * @since 0.1
 */
AUTOML_API const char *automl_balancer_name(int32_t i);

/**
 * @param i  index of a balancer
 * @return one line on what it does; static; NULL if there is no such balancer. Thread-safe.
 * @since 0.1
 */
AUTOML_API const char *automl_balancer_summary(int32_t i);

/**
 * Applies the automatic rule to class counts. Thread-safe.
 *
 * @param counts        rows of each class; at least 0. Classes without rows do not count.
 * @param n_classes     at least 2
 * @param out_rule      AUTOML_BALANCE_NONE, AUTOML_BALANCE_OVERSAMPLE or AUTOML_BALANCE_UNDERSAMPLE
 * @param out_fraction  r of the rule; may be NULL
 * @param err           receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_RANGE if n_classes < 2 or a count is negative.
 * @since 0.1
 */
AUTOML_API automl_status automl_balance_rule(
    const int64_t *counts, int32_t n_classes, int32_t *out_rule, double *out_fraction, automl_error *err);

/**
 * Makes a dataset of resampled rows. Rows without a target are left out; weights travel with their rows.
 *
 * Same data, arguments and seed give the same rows. Undersampling keeps at least min(rows, 1000) rows.
 *
 * @param ctx      the context
 * @param dataset  the rows
 * @param target   name of the column with the classes; not a date
 * @param method   name of a balancer; NULL: what the automatic rule says, which may be to take all rows
 * @param ratio    wanted size of the smaller classes relative to the largest: 0 < ratio <= 1; 1: equal sizes
 * @param seed     of the random choice
 * @param out      the new dataset, to be released with automl_dataset_free()
 * @param err      receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_NOT_FOUND (target), AUTOML_E_UNKNOWN_KEY (method), AUTOML_E_RANGE (ratio);
 *         AUTOML_E_DATA for fewer than two classes or a target that is a date.
 * @since 0.1
 */
AUTOML_API automl_status automl_balancer_resample(automl_context *ctx, const automl_dataset *dataset,
    const char *target, const char *method, double ratio, uint64_t seed, automl_dataset **out,
    automl_error *err);

AUTOML_END_DECLS

#endif
