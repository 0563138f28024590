#include "pipeline_fixture.h"

static const struct op_class *op_named(struct fixture *f, const char *name)
{
    const struct op_class *cls = NULL;
    assert_ok(f, operator_find(f->ctx, name, &cls, &f->err));
    return cls;
}

static int32_t add(struct fixture *f, struct graph *g, const char *name, int32_t input)
{
    int32_t node = -5;
    assert_ok(f, graph_add_operator(g, op_named(f, name), NULL, &input, 1, &node, &f->err));
    return node;
}

static void builds_a_chain_with_unique_names(void **state)
{
    struct fixture *f = *state;
    struct graph *g = graph_create(&f->ctx->mem);
    int32_t a = add(f, g, "standard_scaler", GRAPH_INPUT);
    int32_t b = add(f, g, "standard_scaler", a);
    add(f, g, "gaussian_nb", b);
    assert_int_equal(graph_check(g, &f->err), AUTOML_OK);
    assert_string_equal(g->nodes[0].name, "standard_scaler");
    assert_string_equal(g->nodes[1].name, "standard_scaler_2");
    assert_ptr_equal(graph_learner(g), op_named(f, "gaussian_nb"));
    assert_int_equal(graph_last_use(g, a), b);
    assert_int_equal(graph_last_use(g, 2), -1);
    graph_unref(g);
}

static void refuses_graphs_that_cannot_run(void **state)
{
    struct fixture *f = *state;
    struct graph *g = graph_create(&f->ctx->mem);
    assert_int_equal(graph_check(g, &f->err), AUTOML_E_ARGUMENT);
    int32_t scaler = add(f, g, "standard_scaler", GRAPH_INPUT);
    assert_int_equal(graph_check(g, &f->err), AUTOML_E_ARGUMENT);
    assert_message_has(f, "no classifier");
    int32_t nb = add(f, g, "gaussian_nb", GRAPH_INPUT);
    assert_int_equal(graph_check(g, &f->err), AUTOML_E_ARGUMENT);
    assert_message_has(f, "not used");
    int32_t both[2] = {scaler, nb}, later = 9;
    assert_ok(f, graph_add_union(g, both, 2, NULL, &f->err));
    assert_int_equal(graph_check(g, &f->err), AUTOML_E_ARGUMENT);
    assert_message_has(f, "stack");
    assert_string_equal(f->err.where, "nodes/2/union");
    assert_int_equal(graph_add_union(g, &later, 1, NULL, &f->err), AUTOML_E_ARGUMENT);
    graph_unref(g);
}

static void refuses_ensembles_of_transformers_and_bad_weights(void **state)
{
    struct fixture *f = *state;
    struct graph *g = graph_create(&f->ctx->mem);
    int32_t inputs[1] = {add(f, g, "standard_scaler", GRAPH_INPUT)};
    assert_ok(f, graph_add_ensemble(g, inputs, NULL, 1, 1, &f->err));
    assert_int_equal(graph_check(g, &f->err), AUTOML_E_ARGUMENT);
    graph_unref(g);
    g = graph_create(&f->ctx->mem);
    int32_t two[2] = {add(f, g, "gaussian_nb", GRAPH_INPUT), add(f, g, "dummy", GRAPH_INPUT)};
    assert_ok(f, graph_add_ensemble(g, two, (double[]){1, -1}, 2, 1, &f->err));
    assert_int_equal(graph_check(g, &f->err), AUTOML_E_ARGUMENT);
    assert_message_has(f, "weights");
    graph_unref(g);
}

static void hashes_computations_and_not_names(void **state)
{
    struct fixture *f = *state;
    struct graph *a = parse(f, "[{\"name\": \"p\", \"op\": \"standard_scaler\"}, \"gaussian_nb\"]");
    struct graph *b = parse(f, "[{\"name\": \"q\", \"op\": \"standard_scaler\"}, \"gaussian_nb\"]");
    struct graph *c = parse(f, "[\"min_max_scaler\", \"gaussian_nb\"]");
    struct graph *d =
        parse(f, "[\"standard_scaler\", {\"op\": \"gaussian_nb\", \"params\": {\"var_smoothing\": 0.5}}]");
    assert_true(graph_hash(a) == graph_hash(b));
    assert_true(graph_hash(a) != graph_hash(c));
    assert_true(graph_hash(a) != graph_hash(d));
    assert_true(graph_node_hash(a, 0) == graph_node_hash(d, 0));
    graph_unref(a);
    graph_unref(b);
    graph_unref(c);
    graph_unref(d);
}

