/* Rankings against a plain count over pairs and a comparison sort, on scores of many shapes. */
#include "eval/ranking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"

enum { MOST = 5000, SHAPES = 9 };

struct rows {
    struct mem mem;
    int32_t y[MOST];
    double p[2 * MOST], w[MOST];
};

/* Scores that exercise every path: spread, tied, crowded in a few bits, runs that agree in the leading bits.
 */
static double draw(int32_t shape, struct rng *r)
{
    double u = rng_double(r);
    switch (shape) {
    case 0:
        return u;
    case 1:
        return floor(u * 7.0) / 7.0;
    case 2:
        return 0.25;
    case 3:
        return u < 0.5 ? 0.0 : 1.0;
    case 4:
        return u < 0.01 ? 1e-300 : 0.5 + rng_double(r) * 0x1p-40;
    case 5:
        return 0.5 + (double)rng_below(r, 4096) * 0x1p-53;
    case 6:
        return ldexp(u, -(int)rng_below(r, 1074));
    case 7:
        return u < 0.001 ? 1.0 : ldexp(1.0 + (double)rng_below(r, 3) * DBL_EPSILON, -(int)rng_below(r, 3));
    default:
        return u < 0.5 ? -0.0 : 0.0;
    }
}

static void fill(struct rows *d, int32_t shape, int64_t n)
{
    struct rng r = rng_seed((uint64_t)shape);
    mem_init(&d->mem, &allocator_system);
    for (int64_t i = 0; i < n; i++) {
        d->y[i] = (int32_t)rng_below(&r, 2);
        d->p[2 * i + 1] = draw(shape, &r);
        d->p[2 * i] = 0.0;
        d->w[i] = (double)rng_below(&r, 4);
    }
}

static int descending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

static void check_groups(struct rows *d, int64_t n, const double *w)
{
    struct metric_input in = {.n = n, .k = 2, .y = d->y, .proba = d->p, .w = w, .mem = &d->mem};
    double *sorted = malloc((size_t)(n + 1) * sizeof *sorted);
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++)
        if (!w || w[i] > 0.0)
            sorted[kept++] = d->p[2 * i + 1];
    qsort(sorted, (size_t)kept, sizeof *sorted, descending);
    struct ranking r;
    struct rank_group g;
    double positive = 0.0, negative = 0.0;
    int64_t at = 0;
    assert_int_equal(ranking_create(&in, 1, RANKING_REST, &r, NULL), AUTOML_OK);
    while (ranking_next(&r, &g)) {
        assert_true(at < kept && g.score == sorted[at]);
        while (at < kept && sorted[at] == g.score)
            at++;
        positive += g.positive;
        negative += g.negative;
    }
    assert_int_equal(at, kept);
    assert_true(positive == r.positive && negative == r.negative);
    ranking_free(&r);
    free(sorted);
    assert_int_equal(mem_used(&d->mem), 0);
}

static void groups_fall_by_score(void **state)
{
    (void)state;
    static const int64_t lengths[] = {0, 1, 2, 31, 32, 33, 34, 200, MOST};
    struct rows *d = malloc(sizeof *d);
    for (int32_t shape = 0; shape < SHAPES; shape++)
        for (int32_t i = 0; i < 9; i++) {
            fill(d, shape, lengths[i]);
            check_groups(d, lengths[i], NULL);
            check_groups(d, lengths[i], d->w);
        }
    free(d);
}

/* Area by counting every pair. */
static double area_of_pairs(const struct rows *d, int64_t n, const double *w)
{
    double right = 0.0, pairs = 0.0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            if (d->y[i] != 1 || d->y[j] != 0)
                continue;
            double weight = w ? w[i] * w[j] : 1.0, a = d->p[2 * i + 1], b = d->p[2 * j + 1];
            pairs += weight;
            right += a > b ? weight : a == b ? weight / 2.0 : 0.0;
        }
    return right / pairs;
}

static void the_area_is_the_share_of_pairs(void **state)
{
    (void)state;
    enum { N = 400 };
    const struct metric *auc = NULL;
    struct rows *d = malloc(sizeof *d);
    assert_int_equal(metric_find(NULL, "roc_auc", 2, &auc, NULL), AUTOML_OK);
    for (int32_t shape = 0; shape < SHAPES; shape++)
        for (int32_t weighted = 0; weighted < 2; weighted++) {
            double x;
            fill(d, shape, N);
            const double *w = weighted ? d->w : NULL;
            struct metric_input in = {
                .n = N, .k = 2, .positive = 1, .y = d->y, .proba = d->p, .w = w, .mem = &d->mem};
            assert_int_equal(auc->score(auc, &in, &x, NULL), AUTOML_OK);
            assert_true(x == area_of_pairs(d, N, w));
        }
    free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_fall_by_score),
        cmocka_unit_test(the_area_is_the_share_of_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
