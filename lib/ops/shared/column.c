/*
 * column.c - blocks of columns and output frames.
 */
#include "ops/shared/column.h"

#include <math.h>

/* Cells below which handing columns to other threads costs more than it saves (about half a millisecond). */
enum { PARALLEL_CELLS = 1 << 20 };

const double *column_block(const struct frame *f, int32_t j, int64_t begin, int64_t end, double *scratch)
{
    const struct frame_col *c = &f->cols[j];
    if (c->kind == FRAME_NUMERIC && !c->rows)
        return c->x + begin;
    frame_gather(f, j, begin, end, scratch);
    return scratch;
}

/* Counts instead of leaving early: the loop then has no branch and compiles to vector code. */
static bool block_has_missing(const double *v, int64_t n)
{
    int64_t missing = 0;
    for (int64_t i = 0; i < n; i++)
        missing += v[i] != v[i];
    return missing > 0;
}

bool column_has_missing(const struct frame *f, int32_t j)
{
    double scratch[COLUMN_BLOCK];
    for (int64_t begin = 0; begin < f->n_rows; begin += COLUMN_BLOCK) {
        int64_t end = begin + COLUMN_BLOCK < f->n_rows ? begin + COLUMN_BLOCK : f->n_rows;
        if (block_has_missing(column_block(f, j, begin, end, scratch), end - begin))
            return true;
    }
    return false;
}

int64_t column_compact(const double *v, int64_t n, double *out)
{
    int64_t k = 0;
    for (int64_t i = 0; i < n; i++) {
        out[k] = v[i];
        k += v[i] == v[i];
    }
    return k;
}

int64_t column_present(const struct frame *f, int32_t j, double *out)
{
    frame_gather(f, j, 0, f->n_rows, out);
    return column_compact(out, f->n_rows, out);
}

automl_status column_not_finite(automl_error *err, int32_t j)
{
    return error_set(err, AUTOML_E_DATA,
        "column %d of the input holds infinite or too large values; replace them or make them missing",
        (int)j);
}

void column_for(struct pool *pool, const struct frame *x, void (*fn)(void *arg, int64_t j), void *arg)
{
    bool worth = (double)x->n_rows * x->n_cols >= PARALLEL_CELLS;
    pool_for(worth ? pool : NULL, x->n_cols, fn, arg);
}

struct learning {
    struct op *op;
    const struct op_fit *in;
    column_learn_fn learn;
    bool *bad; /* of each column: not finite */
};

static void learn_column(void *arg, int64_t index)
{
    const struct learning *l = arg;
    int32_t j = (int32_t)index;
    if (l->op->in_kinds[j] == FRAME_NUMERIC)
        l->bad[j] = !l->learn(l->op, l->in, j);
}

automl_status columns_learn(struct op *op, const struct op_fit *in, column_learn_fn learn, automl_error *err)
{
    struct learning l = {op, in, learn, NEW_ZEROS(in->mem, op->n_in, bool)};
    if (!l.bad)
        return error_memory(err);
    automl_status status;
    column_for(in->pool, in->x, learn_column, &l);
    TRY_DONE(stop_status(in->stop, err));
    for (int32_t j = 0; j < op->n_in; j++)
        if (l.bad[j])
            TRY_DONE(column_not_finite(err, j));
done:
    mem_free(in->mem, l.bad);
    return status;
}

int64_t columns_levels(const struct op *op, int64_t *out_start)
{
    int64_t n = 0;
    for (int32_t j = 0; j < op->n_in; j++) {
        out_start[j] = n;
        n += op->in_levels[j];
    }
    return n;
}

automl_status columns_begin(
    struct columns *c, struct mem *m, int64_t n_rows, int32_t n_out, int32_t n_fresh, automl_error *err)
{
    *c = (struct columns){0};
    c->out = frame_create(m, n_rows, n_out);
    c->fresh = frame_dense(m, n_rows, n_fresh, &c->x);
    if (c->out && c->fresh)
        return AUTOML_OK;
    columns_drop(c);
    return error_memory(err);
}

void columns_share(struct columns *c, const struct frame *x, int32_t j)
{
    frame_share_col(c->out, c->at++, x, j);
}

double *columns_next(struct columns *c)
{
    double *x = c->x;
    frame_share_col(c->out, c->at++, c->fresh, c->used++);
    c->x += c->out->n_rows;
    return x;
}

struct frame *columns_end(struct columns *c)
{
    struct frame *out = c->out;
    frame_unref(c->fresh);
    *c = (struct columns){0};
    return out;
}

void columns_drop(struct columns *c)
{
    frame_unref(c->out);
    frame_unref(c->fresh);
    *c = (struct columns){0};
}

automl_status columns_map(const struct op *op, const struct frame *x, struct mem *mem,
    const struct stop *stop, enum frame_kind kind, column_map_fn map, struct frame **out, automl_error *err)
{
    struct columns c;
    automl_status status = AUTOML_OK;
    int32_t categories = frame_categories(x);
    int32_t n_fresh = kind == FRAME_CATEGORY ? categories : op->n_in - categories;
    TRY(columns_begin(&c, mem, x->n_rows, op->n_out, n_fresh, err));
    for (int32_t j = 0; j < op->n_in; j++) {
        TRY_DONE(stop_status(stop, err));
        if (op->in_kinds[j] == (uint8_t)kind)
            map(op, x, j, columns_next(&c));
        else
            columns_share(&c, x, j);
    }
    *out = columns_end(&c);
done:
    columns_drop(&c);
    return status;
}
