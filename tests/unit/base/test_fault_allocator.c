/* The tests' own allocator: it must see every leak and fail exactly when asked. */
#include "support/fault_allocator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>

static void fails_the_nth_call_once(void **state)
{
    (void)state;
    struct fault_allocator f;
    fault_init(&f);
    struct allocator a = fault_hooks(&f);
    void *blocks[5];
    fault_once(&f, 3);
    for (int i = 0; i < 5; i++) {
        blocks[i] = a.alloc(a.user, 10);
        assert_int_equal(blocks[i] == NULL, i == 2);
    }
    assert_true(fault_happened(&f));
    assert_int_equal(fault_calls(&f), 5);
    for (int i = 0; i < 5; i++)
        a.free(a.user, blocks[i]);
    assert_true(fault_clean(&f));
}

static void fails_from_the_nth_call_on(void **state)
{
    (void)state;
    struct fault_allocator f;
    fault_init(&f);
    struct allocator a = fault_hooks(&f);
    fault_from(&f, 2);
    void *first = a.alloc(a.user, 1);
    assert_non_null(first);
    assert_null(a.alloc(a.user, 1));
    assert_null(a.alloc(a.user, 1));
    fault_off(&f);
    assert_false(fault_happened(&f));
    void *second = a.alloc(a.user, 1);
    assert_non_null(second);
    a.free(a.user, first);
    a.free(a.user, second);
    assert_true(fault_clean(&f));
}

static void reports_what_is_outstanding(void **state)
{
    (void)state;
    struct fault_allocator f;
    fault_init(&f);
    struct allocator a = fault_hooks(&f);
    void *p = a.alloc(a.user, 100), *q = a.alloc(a.user, 20);
    assert_int_equal(fault_blocks(&f), 2);
    assert_int_equal(fault_bytes(&f), 120);
    a.free(a.user, p);
    assert_int_equal(fault_blocks(&f), 1);
    assert_int_equal(fault_bytes(&f), 20);
    assert_false(fault_clean(&f));
    a.free(a.user, q);
    a.free(a.user, NULL);
    assert_true(fault_clean(&f));
    assert_int_equal(f.peak_bytes, 120);
}

static void notices_a_block_of_another_allocator(void **state)
{
    (void)state;
    struct fault_allocator f, other;
    fault_init(&f);
    fault_init(&other);
    struct allocator a = fault_hooks(&f), b = fault_hooks(&other);
    void *p = a.alloc(a.user, 8);
    b.free(b.user, p);
    assert_false(fault_clean(&other));
    assert_int_equal(fault_blocks(&f), 1);
    a.free(a.user, p);
    assert_true(fault_clean(&f));
}

static void *allocate_and_free(void *arg)
{
    struct allocator *a = arg;
    for (size_t i = 0; i < 10000; i++)
        a->free(a->user, a->alloc(a->user, i % 50));
    return NULL;
}

static void counts_exactly_from_several_threads(void **state)
{
    (void)state;
    struct fault_allocator f;
    fault_init(&f);
    fault_once(&f, 5000);
    struct allocator a = fault_hooks(&f);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, allocate_and_free, &a), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(fault_calls(&f), 40000);
    assert_int_equal(f.refused, 1);
    assert_int_equal(fault_bytes(&f), 0);
    assert_true(fault_clean(&f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fails_the_nth_call_once),
        cmocka_unit_test(fails_from_the_nth_call_on),
        cmocka_unit_test(reports_what_is_outstanding),
        cmocka_unit_test(notices_a_block_of_another_allocator),
        cmocka_unit_test(counts_exactly_from_several_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
