/* experimental.c - automl/experimental.h. */
#include <automl/experimental.h>

#include <string.h>

#include "api/api.h"
#include "api/host_operator.h"

_Static_assert((int)AUTOML_TRAIT_NEEDS_SCALING == (int)OP_NEEDS_SCALING &&
                   (int)AUTOML_TRAIT_ACCEPTS_MISSING == (int)OP_ACCEPTS_MISSING &&
                   (int)AUTOML_TRAIT_NEEDS_NON_NEGATIVE == (int)OP_NEEDS_NON_NEGATIVE &&
                   (int)AUTOML_TRAIT_USES_TARGET == (int)OP_USES_TARGET &&
                   (int)AUTOML_TRAIT_MULTICLASS == (int)OP_MULTICLASS &&
                   (int)AUTOML_TRAIT_OUTPUT_NON_NEGATIVE == (int)OP_OUTPUT_NON_NEGATIVE,
    "traits are those of the operators");

static const uint32_t TRAITS = AUTOML_TRAIT_NEEDS_SCALING | AUTOML_TRAIT_ACCEPTS_MISSING |
                               AUTOML_TRAIT_NEEDS_NON_NEGATIVE | AUTOML_TRAIT_USES_TARGET |
                               AUTOML_TRAIT_MULTICLASS | AUTOML_TRAIT_OUTPUT_NON_NEGATIVE;

static automl_status wrong(automl_error *err, const char *where, const char *message)
{
    error_set(err, AUTOML_E_ARGUMENT, "%s", message);
    error_where(err, "%s", where);
    return AUTOML_E_ARGUMENT;
}

static bool is_name(const char *s)
{
    if (*s < 'a' || *s > 'z')
        return false;
    return strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(s);
}

static automl_status check_functions(const automl_operator_vtable *t, automl_error *err)
{
    bool classifier = t->kind == AUTOML_OPERATOR_CLASSIFIER;
    if (!t->fit)
        return api_null(err, "vtable.fit");
    if (classifier && !t->predict_proba)
        return api_null(err, "vtable.predict_proba");
    if (!classifier && !t->transform)
        return api_null(err, "vtable.transform");
    if (!t->save)
        return api_null(err, "vtable.save");
    if (!t->load)
        return api_null(err, "vtable.load");
    return t->free_state ? AUTOML_OK : api_null(err, "vtable.free_state");
}

static automl_status check_table(const automl_operator_vtable *vtable, automl_error *err)
{
    TRY(api_struct(vtable, sizeof *vtable, "vtable", err));
    if (!vtable->name)
        return api_null(err, "vtable.name");
    if (!is_name(vtable->name))
        return wrong(err, "vtable.name",
            "an operator's name begins with a letter from a to z, followed by such "
            "letters, digits and underscores");
    if (vtable->kind < AUTOML_OPERATOR_TRANSFORMER || vtable->kind > AUTOML_OPERATOR_CLASSIFIER)
        return wrong(err, "vtable.kind", "there is no such kind of operator");
    if (vtable->traits & ~TRAITS)
        return wrong(err, "vtable.traits", "the operator has traits that this version does not know");
    return check_functions(vtable, err);
}

automl_status automl_operator_register(
    automl_context *ctx, const automl_operator_vtable *vtable, automl_error *err)
{
    struct host_class *c = NULL;
    NOT_NULL(ctx);
    NOT_NULL(vtable);
    TRY(check_table(vtable, err));
    TRY(host_class_create(&ctx->mem, vtable, &c, err));
    automl_status status = operator_register(ctx, &c->cls, host_class_release, err);
    if (status < 0)
        host_class_release(&ctx->mem, &c->cls);
    return status;
}

automl_status automl_context_set_clock(automl_context *ctx, int64_t (*now)(void *user),
    int64_t (*wall)(void *user), void *user, automl_error *err)
{
    NOT_NULL(ctx);
    if (!now && wall)
        return api_null(err, "now");
    if (now && !wall)
        return api_null(err, "wall");
    ctx->host_clock = (struct clock){.now = now, .wall = wall, .user = user};
    ctx->clock = now ? &ctx->host_clock : &clock_system;
    return AUTOML_OK;
}
