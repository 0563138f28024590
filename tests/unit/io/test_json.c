/* Reading and writing of io/json.h. */
#define _POSIX_C_SOURCE 200809L

#include "io/json.h"

#include "io_fixture.h"

#include <math.h>

static struct json *parse(struct fixture *f, const char *text)
{
    struct json *root = NULL;
    if (json_parse(&f->mem, text, strlen(text), &root, &f->err) != AUTOML_OK)
        fail_msg("'%s' is refused: %s", text, f->err.message);
    return root;
}

static void assert_refused(struct fixture *f, const char *text, size_t n, const char *where, const char *why)
{
    struct json *root = NULL;
    if (json_parse(&f->mem, text, n, &root, &f->err) != AUTOML_E_FORMAT)
        fail_msg("'%s' is accepted", text);
    assert_null(root);
    assert_string_equal(f->err.where, where);
    assert_message_has(f, why);
}

static void refused(struct fixture *f, const char *text, const char *where, const char *why)
{
    assert_refused(f, text, strlen(text), where, why);
}

static void reads_every_type(void **state)
{
    struct json *root =
        parse(*state, " {\"a\": [1, -2.5e3, true, false, null, \"x\"], \"b\": {}, \"c\": 0.1}\r\n");
    assert_true(json_is(root, JSON_OBJECT));
    assert_int_equal(json_count(root), 3);
    const struct json *e = json_first(json_get(root, "a"));
    assert_true(json_number(e, 0) == 1);
    e = json_next(e);
    assert_true(json_number(e, 0) == -2500);
    e = json_next(e);
    assert_true(json_bool(e, false));
    e = json_next(e);
    assert_false(json_bool(e, true));
    e = json_next(e);
    assert_int_equal(json_type(e), JSON_NULL);
    e = json_next(e);
    assert_string_equal(json_string(e), "x");
    assert_null(json_next(e));
    assert_string_equal(json_key(json_next(json_first(root))), "b");
    assert_true(json_number(json_get(root, "c"), 0) == 0.1);
    json_free(root);
}

static void accessors_accept_null_and_the_wrong_type(void **state)
{
    struct json *root = parse(*state, "[\"x\"]");
    assert_null(json_get(root, "a"));
    assert_null(json_get(NULL, "a"));
    assert_null(json_first(json_first(root)));
    assert_null(json_first(NULL));
    assert_null(json_next(NULL));
    assert_null(json_string(root));
    assert_string_equal(json_key(json_first(root)), "");
    assert_true(json_number(root, 7) == 7);
    assert_true(json_bool(NULL, true));
    assert_false(json_is(NULL, JSON_NULL));
    assert_int_equal(json_count(NULL), 0);
    json_free(root);
    json_free(NULL);
}

static void keys_are_case_sensitive(void **state)
{
    struct json *root = parse(*state, "{\"Age\": 1, \"age\": 2}");
    assert_true(json_number(json_get(root, "age"), 0) == 2);
    assert_null(json_get(root, "AGE"));
    json_free(root);
}

static void numbers_are_read_exactly_in_order(void **state)
{
    static const char text[] =
        "{\"a\": [9007199254740993, {\"b\": 0.1, \"c\": [2.2250738585072014e-308]}], \"d\": -0, \"e\": "
        "1.0000000000000000000000000000000000000000000000000000000000000000000000000000000000001, \"f\": "
        "1e-999}";
    struct json *root = parse(*state, text);
    const struct json *a = json_first(json_get(root, "a"));
    assert_true(json_number(a, 0) == 9007199254740992.0);
    assert_true(json_number(json_get(json_next(a), "b"), 0) == 0.1);
    assert_true(json_number(json_first(json_get(json_next(a), "c")), 0) == 2.2250738585072014e-308);
    assert_true(signbit(json_number(json_get(root, "d"), 1)));
    assert_true(json_number(json_get(root, "e"), 0) == 1);
    assert_true(json_number(json_get(root, "f"), 1) == 0);
    json_free(root);
}

