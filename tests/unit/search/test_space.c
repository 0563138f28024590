#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "search/recipe.h"
#include "search_fixture.h"

static automl_status custom_space(
    struct fixture *f, const char *json, const char *shape, bool drop, automl_error *err)
{
    space_clear(&f->space);
    return space_init(&f->space, f->ctx, f->mem, f->setting.x, f->k, "default", json, shape, drop, err);
}

static const struct graph_node *last_node(const struct graph *g)
{
    return &g->nodes[g->n_nodes - 1];
}

static void every_random_candidate_is_a_valid_graph(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f, 60, 3, 1, "accuracy");
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct rng r = rng_seed(seed);
        struct graph *g, *h;
        assert_int_equal(space_random(&f.space, &r, &g, NULL), AUTOML_OK);
        assert_int_equal(graph_check(g, NULL), AUTOML_OK);
        assert_int_equal(space_mutate(&f.space, &r, g, &h, NULL), AUTOML_OK);
        assert_int_equal(graph_check(h, NULL), AUTOML_OK);
        graph_unref(g);
        graph_unref(h);
    }
    fixture_close(&f);
}

static void reads_back_what_it_made(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f, 60, 2, 1, "roc_auc");
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct rng r = rng_seed(seed);
        struct recipe rec;
        struct graph *g, *h;
        assert_int_equal(space_random(&f.space, &r, &g, NULL), AUTOML_OK);
        assert_int_equal(recipe_read(f.mem, g, &rec, NULL), AUTOML_OK);
        assert_int_equal(recipe_graph(&rec, &h, NULL), AUTOML_OK);
        assert_int_equal(graph_hash(g), graph_hash(h));
        recipe_clear(&rec);
        graph_unref(g);
        graph_unref(h);
    }
    fixture_close(&f);
}

static void crossover_takes_the_learner_of_the_second(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f, 60, 2, 1, "roc_auc");
    struct rng r = rng_seed(1);
    struct graph *a =
        fixture_graph(&f, "[\"one_hot_encoder\", \"simple_imputer\", \"pca\", \"logistic_regression\"]");
    struct graph *b = fixture_graph(&f, "[\"decision_tree\"]"), *c;
    assert_int_equal(space_crossover(&f.space, &r, a, b, &c, NULL), AUTOML_OK);
    assert_string_equal(last_node(c)->cls->name, "decision_tree");
    assert_int_equal(c->n_nodes, 4);
    graph_unref(a);
    graph_unref(b);
    graph_unref(c);
    fixture_close(&f);
}

static void a_custom_space_is_kept_to(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f, 60, 2, 1, "roc_auc");
    const char *json = "{\"operators\": {\"logistic_regression\": {\"C\": {\"min\": 0.5, \"max\": 2}},"
                       "\"decision_tree\": {\"max_depth\": [3, 5]}}}";
    assert_int_equal(custom_space(&f, json, NULL, true, NULL), AUTOML_OK);
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct rng r = rng_seed(seed);
        struct graph *g;
        assert_int_equal(space_random(&f.space, &r, &g, NULL), AUTOML_OK);
        const struct graph_node *v = last_node(g);
        bool tree = strcmp(v->cls->name, "decision_tree") == 0;
        int32_t i = param_schema_find(v->cls->params, tree ? "max_depth" : "C");
        assert_true(i >= 0);
        if (tree)
            assert_true(params_int(v->params, i) == 3 || params_int(v->params, i) == 5);
        else
            assert_true(params_real(v->params, i) >= 0.5 && params_real(v->params, i) <= 2);
        graph_unref(g);
    }
    fixture_close(&f);
}

static void a_template_fixes_the_shape(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f, 60, 2, 1, "roc_auc");
    assert_int_equal(custom_space(&f, NULL, "Selector-pca-Classifier", true, NULL), AUTOML_OK);
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct rng r = rng_seed(seed);
        struct recipe rec;
        struct graph *g;
        bool selector = false, pca = false;
        assert_int_equal(space_random(&f.space, &r, &g, NULL), AUTOML_OK);
        assert_int_equal(recipe_read(f.mem, g, &rec, NULL), AUTOML_OK);
        for (int32_t i = 0; i < rec.n_steps; i++) {
            selector = selector || rec.steps[i].a.cls->kind == OP_SELECTOR;
            pca = pca || (selector && strcmp(rec.steps[i].a.cls->name, "pca") == 0);
        }
        assert_true(pca);
        recipe_clear(&rec);
        graph_unref(g);
    }
    fixture_close(&f);
}

static void no_selector_drops_columns_that_were_chosen(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f, 60, 2, 1, "roc_auc");
    assert_int_equal(custom_space(&f, NULL, NULL, false, NULL), AUTOML_OK);
    assert_int_equal(f.space.n_selectors, 0);
    automl_error err = {0};
    assert_int_equal(custom_space(&f, NULL, "Selector-Classifier", false, &err), AUTOML_E_CONFLICT);
    assert_non_null(strstr(err.message, "num_features"));
    fixture_close(&f);
}

static void wrong_spaces_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *json, *word;
        automl_status status;
    } cases[] = {
        {"{\"operators\": {\"logistic_regresion\": {}}}", "logistic_regression", AUTOML_E_UNKNOWN_KEY},
        {"{\"operators\": {\"pca\": {}}}", "no classifier", AUTOML_E_CONFLICT},
        {"{\"operators\": {\"knn\": {\"n_neighbours\": [5]}}}", "n_neighbors", AUTOML_E_UNKNOWN_KEY},
        {"{\"operators\": {\"knn\": {\"n_neighbors\": 5}}}", "list of values", AUTOML_E_TYPE},
        {"[]", "operators", AUTOML_E_TYPE},
    };
    struct fixture f;
    fixture_open(&f, 60, 2, 1, "roc_auc");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        automl_error err = {0};
        assert_int_equal(custom_space(&f, cases[i].json, NULL, true, &err), cases[i].status);
        if (strstr(err.message, cases[i].word) == NULL)
            fail_msg("'%s' does not name %s", err.message, cases[i].word);
    }
    fixture_close(&f);
}

static void the_portfolio_ends_and_is_valid(void **state)
{
    (void)state;
    struct fixture f;
    int32_t n = 0;
    fixture_open(&f, 60, 3, 1, "accuracy");
    for (;; n++) {
        struct graph *g;
        assert_int_equal(space_portfolio(&f.space, n, &g, NULL), AUTOML_OK);
        if (g == NULL)
            break;
        assert_int_equal(graph_check(g, NULL), AUTOML_OK);
        graph_unref(g);
    }
    assert_in_range(n, 8, 40);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_random_candidate_is_a_valid_graph),
        cmocka_unit_test(reads_back_what_it_made),
        cmocka_unit_test(crossover_takes_the_learner_of_the_second),
        cmocka_unit_test(a_custom_space_is_kept_to),
        cmocka_unit_test(a_template_fixes_the_shape),
        cmocka_unit_test(no_selector_drops_columns_that_were_chosen),
        cmocka_unit_test(wrong_spaces_are_named),
        cmocka_unit_test(the_portfolio_ends_and_is_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
