/*
 * space.c - which operators the search may use for this data, preset, custom space and template.
 */
#include "search/space.h"

#include <math.h>
#include <string.h>

#include "search/recipe.h"

/* The light preset leaves out what costs more than this many operations per cell of the training rows. */
static const double LIGHT_OPERATIONS = 2000;

static void look_at_columns(struct space *s, const struct frame *x)
{
    s->shape.p = x->n_cols;
    s->shape.n = (double)x->n_rows;
    s->non_negative = true;
    for (int32_t j = 0; j < x->n_cols; j++) {
        bool category = x->cols[j].kind == FRAME_CATEGORY;
        s->shape.p_category += category;
        s->shape.levels += x->cols[j].n_levels;
        for (int64_t i = 0; i < x->n_rows; i++) {
            double v = frame_value(x, j, i);
            if (isnan(v) && category)
                s->missing_categories = true;
            else if (isnan(v))
                s->missing_numbers = true;
            if (v < 0)
                s->non_negative = false;
        }
    }
}

static bool light_enough(const struct space *s, const struct op_class *cls)
{
    struct op_cost c = {0};
    struct params *p = NULL;
    if (params_create(s->mem, cls->params, &p, NULL) < 0)
        return true;
    cls->estimate(p, &s->shape, &c);
    params_free(p);
    return c.fit_flops <= LIGHT_OPERATIONS * s->shape.n * s->shape.p;
}

static bool wanted(const struct space *s, const struct op_class *cls, bool light)
{
    if (strcmp(cls->name, "dummy") == 0 || !space_allows(s, cls))
        return false;
    if (cls->kind == OP_CLASSIFIER && s->n_classes > 2 && !(cls->traits & OP_MULTICLASS))
        return false;
    if (cls->kind == OP_SELECTOR && !s->drop_columns)
        return false;
    if ((cls->traits & OP_ENCODES) && s->shape.p_category <= 0)
        return false;
    if ((cls->traits & OP_IMPUTES) && !s->missing_numbers && !s->missing_categories)
        return false;
    return !light || light_enough(s, cls);
}

static automl_status list_operators(struct space *s, bool light, automl_error *err)
{
    int32_t n = operators_count(s->ctx);
    s->learners = NEW_ARRAY(s->mem, n, const struct op_class *);
    s->transformers = NEW_ARRAY(s->mem, n, const struct op_class *);
    s->selectors = NEW_ARRAY(s->mem, n, const struct op_class *);
    if (s->learners == NULL || s->transformers == NULL || s->selectors == NULL)
        return error_memory(err);
    for (int32_t i = 0; i < n; i++) {
        const struct op_class *cls = operators_at(s->ctx, i);
        if (!wanted(s, cls, light))
            continue;
        if (cls->kind == OP_CLASSIFIER)
            s->learners[s->n_learners++] = cls;
        else if (cls->kind == OP_SELECTOR)
            s->selectors[s->n_selectors++] = cls;
        else
            s->transformers[s->n_transformers++] = cls;
    }
    if (s->n_learners == 0)
        return error_set(
            err, AUTOML_E_CONFLICT, "search_space allows no classifier for this task; name at least one");
    return AUTOML_OK;
}

/* Every operator and key of a custom space must exist, and every range must be one. */
static automl_status check_custom(const struct space *s, automl_error *err)
{
    const struct json *ops = json_get(s->custom, "operators");
    if (!json_is(ops, JSON_OBJECT))
        return error_set(err, AUTOML_E_TYPE, "search_space must be {\"operators\": {\"name\": {...}, ...}}");
    for (const struct json *v = json_first(ops); v != NULL; v = json_next(v)) {
        struct recipe_op op = {0};
        struct rng r = rng_seed(0);
        const struct op_class *cls;
        TRY(operator_find(s->ctx, json_key(v), &cls, err));
        TRY(recipe_op_set(s->mem, &op, cls, NULL, err));
        automl_status status = space_draw(s, &r, &op, err);
        params_free(op.params);
        TRY(status);
    }
    return AUTOML_OK;
}

