/* tree_split.c - the best cut, or a random one, of one column in one node. */
#include <string.h>

#include "ops/shared/tree_grower.h"

double tree_score(const struct tree_grower *g, const double *left)
{
    double l = 0, r = 0, l2 = 0, r2 = 0;
    for (int32_t c = 0; c < g->kl; c++) {
        double a = g->scale[c] * left[c], b = g->scale[c] * (g->total[c] - left[c]);
        l += a;
        r += b;
        if (g->o->entropy) {
            l2 += tree_xlogx(g, a);
            r2 += tree_xlogx(g, b);
        } else {
            l2 += a * a;
            r2 += b * b;
        }
    }
    if (!(l > 0 && r > 0))
        return -INFINITY;
    if (g->o->entropy)
        return l2 - tree_xlogx(g, l) + r2 - tree_xlogx(g, r);
    return l2 / l + r2 / r;
}

/* tree_score for two classes. */
static inline double score_pair(const struct tree_grower *g, double l0, double l1)
{
    double s0 = g->scale[0], s1 = g->scale[1];
    double a = s0 * l0, b = s1 * l1, c = s0 * (g->total[0] - l0), d = s1 * (g->total[1] - l1);
    double l = a + b, r = c + d;
    if (!(l > 0 && r > 0))
        return -INFINITY;
    if (g->o->entropy)
        return tree_score2(g, a, b) + tree_score2(g, c, d);
    return ((a * a + b * b) * r + (c * c + d * d) * l) / (l * r);
}

void tree_offer(struct tree_grower *g, const struct tree_split *s)
{
    if (s->score > g->best.score ||
        (s->score == g->best.score && s->score > -INFINITY && s->feature < g->best.feature))
        g->best = *s;
}

static inline bool large_enough(const struct tree_grower *g, int64_t rows)
{
    int64_t least = g->o->min_samples_leaf;
    return rows >= least && g->node_rows - rows >= least;
}

static inline void keep(struct tree_scan *best, double score, int32_t cut, bool missing_left)
{
    if (score > best->score)
        *best = (struct tree_scan){score, cut, missing_left};
}

static struct tree_scan scan_pairs(struct tree_grower *g, const int32_t *order, int32_t n, bool missing_apart)
{
    const struct tree_levels *l = &g->levels;
    struct tree_scan best = {-INFINITY, -1, false};
    double l0 = 0, l1 = 0, m0 = 0, m1 = 0;
    int64_t rows = 0, missing = 0;
    if (missing_apart) {
        m0 = l->sums[2 * (l->n - 1)];
        m1 = l->sums[2 * (l->n - 1) + 1];
        missing = l->rows[l->n - 1];
    }
    for (int32_t i = 0; i < n; i++) {
        int32_t level = order ? order[i] : i;
        l0 += l->sums[2 * level];
        l1 += l->sums[2 * level + 1];
        rows += l->rows[level];
        if (large_enough(g, rows))
            keep(&best, score_pair(g, l0, l1), i, false);
        if (missing_apart && i < n - 1 && large_enough(g, rows + missing))
            keep(&best, score_pair(g, l0 + m0, l1 + m1), i, true);
    }
    return best;
}

static void add(double *to, const double *from, int32_t n, double times)
{
    for (int32_t c = 0; c < n; c++)
        to[c] += times * from[c];
}

static struct tree_scan scan_many(struct tree_grower *g, const int32_t *order, int32_t n, bool missing_apart)
{
    const struct tree_levels *l = &g->levels;
    struct tree_scan best = {-INFINITY, -1, false};
    const double *m = l->sums + (l->n - 1) * g->kl;
    int64_t rows = 0, missing = l->rows[l->n - 1];
    for (int32_t c = 0; c < g->kl; c++)
        g->left[c] = 0;
    for (int32_t i = 0; i < n; i++) {
        int32_t level = order ? order[i] : i;
        add(g->left, l->sums + level * g->kl, g->kl, 1);
        rows += l->rows[level];
        if (large_enough(g, rows))
            keep(&best, tree_score(g, g->left), i, false);
        if (missing_apart && i < n - 1 && large_enough(g, rows + missing)) {
            add(g->left, m, g->kl, 1);
            keep(&best, tree_score(g, g->left), i, true);
            add(g->left, m, g->kl, -1);
        }
    }
    return best;
}

