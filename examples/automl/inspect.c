/*
 * inspect.c - automl inspect, operators and metrics: what a model holds, and what pipelines are made of.
 */
#include <string.h>

#include "cli.h"

static void put_named(const char *name, int32_t width, const char *text)
{
    put_cell(stdout, name, width, false);
    fputs("  ", stdout);
    put_text(stdout, text);
    fputc('\n', stdout);
}

static void print_classes(const automl_pipeline *model)
{
    int32_t k = automl_pipeline_class_count(model), positive = automl_pipeline_positive_class(model);
    printf("%d classes\n", (int)k);
    for (int32_t c = 0; c < k; c++) {
        fputs("  ", stdout);
        put_text(stdout, automl_pipeline_class_name(model, c));
        fputs(c == positive ? " (positive)\n" : "\n", stdout);
    }
}

static void print_inputs(const automl_pipeline *model)
{
    static const char *const types[] = {"numeric", "categorical", "boolean", "date and time"};
    int32_t p = automl_pipeline_input_count(model), width = 0;
    printf("%d input%s\n", (int)p, p == 1 ? "" : "s");
    for (int32_t j = 0; j < p; j++) {
        int32_t w = text_width(automl_pipeline_input_name(model, j));
        width = w > width ? w : width;
    }
    for (int32_t j = 0; j < p; j++) {
        int32_t type = automl_pipeline_input_type(model, j);
        fputs("  ", stdout);
        put_named(automl_pipeline_input_name(model, j), width,
            type >= AUTOML_COLUMN_NUMERIC && type <= AUTOML_COLUMN_DATETIME ? types[type] : "");
    }
}

static int print_model(struct session *s, const automl_pipeline *model)
{
    automl_buffer *spec = NULL;
    if (automl_pipeline_spec_json(model, &spec, s->err) < 0)
        return fail(s, ABOUT_MODEL);
    print_classes(model);
    print_inputs(model);
    fputs("pipeline\n", stdout);
    return print_buffer(spec);
}

static int print_model_json(struct session *s, const automl_pipeline *model)
{
    automl_buffer *json = NULL;
    if (automl_pipeline_to_json(model, &json, s->err) < 0)
        return fail(s, ABOUT_MODEL);
    return print_buffer(json);
}

int command_inspect(struct session *s)
{
    automl_pipeline *model = NULL;
    if (automl_pipeline_load(s->ctx, s->options->argument[0], &model, s->err) < 0)
        return fail_in(s, ABOUT_MODEL, s->options->argument[0]);
    int code = s->options->json ? print_model_json(s, model) : print_model(s, model);
    automl_pipeline_free(model);
    return code;
}

static void list_operators(automl_context *ctx, int32_t kind, const char *title)
{
    printf("%s\n", title);
    for (int32_t i = 0; i < automl_operator_count(ctx); i++) {
        if (automl_operator_kind(ctx, i) != kind)
            continue;
        fputs("  ", stdout);
        put_named(automl_operator_name(ctx, i), 24, automl_operator_summary(ctx, i));
    }
}

int command_operators(struct session *s)
{
    const char *name = s->options->argument[0];
    automl_buffer *schema = NULL;
    if (name != NULL && automl_operator_schema_json(s->ctx, name, &schema, s->err) < 0)
        return fail(s, ABOUT_USAGE);
    if (name != NULL)
        return print_buffer(schema);
    list_operators(s->ctx, AUTOML_OPERATOR_TRANSFORMER, "transformers");
    list_operators(s->ctx, AUTOML_OPERATOR_SELECTOR, "selectors");
    list_operators(s->ctx, AUTOML_OPERATOR_CLASSIFIER, "classifiers");
    return CODE_OK;
}

int command_metrics(struct session *s)
{
    (void)s;
    for (int32_t i = 0; i < automl_metric_count(); i++)
        put_named(automl_metric_name(i), 24, automl_metric_summary(i));
    return CODE_OK;
}
