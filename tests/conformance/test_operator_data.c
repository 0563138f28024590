/*
 * test_operator_data.c - every operator of the table on unusual data: it works, or says in words why not.
 */
#include "operator_battery.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/bins.h"
#include "op_support.h"

enum { ROWS = 120 };

static const automl_status refused[] = {AUTOML_E_DATA, 0};

static double *column(struct mixed *d, int32_t j)
{
    return &d->numbers[j * d->n];
}

static void missing_cells_are_used_or_named(struct battery *b)
{
    struct mixed d;
    struct op *op = NULL;
    battery_data(b, ROWS, 2, &d);
    column(&d, 3)[17] = (double)NAN;
    if (battery_has(b, OP_ACCEPTS_MISSING)) {
        battery_expect_works(b, &d, NULL);
    } else {
        battery_expect_error(b, battery_fit(b, &d, NULL, &op), refused);
        if (!strstr(automl_error_message(b->err), "column 3"))
            battery_fail(b, "the column is not named: %s", automl_error_message(b->err));
    }
    mixed_free(&d);
}

static void missing_codes_are_used_or_named(struct battery *b)
{
    struct mixed d;
    struct op *op = NULL;
    if (!battery_has(b, OP_ACCEPTS_CATEGORIES))
        return;
    battery_data(b, ROWS, 2, &d);
    d.codes[1][5] = -1;
    if (battery_has(b, OP_ACCEPTS_MISSING))
        battery_expect_works(b, &d, NULL);
    else
        battery_expect_error(b, battery_fit(b, &d, NULL, &op), refused);
    mixed_free(&d);
}

/* At apply nothing is refused: a missing cell where none was at fit gives some row, and the same one alone.
 */
static void missing_cells_may_appear_after_fit(struct battery *b)
{
    struct mixed_spec spec = battery_spec(b, ROWS, 2);
    struct mixed d, later;
    spec.missing = 0;
    mixed_make(b->mem, &spec, &d);
    spec.missing = 0.3;
    mixed_make(b->mem, &spec, &later);
    struct op *op = battery_fitted(b, &d, NULL);
    double *table = battery_applied(b, op, later.x);
    battery_expect_rows(b, op, later.x, table);
    if (battery_has(b, OP_ACCEPTS_MISSING))
        battery_expect_valid(b, op, table, ROWS, true);
    free(table);
    op_unref(op);
    mixed_free(&later);
    mixed_free(&d);
}

static void category_columns_are_used_or_named(struct battery *b)
{
    struct mixed_spec spec = battery_spec(b, ROWS, 2);
    struct mixed d;
    struct op *op = NULL;
    spec.codes = 2;
    spec.levels = 5;
    mixed_make(b->mem, &spec, &d);
    if (battery_has(b, OP_ACCEPTS_CATEGORIES)) {
        battery_expect_works(b, &d, NULL);
    } else {
        battery_expect_error(b, battery_fit(b, &d, NULL, &op), refused);
        if (!strstr(automl_error_message(b->err), "column 6"))
            battery_fail(b, "the column is not named: %s", automl_error_message(b->err));
    }
    mixed_free(&d);
}

static void category_columns_alone_are_enough_or_refused(struct battery *b)
{
    struct mixed_spec spec = battery_spec(b, ROWS, 2);
    struct mixed d;
    if (!battery_has(b, OP_ACCEPTS_CATEGORIES))
        return;
    spec.numbers = 0;
    mixed_make(b->mem, &spec, &d);
    battery_expect_works_or_refuses(b, &d, NULL);
    mixed_free(&d);
}

