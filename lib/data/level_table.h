/* level_table.h - building and searching the dictionaries of a schema. */
#ifndef DATA_LEVEL_TABLE_H
#define DATA_LEVEL_TABLE_H

#include "data/schema.h"

enum level_result { LEVELS_OK, LEVELS_NO_MEMORY, LEVELS_TWICE };

/* Takes over names (n texts, allocated one by one) whatever happens; on failure all is freed. */
enum level_result level_table_init(struct level_table *t, struct mem *m, char **names, int32_t n);
int32_t level_table_find(const struct level_table *t, const char *s, size_t n); /* -1 */
void level_table_free(struct level_table *t, struct mem *m);

#endif
