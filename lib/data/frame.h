/*
 * frame.h - what operators exchange: columns over a set of rows, without copies.
 *
 * Each column is a base array and, unless the values are already in order, an index of base rows. A fold, a
 * subset of features or an undersampled training part is a new list of columns over the same base. Immutable
 * once shared; frames and the memory under them are reference-counted, from any thread.
 */
#ifndef DATA_FRAME_H
#define DATA_FRAME_H

#include "base/error.h"
#include "base/memory.h"

struct bin_column;

/* Reference-counted memory that columns borrow from. */
struct block {
    struct mem *mem;
    _Atomic int32_t refs;
    size_t bytes;                     /* of data, for the account; 0 if wrapped */
    void *data;                       /* freed with mem_free, unless release is set */
    void (*release)(struct block *b); /* frees data its own way; or NULL */
    void *owner;                      /* for release */
};

struct block *block_create(struct mem *m, size_t count, size_t size); /* NULL: no memory */
struct block *block_wrap(struct mem *m, void *data, void (*release)(struct block *b), void *owner);
struct block *block_ref(struct block *b); /* NULL is fine, in all three */
void block_unref(struct block *b);

enum frame_kind { FRAME_NUMERIC, FRAME_CATEGORY };

struct frame_col {
    enum frame_kind kind;
    int32_t n_levels;              /* FRAME_CATEGORY: codes lie in [-1, n_levels) */
    const double *x;               /* FRAME_NUMERIC: the base; NaN = missing */
    const int32_t *codes;          /* FRAME_CATEGORY: the base; -1 = missing */
    const int32_t *rows;           /* value i is base[rows[i]]; NULL: base[i] */
    const struct bin_column *bins; /* of the base, if it is a raw column; else NULL */
    struct block *values;          /* keeps base (and bins) alive; may be NULL for borrowed memory */
    struct block *index;           /* keeps rows alive; may be NULL */
};

struct frame {
    struct mem *mem;
    _Atomic int32_t refs;
    int64_t n_rows;
    int32_t n_cols;
    struct frame_col *cols;
    struct block *bins; /* what bins_attach made; columns taken from here reference it through `values` */
};

/* A frame with n_cols zeroed columns to fill in. NULL: no memory. */
struct frame *frame_create(struct mem *m, int64_t n_rows, int32_t n_cols);
struct frame *frame_ref(struct frame *f);
void frame_unref(struct frame *f); /* NULL is fine */

/* Sets column j of `to` to column i of `from` (same rows), taking references. */
void frame_share_col(struct frame *to, int32_t j, const struct frame *from, int32_t i);
/* Rows idx[0..n) of f, in that order, repeats allowed; composed indices are shared among columns that had
 * the same one. NULL: no memory. */
struct frame *frame_take(const struct frame *f, const int32_t *idx, int64_t n);
/* Columns cols[0..n) of f. */
struct frame *frame_columns(const struct frame *f, const int32_t *cols, int32_t n);
/* All columns of the frames side by side; same number of rows. */
struct frame *frame_union(struct mem *m, struct frame *const *f, int32_t n);

/* Values of rows [begin, end) of column j as doubles (codes become numbers, missing NaN). */
void frame_gather(const struct frame *f, int32_t j, int64_t begin, int64_t end, double *out);
/* Column j as n_rows contiguous doubles: the base itself if it is in order, else gathered into `scratch`. */
const double *frame_values(const struct frame *f, int32_t j, double *scratch);
/* The numeric matrix, column-major with leading dimension n_rows: the frame's own memory if its columns are
 * consecutive and in order, else gathered into a new block. *out_keep must be block_unref'ed after use (may
 * become NULL). NULL: no memory. */
const double *frame_matrix(const struct frame *f, struct block **out_keep);
double frame_value(const struct frame *f, int32_t j, int64_t i); /* one cell as a double */
bool frame_has_missing(const struct frame *f);
int32_t frame_categories(const struct frame *f); /* how many columns are FRAME_CATEGORY */
/* A frame of n_cols numeric columns in one new column-major block, whose memory is *out_x. NULL: no memory.
 */
struct frame *frame_dense(struct mem *m, int64_t n_rows, int32_t n_cols, double **out_x);
int64_t frame_bytes(const struct frame *f); /* of the blocks it keeps alive on its own account, roughly */

#endif
