/*
 * tree_category.c - splitting a node by a set of categories.
 *
 * The levels that occur in the node are put in order and cut as if they were numbers. For two classes the
 * order is by the share of class 1, which contains the best of all subsets (Breiman et al. 1984,
 * theorem 4.5); for more it is by the first principal component of the class shares (Coppersmith, Hong,
 * Hosking 1999). A missing cell is one more level. Random trees put each level on a random side.
 */
#include "ops/shared/tree_grower.h"

/* The power iteration only has to order at most 256 levels. */
enum { POWER_STEPS = 8 };

static double level_weight(const struct tree_grower *g, int32_t level)
{
    double w = 0;
    for (int32_t c = 0; c < g->kl; c++)
        w += g->scale[c] * g->levels.sums[level * g->kl + c];
    return w;
}

/* (shares of the level - shares of the node) . v, with the level's weight w > 0 */
static double project(
    const struct tree_grower *g, int32_t level, double w, const double *mean, const double *v)
{
    double sum = 0;
    for (int32_t c = 0; c < g->kl; c++)
        sum += (g->scale[c] * g->levels.sums[level * g->kl + c] / w - mean[c]) * v[c];
    return sum;
}

/* next := sum over levels of w (s - mean) ((s - mean) . v), scaled to length 1; false: it is zero. */
static bool power_step(const struct tree_grower *g, const double *mean, const double *v, double *next)
{
    double norm = 0;
    for (int32_t c = 0; c < g->kl; c++)
        next[c] = 0;
    for (int32_t i = 0; i < g->levels.n; i++) {
        double w = level_weight(g, i);
        if (!(w > 0))
            continue;
        double p = project(g, i, w, mean, v);
        for (int32_t c = 0; c < g->kl; c++)
            next[c] += p * (g->scale[c] * g->levels.sums[i * g->kl + c] - w * mean[c]);
    }
    for (int32_t c = 0; c < g->kl; c++)
        norm += next[c] * next[c];
    if (!(norm > 0))
        return false;
    for (int32_t c = 0; c < g->kl; c++)
        next[c] /= sqrt(norm);
    return true;
}

/* First principal component of the levels' class shares, started from the most frequent class; result in v.
 */
static void principal_axis(const struct tree_grower *g, double *mean, double *v, double *next)
{
    int32_t top = 0;
    for (int32_t c = 0; c < g->kl; c++) {
        mean[c] = g->scale[c] * g->total[c] / g->node_weight;
        if (mean[c] > mean[top])
            top = c;
        v[c] = 0;
    }
    v[top] = 1;
    for (int32_t step = 0; step < POWER_STEPS && power_step(g, mean, v, next); step++) {
        for (int32_t c = 0; c < g->kl; c++)
            v[c] = next[c];
    }
}

static void fill_keys(struct tree_grower *g)
{
    double *mean = g->axis, *v = g->axis + g->kl, *next = v + g->kl;
    if (g->kl > 2)
        principal_axis(g, mean, v, next);
    for (int32_t i = 0; i < g->levels.n; i++) {
        double w = level_weight(g, i);
        if (!(w > 0))
            g->key[i] = 0;
        else if (g->kl == 2)
            g->key[i] = g->scale[1] * g->levels.sums[2 * i + 1] / w;
        else
            g->key[i] = project(g, i, w, mean, v);
    }
}

/* Shell sort (Ciura's gaps) of at most 256 levels by (key, bin): no memory, the same everywhere. */
static void sort_levels(struct tree_grower *g)
{
    static const int32_t gaps[] = {132, 57, 23, 10, 4, 1};
    int32_t *o = g->order, n = g->levels.n;
    const double *key = g->key;
    for (int32_t i = 0; i < n; i++)
        o[i] = i;
    for (size_t s = 0; s < sizeof(gaps) / sizeof(gaps[0]); s++) {
        for (int32_t i = gaps[s]; i < n; i++) {
            int32_t level = o[i], at = i;
            for (; at >= gaps[s]; at -= gaps[s]) {
                int32_t other = o[at - gaps[s]];
                if (key[other] < key[level] || (key[other] == key[level] && other < level))
                    break;
                o[at] = other;
            }
            o[at] = level;
        }
    }
}

static inline void set_bin(uint64_t *set, int32_t bin)
{
    set[bin >> 6] |= UINT64_C(1) << (bin & 63);
}

/* Levels with go_right set and, if the right side is the heavier, every bin that is not in the node. */
static void offer_set(struct tree_grower *g, int32_t f, double score, const bool *go_right)
{
    struct tree_split s = {.score = score, .feature = f, .category = true};
    uint64_t seen[4] = {0};
    int64_t right = 0;
    for (int32_t i = 0; i < g->levels.n; i++) {
        set_bin(seen, g->levels.bin[i]);
        if (go_right[i]) {
            set_bin(s.right, g->levels.bin[i]);
            right += g->levels.rows[i];
        }
    }
    for (int32_t word = 0; word < 4 && 2 * right > g->node_rows; word++)
        s.right[word] |= ~seen[word];
    tree_offer(g, &s);
}

static void best_set(struct tree_grower *g, int32_t f)
{
    bool go_right[TREE_BINS] = {false};
    fill_keys(g);
    sort_levels(g);
    struct tree_scan s = tree_scan_levels(g, g->order, g->levels.n - 1, false);
    if (s.cut < 0 || s.score < g->best.score)
        return;
    for (int32_t i = s.cut + 1; i < g->levels.n; i++)
        go_right[g->order[i]] = true;
    offer_set(g, f, s.score, go_right);
}

static void random_set(struct tree_grower *g, int32_t f)
{
    const struct tree_levels *l = &g->levels;
    bool go_right[TREE_BINS];
    int32_t n_right = 0;
    int64_t rows = 0;
    uint32_t bits = 0;
    for (int32_t i = 0; i < l->n; i++) {
        bits = i % 32 ? bits >> 1 : rng_u32(&g->rng);
        go_right[i] = bits & 1;
        n_right += go_right[i];
    }
    if (n_right == 0 || n_right == l->n) {
        uint32_t i = rng_below(&g->rng, (uint32_t)l->n);
        go_right[i] = !go_right[i];
    }
    for (int32_t c = 0; c < g->kl; c++)
        g->left[c] = 0;
    for (int32_t i = 0; i < l->n; i++) {
        if (go_right[i])
            continue;
        for (int32_t c = 0; c < g->kl; c++)
            g->left[c] += l->sums[i * g->kl + c];
        rows += l->rows[i];
    }
    if (rows >= g->o->min_samples_leaf && g->node_rows - rows >= g->o->min_samples_leaf)
        offer_set(g, f, tree_score(g, g->left), go_right);
}

void tree_try_category(struct tree_grower *g, int32_t f)
{
    if (g->o->random)
        random_set(g, f);
    else
        best_set(g, f);
}
