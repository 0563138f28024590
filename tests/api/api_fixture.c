/* api_fixture.c - a small table made by a fixed formula. */
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE 700

#include "api_fixture.h"

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void assert_ok_at(automl_status status, const automl_error *err, const char *file, int line)
{
    if (status < 0)
        print_error(
            "%s: %s (%s)\n", automl_status_name(status), automl_error_message(err), automl_error_where(err));
    _assert_true(status >= 0, "status >= 0", file, line);
}

/* Uniform on [0, 1): Knuth's linear congruential generator. */
static double draw(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*state >> 40) / 16777216.0;
}

struct table {
    double a[FIXTURE_ROWS], b[FIXTURE_ROWS], flag[FIXTURE_ROWS], id[FIXTURE_ROWS];
    uint8_t missing[FIXTURE_ROWS];
    const char *color[FIXTURE_ROWS], *label[FIXTURE_ROWS];
    int64_t day[FIXTURE_ROWS];
};

static void fill(struct table *t, uint32_t seed)
{
    static const char *const colors[] = {"red", "green", "blue"};
    uint64_t state = seed;
    for (int i = 0; i < 8; i++)
        draw(&state);
    for (int i = 0; i < FIXTURE_ROWS; i++) {
        int color = (int)(3 * draw(&state));
        t->id[i] = i + 1;
        t->a[i] = 4 * draw(&state) - 2;
        t->b[i] = 10 * draw(&state);
        t->missing[i] = draw(&state) < 0.1;
        t->color[i] = draw(&state) < 0.05 ? NULL : colors[color];
        t->flag[i] = draw(&state) < 0.5;
        t->day[i] = (int64_t)i * 86400 * 1000000;
        double score = 2 * t->a[i] + (color == 0 ? 1 : -0.5) + 0.5 * (draw(&state) - 0.5);
        t->label[i] = score > 0 ? "yes" : "no";
    }
}

automl_dataset *fixture_dataset(automl_context *ctx, uint32_t seed)
{
    struct table *t = malloc(sizeof *t);
    automl_dataset_builder *b = NULL;
    automl_dataset *d = NULL;
    assert_non_null(t);
    fill(t, seed);
    assert_int_equal(automl_dataset_builder_create(ctx, FIXTURE_ROWS, &b, NULL), AUTOML_OK);
    assert_int_equal(automl_dataset_builder_add_doubles(b, "id", t->id, NULL, NULL), AUTOML_OK);
    assert_int_equal(automl_dataset_builder_add_doubles(b, "a", t->a, NULL, NULL), AUTOML_OK);
    assert_int_equal(automl_dataset_builder_add_doubles(b, "b", t->b, t->missing, NULL), AUTOML_OK);
    assert_int_equal(automl_dataset_builder_add_strings(b, "color", t->color, NULL, NULL), AUTOML_OK);
    assert_int_equal(automl_dataset_builder_add_booleans(b, "flag", t->flag, NULL, NULL, NULL), AUTOML_OK);
    assert_int_equal(automl_dataset_builder_add_dates(b, "day", t->day, NULL, NULL), AUTOML_OK);
    assert_int_equal(automl_dataset_builder_add_strings(b, "label", t->label, NULL, NULL), AUTOML_OK);
    assert_int_equal(automl_dataset_builder_finish(b, &d, NULL), AUTOML_OK);
    automl_dataset_builder_free(b);
    free(t);
    return d;
}

static void set_params(struct fixture *f)
{
    static const char text[] = "{\"target_name\": \"label\", \"id_column\": \"id\", \"max_evaluations\": 6, "
                               "\"features_selected\": [\"a\", \"b\", \"color\", \"flag\"], \"threads\": 2, "
                               "\"generations\": 3, \"cv_folds\": 3, \"seed\": \"7\"}";
    assert_ok(f, automl_params_merge_json(f->params, text, (int64_t)sizeof text - 1, f->err));
}

int fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->err = automl_error_create();
    assert_non_null(f->err);
    assert_ok(f, automl_context_create(NULL, &f->ctx, f->err));
    assert_ok(f, automl_params_create(f->ctx, &f->params, f->err));
    set_params(f);
    f->dataset = fixture_dataset(f->ctx, 1);
    *state = f;
    return 0;
}

int fixture_teardown(void **state)
{
    struct fixture *f = *state;
    automl_dataset_free(f->dataset);
    automl_params_free(f->params);
    if (!f->registered)
        assert_int_equal(automl_context_memory_used(f->ctx), 0);
    automl_context_free(f->ctx);
    automl_error_free(f->err);
    free(f);
    return 0;
}

automl_pipeline *fixture_pipeline(struct fixture *f)
{
    static const char spec[] =
        "[\"simple_imputer\", \"one_hot_encoder\", \"standard_scaler\", \"logistic_regression\"]";
    automl_pipeline *p = NULL;
    assert_ok(f, automl_pipeline_fit(f->ctx, spec, f->dataset, f->params, &p, f->err));
    return p;
}

void fixture_folder(char path[64])
{
    strcpy(path, "/tmp/automl-api-XXXXXX");
    assert_non_null(mkdtemp(path));
}

static int remove_entry(const char *path, const struct stat *s, int type, struct FTW *level)
{
    (void)s;
    (void)type;
    (void)level;
    return remove(path);
}

void fixture_remove(const char *path)
{
    assert_int_equal(nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}
