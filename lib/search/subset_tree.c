/*
 * subset_tree.c - a subset's score as that of one decision tree per fold, grown on the shared bins.
 */
#include <math.h>

#include "search/subset.h"

struct tree {
    struct subset_scorer base;
    const struct op_class *cls;
    struct params *params;
};

static void tree_free(struct subset_scorer *c)
{
    struct tree *t = (struct tree *)c;
    params_free(t->params);
    mem_free(c->s->mem, t);
}

static automl_status fit_fold(const struct tree *t, const struct eval_fold *fold, struct frame *train,
    struct frame *valid, const struct stop *stop, double *proba, automl_error *err)
{
    const struct eval_setting *s = t->base.s;
    struct op *op = NULL;
    struct op_fit in = {.x = train,
        .y = fold->y,
        .w = fold->w,
        .n_classes = s->n_classes,
        .rng = s->rng,
        .stop = stop,
        .mem = s->mem};
    automl_status status = op_create(s->mem, t->cls, t->params, &op, err);
    if (status >= 0)
        status = op_fit(op, &in, err);
    if (status >= 0)
        status = op_predict_proba(op, valid, s->mem, stop, proba, err);
    op_unref(op);
    return status;
}

static automl_status predict_fold(const struct tree *t, int32_t f, const int32_t *features, int32_t k,
    const struct stop *stop, float *oof, automl_error *err)
{
    const struct eval_setting *s = t->base.s;
    const struct eval_fold *fold = &s->fold[f];
    int64_t n = fold->valid->n_rows;
    int32_t classes = s->n_classes;
    struct frame *train = frame_columns(fold->train, features, k),
                 *valid = frame_columns(fold->valid, features, k);
    double *proba = NEW_ARRAY(s->mem, n * classes, double);
    bool ready = train != NULL && valid != NULL && proba != NULL;
    automl_status status = ready ? fit_fold(t, fold, train, valid, stop, proba, err) : error_memory(err);
    for (int64_t i = 0; status >= 0 && i < n; i++)
        for (int32_t c = 0; c < classes; c++)
            oof[(int64_t)fold->valid_rows[i] * classes + c] = (float)proba[i * classes + c];
    frame_unref(train);
    frame_unref(valid);
    mem_free(s->mem, proba);
    return status;
}

static automl_status tree_predict(const struct subset_scorer *base, const int32_t *features, int32_t k,
    const struct stop *stop, float *oof, automl_error *err)
{
    const struct tree *t = (const struct tree *)(const void *)base;
    for (int32_t f = 0; f < base->s->folds->k; f++)
        TRY(predict_fold(t, f, features, k, stop, oof, err));
    return AUTOML_OK;
}

automl_status subset_tree_create(const struct eval_setting *s, struct subset_scorer **out, automl_error *err)
{
    struct tree *t = NEW(s->mem, struct tree);
    if (t == NULL)
        return error_memory(err);
    t->base = (struct subset_scorer){s, tree_predict, tree_free};
    /* Leaves large enough that their shares rank rows: a fiftieth of the rows, at most 50. */
    int64_t leaf = (int64_t)fmin(50, fmax(1, (double)s->x->n_rows / 50));
    automl_status status = operator_find(NULL, "decision_tree", &t->cls, err);
    if (status >= 0)
        status = params_create(s->mem, t->cls->params, &t->params, err);
    if (status >= 0)
        status = params_set_int(t->params, "max_depth", 8, err);
    if (status >= 0)
        status = params_set_int(t->params, "min_samples_leaf", leaf, err);
    if (status < 0) {
        tree_free(&t->base);
        return status;
    }
    *out = &t->base;
    return AUTOML_OK;
}
