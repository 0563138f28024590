/* Order, lookup and failures of base/map.h. */
#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "support/fault_allocator.h"

struct fixture {
    struct fault_allocator fault;
    struct mem mem;
    struct map map;
};

static void set_up(struct fixture *f)
{
    fault_init(&f->fault);
    struct allocator hooks = fault_hooks(&f->fault);
    mem_init(&f->mem, &hooks);
    map_init(&f->map, &f->mem);
}

static void tear_down(struct fixture *f)
{
    map_free(&f->map);
    assert_int_equal(mem_used(&f->mem), 0);
    assert_true(fault_clean(&f->fault));
}

static size_t key(char out[24], int32_t i)
{
    return (size_t)snprintf(out, 24, "k%" PRId32, i);
}

static void numbers_strings_in_order_of_insertion(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    assert_int_equal(map_add(&f.map, "red", 3), 0);
    assert_int_equal(map_add(&f.map, "green", 5), 1);
    assert_int_equal(map_add(&f.map, "red", 3), 0);
    assert_int_equal(map_add(&f.map, "re", 2), 2);
    assert_int_equal(f.map.n, 3);
    assert_string_equal(f.map.names[1], "green");
    assert_int_equal(f.map.lengths[1], 5);
    assert_int_equal(map_find(&f.map, "green", 5), 1);
    assert_int_equal(map_find(&f.map, "blue", 4), -1);
    tear_down(&f);
}

static void finds_nothing_in_an_empty_map(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    assert_int_equal(map_find(&f.map, "", 0), -1);
    assert_int_equal(map_find(&f.map, "x", 1), -1);
    tear_down(&f);
}

static void tells_empty_and_binary_strings_apart(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    assert_int_equal(map_add(&f.map, NULL, 0), 0);
    assert_int_equal(map_add(&f.map, "\0", 1), 1);
    assert_int_equal(map_add(&f.map, "a\0b", 3), 2);
    assert_int_equal(map_add(&f.map, "a", 1), 3);
    assert_int_equal(map_find(&f.map, "", 0), 0);
    assert_int_equal(map_find(&f.map, "\0", 1), 1);
    assert_int_equal(map_find(&f.map, "a\0b", 3), 2);
    tear_down(&f);
}

static void keeps_its_own_copy(void **state)
{
    (void)state;
    struct fixture f;
    char name[] = "mine";
    set_up(&f);
    map_add(&f.map, name, 4);
    name[0] = 'X';
    assert_string_equal(f.map.names[0], "mine");
    assert_int_equal(map_find(&f.map, "mine", 4), 0);
    tear_down(&f);
}

static void grows_to_many_strings(void **state)
{
    (void)state;
    enum { N = 50000 };
    struct fixture f;
    char name[24];
    set_up(&f);
    for (int32_t i = 0; i < N; i++)
        assert_int_equal(map_add(&f.map, name, key(name, i)), i);
    for (int32_t i = 0; i < N; i++)
        assert_int_equal(map_find(&f.map, name, key(name, i)), i);
    for (int32_t i = N; i < N + 1000; i++)
        assert_int_equal(map_find(&f.map, name, key(name, i)), -1);
    assert_true(f.map.n_slots * 2 >= (int64_t)N * 3);
    tear_down(&f);
}

/* Fails each allocation of a growing map once; the map must stay whole and go on afterwards. */
static void survives_each_failed_allocation(void **state)
{
    (void)state;
    enum { N = 300 };
    bool refused = true;
    for (int64_t n = 1; refused; n++) {
        struct fixture f;
        char name[24];
        int32_t failures = 0;
        set_up(&f);
        fault_once(&f.fault, n);
        for (int32_t i = 0; i < N; i++) {
            int32_t added = map_add(&f.map, name, key(name, i));
            if (added == -1) {
                failures++;
                assert_int_equal(map_find(&f.map, name, strlen(name)), -1);
                added = map_add(&f.map, name, strlen(name));
            }
            assert_int_equal(added, i);
        }
        refused = fault_happened(&f.fault);
        assert_int_equal(failures, refused);
        for (int32_t i = 0; i < N; i++)
            assert_int_equal(map_find(&f.map, name, key(name, i)), i);
        tear_down(&f);
    }
}

static void can_be_used_again_after_free(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    map_add(&f.map, "a", 1);
    map_free(&f.map);
    assert_int_equal(map_find(&f.map, "a", 1), -1);
    assert_int_equal(map_add(&f.map, "b", 1), 0);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_strings_in_order_of_insertion),
        cmocka_unit_test(finds_nothing_in_an_empty_map),
        cmocka_unit_test(tells_empty_and_binary_strings_apart),
        cmocka_unit_test(keeps_its_own_copy),
        cmocka_unit_test(grows_to_many_strings),
        cmocka_unit_test(survives_each_failed_allocation),
        cmocka_unit_test(can_be_used_again_after_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
