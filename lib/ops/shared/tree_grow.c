/*
 * tree_grow.c - grows one tree: rows are partitioned in place, nodes are split depth first, or best first
 * when the number of leaves is limited. Nothing is allocated for a node; all scratch belongs to the grower.
 *
 * Columns of a node are drawn as scikit-learn's splitters do: max_features of them, more while all were
 * constant, and columns known to be constant in an ancestor are not looked at again.
 */
#include <string.h>

#include "ops/shared/tree_grower.h"

/* Row visits between two looks at the stop flag: about a millisecond. */
enum { POLL_WORK = 1 << 20 };

/* Nodes below this share of the rows read them row by row. */
enum { BY_ROW_SHARE = 16 };

double tree_grower_bytes(double n, double p, double k)
{
    return n * (2 * sizeof(uint64_t) + 4 + sizeof(uint16_t) + 2 * sizeof(struct tree_node)) + p * 16 +
           k * (TREE_BINS * 20.0 + 68) + 16384;
}

/* The most nodes a tree can have. */
static int64_t most_nodes(const struct tree_data *d, const struct tree_options *o)
{
    int64_t leaves = d->n / o->min_samples_leaf;
    if (o->max_depth < 31 && (INT64_C(1) << o->max_depth) < leaves)
        leaves = INT64_C(1) << o->max_depth;
    if (o->max_leaf_nodes > 0 && o->max_leaf_nodes < leaves)
        leaves = o->max_leaf_nodes;
    return 2 * (leaves < 1 ? 1 : leaves) - 1;
}

static bool allocate_node(struct tree_grower *g, int32_t kl)
{
    const struct tree_data *d = g->d;
    size_t cells = (size_t)TREE_BINS * (size_t)kl;
    g->local = NEW_ARRAY(g->mem, d->k, int32_t);
    g->classes = NEW_ARRAY(g->mem, kl, int32_t);
    g->scale = NEW_ARRAY(g->mem, kl, double);
    g->total = NEW_ARRAY(g->mem, kl, double);
    g->left = NEW_ARRAY(g->mem, kl, double);
    g->left_counts = NEW_ARRAY(g->mem, kl, uint32_t);
    g->axis = NEW_ARRAY(g->mem, 3 * (size_t)kl, double);
    g->pairs = NEW_ZEROS(g->mem, 2 * TREE_BINS, uint64_t);
    g->counts = NEW_ZEROS(g->mem, !d->w && d->k > 2 ? cells : 1, uint32_t);
    g->sums = NEW_ZEROS(g->mem, d->w ? cells : 1, double);
    g->rows = NEW_ZEROS(g->mem, TREE_BINS, int64_t);
    g->levels.sums = NEW_ARRAY(g->mem, cells, double);
    return g->local && g->classes && g->scale && g->total && g->left && g->left_counts && g->axis &&
           g->pairs && g->counts && g->sums && g->rows && g->levels.sums;
}