struct tree_scan tree_scan_levels(struct tree_grower *g, const int32_t *order, int32_t n, bool missing_apart)
{
    return g->kl == 2 ? scan_pairs(g, order, n, missing_apart) : scan_many(g, order, n, missing_apart);
}

/* Offers the cut between present bins `bin` and `next`; next < 0: the missing cells alone go right. */
static void offer_cut(struct tree_grower *g, int32_t f, double score, int32_t bin, int32_t next, bool missing,
    bool missing_right)
{
    if (score < g->best.score)
        return;
    const double *edges = g->d->edges[f];
    struct tree_split s = {
        .score = score, .feature = f, .cut = bin, .missing = missing, .missing_right = missing_right};
    if (next < 0) {
        s.cut = BIN_MAX - 1;
        s.threshold = INFINITY;
    } else {
        s.threshold = edges[bin] / 2 + edges[next - 1] / 2;
        /* Halving denormals may leave the gap. */
        if (!(s.threshold >= edges[bin] && s.threshold <= edges[next - 1]))
            s.threshold = edges[bin];
    }
    tree_offer(g, &s);
}

static void best_cut(struct tree_grower *g, int32_t f)
{
    const struct tree_levels *l = &g->levels;
    int32_t n = l->missing ? l->n - 1 : l->n;
    struct tree_scan s = tree_scan_levels(g, NULL, l->missing ? n : n - 1, l->missing);
    if (s.cut < 0)
        return;
    int32_t next = s.cut + 1 < n ? l->bin[s.cut + 1] : -1;
    offer_cut(g, f, s.score, l->bin[s.cut], next, l->missing, !s.missing_left);
}

/* A cut drawn evenly from the bin limits between the node's bins; of both sides for missing cells the better.
 */
static void random_cut_of_levels(struct tree_grower *g, int32_t f)
{
    const struct tree_levels *l = &g->levels;
    int32_t n = l->missing ? l->n - 1 : l->n;
    int32_t low = l->bin[0], high = l->bin[n - 1];
    int32_t cut = low + (int32_t)rng_below(&g->rng, (uint32_t)(high - low + l->missing));
    int64_t rows = 0;
    for (int32_t c = 0; c < g->kl; c++)
        g->left[c] = 0;
    for (int32_t i = 0; i < n && l->bin[i] <= cut; i++) {
        add(g->left, l->sums + i * g->kl, g->kl, 1);
        rows += l->rows[i];
    }
    if (large_enough(g, rows))
        offer_cut(g, f, tree_score(g, g->left), cut, cut < high ? cut + 1 : -1, l->missing, true);
    if (l->missing && cut < high && large_enough(g, rows + l->rows[n])) {
        add(g->left, l->sums + n * g->kl, g->kl, 1);
        offer_cut(g, f, tree_score(g, g->left), cut, cut + 1, true, false);
    }
}

/* Copies a column's bins of the node to g->bins, the last one repeated up to a whole vector. */
static void gather_bins(struct tree_grower *g, struct tree_codes codes)
{
    int64_t n = g->node_n;
    const uint64_t *items = g->node_items;
    uint8_t *bins = g->bins;
    for (int64_t i = 0; i < n; i++)
        bins[i] = code_of(codes, items[i]);
    for (int64_t i = n; i < n + TREE_PAD; i++)
        bins[i] = bins[n - 1];
}

/* Vectors of GCC and clang: SSE2 or NEON where there is one, plain code elsewhere, the same result. */
typedef uint8_t vec8 __attribute__((vector_size(TREE_PAD)));
typedef uint16_t vec16 __attribute__((vector_size(TREE_PAD)));

static inline vec8 load8(const uint8_t *p)
{
    vec8 v;
    memcpy(&v, p, sizeof(v));
    return v;
}

static void find_range(const uint8_t *bins, int64_t n, int32_t *out_low, int32_t *out_high)
{
    vec8 low = load8(bins), high = low;
    for (int64_t i = TREE_PAD; i < n; i += TREE_PAD) {
        vec8 b = load8(bins + i), below = (vec8)(b < low), above = (vec8)(b > high);
        low = (b & below) | (low & ~below);
        high = (b & above) | (high & ~above);
    }
    for (int32_t l = 1; l < TREE_PAD; l++) {
        low[0] = low[l] < low[0] ? low[l] : low[0];
        high[0] = high[l] > high[0] ? high[l] : high[0];
    }
    *out_low = low[0];
    *out_high = high[0];
}

