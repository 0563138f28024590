/* test_number.c - reading and printing doubles: known hard cases, and strtod as the judge of the rest. */
#define _POSIX_C_SOURCE 200809L
#include "base/number.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/power.h"
#include "base/rng.h"

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static double parse(const char *s)
{
    double x = NAN;
    if (!number_parse_all(s, s + strlen(s), &x))
        fail_msg("not a number: '%s'", s);
    return x;
}

static void assert_bits(const char *s, double expected)
{
    double got = parse(s);
    if (bits_of(got) != bits_of(expected))
        fail_msg("'%.60s': %a instead of %a", s, got, expected);
}

/* The tests run in the C locale, where strtod of the C library is correctly rounded. */
static void assert_like_strtod(const char *s)
{
    assert_bits(s, strtod(s, NULL));
}

static void reads_plain_numbers(void **state)
{
    (void)state;
    assert_bits("0", 0.0);
    assert_bits("-0", -0.0);
    assert_bits("+12.5", 12.5);
    assert_bits("1.", 1.0);
    assert_bits(".5", 0.5);
    assert_bits("-1e3", -1000.0);
    assert_bits("1E-2", 0.01);
    assert_bits("00012.50e+01", 125.0);
    assert_bits("123456789012345678", 123456789012345678.0);
    assert_bits("3.141592653589793", 0x1.921fb54442d18p+1);
}

static void reads_the_longest_prefix(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t length;
        double value;
    } cases[] = {
        {"1,2", 1, 1},
        {"1.5.2", 3, 1.5},
        {"2e", 1, 2},
        {"2e+", 1, 2},
        {"2e+x", 1, 2},
        {"2e1e1", 3, 20},
        {"0x10", 1, 0},
        {"7 ", 1, 7},
        {"8-1", 1, 8},
        {"12345678,", 8, 12345678},
        {"1.e2z", 4, 100},
        {"1.2345678x", 9, 1.2345678},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *s = cases[i].text;
        double x = NAN;
        assert_ptr_equal(number_parse(s, s + strlen(s), &x), s + cases[i].length);
        assert_int_equal(bits_of(x), bits_of(cases[i].value));
    }
}

static void refuses_what_is_no_number(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "-", "+", ".", "-.", "e5", ".e5", "+-1", " 1", "inf", "nan", "NaN", "-inf", "abc", "--1"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double x = 7;
        const char *s = texts[i];
        assert_ptr_equal(number_parse(s, s + strlen(s), &x), s);
        assert_false(number_parse_all(s, s + strlen(s), &x));
        assert_true(x == 7);
    }
    static const char trailing[] = "1 ";
    double x = 7;
    assert_false(number_parse_all(trailing, trailing + 2, &x));
    assert_true(x == 7);
}

static void stops_at_the_end_it_is_given(void **state)
{
    (void)state;
    const char *s = "123456789012345678901234567890.5e7";
    for (size_t n = 1; n <= strlen(s); n++) {
        char copy[64];
        memcpy(copy, s, n);
        copy[n] = '\0';
        char *heap = malloc(n); /* no byte to spare: AddressSanitizer sees any look past the end */
        assert_non_null(heap);
        memcpy(heap, s, n);
        double x = NAN;
        const char *end = number_parse(heap, heap + n, &x);
        char *c_end;
        double expected = strtod(copy, &c_end);
        assert_int_equal(end - heap, c_end - copy);
        assert_int_equal(bits_of(x), bits_of(expected));
        free(heap);
    }
}

static void rounds_halves_to_even(void **state)
{
    (void)state;
    assert_bits("9007199254740993", 0x1p53);
    assert_bits("9007199254740993.0000000000000000000000000000000001", 0x1.0000000000001p53);
    assert_bits("9007199254740995", 0x1.0000000000002p53);
    assert_bits("9007199254740994.99999999999999999999999999999999", 0x1.0000000000001p53);
    assert_bits("1.00000000000000011102230246251565404236316680908203125", 1.0);
    assert_bits("1.00000000000000011102230246251565404236316680908203124", 1.0);
    assert_bits("1.00000000000000011102230246251565404236316680908203126", 0x1.0000000000001p0);
    assert_bits("1.00000000000000033306690738754696212708950042724609375", 0x1.0000000000002p0);
    assert_bits("0.500000000000000166533453693773481063544750213623046875", 0x1.0000000000002p-1);
}

