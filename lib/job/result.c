/* result.c - the end of a result. */
#include "job/result.h"

#include <string.h>

static void metrics_clear(struct mem *m, struct job_metrics *v)
{
    mem_free(m, v->names);
    mem_free(m, v->values);
    mem_free(m, v->confusion);
}

void job_result_clear(struct job_result *r)
{
    struct mem *m = r->mem;
    if (m == NULL)
        return;
    search_result_clear(&r->search);
    if (r->selection.mem != NULL)
        selector_result_clear(&r->selection);
    model_unref(r->model);
    metrics_clear(m, &r->train);
    metrics_clear(m, &r->test);
    mem_free(m, r->warnings);
    mem_free(m, r->class_counts);
    mem_free(m, r->train_counts);
    mem_free(m, r->counts_before);
    mem_free(m, r->counts_after);
    mem_free(m, r->importance);
    arena_free(&r->arena);
    memset(r, 0, sizeof *r);
}
