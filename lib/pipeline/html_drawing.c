/*
 * html_drawing.c - from the members of a model to boxes and arrows in topological order.
 */
#include "pipeline/html_drawing.h"

#include <math.h>
#include <string.h>

/* A model may nest 256 nodes four deep; beyond this many boxes stacks stay closed. */
enum { OPEN_BOXES = 600 };

static int32_t add_box(struct drawing *d, struct box b)
{
    void *boxes = d->boxes;
    if (!mem_grow(d->mem, &boxes, &d->boxes_capacity, d->n_boxes + 1, sizeof *d->boxes))
        return -1;
    d->boxes = boxes;
    d->boxes[d->n_boxes] = b;
    return (int32_t)d->n_boxes++;
}

static bool add_arrow(struct drawing *d, int32_t from, int32_t to, double weight)
{
    void *arrows = d->arrows;
    if (!mem_grow(d->mem, &arrows, &d->arrows_capacity, d->n_arrows + 1, sizeof *d->arrows))
        return false;
    d->arrows = arrows;
    d->arrows[d->n_arrows++] = (struct arrow){{from, to}, weight};
    return true;
}

static int32_t find_box(const struct drawing *d, uint64_t key)
{
    for (int64_t i = 0; i < d->n_boxes; i++)
        if (d->boxes[i].key == key)
            return (int32_t)i;
    return -1;
}

static enum box_family family_of(const struct graph_node *v)
{
    if (v->kind == NODE_UNION)
        return BOX_UNION;
    if (v->kind == NODE_STACK)
        return BOX_STACK;
    return v->cls->kind == OP_CLASSIFIER ? BOX_CLASSIFY
           : v->cls->kind == OP_SELECTOR ? BOX_SELECT
                                         : BOX_PREPROCESS;
}

static int32_t draw_graph(struct drawing *d, const struct graph *g, const struct fitted *f, int32_t input,
    int32_t depth, int32_t replicas);

/* What comes into a stack: the probabilities of its inner pipeline and, if passed through, its input. */
static bool draw_stack_inputs(struct drawing *d, const struct graph_node *v, const struct fitted_node *node,
    int32_t input, struct box *b, int32_t *out_inner)
{
    *out_inner = -1;
    if (d->n_boxes + v->inner->n_nodes > OPEN_BOXES)
        return true;
    *out_inner = draw_graph(d, v->inner, node->inner, input, b->depth + 1, b->n_replicas);
    return *out_inner >= 0;
}

static int32_t draw_node(struct drawing *d, const struct graph *g, const struct fitted *f, int32_t i,
    const int32_t *place, struct box b, int32_t input)
{
    const struct graph_node *v = &g->nodes[i];
    int32_t first = v->inputs[0] == GRAPH_INPUT ? input : place[v->inputs[0]], inner = -1;
    if (v->kind == NODE_STACK && !draw_stack_inputs(d, v, &f->nodes[i], first, &b, &inner))
        return -1;
    int32_t at = add_box(d, b);
    if (at < 0 || (inner >= 0 && !add_arrow(d, inner, at, NAN)))
        return -1;
    if (inner >= 0 && !v->passthrough)
        return at;
    for (int32_t j = 0; j < v->n_inputs; j++)
        if (!add_arrow(d, v->inputs[j] == GRAPH_INPUT ? input : place[v->inputs[j]], at, NAN))
            return -1;
    return at;
}

/* The box of the graph's output; -1: no memory. */
static int32_t draw_graph(struct drawing *d, const struct graph *g, const struct fitted *f, int32_t input,
    int32_t depth, int32_t replicas)
{
    int32_t place[GRAPH_MAX_NODES];
    for (int32_t i = 0; i < g->n_nodes; i++) {
        struct box b = {.family = family_of(&g->nodes[i]),
            .name = g->nodes[i].name,
            .node = &g->nodes[i],
            .key = depth == 0 ? graph_node_hash(g, i) : 0,
            .width = f->nodes[i].width,
            .depth = depth,
            .n_replicas = replicas};
        place[i] = depth == 0 ? find_box(d, b.key) : -1;
        if (place[i] < 0)
            place[i] = draw_node(d, g, f, i, place, b, input);
        if (place[i] < 0)
            return -1;
    }
    return place[g->n_nodes - 1];
}

