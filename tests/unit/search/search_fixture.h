/* search_fixture.h - a small, fixed data set with folds, ready for candidates; every allocation is counted.
 */
#ifndef SEARCH_FIXTURE_H
#define SEARCH_FIXTURE_H

#include "data/split.h"
#include "search/search.h"
#include "search/selector.h"
#include "support/fault_allocator.h"

enum { FIXTURE_NUMERIC = 6, FIXTURE_COLUMNS = 7 /* the last is a category */ };

struct fixture {
    struct fault_allocator fault;
    automl_context *ctx;
    struct mem *mem;
    struct pool *pool;
    int64_t n;
    int32_t k;
    int32_t *y;
    struct folds *folds;
    struct eval_setting setting;
    struct space space;
    struct budget budget;
};

/* Columns 0 and 1 tell the class, 2 repeats 0 with noise, 3 to 5 are noise, the category helps a little.
 * Column 4 has missing cells. */
void fixture_open(struct fixture *f, int64_t n, int32_t k, int32_t threads, const char *metric);
void fixture_close(struct fixture *f); /* fails the test on a leak */
struct search_request fixture_search(struct fixture *f, int64_t max_evaluations, uint64_t seed);
struct graph *fixture_graph(struct fixture *f, const char *json);

#endif
