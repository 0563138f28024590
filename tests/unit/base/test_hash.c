/* Published values and properties of base/hash.h. */
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

enum { SANITY_BYTES = 222 };
#define PRIME_32 UINT64_C(2654435761)
#define PRIME_64 UINT64_C(11400714785074694797)

/* The buffer that xxHash's own self-test hashes. */
static void sanity_buffer(uint8_t out[SANITY_BYTES])
{
    uint64_t x = PRIME_32;
    for (int i = 0; i < SANITY_BYTES; i++) {
        out[i] = (uint8_t)(x >> 56);
        x *= PRIME_64;
    }
}

static void gives_the_published_values(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        uint64_t seed, hash;
    } known[] = {
        {0, 0, UINT64_C(0xEF46DB3751D8E999)},
        {0, PRIME_32, UINT64_C(0xAC75FDA2929B17EF)},
        {1, 0, UINT64_C(0xE934A84ADB052768)},
        {1, PRIME_32, UINT64_C(0x5014607643A9B4C3)},
        {4, 0, UINT64_C(0x9136A0DCA57457EE)},
        {14, 0, UINT64_C(0x8282DCC4994E35C8)},
        {14, PRIME_32, UINT64_C(0xC3BD6BF63DEB6DF0)},
        {222, 0, UINT64_C(0xB641AE8CB691C174)},
        {222, PRIME_32, UINT64_C(0x20CB8AB7AE10C14A)},
    };
    uint8_t buffer[SANITY_BYTES];
    sanity_buffer(buffer);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_true(hash_bytes(buffer, known[i].n, known[i].seed) == known[i].hash);
    assert_true(hash_string("abc") == UINT64_C(0x44BC2CF5AD770999));
    assert_true(hash_string("") == hash_bytes(NULL, 0, 0));
}

static void does_not_depend_on_alignment(void **state)
{
    (void)state;
    uint8_t buffer[SANITY_BYTES], moved[SANITY_BYTES + 8];
    sanity_buffer(buffer);
    for (size_t n = 0; n <= SANITY_BYTES; n++) {
        memcpy(moved + n % 8, buffer, n);
        assert_true(hash_bytes(moved + n % 8, n, 3) == hash_bytes(buffer, n, 3));
    }
}

static void every_byte_and_the_length_count(void **state)
{
    (void)state;
    uint8_t buffer[100] = {0};
    for (size_t n = 1; n <= sizeof buffer; n++) {
        uint64_t before = hash_bytes(buffer, n, 0);
        assert_true(before != hash_bytes(buffer, n - 1, 0));
        for (size_t i = 0; i < n; i++) {
            buffer[i] = 1;
            assert_true(before != hash_bytes(buffer, n, 0));
            buffer[i] = 0;
        }
    }
}

static int compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void combine_is_ordered_and_spreads(void **state)
{
    (void)state;
    enum { N = 256 };
    uint64_t *all = malloc(N * N * sizeof *all);
    assert_non_null(all);
    for (uint64_t a = 0; a < N; a++)
        for (uint64_t b = 0; b < N; b++)
            all[a * N + b] = hash_combine(a, b);
    assert_true(hash_combine(1, 2) != hash_combine(2, 1));
    qsort(all, N * N, sizeof *all, compare_u64);
    for (size_t i = 1; i < N * N; i++)
        assert_true(all[i - 1] != all[i]);
    free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_published_values),
        cmocka_unit_test(does_not_depend_on_alignment),
        cmocka_unit_test(every_byte_and_the_length_count),
        cmocka_unit_test(combine_is_ordered_and_spreads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
