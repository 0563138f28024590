/* Accounts, alignment, limits and failures of base/memory.h. */
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <string.h>

#include "support/fault_allocator.h"

struct fixture {
    struct fault_allocator fault;
    struct mem mem;
};

static void set_up(struct fixture *f)
{
    fault_init(&f->fault);
    struct allocator hooks = fault_hooks(&f->fault);
    mem_init(&f->mem, &hooks);
}

static void assert_clean(struct fixture *f)
{
    assert_int_equal(mem_used(&f->mem), 0);
    assert_true(fault_clean(&f->fault));
}

static void aligns_blocks_and_arrays(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    void *blocks[200];
    for (size_t i = 0; i < 200; i++) {
        blocks[i] = i % 2 ? mem_alloc(&f.mem, i, 1) : mem_alloc_array(&f.mem, i, 3);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % (i % 2 ? 16 : 64), 0);
        memset(blocks[i], 0xab, i % 2 ? i : 3 * i);
    }
    for (size_t i = 0; i < 200; i++)
        mem_free(&f.mem, blocks[i]);
    assert_clean(&f);
}

/* A host's allocator that only ever aligns to 8. */
static void *alloc_8(void *user, size_t bytes)
{
    char *p = allocator_system.alloc(user, bytes + 8);
    return p ? p + 8 : NULL;
}

static void free_8(void *user, void *p)
{
    allocator_system.free(user, (char *)p - 8);
}

static void aligns_blocks_of_a_host_that_does_not(void **state)
{
    (void)state;
    struct allocator hooks = {alloc_8, free_8, NULL};
    struct mem m;
    mem_init(&m, &hooks);
    char *block = mem_alloc(&m, 33, 1), *array = mem_alloc_array(&m, 33, 1);
    assert_int_equal((uintptr_t)block % 16, 0);
    assert_int_equal((uintptr_t)array % 64, 0);
    memset(block, 1, 33);
    memset(array, 1, 33);
    mem_free(&m, block);
    mem_free(&m, array);
    assert_int_equal(mem_used(&m), 0);
}

static void counts_the_bytes_as_asked_for(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    void *a = mem_alloc(&f.mem, 7, 3), *b = mem_alloc_array(&f.mem, 10, 8);
    assert_int_equal(mem_used(&f.mem), 101);
    mem_free(&f.mem, a);
    assert_int_equal(mem_used(&f.mem), 80);
    assert_int_equal(mem_peak(&f.mem), 101);
    mem_free(&f.mem, b);
    mem_free(&f.mem, NULL);
    assert_int_equal(mem_peak(&f.mem), 101);
    assert_clean(&f);
}

static void gives_distinct_pointers_for_empty_blocks(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    void *a = mem_alloc(&f.mem, 0, 8), *b = mem_zalloc(&f.mem, 8, 0), *c = mem_copy(&f.mem, NULL, 0, 4);
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c);
    assert_ptr_not_equal(a, b);
    assert_ptr_not_equal(b, c);
    assert_int_equal(mem_used(&f.mem), 0);
    mem_free(&f.mem, a);
    mem_free(&f.mem, b);
    mem_free(&f.mem, c);
    assert_clean(&f);
}

static void refuses_products_that_overflow(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    assert_null(mem_alloc(&f.mem, SIZE_MAX / 2, 3));
    assert_null(mem_zalloc(&f.mem, SIZE_MAX, 1));
    assert_null(mem_alloc_array(&f.mem, (size_t)PTRDIFF_MAX, 1));
    assert_null(mem_copy(&f.mem, "x", SIZE_MAX / 4, 8));
    assert_int_equal(fault_calls(&f.fault), 0);
    assert_int_equal(mem_peak(&f.mem), 0);
    assert_clean(&f);
}

static void zeroes_and_copies(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    const int32_t source[3] = {1, 2, 3}, zeros[3] = {0};
    int32_t *copy = mem_copy(&f.mem, source, 3, sizeof *source), *empty = NEW_ZEROS(&f.mem, 3, int32_t);
    assert_memory_equal(copy, source, sizeof source);
    assert_memory_equal(empty, zeros, sizeof zeros);
    mem_free(&f.mem, copy);
    mem_free(&f.mem, empty);
    assert_clean(&f);
}

