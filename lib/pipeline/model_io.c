/*
 * model_io.c - models as bytes, and back without trust.
 *
 * Sections: "schema"; "model", the JSON text of model_write_body; "member/I/replica/J", the state of one
 * fitted pipeline. docs/formats.md describes them. Whatever a file says is checked before it is used: the
 * container's checksums only find accidents.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/model.h"

enum { NAME_BYTES = 64 };

static automl_status damaged(automl_error *err, const char *what)
{
    return error_set(err, AUTOML_E_FORMAT, "the model file is damaged: %s", what);
}

static void replica_name(char out[NAME_BYTES], int32_t member, int32_t replica)
{
    (void)snprintf(out, NAME_BYTES, "member/%d/replica/%d", (int)member, (int)replica);
}

static automl_status add_bytes(
    struct container_writer *c, const char *name, struct writer *w, automl_error *err)
{
    automl_status status = writer_status(w, err);
    if (status >= 0)
        status = container_add(c, name, w->bytes.data, (size_t)w->bytes.n, err);
    writer_free(w);
    return status;
}

static automl_status save_schema(const automl_pipeline *p, struct container_writer *c, automl_error *err)
{
    struct writer w;
    writer_init(&w, p->mem);
    schema_save(p->schema, &w);
    return add_bytes(c, "schema", &w, err);
}

static automl_status save_body(const automl_pipeline *p, struct container_writer *c, automl_error *err)
{
    struct writer w;
    struct json_writer json;
    writer_init(&w, p->mem);
    json_writer_init(&json, &w.bytes, 0);
    json_begin_object(&json);
    model_write_body(p, &json);
    json_end_object(&json);
    return add_bytes(c, "model", &w, err);
}

static automl_status save_member(
    const automl_pipeline *p, int32_t i, struct container_writer *c, automl_error *err)
{
    char name[NAME_BYTES];
    for (int32_t j = 0; j < p->members[i].n_replicas; j++) {
        struct writer w;
        writer_init(&w, p->mem);
        fitted_save(p->members[i].replicas[j], &w);
        replica_name(name, i, j);
        TRY(add_bytes(c, name, &w, err));
    }
    return AUTOML_OK;
}

automl_status model_save(const automl_pipeline *p, uint8_t **out, int64_t *out_n, automl_error *err)
{
    struct container_writer *c;
    TRY(container_begin(p->mem, &c, err));
    automl_status status = save_schema(p, c, err);
    if (status >= 0)
        status = save_body(p, c, err);
    for (int32_t i = 0; status >= 0 && i < p->n_members; i++)
        status = save_member(p, i, c, err);
    if (status >= 0)
        return container_finish(c, out, out_n, err);
    container_abandon(c);
    return status;
}

struct load {
    automl_context *ctx;
    struct mem *mem;
    const struct container *file;
    const struct json *body;
    automl_pipeline *p;
};

/* A whole number from lo to hi at `key`, else false. */
static bool read_whole(const struct json *object, const char *key, int64_t lo, int64_t hi, int64_t *out)
{
    double x = json_number(json_get(object, key), NAN);
    if (!(x >= (double)lo && x <= (double)hi) || x != floor(x))
        return false;
    *out = (int64_t)x;
    return true;
}

/* Exactly n numbers at `key`. */
static bool read_numbers(const struct json *object, const char *key, int32_t n, double *out)
{
    const struct json *list = json_get(object, key);
    if (!json_is(list, JSON_ARRAY) || json_count(list) != n)
        return false;
    int32_t i = 0;
    for (const struct json *v = json_first(list); v != NULL; v = json_next(v))
        out[i++] = json_number(v, NAN);
    return true;
}

static automl_status load_schema(const struct load *l, struct schema **out, automl_error *err)
{
    const void *bytes;
    size_t n;
    struct reader r;
    struct schema *s = NULL;
    TRY(container_section(l->file, "schema", &bytes, &n, err));
    reader_init(&r, l->mem, bytes, n);
    TRY(schema_load(l->mem, &r, &s, err));
    read_end(&r);
    automl_status status = reader_status(&r, err);
    if (status >= 0 && (s->n_cols < 1 || s->n_classes < 2 || s->positive < -1 || s->positive >= s->n_classes))
        status = damaged(err, "its schema has no columns or classes");
    if (status < 0) {
        schema_free(s);
        return status;
    }
    *out = s;
    return AUTOML_OK;
}

static automl_status load_replica(
    const struct load *l, struct graph *g, int32_t i, int32_t j, struct fitted **out, automl_error *err)
{
    const void *bytes;
    size_t n;
    struct reader r;
    char name[NAME_BYTES];
    replica_name(name, i, j);
    TRY(container_section(l->file, name, &bytes, &n, err));
    reader_init(&r, l->mem, bytes, n);
    struct fitted *f = NULL;
    automl_status status = fitted_load(l->ctx, l->mem, g, &r, &f, err);
    if (status >= 0) {
        read_end(&r);
        status = reader_status(&r, err);
    }
    if (status < 0) {
        error_where(err, "%s/", name);
        fitted_unref(f);
        return status;
    }
    *out = f;
    return AUTOML_OK;
}

