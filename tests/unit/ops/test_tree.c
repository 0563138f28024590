/* test_tree.c - the tree engine through decision_tree and extra_trees: splits, missing cells, categories,
 * threads. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "data/bins.h"
#include "op_support.h"
#include "ops/shared/forest.h"

static struct mem memory;

static int begin(void **state)
{
    (void)state;
    mem_init(&memory, &allocator_system);
    return 0;
}

static int end(void **state)
{
    (void)state;
    assert_int_equal(mem_used(&memory), 0);
    return 0;
}

/* A made table: column 0 a number, 1 a number with holes, 2 a category with few levels, 3 one with `levels`,
 * some missing. The class depends on all of them. */
struct made {
    struct frame *x;
    int32_t *y;
    double *w;
};

static struct frame_col number_column(int64_t n, struct rng *r, double holes)
{
    struct block *b = block_create(&memory, (size_t)n, sizeof(double));
    assert_non_null(b);
    double *x = b->data;
    for (int64_t i = 0; i < n; i++)
        x[i] = rng_double(r) < holes ? NAN : rng_normal(r);
    return (struct frame_col){.kind = FRAME_NUMERIC, .x = x, .values = b};
}

static struct frame_col category_column(int64_t n, struct rng *r, int32_t levels, double holes)
{
    struct block *b = block_create(&memory, (size_t)n, sizeof(int32_t));
    assert_non_null(b);
    int32_t *codes = b->data;
    for (int64_t i = 0; i < n; i++)
        codes[i] = rng_double(r) < holes ? -1 : (int32_t)rng_below(r, (uint32_t)levels);
    return (struct frame_col){.kind = FRAME_CATEGORY, .n_levels = levels, .codes = codes, .values = b};
}

static int32_t class_of(const struct frame *x, int64_t i, int32_t k, struct rng *r)
{
    double a = x->cols[0].x[i], b = x->cols[1].x[i];
    int32_t c = x->cols[2].codes[i], d = x->cols[3].codes[i];
    double score = a + (isnan(b) ? 1 : b) + (c == 1 || c == 3) + (d < 0 || d % 3 == 0) + 0.3 * rng_normal(r);
    int32_t y = (int32_t)floor(score * k / 4);
    return y < 0 ? 0 : y >= k ? k - 1 : y;
}

static struct made make(int64_t n, int32_t levels, int32_t k, uint64_t seed)
{
    struct rng r = rng_seed(seed);
    struct made t = {.x = frame_create(&memory, n, 4),
        .y = NEW_ZEROS(&memory, n, int32_t),
        .w = NEW_ZEROS(&memory, n, double)};
    assert_true(t.x && t.y && t.w);
    t.x->cols[0] = number_column(n, &r, 0);
    t.x->cols[1] = number_column(n, &r, 0.2);
    t.x->cols[2] = category_column(n, &r, 5, 0);
    t.x->cols[3] = category_column(n, &r, levels, 0.1);
    for (int64_t i = 0; i < n; i++) {
        t.y[i] = class_of(t.x, i, k, &r);
        t.w[i] = rng_below(&r, 4) / 2.0;
    }
    return t;
}

static void drop(struct made *t)
{
    frame_unref(t->x);
    mem_free(&memory, t->y);
    mem_free(&memory, t->w);
}

static double *proba_of(const struct op *op, struct frame *x)
{
    double *proba = NEW_ZEROS(&memory, x->n_rows * op->n_classes, double);
    assert_non_null(proba);
    assert_int_equal(op_predict_proba(op, x, &memory, &stop_never, proba, NULL), AUTOML_OK);
    return proba;
}

static struct op *fit_made(const char *name, const char *settings, const struct made *t, const double *w,
    int32_t k, struct pool *pool)
{
    struct op *op = op_made(NULL, &memory, name, settings);
    struct op_fit in = {.x = t->x,
        .y = t->y,
        .w = w,
        .n_classes = k,
        .rng = rng_seed(7),
        .stop = &stop_never,
        .pool = pool,
        .mem = &memory};
    assert_int_equal(op_fit(op, &in, NULL), AUTOML_OK);
    return op;
}

static double accuracy(const struct op *op, const struct made *t)
{
    int32_t k = op->n_classes, hits = 0;
    double *p = proba_of(op, t->x);
    for (int64_t i = 0; i < t->x->n_rows; i++) {
        int32_t best = 0;
        for (int32_t c = 1; c < k; c++)
            best = p[i * k + c] > p[i * k + best] ? c : best;
        hits += best == t->y[i];
    }
    mem_free(&memory, p);
    return hits / (double)t->x->n_rows;
}

