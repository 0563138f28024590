/* store_json.h - the history as JSON. */
#ifndef JOB_STORE_JSON_H
#define JOB_STORE_JSON_H

#include "io/json.h"
#include "job/store.h"

/* AUTOML_E_UNKNOWN_KEY for a status that no job can have. */
automl_status store_status_check(const char *status, automl_error *err);
/* An array of jobs as of store_list; AUTOML_E_UNKNOWN_KEY for a status that does not exist. */
automl_status store_list_json(
    automl_store *s, const char *status, int64_t limit, struct strbuf *out, automl_error *err);
/* One job, with its parameters as the object "config". */
automl_status store_show_json(automl_store *s, const char *id, struct strbuf *out, automl_error *err);

#endif
