/*
 * select_percentile.c - keeps the numeric columns with the best scores, a percentage of them.
 *
 * scikit-learn's SelectPercentile with f_classif: scores above the (100 - percentile)-th percentile (numpy's
 * linear interpolation) stay, then of those equal to it the first ones up to the number asked for; a score
 * that is 0/0 counts as the lowest. Category columns pass through. Different on purpose: at least one column
 * stays, the first with the best score; the threshold may be infinite; and a target with one class
 * in all rows is an error.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/sort.h"
#include "ops/shared/f_classif.h"
#include "ops/shared/selection.h"

enum { PERCENTILE, N_SPECS };

static const struct param_spec specs[N_SPECS] = {
    [PERCENTILE] = {.key = "percentile",
        .type = PARAM_REAL,
        .flags = PARAM_SEARCH,
        .min = 0,
        .max = 100,
        .def = 10,
        .search_min = 1,
        .search_max = 100,
        .help = "percentage of the columns to keep"},
};

static const struct param_schema schema = {.title = "select_percentile", .specs = specs, .n = N_SPECS};

/* numpy's percentile of the ascending x[0..n), linear. */
static double percentile_of(const double *x, int32_t n, double percent)
{
    double at = (n - 1) * (percent / 100);
    int32_t i = (int32_t)floor(at);
    double a = x[i], b = x[i + 1 < n ? i + 1 : i], t = at - i;
    if (a == b || isinf(b))
        return t > 0 ? b : a;
    return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
}

/* Marks the best of the n scores. sorted: the same scores, ascending. */
static void keep_best(const double *scores, const double *sorted, int32_t n, double percentile, bool *keep)
{
    double threshold = percentile_of(sorted, n, 100 - percentile);
    int32_t kept = 0, most = (int32_t)(n * percentile / 100);
    for (int32_t i = 0; i < n; i++) {
        keep[i] = percentile > 0 && scores[i] > threshold;
        kept += keep[i];
    }
    for (int32_t i = 0; i < n && kept < most; i++)
        if (!keep[i] && scores[i] == threshold) {
            keep[i] = true;
            kept++;
        }
    int32_t best = 0;
    for (int32_t i = 1; i < n; i++)
        best = scores[i] > scores[best] ? i : best;
    if (kept == 0)
        keep[best] = true;
}

/* Replaces the flags of all columns by the decision: categories stay, numeric columns by their score. */
static automl_status decide(struct op *op, struct mem *mem, double *scores, bool *keep, automl_error *err)
{
    int32_t n = 0;
    for (int32_t j = 0; j < op->n_in; j++)
        if (op->in_kinds[j] == FRAME_NUMERIC)
            scores[n++] = isnan(scores[j]) ? -DBL_MAX : scores[j];
    double *sorted = mem_copy(mem, scores, (size_t)n, sizeof *scores);
    if (!sorted || !sort_double(mem, sorted, n)) {
        mem_free(mem, sorted);
        return error_memory(err);
    }
    if (n > 0)
        keep_best(scores, sorted, n, params_real(op->params, PERCENTILE), keep);
    mem_free(mem, sorted);
    for (int32_t j = op->n_in - 1; j >= 0; j--)
        keep[j] = op->in_kinds[j] == FRAME_CATEGORY || keep[--n];
    return selection_keep(op, keep, err);
}

static bool has_two_classes(const struct op_fit *in)
{
    int64_t i = 1;
    while (i < in->x->n_rows && in->y[i] == in->y[0])
        i++;
    return i < in->x->n_rows;
}

static automl_status fit(struct op *op, const struct op_fit *in, automl_error *err)
{
    if (!has_two_classes(in))
        return error_set(err, AUTOML_E_DATA, "all rows have the same class, so no column can be scored");
    double *scores = NEW_ZEROS(in->mem, op->n_in, double);
    bool *keep = NEW_ZEROS(in->mem, op->n_in, bool);
    automl_status status = scores && keep ? AUTOML_OK : error_memory(err);
    if (status >= 0)
        status = f_classif(in, scores, err);
    if (status >= 0)
        status = decide(op, in->mem, scores, keep, err);
    mem_free(in->mem, scores);
    mem_free(in->mem, keep);
    return status;
}

static void estimate(const struct params *p, const struct op_shape *s, struct op_cost *out)
{
    double numeric = s->p - s->p_category, kept = fmax(1, numeric * params_real(p, PERCENTILE) / 100);
    *out = (struct op_cost){
        .fit_flops = 6 * s->n * numeric,
        .fit_bytes = 16 * s->n * numeric,
        .apply_flops = s->p,
        .memory_bytes = 8 * s->n + 8 * (4 * s->k + 4) * s->p,
        .state_bytes = 4 * s->p,
        .out = *s,
    };
    out->out.p = s->p_category + kept;
}

extern const struct op_class op_select_percentile;
const struct op_class op_select_percentile = {
    .name = "select_percentile",
    .summary = "keeps the columns that separate the classes best, by the F statistic",
    .kind = OP_SELECTOR,
    .traits = OP_ACCEPTS_MISSING | OP_ACCEPTS_CATEGORIES | OP_USES_TARGET | OP_MULTICLASS,
    .state_format = 1,
    .state_size = sizeof(struct selection),
    .params = &schema,
    .estimate = estimate,
    .fit = fit,
    .transform = selection_transform,
    .apply_row = selection_apply_row,
    .save = selection_save,
    .load = selection_load,
    .clear = selection_clear,
};