static const struct tree *first_tree(const struct op *op)
{
    return &((const struct forest *)op->state)->trees[0];
}

static struct op *tree_on_numbers(
    const char *settings, const double *x, const int32_t *y, int64_t n, int32_t k)
{
    struct frame *f = frame_of_numbers(&memory, x, n, 1);
    struct op *op = op_fitted(&memory, "decision_tree", settings, f, y, k);
    frame_unref(f);
    return op;
}

static double share_of_one(const struct op *op, double x)
{
    double out[2], scratch[8];
    op_apply_row(op, &x, out, scratch);
    return out[1];
}

static void a_cut_lies_midway_and_missing_goes_to_the_larger_side(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 7, 8};
    const int32_t y[] = {0, 0, 0, 1, 1};
    struct op *op = tree_on_numbers(NULL, x, y, 5, 2);
    assert_int_equal(first_tree(op)->n_nodes, 3);
    assert_true(first_tree(op)->nodes[0].threshold == 5);
    assert_true(share_of_one(op, 5) == 0 && share_of_one(op, nextafter(5, 6)) == 1);
    assert_true(share_of_one(op, NAN) == 0);
    op_unref(op);
}

static void missing_cells_learn_their_side(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 7, 8, 9, 9.5, NAN, NAN};
    const int32_t low[] = {1, 1, 1, 0, 0, 0, 0, 1, 1}, high[] = {0, 0, 0, 0, 1, 1, 1, 1, 1};
    struct op *a = tree_on_numbers(NULL, x, low, 9, 2), *b = tree_on_numbers(NULL, x, high, 9, 2);
    assert_int_equal(first_tree(a)->n_nodes, 3);
    assert_int_equal(first_tree(b)->n_nodes, 3);
    assert_true(share_of_one(a, NAN) == 1 && share_of_one(a, 1) == 1 && share_of_one(a, 8) == 0);
    assert_true(share_of_one(b, NAN) == 1 && share_of_one(b, 1) == 0 && share_of_one(b, 9) == 1);
    op_unref(a);
    op_unref(b);
}

static void missing_alone_is_a_split(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 4, NAN, NAN};
    const int32_t y[] = {0, 0, 0, 0, 1, 1};
    struct op *op = tree_on_numbers(NULL, x, y, 6, 2);
    assert_int_equal(first_tree(op)->n_nodes, 3);
    assert_true(share_of_one(op, 1e300) == 0 && share_of_one(op, NAN) == 1);
    op_unref(op);
}

static void one_class_or_constant_columns_give_one_leaf(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 4}, same[] = {5, 5, 5, 5};
    const int32_t ones[] = {1, 1, 1, 1}, mixed[] = {0, 1, 1, 1};
    struct op *a = tree_on_numbers(NULL, x, ones, 4, 2), *b = tree_on_numbers(NULL, same, mixed, 4, 2);
    assert_int_equal(first_tree(a)->n_nodes, 1);
    assert_int_equal(first_tree(b)->n_nodes, 1);
    assert_true(share_of_one(a, 2) == 1);
    assert_true(share_of_one(b, 2) == 0.75);
    op_unref(a);
    op_unref(b);
}

/* Neighbouring doubles, denormals and huge values: the cut still separates what it separated. */
static void cuts_hold_at_the_ends_of_the_number_line(void **state)
{
    (void)state;
    const double x[] = {-1.7e308, -5e-324, 0, 5e-324, 1, 1 + 0x1p-52, 1.7e308, 1.75e308};
    const int32_t y[] = {0, 1, 0, 1, 0, 1, 0, 1};
    struct op *op = tree_on_numbers(NULL, x, y, 8, 2);
    for (int i = 0; i < 8; i++)
        assert_true(share_of_one(op, x[i]) == y[i]);
    op_unref(op);
}

/* The best subset of six levels by brute force, against the ordered scan. */
static double gini_of_subset(const int32_t (*count)[2], uint32_t subset)
{
    double side[2][2] = {{0}}, sum = 0;
    for (int l = 0; l < 6; l++)
        for (int c = 0; c < 2; c++)
            side[subset >> l & 1][c] += count[l][c];
    for (int s = 0; s < 2; s++) {
        double n = side[s][0] + side[s][1];
        sum += n > 0 ? 2 * side[s][0] * side[s][1] / n : 0;
    }
    return sum;
}

