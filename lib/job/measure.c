/*
 * measure.c - the model's predictions on both sides, and their metrics.
 *
 * Losses are reported positive, as scikit-learn's functions give them. For more than two classes f1,
 * precision and recall are macro averages and ks is one-vs-rest.
 */
#include <math.h>
#include <string.h>

#include "job/run.h"

struct report {
    const char *key;    /* in result.json */
    const char *metric; /* for two classes; NULL: not reported */
    const char *many;   /* for more */
    double sign;
    bool extra; /* for more classes only with multiclass_metrics */
};

static const struct report reports[] = {
    {"accuracy", "accuracy", "accuracy", 1, false},
    {"balanced_accuracy", "balanced_accuracy", "balanced_accuracy", 1, false},
    {"f1", "f1", "f1_macro", 1, false},
    {"precision", "precision", "precision_macro", 1, false},
    {"recall", "recall", "recall_macro", 1, false},
    {"ks", "ks", "ks", 1, false},
    {"roc_auc", "roc_auc", NULL, 1, false},
    {"roc_auc_ovr", NULL, "roc_auc_ovr", 1, true},
    {"average_precision", "average_precision", NULL, 1, false},
    {"log_loss", "neg_log_loss", "neg_log_loss", -1, false},
    {"brier_score", "neg_brier_score", "neg_brier_score", -1, false},
    {"matthews_corrcoef", "matthews_corrcoef", "matthews_corrcoef", 1, false},
    {"cohen_kappa", "cohen_kappa", "cohen_kappa", 1, false},
};

enum { REPORTS = sizeof reports / sizeof *reports };

static automl_status predict(struct job_run *u, struct job_side *s, automl_error *err)
{
    size_t cells;
    if (!size_mul((size_t)s->n, (size_t)u->k, &cells))
        return error_memory(err);
    s->proba = NEW_ARRAY(u->mem, cells, double);
    s->labels = NEW_ARRAY(u->mem, s->n, int32_t);
    if (s->proba == NULL || s->labels == NULL)
        return error_memory(err);
    if (s->x == NULL)
        TRY(side_frame(u, s, u->r->model->schema, err));
    TRY(model_predict_proba(u->r->model, s->x, u->pool, &u->finish, s->proba, err));
    model_decide(u->r->model, s->n, s->proba, s->labels);
    return AUTOML_OK;
}

/* The rows whose label is a known class. */
struct known {
    struct metric_input in;
    int32_t *y, *labels;
    double *proba, *w;
};

static void known_clear(struct mem *m, struct known *v)
{
    mem_free(m, v->y);
    mem_free(m, v->labels);
    mem_free(m, v->proba);
    mem_free(m, v->w);
}

static bool all_known(const struct job_side *s)
{
    for (int64_t i = 0; i < s->n; i++)
        if (s->y[i] < 0)
            return false;
    return true;
}

static automl_status known_init(
    struct job_run *u, const struct job_side *s, struct known *v, automl_error *err)
{
    v->in = (struct metric_input){.n = s->n,
        .k = u->k,
        .positive = u->setting.positive,
        .y = s->y,
        .proba = s->proba,
        .labels = s->labels,
        .w = s->w,
        .mem = u->mem};
    if (all_known(s))
        return AUTOML_OK;
    v->y = NEW_ARRAY(u->mem, s->n, int32_t);
    v->labels = NEW_ARRAY(u->mem, s->n, int32_t);
    v->proba = NEW_ARRAY(u->mem, s->n * u->k, double);
    v->w = s->w != NULL ? NEW_ARRAY(u->mem, s->n, double) : NULL;
    if (!v->y || !v->labels || !v->proba || (s->w != NULL && !v->w))
        return error_memory(err);
    v->in.n = 0;
    for (int64_t i = 0; i < s->n; i++) {
        if (s->y[i] < 0)
            continue;
        int64_t at = v->in.n++;
        v->y[at] = s->y[i];
        v->labels[at] = s->labels[i];
        memcpy(v->proba + at * u->k, s->proba + i * u->k, (size_t)u->k * sizeof *v->proba);
        if (s->w != NULL)
            v->w[at] = s->w[i];
    }
    v->in.y = v->y;
    v->in.labels = v->labels;
    v->in.proba = v->proba;
    v->in.w = v->w;
    return AUTOML_OK;
}

/* A host's scorer that fails leaves its score out; the job goes on. */
static automl_status put_score(struct job_run *u, const char *key, const struct metric *m, double sign,
    const struct metric_input *in, struct job_metrics *out, automl_error *err)
{
    double score = NAN;
    automl_error why = {0};
    automl_status status = in->n > 0 ? m->score(m, in, &score, &why) : AUTOML_OK;
    if (status == AUTOML_E_MEMORY)
        return error_copy(err, &why);
    if (status < 0) {
        run_warn(u, "metric '%s' failed: %s", key, why.message);
        score = NAN;
    }
    out->names[out->n] = key;
    out->values[out->n++] = sign * score;
    return AUTOML_OK;
}

static automl_status put_reports(
    struct job_run *u, const struct metric_input *in, struct job_metrics *out, automl_error *err)
{
    bool has_scoring = false;
    for (int32_t i = 0; i < REPORTS; i++) {
        const struct report *v = &reports[i];
        const char *name = u->k == 2 ? v->metric : v->many;
        const struct metric *m;
        if (name == NULL || (u->k > 2 && v->extra && !params_bool(u->p, JOB_MULTICLASS_METRICS)))
            continue;
        TRY(metric_find(NULL, name, u->k, &m, err));
        TRY(put_score(u, v->key, m, v->sign, in, out, err));
        has_scoring = has_scoring || strcmp(v->key, u->setting.metric->name) == 0;
    }
    if (has_scoring)
        return AUTOML_OK;
    return put_score(u, u->setting.metric->name, u->setting.metric, 1, in, out, err);
}

static automl_status measure(
    struct job_run *u, const struct job_side *s, struct job_metrics *out, automl_error *err)
{
    struct known v = {0};
    out->names = mem_zalloc(u->mem, REPORTS + 1, sizeof *out->names);
    out->values = NEW_ARRAY(u->mem, REPORTS + 1, double);
    if (out->names == NULL || out->values == NULL)
        return error_memory(err);
    automl_status status = known_init(u, s, &v, err);
    if (status >= 0)
        status = put_reports(u, &v.in, out, err);
    if (status >= 0 && (u->k == 2 || params_bool(u->p, JOB_MULTICLASS_METRICS))) {
        out->confusion = NEW_ZEROS(u->mem, (size_t)u->k * (size_t)u->k, double);
        if (out->confusion != NULL)
            confusion_matrix(v.in.n, u->k, v.in.y, v.in.labels, v.in.w, out->confusion);
        else
            status = error_memory(err);
    }
    known_clear(u->mem, &v);
    return status;
}

automl_status run_measure(struct job_run *u, automl_error *err)
{
    TRY(predict(u, &u->train, err));
    TRY(measure(u, &u->train, &u->r->train, err));
    run_report(u, false);
    if (u->test.data != NULL) {
        TRY(predict(u, &u->test, err));
        TRY(measure(u, &u->test, &u->r->test, err));
    }
    u->predict_s = 0;
    u->budget.reserve_s = u->files_s;
    run_report(u, false);
    return run_abandoned(u, err);
}
