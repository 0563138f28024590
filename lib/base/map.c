/*
 * map.c - linear probing over slots that hold an index; at most two thirds of the slots are taken.
 *
 * The full hash of every string is kept: it decides nearly all comparisons without touching the text, and
 * growing the slots does not hash again.
 */
#include "base/map.h"

#include <string.h>

#include "base/hash.h"

enum { SLOTS_FIRST = 16 };

static bool same(const struct map *m, int32_t i, uint64_t hash, const char *s, size_t length)
{
    return m->hashes[i] == hash && (size_t)m->lengths[i] == length &&
           (length == 0 || memcmp(m->names[i], s, length) == 0);
}

/* The slot that holds the string, or the free one where it belongs. There is always a free one. */
static int64_t probe(const struct map *m, uint64_t hash, const char *s, size_t length)
{
    uint64_t mask = (uint64_t)m->n_slots - 1;
    uint64_t at = hash & mask;
    while (m->slots[at] != 0 && !same(m, m->slots[at] - 1, hash, s, length))
        at = (at + 1) & mask;
    return (int64_t)at;
}

static bool slots_reserve(struct map *m)
{
    if (((int64_t)m->n + 1) * 3 <= m->n_slots * 2)
        return true;
    int64_t n_slots = m->n_slots ? m->n_slots * 2 : SLOTS_FIRST;
    int32_t *slots = NEW_ZEROS(m->mem, n_slots, int32_t);
    if (!slots)
        return false;
    uint64_t mask = (uint64_t)n_slots - 1;
    for (int32_t i = 0; i < m->n; i++) {
        uint64_t at = m->hashes[i] & mask;
        while (slots[at] != 0)
            at = (at + 1) & mask;
        slots[at] = i + 1;
    }
    mem_free(m->mem, m->slots);
    m->slots = slots;
    m->n_slots = n_slots;
    return true;
}

/* Three arrays share one capacity: it is raised only after all of them have grown. */
static bool entries_reserve(struct map *m)
{
    int64_t need = (int64_t)m->n + 1;
    int64_t names = m->capacity, lengths = m->capacity, hashes = m->capacity;
    if (!mem_grow(m->mem, (void **)&m->names, &names, need, sizeof *m->names) ||
        !mem_grow(m->mem, (void **)&m->lengths, &lengths, need, sizeof *m->lengths) ||
        !mem_grow(m->mem, (void **)&m->hashes, &hashes, need, sizeof *m->hashes))
        return false;
    m->capacity = names;
    return true;
}

/* A copy with a NUL behind it; the string itself may contain NULs. */
static char *name_copy(struct map *m, const char *s, size_t length)
{
    char *name = arena_alloc(&m->strings, length + 1, 1);
    if (!name)
        return NULL;
    if (length > 0)
        memcpy(name, s, length);
    name[length] = '\0';
    return name;
}

void map_init(struct map *m, struct mem *mem)
{
    memset(m, 0, sizeof *m);
    m->mem = mem;
    arena_init(&m->strings, mem);
}

int32_t map_add(struct map *m, const char *s, size_t length)
{
    if (length >= INT32_MAX || m->n == INT32_MAX || !slots_reserve(m))
        return -1;
    uint64_t hash = hash_bytes(s, length, 0);
    int64_t at = probe(m, hash, s, length);
    if (m->slots[at] != 0)
        return m->slots[at] - 1;
    if (!entries_reserve(m))
        return -1;
    char *name = name_copy(m, s, length);
    if (!name)
        return -1;
    m->names[m->n] = name;
    m->lengths[m->n] = (int32_t)length;
    m->hashes[m->n] = hash;
    m->slots[at] = ++m->n;
    return m->n - 1;
}

int32_t map_find(const struct map *m, const char *s, size_t length)
{
    if (m->n == 0)
        return -1;
    return m->slots[probe(m, hash_bytes(s, length, 0), s, length)] - 1;
}

void map_free(struct map *m)
{
    arena_free(&m->strings);
    mem_free(m->mem, m->slots);
    mem_free(m->mem, (void *)m->names);
    mem_free(m->mem, m->lengths);
    mem_free(m->mem, m->hashes);
    map_init(m, m->mem);
}
