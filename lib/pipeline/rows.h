/*
 * rows.h - a model on the rows of a dataset: classes, a CSV file of predictions, a score.
 */
#ifndef PIPELINE_ROWS_H
#define PIPELINE_ROWS_H

#include "pipeline/model.h"

/* proba: rows x classes; labels: rows. Either may be NULL. */
automl_status model_predict_rows(const automl_pipeline *p, automl_dataset *d, struct pool *pool,
    double *proba, int32_t *labels, automl_error *err);
/* id, prediction, proba_<class>...; id: a column of d or -1. Whole or not at all. */
automl_status model_predict_csv(const automl_pipeline *p, automl_dataset *d, int32_t id, const char *path,
    struct pool *pool, automl_error *err);
/* Over the rows whose target is a class of the model; the dataset's weights count. Serial. */
automl_status model_evaluate(
    const automl_pipeline *p, automl_dataset *d, const char *metric, double *out, automl_error *err);

#endif
