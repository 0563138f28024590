/* Recording, truncation and the table of base/error.h and <automl/status.h>. */
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static void new_object_is_empty(void **state)
{
    (void)state;
    automl_error *err = automl_error_create();
    assert_non_null(err);
    assert_int_equal(automl_error_status(err), AUTOML_OK);
    assert_string_equal(automl_error_message(err), "");
    assert_string_equal(automl_error_where(err), "");
    automl_error_free(err);
}

static void null_objects_are_fine(void **state)
{
    (void)state;
    assert_int_equal(error_set(NULL, AUTOML_E_DATA, "x"), AUTOML_E_DATA);
    assert_int_equal(error_memory(NULL), AUTOML_E_MEMORY);
    assert_int_equal(error_system(NULL, AUTOML_E_READ, "read", "p", ENOENT), AUTOML_E_READ);
    error_where(NULL, "x");
    automl_error_clear(NULL);
    automl_error_free(NULL);
    assert_int_equal(automl_error_status(NULL), AUTOML_OK);
    assert_string_equal(automl_error_message(NULL), "");
    assert_string_equal(automl_error_where(NULL), "");
}

static void records_status_and_sentence(void **state)
{
    (void)state;
    struct automl_error err = {0};
    automl_status status = error_set(&err, AUTOML_E_DATA, "row %" PRId64 " of '%s'", INT64_C(7), "age");
    assert_int_equal(status, AUTOML_E_DATA);
    assert_int_equal(automl_error_status(&err), AUTOML_E_DATA);
    assert_string_equal(automl_error_message(&err), "row 7 of 'age'");
    automl_error_clear(&err);
    assert_int_equal(automl_error_status(&err), AUTOML_OK);
    assert_string_equal(automl_error_message(&err), "");
}

static void place_grows_outwards(void **state)
{
    (void)state;
    struct automl_error err = {0};
    error_set(&err, AUTOML_E_RANGE, "too large");
    error_where(&err, "%s", "gaussian_nb");
    error_where(&err, "pipeline/%d/", 2);
    assert_string_equal(automl_error_where(&err), "pipeline/2/gaussian_nb");
    error_where(&err, "search_space");
    assert_string_equal(automl_error_where(&err), "search_space: pipeline/2/gaussian_nb");
    error_set(&err, AUTOML_E_DATA, "another");
    assert_string_equal(automl_error_where(&err), "");
}

static void message_may_quote_the_object_itself(void **state)
{
    (void)state;
    struct automl_error err = {0};
    error_set(&err, AUTOML_E_DATA, "inner");
    error_where(&err, "b");
    error_set(&err, AUTOML_E_SCHEMA, "outer: %s (%s)", automl_error_message(&err), automl_error_where(&err));
    assert_string_equal(automl_error_message(&err), "outer: inner (b)");
    error_where(&err, "%s", automl_error_message(&err));
    assert_string_equal(automl_error_where(&err), "outer: inner (b)");
}

static void cuts_long_texts_between_characters(void **state)
{
    (void)state;
    struct automl_error err = {0};
    char text[2 * ERROR_MESSAGE_BYTES];
    for (size_t lead = 0; lead < 4; lead++) {
        memset(text, 'x', lead);
        for (size_t i = lead; i + 3 < sizeof text; i += 3)
            memcpy(text + i, "\xe2\x82\xac", 4);
        error_set(&err, AUTOML_E_DATA, "%s", text);
        size_t length = strlen(err.message);
        assert_in_range(length, ERROR_MESSAGE_BYTES - 3, ERROR_MESSAGE_BYTES - 1);
        assert_int_equal((length - lead) % 3, 0);
        assert_memory_equal(err.message, text, length);
        error_where(&err, "%s", text);
        error_where(&err, "y");
        length = strlen(err.where);
        assert_in_range(length, ERROR_WHERE_BYTES - 3, ERROR_WHERE_BYTES - 1);
        assert_int_equal((length - lead - strlen("y: ")) % 3, 0);
    }
}

static void replaces_bytes_that_are_not_utf8(void **state)
{
    (void)state;
    struct automl_error err = {0};
    error_set(&err, AUTOML_E_NOT_FOUND, "no file '%s'", "caf\xe9.csv");
    assert_string_equal(automl_error_message(&err), "no file 'caf?.csv'");
}

static void out_of_memory_is_reported_in_full(void **state)
{
    (void)state;
    struct automl_error err = {0};
    error_set(&err, AUTOML_E_DATA, "before");
    error_where(&err, "place");
    assert_int_equal(error_memory(&err), AUTOML_E_MEMORY);
    assert_int_equal(automl_error_status(&err), AUTOML_E_MEMORY);
    assert_int_equal(strncmp(automl_error_message(&err), "Not enough memory", 17), 0);
    assert_string_equal(automl_error_where(&err), "");
}

