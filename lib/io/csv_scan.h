/*
 * csv_scan.h - the two passes over CSV text that look at every byte: well-formedness, and where the
 * characters with a meaning are. SSE2 where the compiler has it, words of 64 bits elsewhere.
 */
#ifndef IO_CSV_SCAN_H
#define IO_CSV_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

#if defined(__SSE2__) && !defined(AUTOML_NO_SIMD)
#    define CSV_SCAN_SSE2 1
#    include <emmintrin.h>
#endif

/* Bytes that are classified at a time: one bit each in a mask. Buffers have as many spare bytes at their end.
 */
enum { CSV_BLOCK = 64 };

#ifdef CSV_SCAN_SSE2

static inline __m128i csv_load(const char *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline uint64_t csv_mask16(__m128i v, __m128i delimiter)
{
    __m128i lines =
        _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('\n')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\r')));
    __m128i parts = _mm_or_si128(_mm_cmpeq_epi8(v, delimiter), _mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
    return (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_or_si128(lines, parts));
}

/* Bit i: p[i] is the delimiter, a quote, CR or LF. Reads 64 bytes. */
static inline uint64_t csv_specials(const char *p, char delimiter)
{
    __m128i d = _mm_set1_epi8(delimiter);
    return csv_mask16(csv_load(p), d) | csv_mask16(csv_load(p + 16), d) << 16 |
           csv_mask16(csv_load(p + 32), d) << 32 | csv_mask16(csv_load(p + 48), d) << 48;
}

/* Whether 32 bytes are all in 1..127: greater than zero as signed bytes. */
static inline bool csv_plain32(const char *p)
{
    __m128i zero = _mm_setzero_si128();
    __m128i a = _mm_cmpgt_epi8(csv_load(p), zero);
    __m128i b = _mm_cmpgt_epi8(csv_load(p + 16), zero);
    return _mm_movemask_epi8(_mm_and_si128(a, b)) == 0xFFFF;
}

#else

static inline uint64_t csv_specials(const char *p, char delimiter)
{
    uint64_t mask = 0;
    for (int32_t i = 0; i < CSV_BLOCK; i++) {
        char c = p[i];
        mask |= (uint64_t)((c == delimiter) | (c == '"') | (c == '\n') | (c == '\r')) << i;
    }
    return mask;
}

/* Whether 32 bytes are all in 1..127: neither a word nor the word - 1 in each byte has a high bit. */
static inline bool csv_plain32(const char *p)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t w[4], any = 0;
    memcpy(w, p, sizeof w);
    for (int32_t i = 0; i < 4; i++)
        any |= w[i] | (w[i] - ones);
    return (any & (ones << 7)) == 0;
}

#endif

/* The first byte of [s, end) that is NUL or does not begin a whole, well-formed sequence; else end. */
static inline const char *csv_text_end(const char *s, const char *end)
{
    while (s < end) {
        while (end - s >= 32 && csv_plain32(s))
            s += 32;
        const char *stop = end - s > 32 ? s + 32 : end;
        while (s < stop) {
            bool plain = *s > 0 && (unsigned char)*s < 0x80;
            size_t length = plain ? 1 : *s == '\0' ? 0 : utf8_sequence(s, end);
            if (length == 0)
                return s;
            s += length;
        }
    }
    return end;
}

#endif
