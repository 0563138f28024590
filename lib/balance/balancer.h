/*
 * balancer.h - resampling of training rows, and the automatic rule.
 *
 * One balancer = one .c file with one `const struct balancer`, listed in balancers.c. It sees the training
 * part of a fold, after preprocessing and directly before the learner. Names follow imbalanced-learn.
 */
#ifndef BALANCE_BALANCER_H
#define BALANCE_BALANCER_H

#include "base/clock.h"
#include "base/rng.h"
#include "data/frame.h"
#include "params/params.h"

struct balance_in {
    struct frame *x;
    const int32_t *y;
    const double *w; /* or NULL */
    int32_t k;
    double ratio; /* wanted size of each smaller class relative to the largest (over) or of each larger to the
                     smallest (under: 1/ratio) */
    const struct params *params;
    struct rng rng;
    const struct stop *stop;
    struct mem *mem;
};

struct balance_out {
    struct frame *x;
    int32_t *y;
    double *w; /* NULL if the input had none */
    int64_t n;
};

struct balancer {
    const char *name; /* random_over_sampler, ... */
    const char *summary;
    enum balance_kind { BALANCE_OVER = 1, BALANCE_UNDER, BALANCE_COMBINE } kind;
    const struct param_schema *params;
    automl_status (*resample)(const struct balance_in *in, struct balance_out *out, automl_error *err);
};

const struct balancer *const *balancers_all(int32_t *out_n);
const struct balancer *balancer_find(const char *name); /* NULL: there is none of this name */
/* As balancer_find, but AUTOML_E_UNKNOWN_KEY names the nearest; `where` is the parameter that was given. */
automl_status balancer_require(
    const char *name, const char *where, const struct balancer **out, automl_error *err);
void balance_out_free(struct mem *m, struct balance_out *out);

enum balance_rule { BALANCE_RULE_NONE, BALANCE_RULE_OVERSAMPLE, BALANCE_RULE_UNDERSAMPLE };

/* Decided once per job from the class counts of its training rows. */
struct balance_plan {
    enum balance_rule rule;
    const struct balancer *method; /* NULL with BALANCE_RULE_NONE */
    struct params *params;         /* of the method; NULL: its defaults */
    double ratio;
    double minority_fraction; /* r = n_min / (n_min + n_max) */
};

const char *balance_rule_name(enum balance_rule r); /* none, oversample, undersample */
/* r < 1 %: random_over_sampler; 1 % <= r <= 20 %: random_under_sampler; above: none. */
void balance_plan_auto(const int64_t *counts, int32_t k, struct balance_plan *out);

/* Resamples by the plan and tells the prior correction: correction[c] = share of class c before / after
 * (weighted; 1 for an absent class). Predicted p_c is multiplied by it and renormalised. */
automl_status balance_apply(const struct balance_plan *plan, const struct balance_in *in,
    struct balance_out *out, double *correction, automl_error *err);
void prior_correct(const double *correction, int64_t n, int32_t k, double *proba);

#endif