struct tree_grower *tree_grower_create(
    const struct tree_data *d, const struct tree_options *o, const struct stop *stop)
{
    struct tree_grower *g = NEW(d->mem, struct tree_grower);
    if (!g)
        return NULL;
    g->d = d;
    g->o = o;
    g->stop = stop;
    g->mem = d->mem;
    g->node_capacity = (int32_t)most_nodes(d, o);
    /* Depth first the smaller child goes on, so at most log2(n) siblings wait. */
    g->open_capacity = o->max_leaf_nodes > 0 ? g->node_capacity : 64;
    g->items = NEW_ARRAY(g->mem, d->n, uint64_t);
    g->spare = NEW_ARRAY(g->mem, d->n, uint64_t);
    g->bins = NEW_ARRAY(g->mem, d->n + TREE_PAD, uint8_t);
    g->times8 = NEW_ARRAY(g->mem, d->n + TREE_PAD, uint8_t);
    g->ones8 = NEW_ARRAY(g->mem, d->n + TREE_PAD, uint8_t);
    g->labels = NEW_ARRAY(g->mem, d->k > 2 || d->w ? d->n : 1, uint16_t);
    g->times = NEW_ARRAY(g->mem, o->bootstrap ? d->n : 1, uint8_t);
    g->features = NEW_ARRAY(g->mem, d->p, int32_t);
    g->constants = NEW_ARRAY(g->mem, d->p, int32_t);
    g->decrease = NEW_ARRAY(g->mem, d->p, double);
    g->nodes = NEW_ARRAY(g->mem, g->node_capacity, struct tree_node);
    g->open = NEW_ARRAY(g->mem, g->open_capacity, struct tree_open);
    bool ok = allocate_node(g, d->k <= 2 || d->k < d->n ? d->k : (int32_t)d->n);
    if (!ok || !g->items || !g->spare || !g->bins || !g->times8 || !g->ones8 || !g->labels || !g->times ||
        !g->features || !g->constants || !g->decrease || !g->nodes || !g->open) {
        tree_grower_free(g);
        return NULL;
    }
    for (int32_t c = 0; c < d->k; c++)
        g->local[c] = -1;
    return g;
}

void tree_grower_free(struct tree_grower *g)
{
    if (!g)
        return;
    void *const parts[] = {g->items, g->spare, g->bins, g->times8, g->ones8, g->labels, g->times, g->features,
        g->constants, g->decrease, g->nodes, g->open, g->local, g->classes, g->scale, g->total, g->left,
        g->left_counts, g->axis, g->pairs, g->counts, g->sums, g->rows, g->levels.sums, g->values, g->sets};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        mem_free(g->mem, parts[i]);
    mem_free(g->mem, g);
}

static void draw_times(struct tree_grower *g)
{
    int64_t n = g->d->n;
    memset(g->times, 0, (size_t)n * sizeof(*g->times));
    for (int64_t i = 0; i < n; i++) {
        uint8_t *t = &g->times[rng_below(&g->rng, (uint32_t)n)];
        *t = (uint8_t)(*t + (*t < UINT8_MAX));
    }
}

/* The tree's rows: all with weight, or a bootstrap sample of them. */
static void fill_items(struct tree_grower *g)
{
    const struct tree_data *d = g->d;
    g->n_items = 0;
    if (g->o->bootstrap)
        draw_times(g);
    for (int64_t i = 0; i < d->n; i++) {
        uint64_t times = g->o->bootstrap ? g->times[i] : 1;
        if (times == 0 || (d->w && !(d->w[i] > 0)))
            continue;
        uint64_t top = (uint64_t)d->y[i] * (d->k == 2 ? times : 1);
        g->items[g->n_items++] = (uint64_t)i | times << 32 | top << 48;
    }
}

static void load_two_classes(struct tree_grower *g)
{
    const struct tree_data *d = g->d;
    const uint64_t *items = g->node_items;
    uint8_t *times8 = g->times8, *ones8 = g->ones8;
    int64_t n = g->node_n;
    uint64_t pair = 0;
    double sum[2] = {0};
    for (int64_t i = 0; i < n; i++) {
        pair += item_pair(items[i]);
        times8[i] = (uint8_t)item_times(items[i]);
        ones8[i] = (uint8_t)item_top(items[i]);
    }
    for (int64_t i = 0; d->w && i < n; i++) {
        g->labels[i] = g->ones8[i] != 0;
        sum[g->labels[i]] += d->w[item_row(g->node_items[i])] * g->times8[i];
    }
    g->node_rows = (int64_t)(pair & UINT32_MAX);
    if (!d->w) {
        sum[1] = (double)(pair >> 32);
        sum[0] = (double)g->node_rows - sum[1];
    }
    g->kl = 2;
    for (int32_t c = 0; c < 2; c++) {
        g->classes[c] = c;
        g->scale[c] = d->class_weight[c];
        g->total[c] = sum[c];
    }
}

