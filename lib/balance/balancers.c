/*
 * balancers.c - the one table of balancers.
 */
#include <string.h>

#include "balance/balancer.h"

/* In documentation order. */
#define BALANCERS(X)                                                                                         \
    X(random_over_sampler)                                                                                   \
    X(random_under_sampler)

#define DECLARE(name) extern const struct balancer balancer_##name;
BALANCERS(DECLARE)

#define ENTRY(name) &balancer_##name,
static const struct balancer *const table[] = {BALANCERS(ENTRY)};

const struct balancer *const *balancers_all(int32_t *out_n)
{
    *out_n = sizeof table / sizeof *table;
    return table;
}

const struct balancer *balancer_find(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i]->name, name) == 0)
            return table[i];
    return NULL;
}

automl_status balancer_require(
    const char *name, const char *where, const struct balancer **out, automl_error *err)
{
    const char *names[sizeof table / sizeof *table];
    int32_t n = sizeof table / sizeof *table;
    *out = balancer_find(name);
    if (*out != NULL)
        return AUTOML_OK;
    for (int32_t i = 0; i < n; i++)
        names[i] = table[i]->name;
    const char *nearest = nearest_name(name, names, n);
    error_set(err, AUTOML_E_UNKNOWN_KEY, "there is no balancer '%s'; %s is '%s'", name,
        nearest != NULL ? "nearest" : "one that there is", nearest != NULL ? nearest : names[0]);
    error_where(err, "%s", where);
    return AUTOML_E_UNKNOWN_KEY;
}

void balance_out_free(struct mem *m, struct balance_out *out)
{
    frame_unref(out->x);
    mem_free(m, out->y);
    mem_free(m, out->w);
    *out = (struct balance_out){0};
}