/* Sums of a[i] and b[i] where bins[i] <= cut; both are zero in the padding. A 16-bit lane holds 128 pairs of
 * bytes. */
static void masked_sums(
    const uint8_t *bins, const uint8_t *a, const uint8_t *b, int64_t n, uint8_t cut, int64_t out[2])
{
    int64_t sum_a = 0, sum_b = 0;
    for (int64_t begin = 0; begin < n; begin += 128 * TREE_PAD) {
        int64_t end = begin + 128 * TREE_PAD < n ? begin + 128 * TREE_PAD : n;
        vec16 lanes_a = {0}, lanes_b = {0};
        for (int64_t i = begin; i < end; i += TREE_PAD) {
            vec8 left = (vec8)(load8(bins + i) <= cut);
            vec16 x = (vec16)(load8(a + i) & left), y = (vec16)(load8(b + i) & left);
            lanes_a += (x & 0xff) + (x >> 8);
            lanes_b += (y & 0xff) + (y >> 8);
        }
        for (int32_t l = 0; l < TREE_PAD / 2; l++) {
            sum_a += lanes_a[l];
            sum_b += lanes_b[l];
        }
    }
    out[0] = sum_a;
    out[1] = sum_b;
}

static int64_t sum_left_weights(struct tree_grower *g, int32_t cut)
{
    int64_t rows = 0;
    for (int32_t c = 0; c < g->kl; c++)
        g->left[c] = 0;
    for (int64_t i = 0; i < g->node_n; i++) {
        int32_t times = g->bins[i] <= cut ? g->times8[i] : 0;
        g->left[g->labels[i]] += g->d->w[item_row(g->node_items[i])] * times;
        rows += times;
    }
    return rows;
}

static int64_t sum_left_counts(struct tree_grower *g, int32_t cut)
{
    int64_t rows = 0;
    for (int32_t c = 0; c < g->kl; c++)
        g->left_counts[c] = 0;
    for (int64_t i = 0; i < g->node_n; i++)
        g->left_counts[g->labels[i]] += g->bins[i] <= cut ? g->times8[i] : 0;
    for (int32_t c = 0; c < g->kl; c++) {
        g->left[c] = g->left_counts[c];
        rows += g->left_counts[c];
    }
    return rows;
}

/* Rows and class sums (g->left) of the node's items at or below the cut. */
static int64_t sum_left(struct tree_grower *g, int32_t cut)
{
    if (g->d->w)
        return sum_left_weights(g, cut);
    if (g->d->k > 2)
        return sum_left_counts(g, cut);
    int64_t sums[2]; /* rows, rows of class 1 */
    masked_sums(g->bins, g->times8, g->ones8, g->node_n, (uint8_t)cut, sums);
    g->left[0] = (double)(sums[0] - sums[1]);
    g->left[1] = (double)sums[1];
    return sums[0];
}

static bool try_random_cut(struct tree_grower *g, int32_t f)
{
    int32_t low, high;
    gather_bins(g, tree_codes(g, f));
    find_range(g->bins, g->node_n, &low, &high);
    if (low == high)
        return false;
    int32_t cut = low + (int32_t)rng_below(&g->rng, (uint32_t)(high - low));
    int64_t rows = sum_left(g, cut);
    if (large_enough(g, rows)) {
        double score = g->kl == 2 ? score_pair(g, g->left[0], g->left[1]) : tree_score(g, g->left);
        offer_cut(g, f, score, cut, cut + 1, false, false);
    }
    return true;
}

bool tree_try_feature(struct tree_grower *g, int32_t f)
{
    const struct tree_data *d = g->d;
    bool category = d->is_category[f];
    if (!d->has_missing[f] && d->n_bins[f] < 2)
        return false;
    if (g->o->random && !category && !d->has_missing[f])
        return try_random_cut(g, f);
    tree_collect_levels(g, f);
    if (g->levels.n < 2)
        return false;
    if (category)
        tree_try_category(g, f);
    else if (g->o->random)
        random_cut_of_levels(g, f);
    else
        best_cut(g, f);
    return true;
}
