/*
 * budget.c - rates learned from finished candidates.
 */
#include "search/budget.h"

#include <math.h>

static const double START_RATE = 4e-10;
/* Work of a fit that does nothing: allocations, views, scoring. */
static const double FIT_OVERHEAD = 5e5;
/* Older observations fade: the machine's load changes during a job. */
static const double FADE = 0.8;

void budget_init(struct budget *b, const struct clock *clock, int64_t start_ns, int64_t deadline_ns)
{
    *b = (struct budget){.clock = clock, .start_ns = start_ns, .deadline_ns = deadline_ns, .n_rates = 1};
    b->rates[0] = (struct budget_rate){NULL, START_RATE, 1};
}

bool budget_limited(const struct budget *b)
{
    return b->deadline_ns != DEADLINE_NONE;
}

int64_t budget_end_ns(const struct budget *b)
{
    return budget_limited(b) ? b->deadline_ns - (int64_t)(b->reserve_s * 1e9) : DEADLINE_NONE;
}

double budget_left_s(const struct budget *b)
{
    if (!budget_limited(b))
        return INFINITY;
    return (double)(budget_end_ns(b) - clock_now(b->clock)) * 1e-9;
}

static double rate(const struct budget *b, const struct op_class *learner)
{
    for (int32_t i = 1; i < b->n_rates; i++)
        if (b->rates[i].learner == learner)
            return b->rates[i].seconds / b->rates[i].work;
    return fmin(START_RATE, b->rates[0].seconds / b->rates[0].work);
}

static double work(const struct op_cost *c, double n_fits, double rows)
{
    return n_fits * (c->fit_flops + 0.25 * c->fit_bytes + FIT_OVERHEAD) +
           rows * (c->apply_flops + 0.25 * c->apply_bytes);
}

double budget_predict_s(const struct budget *b, const struct op_class *learner, const struct op_cost *c,
    double n_fits, double rows)
{
    return work(c, n_fits, rows) * rate(b, learner);
}

static void rate_add(struct budget_rate *r, double units, double seconds)
{
    r->seconds = FADE * r->seconds + seconds;
    r->work = FADE * r->work + units;
}

void budget_observe(struct budget *b, const struct op_class *learner, const struct op_cost *c, double n_fits,
    double rows, double seconds)
{
    double units = work(c, n_fits, rows);
    if (!(units > 0) || !(seconds > 0))
        return;
    rate_add(&b->rates[0], units, seconds);
    int32_t i = 1;
    while (i < b->n_rates && b->rates[i].learner != learner)
        i++;
    if (i == BUDGET_RATES)
        return;
    if (i == b->n_rates)
        b->rates[b->n_rates++] = (struct budget_rate){learner, 0, 0};
    rate_add(&b->rates[i], units, seconds);
}
