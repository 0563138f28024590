/* Class sizes after the random samplers against imbalanced-learn 0.10 (make_balance.py). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "balance/balancer.h"

#include "balance_sizes.h"

static void check(const struct sizes_case *s)
{
    struct mem m;
    struct balance_out out;
    int64_t n = s->before[0] + s->before[1], after[2] = {0, 0};
    mem_init(&m, &allocator_system);
    struct frame *x = frame_create(&m, n, 0);
    int32_t *y = NEW_ARRAY(&m, n, int32_t);
    assert_true(x && y);
    for (int64_t i = 0; i < n; i++)
        y[i] = i >= s->before[0];
    struct balance_in in = {.x = x, .y = y, .k = 2, .ratio = s->ratio, .rng = rng_seed(1), .mem = &m};
    assert_int_equal(balancer_find(s->method)->resample(&in, &out, NULL), AUTOML_OK);
    for (int64_t i = 0; i < out.n; i++)
        after[out.y[i]]++;
    assert_int_equal(after[0], s->after[0]);
    assert_int_equal(after[1], s->after[1]);
    balance_out_free(&m, &out);
    frame_unref(x);
    mem_free(&m, y);
    assert_int_equal(mem_used(&m), 0);
}

static void sizes_are_those_of_the_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(&cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_those_of_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
