/*
 * bins.c - histogram bins of columns, after LightGBM's greedy search (Ke et al., NeurIPS 2017; BinMapper),
 * but from all rows instead of a sample.
 */
#include "data/bins.h"

#include <math.h>

#include "base/sort.h"

enum { EDGES_MAX = BIN_MAX - 1 };

/* A number that parts two neighbours: a <= midway < b. */
static double midway(double a, double b)
{
    double middle = a / 2 + b / 2;
    return middle >= a && middle < b ? middle : a;
}

/* Distinct values, ascending, and how often each occurs; x is sorted in place. */
struct distinct {
    double *x;
    int32_t *counts;
    int64_t n;      /* distinct values */
    int64_t n_rows; /* values that are not missing */
};

static bool find_distinct(struct mem *m, struct distinct *d, double *x, int64_t n)
{
    if (!sort_double(m, x, n))
        return false;
    while (n > 0 && isnan(x[n - 1]))
        n--;
    d->counts = NEW_ARRAY(m, n, int32_t);
    if (!d->counts)
        return false;
    d->x = x;
    d->n = 0;
    d->n_rows = n;
    for (int64_t i = 0; i < n; i++) {
        if (i == 0 || x[i] > x[d->n - 1]) {
            x[d->n] = x[i];
            d->counts[d->n++] = 0;
        }
        d->counts[d->n - 1]++;
    }
    return true;
}

static int32_t edges_between_all(const struct distinct *d, double *edges)
{
    for (int64_t i = 0; i + 1 < d->n; i++)
        edges[i] = midway(d->x[i], d->x[i + 1]);
    return d->n > 0 ? (int32_t)d->n - 1 : 0;
}

/* Values with a whole share of the rows stand alone; bins of the others are closed when they hold an equal
 * share of what is left, or half of it before a value that stands alone. */
static int32_t edges_by_weight(const struct distinct *d, double *edges)
{
    double share = (double)d->n_rows / BIN_MAX, own_share = share;
    int64_t rows_left = d->n_rows, bins_left = BIN_MAX;
    for (int64_t i = 0; i < d->n; i++) {
        if (d->counts[i] >= own_share) {
            rows_left -= d->counts[i];
            bins_left--;
        }
    }
    share = (double)rows_left / (double)(bins_left > 0 ? bins_left : 1);
    double held = 0;
    int32_t n = 0;
    for (int64_t i = 0; i + 1 < d->n && n < EDGES_MAX; i++) {
        bool alone = d->counts[i] >= own_share, next_alone = d->counts[i + 1] >= own_share;
        held += d->counts[i];
        rows_left -= alone ? 0 : d->counts[i];
        if (!alone && held < share && !(next_alone && held >= share / 2))
            continue;
        edges[n++] = midway(d->x[i], d->x[i + 1]);
        held = 0;
        if (!alone && --bins_left > 0)
            share = (double)rows_left / (double)bins_left;
    }
    return n;
}

/* x is overwritten. */
static bool fit_edges(struct mem *m, double *x, int64_t n, struct bin_column *out)
{
    struct distinct d = {0};
    double edges[EDGES_MAX];
    if (!find_distinct(m, &d, x, n))
        return false;
    int32_t n_edges = d.n <= BIN_MAX ? edges_between_all(&d, edges) : edges_by_weight(&d, edges);
    mem_free(m, d.counts);
    out->edges = mem_copy(m, edges, (size_t)n_edges, sizeof *edges);
    out->n_bins = n_edges + 1;
    return out->edges != NULL;
}

struct frequency {
    const int64_t *counts;
};

static int compare_frequency(const void *user, int32_t a, int32_t b)
{
    const struct frequency *f = user;
    return (f->counts[a] < f->counts[b]) - (f->counts[a] > f->counts[b]);
}

