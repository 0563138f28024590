/*
 * map.h - an insertion-ordered set of strings: string -> 0, 1, 2, ...
 *
 * Open addressing over an arena of the strings. Not thread-safe while it grows; reads may be concurrent.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdint.h>

#include "base/arena.h"

struct map {
    struct mem *mem;
    struct arena strings;
    int32_t *slots;     /* index + 1, 0 free */
    const char **names; /* NUL-terminated, in order of insertion */
    int32_t *lengths;
    uint64_t *hashes;
    int64_t n_slots;
    int64_t capacity;
    int32_t n;
};

void map_init(struct map *m, struct mem *mem);
/* The index of the string, added if it is new; -1: no memory. */
int32_t map_add(struct map *m, const char *s, size_t length);
/* Its index, or -1. */
int32_t map_find(const struct map *m, const char *s, size_t length);
void map_free(struct map *m);

#endif
