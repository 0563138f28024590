/*
 * vary.c - random recipes, mutation and crossover. All take their randomness from the caller's stream.
 */
#include <math.h>
#include <string.h>

#include "search/recipe.h"

/* Share of settings drawn afresh when an operator is new; otherwise its defaults, moved by one step. */
static const double DRAW_ALL = 0.5;
static const double STEP_SCALE = 0.15;

static const struct json *custom_params(const struct space *s, const struct op_class *cls)
{
    const struct json *ops = json_get(s->custom, "operators");
    return json_get(ops, cls->name);
}

bool space_allows(const struct space *s, const struct op_class *cls)
{
    return json_get(s->custom, "operators") == NULL || custom_params(s, cls) != NULL;
}

static const struct json *element(const struct json *list, uint32_t i)
{
    const struct json *v = json_first(list);
    while (i-- > 0)
        v = json_next(v);
    return v;
}

/* A value of a custom range: one of a list, or between min and max on the parameter's scale. */
static automl_status draw_custom(
    struct rng *r, struct recipe_op *op, const struct json *range, automl_error *err)
{
    const char *key = json_key(range);
    if (json_is(range, JSON_ARRAY) && json_count(range) > 0)
        return params_set_json(
            op->params, key, element(range, rng_below(r, (uint32_t)json_count(range))), err);
    double lo = json_number(json_get(range, "min"), NAN), hi = json_number(json_get(range, "max"), NAN);
    int32_t i = param_schema_find(op->cls->params, key);
    if (!(lo <= hi) || i < 0)
        return error_set(err, AUTOML_E_TYPE,
            "search_space: '%s' of '%s' must be a list of values or {\"min\", \"max\"}", key, op->cls->name);
    const struct param_spec *spec = &op->cls->params->specs[i];
    double x =
        (spec->flags & PARAM_LOG) && lo > 0 ? rng_log_uniform(r, lo, hi) : lo + rng_double(r) * (hi - lo);
    return spec->type == PARAM_INT ? params_set_int(op->params, key, (int64_t)llround(x), err)
                                   : params_set_real(op->params, key, x, err);
}

automl_status space_draw(const struct space *s, struct rng *r, struct recipe_op *op, automl_error *err)
{
    const struct json *custom = custom_params(s, op->cls);
    if (rng_double(r) < DRAW_ALL)
        params_sample(op->params, r);
    else
        params_mutate(op->params, r, STEP_SCALE);
    for (const struct json *v = json_first(custom); v != NULL; v = json_next(v))
        TRY(draw_custom(r, op, v, err));
    return AUTOML_OK;
}

automl_status space_step(
    const struct space *s, struct rng *r, struct recipe_op *op, bool *out_changed, automl_error *err)
{
    const struct json *custom = custom_params(s, op->cls);
    if (json_count(custom) == 0) {
        *out_changed = params_mutate(op->params, r, STEP_SCALE);
        return AUTOML_OK;
    }
    *out_changed = true;
    return draw_custom(r, op, element(custom, rng_below(r, (uint32_t)json_count(custom))), err);
}

static automl_status new_op(const struct space *s, struct rng *r, const struct op_class *const *list,
    int32_t n, struct recipe_op *out, automl_error *err)
{
    const struct op_class *cls = list[rng_below(r, (uint32_t)n)];
    TRY(recipe_op_set(s->mem, out, cls, NULL, err));
    automl_status status = space_draw(s, r, out, err);
    if (status < 0) {
        params_free(out->params);
        memset(out, 0, sizeof *out);
    }
    return status;
}

/* A transformer (or now and then a selector) as the last step; sometimes beside its input. */
static automl_status add_random_step(
    const struct space *s, struct rng *r, struct recipe *rec, automl_error *err)
{
    struct recipe_op op = {0};
    bool selector = s->n_selectors > 0 && (s->n_transformers == 0 || rng_double(r) < 0.3);
    if (s->n_selectors + s->n_transformers == 0)
        return AUTOML_OK;
    TRY(selector ? new_op(s, r, s->selectors, s->n_selectors, &op, err)
                 : new_op(s, r, s->transformers, s->n_transformers, &op, err));
    bool beside = !selector && !(op.cls->traits & (OP_IMPUTES | OP_ENCODES)) && rng_double(r) < 0.2;
    recipe_insert(rec, (int32_t)rng_below(r, (uint32_t)rec->n_steps + 1), &op, beside);
    return AUTOML_OK;
}

/* A learner's out-of-fold predictions beside the columns: one small pipeline of its own. */
static automl_status add_random_stack(
    const struct space *s, struct rng *r, struct recipe *rec, automl_error *err)
{
    struct recipe inner = {.mem = s->mem};
    struct graph *g = NULL;
    if (rec->n_steps >= RECIPE_MAX_STEPS - 4)
        return AUTOML_OK;
    automl_status status = new_op(s, r, s->learners, s->n_learners, &inner.learner, err);
    if (status >= 0)
        status = recipe_repair(s, &inner, err);
    if (status >= 0)
        status = recipe_graph(&inner, &g, err);
    recipe_clear(&inner);
    TRY(status);
    memmove(&rec->steps[1], &rec->steps[0], (size_t)rec->n_steps * sizeof *rec->steps);
    rec->steps[0] = (struct recipe_step){.stack = g, .cv = 5, .passthrough = true};
    rec->n_steps++;
    return AUTOML_OK;
}

static int32_t slot_kind(const char *slot)
{
    static const char *const names[] = {"Transformer", "Selector", "Classifier"};
    for (int32_t i = 0; i < 3; i++)
        if (strcmp(slot, names[i]) == 0)
            return i;
    return -1;
}

