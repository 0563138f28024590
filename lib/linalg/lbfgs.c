/*
 * lbfgs.c - limited-memory BFGS with the line search of More and Thuente.
 *
 * D. C. Liu, J. Nocedal, "On the limited memory BFGS method for large scale optimization", Math. Programming
 * 45 (1989): the two-loop recursion with gamma = s'y / y'y. J. J. More, D. J. Thuente, "Line search
 * algorithms with guaranteed sufficient decrease", ACM TOMS 20 (1994): dcsrch and dcstep of MINPACK-2. On
 * purpose different: a trial where the function is not finite is taken back half the way, so that the domain
 * need not be known; and where values differ by rounding only, the slope decides (Hager & Zhang 2005), so
 * that gradients below the square root of the rounding error are reached.
 */
#include "linalg/lbfgs.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "linalg/linalg.h"

/* The constants of the line search are those of scipy's L-BFGS-B but for the decrease, which is Nocedal's. */
static const double decrease = 1e-4, curvature = 0.9, interval_tolerance = 0.1, longest_step = 1e10;
static const double rounding = 8 * DBL_EPSILON; /* of a value, relative */

enum { TRIALS = 20 };

struct minimizer {
    const struct lbfgs_problem *p;
    int64_t n;
    double *x, *g;         /* the iterate and its gradient */
    double *x_old, *g_old; /* where the line search starts */
    double *d;             /* its direction */
    double *s, *y;         /* `history` differences of n values each, a ring */
    double *rho, *alpha;
    int32_t stored, next;
    double f;
    int32_t evaluations;
};

static double largest(int64_t n, const double *g)
{
    double most = 0;
    for (int64_t i = 0; i < n; i++)
        most = fmax(most, fabs(g[i]));
    return most;
}

static bool finite_at(double f, int64_t n, const double *g)
{
    if (!isfinite(f))
        return false;
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(g[i]))
            return false;
    return true;
}

/* A step length with its function value and slope. */
struct point {
    double t, f, slope;
};

/* The interval that holds a minimiser: `best` has the least value so far, `other` is its far end. */
struct search {
    struct point best, other;
    bool bracketed, first_stage;
    double low, high; /* bounds of the next trial */
    double width, width_before;
    double cap; /* steps beyond it leave the domain of the function */
};

/* sqrt(theta^2 - a b) of the interpolating cubic, scaled against overflow and not below 0. */
static double cubic_root(double theta, double a, double b)
{
    double scale = fmax(fabs(theta), fmax(fabs(a), fabs(b)));
    if (scale == 0)
        return 0;
    return scale * sqrt(fmax(0, (theta / scale) * (theta / scale) - (a / scale) * (b / scale)));
}

/* Case 1: the value rose, so the minimiser lies between. */
static double step_when_higher(const struct point *b, const struct point *c)
{
    double theta = 3 * (b->f - c->f) / (c->t - b->t) + b->slope + c->slope;
    double gamma = cubic_root(theta, b->slope, c->slope);
    if (c->t < b->t)
        gamma = -gamma;
    double r = (gamma - b->slope + theta) / (gamma - b->slope + gamma + c->slope);
    double cubic = b->t + r * (c->t - b->t);
    double quadratic = b->t + b->slope / ((b->f - c->f) / (c->t - b->t) + b->slope) / 2 * (c->t - b->t);
    return fabs(cubic - b->t) <= fabs(quadratic - b->t) ? cubic : cubic + (quadratic - cubic) / 2;
}

/* Case 2: lower, and the slope changed its sign. */
static double step_when_passed(const struct point *b, const struct point *c)
{
    double theta = 3 * (b->f - c->f) / (c->t - b->t) + b->slope + c->slope;
    double gamma = cubic_root(theta, b->slope, c->slope);
    if (c->t > b->t)
        gamma = -gamma;
    double r = (gamma - c->slope + theta) / (gamma - c->slope + gamma + b->slope);
    double cubic = c->t + r * (b->t - c->t);
    double secant = c->t + c->slope / (c->slope - b->slope) * (b->t - c->t);
    return fabs(cubic - c->t) > fabs(secant - c->t) ? cubic : secant;
}

/* Case 3: lower, same sign, flatter. The cubic may have no minimiser in the direction of the step. */
static double step_when_flatter(const struct search *s, const struct point *c)
{
    const struct point *b = &s->best;
    double theta = 3 * (b->f - c->f) / (c->t - b->t) + b->slope + c->slope;
    double gamma = cubic_root(theta, b->slope, c->slope);
    if (c->t > b->t)
        gamma = -gamma;
    double r = (gamma - c->slope + theta) / (gamma + (b->slope - c->slope) + gamma);
    double cubic = r < 0 && gamma != 0 ? c->t + r * (b->t - c->t) : c->t > b->t ? s->high : s->low;
    double secant = c->t + c->slope / (c->slope - b->slope) * (b->t - c->t);
    if (s->bracketed) {
        double t = fabs(cubic - c->t) < fabs(secant - c->t) ? cubic : secant;
        double limit = c->t + 0.66 * (s->other.t - c->t);
        return c->t > b->t ? fmin(limit, t) : fmax(limit, t);
    }
    double t = fabs(cubic - c->t) > fabs(secant - c->t) ? cubic : secant;
    return fmax(s->low, fmin(s->high, t));
}

