/*
 * pipeline.h - a fitted pipeline: the model that a job, a search or automl_pipeline_fit() gives.
 *
 * It knows the columns it needs (by name), the classes, the operators with what they learned, and the rule
 * that makes a label out of probabilities. It is immutable and reference-counted, and may be used from any
 * number of threads at once.
 *
 * Data to predict may have their columns in any order and more of them; rows may have missing cells and
 * categories that were not seen before, which count as missing. Columns that are absent or of another type
 * are AUTOML_E_SCHEMA, and the error names them all.
 *
 * Probabilities are row-major: n rows of automl_pipeline_class_count() values that sum to 1. They are
 * corrected for the balancing of training rows. The same row gives the same bits whether it is predicted in
 * a dataset or alone, by one thread or by many, before or after saving and loading.
 */
#ifndef AUTOML_PIPELINE_H
#define AUTOML_PIPELINE_H

#include <stdint.h>

#include <automl/context.h>
#include <automl/dataset.h>
#include <automl/export.h>
#include <automl/params.h>
#include <automl/status.h>

AUTOML_BEGIN_DECLS

/* A fitted pipeline. Immutable, reference-counted. */
typedef struct automl_pipeline automl_pipeline;

/**
 * Fits a specification on all rows of a dataset that have a target. Nothing is searched or tuned.
 *
 * A specification is a JSON array of operators, applied in order, the last one a classifier:
 *
 *     ["simple_imputer", "one_hot_encoder", {"op": "logistic_regression", "params": {"C": 0.5}}]
 *
 * or a graph of nodes, {"nodes": [{"name", "op", "params", "inputs"}, ...]}, in which `union`, `stack` and
 * `ensemble` join branches; docs/formats.md has the whole format. Of the parameters these count:
 * "target_name" (needed), "id_column", "features_selected", "group_column", "weight_column", "to_balance",
 * "balance_method", "balance_ratio", "positive_label", "seed", "threads".
 *
 * @param ctx      the context
 * @param spec     JSON, UTF-8
 * @param dataset  the training rows; a reference is kept during the call only
 * @param params   not kept
 * @param out      the pipeline, to be released with automl_pipeline_free()
 * @param err      receives the error, with the operator's place in the specification; may be NULL
 * @return AUTOML_OK; AUTOML_E_FORMAT for a text that is not JSON or no specification; AUTOML_E_UNKNOWN_KEY,
 *         AUTOML_E_TYPE, AUTOML_E_RANGE for an operator or its parameters; AUTOML_E_NOT_FOUND for a column;
 *         AUTOML_E_DATA for data that an operator cannot use; AUTOML_E_NUMERIC.
 * @since 0.1
 */
AUTOML_API automl_status automl_pipeline_fit(automl_context *ctx, const char *spec, automl_dataset *dataset,
    const automl_params *params, automl_pipeline **out, automl_error *err);

/**
 * Takes one more reference, to be given up with automl_pipeline_free(). Thread-safe.
 *
 * @param pipeline  NULL is fine
 * @return pipeline
 * @since 0.1
 */
AUTOML_API automl_pipeline *automl_pipeline_ref(automl_pipeline *pipeline);

/**
 * Gives up one reference. Thread-safe.
 *
 * @param pipeline  NULL is fine
 * @since 0.1
 */
AUTOML_API void automl_pipeline_free(automl_pipeline *pipeline);

/**
 * Predicts the probabilities of all rows.
 *
 * @param pipeline  the pipeline
 * @param dataset   the rows
 * @param threads   1: the calling thread only; 0: all cores
 * @param out       rows * classes probabilities, row-major
 * @param n         values that out has room for: exactly rows * classes
 * @param err       receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_SCHEMA; AUTOML_E_RANGE if n or threads is wrong.
 * @since 0.1
 */
AUTOML_API automl_status automl_pipeline_predict_proba(const automl_pipeline *pipeline,
    automl_dataset *dataset, int32_t threads, double *out, int64_t n, automl_error *err);

/**
 * Predicts the class of all rows, by the pipeline's decision rule.
 *
 * @param pipeline  the pipeline
 * @param dataset   the rows
 * @param threads   1: the calling thread only; 0: all cores
 * @param out       rows class numbers, from 0 to automl_pipeline_class_count() - 1
 * @param n         values that out has room for: exactly rows
 * @param err       receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_SCHEMA; AUTOML_E_RANGE if n or threads is wrong.
 * @since 0.1
 */
