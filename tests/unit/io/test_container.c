/* Model files of io/container.h: values, sections, and damage of every kind. */
#define _POSIX_C_SOURCE 200809L

#include "io/container.h"

#include "io_fixture.h"

#include <math.h>

#include "base/hash.h"
#include "base/rng.h"

static void values_read_back_equal(void **state)
{
    struct fixture *f = *state;
    struct writer w;
    struct reader r;
    writer_init(&w, &f->mem);
    write_u8(&w, 255);
    write_u32(&w, 0xDEADBEEF);
    write_i32(&w, INT32_MIN);
    write_i64(&w, INT64_MIN);
    write_f64(&w, -0.0);
    write_f64(&w, 5e-324);
    write_string(&w, "h\xC3\xA9");
    write_string(&w, "");
    write_string(&w, NULL);
    assert_true(writer_ok(&w));
    reader_init(&r, &f->mem, w.bytes.data, (size_t)w.bytes.n);
    assert_int_equal(read_u8(&r), 255);
    assert_int_equal(read_u32(&r), 0xDEADBEEF);
    assert_int_equal(read_i32(&r), INT32_MIN);
    assert_true(read_i64(&r) == INT64_MIN);
    assert_true(signbit(read_f64(&r)));
    assert_true(read_f64(&r) == 5e-324);
    char *s = read_string(&r), *empty = read_string(&r);
    assert_string_equal(s, "h\xC3\xA9");
    assert_string_equal(empty, "");
    assert_null(read_string(&r));
    read_end(&r);
    assert_int_equal(reader_status(&r, &f->err), AUTOML_OK);
    mem_free(&f->mem, s);
    mem_free(&f->mem, empty);
    writer_free(&w);
}

static void arrays_read_back_equal(void **state)
{
    static const double f64s[] = {1, -0.5, 1e300};
    static const float f32s[] = {0.1F, -3};
    static const int32_t i32s[] = {INT32_MAX, -1};
    static const int64_t i64s[] = {INT64_MAX, -2, 0};
    static const uint8_t u8s[] = {1, 2, 3, 255};
    struct fixture *f = *state;
    struct writer w;
    struct reader r;
    int64_t n;
    writer_init(&w, &f->mem);
    write_f64s(&w, f64s, 3);
    write_f32s(&w, f32s, 2);
    write_i32s(&w, i32s, 2);
    write_i64s(&w, i64s, 3);
    write_u8s(&w, u8s, 4);
    write_f64s(&w, NULL, 0);
    reader_init(&r, &f->mem, w.bytes.data, (size_t)w.bytes.n);
    double *a = read_f64s(&r, 3, NULL);
    float *b = read_f32s(&r, -1, &n);
    assert_int_equal(n, 2);
    int32_t *c = read_i32s(&r, 2, NULL);
    int64_t *d = read_i64s(&r, -1, &n);
    uint8_t *e = read_u8s(&r, 4, NULL);
    double *none = read_f64s(&r, -1, &n);
    assert_int_equal(n, 0);
    read_end(&r);
    assert_int_equal(reader_status(&r, &f->err), AUTOML_OK);
    assert_memory_equal(a, f64s, sizeof f64s);
    assert_memory_equal(b, f32s, sizeof f32s);
    assert_memory_equal(c, i32s, sizeof i32s);
    assert_memory_equal(d, i64s, sizeof i64s);
    assert_memory_equal(e, u8s, sizeof u8s);
    assert_non_null(none);
    void *all[] = {a, b, c, d, e, none};
    for (size_t i = 0; i < 6; i++)
        mem_free(&f->mem, all[i]);
    writer_free(&w);
}

static void bytes_are_little_endian(void **state)
{
    static const uint8_t expected[] = {
        4, 3, 2, 1, 0xFE, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F};
    struct fixture *f = *state;
    struct writer w;
    double one = 1;
    writer_init(&w, &f->mem);
    write_u32(&w, 0x01020304);
    write_i32(&w, -2);
    write_f64s(&w, &one, 1);
    assert_int_equal(w.bytes.n, sizeof expected);
    assert_memory_equal(w.bytes.data, expected, sizeof expected);
    writer_free(&w);
}

