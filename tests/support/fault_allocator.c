/* fault_allocator.c - malloc with a small header that holds the size and a mark of the owner. */
#include "support/fault_allocator.h"

#include <stdlib.h>

struct header {
    _Alignas(16) int64_t bytes;
    uint64_t mark;
};

/* Differs from allocator to allocator, and is wiped when the block is freed. */
static uint64_t mark_of(const struct fault_allocator *f)
{
    return (uint64_t)(uintptr_t)f ^ UINT64_C(0x6661756c74206f6b);
}

static void *fault_alloc(void *user, size_t bytes)
{
    struct fault_allocator *f = user;
    int64_t call = atomic_fetch_add(&f->calls, 1) + 1;
    if (call >= f->first && call <= f->last) {
        atomic_fetch_add(&f->refused, 1);
        return NULL;
    }
    struct header *h = bytes <= SIZE_MAX - sizeof *h ? malloc(sizeof *h + bytes) : NULL;
    if (!h)
        return NULL;
    h->bytes = (int64_t)bytes;
    h->mark = mark_of(f);
    atomic_fetch_add(&f->blocks, 1);
    int64_t now = atomic_fetch_add(&f->bytes, h->bytes) + h->bytes;
    int64_t peak = atomic_load(&f->peak_bytes);
    while (peak < now && !atomic_compare_exchange_weak(&f->peak_bytes, &peak, now)) {}
    return h + 1;
}

static void fault_free(void *user, void *p)
{
    struct fault_allocator *f = user;
    if (!p)
        return;
    struct header *h = (struct header *)p - 1;
    if (h->mark != mark_of(f)) {
        atomic_fetch_add(&f->bad_frees, 1);
        return;
    }
    h->mark = 0;
    atomic_fetch_sub(&f->blocks, 1);
    atomic_fetch_sub(&f->bytes, h->bytes);
    free(h);
}

static void arm(struct fault_allocator *f, int64_t first, int64_t last)
{
    f->first = first;
    f->last = last;
    atomic_store(&f->calls, 0);
    atomic_store(&f->refused, 0);
}

void fault_init(struct fault_allocator *f)
{
    atomic_init(&f->calls, 0);
    atomic_init(&f->refused, 0);
    atomic_init(&f->blocks, 0);
    atomic_init(&f->bytes, 0);
    atomic_init(&f->peak_bytes, 0);
    atomic_init(&f->bad_frees, 0);
    fault_off(f);
}

struct allocator fault_hooks(struct fault_allocator *f)
{
    return (struct allocator){fault_alloc, fault_free, f};
}

void fault_once(struct fault_allocator *f, int64_t n)
{
    arm(f, n, n);
}

void fault_from(struct fault_allocator *f, int64_t n)
{
    arm(f, n, INT64_MAX);
}

void fault_off(struct fault_allocator *f)
{
    arm(f, 0, -1);
}

int64_t fault_calls(const struct fault_allocator *f)
{
    return atomic_load(&f->calls);
}

bool fault_happened(const struct fault_allocator *f)
{
    return atomic_load(&f->refused) > 0;
}

int64_t fault_blocks(const struct fault_allocator *f)
{
    return atomic_load(&f->blocks);
}

int64_t fault_bytes(const struct fault_allocator *f)
{
    return atomic_load(&f->bytes);
}

bool fault_clean(const struct fault_allocator *f)
{
    return fault_blocks(f) == 0 && atomic_load(&f->bad_frees) == 0;
}
