/*
 * folds.c - the folds of cross-validation: stratified, of whole groups, or an expanding window in time.
 *
 * Stratified: the shuffled rows of each class are dealt to the folds in turn, each class beginning where the
 * one before it ended, so that the sizes of folds differ by at most one row too. Grouped: groups, largest
 * first and in random order among equals, go to the fold whose class counts they bring nearest to an equal
 * share. A group that holds all rows of a class trains always, as long as enough others can be dealt.
 */
#include "data/split.h"

#include <math.h>

#include "base/sort.h"
#include "data/row_order.h"

enum { NOT_DEALT = -1 };

struct deal {
    struct mem *mem;
    const int32_t *y;
    int64_t n;
    int32_t k, n_folds;
    struct rng rng;
    int64_t *counts;  /* rows of each class */
    int32_t *fold_of; /* per row; NOT_DEALT: always trains */
};

static bool deal_init(struct deal *d)
{
    d->counts = NEW_ZEROS(d->mem, d->k, int64_t);
    d->fold_of = NEW_ARRAY(d->mem, d->n, int32_t);
    if (!d->counts || !d->fold_of)
        return false;
    for (int64_t i = 0; i < d->n; i++) {
        d->counts[d->y[i]]++;
        d->fold_of[i] = NOT_DEALT;
    }
    return true;
}

static void deal_free(struct deal *d)
{
    mem_free(d->mem, d->counts);
    mem_free(d->mem, d->fold_of);
}

static automl_status too_few(const char *what, int64_t n, int32_t n_folds, automl_error *err)
{
    return error_set(err, AUTOML_E_DATA, "%d %s cannot make %d folds; use fewer folds or more rows", (int)n,
        what, (int)n_folds);
}

static automl_status deal_stratified(struct deal *d, automl_error *err)
{
    struct row_order o;
    int64_t dealt = 0;
    if (!row_order_by_group(&o, d->mem, d->y, d->n)) {
        row_order_free(&o);
        return error_memory(err);
    }
    for (int32_t c = 0; c < o.n_runs; c++) {
        int32_t *rows = o.rows + o.begin[c];
        int32_t n = o.begin[c + 1] - o.begin[c];
        if (n < 2)
            continue;
        struct rng r = rng_split(&d->rng, (uint64_t)d->y[rows[0]]);
        rng_shuffle(&r, rows, n);
        for (int32_t i = 0; i < n; i++)
            d->fold_of[rows[i]] = (int32_t)(dealt++ % d->n_folds);
    }
    row_order_free(&o);
    return dealt < d->n_folds ? too_few("rows (of classes with two rows or more)", dealt, d->n_folds, err)
                              : AUTOML_OK;
}

/* The dealing of groups. */
struct groups {
    struct row_order order;
    int32_t *turn;       /* the groups in the order in which they are dealt */
    uint8_t *keeps;      /* per group: holds all rows of a class */
    int64_t *sizes;      /* per class, of one group; zero between uses */
    int64_t *fold_count; /* rows by fold and class: [fold * k + class] */
    int64_t *fold_rows;
};

static bool groups_init(struct groups *g, const struct deal *d, const int32_t *groups)
{
    if (!row_order_by_group(&g->order, d->mem, groups, d->n))
        return false;
    g->turn = NEW_ARRAY(d->mem, g->order.n_runs, int32_t);
    g->keeps = NEW_ZEROS(d->mem, g->order.n_runs, uint8_t);
    g->sizes = NEW_ZEROS(d->mem, d->k, int64_t);
    g->fold_count = NEW_ZEROS(d->mem, (int64_t)d->n_folds * d->k, int64_t);
    g->fold_rows = NEW_ZEROS(d->mem, d->n_folds, int64_t);
    return g->turn && g->keeps && g->sizes && g->fold_count && g->fold_rows;
}

static void groups_free(struct groups *g, struct mem *m)
{
    mem_free(m, g->turn);
    mem_free(m, g->keeps);
    mem_free(m, g->sizes);
    mem_free(m, g->fold_count);
    mem_free(m, g->fold_rows);
    row_order_free(&g->order);
}

/* Marks the groups that hold all rows of a class; returns how many there are. */
static int32_t mark_keepers(struct groups *g, const struct deal *d)
{
    int32_t n = 0;
    for (int32_t i = 0; i < g->order.n_runs; i++) {
        const int32_t *rows = g->order.rows;
        for (int32_t at = g->order.begin[i]; at < g->order.begin[i + 1]; at++) {
            int32_t c = d->y[rows[at]];
            if (++g->sizes[c] == d->counts[c])
                g->keeps[i] = 1;
        }
        for (int32_t at = g->order.begin[i]; at < g->order.begin[i + 1]; at++)
            g->sizes[d->y[rows[at]]] = 0;
        n += g->keeps[i];
    }
    return n;
}