static void finds_the_best_set_of_categories(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct rng r = rng_seed(seed);
        int32_t codes[120], y[120], count[6][2] = {{0}};
        double best = INFINITY;
        for (int i = 0; i < 120; i++) {
            codes[i] = (int32_t)rng_below(&r, 6);
            y[i] = rng_below(&r, 6) <= (uint32_t)(codes[i] * 5 % 6);
            count[codes[i]][y[i]]++;
        }
        for (uint32_t s = 1; s < 63; s++)
            best = fmin(best, gini_of_subset((const int32_t(*)[2])count, s));
        struct frame *f = frame_of_codes(&memory, codes, 120, 1, 6);
        struct op *op = op_fitted(&memory, "decision_tree", "{\"max_depth\": 1}", f, y, 2);
        uint64_t mask = first_tree(op)->nodes[0].mask;
        assert_true(nearly(gini_of_subset((const int32_t(*)[2])count, (uint32_t)mask & 63), best, 1e-12));
        frame_unref(f);
        op_unref(op);
    }
}

static void unknown_categories_are_missing(void **state)
{
    (void)state;
    const int32_t codes[] = {0, 0, 1, 1, 2, 2, -1, -1, -1}, y[] = {0, 0, 1, 1, 0, 0, 1, 1, 1};
    struct frame *f = frame_of_codes(&memory, codes, 9, 1, 3);
    struct op *op = op_fitted(&memory, "decision_tree", NULL, f, y, 2);
    assert_true(share_of_one(op, 1) == 1 && share_of_one(op, 2) == 0);
    assert_true(share_of_one(op, NAN) == 1 && share_of_one(op, 3) == 1 && share_of_one(op, -1) == 1);
    frame_unref(f);
    op_unref(op);
}

static const char *const forest_settings[] = {
    "{\"n_estimators\": 7}",
    "{\"n_estimators\": 5, \"bootstrap\": true, \"criterion\": \"entropy\"}",
    "{\"n_estimators\": 5, \"max_features\": \"all\", \"min_samples_leaf\": 3, \"class_weight\": "
    "\"balanced\"}",
    "{\"n_estimators\": 5, \"max_features\": \"fraction\", \"max_features_fraction\": 0.6, "
    "\"max_leaf_nodes\": 20}",
};

static const char *const tree_settings[] = {
    NULL,
    "{\"criterion\": \"entropy\", \"min_samples_leaf\": 2}",
    "{\"max_leaf_nodes\": 30, \"class_weight\": \"balanced\"}",
    "{\"max_features\": \"sqrt\", \"max_depth\": 6}",
};

/* Save, load, save again: the same bytes and the same predictions. */
static void check_round_trip(const struct op *op, struct frame *x, const double *proba)
{
    struct writer a, b;
    struct reader r;
    struct op *again = NULL;
    writer_init(&a, &memory);
    writer_init(&b, &memory);
    op_save(op, &a);
    assert_true(writer_ok(&a));
    reader_init(&r, &memory, a.bytes.data, (size_t)a.bytes.n);
    assert_int_equal(op_load(NULL, &memory, &r, &again, NULL), AUTOML_OK);
    op_save(again, &b);
    assert_int_equal(a.bytes.n, b.bytes.n);
    assert_memory_equal(a.bytes.data, b.bytes.data, (size_t)a.bytes.n);
    double *p = proba_of(again, x);
    assert_memory_equal(p, proba, (size_t)(x->n_rows * op->n_classes) * sizeof(double));
    mem_free(&memory, p);
    op_unref(again);
    writer_free(&a);
    writer_free(&b);
}

static void check_rows(const struct op *op, struct frame *x, const double *proba)
{
    double in[4], out[16], scratch[64];
    assert_true(op_row_scratch(op) <= 64);
    for (int64_t i = 0; i < x->n_rows; i++) {
        double sum = 0;
        for (int32_t j = 0; j < 4; j++)
            in[j] = frame_value(x, j, i);
        op_apply_row(op, in, out, scratch);
        for (int32_t c = 0; c < op->n_classes; c++) {
            assert_true(same_bits(out[c], proba[i * op->n_classes + c]));
            sum += out[c];
        }
        assert_true(nearly(sum, 1, 1e-12));
    }
}

/* Rows agree with the batch, and a saved model with the first, for every kind of column, class count and
 * weight. */
static void check_kind(const char *name, const char *settings, int32_t levels, int32_t k, bool weighted)
{
    struct made t = make(300, levels, k, (uint64_t)(levels + k));
    struct op *op = fit_made(name, settings, &t, weighted ? t.w : NULL, k, NULL);
    double *proba = proba_of(op, t.x);
    check_rows(op, t.x, proba);
    check_round_trip(op, t.x, proba);
    mem_free(&memory, proba);
    op_unref(op);
    drop(&t);
}

