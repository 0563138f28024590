/*
 * apply.c - resampling by a plan, and the correction of probabilities for it.
 *
 * A model fitted on resampled rows answers for their class shares pi'. Bayes' rule gives the natural ones
 * back: p_c ~ p_c * pi_c / pi'_c (Saerens, Latinne, Decaestecker, "Adjusting the outputs of a classifier to
 * new a priori probabilities", Neural Computation 14, 2002; for undersampling Dal Pozzolo et al. 2015).
 */
#include <string.h>

#include "balance/balancer.h"

/* The same rows: a reference to x, copies of y and w. */
static automl_status keep_all(const struct balance_in *in, struct balance_out *out, automl_error *err)
{
    struct balance_out o = {.n = in->x->n_rows};
    size_t n = (size_t)o.n;
    o.x = frame_ref(in->x);
    o.y = mem_copy(in->mem, in->y, n, sizeof *in->y);
    o.w = in->w ? mem_copy(in->mem, in->w, n, sizeof *in->w) : NULL;
    if (!o.y || (in->w && !o.w)) {
        balance_out_free(in->mem, &o);
        return error_memory(err);
    }
    *out = o;
    return AUTOML_OK;
}

/* Weight of each class, and of all. */
static double class_weights(const int32_t *y, const double *w, int64_t n, int32_t k, double *out)
{
    double total = 0.0;
    memset(out, 0, (size_t)k * sizeof *out);
    for (int64_t i = 0; i < n; i++)
        out[y[i]] += w ? w[i] : 1.0;
    for (int32_t c = 0; c < k; c++)
        total += out[c];
    return total;
}

/* tmp: k. */
static void find_correction(
    const struct balance_in *in, const struct balance_out *out, double *tmp, double *correction)
{
    double before = class_weights(in->y, in->w, in->x->n_rows, in->k, correction);
    double after = class_weights(out->y, out->w, out->n, in->k, tmp);
    for (int32_t c = 0; c < in->k; c++) {
        bool both = correction[c] > 0.0 && tmp[c] > 0.0;
        correction[c] = both ? correction[c] / before / (tmp[c] / after) : 1.0;
    }
}

automl_status balance_apply(const struct balance_plan *plan, const struct balance_in *in,
    struct balance_out *out, double *correction, automl_error *err)
{
    struct balance_in by_plan = *in;
    by_plan.ratio = plan->ratio;
    by_plan.params = plan->params;
    if (!plan->method) {
        TRY(keep_all(in, out, err));
        for (int32_t c = 0; c < in->k; c++)
            correction[c] = 1.0;
        return AUTOML_OK;
    }
    double *tmp = NEW_ARRAY(in->mem, in->k, double);
    if (!tmp)
        return error_memory(err);
    automl_status status = plan->method->resample(&by_plan, out, err);
    if (status >= 0)
        find_correction(in, out, tmp, correction);
    mem_free(in->mem, tmp);
    return status;
}

static void correct_row(const double *correction, int32_t k, double *p)
{
    double sum = 0.0;
    for (int32_t c = 0; c < k; c++)
        sum += p[c] * correction[c];
    if (!(sum > 0.0))
        return;
    for (int32_t c = 0; c < k; c++)
        p[c] = p[c] * correction[c] / sum;
}

void prior_correct(const double *correction, int64_t n, int32_t k, double *proba)
{
    for (int64_t i = 0; i < n; i++)
        correct_row(correction, k, proba + i * k);
}