/* Case 4: lower, same sign, not flatter. */
static double step_when_steeper(const struct search *s, const struct point *c)
{
    if (!s->bracketed)
        return c->t > s->best.t ? s->high : s->low;
    const struct point *o = &s->other;
    double theta = 3 * (c->f - o->f) / (o->t - c->t) + o->slope + c->slope;
    double gamma = cubic_root(theta, o->slope, c->slope);
    if (c->t > o->t)
        gamma = -gamma;
    double r = (gamma - c->slope + theta) / (gamma - c->slope + gamma + o->slope);
    return c->t + r * (o->t - c->t);
}

/* dcstep: the next trial, and the interval with trial c taken into account. */
static double safeguarded_step(struct search *s, const struct point *c)
{
    bool turned = (c->slope < 0) != (s->best.slope < 0);
    double t;
    if (c->f > s->best.f)
        t = step_when_higher(&s->best, c);
    else if (turned)
        t = step_when_passed(&s->best, c);
    else if (fabs(c->slope) < fabs(s->best.slope))
        t = step_when_flatter(s, c);
    else
        t = step_when_steeper(s, c);
    s->bracketed = s->bracketed || c->f > s->best.f || turned;
    if (c->f > s->best.f) {
        s->other = *c;
    } else {
        if (turned)
            s->other = s->best;
        s->best = *c;
    }
    return t;
}

/* The trial as seen by the auxiliary function of the first stage, less the line of sufficient decrease. */
static struct point tilted(struct point c, double line)
{
    struct point t = {c.t, c.f - c.t * line, c.slope - line};
    return t;
}

/* The bracket has shrunk to where further trials cannot tell its points apart. */
static bool exhausted(const struct search *s, double t)
{
    return s->bracketed && (t <= s->low || t >= s->high || s->high - s->low <= interval_tolerance * s->high);
}

/* Keeps the interval shrinking, and sets the bounds of the trial after t. */
static double bounded_step(struct search *s, double t)
{
    double distance = fabs(s->other.t - s->best.t);
    if (s->bracketed) {
        if (distance >= 0.66 * s->width_before)
            t = s->best.t + (s->other.t - s->best.t) / 2;
        s->width_before = s->width;
        s->width = distance;
        s->low = fmin(s->best.t, s->other.t);
        s->high = fmax(s->best.t, s->other.t);
    } else {
        s->low = t + 1.1 * (t - s->best.t);
        s->high = t + 4 * (t - s->best.t);
    }
    t = fmax(0, fmin(s->cap, t));
    return exhausted(s, t) ? s->best.t : t;
}

/* The trial after c; `line` is the slope of sufficient decrease. */
static double next_trial(struct search *s, struct point c, double line)
{
    if (!s->first_stage || c.f > s->best.f || c.f <= c.t * line)
        return bounded_step(s, safeguarded_step(s, &c));
    struct point trial = tilted(c, line);
    s->best = tilted(s->best, line);
    s->other = tilted(s->other, line);
    double t = safeguarded_step(s, &trial);
    s->best = tilted(s->best, -line);
    s->other = tilted(s->other, -line);
    return bounded_step(s, t);
}

/* Moves to x_old + t d. The value in the result is relative to the one at the start. */
static struct point evaluate(struct minimizer *z, double t, double f_start)
{
    memcpy(z->x, z->x_old, (size_t)z->n * sizeof *z->x);
    la_axpy(z->n, t, z->d, z->x);
    z->f = z->p->value(z->p->user, z->x, z->g);
    z->evaluations++;
    struct point c = {t, z->f - f_start, la_dot(z->n, z->g, z->d)};
    return c;
}

/* dcsrch from x along d, where the slope is `slope` < 0. False: nothing better was found. */
static bool line_search(struct minimizer *z, double step, double slope)
{
    const double f_start = z->f, line = decrease * slope;
    struct search s = {.best = {0, 0, slope},
        .other = {0, 0, slope},
        .first_stage = true,
        .high = 5 * step,
        .width = longest_step,
        .width_before = 2 * longest_step,
        .cap = longest_step};
    double t = step;
    for (int trial = 0; trial < TRIALS; trial++) {
        struct point c = evaluate(z, t, f_start);
        if (!finite_at(z->f, z->n, z->g)) {
            s.cap = t = s.best.t + (t - s.best.t) / 2;
            continue;
        }
        bool lower = c.f <= t * line;
        bool equal = fabs(c.f) <= rounding * fabs(f_start);
        if ((lower || equal) && fabs(c.slope) <= -curvature * slope)
            return true;
        if (exhausted(&s, t) || (t >= s.cap && lower && c.slope <= line) || t <= 0)
            return z->f < f_start;
        if (s.first_stage && lower && c.slope >= 0)
            s.first_stage = false;
        t = next_trial(&s, c, line);
    }
    if (s.best.t > 0)
        evaluate(z, s.best.t, f_start);
    return finite_at(z->f, z->n, z->g) && z->f < f_start;
}

