/*
 * mixed_data.h - made-up tables for tests that loop over many things: numeric columns of very different
 * scales, category columns and missing cells, with a target that depends on them.
 *
 * The memory under the columns may be edited until the frame is first used. Every function fails the test if
 * it cannot do its work.
 */
#ifndef TESTS_SUPPORT_MIXED_DATA_H
#define TESTS_SUPPORT_MIXED_DATA_H

#include <stdbool.h>

#include "data/frame.h"

struct mixed_spec {
    int64_t n;
    int32_t numbers, codes; /* columns */
    int32_t levels;         /* of each category column */
    int32_t classes;
    double missing; /* share of the cells */
    bool non_negative;
    uint64_t seed;
};

struct mixed {
    int64_t n;
    int32_t k;
    struct frame *x; /* numeric columns first */
    double *numbers; /* column-major, n each */
    int32_t **codes; /* of each category column */
    int32_t *y;      /* every class occurs if n >= k */
};

void mixed_make(struct mem *m, const struct mixed_spec *spec, struct mixed *out);
void mixed_free(struct mixed *d);
/* Rows idx[0..n) of d, repeats allowed; nothing to edit in it. */
void mixed_take(const struct mixed *d, const int32_t *idx, int64_t n, struct mixed *out);

#endif
