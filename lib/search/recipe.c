/*
 * recipe.c - chains from and to graphs, and the repair that makes every chain valid.
 */
#include "search/recipe.h"

#include <string.h>

automl_status recipe_op_set(struct mem *m, struct recipe_op *op, const struct op_class *cls,
    const struct params *p, automl_error *err)
{
    op->cls = cls;
    return p != NULL ? params_copy(m, p, &op->params, err) : params_create(m, cls->params, &op->params, err);
}

static void op_clear(struct recipe_op *op)
{
    params_free(op->params);
    memset(op, 0, sizeof *op);
}

static void step_clear(struct recipe_step *s)
{
    op_clear(&s->a);
    op_clear(&s->b);
    graph_unref(s->stack);
    memset(s, 0, sizeof *s);
}

void recipe_clear(struct recipe *r)
{
    for (int32_t i = 0; i < r->n_steps; i++)
        step_clear(&r->steps[i]);
    op_clear(&r->learner);
    r->n_steps = 0;
}

bool recipe_insert(struct recipe *r, int32_t at, struct recipe_op *op, bool beside)
{
    if (r->n_steps >= RECIPE_MAX_STEPS) {
        op_clear(op);
        return false;
    }
    memmove(&r->steps[at + 1], &r->steps[at], (size_t)(r->n_steps - at) * sizeof *r->steps);
    r->steps[at] = (struct recipe_step){.a = *op, .beside = beside};
    r->n_steps++;
    memset(op, 0, sizeof *op);
    return true;
}

void recipe_remove(struct recipe *r, int32_t at)
{
    step_clear(&r->steps[at]);
    r->n_steps--;
    memmove(&r->steps[at], &r->steps[at + 1], (size_t)(r->n_steps - at) * sizeof *r->steps);
    memset(&r->steps[r->n_steps], 0, sizeof *r->steps);
}

static automl_status unreadable(automl_error *err)
{
    return error_set(err, AUTOML_E_UNSUPPORTED, "the search cannot vary a pipeline of this shape");
}

/* The union that puts node first; a union that has it second joins something else with the columns so far. */
static int32_t union_of(const struct graph *g, int32_t node)
{
    for (int32_t i = node + 1; i < g->n_nodes; i++)
        if (g->nodes[i].kind == NODE_UNION && g->nodes[i].inputs[0] == node)
            return i;
    return -1;
}

/* Reads the step that begins with node i on top of `current`; *i and *current move past it. */
static automl_status read_step(
    struct recipe *r, const struct graph *g, int32_t *i, int32_t *current, automl_error *err)
{
    const struct graph_node *v = &g->nodes[*i];
    if (r->n_steps >= RECIPE_MAX_STEPS || v->inputs[0] != *current || v->kind == NODE_UNION ||
        v->kind == NODE_ENSEMBLE)
        return unreadable(err);
    struct recipe_step *s = &r->steps[r->n_steps++];
    if (v->kind == NODE_STACK) {
        *s = (struct recipe_step){.stack = graph_ref(v->inner), .cv = v->cv, .passthrough = v->passthrough};
        *current = (*i)++;
        return AUTOML_OK;
    }
    TRY(recipe_op_set(r->mem, &s->a, v->cls, v->params, err));
    int32_t u = union_of(g, *i);
    if (u < 0) {
        *current = (*i)++;
        return AUTOML_OK;
    }
    s->beside = true;
    const struct graph_node *join = &g->nodes[u];
    if (join->n_inputs != 2 || u > *i + 2)
        return unreadable(err);
    if (u == *i + 2)
        TRY(recipe_op_set(r->mem, &s->b, g->nodes[*i + 1].cls, g->nodes[*i + 1].params, err));
    *current = u;
    *i = u + 1;
    return AUTOML_OK;
}

