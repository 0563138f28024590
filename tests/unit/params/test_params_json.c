/* Bags from JSON and text, and back. */
#include "params/params.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "schema.h"
#include "support/fault_allocator.h"

struct fixture {
    struct fault_allocator fault;
    struct mem mem;
    struct params *p;
    automl_error *err;
};

static int set_up(void **state)
{
    static struct fixture f;
    fault_init(&f.fault);
    struct allocator hooks = fault_hooks(&f.fault);
    mem_init(&f.mem, &hooks);
    f.err = automl_error_create();
    *state = &f;
    return params_create(&f.mem, &schema, &f.p, f.err);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    params_free(f->p);
    automl_error_free(f->err);
    return fault_clean(&f->fault) ? 0 : -1;
}

static automl_status merge(struct fixture *f, const char *text)
{
    struct json *v = NULL;
    TRY(json_parse(&f->mem, text, strlen(text), &v, f->err));
    automl_status status = params_merge_json(f->p, v, f->err);
    json_free(v);
    return status;
}

/* The bag as one line; mem_free it. */
static char *written(struct fixture *f, const struct params *p, bool all)
{
    struct strbuf b;
    struct json_writer w;
    strbuf_init(&b, &f->mem);
    json_writer_init(&w, &b, 0);
    json_begin_object(&w);
    params_write_json(p, &w, all);
    json_end_object(&w);
    char *text = strbuf_take(&b);
    assert_non_null(text);
    return text;
}

static void assert_written(struct fixture *f, bool all, const char *expected)
{
    char *text = written(f, f->p, all);
    assert_string_equal(text, expected);
    mem_free(&f->mem, text);
}

static void merges_every_type(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(
        merge(f, "{\"to-balance\": true, \"num_features\": 12.0, \"test_size\": 1, \"method\": \"fast\","
                 "\"name\": \"x\", \"columns\": [\"a\", \"b\"], \"space\": {\"op\": [1, null]},"
                 "\"seed\": \"18446744073709551615\", \"max_depth\": 4, \"limit\": null}"),
        AUTOML_OK);
    assert_true(params_bool(f->p, BALANCE));
    assert_int_equal(params_int(f->p, COUNT), 12);
    assert_true(params_real(f->p, SHARE) == 1);
    assert_int_equal(params_choice(f->p, METHOD), 0);
    assert_string_equal(params_string(f->p, NAME), "x");
    assert_string_equal(params_json(f->p, SPACE), "{\"op\":[1,null]}");
    assert_true(params_seed(f->p, SEED) == UINT64_MAX);
    assert_int_equal(params_int(f->p, DEPTH), 4);
    assert_false(params_is_set(f->p, LIMIT));
    const char *const *items = NULL;
    assert_int_equal(params_strings(f->p, COLUMNS, &items), 2);
    assert_string_equal(items[1], "b");
}

struct refused {
    const char *text, *message, *where;
    automl_status status;
};

static const struct refused refusals[] = {
    {"{\"num_features\": 2.5}", "job parameter 'num_features' is 2.5 but must be a whole number in [0, 1000]",
        "num_features", AUTOML_E_TYPE},
    {"{\"num_features\": 1001}",
        "job parameter 'num_features' is 1001 but must be a whole number in [0, 1000]", "num_features",
        AUTOML_E_RANGE},
    {"{\"num_features\": 1e300}",
        "job parameter 'num_features' is 1e+300 but must be a whole number in [0, 1000]", "num_features",
        AUTOML_E_RANGE},
    {"{\"to_balance\": 1}", "job parameter 'to_balance' is 1 but must be true or false", "to_balance",
        AUTOML_E_TYPE},
    {"{\"to_balance\": null}", "job parameter 'to_balance' is null but must be true or false", "to_balance",
        AUTOML_E_TYPE},
    {"{\"test_size\": \"0.5\"}", "job parameter 'test_size' is \"0.5\" but must be a number in (0, 1]",
        "test_size", AUTOML_E_TYPE},
    {"{\"columns\": [\"a\", 1]}",
        "job parameter 'columns' is [\"a\",1] but must be a list of strings or null", "columns",
        AUTOML_E_TYPE},
    {"{\"columns\": \"a\"}", "job parameter 'columns' is \"a\" but must be a list of strings or null",
        "columns", AUTOML_E_TYPE},
    {"{\"seed\": 9007199254740994}",
        "job parameter 'seed' is 9007199254740994.0 but must be a whole number from 0 to 2^64 - 1, written "
        "as "
        "a "
        "string above 2^53",
        "seed", AUTOML_E_RANGE},
    {"{\"name\": \"y\", \"methd\": 1}", "unknown job parameter 'methd'; nearest is 'method'", "methd",
        AUTOML_E_UNKNOWN_KEY},
    {"{\"to_balance\": true, \"to-balance\": false}",
        "job parameter 'to_balance' is given twice, once as 'to-balance'; remove one", "to_balance",
        AUTOML_E_CONFLICT},
    {"[1]", "job parameters must be a JSON object of keys and values", "", AUTOML_E_TYPE},
};