static bool draw_members(struct drawing *d, int32_t *outputs)
{
    const automl_pipeline *p = d->model;
    int32_t k = p->schema->n_classes, n = 0, last;
    bool many = p->n_members > 1 || p->members[0].n_replicas > 1;
    double sum = 0;
    for (int32_t i = 0; i < p->n_members; i++) {
        const struct model_member *v = &p->members[i];
        outputs[n++] = draw_graph(d, v->graph, v->replicas[0], 0, 0, v->n_replicas);
        sum += v->weight;
        if (outputs[i] < 0)
            return false;
    }
    last =
        many ? add_box(d, (struct box){.family = BOX_ENSEMBLE, .name = "ensemble", .width = k}) : outputs[0];
    for (int32_t i = 0; many && last >= 0 && i < n; i++)
        if (!add_arrow(d, outputs[i], last, p->members[i].weight / sum))
            return false;
    int32_t end =
        last >= 0 ? add_box(d, (struct box){.family = BOX_OUTPUT, .name = "prediction", .width = k}) : -1;
    return end >= 0 && add_arrow(d, last, end, NAN);
}

bool drawing_make(struct drawing *d, const automl_pipeline *p)
{
    *d = (struct drawing){.mem = p->mem, .model = p};
    struct box input = {.family = BOX_INPUT, .name = "input", .width = p->schema->n_cols};
    int32_t *outputs = NEW_ARRAY(p->mem, p->n_members, int32_t);
    bool ok = outputs != NULL && add_box(d, input) >= 0 && draw_members(d, outputs);
    mem_free(p->mem, outputs);
    return ok;
}

void drawing_free(struct drawing *d)
{
    mem_free(d->mem, d->boxes);
    mem_free(d->mem, d->arrows);
}

static void write_decision(const automl_pipeline *p, struct json_writer *w)
{
    static const char *const rules[] = {[DECISION_ARGMAX] = "most probable class",
        [DECISION_WEIGHTS] = "most probable class after weighting",
        [DECISION_THRESHOLD] = "threshold on the positive class"};
    json_put_string(w, "decision", rules[p->decision.rule]);
    if (p->decision.rule == DECISION_THRESHOLD) {
        json_put_double(w, "threshold", p->decision.threshold);
        json_put_string(w, "positive", p->schema->classes[p->decision.positive]);
    }
    json_put_double(w, "temperature", p->temperature);
}

static bool write_settings(const struct drawing *d, const struct box *b, struct json_writer *w)
{
    if (b->family == BOX_OUTPUT) {
        write_decision(d->model, w);
    } else if (b->node != NULL && b->node->kind == NODE_OPERATOR) {
        params_write_json(b->node->params, w, true);
    } else if (b->node != NULL && b->node->kind == NODE_STACK) {
        json_put_int(w, "cv", b->node->cv);
        json_put_bool(w, "passthrough", b->node->passthrough);
    } else {
        return false;
    }
    return true;
}

automl_status box_settings(const struct drawing *d, const struct box *b, struct json **out, automl_error *err)
{
    struct strbuf text;
    struct json_writer w;
    automl_status status = AUTOML_OK;
    strbuf_init(&text, d->mem);
    json_writer_init(&w, &text, 0);
    json_begin_object(&w);
    bool any = write_settings(d, b, &w);
    json_end_object(&w);
    *out = NULL;
    if (!strbuf_ok(&text))
        status = error_memory(err);
    else if (any)
        status = json_parse(d->mem, text.data, (size_t)text.n, out, err);
    strbuf_free(&text);
    return status;
}

const char *box_operator(const struct box *b)
{
    static const char *const names[] = {
        [NODE_UNION] = "union", [NODE_STACK] = "stack", [NODE_ENSEMBLE] = "ensemble"};
    if (b->node == NULL)
        return box_family_name(b->family);
    return b->node->kind == NODE_OPERATOR ? b->node->cls->name : names[b->node->kind];
}

const char *box_family_name(enum box_family f)
{
    static const char *const names[] = {[BOX_INPUT] = "input columns",
        [BOX_PREPROCESS] = "preprocessing",
        [BOX_SELECT] = "selection",
        [BOX_CLASSIFY] = "classifier",
        [BOX_UNION] = "union of columns",
        [BOX_STACK] = "stacked predictions",
        [BOX_ENSEMBLE] = "weighted mean",
        [BOX_OUTPUT] = "class probabilities"};
    return names[f];
}

char box_letter(enum box_family f)
{
    return "IPSCUKEO"[f];
}