static void load_many_classes(struct tree_grower *g)
{
    const struct tree_data *d = g->d;
    for (int32_t i = 0; i < g->kl; i++)
        g->local[g->classes[i]] = -1;
    g->kl = 0;
    g->node_rows = 0;
    for (int64_t i = 0; i < g->node_n; i++) {
        uint64_t item = g->node_items[i];
        uint32_t c = item_top(item), times = item_times(item);
        if (g->local[c] < 0) {
            g->local[c] = g->kl;
            g->classes[g->kl] = (int32_t)c;
            g->scale[g->kl] = d->class_weight[c];
            g->total[g->kl++] = 0;
        }
        g->labels[i] = (uint16_t)g->local[c];
        g->times8[i] = (uint8_t)times;
        g->total[g->labels[i]] += d->w ? d->w[item_row(item)] * times : times;
        g->node_rows += times;
    }
}

/* Makes items [begin, begin + n) the node at hand: its classes, sums and weight. */
static void load_node(struct tree_grower *g, int64_t begin, int64_t n)
{
    g->node_items = g->items + begin;
    g->node_n = n;
    g->by_row = n < g->d->n / BY_ROW_SHARE ? g->d->by_row : NULL;
    if (g->d->k == 2)
        load_two_classes(g);
    else
        load_many_classes(g);
    memset(g->times8 + n, 0, TREE_PAD);
    memset(g->ones8 + n, 0, TREE_PAD);
    g->node_weight = 0;
    for (int32_t c = 0; c < g->kl; c++)
        g->node_weight += g->scale[c] * g->total[c];
    g->best = (struct tree_split){.score = -INFINITY, .feature = -1};
}

static double node_score(const struct tree_grower *g)
{
    double sum = 0;
    for (int32_t c = 0; c < g->kl; c++) {
        double w = g->scale[c] * g->total[c];
        sum += g->o->entropy ? tree_xlogx(g, w) : w * w;
    }
    return g->o->entropy ? sum - tree_xlogx(g, g->node_weight) : sum / g->node_weight;
}

static bool is_pure(const struct tree_grower *g)
{
    int32_t with_weight = 0;
    for (int32_t c = 0; c < g->kl; c++)
        with_weight += g->scale[c] * g->total[c] > 0;
    return with_weight < 2;
}

static void swap(int32_t *a, int32_t *b)
{
    int32_t t = *a;
    *a = *b;
    *b = t;
}

static void try_all_features(struct tree_grower *g, int32_t n_known)
{
    for (int32_t j = n_known; j < g->d->p; j++) {
        if (!tree_try_feature(g, g->features[j]))
            swap(&g->features[n_known + g->n_found++], &g->features[j]);
    }
}

/* features: [drawn known constants | known | found constants | not drawn yet | drawn] */
static void try_some_features(struct tree_grower *g, int32_t n_known)
{
    int32_t *f = g->features, end = g->d->p, drawn_known = 0, visited = 0;
    while (
        end > n_known + g->n_found && (visited < g->o->max_features || visited <= g->n_found + drawn_known)) {
        int32_t j = drawn_known + (int32_t)rng_below(&g->rng, (uint32_t)(end - g->n_found - drawn_known));
        visited++;
        if (j < n_known) {
            swap(&f[drawn_known++], &f[j]);
            continue;
        }
        j += g->n_found;
        if (!tree_try_feature(g, f[j]))
            swap(&f[n_known + g->n_found++], &f[j]);
        else
            swap(&f[--end], &f[j]);
    }
}

/* Finds the best split of the node at hand; the columns found constant follow the known ones in `constants`.
 */
