/*
 * parallel.c - the first failure, counted by piece and not by time, wins.
 */
#include "pipeline/parallel.h"

#include <pthread.h>
#include <stdatomic.h>

struct loop {
    automl_status (*fn)(void *arg, int64_t i, automl_error *err);
    void *arg;
    _Atomic int64_t failed; /* lowest piece that failed; n while none has */
    pthread_mutex_t lock;   /* guards the text */
    automl_error err;
};

static void note(struct loop *l, int64_t i, const automl_error *err)
{
    pthread_mutex_lock(&l->lock);
    if (i < atomic_load(&l->failed)) {
        atomic_store(&l->failed, i);
        error_copy(&l->err, err);
    }
    pthread_mutex_unlock(&l->lock);
}

static void piece(void *arg, int64_t i)
{
    struct loop *l = arg;
    automl_error err = {0};
    if (i > atomic_load_explicit(&l->failed, memory_order_relaxed))
        return;
    automl_status status = l->fn(l->arg, i, &err);
    if (status >= 0)
        return;
    err.status = status;
    note(l, i, &err);
}

automl_status parallel_try(struct pool *pool, int64_t n,
    automl_status (*fn)(void *arg, int64_t i, automl_error *err), void *arg, automl_error *err)
{
    struct loop l = {.fn = fn, .arg = arg};
    atomic_init(&l.failed, n);
    if (pthread_mutex_init(&l.lock, NULL) != 0)
        return error_set(err, AUTOML_E_MEMORY, "the system has no resources left for a lock");
    pool_for(pool, n, piece, &l);
    pthread_mutex_destroy(&l.lock);
    return atomic_load(&l.failed) < n ? error_copy(err, &l.err) : AUTOML_OK;
}
