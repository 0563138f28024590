/* Records, fields and errors of io/csv.h. */
#define _POSIX_C_SOURCE 200809L

#include "io/csv.h"

#include "io_fixture.h"

#include <inttypes.h>
#include <zlib.h>

#include "base/rng.h"

static struct csv_reader *open_text(struct fixture *f, const char *text, size_t n, char delimiter)
{
    struct csv_reader *r = NULL;
    put_file(f, "a.csv", text, n);
    if (csv_open(&f->mem, f->path, delimiter, &r, &f->err) != AUTOML_OK)
        fail_msg("%s", f->err.message);
    return r;
}

/* All records as text: fields between | |, quoted ones between " ", line and offset before. */
static automl_status dump(struct fixture *f, struct csv_reader *r, bool places, struct strbuf *out)
{
    struct csv_record record;
    for (;;) {
        automl_status status = csv_next(r, &record, &f->err);
        if (status < 0 || record.n < 0)
            return status;
        if (places)
            strbuf_printf(out, "%" PRId64 "@%" PRId64, record.line, record.offset);
        for (int32_t i = 0; i < record.n; i++) {
            char mark = record.fields[i].quoted ? '"' : '|';
            strbuf_putc(out, mark);
            strbuf_add(out, record.fields[i].text, (size_t)record.fields[i].length);
            strbuf_putc(out, mark);
        }
        strbuf_putc(out, '\n');
    }
}

static void check(struct fixture *f, const char *text, char delimiter, bool places, const char *expected)
{
    struct strbuf out;
    struct csv_reader *r = open_text(f, text, strlen(text), delimiter);
    strbuf_init(&out, &f->mem);
    if (dump(f, r, places, &out) != AUTOML_OK)
        fail_msg("%s", f->err.message);
    assert_string_equal(strbuf_text(&out), expected);
    csv_close(r);
    strbuf_free(&out);
}

static void refused(struct fixture *f, const char *text, size_t n, const char *place, const char *why)
{
    struct strbuf out;
    struct csv_reader *r = NULL;
    strbuf_init(&out, &f->mem);
    put_file(f, "a.csv", text, n);
    automl_status status = csv_open(&f->mem, f->path, ',', &r, &f->err);
    if (status == AUTOML_OK)
        status = dump(f, r, false, &out);
    assert_int_equal(status, AUTOML_E_FORMAT);
    assert_message_has(f, place);
    assert_message_has(f, why);
    csv_close(r);
    strbuf_free(&out);
}

static void cuts_records_at_every_line_end(void **state)
{
    check(*state, "a,b\n1,2\r\n3,4\r5,6", ',', true, "1@0|a||b|\n2@4|1||2|\n3@9|3||4|\n4@13|5||6|\n");
}

static void a_last_line_end_begins_no_record(void **state)
{
    check(*state, "a,b\n", ',', false, "|a||b|\n");
    check(*state, "a,b\r", ',', false, "|a||b|\n");
    check(*state, "a,b\r\n", ',', false, "|a||b|\n");
    check(*state, "", ',', false, "");
}

static void empty_fields_are_fields(void **state)
{
    check(*state, ",\n,,\n\"\",\"\"\n1,", ',', false, "||||\n||||||\n\"\"\"\"\n|1|||\n");
}

static void quotes_hide_delimiters_and_line_ends(void **state)
{
    check(*state, "\"a,b\",\"x\ny\"\n\"p\r\nq\r\",2\nz,\"\"\"\"\n", ',', true,
        "1@0\"a,b\"\"x\ny\"\n3@12\"p\r\nq\r\"|2|\n6@22|z|\"\"\"\n");
}

static void doubled_quotes_become_single(void **state)
{
    check(*state, "\"a\"\"b\",\"\"\"\",\"\"\"x\"\"\",c\"d\"\"\n", ',', false,
        "\"a\"b\"\"\"\"\"\"x\"\"|c\"d\"\"|\n");
}

static void a_quoted_field_may_end_the_text(void **state)
{
    check(*state, "a,\"b\"", ',', false, "|a|\"b\"\n");
    check(*state, "\"\"", ',', false, "\"\"\n");
}