static void decides_a_half_by_the_last_of_a_thousand_digits(void **state)
{
    (void)state;
    char text[1200];
    int n = snprintf(text, sizeof text, "9007199254740993.");
    memset(text + n, '0', 1000);
    text[n + 1000] = '\0';
    assert_bits(text, 0x1p53);
    text[n + 999] = '1';
    assert_bits(text, 0x1.0000000000001p53);
    strcpy(text + n + 1000, "e10");
    assert_like_strtod(text);
}

static void reads_denormals(void **state)
{
    (void)state;
    assert_bits("4.9406564584124654e-324", 0x1p-1074);
    assert_bits("5e-324", 0x1p-1074);
    assert_bits("2.4703282292062328e-324", 0x1p-1074);
    assert_bits("2.4703282292062327e-324", 0.0);
    assert_bits("-2.4703282292062327e-324", -0.0);
    assert_bits("7.4109846876186982e-324", 0x2p-1074);
    assert_bits("2.2250738585072011e-308", 0x0.fffffffffffffp-1022);
    assert_bits("2.2250738585072012e-308", 0x1p-1022);
    assert_bits("2.2250738585072014e-308", 0x1p-1022);
    assert_bits("1e-400", 0.0);
    assert_bits("1e-99999999999999999999999", 0.0);
}

static void reads_the_half_of_the_least_denormal_exactly(void **state)
{
    (void)state;
    char text[1200];
    int n = snprintf(text, sizeof text, "%.1074f", 0x1p-1074);
    /* Dividing by 2 appends a digit: 2^-1075 = 5^1075 / 10^1075. */
    int carry = 0;
    for (int i = 2; i < n; i++) {
        int value = carry * 10 + (text[i] - '0');
        text[i] = (char)('0' + value / 2);
        carry = value % 2;
    }
    strcpy(text + n, "5");
    assert_int_equal(carry, 1);
    assert_bits(text, 0.0);
    strcpy(text + n, "50000000001");
    assert_bits(text, 0x1p-1074);
}

static void overflows_to_infinity(void **state)
{
    (void)state;
    assert_bits("1.7976931348623157e308", 0x1.fffffffffffffp1023);
    assert_bits("1.7976931348623158e308", 0x1.fffffffffffffp1023);
    assert_bits("1.7976931348623159e308", INFINITY);
    assert_bits("-1e309", -INFINITY);
    assert_bits("1e99999999999999999999999", INFINITY);
    assert_bits("0e99999999999999999999999", 0.0);
    char text[400];
    memset(text, '9', 310);
    strcpy(text + 310, "e-1");
    assert_bits(text, INFINITY);
    strcpy(text + 310, "e-2");
    assert_bits(text, 1e308);
}

static void reads_zeros_around_the_digits(void **state)
{
    (void)state;
    char text[2100];
    memset(text, '0', sizeof text);
    memcpy(text + 1000, "123", 3);
    strcpy(text + 2003, "e-1000");
    assert_bits(text, 123.0);
    memset(text, '0', sizeof text);
    text[1] = '.';
    strcpy(text + 1002, "125e1003");
    assert_bits(text, 125.0);
}

static void reads_every_power_of_ten(void **state)
{
    (void)state;
    for (int e = -345; e <= 310; e++) {
        char text[32];
        for (int lead = 1; lead <= 9; lead++) {
            snprintf(text, sizeof text, "%de%d", lead, e);
            assert_like_strtod(text);
        }
        snprintf(text, sizeof text, "9223372036854775807e%d", e - 18);
        assert_like_strtod(text);
        snprintf(text, sizeof text, "18446744073709551615e%d", e - 19);
        assert_like_strtod(text);
    }
}

