/*
 * budget.h - one deadline, one account of bytes, and what a piece of work will cost before it is begun.
 *
 * Predicted seconds = flops * a + bytes * b + c, with coefficients fitted to what this job has measured so far (least squares on
 * ratios, started from a short calibration). Under an evaluation budget without deadline nothing here is consulted.
 */
#ifndef SEARCH_BUDGET_H
#define SEARCH_BUDGET_H

#include "base/clock.h"
#include "ops/operator.h"

struct budget {
    const struct clock *clock;
    int64_t start_ns, deadline_ns; /* DEADLINE_NONE */
    int64_t max_bytes;             /* 0: none */
    double seconds_per_flop;       /* current estimate */
    double reserve_s;              /* for the end game: grows with what the incumbent needs */
    int32_t threads;
    int64_t samples;
};

void budget_init(struct budget *b, const struct clock *clock, double max_seconds, int64_t max_bytes, int32_t threads);
bool budget_limited(const struct budget *b);          /* there is a deadline */
double budget_left_s(const struct budget *b);         /* until the deadline, less the reserve; INFINITY */
double budget_total_left_s(const struct budget *b);   /* until the deadline */
double budget_predict_s(const struct budget *b, const struct op_cost *c, double n_fits, double rows_applied);
/* Learns from one finished piece. Only the coordinator calls it, in result order. */
void budget_observe(struct budget *b, const struct op_cost *c, double n_fits, double rows_applied, double seconds);

#endif
