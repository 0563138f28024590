/*
 * sha256.c - SHA-256 as in FIPS 180-4, section 6.2. Names of the functions and variables are the standard's.
 */
#include "base/hash.h"

#include <string.h>

enum { BLOCK = 64, LENGTH_AT = 56 };

static const uint32_t k[64] = {0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
    0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb,
    0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624,
    0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb,
    0xbef9a3f7, 0xc67178f2};

static inline uint32_t rotate(uint32_t x, int bits)
{
    return (x >> bits) | (x << (32 - bits));
}

static inline uint32_t big_sigma_0(uint32_t x)
{
    return rotate(x, 2) ^ rotate(x, 13) ^ rotate(x, 22);
}

static inline uint32_t big_sigma_1(uint32_t x)
{
    return rotate(x, 6) ^ rotate(x, 11) ^ rotate(x, 25);
}

static inline uint32_t sigma_0(uint32_t x)
{
    return rotate(x, 7) ^ rotate(x, 18) ^ (x >> 3);
}

static inline uint32_t sigma_1(uint32_t x)
{
    return rotate(x, 17) ^ rotate(x, 19) ^ (x >> 10);
}

static void schedule(const uint8_t *block, uint32_t w[64])
{
    for (int t = 0; t < 16; t++, block += 4)
        w[t] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 | block[3];
    for (int t = 16; t < 64; t++)
        w[t] = sigma_1(w[t - 2]) + w[t - 7] + sigma_0(w[t - 15]) + w[t - 16];
}

/* One round that leaves a..h where they are: only d and h get new values, the caller turns the letters. */
#define ROUND(a, b, c, d, e, f, g, h, t)                                                                     \
    do {                                                                                                     \
        uint32_t t1 = (h) + big_sigma_1(e) + (((e) & (f)) ^ (~(e) & (g))) + k[t] + w[t];                     \
        (d) += t1;                                                                                           \
        (h) = t1 + big_sigma_0(a) + (((a) & (b)) ^ ((a) & (c)) ^ ((b) & (c)));                               \
    } while (0)

static void compress(uint32_t state[8], const uint8_t *block)
{
    uint32_t w[64];
    schedule(block, w);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int t = 0; t < 64; t += 8) {
        ROUND(a, b, c, d, e, f, g, h, t);
        ROUND(h, a, b, c, d, e, f, g, t + 1);
        ROUND(g, h, a, b, c, d, e, f, t + 2);
        ROUND(f, g, h, a, b, c, d, e, t + 3);
        ROUND(e, f, g, h, a, b, c, d, t + 4);
        ROUND(d, e, f, g, h, a, b, c, t + 5);
        ROUND(c, d, e, f, g, h, a, b, t + 6);
        ROUND(b, c, d, e, f, g, h, a, t + 7);
    }
    const uint32_t turned[8] = {a, b, c, d, e, f, g, h};
    for (int i = 0; i < 8; i++)
        state[i] += turned[i];
}

void sha256_init(struct sha256 *s)
{
    static const uint32_t initial[8] = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memset(s, 0, sizeof *s);
    memcpy(s->state, initial, sizeof initial);
}

void sha256_update(struct sha256 *s, const void *data, size_t n)
{
    const uint8_t *p = data;
    size_t filled = s->bytes % BLOCK;
    s->bytes += n;
    if (filled > 0) {
        size_t taken = n < BLOCK - filled ? n : BLOCK - filled;
        if (taken > 0)
            memcpy(s->buffer + filled, p, taken);
        if (filled + taken < BLOCK)
            return;
        compress(s->state, s->buffer);
        p += taken;
        n -= taken;
    }
    for (; n >= BLOCK; p += BLOCK, n -= BLOCK)
        compress(s->state, p);
    if (n > 0)
        memcpy(s->buffer, p, n);
}

void sha256_final(struct sha256 *s, uint8_t out[32])
{
    uint64_t bits = s->bytes * 8;
    size_t filled = s->bytes % BLOCK;
    s->buffer[filled++] = 0x80;
    memset(s->buffer + filled, 0, BLOCK - filled);
    if (filled > LENGTH_AT) {
        compress(s->state, s->buffer);
        memset(s->buffer, 0, BLOCK);
    }
    for (int i = 0; i < 8; i++)
        s->buffer[LENGTH_AT + i] = (uint8_t)(bits >> (56 - 8 * i));
    compress(s->state, s->buffer);
    for (int i = 0; i < 32; i++)
        out[i] = (uint8_t)(s->state[i / 4] >> (24 - 8 * (i % 4)));
}

void sha256_hex(const uint8_t digest[32], char out[65])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 32; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[64] = '\0';
}
