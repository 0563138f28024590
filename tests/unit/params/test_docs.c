/* Schemas as Markdown and JSON. */
#include "params/docs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "schema.h"
#include "support/fault_allocator.h"

static void one_row_for_each_parameter(void **state)
{
    (void)state;
    struct mem m;
    struct strbuf b;
    mem_init(&m, &allocator_system);
    strbuf_init(&b, &m);
    param_schema_markdown(&b, &schema);
    const char *const rows[] = {
        "| key | type | default | range or choices | meaning |\n|---|---|---|---|---|\n",
        "| `to_balance` | bool | `false` |  | balance the classes |\n",
        "| `num_features` | int | `10` | in [0, 1000] | features \\| columns |\n",
        "| `test_size` | real | `0.25` | in (0, 1] | held-out share |\n",
        "| `method` | choice | `slow` | `fast`, `slow`, `exact`, `poly` | how |\n",
        "| `name` | string | `some` |  | a name |\n",
        "| `columns` | strings or null | none |  | candidates |\n",
        "| `space` | json | `\"light\"` |  | search space |\n",
        "| `seed` | seed | `7` |  | root of all randomness |\n",
        "| `max_depth` | int or null | none | in [1, 64] | levels |\n",
        "| `table` | string | required |  | where the rows are |\n",
        "| `limit` | real or null | `300` | >= 0 | seconds |\n",
        "| `weight` | real | `1` | in [-5, 5] | of the method; only with `method=slow\\|poly` |\n",
        "| `degree` | int | `3` |  | of the polynomial; only with `method=poly` |\n"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_non_null(strstr(strbuf_text(&b), rows[i]));
    int lines = 0;
    for (const char *c = strbuf_text(&b); *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 2 + N_SPECS);
    strbuf_free(&b);
}

static const struct json *element(const struct json *array, int32_t i)
{
    const struct json *e = json_first(array);
    while (i-- > 0)
        e = json_next(e);
    return e;
}

static void the_json_form_has_every_field(void **state)
{
    (void)state;
    struct mem m;
    struct strbuf b;
    struct json_writer w;
    struct json *v = NULL;
    mem_init(&m, &allocator_system);
    strbuf_init(&b, &m);
    json_writer_init(&w, &b, 2);
    param_schema_json(&w, &schema);
    assert_int_equal(json_parse(&m, strbuf_text(&b), (size_t)b.n, &v, NULL), AUTOML_OK);
    assert_int_equal(json_count(v), N_SPECS);
    for (int32_t i = 0; i < N_SPECS; i++) {
        assert_string_equal(json_string(json_get(element(v, i), "key")), specs[i].key);
        assert_string_equal(json_string(json_get(element(v, i), "help")), specs[i].help);
    }
    const struct json *share = element(v, SHARE), *rate = element(v, RATE), *method = element(v, METHOD);
    assert_true(
        json_number(json_get(share, "min"), -1) == 0 && json_bool(json_get(share, "min_excluded"), false));
    assert_true(
        json_number(json_get(share, "max"), -1) == 1 && json_number(json_get(share, "default"), -1) == 0.25);
    assert_null(json_get(share, "search"));
    assert_true(json_number(json_get(json_get(rate, "search"), "min"), -1) == 1e-4);
    assert_true(json_bool(json_get(json_get(rate, "search"), "log"), false));
    assert_int_equal(json_count(json_get(method, "choices")), 4);
    assert_int_equal(json_count(json_get(json_get(method, "search"), "choices")), 3);
    assert_string_equal(json_string(json_get(method, "default")), "slow");
    assert_string_equal(json_string(json_get(element(v, SPACE), "default")), "light");
    assert_true(json_is(json_get(element(v, DEPTH), "default"), JSON_NULL));
    assert_true(json_bool(json_get(element(v, DEPTH), "nullable"), false));
    assert_true(json_bool(json_get(element(v, TABLE), "required"), false));
    assert_string_equal(json_string(json_get(element(v, WEIGHT), "condition")), "method=slow|poly");
    assert_null(json_get(element(v, LIMIT), "max"));
    json_free(v);
    strbuf_free(&b);
}

static void a_failed_allocation_marks_the_text(void **state)
{
    (void)state;
    struct fault_allocator fault;
    struct mem m;
    fault_init(&fault);
    struct allocator hooks = fault_hooks(&fault);
    mem_init(&m, &hooks);
    struct strbuf b;
    strbuf_init(&b, &m);
    fault_once(&fault, 2);
    param_schema_markdown(&b, &schema);
    assert_true(fault_happened(&fault));
    assert_false(strbuf_ok(&b));
    strbuf_free(&b);
    assert_true(fault_clean(&fault));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_row_for_each_parameter),
        cmocka_unit_test(the_json_form_has_every_field),
        cmocka_unit_test(a_failed_allocation_marks_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
