/*
 * split.c - the held-out test rows: a stratified sample, whole groups, or the latest rows.
 *
 * Stratified: class c of n_c rows gives the whole part of its quota n_c * test_size, and the classes with the
 * largest remainders one row more until the total is right (Hamilton's method); a class of two or more rows
 * gives at least one and keeps at least one. Grouped: groups, largest first and in random order among
 * equals, go one by one to the side whose class quotas they fill better, but never to the test side if a
 * class would be left without a training row. By time: the cut lies between two different times.
 */
#include "data/split.h"

#include <math.h>
#include <string.h>

#include "base/sort.h"
#include "data/row_order.h"

struct work {
    struct mem *mem;
    const int32_t *y;
    int64_t n;
    int32_t k;
    double test_size;
    struct rng rng;
    int64_t *counts;  /* rows of each class */
    int64_t *tests;   /* of them, in the test part */
    int64_t *trains;  /* of them, dealt to the training part so far; groups only */
    uint8_t *is_test; /* per row */
};

static bool work_init(struct work *w)
{
    w->counts = NEW_ZEROS(w->mem, w->k, int64_t);
    w->tests = NEW_ZEROS(w->mem, w->k, int64_t);
    w->trains = NEW_ZEROS(w->mem, w->k, int64_t);
    w->is_test = NEW_ZEROS(w->mem, w->n, uint8_t);
    if (!w->counts || !w->tests || !w->trains || !w->is_test)
        return false;
    for (int64_t i = 0; i < w->n; i++)
        w->counts[w->y[i]]++;
    return true;
}

static void work_free(struct work *w)
{
    mem_free(w->mem, w->counts);
    mem_free(w->mem, w->tests);
    mem_free(w->mem, w->trains);
    mem_free(w->mem, w->is_test);
}

static double quota(const struct work *w, int32_t c)
{
    return (double)w->counts[c] * w->test_size;
}

/* The whole part of the quota, within the limits of the class. */
static int64_t whole_share(const struct work *w, int32_t c)
{
    int64_t n = w->counts[c];
    if (n < 2)
        return 0;
    int64_t share = (int64_t)floor(quota(w, c));
    return share < 1 ? 1 : share > n - 1 ? n - 1 : share;
}

static void share_out(struct work *w)
{
    int64_t left = llround((double)w->n * w->test_size);
    for (int32_t c = 0; c < w->k; c++) {
        w->tests[c] = whole_share(w, c);
        left -= w->tests[c];
    }
    for (; left > 0; left--) {
        int32_t best = -1;
        double most = 0;
        for (int32_t c = 0; c < w->k; c++) {
            double rest = quota(w, c) - (double)w->tests[c];
            if (rest > most && w->tests[c] < w->counts[c] - 1) {
                most = rest;
                best = c;
            }
        }
        if (best < 0)
            return;
        w->tests[best]++;
    }
}

/* Knuth's selection sampling (algorithm S), for all classes in one pass over the rows. */
static bool draw_rows(struct work *w)
{
    int64_t *rows_left = mem_copy(w->mem, w->counts, (size_t)w->k, sizeof *rows_left);
    int64_t *tests_left = mem_copy(w->mem, w->tests, (size_t)w->k, sizeof *tests_left);
    bool ok = rows_left && tests_left;
    for (int64_t i = 0; ok && i < w->n; i++) {
        int32_t c = w->y[i];
        if (tests_left[c] > 0 && rng_below(&w->rng, (uint32_t)rows_left[c]) < (uint64_t)tests_left[c]) {
            w->is_test[i] = 1;
            tests_left[c]--;
        }
        rows_left[c]--;
    }
    mem_free(w->mem, rows_left);
    mem_free(w->mem, tests_left);
    return ok;
}

static automl_status split_stratified(struct work *w, automl_error *err)
{
    share_out(w);
    return draw_rows(w) ? AUTOML_OK : error_memory(err);
}

/* How much farther from its quotas a side gets with the rows of a class of a group: the change of
 * (rows - quota)^2 / quota. */
static double farther(double rows, double wanted, double size)
{
    return size * (2 * (rows - wanted) + size) / wanted;
}

/* Less than 0 if the rows of a group suit the test side better than the training side. INFINITY if a class
 * would be left without training rows. `sizes` is zero and left zero. */
static double move_cost(const struct work *w, const int32_t *rows, int32_t n, int64_t *sizes)
{
    double cost = 0;
    for (int32_t i = 0; i < n; i++)
        sizes[w->y[rows[i]]]++;
    for (int32_t i = 0; i < n; i++) {
        int32_t c = w->y[rows[i]];
        double size = (double)sizes[c], wanted = quota(w, c);
        if (size == 0)
            continue;
        if (w->tests[c] + sizes[c] >= w->counts[c])
            cost = (double)INFINITY;
        cost += farther((double)w->tests[c], wanted, size) -
                farther((double)w->trains[c], (double)w->counts[c] - wanted, size);
        sizes[c] = 0;
    }
    return cost;
}

static void test_rows(struct work *w, const int32_t *rows, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        w->is_test[rows[i]] = 1;
        w->tests[w->y[rows[i]]]++;
    }
}

static void train_rows(struct work *w, const int32_t *rows, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        w->trains[w->y[rows[i]]]++;
}

static int compare_sizes(const void *user, int32_t a, int32_t b)
{
    const struct row_order *o = user;
    int32_t left = o->begin[a + 1] - o->begin[a], right = o->begin[b + 1] - o->begin[b];
    return (left < right) - (left > right);
}

