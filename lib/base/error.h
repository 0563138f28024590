/*
 * error.h - how a function inside the library fails.
 *
 * A fallible function returns automl_status and takes `automl_error *err` last (NULL is fine). It records
 * the error where it is found: `return error_set(err, AUTOML_E_DATA, "column '%s' ...", name);`. Callers
 * pass the status on with TRY, or jump to their one `done:` label with TRY_DONE. The place is added where
 * it is known, innermost first: error_where prepends ("pipeline/2/" + "gaussian_nb").
 *
 * Formats use %s, %d, PRId64 and the like. Never %f, %g or %e: they follow the host's locale; print a
 * double with number_print (base/number.h) and %s.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <automl/status.h>

enum { ERROR_MESSAGE_BYTES = 1024, ERROR_WHERE_BYTES = 256 };

struct automl_error {
    automl_status status;
    char message[ERROR_MESSAGE_BYTES];
    char where[ERROR_WHERE_BYTES];
};

/* Record a status and its sentence (cut at a UTF-8 boundary if too long); returns `status`. */
automl_status error_set(automl_error *err, automl_status status, const char *format, ...) AUTOML_PRINTF(3, 4);
/* Prepends to the place, with ": " between unless the new part ends in '/'. */
void error_where(automl_error *err, const char *format, ...) AUTOML_PRINTF(2, 3);
/* "Not enough memory ..." without formatting or allocating; returns AUTOML_E_MEMORY. */
automl_status error_memory(automl_error *err);
/* An error of the operating system: "cannot WHAT 'PATH': strerror". */
automl_status error_system(
    automl_error *err, automl_status status, const char *what, const char *path, int errnum);
/* Copies what `from` holds into `to`; either may be NULL. Returns from's status. */
automl_status error_copy(automl_error *to, const automl_error *from);

#define TRY(expr)                                                                                            \
    do {                                                                                                     \
        automl_status try_status_ = (expr);                                                                  \
        if (try_status_ < 0)                                                                                 \
            return try_status_;                                                                              \
    } while (0)

/* For functions with cleanup: needs a local `automl_status status` and a label `done`. */
#define TRY_DONE(expr)                                                                                       \
    do {                                                                                                     \
        status = (expr);                                                                                     \
        if (status < 0)                                                                                      \
            goto done;                                                                                       \
    } while (0)

#endif
