/*
 * arena.h - many small allocations with one lifetime, freed at once.
 *
 * Not thread-safe: one owner. Pointers stay valid until arena_reset or arena_free.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/memory.h"

struct arena_chunk;

struct arena {
    struct mem *mem;
    struct arena_chunk *head;
};

void arena_init(struct arena *a, struct mem *m);
void *arena_alloc(
    struct arena *a, size_t count, size_t size); /* 16-byte aligned, uninitialised; NULL: no memory */
void *arena_zalloc(struct arena *a, size_t count, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
void arena_reset(struct arena *a); /* forgets everything, keeps the largest chunk */
void arena_free(struct arena *a);

#endif
