/*
 * number.c - reading numbers, correctly rounded to nearest, ties to even.
 *
 * Three stages, each taken when the one before cannot decide:
 *   Clinger 1990: significand and power of ten are both exact doubles, one operation rounds correctly.
 *   Eisel-Lemire (Lemire 2021, "Number parsing at a gigabyte per second"): the 64-bit significand times a
 *     128-bit power. Numbers of over 19 digits are tried with the significand cut off and increased by one.
 *   Exact comparison of the decimal with the midpoint above a guess, in big integers.
 * Only the first uses floating point; it is left out where the compiler computes wider than double.
 */
#include "base/number.h"

#include <float.h>
#include <string.h>

#include "base/power.h"
#include "base/powers_table.h"

enum {
    EXACT_DIGITS = 19,        /* any 19 digits fit in 64 bits */
    SIGNIFICANT_DIGITS = 768, /* a midpoint of doubles has at most 767: later digits only break ties */
    BIG_LIMBS = 104,          /* 768 digits take 80 limbs, a scaled midpoint at most 85 */
};

static const uint64_t infinity_bits = UINT64_C(0x7ff0000000000000);

/* A decimal as scanned: value = w * 10^exponent, if not cut. */
struct decimal {
    const char *first; /* first digit or point */
    const char *last;  /* end of digits and point */
    uint64_t w;        /* the first 19 significant digits */
    int64_t exponent;
    bool cut; /* digits other than 0 follow those in w */
};

struct big {
    int32_t n;
    uint32_t limb[BIG_LIMBS];
};

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

struct power power_of_ten(int32_t e)
{
    return powers_table[e - POWER_MIN];
}

/* ---- scanning ---- */

