/* forest.c - trees grown in parallel, averaged, saved. */
#include "ops/shared/forest.h"

#include <math.h>
#include <stdatomic.h>

const char *const forest_features_names[] = {"sqrt", "log2", "all", "fraction", NULL};
const char *const forest_criteria[] = {"gini", "entropy", NULL};
const char *const forest_class_weights[] = {"none", "balanced", NULL};

/* A tree stays in the second-level cache while a long block of rows streams past it: the nodes are reached at
 * random, the rows in order. */
enum { BLOCK_BYTES = 1 << 20, BLOCK_ROWS_MAX = 16384, BLOCK_ROWS_MIN = 32, TREES_MAX = 1 << 20 };

int32_t forest_max_features(int32_t rule, double fraction, int32_t p)
{
    double m = p;
    if (rule == FOREST_SQRT)
        m = sqrt(p);
    else if (rule == FOREST_LOG2)
        m = log2(p);
    else if (rule == FOREST_FRACTION)
        m = fraction * p;
    return m < 1 ? 1 : m > p ? p : (int32_t)m;
}

/* One thread's share of the work: it takes the next tree until there is none. */
struct worker {
    automl_status status;
    struct automl_error err;
    double *importance; /* n_trees x p, shared: a row for each tree, summed in order afterwards */
};

struct growing {
    struct op *op;
    const struct op_fit *in;
    const struct tree_options *o;
    const struct tree_data *data;
    struct forest *forest;
    struct worker *workers;
    double *importance;
    _Atomic int32_t next;
    _Atomic bool failed;
};

static void grow_trees(void *arg, int64_t which)
{
    struct growing *g = arg;
    struct worker *w = &g->workers[which];
    struct tree_grower *grower = NULL;
    while (!atomic_load(&g->failed)) {
        int32_t i = atomic_fetch_add(&g->next, 1);
        if (i >= g->forest->n_trees)
            break;
        if (!grower)
            grower = tree_grower_create(g->data, g->o, g->in->stop);
        w->status = grower ? tree_grow(grower, rng_split(&g->in->rng, (uint64_t)i), g->op->mem,
                                 &g->forest->trees[i], g->importance + (int64_t)i * g->data->p, &w->err)
                           : error_memory(&w->err);
        if (w->status < 0) {
            atomic_store(&g->failed, true);
            break;
        }
    }
    tree_grower_free(grower);
}

/* The mean over the trees, in their order. */
static void sum_importance(const struct growing *g, int32_t p, double *out)
{
    double sum = 0;
    for (int32_t i = 0; i < g->forest->n_trees; i++) {
        for (int32_t j = 0; j < p; j++)
            out[j] += g->importance[(int64_t)i * p + j];
    }
    for (int32_t j = 0; j < p; j++)
        sum += out[j];
    for (int32_t j = 0; j < p && sum > 0; j++)
        out[j] /= sum;
}

static automl_status grow_all(struct growing *g, automl_error *err)
{
    int32_t n_threads = g->in->pool ? pool_threads(g->in->pool) : 1;
    int32_t n_workers = n_threads < g->forest->n_trees ? n_threads : g->forest->n_trees;
    g->workers = NEW_ZEROS(g->in->mem, n_workers, struct worker);
    g->importance = NEW_ZEROS(g->in->mem, (size_t)g->forest->n_trees * (size_t)g->data->p, double);
    if (!g->workers || !g->importance)
        return error_memory(err);
    pool_for(n_workers > 1 ? g->in->pool : NULL, n_workers, grow_trees, g);
    for (int32_t i = 0; i < n_workers; i++) {
        if (g->workers[i].status < 0)
            return error_copy(err, &g->workers[i].err);
    }
    sum_importance(g, g->data->p, g->forest->importance);
    return AUTOML_OK;
}

automl_status forest_fit(
    struct op *op, const struct op_fit *in, const struct tree_options *o, int32_t n_trees, automl_error *err)
{
    struct forest *f = op->state;
    struct tree_data data = {0};
    struct growing g = {.op = op, .in = in, .o = o, .data = &data, .forest = f};
    automl_status status = tree_data_create(in, o, n_trees, op->mem, &data, &f->input, err);
    if (status < 0)
        goto done;
    f->trees = NEW_ZEROS(op->mem, n_trees, struct tree);
    f->importance = NEW_ZEROS(op->mem, in->x->n_cols, double);
    if (!f->trees || !f->importance) {
        status = error_memory(err);
        goto done;
    }
    f->n_trees = n_trees;
    TRY_DONE(grow_all(&g, err));
    op->n_out = in->n_classes;
done:
    mem_free(in->mem, g.workers);
    mem_free(in->mem, g.importance);
    tree_data_free(&data);
    return status;
}

void forest_estimate(
    const struct tree_options *o, double n_trees, const struct op_shape *s, struct op_cost *out)
{
    double rows = s->n > 1 ? s->n : 2;
    /* Full trees are somewhat deeper than balanced ones; purity ends most branches before single rows. */
    double depth = 1.5 * log2(rows / (double)o->min_samples_leaf + 1) + 1;
    if (depth > o->max_depth)
        depth = o->max_depth;
    double leaves = fmin(pow(2, fmin(depth, 40)), 0.3 * rows / (double)o->min_samples_leaf + 1);
    if (o->max_leaf_nodes > 0 && leaves > o->max_leaf_nodes)
        leaves = o->max_leaf_nodes;
    double visits = rows * depth, bytes_per_leaf = 2 * sizeof(struct tree_node) + (s->k > 2 ? 4 * s->k : 0);
    *out = (struct op_cost){
        .fit_flops =
            n_trees * (visits * (4 * o->max_features + 8) + leaves * o->max_features * 60) + 2 * rows * s->p,
        .fit_bytes = n_trees * visits * (9.0 * o->max_features + 24) + 10 * rows * s->p,
        .apply_flops = n_trees * (6 * depth + s->k) + s->p,
        .apply_bytes = n_trees * depth * (sizeof(struct tree_node) + 8.0) + 16 * s->p,
        .state_bytes = n_trees * leaves * bytes_per_leaf + 8 * s->p + s->levels,
    };
    out->memory_bytes =
        out->state_bytes + rows * s->p + tree_grower_bytes(rows, s->p, s->k) + 8 * n_trees * s->p;
}

