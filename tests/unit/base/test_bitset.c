/* Counting and comparing of base/bitset.h. */
#include "base/bitset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void words_round_up(void **state)
{
    (void)state;
    assert_int_equal(bitset_words(0), 0);
    assert_int_equal(bitset_words(1), 1);
    assert_int_equal(bitset_words(64), 1);
    assert_int_equal(bitset_words(65), 2);
}

static void adds_removes_and_counts(void **state)
{
    (void)state;
    uint64_t b[3] = {0};
    for (int64_t i = 0; i < 192; i += 3)
        bitset_add(b, i);
    for (int64_t i = 0; i < 192; i++)
        assert_int_equal(bitset_has(b, i), i % 3 == 0);
    assert_int_equal(bitset_count(b, 3), 64);
    bitset_remove(b, 63);
    bitset_remove(b, 63);
    assert_false(bitset_has(b, 63));
    assert_int_equal(bitset_count(b, 3), 63);
    assert_int_equal(bitset_count(b, 0), 0);
}

static void equality_looks_at_every_word(void **state)
{
    (void)state;
    uint64_t a[2] = {0}, b[2] = {0};
    assert_true(bitset_equal(a, b, 2));
    bitset_add(a, 127);
    assert_false(bitset_equal(a, b, 2));
    assert_true(bitset_equal(a, b, 1));
    assert_true(bitset_equal(NULL, NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_round_up),
        cmocka_unit_test(adds_removes_and_counts),
        cmocka_unit_test(equality_looks_at_every_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
