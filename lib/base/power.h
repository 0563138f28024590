/*
 * power.h - what number.c and number_print.c share: powers of ten and products of 128 bits.
 */
#ifndef BASE_POWER_H
#define BASE_POWER_H

#include <stdint.h>

#define POWER_MIN (-342)
#define POWER_MAX 324

/* A number of 128 bits: of a power of ten its leading bits, the highest one set. */
struct power {
    uint64_t high;
    uint64_t low;
};

/* 10^e, e in [POWER_MIN, POWER_MAX], rounded down; exact for e in [0, 55]. */
struct power power_of_ten(int32_t e);

static inline struct power power_multiply(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (struct power){(uint64_t)(product >> 64), (uint64_t)product};
#else
    uint64_t a_low = (uint32_t)a, a_high = a >> 32, b_low = (uint32_t)b, b_high = b >> 32;
    uint64_t low = a_low * b_low, cross = a_high * b_low, other = a_low * b_high;
    uint64_t middle = (low >> 32) + (uint32_t)cross + (uint32_t)other;
    uint64_t high = a_high * b_high + (cross >> 32) + (other >> 32) + (middle >> 32);
    return (struct power){high, (middle << 32) | (uint32_t)low};
#endif
}

#endif
