/*
 * lbfgs.h - limited-memory BFGS (Liu & Nocedal 1989) with a strong-Wolfe line search (More & Thuente 1994).
 */
#ifndef LINALG_LBFGS_H
#define LINALG_LBFGS_H

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"

struct lbfgs_problem {
    int64_t n;
    /* Value at x and gradient in g (n values). */
    double (*value)(void *user, const double *x, double *g);
    void *user;
    double tolerance; /* stops when max |g_i| <= tolerance */
    int32_t max_iterations;
    int32_t history;         /* 10 is usual */
    const struct stop *stop; /* polled every iteration; may be NULL */
};

struct lbfgs_result {
    double value;
    double gradient_max;
    int32_t iterations;
    int32_t evaluations;
    bool converged;
};

/* Minimises from x in place. Ends with AUTOML_OK also at max_iterations or when the line search cannot
 * progress (converged = false); AUTOML_E_NUMERIC if the start is not finite; AUTOML_E_CANCELLED or
 * AUTOML_E_BUDGET when stopped. */
automl_status lbfgs_minimize(
    struct mem *m, const struct lbfgs_problem *p, double *x, struct lbfgs_result *out, automl_error *err);

#endif