/* The bins of more than BIN_MAX levels, from the rows of column j. */
static bool fit_levels(struct mem *m, const struct frame *x, int32_t j, struct bin_column *out)
{
    const struct frame_col *c = &x->cols[j];
    int64_t *counts = NEW_ZEROS(m, c->n_levels, int64_t);
    int32_t *order = NEW_ARRAY(m, c->n_levels, int32_t);
    out->level_bin = NEW_ARRAY(m, c->n_levels, uint8_t);
    bool ok = counts && order && out->level_bin;
    for (int64_t i = 0; ok && i < x->n_rows; i++) {
        int32_t code = c->codes[c->rows ? c->rows[i] : i];
        if (code >= 0)
            counts[code]++;
    }
    for (int32_t i = 0; ok && i < c->n_levels; i++)
        order[i] = i;
    const struct frequency f = {counts};
    ok = ok && sort_indices(m, order, c->n_levels, compare_frequency, &f);
    for (int32_t i = 0; ok && i < c->n_levels; i++)
        out->level_bin[order[i]] = (uint8_t)(i < BIN_MAX - 1 ? i : BIN_MAX - 1);
    mem_free(m, counts);
    mem_free(m, order);
    return ok;
}

static uint8_t bin_of_level(const struct bin_column *c, double v)
{
    if (!(v >= 0 && v < c->n_levels))
        return BIN_MISSING;
    return c->level_bin ? c->level_bin[(int32_t)v] : (uint8_t)v;
}

/* How many edges lie below v: halves the range without branches. */
static inline uint8_t bin_of_number(const double *edges, int32_t n_edges, double v)
{
    const double *base = edges;
    int32_t n = n_edges;
    while (n > 1) {
        int32_t half = n / 2;
        base += base[half - 1] < v ? half : 0;
        n -= half;
    }
    return (uint8_t)(base - edges + (n == 1 && *base < v));
}

uint8_t bin_of(const struct bin_column *c, double v)
{
    if (isnan(v))
        return BIN_MISSING;
    return c->edges ? bin_of_number(c->edges, c->n_bins - 1, v) : bin_of_level(c, v);
}

/* Eight searches side by side: each step of one waits for its load, the others fill the time. */
static void bin_eight(const double *edges, int32_t n_edges, const double *x, uint8_t *out)
{
    int32_t base[8] = {0}, n = n_edges;
    while (n > 1) {
        int32_t half = n / 2;
        for (int32_t k = 0; k < 8; k++)
            base[k] += edges[base[k] + half - 1] < x[k] ? half : 0;
        n -= half;
    }
    for (int32_t k = 0; k < 8; k++) {
        int32_t bin = base[k] + (n == 1 && edges[base[k]] < x[k] ? 1 : 0);
        out[k] = (uint8_t)(isnan(x[k]) ? BIN_MISSING : bin);
    }
}

void bin_values(const struct bin_column *c, const double *x, int64_t n, uint8_t *out)
{
    int64_t i = 0;
    for (; c->edges && i + 8 <= n; i += 8)
        bin_eight(c->edges, c->n_bins - 1, x + i, out + i);
    for (; i < n; i++)
        out[i] = bin_of(c, x[i]);
}

automl_status bin_column_fit(
    struct mem *m, const double *x, int64_t n, struct bin_column *out, automl_error *err)
{
    struct bin_column c = {0};
    double *copy = mem_copy(m, x, (size_t)n, sizeof *x);
    bool ok = copy && fit_edges(m, copy, n, &c);
    mem_free(m, copy);
    c.codes = ok ? NEW_ARRAY(m, n, uint8_t) : NULL;
    if (!c.codes) {
        bin_column_free(m, &c);
        return error_memory(err);
    }
    bin_values(&c, x, n, c.codes);
    *out = c;
    return AUTOML_OK;
}

void bin_column_free(struct mem *m, struct bin_column *c)
{
    mem_free(m, c->edges);
    mem_free(m, c->level_bin);
    mem_free(m, c->codes);
    *c = (struct bin_column){0};
}

/* The bins of all columns of a frame. */
struct bin_set {
    int32_t n;
    struct bin_column *columns;
};

static void release_set(struct block *b)
{
    struct bin_set *s = b->owner;
    for (int32_t j = 0; s->columns && j < s->n; j++)
        bin_column_free(b->mem, &s->columns[j]);
    mem_free(b->mem, s->columns);
    mem_free(b->mem, s);
}

