/*
 * model_json.c - a model in words: its specification, the steps of inference, the whole description.
 */
#include <automl/version.h>

#include "pipeline/model.h"

#define TEXT(x) #x
#define VERSION_TEXT(a, b, c) TEXT(a) "." TEXT(b) "." TEXT(c)

static automl_status add_members(const automl_pipeline *p, struct graph *g, automl_error *err)
{
    int32_t *outputs = NEW_ARRAY(p->mem, p->n_members, int32_t);
    double *weights = NEW_ARRAY(p->mem, p->n_members, double);
    int32_t replicas = 1;
    automl_status status = outputs != NULL && weights != NULL ? AUTOML_OK : error_memory(err);
    for (int32_t i = 0; status >= 0 && i < p->n_members; i++) {
        const struct model_member *v = &p->members[i];
        weights[i] = v->weight;
        replicas = v->n_replicas > replicas ? v->n_replicas : replicas;
        status = graph_merge(g, v->graph, &outputs[i], err);
    }
    if (status >= 0 && (p->n_members > 1 || replicas > 1))
        status = graph_add_ensemble(g, outputs, weights, p->n_members, replicas, err);
    mem_free(p->mem, outputs);
    mem_free(p->mem, weights);
    return status;
}

automl_status model_spec(const automl_pipeline *p, struct graph **out, automl_error *err)
{
    struct graph *g = graph_create(p->mem);
    if (g == NULL)
        return error_memory(err);
    automl_status status = add_members(p, g, err);
    if (status < 0) {
        graph_unref(g);
        return status;
    }
    *out = g;
    return AUTOML_OK;
}

/* Of a specification that could not be made the writer's text cannot be used: it fails as after a failed
 * allocation. */
void model_write_spec(const automl_pipeline *p, struct json_writer *w)
{
    struct graph *g = NULL;
    if (model_spec(p, &g, NULL) < 0) {
        w->out->failed = true;
        return;
    }
    graph_write_json(g, w);
    graph_unref(g);
}

static const char *node_operator(const struct graph_node *v)
{
    static const char *const names[] = {
        [NODE_UNION] = "union", [NODE_STACK] = "stack", [NODE_ENSEMBLE] = "ensemble"};
    return v->kind == NODE_OPERATOR ? v->cls->name : names[v->kind];
}

static void write_step_params(const struct graph_node *v, struct json_writer *w)
{
    json_write_key(w, "params");
    json_begin_object(w);
    if (v->kind == NODE_OPERATOR)
        params_write_json(v->params, w, true);
    if (v->kind == NODE_STACK)
        json_put_bool(w, "passthrough", v->passthrough);
    if (v->kind == NODE_ENSEMBLE) {
        json_write_key(w, "weights");
        json_begin_array(w);
        for (int32_t i = 0; i < v->n_inputs; i++)
            json_write_double(w, v->weights[i]);
        json_end_array(w);
        json_put_int(w, "replicas", v->replicas);
    }
    json_end_object(w);
}

/* A stack's inner steps come before it; their names carry its own before a slash. */
static void write_steps(const struct graph *g, const char *prefix, struct json_writer *w)
{
    struct strbuf name;
    strbuf_init(&name, g->mem);
    for (int32_t i = 0; i < g->n_nodes; i++) {
        const struct graph_node *v = &g->nodes[i];
        strbuf_clear(&name);
        strbuf_puts(&name, prefix);
        strbuf_puts(&name, v->name);
        if (v->kind == NODE_STACK) {
            strbuf_putc(&name, '/');
            w->out->failed = w->out->failed || !strbuf_ok(&name);
            write_steps(v->inner, strbuf_text(&name), w);
            strbuf_clear(&name);
            strbuf_puts(&name, prefix);
            strbuf_puts(&name, v->name);
        }
        w->out->failed = w->out->failed || !strbuf_ok(&name);
        json_begin_object(w);
        json_put_string(w, "name", strbuf_text(&name));
        json_put_string(w, "operator", node_operator(v));
        write_step_params(v, w);
        json_end_object(w);
    }
    strbuf_free(&name);
}

void model_write_steps(const automl_pipeline *p, struct json_writer *w)
{
    struct graph *g = NULL;
    if (model_spec(p, &g, NULL) < 0) {
        w->out->failed = true;
        return;
    }
    json_begin_array(w);
    write_steps(g, "", w);
    json_end_array(w);
    graph_unref(g);
}

static void write_numbers(struct json_writer *w, const char *key, const double *x, int32_t n)
{
    json_write_key(w, key);
    json_begin_array(w);
    for (int32_t i = 0; i < n; i++)
        json_write_double(w, x[i]);
    json_end_array(w);
}

static void write_decision(const automl_pipeline *p, struct json_writer *w)
{
    static const char *const rules[] = {
        [DECISION_ARGMAX] = "argmax", [DECISION_WEIGHTS] = "weights", [DECISION_THRESHOLD] = "threshold"};
    const struct decision *d = &p->decision;
    json_write_key(w, "decision");
    json_begin_object(w);
    json_put_string(w, "rule", rules[d->rule]);
    if (d->rule == DECISION_WEIGHTS)
        write_numbers(w, "weights", d->weights, p->schema->n_classes);
    if (d->rule == DECISION_THRESHOLD) {
        json_put_double(w, "threshold", d->threshold);
        json_put_int(w, "positive", d->positive);
    }
    json_end_object(w);
}

void model_write_body(const automl_pipeline *p, struct json_writer *w)
{
    json_put_int(w, "format", MODEL_FORMAT);
    json_put_string(
        w, "library_version", VERSION_TEXT(AUTOML_VERSION_MAJOR, AUTOML_VERSION_MINOR, AUTOML_VERSION_PATCH));
    json_write_key(w, "members");
    json_begin_array(w);
    for (int32_t i = 0; i < p->n_members; i++) {
        json_begin_object(w);
        json_put_double(w, "weight", p->members[i].weight);
        json_put_int(w, "replicas", p->members[i].n_replicas);
        json_write_key(w, "pipeline");
        graph_write_json(p->members[i].graph, w);
        json_end_object(w);
    }
    json_end_array(w);
    json_put_double(w, "temperature", p->temperature);
    write_decision(p, w);
    write_numbers(w, "priors", p->priors, p->schema->n_classes);
    json_put_string(w, "balance", p->balance_rule);
    json_put_int(w, "train_rows", p->train_rows);
}

void model_write_json(const automl_pipeline *p, struct json_writer *w)
{
    json_begin_object(w);
    json_write_key(w, "schema");
    schema_write_json(p->schema, w);
    model_write_body(p, w);
    json_end_object(w);
}