static void rows_batches_and_saved_models_agree(void **state)
{
    (void)state;
    static const int32_t levels[] = {3, 63, 64, 255, 256, 700}, classes[] = {2, 3, 7};
    for (int l = 0; l < 6; l++) {
        for (int k = 0; k < 3; k++) {
            for (int s = 0; s < 4; s++) {
                check_kind("decision_tree", tree_settings[s], levels[l], classes[k], s % 2);
                check_kind("extra_trees", forest_settings[s], levels[l], classes[k], (s + k) % 2);
            }
        }
    }
}

static void forests_are_the_same_for_any_number_of_threads(void **state)
{
    (void)state;
    for (int32_t k = 2; k <= 3; k++) {
        struct made t = make(400, 20, k, 3);
        struct op *one = fit_made("extra_trees", forest_settings[1], &t, NULL, k, NULL);
        double *expected = proba_of(one, t.x);
        for (int32_t threads = 2; threads <= 5; threads += 3) {
            struct pool *pool = NULL;
            assert_int_equal(pool_create(&memory, threads, NULL, NULL, &pool, NULL), AUTOML_OK);
            struct op *many = fit_made("extra_trees", forest_settings[1], &t, NULL, k, pool);
            double *p = proba_of(many, t.x);
            assert_memory_equal(p, expected, (size_t)(t.x->n_rows * k) * sizeof(double));
            mem_free(&memory, p);
            op_unref(many);
            pool_free(pool);
        }
        mem_free(&memory, expected);
        op_unref(one);
        drop(&t);
    }
}

/* Bins that were attached once for all rows, seen through an index, split like bins made for the fit. */
static void raw_bins_and_own_bins_grow_the_same_tree(void **state)
{
    (void)state;
    struct made t = make(200, 300, 2, 5), back = t;
    struct op *own = fit_made("decision_tree", "{\"min_samples_leaf\": 5}", &t, NULL, 2, NULL);
    double *expected = proba_of(own, t.x);
    assert_int_equal(bins_attach(&memory, t.x, 200, NULL), AUTOML_OK);
    int32_t rows[200], y[200];
    for (int32_t i = 0; i < 200; i++) {
        rows[i] = 199 - i;
        y[i] = t.y[199 - i];
    }
    back.x = frame_take(t.x, rows, 200);
    back.y = y;
    assert_non_null(back.x);
    struct op *raw = fit_made("decision_tree", "{\"min_samples_leaf\": 5}", &back, NULL, 2, NULL);
    double *p = proba_of(raw, t.x);
    assert_memory_equal(p, expected, 400 * sizeof(double));
    mem_free(&memory, p);
    mem_free(&memory, expected);
    op_unref(own);
    op_unref(raw);
    frame_unref(back.x);
    drop(&t);
}

/* Enough cells and trees that small nodes read the row-major copy: the result must not show it. */
static void weights_of_one_change_nothing(void **state)
{
    (void)state;
    struct made t = make(20000, 40, 2, 8);
    for (int64_t i = 0; i < t.x->n_rows; i++)
        t.w[i] = 1;
    struct frame *wide[8] = {t.x, t.x, t.x, t.x, t.x, t.x, t.x, t.x};
    struct frame *narrow = t.x;
    t.x = frame_union(&memory, wide, 8);
    assert_non_null(t.x);
    const char *settings = "{\"n_estimators\": 4, \"max_depth\": 9}";
    struct op *a = fit_made("extra_trees", settings, &t, NULL, 2, NULL);
    struct op *b = fit_made("extra_trees", settings, &t, t.w, 2, NULL);
    double *p = proba_of(a, t.x), *q = proba_of(b, t.x);
    assert_memory_equal(p, q, (size_t)(2 * t.x->n_rows) * sizeof(double));
    mem_free(&memory, p);
    mem_free(&memory, q);
    op_unref(a);
    op_unref(b);
    frame_unref(narrow);
    drop(&t);
}

static void trees_learn_what_there_is_to_learn(void **state)
{
    (void)state;
    for (int32_t k = 2; k <= 4; k++) {
        struct made t = make(3000, 30, k, 10), new = make(1500, 30, k, 11);
        struct op *tree = fit_made("decision_tree", "{\"min_samples_leaf\": 10}", &t, NULL, k, NULL);
        struct op *forest = fit_made("extra_trees",
            "{\"min_samples_leaf\": 3, \"max_features\": \"all\", \"n_estimators\": 50}", &t, NULL, k, NULL);
        assert_true(accuracy(tree, &new) > 0.88 - 0.08 * (k - 2));
        assert_true(accuracy(forest, &new) > 0.87 - 0.08 * (k - 2));
        op_unref(tree);
        op_unref(forest);
        drop(&t);
        drop(&new);
    }
}

