/* Known answers and distributions of base/rng.h. The seeds are fixed, so every outcome is too. */
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

/* A stream whose next 64 bits are given. */
static struct rng stream_with(uint64_t next)
{
    struct rng r = rng_seed(0);
    r.block[2] = (uint32_t)next;
    r.block[3] = (uint32_t)(next >> 32);
    r.left = 2;
    return r;
}

/* kat_vectors of Random123 1.x, "philox4x32 10". */
static void gives_the_known_answers_of_random123(void **state)
{
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff},
            {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0},
            {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        philox4x32_10(known[i].counter, known[i].key, out);
        assert_memory_equal(out, known[i].out, sizeof out);
    }
}

static void stream_is_the_blocks_in_order(void **state)
{
    (void)state;
    struct rng r = rng_seed(UINT64_C(0x299f31d0a4093822));
    const uint32_t key[2] = {0xa4093822, 0x299f31d0};
    for (uint32_t n = 0; n < 10; n++) {
        const uint32_t counter[4] = {n, 0, 0, 0};
        uint32_t block[4];
        philox4x32_10(counter, key, block);
        for (int i = 0; i < 4; i++)
            assert_int_equal(rng_u32(&r), block[i]);
    }
}

static void counter_carries_into_its_upper_word(void **state)
{
    (void)state;
    struct rng r = rng_seed(1);
    r.counter = UINT64_C(0x1ffffffff);
    const uint32_t key[2] = {1, 0}, first[4] = {0xffffffff, 1, 0, 0}, second[4] = {0, 2, 0, 0};
    uint32_t expected[8];
    philox4x32_10(first, key, expected);
    philox4x32_10(second, key, expected + 4);
    for (int i = 0; i < 8; i++)
        assert_int_equal(rng_u32(&r), expected[i]);
}

static void split_ignores_the_position_and_does_not_advance(void **state)
{
    (void)state;
    struct rng r = rng_seed(7), before = r;
    struct rng early = rng_split(&r, 3);
    assert_memory_equal(&r, &before, sizeof r);
    rng_u32(&r);
    struct rng late = rng_split(&r, 3);
    for (int i = 0; i < 20; i++)
        assert_int_equal(rng_u32(&early), rng_u32(&late));
}

static void split_streams_differ_from_each_other_and_the_parent(void **state)
{
    (void)state;
    enum { N = 200 };
    uint64_t first[N + 1];
    struct rng r = rng_seed(7);
    for (uint64_t i = 0; i < N; i++) {
        struct rng child = rng_split(&r, i % 2 ? i << 32 : i);
        first[i] = rng_u64(&child);
    }
    first[N] = rng_u64(&r);
    for (int i = 0; i <= N; i++)
        for (int j = 0; j < i; j++)
            assert_true(first[i] != first[j]);
}

static void below_is_uniform(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {1, 2, 3, 7, 100};
    struct rng r = rng_seed(11);
    for (int s = 0; s < 5; s++) {
        enum { DRAWS = 100000 };
        uint32_t n = sizes[s];
        int64_t counts[100] = {0};
        for (int i = 0; i < DRAWS; i++) {
            uint32_t x = rng_below(&r, n);
            assert_true(x < n);
            counts[x]++;
        }
        double expected = (double)DRAWS / n, chi_squared = 0;
        for (uint32_t i = 0; i < n; i++)
            chi_squared += ((double)counts[i] - expected) * ((double)counts[i] - expected) / expected;
        assert_true(chi_squared < n + 4.0 * sqrt(2.0 * n));
    }
}

/* 2^32 = 1 (mod 3): the low product 0 is the one that must be drawn again. */
static void below_rejects_the_uneven_remainder(void **state)
{
    (void)state;
    struct rng r = stream_with(UINT64_C(0xffffffff00000000));
    assert_int_equal(rng_below(&r, 3), 2);
    assert_int_equal(r.left, 0);
    r = stream_with(1);
    assert_int_equal(rng_below(&r, 3), 0);
    assert_int_equal(r.left, 1);
}

static void doubles_lie_in_the_half_open_interval(void **state)
{
    (void)state;
    struct rng zero = stream_with(0), most = stream_with(UINT64_MAX), r = rng_seed(5);
    assert_true(rng_double(&zero) == 0.0);
    assert_true(rng_double(&most) == 1.0 - 0x1p-53);
    double sum = 0;
    for (int i = 0; i < 100000; i++)
        sum += rng_double(&r);
    assert_true(fabs(sum / 100000 - 0.5) < 4 * sqrt(1.0 / 12 / 100000));
}

/* scipy.special.ndtri((k + 0.5) / 2^52), SciPy 1.11.4 */
static void normal_matches_the_quantiles_of_scipy(void **state)
{
    (void)state;
    static const struct {
        uint64_t k;
        double x;
    } known[] = {
        {0, -8.209536151601387},
        {5, -7.916520712471189},
        {4096, -7.047683266610571},
        {UINT64_C(1099511627776), -3.4871041041143096},
        {UINT64_C(281474976710656), -1.5341205443525452},
        {UINT64_C(300000000000000), -1.5014981572492654},
        {UINT64_C(2251799813685247), -2.782916424671767e-16},
        {UINT64_C(2251799813685248), 2.782916424671767e-16},
        {UINT64_C(4000000000000000), 1.2168976480552445},
        {UINT64_C(4503599627366399), 7.047683266610571},
        {UINT64_C(4503599627370495), 8.209536151601387},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct rng r = stream_with(known[i].k << 12);
        assert_true(fabs(rng_normal(&r) - known[i].x) <= 1e-15 * fabs(known[i].x));
    }
}

