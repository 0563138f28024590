/* host_operator.h - operators of the host as classes of the library. */
#ifndef API_HOST_OPERATOR_H
#define API_HOST_OPERATOR_H

#include <automl/experimental.h>

#include "base/arena.h"
#include "ops/operator.h"

/* A copy of the host's table and texts behind a class; freed by host_class_release. */
struct host_class {
    struct op_class cls; /* first: the class is the whole */
    automl_operator_vtable table;
    struct param_schema schema;
    struct arena arena; /* texts, specs */
};

/* The table has been checked. */
automl_status host_class_create(
    struct mem *m, const automl_operator_vtable *table, struct host_class **out, automl_error *err);
void host_class_release(struct mem *m, struct op_class *cls);

/* Fills in c->schema from the JSON text (NULL: none), in c->arena. */
automl_status host_params_parse(struct host_class *c, const char *text, automl_error *err);

#endif