static void strings_are_decoded(void **state)
{
    struct json *root =
        parse(*state, "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\", \"\\u00e9\\ud83d\\ude00\", \"\xC3\xA9\x7F\"]");
    const struct json *e = json_first(root);
    assert_string_equal(json_string(e), "\"\\/\b\f\n\r\t");
    assert_string_equal(json_string(json_next(e)), "\xC3\xA9\xF0\x9F\x98\x80");
    assert_string_equal(json_string(json_next(json_next(e))), "\xC3\xA9\x7F");
    json_free(root);
}

static void skips_a_byte_order_mark(void **state)
{
    struct json *root = parse(*state, "\xEF\xBB\xBF[1]");
    assert_true(json_number(json_first(root), 0) == 1);
    json_free(root);
}

static void needs_no_terminator(void **state)
{
    struct fixture *f = *state;
    struct json *root = NULL;
    char *text = malloc(5);
    memcpy(text, "[12]3", 5);
    assert_int_equal(json_parse(&f->mem, text, 4, &root, &f->err), AUTOML_OK);
    assert_true(json_number(json_first(root), 0) == 12);
    json_free(root);
    free(text);
}

static void refuses_what_follows_the_value(void **state)
{
    refused(*state, "{}garbage", "line 1, column 3", "text follows");
    refused(*state, "1 2", "line 1, column 3", "text follows");
    assert_refused(*state, "1\0", 2, "line 1, column 2", "text follows");
}

static void refuses_malformed_structure(void **state)
{
    refused(*state, "", "line 1, column 1", "ends where a value");
    refused(*state, "{\"a\": ", "line 1, column 7", "ends where a value");
    refused(*state, "[1 2]", "line 1, column 4", "',' or ']'");
    refused(*state, "{\"a\": 1\n \"b\": 2}", "line 2, column 2", "',' or '}'");
    refused(*state, "{\"a\" 1}", "line 1, column 6", "':'");
    refused(*state, "{a: 1}", "line 1, column 2", "key");
    refused(*state, "{\"a\": 1,}", "line 1, column 9", "key");
    refused(*state, "[1,]", "line 1, column 4", "value");
    refused(*state, "tru", "line 1, column 1", "value");
    refused(*state, "[\v1]", "line 1, column 2", "value");
}

static void refuses_malformed_numbers(void **state)
{
    static const char *const texts[] = {"01", "-", "1.", ".5", "+1", "1e", "1e+", "-a", "00", "1.e5"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct fixture *f = *state;
        struct json *root = NULL;
        assert_int_equal(json_parse(&f->mem, texts[i], strlen(texts[i]), &root, &f->err), AUTOML_E_FORMAT);
    }
    refused(*state, "[0, NaN]", "line 1, column 5", "value");
    refused(*state, "{\"\xC3\xA9\": 1e999}", "line 1, column 7", "too large");
    refused(*state, "-1e400", "line 1, column 1", "too large");
}

static void refuses_malformed_strings(void **state)
{
    refused(*state, "[\"ab\n\"]", "line 1, column 5", "control character");
    refused(*state, "[1, \"ab", "line 1, column 5", "closing quote");
    refused(*state, "[\"a\\\"", "line 1, column 2", "closing quote");
    refused(*state, "\"\\x\"", "line 1, column 2", "escape");
    refused(*state, "\"\\", "line 1, column 2", "escape");
    refused(*state, "\"\\u12g4\"", "line 1, column 2", "hexadecimal");
    refused(*state, "\"\\u12", "line 1, column 2", "hexadecimal");
    refused(*state, "\"\\u0000\"", "line 1, column 2", "u0000");
    refused(*state, "\"\\ud800\"", "line 1, column 2", "surrogate");
    refused(*state, "\"\\ud800\\u0041\"", "line 1, column 2", "surrogate");
    refused(*state, "\"\\ude00\"", "line 1, column 2", "surrogate");
    refused(*state, "\"\xFF\"", "line 1, column 2", "UTF-8");
    refused(*state, "\"\xC3", "line 1, column 2", "UTF-8");
}

static void names_the_place_of_a_duplicate_key(void **state)
{
    refused(*state, "{\"a\": {\"a\": 1},\n  \"b\": 2,\n  \"\\u0061\": 123}", "line 3, column 3", "twice");
    refused(*state, "[1, {\"x\": {\"\": 1, \"\": 2}}]", "line 1, column 19", "twice");
}