/* Fit sees two of 40 levels, apply all of them and, in single rows, codes behind the last. */
static void levels_that_fit_has_not_seen_are_handled(struct battery *b)
{
    struct mixed_spec spec = battery_spec(b, ROWS, 2);
    struct mixed d, later;
    if (!battery_has(b, OP_ACCEPTS_CATEGORIES))
        return;
    spec.levels = 40;
    mixed_make(b->mem, &spec, &later);
    mixed_make(b->mem, &spec, &d);
    for (int64_t i = 0; i < ROWS; i++)
        d.codes[0][i] = d.codes[1][i] = (int32_t)(i % 2 + 3);
    struct op *op = battery_fitted(b, &d, NULL);
    double *table = battery_applied(b, op, later.x);
    battery_expect_valid(b, op, table, ROWS, true);
    battery_expect_rows(b, op, later.x, table);
    double in[8], row[512], scratch[4096];
    assert_true(op->n_in == 8 && op->n_out <= 512 && op_row_scratch(op) <= 4096);
    const double codes[] = {40, 1e6, 2147483647.0, 1e300, -5};
    for (int i = 0; i < 5; i++) {
        for (int32_t j = 0; j < op->n_in; j++)
            in[j] = j < 6 ? frame_value(d.x, j, i) : codes[i];
        op_apply_row(op, in, row, scratch);
        battery_expect_valid(b, op, row, 1, true);
    }
    free(table);
    op_unref(op);
    mixed_free(&d);
    mixed_free(&later);
}

static void a_category_without_any_level_is_handled(struct battery *b)
{
    struct mixed d;
    if (!battery_has(b, OP_ACCEPTS_CATEGORIES) || !battery_has(b, OP_ACCEPTS_MISSING))
        return;
    battery_data(b, ROWS, 2, &d);
    for (int64_t i = 0; i < ROWS; i++)
        d.codes[0][i] = -1;
    battery_expect_works(b, &d, NULL);
    d.x->cols[6].n_levels = 0;
    battery_expect_works(b, &d, NULL);
    mixed_free(&d);
}

static void many_levels_are_handled(struct battery *b)
{
    struct mixed_spec spec = battery_spec(b, 600, 2);
    struct mixed d;
    if (!battery_has(b, OP_ACCEPTS_CATEGORIES))
        return;
    spec.levels = 500;
    mixed_make(b->mem, &spec, &d);
    battery_expect_works(b, &d, NULL);
    mixed_free(&d);
}

static void a_few_rows_are_enough_or_refused(struct battery *b)
{
    for (int64_t n = 1; n <= 5; n++) {
        struct mixed d;
        battery_data(b, n, 2, &d);
        battery_expect_works_or_refuses(b, &d, NULL);
        mixed_free(&d);
    }
}

static void a_target_of_one_class_is_learned_or_refused(struct battery *b)
{
    for (int32_t c = 0; c < 2; c++) {
        struct mixed d;
        battery_data(b, ROWS, 2, &d);
        for (int64_t i = 0; i < ROWS; i++)
            d.y[i] = c;
        battery_expect_works_or_refuses(b, &d, NULL);
        mixed_free(&d);
    }
}

static void a_class_that_is_absent_or_rare_is_learned(struct battery *b)
{
    struct mixed d;
    int32_t k = battery_classes(b);
    battery_data(b, ROWS, k, &d);
    if (k > 2) {
        for (int64_t i = 0; i < ROWS; i++)
            d.y[i] = d.y[i] == 1 ? 0 : d.y[i];
        battery_expect_works(b, &d, NULL);
    }
    for (int64_t i = 0; i < ROWS; i++)
        d.y[i] = i == 50 ? 1 : 0;
    battery_expect_works(b, &d, NULL);
    mixed_free(&d);
}

static void constant_and_equal_columns_are_handled(struct battery *b)
{
    struct mixed d;
    battery_data(b, ROWS, 2, &d);
    for (int64_t i = 0; i < ROWS; i++) {
        column(&d, 1)[i] = 4.25;
        column(&d, 2)[i] = 0;
        column(&d, 4)[i] = column(&d, 3)[i];
    }
    battery_expect_works(b, &d, NULL);
    for (int64_t i = 0; i < ROWS; i++)
        for (int32_t j = 0; j < 6; j++)
            column(&d, j)[i] = 0.1;
    battery_expect_works_or_refuses(b, &d, NULL);
    mixed_free(&d);
}

static void a_column_without_any_value_is_handled(struct battery *b)
{
    struct mixed d;
    if (!battery_has(b, OP_ACCEPTS_MISSING))
        return;
    battery_data(b, ROWS, 2, &d);
    for (int64_t i = 0; i < ROWS; i++)
        column(&d, 0)[i] = column(&d, 5)[i] = (double)NAN;
    battery_expect_works(b, &d, NULL);
    for (int32_t j = 0; j < 6; j++)
        for (int64_t i = 0; i < ROWS; i++)
            column(&d, j)[i] = (double)NAN;
    battery_expect_works_or_refuses(b, &d, NULL);
    mixed_free(&d);
}

