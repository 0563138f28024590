/*
 * parallel.h - a parallel loop over pieces that may fail.
 */
#ifndef PIPELINE_PARALLEL_H
#define PIPELINE_PARALLEL_H

#include "base/pool.h"

/* fn(arg, i, err) for every i in [0, n), over the pool (NULL: serial). The failure of the lowest i that
 * failed is reported, for any number of threads; pieces after a known failure are skipped. */
automl_status parallel_try(struct pool *pool, int64_t n,
    automl_status (*fn)(void *arg, int64_t i, automl_error *err), void *arg, automl_error *err);

#endif
