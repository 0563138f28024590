/*
 * html_layout.c - the layered layout that html_layout.h describes.
 *
 * Boxes and bends together are cells: each lies in one rank, and edges run between cells of neighbouring
 * ranks only.
 */
#include "pipeline/html_layout.h"

#include <math.h>
#include <string.h>

/* A graph whose long edges would need more bends than this is drawn with straight ones. */
enum { ORDER_SWEEPS = 8, PLACE_SWEEPS = 12, MARGIN = 10, MAX_BENDS = 10000 };

struct cell {
    int32_t rank;
    int32_t at;  /* place within its rank */
    double x;    /* centre */
    double key;  /* barycentre, or wanted x, while sorting and placing */
    double half; /* half of its width */
};

struct link {
    int32_t up, down; /* cells */
};

/* Cells are numbered: boxes as given, then bends. Ranks hold cells in order. */
struct grid {
    struct mem *mem;
    int32_t n_cells, n_links, n_ranks;
    struct cell *cells;
    struct link *links;  /* by rank of the upper cell */
    int32_t *link_begin; /* n_ranks + 1 */
    int32_t *order;      /* cells, rank after rank */
    int32_t *begin;      /* n_ranks + 1 */
    int32_t *count;      /* n_cells: neighbours that were summed */
    double *lo, *hi;     /* n_cells: scratch for placing */
};

static void grid_free(struct grid *g)
{
    mem_free(g->mem, g->cells);
    mem_free(g->mem, g->links);
    mem_free(g->mem, g->link_begin);
    mem_free(g->mem, g->order);
    mem_free(g->mem, g->begin);
    mem_free(g->mem, g->count);
    mem_free(g->mem, g->lo);
    mem_free(g->mem, g->hi);
}

static void find_ranks(const struct layout *l, int32_t *ranks)
{
    memset(ranks, 0, (size_t)l->n_boxes * sizeof *ranks);
    /* Edges of earlier boxes are not necessarily listed first: repeat for each box in order. */
    for (int32_t v = 0; v < l->n_boxes; v++)
        for (int32_t e = 0; e < l->n_edges; e++)
            if (l->edges[e].to == v && ranks[l->edges[e].from] + 1 > ranks[v])
                ranks[v] = ranks[l->edges[e].from] + 1;
}

static int32_t count_bends(const struct layout *l, const int32_t *ranks)
{
    int32_t n = 0;
    for (int32_t e = 0; e < l->n_edges; e++)
        if ((n += ranks[l->edges[e].to] - ranks[l->edges[e].from] - 1) > MAX_BENDS)
            return 0;
    return n;
}

/* Without bends, edges over several ranks link nothing: they do not pull. */
static void add_cells(struct grid *g, const struct layout *l, const int32_t *ranks, bool bends)
{
    int32_t cell = l->n_boxes, link = 0;
    for (int32_t v = 0; v < l->n_boxes; v++)
        g->cells[v] = (struct cell){.rank = ranks[v], .half = BOX_WIDTH / 2.0};
    for (int32_t e = 0; e < l->n_edges; e++) {
        int32_t last = l->edges[e].from;
        l->first_bend[e] = cell - l->n_boxes;
        for (int32_t r = ranks[last] + 1; bends && r < ranks[l->edges[e].to]; r++) {
            g->cells[cell] = (struct cell){.rank = r, .half = BEND_WIDTH / 2.0};
            g->links[link++] = (struct link){last, cell};
            last = cell++;
        }
        if (g->cells[last].rank + 1 == ranks[l->edges[e].to])
            g->links[link++] = (struct link){last, l->edges[e].to};
    }
    g->n_links = link;
    l->first_bend[l->n_edges] = cell - l->n_boxes;
}

static void swap_links(struct link *a, struct link *b)
{
    struct link t = *a;
    *a = *b;
    *b = t;
}

static int32_t link_rank(const struct grid *g, int32_t i)
{
    return g->cells[g->links[i].up].rank;
}

