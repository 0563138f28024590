#include <pthread.h>

#include "pipeline_fixture.h"

/* An entry of some rows that a scaler was fitted on. */
static struct prefix_entry make_entry(struct fixture *f, int64_t n)
{
    const struct op_class *cls = NULL;
    struct prefix_entry e = {0};
    double *values;
    e.x = frame_dense(&f->ctx->mem, n, 1, &values);
    assert_non_null(e.x);
    for (int64_t i = 0; i < n; i++)
        values[i] = (double)i;
    assert_ok(f, operator_find(f->ctx, "standard_scaler", &cls, &f->err));
    assert_ok(f, op_create(&f->ctx->mem, cls, NULL, &e.op, &f->err));
    struct op_fit in = {.x = e.x, .rng = rng_seed(1), .stop = &stop_never, .mem = &f->ctx->mem};
    assert_ok(f, op_fit(e.op, &in, &f->err));
    return e;
}

static void gives_back_what_was_put(void **state)
{
    struct fixture *f = *state;
    struct prefix_cache *c = NULL;
    struct prefix_entry e = make_entry(f, 100), got = {0};
    int64_t hits, misses, bytes;
    assert_ok(f, prefix_cache_create(&f->ctx->mem, 1 << 20, &c, &f->err));
    assert_false(prefix_cache_get(c, 5, &got));
    prefix_cache_put(c, 5, &e);
    prefix_cache_put(c, 5, &e);
    assert_true(prefix_cache_get(c, 5, &got));
    assert_ptr_equal(got.x, e.x);
    assert_ptr_equal(got.op, e.op);
    assert_null(got.x_apply);
    prefix_cache_stats(c, &hits, &misses, &bytes);
    assert_int_equal(hits, 1);
    assert_int_equal(misses, 1);
    assert_true(bytes >= 800);
    prefix_entry_release(&got);
    prefix_entry_release(&e);
    prefix_cache_free(c);
}

static void forgets_the_least_recently_used(void **state)
{
    struct fixture *f = *state;
    struct prefix_cache *c = NULL;
    struct prefix_entry e = make_entry(f, 1000), got = {0};
    int64_t bytes = op_bytes(e.op) + frame_bytes(e.x);
    assert_ok(f, prefix_cache_create(&f->ctx->mem, 4 * bytes, &c, &f->err));
    for (uint64_t key = 1; key <= 4; key++)
        prefix_cache_put(c, key, &e);
    assert_true(prefix_cache_get(c, 1, &got));
    prefix_entry_release(&got);
    prefix_cache_put(c, 5, &e);
    assert_false(prefix_cache_get(c, 2, &got));
    for (uint64_t key = 1; key <= 5; key += key == 1 ? 2 : 1) {
        assert_true(prefix_cache_get(c, key, &got));
        prefix_entry_release(&got);
    }
    prefix_entry_release(&e);
    prefix_cache_free(c);
}

static void leaves_out_what_is_too_large(void **state)
{
    struct fixture *f = *state;
    struct prefix_cache *c = NULL;
    struct prefix_entry e = make_entry(f, 1000), got = {0};
    int64_t bytes = op_bytes(e.op) + frame_bytes(e.x);
    assert_ok(f, prefix_cache_create(&f->ctx->mem, 4 * bytes - 4, &c, &f->err));
    prefix_cache_put(c, 1, &e);
    assert_false(prefix_cache_get(c, 1, &got));
    prefix_entry_release(&e);
    prefix_cache_free(c);
}

static void may_be_absent(void **state)
{
    struct fixture *f = *state;
    struct prefix_entry e = make_entry(f, 3), got = {0};
    int64_t hits = 1, misses = 1, bytes = 1;
    prefix_cache_put(NULL, 1, &e);
    assert_false(prefix_cache_get(NULL, 1, &got));
    prefix_cache_stats(NULL, &hits, &misses, &bytes);
    assert_true(hits == 0 && misses == 0 && bytes == 0);
    prefix_cache_free(NULL);
    prefix_entry_release(&e);
}

static void puts_nothing_when_memory_is_short(void **state)
{
    struct fixture *f = *state;
    struct prefix_cache *c = NULL;
    struct prefix_entry e = make_entry(f, 100), got = {0};
    assert_ok(f, prefix_cache_create(&f->ctx->mem, 1 << 20, &c, &f->err));
    fault_from(&f->fault, 1);
    prefix_cache_put(c, 1, &e);
    fault_off(&f->fault);
    assert_false(prefix_cache_get(c, 1, &got));
    prefix_entry_release(&e);
    prefix_cache_free(c);
}

struct user {
    struct prefix_cache *cache;
    const struct prefix_entry *entry;
    int64_t found;
};

static void *use_cache(void *arg)
{
    struct user *u = arg;
    for (uint64_t i = 0; i < 2000; i++) {
        struct prefix_entry got = {0};
        prefix_cache_put(u->cache, i * 7 % 11, u->entry);
        if (prefix_cache_get(u->cache, i % 11, &got)) {
            u->found += got.x == u->entry->x;
            prefix_entry_release(&got);
        }
    }
    return NULL;
}

static void serves_many_threads(void **state)
{
    struct fixture *f = *state;
    struct prefix_cache *c = NULL;
    struct prefix_entry e = make_entry(f, 100);
    pthread_t threads[4];
    struct user users[4];
    int64_t hits, misses, bytes, found = 0;
    assert_ok(f, prefix_cache_create(&f->ctx->mem, 5 * (op_bytes(e.op) + frame_bytes(e.x)), &c, &f->err));
    for (int32_t i = 0; i < 4; i++) {
        users[i] = (struct user){c, &e, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, use_cache, &users[i]), 0);
    }
    for (int32_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        found += users[i].found;
    }
    prefix_cache_stats(c, &hits, &misses, &bytes);
    assert_int_equal(hits, found);
    assert_int_equal(hits + misses, 8000);
    prefix_entry_release(&e);
    prefix_cache_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPELINE_TEST(gives_back_what_was_put),
        PIPELINE_TEST(forgets_the_least_recently_used),
        PIPELINE_TEST(leaves_out_what_is_too_large),
        PIPELINE_TEST(may_be_absent),
        PIPELINE_TEST(puts_nothing_when_memory_is_short),
        PIPELINE_TEST(serves_many_threads),
    };
    return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
