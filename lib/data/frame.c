/*
 * frame.c - columns over shared memory: taking rows and columns composes indices and never copies values.
 */
#include "data/frame.h"

#include <math.h>
#include <string.h>

struct block *block_wrap(struct mem *m, void *data, void (*release)(struct block *b), void *owner)
{
    struct block *b = NEW(m, struct block);
    if (!b)
        return NULL;
    b->mem = m;
    atomic_init(&b->refs, 1);
    b->data = data;
    b->release = release;
    b->owner = owner;
    return b;
}

struct block *block_create(struct mem *m, size_t count, size_t size)
{
    size_t bytes;
    void *data = size_mul(count, size, &bytes) ? mem_alloc_array(m, count, size) : NULL;
    if (!data)
        return NULL;
    struct block *b = block_wrap(m, data, NULL, NULL);
    if (b)
        b->bytes = bytes;
    else
        mem_free(m, data);
    return b;
}

struct block *block_ref(struct block *b)
{
    if (b)
        atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
    return b;
}

void block_unref(struct block *b)
{
    if (!b || atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) > 1)
        return;
    struct mem *m = b->mem;
    if (b->release)
        b->release(b);
    else
        mem_free(m, b->data);
    mem_free(m, b);
}

struct frame *frame_create(struct mem *m, int64_t n_rows, int32_t n_cols)
{
    struct frame *f = NEW(m, struct frame);
    if (!f)
        return NULL;
    f->mem = m;
    atomic_init(&f->refs, 1);
    f->n_rows = n_rows;
    f->n_cols = n_cols;
    f->cols = NEW_ZEROS(m, n_cols, struct frame_col);
    if (!f->cols) {
        mem_free(m, f);
        return NULL;
    }
    return f;
}

struct frame *frame_ref(struct frame *f)
{
    if (f)
        atomic_fetch_add_explicit(&f->refs, 1, memory_order_relaxed);
    return f;
}

void frame_unref(struct frame *f)
{
    if (!f || atomic_fetch_sub_explicit(&f->refs, 1, memory_order_acq_rel) > 1)
        return;
    for (int32_t j = 0; j < f->n_cols; j++) {
        block_unref(f->cols[j].values);
        block_unref(f->cols[j].index);
    }
    block_unref(f->bins);
    mem_free(f->mem, f->cols);
    mem_free(f->mem, f);
}

void frame_share_col(struct frame *to, int32_t j, const struct frame *from, int32_t i)
{
    struct frame_col old = to->cols[j];
    to->cols[j] = from->cols[i];
    block_ref(to->cols[j].values);
    block_ref(to->cols[j].index);
    block_unref(old.values);
    block_unref(old.index);
}

struct frame *frame_columns(const struct frame *f, const int32_t *cols, int32_t n)
{
    struct frame *to = frame_create(f->mem, f->n_rows, n);
    for (int32_t j = 0; to && j < n; j++)
        frame_share_col(to, j, f, cols[j]);
    return to;
}

struct frame *frame_union(struct mem *m, struct frame *const *f, int32_t n)
{
    int32_t p = 0;
    for (int32_t i = 0; i < n; i++)
        p += f[i]->n_cols;
    struct frame *to = frame_create(m, n > 0 ? f[0]->n_rows : 0, p);
    int32_t at = 0;
    for (int32_t i = 0; to && i < n; i++)
        for (int32_t j = 0; j < f[i]->n_cols; j++)
            frame_share_col(to, at++, f[i], j);
    return to;
}

static bool is_prefix(const int32_t *idx, int64_t n)
{
    int64_t i = 0;
    while (i < n && idx[i] == i)
        i++;
    return i == n;
}

static struct block *compose(struct mem *m, const int32_t *rows, const int32_t *idx, int64_t n)
{
    struct block *b = block_create(m, (size_t)n, sizeof(int32_t));
    if (!b)
        return NULL;
    int32_t *to = b->data;
    if (!rows && n > 0)
        memcpy(to, idx, (size_t)n * sizeof *to);
    for (int64_t i = 0; rows && i < n; i++)
        to[i] = rows[idx[i]];
    return b;
}

/* The first of columns 0..j-1 whose index was the same as column j's, or -1. Columns with one index mostly
 * stand together, so the search goes backwards and is short. */
static int32_t same_index(const struct frame *f, int32_t j)
{
    int32_t i = j - 1;
    while (i >= 0 && f->cols[i].rows != f->cols[j].rows)
        i--;
    return i;
}

static bool take_col(struct frame *to, const struct frame *f, int32_t j, const int32_t *idx)
{
    int32_t i = same_index(f, j);
    struct block *index =
        i >= 0 ? block_ref(to->cols[i].index) : compose(f->mem, f->cols[j].rows, idx, to->n_rows);
    if (!index)
        return false;
    to->cols[j] = f->cols[j];
    to->cols[j].values = block_ref(f->cols[j].values);
    to->cols[j].index = index;
    to->cols[j].rows = index->data;
    return true;
}

