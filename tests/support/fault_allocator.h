/*
 * fault_allocator.h - an allocator for tests: counts, fails on demand, knows what is still outstanding.
 *
 *     struct fault_allocator f;
 *     fault_init(&f);
 *     struct allocator a = fault_hooks(&f);
 *     mem_init(&m, &a);                     or hand it to a context
 *     for (int64_t n = 1;; n++) {
 *         fault_once(&f, n);
 *         ... the work; it must fail cleanly or succeed ...
 *         assert_int_equal(fault_blocks(&f), 0);
 *         if (!fault_happened(&f))
 *             break;                        every allocation has failed once
 *     }
 *
 * Thread-safe; arming belongs to the test's own thread, while nobody allocates.
 */
#ifndef TESTS_SUPPORT_FAULT_ALLOCATOR_H
#define TESTS_SUPPORT_FAULT_ALLOCATOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"

struct fault_allocator {
    _Atomic int64_t calls;   /* allocations asked for since it was armed, refused ones too */
    _Atomic int64_t refused; /* of them */
    _Atomic int64_t blocks;  /* handed out and not yet freed */
    _Atomic int64_t bytes;   /* in them */
    _Atomic int64_t peak_bytes;
    _Atomic int64_t bad_frees; /* pointers that are not, or no longer, one of its blocks */
    int64_t first, last;       /* calls of these numbers, counted from 1, are refused */
};

void fault_init(struct fault_allocator *f); /* never fails until armed */
struct allocator fault_hooks(struct fault_allocator *f);

/* Arming starts the count of calls anew. */
void fault_once(struct fault_allocator *f, int64_t n); /* the n-th call from now fails */
void fault_from(struct fault_allocator *f, int64_t n); /* the n-th and all later ones fail */
void fault_off(struct fault_allocator *f);

int64_t fault_calls(const struct fault_allocator *f);
bool fault_happened(const struct fault_allocator *f); /* something was refused since it was armed */
int64_t fault_blocks(const struct fault_allocator *f);
int64_t fault_bytes(const struct fault_allocator *f);
/* Nothing outstanding and no bad free. */
bool fault_clean(const struct fault_allocator *f);

#endif
