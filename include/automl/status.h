/*
 * status.h - status codes and the error object.
 *
 * Every function that can fail returns an automl_status: 0 is success, a negative value is an error, a
 * positive value is a success that differs from the usual one (a job that was stopped but has a result).
 * Most take, as their last argument, an optional automl_error that receives the text: NULL is fine.
 *
 * Codes are append-only: a value never changes its meaning and is never reused.
 */
#ifndef AUTOML_STATUS_H
#define AUTOML_STATUS_H

#include <stdint.h>

#include <automl/export.h>

AUTOML_BEGIN_DECLS

/* One of the constants below. */
typedef int32_t automl_status;

enum {
    AUTOML_OK = 0,             /* success */
    AUTOML_STOPPED = 1,        /* stopped on request; the best result so far is kept */
    AUTOML_E_MEMORY = -1,      /* an allocation failed or the memory budget is used up */
    AUTOML_E_ARGUMENT = -2,    /* an argument is NULL, out of range or inconsistent with another */
    AUTOML_E_UNKNOWN_KEY = -3, /* no parameter, metric, operator or method of this name */
    AUTOML_E_TYPE = -4,        /* a parameter was given a value of the wrong type */
    AUTOML_E_RANGE = -5,       /* a parameter value lies outside its range */
    AUTOML_E_CONFLICT = -6,    /* parameters contradict one another or the data */
    AUTOML_E_NOT_FOUND = -7,   /* a file, table, column or job does not exist */
    AUTOML_E_READ = -8,        /* the operating system could not read a file */
    AUTOML_E_WRITE = -9,       /* the operating system could not write: disk full, read-only, no permission */
    AUTOML_E_FORMAT = -10,     /* a file's content is malformed or damaged */
    AUTOML_E_VERSION = -11,    /* a file was written by a newer, incompatible release */
    AUTOML_E_DATA = -12,       /* the data cannot be used for this task */
    AUTOML_E_SCHEMA = -13,     /* the data lack columns that a model needs, or have other types */
    AUTOML_E_UNSUPPORTED = -14, /* not supported by this build or this version */
    AUTOML_E_CANCELLED = -15,   /* abandoned on request; there is no result */
    AUTOML_E_CALLBACK = -16,    /* a function of the host reported a failure */
    AUTOML_E_NUMERIC = -17,     /* a computation did not give finite numbers */
    AUTOML_E_BUDGET = -18,      /* the time or memory budget does not allow this step */
    AUTOML_E_STATE = -19,       /* the object is not in a state that allows this call */
    AUTOML_E_STORE = -20,       /* the store's database reported a failure */
    AUTOML_E_INTERNAL = -21     /* an inner check failed: a defect, please report it */
};

/* An error text and its place. Opaque, owned by the caller, reusable; not to be shared between threads
 * without a lock. */
typedef struct automl_error automl_error;

/**
 * Creates an error object with its text preallocated, so that "out of memory" can be reported too.
 * Needs no context.
 *
 * @return the object, to be released with automl_error_free(), or NULL when memory is exhausted.
 * @since 0.1
 */
AUTOML_API automl_error *automl_error_create(void);

/**
 * Releases an error object.
 *
 * @param err  NULL is fine
 * @since 0.1
 */
AUTOML_API void automl_error_free(automl_error *err);

/**
 * Empties an error object, so that it can be reused.
 *
 * @param err  NULL is fine
 * @since 0.1
 */
AUTOML_API void automl_error_clear(automl_error *err);

/**
 * @param err  an error object, or NULL
 * @return the status that was recorded last; AUTOML_OK for an empty object and for NULL.
 * @since 0.1
 */
AUTOML_API automl_status automl_error_status(const automl_error *err);

/**
 * One sentence that says what is wrong and what to do.
 *
 * @param err  an error object, or NULL
 * @return UTF-8 text that lives until the object is used again or freed; "" if there is no error. Never NULL.
 * @since 0.1
 */
AUTOML_API const char *automl_error_message(const automl_error *err);

/**
 * The place: a row and column ("line 7, column 'age'"), a parameter key ("num_features") or an operator's
 * path ("pipeline/2/gaussian_nb").
 *
 * @param err  an error object, or NULL
 * @return UTF-8 text that lives until the object is used again or freed; "" if no place applies. Never NULL.
 * @since 0.1
 */
AUTOML_API const char *automl_error_where(const automl_error *err);

/**
 * The constant's name of a status code, e.g. "AUTOML_E_MEMORY".
 *
 * @param status  any value
 * @return a static string; "AUTOML_E_?" for a value that is not a status code. Never NULL.
 * @since 0.1
 */
AUTOML_API const char *automl_status_name(automl_status status);

/**
 * One general sentence for a status code.
 *
 * @param status  any value
 * @return a static string; never NULL.
 * @since 0.1
 */
AUTOML_API const char *automl_status_text(automl_status status);

AUTOML_END_DECLS

#endif
