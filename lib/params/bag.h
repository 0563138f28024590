/* bag.h - the inside of struct params, for the files of this room. */
#ifndef PARAMS_BAG_H
#define PARAMS_BAG_H

#include "params/params.h"

enum value_state {
    AT_DEFAULT,
    EXPLICIT,
    CLEARED, /* explicitly null: NULLABLE specs only */
};

/* Holds what the getters return in every state: the default unless EXPLICIT. */
struct value {
    enum value_state state;
    int64_t whole; /* BOOL, INT, CHOICE */
    double real;
    uint64_t seed;
    char *text;   /* STRING, JSON (as the writer puts it); NULL at the default */
    char **items; /* STRINGS: one allocation */
    int32_t n_items;
};

struct params {
    struct mem *mem;
    const struct param_schema *schema;
    struct value *values; /* schema->n of them */
};

enum { TEXT_BYTES = 600 };

/* A piece of a message: cut when it is full. */
struct text {
    char s[TEXT_BYTES];
};

void text_add(struct text *t, const char *s);
void text_double(struct text *t, double x);
/* "in [0, 1)", ">= 1"; nothing if the spec has no range. */
void spec_range(struct text *t, const struct param_spec *s);
bool spec_bounded(const struct param_spec *s, bool upper);
/* Is set while nothing was set. */
bool spec_has_default(const struct param_spec *s);
int32_t spec_n_choices(const struct param_spec *s);

/* The spec of a key, or AUTOML_E_UNKNOWN_KEY with the nearest one. */
automl_status bag_find(const struct params *p, const char *key, int32_t *out, automl_error *err);
/* AUTOML_E_TYPE: "... is <given> but must be <what the spec wants>". */
automl_status bag_wrong_type(const struct params *p, int32_t i, const char *given, automl_error *err);
/* AUTOML_E_RANGE in the same words. */
automl_status bag_wrong_range(const struct params *p, int32_t i, const char *given, automl_error *err);

/* Value i back to its default; to nothing (NULLABLE specs); to x. They check the range, not the type. */
void bag_reset(struct params *p, int32_t i);
void bag_clear(struct params *p, int32_t i);
automl_status bag_whole(struct params *p, int32_t i, int64_t x, automl_error *err);
automl_status bag_real(struct params *p, int32_t i, double x, automl_error *err);
void bag_seed(struct params *p, int32_t i, uint64_t x);
automl_status bag_choice(struct params *p, int32_t i, const char *name, automl_error *err);
automl_status bag_text(struct params *p, int32_t i, const char *s, automl_error *err);
/* s: n pointers to NUL-terminated strings. */
automl_status bag_strings(struct params *p, int32_t i, const char *const *s, int32_t n, automl_error *err);
/* A JSON value in the writer's compact form. */
automl_status bag_json(struct params *p, int32_t i, const struct json *v, automl_error *err);
/* SEED or INT from a double: it must be whole, and a seed at least 0 and at most 2^53. */
automl_status bag_number(struct params *p, int32_t i, double x, automl_error *err);

#endif