AUTOML_API automl_status automl_pipeline_predict(const automl_pipeline *pipeline, automl_dataset *dataset,
    int32_t threads, int32_t *out, int64_t n, automl_error *err);

/**
 * Predicts all rows into a CSV file: the id (if any), "prediction", and "proba_<class>" for each class. The
 * file appears whole or not at all.
 *
 * @param pipeline   the pipeline
 * @param dataset    the rows
 * @param id_column  name of the column that identifies rows; NULL: the one that the pipeline was fitted with,
 *                   if the dataset has it
 * @param path       of the file, which is replaced if it exists
 * @param threads    1: the calling thread only; 0: all cores
 * @param err        receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_SCHEMA, AUTOML_E_WRITE; AUTOML_E_NOT_FOUND for the id column; AUTOML_E_RANGE.
 * @since 0.1
 */
AUTOML_API automl_status automl_pipeline_predict_csv(const automl_pipeline *pipeline, automl_dataset *dataset,
    const char *id_column, const char *path, int32_t threads, automl_error *err);

/**
 * Scores a pipeline on rows that have a target; others are left out. The dataset's weights count. Uses the
 * calling thread only.
 *
 * @param pipeline  the pipeline
 * @param dataset   the rows, with the target's column
 * @param metric    a metric or a registered scorer of the pipeline's context
 * @param out       the score; NaN where the metric is undefined
 * @param err       receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_SCHEMA, AUTOML_E_UNKNOWN_KEY, AUTOML_E_CONFLICT; AUTOML_E_NOT_FOUND if the
 *         dataset lacks the target; AUTOML_E_DATA if no row has one of the pipeline's classes;
 *         AUTOML_E_CALLBACK.
 * @since 0.1
 */
AUTOML_API automl_status automl_pipeline_evaluate(const automl_pipeline *pipeline, automl_dataset *dataset,
    const char *metric, double *out, automl_error *err);

/**
 * @param pipeline  the pipeline; NULL gives 0
 * @return the number of classes; at least 2.
 * @since 0.1
 */
AUTOML_API int32_t automl_pipeline_class_count(const automl_pipeline *pipeline);

/**
 * @param pipeline  the pipeline
 * @param i         number of a class
 * @return its text in the target column; NULL if there is no such class.
 * @since 0.1
 */
AUTOML_API const char *automl_pipeline_class_name(const automl_pipeline *pipeline, int32_t i);

/**
 * @param pipeline  the pipeline
 * @return the number of the positive class of two; -1 if there are more, and for NULL.
 * @since 0.1
 */
AUTOML_API int32_t automl_pipeline_positive_class(const automl_pipeline *pipeline);

/**
 * @param pipeline  the pipeline; NULL gives 0
 * @return the number of columns that it needs.
 * @since 0.1
 */
AUTOML_API int32_t automl_pipeline_input_count(const automl_pipeline *pipeline);

/**
 * @param pipeline  the pipeline
 * @param i         index of an input, from 0
 * @return the name of the column; NULL if there is no such input.
 * @since 0.1
 */
AUTOML_API const char *automl_pipeline_input_name(const automl_pipeline *pipeline, int32_t i);

/**
 * @param pipeline  the pipeline
 * @param i         index of an input, from 0
 * @return AUTOML_COLUMN_NUMERIC to AUTOML_COLUMN_DATETIME; -1 if there is no such input.
 * @since 0.1
 */
AUTOML_API int32_t automl_pipeline_input_type(const automl_pipeline *pipeline, int32_t i);

/**
 * The number by which automl_predictor_predict_row() knows a category.
 *
 * @param pipeline  the pipeline
 * @param i         index of a categorical or boolean input
 * @param text      the category, as it stands in the column
 * @return the code; -1 for a category that was not seen while fitting (to be given as NaN) and if there is
 *         no such input.
 * @since 0.1
 */
AUTOML_API int32_t automl_pipeline_category_code(
    const automl_pipeline *pipeline, int32_t i, const char *text);

/**
 * Describes a pipeline: a JSON object with its inputs, classes, specification, steps, decision rule and the
 * sizes of what it learned (docs/formats.md).
 *
 * @param pipeline  the pipeline
 * @param out       the JSON text, to be released with automl_buffer_free()
 * @param err       receives the error; may be NULL
 * @return AUTOML_OK.
 * @since 0.1
 */
AUTOML_API automl_status automl_pipeline_to_json(
    const automl_pipeline *pipeline, automl_buffer **out, automl_error *err);

/**
 * The specification alone, as automl_pipeline_fit() takes it.
 *
 * @param pipeline  the pipeline
 * @param out       the JSON text, to be released with automl_buffer_free()
 * @param err       receives the error; may be NULL
 * @return AUTOML_OK.
 * @since 0.1
 */
