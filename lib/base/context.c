/*
 * context.c - creation, sharing and release of a context.
 *
 * A context lies in memory of the host's allocator but outside its own account, which is a part of it.
 */
#include "base/context.h"

#include <string.h>

#include "base/os.h"

automl_status context_create(const struct allocator *a, automl_context **out, automl_error *err)
{
    if (!a)
        a = &allocator_system;
    automl_context *ctx = a->alloc(a->user, sizeof *ctx);
    if (!ctx)
        return error_memory(err);
    memset(ctx, 0, sizeof *ctx);
    if (pthread_mutex_init(&ctx->lock, NULL) != 0) {
        a->free(a->user, ctx);
        return error_set(err, AUTOML_E_MEMORY, "the system has no resources left for a lock");
    }
    mem_init(&ctx->mem, a);
    ctx->log.level = LOG_INFO;
    ctx->clock = &clock_system;
    atomic_init(&ctx->refs, 1);
    *out = ctx;
    return AUTOML_OK;
}

automl_context *context_ref(automl_context *ctx)
{
    if (ctx)
        atomic_fetch_add_explicit(&ctx->refs, 1, memory_order_relaxed);
    return ctx;
}

void context_unref(automl_context *ctx)
{
    if (!ctx || atomic_fetch_sub_explicit(&ctx->refs, 1, memory_order_acq_rel) > 1)
        return;
    for (int32_t i = 0; i < CONTEXT_SLOTS; i++)
        if (ctx->extensions[i].free)
            ctx->extensions[i].free(&ctx->mem, ctx->extensions[i].data);
    pthread_mutex_destroy(&ctx->lock);
    struct allocator a = ctx->mem.allocator;
    a.free(a.user, ctx);
}

automl_status context_pool(automl_context *ctx, int32_t n_threads, struct pool **out, automl_error *err)
{
    const struct executor *executor = ctx->executor.submit ? &ctx->executor : NULL;
    if (n_threads <= 0)
        n_threads = executor ? executor->n_threads : os_cpus();
    return pool_create(&ctx->mem, n_threads > 0 ? n_threads : 1, executor, ctx->thread_start, out, err);
}
