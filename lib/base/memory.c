/*
 * memory.c - allocation with accounts.
 *
 * Each block carries a prefix right before the pointer that is handed out: its size, for exact accounts and
 * for mem_realloc, and how far the pointer is from the start of the host's block, so that mem_free serves
 * both alignments. Under AddressSanitizer everything of the host's block but the caller's bytes is poisoned.
 *
 *     host's block:  [ padding | prefix | bytes of the caller | slack ]
 *                    |<---- offset ---->|
 */
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/poison.h"

struct prefix {
    size_t bytes;    /* what the caller asked for */
    uint32_t offset; /* from the start of the host's block to the caller's pointer */
    uint32_t slack;  /* of the host's block, after the caller's bytes */
};

enum {
    ALIGN = 16,
    ARRAY_ALIGN = 64,
    HOST_ALIGN = 8,   /* what is relied on; most allocators give 16 */
    PREFIX_BYTES = 16 /* room for the prefix; keeps the pointer aligned */
};

_Static_assert(sizeof(struct prefix) <= PREFIX_BYTES, "the prefix fits its room");

static void *system_alloc(void *user, size_t bytes)
{
    (void)user;
    return malloc(bytes);
}

static void system_free(void *user, void *p)
{
    (void)user;
    free(p);
}

const struct allocator allocator_system = {system_alloc, system_free, NULL};

bool size_mul(size_t a, size_t b, size_t *out)
{
    size_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *out = product;
    return true;
}

bool size_add(size_t a, size_t b, size_t *out)
{
    size_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *out = sum;
    return true;
}

/* Adds to one account unless that takes it over its limit. Counting needs no ordering of other memory. */
static bool charge_one(struct mem *m, int64_t bytes)
{
    int64_t most = m->limit > 0 ? m->limit : INT64_MAX;
    int64_t used = atomic_load_explicit(&m->used, memory_order_relaxed);
    do {
        if (bytes > most - used)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(
        &m->used, &used, used + bytes, memory_order_relaxed, memory_order_relaxed));
    return true;
}

/* Subtracts from m and its parents, up to but without `end`. */
static void discharge(struct mem *m, const struct mem *end, int64_t bytes)
{
    for (; m != end; m = m->parent)
        atomic_fetch_sub_explicit(&m->used, bytes, memory_order_relaxed);
}

/* Adds to m and all its parents, or to none. */
static bool charge(struct mem *m, int64_t bytes)
{
    for (struct mem *account = m; account; account = account->parent) {
        if (!charge_one(account, bytes)) {
            discharge(m, account, bytes);
            return false;
        }
    }
    return true;
}

/* Once a block is sure to be handed out; every block that is in use then has been charged before. */
static void raise_peaks(struct mem *m)
{
    for (; m; m = m->parent) {
        int64_t used = atomic_load_explicit(&m->used, memory_order_relaxed);
        int64_t peak = atomic_load_explicit(&m->peak, memory_order_relaxed);
        while (peak < used && !atomic_compare_exchange_weak_explicit(
                                  &m->peak, &peak, used, memory_order_relaxed, memory_order_relaxed)) {}
    }
}

static struct prefix *prefix_at(void *p)
{
    return (struct prefix *)(void *)((char *)p - PREFIX_BYTES);
}

static struct prefix prefix_read(void *p)
{
    struct prefix *place = prefix_at(p);
    UNPOISON(place, sizeof *place);
    struct prefix copy = *place;
    POISON(place, sizeof *place);
    return copy;
}

/* Places the caller's pointer inside the host's block of `total` bytes. */
static void *block_lay_out(char *raw, size_t total, size_t bytes, size_t align)
{
    size_t misaligned = ((uintptr_t)raw + PREFIX_BYTES) & (align - 1);
    size_t offset = PREFIX_BYTES + (misaligned ? align - misaligned : 0);
    char *p = raw + offset;
    *prefix_at(p) = (struct prefix){bytes, (uint32_t)offset, (uint32_t)(total - offset - bytes)};
    POISON(raw, offset);
    POISON(p + bytes, total - offset - bytes);
    return p;
}

static void *block_alloc(struct mem *m, size_t bytes, size_t align)
{
    /* One byte at least, so that a pointer to an empty block still points into it: leak checkers ask. */
    size_t total = PREFIX_BYTES + align - HOST_ALIGN + (bytes ? bytes : 1);
    if (!charge(m, (int64_t)bytes))
        return NULL;
    char *raw = m->allocator.alloc(m->allocator.user, total);
    if (!raw) {
        discharge(m, NULL, (int64_t)bytes);
        for (struct mem *account = m; account; account = account->parent)
            atomic_fetch_add_explicit(&account->failures, 1, memory_order_relaxed);
        return NULL;
    }
    raise_peaks(m);
    return block_lay_out(raw, total, bytes, align);
}