static void an_impossible_count_writes_nothing_good(void **state)
{
    struct fixture *f = *state;
    struct writer w;
    writer_init(&w, &f->mem);
    write_f64s(&w, NULL, 3);
    assert_false(writer_ok(&w));
    writer_free(&w);
}

static void the_first_failure_sticks(void **state)
{
    struct fixture *f = *state;
    struct reader r;
    static const uint8_t bytes[] = {1, 2, 3, 4, 5};
    reader_init(&r, &f->mem, bytes, 5);
    assert_int_equal(read_i64(&r), 0);
    assert_int_equal(read_u8(&r), 0);
    assert_null(read_f64s(&r, -1, NULL));
    assert_null(read_string(&r));
    assert_int_equal(reader_status(&r, &f->err), AUTOML_E_FORMAT);
    assert_message_has(f, "damaged");
    reader_init(&r, &f->mem, NULL, 0);
    read_end(&r);
    assert_int_equal(reader_status(&r, NULL), AUTOML_OK);
    assert_int_equal(read_u8(&r), 0);
    assert_int_equal(reader_status(&r, NULL), AUTOML_E_FORMAT);
}

static void values_out_of_range_fail(void **state)
{
    struct fixture *f = *state;
    struct writer w;
    struct reader r;
    writer_init(&w, &f->mem);
    write_i32(&w, 7);
    write_i64(&w, -1);
    reader_init(&r, &f->mem, w.bytes.data, (size_t)w.bytes.n);
    assert_int_equal(read_i32_in(&r, 0, 7), 7);
    assert_int_equal(read_i64_in(&r, 3, 9), 3);
    assert_int_equal(reader_status(&r, NULL), AUTOML_E_FORMAT);
    reader_init(&r, &f->mem, w.bytes.data, 4);
    assert_int_equal(read_i32_in(&r, 0, 6), 0);
    assert_int_equal(reader_status(&r, NULL), AUTOML_E_FORMAT);
    reader_init(&r, &f->mem, w.bytes.data, 4);
    read_end(&r);
    assert_int_equal(reader_status(&r, NULL), AUTOML_E_FORMAT);
    writer_free(&w);
}

/* Neither a huge nor a negative count may reach the allocator. */
static void a_count_beyond_the_input_allocates_nothing(void **state)
{
    static const int64_t counts[] = {3, -1, -2, INT64_MAX, INT64_MIN, INT64_C(1) << 61};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct writer w;
        struct reader r;
        writer_init(&w, &f->mem);
        write_i64(&w, counts[i]);
        write_f64(&w, 1);
        write_f64(&w, 2);
        reader_init(&r, &f->mem, w.bytes.data, (size_t)w.bytes.n);
        fault_from(&f->fault, 1);
        assert_null(read_f64s(&r, -1, NULL));
        assert_false(fault_happened(&f->fault));
        assert_int_equal(reader_status(&r, NULL), AUTOML_E_FORMAT);
        reader_init(&r, &f->mem, w.bytes.data, (size_t)w.bytes.n);
        if (counts[i] != 3 && counts[i] != -1) {
            assert_null(read_string(&r));
            assert_false(fault_happened(&f->fault));
            assert_int_equal(reader_status(&r, NULL), AUTOML_E_FORMAT);
        }
        fault_off(&f->fault);
        writer_free(&w);
    }
}

static void a_count_other_than_the_expected_fails(void **state)
{
    struct fixture *f = *state;
    struct writer w;
    struct reader r;
    int64_t n = 9;
    writer_init(&w, &f->mem);
    write_u8s(&w, (const uint8_t *)"ab", 2);
    reader_init(&r, &f->mem, w.bytes.data, (size_t)w.bytes.n);
    assert_null(read_u8s(&r, 3, &n));
    assert_int_equal(n, 0);
    assert_int_equal(reader_status(&r, NULL), AUTOML_E_FORMAT);
    writer_free(&w);
}

