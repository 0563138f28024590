/* job_support.c - see job_support.h. */
#define _POSIX_C_SOURCE 200809L

#include "unit/job/job_support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/os.h"

static int64_t tick(void *user)
{
    struct test_clock *c = user;
    return atomic_fetch_add(&c->now_ns, c->step_ns);
}

static int64_t wall(void *user)
{
    (void)user;
    return INT64_C(1700000000000000);
}

void test_clock_init(struct test_clock *c, int64_t step_ns)
{
    c->clock = (struct clock){.now = tick, .wall = wall, .user = c};
    atomic_init(&c->now_ns, 0);
    c->step_ns = step_ns;
}

automl_context *test_context(struct test_clock *c)
{
    automl_context *ctx = NULL;
    assert_int_equal(context_create(NULL, &ctx, NULL), AUTOML_OK);
    if (c)
        ctx->clock = &c->clock;
    return ctx;
}

static automl_dataset *build(automl_context *ctx, int32_t n, double share, bool many)
{
    static const char *const colours[] = {"red", "green", "blue"};
    static const char *const two[] = {"no", "yes"};
    struct rng r = rng_seed(11);
    struct dataset_builder *b = NULL;
    automl_dataset *d = NULL;
    double *x = malloc(6 * (size_t)n * sizeof *x);
    int32_t *colour = malloc((size_t)n * sizeof *colour), *y = malloc((size_t)n * sizeof *y);
    int64_t *when = malloc((size_t)n * sizeof *when);
    assert_true(x && colour && y && when);
    for (int32_t i = 0; i < n; i++) {
        double a = rng_normal(&r), c = rng_normal(&r), noise = rng_double(&r);
        colour[i] = (int32_t)rng_below(&r, 3);
        x[i] = i;
        x[n + i] = (double)(i / 4);
        x[2 * n + i] = 0.5 + rng_double(&r);
        x[3 * n + i] = a;
        x[4 * n + i] = i % 17 == 5 ? NAN : c;
        x[5 * n + i] = noise;
        when[i] = DATE_DAY_US * (18262 + i % 360);
        double signal = a + c + (colour[i] == 0) + 0.6 * rng_normal(&r);
        int32_t label = many ? (a > 0.8 ? 2 : c > 0) : signal > 3.2 * (1 - share) - 1.2;
        y[i] = i % 25 == 0 ? -1 : label;
    }
    assert_int_equal(dataset_builder_create(ctx, n, &b, NULL), AUTOML_OK);
    static const char *const names[] = {"id", "group", "weight", "a", "b", "noise"};
    for (int32_t j = 0; j < 6; j++)
        assert_int_equal(
            dataset_builder_add_doubles(b, names[j], x + (ptrdiff_t)j * n, NULL, NULL), AUTOML_OK);
    assert_int_equal(dataset_builder_add_dates(b, "when", when, NULL, NULL), AUTOML_OK);
    assert_int_equal(dataset_builder_add_codes(b, "colour", colour, colours, 3, NULL), AUTOML_OK);
    assert_int_equal(
        dataset_builder_add_codes(b, "y", y, many ? colours : two, many ? 3 : 2, NULL), AUTOML_OK);
    assert_int_equal(dataset_builder_finish(b, NULL, NULL, &d, NULL), AUTOML_OK);
    free(x);
    free(colour);
    free(y);
    free(when);
    return d;
}

automl_dataset *test_dataset(automl_context *ctx, int32_t n, double share)
{
    return build(ctx, n, share, false);
}

automl_dataset *test_dataset_many(automl_context *ctx, int32_t n)
{
    return build(ctx, n, 0.5, true);
}

struct params *test_config(automl_context *ctx, ...)
{
    static const char *const always[][2] = {{"target_name", "y"}, {"id_column", "id"},
        {"max_evaluations", "10"}, {"cv_folds", "3"}, {"population_size", "8"}, {"offspring_size", "8"},
        {"threads", "1"}, {"features_selected", "a,b,noise,colour"}};
    struct params *p = NULL;
    automl_error *err = automl_error_create();
    assert_int_equal(params_create(&ctx->mem, &job_schema, &p, NULL), AUTOML_OK);
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        assert_int_equal(params_set_text(p, always[i][0], always[i][1], NULL), AUTOML_OK);
    va_list args;
    va_start(args, ctx);
    for (const char *key; (key = va_arg(args, const char *)) != NULL;)
        if (params_set_text(p, key, va_arg(args, const char *), err) < 0)
            fail_msg("%s: %s", key, automl_error_message(err));
    va_end(args);
    automl_error_free(err);
    return p;
}

automl_job *test_job(automl_context *ctx, struct params *p, automl_dataset *d)
{
    automl_job *j = NULL;
    automl_error *err = automl_error_create();
    if (job_create(ctx, p, &j, err) < 0 || (d && job_set_data(j, d, NULL, err) < 0))
        fail_msg("%s", automl_error_message(err));
    params_free(p);
    automl_error_free(err);
    return j;
}

const struct json *test_path(const struct json *v, const char *path)
{
    char copy[200], *rest = copy;
    snprintf(copy, sizeof copy, "%s", path);
    for (char *key; v != NULL && (key = strtok_r(rest, "/", &rest)) != NULL;)
        v = json_get(v, key);
    return v;
}

struct json *test_json(automl_context *ctx, const char *text)
{
    struct json *v = NULL;
    assert_non_null(text);
    assert_int_equal(json_parse(&ctx->mem, text, strlen(text), &v, NULL), AUTOML_OK);
    return v;
}

char *test_folder(void)
{
    bool in_memory = access("/dev/shm", W_OK | X_OK) == 0;
    char *path = strdup(in_memory ? "/dev/shm/automl-job-XXXXXX" : "/tmp/automl-job-XXXXXX");
    assert_non_null(path);
    assert_non_null(mkdtemp(path));
    return path;
}

void test_folder_free(char *path)
{
    os_remove_tree(path, NULL);
    free(path);
}

char *test_read(const char *folder, const char *name, int64_t *out_n)
{
    char path[1000];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    long n = ftell(f);
    rewind(f);
    char *text = malloc((size_t)n + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)n, f), (size_t)n);
    text[n] = '\0';
    fclose(f);
    if (out_n)
        *out_n = n;
    return text;
}
