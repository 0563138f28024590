/* bitset.h - fixed-size sets of small integers, as words of 64 bits. */
#ifndef BASE_BITSET_H
#define BASE_BITSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t bitset_words(int64_t n)
{
    return (size_t)((n + 63) / 64);
}

static inline bool bitset_has(const uint64_t *b, int64_t i)
{
    return (b[i >> 6] >> (i & 63)) & 1;
}

static inline void bitset_add(uint64_t *b, int64_t i)
{
    b[i >> 6] |= UINT64_C(1) << (i & 63);
}

static inline void bitset_remove(uint64_t *b, int64_t i)
{
    b[i >> 6] &= ~(UINT64_C(1) << (i & 63));
}

int64_t bitset_count(const uint64_t *b, size_t words);
bool bitset_equal(const uint64_t *a, const uint64_t *b, size_t words);

#endif