static void a_string_with_a_nul_fails(void **state)
{
    struct fixture *f = *state;
    struct writer w;
    struct reader r;
    writer_init(&w, &f->mem);
    write_u8s(&w, (const uint8_t *)"a\0b", 3);
    reader_init(&r, &f->mem, w.bytes.data, (size_t)w.bytes.n);
    assert_null(read_string(&r));
    assert_int_equal(reader_status(&r, NULL), AUTOML_E_FORMAT);
    writer_free(&w);
}

static void no_memory_is_told_from_damage(void **state)
{
    struct fixture *f = *state;
    struct writer w;
    struct reader r;
    writer_init(&w, &f->mem);
    write_string(&w, "abc");
    fault_once(&f->fault, 1);
    reader_init(&r, &f->mem, w.bytes.data, (size_t)w.bytes.n);
    assert_null(read_string(&r));
    assert_int_equal(reader_status(&r, &f->err), AUTOML_E_MEMORY);
    fault_once(&f->fault, 1);
    reader_init(&r, &f->mem, w.bytes.data, (size_t)w.bytes.n);
    assert_null(read_u8s(&r, -1, NULL));
    assert_int_equal(reader_status(&r, &f->err), AUTOML_E_MEMORY);
    writer_free(&w);
}

static char long_section[1000];

static automl_status build(struct fixture *f, uint8_t **out, int64_t *n)
{
    struct container_writer *c = NULL;
    automl_status status = container_begin(&f->mem, &c, &f->err);
    if (status == AUTOML_OK)
        status = container_add(c, "schema", "{\"x\":1}", 7, &f->err);
    if (status == AUTOML_OK)
        status = container_add(c, "nodes/1.tree", long_section, sizeof long_section, &f->err);
    if (status == AUTOML_OK)
        status = container_add(c, "empty", NULL, 0, &f->err);
    if (status == AUTOML_OK)
        status = container_add(c, "last", "z", 1, &f->err);
    if (status == AUTOML_OK)
        return container_finish(c, out, n, &f->err);
    container_abandon(c);
    return status;
}

static void assert_section(
    const struct container *c, const char *name, const void *expected, size_t expected_n)
{
    const void *bytes = NULL;
    size_t n = 77;
    assert_int_equal(container_section(c, name, &bytes, &n, NULL), AUTOML_OK);
    assert_int_equal(n, expected_n);
    if (n > 0)
        assert_memory_equal(bytes, expected, n);
}

static void sections_read_back_equal(void **state)
{
    struct fixture *f = *state;
    struct container *c = NULL;
    uint8_t *bytes = NULL;
    const void *p;
    int64_t n = 0;
    size_t length;
    memset(long_section, 'q', sizeof long_section);
    assert_int_equal(build(f, &bytes, &n), AUTOML_OK);
    assert_memory_equal(bytes, "AUTOML\x1a\n\1\0\0\0\0\0\0\0", 16);
    assert_int_equal(container_open(&f->mem, bytes, (size_t)n, &c, &f->err), AUTOML_OK);
    assert_section(c, "schema", "{\"x\":1}", 7);
    assert_section(c, "nodes/1.tree", long_section, sizeof long_section);
    assert_section(c, "empty", "", 0);
    assert_section(c, "last", "z", 1);
    assert_int_equal(container_section(c, "none", &p, &length, &f->err), AUTOML_E_FORMAT);
    assert_message_has(f, "'none'");
    container_close(c);
    container_close(NULL);
    mem_free(&f->mem, bytes);
}

static void sections_are_aligned_to_64_bytes(void **state)
{
    struct fixture *f = *state;
    struct container *c = NULL;
    uint8_t *bytes = NULL;
    int64_t n = 0;
    static const char *const names[] = {"schema", "nodes/1.tree", "empty", "last"};
    assert_int_equal(build(f, &bytes, &n), AUTOML_OK);
    assert_int_equal(container_open(&f->mem, bytes, (size_t)n, &c, &f->err), AUTOML_OK);
    for (size_t i = 0; i < 4; i++) {
        const void *p = NULL;
        size_t length;
        assert_int_equal(container_section(c, names[i], &p, &length, &f->err), AUTOML_OK);
        assert_int_equal(((const uint8_t *)p - bytes) % 64, 0);
    }
    container_close(c);
    mem_free(&f->mem, bytes);
}