/* Sums over the trees into probabilities of one row. */
static void finish_row(const struct forest *f, int32_t k, const double *sums, double *out)
{
    if (k == 2) {
        double one = sums[0] / f->n_trees;
        out[0] = 1 - one;
        out[1] = one;
        return;
    }
    for (int32_t c = 0; c < k; c++)
        out[c] = sums[c] / f->n_trees;
}

static int64_t block_rows(int64_t n, int32_t p)
{
    int64_t rows = BLOCK_BYTES / (8 * (int64_t)p);
    rows = rows > BLOCK_ROWS_MAX ? BLOCK_ROWS_MAX : rows < BLOCK_ROWS_MIN ? BLOCK_ROWS_MIN : rows;
    return rows < n ? rows : n;
}

static void predict_block(const struct op *op, const struct frame *x, int64_t begin, int64_t end,
    double *rows, double *sums, double *proba)
{
    const struct forest *f = op->state;
    int32_t k = op->n_classes, width = k == 2 ? 1 : k;
    int64_t n = end - begin;
    bool missing = tree_prepare_rows(&f->input, x, begin, end, sums, rows);
    for (int64_t i = 0; i < n * width; i++)
        sums[i] = 0;
    for (int32_t t = 0; t < f->n_trees; t++)
        tree_add_shares(&f->trees[t], k, f->input.n_cols, rows, n, missing, sums);
    for (int64_t i = 0; i < n; i++)
        finish_row(f, k, sums + i * width, proba + (begin + i) * k);
}

automl_status forest_predict_proba(const struct op *op, struct frame *x, struct mem *mem,
    const struct stop *stop, double *proba, automl_error *err)
{
    int64_t step = block_rows(x->n_rows, op->n_in);
    double *rows = NEW_ARRAY(mem, step * op->n_in, double),
           *sums = NEW_ARRAY(mem, step * op->n_classes, double);
    automl_status status = rows && sums ? AUTOML_OK : error_memory(err);
    for (int64_t begin = 0; status >= 0 && begin < x->n_rows; begin += step) {
        int64_t end = begin + step < x->n_rows ? begin + step : x->n_rows;
        status = stop_status(stop, err);
        if (status >= 0)
            predict_block(op, x, begin, end, rows, sums, proba);
    }
    mem_free(mem, rows);
    mem_free(mem, sums);
    return status;
}

int64_t forest_row_scratch(const struct op *op)
{
    return (int64_t)op->n_in + op->n_classes;
}

void forest_apply_row(const struct op *op, const double *in, double *out, double *scratch)
{
    const struct forest *f = op->state;
    double *row = scratch, *sums = scratch + op->n_in;
    tree_prepare_row(&f->input, in, row);
    for (int32_t c = 0; c < op->n_classes; c++)
        sums[c] = 0;
    for (int32_t t = 0; t < f->n_trees; t++)
        tree_add_shares(&f->trees[t], op->n_classes, op->n_in, row, 1, true, sums);
    finish_row(f, op->n_classes, sums, out);
}

void forest_save(const struct op *op, struct writer *w)
{
    const struct forest *f = op->state;
    tree_input_save(&f->input, w);
    write_i32(w, f->n_trees);
    for (int32_t i = 0; i < f->n_trees; i++)
        tree_save(&f->trees[i], op->n_classes, w);
    write_f64s(w, f->importance, op->n_in);
}

automl_status forest_load(struct op *op, struct reader *r, automl_error *err)
{
    struct forest *f = op->state;
    int64_t n = 0;
    TRY(tree_input_load(op, r, &f->input, err));
    int32_t n_trees = read_i32_in(r, 1, TREES_MAX);
    TRY(reader_status(r, err));
    f->trees = NEW_ZEROS(op->mem, n_trees, struct tree);
    if (!f->trees)
        return error_memory(err);
    f->n_trees = n_trees;
    for (int32_t i = 0; i < n_trees; i++)
        TRY(tree_load(op->n_classes, &f->input, r, &f->trees[i], err));
    f->importance = read_f64s(r, op->n_in, &n);
    for (int64_t j = 0; f->importance && j < n; j++) {
        if (!(f->importance[j] >= 0 && f->importance[j] <= 1))
            reader_fail(r);
    }
    return reader_status(r, err);
}

void forest_clear(struct op *op)
{
    struct forest *f = op->state;
    for (int32_t i = 0; f->trees && i < f->n_trees; i++)
        tree_free(op->mem, &f->trees[i]);
    mem_free(op->mem, f->trees);
    mem_free(op->mem, f->importance);
    tree_input_free(op->mem, &f->input);
    *f = (struct forest){0};
}

void forest_importance(const struct op *op, double *out)
{
    const struct forest *f = op->state;
    for (int32_t j = 0; j < op->n_in; j++)
        out[j] = f->importance[j];
}
