/*
 * operator.h - the contract of every transformer, selector and classifier.
 *
 * One operator = one .c file that ends in one `const struct op_class`, listed once in operators.c. An
 * operator never includes another; what two share lives in ops/shared/. See docs/writing-an-operator.md.
 *
 * A `struct op` is an operator with its settings and, once fitted, its state; immutable after fitting,
 * reference-counted, usable from any thread. Transformers act on the columns they understand (numeric or
 * category) and pass the others through, in order.
 */
#ifndef OPS_OPERATOR_H
#define OPS_OPERATOR_H

#include "base/clock.h"
#include "base/context.h"
#include "base/pool.h"
#include "base/rng.h"
#include "data/frame.h"
#include "io/container.h"
#include "params/params.h"

enum op_kind { OP_TRANSFORMER, OP_SELECTOR, OP_CLASSIFIER };

/* Traits: what the input must or may be. */
enum {
    OP_NEEDS_SCALING = 1,   /* works badly on unscaled columns: the search puts a scaler before it */
    OP_ACCEPTS_MISSING = 2, /* else a missing cell in an input column is AUTOML_E_DATA at fit */
    OP_NEEDS_NON_NEGATIVE = 4,
    OP_ACCEPTS_CATEGORIES = 8, /* else a category column in the input is AUTOML_E_DATA at fit */
    OP_USES_TARGET = 16,       /* fit reads y: supervised */
    OP_MULTICLASS = 32,        /* more than two classes */
    OP_USES_BINS = 64,         /* reads the bins of raw columns */
    OP_EARLY_STOPPING = 128,   /* wants x_valid: an inner split of the training rows, made before balancing */
    OP_OUTPUT_NON_NEGATIVE = 256,
    OP_EXPERIMENTAL = 512, /* registered by the host */
    OP_IMPUTES = 1024,     /* no numeric cell is missing in the output */
    OP_ENCODES = 2048,     /* no category column in the output */
    OP_SCALES = 4096,      /* numeric columns come out on one scale */
};

struct op;

/* The shape of the data, for predictions of cost. */
struct op_shape {
    double n;          /* rows */
    double p;          /* columns */
    double p_category; /* of them category columns */
    double levels;     /* sum of their levels */
    double k;          /* classes */
};

struct op_cost {
    double fit_flops;    /* counted simple operations of fit */
    double fit_bytes;    /* bytes moved by fit */
    double apply_flops;  /* per row */
    double apply_bytes;  /* per row */
    double memory_bytes; /* peak while fitting, without the input */
    double state_bytes;  /* of the fitted operator */
    struct op_shape out; /* shape of the output, transformers */
};

struct op_fit {
    struct frame *x;
    const int32_t *y; /* class indices in [0, n_classes), x->n_rows of them */
    const double *w;  /* weights >= 0, or NULL */
    int32_t n_classes;
    struct frame *x_valid; /* with OP_EARLY_STOPPING, else NULL */
    const int32_t *y_valid;
    const double *w_valid;
    struct rng rng;
    const struct stop *stop; /* never NULL */
    struct pool *pool;       /* for coarse inner pieces through pool_for; NULL: serial */
    struct mem *mem;         /* scratch */
};

struct op_class {
    const char *name;    /* scikit-learn's, in snake case */
    const char *summary; /* one line */
    enum op_kind kind;
    uint32_t traits;
    uint32_t state_format; /* version of what save writes */
    size_t state_size;
    const struct param_schema *params;

