/*
 * metrics.c - the one table of metrics, and the scorers a host has registered in its context.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "eval/metric.h"
#include "params/params.h"

/* In documentation order. */
#define METRICS(X)                                                                                           \
    X(accuracy)                                                                                              \
    X(balanced_accuracy)                                                                                     \
    X(f1)                                                                                                    \
    X(f1_macro)                                                                                              \
    X(f1_micro)                                                                                              \
    X(f1_weighted)                                                                                           \
    X(precision)                                                                                             \
    X(precision_macro)                                                                                       \
    X(precision_micro)                                                                                       \
    X(precision_weighted)                                                                                    \
    X(recall)                                                                                                \
    X(recall_macro)                                                                                          \
    X(recall_micro)                                                                                          \
    X(recall_weighted)                                                                                       \
    X(roc_auc)                                                                                               \
    X(roc_auc_ovr)                                                                                           \
    X(roc_auc_ovo)                                                                                           \
    X(roc_auc_ovr_weighted)                                                                                  \
    X(roc_auc_ovo_weighted)                                                                                  \
    X(average_precision)                                                                                     \
    X(neg_log_loss)                                                                                          \
    X(neg_brier_score)                                                                                       \
    X(matthews_corrcoef)                                                                                     \
    X(cohen_kappa)                                                                                           \
    X(ks)

#define DECLARE(name) extern const struct metric metric_##name;
METRICS(DECLARE)

#define ENTRY(name) &metric_##name,
static const struct metric *const table[] = {METRICS(ENTRY)};

enum { BUILT_IN = sizeof table / sizeof *table, NAMES_MAX = 256 };

/* A context's own scorers: a list, newest first; entries stay where they are while the context lives. */
struct scorer {
    struct scorer *next;
    struct metric metric;
};

struct registry {
    struct scorer *newest;
};

static void registry_free(struct mem *m, void *data)
{
    struct registry *registry = data;
    while (registry->newest) {
        struct scorer *s = registry->newest;
        registry->newest = s->next;
        mem_free(m, s);
    }
    mem_free(m, registry);
}

/* With the context's lock held. */
static struct scorer *registered(automl_context *ctx)
{
    struct registry *registry = ctx->extensions[CONTEXT_METRICS].data;
    return registry ? registry->newest : NULL;
}

/* With the lock held if ctx is not NULL. */
static const struct metric *look_up(automl_context *ctx, const char *name)
{
    for (int32_t i = 0; i < BUILT_IN; i++)
        if (strcmp(table[i]->name, name) == 0)
            return table[i];
    for (const struct scorer *s = ctx ? registered(ctx) : NULL; s; s = s->next)
        if (strcmp(s->metric.name, name) == 0)
            return &s->metric;
    return NULL;
}

/* Of more scorers than NAMES_MAX only the newest are suggested. With the lock held. */
static automl_status unknown(automl_context *ctx, const char *name, automl_error *err)
{
    const char *names[NAMES_MAX];
    int32_t n = 0;
    for (; n < BUILT_IN; n++)
        names[n] = table[n]->name;
    for (const struct scorer *s = ctx ? registered(ctx) : NULL; s && n < NAMES_MAX; s = s->next)
        names[n++] = s->metric.name;
    const char *nearest = nearest_name(name, names, n);
    if (nearest)
        return error_set(
            err, AUTOML_E_UNKNOWN_KEY, "there is no metric '%s'; nearest is '%s'", name, nearest);
    return error_set(err, AUTOML_E_UNKNOWN_KEY, "there is no metric '%s'; see the list of metrics", name);
}

/* "f1_macro, f1_micro, f1_weighted": the metrics for more classes whose name starts with name and "_". */
static void list_variants(const char *name, char *out, size_t size)
{
    size_t length = strlen(name), n = 0;
    out[0] = '\0';
    for (int32_t i = 0; i < BUILT_IN; i++) {
        const struct metric *m = table[i];
        if (strncmp(m->name, name, length) != 0 || m->name[length] != '_' || !(m->flags & METRIC_MULTICLASS))
            continue;
        int added = snprintf(out + n, size - n, "%s%s", n > 0 ? ", " : "", m->name);
        if (added < 0 || (size_t)added >= size - n)
            return;
        n += (size_t)added;
    }
}

