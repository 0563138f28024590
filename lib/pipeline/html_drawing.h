/*
 * html_drawing.h - the boxes and arrows that stand for a model.
 */
#ifndef PIPELINE_HTML_DRAWING_H
#define PIPELINE_HTML_DRAWING_H

#include "pipeline/html_layout.h"
#include "pipeline/model.h"

enum box_family {
    BOX_INPUT,
    BOX_PREPROCESS,
    BOX_SELECT,
    BOX_CLASSIFY,
    BOX_UNION,
    BOX_STACK,
    BOX_ENSEMBLE,
    BOX_OUTPUT
};

struct box {
    enum box_family family;
    const char *name;              /* borrowed from the model */
    const struct graph_node *node; /* NULL for input, output and the ensemble of members */
    uint64_t key;                  /* hash of what it computes; 0: drawn for itself */
    int32_t width;                 /* columns it puts out */
    int32_t depth;                 /* of stacks around it */
    int32_t n_replicas;            /* of the member it was found in */
};

struct arrow {
    struct layout_edge edge;
    double weight; /* into the ensemble; else NaN */
};

struct drawing {
    struct mem *mem;
    const automl_pipeline *model;
    struct box *boxes;
    int64_t n_boxes, boxes_capacity;
    struct arrow *arrows;
    int64_t n_arrows, arrows_capacity;
};

/* Members share the boxes of equal steps. The pipelines inside stacks are drawn between a stack and its
 * input, while there is room. False: no memory. Free it whatever happens. */
bool drawing_make(struct drawing *d, const automl_pipeline *p);
void drawing_free(struct drawing *d);
/* One box's settings as a JSON object; NULL: it has none. json_free. */
automl_status box_settings(
    const struct drawing *d, const struct box *b, struct json **out, automl_error *err);
const char *box_operator(const struct box *b);
const char *box_family_name(enum box_family f);
/* One letter, so that colour is not needed. */
char box_letter(enum box_family f);

#endif
