/* utf8.h - keeping texts for the host well-formed UTF-8 (RFC 3629). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdarg.h>
#include <stddef.h>

#include <automl/export.h>

/* Bytes of the well-formed sequence that [s, end) starts with: 1 to 4; 0 if it does not start with one. */
size_t utf8_sequence(const char *s, const char *end);
/* Length of the longest prefix of s[0, n) that does not end in the middle of a sequence. */
size_t utf8_cut(const char *s, size_t n);
/* Puts '?' for each byte of s[0, n) that is not part of a well-formed sequence. */
void utf8_repair(char *s, size_t n);
/* vsnprintf that cuts between sequences and repairs the result; returns its length, 0 if formatting fails. */
size_t utf8_vformat(char *out, size_t size, const char *format, va_list args) AUTOML_PRINTF(3, 0);

#endif