static void more_columns_than_rows_are_handled(struct battery *b)
{
    struct mixed_spec spec = battery_spec(b, 12, 2);
    struct mixed d;
    spec.numbers = 70;
    mixed_make(b->mem, &spec, &d);
    battery_expect_works(b, &d, NULL);
    mixed_free(&d);
}

static void infinite_values_are_refused(struct battery *b)
{
    struct mixed d;
    struct op *op = NULL;
    battery_data(b, ROWS, 2, &d);
    for (int sign = -1; sign <= 1; sign += 2) {
        column(&d, 2)[77] = sign * (double)INFINITY;
        automl_status status = battery_fit(b, &d, NULL, &op);
        if (status < 0)
            battery_expect_error(b, status, refused);
        else
            op_unref(op); /* an operator that does not look at values */
    }
    mixed_free(&d);
}

static void negative_values_are_refused_where_they_have_no_meaning(struct battery *b)
{
    struct mixed d;
    struct op *op = NULL;
    if (!battery_has(b, OP_NEEDS_NON_NEGATIVE))
        return;
    battery_data(b, ROWS, 2, &d);
    column(&d, 1)[9] = -DBL_TRUE_MIN;
    battery_expect_error(b, battery_fit(b, &d, NULL, &op), refused);
    mixed_free(&d);
}

/* Row i of an extreme column, of several kinds. */
static double extreme(int kind, int64_t i)
{
    switch (kind) {
    case 0:
        return i % 2 ? 1e308 : -1e308;
    case 1:
        return i % 2 ? DBL_MAX : 0;
    case 2:
        return DBL_TRUE_MIN * (double)(i % 7);
    case 3:
        return i % 3 ? 1e-308 : 2e-308;
    case 4:
        return i == 5 ? 1e300 : (double)i;
    case 5:
        return 1e160 * (double)(i % 11);
    case 6:
        return 1e15 + (double)(i % 2);
    default:
        return 1e308;
    }
}

enum { EXTREMES = 8 };

static void extreme_values_give_finite_numbers_or_are_refused(struct battery *b)
{
    for (int kind = 0; kind < EXTREMES; kind++)
        for (int scaled = 0; scaled < 2; scaled++) {
            struct mixed d;
            battery_data(b, ROWS, 2, &d);
            for (int64_t i = 0; i < ROWS; i++) {
                double v = extreme(kind, i);
                column(&d, 2)[i] = battery_has(b, OP_NEEDS_NON_NEGATIVE) ? fabs(v) : v;
                if (scaled)
                    column(&d, 4)[i] = column(&d, 2)[i];
            }
            battery_expect_works_or_refuses(b, &d, NULL);
            mixed_free(&d);
        }
}

/* A classifier's row is either good or holds NaN, for which a model puts the class priors. */
static void extreme_values_after_fit_give_a_row_or_nan(struct battery *b)
{
    struct mixed d, later;
    battery_data(b, ROWS, 2, &d);
    battery_data(b, ROWS, 2, &later);
    for (int64_t i = 0; i < ROWS; i++)
        column(&later, (int32_t)(i % 6))[i] = extreme((int)(i % EXTREMES), i);
    struct op *op = battery_fitted(b, &d, NULL);
    double *table = battery_applied(b, op, later.x);
    battery_expect_rows(b, op, later.x, table);
    for (int64_t i = 0; b->cls->kind == OP_CLASSIFIER && i < ROWS; i++) {
        double sum = 0;
        for (int32_t c = 0; c < op->n_out; c++)
            sum += table[i * op->n_out + c];
        if (!isnan(sum))
            battery_expect_valid(b, op, &table[i * op->n_out], 1, false);
    }
    free(table);
    op_unref(op);
    mixed_free(&later);
    mixed_free(&d);
}

static void no_rows_at_all_are_applied_to(struct battery *b)
{
    struct mixed d, none;
    battery_data(b, ROWS, 2, &d);
    mixed_take(&d, NULL, 0, &none);
    struct op *op = battery_fitted(b, &d, NULL);
    double *table = battery_applied(b, op, none.x);
    free(table);
    op_unref(op);
    mixed_free(&none);
    mixed_free(&d);
}

