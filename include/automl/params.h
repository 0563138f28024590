/*
 * params.h - the parameters of a job: a bag of typed values, checked when they are set.
 *
 * Keys, types, defaults and ranges are listed in docs/parameters.md and, for programs, by
 * automl_params_schema_json(). JSON keys are the same. Setting a value can fail in three ways, each with the
 * key as the error's place and a sentence that names what would have been right:
 *
 *     AUTOML_E_UNKNOWN_KEY  no such key; the nearest one is named
 *     AUTOML_E_TYPE         the key takes another type; it is named
 *     AUTOML_E_RANGE        the value lies outside the range, which is named
 *
 * What depends on several keys or on the data is checked by automl_params_check() and by the job. A bag that
 * a call has failed on is unchanged. A bag belongs to one thread at a time; functions that take it `const`
 * do not keep it.
 */
#ifndef AUTOML_PARAMS_H
#define AUTOML_PARAMS_H

#include <stdint.h>

#include <automl/context.h>
#include <automl/export.h>
#include <automl/status.h>

AUTOML_BEGIN_DECLS

/* The parameters of one job. */
typedef struct automl_params automl_params;

/**
 * Creates a bag in which every parameter has its default.
 *
 * @param ctx  the context
 * @param out  the bag, to be released with automl_params_free()
 * @param err  receives the error; may be NULL
 * @return AUTOML_OK.
 * @since 0.1
 */
AUTOML_API automl_status automl_params_create(automl_context *ctx, automl_params **out, automl_error *err);

/**
 * Releases a bag.
 *
 * @param params  NULL is fine
 * @since 0.1
 */
AUTOML_API void automl_params_free(automl_params *params);

/**
 * Creates a second bag with the same values.
 *
 * @param params  the bag to copy
 * @param out     the copy, to be released with automl_params_free()
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK.
 * @since 0.1
 */
AUTOML_API automl_status automl_params_copy(
    const automl_params *params, automl_params **out, automl_error *err);

/**
 * Sets a whole number, such as "num_features" or "cv_folds". Keys of real numbers accept it too.
 *
 * @param params  the bag
 * @param key     the parameter
 * @param value   within the parameter's range
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_UNKNOWN_KEY, AUTOML_E_TYPE, AUTOML_E_RANGE.
 * @since 0.1
 */
AUTOML_API automl_status automl_params_set_int(
    automl_params *params, const char *key, int64_t value, automl_error *err);

/**
 * Sets a real number, such as "max_seconds" or "test_size".
 *
 * @param params  the bag
 * @param key     the parameter
 * @param value   within the parameter's range; NaN is out of every range
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_UNKNOWN_KEY, AUTOML_E_TYPE, AUTOML_E_RANGE.
 * @since 0.1
 */
AUTOML_API automl_status automl_params_set_real(
    automl_params *params, const char *key, double value, automl_error *err);

/**
 * Sets a switch, such as "to_balance".
 *
 * @param params  the bag
 * @param key     the parameter
 * @param value   0: off; anything else: on
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_UNKNOWN_KEY, AUTOML_E_TYPE.
 * @since 0.1
 */
AUTOML_API automl_status automl_params_set_bool(
    automl_params *params, const char *key, int32_t value, automl_error *err);

/**
 * Sets a text, such as "target_name", or one of a parameter's choices, such as "refit".
 *
 * @param params  the bag
 * @param key     the parameter
 * @param value   UTF-8, copied
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_UNKNOWN_KEY, AUTOML_E_TYPE; AUTOML_E_RANGE for a text that is no choice.
 * @since 0.1
 */
AUTOML_API automl_status automl_params_set_string(
    automl_params *params, const char *key, const char *value, automl_error *err);

/**
 * Sets a list of texts: "features_selected".
 *
 * @param params  the bag
 * @param key     the parameter
 * @param values  n texts, UTF-8, copied; none may be NULL. NULL is fine if n is 0.
 * @param n       how many; at least 0
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_UNKNOWN_KEY, AUTOML_E_TYPE; AUTOML_E_RANGE if n is negative.
 * @since 0.1
 */
AUTOML_API automl_status automl_params_set_strings(
    automl_params *params, const char *key, const char *const *values, int32_t n, automl_error *err);

/**
 * Sets "seed", the root of all random streams. In JSON it is a string, as JSON numbers are doubles.
 *
 * @param params  the bag
 * @param key     the parameter
 * @param value   any
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_UNKNOWN_KEY, AUTOML_E_TYPE.
 * @since 0.1
 */
AUTOML_API automl_status automl_params_set_seed(
    automl_params *params, const char *key, uint64_t value, automl_error *err);

/**
 * Sets a parameter of any type from a text, as a command line has it: "0.25", "true", "age,income" for a
 * list, a JSON text for "search_space".
 *
 * @param params  the bag
 * @param key     the parameter
 * @param text    UTF-8, copied
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_UNKNOWN_KEY, AUTOML_E_RANGE; AUTOML_E_TYPE if the text does not read as the
 *         parameter's type; AUTOML_E_FORMAT if it should be JSON and is not.
 * @since 0.1
 */