struct frame *frame_take(const struct frame *f, const int32_t *idx, int64_t n)
{
    struct frame *to = frame_create(f->mem, n, f->n_cols);
    bool prefix = n <= f->n_rows && is_prefix(idx, n);
    for (int32_t j = 0; to && j < f->n_cols; j++) {
        if (prefix) {
            frame_share_col(to, j, f, j);
        } else if (!take_col(to, f, j, idx)) {
            frame_unref(to);
            to = NULL;
        }
    }
    return to;
}

static void gather_numbers(const struct frame_col *c, int64_t begin, int64_t end, double *out)
{
    if (!c->rows) {
        if (end > begin)
            memcpy(out, c->x + begin, (size_t)(end - begin) * sizeof *out);
        return;
    }
    for (int64_t i = begin; i < end; i++)
        out[i - begin] = c->x[c->rows[i]];
}

static void gather_codes(const struct frame_col *c, int64_t begin, int64_t end, double *out)
{
    for (int64_t i = begin; i < end; i++) {
        int32_t code = c->codes[c->rows ? c->rows[i] : i];
        out[i - begin] = code < 0 ? (double)NAN : code;
    }
}

void frame_gather(const struct frame *f, int32_t j, int64_t begin, int64_t end, double *out)
{
    const struct frame_col *c = &f->cols[j];
    if (c->kind == FRAME_NUMERIC)
        gather_numbers(c, begin, end, out);
    else
        gather_codes(c, begin, end, out);
}

const double *frame_values(const struct frame *f, int32_t j, double *scratch)
{
    const struct frame_col *c = &f->cols[j];
    if (c->kind == FRAME_NUMERIC && !c->rows)
        return c->x;
    frame_gather(f, j, 0, f->n_rows, scratch);
    return scratch;
}

/* Whether the columns follow one another in memory that one reference keeps alive. */
static bool is_matrix(const struct frame *f)
{
    for (int32_t j = 0; j < f->n_cols; j++) {
        const struct frame_col *c = &f->cols[j];
        if (c->kind != FRAME_NUMERIC || c->rows || c->values != f->cols[0].values)
            return false;
        if (j > 0 && c->x != f->cols[j - 1].x + f->n_rows)
            return false;
    }
    return f->n_cols > 0;
}

const double *frame_matrix(const struct frame *f, struct block **out_keep)
{
    if (is_matrix(f)) {
        *out_keep = block_ref(f->cols[0].values);
        return f->cols[0].x;
    }
    size_t cells;
    bool fits = size_mul((size_t)f->n_rows, (size_t)f->n_cols, &cells);
    struct block *b = fits ? block_create(f->mem, cells, sizeof(double)) : NULL;
    if (!b)
        return NULL;
    double *x = b->data;
    for (int32_t j = 0; j < f->n_cols; j++)
        frame_gather(f, j, 0, f->n_rows, x + j * f->n_rows);
    *out_keep = b;
    return x;
}

double frame_value(const struct frame *f, int32_t j, int64_t i)
{
    double v;
    frame_gather(f, j, i, i + 1, &v);
    return v;
}

static bool col_has_missing(const struct frame_col *c, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        int64_t r = c->rows ? c->rows[i] : i;
        if (c->kind == FRAME_NUMERIC ? isnan(c->x[r]) : c->codes[r] < 0)
            return true;
    }
    return false;
}

bool frame_has_missing(const struct frame *f)
{
    for (int32_t j = 0; j < f->n_cols; j++)
        if (col_has_missing(&f->cols[j], f->n_rows))
            return true;
    return false;
}

int32_t frame_categories(const struct frame *f)
{
    int32_t n = 0;
    for (int32_t j = 0; j < f->n_cols; j++)
        n += f->cols[j].kind == FRAME_CATEGORY;
    return n;
}

struct frame *frame_dense(struct mem *m, int64_t n_rows, int32_t n_cols, double **out_x)
{
    size_t cells;
    bool fits = size_mul((size_t)n_rows, (size_t)n_cols, &cells);
    struct block *b = fits ? block_create(m, cells, sizeof(double)) : NULL;
    struct frame *f = b ? frame_create(m, n_rows, n_cols) : NULL;
    if (!f) {
        block_unref(b);
        return NULL;
    }
    double *x = b->data;
    for (int32_t j = 0; j < n_cols; j++) {
        f->cols[j].kind = FRAME_NUMERIC;
        f->cols[j].x = x + j * n_rows;
        f->cols[j].values = block_ref(b);
    }
    block_unref(b);
    *out_x = x;
    return f;
}

int64_t frame_bytes(const struct frame *f)
{
    size_t bytes = sizeof *f + (size_t)f->n_cols * sizeof *f->cols;
    const struct block *values = NULL, *index = NULL;
    for (int32_t j = 0; j < f->n_cols; j++) {
        const struct frame_col *c = &f->cols[j];
        if (c->values && c->values != values)
            bytes += c->values->bytes;
        if (c->index && c->index != index)
            bytes += c->index->bytes;
        values = c->values;
        index = c->index;
    }
    return (int64_t)bytes;
}
