/*
 * error.c - the error object and the table of status codes.
 *
 * Texts are formatted into a local buffer first: arguments may point into the object that is written.
 */
#define _POSIX_C_SOURCE 200809L /* strerror_r */

#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

static const char memory_message[] =
    "Not enough memory: allow more (max_memory_mb), or use fewer rows, columns or threads";

struct status_entry {
    automl_status status;
    const char *name, *text;
};

static const struct status_entry status_table[] = {
#define STATUS(code, sentence) {code, #code, sentence},
#include "base/status_table.h"
};

static const struct status_entry *status_find(automl_status status)
{
    for (size_t i = 0; i < sizeof status_table / sizeof *status_table; i++)
        if (status_table[i].status == status)
            return &status_table[i];
    return NULL;
}

/* Both texts are NUL-terminated and short enough. */
static automl_status record(automl_error *err, automl_status status, const char *message, size_t length)
{
    err->status = status;
    memcpy(err->message, message, length);
    err->message[length] = '\0';
    err->where[0] = '\0';
    return status;
}

const char *automl_status_name(automl_status status)
{
    const struct status_entry *entry = status_find(status);
    return entry ? entry->name : "AUTOML_E_?";
}

const char *automl_status_text(automl_status status)
{
    const struct status_entry *entry = status_find(status);
    return entry ? entry->text : "This is not a status code of this version.";
}

automl_error *automl_error_create(void)
{
    automl_error *err = allocator_system.alloc(allocator_system.user, sizeof *err);
    automl_error_clear(err);
    return err;
}

void automl_error_free(automl_error *err)
{
    allocator_system.free(allocator_system.user, err);
}

void automl_error_clear(automl_error *err)
{
    if (err)
        record(err, AUTOML_OK, "", 0);
}

automl_status automl_error_status(const automl_error *err)
{
    return err ? err->status : AUTOML_OK;
}

const char *automl_error_message(const automl_error *err)
{
    return err ? err->message : "";
}

const char *automl_error_where(const automl_error *err)
{
    return err ? err->where : "";
}

automl_status error_set(automl_error *err, automl_status status, const char *format, ...)
{
    if (!err)
        return status;
    char text[ERROR_MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    size_t n = utf8_vformat(text, sizeof text, format, args);
    va_end(args);
    if (n > 0)
        return record(err, status, text, n);
    const char *general = automl_status_text(status);
    return record(err, status, general, strlen(general));
}

/* A place that does not end in a separator of its own stands apart from the one inside it. */
static size_t separate(char *text, size_t n, const char *inner)
{
    if (n == 0 || inner[0] == '\0' || text[n - 1] == '/')
        return n;
    memcpy(text + n, ": ", 2);
    return n + 2;
}

void error_where(automl_error *err, const char *format, ...)
{
    if (!err)
        return;
    char text[2 * ERROR_WHERE_BYTES + 2];
    va_list args;
    va_start(args, format);
    size_t n = utf8_vformat(text, ERROR_WHERE_BYTES, format, args);
    va_end(args);
    n = separate(text, n, err->where);
    size_t inner = strlen(err->where);
    memcpy(text + n, err->where, inner);
    n += inner;
    if (n >= ERROR_WHERE_BYTES)
        n = utf8_cut(text, ERROR_WHERE_BYTES - 1);
    memcpy(err->where, text, n);
    err->where[n] = '\0';
}

automl_status error_memory(automl_error *err)
{
    return err ? record(err, AUTOML_E_MEMORY, memory_message, sizeof memory_message - 1) : AUTOML_E_MEMORY;
}

automl_status error_system(
    automl_error *err, automl_status status, const char *what, const char *path, int errnum)
{
    char reason[256];
    if (strerror_r(errnum, reason, sizeof reason) != 0)
        snprintf(reason, sizeof reason, "error %d of the operating system", errnum);
    if (!path)
        return error_set(err, status, "cannot %s: %s", what, reason);
    return error_set(err, status, "cannot %s '%s': %s", what, path, reason);
}

automl_status error_copy(automl_error *to, const automl_error *from)
{
    if (!from)
        automl_error_clear(to);
    else if (to && to != from)
        *to = *from;
    return automl_error_status(from);
}
