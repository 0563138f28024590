#include "pipeline_fixture.h"

static char *text_of(struct fixture *f, const struct graph *g)
{
    struct strbuf b;
    struct json_writer w;
    strbuf_init(&b, &f->ctx->mem);
    json_writer_init(&w, &b, 0);
    graph_write_json(g, &w);
    assert_true(strbuf_ok(&b));
    return strbuf_take(&b);
}

static void round_trips_bit_for_bit(void **state)
{
    struct fixture *f = *state;
    const char *const specs[] = {spec_chain, spec_union, spec_stack, spec_ensemble,
        "[\"gaussian_nb\", {\"op\": \"ensemble\", \"params\": {\"weights\": [0.1], \"replicas\": 50}}]"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        struct graph *a = parse(f, specs[i]);
        char *first = text_of(f, a);
        struct graph *b = parse(f, first);
        char *second = text_of(f, b);
        assert_string_equal(first, second);
        assert_true(graph_hash(a) == graph_hash(b));
        mem_free(&f->ctx->mem, first);
        mem_free(&f->ctx->mem, second);
        graph_unref(a);
        graph_unref(b);
    }
}

static void keeps_weights_that_do_not_sum_to_one_exactly(void **state)
{
    struct fixture *f = *state;
    static const int32_t n = 7;
    struct graph *g =
        parse(f, "{\"nodes\": [{\"name\": \"a\", \"op\": \"dummy\"},"
                 "{\"name\": \"m\", \"op\": \"ensemble\", \"params\": {\"weights\": [1,2,3,4,5,6,7]},"
                 " \"inputs\": [\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\"]}]}");
    for (int32_t turn = 0; turn < 5; turn++) {
        char *text = text_of(f, g);
        struct graph *again = parse(f, text);
        assert_same_bits(g->nodes[1].weights, again->nodes[1].weights, (size_t)n);
        mem_free(&f->ctx->mem, text);
        graph_unref(g);
        g = again;
    }
    graph_unref(g);
}

struct wrong {
    const char *text;
    automl_status status;
    const char *where, *message;
};