/* A selection by rank. */
static void sort_links(struct grid *g)
{
    for (int32_t i = 0; i < g->n_links; i++)
        g->link_begin[link_rank(g, i) + 1]++;
    for (int32_t r = 0; r < g->n_ranks; r++)
        g->link_begin[r + 1] += g->link_begin[r];
    for (int32_t r = 0, next = 0; r < g->n_ranks; r++)
        for (int32_t i = next; i < g->n_links && next < g->link_begin[r + 1]; i++)
            if (link_rank(g, i) == r)
                swap_links(&g->links[next++], &g->links[i]);
}

static void fill_ranks(struct grid *g)
{
    for (int32_t c = 0; c < g->n_cells; c++)
        g->begin[g->cells[c].rank + 1]++;
    for (int32_t r = 0; r < g->n_ranks; r++)
        g->begin[r + 1] += g->begin[r];
    memset(g->count, 0, (size_t)g->n_cells * sizeof *g->count);
    for (int32_t c = 0; c < g->n_cells; c++) {
        int32_t r = g->cells[c].rank;
        g->cells[c].at = g->count[r]++;
        g->order[g->begin[r] + g->cells[c].at] = c;
    }
}

/* For the cells of rank r: means over their neighbours in the rank above (up: below) of what `of` says; cells
 * without keep their own. */
static void neighbour_means(struct grid *g, int32_t r, bool up, double (*of)(const struct cell *c))
{
    const int32_t *o = g->order + g->begin[r];
    int32_t n = g->begin[r + 1] - g->begin[r], above = up ? r : r - 1;
    for (int32_t i = 0; i < n; i++) {
        g->count[o[i]] = 0;
        g->cells[o[i]].key = 0;
    }
    for (int32_t i = g->link_begin[above]; i < g->link_begin[above + 1]; i++) {
        int32_t to = up ? g->links[i].up : g->links[i].down, from = up ? g->links[i].down : g->links[i].up;
        g->cells[to].key += of(&g->cells[from]);
        g->count[to]++;
    }
    for (int32_t i = 0; i < n; i++) {
        struct cell *c = &g->cells[o[i]];
        c->key = g->count[o[i]] > 0 ? c->key / g->count[o[i]] : of(c);
    }
}

static double place_of(const struct cell *c)
{
    return c->at;
}

static double x_of(const struct cell *c)
{
    return c->x;
}

/* Insertion sort: stable, and ranks are nearly sorted after the first sweep. */
static void sort_rank(struct grid *g, int32_t r)
{
    int32_t *o = g->order + g->begin[r], n = g->begin[r + 1] - g->begin[r];
    for (int32_t i = 1; i < n; i++) {
        int32_t c = o[i], j = i;
        for (; j > 0 && g->cells[o[j - 1]].key > g->cells[c].key; j--)
            o[j] = o[j - 1];
        o[j] = c;
    }
    for (int32_t i = 0; i < n; i++)
        g->cells[o[i]].at = i;
}

/* Sweeps go down and up in turn: each rank follows the one before it. */
static void sweep_ranks(
    struct grid *g, bool up, double (*of)(const struct cell *c), void (*move)(struct grid *g, int32_t r))
{
    for (int32_t i = 1; i < g->n_ranks; i++) {
        int32_t r = up ? g->n_ranks - 1 - i : i;
        neighbour_means(g, r, up, of);
        move(g, r);
    }
}

static double distance(const struct grid *g, int32_t a, int32_t b)
{
    return g->cells[a].half + BOX_GAP + g->cells[b].half;
}

/* Cells as near to their wanted x (key) as their order and distances let them: the mean of packing them from
 * the left and from the right, which keeps all distances. */
static void place_rank(struct grid *g, int32_t r)
{
    const int32_t *o = g->order + g->begin[r];
    int32_t n = g->begin[r + 1] - g->begin[r];
    for (int32_t i = 0; i < n; i++) {
        g->lo[i] = g->cells[o[i]].key;
        if (i > 0)
            g->lo[i] = fmax(g->lo[i], g->lo[i - 1] + distance(g, o[i - 1], o[i]));
    }
    for (int32_t i = n - 1; i >= 0; i--) {
        g->hi[i] = g->cells[o[i]].key;
        if (i < n - 1)
            g->hi[i] = fmin(g->hi[i], g->hi[i + 1] - distance(g, o[i], o[i + 1]));
    }
    for (int32_t i = 0; i < n; i++)
        g->cells[o[i]].x = (g->lo[i] + g->hi[i]) / 2;
}

