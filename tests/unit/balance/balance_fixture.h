/* balance_fixture.h - rows of known classes whose first column is the row's number. */
#ifndef TESTS_UNIT_BALANCE_FIXTURE_H
#define TESTS_UNIT_BALANCE_FIXTURE_H

#include "balance/balancer.h"
#include "support/fault_allocator.h"

enum { FIXTURE_CLASSES = 4 };

struct fixture {
    struct fault_allocator fault;
    struct mem mem;
    struct balance_in in; /* ratio 1, weights: 1 + row modulo 4 */
    int32_t *y;
    double *w;
};

/* counts[0..k) rows of each class, mixed. Columns: the row's number; the same negated, missing in each fifth
 * row; a category of 3 levels. */
void fixture_set_up(struct fixture *f, const int64_t *counts, int32_t k);
void fixture_tear_down(struct fixture *f);

/* Rows of each class in the output; fails unless labels, weights and columns belong to the rows they claim.
 */
void fixture_check(const struct fixture *f, const struct balance_out *out, int64_t counts[FIXTURE_CLASSES]);

#endif
