/* tree_data.c - the columns of a frame as contiguous bins, gathered once for a fit. */
#include "ops/shared/tree.h"

#include <math.h>
#include <string.h>

#include "base/sort.h"
#include "data/bins.h"
#include "ops/shared/column.h"

enum { XLOGX = 1024, BY_ROW_TREES = 4, BY_ROW_CELLS = 1 << 19, BY_ROW_COLUMNS = 1024 };

/* Bins of a category column that has none of its own: the rule of bins.h on the rows at hand. */
static automl_status map_levels(
    struct mem *m, const struct frame_col *c, int64_t n, uint8_t *level_bin, automl_error *err)
{
    int32_t levels = c->n_levels;
    int32_t *count = NEW_ZEROS(m, levels, int32_t), *order = NEW_ARRAY(m, levels, int32_t);
    double *key = NEW_ARRAY(m, levels, double);
    bool ok = count && order && key;
    for (int64_t i = 0; ok && i < n; i++) {
        int32_t code = c->codes[c->rows ? c->rows[i] : i];
        if (code >= 0)
            count[code]++;
    }
    for (int32_t l = 0; ok && l < levels; l++)
        key[l] = -count[l];
    ok = ok && sort_order_double(m, key, levels, order);
    for (int32_t l = 0; ok && l < levels; l++)
        level_bin[order[l]] = (uint8_t)(l < BIN_MAX - 1 ? l : BIN_MAX - 1);
    mem_free(m, count);
    mem_free(m, order);
    mem_free(m, key);
    return ok ? AUTOML_OK : error_memory(err);
}

static void gather_codes(const struct frame_col *c, const uint8_t *level_bin, int64_t n, uint8_t *out)
{
    for (int64_t i = 0; i < n; i++) {
        int32_t code = c->codes[c->rows ? c->rows[i] : i];
        out[i] = (uint8_t)(code < 0 ? BIN_MISSING : level_bin ? level_bin[code] : code);
    }
}

static void gather_bins(const uint8_t *base, const int32_t *rows, int64_t n, uint8_t *out)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = base[rows[i]];
}

/* What prediction needs to know about category column j. */
static automl_status describe_category(struct tree_data *d, const struct frame_col *c, int32_t j,
    struct mem *m, struct tree_column *out, automl_error *err)
{
    out->n_levels = c->n_levels;
    out->n_bins = c->n_levels > BIN_MAX ? BIN_MAX : c->n_levels;
    d->n_bins[j] = out->n_bins;
    if (c->n_levels <= BIN_MAX)
        return AUTOML_OK;
    out->level_bin = NEW_ARRAY(m, c->n_levels, uint8_t);
    if (!out->level_bin)
        return error_memory(err);
    if (c->bins && c->bins->level_bin && c->bins->n_levels == c->n_levels) {
        memcpy(out->level_bin, c->bins->level_bin, (size_t)c->n_levels);
        return AUTOML_OK;
    }
    return map_levels(d->mem, c, d->n, out->level_bin, err);
}

static automl_status take_category(struct tree_data *d, const struct frame_col *c, int32_t j, struct mem *m,
    struct tree_column *out, automl_error *err)
{
    TRY(describe_category(d, c, j, m, out, err));
    d->owned[j] = NEW_ARRAY(d->mem, d->n, uint8_t);
    if (!d->owned[j])
        return error_memory(err);
    gather_codes(c, out->level_bin, d->n, d->owned[j]);
    d->codes[j] = d->owned[j];
    return AUTOML_OK;
}

/* A column made by another operator: it may hold what raw columns never do. */
static automl_status bin_values_of(struct tree_data *d, const double *x, int32_t j, automl_error *err)
{
    for (int64_t i = 0; i < d->n; i++) {
        if (isinf(x[i]))
            return column_not_finite(err, j);
    }
    return bin_column_fit(d->mem, x, d->n, &d->fitted[j], err);
}

static automl_status bin_derived(struct tree_data *d, const struct frame *x, int32_t j, automl_error *err)
{
    double *scratch = x->cols[j].rows ? NEW_ARRAY(d->mem, d->n, double) : NULL;
    if (x->cols[j].rows && !scratch)
        return error_memory(err);
    automl_status status = bin_values_of(d, frame_values(x, j, scratch), j, err);
    mem_free(d->mem, scratch);
    TRY(status);
    d->codes[j] = d->fitted[j].codes;
    d->edges[j] = d->fitted[j].edges;
    d->n_bins[j] = d->fitted[j].n_bins;
    return AUTOML_OK;
}

static automl_status take_numeric(struct tree_data *d, const struct frame *x, int32_t j, automl_error *err)
{
    const struct frame_col *c = &x->cols[j];
    if (!c->bins)
        return bin_derived(d, x, j, err);
    d->edges[j] = c->bins->edges;
    d->n_bins[j] = c->bins->n_bins;
    if (!c->rows) {
        d->codes[j] = c->bins->codes;
        return AUTOML_OK;
    }
    d->owned[j] = NEW_ARRAY(d->mem, d->n, uint8_t);
    if (!d->owned[j])
        return error_memory(err);
    gather_bins(c->bins->codes, c->rows, d->n, d->owned[j]);
    d->codes[j] = d->owned[j];
    return AUTOML_OK;
}

static automl_status take_columns(struct tree_data *d, const struct op_fit *in, struct mem *input_mem,
    struct tree_input *input, automl_error *err)
{
    for (int32_t j = 0; j < d->p; j++) {
        const struct frame_col *c = &in->x->cols[j];
        TRY(stop_status(in->stop, err));
        if (c->kind == FRAME_CATEGORY)
            TRY(take_category(d, c, j, input_mem, &input->cols[j], err));
        else
            TRY(take_numeric(d, in->x, j, err));
        d->is_category[j] = c->kind == FRAME_CATEGORY;
        d->has_missing[j] = memchr(d->codes[j], BIN_MISSING, (size_t)d->n) != NULL;
    }
    return AUTOML_OK;
}

