/*
 * predictor.c - one row at a time through a model, in memory that was taken before.
 */
#include "pipeline/model.h"

#include <math.h>
#include <string.h>

struct automl_predictor {
    automl_pipeline *model;
    double weights; /* sum over members */
    double *row;    /* n_cols: the input with what is not a value made missing */
    double *proba;  /* n_classes each */
    double *sum;
    double *one;
    double *scratch; /* of the member that needs most */
};

static int64_t largest_scratch(const automl_pipeline *p)
{
    int64_t most = 0;
    for (int32_t i = 0; i < p->n_members; i++)
        for (int32_t j = 0; j < p->members[i].n_replicas; j++) {
            int64_t n = p->members[i].replicas[j]->row_scratch;
            most = n > most ? n : most;
        }
    return most;
}

static automl_status check_rows(const automl_pipeline *p, automl_error *err)
{
    for (int32_t i = 0; i < p->n_members; i++)
        for (int32_t j = 0; j < p->members[i].n_replicas; j++)
            if (!fitted_has_rows(p->members[i].replicas[j]))
                return error_set(err, AUTOML_E_UNSUPPORTED,
                    "an operator of the host cannot predict single rows; predict a dataset instead");
    return AUTOML_OK;
}

automl_status predictor_create(automl_pipeline *p, struct automl_predictor **out, automl_error *err)
{
    TRY(check_rows(p, err));
    int32_t k = p->schema->n_classes;
    struct automl_predictor *r = NEW(p->mem, struct automl_predictor);
    if (r == NULL)
        return error_memory(err);
    r->model = model_ref(p);
    r->row = NEW_ARRAY(p->mem, p->schema->n_cols, double);
    r->proba = NEW_ARRAY(p->mem, k, double);
    r->sum = NEW_ARRAY(p->mem, k, double);
    r->one = NEW_ARRAY(p->mem, k, double);
    r->scratch = NEW_ARRAY(p->mem, largest_scratch(p), double);
    if (r->row == NULL || r->proba == NULL || r->sum == NULL || r->one == NULL || r->scratch == NULL) {
        predictor_free(r);
        return error_memory(err);
    }
    for (int32_t i = 0; i < p->n_members; i++)
        r->weights += p->members[i].weight;
    *out = r;
    return AUTOML_OK;
}

void predictor_free(struct automl_predictor *r)
{
    if (r == NULL)
        return;
    automl_pipeline *p = r->model;
    mem_free(p->mem, r->row);
    mem_free(p->mem, r->proba);
    mem_free(p->mem, r->sum);
    mem_free(p->mem, r->one);
    mem_free(p->mem, r->scratch);
    mem_free(p->mem, r);
    model_unref(p);
}

static double cleaned(const struct schema_col *c, double v)
{
    bool legal = c->type == COLUMN_CATEGORICAL ? v >= 0 && v < c->n_levels && v == floor(v) : isfinite(v);
    return legal ? v : NAN;
}

static void add_member(struct automl_predictor *r, const struct model_member *v, int32_t k)
{
    double share = v->weight / r->weights;
    fitted_predict_row(v->replicas[0], r->row, r->sum, r->scratch);
    for (int32_t j = 1; j < v->n_replicas; j++) {
        fitted_predict_row(v->replicas[j], r->row, r->one, r->scratch);
        for (int32_t c = 0; c < k; c++)
            r->sum[c] += r->one[c];
    }
    for (int32_t c = 0; c < k; c++)
        r->proba[c] += share * (r->sum[c] / v->n_replicas);
}

int32_t predictor_row(struct automl_predictor *r, const double *row, double *proba)
{
    const automl_pipeline *p = r->model;
    int32_t k = p->schema->n_classes, label;
    for (int32_t j = 0; j < p->schema->n_cols; j++)
        r->row[j] = cleaned(&p->schema->cols[j], row[j]);
    memset(r->proba, 0, (size_t)k * sizeof *r->proba);
    for (int32_t i = 0; i < p->n_members; i++)
        add_member(r, &p->members[i], k);
    model_finish(p, 1, r->proba);
    model_decide(p, 1, r->proba, &label);
    if (proba != NULL)
        memcpy(proba, r->proba, (size_t)k * sizeof *proba);
    return label;
}
