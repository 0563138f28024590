/* test_level_table.c - dictionaries find what they hold, and nothing else. */
#include "data/level_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct mem memory;

static int setup(void **state)
{
    (void)state;
    mem_init(&memory, &allocator_system);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return mem_used(&memory) == 0 ? 0 : -1;
}

/* "0", "1", "2", ... */
static char **numbered(int32_t n)
{
    char **names = NEW_ZEROS(&memory, n, char *);
    char text[16];
    for (int32_t i = 0; i < n; i++) {
        snprintf(text, sizeof text, "%d", (int)i);
        names[i] = mem_strdup(&memory, text);
    }
    return names;
}

static void every_name_is_found_by_its_number(void **state)
{
    (void)state;
    enum { N = 1000 };
    struct level_table t;
    assert_int_equal(level_table_init(&t, &memory, numbered(N), N), LEVELS_OK);
    for (int32_t i = 0; i < N; i++)
        assert_int_equal(level_table_find(&t, t.names[i], strlen(t.names[i])), i);
    assert_int_equal(level_table_find(&t, "1000", 4), -1);
    assert_int_equal(level_table_find(&t, "1000", 3), 100);
    assert_int_equal(level_table_find(&t, "", 0), -1);
    level_table_free(&t, &memory);
}

static void an_empty_table_finds_nothing(void **state)
{
    (void)state;
    struct level_table t, none = {0};
    assert_int_equal(level_table_init(&t, &memory, numbered(0), 0), LEVELS_OK);
    assert_int_equal(level_table_find(&t, "a", 1), -1);
    assert_int_equal(level_table_find(&none, "a", 1), -1);
    level_table_free(&t, &memory);
}

static void a_name_that_occurs_twice_is_refused(void **state)
{
    (void)state;
    struct level_table t;
    char **names = numbered(3);
    strcpy(names[2], "0");
    assert_int_equal(level_table_init(&t, &memory, names, 3), LEVELS_TWICE);
    assert_null(t.names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_name_is_found_by_its_number, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_table_finds_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_name_that_occurs_twice_is_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
