/* Setting, reading, defaults, conditions and errors of params/params.h. */
#include "params/params.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
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

static void assert_error(
    struct fixture *f, automl_status got, automl_status wanted, const char *message, const char *where)
{
    assert_int_equal(got, wanted);
    assert_string_equal(automl_error_message(f->err), message);
    assert_string_equal(automl_error_where(f->err), where);
}

static void a_new_bag_has_the_defaults(void **state)
{
    struct fixture *f = *state;
    assert_ptr_equal(params_schema(f->p), &schema);
    assert_false(params_bool(f->p, BALANCE));
    assert_int_equal(params_int(f->p, COUNT), 10);
    assert_true(params_real(f->p, SHARE) == 0.25);
    assert_int_equal(params_choice(f->p, METHOD), 1);
    assert_string_equal(params_string(f->p, NAME), "some");
    assert_string_equal(params_json(f->p, SPACE), "\"light\"");
    assert_int_equal(params_seed(f->p, SEED), 7);
    assert_null(params_string(f->p, TABLE));
    const char *const *items = NULL;
    assert_int_equal(params_strings(f->p, COLUMNS, &items), 0);
    for (int32_t i = 0; i < N_SPECS; i++) {
        assert_true(params_is_default(f->p, i));
        assert_int_equal(params_is_set(f->p, i), i != COLUMNS && i != DEPTH && i != TABLE);
    }
    assert_true(params_real(f->p, LIMIT) == 300);
}

static void values_are_read_back(void **state)
{
    struct fixture *f = *state;
    const char *const columns[] = {"age", "", "höhe"};
    assert_int_equal(params_set_bool(f->p, "to-balance", true, f->err), AUTOML_OK);
    assert_int_equal(params_set_int(f->p, "num_features", 0, f->err), AUTOML_OK);
    assert_int_equal(params_set_real(f->p, "test_size", 1, f->err), AUTOML_OK);
    assert_int_equal(params_set_string(f->p, "method", "exact", f->err), AUTOML_OK);
    assert_int_equal(params_set_string(f->p, "name", "", f->err), AUTOML_OK);
    assert_int_equal(params_set_strings(f->p, "columns", columns, 3, f->err), AUTOML_OK);
    assert_int_equal(params_set_string(f->p, "space", " { \"a\" : [1, 2.50] }", f->err), AUTOML_OK);
    assert_int_equal(params_set_seed(f->p, "seed", UINT64_MAX, f->err), AUTOML_OK);
    assert_true(params_bool(f->p, BALANCE));
    assert_int_equal(params_int(f->p, COUNT), 0);
    assert_true(params_real(f->p, SHARE) == 1);
    assert_int_equal(params_choice(f->p, METHOD), 2);
    assert_string_equal(params_string(f->p, NAME), "");
    const char *const *items = NULL;
    assert_int_equal(params_strings(f->p, COLUMNS, &items), 3);
    for (int k = 0; k < 3; k++)
        assert_string_equal(items[k], columns[k]);
    assert_string_equal(params_json(f->p, SPACE), "{\"a\":[1,2.5]}");
    assert_true(params_seed(f->p, SEED) == UINT64_MAX);
    assert_false(params_is_default(f->p, COUNT));
    assert_true(params_is_set(f->p, COLUMNS));
}

static void numbers_convert_where_nothing_is_lost(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(params_set_int(f->p, "test_size", 1, f->err), AUTOML_OK);
    assert_true(params_real(f->p, SHARE) == 1);
    assert_int_equal(params_set_real(f->p, "num_features", 12, f->err), AUTOML_OK);
    assert_int_equal(params_int(f->p, COUNT), 12);
    assert_int_equal(params_set_int(f->p, "seed", 5, f->err), AUTOML_OK);
    assert_int_equal(params_seed(f->p, SEED), 5);
    assert_int_equal(params_set_string(f->p, "seed", "18446744073709551615", f->err), AUTOML_OK);
    assert_true(params_seed(f->p, SEED) == UINT64_MAX);
    assert_int_equal(params_set_real(f->p, "seed", 0x1p53, f->err), AUTOML_OK);
    assert_true(params_seed(f->p, SEED) == UINT64_C(1) << 53);
}

static void an_unknown_key_names_the_nearest(void **state)
{
    struct fixture *f = *state;
    assert_error(f, params_set_int(f->p, "num_feature", 3, f->err), AUTOML_E_UNKNOWN_KEY,
        "unknown job parameter 'num_feature'; nearest is 'num_features'", "num_feature");
    assert_error(f, params_unset(f->p, "zzzzzz", f->err), AUTOML_E_UNKNOWN_KEY,
        "unknown job parameter 'zzzzzz'", "zzzzzz");
    assert_int_equal(params_set_int(f->p, "num_feature", 3, NULL), AUTOML_E_UNKNOWN_KEY);
}

