/*
 * hash.c - XXH64, after the specification of xxHash (Collet, doc/xxhash_spec.md).
 */
#include "base/hash.h"

#include <string.h>

#define PRIME_1 UINT64_C(0x9E3779B185EBCA87)
#define PRIME_2 UINT64_C(0xC2B2AE3D27D4EB4F)
#define PRIME_3 UINT64_C(0x165667B19E3779F9)
#define PRIME_4 UINT64_C(0x85EBCA77C2B2AE63)
#define PRIME_5 UINT64_C(0x27D4EB2F165667C5)

enum { STRIPE = 32 };

static inline uint64_t rotate(uint64_t x, int bits)
{
    return (x << bits) | (x >> (64 - bits));
}

/* Little-endian on every platform; compilers make one load of it. */
static inline uint32_t read_32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t read_64(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

static inline uint64_t round_64(uint64_t lane, uint64_t input)
{
    return rotate(lane + input * PRIME_2, 31) * PRIME_1;
}

static inline uint64_t merge(uint64_t hash, uint64_t lane)
{
    return (hash ^ round_64(0, lane)) * PRIME_1 + PRIME_4;
}

static inline uint64_t avalanche(uint64_t h)
{
    h = (h ^ (h >> 33)) * PRIME_2;
    h = (h ^ (h >> 29)) * PRIME_3;
    return h ^ (h >> 32);
}

/* Four lanes over whole stripes; *p is moved behind them. */
static uint64_t hash_stripes(const uint8_t **p, size_t n, uint64_t seed)
{
    uint64_t a = seed + PRIME_1 + PRIME_2, b = seed + PRIME_2, c = seed, d = seed - PRIME_1;
    const uint8_t *s = *p;
    for (const uint8_t *end = s + n / STRIPE * STRIPE; s < end; s += STRIPE) {
        a = round_64(a, read_64(s));
        b = round_64(b, read_64(s + 8));
        c = round_64(c, read_64(s + 16));
        d = round_64(d, read_64(s + 24));
    }
    *p = s;
    uint64_t h = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
    return merge(merge(merge(merge(h, a), b), c), d);
}

/* Less than a stripe. */
static uint64_t hash_tail(uint64_t h, const uint8_t *p, size_t n)
{
    for (; n >= 8; p += 8, n -= 8)
        h = rotate(h ^ round_64(0, read_64(p)), 27) * PRIME_1 + PRIME_4;
    if (n >= 4) {
        h = rotate(h ^ read_32(p) * PRIME_1, 23) * PRIME_2 + PRIME_3;
        p += 4;
        n -= 4;
    }
    for (; n > 0; p++, n--)
        h = rotate(h ^ *p * PRIME_5, 11) * PRIME_1;
    return h;
}

uint64_t hash_bytes(const void *data, size_t n, uint64_t seed)
{
    const uint8_t *p = data;
    uint64_t h = n >= STRIPE ? hash_stripes(&p, n, seed) : seed + PRIME_5;
    return avalanche(hash_tail(h + n, p, n % STRIPE));
}

uint64_t hash_string(const char *s)
{
    return hash_bytes(s, strlen(s), 0);
}

/* One step of XXH64's tail: b enters the hash a as 8 more bytes would. */
uint64_t hash_combine(uint64_t a, uint64_t b)
{
    return avalanche(rotate(a ^ round_64(0, b), 27) * PRIME_1 + PRIME_4);
}