static automl_status undefined(const struct metric *m, int32_t k, automl_error *err)
{
    char variants[256];
    if (k <= 2)
        return error_set(err, AUTOML_E_CONFLICT, "metric '%s' is not defined for two classes", m->name);
    list_variants(m->name, variants, sizeof variants);
    if (variants[0] == '\0')
        return error_set(err, AUTOML_E_CONFLICT,
            "metric '%s' is defined for two classes only; the target has %" PRId32, m->name, k);
    return error_set(err, AUTOML_E_CONFLICT,
        "metric '%s' is defined for two classes only; the target has %" PRId32 ": choose one of %s", m->name,
        k, variants);
}

static bool defined_for(const struct metric *m, int32_t k)
{
    return k == 0 || (m->flags & (k > 2 ? METRIC_MULTICLASS : METRIC_BINARY)) != 0;
}

const struct metric *const *metrics_all(int32_t *out_n)
{
    *out_n = BUILT_IN;
    return table;
}

const char *metric_default(int32_t k)
{
    return k <= 2 ? "roc_auc" : "neg_log_loss";
}

automl_status metric_find(
    automl_context *ctx, const char *name, int32_t k, const struct metric **out, automl_error *err)
{
    automl_status status = AUTOML_OK;
    if (!name)
        return error_set(err, AUTOML_E_ARGUMENT, "the name of the metric is NULL");
    if (ctx)
        pthread_mutex_lock(&ctx->lock);
    const struct metric *found = look_up(ctx, name);
    if (!found)
        status = unknown(ctx, name, err);
    if (ctx)
        pthread_mutex_unlock(&ctx->lock);
    if (!found)
        return status;
    if (!defined_for(found, k))
        return undefined(found, k, err);
    *out = found;
    return AUTOML_OK;
}

/* The entry and its two texts in one block. */
static struct scorer *scorer_copy(struct mem *m, const struct metric *metric)
{
    const char *summary = metric->summary ? metric->summary : "";
    size_t name_bytes = strlen(metric->name) + 1, summary_bytes = strlen(summary) + 1;
    size_t texts;
    if (!size_add(name_bytes, summary_bytes, &texts) || !size_add(texts, sizeof(struct scorer), &texts))
        return NULL;
    struct scorer *s = mem_alloc(m, texts, 1);
    if (!s)
        return NULL;
    char *text = (char *)(s + 1);
    memcpy(text, metric->name, name_bytes);
    memcpy(text + name_bytes, summary, summary_bytes);
    s->next = NULL;
    s->metric = *metric;
    s->metric.name = text;
    s->metric.summary = text + name_bytes;
    return s;
}

/* With the lock held; s is taken over on success. */
static automl_status add(automl_context *ctx, struct scorer *s, automl_error *err)
{
    struct context_extension *slot = &ctx->extensions[CONTEXT_METRICS];
    if (look_up(ctx, s->metric.name))
        return error_set(err, AUTOML_E_CONFLICT,
            "there is a metric '%s' already; register the scorer under another name", s->metric.name);
    if (!slot->data) {
        slot->data = NEW(&ctx->mem, struct registry);
        if (!slot->data)
            return error_memory(err);
        slot->free = registry_free;
    }
    struct registry *registry = slot->data;
    s->next = registry->newest;
    registry->newest = s;
    return AUTOML_OK;
}

automl_status metric_register(automl_context *ctx, const struct metric *m, automl_error *err)
{
    if (!m->name || m->name[0] == '\0')
        return error_set(err, AUTOML_E_ARGUMENT, "a scorer needs a name");
    if (!m->score)
        return error_set(err, AUTOML_E_ARGUMENT, "scorer '%s' has no function", m->name);
    if (!(m->flags & (METRIC_BINARY | METRIC_MULTICLASS)))
        return error_set(
            err, AUTOML_E_ARGUMENT, "scorer '%s' is defined neither for two classes nor for more", m->name);
    struct scorer *s = scorer_copy(&ctx->mem, m);
    if (!s)
        return error_memory(err);
    pthread_mutex_lock(&ctx->lock);
    automl_status status = add(ctx, s, err);
    pthread_mutex_unlock(&ctx->lock);
    if (status < 0)
        mem_free(&ctx->mem, s);
    return status;
}
