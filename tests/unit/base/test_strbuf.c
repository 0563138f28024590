/* Growth, failure and handing over of base/strbuf.h. */
#include "base/strbuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "support/fault_allocator.h"

struct fixture {
    struct fault_allocator fault;
    struct mem mem;
    struct strbuf buffer;
};

static void set_up(struct fixture *f)
{
    fault_init(&f->fault);
    struct allocator hooks = fault_hooks(&f->fault);
    mem_init(&f->mem, &hooks);
    strbuf_init(&f->buffer, &f->mem);
}

static void tear_down(struct fixture *f)
{
    strbuf_free(&f->buffer);
    assert_int_equal(mem_used(&f->mem), 0);
    assert_true(fault_clean(&f->fault));
}

static void starts_empty(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    assert_true(strbuf_ok(&f.buffer));
    assert_string_equal(strbuf_text(&f.buffer), "");
    strbuf_add(&f.buffer, NULL, 0);
    assert_string_equal(strbuf_text(&f.buffer), "");
    tear_down(&f);
}

static void appends_in_every_way(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    strbuf_puts(&f.buffer, "row ");
    strbuf_printf(&f.buffer, "%d of %s", 7, "people");
    strbuf_putc(&f.buffer, '=');
    strbuf_double(&f.buffer, 0.1);
    strbuf_add(&f.buffer, ";;;", 1);
    assert_string_equal(strbuf_text(&f.buffer), "row 7 of people=0.1;");
    assert_int_equal(f.buffer.n, 20);
    tear_down(&f);
}

static void grows_and_stays_terminated(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    for (size_t i = 0; i < 5000; i++) {
        strbuf_putc(&f.buffer, (char)('a' + i % 26));
        assert_int_equal(strlen(strbuf_text(&f.buffer)), i + 1);
    }
    strbuf_printf(&f.buffer, "%09000d", 5);
    assert_int_equal(f.buffer.n, 14000);
    assert_int_equal(f.buffer.data[13999], '5');
    tear_down(&f);
}

static void keeps_bytes_with_nul(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    strbuf_add(&f.buffer, "a\0b", 3);
    assert_int_equal(f.buffer.n, 3);
    assert_memory_equal(f.buffer.data, "a\0b", 4);
    tear_down(&f);
}

static void keeps_what_it_had_when_memory_runs_out(void **state)
{
    (void)state;
    struct fixture f;
    char long_text[1000];
    set_up(&f);
    memset(long_text, 'x', sizeof long_text);
    strbuf_puts(&f.buffer, "kept");
    fault_once(&f.fault, 1);
    strbuf_add(&f.buffer, long_text, sizeof long_text);
    assert_false(strbuf_ok(&f.buffer));
    strbuf_puts(&f.buffer, "!");
    strbuf_printf(&f.buffer, "%d", 1);
    assert_string_equal(strbuf_text(&f.buffer), "kept");
    assert_null(strbuf_take(&f.buffer));
    assert_true(strbuf_ok(&f.buffer));
    assert_int_equal(mem_used(&f.mem), 0);
    tear_down(&f);
}

static void refuses_absurd_lengths(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    strbuf_puts(&f.buffer, "x");
    strbuf_add(&f.buffer, "y", SIZE_MAX);
    assert_false(strbuf_ok(&f.buffer));
    assert_string_equal(strbuf_text(&f.buffer), "x");
    tear_down(&f);
}

static void clear_forgets_text_and_failure_but_keeps_memory(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    strbuf_puts(&f.buffer, "something of some length");
    fault_from(&f.fault, 1);
    strbuf_printf(&f.buffer, "%0999d", 1);
    strbuf_clear(&f.buffer);
    assert_true(strbuf_ok(&f.buffer));
    assert_string_equal(strbuf_text(&f.buffer), "");
    strbuf_puts(&f.buffer, "fits the old memory");
    assert_true(strbuf_ok(&f.buffer));
    assert_string_equal(strbuf_text(&f.buffer), "fits the old memory");
    tear_down(&f);
}

static void take_hands_the_text_over(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    strbuf_puts(&f.buffer, "text");
    char *text = strbuf_take(&f.buffer);
    assert_string_equal(text, "text");
    assert_string_equal(strbuf_text(&f.buffer), "");
    strbuf_puts(&f.buffer, "next");
    assert_string_equal(text, "text");
    mem_free(&f.mem, text);
    tear_down(&f);
}

static void take_of_nothing_is_an_empty_text(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    char *text = strbuf_take(&f.buffer);
    assert_string_equal(text, "");
    mem_free(&f.mem, text);
    fault_once(&f.fault, 1);
    assert_null(strbuf_take(&f.buffer));
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_empty),
        cmocka_unit_test(appends_in_every_way),
        cmocka_unit_test(grows_and_stays_terminated),
        cmocka_unit_test(keeps_bytes_with_nul),
        cmocka_unit_test(keeps_what_it_had_when_memory_runs_out),
        cmocka_unit_test(refuses_absurd_lengths),
        cmocka_unit_test(clear_forgets_text_and_failure_but_keeps_memory),
        cmocka_unit_test(take_hands_the_text_over),
        cmocka_unit_test(take_of_nothing_is_an_empty_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
