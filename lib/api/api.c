/* api.c - checks of arguments, and buffers. */
#include "api/api.h"

#include <inttypes.h>
#include <string.h>

automl_status api_null(automl_error *err, const char *argument)
{
    error_set(err, AUTOML_E_ARGUMENT, "the argument '%s' is NULL, which it may not be", argument);
    error_where(err, "%s", argument);
    return AUTOML_E_ARGUMENT;
}

automl_status api_range(automl_error *err, const char *argument, int64_t value, const char *legal)
{
    error_set(
        err, AUTOML_E_RANGE, "the argument '%s' is %" PRId64 ", but it has to be %s", argument, value, legal);
    error_where(err, "%s", argument);
    return AUTOML_E_RANGE;
}

automl_status api_least(int64_t value, int64_t least, const char *argument, automl_error *err)
{
    if (value >= least)
        return AUTOML_OK;
    error_set(err, AUTOML_E_RANGE, "the argument '%s' is %" PRId64 ", but it has to be at least %" PRId64,
        argument, value, least);
    error_where(err, "%s", argument);
    return AUTOML_E_RANGE;
}

automl_status api_struct(const void *s, size_t known, const char *argument, automl_error *err)
{
    uint32_t given;
    memcpy(&given, s, sizeof given);
    const unsigned char *bytes = s;
    bool ok = given >= known && given <= known + 4096;
    for (size_t i = known; ok && i < given; i++)
        ok = bytes[i] == 0;
    if (ok)
        return AUTOML_OK;
    error_set(err, AUTOML_E_ARGUMENT,
        "struct_size of '%s' is %" PRIu32 ", but this version of the library knows %zu bytes; set it to the "
        "struct's sizeof and what you do not use to 0",
        argument, given, known);
    error_where(err, "%s", argument);
    return AUTOML_E_ARGUMENT;
}

automl_status api_buffer(automl_context *ctx, char *bytes, int64_t n, automl_buffer **out, automl_error *err)
{
    automl_buffer *b = bytes ? NEW(&ctx->mem, automl_buffer) : NULL;
    if (!b) {
        mem_free(&ctx->mem, bytes);
        return error_memory(err);
    }
    bytes[n] = '\0';
    *b = (automl_buffer){.ctx = context_ref(ctx), .data = bytes, .n = n};
    *out = b;
    return AUTOML_OK;
}

automl_status api_text(automl_context *ctx, struct strbuf *text, automl_buffer **out, automl_error *err)
{
    int64_t n = text->n;
    char *bytes = strbuf_take(text);
    strbuf_free(text);
    return api_buffer(ctx, bytes, n, out, err);
}

automl_status api_copy(automl_context *ctx, const char *text, automl_buffer **out, automl_error *err)
{
    return api_buffer(ctx, mem_strdup(&ctx->mem, text), (int64_t)strlen(text), out, err);
}
