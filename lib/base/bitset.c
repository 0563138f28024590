/* bitset.c - whole-set operations on words of 64 bits. */
#include "base/bitset.h"

#include <string.h>

int64_t bitset_count(const uint64_t *b, size_t words)
{
    int64_t n = 0;
    for (size_t i = 0; i < words; i++)
        n += __builtin_popcountll(b[i]);
    return n;
}

bool bitset_equal(const uint64_t *a, const uint64_t *b, size_t words)
{
    return words == 0 || memcmp(a, b, words * sizeof *a) == 0;
}