    /* Predicts, from settings and shape, without data. */
    void (*estimate)(const struct params *p, const struct op_shape *s, struct op_cost *out);
    /* Learns op->state (zeroed before). Sets op->n_out. On failure it may leave parts: clear frees them. */
    automl_status (*fit)(struct op *op, const struct op_fit *in, automl_error *err);
    /* Transformers and selectors: a new frame with the same rows. */
    automl_status (*transform)(const struct op *op, struct frame *x, struct mem *mem, const struct stop *stop,
        struct frame **out, automl_error *err);
    /* Classifiers: n_rows x n_classes, row-major, rows sum to 1. */
    automl_status (*predict_proba)(const struct op *op, struct frame *x, struct mem *mem,
        const struct stop *stop, double *proba, automl_error *err);
    /* One row (NULL only for operators of a host): n_in doubles (codes as numbers, missing NaN) -> n_out
     * doubles, the same bits as the batch call. scratch: row_scratch(op) doubles. No allocation, no failure.
     */
    void (*apply_row)(const struct op *op, const double *in, double *out, double *scratch);
    int64_t (*row_scratch)(const struct op *op); /* NULL: 0 */

    void (*save)(const struct op *op, struct writer *w);
    /* Fills the zeroed state; must check every count and index (op->n_in, n_out, n_classes, in_kinds are set
     * before). */
    automl_status (*load)(struct op *op, struct reader *r, automl_error *err);
    void (*clear)(struct op *op); /* frees what state points to; called on zeroed state too */

    /* Optional. */
    automl_status (*fit_more)(struct op *op, const struct op_fit *in, automl_error *err);
    void (*importance)(const struct op *op, double *out); /* n_in values >= 0 */
    automl_status (*contributions)(const struct op *op, struct frame *x, double *out, automl_error *err);

    void *user; /* operators of the host */
};

struct op {
    const struct op_class *cls;
    struct mem *mem;
    _Atomic int32_t refs;
    struct params *params;
    bool fitted;
    int32_t n_in, n_out; /* columns; n_out = n_classes for classifiers */
    int32_t n_classes;
    int64_t n_rows;     /* rows of fit: op_bytes predicts from it */
    uint8_t *in_kinds;  /* enum frame_kind of each input column */
    int32_t *in_levels; /* n_levels of each; 0 for numeric */
    void *state;        /* cls->state_size bytes */
};

/* The table, in documentation order. */
const struct op_class *const *operators_all(int32_t *out_n);
/* Built-in ones and then those registered in ctx (may be NULL); 0 <= i < operators_count(ctx). */
int32_t operators_count(automl_context *ctx);
const struct op_class *operators_at(automl_context *ctx, int32_t i);
/* By name, built-in or registered in ctx (may be NULL); the error names the nearest. */
automl_status operator_find(
    automl_context *ctx, const char *name, const struct op_class **out, automl_error *err);
/* Adds a host's class to ctx, which takes ownership of cls and calls release(cls) at its end. */
automl_status operator_register(automl_context *ctx, struct op_class *cls,
    void (*release)(struct mem *m, struct op_class *cls), automl_error *err);

/* Copies the settings; NULL: defaults. */
automl_status op_create(
    struct mem *m, const struct op_class *cls, const struct params *p, struct op **out, automl_error *err);
struct op *op_ref(struct op *op);
void op_unref(struct op *op); /* NULL is fine */
/* Checks the input against the traits (missing, categories, negative, classes, at least one row and column),
 * then fits. Errors carry the operator's name as their place. */
automl_status op_fit(struct op *op, const struct op_fit *in, automl_error *err);
/* Checks that the columns are those of fit. */
automl_status op_transform(const struct op *op, struct frame *x, struct mem *mem, const struct stop *stop,
    struct frame **out, automl_error *err);
automl_status op_predict_proba(const struct op *op, struct frame *x, struct mem *mem, const struct stop *stop,
    double *proba, automl_error *err);
void op_apply_row(const struct op *op, const double *in, double *out, double *scratch);
int64_t op_row_scratch(const struct op *op);
/* Name, format, settings, shape, state. */
void op_save(const struct op *op, struct writer *w);
automl_status op_load(
    automl_context *ctx, struct mem *m, struct reader *r, struct op **out, automl_error *err);
int64_t op_bytes(const struct op *op); /* of its state, by estimate */

#endif
