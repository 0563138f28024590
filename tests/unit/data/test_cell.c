/* test_cell.c - which texts are numbers, booleans and missing-value marks. */
#include "data/cell.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static enum cell_number kind(const char *s, double *x)
{
    *x = -1;
    return cell_number(s, strlen(s), x);
}

static void plain_integers_are_those_that_print_the_same(void **state)
{
    (void)state;
    static const char *const plain[] = {"0", "7", "-12", "999999999999999"};
    static const char *const other[] = {"+7", "-0", "1.0", "1e3", ".5", "-3.25", "9007199254740992"};
    double x;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(kind(plain[i], &x), CELL_PLAIN);
    assert_true(x == 999999999999999);
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(kind(other[i], &x), CELL_NUMBER);
}

static void leading_zeros_make_integers_text(void **state)
{
    (void)state;
    double x;
    assert_int_equal(kind("007", &x), CELL_NO_NUMBER);
    assert_int_equal(kind("-01", &x), CELL_NO_NUMBER);
    assert_int_equal(kind("00", &x), CELL_NO_NUMBER);
    assert_int_equal(kind("0.07", &x), CELL_NUMBER);
}

static void integers_that_a_double_cannot_hold_are_text(void **state)
{
    (void)state;
    static const char *const inexact[] = {"9007199254740993", "-9007199254740993", "9223372036854775807",
        "18446744073709551617", "100000000000000000000001"};
    static const char *const exact[] = {"9007199254740994", "9223372036854775808", "18446744073709551616",
        "10000000000000000000000", "-1267650600228229401496703205376"};
    double x;
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(kind(inexact[i], &x), CELL_NO_NUMBER);
        assert_int_equal(kind(exact[i], &x), CELL_NUMBER);
    }
    assert_true(x == -0x1p100);
}

static void the_largest_double_written_out_is_a_number(void **state)
{
    (void)state;
    static const char largest[] =
        "1797693134862315708145274237317043567980705675258449965989174768031572607800285387605895586327668781"
        "71540"
        "4589535143824642343213268894641827684675467035375169860499105765512820762454900903893289440758685084"
        "55133"
        "942304583236903222948165808559332123348274797826204144723168738177180919299881250404026184124858368";
    char changed[sizeof largest];
    double x;
    assert_int_equal(kind(largest, &x), CELL_NUMBER);
    assert_true(x == 0x1.fffffffffffffp1023);
    strcpy(changed, largest);
    changed[sizeof changed - 2] = '9';
    assert_int_equal(kind(changed, &x), CELL_NO_NUMBER);
    memset(changed, '9', sizeof changed - 1);
    changed[sizeof changed - 1] = '\0';
    assert_int_equal(kind(changed, &x), CELL_NO_NUMBER);
}

static void infinities_are_recognised(void **state)
{
    (void)state;
    static const char *const infinite[] = {"inf", "INF", "+inf", "Infinity", "1e999"};
    double x;
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(kind(infinite[i], &x), CELL_INFINITE);
        assert_true(isinf(x) && x > 0);
    }
    assert_int_equal(kind("-infinity", &x), CELL_INFINITE);
    assert_true(isinf(x) && x < 0);
}

static void other_texts_are_no_numbers(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "-", "+", ".", "e5", "0x10", "1_000", "1,5", "1 2", "1d5", "nan", "infinit", "--1", "5%", "1e"};
    double x;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(kind(texts[i], &x), CELL_NO_NUMBER);
}

static void pandas_marks_are_missing(void **state)
{
    (void)state;
    static const char *const marks[] = {"#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan",
        "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"};
    static const char *const others[] = {
        "", "?", "na", "Null", "none", "NONE", "-", "N", "NAN", "N/A ", "#N"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        assert_true(cell_is_marker(marks[i], strlen(marks[i])));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(cell_is_marker(others[i], strlen(others[i])));
}

static void booleans_have_three_spellings(void **state)
{
    (void)state;
    bool value;
    enum cell_case spelling;
    for (int32_t c = CELL_LOWER; c <= CELL_CAPITAL; c++) {
        for (int32_t v = 0; v < 2; v++) {
            const char *text = cell_boolean_text(v, (enum cell_case)c);
            assert_true(cell_boolean(text, strlen(text), &value, &spelling));
            assert_true(value == v && spelling == (enum cell_case)c);
        }
    }
    assert_false(cell_boolean("tRUE", 4, &value, &spelling));
    assert_false(cell_boolean("t", 1, &value, &spelling));
    assert_false(cell_boolean("yes", 3, &value, &spelling));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_integers_are_those_that_print_the_same),
        cmocka_unit_test(leading_zeros_make_integers_text),
        cmocka_unit_test(integers_that_a_double_cannot_hold_are_text),
        cmocka_unit_test(the_largest_double_written_out_is_a_number),
        cmocka_unit_test(infinities_are_recognised),
        cmocka_unit_test(other_texts_are_no_numbers),
        cmocka_unit_test(pandas_marks_are_missing),
        cmocka_unit_test(booleans_have_three_spellings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
