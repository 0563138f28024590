/*
 * rng.h - splittable, counter-based random numbers: Philox4x32-10.
 *
 * Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011; the known answers of
 * Random123 are tested. A stream is a key and a counter, so it is a plain value: copy it, split it, keep it.
 * Every task derives its stream from (job seed, task path) with rng_split, never shares one; results are
 * then the same for any number of threads.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

struct rng {
    uint32_t key[2];
    uint64_t counter;  /* next block */
    uint32_t block[4]; /* current block */
    int32_t left;      /* unused words in it */
};

/* The 10 rounds themselves: counter[4], key[2] -> out[4]. */
void philox4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

struct rng rng_seed(uint64_t seed);
/* A stream that is independent of `r`, of its position and of every other label. Does not advance r. */
struct rng rng_split(const struct rng *r, uint64_t label);

uint32_t rng_u32(struct rng *r);
uint64_t rng_u64(struct rng *r);
/* Uniform on [0, n), unbiased (Lemire 2019). n >= 1. */
uint32_t rng_below(struct rng *r, uint32_t n);
/* Uniform on [0, 1), 53 bits. */
double rng_double(struct rng *r);
double rng_normal(struct rng *r);
/* Log-uniform on [lo, hi]; 0 < lo <= hi. */
double rng_log_uniform(struct rng *r, double lo, double hi);
void rng_shuffle(struct rng *r, int32_t *a, int64_t n);
/* m of 0..n-1 without replacement, in increasing order (Vitter's selection sampling, O(n)); m <= n. */
void rng_sample(struct rng *r, int32_t n, int32_t m, int32_t *out);

#endif
