/*
 * memory.h - the one way to allocate inside the library.
 *
 * A struct mem is an allocator (the host's, or malloc) with an account: bytes in use, their peak and an
 * optional limit. A child account charges its parent too, so a job can have a budget of its own.
 * All calls are thread-safe. Sizes are count * size with the product checked; a count of 0 gives a valid,
 * distinct pointer. A failed call returns NULL and changes nothing.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The host's functions; `user` is handed back to each. realloc is built from them, as hosts rarely
 * offer an aligned one. Must be thread-safe. alloc returns memory aligned like malloc's, or NULL. */
struct allocator {
    void *(*alloc)(void *user, size_t bytes);
    void (*free)(void *user, void *p);
    void *user;
};

struct mem {
    struct allocator allocator;
    struct mem *parent;   /* charged too; NULL for a context's own account */
    _Atomic int64_t used; /* bytes handed out and not yet freed, as asked for */
    _Atomic int64_t peak;
    int64_t limit; /* 0: none */
    _Atomic int64_t
        failures; /* times the allocator itself had nothing; a refusal by a limit does not count */
};

/* malloc and free. */
extern const struct allocator allocator_system;

void mem_init(struct mem *m, const struct allocator *a);
void mem_init_child(struct mem *m, struct mem *parent, int64_t limit);

/* Aligned to 16 bytes. */
void *mem_alloc(struct mem *m, size_t count, size_t size);
void *mem_zalloc(struct mem *m, size_t count, size_t size);
/* Aligned to 64 bytes: for arrays that kernels stream through. mem_realloc keeps 16 only. */
void *mem_alloc_array(struct mem *m, size_t count, size_t size);
void *mem_realloc(struct mem *m, void *p, size_t count, size_t size);
void *mem_copy(struct mem *m, const void *src, size_t count, size_t size);
char *mem_strdup(struct mem *m, const char *s);
char *mem_strndup(struct mem *m, const char *s, size_t n);
void mem_free(struct mem *m, void *p);

int64_t mem_used(const struct mem *m);
int64_t mem_peak(const struct mem *m);
/* Times the host's allocator failed a call on this account: unlike a spent budget that ends a job. */
int64_t mem_failures(const struct mem *m);
/* Bytes still allowed by this account and its parents; INT64_MAX if none is limited. */
int64_t mem_left(const struct mem *m);

/* Grows *array (of elements of `size` bytes, *capacity of them) to hold at least `need`, at least doubling.
 * False: no memory, nothing changed. */
bool mem_grow(struct mem *m, void **array, int64_t *capacity, int64_t need, size_t size);

/* a * b and a + b for sizes; false on overflow. */
bool size_mul(size_t a, size_t b, size_t *out);
bool size_add(size_t a, size_t b, size_t *out);

#define NEW(m, type) ((type *)mem_zalloc((m), 1, sizeof(type)))
#define NEW_ARRAY(m, n, type) ((type *)mem_alloc_array((m), (size_t)(n), sizeof(type)))
#define NEW_ZEROS(m, n, type) ((type *)mem_zalloc((m), (size_t)(n), sizeof(type)))

#endif
