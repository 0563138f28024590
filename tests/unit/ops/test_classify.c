/* test_classify.c - every classifier here: rows and batches, saved models, damaged ones, lost memory; and
 * neighbours. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault_allocator.h"
#include "op_support.h"
#include "ops/shared/neighbors.h"
#include "ops/shared/proba.h"

enum { N = 90, P = 4, K = 3 };

struct setting {
    const char *name, *settings;
};

static const struct setting classifiers[] = {
    {"dummy", NULL},
    {"gaussian_nb", NULL},
    {"logistic_regression", "{\"C\": 0.5}"},
    {"logistic_regression", "{\"class_weight\": \"balanced\", \"max_iter\": 3}"},
    {"knn", "{\"n_neighbors\": 7, \"weights\": \"distance\"}"},
    {"knn", "{\"n_neighbors\": 200, \"p\": 1}"},
    {"decision_tree", "{\"min_samples_leaf\": 3}"},
    {"decision_tree", "{\"max_leaf_nodes\": 7, \"class_weight\": \"balanced\"}"},
    {"extra_trees", "{\"n_estimators\": 3, \"bootstrap\": true, \"criterion\": \"entropy\"}"},
};
enum { CLASSIFIERS = sizeof(classifiers) / sizeof(classifiers[0]) };

static double table[N * P], weights[N];
static int32_t labels[N];

static int make_table(void **state)
{
    (void)state;
    struct rng r = rng_seed(3);
    for (int i = 0; i < N; i++) {
        labels[i] = i % K;
        weights[i] = rng_below(&r, 3);
        for (int j = 0; j < P; j++)
            table[i * P + j] = rng_normal(&r) + (j == 0 ? labels[i] : 0) + 10 * j;
    }
    return 0;
}

/* Two classes: the third counts as the second. */
static void labels_of(int32_t k, int32_t y[N])
{
    for (int i = 0; i < N; i++)
        y[i] = labels[i] < k ? labels[i] : k - 1;
}

static automl_status fit_in(
    struct op *op, struct mem *m, struct frame *x, const int32_t *y, bool weighted, int32_t k)
{
    struct op_fit in = {.x = x,
        .y = y,
        .w = weighted ? weights : NULL,
        .n_classes = k,
        .rng = rng_seed(5),
        .stop = &stop_never,
        .mem = m};
    return op_fit(op, &in, NULL);
}

static void check_rows(const struct op *op, struct frame *x, const double *proba)
{
    int32_t k = op->n_classes;
    double in[P], out[K];
    double *scratch = malloc((size_t)(op_row_scratch(op) + 1) * sizeof(double));
    assert_non_null(scratch);
    for (int64_t i = 0; i < x->n_rows; i++) {
        double sum = 0;
        for (int32_t j = 0; j < P; j++)
            in[j] = frame_value(x, j, i);
        op_apply_row(op, in, out, scratch);
        for (int32_t c = 0; c < k; c++) {
            assert_true(same_bits(out[c], proba[i * k + c]));
            assert_true(out[c] >= 0 && out[c] <= 1);
            sum += out[c];
        }
        assert_true(nearly(sum, 1, 1e-12));
    }
    free(scratch);
}

static void check_saved(struct mem *m, const struct op *op, struct frame *x, const double *proba)
{
    struct writer w;
    struct reader r;
    struct op *again = NULL;
    double p[N * K];
    writer_init(&w, m);
    op_save(op, &w);
    assert_true(writer_ok(&w));
    reader_init(&r, m, w.bytes.data, (size_t)w.bytes.n);
    assert_int_equal(op_load(NULL, m, &r, &again, NULL), AUTOML_OK);
    assert_int_equal(op_predict_proba(again, x, m, &stop_never, p, NULL), AUTOML_OK);
    assert_memory_equal(p, proba, (size_t)(N * op->n_classes) * sizeof(double));
    op_unref(again);
    writer_free(&w);
}

static void check_classifier(const struct setting *s, int32_t k, bool weighted)
{
    struct mem m;
    int32_t y[N];
    double proba[N * K];
    mem_init(&m, &allocator_system);
    labels_of(k, y);
    struct frame *x = frame_of_numbers(&m, table, N, P);
    struct op *op = op_made(NULL, &m, s->name, s->settings);
    assert_int_equal(fit_in(op, &m, x, y, weighted, k), AUTOML_OK);
    assert_int_equal(op->n_out, k);
    assert_int_equal(op_predict_proba(op, x, &m, &stop_never, proba, NULL), AUTOML_OK);
    check_rows(op, x, proba);
    check_saved(&m, op, x, proba);
    op_unref(op);
    frame_unref(x);
    assert_int_equal(mem_used(&m), 0);
}

static void rows_batches_and_saved_models_agree(void **state)
{
    (void)state;
    for (int i = 0; i < CLASSIFIERS; i++) {
        for (int32_t k = 2; k <= K; k++) {
            check_classifier(&classifiers[i], k, false);
            check_classifier(&classifiers[i], k, true);
        }
    }
}

