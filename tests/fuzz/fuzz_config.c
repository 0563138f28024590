/*
 * fuzz_config.c - JSON that is understood is written so that it reads the same: as a tree, as the parameters
 * of a job, and as a pipeline.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "io/json.h"
#include "job/config.h"
#include "pipeline/graph.h"

static struct json *parsed(automl_context *ctx, const struct strbuf *text)
{
    struct json *v = NULL;
    FUZZ_CHECK(json_parse(&ctx->mem, strbuf_text(text), (size_t)text->n, &v, NULL) == AUTOML_OK);
    return v;
}

static void check_tree(automl_context *ctx, const struct json *v)
{
    struct strbuf first, second;
    struct json_writer w;
    strbuf_init(&first, &ctx->mem);
    strbuf_init(&second, &ctx->mem);
    json_writer_init(&w, &first, 2);
    json_write_value(&w, v);
    struct json *again = parsed(ctx, &first);
    json_writer_init(&w, &second, 2);
    json_write_value(&w, again);
    FUZZ_CHECK(strcmp(strbuf_text(&first), strbuf_text(&second)) == 0);
    json_free(again);
    strbuf_free(&first);
    strbuf_free(&second);
}

static void check_settings(automl_context *ctx, const struct params *p, bool all)
{
    struct strbuf text;
    struct json_writer w;
    struct params *again = NULL;
    strbuf_init(&text, &ctx->mem);
    json_writer_init(&w, &text, 0);
    json_begin_object(&w);
    params_write_json(p, &w, all);
    json_end_object(&w);
    struct json *v = parsed(ctx, &text);
    FUZZ_CHECK(params_create(&ctx->mem, &job_schema, &again, NULL) == AUTOML_OK);
    FUZZ_CHECK(params_merge_json(again, v, NULL) == AUTOML_OK);
    FUZZ_CHECK(params_hash(again) == params_hash(p));
    params_free(again);
    json_free(v);
    strbuf_free(&text);
}

static void try_job(automl_context *ctx, const struct json *v)
{
    struct params *p = NULL;
    automl_error err = {0};
    FUZZ_CHECK(params_create(&ctx->mem, &job_schema, &p, NULL) == AUTOML_OK);
    uint64_t before = params_hash(p);
    if (params_merge_json(p, v, &err) >= 0) {
        check_settings(ctx, p, false);
        check_settings(ctx, p, true);
        FUZZ_CHECK(job_check(ctx, p, &err) >= 0 || err.message[0]);
    } else {
        FUZZ_CHECK(err.message[0] && params_hash(p) == before);
    }
    params_free(p);
}

static void try_pipeline(automl_context *ctx, const struct json *v)
{
    struct graph *g = NULL, *again = NULL;
    struct strbuf text;
    struct json_writer w;
    if (graph_parse(ctx, &ctx->mem, v, &g, NULL) < 0)
        return;
    strbuf_init(&text, &ctx->mem);
    json_writer_init(&w, &text, 0);
    graph_write_json(g, &w);
    struct json *written = parsed(ctx, &text);
    FUZZ_CHECK(graph_parse(ctx, &ctx->mem, written, &again, NULL) == AUTOML_OK);
    FUZZ_CHECK(graph_hash(again) == graph_hash(g));
    json_free(written);
    strbuf_free(&text);
    graph_unref(again);
    graph_unref(g);
}

bool fuzz_one(const uint8_t *data, size_t n)
{
    automl_context *ctx = fuzz_context();
    char *text = fuzz_copy(data, n);
    struct json *v = NULL;
    automl_error err = {0};
    bool understood = json_parse(&ctx->mem, text, n, &v, &err) >= 0;
    FUZZ_CHECK(understood || err.message[0]);
    if (understood) {
        check_tree(ctx, v);
        try_job(ctx, v);
        try_pipeline(ctx, v);
    }
    json_free(v);
    free(text);
    fuzz_context_end(ctx);
    return understood;
}
