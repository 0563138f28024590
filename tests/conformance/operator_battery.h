/*
 * operator_battery.h - what the checks of the operator table share: one cmocka test for each pair of a check
 * and an operator, data that the operator's traits allow, and outputs as plain tables.
 *
 * A check gets a fresh account; what it leaves allocated there fails it.
 */
#ifndef TESTS_CONFORMANCE_OPERATOR_BATTERY_H
#define TESTS_CONFORMANCE_OPERATOR_BATTERY_H

#include "mixed_data.h"
#include "ops/operator.h"

struct battery {
    const struct op_class *cls;
    struct mem *mem;
    automl_error *err; /* of the last call that took it */
};

struct battery_check {
    const char *name;
    void (*run)(struct battery *b);
};

#define CHECK(function)                                                                                      \
    {                                                                                                        \
#        function, function                                                                                  \
    }

/* Every check for every operator; argv[1] may be a pattern of test names ("*pca*"). */
int battery_run(const struct battery_check *checks, int32_t n, int argc, char **argv);

/* Fails the test with the operator's name before the text. */
void battery_fail(const struct battery *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The error of a failed call: a status among `allowed` (0-terminated), a sentence, the operator as its place.
 */
void battery_expect_error(const struct battery *b, automl_status status, const automl_status *allowed);

bool battery_has(const struct battery *b, uint32_t trait);
int32_t battery_classes(const struct battery *b); /* 3 if the operator takes so many, else 2 */
/* Rows, classes and seed filled in; columns and missing cells as the traits allow. */
struct mixed_spec battery_spec(const struct battery *b, int64_t n, int32_t classes);
void battery_data(const struct battery *b, int64_t n, int32_t classes, struct mixed *out);

struct fit_options {
    const struct params *params;
    const double *w;
    struct pool *pool;
    const struct stop *stop;
    struct mem *mem;     /* of the operator; NULL: the battery's */
    struct mem *scratch; /* NULL: as mem */
    uint64_t seed;
};

/* o NULL: defaults. *out is created and fitted. */
automl_status battery_fit(
    struct battery *b, const struct mixed *d, const struct fit_options *o, struct op **out);
struct op *battery_fitted(struct battery *b, const struct mixed *d, const struct fit_options *o);

/* Row-major, x->n_rows x op->n_out, by malloc. */
automl_status battery_apply(
    struct battery *b, const struct op *op, struct frame *x, const struct stop *stop, double **out);
double *battery_applied(struct battery *b, const struct op *op, struct frame *x);
/* One cell of the output of op_apply_row for each cell of the batch has the same bits. */
void battery_expect_rows(struct battery *b, const struct op *op, struct frame *x, const double *table);
void battery_expect_same(struct battery *b, const double *a, const double *z, int64_t n, const char *what);
/* A classifier's rows are probabilities that sum to 1; nothing else is infinite. Missing only if allowed. */
void battery_expect_valid(
    struct battery *b, const struct op *op, const double *table, int64_t n, bool may_miss);
/* Fitted, applied to its own rows, valid, row by row the same. */
void battery_expect_works(struct battery *b, const struct mixed *d, const struct fit_options *o);
/* The same, or fit fails with AUTOML_E_DATA or AUTOML_E_NUMERIC. */
void battery_expect_works_or_refuses(struct battery *b, const struct mixed *d, const struct fit_options *o);

void battery_save(struct battery *b, const struct op *op, struct writer *out);
struct op *battery_loaded(struct battery *b, const struct writer *w);

/* A clock that passes the deadline at its limit-th question. */
struct counted_clock {
    struct clock clock;
    struct stop stop;
    _Atomic int64_t asked;
    int64_t limit;
};

void counted_clock_init(struct counted_clock *c, int64_t limit);

#endif