/* Eight characters, the first in the lowest byte. */
static inline uint64_t load_eight(const char *s)
{
    uint64_t v;
    memcpy(&v, s, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

static inline bool all_digits(uint64_t v)
{
    const uint64_t high = UINT64_C(0xf0f0f0f0f0f0f0f0);
    return ((v & high) | (((v + UINT64_C(0x0606060606060606)) & high) >> 4)) == UINT64_C(0x3333333333333333);
}

/* The number that eight digits spell: neighbours are joined to pairs, then to fours and eight. */
static inline uint64_t eight_value(uint64_t v)
{
    const uint64_t mask = UINT64_C(0x000000ff000000ff);
    v -= UINT64_C(0x3030303030303030);
    v = v * 10 + (v >> 8);
    return (((v & mask) * UINT64_C(0x000f424000000064)) +
               (((v >> 16) & mask) * UINT64_C(0x0000271000000001))) >>
           32;
}

/* Appends the digits at p to *w, modulo 2^64. */
static inline const char *scan_digits(const char *p, const char *end, uint64_t *w)
{
    uint64_t value = *w;
    while (end - p >= 8) {
        uint64_t v = load_eight(p);
        if (!all_digits(v))
            break;
        value = value * 100000000 + (uint32_t)eight_value(v);
        p += 8;
    }
    for (; p < end && is_digit(*p); p++)
        value = value * 10 + (uint64_t)(*p - '0');
    *w = value;
    return p;
}

/* Reads [eE][+-]digits at p if it is complete; magnitudes past any effect are cut. */
static const char *scan_exponent(const char *p, const char *end, int64_t *exponent)
{
    if (p == end || (*p != 'e' && *p != 'E'))
        return p;
    const char *q = p + 1;
    bool negative = q < end && *q == '-';
    if (q < end && (*q == '-' || *q == '+'))
        q++;
    if (q == end || !is_digit(*q))
        return p;
    int64_t e = 0;
    for (; q < end && is_digit(*q); q++) {
        if (e < INT64_C(100000000000000000))
            e = e * 10 + (*q - '0');
    }
    *exponent += negative ? -e : e;
    return q;
}

static bool only_zeros(const char *p, const char *end)
{
    while (p < end && (*p == '0' || *p == '.'))
        p++;
    return p == end;
}

/* For more digits than w can hold: reads w again from the first significant digits. */
static void rescan(struct decimal *d, int64_t n_digits)
{
    const char *p = d->first;
    int64_t left = n_digits;
    for (; left > 0 && (*p == '0' || *p == '.'); p++)
        left -= *p == '0';
    d->w = 0;
    for (int32_t n = 0; left > 0 && n < EXACT_DIGITS; p++) {
        if (*p == '.')
            continue;
        d->w = d->w * 10 + (uint64_t)(*p - '0');
        left--;
        n++;
    }
    d->exponent += left;
    d->cut = !only_zeros(p, d->last);
}

/* Scans an unsigned decimal; NULL if there is none. */
static inline const char *scan_decimal(const char *s, const char *end, struct decimal *d)
{
    d->first = s;
    d->w = 0;
    d->exponent = 0;
    d->cut = false;
    const char *p = s;
    for (; p < end && is_digit(*p); p++)
        d->w = d->w * 10 + (uint64_t)(*p - '0');
    int64_t n_digits = p - s;
    if (p < end && *p == '.') {
        const char *point = p;
        p = scan_digits(p + 1, end, &d->w);
        d->exponent = point + 1 - p;
        n_digits -= d->exponent;
    }
    if (n_digits == 0)
        return NULL;
    d->last = p;
    p = scan_exponent(p, end, &d->exponent);
    if (n_digits > EXACT_DIGITS)
        rescan(d, n_digits);
    return p;
}

/* ---- Eisel-Lemire ---- */

/* The leading 128 bits of w * 10^q; the low word only where it can matter to rounding. */
static struct power multiply_power(uint64_t w, int32_t q)
{
    const struct power *g = &powers_table[q - POWER_MIN];
    struct power product = power_multiply(w, g->high);
    if ((product.high & 0x1ff) == 0x1ff) {
        /* The method's table rounds negative powers up. */
        uint64_t carry = power_multiply(w, g->low + (q < 0)).high;
        product.low += carry;
        product.high += product.low < carry;
    }
    return product;
}

/* Half a unit is the lowest bit of `significand`; returns the rounded bits of a denormal. */
static uint64_t round_denormal(uint64_t significand, int32_t exponent)
{
    if (exponent <= -63)
        return 0;
    significand >>= 1 - exponent;
    return (significand + (significand & 1)) >> 1; /* may carry into the exponent: the smallest normal */
}

/* The bits of the double nearest to w * 10^q; *sure is cleared if it may be its neighbour. */
static uint64_t eisel_lemire(uint64_t w, int64_t q, bool *sure)
{
    if (w == 0 || q < POWER_MIN)
        return 0;
    if (q > 308)
        return infinity_bits;
    int32_t zeros = __builtin_clzll(w), power = (int32_t)q;
    struct power product = multiply_power(w << zeros, power);
    if (product.low == UINT64_MAX && (power < -27 || power > 55))
        *sure = false;
    int32_t upper = (int32_t)(product.high >> 63);
    int32_t shift = upper + 9;
    uint64_t significand = product.high >> shift;
    /* floor(log2 10^q), biased by 1023 */
    int32_t exponent = ((217706 * power) >> 16) + 63 + upper - zeros + 1023;
    if (exponent <= 0)
        return round_denormal(significand, exponent);
    /* Exactly half way, which only these powers can be: to even. */
    if (product.low <= 1 && power >= -4 && power <= 23 && (significand & 3) == 1 &&
        significand << shift == product.high)
        significand &= ~UINT64_C(1);
    significand = (significand + (significand & 1)) >> 1;
    if (significand >> 53) {
        significand >>= 1;
        exponent++;
    }
    if (exponent >= 0x7ff)
        return infinity_bits;
    return (uint64_t)exponent << 52 | (significand & UINT64_C(0xfffffffffffff));
}

/* ---- exact ---- */

static void big_multiply_add(struct big *b, uint32_t factor, uint32_t carry)
{
    uint64_t c = carry;
    for (int32_t i = 0; i < b->n; i++) {
        c += (uint64_t)b->limb[i] * factor;
        b->limb[i] = (uint32_t)c;
        c >>= 32;
    }
    if (c != 0 && b->n < BIG_LIMBS)
        b->limb[b->n++] = (uint32_t)c;
}

static void big_multiply_power_of_five(struct big *b, int64_t e)
{
    for (; e >= 13; e -= 13)
        big_multiply_add(b, 1220703125, 0);
    for (; e > 0; e--)
        big_multiply_add(b, 5, 0);
}

static void big_shift_left(struct big *b, int64_t bits)
{
    big_multiply_add(b, UINT32_C(1) << (bits % 32), 0);
    int32_t limbs = (int32_t)(bits / 32);
    if (b->n == 0 || limbs > BIG_LIMBS - b->n)
        return;
    memmove(b->limb + limbs, b->limb, (size_t)b->n * sizeof b->limb[0]);
    memset(b->limb, 0, (size_t)limbs * sizeof b->limb[0]);
    b->n += limbs;
}

static int32_t big_compare(const struct big *a, const struct big *b)
{
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    for (int32_t i = a->n - 1; i >= 0; i--) {
        if (a->limb[i] != b->limb[i])
            return a->limb[i] < b->limb[i] ? -1 : 1;
    }
    return 0;
}

/* The digits of d as an integer; returns its power of ten. What follows the 768th digit, where no midpoint
 * has any, is replaced by a 1: more than zeros, less than the next digit. */
static int64_t big_digits(struct big *b, const struct decimal *d)
{
    int32_t n = 0;
    b->n = 0;
    for (const char *p = d->first; p < d->last && n <= SIGNIFICANT_DIGITS; p++) {
        if (*p == '.' || (n == 0 && *p == '0'))
            continue;
        if (n == SIGNIFICANT_DIGITS && only_zeros(p, d->last))
            break;
        big_multiply_add(b, 10, n < SIGNIFICANT_DIGITS ? (uint32_t)(*p - '0') : 1);
        n++;
    }
    /* d->exponent is that of the 19th digit, or of the last one if there are fewer. */
    return d->exponent - (n > EXACT_DIGITS ? n - EXACT_DIGITS : 0);
}

/* Compares digits * 10^exponent with the midpoint of the double `bits` and the one above it. */
static int32_t compare_midpoint(const struct big *digits, int64_t exponent, uint64_t bits)
{
    int64_t biased = (int64_t)(bits >> 52);
    uint64_t significand = bits & UINT64_C(0xfffffffffffff);
    if (biased > 0)
        significand |= UINT64_C(1) << 52;
    uint64_t middle = 2 * significand + 1;
    int64_t binary = (biased > 0 ? biased : 1) - 1076;
    struct big a = *digits, b = {.n = 2, .limb = {(uint32_t)middle, (uint32_t)(middle >> 32)}};
    b.n -= b.limb[1] == 0;
    big_multiply_power_of_five(exponent > 0 ? &a : &b, exponent > 0 ? exponent : -exponent);
    int64_t shift = exponent - binary;
    big_shift_left(shift > 0 ? &a : &b, shift > 0 ? shift : -shift);
    return big_compare(&a, &b);
}

/* Moves a guess, at most a few units off, to the nearest double. */
static uint64_t settle(const struct decimal *d, uint64_t bits)
{
    struct big digits;
    int64_t exponent = big_digits(&digits, d);
    if (bits == infinity_bits)
        bits--;
    for (;;) {
        int32_t above = compare_midpoint(&digits, exponent, bits);
        if (above < 0 || (above == 0 && (bits & 1) == 0))
            break;
        if (++bits == infinity_bits)
            return bits;
    }
    while (bits > 0) {
        int32_t below = compare_midpoint(&digits, exponent, bits - 1);
        if (below > 0 || (below == 0 && (bits & 1) == 0))
            break;
        bits--;
    }
    return bits;
}

/* ---- public ---- */

static double slow_value(const struct decimal *d)
{
    bool sure = true;
    uint64_t bits = eisel_lemire(d->w, d->exponent, &sure);
    if (d->cut && bits != eisel_lemire(d->w + 1, d->exponent, &sure))
        sure = false;
    return from_bits(sure ? bits : settle(d, bits));
}

static inline double decimal_value(const struct decimal *d)
{
#if FLT_EVAL_METHOD == 0
    static const double exact[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
        1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (d->w <= UINT64_C(1) << 53 && !d->cut && d->exponent >= -22 && d->exponent <= 22) {
        double x = (double)d->w;
        return d->exponent < 0 ? x / exact[-d->exponent] : x * exact[d->exponent];
    }
#endif
    return slow_value(d);
}

const char *number_parse(const char *s, const char *end, double *out)
{
    bool negative = s < end && *s == '-';
    const char *p = s + (s < end && (*s == '-' || *s == '+'));
    struct decimal d;
    p = scan_decimal(p, end, &d);
    if (!p)
        return s;
    double x = decimal_value(&d);
    *out = negative ? -x : x;
    return p;
}

bool number_parse_all(const char *s, const char *end, double *out)
{
    double x;
    if (s == end || number_parse(s, end, &x) != end)
        return false;
    *out = x;
    return true;
}

static bool parse_magnitude(const char *s, const char *end, bool *negative, uint64_t *magnitude)
{
    *negative = s < end && *s == '-';
    s += s < end && (*s == '-' || *s == '+');
    if (s == end)
        return false;
    uint64_t value = 0;
    for (; s < end; s++) {
        if (!is_digit(*s))
            return false;
        uint64_t digit = (uint64_t)(*s - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *magnitude = value;
    return true;
}

bool number_parse_int64(const char *s, const char *end, int64_t *out)
{
    bool negative;
    uint64_t magnitude;
    if (!parse_magnitude(s, end, &negative, &magnitude) || magnitude > (uint64_t)INT64_MAX + negative)
        return false;
    *out = negative && magnitude > 0 ? -(int64_t)(magnitude - 1) - 1 : (int64_t)magnitude;
    return true;
}

bool number_parse_uint64(const char *s, const char *end, uint64_t *out)
{
    bool negative;
    uint64_t magnitude;
    if (!parse_magnitude(s, end, &negative, &magnitude) || (negative && magnitude > 0))
        return false;
    *out = magnitude;
    return true;
}