/* d := -H g by the two-loop recursion. */
static void direction(struct minimizer *z, int32_t history)
{
    const int64_t n = z->n;
    for (int64_t i = 0; i < n; i++)
        z->d[i] = -z->g[i];
    for (int32_t k = 1; k <= z->stored; k++) {
        int32_t r = (z->next - k + history) % history;
        z->alpha[r] = z->rho[r] * la_dot(n, z->s + r * n, z->d);
        la_axpy(n, -z->alpha[r], z->y + r * n, z->d);
    }
    if (z->stored > 0) {
        const double *y = z->y + ((z->next - 1 + history) % history) * n;
        la_scale(n, 1 / (z->rho[(z->next - 1 + history) % history] * la_dot(n, y, y)), z->d);
    }
    for (int32_t k = z->stored; k >= 1; k--) {
        int32_t r = (z->next - k + history) % history;
        double beta = z->rho[r] * la_dot(n, z->y + r * n, z->d);
        la_axpy(n, z->alpha[r] - beta, z->s + r * n, z->d);
    }
}

/* Keeps the last step and the change of the gradient, unless they would spoil the curvature. */
static void remember(struct minimizer *z, int32_t history)
{
    double *s = z->s + z->next * z->n, *y = z->y + z->next * z->n;
    for (int64_t i = 0; i < z->n; i++) {
        s[i] = z->x[i] - z->x_old[i];
        y[i] = z->g[i] - z->g_old[i];
    }
    double sy = la_dot(z->n, s, y);
    if (!(sy > DBL_EPSILON * la_dot(z->n, y, y)))
        return;
    z->rho[z->next] = 1 / sy;
    z->next = (z->next + 1) % history;
    if (z->stored < history)
        z->stored++;
}

/* One iteration. False: the line search cannot lower the value even along the gradient. */
static bool iterate(struct minimizer *z, int32_t history)
{
    const size_t bytes = (size_t)z->n * sizeof *z->x;
    const double f = z->f;
    memcpy(z->x_old, z->x, bytes);
    memcpy(z->g_old, z->g, bytes);
    for (;;) {
        direction(z, history);
        double slope = la_dot(z->n, z->g, z->d);
        double step = z->stored > 0 ? 1 : fmin(1, 1 / la_norm2(z->n, z->g));
        if (isfinite(slope) && slope < 0 && line_search(z, step, slope)) {
            remember(z, history);
            return true;
        }
        memcpy(z->x, z->x_old, bytes);
        memcpy(z->g, z->g_old, bytes);
        z->f = f;
        if (z->stored == 0)
            return false;
        z->stored = 0;
    }
}

static automl_status minimize(
    struct minimizer *z, int32_t history, struct lbfgs_result *out, automl_error *err)
{
    z->f = z->p->value(z->p->user, z->x, z->g);
    z->evaluations = 1;
    if (!finite_at(z->f, z->n, z->g))
        return error_set(err, AUTOML_E_NUMERIC, "the function to minimise is not finite at the start");
    int32_t iterations = 0;
    while (largest(z->n, z->g) > z->p->tolerance && iterations < z->p->max_iterations) {
        if (z->p->stop)
            TRY(stop_status(z->p->stop, err));
        if (!iterate(z, history))
            break;
        iterations++;
    }
    out->value = z->f;
    out->gradient_max = largest(z->n, z->g);
    out->iterations = iterations;
    out->evaluations = z->evaluations;
    out->converged = out->gradient_max <= z->p->tolerance;
    return AUTOML_OK;
}

automl_status lbfgs_minimize(
    struct mem *m, const struct lbfgs_problem *p, double *x, struct lbfgs_result *out, automl_error *err)
{
    int64_t n = p->n;
    int32_t history = p->history < 1 ? 1 : p->history;
    size_t vectors = 2 * (size_t)history + 4, items = 0;
    bool fits = size_mul(vectors, (size_t)n, &items) && size_add(items, 2 * (size_t)history, &items);
    double *space = fits ? NEW_ARRAY(m, items, double) : NULL;
    if (!space)
        return error_memory(err);
    struct minimizer z = {.p = p,
        .n = n,
        .x = x,
        .g = space,
        .x_old = space + n,
        .g_old = space + 2 * n,
        .d = space + 3 * n,
        .s = space + 4 * n,
        .y = space + (4 + history) * n};
    z.rho = space + (4 + 2 * (int64_t)history) * n;
    z.alpha = z.rho + history;
    automl_status status = minimize(&z, history, out, err);
    mem_free(m, space);
    return status;
}