static automl_status load_replicas(
    const struct load *l, const struct json *member, struct graph *g, int32_t i, automl_error *err)
{
    struct fitted *replicas[GRAPH_MAX_FOLDS] = {NULL};
    int64_t n = 0;
    double weight = json_number(json_get(member, "weight"), 0);
    if (!read_whole(member, "replicas", 1, GRAPH_MAX_FOLDS, &n))
        return damaged(err, "a member has an impossible number of replicas");
    if (!(weight > 0 && isfinite(weight)))
        return damaged(err, "a member has an impossible weight");
    automl_status status = AUTOML_OK;
    for (int32_t j = 0; status >= 0 && j < n; j++)
        status = load_replica(l, g, i, j, &replicas[j], err);
    if (status >= 0)
        status = model_add_member(l->p, weight, g, replicas, (int32_t)n, err);
    for (int32_t j = 0; j < n; j++)
        fitted_unref(replicas[j]);
    return status;
}

static automl_status load_members(const struct load *l, automl_error *err)
{
    const struct json *list = json_get(l->body, "members");
    int32_t i = 0;
    if (!json_is(list, JSON_ARRAY) || json_count(list) < 1 || json_count(list) > GRAPH_MAX_NODES)
        return damaged(err, "it has no members, or too many");
    for (const struct json *v = json_first(list); v != NULL; v = json_next(v), i++) {
        struct graph *g = NULL;
        TRY(graph_parse(l->ctx, l->mem, json_get(v, "pipeline"), &g, err));
        automl_status status = graph_learner(g) != NULL ? load_replicas(l, v, g, i, err)
                                                        : damaged(err, "a member is an ensemble of its own");
        graph_unref(g);
        TRY(status);
    }
    return AUTOML_OK;
}

static automl_status load_decision(const struct load *l, automl_error *err)
{
    const struct json *v = json_get(l->body, "decision");
    const char *rule = json_string(json_get(v, "rule"));
    struct decision *d = &l->p->decision;
    int32_t k = l->p->schema->n_classes;
    int64_t positive = 0;
    if (rule != NULL && strcmp(rule, "argmax") == 0)
        return AUTOML_OK;
    if (rule != NULL && strcmp(rule, "threshold") == 0) {
        if (!read_whole(v, "positive", 0, k - 1, &positive))
            return damaged(err, "its decision names no class");
        d->rule = DECISION_THRESHOLD;
        d->positive = (int32_t)positive;
        d->threshold = json_number(json_get(v, "threshold"), NAN);
        return AUTOML_OK;
    }
    if (rule == NULL || strcmp(rule, "weights") != 0)
        return damaged(err, "its decision has no known rule");
    d->rule = DECISION_WEIGHTS;
    d->weights = NEW_ZEROS(l->mem, k, double);
    if (d->weights == NULL)
        return error_memory(err);
    return read_numbers(v, "weights", k, d->weights) ? AUTOML_OK
                                                     : damaged(err, "its decision lacks weights of classes");
}

static automl_status load_numbers(const struct load *l, automl_error *err)
{
    const char *rule = json_string(json_get(l->body, "balance"));
    bool known = false;
    for (int32_t i = BALANCE_RULE_NONE; rule != NULL && i <= BALANCE_RULE_UNDERSAMPLE; i++)
        known = known || strcmp(rule, balance_rule_name((enum balance_rule)i)) == 0;
    if (!known)
        return damaged(err, "its balancing rule is unknown");
    if (!read_numbers(l->body, "priors", l->p->schema->n_classes, l->p->priors))
        return damaged(err, "the classes' shares are missing");
    if (!read_whole(l->body, "train_rows", 1, INT32_MAX, &l->p->train_rows))
        return damaged(err, "its number of training rows is impossible");
    char *copy = mem_strdup(l->mem, rule);
    if (copy == NULL)
        return error_memory(err);
    mem_free(l->mem, l->p->balance_rule);
    l->p->balance_rule = copy;
    l->p->temperature = json_number(json_get(l->body, "temperature"), NAN);
    return load_decision(l, err);
}

static automl_status load_model(struct load *l, automl_error *err)
{
    struct schema *schema;
    int64_t format = 0;
    if (!read_whole(l->body, "format", 1, INT32_MAX, &format))
        return damaged(err, "its description has no format number");
    if (format > MODEL_FORMAT)
        return error_set(err, AUTOML_E_VERSION,
            "the model has format %d; this release reads up to %d: use a newer release", (int)format,
            MODEL_FORMAT);
    TRY(load_schema(l, &schema, err));
    automl_status status = model_create(l->ctx, schema, &l->p, err);
    if (status < 0) {
        schema_free(schema);
        return status;
    }
    TRY(load_numbers(l, err));
    TRY(load_members(l, err));
    return model_check(l->p, err);
}

static automl_status load_body(struct load *l, automl_error *err)
{
    const void *text;
    size_t n;
    struct json *body = NULL;
    TRY(container_section(l->file, "model", &text, &n, err));
    TRY(json_parse(l->mem, text, n, &body, err));
    l->body = body;
    automl_status status = load_model(l, err);
    json_free(body);
    return status;
}

automl_status model_load(
    automl_context *ctx, const void *bytes, size_t n, automl_pipeline **out, automl_error *err)
{
    struct container *file = NULL;
    TRY(container_open(&ctx->mem, bytes, n, &file, err));
    struct load l = {.ctx = ctx, .mem = &ctx->mem, .file = file};
    automl_status status = load_body(&l, err);
    container_close(file);
    if (status < 0) {
        model_unref(l.p);
        return status;
    }
    *out = l.p;
    return AUTOML_OK;
}
