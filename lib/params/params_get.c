/* params_get.c - values by key, for hosts: inside the library they are read by index. */
#include "params/bag.h"

static const char *const type_words[] = {[PARAM_BOOL] = "a switch",
    [PARAM_INT] = "a whole number",
    [PARAM_REAL] = "a real number",
    [PARAM_CHOICE] = "a choice",
    [PARAM_STRING] = "a text",
    [PARAM_STRINGS] = "a list of texts",
    [PARAM_JSON] = "a JSON value",
    [PARAM_SEED] = "a seed"};

/* The index of a key whose type is one of the bits of `types`. */
static automl_status find(
    const struct params *p, const char *key, uint32_t types, int32_t *out, automl_error *err)
{
    int32_t i = 0;
    TRY(bag_find(p, key, &i, err));
    enum param_type type = p->schema->specs[i].type;
    if (types >> type & 1) {
        *out = i;
        return AUTOML_OK;
    }
    error_set(err, AUTOML_E_TYPE, "the parameter '%s' is %s; read it as that", key, type_words[type]);
    error_where(err, "%s", p->schema->specs[i].key);
    return AUTOML_E_TYPE;
}

static automl_status find_set(
    const struct params *p, const char *key, uint32_t types, int32_t *out, automl_error *err)
{
    int32_t i = 0;
    TRY(find(p, key, types, &i, err));
    if (params_is_set(p, i)) {
        *out = i;
        return AUTOML_OK;
    }
    error_set(err, AUTOML_E_STATE, "the parameter '%s' is not set and has no default", key);
    error_where(err, "%s", p->schema->specs[i].key);
    return AUTOML_E_STATE;
}

automl_status params_get_bool(const struct params *p, const char *key, bool *out, automl_error *err)
{
    int32_t i = 0;
    TRY(find_set(p, key, 1u << PARAM_BOOL, &i, err));
    *out = params_bool(p, i);
    return AUTOML_OK;
}

automl_status params_get_int(const struct params *p, const char *key, int64_t *out, automl_error *err)
{
    int32_t i = 0;
    TRY(find_set(p, key, 1u << PARAM_INT, &i, err));
    *out = params_int(p, i);
    return AUTOML_OK;
}

automl_status params_get_real(const struct params *p, const char *key, double *out, automl_error *err)
{
    int32_t i = 0;
    TRY(find_set(p, key, 1u << PARAM_REAL | 1u << PARAM_INT, &i, err));
    *out = p->schema->specs[i].type == PARAM_INT ? (double)params_int(p, i) : params_real(p, i);
    return AUTOML_OK;
}

automl_status params_get_seed(const struct params *p, const char *key, uint64_t *out, automl_error *err)
{
    int32_t i = 0;
    TRY(find_set(p, key, 1u << PARAM_SEED, &i, err));
    *out = params_seed(p, i);
    return AUTOML_OK;
}

automl_status params_get_string(const struct params *p, const char *key, const char **out, automl_error *err)
{
    int32_t i = 0;
    TRY(find(p, key, 1u << PARAM_STRING | 1u << PARAM_CHOICE | 1u << PARAM_JSON, &i, err));
    const struct param_spec *s = &p->schema->specs[i];
    if (!params_is_set(p, i))
        *out = NULL;
    else if (s->type == PARAM_CHOICE)
        *out = s->choices[params_choice(p, i)];
    else
        *out = s->type == PARAM_JSON ? params_json(p, i) : params_string(p, i);
    return AUTOML_OK;
}
