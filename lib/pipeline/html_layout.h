/*
 * html_layout.h - where the boxes and lines of a drawn graph lie.
 *
 * Sugiyama, Tagawa, Toda 1981: ranks by longest path from the sources, long edges cut by a bend in every rank
 * they cross, order within ranks by barycentres, then positions that pull neighbours together without
 * overlap.
 */
#ifndef PIPELINE_HTML_LAYOUT_H
#define PIPELINE_HTML_LAYOUT_H

#include "base/memory.h"

struct layout_edge {
    int32_t from, to; /* from < to: boxes come in topological order */
};

struct layout_point {
    int32_t x, y;
};

struct layout {
    struct mem *mem;
    int32_t n_boxes, n_edges;
    const struct layout_edge *edges;
    struct layout_point *boxes; /* upper left corners */
    struct layout_point
        *bends;          /* of all edges, one after the other: where they cross a rank (its upper end) */
    int32_t *first_bend; /* n_edges + 1 */
    int32_t width, height;
};

enum { BOX_WIDTH = 212, BOX_HEIGHT = 62, BOX_GAP = 28, RANK_GAP = 46, BEND_WIDTH = 14 };

/* False: no memory. Free it whatever happens. n_boxes >= 1; edges must live as long as the layout. */
bool layout_make(
    struct layout *l, struct mem *m, int32_t n_boxes, const struct layout_edge *edges, int32_t n_edges);
void layout_free(struct layout *l);

#endif
