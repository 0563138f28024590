/* parts.c - see parts.h. */
#include "parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "io/container.h"
#include "pipeline/model.h"

enum { ROWS = 24, LEVELS = 3, PARTS_MAX = 64 };

static bool join_one(struct container_writer *c, const uint8_t **p, const uint8_t *end)
{
    char name[256] = "";
    size_t length = (size_t) * (*p)++;
    if ((size_t)(end - *p) < length + 4)
        return false;
    memcpy(name, *p, length);
    *p += length;
    size_t n = (*p)[0] | (size_t)(*p)[1] << 8 | (size_t)(*p)[2] << 16 | (size_t)(*p)[3] << 24;
    *p += 4;
    if ((size_t)(end - *p) < n)
        return false;
    bool added = container_add(c, name, *p, n, NULL) >= 0;
    *p += n;
    return added;
}

bool parts_join(struct mem *m, const uint8_t *data, size_t n, uint8_t **out, int64_t *out_n)
{
    struct container_writer *c = NULL;
    const uint8_t *p = data, *end = data + n;
    FUZZ_CHECK(container_begin(m, &c, NULL) == AUTOML_OK);
    bool fine = n > 0;
    for (int i = 0; fine && p < end; i++)
        fine = i < PARTS_MAX && join_one(c, &p, end);
    if (!fine) {
        container_abandon(c);
        return false;
    }
    return container_finish(c, out, out_n, NULL) >= 0;
}

static void split_one(const struct container *c, const char *name, struct strbuf *out)
{
    const void *bytes;
    size_t n;
    FUZZ_CHECK(container_section(c, name, &bytes, &n, NULL) == AUTOML_OK);
    strbuf_putc(out, (char)strlen(name));
    strbuf_puts(out, name);
    for (int shift = 0; shift < 32; shift += 8)
        strbuf_putc(out, (char)(n >> shift & 255));
    strbuf_add(out, bytes, n);
    FUZZ_CHECK(strbuf_ok(out));
}

static automl_dataset *small_data(automl_context *ctx)
{
    static const char *const levels[LEVELS] = {"a", "b", "c"}, *const classes[] = {"no", "yes"};
    struct dataset_builder *b = NULL;
    automl_dataset *d = NULL;
    double x[2][ROWS];
    int32_t code[ROWS], y[ROWS];
    struct rng r = rng_seed(3);
    for (int32_t i = 0; i < ROWS; i++) {
        y[i] = i % 2;
        x[0][i] = i % 9 == 4 ? (double)NAN : rng_normal(&r) + y[i];
        x[1][i] = floor(100 * rng_double(&r));
        code[i] = (int32_t)rng_below(&r, LEVELS + 1) - 1;
    }
    FUZZ_CHECK(dataset_builder_create(ctx, ROWS, &b, NULL) == AUTOML_OK);
    FUZZ_CHECK(dataset_builder_add_doubles(b, "u", x[0], NULL, NULL) == AUTOML_OK);
    FUZZ_CHECK(dataset_builder_add_doubles(b, "v", x[1], NULL, NULL) == AUTOML_OK);
    FUZZ_CHECK(dataset_builder_add_codes(b, "c", code, levels, LEVELS, NULL) == AUTOML_OK);
    FUZZ_CHECK(dataset_builder_add_codes(b, "y", y, classes, 2, NULL) == AUTOML_OK);
    FUZZ_CHECK(dataset_builder_finish(b, NULL, NULL, &d, NULL) == AUTOML_OK);
    return d;
}

static const char *const fewer[] = {"n_estimators", "max_iter", "n_iter"};

/* Few trees and rounds, so that models stay small. */
static void write_spec(const struct op_class *cls, char *out, size_t size)
{
    const char *key = NULL;
    for (size_t i = 0; i < sizeof fewer / sizeof *fewer; i++)
        if (param_schema_find(cls->params, fewer[i]) >= 0)
            key = fewer[i];
    snprintf(out, size,
        "[\"simple_imputer\", \"one_hot_encoder\", \"standard_scaler\", {\"op\": \"%s\", \"params\": "
        "{%s%s%s}}]",
        cls->name, key ? "\"" : "", key ? key : "", key ? "\": 2" : "");
}

static automl_pipeline *small_model(automl_context *ctx, automl_dataset *d, const struct op_class *cls)
{
    static const int32_t features[] = {0, 1, 2};
    const struct model_fit how = {.data = d, .target = 3, .features = features, .n_features = 3, .seed = 1};
    struct json *v = NULL;
    struct graph *g = NULL;
    automl_pipeline *p = NULL;
    automl_error err = {0};
    char spec[512];
    write_spec(cls, spec, sizeof spec);
    automl_status status = json_parse(&ctx->mem, spec, strlen(spec), &v, &err);
    if (status >= 0)
        status = graph_parse(ctx, &ctx->mem, v, &g, &err);
    if (status >= 0)
        status = model_fit(ctx, g, &how, &p, &err);
    if (status < 0)
        fprintf(stderr, "%s: %s\n", spec, err.message);
    FUZZ_CHECK(status >= 0);
    graph_unref(g);
    json_free(v);
    return p;
}

void parts_of_models(void (*use)(void *arg, const char *name, const struct strbuf *parts), void *arg)
{
    automl_context *ctx = fuzz_context();
    automl_dataset *d = small_data(ctx);
    int32_t n;
    const struct op_class *const *all = operators_all(&n);
    for (int32_t i = 0; i < n; i++) {
        uint8_t *bytes = NULL;
        int64_t n_bytes = 0;
        struct container *c = NULL;
        struct strbuf parts;
        if (all[i]->kind != OP_CLASSIFIER)
            continue;
        automl_pipeline *p = small_model(ctx, d, all[i]);
        strbuf_init(&parts, &ctx->mem);
        FUZZ_CHECK(model_save(p, &bytes, &n_bytes, NULL) == AUTOML_OK);
        FUZZ_CHECK(container_open(&ctx->mem, bytes, (size_t)n_bytes, &c, NULL) == AUTOML_OK);
        split_one(c, "schema", &parts);
        split_one(c, "model", &parts);
        split_one(c, "member/0/replica/0", &parts);
        use(arg, all[i]->name, &parts);
        strbuf_free(&parts);
        container_close(c);
        mem_free(&ctx->mem, bytes);
        model_unref(p);
    }
    dataset_unref(d);
    fuzz_context_end(ctx);
}