static void refuses_all_of_an_object_with_a_fault(void **state)
{
    struct fixture *f = *state;
    uint64_t before = params_hash(f->p);
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        assert_int_equal(merge(f, refusals[i].text), refusals[i].status);
        assert_string_equal(automl_error_message(f->err), refusals[i].message);
        assert_string_equal(automl_error_where(f->err), refusals[i].where);
        assert_true(params_hash(f->p) == before);
    }
    assert_string_equal(params_string(f->p, NAME), "some");
}

static void accepts_text_for_every_type(void **state)
{
    struct fixture *f = *state;
    const char *const good[][2] = {{"to_balance", "yes"}, {"num_features", "7"}, {"test_size", "2.5e-1"},
        {"method", "exact"}, {"name", "null"}, {"columns", " a, b c ,,d"}, {"space", "light"},
        {"seed", "123"}, {"max_depth", "null"}, {"rate", "1"}, {"limit", "null"}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(params_set_text(f->p, good[i][0], good[i][1], f->err), AUTOML_OK);
    assert_written(f, false,
        "{\"to_balance\":true,\"num_features\":7,\"test_size\":0.25,\"method\":\"exact\",\"name\":\"null\","
        "\"columns\":[\"a\",\"b "
        "c\",\"\",\"d\"],\"space\":\"light\",\"seed\":\"123\",\"rate\":1,\"limit\":null,"
        "\"weight\":1,\"degree\":3}");
    assert_int_equal(params_set_text(f->p, "columns", "", f->err), AUTOML_OK);
    const char *const *items = NULL;
    assert_int_equal(params_strings(f->p, COLUMNS, &items), 0);
    assert_true(params_is_set(f->p, COLUMNS));
}

static void refuses_text_of_the_wrong_type(void **state)
{
    struct fixture *f = *state;
    const char *const bad[][2] = {{"to_balance", "maybe"}, {"num_features", "7.5"}, {"num_features", ""},
        {"test_size", "half"}, {"test_size", "0,5"}, {"seed", "1.0"}, {"seed", ""}, {"to_balance", "null"},
        {"rate", "inf"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(params_set_text(f->p, bad[i][0], bad[i][1], f->err), AUTOML_E_TYPE);
        assert_string_equal(automl_error_where(f->err), bad[i][0]);
    }
    assert_int_equal(params_set_text(f->p, "method", "quick", f->err), AUTOML_E_RANGE);
    assert_int_equal(params_set_text(f->p, "num_features", "7000", f->err), AUTOML_E_RANGE);
    assert_int_equal(params_set_text(f->p, "num_features", "12.0", f->err), AUTOML_OK);
}

static void json_text_is_parsed_or_taken_as_a_string(void **state)
{
    struct fixture *f = *state;
    const char *const cases[][2] = {{"{\"a\": 1}", "{\"a\":1}"}, {" [ ]", "[]"}, {"\"x\"", "\"x\""},
        {"light", "\"light\""}, {"12", "12"}, {"true", "true"}, {"say \"hi\"", "\"say \\\"hi\\\"\""},
        {"", "\"\""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(params_set_text(f->p, "space", cases[i][0], f->err), AUTOML_OK);
        assert_string_equal(params_json(f->p, SPACE), cases[i][1]);
    }
    assert_int_equal(params_set_text(f->p, "space", "{\"a\": }", f->err), AUTOML_E_FORMAT);
    assert_string_equal(params_json(f->p, SPACE), "\"\"");
}

static void one_value_is_set_by_key(void **state)
{
    struct fixture *f = *state;
    struct json *v = NULL;
    assert_int_equal(json_parse(&f->mem, "0.5", 3, &v, f->err), AUTOML_OK);
    assert_int_equal(params_set_json(f->p, "test_size", v, f->err), AUTOML_OK);
    assert_true(params_real(f->p, SHARE) == 0.5);
    assert_int_equal(params_set_json(f->p, "seed", v, f->err), AUTOML_E_TYPE);
    assert_int_equal(params_set_json(f->p, "sed", v, f->err), AUTOML_E_UNKNOWN_KEY);
    json_free(v);
}

static void writes_defaults_and_all(void **state)
{
    struct fixture *f = *state;
    assert_written(f, false,
        "{\"to_balance\":false,\"num_features\":10,\"test_size\":0.25,\"method\":\"slow\",\"name\":\"some\","
        "\"space\":\"light\",\"seed\":\"7\",\"rate\":0.1,\"limit\":300,\"weight\":1,\"degree\":3}");
    assert_written(f, true,
        "{\"to_balance\":false,\"num_features\":10,\"test_size\":0.25,\"method\":\"slow\",\"name\":\"some\","
        "\"columns\":null,\"space\":\"light\",\"seed\":\"7\",\"max_depth\":null,\"rate\":0.1,\"table\":null,"
        "\"limit\":300,\"weight\":1,\"degree\":3}");
}

static void what_is_written_reads_back_equal(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(
        merge(f, "{\"limit\": null, \"columns\": [], \"rate\": 0.30000000000000004, \"max_depth\": 3,"
                 "\"name\": \"a\\\"b\\u0001\", \"method\": \"poly\", \"degree\": 5}"),
        AUTOML_OK);
    char *text = written(f, f->p, false);
    uint64_t hash = params_hash(f->p);
    params_free(f->p);
    assert_int_equal(params_create(&f->mem, &schema, &f->p, f->err), AUTOML_OK);
    assert_true(params_hash(f->p) != hash);
    assert_int_equal(merge(f, text), AUTOML_OK);
    assert_true(params_hash(f->p) == hash);
    assert_written(f, false, text);
    mem_free(&f->mem, text);
}

static void every_failed_allocation_leaves_the_bag_alone(void **state)
{
    struct fixture *f = *state;
    const char *text = "{\"name\": \"x\", \"columns\": [\"a\", \"b\"], \"space\": {\"op\": 1}, \"seed\": 4}";
    struct json *v = NULL;
    assert_int_equal(json_parse(&f->mem, text, strlen(text), &v, f->err), AUTOML_OK);
    uint64_t before = params_hash(f->p);
    int64_t failures = 0, blocks = fault_blocks(&f->fault);
    for (int64_t n = 1;; n++) {
        fault_once(&f->fault, n);
        automl_status status = params_merge_json(f->p, v, f->err);
        if (!fault_happened(&f->fault)) {
            assert_int_equal(status, AUTOML_OK);
            break;
        }
        assert_int_equal(status, AUTOML_E_MEMORY);
        assert_true(params_hash(f->p) == before);
        assert_int_equal(fault_blocks(&f->fault), blocks);
        failures++;
    }
    assert_true(failures > 5);
    assert_string_equal(params_string(f->p, NAME), "x");
    fault_off(&f->fault);
    json_free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(merges_every_type, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_all_of_an_object_with_a_fault, set_up, tear_down),
        cmocka_unit_test_setup_teardown(accepts_text_for_every_type, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_text_of_the_wrong_type, set_up, tear_down),
        cmocka_unit_test_setup_teardown(json_text_is_parsed_or_taken_as_a_string, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_value_is_set_by_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(writes_defaults_and_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_written_reads_back_equal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_failed_allocation_leaves_the_bag_alone, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