static void a_wrong_type_is_explained(void **state)
{
    struct fixture *f = *state;
    assert_error(f, params_set_string(f->p, "num_features", "ten", f->err), AUTOML_E_TYPE,
        "job parameter 'num_features' is 'ten' but must be a whole number in [0, 1000]", "num_features");
    assert_error(f, params_set_real(f->p, "num_features", 2.5, f->err), AUTOML_E_TYPE,
        "job parameter 'num_features' is 2.5 but must be a whole number in [0, 1000]", "num_features");
    assert_error(f, params_set_int(f->p, "to-balance", 1, f->err), AUTOML_E_TYPE,
        "job parameter 'to_balance' is 1 but must be true or false", "to_balance");
    assert_error(f, params_set_bool(f->p, "limit", true, f->err), AUTOML_E_TYPE,
        "job parameter 'limit' is true but must be a number >= 0 or null", "limit");
    assert_int_equal(params_set_real(f->p, "name", 1.5, f->err), AUTOML_E_TYPE);
    assert_int_equal(params_set_int(f->p, "seed", -1, f->err), AUTOML_E_TYPE);
    assert_int_equal(params_set_real(f->p, "seed", -1, f->err), AUTOML_E_TYPE);
    assert_int_equal(params_set_seed(f->p, "num_features", 1, f->err), AUTOML_E_TYPE);
    assert_int_equal(params_set_string(f->p, "seed", "-1", f->err), AUTOML_E_TYPE);
    assert_int_equal(params_set_string(f->p, "seed", "18446744073709551616", f->err), AUTOML_E_TYPE);
    assert_int_equal(params_set_strings(f->p, "name", NULL, 0, f->err), AUTOML_E_TYPE);
    assert_int_equal(params_set_real(f->p, "num_features", NAN, f->err), AUTOML_E_TYPE);
    assert_int_equal(params_int(f->p, COUNT), 10);
}

static void a_value_out_of_range_is_explained(void **state)
{
    struct fixture *f = *state;
    assert_error(f, params_set_real(f->p, "test_size", 0, f->err), AUTOML_E_RANGE,
        "job parameter 'test_size' is 0 but must be a number in (0, 1]", "test_size");
    assert_error(f, params_set_int(f->p, "num_features", -1, f->err), AUTOML_E_RANGE,
        "job parameter 'num_features' is -1 but must be a whole number in [0, 1000]", "num_features");
    assert_error(f, params_set_string(f->p, "method", "quick", f->err), AUTOML_E_RANGE,
        "job parameter 'method' is 'quick' but must be one of 'fast', 'slow', 'exact', 'poly'", "method");
    assert_int_equal(params_set_real(f->p, "test_size", 1.0000001, f->err), AUTOML_E_RANGE);
    assert_int_equal(params_set_real(f->p, "test_size", NAN, f->err), AUTOML_E_RANGE);
    assert_int_equal(params_set_real(f->p, "limit", HUGE_VAL, f->err), AUTOML_E_RANGE);
    assert_int_equal(params_set_real(f->p, "seed", 0x1p54, f->err), AUTOML_E_RANGE);
    assert_int_equal(params_set_int(f->p, "degree", -1000000, f->err), AUTOML_OK);
    assert_true(params_real(f->p, SHARE) == 0.25);
}

static void long_values_are_cut_in_messages(void **state)
{
    struct fixture *f = *state;
    char value[401];
    for (int i = 0; i < 200; i++)
        memcpy(value + 2 * i, "\xc3\xa9", 2);
    value[400] = '\0';
    assert_int_equal(params_set_string(f->p, "method", value, f->err), AUTOML_E_RANGE);
    assert_non_null(strstr(automl_error_message(f->err), "\xc3\xa9... but must be one of"));
    assert_int_equal(strlen(automl_error_message(f->err)), 159);
}

static void required_keys_are_reported(void **state)
{
    struct fixture *f = *state;
    assert_error(f, params_check_required(f->p, f->err), AUTOML_E_ARGUMENT,
        "job parameter 'table' must be set: where the rows are", "table");
    assert_int_equal(params_set_string(f->p, "table", "t.csv", f->err), AUTOML_OK);
    assert_int_equal(params_check_required(f->p, f->err), AUTOML_OK);
}

static void unsetting_restores_the_default(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(params_set_string(f->p, "name", "other", f->err), AUTOML_OK);
    assert_int_equal(params_unset(f->p, "name", f->err), AUTOML_OK);
    assert_string_equal(params_string(f->p, NAME), "some");
    assert_true(params_is_default(f->p, NAME));
    assert_int_equal(params_set_int(f->p, "max_depth", 3, f->err), AUTOML_OK);
    assert_true(params_is_set(f->p, DEPTH));
    assert_int_equal(params_unset(f->p, "max_depth", f->err), AUTOML_OK);
    assert_false(params_is_set(f->p, DEPTH));
}

