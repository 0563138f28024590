/* context.c - automl/context.h. */
#include <automl/context.h>

#include "api/api.h"
#include "linalg/linalg.h"

_Static_assert((int)AUTOML_LOG_ERROR == (int)LOG_ERROR && (int)AUTOML_LOG_WARNING == (int)LOG_WARNING &&
                   (int)AUTOML_LOG_INFO == (int)LOG_INFO && (int)AUTOML_LOG_DEBUG == (int)LOG_DEBUG,
    "levels are those of the log");

automl_status automl_context_create(
    const automl_allocator *allocator, automl_context **out, automl_error *err)
{
    struct allocator a = allocator_system;
    NOT_NULL(out);
    if (allocator) {
        TRY(api_struct(allocator, sizeof *allocator, "allocator", err));
        if (!allocator->alloc)
            return api_null(err, "allocator.alloc");
        if (!allocator->free)
            return api_null(err, "allocator.free");
        a = (struct allocator){.alloc = allocator->alloc, .free = allocator->free, .user = allocator->user};
    }
    automl_context *ctx = NULL;
    TRY(context_create(&a, &ctx, err));
    ctx->thread_start = la_warm_up;
    *out = ctx;
    return AUTOML_OK;
}

void automl_context_free(automl_context *ctx)
{
    context_unref(ctx);
}

automl_status automl_context_set_log(
    automl_context *ctx, int32_t level, automl_log_fn fn, void *user, automl_error *err)
{
    NOT_NULL(ctx);
    if (level < AUTOML_LOG_NONE || level > AUTOML_LOG_DEBUG)
        return api_range(err, "level", level, "one of AUTOML_LOG_NONE to AUTOML_LOG_DEBUG");
    ctx->log = (struct log){.fn = fn, .user = user, .level = level};
    return AUTOML_OK;
}

automl_status automl_context_set_executor(
    automl_context *ctx, const automl_executor *executor, automl_error *err)
{
    NOT_NULL(ctx);
    if (!executor) {
        ctx->executor = (struct executor){0};
        return AUTOML_OK;
    }
    TRY(api_struct(executor, sizeof *executor, "executor", err));
    if (!executor->submit)
        return api_null(err, "executor.submit");
    TRY(api_least(executor->n_threads, 1, "executor.n_threads", err));
    ctx->executor = (struct executor){
        .submit = executor->submit, .user = executor->user, .n_threads = executor->n_threads};
    return AUTOML_OK;
}

int64_t automl_context_memory_used(const automl_context *ctx)
{
    return ctx ? mem_used(&ctx->mem) : 0;
}

int64_t automl_context_memory_peak(const automl_context *ctx)
{
    return ctx ? mem_peak(&ctx->mem) : 0;
}

const void *automl_buffer_data(const automl_buffer *buffer)
{
    return buffer ? buffer->data : "";
}

int64_t automl_buffer_size(const automl_buffer *buffer)
{
    return buffer ? buffer->n : 0;
}

void automl_buffer_free(automl_buffer *buffer)
{
    if (!buffer)
        return;
    automl_context *ctx = buffer->ctx;
    mem_free(&ctx->mem, buffer->data);
    mem_free(&ctx->mem, buffer);
    context_unref(ctx);
}
