/* test_schema_io.c - a schema survives saving; damaged bytes never load as something else, nor crash. */
#include "data/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/fault_allocator.h"

static struct fault_allocator fault;
static automl_context *ctx;
static struct schema *schema;
static struct writer saved;

static automl_status build(automl_dataset **out)
{
    static const char *const colours[] = {"red", "gr\xc3\xbcn", "red"}, *const classes[] = {"n", "y", "n"};
    static const double numbers[] = {1, 2, 3};
    static const int64_t times[] = {0, 1, 2};
    struct dataset_builder *b = NULL;
    automl_status status;
    TRY(dataset_builder_create(ctx, 3, &b, NULL));
    TRY_DONE(dataset_builder_add_strings(b, "colour", colours, NULL, NULL));
    TRY_DONE(dataset_builder_add_booleans(b, "flag", (const double[]){0, 1, 1}, "no", "yes", NULL));
    TRY_DONE(dataset_builder_add_doubles(b, "x", numbers, NULL, NULL));
    TRY_DONE(dataset_builder_add_dates(b, "time", times, NULL, NULL));
    TRY_DONE(dataset_builder_add_strings(b, "class", classes, NULL, NULL));
    return dataset_builder_finish(b, NULL, NULL, out, NULL);
done:
    dataset_builder_free(b);
    return status;
}

static int setup(void **state)
{
    (void)state;
    static const int32_t features[] = {0, 1, 2, 3};
    automl_dataset *d = NULL;
    fault_init(&fault);
    const struct allocator hooks = fault_hooks(&fault);
    if (context_create(&hooks, &ctx, NULL) < 0 || build(&d) < 0 ||
        schema_create(&ctx->mem, d, features, 4, NULL, 0, &schema, NULL) < 0 ||
        schema_set_target(schema, d, 4, NULL, 0, NULL) < 0)
        return -1;
    schema->positive = 1;
    schema->id = mem_strdup(&ctx->mem, "key");
    dataset_unref(d);
    writer_init(&saved, &ctx->mem);
    schema_save(schema, &saved);
    return writer_ok(&saved) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    writer_free(&saved);
    schema_free(schema);
    context_unref(ctx);
    return fault_clean(&fault) ? 0 : -1;
}

static automl_status load(const void *bytes, int64_t n, struct schema **out)
{
    struct reader r;
    *out = NULL;
    reader_init(&r, &ctx->mem, bytes, (size_t)n);
    TRY(schema_load(&ctx->mem, &r, out, NULL));
    read_end(&r);
    return reader_status(&r, NULL);
}

static void a_saved_schema_loads_the_same(void **state)
{
    (void)state;
    struct schema *s = NULL;
    assert_int_equal(load(saved.bytes.data, saved.bytes.n, &s), AUTOML_OK);
    struct writer again;
    writer_init(&again, &ctx->mem);
    schema_save(s, &again);
    assert_int_equal(again.bytes.n, saved.bytes.n);
    assert_memory_equal(again.bytes.data, saved.bytes.data, (size_t)saved.bytes.n);
    assert_int_equal(schema_code(s, 0, "gr\xc3\xbcn", 5), 1);
    assert_string_equal(s->classes[s->positive], "y");
    assert_string_equal(s->id, "key");
    assert_int_equal(s->cols[3].type, COLUMN_DATETIME);
    writer_free(&again);
    schema_free(s);
}

static void every_cut_is_refused(void **state)
{
    (void)state;
    for (int64_t n = 0; n < saved.bytes.n; n++) {
        struct schema *s = NULL;
        assert_int_equal(load(saved.bytes.data, n, &s), AUTOML_E_FORMAT);
        schema_free(s);
    }
}

static void damaged_bytes_load_soundly_or_not_at_all(void **state)
{
    (void)state;
    int32_t refused = 0;
    char *copy = mem_copy(&ctx->mem, saved.bytes.data, (size_t)saved.bytes.n, 1);
    for (int64_t at = 0; at < saved.bytes.n; at++) {
        for (int32_t bit = 0; bit < 8; bit++) {
            struct schema *s = NULL;
            copy[at] = (char)(copy[at] ^ (1 << bit));
            if (load(copy, saved.bytes.n, &s) < 0)
                refused++;
            for (int32_t j = 0; s && j < s->n_cols; j++)
                for (int32_t i = 0; i < s->cols[j].n_levels; i++)
                    assert_int_equal(
                        schema_code(s, j, s->cols[j].levels[i], strlen(s->cols[j].levels[i])), i);
            schema_free(s);
            copy[at] = (char)(copy[at] ^ (1 << bit));
        }
    }
    assert_true(refused > saved.bytes.n);
    mem_free(&ctx->mem, copy);
}

static void json_tells_names_types_and_classes(void **state)
{
    (void)state;
    struct strbuf text;
    struct json_writer w;
    strbuf_init(&text, &ctx->mem);
    json_writer_init(&w, &text, 0);
    schema_write_json(schema, &w);
    struct json *v = NULL;
    assert_int_equal(json_parse(&ctx->mem, strbuf_text(&text), (size_t)text.n, &v, NULL), AUTOML_OK);
    assert_string_equal(json_string(json_get(v, "target")), "class");
    assert_string_equal(json_string(json_get(v, "positive_label")), "y");
    assert_int_equal(json_count(json_get(v, "classes")), 2);
    const struct json *first = json_first(json_get(v, "columns"));
    assert_string_equal(json_string(json_get(first, "type")), "categorical");
    assert_string_equal(json_string(json_first(json_get(first, "levels"))), "red");
    json_free(v);
    strbuf_free(&text);
}

static void survives_each_failing_allocation(void **state)
{
    (void)state;
    int64_t before = fault_blocks(&fault), nth = 0;
    bool happened = true;
    while (happened) {
        struct schema *s = NULL;
        fault_once(&fault, ++nth);
        automl_status status = load(saved.bytes.data, saved.bytes.n, &s);
        happened = fault_happened(&fault);
        assert_int_equal(status, happened ? AUTOML_E_MEMORY : AUTOML_OK);
        schema_free(s);
        assert_int_equal(fault_blocks(&fault), before);
    }
    assert_true(nth > 20);
    fault_off(&fault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_saved_schema_loads_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(every_cut_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(damaged_bytes_load_soundly_or_not_at_all, setup, teardown),
        cmocka_unit_test_setup_teardown(json_tells_names_types_and_classes, setup, teardown),
        cmocka_unit_test_setup_teardown(survives_each_failing_allocation, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