static void blank_lines_are_skipped(void **state)
{
    check(*state, "\n\r\na,b\n\n\r\r\n1,2\n\n", ',', true, "3@3|a||b|\n7@11|1||2|\n");
}

static void blank_lines_of_one_column_are_missing_values(void **state)
{
    check(*state, "\na\n\n1\r\n\r\n", ',', true, "2@1|a|\n3@3||\n4@4|1|\n5@7||\n");
}

static void skips_a_byte_order_mark(void **state)
{
    check(*state, "\xEF\xBB\xBF\"a\",b\n", ',', true, "1@3\"a\"|b|\n");
    check(*state, "\xEF\xBB\xBF", ',', true, "");
}

static void detects_the_delimiter(void **state)
{
    check(*state, "a;b,c;d\n1;2;3\n", 0, false, "|a||b,c||d|\n|1||2||3|\n");
    check(*state, "a\tb\n", 0, false, "|a||b|\n");
    check(*state, "\na|b\n", 0, false, "|a||b|\n");
    check(*state, "a,b;c\n", 0, false, "|a||b;c|\n");
    check(*state, "\"x;y;\"\";z\",b\n;;;;\n", 0, false, "\"x;y;\";z\"|b|\n|;;;;|\n");
    check(*state, "alone\n1;2\n", 0, false, "|alone|\n|1;2|\n");
    check(*state, "a b\n", ' ', false, "|a||b|\n");
}

static void refuses_impossible_delimiters(void **state)
{
    struct fixture *f = *state;
    struct csv_reader *r = NULL;
    put_file(f, "a.csv", "a", 1);
    assert_int_equal(csv_open(&f->mem, f->path, '"', &r, &f->err), AUTOML_E_ARGUMENT);
    assert_int_equal(csv_open(&f->mem, f->path, '\n', &r, &f->err), AUTOML_E_ARGUMENT);
    assert_int_equal(csv_open(&f->mem, f->path, '\xC3', &r, &f->err), AUTOML_E_ARGUMENT);
}

static void names_the_place_of_an_unterminated_quote(void **state)
{
    refused(*state, "a,b\n1,\"2\n3,4\n", 13, "line 2 (byte 6)", "never closed");
    refused(*state, "\"", 1, "line 1 (byte 0)", "never closed");
    refused(*state, "\"a\"\"", 4, "line 1 (byte 0)", "never closed");
}

static void refuses_text_after_a_closing_quote(void **state)
{
    refused(*state, "a\n\"x\ny\"z\n", 9, "line 3 (byte 7)", "after a closing quote");
    refused(*state, "\"a\" ,b\n", 7, "line 1 (byte 3)", "after a closing quote");
}

static void refuses_nul_and_bad_encodings(void **state)
{
    refused(*state, "a,b\n1,\0\n", 8, "line 2 (byte 6)", "NUL");
    refused(*state, "a\r\n\r\n\xC3\x28\n", 9, "line 3 (byte 5)", "UTF-8");
    refused(*state, "a\n\xE2\x82", 4, "line 2 (byte 2)", "UTF-8");
    refused(*state,
        "\xFF\xFE"
        "a\0",
        4, "line 1 (byte 0)", "UTF-16");
    refused(*state, "\xFE\xFF\0a", 4, "line 1 (byte 0)", "UTF-16");
    check(*state, "\xC3\xA9\n\xF0\x9F\x98\x80\n", ',', false, "|\xC3\xA9|\n|\xF0\x9F\x98\x80|\n");
}

static void says_that_a_file_is_missing(void **state)
{
    struct fixture *f = *state;
    struct csv_reader *r = NULL;
    assert_int_equal(csv_open(&f->mem, path_of(f, "none"), ',', &r, &f->err), AUTOML_E_NOT_FOUND);
    assert_null(r);
    csv_close(NULL);
}

