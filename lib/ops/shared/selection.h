/*
 * selection.h - the fitted state of every selector: which columns stay, in order.
 *
 * A selector's state_size is sizeof(struct selection) and all its slots but estimate and fit are these.
 */
#ifndef OPS_SHARED_SELECTION_H
#define OPS_SHARED_SELECTION_H

#include "ops/operator.h"

struct selection {
    int32_t *cols; /* op->n_out of them, ascending */
};

/* At the end of fit: keeps the columns whose keep[j] is set, op->n_in flags. AUTOML_E_DATA if none is. */
automl_status selection_keep(struct op *op, const bool *keep, automl_error *err);

automl_status selection_transform(const struct op *op, struct frame *x, struct mem *mem,
    const struct stop *stop, struct frame **out, automl_error *err);
void selection_apply_row(const struct op *op, const double *in, double *out, double *scratch);
void selection_save(const struct op *op, struct writer *w);
automl_status selection_load(struct op *op, struct reader *r, automl_error *err);
void selection_clear(struct op *op);

#endif