static void finds_duplicates_among_many_keys(void **state)
{
    char text[2048] = "{";
    for (int i = 0; i < 100; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "\"k%d\": {\"k\": %d},", i, i);
    char *end = text + strlen(text);
    strcpy(end, "\"z\":1}");
    struct json *root = parse(*state, text);
    assert_int_equal(json_count(root), 101);
    assert_true(json_number(json_get(json_get(root, "k77"), "k"), 0) == 77);
    json_free(root);
    strcpy(end, "\"k42\":1}");
    char where[64];
    snprintf(where, sizeof where, "line 1, column %d", (int)(end - text) + 1);
    refused(*state, text, where, "twice");
}

static void limits_nesting_to_64(void **state)
{
    char text[200];
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    text[128] = '\0';
    json_free(parse(*state, text));
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    text[130] = '\0';
    refused(*state, text, "line 1, column 65", "64 deep");
}

static void limits_the_text_to_64_mib(void **state)
{
    struct fixture *f = *state;
    struct json *root = NULL;
    assert_int_equal(json_parse(&f->mem, "", ((size_t)64 << 20) + 1, &root, &f->err), AUTOML_E_FORMAT);
    assert_message_has(f, "64 MiB");
}

static void every_allocation_may_fail(void **state)
{
    static const char text[] =
        "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":9,\"j\":[1,2,3],"
        "\"k\":1,\"l\":1,\"m\":1,\"n\":1,\"o\":1,\"p\":1,\"q\":{\"r\":1}}";
    struct fixture *f = *state;
    int64_t failures = 0;
    for (int64_t n = 1;; n++) {
        struct json *root = NULL;
        fault_once(&f->fault, n);
        automl_status status = json_parse(&f->mem, text, strlen(text), &root, &f->err);
        bool happened = fault_happened(&f->fault);
        assert_int_equal(status, happened ? AUTOML_E_MEMORY : AUTOML_OK);
        json_free(root);
        assert_int_equal(fault_blocks(&f->fault), 0);
        if (!happened)
            break;
        failures++;
    }
    assert_true(failures > 5);
}

static void assert_written(struct strbuf *b, const char *expected)
{
    assert_true(strbuf_ok(b));
    assert_string_equal(strbuf_text(b), expected);
    strbuf_clear(b);
}

static void writes_values_on_one_line(void **state)
{
    struct fixture *f = *state;
    struct strbuf b;
    struct json_writer w;
    strbuf_init(&b, &f->mem);
    json_writer_init(&w, &b, 0);
    json_begin_object(&w);
    json_put_double(&w, "x", 0.1);
    json_put_int(&w, "i", INT64_MIN);
    json_put_bool(&w, "yes", true);
    json_put_string(&w, "s", NULL);
    json_write_key(&w, "list");
    json_begin_array(&w);
    json_write_double(&w, INFINITY);
    json_write_double(&w, NAN);
    json_write_raw(&w, "{\"r\":1}");
    json_begin_array(&w);
    json_end_array(&w);
    json_end_array(&w);
    json_end_object(&w);
    assert_written(&b,
        "{\"x\":0.1,\"i\":-9223372036854775808,\"yes\":true,\"s\":null,\"list\":[null,null,{\"r\":1},[]]}");
    strbuf_free(&b);
}

