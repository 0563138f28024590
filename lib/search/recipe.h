/*
 * recipe.h - a pipeline as the search varies it: a chain of steps, then a learner.
 *
 * A step replaces its input by one transformer's output, or by two transformers' side by side (the second may
 * be the input itself), or stacks a learner's predictions onto it. Every graph that the search makes can be
 * read back.
 */
#ifndef SEARCH_RECIPE_H
#define SEARCH_RECIPE_H

#include "search/space.h"

enum { RECIPE_MAX_STEPS = 12 };

struct recipe_op {
    const struct op_class *cls; /* NULL: none */
    struct params *params;      /* owned */
};

struct recipe_step {
    struct recipe_op a, b;
    bool beside;         /* a's output beside b's, or beside the input if there is no b */
    struct graph *stack; /* instead of a: inner pipeline, owned reference */
    int32_t cv;
    bool passthrough;
};

struct recipe {
    struct mem *mem;
    int32_t n_steps;
    struct recipe_step steps[RECIPE_MAX_STEPS];
    struct recipe_op learner;
};

automl_status recipe_op_set(struct mem *m, struct recipe_op *op, const struct op_class *cls,
    const struct params *p, automl_error *err); /* p NULL: defaults */
void recipe_clear(struct recipe *r);
/* The graph must end in a classifier. AUTOML_E_UNSUPPORTED for a shape that the search does not make. */
automl_status recipe_read(struct mem *m, const struct graph *g, struct recipe *out, automl_error *err);
/* Takes ownership of `op`; at most RECIPE_MAX_STEPS, false (and op is cleared) beyond. */
bool recipe_insert(struct recipe *r, int32_t at, struct recipe_op *op, bool beside);
void recipe_remove(struct recipe *r, int32_t at);
/* Inserts the imputer, encoder or scaler that a step or the learner needs and that is missing; drops a step
 * that cannot act. */
automl_status recipe_repair(const struct space *s, struct recipe *r, automl_error *err);
automl_status recipe_graph(const struct recipe *r, struct graph **out, automl_error *err);

/* Settings within the space's custom ranges. */
automl_status space_draw(const struct space *s, struct rng *r, struct recipe_op *op, automl_error *err);
automl_status space_step(
    const struct space *s, struct rng *r, struct recipe_op *op, bool *out_changed, automl_error *err);
bool space_allows(const struct space *s, const struct op_class *cls);

#endif
