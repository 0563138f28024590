/*
 * cache.h - transformed prefixes shared by candidates: (sub-graph, fold) -> fitted operator and its output
 * frames.
 *
 * Thread-safe; bounded by bytes, least recently used entries go first. Hits and misses never change a result.
 */
#ifndef PIPELINE_CACHE_H
#define PIPELINE_CACHE_H

#include "ops/operator.h"

struct prefix_cache;

struct prefix_entry {
    struct op *op;
    struct frame *x;       /* output on the training rows */
    struct frame *x_apply; /* output on the rows to predict; NULL if there were none */
};

automl_status prefix_cache_create(
    struct mem *m, int64_t max_bytes, struct prefix_cache **out, automl_error *err);
void prefix_cache_free(struct prefix_cache *c); /* NULL is fine */
/* True: references are taken into *out. c NULL: always false. */
bool prefix_cache_get(struct prefix_cache *c, uint64_t key, struct prefix_entry *out);
/* Takes its own references; silently does nothing when it does not fit or memory is short. */
void prefix_cache_put(struct prefix_cache *c, uint64_t key, const struct prefix_entry *e);
void prefix_entry_release(struct prefix_entry *e);
/* What the cache saved and holds, for the log. */
void prefix_cache_stats(struct prefix_cache *c, int64_t *out_hits, int64_t *out_misses, int64_t *out_bytes);

#endif