AUTOML_API automl_status automl_params_set_text(
    automl_params *params, const char *key, const char *text, automl_error *err);

/**
 * Gives a parameter its default back.
 *
 * @param params  the bag
 * @param key     the parameter
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_UNKNOWN_KEY.
 * @since 0.1
 */
AUTOML_API automl_status automl_params_unset(automl_params *params, const char *key, automl_error *err);

/**
 * Sets every member of a JSON object, all or none. null gives the default back.
 *
 * @param params  the bag
 * @param text    one JSON object, UTF-8, without duplicate keys, at most 64 MiB and 64 levels deep
 * @param n       bytes of text; a NUL at its end is not needed
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_FORMAT with line and column if the text is not JSON; AUTOML_E_UNKNOWN_KEY,
 *         AUTOML_E_TYPE, AUTOML_E_RANGE for a member; AUTOML_E_RANGE if n is negative.
 * @since 0.1
 */
AUTOML_API automl_status automl_params_merge_json(
    automl_params *params, const char *text, int64_t n, automl_error *err);

/**
 * Writes the bag as a JSON object that automl_params_merge_json() reads back to the same values.
 *
 * @param params  the bag
 * @param all     0: only what was set; anything else: every parameter, unset ones as null
 * @param out     the JSON text, to be released with automl_buffer_free()
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK.
 * @since 0.1
 */
AUTOML_API automl_status automl_params_to_json(
    const automl_params *params, int32_t all, automl_buffer **out, automl_error *err);

/**
 * Reads a whole number.
 *
 * @param params  the bag
 * @param key     the parameter
 * @param out     the value that was set, or the default
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_UNKNOWN_KEY, AUTOML_E_TYPE; AUTOML_E_STATE if it is not set and has no default.
 * @since 0.1
 */
AUTOML_API automl_status automl_params_int(
    const automl_params *params, const char *key, int64_t *out, automl_error *err);

/**
 * Reads a real number; whole numbers are converted.
 *
 * @param params  the bag
 * @param key     the parameter
 * @param out     the value that was set, or the default
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_UNKNOWN_KEY, AUTOML_E_TYPE; AUTOML_E_STATE if it is not set and has no default.
 * @since 0.1
 */
AUTOML_API automl_status automl_params_real(
    const automl_params *params, const char *key, double *out, automl_error *err);

/**
 * Reads a switch.
 *
 * @param params  the bag
 * @param key     the parameter
 * @param out     0 or 1
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_UNKNOWN_KEY, AUTOML_E_TYPE; AUTOML_E_STATE if it is not set and has no default.
 * @since 0.1
 */
AUTOML_API automl_status automl_params_bool(
    const automl_params *params, const char *key, int32_t *out, automl_error *err);

/**
 * Reads a text, a choice or a JSON value.
 *
 * @param params  the bag
 * @param key     the parameter
 * @param out     the text, borrowed until the parameter is set again or the bag is freed; NULL if it is not
 *                set and has no default
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_UNKNOWN_KEY, AUTOML_E_TYPE.
 * @since 0.1
 */
AUTOML_API automl_status automl_params_string(
    const automl_params *params, const char *key, const char **out, automl_error *err);

/**
 * Reads a seed.
 *
 * @param params  the bag
 * @param key     the parameter
 * @param out     the value that was set, or the default
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_UNKNOWN_KEY, AUTOML_E_TYPE; AUTOML_E_STATE if it is not set and has no default.
 * @since 0.1
 */
AUTOML_API automl_status automl_params_seed(
    const automl_params *params, const char *key, uint64_t *out, automl_error *err);

/**
 * Lists all parameters: a JSON array of objects with "key", "type", "default", "min", "max", "choices",
 * "condition" and "help", in the order of docs/parameters.md.
 *
 * @param ctx  the context
 * @param out  the JSON text, to be released with automl_buffer_free()
 * @param err  receives the error; may be NULL
 * @return AUTOML_OK.
 * @since 0.1
 */
AUTOML_API automl_status automl_params_schema_json(
    automl_context *ctx, automl_buffer **out, automl_error *err);

/**
 * Checks what can be checked without data: required parameters, dates that parse and are in order, known
 * metrics and methods, parameters that exclude one another. A job does the same when it is created.
 *
 * @param params  the bag
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_ARGUMENT for a required parameter that is not set (its key is the place);
 *         AUTOML_E_CONFLICT, AUTOML_E_RANGE, AUTOML_E_UNKNOWN_KEY, AUTOML_E_UNSUPPORTED.
 * @since 0.1
 */
AUTOML_API automl_status automl_params_check(const automl_params *params, automl_error *err);

AUTOML_END_DECLS

#endif
