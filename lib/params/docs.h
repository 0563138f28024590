/* docs.h - Markdown tables out of schemas, for docs/parameters.md and docs/operators.md. */
#ifndef PARAMS_DOCS_H
#define PARAMS_DOCS_H

#include "params/params.h"

/* A table: key, type, default, range or choices, help. */
void param_schema_markdown(struct strbuf *b, const struct param_schema *s);
/* The schema as a JSON array of objects {key, type, default, min, max, choices, search, condition, help};
 * what does not apply is left out. min_excluded, nullable, required and search.log appear where they are
 * true. */
void param_schema_json(struct json_writer *w, const struct param_schema *s);

#endif