static void says_what_is_wrong_and_where(void **state)
{
    struct fixture *f = *state;
    static const struct wrong cases[] = {
        {"{}", AUTOML_E_TYPE, "", "nodes"},
        {"[]", AUTOML_E_ARGUMENT, "", "no nodes"},
        {"[17]", AUTOML_E_TYPE, "nodes/0", "operator's name"},
        {"[\"gausian_nb\"]", AUTOML_E_UNKNOWN_KEY, "nodes/0/gausian_nb", "gaussian_nb"},
        {"[{\"op\": \"gaussian_nb\", \"imputs\": []}]", AUTOML_E_UNKNOWN_KEY, "nodes/0/gaussian_nb",
            "inputs"},
        {"[{\"op\": \"gaussian_nb\", \"params\": []}]", AUTOML_E_TYPE, "nodes/0/gaussian_nb", "object"},
        {"[{\"op\": \"gaussian_nb\", \"name\": 3}]", AUTOML_E_TYPE, "nodes/0/gaussian_nb", "name"},
        {"[{\"op\": \"gaussian_nb\", \"name\": \"input\"}]", AUTOML_E_ARGUMENT, "nodes/0/gaussian_nb",
            "unique"},
        {"[{\"op\": \"gaussian_nb\", \"inputs\": [\"x\"]}]", AUTOML_E_UNKNOWN_KEY, "nodes/0/gaussian_nb",
            "'x'"},
        {"[{\"op\": \"gaussian_nb\", \"inputs\": []}]", AUTOML_E_TYPE, "nodes/0/gaussian_nb", "inputs"},
        {"[{\"op\": \"gaussian_nb\", \"pipeline\": []}]", AUTOML_E_UNKNOWN_KEY, "nodes/0/gaussian_nb",
            "stack"},
        {"{\"nodes\": [\"dummy\"], \"extra\": 1}", AUTOML_E_UNKNOWN_KEY, "", "extra"},
        {"[{\"op\": \"union\", \"params\": {\"a\": 1}}]", AUTOML_E_UNKNOWN_KEY, "nodes/0/union", "params"},
        {"[{\"op\": \"stack\", \"params\": {\"cv\": 2.5}, \"pipeline\": [\"dummy\"]}, \"dummy\"]",
            AUTOML_E_RANGE, "nodes/0/stack", "whole number"},
        {"[{\"op\": \"stack\", \"params\": {\"cv\": \"5\"}, \"pipeline\": [\"dummy\"]}, \"dummy\"]",
            AUTOML_E_TYPE, "nodes/0/stack", "whole number"},
        {"[{\"op\": \"stack\", \"params\": {\"passthru\": 1}, \"pipeline\": [\"dummy\"]}, \"dummy\"]",
            AUTOML_E_UNKNOWN_KEY, "nodes/0/stack", "passthrough"},
        {"[{\"op\": \"stack\", \"params\": {\"passthrough\": 1}, \"pipeline\": [\"dummy\"]}, \"dummy\"]",
            AUTOML_E_TYPE, "nodes/0/stack", "true or false"},
        {"[{\"op\": \"stack\", \"pipeline\": [\"gausian_nb\"]}, \"dummy\"]", AUTOML_E_UNKNOWN_KEY,
            "nodes/0/stack/nodes/0/gausian_nb", "gaussian_nb"},
        {"[{\"op\": \"stack\", \"pipeline\": [\"dummy\", {\"op\": \"ensemble\"}]}, \"dummy\"]",
            AUTOML_E_ARGUMENT, "nodes/0/stack", "one classifier"},
        {"[\"dummy\", {\"op\": \"ensemble\", \"params\": {\"weights\": [1, 2]}}]", AUTOML_E_ARGUMENT,
            "nodes/1/ensemble", "one weight"},
        {"[\"dummy\", {\"op\": \"ensemble\", \"params\": {\"weights\": [0]}}]", AUTOML_E_RANGE,
            "nodes/1/ensemble", "zero"},
        {"[\"dummy\", {\"op\": \"ensemble\", \"params\": {\"replicas\": 51}}]", AUTOML_E_RANGE,
            "nodes/1/ensemble", "50"},
        {"[\"dummy\", \"gaussian_nb\"]", AUTOML_E_ARGUMENT, "nodes/1/gaussian_nb", "stack"},
        {"[\"standard_scaler\"]", AUTOML_E_ARGUMENT, "nodes/0/standard_scaler", "classifier"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct graph *g = NULL;
        f->err = (automl_error){0};
        automl_status status = try_parse(f, cases[i].text, &g);
        if (status != cases[i].status || strcmp(f->err.where, cases[i].where) != 0)
            fail_msg("%s: %s at '%s': %s", cases[i].text, automl_status_name(status), f->err.where,
                f->err.message);
        assert_message_has(f, cases[i].message);
        assert_null(g);
    }
}

static void limits_the_depth_of_stacks(void **state)
{
    struct fixture *f = *state;
    for (int32_t depth = GRAPH_MAX_DEPTH; depth <= GRAPH_MAX_DEPTH + 1; depth++) {
        char text[1000] = "";
        for (int32_t i = 0; i < depth; i++)
            strcat(text, "[{\"op\": \"stack\", \"pipeline\": ");
        strcat(text, "[\"dummy\"]");
        for (int32_t i = 0; i < depth; i++)
            strcat(text, "}, \"dummy\"]");
        struct graph *g = NULL;
        assert_int_equal(try_parse(f, text, &g), depth <= GRAPH_MAX_DEPTH ? AUTOML_OK : AUTOML_E_RANGE);
        graph_unref(g);
    }
}

static void survives_every_failed_allocation(void **state)
{
    struct fixture *f = *state;
    const char *const specs[] = {spec_ensemble, spec_stack};
    for (size_t s = 0; s < 2; s++) {
        for (int64_t n = 1;; n++) {
            struct graph *g = NULL;
            fault_once(&f->fault, n);
            automl_status status = try_parse(f, specs[s], &g);
            bool refused = fault_happened(&f->fault);
            fault_off(&f->fault);
            assert_int_equal(status, refused ? AUTOML_E_MEMORY : AUTOML_OK);
            graph_unref(g);
            assert_int_equal(mem_used(&f->ctx->mem), 0);
            if (!refused)
                break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPELINE_TEST(round_trips_bit_for_bit),
        PIPELINE_TEST(keeps_weights_that_do_not_sum_to_one_exactly),
        PIPELINE_TEST(says_what_is_wrong_and_where),
        PIPELINE_TEST(limits_the_depth_of_stacks),
        PIPELINE_TEST(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests_name("graph_json", tests, NULL, NULL);
}
