/*
 * cell.c - recognises numbers, booleans and missing-value marks in the text of a cell.
 *
 * The marks are the 18 of pandas 1.5 and "None" of pandas 2, without the empty text.
 */
#include "data/cell.h"

#include <math.h>
#include <string.h>

#include "base/number.h"

enum { SURELY_EXACT_DIGITS = 15, LIMBS = 36, LIMB_DIGITS = 9 };

#define LIMB UINT64_C(1000000000)

static bool all_digits(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] < '0' || s[i] > '9')
            return false;
    return n > 0;
}

/* Multiplies the number in limbs, least significant first, by 2^shift, shift <= 29. */
static int32_t shift_limbs(uint64_t limbs[LIMBS], int32_t n, int32_t shift)
{
    uint64_t carry = 0;
    for (int32_t i = 0; i < n; i++) {
        carry += limbs[i] << shift;
        limbs[i] = carry % LIMB;
        carry /= LIMB;
    }
    while (carry > 0 && n < LIMBS) {
        limbs[n++] = carry % LIMB;
        carry /= LIMB;
    }
    return n;
}

/* Whether the n digits, without leading zeros, are exactly the finite integer x >= 2^53. */
static bool is_exactly(const char *digits, size_t n, double x)
{
    int exponent;
    uint64_t limbs[LIMBS];
    uint64_t mantissa = (uint64_t)ldexp(frexp(x, &exponent), 53);
    limbs[0] = mantissa % LIMB;
    limbs[1] = mantissa / LIMB;
    int32_t used = 2;
    for (int32_t left = exponent - 53; left > 0; left -= 29)
        used = shift_limbs(limbs, used, left < 29 ? left : 29);
    for (int32_t i = 0; i < used; i++) {
        for (int32_t j = 0; j < LIMB_DIGITS; j++) {
            uint64_t digit = limbs[i] % 10;
            limbs[i] /= 10;
            if (n > 0 ? (uint64_t)(digits[--n] - '0') != digit : digit != 0)
                return false;
        }
    }
    return n == 0;
}

/* digits are all digits; s includes the sign. */
static enum cell_number integer(const char *s, size_t n, const char *digits, size_t n_digits, double *out)
{
    if (digits[0] == '0' && n_digits > 1)
        return CELL_NO_NUMBER;
    if (n_digits > SURELY_EXACT_DIGITS) {
        bool read = number_parse_all(s, s + n, out) && !isinf(*out);
        double size = read ? fabs(*out) : 0;
        bool exact = read && (size < 0x1p53 || is_exactly(digits, n_digits, size));
        return exact ? CELL_NUMBER : CELL_NO_NUMBER;
    }
    int64_t value = 0;
    for (size_t i = 0; i < n_digits; i++)
        value = value * 10 + (digits[i] - '0');
    *out = *s == '-' ? -(double)value : (double)value;
    bool plain = *s != '+' && !(*s == '-' && value == 0);
    return plain ? CELL_PLAIN : CELL_NUMBER;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_word(const char *s, size_t n, const char *word)
{
    if (n != strlen(word))
        return false;
    for (size_t i = 0; i < n; i++)
        if (lower(s[i]) != word[i])
            return false;
    return true;
}

enum cell_number cell_number(const char *s, size_t n, double *out)
{
    bool sign = n > 0 && (*s == '-' || *s == '+');
    const char *digits = s + sign;
    size_t n_digits = n - sign;
    if (all_digits(digits, n_digits))
        return integer(s, n, digits, n_digits, out);
    if (number_parse_all(s, s + n, out))
        return isinf(*out) ? CELL_INFINITE : CELL_NUMBER;
    if (!same_word(digits, n_digits, "inf") && !same_word(digits, n_digits, "infinity"))
        return CELL_NO_NUMBER;
    *out = *s == '-' ? -(double)INFINITY : (double)INFINITY;
    return CELL_INFINITE;
}

bool cell_is_marker(const char *s, size_t n)
{
    static const char *const MARKERS[] = {"#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan",
        "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"};
    if (n < 2 || n > 8 || !strchr("#-1<Nn", s[0]))
        return false;
    for (size_t i = 0; i < sizeof MARKERS / sizeof *MARKERS; i++)
        if (strlen(MARKERS[i]) == n && memcmp(MARKERS[i], s, n) == 0)
            return true;
    return false;
}

static const char *const BOOLEANS[3][2] = {{"false", "true"}, {"FALSE", "TRUE"}, {"False", "True"}};

bool cell_boolean(const char *s, size_t n, bool *value, enum cell_case *spelling)
{
    for (int32_t c = CELL_LOWER; c <= CELL_CAPITAL; c++) {
        for (int32_t v = 0; v < 2; v++) {
            if (strlen(BOOLEANS[c][v]) != n || memcmp(BOOLEANS[c][v], s, n) != 0)
                continue;
            *value = v;
            *spelling = (enum cell_case)c;
            return true;
        }
    }
    return false;
}

const char *cell_boolean_text(bool value, enum cell_case spelling)
{
    return BOOLEANS[spelling][value];
}
