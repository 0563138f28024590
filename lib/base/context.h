/*
 * context.h - what every object is created from: the host's allocator, log, clock, threads and extensions.
 *
 * Reference-counted: each object keeps a reference, so a host may free the context first. Contexts share
 * nothing. Rooms above attach their own tables (registered operators, scorers) in a slot.
 */
#ifndef BASE_CONTEXT_H
#define BASE_CONTEXT_H

#include <pthread.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/pool.h"

enum context_slot { CONTEXT_OPERATORS, CONTEXT_METRICS, CONTEXT_SCORERS, CONTEXT_SLOTS };

struct context_extension {
    void *data;
    void (*free)(struct mem *m, void *data);
};

typedef struct automl_context automl_context;

struct automl_context {
    struct mem mem;
    struct log log;
    const struct clock *clock;
    struct clock host_clock;    /* storage for an injected one */
    struct executor executor;   /* submit NULL: own threads */
    void (*thread_start)(void); /* runs once on each own thread of a pool; NULL: nothing to do */
    _Atomic int32_t refs;
    pthread_mutex_t lock; /* guards extensions */
    struct context_extension extensions[CONTEXT_SLOTS];
};

automl_status context_create(const struct allocator *a, automl_context **out, automl_error *err);
automl_context *context_ref(automl_context *ctx);
void context_unref(automl_context *ctx); /* NULL is fine */
/* A pool with this many threads (0: all cores), on the host's executor if there is one. */
automl_status context_pool(automl_context *ctx, int32_t n_threads, struct pool **out, automl_error *err);

#endif