static void a_file_without_sections_is_whole(void **state)
{
    struct fixture *f = *state;
    struct container_writer *w = NULL;
    struct container *c = NULL;
    uint8_t *bytes = NULL;
    int64_t n = 0;
    assert_int_equal(container_begin(&f->mem, &w, &f->err), AUTOML_OK);
    assert_int_equal(container_finish(w, &bytes, &n, &f->err), AUTOML_OK);
    assert_int_equal(container_open(&f->mem, bytes, (size_t)n, &c, &f->err), AUTOML_OK);
    container_close(c);
    mem_free(&f->mem, bytes);
}

static void names_are_checked_when_written(void **state)
{
    struct fixture *f = *state;
    struct container_writer *c = NULL;
    char name[300];
    memset(name, 'a', sizeof name);
    name[256] = '\0';
    assert_int_equal(container_begin(&f->mem, &c, &f->err), AUTOML_OK);
    assert_int_equal(container_add(c, "a", "x", 1, &f->err), AUTOML_OK);
    assert_int_equal(container_add(c, "a", "x", 1, &f->err), AUTOML_E_INTERNAL);
    assert_int_equal(container_add(c, "", "x", 1, &f->err), AUTOML_E_INTERNAL);
    assert_int_equal(container_add(c, "A", "x", 1, &f->err), AUTOML_E_INTERNAL);
    assert_int_equal(container_add(c, name, "x", 1, &f->err), AUTOML_E_INTERNAL);
    container_abandon(c);
}

static automl_status open_and_close(struct fixture *f, const void *bytes, size_t n)
{
    struct container *c = NULL;
    automl_status status = container_open(&f->mem, bytes, n, &c, &f->err);
    container_close(c);
    return status;
}

static void every_truncation_is_an_error(void **state)
{
    struct fixture *f = *state;
    uint8_t *bytes = NULL;
    int64_t n = 0;
    assert_int_equal(build(f, &bytes, &n), AUTOML_OK);
    for (int64_t cut = 0; cut < n; cut++) {
        uint8_t *part = malloc((size_t)cut + 1);
        memcpy(part, bytes, (size_t)cut);
        assert_int_equal(open_and_close(f, part, (size_t)cut), AUTOML_E_FORMAT);
        free(part);
    }
    mem_free(&f->mem, bytes);
}

static void every_flipped_bit_is_an_error(void **state)
{
    struct fixture *f = *state;
    uint8_t *bytes = NULL;
    int64_t n = 0;
    assert_int_equal(build(f, &bytes, &n), AUTOML_OK);
    for (int64_t i = 0; i < n; i++) {
        bytes[i] ^= (uint8_t)(1U << (i & 7));
        automl_status status = open_and_close(f, bytes, (size_t)n);
        assert_true(status == AUTOML_E_FORMAT || (status == AUTOML_E_VERSION && i >= 8 && i < 16));
        bytes[i] ^= (uint8_t)(1U << (i & 7));
    }
    mem_free(&f->mem, bytes);
}

static void sign(uint8_t *bytes, size_t n)
{
    struct sha256 sha;
    sha256_init(&sha);
    sha256_update(&sha, bytes, n - 32);
    sha256_final(&sha, bytes + n - 32);
}

static void newer_versions_are_told_so(void **state)
{
    struct fixture *f = *state;
    uint8_t *bytes = NULL;
    int64_t n = 0;
    assert_int_equal(build(f, &bytes, &n), AUTOML_OK);
    bytes[8] = 2;
    assert_int_equal(open_and_close(f, bytes, (size_t)n), AUTOML_E_VERSION);
    assert_message_has(f, "version 2");
    bytes[8] = 0;
    assert_int_equal(open_and_close(f, bytes, (size_t)n), AUTOML_E_FORMAT);
    bytes[8] = 1;
    bytes[12] = 1;
    assert_int_equal(open_and_close(f, bytes, (size_t)n), AUTOML_E_VERSION);
    mem_free(&f->mem, bytes);
    assert_int_equal(open_and_close(f, "PK\3\4 something else", 20), AUTOML_E_FORMAT);
    assert_message_has(f, "not a model file");
}

