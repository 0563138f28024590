/*
 * space.h - what the search may build: typed templates, random candidates, variation, and the portfolio of
 * defaults.
 *
 * A candidate is a graph: columns -> [imputer if needed] -> [encoder if needed] -> 0-2 transformers ->
 * optional selector -> learner; unions of two branches and one level of stacking as TPOT has them. Only valid
 * pipelines are made: what a learner or transformer cannot take (missing cells, categories, unscaled or
 * negative columns) is repaired by the step that is missing. With a custom `search_space` (JSON:
 * {"operators": {"name": {"param": [values] or {"min","max"}}}}) only its operators are used.
 */
#ifndef SEARCH_SPACE_H
#define SEARCH_SPACE_H

#include "pipeline/graph.h"

struct space {
    automl_context *ctx;
    struct mem *mem;
    struct op_shape shape; /* of the job's training rows */
    bool missing_numbers, missing_categories, non_negative;
    bool drop_columns; /* selectors allowed: false once num_features is set */
    int32_t n_classes;
    const struct op_class **learners, **transformers, **selectors;
    int32_t n_learners, n_transformers, n_selectors;
    struct json *custom; /* parsed search_space, or NULL */
    char **slots;        /* template: "Selector-Transformer-Classifier"; NULL: free */
    int32_t n_slots;
};

/* preset: "default" or "light"; space_json and template may be NULL. Host operators of ctx take part. */
automl_status space_init(struct space *s, automl_context *ctx, struct mem *m, const struct frame *x,
    int32_t n_classes, const char *preset, const char *space_json, const char *template_text,
    bool drop_columns, automl_error *err);
void space_clear(struct space *s);

/* i-th configuration of the ordered portfolio; NULL in *out past its end. The first is the cheapest real
 * model. */
automl_status space_portfolio(const struct space *s, int32_t i, struct graph **out, automl_error *err);
automl_status space_random(const struct space *s, struct rng *r, struct graph **out, automl_error *err);
/* Slot-wise: change a number by a local step, replace, insert or remove a step, replace the learner. */
automl_status space_mutate(
    const struct space *s, struct rng *r, const struct graph *parent, struct graph **out, automl_error *err);
/* The steps before the learner from one parent, learner (or a suffix) from the other. */
automl_status space_crossover(const struct space *s, struct rng *r, const struct graph *a,
    const struct graph *b, struct graph **out, automl_error *err);

#endif