static void duplicates_strings_up_to_n_or_nul(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    char *whole = mem_strdup(&f.mem, "label"), *cut = mem_strndup(&f.mem, "label", 3);
    char *shorter = mem_strndup(&f.mem, "la\0bel", 6), *none = mem_strndup(&f.mem, NULL, 0);
    assert_string_equal(whole, "label");
    assert_string_equal(cut, "lab");
    assert_string_equal(shorter, "la");
    assert_string_equal(none, "");
    assert_int_equal(mem_used(&f.mem), 6 + 4 + 3 + 1);
    mem_free(&f.mem, whole);
    mem_free(&f.mem, cut);
    mem_free(&f.mem, shorter);
    mem_free(&f.mem, none);
    assert_clean(&f);
}

static void realloc_keeps_what_fits(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    char *p = mem_realloc(&f.mem, NULL, 4, 1);
    memcpy(p, "abcd", 4);
    p = mem_realloc(&f.mem, p, 1000, 1);
    assert_memory_equal(p, "abcd", 4);
    assert_int_equal(mem_used(&f.mem), 1000);
    p = mem_realloc(&f.mem, p, 2, 1);
    assert_memory_equal(p, "ab", 2);
    assert_int_equal(mem_used(&f.mem), 2);
    char *array = mem_alloc_array(&f.mem, 100, 1);
    memset(array, 7, 100);
    array = mem_realloc(&f.mem, array, 200, 1);
    assert_int_equal(array[0] + array[99], 14);
    mem_free(&f.mem, array);
    mem_free(&f.mem, p);
    assert_clean(&f);
}

static void failed_realloc_changes_nothing(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    char *p = mem_strdup(&f.mem, "kept");
    fault_once(&f.fault, 1);
    assert_null(mem_realloc(&f.mem, p, 100, 1));
    assert_null(mem_realloc(&f.mem, p, SIZE_MAX, 2));
    assert_string_equal(p, "kept");
    assert_int_equal(mem_used(&f.mem), 5);
    assert_int_equal(mem_peak(&f.mem), 5);
    mem_free(&f.mem, p);
    assert_clean(&f);
}

static void failed_allocation_leaves_every_account_as_it_was(void **state)
{
    (void)state;
    struct fixture f;
    struct mem child;
    set_up(&f);
    mem_init_child(&child, &f.mem, 1000);
    fault_from(&f.fault, 1);
    assert_null(mem_alloc(&child, 10, 10));
    assert_null(mem_strdup(&child, "x"));
    assert_int_equal(mem_used(&child) + mem_peak(&child), 0);
    assert_int_equal(mem_peak(&f.mem), 0);
    assert_clean(&f);
}

static void child_charges_its_parents(void **state)
{
    (void)state;
    struct fixture f;
    struct mem child, grandchild;
    set_up(&f);
    mem_init_child(&child, &f.mem, 0);
    mem_init_child(&grandchild, &child, 0);
    void *a = mem_alloc(&grandchild, 100, 1), *b = mem_alloc(&child, 10, 1);
    assert_int_equal(mem_used(&grandchild), 100);
    assert_int_equal(mem_used(&child), 110);
    assert_int_equal(mem_used(&f.mem), 110);
    mem_free(&grandchild, a);
    mem_free(&child, b);
    assert_int_equal(mem_peak(&f.mem), 110);
    assert_int_equal(mem_used(&grandchild) + mem_used(&child), 0);
    assert_clean(&f);
}

static void limit_allows_exactly_that_much(void **state)
{
    (void)state;
    struct fixture f;
    struct mem child;
    set_up(&f);
    mem_init_child(&child, &f.mem, 100);
    assert_null(mem_alloc(&child, 101, 1));
    void *p = mem_alloc(&child, 100, 1);
    assert_non_null(p);
    assert_int_equal(mem_left(&child), 0);
    assert_null(mem_alloc(&child, 1, 1));
    assert_int_equal(mem_left(&f.mem), INT64_MAX);
    mem_free(&child, p);
    assert_int_equal(mem_left(&child), 100);
    assert_clean(&f);
}

static void refusal_by_a_parent_undoes_the_child(void **state)
{
    (void)state;
    struct fixture f;
    struct mem child, grandchild;
    set_up(&f);
    mem_init_child(&child, &f.mem, 50);
    mem_init_child(&grandchild, &child, 1000);
    void *p = mem_alloc(&grandchild, 30, 1);
    assert_null(mem_alloc(&grandchild, 21, 1));
    assert_int_equal(mem_left(&grandchild), 20);
    assert_int_equal(mem_used(&grandchild), 30);
    assert_int_equal(mem_peak(&grandchild), 30);
    assert_int_equal(mem_used(&f.mem), 30);
    mem_free(&grandchild, p);
    assert_clean(&f);
}

