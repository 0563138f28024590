#include "balance/balancer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static void names_are_found(void **state)
{
    (void)state;
    int32_t n;
    const struct balancer *const *all = balancers_all(&n);
    assert_int_equal(n, 2);
    for (int32_t i = 0; i < n; i++) {
        assert_ptr_equal(balancer_find(all[i]->name), all[i]);
        assert_true(strlen(all[i]->summary) > 10);
        assert_string_equal(all[i]->params->title, all[i]->name);
    }
    assert_null(balancer_find("random_sampler"));
}

static void an_empty_output_can_be_freed(void **state)
{
    (void)state;
    struct mem m;
    struct balance_out out = {0};
    mem_init(&m, &allocator_system);
    balance_out_free(&m, &out);
    assert_int_equal(mem_used(&m), 0);
}

static void an_unknown_name_gets_the_nearest(void **state)
{
    (void)state;
    const struct balancer *b;
    automl_error err = {0};
    assert_int_equal(
        balancer_require("random_oversampler", "balance_method", &b, &err), AUTOML_E_UNKNOWN_KEY);
    assert_non_null(strstr(err.message, "nearest is 'random_over_sampler'"));
    assert_string_equal(err.where, "balance_method");
    assert_int_equal(balancer_require("random_under_sampler", "balance_method", &b, &err), AUTOML_OK);
    assert_string_equal(b->name, "random_under_sampler");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_name_gets_the_nearest),
        cmocka_unit_test(names_are_found),
        cmocka_unit_test(an_empty_output_can_be_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