static void limits_fields_to_1_mib(void **state)
{
    enum { MAX = 1 << 20 };
    struct fixture *f = *state;
    char *text = malloc(3 * MAX);
    memset(text, 'x', 3 * MAX);
    memcpy(text, "a,\n", 3);
    text[3 + MAX] = '\n';
    struct csv_reader *r = open_text(f, text, MAX + 4, ',');
    struct csv_record record;
    assert_int_equal(csv_next(r, &record, &f->err), AUTOML_OK);
    assert_int_equal(csv_next(r, &record, &f->err), AUTOML_OK);
    assert_int_equal(record.fields[0].length, MAX);
    csv_close(r);
    text[3 + MAX] = 'x';
    refused(f, text, 3 * MAX, "line 2 (byte 3)", "1 MiB");
    text[4 + MAX] = '\n';
    refused(f, text, MAX + 5, "line 2 (byte 3)", "1 MiB");
    text[3] = '"';
    refused(f, text, 3 * MAX, "line 2 (byte 3)", "closing quote missing");
    text[4 + MAX] = text[5 + MAX] = '"';
    text[6 + MAX] = '\n';
    refused(f, text, MAX + 7, "line 2 (byte 3)", "closing quote missing");
    free(text);
}

static void limits_records_to_a_million_fields(void **state)
{
    struct fixture *f = *state;
    char *text = malloc(1000001);
    memset(text, ',', 1000001);
    struct csv_reader *r = open_text(f, text, 999999, ',');
    struct csv_record record;
    assert_int_equal(csv_next(r, &record, &f->err), AUTOML_OK);
    assert_int_equal(record.n, 1000000);
    csv_close(r);
    refused(f, text, 1000000, "line 1", "1,000,000 fields");
    free(text);
}

static void limits_records_to_64_mib(void **state)
{
    struct fixture *f = *state;
    size_t n = (size_t)130 << 20;
    char *text = malloc(n);
    memset(text, 'x', n);
    for (size_t i = 0; i < n; i += 1000000)
        text[i] = ',';
    refused(f, text, n, "line 1 (byte 0)", "64 MiB");
    free(text);
}

static void put_field(struct strbuf *csv, struct strbuf *expected, struct rng *rng)
{
    static const char *const texts[] = {
        "x", "", "3.25", "a,b", "q\"q", "two\nlines", "\xC3\xA9\xF0\x9F\x98\x80", "cr\r\nlf", " pad "};
    uint32_t which = rng_below(rng, 12);
    struct strbuf text;
    strbuf_init(&text, csv->mem);
    if (which < 9)
        strbuf_puts(&text, texts[which]);
    else
        for (uint32_t i = rng_below(rng, which == 11 ? 3000 : 40); i > 0; i--)
            strbuf_puts(&text, i % 3 ? "k" : "\xC3\xA9");
    csv_put(csv, strbuf_text(&text), (size_t)text.n);
    strbuf_puts(expected, "[");
    strbuf_puts(expected, strbuf_text(&text));
    strbuf_free(&text);
}

/* Records straddle the ends of windows in every way; what was put comes back. */
static void what_is_put_reads_back_equal(void **state)
{
    struct fixture *f = *state;
    struct rng rng = rng_seed(5);
    struct strbuf csv, expected, got;
    strbuf_init(&csv, &f->mem);
    strbuf_init(&expected, &f->mem);
    strbuf_init(&got, &f->mem);
    while (csv.n < 3000000) {
        int32_t fields = 2 + (int32_t)rng_below(&rng, 6);
        for (int32_t i = 0; i < fields; i++) {
            put_field(&csv, &expected, &rng);
            strbuf_puts(&csv, i + 1 < fields ? "," : rng_below(&rng, 2) ? "\n" : "\r\n");
        }
        strbuf_puts(&expected, "\n");
    }
    struct csv_reader *r = open_text(f, csv.data, (size_t)csv.n, ',');
    struct csv_record record;
    while (csv_next(r, &record, &f->err) == AUTOML_OK && record.n >= 0) {
        for (int32_t i = 0; i < record.n; i++) {
            strbuf_puts(&got, "[");
            strbuf_add(&got, record.fields[i].text, (size_t)record.fields[i].length);
        }
        strbuf_puts(&got, "\n");
    }
    assert_int_equal(got.n, expected.n);
    assert_memory_equal(got.data, expected.data, (size_t)got.n);
    csv_close(r);
    strbuf_free(&csv);
    strbuf_free(&expected);
    strbuf_free(&got);
}