static int compare_sizes(const void *user, int32_t a, int32_t b)
{
    const struct row_order *o = user;
    int32_t left = o->begin[a + 1] - o->begin[a], right = o->begin[b + 1] - o->begin[b];
    return (left < right) - (left > right);
}

/* What the squared distance of a fold's class counts from an equal share gains with a group's `sizes`. */
static double deal_cost(
    const struct groups *g, const struct deal *d, const int32_t *classes, int32_t n_classes, int32_t fold)
{
    double cost = 0;
    for (int32_t i = 0; i < n_classes; i++) {
        int32_t c = classes[i];
        double all = (double)d->counts[c], size = (double)g->sizes[c];
        double over = (double)g->fold_count[(int64_t)fold * d->k + c] - all / d->n_folds;
        cost += size * (2 * over + size) / all;
    }
    return cost;
}

static int32_t best_fold(
    const struct groups *g, const struct deal *d, const int32_t *classes, int32_t n_classes)
{
    int32_t best = 0;
    double least = (double)INFINITY;
    for (int32_t f = 0; f < d->n_folds; f++) {
        double cost = deal_cost(g, d, classes, n_classes, f);
        if (cost < least || (cost == least && g->fold_rows[f] < g->fold_rows[best])) {
            least = cost;
            best = f;
        }
    }
    return best;
}

/* `classes` is scratch for k classes. */
static void deal_group(struct groups *g, struct deal *d, int32_t i, int32_t *classes)
{
    const int32_t *rows = g->order.rows + g->order.begin[i];
    int32_t n = g->order.begin[i + 1] - g->order.begin[i], n_classes = 0;
    for (int32_t at = 0; at < n; at++)
        if (g->sizes[d->y[rows[at]]]++ == 0)
            classes[n_classes++] = d->y[rows[at]];
    int32_t fold = best_fold(g, d, classes, n_classes);
    g->fold_rows[fold] += n;
    for (int32_t c = 0; c < n_classes; c++) {
        g->fold_count[(int64_t)fold * d->k + classes[c]] += g->sizes[classes[c]];
        g->sizes[classes[c]] = 0;
    }
    for (int32_t at = 0; at < n; at++)
        d->fold_of[rows[at]] = fold;
}

static automl_status deal_groups(struct deal *d, const int32_t *groups, automl_error *err)
{
    struct groups g = {0};
    automl_status status = AUTOML_OK;
    int32_t *classes = NEW_ARRAY(d->mem, d->k, int32_t);
    if (!classes || !groups_init(&g, d, groups)) {
        status = error_memory(err);
        goto done;
    }
    int32_t n_groups = g.order.n_runs;
    if (n_groups < d->n_folds) {
        status = too_few("groups", n_groups, d->n_folds, err);
        goto done;
    }
    bool keep = n_groups - mark_keepers(&g, d) >= d->n_folds;
    for (int32_t i = 0; i < n_groups; i++)
        g.turn[i] = i;
    rng_shuffle(&d->rng, g.turn, n_groups);
    if (!sort_indices(d->mem, g.turn, n_groups, compare_sizes, &g.order)) {
        status = error_memory(err);
        goto done;
    }
    for (int32_t i = 0; i < n_groups; i++)
        if (!keep || !g.keeps[g.turn[i]])
            deal_group(&g, d, g.turn[i], classes);
done:
    mem_free(d->mem, classes);
    groups_free(&g, d->mem);
    return status;
}

/* fold_of becomes the time slice: 0 trains only, slice s is validated by fold s - 1. */
static automl_status deal_times(struct deal *d, const int64_t *times, automl_error *err)
{
    struct row_order o;
    automl_status status = AUTOML_OK;
    if (!row_order_by_time(&o, d->mem, times, d->n)) {
        status = error_memory(err);
    } else if (o.n_runs < d->n_folds + 1) {
        status = error_set(err, AUTOML_E_DATA, "%d different times cannot make %d folds, which need one more",
            (int)o.n_runs, (int)d->n_folds);
    } else {
        int32_t run = 0;
        for (int32_t slice = 0; slice <= d->n_folds; slice++) {
            int32_t next = o.n_runs;
            if (slice < d->n_folds)
                next = row_order_nearest(
                    &o, d->n * (slice + 1) / (d->n_folds + 1), run + 1, o.n_runs - (d->n_folds - slice));
            for (int32_t at = o.begin[run]; at < o.begin[next]; at++)
                d->fold_of[o.rows[at]] = slice;
            run = next;
        }
    }
    row_order_free(&o);
    return status;
}

