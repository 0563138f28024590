/* level_table.c - linear probing; at most half of the slots are taken. */
#include "data/level_table.h"

#include <string.h>

#include "base/hash.h"

static int32_t probe(const struct level_table *t, uint64_t hash, const char *s, size_t n)
{
    uint32_t mask = (uint32_t)t->n_slots - 1, at = (uint32_t)hash & mask;
    while (t->slots[at] >= 0) {
        int32_t i = t->slots[at];
        if (t->hashes[i] == hash && strlen(t->names[i]) == n && memcmp(t->names[i], s, n) == 0)
            break;
        at = (at + 1) & mask;
    }
    return (int32_t)at;
}

static enum level_result fill(struct level_table *t)
{
    memset(t->slots, 0xFF, (size_t)t->n_slots * sizeof *t->slots);
    for (int32_t i = 0; i < t->n; i++) {
        size_t n = strlen(t->names[i]);
        t->hashes[i] = hash_bytes(t->names[i], n, 0);
        int32_t at = probe(t, t->hashes[i], t->names[i], n);
        if (t->slots[at] >= 0)
            return LEVELS_TWICE;
        t->slots[at] = i;
    }
    return LEVELS_OK;
}

enum level_result level_table_init(struct level_table *t, struct mem *m, char **names, int32_t n)
{
    int64_t n_slots = 4;
    while (n_slots < 2 * (int64_t)n)
        n_slots *= 2;
    *t = (struct level_table){.n = n, .names = names};
    enum level_result result = LEVELS_NO_MEMORY;
    if (n_slots <= INT32_MAX) {
        t->n_slots = (int32_t)n_slots;
        t->hashes = NEW_ARRAY(m, n, uint64_t);
        t->slots = NEW_ARRAY(m, n_slots, int32_t);
        if (t->hashes && t->slots)
            result = fill(t);
    }
    if (result != LEVELS_OK)
        level_table_free(t, m);
    return result;
}

int32_t level_table_find(const struct level_table *t, const char *s, size_t n)
{
    return t->slots ? t->slots[probe(t, hash_bytes(s, n, 0), s, n)] : -1;
}

void level_table_free(struct level_table *t, struct mem *m)
{
    for (int32_t i = 0; t->names && i < t->n; i++)
        mem_free(m, t->names[i]);
    mem_free(m, t->names);
    mem_free(m, t->hashes);
    mem_free(m, t->slots);
    *t = (struct level_table){0};
}
