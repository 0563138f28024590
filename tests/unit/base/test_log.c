/* Levels, formatting and truncation of base/log.h. */
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

struct heard {
    int32_t level;
    int count;
    char text[2048];
};

static void listen(int32_t level, const char *message, void *user)
{
    struct heard *h = user;
    h->level = level;
    h->count++;
    strncpy(h->text, message, sizeof h->text - 1);
}

static void hands_messages_to_the_host(void **state)
{
    (void)state;
    struct heard h = {0};
    struct log l = {listen, &h, LOG_INFO};
    log_write(&l, LOG_WARNING, "%d rows of '%s' dropped", 3, "people");
    assert_int_equal(h.count, 1);
    assert_int_equal(h.level, LOG_WARNING);
    assert_string_equal(h.text, "3 rows of 'people' dropped");
}

static void drops_messages_above_the_level(void **state)
{
    (void)state;
    struct heard h = {0};
    struct log l = {listen, &h, LOG_WARNING};
    log_write(&l, LOG_INFO, "x");
    log_write(&l, LOG_DEBUG, "x");
    assert_int_equal(h.count, 0);
    log_write(&l, LOG_WARNING, "x");
    log_write(&l, LOG_ERROR, "x");
    assert_int_equal(h.count, 2);
}

static void is_silent_without_a_listener(void **state)
{
    (void)state;
    struct heard h = {0};
    struct log l = {NULL, &h, LOG_DEBUG};
    log_write(&l, LOG_ERROR, "x");
    log_write(NULL, LOG_ERROR, "x");
    assert_int_equal(h.count, 0);
}

static void cuts_long_messages_between_characters(void **state)
{
    (void)state;
    struct heard h = {0};
    struct log l = {listen, &h, LOG_DEBUG};
    char text[1500];
    memset(text, 'a', sizeof text);
    memcpy(text + 1022, "\xc3\xa9", 2);
    text[sizeof text - 1] = '\0';
    log_write(&l, LOG_INFO, "%s", text);
    assert_int_equal(strlen(h.text), 1022);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_messages_to_the_host),
        cmocka_unit_test(drops_messages_above_the_level),
        cmocka_unit_test(is_silent_without_a_listener),
        cmocka_unit_test(cuts_long_messages_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