/* One slot of a template: a kind, or an operator's name. */
static automl_status fill_slot(
    const struct space *s, struct rng *r, const char *slot, struct recipe_op *out, automl_error *err)
{
    const struct op_class *cls;
    switch (slot_kind(slot)) {
    case OP_TRANSFORMER:
        return new_op(s, r, s->transformers, s->n_transformers, out, err);
    case OP_SELECTOR:
        return new_op(s, r, s->selectors, s->n_selectors, out, err);
    case OP_CLASSIFIER:
        return new_op(s, r, s->learners, s->n_learners, out, err);
    default:
        TRY(operator_find(s->ctx, slot, &cls, err));
        return new_op(s, r, &cls, 1, out, err);
    }
}

static automl_status random_from_template(
    const struct space *s, struct rng *r, struct recipe *rec, automl_error *err)
{
    for (int32_t i = 0; i < s->n_slots - 1; i++) {
        struct recipe_op op = {0};
        TRY(fill_slot(s, r, s->slots[i], &op, err));
        recipe_insert(rec, rec->n_steps, &op, false);
    }
    return fill_slot(s, r, s->slots[s->n_slots - 1], &rec->learner, err);
}

static automl_status random_free(const struct space *s, struct rng *r, struct recipe *rec, automl_error *err)
{
    double draw = rng_double(r);
    int32_t steps = draw < 0.45 ? 0 : draw < 0.8 ? 1 : 2;
    for (int32_t i = 0; i < steps; i++)
        TRY(add_random_step(s, r, rec, err));
    if (rng_double(r) < 0.05)
        TRY(add_random_stack(s, r, rec, err));
    return new_op(s, r, s->learners, s->n_learners, &rec->learner, err);
}

static automl_status finish(
    const struct space *s, struct recipe *rec, automl_status status, struct graph **out, automl_error *err)
{
    if (status >= 0)
        status = recipe_repair(s, rec, err);
    if (status >= 0)
        status = recipe_graph(rec, out, err);
    recipe_clear(rec);
    return status;
}

automl_status space_random(const struct space *s, struct rng *r, struct graph **out, automl_error *err)
{
    struct recipe rec = {.mem = s->mem};
    automl_status status =
        s->n_slots > 0 ? random_from_template(s, r, &rec, err) : random_free(s, r, &rec, err);
    return finish(s, &rec, status, out, err);
}

static automl_status replace_learner(
    const struct space *s, struct rng *r, struct recipe *rec, automl_error *err)
{
    struct recipe_op op = {0};
    TRY(s->n_slots > 0 ? fill_slot(s, r, s->slots[s->n_slots - 1], &op, err)
                       : new_op(s, r, s->learners, s->n_learners, &op, err));
    params_free(rec->learner.params);
    rec->learner = op;
    return AUTOML_OK;
}

/* A step's settings, the stack's excepted: those change with the whole step. */
static automl_status change_step(
    const struct space *s, struct rng *r, struct recipe *rec, bool *out_changed, automl_error *err)
{
    *out_changed = false;
    if (rec->n_steps == 0)
        return AUTOML_OK;
    struct recipe_step *step = &rec->steps[rng_below(r, (uint32_t)rec->n_steps)];
    return step->stack == NULL ? space_step(s, r, &step->a, out_changed, err) : AUTOML_OK;
}

static automl_status mutate_structure(
    const struct space *s, struct rng *r, struct recipe *rec, automl_error *err)
{
    double draw = rng_double(r);
    if (s->n_slots > 0 || draw < 0.35)
        return replace_learner(s, r, rec, err);
    if (draw < 0.6 && rec->n_steps > 0) {
        recipe_remove(rec, (int32_t)rng_below(r, (uint32_t)rec->n_steps));
        return AUTOML_OK;
    }
    if (draw < 0.95)
        return add_random_step(s, r, rec, err);
    return add_random_stack(s, r, rec, err);
}

/* Mostly a local step of the learner's numbers: there the gain is; else of a step's; else the structure. */
static automl_status mutate(const struct space *s, struct rng *r, struct recipe *rec, automl_error *err)
{
    double draw = rng_double(r);
    bool changed = false;
    if (draw < 0.5)
        TRY(space_step(s, r, &rec->learner, &changed, err));
    else if (draw < 0.65)
        TRY(change_step(s, r, rec, &changed, err));
    if (changed && rng_double(r) < 0.5)
        return space_step(s, r, &rec->learner, &changed, err);
    return changed ? AUTOML_OK : mutate_structure(s, r, rec, err);
}

automl_status space_mutate(
    const struct space *s, struct rng *r, const struct graph *parent, struct graph **out, automl_error *err)
{
    struct recipe rec;
    if (recipe_read(s->mem, parent, &rec, NULL) < 0)
        return space_random(s, r, out, err);
    return finish(s, &rec, mutate(s, r, &rec, err), out, err);
}

automl_status space_crossover(const struct space *s, struct rng *r, const struct graph *a,
    const struct graph *b, struct graph **out, automl_error *err)
{
    struct recipe one, two;
    if (recipe_read(s->mem, a, &one, NULL) < 0)
        return space_random(s, r, out, err);
    if (recipe_read(s->mem, b, &two, NULL) < 0) {
        recipe_clear(&one);
        return space_random(s, r, out, err);
    }
    struct recipe_op learner = one.learner;
    one.learner = two.learner;
    two.learner = learner;
    recipe_clear(&two);
    return finish(s, &one, AUTOML_OK, out, err);
}