static void place_cells(struct grid *g)
{
    for (int32_t c = 0; c < g->n_cells; c++)
        g->cells[c].key = 0;
    for (int32_t r = 0; r < g->n_ranks; r++)
        place_rank(g, r);
    for (int32_t sweep = 0; sweep < PLACE_SWEEPS; sweep++)
        sweep_ranks(g, sweep % 2 == 0, x_of, place_rank);
}

static void copy_places(const struct grid *g, struct layout *l)
{
    double left = INFINITY, right = -INFINITY;
    for (int32_t c = 0; c < g->n_cells; c++) {
        left = fmin(left, g->cells[c].x - g->cells[c].half);
        right = fmax(right, g->cells[c].x + g->cells[c].half);
    }
    for (int32_t c = 0; c < g->n_cells; c++) {
        const struct cell *cell = &g->cells[c];
        double x = cell->x - left + MARGIN - (c < l->n_boxes ? cell->half : 0);
        struct layout_point at = {(int32_t)lround(x), MARGIN + cell->rank * (BOX_HEIGHT + RANK_GAP)};
        if (c < l->n_boxes)
            l->boxes[c] = at;
        else
            l->bends[c - l->n_boxes] = at;
    }
    l->width = (int32_t)lround(right - left) + 2 * MARGIN;
    l->height = g->n_ranks * (BOX_HEIGHT + RANK_GAP) - RANK_GAP + 2 * MARGIN;
}

static bool grid_create(struct grid *g, struct layout *l, const int32_t *ranks, int32_t bends)
{
    for (int32_t v = 0; v < l->n_boxes; v++)
        g->n_ranks = ranks[v] + 1 > g->n_ranks ? ranks[v] + 1 : g->n_ranks;
    g->n_cells = l->n_boxes + bends;
    g->n_links = l->n_edges + bends;
    g->cells = NEW_ARRAY(g->mem, g->n_cells, struct cell);
    g->links = NEW_ARRAY(g->mem, g->n_links, struct link);
    g->order = NEW_ARRAY(g->mem, g->n_cells, int32_t);
    g->begin = NEW_ZEROS(g->mem, g->n_ranks + 1, int32_t);
    g->link_begin = NEW_ZEROS(g->mem, g->n_ranks + 1, int32_t);
    g->count = NEW_ARRAY(g->mem, g->n_cells, int32_t);
    g->lo = NEW_ARRAY(g->mem, g->n_cells, double);
    g->hi = NEW_ARRAY(g->mem, g->n_cells, double);
    l->bends = NEW_ARRAY(g->mem, bends, struct layout_point);
    return g->cells && g->links && g->link_begin && g->order && g->begin && g->count && g->lo && g->hi &&
           l->bends;
}

bool layout_make(
    struct layout *l, struct mem *m, int32_t n_boxes, const struct layout_edge *edges, int32_t n_edges)
{
    struct grid g = {.mem = m};
    *l = (struct layout){.mem = m, .n_boxes = n_boxes, .n_edges = n_edges, .edges = edges};
    int32_t bends = 0;
    int32_t *ranks = NEW_ARRAY(m, n_boxes, int32_t);
    l->boxes = NEW_ARRAY(m, n_boxes, struct layout_point);
    l->first_bend = NEW_ARRAY(m, n_edges + 1, int32_t);
    bool ok = ranks != NULL && l->boxes != NULL && l->first_bend != NULL;
    if (ok) {
        find_ranks(l, ranks);
        bends = count_bends(l, ranks);
        ok = grid_create(&g, l, ranks, bends);
    }
    if (ok) {
        add_cells(&g, l, ranks, bends > 0);
        sort_links(&g);
        fill_ranks(&g);
        for (int32_t sweep = 0; sweep < ORDER_SWEEPS; sweep++)
            sweep_ranks(&g, sweep % 2 == 1, place_of, sort_rank);
        place_cells(&g);
        copy_places(&g, l);
    }
    grid_free(&g);
    mem_free(m, ranks);
    return ok;
}

void layout_free(struct layout *l)
{
    mem_free(l->mem, l->boxes);
    mem_free(l->mem, l->bends);
    mem_free(l->mem, l->first_bend);
}