automl_status recipe_read(struct mem *m, const struct graph *g, struct recipe *out, automl_error *err)
{
    int32_t last = g->n_nodes - 1, current = GRAPH_INPUT;
    automl_status status = AUTOML_OK;
    memset(out, 0, sizeof *out);
    out->mem = m;
    for (int32_t i = 0; i < last && status >= 0;)
        status = read_step(out, g, &i, &current, err);
    if (status >= 0 && graph_learner(g) == NULL)
        status = unreadable(err);
    if (status >= 0)
        status = recipe_op_set(m, &out->learner, g->nodes[last].cls, g->nodes[last].params, err);
    if (status < 0)
        recipe_clear(out);
    return status;
}

static automl_status add_op(
    struct graph *g, const struct recipe_op *op, int32_t input, int32_t *out, automl_error *err)
{
    return graph_add_operator(g, op->cls, op->params, &input, 1, out, err);
}

static automl_status add_step(
    struct graph *g, const struct recipe_step *s, int32_t *current, automl_error *err)
{
    if (s->stack != NULL)
        return graph_add_stack(g, s->stack, s->cv, s->passthrough, *current, current, err);
    int32_t both[2] = {GRAPH_INPUT, *current};
    TRY(add_op(g, &s->a, *current, &both[0], err));
    if (s->b.cls != NULL)
        TRY(add_op(g, &s->b, *current, &both[1], err));
    *current = both[0];
    return s->beside ? graph_add_union(g, both, 2, current, err) : AUTOML_OK;
}

automl_status recipe_graph(const struct recipe *r, struct graph **out, automl_error *err)
{
    struct graph *g = graph_create(r->mem);
    int32_t current = GRAPH_INPUT;
    automl_status status = g != NULL ? AUTOML_OK : error_memory(err);
    for (int32_t i = 0; status >= 0 && i < r->n_steps; i++)
        status = add_step(g, &r->steps[i], &current, err);
    if (status >= 0)
        status = add_op(g, &r->learner, current, NULL, err);
    if (status < 0) {
        graph_unref(g);
        return status;
    }
    *out = g;
    return AUTOML_OK;
}

/* What is known of the columns at one point of the chain. */
struct columns {
    bool missing_numbers, missing_categories, categories, scaled, non_negative;
};

/* An imputer that fills category columns too. */
static bool fills_categories(const struct recipe_op *op)
{
    int32_t i = param_schema_find(op->cls->params, "strategy");
    if (i < 0 || !(op->cls->traits & OP_IMPUTES) || op->cls->params->specs[i].type != PARAM_CHOICE)
        return false;
    return strcmp(op->cls->params->specs[i].choices[params_choice(op->params, i)], "most_frequent") == 0;
}

static void columns_pass(struct columns *c, const struct recipe_op *op)
{
    const struct op_class *cls = op->cls;
    if (fills_categories(op))
        c->missing_categories = false;
    if (cls->traits & OP_IMPUTES)
        c->missing_numbers = false;
    if (cls->traits & OP_ENCODES) {
        /* An encoder may hand a missing category on as a missing number. */
        c->missing_numbers = c->missing_numbers || (c->missing_categories && !(cls->traits & OP_IMPUTES));
        c->categories = c->missing_categories = false;
        c->scaled = false;
    }
    c->scaled = (cls->traits & OP_SCALES) || (c->scaled && cls->kind == OP_SELECTOR) ||
                ((cls->traits & OP_IMPUTES) && c->scaled);
    if (cls->kind != OP_SELECTOR && !(cls->traits & OP_IMPUTES))
        c->non_negative = (cls->traits & OP_OUTPUT_NON_NEGATIVE) != 0;
}

struct need {
    const char *name; /* operator to insert; NULL: nothing */
    const char *key, *value;
};