static void system_errors_name_the_path_and_reason(void **state)
{
    (void)state;
    struct automl_error err = {0};
    assert_int_equal(error_system(&err, AUTOML_E_READ, "open", "a.csv", ENOENT), AUTOML_E_READ);
    assert_string_equal(automl_error_message(&err), "cannot open 'a.csv': No such file or directory");
    error_system(&err, AUTOML_E_WRITE, "write", NULL, ENOSPC);
    assert_string_equal(automl_error_message(&err), "cannot write: No space left on device");
    error_system(&err, AUTOML_E_WRITE, "write", "b", 99999);
    assert_non_null(strstr(automl_error_message(&err), "99999"));
}

static void copies_everything(void **state)
{
    (void)state;
    struct automl_error from = {0}, to = {0};
    error_set(&from, AUTOML_E_RANGE, "message");
    error_where(&from, "where");
    assert_int_equal(error_copy(&to, &from), AUTOML_E_RANGE);
    assert_int_equal(automl_error_status(&to), AUTOML_E_RANGE);
    assert_string_equal(automl_error_message(&to), "message");
    assert_string_equal(automl_error_where(&to), "where");
    assert_int_equal(error_copy(&to, &to), AUTOML_E_RANGE);
    assert_int_equal(error_copy(NULL, &from), AUTOML_E_RANGE);
    assert_int_equal(error_copy(&to, NULL), AUTOML_OK);
    assert_int_equal(automl_error_status(&to), AUTOML_OK);
}

static void every_code_has_a_name_and_its_own_sentence(void **state)
{
    (void)state;
    for (automl_status s = AUTOML_E_INTERNAL; s <= AUTOML_STOPPED; s++) {
        const char *name = automl_status_name(s), *text = automl_status_text(s);
        const char *prefix = s < 0 ? "AUTOML_E_" : "AUTOML_";
        assert_int_equal(strncmp(name, prefix, strlen(prefix)), 0);
        assert_string_not_equal(name, "AUTOML_E_?");
        assert_int_equal(text[strlen(text) - 1], '.');
        for (automl_status other = AUTOML_E_INTERNAL; other < s; other++) {
            assert_string_not_equal(name, automl_status_name(other));
            assert_string_not_equal(text, automl_status_text(other));
        }
    }
    assert_string_equal(automl_status_name(AUTOML_OK), "AUTOML_OK");
    assert_string_equal(automl_status_name(AUTOML_STOPPED), "AUTOML_STOPPED");
    assert_string_equal(automl_status_name(AUTOML_E_MEMORY), "AUTOML_E_MEMORY");
}

static void unknown_codes_have_a_name_too(void **state)
{
    (void)state;
    assert_string_equal(automl_status_name(AUTOML_E_INTERNAL - 1), "AUTOML_E_?");
    assert_string_equal(automl_status_name(AUTOML_STOPPED + 1), "AUTOML_E_?");
    assert_string_equal(automl_status_name(INT32_MIN), "AUTOML_E_?");
    assert_true(strlen(automl_status_text(INT32_MAX)) > 0);
}

static automl_status returns_with_try(automl_status inner, int *reached)
{
    TRY(inner);
    *reached = 1;
    return AUTOML_OK;
}

static automl_status returns_with_try_done(automl_status inner, int *reached, int *cleaned)
{
    automl_status status = AUTOML_OK;
    TRY_DONE(inner);
    *reached = 1;
done:
    *cleaned = 1;
    return status;
}

static void try_passes_errors_on_but_not_successes(void **state)
{
    (void)state;
    int reached = 0, cleaned = 0;
    assert_int_equal(returns_with_try(AUTOML_E_DATA, &reached), AUTOML_E_DATA);
    assert_int_equal(returns_with_try_done(AUTOML_E_DATA, &reached, &cleaned), AUTOML_E_DATA);
    assert_int_equal(reached, 0);
    assert_int_equal(cleaned, 1);
    assert_int_equal(returns_with_try(AUTOML_STOPPED, &reached), AUTOML_OK);
    assert_int_equal(reached, 1);
    reached = 0;
    assert_int_equal(returns_with_try_done(AUTOML_STOPPED, &reached, &cleaned), AUTOML_STOPPED);
    assert_int_equal(reached, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_object_is_empty),
        cmocka_unit_test(null_objects_are_fine),
        cmocka_unit_test(records_status_and_sentence),
        cmocka_unit_test(place_grows_outwards),
        cmocka_unit_test(message_may_quote_the_object_itself),
        cmocka_unit_test(cuts_long_texts_between_characters),
        cmocka_unit_test(replaces_bytes_that_are_not_utf8),
        cmocka_unit_test(out_of_memory_is_reported_in_full),
        cmocka_unit_test(system_errors_name_the_path_and_reason),
        cmocka_unit_test(copies_everything),
        cmocka_unit_test(every_code_has_a_name_and_its_own_sentence),
        cmocka_unit_test(unknown_codes_have_a_name_too),
        cmocka_unit_test(try_passes_errors_on_but_not_successes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
