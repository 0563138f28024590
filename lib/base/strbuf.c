/* strbuf.c - the growing string. One byte of the capacity is always kept for the NUL. */
#include "base/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

/* Room for n more bytes and the NUL; false, and the buffer failed, if there is none. */
static bool reserve(struct strbuf *b, size_t n)
{
    if (b->failed)
        return false;
    if (n >= (size_t)(INT64_MAX - b->n) ||
        !mem_grow(b->mem, (void **)&b->data, &b->capacity, b->n + (int64_t)n + 1, 1)) {
        b->failed = true;
        return false;
    }
    return true;
}

void strbuf_init(struct strbuf *b, struct mem *m)
{
    memset(b, 0, sizeof *b);
    b->mem = m;
}

void strbuf_add(struct strbuf *b, const char *bytes, size_t n)
{
    if (!reserve(b, n))
        return;
    if (n > 0)
        memcpy(b->data + b->n, bytes, n);
    b->n += (int64_t)n;
    b->data[b->n] = '\0';
}

void strbuf_puts(struct strbuf *b, const char *s)
{
    strbuf_add(b, s, strlen(s));
}

void strbuf_putc(struct strbuf *b, char c)
{
    strbuf_add(b, &c, 1);
}

void strbuf_printf(struct strbuf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    if (n < 0)
        b->failed = true;
    else if (reserve(b, (size_t)n)) {
        vsnprintf(b->data + b->n, (size_t)n + 1, format, again);
        b->n += n;
    }
    va_end(again);
    va_end(args);
}

void strbuf_double(struct strbuf *b, double x)
{
    char text[NUMBER_PRINT_BYTES];
    strbuf_add(b, text, number_print(x, text));
}

bool strbuf_ok(const struct strbuf *b)
{
    return !b->failed;
}

const char *strbuf_text(const struct strbuf *b)
{
    return b->data ? b->data : "";
}

char *strbuf_take(struct strbuf *b)
{
    reserve(b, 0);
    char *text = NULL;
    if (!b->failed) {
        text = b->data;
        text[b->n] = '\0';
        b->data = NULL;
    }
    strbuf_free(b);
    return text;
}

void strbuf_clear(struct strbuf *b)
{
    b->n = 0;
    b->failed = false;
    if (b->data)
        b->data[0] = '\0';
}

void strbuf_free(struct strbuf *b)
{
    mem_free(b->mem, b->data);
    strbuf_init(b, b->mem);
}