static void indents_by_two(void **state)
{
    struct fixture *f = *state;
    struct strbuf b;
    struct json_writer w;
    struct json *root = parse(f, "{\"a\":[1,{}],\"b\":{\"c\":\"d\"}}");
    strbuf_init(&b, &f->mem);
    json_writer_init(&w, &b, 2);
    json_write_value(&w, root);
    assert_written(&b, "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": {\n    \"c\": \"d\"\n  }\n}");
    json_free(root);
    strbuf_free(&b);
}

static void escapes_strings(void **state)
{
    struct fixture *f = *state;
    struct strbuf b;
    struct json_writer w;
    strbuf_init(&b, &f->mem);
    json_writer_init(&w, &b, 0);
    json_write_string(&w, "\"\\/\b\f\n\r\t\x01\x1F\x7F\xC3\xA9");
    assert_written(&b, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7F\xC3\xA9\"");
    json_writer_init(&w, &b, 0);
    json_write_string(&w, "a\xFF\xC3");
    assert_written(&b, "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
    strbuf_free(&b);
}

static void what_is_written_reads_back_equal(void **state)
{
    static const char text[] = "[0.30000000000000004,5e-324,1.7976931348623157e+308,-0,[true,null,false],"
                               "{\"k\\n\":\"\\u0001\xF0\x9F\x98\x80\"},123456789012,\"\"]";
    struct fixture *f = *state;
    struct strbuf b;
    struct json_writer w;
    struct json *root = parse(f, text);
    strbuf_init(&b, &f->mem);
    json_writer_init(&w, &b, 0);
    json_write_value(&w, root);
    assert_written(&b, text);
    json_free(root);
    strbuf_free(&b);
}

static void nesting_beyond_the_writer_fails_the_buffer(void **state)
{
    struct fixture *f = *state;
    struct strbuf b;
    struct json_writer w;
    strbuf_init(&b, &f->mem);
    json_writer_init(&w, &b, 0);
    for (int i = 0; i < 127; i++)
        json_begin_array(&w);
    assert_true(strbuf_ok(&b));
    json_begin_array(&w);
    assert_false(strbuf_ok(&b));
    strbuf_free(&b);
}

/* Edits of valid text: each is refused with a place, or reads and writes to the same text twice. */
static void random_edits_never_surprise(void **state)
{
    static const char seed[] =
        "{\"a\": [1, -2.5e3, true], \"\\u00e9\": {\"b\": null, \"c\": \"\\ud83d\\ude00\"}}";
    static const char letters[] = "\"\\{}[]:,0123456789eE+-.truefalsnu \n\x01\xC3\xA9";
    struct fixture *f = *state;
    uint32_t random = 1;
    int64_t accepted = 0;
    for (int32_t round = 0; round < 20000; round++) {
        char text[sizeof seed];
        memcpy(text, seed, sizeof seed);
        for (int32_t edit = 0; edit < 1 + round % 3; edit++) {
            random = random * 1664525 + 1013904223;
            size_t place = (random >> 8) % (sizeof seed - 1);
            random = random * 1664525 + 1013904223;
            text[place] = letters[(random >> 8) % (sizeof letters - 1)];
        }
        struct json *root = NULL;
        if (json_parse(&f->mem, text, sizeof seed - 1, &root, &f->err) != AUTOML_OK) {
            assert_true(strncmp(f->err.where, "line ", 5) == 0);
            continue;
        }
        struct strbuf b;
        struct json_writer w;
        strbuf_init(&b, &f->mem);
        json_writer_init(&w, &b, 0);
        json_write_value(&w, root);
        json_free(root);
        root = parse(f, strbuf_text(&b));
        json_free(root);
        strbuf_free(&b);
        accepted++;
    }
    assert_in_range(accepted, 100, 19000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(reads_every_type),
        IO_TEST(accessors_accept_null_and_the_wrong_type),
        IO_TEST(keys_are_case_sensitive),
        IO_TEST(numbers_are_read_exactly_in_order),
        IO_TEST(strings_are_decoded),
        IO_TEST(skips_a_byte_order_mark),
        IO_TEST(needs_no_terminator),
        IO_TEST(refuses_what_follows_the_value),
        IO_TEST(refuses_malformed_structure),
        IO_TEST(refuses_malformed_numbers),
        IO_TEST(refuses_malformed_strings),
        IO_TEST(names_the_place_of_a_duplicate_key),
        IO_TEST(finds_duplicates_among_many_keys),
        IO_TEST(limits_nesting_to_64),
        IO_TEST(limits_the_text_to_64_mib),
        IO_TEST(every_allocation_may_fail),
        IO_TEST(writes_values_on_one_line),
        IO_TEST(indents_by_two),
        IO_TEST(escapes_strings),
        IO_TEST(what_is_written_reads_back_equal),
        IO_TEST(nesting_beyond_the_writer_fails_the_buffer),
        IO_TEST(random_edits_never_surprise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
