/* balancer.c - automl/balancer.h. */
#include <automl/balancer.h>

#include "api/api.h"
#include "balance/resample.h"

_Static_assert((int)AUTOML_BALANCE_NONE == (int)BALANCE_RULE_NONE &&
                   (int)AUTOML_BALANCE_OVERSAMPLE == (int)BALANCE_RULE_OVERSAMPLE &&
                   (int)AUTOML_BALANCE_UNDERSAMPLE == (int)BALANCE_RULE_UNDERSAMPLE,
    "rules are those of the plan");

static const struct balancer *balancer_at(int32_t i)
{
    int32_t n;
    const struct balancer *const *all = balancers_all(&n);
    return i >= 0 && i < n ? all[i] : NULL;
}

int32_t automl_balancer_count(void)
{
    int32_t n;
    balancers_all(&n);
    return n;
}

const char *automl_balancer_name(int32_t i)
{
    const struct balancer *b = balancer_at(i);
    return b ? b->name : NULL;
}

const char *automl_balancer_summary(int32_t i)
{
    const struct balancer *b = balancer_at(i);
    return b ? b->summary : NULL;
}

automl_status automl_balance_rule(
    const int64_t *counts, int32_t n_classes, int32_t *out_rule, double *out_fraction, automl_error *err)
{
    struct balance_plan plan;
    NOT_NULL(counts);
    NOT_NULL(out_rule);
    AT_LEAST(n_classes, 2);
    for (int32_t c = 0; c < n_classes; c++)
        TRY(api_least(counts[c], 0, "counts", err));
    balance_plan_auto(counts, n_classes, &plan);
    *out_rule = (int32_t)plan.rule;
    if (out_fraction)
        *out_fraction = plan.minority_fraction;
    return AUTOML_OK;
}

static automl_status find_method(const char *name, const struct balancer **out, automl_error *err)
{
    *out = NULL;
    return name ? balancer_require(name, "method", out, err) : AUTOML_OK;
}

automl_status automl_balancer_resample(automl_context *ctx, const automl_dataset *dataset, const char *target,
    const char *method, double ratio, uint64_t seed, automl_dataset **out, automl_error *err)
{
    const struct balancer *found = NULL;
    int32_t column = -1;
    NOT_NULL(ctx);
    NOT_NULL(dataset);
    NOT_NULL(target);
    NOT_NULL(out);
    TRY(find_method(method, &found, err));
    TRY(dataset_require(dataset, target, "target", &column, err));
    return dataset_resample(dataset, column, found, ratio, seed, out, err);
}