static void other_columns_than_those_of_fit_are_refused(struct battery *b)
{
    const automl_status schema[] = {AUTOML_E_SCHEMA, 0};
    struct mixed d;
    double *table = NULL;
    battery_data(b, ROWS, 2, &d);
    struct op *op = battery_fitted(b, &d, NULL);
    const int32_t few[] = {0, 1};
    struct frame *narrow = frame_columns(d.x, few, 2);
    assert_non_null(narrow);
    battery_expect_error(b, battery_apply(b, op, narrow, &stop_never, &table), schema);
    frame_unref(narrow);
    op_unref(op);
    mixed_free(&d);
}

static void impossible_weights_are_refused(struct battery *b)
{
    const double bad[] = {-1, (double)NAN, (double)INFINITY};
    struct mixed d;
    struct op *op = NULL;
    double w[ROWS];
    battery_data(b, ROWS, 2, &d);
    for (int i = 0; i < 3; i++) {
        for (int64_t j = 0; j < ROWS; j++)
            w[j] = j == 11 ? bad[i] : 1;
        battery_expect_error(b, battery_fit(b, &d, &(struct fit_options){.w = w}, &op), refused);
    }
    memset(w, 0, sizeof w);
    battery_expect_error(b, battery_fit(b, &d, &(struct fit_options){.w = w}, &op), refused);
    mixed_free(&d);
}

static void a_class_of_weight_zero_is_learned(struct battery *b)
{
    struct mixed d;
    double w[ROWS];
    int32_t k = battery_classes(b);
    battery_data(b, ROWS, k, &d);
    for (int64_t i = 0; i < ROWS; i++)
        w[i] = d.y[i] == k - 1 ? 0 : 0.5 + (double)(i % 3);
    battery_expect_works_or_refuses(b, &d, &(struct fit_options){.w = w});
    for (int64_t i = 0; i < ROWS; i++)
        w[i] = i < 3 ? 1e-300 : 1e290;
    battery_expect_works_or_refuses(b, &d, &(struct fit_options){.w = w});
    mixed_free(&d);
}

/* What an operator has learned, as its output on rows that no fit has seen. */
struct learned {
    int64_t cells;
    double *table;
};

static struct learned learn(
    struct battery *b, const struct mixed *rows, const double *w, uint64_t seed, const struct mixed *others)
{
    struct op *op = battery_fitted(b, rows, &(struct fit_options){.w = w, .seed = seed});
    struct learned l = {.cells = others->n * op->n_out, .table = battery_applied(b, op, others->x)};
    op_unref(op);
    return l;
}

static bool differ(const struct learned *a, const struct learned *z, double tolerance)
{
    if (a->cells != z->cells)
        return true;
    for (int64_t i = 0; i < a->cells; i++)
        if (!nearly(a->table[i], z->table[i], tolerance))
            return true;
    return false;
}

static void make_others(struct battery *b, struct mixed *out)
{
    struct mixed_spec spec = battery_spec(b, ROWS, 2);
    spec.seed = 8;
    mixed_make(b->mem, &spec, out);
}

/* The order of sums may differ. */
static void weights_of_one_change_nothing(struct battery *b)
{
    struct mixed d, others;
    double w[ROWS];
    battery_data(b, ROWS, 2, &d);
    make_others(b, &others);
    for (int64_t i = 0; i < ROWS; i++)
        w[i] = 1;
    struct learned with = learn(b, &d, w, 1, &others), without = learn(b, &d, NULL, 1, &others);
    if (differ(&with, &without, 1e-9))
        battery_fail(b, "weights of 1 are not like no weights");
    free(with.table);
    free(without.table);
    mixed_free(&others);
    mixed_free(&d);
}

/* Each row as often as its weight says; rows of weight 0 are absent. */
static void repeat_rows(const struct mixed *d, const double *w, struct mixed *out)
{
    int32_t idx[4 * ROWS];
    int64_t n = 0;
    for (int32_t i = 0; i < ROWS; i++)
        for (int times = 0; times < (int)w[i]; times++)
            idx[n++] = i;
    mixed_take(d, idx, n, out);
}