/* The same grammar read byte by byte: the oracle for the blocks and windows. */
static void dump_naively(const char *p, const char *end, struct strbuf *out)
{
    while (p < end) {
        for (;;) {
            bool quoted = p < end && *p == '"';
            strbuf_putc(out, quoted ? '"' : '|');
            if (quoted) {
                for (p++; *p != '"' || (p + 1 < end && p[1] == '"'); p++) {
                    strbuf_putc(out, *p);
                    p += *p == '"';
                }
                p++;
            } else {
                for (; p < end && *p != ',' && *p != '\n'; p++)
                    strbuf_putc(out, *p);
            }
            strbuf_putc(out, quoted ? '"' : '|');
            if (p == end || *p++ == '\n')
                break;
        }
        strbuf_putc(out, '\n');
    }
}

static void agrees_with_a_byte_by_byte_reader(void **state)
{
    static const char *const pieces[] = {
        "a", "bb", ",", ",", "\n", "\"x\"", "\"\"", "\"p\"\"q\"", "\"l\nm\"", "12345678901234567890"};
    struct fixture *f = *state;
    struct rng rng = rng_seed(11);
    for (int32_t round = 0; round < 300; round++) {
        struct strbuf text, expected, got;
        strbuf_init(&text, &f->mem);
        strbuf_init(&expected, &f->mem);
        strbuf_init(&got, &f->mem);
        strbuf_puts(&text, "h,h\n");
        bool at_start = true;
        for (uint32_t i = rng_below(&rng, 400); i > 0; i--) {
            uint32_t which = rng_below(&rng, 10);
            bool separator = which >= 2 && which <= 4;
            if (!separator && !at_start)
                strbuf_putc(&text, ',');
            if (which == 4 && text.data[text.n - 1] == '\n')
                continue;
            strbuf_puts(&text, pieces[which]);
            at_start = separator;
        }
        dump_naively(text.data, text.data + text.n, &expected);
        struct csv_reader *r = open_text(f, text.data, (size_t)text.n, ',');
        assert_int_equal(dump(f, r, false, &got), AUTOML_OK);
        assert_string_equal(strbuf_text(&got), strbuf_text(&expected));
        csv_close(r);
        strbuf_free(&text);
        strbuf_free(&expected);
        strbuf_free(&got);
    }
}

/* Random bytes of the grammar: an error with a place, or an end. */
static void random_bytes_never_surprise(void **state)
{
    static const char letters[] = "\"\"\",,\n\r\nab1 \xC3\xA9\x01";
    struct fixture *f = *state;
    struct rng rng = rng_seed(3);
    int32_t accepted = 0;
    for (int32_t round = 0; round < 5000; round++) {
        char text[200];
        size_t n = rng_below(&rng, sizeof text);
        for (size_t i = 0; i < n; i++)
            text[i] = letters[rng_below(&rng, sizeof letters)];
        struct csv_reader *r = NULL;
        struct strbuf out;
        strbuf_init(&out, &f->mem);
        put_file(f, "a.csv", text, n);
        automl_status status = csv_open(&f->mem, f->path, 0, &r, &f->err);
        if (status == AUTOML_OK)
            status = dump(f, r, true, &out);
        if (status == AUTOML_OK)
            accepted++;
        else
            assert_true(strncmp(f->err.where, "line ", 5) == 0);
        csv_close(r);
        strbuf_free(&out);
    }
    assert_in_range(accepted, 50, 4950);
}

static void reads_compressed_text(void **state)
{
    struct fixture *f = *state;
    struct csv_reader *r = NULL;
    struct strbuf out;
    strbuf_init(&out, &f->mem);
    gzFile file = gzopen(path_of(f, "a.csv"), "wb");
    assert_int_equal(gzputs(file, "a,b\n1,2\n"), 8);
    assert_int_equal(gzclose(file), Z_OK);
    assert_int_equal(csv_open(&f->mem, f->path, 0, &r, &f->err), AUTOML_OK);
    assert_int_equal(dump(f, r, true, &out), AUTOML_OK);
    assert_string_equal(strbuf_text(&out), "1@0|a||b|\n2@4|1||2|\n");
    int64_t at = 0, size = -1;
    stream_position(csv_stream(r), &at, &size);
    assert_int_equal(at, size);
    csv_close(r);
    strbuf_free(&out);
}