static void find_split(struct tree_grower *g, int32_t n_known)
{
    g->n_found = 0;
    if (g->o->max_features >= g->d->p && !g->o->random)
        try_all_features(g, n_known);
    else
        try_some_features(g, n_known);
    memcpy(g->features, g->constants, (size_t)n_known * sizeof(int32_t));
    memcpy(g->constants + n_known, g->features + n_known, (size_t)g->n_found * sizeof(int32_t));
    g->work += g->node_n * (g->o->max_features < g->d->p ? g->o->max_features : g->d->p) + 16;
}

/* The split of an open node, if it may be split at all; its gain is in *out_gain. */
static bool choose_split(struct tree_grower *g, const struct tree_open *at, double *out_gain)
{
    const struct tree_options *o = g->o;
    load_node(g, at->begin, at->n);
    g->n_found = 0;
    *out_gain = 0;
    if (at->depth >= o->max_depth || g->node_rows < o->min_samples_split ||
        g->node_rows < 2 * o->min_samples_leaf || is_pure(g))
        return false;
    find_split(g, at->n_constant);
    if (g->best.feature < 0)
        return false;
    double gain = g->best.score - node_score(g);
    *out_gain = gain > 0 ? gain : 0;
    return *out_gain / g->root_weight + 1e-16 >= o->min_impurity_decrease;
}

static automl_status make_leaf(struct tree_grower *g, int32_t node, automl_error *err)
{
    struct tree_node *leaf = &g->nodes[node];
    int32_t k = g->d->k, heavy = 0;
    *leaf = (struct tree_node){.left = node};
    if (k == 2) {
        leaf->threshold = g->node_weight > 0 ? g->scale[1] * g->total[1] / g->node_weight : 0.5;
        return AUTOML_OK;
    }
    for (int32_t c = 1; c < g->kl; c++)
        heavy = g->scale[c] * g->total[c] > g->scale[heavy] * g->total[heavy] ? c : heavy;
    if (is_pure(g) && g->node_weight > 0) {
        leaf->mask = (uint64_t)g->classes[heavy];
        return AUTOML_OK;
    }
    void *values = g->values;
    if (!mem_grow(g->mem, &values, &g->value_capacity, (g->n_values + 1) * k, sizeof(double)))
        return error_memory(err);
    g->values = values;
    double *row = g->values + g->n_values * k;
    for (int32_t c = 0; c < k; c++)
        row[c] = g->node_weight > 0 ? 0 : 1.0 / k;
    for (int32_t c = 0; c < g->kl && g->node_weight > 0; c++)
        row[g->classes[c]] = g->scale[c] * g->total[c] / g->node_weight;
    leaf->mask = (uint64_t)(k + g->n_values++);
    return AUTOML_OK;
}

/* Whether a bin goes right. The missing bin is the highest; adding 1 makes it the lowest, so that it goes
 * left. */
static inline uint32_t side_of(const struct tree_split *s, uint32_t bin)
{
    if (s->category)
        return (uint32_t)(s->right[bin >> 6] >> (bin & 63)) & 1;
    uint32_t add = !s->missing_right;
    return ((bin + add) & 0xff) > (uint32_t)s->cut + add;
}

/* Stable, without branches: every item is written to both sides and one of the two is kept. Returns the items
 * of the left side. */
static int64_t partition(struct tree_grower *g, const struct tree_open *at, const struct tree_split *split)
{
    const struct tree_split s = *split;
    const uint8_t *codes = g->d->codes[s.feature];
    uint64_t *items = g->items + at->begin, *spare = g->spare;
    int64_t l = 0, r = 0;
    for (int64_t i = 0; i < at->n; i++) {
        uint64_t item = items[i];
        uint32_t side = side_of(&s, codes[item_row(item)]);
        items[l] = item;
        spare[r] = item;
        l += 1 - side;
        r += side;
    }
    memcpy(items + l, spare, (size_t)r * sizeof(*items));
    return l;
}

