/*
 * experimental.h - what may change or vanish in any release: operators of the host, and an injected clock.
 *
 * automl.h does not include this header, and its functions are in the version node AUTOML_EXPERIMENTAL of
 * the shared library, outside the promise of docs/abi.md.
 */
#ifndef AUTOML_EXPERIMENTAL_H
#define AUTOML_EXPERIMENTAL_H

#include <stddef.h>
#include <stdint.h>

#include <automl/context.h>
#include <automl/export.h>
#include <automl/operator.h>
#include <automl/status.h>

AUTOML_BEGIN_DECLS

/* What an operator of the host needs and does; to be combined with |. */
enum {
    AUTOML_TRAIT_NEEDS_SCALING = 1,        /* works badly on unscaled columns */
    AUTOML_TRAIT_ACCEPTS_MISSING = 2,      /* else a missing cell is AUTOML_E_DATA before fit is called */
    AUTOML_TRAIT_NEEDS_NON_NEGATIVE = 4,   /* a negative number is AUTOML_E_DATA before fit is called */
    AUTOML_TRAIT_USES_TARGET = 16,         /* fit reads y; classifiers always do */
    AUTOML_TRAIT_MULTICLASS = 32,          /* can have more than two classes */
    AUTOML_TRAIT_OUTPUT_NON_NEGATIVE = 256 /* its output has no negative numbers */
};

/*
 * What fit is given. Filled in by the library, valid during the call; it may grow at its end.
 */
typedef struct automl_operator_input {
    uint32_t struct_size;    /* sizeof(automl_operator_input) in the library that calls */
    int32_t n_cols;          /* columns; at least 1 */
    int64_t n_rows;          /* rows; at least 1 */
    const double *x;         /* n_rows * n_cols, column-major: x[col * n_rows + row]; missing: NaN */
    const int32_t *y;        /* n_rows classes from 0 to n_classes - 1; NULL unless the target is used */
    const double *weights;   /* n_rows weights, at least 0; NULL: all 1 */
    int32_t n_classes;       /* at least 2; 0 if y is NULL */
    uint64_t seed;           /* of all randomness in this call: the same input gives the same state */
    const char *params_json; /* a JSON object with every parameter of the operator */
    /* Non-zero: give up and return AUTOML_E_CANCELLED. To be asked every 10 ms or so. */
    int32_t (*stopped)(const struct automl_operator_input *in);
    const void *reserved; /* the library's own */
} automl_operator_input;

/**
 * Takes the bytes of a saved state, piece after piece. To be called by an operator's save, with its sink.
 */
typedef automl_status (*automl_write_fn)(void *sink, const void *bytes, size_t n);

/*
 * An operator of the host.
 *
 * It acts on numeric columns; the search and hosts put an encoder before it where there are categories. The
 * state that fit makes is immutable after it: all functions but fit, load and free_state may be called on it
 * from several threads at once, and fit for several states at once. A function that fails returns a negative
 * status; what asked for it then fails with AUTOML_E_CALLBACK and names the operator and the status
 * (AUTOML_E_MEMORY and AUTOML_E_CANCELLED are passed on as they are).
 */
typedef struct automl_operator_vtable {
    uint32_t struct_size;  /* sizeof(automl_operator_vtable) */
    uint32_t traits;       /* AUTOML_TRAIT_... */
    int32_t kind;          /* AUTOML_OPERATOR_TRANSFORMER, _SELECTOR or _CLASSIFIER */
    uint32_t state_format; /* version of what save writes; load is only given what was saved under it */
    const char *name;      /* [a-z][a-z0-9_]*, not that of another operator */
    const char *summary;   /* one line */
    /*
     * Parameters: a JSON array of objects {"key", "type", "default", "min", "max", "choices", "help"}, as
     * automl_operator_schema_json() writes them. Types: "bool", "int", "real", "choice". min and max are
     * needed for int and real, choices (an array of texts) for choice; default is always needed. With
     * "search": true the search varies the parameter over its whole range or all its choices, on a log scale
     * if "log" is true (then min > 0). NULL: no parameters.
     */
    const char *params_json;
    /* Learns from in; *out_state is the state, *out_columns the number of columns of the output (at least 1;
     * ignored for classifiers, which put out a probability for each class). On failure nothing is kept. */
    automl_status (*fit)(const automl_operator_input *in, void **out_state, int32_t *out_columns, void *user);
    /* Transformers and selectors: n_rows rows of x (column-major, the columns of fit) to out, n_rows times
     * the output's columns, column-major. NULL for classifiers. */
    automl_status (*transform)(const void *state, const double *x, int64_t n_rows, double *out, void *user);
    /* Classifiers: probabilities, row-major, n_rows * n_classes, each row summing to 1. NULL for others. */
    automl_status (*predict_proba)(
        const void *state, const double *x, int64_t n_rows, double *out, void *user);
    /* One row: the columns of fit to the columns or probabilities of the output, with the same bits as the
     * call for many rows, without allocating or failing. NULL: pipelines with this operator have no
     * predictors. */
    void (*apply_row)(const void *state, const double *row, double *out, void *user);
    /* Hands the bytes of a state to write(sink, bytes, n), in any number of pieces, and passes its status on.
     * They must mean the same on every machine. */
    automl_status (*save)(const void *state, automl_write_fn write, void *sink, void *user);
    /* Makes a state out of the n bytes that save wrote, for n_cols input columns, out_columns output columns
     * and n_classes classes. Must check them: files may be damaged or hostile. On failure nothing is kept. */
    automl_status (*load)(const void *bytes, size_t n, int32_t n_cols, int32_t out_columns, int32_t n_classes,
        void **out_state, void *user);
    /* Releases what fit or load made. */
    void (*free_state)(void *state, void *user);
    /* Counted simple operations for each cell of the input in fit: the search plans its time by it. 0: 100.
     */
    double fit_cost;
    /* The same when it is applied. 0: 10. */
    double apply_cost;
    void *user; /* handed to all of them */
} automl_operator_vtable;

/**
 * Adds an operator to a context: specifications and search spaces can then name it, automl_operator_count()
 * counts it, model files that use it can be loaded. It cannot be removed: its functions and user must stay
 * valid as long as any object of the context.
 *
 * @param ctx     the context
 * @param vtable  copied, with its texts
 * @param err     receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_ARGUMENT if struct_size is not that of a known version, a function is missing
 *         for the kind, or name, kind or traits are not valid; AUTOML_E_CONFLICT if there is an operator of
 *         this name; AUTOML_E_FORMAT, AUTOML_E_TYPE, AUTOML_E_RANGE if params_json is not as described.
 * @since 0.1, experimental
 */
AUTOML_API automl_status automl_operator_register(
    automl_context *ctx, const automl_operator_vtable *vtable, automl_error *err);

/**
 * Gives a context another clock, for tests of time budgets. To be called before other objects are made from
 * the context. Both functions must be callable from several threads at once.
 *
 * @param ctx   the context
 * @param now   nanoseconds of a clock that never goes back; NULL: the system's clocks again
 * @param wall  microseconds since 1970-01-01T00:00:00Z; NULL if and only if now is
 * @param user  handed to both; may be NULL
 * @param err   receives the error; may be NULL
 * @return AUTOML_OK; AUTOML_E_ARGUMENT if only one of the functions is NULL.
 * @since 0.1, experimental
 */
AUTOML_API automl_status automl_context_set_clock(automl_context *ctx, int64_t (*now)(void *user),
    int64_t (*wall)(void *user), void *user, automl_error *err);

AUTOML_END_DECLS

#endif
