/*
 * arena.c - bump allocation from chunks that double in size, from 1 KiB up to 1 MiB.
 *
 * The head is the chunk being filled. A request that would not fit a fresh chunk gets one of its own, put
 * behind the head so that what is left of the head is still used.
 */
#include "base/arena.h"

#include <string.h>

#include "base/poison.h"

enum { ALIGN = 16, CHUNK_FIRST = 1024, CHUNK_MOST = 1 << 20 };

struct arena_chunk {
    _Alignas(ALIGN) struct arena_chunk *next;
    size_t capacity; /* bytes of data, a multiple of ALIGN */
    size_t used;     /* likewise */
};

static char *chunk_data(struct arena_chunk *c)
{
    return (char *)(c + 1);
}

static struct arena_chunk *chunk_create(struct mem *m, size_t capacity)
{
    size_t bytes;
    if (!size_add(sizeof(struct arena_chunk), capacity, &bytes))
        return NULL;
    struct arena_chunk *c = mem_alloc(m, bytes, 1);
    if (!c)
        return NULL;
    c->next = NULL;
    c->capacity = capacity;
    c->used = 0;
    POISON(chunk_data(c), capacity);
    return c;
}

/* A chunk with room for `need` bytes, linked in; the head if it is of the usual size. */
static struct arena_chunk *chunk_add(struct arena *a, size_t need)
{
    size_t usual = a->head ? a->head->capacity * 2 : CHUNK_FIRST;
    if (usual > CHUNK_MOST)
        usual = CHUNK_MOST;
    struct arena_chunk *c = chunk_create(a->mem, need > usual ? need : usual);
    if (!c)
        return NULL;
    if (need > usual && a->head) {
        c->next = a->head->next;
        a->head->next = c;
    } else {
        c->next = a->head;
        a->head = c;
    }
    return c;
}

void arena_init(struct arena *a, struct mem *m)
{
    a->mem = m;
    a->head = NULL;
}

void *arena_alloc(struct arena *a, size_t count, size_t size)
{
    size_t bytes, need;
    if (!size_mul(count, size, &bytes) || !size_add(bytes ? bytes : 1, ALIGN - 1, &need))
        return NULL;
    need -= need % ALIGN;
    struct arena_chunk *c = a->head;
    if (!c || need > c->capacity - c->used)
        c = chunk_add(a, need);
    if (!c)
        return NULL;
    char *p = chunk_data(c) + c->used;
    c->used += need;
    UNPOISON(p, bytes);
    return p;
}

void *arena_zalloc(struct arena *a, size_t count, size_t size)
{
    void *p = arena_alloc(a, count, size);
    if (p)
        memset(p, 0, count * size);
    return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
    size_t bytes = strlen(s) + 1;
    char *p = arena_alloc(a, bytes, 1);
    return p ? memcpy(p, s, bytes) : NULL;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    const char *nul = n > 0 ? memchr(s, '\0', n) : NULL;
    size_t length = nul ? (size_t)(nul - s) : n;
    size_t bytes;
    char *p = size_add(length, 1, &bytes) ? arena_alloc(a, bytes, 1) : NULL;
    if (!p)
        return NULL;
    if (length > 0)
        memcpy(p, s, length);
    p[length] = '\0';
    return p;
}

void arena_reset(struct arena *a)
{
    struct arena_chunk *kept = NULL;
    for (struct arena_chunk *c = a->head, *next; c; c = next) {
        next = c->next;
        struct arena_chunk *smaller = c;
        if (!kept || c->capacity > kept->capacity) {
            smaller = kept;
            kept = c;
        }
        mem_free(a->mem, smaller);
    }
    a->head = kept;
    if (kept) {
        kept->next = NULL;
        kept->used = 0;
        POISON(chunk_data(kept), kept->capacity);
    }
}

void arena_free(struct arena *a)
{
    for (struct arena_chunk *c = a->head, *next; c; c = next) {
        next = c->next;
        mem_free(a->mem, c);
    }
    a->head = NULL;
}