/* Fits, predicts, saves and loads while the n-th allocation fails; true if none did. */
static bool works_in(struct fault_allocator *f, int64_t n, const struct setting *s)
{
    struct mem own, m;
    struct allocator hooks = fault_hooks(f);
    double proba[N * K];
    struct writer w;
    struct reader r;
    struct op *again = NULL;
    fault_off(f);
    mem_init(&own, &allocator_system);
    mem_init(&m, &hooks);
    struct frame *x = frame_of_numbers(&own, table, N, P);
    struct op *op = op_made(NULL, &m, s->name, s->settings);
    fault_once(f, n);
    automl_status status = fit_in(op, &m, x, labels, false, K);
    if (status >= 0)
        status = op_predict_proba(op, x, &m, &stop_never, proba, NULL);
    writer_init(&w, &m);
    if (status >= 0) {
        op_save(op, &w);
        status = writer_ok(&w) ? AUTOML_OK : AUTOML_E_MEMORY;
    }
    reader_init(&r, &m, w.bytes.data, (size_t)w.bytes.n);
    if (status >= 0)
        status = op_load(NULL, &m, &r, &again, NULL);
    assert_true(status == AUTOML_OK || status == AUTOML_E_MEMORY);
    op_unref(again);
    op_unref(op);
    writer_free(&w);
    frame_unref(x);
    assert_int_equal(mem_used(&own), 0);
    assert_true(fault_clean(f));
    return status == AUTOML_OK;
}

static void every_lost_allocation_is_reported(void **state)
{
    (void)state;
    for (int i = 0; i < CLASSIFIERS; i++) {
        struct fault_allocator f;
        int64_t n = 0;
        fault_init(&f);
        do {
            if (++n > 2000)
                fail_msg("%s never succeeds", classifiers[i].name);
        } while (!works_in(&f, n, &classifiers[i]));
        assert_true(n > 3);
    }
}

/* A damaged model loads or does not; what loads predicts without harm. */
static void use_damaged(struct mem *m, const uint8_t *bytes, int64_t n)
{
    struct reader r;
    struct op *op = NULL;
    double in[P] = {0.5, NAN, 20, 1e300}, out[K];
    reader_init(&r, m, bytes, (size_t)n);
    if (op_load(NULL, m, &r, &op, NULL) < 0)
        return;
    if (op->n_in <= P && op->n_classes <= K) {
        double *scratch = malloc((size_t)(op_row_scratch(op) + 1) * sizeof(double));
        assert_non_null(scratch);
        op_apply_row(op, in, out, scratch);
        free(scratch);
    }
    op_unref(op);
}

static void damage(struct mem *m, const struct writer *w, struct rng *r)
{
    uint8_t *copy = mem_copy(m, w->bytes.data, (size_t)w->bytes.n, 1);
    int64_t n = w->bytes.n;
    assert_non_null(copy);
    for (uint32_t changes = 1 + rng_below(r, 4); changes > 0; changes--)
        copy[rng_below(r, (uint32_t)n)] = (uint8_t)rng_u32(r);
    if (rng_below(r, 8) == 0)
        n = rng_below(r, (uint32_t)n);
    use_damaged(m, copy, n);
    mem_free(m, copy);
}

static void damaged_models_do_no_harm(void **state)
{
    (void)state;
    for (int i = 0; i < CLASSIFIERS; i++) {
        struct mem m;
        struct writer w;
        struct rng r = rng_seed((uint64_t)i);
        mem_init(&m, &allocator_system);
        m.limit = INT64_C(1) << 26;
        struct frame *x = frame_of_numbers(&m, table, N, P);
        struct op *op = op_made(NULL, &m, classifiers[i].name, classifiers[i].settings);
        assert_int_equal(fit_in(op, &m, x, labels, false, K), AUTOML_OK);
        writer_init(&w, &m);
        op_save(op, &w);
        for (int trial = 0; trial < 1500; trial++)
            damage(&m, &w, &r);
        writer_free(&w);
        op_unref(op);
        frame_unref(x);
        assert_int_equal(mem_used(&m), 0);
    }
}

static void a_class_without_rows_gets_almost_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < CLASSIFIERS; i++) {
        struct mem m;
        int32_t y[N];
        double proba[N * K];
        mem_init(&m, &allocator_system);
        for (int j = 0; j < N; j++)
            y[j] = labels[j] ? 2 : 0;
        struct frame *x = frame_of_numbers(&m, table, N, P);
        struct op *op = op_made(NULL, &m, classifiers[i].name, classifiers[i].settings);
        assert_int_equal(fit_in(op, &m, x, y, false, K), AUTOML_OK);
        assert_int_equal(op_predict_proba(op, x, &m, &stop_never, proba, NULL), AUTOML_OK);
        for (int j = 0; j < N; j++)
            assert_true(proba[j * K + 1] < 0.02);
        op_unref(op);
        frame_unref(x);
        assert_int_equal(mem_used(&m), 0);
    }
}