static struct need first_need(
    const struct space *s, const struct columns *c, const struct op_class *cls, bool learner)
{
    bool missing = !(cls->traits & OP_ACCEPTS_MISSING);
    if (c->categories && !(cls->traits & OP_ACCEPTS_CATEGORIES)) {
        bool few = s->shape.levels <= 300;
        return (struct need){few ? "one_hot_encoder" : "ordinal_encoder", NULL, NULL};
    }
    if (missing && c->missing_categories)
        return (struct need){"simple_imputer", "strategy", "most_frequent"};
    if (missing && c->missing_numbers)
        return (struct need){"simple_imputer", "strategy", "median"};
    if ((cls->traits & OP_NEEDS_NON_NEGATIVE) && !c->non_negative)
        return (struct need){"min_max_scaler", NULL, NULL};
    if (learner && (cls->traits & OP_NEEDS_SCALING) && !c->scaled)
        return (struct need){"standard_scaler", NULL, NULL};
    return (struct need){NULL, NULL, NULL};
}

static automl_status insert_needed(
    const struct space *s, struct recipe *r, int32_t at, const struct need *n, automl_error *err)
{
    const struct op_class *cls;
    struct recipe_op op = {0};
    TRY(operator_find(s->ctx, n->name, &cls, err));
    TRY(recipe_op_set(s->mem, &op, cls, NULL, err));
    if (n->key != NULL) {
        automl_status status = params_set_string(op.params, n->key, n->value, err);
        if (status < 0) {
            op_clear(&op);
            return status;
        }
    }
    return recipe_insert(r, at, &op, false)
               ? AUTOML_OK
               : error_set(err, AUTOML_E_RANGE, "the pipeline has too many steps");
}

/* An encoder without categories, or an imputer with nothing missing, would only copy. */
static bool idle(const struct columns *c, const struct op_class *cls)
{
    if (cls->traits & OP_ENCODES)
        return !c->categories;
    return (cls->traits & OP_IMPUTES) && !c->missing_numbers && !c->missing_categories;
}

static automl_status repair_step(
    const struct space *s, struct recipe *r, int32_t *at, struct columns *c, automl_error *err)
{
    struct recipe_step *step = &r->steps[*at];
    if (step->stack != NULL) {
        c->scaled = false;
        (*at)++;
        return AUTOML_OK;
    }
    if (idle(c, step->a.cls)) {
        recipe_remove(r, *at);
        return AUTOML_OK;
    }
    struct need n = first_need(s, c, step->a.cls, false);
    if (n.name == NULL && step->b.cls != NULL)
        n = first_need(s, c, step->b.cls, false);
    if (n.name != NULL)
        return insert_needed(s, r, *at, &n, err);
    struct columns before = *c;
    columns_pass(c, &step->a);
    if (step->beside && step->b.cls == NULL) {
        c->missing_numbers = c->missing_numbers || before.missing_numbers;
        c->categories = before.categories;
        c->missing_categories = before.missing_categories;
        c->scaled = c->scaled && before.scaled;
        c->non_negative = c->non_negative && before.non_negative;
    } else if (step->beside) {
        struct columns other = before;
        columns_pass(&other, &step->b);
        c->missing_numbers = c->missing_numbers || other.missing_numbers;
        c->categories = c->categories || other.categories;
        c->missing_categories = c->missing_categories || other.missing_categories;
        c->scaled = c->scaled && other.scaled;
        c->non_negative = c->non_negative && other.non_negative;
    }
    (*at)++;
    return AUTOML_OK;
}

automl_status recipe_repair(const struct space *s, struct recipe *r, automl_error *err)
{
    struct columns c = {.missing_numbers = s->missing_numbers,
        .missing_categories = s->missing_categories,
        .categories = s->shape.p_category > 0,
        .non_negative = s->non_negative};
    int32_t at = 0;
    while (at < r->n_steps)
        TRY(repair_step(s, r, &at, &c, err));
    for (;;) {
        struct need n = first_need(s, &c, r->learner.cls, true);
        if (n.name == NULL)
            return AUTOML_OK;
        TRY(insert_needed(s, r, r->n_steps, &n, err));
        at = r->n_steps - 1;
        TRY(repair_step(s, r, &at, &c, err));
    }
}