static automl_status check_slot(const struct space *s, int32_t i, automl_error *err)
{
    static const char *const kinds[] = {"Transformer", "Selector", "Classifier"};
    const char *slot = s->slots[i];
    bool last = i == s->n_slots - 1;
    enum op_kind kind = OP_TRANSFORMER;
    for (int32_t j = 0; j < 3; j++) {
        if (strcmp(slot, kinds[j]) != 0)
            continue;
        kind = (enum op_kind)j;
        const int32_t have[] = {s->n_transformers, s->n_selectors, s->n_learners};
        if (have[j] == 0)
            return error_set(err, AUTOML_E_CONFLICT, "the template asks for a %s, but none is allowed here%s",
                slot, j == OP_SELECTOR ? " (num_features fixes the columns)" : "");
        return (kind == OP_CLASSIFIER) == last
                   ? AUTOML_OK
                   : error_set(err, AUTOML_E_ARGUMENT, "a template must end in its only Classifier");
    }
    const struct op_class *cls;
    TRY(operator_find(s->ctx, slot, &cls, err));
    return (cls->kind == OP_CLASSIFIER) == last
               ? AUTOML_OK
               : error_set(err, AUTOML_E_ARGUMENT, "a template must end in its only Classifier");
}

/* "Selector-Transformer-Classifier": kinds or operator names, joined by '-'. */
static automl_status read_template(struct space *s, const char *text, automl_error *err)
{
    int32_t n = 1;
    for (const char *c = text; *c != '\0'; c++)
        n += *c == '-';
    if (n > RECIPE_MAX_STEPS - 4)
        return error_set(err, AUTOML_E_RANGE, "a template may have at most %d steps", RECIPE_MAX_STEPS - 4);
    s->slots = NEW_ZEROS(s->mem, n, char *);
    if (s->slots == NULL)
        return error_memory(err);
    const char *begin = text;
    for (int32_t i = 0; i < n; i++) {
        size_t length = strcspn(begin, "-");
        s->slots[i] = mem_strndup(s->mem, begin, length);
        if (s->slots[i] == NULL)
            return error_memory(err);
        s->n_slots = i + 1;
        begin += length + 1;
    }
    for (int32_t i = 0; i < n; i++)
        TRY(check_slot(s, i, err));
    return AUTOML_OK;
}

automl_status space_init(struct space *s, automl_context *ctx, struct mem *m, const struct frame *x,
    int32_t n_classes, const char *preset, const char *space_json, const char *template_text,
    bool drop_columns, automl_error *err)
{
    memset(s, 0, sizeof *s);
    s->ctx = ctx;
    s->mem = m;
    s->n_classes = n_classes;
    s->shape.k = n_classes;
    s->drop_columns = drop_columns;
    look_at_columns(s, x);
    automl_status status = AUTOML_OK;
    if (space_json != NULL)
        TRY_DONE(json_parse(m, space_json, strlen(space_json), &s->custom, err));
    if (s->custom != NULL)
        TRY_DONE(check_custom(s, err));
    TRY_DONE(list_operators(s, strcmp(preset, "light") == 0, err));
    if (template_text != NULL)
        TRY_DONE(read_template(s, template_text, err));
done:
    if (status < 0) {
        if (space_json != NULL && s->slots == NULL && err != NULL && err->where[0] == '\0')
            error_where(err, "search_space");
        space_clear(s);
    }
    return status;
}

void space_clear(struct space *s)
{
    for (int32_t i = 0; i < s->n_slots; i++)
        mem_free(s->mem, s->slots[i]);
    mem_free(s->mem, s->slots);
    mem_free(s->mem, s->learners);
    mem_free(s->mem, s->transformers);
    mem_free(s->mem, s->selectors);
    json_free(s->custom);
    memset(s, 0, sizeof *s);
}
