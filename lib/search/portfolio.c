/*
 * portfolio.c - the ordered configurations that every search begins with.
 *
 * Cheap and different first, so that a first incumbent is there early and an ensemble has something to
 * combine; then the settings that published studies of defaults found strong. Repair adds what the data need
 * (imputer, encoder, scaler).
 */
#include "search/recipe.h"

#include <string.h>

static const char *const PORTFOLIO[] = {
    "[{\"op\": \"decision_tree\", \"params\": {\"max_depth\": 6, \"min_samples_leaf\": 10}}]",
    "[\"logistic_regression\"]",
    "[{\"op\": \"extra_trees\", \"params\": {\"n_estimators\": 50, \"max_features\": \"fraction\", "
    "\"max_features_fraction\": 0.5, \"min_samples_leaf\": 3}}]",
    "[\"gaussian_nb\"]",
    "[{\"op\": \"extra_trees\", \"params\": {\"n_estimators\": 100, \"max_features\": \"all\", "
    "\"min_samples_leaf\": 8, \"bootstrap\": true}}]",
    "[{\"op\": \"logistic_regression\", \"params\": {\"C\": 0.1}}]",
    "[{\"op\": \"knn\", \"params\": {\"n_neighbors\": 15, \"weights\": \"distance\"}}]",
    "[{\"op\": \"extra_trees\", \"params\": {\"n_estimators\": 100, \"max_features\": \"fraction\", "
    "\"max_features_fraction\": 0.5, \"min_samples_leaf\": 5, \"criterion\": \"entropy\"}}]",
    "[{\"op\": \"decision_tree\", \"params\": {\"criterion\": \"entropy\", \"max_depth\": 10, "
    "\"min_samples_leaf\": 20}}]",
    "[{\"op\": \"pca\", \"params\": {\"whiten\": true}}, \"logistic_regression\"]",
    "[{\"op\": \"extra_trees\", \"params\": {\"n_estimators\": 200, \"max_features\": \"fraction\", "
    "\"max_features_fraction\": 0.3, \"min_samples_leaf\": 1}}]",
    "[{\"op\": \"knn\", \"params\": {\"n_neighbors\": 50, \"weights\": \"distance\"}}]",
    "[{\"op\": \"stack\", \"pipeline\": [\"logistic_regression\"]}, {\"op\": \"extra_trees\", "
    "\"params\": {\"n_estimators\": 100, \"max_features\": \"fraction\", "
    "\"max_features_fraction\": 0.5, \"min_samples_leaf\": 5}}]",
    "[{\"op\": \"select_percentile\", \"params\": {\"percentile\": 50}}, \"logistic_regression\"]",
    "[{\"op\": \"extra_trees\", \"params\": {\"n_estimators\": 200, \"max_features\": \"fraction\", "
    "\"max_features_fraction\": 0.8, \"min_samples_leaf\": 2, \"criterion\": \"entropy\"}}]",
    "[{\"op\": \"logistic_regression\", \"params\": {\"C\": 10.0}}]",
};

/* Every operator of the entry is one the space may use. */
static bool entry_allowed(const struct space *s, const struct graph *g)
{
    for (int32_t i = 0; i < g->n_nodes; i++) {
        const struct graph_node *v = &g->nodes[i];
        if (v->kind == NODE_STACK && !entry_allowed(s, v->inner))
            return false;
        if (v->kind != NODE_OPERATOR)
            continue;
        if (!space_allows(s, v->cls) || (v->cls->kind == OP_SELECTOR && !s->drop_columns))
            return false;
    }
    return true;
}

static automl_status repaired(
    const struct space *s, const struct graph *g, struct graph **out, automl_error *err)
{
    struct recipe r;
    TRY(recipe_read(s->mem, g, &r, err));
    automl_status status = AUTOML_OK;
    for (int32_t i = 0; status >= 0 && i < r.n_steps; i++) {
        if (r.steps[i].stack == NULL)
            continue;
        struct graph *inner = NULL;
        status = repaired(s, r.steps[i].stack, &inner, err);
        if (status >= 0) {
            graph_unref(r.steps[i].stack);
            r.steps[i].stack = inner;
        }
    }
    if (status >= 0)
        status = recipe_repair(s, &r, err);
    if (status >= 0)
        status = recipe_graph(&r, out, err);
    recipe_clear(&r);
    return status;
}

static automl_status parse_entry(
    const struct space *s, const char *text, struct graph **out, automl_error *err)
{
    struct json *v = NULL;
    struct graph *g = NULL;
    TRY(json_parse(s->mem, text, strlen(text), &v, err));
    automl_status status = graph_parse(s->ctx, s->mem, v, &g, err);
    json_free(v);
    if (status >= 0 && entry_allowed(s, g))
        status = repaired(s, g, out, err);
    graph_unref(g);
    return status;
}

automl_status space_portfolio(const struct space *s, int32_t i, struct graph **out, automl_error *err)
{
    int32_t n = (int32_t)(sizeof PORTFOLIO / sizeof *PORTFOLIO);
    *out = NULL;
    if (s->n_slots > 0)
        return AUTOML_OK;
    for (int32_t j = 0, allowed = 0; j < n && *out == NULL; j++) {
        TRY(parse_entry(s, PORTFOLIO[j], out, err));
        if (*out != NULL && allowed++ < i) {
            graph_unref(*out);
            *out = NULL;
        }
    }
    return AUTOML_OK;
}