static void normal_inverts_erfc(void **state)
{
    (void)state;
    struct rng r = rng_seed(3);
    for (int i = 0; i < 20000; i++) {
        struct rng copy = r;
        double p = ((double)(rng_u64(&copy) >> 12) + 0.5) * 0x1p-52;
        double x = rng_normal(&r);
        assert_true(fabs(0.5 * erfc(-x / sqrt(2.0)) - p) <= 1e-14 * p);
    }
}

static void normal_has_the_moments(void **state)
{
    (void)state;
    enum { N = 200000 };
    struct rng r = rng_seed(9);
    double sum = 0, squares = 0, fourth = 0;
    for (int i = 0; i < N; i++) {
        double x = rng_normal(&r);
        sum += x;
        squares += x * x;
        fourth += x * x * x * x;
    }
    assert_true(fabs(sum / N) < 4 / sqrt(N));
    assert_true(fabs(squares / N - 1) < 4 * sqrt(2.0 / N));
    assert_true(fabs(fourth / N - 3) < 4 * sqrt(96.0 / N));
}

static void log_uniform_stays_inside_and_is_even_in_the_logarithm(void **state)
{
    (void)state;
    enum { N = 50000 };
    struct rng r = rng_seed(13);
    int below_middle = 0;
    for (int i = 0; i < N; i++) {
        double x = rng_log_uniform(&r, 1e-4, 1e2);
        assert_true(x >= 1e-4 && x <= 1e2);
        below_middle += x < 1e-1;
    }
    assert_true(fabs(below_middle - N / 2.0) < 4 * sqrt(N / 4.0));
    assert_true(rng_log_uniform(&r, 0.3, 0.3) == 0.3);
}

static void shuffle_permutes(void **state)
{
    (void)state;
    int32_t a[1000];
    char seen[1000] = {0};
    struct rng r = rng_seed(17);
    for (int32_t i = 0; i < 1000; i++)
        a[i] = i;
    rng_shuffle(&r, a, 1000);
    int fixed = 0;
    for (int32_t i = 0; i < 1000; i++) {
        assert_int_equal(seen[a[i]]++, 0);
        fixed += a[i] == i;
    }
    assert_true(fixed < 10);
    rng_shuffle(&r, NULL, 0);
}

static void shuffle_gives_each_permutation_equally_often(void **state)
{
    (void)state;
    enum { N = 60000 };
    struct rng r = rng_seed(19);
    int counts[27] = {0}, kinds = 0;
    for (int i = 0; i < N; i++) {
        int32_t a[3] = {0, 1, 2};
        rng_shuffle(&r, a, 3);
        counts[9 * a[0] + 3 * a[1] + a[2]]++;
    }
    for (int i = 0; i < 27; i++) {
        if (counts[i] == 0)
            continue;
        kinds++;
        assert_true(abs(counts[i] - N / 6) < 4 * sqrt(N / 6.0));
    }
    assert_int_equal(kinds, 6);
}

static void sample_is_increasing_and_each_element_equally_likely(void **state)
{
    (void)state;
    enum { N = 20000 };
    struct rng r = rng_seed(23);
    int counts[10] = {0};
    for (int i = 0; i < N; i++) {
        int32_t out[4];
        rng_sample(&r, 10, 4, out);
        for (int j = 0; j < 4; j++) {
            assert_in_range(out[j], j ? out[j - 1] + 1 : 0, 9);
            counts[out[j]]++;
        }
    }
    for (int i = 0; i < 10; i++)
        assert_true(fabs(counts[i] - 0.4 * N) < 4 * sqrt(N * 0.4 * 0.6));
}

static void sample_of_all_and_of_none(void **state)
{
    (void)state;
    struct rng r = rng_seed(29);
    int32_t out[5];
    rng_sample(&r, 5, 5, out);
    for (int32_t i = 0; i < 5; i++)
        assert_int_equal(out[i], i);
    rng_sample(&r, 5, 0, NULL);
    rng_sample(&r, 0, 0, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_known_answers_of_random123),
        cmocka_unit_test(stream_is_the_blocks_in_order),
        cmocka_unit_test(counter_carries_into_its_upper_word),
        cmocka_unit_test(split_ignores_the_position_and_does_not_advance),
        cmocka_unit_test(split_streams_differ_from_each_other_and_the_parent),
        cmocka_unit_test(below_is_uniform),
        cmocka_unit_test(below_rejects_the_uneven_remainder),
        cmocka_unit_test(doubles_lie_in_the_half_open_interval),
        cmocka_unit_test(normal_matches_the_quantiles_of_scipy),
        cmocka_unit_test(normal_inverts_erfc),
        cmocka_unit_test(normal_has_the_moments),
        cmocka_unit_test(log_uniform_stays_inside_and_is_even_in_the_logarithm),
        cmocka_unit_test(shuffle_permutes),
        cmocka_unit_test(shuffle_gives_each_permutation_equally_often),
        cmocka_unit_test(sample_is_increasing_and_each_element_equally_likely),
        cmocka_unit_test(sample_of_all_and_of_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
