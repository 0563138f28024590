/* log.c - formats a message and hands it to the host. */
#include "base/log.h"

#include <stdarg.h>
#include <stddef.h>

#include "base/utf8.h"

enum { MESSAGE_BYTES = 1024 };

void log_write(const struct log *l, enum log_level level, const char *format, ...)
{
    if (!l || !l->fn || (int32_t)level > l->level)
        return;
    char text[MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    utf8_vformat(text, sizeof text, format, args);
    va_end(args);
    l->fn((int32_t)level, text, l->user);
}
