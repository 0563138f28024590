/*
 * api.h - what the files of this room share. Each of them belongs to one public header: it checks pointers,
 * sizes and constants, and delegates.
 */
#ifndef API_API_H
#define API_API_H

#include <automl/context.h>
#include <automl/params.h>

#include "base/context.h"
#include "base/strbuf.h"
#include "params/params.h"

struct automl_params {
    automl_context *ctx; /* a reference */
    struct params *bag;  /* of job_schema */
};

struct automl_buffer {
    automl_context *ctx; /* a reference */
    char *data;          /* n bytes and a NUL */
    int64_t n;
};

/* AUTOML_E_ARGUMENT or AUTOML_E_RANGE with the argument's name as the place. */
automl_status api_null(automl_error *err, const char *argument);
automl_status api_range(automl_error *err, const char *argument, int64_t value, const char *legal);
/* `s` points to a struct of the host that begins with its size: at least `known` bytes, the rest of them 0.
 */
automl_status api_struct(const void *s, size_t known, const char *argument, automl_error *err);
/* Sizes of threads and the like: at least `least`. */
automl_status api_least(int64_t value, int64_t least, const char *argument, automl_error *err);

#define NOT_NULL(argument)                                                                                   \
    do {                                                                                                     \
        if (!(argument))                                                                                     \
            return api_null(err, #argument);                                                                 \
    } while (0)

#define AT_LEAST(argument, least) TRY(api_least((int64_t)(argument), (least), #argument, err))

/* Takes over n bytes of ctx's memory with room for a NUL behind them; frees them if it fails. NULL bytes are
 * AUTOML_E_MEMORY. */
automl_status api_buffer(automl_context *ctx, char *bytes, int64_t n, automl_buffer **out, automl_error *err);
/* Takes over the text of a strbuf in ctx's memory, which is empty afterwards, also on failure. */
automl_status api_text(automl_context *ctx, struct strbuf *text, automl_buffer **out, automl_error *err);
automl_status api_copy(automl_context *ctx, const char *text, automl_buffer **out, automl_error *err);

#endif