/* A decimal of up to 40 digits with a point and an exponent anywhere. */
static void random_decimal(struct rng *r, char *out)
{
    uint32_t n = 1 + rng_below(r, rng_below(r, 4) ? 20 : 40), point = rng_below(r, n + 1);
    char *p = out;
    if (rng_below(r, 2))
        *p++ = '-';
    for (uint32_t i = 0; i < n; i++) {
        if (i == point)
            *p++ = '.';
        *p++ = (char)('0' + rng_below(r, 10));
    }
    if (rng_below(r, 2))
        p += sprintf(p, "e%d", (int)rng_below(r, 700) - 360);
    *p = '\0';
}

static void agrees_with_strtod_on_decimals(void **state)
{
    (void)state;
    struct rng r = rng_seed(1);
    for (int32_t i = 0; i < 100000; i++) {
        char text[64];
        random_decimal(&r, text);
        assert_like_strtod(text);
    }
}

/* An odd integer of 54 bits lies half way between two doubles; so do its multiples by powers of two. */
static void agrees_with_strtod_on_midpoints(void **state)
{
    (void)state;
    struct rng r = rng_seed(2);
    for (int32_t i = 0; i < 20000; i++) {
        uint64_t odd = (rng_u64(&r) >> 10 | UINT64_C(1) << 53) | 1; /* 54 bits: half way at 53 */
        int shift = (int)rng_below(&r, 10);
        char text[80];
        int n = snprintf(text, sizeof text, "%llu", (unsigned long long)(odd << shift));
        assert_like_strtod(text);
        static const char *const tails[] = {
            ".0000000000000000000001", "e0", "e-3", "e25", "000000000000e-12"};
        snprintf(text + n, sizeof text - (size_t)n, "%s", tails[rng_below(&r, 5)]);
        assert_like_strtod(text);
    }
}

static void table_holds_the_powers(void **state)
{
    (void)state;
    assert_int_equal(power_of_ten(0).high, UINT64_C(1) << 63);
    assert_int_equal(power_of_ten(0).low, 0);
    assert_int_equal(power_of_ten(1).high, UINT64_C(10) << 60);
    assert_int_equal(power_of_ten(19).high, UINT64_C(10000000000000000000));
    assert_int_equal(power_of_ten(19).low, 0);
    assert_int_equal(power_of_ten(-1).high, UINT64_C(0xcccccccccccccccc));
    assert_int_equal(power_of_ten(-1).low, UINT64_C(0xcccccccccccccccc));
    for (int32_t e = POWER_MIN; e <= POWER_MAX; e++)
        assert_true(power_of_ten(e).high >> 63);
}

static void multiplies_to_128_bits(void **state)
{
    (void)state;
    struct power top = power_multiply(UINT64_MAX, UINT64_MAX);
    assert_int_equal(top.high, UINT64_MAX - 1);
    assert_int_equal(top.low, 1);
    struct power p = power_multiply(UINT64_C(0x123456789abcdef0), UINT64_C(0xfedcba9876543210));
    assert_int_equal(p.high, UINT64_C(0x121fa00ad77d7422));
    assert_int_equal(p.low, UINT64_C(0x236d88fe5618cf00));
}

static bool parse_int64(const char *s, int64_t *x)
{
    return number_parse_int64(s, s + strlen(s), x);
}

static bool parse_uint64(const char *s, uint64_t *x)
{
    return number_parse_uint64(s, s + strlen(s), x);
}

