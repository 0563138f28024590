/*
 * params.h - parameter schemas and bags: one table validates, documents, maps to JSON and is the search
 * space.
 *
 * A schema is a static array of specs; a bag holds one value for each. Values are validated when they are
 * set: unknown key (with the nearest name), wrong type and out of range are distinct errors. Inside the
 * library values are read by index, with no failure.
 */
#ifndef PARAMS_PARAMS_H
#define PARAMS_PARAMS_H

#include "base/error.h"
#include "base/rng.h"
#include "io/json.h"

enum param_type {
    PARAM_BOOL,
    PARAM_INT,
    PARAM_REAL,
    PARAM_CHOICE, /* one of `choices`; stored as its index */
    PARAM_STRING,
    PARAM_STRINGS, /* list of strings */
    PARAM_JSON,    /* any JSON value, kept as text: search_space, nested pipelines */
    PARAM_SEED,    /* uint64; a string or a number up to 2^53 in JSON */
};

enum {
    PARAM_LOG = 1,       /* searched on a log scale */
    PARAM_SEARCH = 2,    /* part of the search space, within search_min..search_max (or all choices) */
    PARAM_NULLABLE = 4,  /* may be unset; JSON null */
    PARAM_REQUIRED = 8,  /* must be set before the bag is used */
    PARAM_OPEN_MIN = 16, /* min itself is excluded */
};

struct param_spec {
    const char *key;
    enum param_type type;
    uint32_t flags;
    double min, max;        /* INT and REAL; both ends included; both 0, or beyond DBL_MAX: unbounded */
    double def;             /* BOOL 0/1, INT, REAL, CHOICE (index), SEED; ignored while NULLABLE is unset */
    const char *def_string; /* STRING; JSON, written compactly */
    const char *const *choices;    /* CHOICE: NULL-terminated */
    double search_min, search_max; /* SEARCH: numeric bounds */
    uint32_t search_choices;       /* SEARCH on a CHOICE: bit set of indices; 0: all */
    const char *condition; /* "key=value[|value...]": only meaningful then; else NULL. An unset value is
                            * "null"; a parameter that is not meaningful itself fulfils nothing */
    const char *help;      /* one line */
};

/* NULLABLE specs start unset unless def_string or PARAM_DEFAULT_SET says otherwise. */
enum { PARAM_DEFAULT_SET = 32 };

struct param_schema {
    const char *title; /* names the bag in errors: "job", "logistic_regression" */
    const struct param_spec *specs;
    int32_t n;
    /* Other spellings of keys: pairs {alias, key}, NULL-terminated; may be NULL. */
    const char *const (*aliases)[2];
};

struct params; /* a bag */

automl_status params_create(
    struct mem *m, const struct param_schema *schema, struct params **out, automl_error *err);
automl_status params_copy(struct mem *m, const struct params *p, struct params **out, automl_error *err);
void params_free(struct params *p); /* NULL is fine */
const struct param_schema *params_schema(const struct params *p);

/* By key, with every check. A string is accepted for any type by params_set_text ("0.25", "true", "a,b"). */
automl_status params_set_bool(struct params *p, const char *key, bool x, automl_error *err);
automl_status params_set_int(struct params *p, const char *key, int64_t x, automl_error *err);
automl_status params_set_real(struct params *p, const char *key, double x, automl_error *err);
automl_status params_set_string(struct params *p, const char *key, const char *s, automl_error *err);
automl_status params_set_strings(
    struct params *p, const char *key, const char *const *s, int32_t n, automl_error *err);
automl_status params_set_seed(struct params *p, const char *key, uint64_t x, automl_error *err);
automl_status params_set_json(struct params *p, const char *key, const struct json *v, automl_error *err);
automl_status params_set_text(struct params *p, const char *key, const char *text, automl_error *err);
automl_status params_unset(struct params *p, const char *key, automl_error *err); /* back to the default */
/* Every member of an object; all or nothing. AUTOML_E_CONFLICT: a key and its alias. */
automl_status params_merge_json(struct params *p, const struct json *object, automl_error *err);
/* AUTOML_E_ARGUMENT naming the first REQUIRED key that is not set. */
automl_status params_check_required(const struct params *p, automl_error *err);

int32_t param_schema_find(const struct param_schema *s, const char *key); /* aliases too; -1 */
/* The key or name in `names` (n of them) nearest to `name` by edit distance; NULL if none is near. */
const char *nearest_name(const char *name, const char *const *names, int32_t n);

/* By index; the type must be the spec's. A wrong index or type is a defect of the caller. */
bool params_is_set(const struct params *p, int32_t i);     /* explicitly, or by default if not NULLABLE */
bool params_is_default(const struct params *p, int32_t i); /* nothing was set, not even to the same value */
bool params_bool(const struct params *p, int32_t i);
int64_t params_int(const struct params *p, int32_t i);
double params_real(const struct params *p, int32_t i);
int32_t params_choice(const struct params *p, int32_t i);
uint64_t params_seed(const struct params *p, int32_t i);
const char *params_string(const struct params *p, int32_t i); /* NULL while unset */
int32_t params_strings(const struct params *p, int32_t i, const char *const **out);
const char *params_json(const struct params *p, int32_t i); /* JSON text, or NULL */

/* By key, for hosts: AUTOML_E_UNKNOWN_KEY, AUTOML_E_TYPE, AUTOML_E_STATE while unset. */
automl_status params_get_bool(const struct params *p, const char *key, bool *out, automl_error *err);
automl_status params_get_int(const struct params *p, const char *key, int64_t *out, automl_error *err);
automl_status params_get_real(
    const struct params *p, const char *key, double *out, automl_error *err); /* INT too */
automl_status params_get_seed(const struct params *p, const char *key, uint64_t *out, automl_error *err);
/* STRING, CHOICE, JSON; NULL while unset. */
automl_status params_get_string(const struct params *p, const char *key, const char **out, automl_error *err);

/* The condition of spec i holds (or there is none). */
bool params_active(const struct params *p, int32_t i);

/* Members of the current JSON object: every set value, defaults too, or with `all` every value (unset ones as
 * null). Merged into a new bag, they give an equal one. */
void params_write_json(const struct params *p, struct json_writer *w, bool all);
/* Equal settings hash equally; inactive parameters do not count. */
uint64_t params_hash(const struct params *p);

/* Search: BOOL, INT, REAL and CHOICE parameters flagged so. What becomes inactive goes back to its default.
 */
/* Draw each SEARCH parameter from its range (log scale where flagged); a NULLABLE one is unset at times. */
void params_sample(struct params *p, struct rng *r);
/* Changes one active SEARCH parameter: numbers by a normal step of `scale` times the range (on its scale),
 * choices to another one, NULLABLE ones to unset and back. False: nothing can change. */
bool params_mutate(struct params *p, struct rng *r, double scale);

#endif
