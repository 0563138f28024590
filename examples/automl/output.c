/*
 * output.c - what goes to the terminal or a pipe: results, errors, and the exit code that an error means.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "cli.h"

/* One character of UTF-8: its bytes, and whether a terminal would act on it instead of showing it. */
static int32_t character(const char *text, bool *control)
{
    const unsigned char *s = (const unsigned char *)text;
    int32_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : s[0] >= 0xc0 ? 2 : 1;
    *control = s[0] < 0x20 || s[0] == 0x7f || (s[0] == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0);
    for (int32_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return i;
    return n;
}

void put_text(FILE *to, const char *text)
{
    for (const char *s = text; *s != '\0';) {
        bool control;
        int32_t n = character(s, &control);
        fprintf(to, "%.*s", control ? 1 : (int)n, control ? "?" : s);
        s += n;
    }
}

int32_t text_width(const char *text)
{
    int32_t width = 0;
    for (const char *s = text; *s != '\0'; width++) {
        bool control;
        s += character(s, &control);
    }
    return width;
}

void put_cell(FILE *to, const char *text, int32_t width, bool right)
{
    int32_t space = width - text_width(text);
    if (right && space > 0)
        fprintf(to, "%*s", (int)space, "");
    put_text(to, text);
    if (!right && space > 0)
        fprintf(to, "%*s", (int)space, "");
}

int complain(int code, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    flockfile(stderr);
    fputs("automl: ", stderr);
    put_text(stderr, text);
    fputc('\n', stderr);
    funlockfile(stderr);
    return code;
}

/* A name that is not among the columns or classes has a place: a parameter is wrong. A file or table that is
 * not there has none: the data cannot be read. */
static int code_of(const automl_error *err, enum subject about)
{
    automl_status status = automl_error_status(err);
    bool is_file = status == AUTOML_E_NOT_FOUND || status == AUTOML_E_READ || status == AUTOML_E_FORMAT ||
                   status == AUTOML_E_VERSION;
    if (is_file && about == ABOUT_STORE)
        return CODE_FAILED;
    switch (status) {
    case AUTOML_OK:
    case AUTOML_STOPPED:
    case AUTOML_E_CANCELLED:
        return CODE_CANCELLED;
    case AUTOML_E_NOT_FOUND:
        if (about == ABOUT_DATA && automl_error_where(err)[0] != '\0')
            return CODE_USAGE;
        return about == ABOUT_USAGE ? CODE_USAGE : CODE_DATA;
    case AUTOML_E_READ:
    case AUTOML_E_FORMAT:
    case AUTOML_E_VERSION:
        return about == ABOUT_USAGE ? CODE_USAGE : CODE_DATA;
    case AUTOML_E_DATA:
    case AUTOML_E_SCHEMA:
        return CODE_DATA;
    case AUTOML_E_UNKNOWN_KEY:
    case AUTOML_E_TYPE:
    case AUTOML_E_RANGE:
        return about == ABOUT_MODEL ? CODE_DATA : CODE_USAGE;
    case AUTOML_E_ARGUMENT:
    case AUTOML_E_CONFLICT:
    case AUTOML_E_UNSUPPORTED:
        return CODE_USAGE;
    default:
        return CODE_FAILED;
    }
}

int fail_in(const struct session *s, enum subject about, const char *file)
{
    const char *message = automl_error_message(s->err), *where = automl_error_where(s->err);
    int code = code_of(s->err, about);
    if (message[0] == '\0')
        message = automl_status_text(automl_error_status(s->err));
    bool name_file = file != NULL && strstr(message, file) == NULL;
    bool name_place = where[0] != '\0' && strstr(message, where) == NULL;
    return complain(code, "%s%s%s%s%s%s", name_file ? file : "", name_file ? ": " : "", message,
        name_place ? " (" : "", name_place ? where : "", name_place ? ")" : "");
}

int fail(const struct session *s, enum subject about)
{
    return fail_in(s, about, NULL);
}

int print_buffer(automl_buffer *buffer)
{
    const char *text = automl_buffer_data(buffer);
    size_t n = (size_t)automl_buffer_size(buffer);
    fwrite(text, 1, n, stdout);
    if (n == 0 || text[n - 1] != '\n')
        fputc('\n', stdout);
    automl_buffer_free(buffer);
    return CODE_OK;
}

int close_output(int code)
{
    errno = 0;
    bool bad = ferror(stdout) != 0;
    if (fclose(stdout) == 0 && !bad)
        return code;
    int errnum = errno;
    complain(0, "cannot write to standard output%s%s", errnum != 0 ? ": " : "",
        errnum != 0 ? strerror(errnum) : "");
    return code == CODE_OK ? CODE_FAILED : code;
}
