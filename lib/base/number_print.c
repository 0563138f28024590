/*
 * number_print.c - the shortest decimal of a double, the nearest one if there are several.
 *
 * Schubfach: R. Giulietti, "The Schubfach way to render doubles", 2020. A double is c * 2^q; all decimals
 * that read back as it lie between its lower and upper midpoint. With k = floor(log10 of the interval's
 * width) the candidates are two neighbours d * 10^k, or two neighbours of 10^(k+1), which are preferred. The
 * interval is scaled by 10^-k with a 128-bit power, rounded to odd, so that comparisons are exact.
 */
#include "base/number.h"

#include <string.h>

#include "base/power.h"

struct shortest {
    uint64_t digits;
    int32_t exponent;
};

/* floor(g * c / 2^128), its lowest bit set if anything was cut off. */
static uint64_t round_to_odd(struct power g, uint64_t c)
{
    uint64_t carry = power_multiply(g.low, c).high;
    struct power y = power_multiply(g.high, c);
    y.low += carry;
    y.high += y.low < carry;
    return y.high | (y.low > 1);
}

/* 10^e rounded up. */
static struct power power_above(int32_t e)
{
    struct power g = power_of_ten(e);
    g.low += e < 0 || e > 55;
    return g;
}

/* For c * 2^q; `closer`: the double below is only half as far away as the one above. */
static struct shortest schubfach(uint64_t c, int32_t q, bool closer)
{
    /* floor(log10(2^q)), or of 3/4 2^q if closer; floor(log2(10^-k)) */
    int32_t k = (q * 1262611 - (closer ? 524031 : 0)) >> 22;
    int32_t h = q + ((-k * 1741647) >> 19) + 1;
    struct power g = power_above(-k);
    uint64_t odd = c & 1;
    uint64_t lower = round_to_odd(g, (4 * c - 2 + closer) << h) + odd;
    uint64_t value = round_to_odd(g, (4 * c) << h);
    uint64_t upper = round_to_odd(g, (4 * c + 2) << h) - odd;

    uint64_t s = value / 4;
    if (s >= 10) {
        uint64_t tens = s / 10;
        bool below = lower <= 40 * tens, above = 40 * tens + 40 <= upper;
        if (below != above)
            return (struct shortest){tens + above, k + 1};
    }
    bool below = lower <= 4 * s, above = 4 * s + 4 <= upper;
    if (below != above)
        return (struct shortest){s + above, k};
    uint64_t middle = 4 * s + 2;
    bool up = value > middle || (value == middle && (s & 1));
    return (struct shortest){s + up, k};
}

/* Writes n's digits so that they end before `end`; returns their start. */
static char *digits_before(char *end, uint64_t n)
{
    static const char pairs[] =
        "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
        "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
        "8081828384858687888990919293949596979899";
    for (; n >= 100; n /= 100)
        memcpy(end -= 2, pairs + 2 * (n % 100), 2);
    if (n >= 10)
        memcpy(end -= 2, pairs + 2 * n, 2);
    else
        *--end = (char)('0' + n);
    return end;
}

static char *put(char *p, const char *bytes, size_t n)
{
    memcpy(p, bytes, n);
    return p + n;
}

static char *put_zeros(char *p, int32_t n)
{
    memset(p, '0', (size_t)n);
    return p + n;
}

/* Python's repr: d.ddde+XX below 1e-4 and from 1e16 on, else with a point. */
static char *put_decimal(char *p, struct shortest d)
{
    char buffer[20], *end = buffer + sizeof buffer;
    while (d.digits % 10 == 0) {
        d.digits /= 10;
        d.exponent++;
    }
    const char *digits = digits_before(end, d.digits);
    int32_t n = (int32_t)(end - digits);
    int32_t point = n + d.exponent; /* the value is 0.digits * 10^point */
    if (point > 16 || point < -3) {
        *p++ = digits[0];
        if (n > 1) {
            *p++ = '.';
            p = put(p, digits + 1, (size_t)n - 1);
        }
        uint64_t exponent = (uint64_t)(point > 0 ? point - 1 : 1 - point);
        p = put(p, point > 0 ? "e+" : "e-", 2);
        if (exponent < 10)
            *p++ = '0';
        const char *text = digits_before(end, exponent);
        return put(p, text, (size_t)(end - text));
    }
    if (point <= 0) {
        p = put(p, "0.", 2);
        p = put_zeros(p, -point);
        return put(p, digits, (size_t)n);
    }
    if (point < n) {
        p = put(p, digits, (size_t)point);
        *p++ = '.';
        return put(p, digits + point, (size_t)(n - point));
    }
    p = put(p, digits, (size_t)n);
    p = put_zeros(p, point - n);
    return put(p, ".0", 2);
}

static char *put_finite(char *p, uint64_t magnitude)
{
    uint64_t fraction = magnitude & UINT64_C(0xfffffffffffff);
    int32_t biased = (int32_t)(magnitude >> 52);
    uint64_t c = biased > 0 ? fraction | UINT64_C(1) << 52 : fraction;
    int32_t q = (biased > 0 ? biased : 1) - 1075;
    bool integer = q <= 0 && q > -53 && (c & ((UINT64_C(1) << -q) - 1)) == 0;
    if (integer || magnitude == UINT64_C(0x4340000000000000)) { /* up to and including 2^53 */
        char buffer[20], *end = buffer + sizeof buffer;
        const char *digits = digits_before(end, integer ? c >> -q : UINT64_C(1) << 53);
        return put(p, digits, (size_t)(end - digits));
    }
    return put_decimal(p, schubfach(c, q, fraction == 0 && biased > 1));
}

size_t number_print(double x, char out[NUMBER_PRINT_BYTES])
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint64_t magnitude = bits & (UINT64_MAX >> 1);
    char *p = out;
    if (magnitude > UINT64_C(0x7ff0000000000000)) {
        p = put(p, "nan", 3);
    } else {
        if (bits != magnitude)
            *p++ = '-';
        if (magnitude == UINT64_C(0x7ff0000000000000))
            p = put(p, "inf", 3);
        else if (magnitude == 0)
            *p++ = '0';
        else
            p = put_finite(p, magnitude);
    }
    *p = '\0';
    return (size_t)(p - out);
}