/* Their files say what a weight means instead: it multiplies a vote, but not the number of neighbours; the
 * smoothing comes from unweighted variances. */
static const char *const own_weights[] = {"knn", "gaussian_nb"};

static bool has_own_weights(const struct battery *b)
{
    for (size_t i = 0; i < sizeof own_weights / sizeof *own_weights; i++)
        if (strcmp(own_weights[i], b->cls->name) == 0)
            return true;
    return false;
}

/* Iterative solvers end within their own tolerance. */
static const double weight_tolerance = 1e-3;

/* An operator ignores weights altogether, or a weight of 2 is the row twice and one of 0 no row. Those that
 * learn by chance cannot be compared. */
static void a_weight_is_a_number_of_rows(struct battery *b)
{
    struct mixed d, repeated, others;
    double w[ROWS];
    if (has_own_weights(b))
        return;
    battery_data(b, ROWS, 2, &d);
    make_others(b, &others);
    for (int64_t i = 0; i < ROWS; i++)
        w[i] = (double)((7 * i + i / 5) % 4);
    repeat_rows(&d, w, &repeated);
    struct learned plain = learn(b, &d, NULL, 1, &others), other_seed = learn(b, &d, NULL, 2, &others);
    struct learned weighted = learn(b, &d, w, 1, &others), expected = learn(b, &repeated, NULL, 1, &others);
    bool by_chance = differ(&plain, &other_seed, 0), ignored = !differ(&plain, &weighted, 0);
    if (!by_chance && !ignored && differ(&weighted, &expected, weight_tolerance))
        battery_fail(b, "weights are neither ignored nor like repeated rows");
    free(plain.table);
    free(other_seed.table);
    free(weighted.table);
    free(expected.table);
    mixed_free(&others);
    mixed_free(&repeated);
    mixed_free(&d);
}

static void bins_of_the_columns_may_be_there(struct battery *b)
{
    struct mixed d;
    battery_data(b, ROWS, battery_classes(b), &d);
    struct learned without = learn(b, &d, NULL, 1, &d);
    assert_int_equal(bins_attach(b->mem, d.x, ROWS, b->err), AUTOML_OK);
    battery_expect_works(b, &d, NULL);
    struct learned with = learn(b, &d, NULL, 1, &d);
    if (!battery_has(b, OP_USES_BINS) && differ(&without, &with, 0))
        battery_fail(b, "bins change what it learns, but it does not say that it reads them");
    free(without.table);
    free(with.table);
    mixed_free(&d);
}

int main(int argc, char **argv)
{
    const struct battery_check checks[] = {
        CHECK(missing_cells_are_used_or_named),
        CHECK(missing_codes_are_used_or_named),
        CHECK(missing_cells_may_appear_after_fit),
        CHECK(category_columns_are_used_or_named),
        CHECK(category_columns_alone_are_enough_or_refused),
        CHECK(levels_that_fit_has_not_seen_are_handled),
        CHECK(a_category_without_any_level_is_handled),
        CHECK(many_levels_are_handled),
        CHECK(a_few_rows_are_enough_or_refused),
        CHECK(a_target_of_one_class_is_learned_or_refused),
        CHECK(a_class_that_is_absent_or_rare_is_learned),
        CHECK(constant_and_equal_columns_are_handled),
        CHECK(a_column_without_any_value_is_handled),
        CHECK(more_columns_than_rows_are_handled),
        CHECK(infinite_values_are_refused),
        CHECK(negative_values_are_refused_where_they_have_no_meaning),
        CHECK(extreme_values_give_finite_numbers_or_are_refused),
        CHECK(extreme_values_after_fit_give_a_row_or_nan),
        CHECK(no_rows_at_all_are_applied_to),
        CHECK(other_columns_than_those_of_fit_are_refused),
        CHECK(impossible_weights_are_refused),
        CHECK(a_class_of_weight_zero_is_learned),
        CHECK(weights_of_one_change_nothing),
        CHECK(a_weight_is_a_number_of_rows),
        CHECK(bins_of_the_columns_may_be_there),
    };
    return battery_run(checks, sizeof checks / sizeof *checks, argc, argv);
}