static automl_status write_set(
    struct tree_grower *g, const struct tree_split *s, struct tree_node *node, automl_error *err)
{
    if (g->d->n_bins[s->feature] <= TREE_NARROW_BINS) {
        uint64_t missing = s->right[BIN_MISSING >> 6] >> (BIN_MISSING & 63) & 1;
        node->mask = (s->right[0] & ~(UINT64_C(1) << TREE_NARROW_MISSING)) | missing << TREE_NARROW_MISSING;
        return AUTOML_OK;
    }
    void *sets = g->sets;
    if (!mem_grow(g->mem, &sets, &g->set_capacity, 4 * (g->n_sets + 1), sizeof(uint64_t)))
        return error_memory(err);
    g->sets = sets;
    memcpy(g->sets + 4 * g->n_sets, s->right, sizeof(s->right));
    node->feature |= TREE_WIDE;
    node->mask = (uint64_t)g->n_sets++;
    return AUTOML_OK;
}

/* Turns an open node into an inner one with two children; left_n of its items went left. */
static automl_status write_split(struct tree_grower *g, const struct tree_open *at,
    const struct tree_split *s, int64_t left_n, automl_error *err)
{
    struct tree_node *node = &g->nodes[at->node];
    *node = (struct tree_node){
        .threshold = s->threshold, .left = g->n_nodes, .feature = (uint32_t)s->feature | TREE_INNER};
    g->n_nodes += 2;
    if (s->category) {
        node->feature |= TREE_CATEGORY;
        return write_set(g, s, node, err);
    }
    if (s->missing ? s->missing_right : 2 * left_n < at->n)
        node->feature |= TREE_MISSING_RIGHT;
    return AUTOML_OK;
}

/* Splits `at` as `s` says and describes its children. */
static automl_status divide(struct tree_grower *g, const struct tree_open *at, const struct tree_split *s,
    double gain, struct tree_open child[2], automl_error *err)
{
    int64_t left_n = partition(g, at, s);
    int32_t first = g->n_nodes;
    TRY(write_split(g, at, s, left_n, err));
    g->decrease[s->feature] += gain;
    child[0] = (struct tree_open){.begin = at->begin, .n = left_n, .node = first, .depth = at->depth + 1};
    child[1] = (struct tree_open){
        .begin = at->begin + left_n, .n = at->n - left_n, .node = first + 1, .depth = at->depth + 1};
    if (g->work > POLL_WORK) {
        g->work = 0;
        return stop_status(g->stop, err);
    }
    return AUTOML_OK;
}

static automl_status grow_depth_first(struct tree_grower *g, automl_error *err)
{
    g->open[0] = (struct tree_open){.n = g->n_items};
    g->n_open = 1;
    while (g->n_open > 0) {
        struct tree_open at = g->open[--g->n_open], child[2];
        double gain;
        if (!choose_split(g, &at, &gain)) {
            TRY(make_leaf(g, at.node, err));
            continue;
        }
        struct tree_split s = g->best;
        int32_t n_constant = at.n_constant + g->n_found;
        TRY(divide(g, &at, &s, gain, child, err));
        child[0].n_constant = child[1].n_constant = n_constant;
        bool left_smaller = child[0].n < child[1].n;
        g->open[g->n_open++] = child[left_smaller];
        g->open[g->n_open++] = child[!left_smaller];
    }
    return AUTOML_OK;
}

/* The heap's order: larger gain first, then the older node. */
static bool goes_first(const struct tree_open *a, const struct tree_open *b)
{
    return a->gain > b->gain || (a->gain == b->gain && a->node < b->node);
}

