/*
 * operator.h - the operators that pipelines are made of.
 *
 * Transformers make columns out of columns, selectors keep some of them, classifiers give probabilities.
 * Names follow scikit-learn ("standard_scaler", "logistic_regression"), and so do their parameters.
 * docs/operators.md lists them. Operators that a host has registered (experimental.h) follow the built-in
 * ones.
 */
#ifndef AUTOML_OPERATOR_H
#define AUTOML_OPERATOR_H

#include <stdint.h>

#include <automl/context.h>
#include <automl/export.h>
#include <automl/status.h>

AUTOML_BEGIN_DECLS

/* Kinds of operators. */
enum { AUTOML_OPERATOR_TRANSFORMER = 0, AUTOML_OPERATOR_SELECTOR = 1, AUTOML_OPERATOR_CLASSIFIER = 2 };

/**
 * @param ctx  whose registered operators count too; NULL: built-in ones only
 * @return the number of operators; their indices count from 0. Thread-safe.
 * @since 0.1
 */
AUTOML_API int32_t automl_operator_count(automl_context *ctx);

/**
 * @param ctx  as for automl_operator_count()
 * @param i    index of an operator
 * @return its name, as a pipeline's specification takes it, living as long as the context; NULL if there is
 *         no such operator. Thread-safe.
 * @since 0.1
 */
AUTOML_API const char *automl_operator_name(automl_context *ctx, int32_t i);

/**
 * @param ctx  as for automl_operator_count()
 * @param i    index of an operator
 * @return one line on what it does; NULL if there is no such operator. Thread-safe.
 * @since 0.1
 */
AUTOML_API const char *automl_operator_summary(automl_context *ctx, int32_t i);

/**
 * @param ctx  as for automl_operator_count()
 * @param i    index of an operator
 * @return AUTOML_OPERATOR_TRANSFORMER, AUTOML_OPERATOR_SELECTOR or AUTOML_OPERATOR_CLASSIFIER; -1 if there
 *         is no such operator. Thread-safe.
 * @since 0.1
 */
AUTOML_API int32_t automl_operator_kind(automl_context *ctx, int32_t i);

/**
 * Describes an operator: a JSON object with "name", "summary", "kind", "traits" (an array of names:
 * "needs_scaling", "accepts_missing", "needs_non_negative", "accepts_categories", "uses_target",
 * "multiclass", ...) and "params", an array as that of automl_params_schema_json().
 *
 * @param ctx   the context
 * @param name  of the operator
 * @param out   the JSON text, to be released with automl_buffer_free()
 * @param err   receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_UNKNOWN_KEY, with the nearest name.
 * @since 0.1
 */
AUTOML_API automl_status automl_operator_schema_json(
    automl_context *ctx, const char *name, automl_buffer **out, automl_error *err);

AUTOML_END_DECLS

#endif
