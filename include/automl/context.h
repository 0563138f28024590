/*
 * context.h - what every object is made from: the host's memory, log and threads; and buffers.
 *
 * A process may have any number of contexts; they share nothing. A context is set up by one thread (log,
 * executor, scorers) before objects are made from it; after that it may be used from any thread, as creating
 * objects is thread-safe. Each object keeps a reference, so the context may be freed before them.
 */
#ifndef AUTOML_CONTEXT_H
#define AUTOML_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

#include <automl/export.h>
#include <automl/status.h>

AUTOML_BEGIN_DECLS

/* What objects are made from. Reference-counted. */
typedef struct automl_context automl_context;

/*
 * Memory functions of the host. Both must be callable from several threads at once. What SQLite, cJSON and
 * OpenBLAS allocate for themselves does not go through them.
 */
typedef struct automl_allocator {
    uint32_t struct_size; /* sizeof(automl_allocator) */
    /* Memory of `bytes` > 0 bytes aligned as malloc's, or NULL: the call that needed it then fails with
     * AUTOML_E_MEMORY. */
    void *(*alloc)(void *user, size_t bytes);
    /* Takes back what alloc gave; p may be NULL. */
    void (*free)(void *user, void *p);
    void *user; /* handed to both */
} automl_allocator;

/*
 * Threads of the host, in place of the library's own.
 */
typedef struct automl_executor {
    uint32_t struct_size; /* sizeof(automl_executor) */
    /* How many tasks may run at a time, the thread that called the library included; at least 1. Where a
     * parameter `threads` is 0 this many are used. */
    int32_t n_threads;
    /* Arranges that fn(arg) is called exactly once, on any thread, now or later, and returns 0. Any other
     * value refuses the task, which then runs on the thread that waits for it; the host must not call it.
     * A task never blocks for a task that was submitted after it. */
    int32_t (*submit)(void *user, void (*fn)(void *arg), void *arg);
    void *user; /* handed to submit */
} automl_executor;

/* Levels of log messages: a message is delivered if its level is not above the one that was set. */
enum {
    AUTOML_LOG_NONE = 0,    /* no messages */
    AUTOML_LOG_ERROR = 1,   /* something failed */
    AUTOML_LOG_WARNING = 2, /* the result is not what the parameters asked for */
    AUTOML_LOG_INFO = 3,    /* stages of a job */
    AUTOML_LOG_DEBUG = 4    /* single candidates */
};

/**
 * Receives one message.
 *
 * May be called from any thread, also from several at once.
 *
 * @param level    AUTOML_LOG_ERROR to AUTOML_LOG_DEBUG
 * @param message  one line without its end; lives during the call
 * @param user     as given to automl_context_set_log()
 */
typedef void (*automl_log_fn)(int32_t level, const char *message, void *user);

/**
 * Creates a context. No thread is started and nothing is allocated beyond the context.
 *
 * @param allocator  copied; NULL: malloc and free. The functions must work until the last object made from
 *                   the context is freed.
 * @param out        the context, to be released with automl_context_free()
 * @param err        receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_ARGUMENT if struct_size is not that of a known version or a function is
 *         missing.
 * @since 0.1
 */
AUTOML_API automl_status automl_context_create(
    const automl_allocator *allocator, automl_context **out, automl_error *err);

/**
 * Gives up the caller's reference. The context ends with the last object made from it.
 * Thread-safe.
 *
 * @param ctx  NULL is fine
 * @since 0.1
 */
AUTOML_API void automl_context_free(automl_context *ctx);

/**
 * Sets the receiver of log messages. Without one the library is silent.
 *
 * To be called before other objects are made from the context.
 *
 * @param ctx    the context
 * @param level  AUTOML_LOG_NONE to AUTOML_LOG_DEBUG: messages above it are not even formatted
 * @param fn     the receiver; NULL: none
 * @param user   handed to fn; may be NULL
 * @param err    receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_RANGE for a level that does not exist.
 * @since 0.1
 */
AUTOML_API automl_status automl_context_set_log(
    automl_context *ctx, int32_t level, automl_log_fn fn, void *user, automl_error *err);

/**
 * Lets the host run the library's tasks. Without an executor the library starts its own threads when there
 * is something to run in parallel, with all signals blocked, and joins them when that work ends.
 *
 * To be called before other objects are made from the context. Results do not depend on the executor.
 *
 * @param ctx       the context
 * @param executor  copied; NULL: own threads again. submit must work until the last object is freed.
 * @param err       receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_ARGUMENT if struct_size is not that of a known version or submit is NULL;
 *         AUTOML_E_RANGE if n_threads < 1.
 * @since 0.1
 */
AUTOML_API automl_status automl_context_set_executor(
    automl_context *ctx, const automl_executor *executor, automl_error *err);

/**
 * @param ctx  the context; NULL gives 0
 * @return bytes that all objects of the context hold now, as they were asked for. Thread-safe.
 * @since 0.1
 */
AUTOML_API int64_t automl_context_memory_used(const automl_context *ctx);

/**
 * @param ctx  the context; NULL gives 0
 * @return the largest value that automl_context_memory_used() has had so far. Thread-safe.
 * @since 0.1
 */
AUTOML_API int64_t automl_context_memory_peak(const automl_context *ctx);

/* Bytes that a function hands out: JSON, HTML or the image of a model file. Immutable. */
typedef struct automl_buffer automl_buffer;

/**
 * @param buffer  the buffer; NULL gives ""
 * @return its bytes, aligned as malloc's and followed by a NUL that does not count; they live as long as
 *         the buffer. Never NULL.
 * @since 0.1
 */
AUTOML_API const void *automl_buffer_data(const automl_buffer *buffer);

/**
 * @param buffer  the buffer; NULL gives 0
 * @return the number of bytes, without the NUL.
 * @since 0.1
 */
AUTOML_API int64_t automl_buffer_size(const automl_buffer *buffer);

/**
 * Releases a buffer.
 *
 * @param buffer  NULL is fine
 * @since 0.1
 */
AUTOML_API void automl_buffer_free(automl_buffer *buffer);

AUTOML_END_DECLS

#endif
