/*
 * registry.c - finding an operator by name, and the operators that a host adds to its context.
 */
#include "ops/operator.h"

#include <string.h>

struct registered {
    struct op_class *cls;
    void (*release)(struct mem *m, struct op_class *cls);
};

/* In the context's slot; classes never move or leave before the context ends. */
struct registry {
    struct registered *items;
    int64_t n, capacity;
};

/* Names that a wrong name is compared with; a host with more operators loses only suggestions. */
enum { SUGGESTIONS = 512 };

static const struct op_class *find_built_in(const char *name)
{
    int32_t n;
    const struct op_class *const *all = operators_all(&n);
    for (int32_t i = 0; i < n; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}

static const struct op_class *find_registered(const struct registry *r, const char *name)
{
    for (int64_t i = 0; r && i < r->n; i++)
        if (strcmp(r->items[i].cls->name, name) == 0)
            return r->items[i].cls;
    return NULL;
}

static automl_status unknown(const struct registry *r, const char *name, automl_error *err)
{
    const char *names[SUGGESTIONS];
    int32_t n, count = 0;
    const struct op_class *const *all = operators_all(&n);
    for (int32_t i = 0; i < n && count < SUGGESTIONS; i++)
        names[count++] = all[i]->name;
    for (int64_t i = 0; r && i < r->n && count < SUGGESTIONS; i++)
        names[count++] = r->items[i].cls->name;
    const char *nearest = nearest_name(name, names, count);
    if (!nearest)
        return error_set(err, AUTOML_E_UNKNOWN_KEY, "there is no operator '%s'", name);
    return error_set(err, AUTOML_E_UNKNOWN_KEY, "there is no operator '%s'; nearest is '%s'", name, nearest);
}

automl_status operator_find(
    automl_context *ctx, const char *name, const struct op_class **out, automl_error *err)
{
    const struct op_class *cls = find_built_in(name);
    automl_status status = AUTOML_OK;
    if (!cls) {
        if (ctx)
            pthread_mutex_lock(&ctx->lock);
        const struct registry *r = ctx ? ctx->extensions[CONTEXT_OPERATORS].data : NULL;
        cls = find_registered(r, name);
        if (!cls)
            status = unknown(r, name, err);
        if (ctx)
            pthread_mutex_unlock(&ctx->lock);
    }
    if (cls)
        *out = cls;
    return status;
}

int32_t operators_count(automl_context *ctx)
{
    int32_t n;
    operators_all(&n);
    if (!ctx)
        return n;
    pthread_mutex_lock(&ctx->lock);
    const struct registry *r = ctx->extensions[CONTEXT_OPERATORS].data;
    n += r ? (int32_t)r->n : 0;
    pthread_mutex_unlock(&ctx->lock);
    return n;
}

const struct op_class *operators_at(automl_context *ctx, int32_t i)
{
    int32_t n;
    const struct op_class *const *all = operators_all(&n);
    if (i < n)
        return all[i];
    pthread_mutex_lock(&ctx->lock);
    const struct registry *r = ctx->extensions[CONTEXT_OPERATORS].data;
    const struct op_class *cls = r->items[i - n].cls;
    pthread_mutex_unlock(&ctx->lock);
    return cls;
}

static void free_registry(struct mem *m, void *data)
{
    struct registry *r = data;
    for (int64_t i = 0; i < r->n; i++)
        if (r->items[i].release)
            r->items[i].release(m, r->items[i].cls);
    mem_free(m, r->items);
    mem_free(m, r);
}

/* Every operator needs a name and these slots; the rest is optional. */
static bool is_complete(const struct op_class *cls)
{
    bool applies = cls->kind == OP_CLASSIFIER ? cls->predict_proba != NULL : cls->transform != NULL;
    return cls->name && cls->name[0] && cls->params && cls->estimate && cls->fit && applies && cls->save &&
           cls->load;
}

static automl_status add(automl_context *ctx, struct op_class *cls, struct registered item, automl_error *err)
{
    struct context_extension *slot = &ctx->extensions[CONTEXT_OPERATORS];
    if (!slot->data) {
        slot->data = NEW(&ctx->mem, struct registry);
        if (!slot->data)
            return error_memory(err);
        slot->free = free_registry;
    }
    struct registry *r = slot->data;
    if (find_built_in(cls->name) || find_registered(r, cls->name))
        return error_set(
            err, AUTOML_E_CONFLICT, "there is an operator '%s' already; choose another name", cls->name);
    void *items = r->items;
    if (!mem_grow(&ctx->mem, &items, &r->capacity, r->n + 1, sizeof *r->items))
        return error_memory(err);
    r->items = items;
    cls->traits |= OP_EXPERIMENTAL;
    r->items[r->n++] = item;
    return AUTOML_OK;
}

automl_status operator_register(automl_context *ctx, struct op_class *cls,
    void (*release)(struct mem *m, struct op_class *cls), automl_error *err)
{
    if (!is_complete(cls))
        return error_set(err, AUTOML_E_ARGUMENT, "the operator '%s' lacks a name, a schema or a function",
            cls->name ? cls->name : "");
    pthread_mutex_lock(&ctx->lock);
    automl_status status = add(ctx, cls, (struct registered){cls, release}, err);
    pthread_mutex_unlock(&ctx->lock);
    return status;
}