/* Each group goes where it suits better; if that leaves the test side empty, the one that harms least goes
 * there. */
static void deal_groups(struct work *w, const struct row_order *o, const int32_t *order, int64_t *sizes)
{
    int32_t tested = 0, cheapest = -1;
    double least = (double)INFINITY;
    for (int32_t i = 0; i < o->n_runs; i++) {
        const int32_t *rows = o->rows + o->begin[order[i]];
        int32_t n = o->begin[order[i] + 1] - o->begin[order[i]];
        double cost = move_cost(w, rows, n, sizes);
        if (cost < 0) {
            test_rows(w, rows, n);
            tested++;
            continue;
        }
        train_rows(w, rows, n);
        if (cost < least) {
            least = cost;
            cheapest = order[i];
        }
    }
    if (tested == 0 && cheapest >= 0)
        test_rows(w, o->rows + o->begin[cheapest], o->begin[cheapest + 1] - o->begin[cheapest]);
}

static automl_status split_groups(struct work *w, const int32_t *groups, automl_error *err)
{
    struct row_order o;
    automl_status status = AUTOML_OK;
    int32_t *order = NULL;
    int64_t *sizes = NEW_ZEROS(w->mem, w->k, int64_t);
    bool ok = row_order_by_group(&o, w->mem, groups, w->n);
    if (ok)
        order = NEW_ARRAY(w->mem, o.n_runs, int32_t);
    if (!ok || !sizes || !order) {
        status = error_memory(err);
        goto done;
    }
    for (int32_t g = 0; g < o.n_runs; g++)
        order[g] = g;
    rng_shuffle(&w->rng, order, o.n_runs);
    if (!sort_indices(w->mem, order, o.n_runs, compare_sizes, &o)) {
        status = error_memory(err);
        goto done;
    }
    deal_groups(w, &o, order, sizes);
done:
    mem_free(w->mem, order);
    mem_free(w->mem, sizes);
    row_order_free(&o);
    return status;
}

static automl_status split_times(struct work *w, const int64_t *times, automl_error *err)
{
    struct row_order o;
    automl_status status = AUTOML_OK;
    if (!row_order_by_time(&o, w->mem, times, w->n)) {
        status = error_memory(err);
    } else if (o.n_runs < 2) {
        status = error_set(err, AUTOML_E_DATA,
            "all rows have the same time, so they cannot be split by time; leave time_split out");
    } else {
        int64_t n_train = w->n - llround((double)w->n * w->test_size);
        int32_t run = row_order_nearest(&o, n_train, 1, o.n_runs - 1);
        test_rows(w, o.rows + o.begin[run], (int32_t)w->n - o.begin[run]);
    }
    row_order_free(&o);
    return status;
}

static automl_status check(const struct work *w, const struct split_options *o, automl_error *err)
{
    if (!(w->test_size > 0 && w->test_size < 1))
        return error_set(err, AUTOML_E_RANGE, "test_size must lie between 0 and 1");
    if (o->groups && o->times)
        return error_set(
            err, AUTOML_E_CONFLICT, "group_column and time_split exclude each other; leave one of them out");
    if (w->n < 2)
        return error_set(
            err, AUTOML_E_DATA, "%d rows cannot be split into training and test rows", (int)w->n);
    return AUTOML_OK;
}

/* Both index arrays, from the marks. */
static automl_status collect(const struct work *w, int32_t **out_train, int64_t *out_n_train,
    int32_t **out_test, int64_t *out_n_test, automl_error *err)
{
    int64_t n_test = 0;
    for (int64_t i = 0; i < w->n; i++)
        n_test += w->is_test[i];
    if (n_test == 0 || n_test == w->n)
        return error_set(err, AUTOML_E_DATA,
            "no rows are left for the %s part; every class (or group) is needed whole for the other part",
            n_test == 0 ? "test" : "training");
    int32_t *train = NEW_ARRAY(w->mem, w->n - n_test, int32_t);
    int32_t *test = NEW_ARRAY(w->mem, n_test, int32_t);
    if (!train || !test) {
        mem_free(w->mem, train);
        mem_free(w->mem, test);
        return error_memory(err);
    }
    int64_t at_train = 0, at_test = 0;
    for (int64_t i = 0; i < w->n; i++) {
        if (w->is_test[i])
            test[at_test++] = (int32_t)i;
        else
            train[at_train++] = (int32_t)i;
    }
    *out_train = train;
    *out_n_train = at_train;
    *out_test = test;
    *out_n_test = at_test;
    return AUTOML_OK;
}

automl_status split_train_test(struct mem *m, const int32_t *y, int64_t n, int32_t k,
    const struct split_options *o, struct rng r, int32_t **out_train, int64_t *out_n_train,
    int32_t **out_test, int64_t *out_n_test, automl_error *err)
{
    struct work w = {.mem = m, .y = y, .n = n, .k = k, .test_size = o->test_size, .rng = r};
    automl_status status;
    TRY(check(&w, o, err));
    if (!work_init(&w)) {
        status = error_memory(err);
        goto done;
    }
    if (o->groups)
        TRY_DONE(split_groups(&w, o->groups, err));
    else if (o->times)
        TRY_DONE(split_times(&w, o->times, err));
    else
        TRY_DONE(split_stratified(&w, err));
    TRY_DONE(collect(&w, out_train, out_n_train, out_test, out_n_test, err));
done:
    work_free(&w);
    return status;
}
