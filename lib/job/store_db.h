/* store_db.h - the database under a store: its tables, its transactions, and who owns a job. */
#ifndef JOB_STORE_DB_H
#define JOB_STORE_DB_H

#include "io/sqlite.h"

enum { OWNER_BOOT_BYTES = 40 };

/* A process, told from all others that ever had its id. */
struct store_owner {
    int64_t pid, start; /* start: in clock ticks since the machine booted; 0 if unknown */
    char boot[OWNER_BOOT_BYTES];
};

void store_owner_self(struct store_owner *out);
bool store_owner_alive(const struct store_owner *o);

/* Creates the tables or brings older ones up to date; AUTOML_E_VERSION if a newer release wrote them,
 * AUTOML_E_FORMAT if they belong to another program. */
automl_status store_schema_apply(struct db *d, const char *path, automl_error *err);

/* BEGIN IMMEDIATE, fn, COMMIT; ROLLBACK if fn or the commit fails. */
automl_status store_transaction(
    struct db *d, automl_status (*fn)(void *arg, automl_error *err), void *arg, automl_error *err);

#endif