static void limits_are_kept(void **state)
{
    (void)state;
    struct made t = make(1000, 30, 3, 12);
    struct op *op = fit_made("decision_tree", "{\"max_leaf_nodes\": 9}", &t, NULL, 3, NULL);
    assert_int_equal(first_tree(op)->n_nodes, 17);
    op_unref(op);
    op = fit_made("decision_tree", "{\"max_depth\": 2}", &t, NULL, 3, NULL);
    assert_int_equal(first_tree(op)->n_nodes, 7);
    op_unref(op);
    op = fit_made("decision_tree", "{\"min_samples_leaf\": 500}", &t, NULL, 3, NULL);
    assert_in_range(first_tree(op)->n_nodes, 1, 3);
    op_unref(op);
    op = fit_made("decision_tree", "{\"min_samples_leaf\": 501}", &t, NULL, 3, NULL);
    assert_int_equal(first_tree(op)->n_nodes, 1);
    op_unref(op);
    drop(&t);
}

static void importance_sums_to_one_and_finds_the_columns(void **state)
{
    (void)state;
    struct made t = make(2000, 4, 2, 13);
    double importance[4];
    struct op *op = fit_made("extra_trees", "{\"max_depth\": 5}", &t, NULL, 2, NULL);
    op->cls->importance(op, importance);
    assert_true(nearly(importance[0] + importance[1] + importance[2] + importance[3], 1, 1e-12));
    assert_true(importance[0] > importance[2] && importance[1] > importance[2] && importance[2] > 0);
    op_unref(op);
    drop(&t);
}

static void a_stop_ends_growth(void **state)
{
    (void)state;
    struct made t = make(500, 5, 2, 14);
    _Atomic int32_t cancel = 0;
    struct stop stop = {.cancel = &cancel, .deadline_ns = DEADLINE_NONE};
    struct op *op = op_made(NULL, &memory, "extra_trees", NULL);
    struct op_fit in = {
        .x = t.x, .y = t.y, .n_classes = 2, .rng = rng_seed(1), .stop = &stop, .mem = &memory};
    atomic_store(&cancel, 1);
    assert_int_equal(op->cls->fit(op, &in, NULL), AUTOML_E_CANCELLED);
    op_unref(op);
    drop(&t);
}

static void infinite_values_are_refused(void **state)
{
    (void)state;
    const double x[] = {1, 2, INFINITY, 4};
    const int32_t y[] = {0, 1, 0, 1};
    struct frame *f = frame_of_numbers(&memory, x, 4, 1);
    struct op *op = op_made(NULL, &memory, "decision_tree", NULL);
    assert_int_not_equal(op_fit_on(op, f, y, 2, NULL), AUTOML_OK);
    op_unref(op);
    frame_unref(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_cut_lies_midway_and_missing_goes_to_the_larger_side, begin, end),
        cmocka_unit_test_setup_teardown(missing_cells_learn_their_side, begin, end),
        cmocka_unit_test_setup_teardown(missing_alone_is_a_split, begin, end),
        cmocka_unit_test_setup_teardown(one_class_or_constant_columns_give_one_leaf, begin, end),
        cmocka_unit_test_setup_teardown(cuts_hold_at_the_ends_of_the_number_line, begin, end),
        cmocka_unit_test_setup_teardown(finds_the_best_set_of_categories, begin, end),
        cmocka_unit_test_setup_teardown(unknown_categories_are_missing, begin, end),
        cmocka_unit_test_setup_teardown(rows_batches_and_saved_models_agree, begin, end),
        cmocka_unit_test_setup_teardown(forests_are_the_same_for_any_number_of_threads, begin, end),
        cmocka_unit_test_setup_teardown(raw_bins_and_own_bins_grow_the_same_tree, begin, end),
        cmocka_unit_test_setup_teardown(weights_of_one_change_nothing, begin, end),
        cmocka_unit_test_setup_teardown(trees_learn_what_there_is_to_learn, begin, end),
        cmocka_unit_test_setup_teardown(limits_are_kept, begin, end),
        cmocka_unit_test_setup_teardown(importance_sums_to_one_and_finds_the_columns, begin, end),
        cmocka_unit_test_setup_teardown(a_stop_ends_growth, begin, end),
        cmocka_unit_test_setup_teardown(infinite_values_are_refused, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
