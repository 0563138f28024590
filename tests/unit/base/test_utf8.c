/* Well-formedness, cutting and repair of base/utf8.h. */
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static size_t sequence(const char *s)
{
    return utf8_sequence(s, s + strlen(s));
}

static void accepts_the_limits_of_each_length(void **state)
{
    (void)state;
    assert_int_equal(sequence("\x01"), 1);
    assert_int_equal(sequence("\x7f"), 1);
    assert_int_equal(sequence("\xc2\x80"), 2);
    assert_int_equal(sequence("\xdf\xbf"), 2);
    assert_int_equal(sequence("\xe0\xa0\x80"), 3);
    assert_int_equal(sequence("\xed\x9f\xbf"), 3);
    assert_int_equal(sequence("\xee\x80\x80"), 3);
    assert_int_equal(sequence("\xef\xbf\xbf"), 3);
    assert_int_equal(sequence("\xf0\x90\x80\x80"), 4);
    assert_int_equal(sequence("\xf4\x8f\xbf\xbf"), 4);
}

static void rejects_what_is_just_outside(void **state)
{
    (void)state;
    assert_int_equal(sequence(""), 0);
    assert_int_equal(sequence("\x80"), 0);
    assert_int_equal(sequence("\xc1\xbf"), 0);
    assert_int_equal(sequence("\xe0\x9f\xbf"), 0);
    assert_int_equal(sequence("\xed\xa0\x80"), 0);
    assert_int_equal(sequence("\xf0\x8f\xbf\xbf"), 0);
    assert_int_equal(sequence("\xf4\x90\x80\x80"), 0);
    assert_int_equal(sequence("\xf5\x80\x80\x80"), 0);
    assert_int_equal(sequence("\xe2\x82"), 0);
    assert_int_equal(sequence("\xe2\x82x"), 0);
    assert_int_equal(sequence("\xf0\x9f\x98"), 0);
    assert_int_equal(sequence("\xff"), 0);
}

static void cuts_before_an_incomplete_sequence_only(void **state)
{
    (void)state;
    const char *text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
    const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10};
    for (size_t n = 0; n <= 10; n++)
        assert_int_equal(utf8_cut(text, n), expected[n]);
}

static void repairs_bytes_one_by_one(void **state)
{
    (void)state;
    char text[] = "\xff=\xc3=\xed\xa0\x80=\xc3\xa9=\xe2\x82";
    utf8_repair(text, sizeof text - 1);
    assert_string_equal(text, "\x3f=\x3f=\x3f\x3f\x3f=\xc3\xa9=\x3f\x3f");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_the_limits_of_each_length),
        cmocka_unit_test(rejects_what_is_just_outside),
        cmocka_unit_test(cuts_before_an_incomplete_sequence_only),
        cmocka_unit_test(repairs_bytes_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
