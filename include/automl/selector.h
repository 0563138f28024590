/*
 * selector.h - genetic selection of exactly so many features.
 *
 * Subsets of one size compete: count-preserving crossover, swap mutation guided by relevance and redundancy,
 * a local search on the best, the finalists scored again on fresh folds. A subset is scored by
 * cross-validation of a fast model ("selector_scorer"), which only ranks subsets.
 */
#ifndef AUTOML_SELECTOR_H
#define AUTOML_SELECTOR_H

#include <stdint.h>

#include <automl/context.h>
#include <automl/dataset.h>
#include <automl/export.h>
#include <automl/params.h>
#include <automl/status.h>

AUTOML_BEGIN_DECLS

/* The outcome of a selection. Immutable. */
typedef struct automl_selection automl_selection;

/**
 * Runs a selection on all rows of a dataset that have a target. Blocks; no file is written.
 *
 * Of the parameters these count: "target_name" and "num_features" (both needed), "id_column",
 * "features_selected", "group_column", "weight_column", "scoring", "positive_label", "generations",
 * "population_size", "offspring_size", "mutation_rate", "crossover_rate", "selector_scorer", "cv_folds",
 * "max_seconds", "seed", "threads". The result is the same for any number of threads unless max_seconds
 * ended the run; set it to 0 to exclude that.
 *
 * @param ctx      the context; its scorers are known to "scoring"
 * @param dataset  the rows; the outcome keeps a reference
 * @param params   not kept
 * @param out      the outcome, to be released with automl_selection_free()
 * @param err      receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_STOPPED if the time was over (the best subset so far is kept);
 *         AUTOML_E_NOT_FOUND for a column; AUTOML_E_RANGE if num_features is 0; AUTOML_E_CONFLICT if it is
 *         more than the candidate columns; AUTOML_E_CONFLICT, AUTOML_E_UNKNOWN_KEY as automl_params_check();
 *         AUTOML_E_DATA for data that cannot be used; AUTOML_E_CALLBACK if a scorer of the host failed.
 * @since 0.1
 */
AUTOML_API automl_status automl_selection_run(automl_context *ctx, automl_dataset *dataset,
    const automl_params *params, automl_selection **out, automl_error *err);

/**
 * Releases an outcome.
 *
 * @param selection  NULL is fine
 * @since 0.1
 */
AUTOML_API void automl_selection_free(automl_selection *selection);

/**
 * @param selection  the outcome; NULL gives 0
 * @return the number of selected features: "num_features".
 * @since 0.1
 */
AUTOML_API int32_t automl_selection_count(const automl_selection *selection);

/**
 * @param selection  the outcome
 * @param i          from 0, in the order of the dataset's columns
 * @return the name of a selected feature; NULL if there is no such feature.
 * @since 0.1
 */
AUTOML_API const char *automl_selection_feature(const automl_selection *selection, int32_t i);

/**
 * @param selection  the outcome; NULL gives NaN
 * @return cross-validated score of the selected features by the fast model; greater is better. It is
 *         optimistic, as the folds took part in the choice.
 * @since 0.1
 */
AUTOML_API double automl_selection_score(const automl_selection *selection);

/**
 * @param selection  the outcome; NULL gives 0
 * @return how many different subsets were scored.
 * @since 0.1
 */
AUTOML_API int64_t automl_selection_evaluations(const automl_selection *selection);

/**
 * @param selection  the outcome
 * @param column     name of a candidate column
 * @return the share of the last population that contains it, from 0 to 1; NaN if it was no candidate.
 * @since 0.1
 */
AUTOML_API double automl_selection_frequency(const automl_selection *selection, const char *column);

/**
 * Writes the outcome as a JSON object with what result.json (docs/formats.md) says of the rows and the
 * selection: "data", "features_selected", "feature_selection" and their surroundings, without a model.
 *
 * @param selection  the outcome
 * @param out        the JSON text, to be released with automl_buffer_free()
 * @param err        receives the error; may be NULL
 * @return AUTOML_OK.
 * @since 0.1
 */
AUTOML_API automl_status automl_selection_to_json(
    const automl_selection *selection, automl_buffer **out, automl_error *err);

AUTOML_END_DECLS

#endif
