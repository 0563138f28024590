/*
 * budget.h - one deadline, and what a piece of work will cost before it is begun.
 *
 * Predicted seconds = counted work x seconds per unit. Work is flops plus a quarter of the bytes moved (a
 * core does about four simple operations while it streams a byte from memory). The rate is the geometric mean
 * of what this job has measured, kept apart by learner once that learner has been seen, .
 * Under an evaluation budget without a deadline nothing here is consulted. Only the coordinating thread uses
 * it.
 */
#ifndef SEARCH_BUDGET_H
#define SEARCH_BUDGET_H

#include "base/clock.h"
#include "ops/operator.h"

enum { BUDGET_RATES = 64 };

struct budget_rate {
    const struct op_class *learner; /* NULL: all together */
    double seconds, work;           /* faded sums */
};

struct budget {
    const struct clock *clock;
    int64_t start_ns, deadline_ns; /* DEADLINE_NONE */
    double reserve_s;              /* kept for the end game */
    struct budget_rate rates[BUDGET_RATES];
    int32_t n_rates;
};

void budget_init(struct budget *b, const struct clock *clock, int64_t start_ns, int64_t deadline_ns);
bool budget_limited(const struct budget *b);  /* there is a deadline */
double budget_left_s(const struct budget *b); /* until the deadline, less the reserve; INFINITY */
/* When the search has to hand over: the deadline less the reserve. */
int64_t budget_end_ns(const struct budget *b);
/* Wall seconds on one thread of `n_fits` fits and `rows` predicted rows of a pipeline that ends in `learner`.
 */
double budget_predict_s(const struct budget *b, const struct op_class *learner, const struct op_cost *c,
    double n_fits, double rows);
/* Learns from one finished piece. */
void budget_observe(struct budget *b, const struct op_class *learner, const struct op_cost *c, double n_fits,
    double rows, double seconds);

#endif