/* A file with this table over 64 bytes of data ('d' in the first `filled`, 0 behind), correctly signed. */
static automl_status open_forged(struct fixture *f, const char *table, size_t filled, size_t data_bytes)
{
    struct writer w;
    size_t n = strlen(table);
    writer_init(&w, &f->mem);
    strbuf_add(&w.bytes, "AUTOML\x1a\n", 8);
    write_u32(&w, 1);
    write_u32(&w, 0);
    write_i64(&w, (int64_t)n);
    strbuf_puts(&w.bytes, table);
    while (w.bytes.n % 64 != 0)
        strbuf_putc(&w.bytes, '\0');
    for (size_t i = 0; i < data_bytes; i++)
        strbuf_putc(&w.bytes, i < filled ? 'd' : '\0');
    for (size_t i = 0; i < 32; i++)
        strbuf_putc(&w.bytes, '\0');
    sign((uint8_t *)w.bytes.data, (size_t)w.bytes.n);
    automl_status status = open_and_close(f, w.bytes.data, (size_t)w.bytes.n);
    writer_free(&w);
    return status;
}

#define ENTRY(name, offset, length, crc)                                                                     \
    "{\"name\":" name ",\"offset\":" offset ",\"length\":" length ",\"crc32\":" crc "}"
#define TABLE(entries) "{\"sections\":[" entries "]}"
#define CRC_D "2564639436" /* of the letter d */
#define CRC_0 "0"          /* of nothing */

