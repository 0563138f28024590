/* Streams of io/gzip.h: plain and compressed files, damaged ones, bombs. */
#define _POSIX_C_SOURCE 200809L

#include "io/gzip.h"

#include "io_fixture.h"

#include <zlib.h>

#include "base/strbuf.h"

/* One gzip member. Returns its length; *out is malloc'd. */
static size_t compress_member(const void *data, size_t n, unsigned char **out)
{
    enum { GZIP = 16 };
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, GZIP + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t capacity = deflateBound(&z, (uLong)n) + 64;
    *out = malloc(capacity);
    z.next_in = (Bytef *)(uintptr_t)data;
    z.avail_in = (uInt)n;
    z.next_out = *out;
    z.avail_out = (uInt)capacity;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t length = z.total_out;
    deflateEnd(&z);
    return length;
}

static automl_status read_all(struct fixture *f, const char *path, size_t piece, struct strbuf *out)
{
    struct stream *s = NULL;
    char *buf = malloc(piece);
    size_t n = 1;
    automl_status status = stream_open(&f->mem, path, &s, &f->err);
    while (status == AUTOML_OK && n > 0) {
        n = 0;
        status = stream_read(s, buf, piece, &n, &f->err);
        if (status == AUTOML_OK)
            strbuf_add(out, buf, n);
    }
    stream_close(s);
    free(buf);
    return status;
}

static void assert_reads(struct fixture *f, const char *path, const void *expected, size_t n)
{
    static const size_t pieces[] = {1, 7, 4096, 1000000};
    for (size_t i = 0; i < 4; i++) {
        struct strbuf text;
        strbuf_init(&text, &f->mem);
        assert_int_equal(read_all(f, path, pieces[i], &text), AUTOML_OK);
        assert_int_equal(text.n, n);
        if (n > 0)
            assert_memory_equal(text.data, expected, n);
        strbuf_free(&text);
    }
}

static void assert_unreadable(struct fixture *f, const char *path, automl_status expected, const char *why)
{
    struct strbuf text;
    strbuf_init(&text, &f->mem);
    assert_int_equal(read_all(f, path, 1000, &text), expected);
    assert_message_has(f, why);
    strbuf_free(&text);
}

static char *sample(size_t n)
{
    char *text = malloc(n);
    uint32_t random = 7;
    for (size_t i = 0; i < n; i++) {
        random = random * 1664525 + 1013904223;
        text[i] = (char)('a' + (random >> 24) % 8);
    }
    return text;
}

static void reads_plain_files(void **state)
{
    char *text = sample(300000);
    assert_reads(*state, put_file(*state, "a", text, 300000), text, 300000);
    assert_reads(*state, put_file(*state, "b.gz", "plain", 5), "plain", 5);
    assert_reads(*state, put_file(*state, "c", "\x1F", 1), "\x1F", 1);
    assert_reads(*state, put_file(*state, "d", "", 0), "", 0);
    free(text);
}

static void reads_gzip_files_of_any_name(void **state)
{
    unsigned char *packed;
    char *text = sample(400000);
    size_t n = compress_member(text, 400000, &packed);
    assert_reads(*state, put_file(*state, "a.csv", packed, n), text, 400000);
    free(packed);
    n = compress_member("", 0, &packed);
    assert_reads(*state, put_file(*state, "b", packed, n), "", 0);
    free(packed);
    free(text);
}

static void reads_all_members_and_padding(void **state)
{
    unsigned char *a, *b;
    unsigned char file[1024] = {0};
    size_t n = compress_member("first,", 6, &a), k = compress_member("second", 6, &b);
    memcpy(file, a, n);
    memcpy(file + n, b, k);
    assert_reads(*state, put_file(*state, "a", file, n + k), "first,second", 12);
    assert_reads(*state, put_file(*state, "b", file, n + k + 512), "first,second", 12);
    memcpy(file + n + k, "junk", 4);
    assert_unreadable(*state, put_file(*state, "c", file, n + k + 4), AUTOML_E_FORMAT, "not gzip");
    memcpy(file + n + k, "\0\0\x1F\x8B", 4);
    assert_unreadable(*state, put_file(*state, "d", file, n + k + 4), AUTOML_E_FORMAT, "not gzip");
    free(a);
    free(b);
}

static void every_truncation_is_an_error(void **state)
{
    unsigned char *packed;
    size_t n = compress_member("some text that is long enough, that is", 38, &packed);
    for (size_t cut = 2; cut < n; cut++)
        assert_unreadable(*state, put_file(*state, "a", packed, cut), AUTOML_E_FORMAT, "ends too early");
    free(packed);
}

static void a_second_member_cut_off_is_an_error(void **state)
{
    unsigned char *packed, file[256];
    size_t n = compress_member("abc", 3, &packed);
    memcpy(file, packed, n);
    memcpy(file + n, packed, n);
    for (size_t cut = n + 1; cut < 2 * n; cut++)
        assert_unreadable(*state, put_file(*state, "a", file, cut), AUTOML_E_FORMAT, "ends too early");
    free(packed);
}

static void a_wrong_trailer_is_an_error(void **state)
{
    unsigned char *packed;
    size_t n = compress_member("some text", 9, &packed);
    packed[n - 1] ^= 1;
    assert_unreadable(*state, put_file(*state, "a", packed, n), AUTOML_E_FORMAT, "length check");
    packed[n - 1] ^= 1;
    packed[n - 5] ^= 1;
    assert_unreadable(*state, put_file(*state, "b", packed, n), AUTOML_E_FORMAT, "data check");
    free(packed);
}