static void reads_integers(void **state)
{
    (void)state;
    int64_t x = 0;
    assert_true(parse_int64("-9223372036854775808", &x));
    assert_true(x == INT64_MIN);
    assert_true(parse_int64("9223372036854775807", &x));
    assert_true(x == INT64_MAX);
    assert_true(parse_int64("+007", &x));
    assert_int_equal(x, 7);
    assert_true(parse_int64("-0", &x));
    assert_int_equal(x, 0);
    static const char *const bad[] = {"", "-", "+", "1.0", "1e2", " 1", "1 ", "--1", "9223372036854775808",
        "-9223372036854775809", "18446744073709551617"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(parse_int64(bad[i], &x));
    assert_int_equal(x, 0);
}

static void reads_unsigned_integers(void **state)
{
    (void)state;
    uint64_t x = 0;
    assert_true(parse_uint64("18446744073709551615", &x));
    assert_true(x == UINT64_MAX);
    assert_true(parse_uint64("+00000000000000000000000042", &x));
    assert_int_equal(x, 42);
    assert_true(parse_uint64("-0", &x));
    assert_int_equal(x, 0);
    assert_false(parse_uint64("18446744073709551616", &x));
    assert_false(parse_uint64("99999999999999999999", &x));
    assert_false(parse_uint64("-1", &x));
    assert_int_equal(x, 0);
}

static void assert_prints(double x, const char *expected)
{
    char text[NUMBER_PRINT_BYTES];
    size_t n = number_print(x, text);
    assert_string_equal(text, expected);
    assert_int_equal(n, strlen(expected));
}

static void prints_special_values(void **state)
{
    (void)state;
    assert_prints(0.0, "0");
    assert_prints(-0.0, "-0");
    assert_prints(NAN, "nan");
    assert_prints(-NAN, "nan");
    assert_prints(INFINITY, "inf");
    assert_prints(-INFINITY, "-inf");
}

static void prints_integers_without_a_point(void **state)
{
    (void)state;
    assert_prints(1, "1");
    assert_prints(-10, "-10");
    assert_prints(1234567890, "1234567890");
    assert_prints(9007199254740991, "9007199254740991");
    assert_prints(9007199254740992, "9007199254740992");
    assert_prints(9007199254740994, "9007199254740994.0");
    assert_prints(9999999999999998, "9999999999999998.0");
    assert_prints(1e16, "1e+16");
}

static void prints_fractions_as_python_does(void **state)
{
    (void)state;
    assert_prints(0.1, "0.1");
    assert_prints(0.1 + 0.2, "0.30000000000000004");
    assert_prints(-1.5, "-1.5");
    assert_prints(123.456, "123.456");
    assert_prints(0.0001, "0.0001");
    assert_prints(0.00001, "1e-05");
    assert_prints(0.000123, "0.000123");
    assert_prints(0.0000123, "1.23e-05");
    assert_prints(1e23, "1e+23");
    assert_prints(9.5e22, "9.5e+22");
    assert_prints(1.2345e-100, "1.2345e-100");
    assert_prints(123456789.125, "123456789.125");
}

/* Doubles that break printers: ends of the range, powers of 2 with a closer lower neighbour, cases from the
 * papers on Grisu, Ryu and Schubfach. */
static void prints_hard_cases(void **state)
{
    (void)state;
    assert_prints(0x1p-1074, "5e-324");
    assert_prints(0x2p-1074, "1e-323");
    assert_prints(0x1p-1022, "2.2250738585072014e-308");
    assert_prints(0x0.fffffffffffffp-1022, "2.225073858507201e-308");
    assert_prints(0x1.fffffffffffffp1023, "1.7976931348623157e+308");
    assert_prints(0x1p-44, "5.684341886080802e-14");
    assert_prints(0x1p89, "6.189700196426902e+26");
    assert_prints(2e-44, "2e-44");
    assert_prints(9.0608011534336e15, "9060801153433600.0");
    assert_prints(4.708356024711512e18, "4.708356024711512e+18");
    assert_prints(9.409340012568248e18, "9.409340012568248e+18");
    assert_prints(1.8531501765868567e21, "1.8531501765868567e+21");
    assert_prints(5e-320, "5e-320");
    assert_prints(2.82879384806159e17, "2.82879384806159e+17");
    assert_prints(1.387364135037754e18, "1.387364135037754e+18");
}

static int digits_of(const char *s)
{
    int n = 0, zeros = 0;
    bool leading = true;
    for (; *s && *s != 'e'; s++) {
        if (*s < '0' || *s > '9' || (leading && *s == '0'))
            continue;
        leading = false;
        zeros = *s == '0' ? zeros + 1 : 0;
        n++;
    }
    return n - zeros;
}

/* Reads back exactly; no text of fewer digits does; of those with as many, no other is nearer. */
static void assert_shortest(double x)
{
    char text[NUMBER_PRINT_BYTES], shorter[40];
    number_print(x, text);
    assert_true(bits_of(strtod(text, NULL)) == bits_of(x));
    assert_bits(text, x);
    int n = digits_of(text);
    assert_in_range(n, 1, 17);
    if (n > 1) {
        snprintf(shorter, sizeof shorter, "%.*e", n - 2, x);
        assert_false(bits_of(strtod(shorter, NULL)) == bits_of(x));
    }
    /* The nearest of n digits, if it reads back at all, is the one that was printed. */
    snprintf(shorter, sizeof shorter, "%.*e", n - 1, x);
    if (bits_of(strtod(shorter, NULL)) == bits_of(x)) {
        char exponent_form[40];
        snprintf(exponent_form, sizeof exponent_form, "%.*e", n - 1, strtod(text, NULL));
        assert_string_equal(exponent_form, shorter);
    }
}

static void prints_the_shortest_text(void **state)
{
    (void)state;
    struct rng r = rng_seed(3);
    for (int32_t i = 0; i < 50000; i++) {
        double x = from_bits(rng_u64(&r));
        if (isfinite(x))
            assert_shortest(x);
    }
}

static void prints_the_shortest_text_at_every_power_of_two(void **state)
{
    (void)state;
    for (uint64_t e = 0; e < 0x7ff; e++) {
        for (uint64_t f = 0; f < 3; f++)
            assert_shortest(from_bits((e << 52) + f + (e == 0 && f == 0)));
        assert_shortest(from_bits((e << 52) + (UINT64_C(1) << 52) - 1));
    }
}

static void reads_back_what_it_prints(void **state)
{
    (void)state;
    struct rng r = rng_seed(4);
    for (int32_t i = 0; i < 200000; i++) {
        double x = i % 2 ? from_bits(rng_u64(&r)) : rng_normal(&r) * 100;
        if (isnan(x) || isinf(x))
            continue;
        char text[NUMBER_PRINT_BYTES];
        number_print(x, text);
        assert_bits(text, x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_plain_numbers),
        cmocka_unit_test(reads_the_longest_prefix),
        cmocka_unit_test(refuses_what_is_no_number),
        cmocka_unit_test(stops_at_the_end_it_is_given),
        cmocka_unit_test(rounds_halves_to_even),
        cmocka_unit_test(decides_a_half_by_the_last_of_a_thousand_digits),
        cmocka_unit_test(reads_denormals),
        cmocka_unit_test(reads_the_half_of_the_least_denormal_exactly),
        cmocka_unit_test(overflows_to_infinity),
        cmocka_unit_test(reads_zeros_around_the_digits),
        cmocka_unit_test(reads_every_power_of_ten),
        cmocka_unit_test(agrees_with_strtod_on_decimals),
        cmocka_unit_test(agrees_with_strtod_on_midpoints),
        cmocka_unit_test(table_holds_the_powers),
        cmocka_unit_test(multiplies_to_128_bits),
        cmocka_unit_test(reads_integers),
        cmocka_unit_test(reads_unsigned_integers),
        cmocka_unit_test(prints_special_values),
        cmocka_unit_test(prints_integers_without_a_point),
        cmocka_unit_test(prints_fractions_as_python_does),
        cmocka_unit_test(prints_hard_cases),
        cmocka_unit_test(prints_the_shortest_text),
        cmocka_unit_test(prints_the_shortest_text_at_every_power_of_two),
        cmocka_unit_test(reads_back_what_it_prints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
