/*
 * selection.c - lists of columns that stay.
 */
#include "ops/shared/selection.h"

automl_status selection_keep(struct op *op, const bool *keep, automl_error *err)
{
    struct selection *s = op->state;
    int32_t n = 0;
    for (int32_t j = 0; j < op->n_in; j++)
        n += keep[j];
    if (n == 0)
        return error_set(err, AUTOML_E_DATA, "none of the %d columns is worth keeping", (int)op->n_in);
    s->cols = NEW_ARRAY(op->mem, n, int32_t);
    if (!s->cols)
        return error_memory(err);
    op->n_out = 0;
    for (int32_t j = 0; j < op->n_in; j++)
        if (keep[j])
            s->cols[op->n_out++] = j;
    return AUTOML_OK;
}

automl_status selection_transform(const struct op *op, struct frame *x, struct mem *mem,
    const struct stop *stop, struct frame **out, automl_error *err)
{
    (void)stop;
    const struct selection *s = op->state;
    struct frame *f = frame_create(mem, x->n_rows, op->n_out);
    if (!f)
        return error_memory(err);
    for (int32_t j = 0; j < op->n_out; j++)
        frame_share_col(f, j, x, s->cols[j]);
    *out = f;
    return AUTOML_OK;
}

void selection_apply_row(const struct op *op, const double *in, double *out, double *scratch)
{
    (void)scratch;
    const struct selection *s = op->state;
    for (int32_t j = 0; j < op->n_out; j++)
        out[j] = in[s->cols[j]];
}

void selection_save(const struct op *op, struct writer *w)
{
    const struct selection *s = op->state;
    write_i32s(w, s->cols, op->n_out);
}

automl_status selection_load(struct op *op, struct reader *r, automl_error *err)
{
    struct selection *s = op->state;
    s->cols = read_i32s(r, op->n_out, NULL);
    TRY(reader_status(r, err));
    for (int32_t j = 0; j < op->n_out; j++)
        if (s->cols[j] < (j > 0 ? s->cols[j - 1] + 1 : 0) || s->cols[j] >= op->n_in)
            reader_fail(r);
    return reader_status(r, err);
}

void selection_clear(struct op *op)
{
    struct selection *s = op->state;
    mem_free(op->mem, s->cols);
}
