/*
 * utf8.c - well-formed sequences as in table 3-7 of the Unicode standard: no overlong forms, no surrogates,
 * nothing above U+10FFFF.
 */
#include "base/utf8.h"

#include <stdio.h>

/* How many bytes a sequence with this first byte has; 0 for one that cannot be first. */
static size_t length_by_lead(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2)
        return 0;
    if (lead < 0xe0)
        return 2;
    if (lead < 0xf0)
        return 3;
    return lead < 0xf5 ? 4 : 0;
}

/* The second byte's range depends on the first; that is where overlong forms and surrogates are excluded. */
static int second_fits(unsigned char lead, unsigned char second)
{
    unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    return second >= low && second <= high;
}

size_t utf8_sequence(const char *s, const char *end)
{
    if (s == end)
        return 0;
    unsigned char lead = (unsigned char)s[0];
    size_t n = length_by_lead(lead);
    if (n < 2)
        return n;
    if ((size_t)(end - s) < n || !second_fits(lead, (unsigned char)s[1]))
        return 0;
    for (size_t i = 2; i < n; i++)
        if (((unsigned char)s[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

size_t utf8_cut(const char *s, size_t n)
{
    for (size_t back = 1; back <= 3 && back <= n; back++) {
        unsigned char byte = (unsigned char)s[n - back];
        if ((byte & 0xc0) != 0x80)
            return length_by_lead(byte) > back ? n - back : n;
    }
    return n;
}

void utf8_repair(char *s, size_t n)
{
    char *end = s + n;
    while (s < end) {
        size_t length = utf8_sequence(s, end);
        if (length == 0) {
            *s = '?';
            length = 1;
        }
        s += length;
    }
}

size_t utf8_vformat(char *out, size_t size, const char *format, va_list args)
{
    int wanted = vsnprintf(out, size, format, args);
    size_t n = wanted < 0 ? 0 : (size_t)wanted;
    if (n >= size)
        n = utf8_cut(out, size - 1);
    out[n] = '\0';
    utf8_repair(out, n);
    return n;
}
