/*
 * strbuf.h - a growing, always NUL-terminated byte string.
 *
 * Appending never fails visibly: after the first failed allocation the buffer keeps what it had, ignores
 * further appends and strbuf_ok is false; check once at the end.
 */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include <automl/export.h>

#include "base/memory.h"

struct strbuf {
    struct mem *mem;
    char *data; /* NULL until the first append; use strbuf_text */
    int64_t n;
    int64_t capacity;
    bool failed;
};

void strbuf_init(struct strbuf *b, struct mem *m);
void strbuf_add(struct strbuf *b, const char *bytes, size_t n);
void strbuf_puts(struct strbuf *b, const char *s);
void strbuf_putc(struct strbuf *b, char c);
/* As error.h: no %f, %g, %e. */
void strbuf_printf(struct strbuf *b, const char *format, ...) AUTOML_PRINTF(2, 3);
/* Shortest text that reads back as the same double. */
void strbuf_double(struct strbuf *b, double x);
bool strbuf_ok(const struct strbuf *b);
const char *strbuf_text(const struct strbuf *b); /* "" when empty */
/* Hands the text over (free with mem_free); NULL if an append failed. The buffer is empty afterwards. */
char *strbuf_take(struct strbuf *b);
void strbuf_clear(struct strbuf *b); /* n = 0, keeps the memory and forgets a failure */
void strbuf_free(struct strbuf *b);

#endif
