/*
 * pool.h - tasks on the library's own threads, on the host's executor, or on the calling thread.
 *
 * The thread that called `run` coordinates: it submits whole candidates, folds or trees, waits for them in
 * the order it wants, and helps while it waits. A task must not wait for another task that was submitted
 * later. Tasks never depend on which thread runs them; results are written to the task's own memory.
 *
 * Threads start with the first submitted task, block all signals, warm BLAS up once, and are joined by
 * pool_free. After fork() a child makes threads of its own. With n_threads = 1 everything runs inside
 * pool_wait on the caller. A host executor may run a task at once, later, serially or in parallel.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include "base/error.h"
#include "base/memory.h"

struct pool;

struct executor {
    /* Arranges that fn(arg) runs once, on any thread, and returns 0; non-zero: refused, the caller runs it.
     */
    int32_t (*submit)(void *user, void (*fn)(void *arg), void *arg);
    void *user;
    int32_t n_threads; /* how many run at a time at most; >= 1 */
};

struct task {
    void (*run)(struct task *self); /* set by the owner; embed a struct task and cast */
    struct task *next;              /* the pool's */
    _Atomic int32_t state;          /* the pool's */
};

/* executor may be NULL: own threads. n_threads >= 1 counts the coordinating thread. on_thread_start may be
 * NULL; it runs once on each own thread. */
automl_status pool_create(struct mem *m, int32_t n_threads, const struct executor *executor,
    void (*on_thread_start)(void), struct pool **out, automl_error *err);
void pool_free(struct pool *p); /* waits for submitted tasks; NULL is fine */
int32_t pool_threads(const struct pool *p);

/* The task and all it points to must live until pool_wait or pool_poll has reported it done. Never fails: a
 * task that no thread takes is run by the one that waits for it. */
void pool_submit(struct pool *p, struct task *t);
/* Returns when t is done, running queued tasks meanwhile (t first, if nobody has taken it). */
void pool_wait(struct pool *p, struct task *t);
/* Waits at most timeout_ns; true if t is done. With one thread, or if no thread comes to take t, it runs t
 * however long that takes. Lets the coordinator call back; own threads make up for its not helping. */
bool pool_wait_for(struct pool *p, struct task *t, int64_t timeout_ns);

/* fn(arg, i) for every i in [0, n): a parallel loop for coarse pieces; returns when all are done. p NULL:
 * serial. May be called from inside a task: the caller takes part, so it never waits for a free thread. */
void pool_for(struct pool *p, int64_t n, void (*fn)(void *arg, int64_t i), void *arg);

#endif
