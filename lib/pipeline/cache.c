/*
 * cache.c - a hash table of prefix entries with a byte cap; least recently used entries leave first.
 */
#include "pipeline/cache.h"

#include <pthread.h>
#include <string.h>

struct slot {
    uint64_t key;
    struct prefix_entry entry;
    int64_t bytes;
    int64_t used; /* tick of the last use */
};

struct prefix_cache {
    struct mem *mem;
    pthread_mutex_t lock;
    struct slot *slots; /* unordered: a job has tens of prefixes, not thousands */
    int64_t n, capacity;
    int64_t bytes, max_bytes;
    int64_t tick, hits, misses;
};

automl_status prefix_cache_create(
    struct mem *m, int64_t max_bytes, struct prefix_cache **out, automl_error *err)
{
    struct prefix_cache *c = NEW(m, struct prefix_cache);
    if (c == NULL)
        return error_memory(err);
    if (pthread_mutex_init(&c->lock, NULL) != 0) {
        mem_free(m, c);
        return error_memory(err);
    }
    c->mem = m;
    c->max_bytes = max_bytes;
    *out = c;
    return AUTOML_OK;
}

void prefix_entry_release(struct prefix_entry *e)
{
    op_unref(e->op);
    frame_unref(e->x);
    frame_unref(e->x_apply);
    memset(e, 0, sizeof *e);
}

static struct prefix_entry entry_ref(const struct prefix_entry *e)
{
    struct prefix_entry copy = {.op = op_ref(e->op), .x = frame_ref(e->x)};
    copy.x_apply = e->x_apply != NULL ? frame_ref(e->x_apply) : NULL;
    return copy;
}

void prefix_cache_free(struct prefix_cache *c)
{
    if (c == NULL)
        return;
    for (int64_t i = 0; i < c->n; i++)
        prefix_entry_release(&c->slots[i].entry);
    mem_free(c->mem, c->slots);
    pthread_mutex_destroy(&c->lock);
    mem_free(c->mem, c);
}

static struct slot *find(struct prefix_cache *c, uint64_t key)
{
    for (int64_t i = 0; i < c->n; i++)
        if (c->slots[i].key == key)
            return &c->slots[i];
    return NULL;
}

bool prefix_cache_get(struct prefix_cache *c, uint64_t key, struct prefix_entry *out)
{
    if (c == NULL)
        return false;
    pthread_mutex_lock(&c->lock);
    struct slot *s = find(c, key);
    if (s != NULL) {
        s->used = ++c->tick;
        c->hits++;
        *out = entry_ref(&s->entry);
    } else {
        c->misses++;
    }
    pthread_mutex_unlock(&c->lock);
    return s != NULL;
}

static void evict(struct prefix_cache *c, int64_t i)
{
    c->bytes -= c->slots[i].bytes;
    prefix_entry_release(&c->slots[i].entry);
    c->slots[i] = c->slots[--c->n];
}

static void make_room(struct prefix_cache *c, int64_t bytes)
{
    while (c->n > 0 && c->bytes + bytes > c->max_bytes) {
        int64_t oldest = 0;
        for (int64_t i = 1; i < c->n; i++)
            if (c->slots[i].used < c->slots[oldest].used)
                oldest = i;
        evict(c, oldest);
    }
}

void prefix_cache_put(struct prefix_cache *c, uint64_t key, const struct prefix_entry *e)
{
    if (c == NULL)
        return;
    /* One entry takes at most a quarter of the cache. Each part is compared alone first: sums cannot
     * overflow. */
    int64_t most = c->max_bytes / 4, state = op_bytes(e->op), x = frame_bytes(e->x);
    int64_t x_apply = e->x_apply != NULL ? frame_bytes(e->x_apply) : 0;
    if (state > most || x > most - state || x_apply > most - state - x)
        return;
    int64_t bytes = state + x + x_apply;
    pthread_mutex_lock(&c->lock);
    if (find(c, key) == NULL) {
        make_room(c, bytes);
        void *slots = c->slots;
        if (mem_grow(c->mem, &slots, &c->capacity, c->n + 1, sizeof *c->slots)) {
            c->slots = slots;
            c->slots[c->n++] = (struct slot){key, entry_ref(e), bytes, ++c->tick};
            c->bytes += bytes;
        }
    }
    pthread_mutex_unlock(&c->lock);
}

void prefix_cache_stats(struct prefix_cache *c, int64_t *out_hits, int64_t *out_misses, int64_t *out_bytes)
{
    *out_hits = *out_misses = *out_bytes = 0;
    if (c == NULL)
        return;
    pthread_mutex_lock(&c->lock);
    *out_hits = c->hits;
    *out_misses = c->misses;
    *out_bytes = c->bytes;
    pthread_mutex_unlock(&c->lock);
}