static void conditions_follow_other_values(void **state)
{
    struct fixture *f = *state;
    assert_true(params_active(f->p, COUNT));
    assert_true(params_active(f->p, WEIGHT));
    assert_false(params_active(f->p, DEGREE));
    params_set_string(f->p, "method", "poly", f->err);
    assert_true(params_active(f->p, WEIGHT) && params_active(f->p, DEGREE));
    params_set_string(f->p, "method", "fast", f->err);
    assert_false(params_active(f->p, WEIGHT) || params_active(f->p, DEGREE));
}

static void conditions_know_every_type(void **state)
{
    struct fixture *f = *state;
    static const struct param_spec tested[] = {
        {.key = "b", .type = PARAM_BOOL, .def = 1},
        {.key = "i", .type = PARAM_INT, .def = 4, .max = 9},
        {.key = "r", .type = PARAM_REAL, .def = 0.5, .max = 1},
        {.key = "s", .type = PARAM_STRING, .def_string = "x"},
        {.key = "n", .type = PARAM_INT, .flags = PARAM_NULLABLE, .max = 9},
        {.key = "c1", .type = PARAM_BOOL, .condition = "b=true"},
        {.key = "c2", .type = PARAM_BOOL, .condition = "i=3|4.0"},
        {.key = "c3", .type = PARAM_BOOL, .condition = "r=0.5"},
        {.key = "c4", .type = PARAM_BOOL, .condition = "s=y|x"},
        {.key = "c5", .type = PARAM_BOOL, .condition = "n=null"},
        {.key = "d1", .type = PARAM_BOOL, .condition = "b=false"},
        {.key = "d2", .type = PARAM_BOOL, .condition = "d1=false"},
        {.key = "d3", .type = PARAM_BOOL, .condition = "s=x1"},
        {.key = "d4", .type = PARAM_BOOL, .condition = "n=0"},
        {.key = "loop", .type = PARAM_BOOL, .condition = "loop=false"},
        {.key = "gone", .type = PARAM_BOOL, .condition = "nothing=1"},
    };
    const struct param_schema s = {.title = "t", .specs = tested, .n = sizeof tested / sizeof *tested};
    struct params *p = NULL;
    assert_int_equal(params_create(&f->mem, &s, &p, f->err), AUTOML_OK);
    for (int32_t i = 0; i < s.n; i++)
        assert_int_equal(params_active(p, i), i < 10);
    params_free(p);
}

static void equal_settings_hash_equally(void **state)
{
    struct fixture *f = *state;
    uint64_t start = params_hash(f->p);
    params_set_int(f->p, "num_features", 10, f->err);
    params_set_real(f->p, "weight", 1, f->err);
    assert_true(params_hash(f->p) == start);
    params_set_real(f->p, "weight", -0.0, f->err);
    uint64_t zero = params_hash(f->p);
    assert_true(zero != start);
    params_set_real(f->p, "weight", 0, f->err);
    assert_true(params_hash(f->p) == zero);
    params_set_int(f->p, "degree", 9, f->err); /* inactive */
    assert_true(params_hash(f->p) == zero);
    params_set_string(f->p, "space", "  \"light\" ", f->err);
    assert_true(params_hash(f->p) == zero);
    params_set_string(f->p, "method", "poly", f->err);
    assert_true(params_hash(f->p) != zero);
}

static void every_setting_changes_the_hash(void **state)
{
    struct fixture *f = *state;
    const char *const texts[][2] = {{"to_balance", "yes"}, {"num_features", "11"}, {"test_size", "0.5"},
        {"method", "exact"}, {"name", "x"}, {"columns", "a,b"}, {"columns", "b,a"}, {"columns", ""},
        {"space", "{}"}, {"seed", "8"}, {"max_depth", "5"}, {"rate", "0.2"}, {"table", "t"},
        {"limit", "null"}, {"weight", "2"}};
    enum { N = sizeof texts / sizeof *texts };
    uint64_t hashes[N + 1] = {params_hash(f->p)};
    for (int i = 0; i < N; i++) {
        assert_int_equal(params_set_text(f->p, texts[i][0], texts[i][1], f->err), AUTOML_OK);
        hashes[i + 1] = params_hash(f->p);
        params_unset(f->p, texts[i][0], f->err);
        for (int k = 0; k <= i; k++)
            assert_true(hashes[k] != hashes[i + 1]);
    }
    assert_true(params_hash(f->p) == hashes[0]);
}