static void takes_an_ensemble_apart_and_keeps_names_and_weights(void **state)
{
    struct fixture *f = *state;
    struct graph *g = parse(f, spec_ensemble), **members = NULL;
    double *weights = NULL;
    int32_t n = 0, replicas = 0;
    assert_ok(f, graph_members(g, &members, &weights, &n, &replicas, &f->err));
    assert_int_equal(n, 3);
    assert_int_equal(replicas, 3);
    assert_true(weights[0] == 3.0 / 6 && weights[1] == 1.0 / 6 && weights[2] == 2.0 / 6);
    assert_int_equal(members[0]->n_nodes, 3);
    assert_string_equal(members[0]->nodes[0].name, "fill");
    assert_string_equal(members[0]->nodes[2].name, "nb");
    assert_int_equal(members[1]->n_nodes, 1);
    assert_true(graph_node_hash(members[2], 1) == graph_node_hash(members[0], 1));
    for (int32_t i = 0; i < n; i++) {
        assert_int_equal(graph_check(members[i], &f->err), AUTOML_OK);
        graph_unref(members[i]);
    }
    mem_free(&f->ctx->mem, members);
    mem_free(&f->ctx->mem, weights);
    graph_unref(g);
}

static void merges_members_back_into_the_same_graph(void **state)
{
    struct fixture *f = *state;
    struct graph *g = parse(f, spec_ensemble), **members = NULL, *merged = graph_create(&f->ctx->mem);
    double *weights = NULL;
    int32_t n = 0, replicas = 0, outputs[3];
    assert_ok(f, graph_members(g, &members, &weights, &n, &replicas, &f->err));
    for (int32_t i = 0; i < n; i++) {
        assert_ok(f, graph_merge(merged, members[i], &outputs[i], &f->err));
        graph_unref(members[i]);
    }
    assert_ok(f, graph_add_ensemble(merged, outputs, weights, n, replicas, &f->err));
    assert_int_equal(merged->n_nodes, g->n_nodes);
    assert_true(graph_hash(merged) == graph_hash(g));
    mem_free(&f->ctx->mem, members);
    mem_free(&f->ctx->mem, weights);
    graph_unref(merged);
    graph_unref(g);
}

static void appends_with_new_names(void **state)
{
    struct fixture *f = *state;
    struct graph *g = graph_create(&f->ctx->mem), *chain = parse(f, spec_chain);
    int32_t a = -1, b = -1;
    assert_ok(f, graph_append(g, chain, GRAPH_INPUT, &a, &f->err));
    assert_ok(f, graph_append(g, chain, GRAPH_INPUT, &b, &f->err));
    assert_int_equal(a, 3);
    assert_int_equal(b, 7);
    assert_string_equal(g->nodes[7].name, "gaussian_nb_2");
    assert_int_equal(g->nodes[4].inputs[0], GRAPH_INPUT);
    assert_int_equal(g->nodes[5].inputs[0], 4);
    graph_unref(chain);
    graph_unref(g);
}

static void estimates_more_for_stacks_and_replicas(void **state)
{
    struct fixture *f = *state;
    struct op_shape shape = {.n = 1000, .p = 5, .p_category = 1, .levels = 4, .k = 2};
    struct graph *plain = parse(f, spec_chain), *stack = parse(f, spec_stack);
    struct graph *one = parse(f, "[\"gaussian_nb\", {\"op\": \"ensemble\"}]");
    struct graph *five = parse(f, "[\"gaussian_nb\", {\"op\": \"ensemble\", \"params\": {\"replicas\": 5}}]");
    struct op_cost a, b, c, d;
    graph_estimate(plain, &shape, &a);
    graph_estimate(stack, &shape, &b);
    graph_estimate(one, &shape, &c);
    graph_estimate(five, &shape, &d);
    assert_true(a.fit_flops > 0 && b.fit_flops > a.fit_flops);
    assert_true(d.fit_flops == 4 * c.fit_flops && d.apply_flops == 5 * c.apply_flops);
    graph_unref(plain);
    graph_unref(stack);
    graph_unref(one);
    graph_unref(five);
}

static void ends_at_the_largest_number_of_nodes(void **state)
{
    struct fixture *f = *state;
    struct graph *g = graph_create(&f->ctx->mem);
    int32_t last = GRAPH_INPUT;
    for (int32_t i = 0; i < GRAPH_MAX_NODES; i++)
        last = add(f, g, "standard_scaler", last);
    assert_int_equal(graph_add_union(g, &last, 1, NULL, &f->err), AUTOML_E_RANGE);
    assert_int_equal(g->n_nodes, GRAPH_MAX_NODES);
    graph_unref(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPELINE_TEST(builds_a_chain_with_unique_names),
        PIPELINE_TEST(refuses_graphs_that_cannot_run),
        PIPELINE_TEST(refuses_ensembles_of_transformers_and_bad_weights),
        PIPELINE_TEST(hashes_computations_and_not_names),
        PIPELINE_TEST(takes_an_ensemble_apart_and_keeps_names_and_weights),
        PIPELINE_TEST(merges_members_back_into_the_same_graph),
        PIPELINE_TEST(appends_with_new_names),
        PIPELINE_TEST(estimates_more_for_stacks_and_replicas),
        PIPELINE_TEST(ends_at_the_largest_number_of_nodes),
    };
    return cmocka_run_group_tests_name("graph", tests, NULL, NULL);
}
