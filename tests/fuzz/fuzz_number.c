/* fuzz_number.c - numbers are read as the C library reads them, and printed so that they come back. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "fuzz.h"

static bool same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void check_print(double x)
{
    char text[NUMBER_PRINT_BYTES];
    double back = 0;
    size_t n = number_print(x, text);
    FUZZ_CHECK(n > 0 && n < NUMBER_PRINT_BYTES && text[n] == '\0');
    if (!isfinite(x))
        return;
    FUZZ_CHECK(number_parse_all(text, text + n, &back) && same(back, x));
    char *end;
    FUZZ_CHECK(same(strtod(text, &end), x) && *end == '\0');
}

/* The process runs in the "C" locale, in which strtod reads the same texts (and more). */
static bool check_parse(const char *s, size_t n)
{
    double x = 0;
    const char *end = number_parse(s, s + n, &x);
    FUZZ_CHECK(end >= s && end <= s + n);
    double whole = 0;
    FUZZ_CHECK(number_parse_all(s, s + n, &whole) == (n > 0 && end == s + n));
    if (end == s)
        return false;
    char *copy = calloc((size_t)(end - s) + 1, 1), *stop;
    FUZZ_CHECK(copy);
    memcpy(copy, s, (size_t)(end - s));
    double expected = strtod(copy, &stop);
    FUZZ_CHECK(*stop == '\0' && same(expected, x));
    free(copy);
    check_print(x);
    return true;
}

static void check_integers(const char *s, size_t n)
{
    int64_t x = 0;
    uint64_t u = 0;
    char copy[64] = "", *stop;
    if (n >= sizeof copy)
        return;
    memcpy(copy, s, n);
    if (number_parse_int64(s, s + n, &x)) {
        errno = 0;
        FUZZ_CHECK(strtoll(copy, &stop, 10) == x && *stop == '\0' && errno == 0);
    }
    if (number_parse_uint64(s, s + n, &u)) {
        errno = 0;
        FUZZ_CHECK(strtoull(copy, &stop, 10) == u && *stop == '\0' && errno == 0);
    }
}

bool fuzz_one(const uint8_t *data, size_t n)
{
    char *s = fuzz_copy(data, n);
    bool understood = check_parse(s, n);
    check_integers(s, n);
    for (size_t i = 0; i + sizeof(double) <= n; i += sizeof(double)) {
        double x;
        memcpy(&x, data + i, sizeof x);
        check_print(x);
    }
    free(s);
    return understood;
}