/* A constant and a huge column, a single row, two equal rows of different classes. */
static void awkward_tables_give_probabilities(void **state)
{
    (void)state;
    const double awkward[] = {
        1, 1e150, 0, -1, 1, -1e150, 0, -1, 1, 1e150, 0, -1, 1, 3, 0, -1, 1, 1e-300, 0, -1};
    const int32_t y[] = {0, 1, 1, 2, 0};
    for (int i = 0; i < CLASSIFIERS; i++) {
        for (int64_t n = 1; n <= 5; n++) {
            struct mem m;
            double proba[5 * K];
            mem_init(&m, &allocator_system);
            struct frame *x = frame_of_numbers(&m, awkward, n, P);
            struct op *op = op_made(NULL, &m, classifiers[i].name, classifiers[i].settings);
            assert_int_equal(fit_in(op, &m, x, y, false, K), AUTOML_OK);
            assert_int_equal(op_predict_proba(op, x, &m, &stop_never, proba, NULL), AUTOML_OK);
            check_rows(op, x, proba);
            op_unref(op);
            frame_unref(x);
            assert_int_equal(mem_used(&m), 0);
        }
    }
}

static double *random_points(struct mem *m, int64_t n, int32_t p, double scale, int32_t grid, struct rng *r)
{
    double *x = NEW_ARRAY(m, n * p, double);
    assert_non_null(x);
    for (int64_t i = 0; i < n * p; i++)
        x[i] = grid ? rng_below(r, (uint32_t)grid) : scale * rng_normal(r);
    return x;
}

/* The search by products against the plain one, which scans in order: same neighbours, same ranks. */
static void check_neighbors(int64_t n, int32_t p, int64_t k, double scale, int32_t grid)
{
    struct mem m;
    struct rng r = rng_seed((uint64_t)(n + p + k));
    struct neighbors s = {0};
    enum { Q = 70 };
    mem_init(&m, &allocator_system);
    double *queries = random_points(&m, Q, p, scale, grid, &r);
    assert_int_equal(
        neighbors_create(&m, random_points(&m, n, p, scale, grid, &r), n, p, 2, &s, NULL), AUTOML_OK);
    struct neighbor *a = NEW_ARRAY(&m, Q * k, struct neighbor), *b = NEW_ARRAY(&m, k, struct neighbor);
    assert_true(a && b);
    assert_int_equal(neighbors_find(&s, queries, Q, k, &m, &stop_never, a, NULL), AUTOML_OK);
    for (int64_t q = 0; q < Q; q++) {
        neighbors_find_one(&s, queries + q * p, k, b);
        for (int64_t i = 0; i < k; i++) {
            assert_int_equal(a[q * k + i].index, b[i].index);
            assert_true(same_bits(a[q * k + i].rank, b[i].rank));
            if (i > 0)
                assert_true(
                    b[i - 1].rank < b[i].rank || (b[i - 1].rank == b[i].rank && b[i - 1].index < b[i].index));
        }
    }
    mem_free(&m, a);
    mem_free(&m, b);
    mem_free(&m, queries);
    neighbors_free(&s);
    assert_int_equal(mem_used(&m), 0);
}

static void products_find_the_same_neighbors(void **state)
{
    (void)state;
    check_neighbors(3000, 5, 10, 1, 0);
    check_neighbors(1100, 60, 100, 1e6, 0);
    check_neighbors(2500, 3, 25, 1, 4); /* 64 distinct points: ties everywhere */
    check_neighbors(700, 2, 3, 1e-30, 0);
    check_neighbors(700, 2, 3, 1e30, 0);
    check_neighbors(100, 1, 100, 1, 0);
}

static void every_scale_of_scores_becomes_probabilities(void **state)
{
    (void)state;
    double z[] = {1000, 999, -INFINITY}, none[] = {-INFINITY, -INFINITY}, odd[] = {NAN, 1};
    proba_softmax(z, 3);
    assert_true(nearly(z[0], 1 / (1 + exp(-1)), 1e-15) && z[2] == 0);
    proba_softmax(none, 2);
    assert_true(none[0] == 0.5 && none[1] == 0.5);
    proba_softmax(odd, 2);
    assert_true(odd[0] == 0.5 && odd[1] == 0.5);
    assert_true(proba_sigmoid(-800) == 0 && proba_sigmoid(800) == 1 && proba_sigmoid(0) == 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_batches_and_saved_models_agree),
        cmocka_unit_test(every_lost_allocation_is_reported),
        cmocka_unit_test(damaged_models_do_no_harm),
        cmocka_unit_test(a_class_without_rows_gets_almost_nothing),
        cmocka_unit_test(awkward_tables_give_probabilities),
        cmocka_unit_test(products_find_the_same_neighbors),
        cmocka_unit_test(every_scale_of_scores_becomes_probabilities),
    };
    return cmocka_run_group_tests(tests, make_table, NULL);
}
