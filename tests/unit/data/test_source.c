/* test_source.c - which reader is chosen, and every real set that is at hand. */
#include "data/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/os.h"
#include "data/schema.h"
#include "io/file.h"
#include "io/json.h"

enum { PATH_BYTES = 1024, CLASSES_MAX = 64, INDEX_MAX_BYTES = 1 << 24 };

static automl_context *ctx;
static automl_error err;

static int setup(void **state)
{
    (void)state;
    err = (automl_error){0};
    return context_create(NULL, &ctx, NULL);
}

static int teardown(void **state)
{
    (void)state;
    bool clean = mem_used(&ctx->mem) == 0;
    context_unref(ctx);
    return clean ? 0 : -1;
}

static void paths_end_in_csv(void **state)
{
    (void)state;
    assert_true(source_is_path("people.csv"));
    assert_true(source_is_path("/a/b.csv.gz"));
    assert_false(source_is_path("people"));
    assert_false(source_is_path(".csv"));
    assert_false(source_is_path("people.csv.zip"));
    assert_false(source_is_path(""));
}

static void a_table_name_needs_a_database(void **state)
{
    (void)state;
    const struct source_query q = {.table = "people", .start_us = DATE_MISSING, .end_us = DATE_MISSING};
    automl_dataset *d = NULL;
    assert_int_equal(source_load(ctx, &q, &d, NULL, &err), AUTOML_E_ARGUMENT);
    assert_non_null(strstr(err.message, "'people'"));
}

/* Counts of each class against the index. */
static void check_classes(const automl_dataset *d, const struct json *entry)
{
    struct schema *s = NULL;
    int32_t target = dataset_find(d, json_string(json_get(entry, "target")));
    int64_t counts[CLASSES_MAX] = {0};
    assert_int_equal(schema_create(&ctx->mem, d, NULL, 0, NULL, 0, &s, NULL), AUTOML_OK);
    assert_int_equal(schema_set_target(s, d, target, NULL, 0, NULL), AUTOML_OK);
    assert_true(s->n_classes == json_number(json_get(entry, "n_classes"), -1));
    int32_t *y = NEW_ARRAY(&ctx->mem, d->n_rows, int32_t);
    schema_encode_target(s, d, target, y);
    for (int64_t i = 0; i < d->n_rows; i++)
        counts[y[i]]++;
    for (int32_t c = 0; c < s->n_classes; c++)
        assert_true(
            (double)counts[c] == json_number(json_get(json_get(entry, "class_counts"), s->classes[c]), -1));
    mem_free(&ctx->mem, y);
    schema_free(s);
}

static void check_set(const struct json *entry)
{
    char path[PATH_BYTES];
    automl_dataset *d = NULL;
    snprintf(path, sizeof path, "%s/%s", TEST_SHARED_DATA, json_string(json_get(entry, "file")));
    const struct source_query q = {.table = path,
        .target = json_string(json_get(entry, "target")),
        .id = json_string(json_get(entry, "id_column")),
        .start_us = DATE_MISSING,
        .end_us = DATE_MISSING};
    if (source_load(ctx, &q, &d, NULL, &err) < 0)
        fail_msg("%s", err.message);
    assert_true((double)d->n_rows == json_number(json_get(entry, "rows"), -1));
    assert_true(d->n_cols == json_number(json_get(entry, "columns"), -1));
    check_classes(d, entry);
    dataset_unref(d);
}

static void real_sets_have_the_rows_and_classes_of_their_index(void **state)
{
    (void)state;
    static const char INDEX[] = TEST_SHARED_DATA "/index.json";
    char *text = NULL;
    int64_t n = 0;
    struct json *index = NULL;
    if (os_file_size(INDEX) < 0) {
        print_message("skipped: there is no %s\n", INDEX);
        skip();
    }
    assert_int_equal(file_read(&ctx->mem, INDEX, INDEX_MAX_BYTES, &text, &n, NULL), AUTOML_OK);
    assert_int_equal(json_parse(&ctx->mem, text, (size_t)n, &index, NULL), AUTOML_OK);
    assert_true(json_count(index) > 0);
    for (const struct json *entry = json_first(index); entry; entry = json_next(entry))
        check_set(entry);
    json_free(index);
    mem_free(&ctx->mem, text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(paths_end_in_csv, setup, teardown),
        cmocka_unit_test_setup_teardown(a_table_name_needs_a_database, setup, teardown),
        cmocka_unit_test_setup_teardown(real_sets_have_the_rows_and_classes_of_their_index, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
