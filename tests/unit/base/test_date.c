/* test_date.c - the calendar, the accepted forms and everything next to them. */
#include "base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool parse(const char *s, int64_t *us, bool *pure)
{
    return date_parse(s, s + strlen(s), us, pure);
}

static void assert_date(const char *s, int64_t expected_us, bool expected_pure)
{
    int64_t us = 0;
    bool pure = !expected_pure;
    if (!parse(s, &us, &pure))
        fail_msg("not a date: '%s'", s);
    assert_true(us == expected_us);
    assert_int_equal(pure, expected_pure);
}

static void reads_dates(void **state)
{
    (void)state;
    assert_date("1970-01-01", 0, true);
    assert_date("1970/01/02", DATE_DAY_US, true);
    assert_date("1969-12-31", -DATE_DAY_US, true);
    assert_date("2000-02-29", 11016 * DATE_DAY_US, true);
    assert_date("0001-01-01", -719162 * DATE_DAY_US, true);
    assert_date("9999-12-31", 2932896 * DATE_DAY_US, true);
}

static void reads_times(void **state)
{
    (void)state;
    const int64_t minute = 60000000, hour = 60 * minute;
    assert_date("1970-01-01T00:00", 0, false);
    assert_date("1970-01-01 01:02", hour + 2 * minute, false);
    assert_date("1970/01/01 23:59:59", 24 * hour - 1000000, false);
    assert_date("1970-01-01T00:00:00.5", 500000, false);
    assert_date("1970-01-01T00:00:00.000001", 1, false);
    assert_date("1970-01-01T00:00:00.123456999", 123456, false);
    assert_date("1969-12-31T23:59:59.999999Z", -1, false);
}

static void reads_zones(void **state)
{
    (void)state;
    const int64_t minute = 60000000, hour = 60 * minute;
    assert_date("1970-01-01T00:00Z", 0, false);
    assert_date("1970-01-01T02:00+02:00", 0, false);
    assert_date("1970-01-01T00:00:00-0530", 5 * hour + 30 * minute, false);
    assert_date("1970-01-01 00:00:00.25+01", 250000 - hour, false);
    assert_date("1970-01-01T00:00-00:00", 0, false);
}

static void refuses_other_forms(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "1970", "1970-01", "1970-1-1", "70-01-01", "1970-01/01",
        "1970/01-01", "19700101", "1970-01-01 ", " 1970-01-01", "1970-01-01T", "1970-01-01T1:00",
        "1970-01-01T01", "1970-01-01Z", "1970-01-01+01:00", "1970-01-01  01:00", "1970-01-01t01:00",
        "1970-01-01T01:00z", "1970-01-01T01:00 Z", "1970-01-01T01:00:", "1970-01-01T01:00:00.",
        "1970-01-01T01:00:00.1234567890", "1970-01-01T01:00.5", "1970-01-01T01:00:00,5", "1970-01-01T01:00+1",
        "1970-01-01T01:00+", "1970-01-01T01:00+01:", "1970-01-01T01:00+01:0", "1970-01-01T01:00+01:000",
        "1970-01-01T01:00ZZ", "+1970-01-01", "-001-01-01", "12345-01-01", "1970-01-01x", "abcd-ef-gh",
        "1970.01.01"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int64_t us = 42;
        bool pure = true;
        if (parse(texts[i], &us, &pure))
            fail_msg("taken for a date: '%s'", texts[i]);
        assert_int_equal(us, 42);
        assert_true(pure);
    }
}

static void refuses_days_and_times_that_do_not_exist(void **state)
{
    (void)state;
    static const char *const texts[] = {"0000-01-01", "1970-00-01", "1970-13-01", "1970-01-00", "1970-01-32",
        "1970-04-31", "1970-02-29", "1900-02-29", "2000-02-30", "1970-01-01T24:00", "1970-01-01T00:60",
        "1970-01-01T23:59:60", "1970-01-01T00:00+24:00", "1970-01-01T00:00+01:60", "0001-01-01T00:00+00:01",
        "9999-12-31T23:59:59-01"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int64_t us;
        if (parse(texts[i], &us, NULL))
            fail_msg("taken for a date: '%s'", texts[i]);
    }
}