/* scikit-learn's "balanced": n / (classes that occur * rows of the class). */
static void weigh_classes(struct tree_data *d, bool balanced)
{
    double occur = 0;
    for (int32_t c = 0; c < d->k; c++)
        d->class_weight[c] = balanced ? 0 : 1;
    if (!balanced)
        return;
    for (int64_t i = 0; i < d->n; i++)
        d->class_weight[d->y[i]]++;
    for (int32_t c = 0; c < d->k; c++)
        occur += d->class_weight[c] > 0;
    for (int32_t c = 0; c < d->k; c++)
        d->class_weight[c] = d->class_weight[c] > 0 ? (double)d->n / (occur * d->class_weight[c]) : 0;
}

static automl_status check(const struct op_fit *in, automl_error *err)
{
    if (in->n_classes > TREE_CLASSES_MAX)
        return error_set(err, AUTOML_E_UNSUPPORTED,
            "%d classes are more than the %d that trees can tell apart", (int)in->n_classes,
            (int)TREE_CLASSES_MAX);
    if (in->x->n_cols > (int32_t)TREE_FEATURE)
        return error_set(err, AUTOML_E_UNSUPPORTED, "%d columns are too many for a tree", (int)in->x->n_cols);
    return AUTOML_OK;
}

static bool allocate(struct tree_data *d, struct mem *input_mem, struct tree_input *input, bool entropy)
{
    d->codes = NEW_ZEROS(d->mem, d->p, const uint8_t *);
    d->edges = NEW_ZEROS(d->mem, d->p, const double *);
    d->n_bins = NEW_ZEROS(d->mem, d->p, int32_t);
    d->has_missing = NEW_ZEROS(d->mem, d->p, bool);
    d->is_category = NEW_ZEROS(d->mem, d->p, bool);
    d->class_weight = NEW_ZEROS(d->mem, d->k, double);
    d->owned = NEW_ZEROS(d->mem, d->p, uint8_t *);
    d->fitted = NEW_ZEROS(d->mem, d->p, struct bin_column);
    d->xlogx = NEW_ZEROS(d->mem, entropy ? XLOGX : 1, double);
    input->cols = NEW_ZEROS(input_mem, d->p, struct tree_column);
    return d->codes && d->edges && d->n_bins && d->has_missing && d->is_category && d->class_weight &&
           d->owned && d->fitted && d->xlogx && input->cols;
}

/* A small node's rows are far apart: where a column no longer stays in the second-level cache beside the
 * others, one line of a row holds many of the columns that a node tries. Pays off only over several trees. */
static bool copy_by_row(struct tree_data *d, int32_t n_trees)
{
    if (n_trees < BY_ROW_TREES || d->n * d->p < BY_ROW_CELLS || d->p > BY_ROW_COLUMNS)
        return true;
    d->by_row = NEW_ARRAY(d->mem, (size_t)d->n * (size_t)d->p, uint8_t);
    if (!d->by_row)
        return false;
    for (int64_t begin = 0; begin < d->n; begin += 64) {
        int64_t end = begin + 64 < d->n ? begin + 64 : d->n;
        for (int32_t j = 0; j < d->p; j++) {
            for (int64_t i = begin; i < end; i++)
                d->by_row[i * d->p + j] = d->codes[j][i];
        }
    }
    return true;
}

automl_status tree_data_create(const struct op_fit *in, const struct tree_options *o, int32_t n_trees,
    struct mem *input_mem, struct tree_data *out, struct tree_input *input, automl_error *err)
{
    automl_status status = AUTOML_OK;
    struct tree_data d = {
        .mem = in->mem, .n = in->x->n_rows, .p = in->x->n_cols, .k = in->n_classes, .y = in->y, .w = in->w};
    TRY(check(in, err));
    if (!allocate(&d, input_mem, input, o->entropy)) {
        status = error_memory(err);
        goto done;
    }
    input->n_cols = d.p;
    TRY_DONE(take_columns(&d, in, input_mem, input, err));
    if (!copy_by_row(&d, n_trees)) {
        status = error_memory(err);
        goto done;
    }
    weigh_classes(&d, o->balanced);
    for (int32_t i = 2; o->entropy && i < XLOGX; i++)
        d.xlogx[i] = i * log2(i);
    *out = d;
done:
    if (status < 0)
        tree_data_free(&d);
    return status;
}

void tree_data_free(struct tree_data *d)
{
    if (!d->mem)
        return;
    for (int32_t j = 0; j < d->p; j++) {
        if (d->owned)
            mem_free(d->mem, d->owned[j]);
        if (d->fitted)
            bin_column_free(d->mem, &d->fitted[j]);
    }
    mem_free(d->mem, d->codes);
    mem_free(d->mem, d->edges);
    mem_free(d->mem, d->n_bins);
    mem_free(d->mem, d->by_row);
    mem_free(d->mem, d->has_missing);
    mem_free(d->mem, d->is_category);
    mem_free(d->mem, d->class_weight);
    mem_free(d->mem, d->owned);
    mem_free(d->mem, d->fitted);
    mem_free(d->mem, d->xlogx);
    *d = (struct tree_data){0};
}

void tree_input_free(struct mem *m, struct tree_input *input)
{
    for (int32_t j = 0; input->cols && j < input->n_cols; j++)
        mem_free(m, input->cols[j].level_bin);
    mem_free(m, input->cols);
    *input = (struct tree_input){0};
}