AUTOML_API automl_status automl_pipeline_spec_json(
    const automl_pipeline *pipeline, automl_buffer **out, automl_error *err);

/**
 * A page that shows the graph: inline SVG and a text outline, no script, no requests.
 *
 * @param pipeline  the pipeline
 * @param out       HTML, UTF-8, to be released with automl_buffer_free()
 * @param err       receives the error; may be NULL
 * @return AUTOML_OK.
 * @since 0.1
 */
AUTOML_API automl_status automl_pipeline_html(
    const automl_pipeline *pipeline, automl_buffer **out, automl_error *err);

/**
 * Writes a model file. It appears whole or not at all. Later releases read it and predict the same.
 *
 * @param pipeline  the pipeline
 * @param path      of the file, which is replaced if it exists; customarily NAME.automl
 * @param err       receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_WRITE; AUTOML_E_CALLBACK if an operator of the host failed.
 * @since 0.1
 */
AUTOML_API automl_status automl_pipeline_save(
    const automl_pipeline *pipeline, const char *path, automl_error *err);

/**
 * The bytes of the model file, in memory.
 *
 * @param pipeline  the pipeline
 * @param out       the bytes, to be released with automl_buffer_free()
 * @param err       receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_CALLBACK if an operator of the host failed.
 * @since 0.1
 */
AUTOML_API automl_status automl_pipeline_save_memory(
    const automl_pipeline *pipeline, automl_buffer **out, automl_error *err);

/**
 * Reads a model file. Every length, index and checksum is verified: a damaged or malicious file is an error,
 * never a crash.
 *
 * @param ctx   the context; it must know the operators of the host that the model uses
 * @param path  of the file; at most 16 GiB
 * @param out   the pipeline, to be released with automl_pipeline_free()
 * @param err   receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_NOT_FOUND, AUTOML_E_READ, AUTOML_E_FORMAT; AUTOML_E_VERSION for a file of a
 *         newer release; AUTOML_E_UNKNOWN_KEY for an operator that is not there.
 * @since 0.1
 */
AUTOML_API automl_status automl_pipeline_load(
    automl_context *ctx, const char *path, automl_pipeline **out, automl_error *err);

/**
 * Reads the bytes of a model file.
 *
 * @param ctx    the context
 * @param bytes  n bytes; not kept
 * @param n      how many; at least 0
 * @param out    the pipeline, to be released with automl_pipeline_free()
 * @param err    receives the error; may be NULL
 * @return as automl_pipeline_load(); AUTOML_E_RANGE if n is negative.
 * @since 0.1
 */
AUTOML_API automl_status automl_pipeline_load_memory(
    automl_context *ctx, const void *bytes, int64_t n, automl_pipeline **out, automl_error *err);

/* Predicts one row at a time in memory that was taken before: for services that answer single requests. To be
 * used by one thread at a time; make one for each thread. */
typedef struct automl_predictor automl_predictor;

/**
 * Creates a predictor. It keeps a reference to the pipeline.
 *
 * @param pipeline  the pipeline
 * @param out       the predictor, to be released with automl_predictor_free()
 * @param err       receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_UNSUPPORTED if the pipeline has an operator of the host without apply_row.
 * @since 0.1
 */
AUTOML_API automl_status automl_predictor_create(
    automl_pipeline *pipeline, automl_predictor **out, automl_error *err);

/**
 * Releases a predictor.
 *
 * @param predictor  NULL is fine
 * @since 0.1
 */
AUTOML_API void automl_predictor_free(automl_predictor *predictor);

/**
 * Predicts one row. Allocates nothing and, but for NULL arguments, cannot fail.
 *
 * @param predictor  the predictor
 * @param row        automl_pipeline_input_count() values in the order of the inputs: numbers as they are,
 *                   booleans as 0 or 1, categories as automl_pipeline_category_code(), dates as days since
 *                   1970 (with their fraction). NaN: missing; what is infinite or no code counts as missing.
 * @param out_proba  receives automl_pipeline_class_count() probabilities; may be NULL
 * @param out_class  receives the number of the predicted class; may be NULL
 * @return AUTOML_OK; AUTOML_E_ARGUMENT if predictor or row is NULL.
 * @since 0.1
 */
AUTOML_API automl_status automl_predictor_predict_row(
    automl_predictor *predictor, const double *row, double *out_proba, int32_t *out_class);

AUTOML_END_DECLS

#endif