static automl_status read_through(struct fixture *f, int64_t *out_fields)
{
    struct csv_reader *r = NULL;
    struct csv_record record = {0};
    automl_status status = csv_open(&f->mem, f->path, ',', &r, &f->err);
    for (*out_fields = 0; status == AUTOML_OK && record.n >= 0; *out_fields += record.n)
        status = csv_next(r, &record, &f->err);
    csv_close(r);
    return status;
}

static void every_allocation_may_fail(void **state)
{
    struct fixture *f = *state;
    char *text = malloc(600000);
    memset(text, ',', 600000); /* one record: the window and the fields must grow */
    put_file(f, "a.csv", text, 600000);
    free(text);
    for (int64_t n = 1;; n++) {
        int64_t fields;
        fault_once(&f->fault, n);
        automl_status status = read_through(f, &fields);
        bool happened = fault_happened(&f->fault);
        assert_int_equal(status, happened ? AUTOML_E_MEMORY : AUTOML_OK);
        assert_int_equal(fault_blocks(&f->fault), 0);
        if (!happened) {
            assert_int_equal(fields, 600000);
            assert_true(n > 10);
            break;
        }
    }
}

static void quotes_only_what_needs_it(void **state)
{
    static const char *const cases[][2] = {{"a", "a"}, {"a b", "a b"}, {"1.5", "1.5"}, {"", "\"\""},
        {" a", "\" a\""}, {"a ", "\"a \""}, {"a,b", "\"a,b\""}, {"a\"b", "\"a\"\"b\""}, {"\"", "\"\"\"\""},
        {"a\nb", "\"a\nb\""}, {"a\rb", "\"a\rb\""}, {"NA", "\"NA\""}, {"null", "\"null\""},
        {"None", "\"None\""}, {"nano", "nano"}};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct strbuf b;
        strbuf_init(&b, &f->mem);
        csv_put(&b, cases[i][0], strlen(cases[i][0]));
        assert_string_equal(strbuf_text(&b), cases[i][1]);
        strbuf_free(&b);
    }
}

static void knows_the_texts_that_mean_missing(void **state)
{
    (void)state;
    assert_true(csv_reads_as_missing("", 0));
    assert_true(csv_reads_as_missing("#N/A N/A", 8));
    assert_true(csv_reads_as_missing("NaNx", 3));
    assert_false(csv_reads_as_missing("NaNx", 4));
    assert_false(csv_reads_as_missing("?", 1));
    assert_false(csv_reads_as_missing("none", 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(cuts_records_at_every_line_end),
        IO_TEST(a_last_line_end_begins_no_record),
        IO_TEST(empty_fields_are_fields),
        IO_TEST(quotes_hide_delimiters_and_line_ends),
        IO_TEST(doubled_quotes_become_single),
        IO_TEST(a_quoted_field_may_end_the_text),
        IO_TEST(blank_lines_are_skipped),
        IO_TEST(blank_lines_of_one_column_are_missing_values),
        IO_TEST(skips_a_byte_order_mark),
        IO_TEST(detects_the_delimiter),
        IO_TEST(refuses_impossible_delimiters),
        IO_TEST(names_the_place_of_an_unterminated_quote),
        IO_TEST(refuses_text_after_a_closing_quote),
        IO_TEST(refuses_nul_and_bad_encodings),
        IO_TEST(says_that_a_file_is_missing),
        IO_TEST(limits_fields_to_1_mib),
        IO_TEST(limits_records_to_a_million_fields),
        IO_TEST(limits_records_to_64_mib),
        IO_TEST(what_is_put_reads_back_equal),
        IO_TEST(agrees_with_a_byte_by_byte_reader),
        IO_TEST(random_bytes_never_surprise),
        IO_TEST(reads_compressed_text),
        IO_TEST(every_allocation_may_fail),
        IO_TEST(quotes_only_what_needs_it),
        IO_TEST(knows_the_texts_that_mean_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