static void grow_at_least_doubles_and_keeps(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    int32_t *a = NULL;
    int64_t capacity = 0;
    for (int32_t i = 0; i < 1000; i++) {
        int64_t before = capacity;
        assert_true(mem_grow(&f.mem, (void **)&a, &capacity, i + 1, sizeof *a));
        assert_true(capacity == before || capacity >= 2 * before);
        a[i] = i;
    }
    for (int32_t i = 0; i < 1000; i++)
        assert_int_equal(a[i], i);
    assert_true(mem_grow(&f.mem, (void **)&a, &capacity, 100000, sizeof *a));
    assert_true(capacity >= 100000);
    mem_free(&f.mem, a);
    assert_clean(&f);
}

static void failed_grow_changes_nothing(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    char *a = NULL;
    int64_t capacity = 0;
    assert_true(mem_grow(&f.mem, (void **)&a, &capacity, 4, 1));
    char *before = a;
    int64_t capacity_before = capacity;
    fault_once(&f.fault, 1);
    assert_false(mem_grow(&f.mem, (void **)&a, &capacity, 100, 1));
    assert_false(mem_grow(&f.mem, (void **)&a, &capacity, INT64_MAX, 16));
    assert_ptr_equal(a, before);
    assert_int_equal(capacity, capacity_before);
    mem_free(&f.mem, a);
    assert_clean(&f);
}

static void sizes_are_checked(void **state)
{
    (void)state;
    size_t out = 7;
    assert_false(size_mul(SIZE_MAX, 2, &out));
    assert_false(size_add(SIZE_MAX, 1, &out));
    assert_int_equal(out, 7);
    assert_true(size_mul(6, 7, &out));
    assert_int_equal(out, 42);
    assert_true(size_add(SIZE_MAX - 1, 1, &out));
    assert_true(out == SIZE_MAX);
}

enum { THREADS = 4, ROUNDS = 5000, BUDGET = 4000 };

/* Four threads compete for one budget; none may see it exceeded. Returns NULL if all was well. */
static void *compete(void *arg)
{
    struct mem *shared = arg, own;
    mem_init_child(&own, shared, 0);
    for (int i = 0; i < ROUNDS; i++) {
        void *p = mem_alloc(&own, 1500 + (size_t)(i % 7), 1);
        if (mem_used(shared) > BUDGET)
            return arg;
        mem_free(&own, p);
    }
    return mem_used(&own) == 0 ? NULL : arg;
}

static void threads_share_a_budget_exactly(void **state)
{
    (void)state;
    struct fixture f;
    struct mem budget;
    set_up(&f);
    mem_init_child(&budget, &f.mem, BUDGET);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, compete, &budget), 0);
    for (int i = 0; i < THREADS; i++) {
        void *complaint = &f;
        assert_int_equal(pthread_join(threads[i], &complaint), 0);
        assert_null(complaint);
    }
    assert_in_range(mem_peak(&budget), 1500, BUDGET);
    assert_int_equal(mem_used(&budget), 0);
    assert_clean(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aligns_blocks_and_arrays),
        cmocka_unit_test(aligns_blocks_of_a_host_that_does_not),
        cmocka_unit_test(counts_the_bytes_as_asked_for),
        cmocka_unit_test(gives_distinct_pointers_for_empty_blocks),
        cmocka_unit_test(refuses_products_that_overflow),
        cmocka_unit_test(zeroes_and_copies),
        cmocka_unit_test(duplicates_strings_up_to_n_or_nul),
        cmocka_unit_test(realloc_keeps_what_fits),
        cmocka_unit_test(failed_realloc_changes_nothing),
        cmocka_unit_test(failed_allocation_leaves_every_account_as_it_was),
        cmocka_unit_test(child_charges_its_parents),
        cmocka_unit_test(limit_allows_exactly_that_much),
        cmocka_unit_test(refusal_by_a_parent_undoes_the_child),
        cmocka_unit_test(grow_at_least_doubles_and_keeps),
        cmocka_unit_test(failed_grow_changes_nothing),
        cmocka_unit_test(sizes_are_checked),
        cmocka_unit_test(threads_share_a_budget_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