/* Fixed, because hashes of candidates are kept in files. */
static void the_hash_is_the_same_everywhere(void **state)
{
    struct fixture *f = *state;
    assert_true(params_hash(f->p) == UINT64_C(12744927590830948788));
}

static void copies_are_equal_and_independent(void **state)
{
    struct fixture *f = *state;
    const char *const columns[] = {"a", "b"};
    struct params *copy = NULL;
    params_set_strings(f->p, "columns", columns, 2, f->err);
    params_set_string(f->p, "name", "other", f->err);
    assert_int_equal(params_copy(&f->mem, f->p, &copy, f->err), AUTOML_OK);
    assert_true(params_hash(copy) == params_hash(f->p));
    params_set_string(f->p, "name", "third", f->err);
    assert_string_equal(params_string(copy, NAME), "other");
    params_free(copy);
}

static automl_status fill(struct fixture *f, struct params **out)
{
    const char *const columns[] = {"a", "b"};
    struct params *p = NULL;
    automl_status status = AUTOML_OK;
    TRY(params_create(&f->mem, &schema, &p, f->err));
    TRY_DONE(params_set_strings(p, "columns", columns, 2, f->err));
    TRY_DONE(params_set_string(p, "name", "other", f->err));
    TRY_DONE(params_set_text(p, "columns", "a, b ,c", f->err));
    TRY_DONE(params_set_string(p, "space", "light", f->err));
    TRY_DONE(params_copy(&f->mem, p, out, f->err));
done:
    params_free(p);
    return status;
}

static void every_failed_allocation_is_reported(void **state)
{
    struct fixture *f = *state;
    int64_t failures = 0, blocks = fault_blocks(&f->fault);
    for (int64_t n = 1;; n++) {
        struct params *p = NULL;
        fault_once(&f->fault, n);
        automl_status status = fill(f, &p);
        if (!fault_happened(&f->fault)) {
            assert_int_equal(status, AUTOML_OK);
            params_free(p);
            break;
        }
        assert_int_equal(status, AUTOML_E_MEMORY);
        assert_int_equal(automl_error_status(f->err), AUTOML_E_MEMORY);
        assert_int_equal(fault_blocks(&f->fault), blocks);
        failures++;
    }
    assert_true(failures > 10);
    fault_off(&f->fault);
}

static void a_schema_may_be_empty(void **state)
{
    struct fixture *f = *state;
    const struct param_schema none = {.title = "nothing"};
    struct params *p = NULL;
    assert_int_equal(params_create(&f->mem, &none, &p, f->err), AUTOML_OK);
    assert_error(
        f, params_set_int(p, "x", 1, f->err), AUTOML_E_UNKNOWN_KEY, "unknown nothing parameter 'x'", "x");
    assert_int_equal(params_check_required(p, f->err), AUTOML_OK);
    params_free(p);
    params_free(NULL);
}

static void nearest_names_are_found(void **state)
{
    (void)state;
    const char *const names[] = {"age", "income", "n_estimators", "max_depth", "learning_rate"};
    assert_string_equal(nearest_name("agee", names, 5), "age");
    assert_string_equal(nearest_name("AGE", names, 5), "age");
    assert_string_equal(nearest_name("gae", names, 5), "age");
    assert_string_equal(nearest_name("max-depht", names, 5), "max_depth");
    assert_string_equal(nearest_name("nestimators", names, 5), "n_estimators");
    assert_null(nearest_name("zip", names, 5));
    assert_null(nearest_name("", names, 5));
    assert_null(nearest_name("x", names, 5));
    assert_null(nearest_name("x", names, 0));
}

static void long_names_are_compared_by_their_start(void **state)
{
    (void)state;
    char a[300], b[300];
    memset(a, 'a', sizeof a);
    memset(b, 'a', sizeof b);
    a[299] = b[200] = '\0';
    b[5] = 'b';
    const char *const names[] = {"c", b};
    assert_ptr_equal(nearest_name(a, names, 2), b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_bag_has_the_defaults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_are_read_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_convert_where_nothing_is_lost, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unknown_key_names_the_nearest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wrong_type_is_explained, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_value_out_of_range_is_explained, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_values_are_cut_in_messages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(required_keys_are_reported, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unsetting_restores_the_default, set_up, tear_down),
        cmocka_unit_test_setup_teardown(conditions_follow_other_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(conditions_know_every_type, set_up, tear_down),
        cmocka_unit_test_setup_teardown(equal_settings_hash_equally, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_setting_changes_the_hash, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_hash_is_the_same_everywhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(copies_are_equal_and_independent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_failed_allocation_is_reported, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_schema_may_be_empty, set_up, tear_down),
        cmocka_unit_test(nearest_names_are_found),
        cmocka_unit_test(long_names_are_compared_by_their_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