static void forged_tables_are_refused(void **state)
{
    static const char *const bad[] = {
        "[]",
        "{}",
        "{\"sections\":{}}",
        TABLE("1"),
        TABLE("{}"),
        TABLE(ENTRY("7", "0", "1", CRC_D)),
        TABLE(ENTRY("\"A\"", "0", "1", CRC_D)),
        TABLE(ENTRY("\"\"", "0", "1", CRC_D)),
        TABLE(ENTRY("\"a\"", "64", "1", CRC_D)),
        TABLE(ENTRY("\"a\"", "-64", "1", CRC_D)),
        TABLE(ENTRY("\"a\"", "0.5", "1", CRC_D)),
        TABLE(ENTRY("\"a\"", "1e300", "1", CRC_D)),
        TABLE(ENTRY("\"a\"", "0", "2", CRC_D)),
        TABLE(ENTRY("\"a\"", "0", "-1", CRC_D)),
        TABLE(ENTRY("\"a\"", "0", "0.5", CRC_D)),
        TABLE(ENTRY("\"a\"", "0", "9223372036854775807", CRC_D)),
        TABLE(ENTRY("\"a\"", "0", "18446744073709551615", CRC_D)),
        TABLE(ENTRY("\"a\"", "0", "null", CRC_D)),
        TABLE(ENTRY("\"a\"", "0", "1", "1")),
        TABLE(ENTRY("\"a\"", "0", "1", "4294967296")),
        TABLE(ENTRY("\"a\"", "0", "0", CRC_0)), /* the data belong to nobody */
        TABLE(ENTRY("\"a\"", "0", "0", CRC_0) "," ENTRY("\"a\"", "0", "1", CRC_D)),
        TABLE(ENTRY("\"a\"", "0", "1", CRC_D) "," ENTRY("\"b\"", "0", "1", CRC_D)),
        TABLE(ENTRY("\"a\"", "0", "1", CRC_D) "," ENTRY("\"b\"", "64", "0", CRC_0)),
        TABLE(ENTRY("\"a\"", "0", "1", CRC_D)) "x",
    };
    struct fixture *f = *state;
    assert_int_equal(open_forged(f, TABLE(ENTRY("\"a\"", "0", "1", CRC_D)), 1, 1), AUTOML_OK);
    assert_int_equal(
        open_forged(f, TABLE(ENTRY("\"a\"", "0", "1", CRC_D) "," ENTRY("\"b\"", "64", "0", CRC_0)), 1, 64),
        AUTOML_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (open_forged(f, bad[i], 1, 1) != AUTOML_E_FORMAT)
            fail_msg("accepted: %s", bad[i]);
    assert_int_equal(
        open_forged(f, TABLE(ENTRY("\"a\"", "0", "1", CRC_D) "," ENTRY("\"b\"", "64", "0", CRC_0)), 2, 64),
        AUTOML_E_FORMAT);
    assert_message_has(f, "outside of all sections");
    assert_int_equal(open_forged(f, TABLE(ENTRY("\"a\"", "0", "1", CRC_D)), 1, 64), AUTOML_E_FORMAT);
    assert_message_has(f, "after the last section");
}

/* Reads all of a section as a decoder does: arrays by count, strings, then the end. */
static automl_status decode(struct fixture *f, const void *bytes, size_t n)
{
    struct reader r;
    int64_t count = 0;
    reader_init(&r, &f->mem, bytes, n);
    int32_t kind = read_i32_in(&r, 0, 3);
    char *name = read_string(&r);
    double *x = read_f64s(&r, -1, &count);
    int32_t *y = read_i32s(&r, count, NULL);
    uint8_t *z = read_u8s(&r, kind == 2 ? -1 : count, NULL);
    for (int64_t i = 0; y && z && i < count; i++)
        if (y[i] < 0 || y[i] >= count)
            reader_fail(&r);
    read_end(&r);
    mem_free(&f->mem, name);
    mem_free(&f->mem, x);
    mem_free(&f->mem, y);
    mem_free(&f->mem, z);
    return reader_status(&r, &f->err);
}

static void encode(struct writer *w)
{
    static const double x[] = {1.5, 2.5, NAN, -1};
    static const int32_t y[] = {1, 2, 3, 0};
    write_i32(w, 1);
    write_string(w, "a tree");
    write_f64s(w, x, 4);
    write_i32s(w, y, 4);
    write_u8s(w, (const uint8_t *)"abcd", 4);
}

static void copy_piece(struct rng *rng, uint8_t *bytes, size_t place, size_t n)
{
    size_t length = rng_below(rng, (uint32_t)(n - place) / 4 + 1);
    memmove(bytes + place, bytes + rng_below(rng, (uint32_t)(n - length)), length);
}

/* 1 to 4 changes: bytes, words of extreme values, a piece copied over another. */
static void mutate(struct rng *rng, uint8_t *bytes, size_t n)
{
    static const uint64_t extremes[] = {
        0, UINT64_MAX, INT64_MAX, UINT64_C(1) << 63, 0x7FFFFFFF, 0x80000000, 255, 4};
    for (uint32_t i = 1 + rng_below(rng, 4); i > 0; i--) {
        size_t place = rng_below(rng, (uint32_t)n);
        uint32_t how = rng_below(rng, 4);
        if (how == 0)
            bytes[place] = (uint8_t)rng_u32(rng);
        else if (how == 1)
            bytes[place] ^= (uint8_t)(1U << rng_below(rng, 8));
        else if (how == 2 && n - place >= 8)
            memcpy(bytes + place, &extremes[rng_below(rng, 8)], 8);
        else
            copy_piece(rng, bytes, place, n);
    }
}

/* Damaged contents under a correct checksum and digest: what only the decoder's own checks can find. */
static void mutated_sections_never_surprise_a_decoder(void **state)
{
    struct fixture *f = *state;
    struct rng rng = rng_seed(17);
    struct writer w;
    writer_init(&w, &f->mem);
    encode(&w);
    size_t n = (size_t)w.bytes.n;
    assert_int_equal(decode(f, w.bytes.data, n), AUTOML_OK);
    int32_t damaged = 0;
    for (int32_t round = 0; round < 20000; round++) {
        size_t length = round % 5 == 0 ? rng_below(&rng, (uint32_t)n) + 1 : n;
        uint8_t *copy = malloc(length);
        memcpy(copy, w.bytes.data, length);
        mutate(&rng, copy, length);
        automl_status status = decode(f, copy, length);
        assert_true(status == AUTOML_OK || status == AUTOML_E_FORMAT);
        damaged += status == AUTOML_E_FORMAT;
        assert_int_equal(mem_used(&f->mem), w.bytes.capacity);
        free(copy);
    }
    assert_in_range(damaged, 5000, 19900);
    writer_free(&w);
}

/* Damage anywhere, signed again: tables and offsets go through with a valid digest. */
static void mutated_files_with_a_valid_digest_never_surprise(void **state)
{
    struct fixture *f = *state;
    struct rng rng = rng_seed(23);
    uint8_t *bytes = NULL;
    int64_t n = 0;
    int32_t accepted = 0;
    assert_int_equal(build(f, &bytes, &n), AUTOML_OK);
    size_t table_end = 24 + bytes[16] + 256U * bytes[17];
    for (int32_t round = 0; round < 20000; round++) {
        size_t length = round % 7 == 0 ? 64 + rng_below(&rng, (uint32_t)n - 64) : (size_t)n;
        uint8_t *copy = malloc(length);
        memcpy(copy, bytes, length);
        if (round % 2)
            mutate(&rng, copy + 8, table_end - 8 < length ? table_end - 8 : length - 8);
        else
            copy[16 + rng_below(&rng, (uint32_t)(length < table_end ? length : table_end) - 16)] =
                (uint8_t) "0123456789,:\"-e."[rng_below(&rng, 16)];
        sign(copy, length);
        automl_status status = open_and_close(f, copy, length);
        assert_true(status == AUTOML_OK || status == AUTOML_E_FORMAT || status == AUTOML_E_VERSION);
        accepted += status == AUTOML_OK;
        free(copy);
    }
    assert_in_range(accepted, 10, 10000);
    mem_free(&f->mem, bytes);
}

static void every_allocation_may_fail(void **state)
{
    struct fixture *f = *state;
    for (int64_t n = 1;; n++) {
        struct container *c = NULL;
        uint8_t *bytes = NULL;
        int64_t length = 0;
        fault_once(&f->fault, n);
        automl_status status = build(f, &bytes, &length);
        if (status == AUTOML_OK)
            status = container_open(&f->mem, bytes, (size_t)length, &c, &f->err);
        bool happened = fault_happened(&f->fault);
        assert_int_equal(status, happened ? AUTOML_E_MEMORY : AUTOML_OK);
        container_close(c);
        mem_free(&f->mem, bytes);
        assert_int_equal(fault_blocks(&f->fault), 0);
        if (!happened) {
            assert_true(n > 15);
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(values_read_back_equal),
        IO_TEST(arrays_read_back_equal),
        IO_TEST(bytes_are_little_endian),
        IO_TEST(an_impossible_count_writes_nothing_good),
        IO_TEST(the_first_failure_sticks),
        IO_TEST(values_out_of_range_fail),
        IO_TEST(a_count_beyond_the_input_allocates_nothing),
        IO_TEST(a_count_other_than_the_expected_fails),
        IO_TEST(a_string_with_a_nul_fails),
        IO_TEST(no_memory_is_told_from_damage),
        IO_TEST(sections_read_back_equal),
        IO_TEST(sections_are_aligned_to_64_bytes),
        IO_TEST(a_file_without_sections_is_whole),
        IO_TEST(names_are_checked_when_written),
        IO_TEST(every_truncation_is_an_error),
        IO_TEST(every_flipped_bit_is_an_error),
        IO_TEST(newer_versions_are_told_so),
        IO_TEST(forged_tables_are_refused),
        IO_TEST(mutated_sections_never_surprise_a_decoder),
        IO_TEST(mutated_files_with_a_valid_digest_never_surprise),
        IO_TEST(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