static bool trains(const struct deal *d, bool by_time, int64_t row, int32_t fold)
{
    return by_time ? d->fold_of[row] <= fold : d->fold_of[row] != fold;
}

static bool validates(const struct deal *d, bool by_time, int64_t row, int32_t fold)
{
    return d->fold_of[row] == (by_time ? fold + 1 : fold);
}

static bool folds_allocate(struct folds *f, const struct deal *d, bool by_time)
{
    f->train_begin = NEW_ZEROS(f->mem, f->k + 1, int64_t);
    f->valid_begin = NEW_ZEROS(f->mem, f->k + 1, int64_t);
    if (!f->train_begin || !f->valid_begin)
        return false;
    for (int32_t fold = 0; fold < f->k; fold++) {
        int64_t n_train = 0, n_valid = 0;
        for (int64_t i = 0; i < f->n; i++) {
            n_train += trains(d, by_time, i, fold);
            n_valid += validates(d, by_time, i, fold);
        }
        f->train_begin[fold + 1] = f->train_begin[fold] + n_train;
        f->valid_begin[fold + 1] = f->valid_begin[fold] + n_valid;
    }
    f->train_of = NEW_ARRAY(f->mem, f->train_begin[f->k], int32_t);
    f->valid_of = NEW_ARRAY(f->mem, f->valid_begin[f->k], int32_t);
    return f->train_of && f->valid_of;
}

static automl_status folds_collect(const struct deal *d, bool by_time, struct folds **out, automl_error *err)
{
    struct folds *f = NEW(d->mem, struct folds);
    if (!f)
        return error_memory(err);
    f->mem = d->mem;
    f->k = d->n_folds;
    f->n = d->n;
    if (!folds_allocate(f, d, by_time)) {
        folds_free(f);
        return error_memory(err);
    }
    int32_t *train = f->train_of, *valid = f->valid_of;
    for (int32_t fold = 0; fold < f->k; fold++) {
        for (int64_t i = 0; i < f->n; i++) {
            if (trains(d, by_time, i, fold))
                *train++ = (int32_t)i;
            if (validates(d, by_time, i, fold))
                *valid++ = (int32_t)i;
        }
    }
    *out = f;
    return AUTOML_OK;
}

automl_status folds_create(struct mem *m, const int32_t *y, int64_t n, int32_t k_classes, int32_t n_folds,
    const int32_t *groups, const int64_t *times, struct rng r, struct folds **out, automl_error *err)
{
    struct deal d = {.mem = m, .y = y, .n = n, .k = k_classes, .n_folds = n_folds, .rng = r};
    automl_status status;
    if (n_folds < 2)
        return error_set(
            err, AUTOML_E_RANGE, "cross-validation needs at least 2 folds, not %d", (int)n_folds);
    if (groups && times)
        return error_set(
            err, AUTOML_E_CONFLICT, "group_column and time_split exclude each other; leave one of them out");
    if (!deal_init(&d)) {
        status = error_memory(err);
        goto done;
    }
    if (groups)
        TRY_DONE(deal_groups(&d, groups, err));
    else if (times)
        TRY_DONE(deal_times(&d, times, err));
    else
        TRY_DONE(deal_stratified(&d, err));
    TRY_DONE(folds_collect(&d, times != NULL, out, err));
done:
    deal_free(&d);
    return status;
}

void folds_free(struct folds *f)
{
    if (!f)
        return;
    mem_free(f->mem, f->train_of);
    mem_free(f->mem, f->valid_of);
    mem_free(f->mem, f->train_begin);
    mem_free(f->mem, f->valid_begin);
    mem_free(f->mem, f);
}

const int32_t *folds_train(const struct folds *f, int32_t fold, int64_t *out_n)
{
    *out_n = f->train_begin[fold + 1] - f->train_begin[fold];
    return f->train_of + f->train_begin[fold];
}

const int32_t *folds_valid(const struct folds *f, int32_t fold, int64_t *out_n)
{
    *out_n = f->valid_begin[fold + 1] - f->valid_begin[fold];
    return f->valid_of + f->valid_begin[fold];
}