/* The size of an array, if a block of that size can exist. */
static bool array_bytes(size_t count, size_t size, size_t *out)
{
    size_t most = (size_t)PTRDIFF_MAX - PREFIX_BYTES - ARRAY_ALIGN, bytes;
    if (!size_mul(count, size, &bytes) || bytes > most)
        return false;
    *out = bytes;
    return true;
}

void mem_init(struct mem *m, const struct allocator *a)
{
    m->allocator = *a;
    m->parent = NULL;
    atomic_init(&m->used, 0);
    atomic_init(&m->peak, 0);
    m->limit = 0;
}

void mem_init_child(struct mem *m, struct mem *parent, int64_t limit)
{
    mem_init(m, &parent->allocator);
    m->parent = parent;
    m->limit = limit;
}

void *mem_alloc(struct mem *m, size_t count, size_t size)
{
    size_t bytes;
    return array_bytes(count, size, &bytes) ? block_alloc(m, bytes, ALIGN) : NULL;
}

void *mem_zalloc(struct mem *m, size_t count, size_t size)
{
    size_t bytes;
    void *p = array_bytes(count, size, &bytes) ? block_alloc(m, bytes, ALIGN) : NULL;
    return p ? memset(p, 0, bytes) : NULL;
}

void *mem_alloc_array(struct mem *m, size_t count, size_t size)
{
    size_t bytes;
    return array_bytes(count, size, &bytes) ? block_alloc(m, bytes, ARRAY_ALIGN) : NULL;
}

void *mem_realloc(struct mem *m, void *p, size_t count, size_t size)
{
    size_t bytes;
    void *moved = array_bytes(count, size, &bytes) ? block_alloc(m, bytes, ALIGN) : NULL;
    if (!moved || !p)
        return moved;
    size_t kept = prefix_read(p).bytes;
    memcpy(moved, p, kept < bytes ? kept : bytes);
    mem_free(m, p);
    return moved;
}

void *mem_copy(struct mem *m, const void *src, size_t count, size_t size)
{
    size_t bytes;
    void *p = array_bytes(count, size, &bytes) ? block_alloc(m, bytes, ALIGN) : NULL;
    if (p && bytes > 0)
        memcpy(p, src, bytes);
    return p;
}

char *mem_strdup(struct mem *m, const char *s)
{
    return mem_copy(m, s, strlen(s) + 1, 1);
}

char *mem_strndup(struct mem *m, const char *s, size_t n)
{
    const char *nul = n > 0 ? memchr(s, '\0', n) : NULL;
    size_t length = nul ? (size_t)(nul - s) : n;
    size_t bytes;
    char *p = size_add(length, 1, &bytes) ? mem_alloc(m, bytes, 1) : NULL;
    if (!p)
        return NULL;
    if (length > 0)
        memcpy(p, s, length);
    p[length] = '\0';
    return p;
}

void mem_free(struct mem *m, void *p)
{
    if (!p)
        return;
    struct prefix prefix = prefix_read(p);
    char *raw = (char *)p - prefix.offset;
    UNPOISON(raw, prefix.offset + prefix.bytes + prefix.slack);
    discharge(m, NULL, (int64_t)prefix.bytes);
    m->allocator.free(m->allocator.user, raw);
}

int64_t mem_used(const struct mem *m)
{
    return atomic_load_explicit(&m->used, memory_order_relaxed);
}

int64_t mem_peak(const struct mem *m)
{
    return atomic_load_explicit(&m->peak, memory_order_relaxed);
}

int64_t mem_failures(const struct mem *m)
{
    return atomic_load_explicit(&m->failures, memory_order_relaxed);
}

int64_t mem_left(const struct mem *m)
{
    int64_t left = INT64_MAX;
    for (; m; m = m->parent) {
        if (m->limit <= 0)
            continue;
        int64_t here = m->limit - mem_used(m);
        if (here < left)
            left = here;
    }
    return left > 0 ? left : 0;
}

bool mem_grow(struct mem *m, void **array, int64_t *capacity, int64_t need, size_t size)
{
    if (need <= *capacity)
        return true;
    int64_t wanted = need < 8 ? 8 : need;
    if (*capacity <= INT64_MAX / 2 && wanted < *capacity * 2)
        wanted = *capacity * 2;
    if ((uint64_t)wanted > SIZE_MAX)
        return false;
    /* The caller's variable is of type T *, so it is read and written as bytes: strict aliasing. */
    void *old;
    memcpy(&old, array, sizeof old);
    void *grown = mem_realloc(m, old, (size_t)wanted, size);
    if (!grown)
        return false;
    memcpy(array, &grown, sizeof grown);
    *capacity = wanted;
    return true;
}
