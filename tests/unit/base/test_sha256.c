/* SHA-256 against the examples of FIPS 180 and NIST's byte-oriented test vectors. */
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

/* Feeds the text in pieces of `step` bytes. */
static void digest_in_steps(const char *text, size_t n, size_t step, char out[65])
{
    struct sha256 s;
    uint8_t digest[32];
    sha256_init(&s);
    for (size_t i = 0; i < n; i += step)
        sha256_update(&s, text + i, n - i < step ? n - i : step);
    sha256_final(&s, digest);
    sha256_hex(digest, out);
}

static void assert_digest(const char *text, const char *expected)
{
    char hex[65];
    digest_in_steps(text, strlen(text), 1000, hex);
    assert_string_equal(hex, expected);
}

static void gives_the_digests_of_the_standard(void **state)
{
    (void)state;
    assert_digest("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_digest("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_digest(
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
        "mnopqrstnopqrstu",
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
}

static void digests_a_million_letters(void **state)
{
    (void)state;
    char block[1000], hex[65];
    uint8_t digest[32];
    struct sha256 s;
    memset(block, 'a', sizeof block);
    sha256_init(&s);
    for (int i = 0; i < 1000; i++)
        sha256_update(&s, block, sizeof block);
    sha256_final(&s, digest);
    sha256_hex(digest, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Lengths around the padding's edges, in one piece and in several. */
static void does_not_depend_on_the_pieces(void **state)
{
    (void)state;
    char text[200], whole[65], pieces[65];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + i % 26);
    for (size_t n = 1; n <= sizeof text; n++) {
        digest_in_steps(text, n, n, whole);
        for (size_t step = 1; step < n; step += 13) {
            digest_in_steps(text, n, step, pieces);
            assert_string_equal(pieces, whole);
        }
    }
}

static void empty_updates_change_nothing(void **state)
{
    (void)state;
    struct sha256 s;
    uint8_t digest[32];
    char hex[65];
    sha256_init(&s);
    sha256_update(&s, NULL, 0);
    sha256_update(&s, "abc", 3);
    sha256_update(&s, NULL, 0);
    sha256_final(&s, digest);
    sha256_hex(digest, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_digests_of_the_standard),
        cmocka_unit_test(digests_a_million_letters),
        cmocka_unit_test(does_not_depend_on_the_pieces),
        cmocka_unit_test(empty_updates_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
