/*
 * tree_levels.c - class histograms of one column in one node, packed into the list of bins that occur.
 *
 * Histograms are zero between uses: packing clears what it reads, so a small node never pays for 256 bins.
 * Two unweighted classes are one 64-bit addition a row.
 */
#include "ops/shared/tree_grower.h"

/* Below this many rows the bins that occur are remembered in a bit set; above it all 256 are looked at. */
enum { SMALL_NODE = 96 };

struct present {
    uint64_t bits[4];
};

static inline void mark(struct present *p, uint32_t bin)
{
    p->bits[bin >> 6] |= UINT64_C(1) << (bin & 63);
}

static struct present mark_bins(const struct tree_grower *g, struct tree_codes codes)
{
    struct present p = {{0}};
    for (int64_t i = 0; i < g->node_n; i++)
        mark(&p, code_of(codes, g->node_items[i]));
    return p;
}

static void add_pairs_small(struct tree_grower *g, struct tree_codes codes, struct present *p)
{
    for (int64_t i = 0; i < g->node_n; i++) {
        uint64_t item = g->node_items[i];
        uint8_t b = code_of(codes, item);
        g->pairs[b] += item_pair(item);
        mark(p, b);
    }
}

/* Two tables in turn, so that equal bins in a row do not wait for one another. */
static void add_pairs(struct tree_grower *g, struct tree_codes codes)
{
    uint64_t *a = g->pairs, *b = g->pairs + TREE_BINS;
    const uint64_t *items = g->node_items;
    int64_t i = 0, n = g->node_n;
    for (; i + 2 <= n; i += 2) {
        a[code_of(codes, items[i])] += item_pair(items[i]);
        b[code_of(codes, items[i + 1])] += item_pair(items[i + 1]);
    }
    if (i < n)
        a[code_of(codes, items[i])] += item_pair(items[i]);
    for (int32_t bin = 0; bin < TREE_BINS; bin++) {
        a[bin] += b[bin];
        b[bin] = 0;
    }
}

static struct present occurring_pairs(const struct tree_grower *g)
{
    struct present p;
    for (int32_t word = 0; word < 4; word++) {
        uint64_t bits = 0;
        for (int32_t b = 0; b < 64; b++)
            bits |= (uint64_t)(g->pairs[word * 64 + b] != 0) << b;
        p.bits[word] = bits;
    }
    return p;
}

static void pack_pair(struct tree_grower *g, int32_t i, int32_t bin)
{
    uint64_t pair = g->pairs[bin];
    int64_t rows = (int64_t)(pair & UINT32_MAX), ones = (int64_t)(pair >> 32);
    g->pairs[bin] = 0;
    g->levels.rows[i] = rows;
    g->levels.sums[2 * i] = (double)(rows - ones);
    g->levels.sums[2 * i + 1] = (double)ones;
}

static void add_counts(struct tree_grower *g, struct tree_codes codes)
{
    for (int64_t i = 0; i < g->node_n; i++) {
        uint64_t item = g->node_items[i];
        g->counts[code_of(codes, item) * g->kl + g->local[item_top(item)]] += item_times(item);
    }
}

static void pack_counts(struct tree_grower *g, int32_t i, int32_t bin)
{
    int32_t kl = g->kl;
    uint32_t *from = g->counts + bin * kl;
    int64_t rows = 0;
    for (int32_t c = 0; c < kl; c++) {
        rows += from[c];
        g->levels.sums[i * kl + c] = from[c];
        from[c] = 0;
    }
    g->levels.rows[i] = rows;
}

static void add_weights(struct tree_grower *g, struct tree_codes codes)
{
    bool two = g->d->k == 2;
    for (int64_t i = 0; i < g->node_n; i++) {
        uint64_t item = g->node_items[i];
        uint32_t row = item_row(item), times = item_times(item);
        int32_t bin = code_of(codes, item);
        int32_t c = two ? item_top(item) != 0 : g->local[item_top(item)];
        g->sums[bin * g->kl + c] += g->d->w[row] * times;
        g->rows[bin] += times;
    }
}

static void pack_weights(struct tree_grower *g, int32_t i, int32_t bin)
{
    int32_t kl = g->kl;
    for (int32_t c = 0; c < kl; c++) {
        g->levels.sums[i * kl + c] = g->sums[bin * kl + c];
        g->sums[bin * kl + c] = 0;
    }
    g->levels.rows[i] = g->rows[bin];
    g->rows[bin] = 0;
}

static void pack(struct tree_grower *g, const struct present *p,
    void (*pack_one)(struct tree_grower *g, int32_t i, int32_t bin))
{
    struct tree_levels *l = &g->levels;
    l->n = 0;
    for (int32_t word = 0; word < 4; word++) {
        for (uint64_t bits = p->bits[word]; bits; bits &= bits - 1) {
            int32_t bin = word * 64 + __builtin_ctzll(bits);
            l->bin[l->n] = bin;
            pack_one(g, l->n++, bin);
        }
    }
    l->missing = l->n > 0 && l->bin[l->n - 1] == BIN_MISSING;
}

void tree_collect_levels(struct tree_grower *g, int32_t f)
{
    struct tree_codes codes = tree_codes(g, f);
    struct present p = {{0}};
    if (g->d->w) {
        add_weights(g, codes);
        p = mark_bins(g, codes);
        pack(g, &p, pack_weights);
    } else if (g->d->k > 2) {
        add_counts(g, codes);
        p = mark_bins(g, codes);
        pack(g, &p, pack_counts);
    } else {
        if (g->node_n < SMALL_NODE) {
            add_pairs_small(g, codes, &p);
        } else {
            add_pairs(g, codes);
            p = occurring_pairs(g);
        }
        pack(g, &p, pack_pair);
    }
}