static struct block *set_create(struct mem *m, int32_t n)
{
    struct bin_set *s = NEW(m, struct bin_set);
    struct block *b = s ? block_wrap(m, NULL, release_set, s) : NULL;
    if (!b) {
        mem_free(m, s);
        return NULL;
    }
    s->n = n;
    s->columns = NEW_ZEROS(m, n, struct bin_column);
    if (!s->columns) {
        block_unref(b);
        return NULL;
    }
    return b;
}

static bool bin_category(
    struct mem *m, const struct frame *x, int32_t j, int64_t n_base, struct bin_column *out)
{
    const struct frame_col *c = &x->cols[j];
    out->n_levels = c->n_levels;
    out->n_bins = c->n_levels < 1 ? 1 : c->n_levels < BIN_MAX ? c->n_levels : BIN_MAX;
    out->codes = NEW_ARRAY(m, n_base, uint8_t);
    if (!out->codes || (c->n_levels > BIN_MAX && !fit_levels(m, x, j, out)))
        return false;
    for (int64_t i = 0; i < n_base; i++)
        out->codes[i] = bin_of_level(out, c->codes[i]);
    return true;
}

static bool bin_number(
    struct mem *m, const struct frame *x, int32_t j, int64_t n_base, double *scratch, struct bin_column *out)
{
    frame_gather(x, j, 0, x->n_rows, scratch);
    out->codes = NEW_ARRAY(m, n_base, uint8_t);
    if (!out->codes || !fit_edges(m, scratch, x->n_rows, out))
        return false;
    bin_values(out, x->cols[j].x, n_base, out->codes);
    return true;
}

/* Keeps the values of a column and the bins alive together. */
struct pair {
    struct block *values, *bins;
};

static void release_pair(struct block *b)
{
    struct pair *p = b->owner;
    block_unref(p->values);
    block_unref(p->bins);
    mem_free(b->mem, p);
}

static struct block *pair_create(struct mem *m, struct block *values, struct block *bins)
{
    struct pair *p = NEW(m, struct pair);
    struct block *b = p ? block_wrap(m, NULL, release_pair, p) : NULL;
    if (!b) {
        mem_free(m, p);
        return NULL;
    }
    p->values = block_ref(values);
    p->bins = block_ref(bins);
    return b;
}

/* The new `values` of every column: neighbours that shared a block share a pair. */
static bool make_pairs(struct mem *m, const struct frame *x, struct block *bins, struct block **pairs)
{
    for (int32_t j = 0; j < x->n_cols; j++) {
        bool shared = j > 0 && x->cols[j].values == x->cols[j - 1].values;
        pairs[j] = shared ? block_ref(pairs[j - 1]) : pair_create(m, x->cols[j].values, bins);
        if (!pairs[j])
            return false;
    }
    return true;
}

static bool bin_all(struct mem *m, const struct frame *x, int64_t n_base, struct bin_set *s)
{
    double *scratch = NEW_ARRAY(m, x->n_rows, double);
    bool ok = scratch != NULL;
    for (int32_t j = 0; ok && j < x->n_cols; j++)
        ok = x->cols[j].kind == FRAME_CATEGORY ? bin_category(m, x, j, n_base, &s->columns[j])
                                               : bin_number(m, x, j, n_base, scratch, &s->columns[j]);
    mem_free(m, scratch);
    return ok;
}

automl_status bins_attach(struct mem *m, struct frame *x, int64_t n_base, automl_error *err)
{
    struct block *bins = set_create(m, x->n_cols);
    struct block **pairs = NEW_ZEROS(m, x->n_cols, struct block *);
    bool ok = bins && pairs && bin_all(m, x, n_base, bins->owner) && make_pairs(m, x, bins, pairs);
    for (int32_t j = 0; pairs && j < x->n_cols; j++) {
        if (!ok) {
            block_unref(pairs[j]);
            continue;
        }
        block_unref(x->cols[j].values);
        x->cols[j].values = pairs[j];
        x->cols[j].bins = &((struct bin_set *)bins->owner)->columns[j];
    }
    mem_free(m, pairs);
    if (!ok) {
        block_unref(bins);
        return error_memory(err);
    }
    block_unref(x->bins);
    x->bins = bins;
    return AUTOML_OK;
}