/* 200 MB of zeros in about 200 kB: a ratio of 1030. */
static void a_bomb_is_refused_after_64_mib(void **state)
{
    struct fixture *f = *state;
    struct stream *s = NULL;
    unsigned char *packed;
    char *zeros = calloc(1, 200000000), *buf = malloc(1 << 20);
    size_t n = compress_member(zeros, 200000000, &packed), got = 1;
    put_file(f, "a", packed, n);
    assert_int_equal(stream_open(&f->mem, f->path, &s, &f->err), AUTOML_OK);
    automl_status status = AUTOML_OK;
    int64_t total = 0;
    while (status == AUTOML_OK && got > 0) {
        status = stream_read(s, buf, 1 << 20, &got, &f->err);
        total += (int64_t)got;
    }
    assert_int_equal(status, AUTOML_E_FORMAT);
    assert_message_has(f, "bomb");
    assert_in_range(total, 64 << 20, 70 << 20);
    stream_close(s);
    free(packed);
    free(buf);
    free(zeros);
}

static void says_why_a_file_cannot_be_opened(void **state)
{
    struct fixture *f = *state;
    struct stream *s = NULL;
    assert_int_equal(stream_open(&f->mem, path_of(f, "none"), &s, &f->err), AUTOML_E_NOT_FOUND);
    assert_message_has(f, "none");
    assert_int_equal(stream_open(&f->mem, f->directory, &s, &f->err), AUTOML_E_READ);
    assert_null(s);
    stream_close(NULL);
}

static void tells_how_far_it_has_read(void **state)
{
    struct fixture *f = *state;
    struct stream *s = NULL;
    int64_t at = -1, size = -1;
    size_t n;
    char buf[8];
    put_file(f, "a", "0123456789", 10);
    assert_int_equal(stream_open(&f->mem, f->path, &s, &f->err), AUTOML_OK);
    stream_position(s, &at, &size);
    assert_int_equal(at, 0);
    assert_int_equal(size, 10);
    assert_int_equal(stream_read(s, buf, 8, &n, &f->err), AUTOML_OK);
    stream_position(s, &at, &size);
    assert_int_equal(at, 8);
    stream_close(s);
}

/* Some bits mean nothing, as those that fill the last byte: then the text must be the same. */
static void random_damage_is_found(void **state)
{
    struct fixture *f = *state;
    unsigned char *packed;
    int32_t found = 0;
    char *text = sample(2000);
    size_t n = compress_member(text, 2000, &packed);
    uint32_t random = 3;
    for (int32_t round = 0; round < 2000; round++) {
        random = random * 1664525 + 1013904223;
        size_t place = 10 + (random >> 8) % (n - 10); /* the header's flags and times are nobody's data */
        unsigned char bit = (unsigned char)(1U << (random >> 5 & 7));
        packed[place] ^= bit;
        struct strbuf out;
        strbuf_init(&out, &f->mem);
        automl_status status = read_all(f, put_file(f, "a", packed, n), 4096, &out);
        if (status == AUTOML_OK) {
            assert_int_equal(out.n, 2000);
            assert_memory_equal(out.data, text, 2000);
        } else {
            assert_int_equal(status, AUTOML_E_FORMAT);
            found++;
        }
        strbuf_free(&out);
        packed[place] ^= bit;
    }
    assert_true(found > 1900);
    free(packed);
    free(text);
}

static void every_allocation_may_fail(void **state)
{
    struct fixture *f = *state;
    unsigned char *packed;
    char *text = sample(100000), out[100];
    size_t length = compress_member(text, 100000, &packed);
    put_file(f, "a", packed, length);
    for (int64_t n = 1;; n++) {
        struct stream *s = NULL;
        size_t got = 1;
        fault_once(&f->fault, n);
        automl_status status = stream_open(&f->mem, f->path, &s, &f->err);
        while (status == AUTOML_OK && got > 0)
            status = stream_read(s, out, sizeof out, &got, &f->err);
        bool happened = fault_happened(&f->fault);
        assert_int_equal(status, happened ? AUTOML_E_MEMORY : AUTOML_OK);
        stream_close(s);
        assert_int_equal(fault_blocks(&f->fault), 0);
        if (!happened) {
            assert_true(n > 4); /* the stream, its path, zlib's state and window */
            break;
        }
    }
    free(packed);
    free(text);
}

static void crc32_has_the_published_value(void **state)
{
    (void)state;
    assert_int_equal(crc32_bytes(0, "123456789", 9), 0xCBF43926);
    assert_int_equal(crc32_bytes(crc32_bytes(0, "1234", 4), "56789", 5), 0xCBF43926);
    assert_int_equal(crc32_bytes(5, NULL, 0), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(reads_plain_files),
        IO_TEST(reads_gzip_files_of_any_name),
        IO_TEST(reads_all_members_and_padding),
        IO_TEST(every_truncation_is_an_error),
        IO_TEST(a_second_member_cut_off_is_an_error),
        IO_TEST(a_wrong_trailer_is_an_error),
        IO_TEST(a_bomb_is_refused_after_64_mib),
        IO_TEST(says_why_a_file_cannot_be_opened),
        IO_TEST(tells_how_far_it_has_read),
        IO_TEST(random_damage_is_found),
        IO_TEST(every_allocation_may_fail),
        IO_TEST(crc32_has_the_published_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
