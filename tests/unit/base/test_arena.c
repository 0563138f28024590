/* Lifetime, alignment and failures of base/arena.h. */
#include "base/arena.h"

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
    struct arena arena;
};

static void set_up(struct fixture *f)
{
    fault_init(&f->fault);
    struct allocator hooks = fault_hooks(&f->fault);
    mem_init(&f->mem, &hooks);
    arena_init(&f->arena, &f->mem);
}

static void tear_down(struct fixture *f)
{
    arena_free(&f->arena);
    assert_int_equal(mem_used(&f->mem), 0);
    assert_true(fault_clean(&f->fault));
}

static void keeps_many_blocks_apart(void **state)
{
    (void)state;
    struct fixture f;
    unsigned char *blocks[3000];
    set_up(&f);
    for (size_t i = 0; i < 3000; i++) {
        blocks[i] = arena_alloc(&f.arena, i % 97, 1);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % 16, 0);
        memset(blocks[i], (int)(i & 255), i % 97);
    }
    for (size_t i = 0; i < 3000; i++)
        for (size_t j = 0; j < i % 97; j++)
            assert_int_equal(blocks[i][j], i & 255);
    tear_down(&f);
}

static void takes_few_chunks_for_many_blocks(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    for (int i = 0; i < 100000; i++)
        assert_non_null(arena_alloc(&f.arena, 1, 16));
    assert_true(fault_calls(&f.fault) <= 13);
    tear_down(&f);
}

static void large_block_does_not_waste_the_head(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    char *small = arena_alloc(&f.arena, 16, 1);
    char *large = arena_alloc(&f.arena, 5000000, 1);
    char *next = arena_alloc(&f.arena, 16, 1);
    assert_non_null(large);
    memset(large, 1, 5000000);
    assert_ptr_equal(next, small + 16);
    tear_down(&f);
}

static void empty_blocks_are_distinct(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    void *a = arena_alloc(&f.arena, 0, 8), *b = arena_alloc(&f.arena, 8, 0);
    assert_non_null(a);
    assert_non_null(b);
    assert_ptr_not_equal(a, b);
    tear_down(&f);
}

static void copies_strings(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    assert_string_equal(arena_strdup(&f.arena, "column"), "column");
    assert_string_equal(arena_strndup(&f.arena, "column", 3), "col");
    assert_string_equal(arena_strndup(&f.arena, "co\0lumn", 7), "co");
    assert_string_equal(arena_strndup(&f.arena, NULL, 0), "");
    tear_down(&f);
}

static void zeroes_memory_that_was_used_before(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    const char zeros[200] = {0};
    memset(arena_alloc(&f.arena, 200, 1), 0xff, 200);
    arena_reset(&f.arena);
    assert_memory_equal(arena_zalloc(&f.arena, 50, 4), zeros, 200);
    tear_down(&f);
}

static void reset_keeps_the_largest_chunk(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    for (int i = 0; i < 100; i++)
        assert_non_null(arena_alloc(&f.arena, 100, 1));
    assert_non_null(arena_alloc(&f.arena, 100000, 1));
    arena_reset(&f.arena);
    assert_int_equal(fault_blocks(&f.fault), 1);
    fault_from(&f.fault, 1);
    assert_non_null(arena_alloc(&f.arena, 100000, 1));
    assert_null(arena_alloc(&f.arena, 100000, 1));
    fault_off(&f.fault);
    tear_down(&f);
}

static void reset_of_an_empty_arena_is_fine(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    arena_reset(&f.arena);
    arena_free(&f.arena);
    assert_non_null(arena_alloc(&f.arena, 1, 1));
    tear_down(&f);
}

static void failure_changes_nothing(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    char *kept = arena_strdup(&f.arena, "kept");
    int64_t used = mem_used(&f.mem);
    fault_from(&f.fault, 1);
    assert_null(arena_alloc(&f.arena, 1000000, 1));
    assert_null(arena_zalloc(&f.arena, 1000000, 1));
    assert_null(arena_alloc(&f.arena, SIZE_MAX, 1));
    assert_null(arena_alloc(&f.arena, SIZE_MAX / 2, 4));
    assert_int_equal(mem_used(&f.mem), used);
    assert_string_equal(kept, "kept");
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_many_blocks_apart),
        cmocka_unit_test(takes_few_chunks_for_many_blocks),
        cmocka_unit_test(large_block_does_not_waste_the_head),
        cmocka_unit_test(empty_blocks_are_distinct),
        cmocka_unit_test(copies_strings),
        cmocka_unit_test(zeroes_memory_that_was_used_before),
        cmocka_unit_test(reset_keeps_the_largest_chunk),
        cmocka_unit_test(reset_of_an_empty_arena_is_fine),
        cmocka_unit_test(failure_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
