/*
 * hash.h - 64-bit hash for tables and fingerprints of specifications; SHA-256 for files and data.
 *
 * hash_bytes is XXH64 (Collet), written out; its published test values are tested. Equal on every platform.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t hash_bytes(const void *data, size_t n, uint64_t seed);
uint64_t hash_string(const char *s);
/* Mixes b into a; not commutative. */
uint64_t hash_combine(uint64_t a, uint64_t b);

struct sha256 {
    uint32_t state[8];
    uint64_t bytes;
    uint8_t buffer[64];
};

/* FIPS 180-4. */
void sha256_init(struct sha256 *s);
void sha256_update(struct sha256 *s, const void *data, size_t n);
void sha256_final(struct sha256 *s, uint8_t out[32]);
/* 64 lower-case digits and a NUL. */
void sha256_hex(const uint8_t digest[32], char out[65]);

#endif
