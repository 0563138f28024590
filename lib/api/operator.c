/* operator.c - automl/operator.h. */
#include <automl/operator.h>

#include "api/api.h"
#include "ops/operator.h"
#include "params/docs.h"

_Static_assert((int)AUTOML_OPERATOR_TRANSFORMER == (int)OP_TRANSFORMER &&
                   (int)AUTOML_OPERATOR_SELECTOR == (int)OP_SELECTOR &&
                   (int)AUTOML_OPERATOR_CLASSIFIER == (int)OP_CLASSIFIER,
    "kinds are those of the operators");

static const char *const kinds[] = {"transformer", "selector", "classifier"};

/* Names of the bits of op_class.traits, from the lowest. */
static const char *const traits[] = {"needs_scaling", "accepts_missing", "needs_non_negative",
    "accepts_categories", "uses_target", "multiclass", "uses_bins", "early_stopping", "output_non_negative",
    "experimental", "imputes", "encodes", "scales"};

_Static_assert(OP_SCALES == 1 << (sizeof traits / sizeof *traits - 1), "every trait has a name");

static const struct op_class *class_at(automl_context *ctx, int32_t i)
{
    return i >= 0 && i < operators_count(ctx) ? operators_at(ctx, i) : NULL;
}

int32_t automl_operator_count(automl_context *ctx)
{
    return operators_count(ctx);
}

const char *automl_operator_name(automl_context *ctx, int32_t i)
{
    const struct op_class *cls = class_at(ctx, i);
    return cls ? cls->name : NULL;
}

const char *automl_operator_summary(automl_context *ctx, int32_t i)
{
    const struct op_class *cls = class_at(ctx, i);
    return cls ? cls->summary : NULL;
}

int32_t automl_operator_kind(automl_context *ctx, int32_t i)
{
    const struct op_class *cls = class_at(ctx, i);
    return cls ? (int32_t)cls->kind : -1;
}

static void write_class(struct json_writer *w, const struct op_class *cls)
{
    json_begin_object(w);
    json_put_string(w, "name", cls->name);
    json_put_string(w, "summary", cls->summary);
    json_put_string(w, "kind", kinds[cls->kind]);
    json_write_key(w, "traits");
    json_begin_array(w);
    for (size_t i = 0; i < sizeof traits / sizeof *traits; i++)
        if (cls->traits >> i & 1)
            json_write_string(w, traits[i]);
    json_end_array(w);
    json_write_key(w, "params");
    param_schema_json(w, cls->params);
    json_end_object(w);
}

automl_status automl_operator_schema_json(
    automl_context *ctx, const char *name, automl_buffer **out, automl_error *err)
{
    const struct op_class *cls = NULL;
    struct strbuf text;
    struct json_writer w;
    NOT_NULL(ctx);
    NOT_NULL(name);
    NOT_NULL(out);
    TRY(operator_find(ctx, name, &cls, err));
    strbuf_init(&text, &ctx->mem);
    json_writer_init(&w, &text, 2);
    write_class(&w, cls);
    return api_text(ctx, &text, out, err);
}