static void heap_push(struct tree_grower *g, const struct tree_open *x)
{
    int32_t i = g->n_open++;
    while (i > 0 && goes_first(x, &g->open[(i - 1) / 2])) {
        g->open[i] = g->open[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    g->open[i] = *x;
}

static struct tree_open heap_pop(struct tree_grower *g)
{
    struct tree_open top = g->open[0], last = g->open[--g->n_open];
    int32_t i = 0;
    for (int32_t c = 1; c < g->n_open; c = 2 * i + 1) {
        if (c + 1 < g->n_open && goes_first(&g->open[c + 1], &g->open[c]))
            c++;
        if (!goes_first(&g->open[c], &last))
            break;
        g->open[i] = g->open[c];
        i = c;
    }
    g->open[i] = last;
    return top;
}

static automl_status open_best_first(struct tree_grower *g, struct tree_open *at, automl_error *err)
{
    if (!choose_split(g, at, &at->gain))
        return make_leaf(g, at->node, err);
    at->split = g->best;
    heap_push(g, at);
    return AUTOML_OK;
}

static automl_status grow_best_first(struct tree_grower *g, automl_error *err)
{
    struct tree_open root = {.n = g->n_items}, child[2];
    g->n_open = 0;
    TRY(open_best_first(g, &root, err));
    for (int32_t leaves = 1; g->n_open > 0 && leaves < g->o->max_leaf_nodes; leaves++) {
        struct tree_open at = heap_pop(g);
        TRY(divide(g, &at, &at.split, at.gain, child, err));
        TRY(open_best_first(g, &child[0], err));
        TRY(open_best_first(g, &child[1], err));
    }
    for (int32_t i = 0; i < g->n_open; i++) {
        load_node(g, g->open[i].begin, g->open[i].n);
        TRY(make_leaf(g, g->open[i].node, err));
    }
    return AUTOML_OK;
}

void tree_free(struct mem *m, struct tree *t)
{
    mem_free(m, t->nodes);
    mem_free(m, t->values);
    mem_free(m, t->sets);
    *t = (struct tree){0};
}

/* Copies the finished tree into memory of its own size. */
static automl_status keep_tree(
    const struct tree_grower *g, struct mem *m, struct tree *out, automl_error *err)
{
    size_t n_values = (size_t)g->n_values * (size_t)g->d->k, n_sets = 4 * (size_t)g->n_sets;
    struct tree t = {.n_nodes = g->n_nodes, .n_values = (int32_t)g->n_values, .n_sets = (int32_t)g->n_sets};
    t.nodes = mem_copy(m, g->nodes, (size_t)g->n_nodes, sizeof(*g->nodes));
    t.values = n_values ? mem_copy(m, g->values, n_values, sizeof(double)) : NULL;
    t.sets = n_sets ? mem_copy(m, g->sets, n_sets, sizeof(uint64_t)) : NULL;
    if (!t.nodes || (n_values && !t.values) || (n_sets && !t.sets)) {
        tree_free(m, &t);
        return error_memory(err);
    }
    for (int32_t i = 0; i < t.n_nodes; i++)
        t.has_category |= (t.nodes[i].feature & TREE_CATEGORY) != 0;
    *out = t;
    return AUTOML_OK;
}

static void add_importance(const struct tree_grower *g, double *importance)
{
    double sum = 0;
    for (int32_t j = 0; j < g->d->p; j++)
        sum += g->decrease[j];
    for (int32_t j = 0; j < g->d->p && sum > 0; j++)
        importance[j] += g->decrease[j] / sum;
}

automl_status tree_grow(struct tree_grower *g, struct rng rng, struct mem *m, struct tree *out,
    double *importance, automl_error *err)
{
    g->rng = rng;
    g->n_nodes = 1;
    g->n_values = g->n_sets = 0;
    for (int32_t j = 0; j < g->d->p; j++) {
        g->features[j] = j;
        g->decrease[j] = 0;
    }
    TRY(stop_status(g->stop, err));
    fill_items(g);
    load_node(g, 0, g->n_items);
    g->root_weight = g->node_weight > 0 ? g->node_weight : 1;
    TRY(g->o->max_leaf_nodes > 0 ? grow_best_first(g, err) : grow_depth_first(g, err));
    TRY(keep_tree(g, m, out, err));
    add_importance(g, importance);
    return AUTOML_OK;
}