/* Every cut of a whole timestamp: either refused or a shorter valid form; never a look past the end. */
static void reads_only_what_it_is_given(void **state)
{
    (void)state;
    static const char whole[] = "2020-02-29T12:34:56.789012+01:30";
    int32_t taken = 0;
    for (size_t n = 0; n <= strlen(whole); n++) {
        char *heap = test_malloc(n + (n == 0));
        memcpy(heap, whole, n);
        int64_t us;
        taken += date_parse(heap, heap + n, &us, NULL);
        test_free(heap);
    }
    /* the date, hh:mm, hh:mm:ss, six lengths of fraction, +01, +01:30 */
    assert_int_equal(taken, 11);
}

static void assert_day(int64_t day, int year, int month, int day_of_month)
{
    char text[16], printed[DATE_PRINT_BYTES];
    int64_t us;
    snprintf(text, sizeof text, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100,
        (unsigned)day_of_month % 100);
    assert_true(parse(text, &us, NULL));
    assert_true(us == day * DATE_DAY_US);
    assert_int_equal(date_print(us, printed), 10);
    assert_string_equal(printed, text);
}

static void knows_both_ends_of_every_month(void **state)
{
    (void)state;
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t day = -719162;
    for (int year = 1; year <= 9999; year++) {
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (int month = 1; month <= 12; month++) {
            int length = lengths[month - 1] + (month == 2 && leap);
            assert_day(day, year, month, 1);
            assert_day(day + length - 1, year, month, length);
            day += length;
        }
    }
    assert_int_equal(day, 2932897);
}

static void assert_prints(int64_t us, const char *date, const char *timestamp)
{
    char text[DATE_PRINT_BYTES];
    assert_int_equal(date_print(us, text), strlen(date));
    assert_string_equal(text, date);
    assert_int_equal(date_print_timestamp(us, text), strlen(timestamp));
    assert_string_equal(text, timestamp);
}

static void prints_dates(void **state)
{
    (void)state;
    assert_prints(0, "1970-01-01", "1970-01-01T00:00:00Z");
    assert_prints(-1, "1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z");
    assert_prints(1, "1970-01-01T00:00:00.000001Z", "1970-01-01T00:00:00.000001Z");
    assert_prints(11016 * DATE_DAY_US + INT64_C(45296000000), "2000-02-29T12:34:56Z", "2000-02-29T12:34:56Z");
    assert_prints(-DATE_DAY_US, "1969-12-31", "1969-12-31T00:00:00Z");
    assert_prints(DATE_MISSING, "", "");
}

static void prints_years_of_other_lengths(void **state)
{
    (void)state;
    assert_prints(2932897 * DATE_DAY_US, "+010000-01-01", "+010000-01-01T00:00:00Z");
    assert_prints(-719528 * DATE_DAY_US, "0000-01-01", "0000-01-01T00:00:00Z");
    assert_prints(-719529 * DATE_DAY_US, "-000001-12-31", "-000001-12-31T00:00:00Z");
    assert_prints(INT64_MAX, "+294247-01-10T04:00:54.775807Z", "+294247-01-10T04:00:54.775807Z");
    assert_prints(INT64_MIN + 1, "-290308-12-21T19:59:05.224193Z", "-290308-12-21T19:59:05.224193Z");
}

static void reads_back_what_it_prints(void **state)
{
    (void)state;
    /* A step of 3.2 years, 5 hours and some microseconds that meets no round value. */
    for (int64_t us = INT64_C(-62135596800000000); us < INT64_C(253402300800000000);
         us += INT64_C(101000123456789)) {
        char text[DATE_PRINT_BYTES];
        int64_t back = 0;
        size_t n = date_print_timestamp(us, text);
        assert_true(date_parse(text, text + n, &back, NULL));
        assert_true(back == us);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_dates),
        cmocka_unit_test(reads_times),
        cmocka_unit_test(reads_zones),
        cmocka_unit_test(refuses_other_forms),
        cmocka_unit_test(refuses_days_and_times_that_do_not_exist),
        cmocka_unit_test(reads_only_what_it_is_given),
        cmocka_unit_test(knows_both_ends_of_every_month),
        cmocka_unit_test(prints_dates),
        cmocka_unit_test(prints_years_of_other_lengths),
        cmocka_unit_test(reads_back_what_it_prints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
