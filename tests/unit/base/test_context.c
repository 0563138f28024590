/* test_context.c - references, extensions and the memory of a context. */
#include "base/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/fault_allocator.h"

static void the_last_reference_frees_the_context(void **state)
{
    (void)state;
    struct fault_allocator fault;
    automl_context *ctx = NULL;
    fault_init(&fault);
    const struct allocator hooks = fault_hooks(&fault);
    assert_int_equal(context_create(&hooks, &ctx, NULL), AUTOML_OK);
    assert_ptr_equal(context_ref(ctx), ctx);
    context_unref(ctx);
    assert_int_equal(fault_blocks(&fault), 1);
    assert_int_equal(mem_used(&ctx->mem), 0);
    context_unref(ctx);
    assert_true(fault_clean(&fault));
    context_unref(NULL);
    assert_null(context_ref(NULL));
}

static void without_an_allocator_it_uses_malloc(void **state)
{
    (void)state;
    automl_context *ctx = NULL;
    assert_int_equal(context_create(NULL, &ctx, NULL), AUTOML_OK);
    assert_ptr_equal(ctx->mem.allocator.alloc, allocator_system.alloc);
    assert_ptr_equal(ctx->clock, &clock_system);
    context_unref(ctx);
}

static void a_refused_allocation_is_reported(void **state)
{
    (void)state;
    struct fault_allocator fault;
    automl_context *ctx = NULL;
    fault_init(&fault);
    const struct allocator hooks = fault_hooks(&fault);
    fault_once(&fault, 1);
    assert_int_equal(context_create(&hooks, &ctx, NULL), AUTOML_E_MEMORY);
    assert_null(ctx);
}

static int32_t freed;

static void free_extension(struct mem *m, void *data)
{
    freed++;
    mem_free(m, data);
}

static void extensions_are_freed_with_it(void **state)
{
    (void)state;
    automl_context *ctx = NULL;
    freed = 0;
    assert_int_equal(context_create(NULL, &ctx, NULL), AUTOML_OK);
    ctx->extensions[CONTEXT_METRICS].data = mem_alloc(&ctx->mem, 1, 10);
    ctx->extensions[CONTEXT_METRICS].free = free_extension;
    context_unref(ctx);
    assert_int_equal(freed, 1);
}

static int32_t submit(void *user, void (*fn)(void *arg), void *arg)
{
    ++*(int32_t *)user;
    fn(arg);
    return 0;
}

static void pools_run_on_the_hosts_executor(void **state)
{
    (void)state;
    automl_context *ctx = NULL;
    struct pool *own = NULL, *hosts = NULL;
    int32_t submitted = 0;
    assert_int_equal(context_create(NULL, &ctx, NULL), AUTOML_OK);
    assert_int_equal(context_pool(ctx, 3, &own, NULL), AUTOML_OK);
    assert_int_equal(pool_threads(own), 3);
    pool_free(own);
    assert_int_equal(context_pool(ctx, 0, &own, NULL), AUTOML_OK);
    assert_true(pool_threads(own) >= 1);
    pool_free(own);
    ctx->executor = (struct executor){submit, &submitted, 5};
    assert_int_equal(context_pool(ctx, 0, &hosts, NULL), AUTOML_OK);
    assert_int_equal(pool_threads(hosts), 5);
    pool_free(hosts);
    context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_reference_frees_the_context),
        cmocka_unit_test(without_an_allocator_it_uses_malloc),
        cmocka_unit_test(a_refused_allocation_is_reported),
        cmocka_unit_test(extensions_are_freed_with_it),
        cmocka_unit_test(pools_run_on_the_hosts_executor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
