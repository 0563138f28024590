/*
 * pool.c - one queue of tasks, served by own threads or by a host's executor.
 *
 * A thread that serves the queue first joins open parallel loops, then takes the oldest task. At most n
 * threads run something at a time, the coordinator included. While it helps (pool_wait) n - 1 own threads
 * suffice; the n-th is started when it only watches (pool_wait_for).
 *
 * A host's executor is not handed tasks but invitations to serve the queue until it is empty: they are all
 * alike, so one that comes late, when the task it was sent for has long been run by somebody else, finds
 * nothing and leaves. Each holds a reference, so the pool's memory outlives the last of them; as that can be
 * after the context is gone, the pool is not charged to its account.
 *
 * Nothing waits in a circle. Inside a task a thread waits only for an earlier task, which it runs itself if
 * nobody has taken it, or for threads that already take part in its loop; it never runs anything else
 * there, as that could wait for the task beneath it.
 */
#define _POSIX_C_SOURCE 200809L
#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/os.h"

/* glibc allocates a thread's variables of a loaded library on first use, and ends the process if it cannot;
 * of this model they exist from the start. */
#ifdef __GLIBC__
#    define THREAD_LOCAL __attribute__((tls_model("initial-exec"))) _Thread_local
#else
#    define THREAD_LOCAL _Thread_local
#endif

enum { TASK_QUEUED = 1, TASK_RUNNING, TASK_DONE };

enum {
    THREADS_MAX = 1024,
    SPIN_NS = 20000,       /* waiting this long awake is cheaper than a sleep and a wake-up */
    STACK_BYTES = 4 << 20, /* some C libraries give threads only 128 KiB */
};

/* A pool_for that is under way; lives on its caller's stack. */
struct loop {
    void (*fn)(void *arg, int64_t i);
    void *arg;
    int64_t n;
    _Atomic int64_t next;
    _Atomic int32_t helpers; /* threads besides the caller; changed under the lock */
    struct loop *below;      /* in the pool's list */
};

struct pool {
    struct allocator allocator;
    struct executor executor; /* submit is NULL: own threads */
    void (*on_thread_start)(void);
    int32_t n;           /* running at a time, the coordinator included */
    _Atomic int64_t pid; /* of the process that the state below is of; negative while it is reset */

    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t work;  /* for own threads: there is something to do, or closed */
    pthread_cond_t done;  /* for those that wait: a task or a helper is done, or there is something to do */
    struct task *head, *tail;
    struct loop *loops;      /* newest first */
    _Atomic int32_t pending; /* queued tasks and open loops, for those that spin */
    int32_t queued;
    int32_t running;
    int32_t idle;    /* own threads on their way to, or in, `work` */
    int32_t waiting; /* threads in `done` */
    int32_t started; /* own threads */
    int32_t invited; /* invitations that have not arrived */
    int32_t guests;  /* the executor's threads that serve the queue */
    int32_t references;
    bool no_more_threads; /* the system refused one */
    bool no_show;         /* invitations were left lying for the whole of a timed wait */
    bool closed;
    pthread_t threads[];
};

/* The pool whose task or loop this thread is inside of. */
static THREAD_LOCAL struct pool *inside;

/* ---- state: all with the lock held ---- */

static void enqueue(struct pool *p, struct task *t)
{
    t->next = NULL;
    atomic_store_explicit(&t->state, TASK_QUEUED, memory_order_relaxed);
    if (p->tail)
        p->tail->next = t;
    else
        p->head = t;
    p->tail = t;
    p->queued++;
    atomic_fetch_add_explicit(&p->pending, 1, memory_order_relaxed);
}

/* After a fork a task may say that it is queued and not be: then there is nothing to unlink. */
static void dequeue(struct pool *p, struct task *t)
{
    struct task *before = NULL, *at = p->head;
    while (at && at != t) {
        before = at;
        at = at->next;
    }
    if (!at)
        return;
    if (before)
        before->next = t->next;
    else
        p->head = t->next;
    if (p->tail == t)
        p->tail = before;
    p->queued--;
    atomic_fetch_sub_explicit(&p->pending, 1, memory_order_relaxed);
}

static void open_loop(struct pool *p, struct loop *l)
{
    l->below = p->loops;
    p->loops = l;
    atomic_fetch_add_explicit(&p->pending, 1, memory_order_relaxed);
}

static void close_loop(struct pool *p, struct loop *l)
{
    for (struct loop **at = &p->loops; *at; at = &(*at)->below) {
        if (*at == l) {
            *at = l->below;
            atomic_fetch_sub_explicit(&p->pending, 1, memory_order_relaxed);
            return;
        }
    }
}

static struct loop *loop_with_pieces(const struct pool *p)
{
    struct loop *l = p->loops;
    while (l && atomic_load_explicit(&l->next, memory_order_relaxed) >= l->n)
        l = l->below;
    return l;
}

static bool has_work(const struct pool *p)
{
    return p->running < p->n && (p->head || loop_with_pieces(p));
}

static void wake_waiting(struct pool *p)
{
    if (p->waiting > 0)
        pthread_cond_broadcast(&p->done);
}

static int32_t task_state(struct task *t)
{
    return atomic_load_explicit(&t->state, memory_order_acquire);
}

/* A thread that is inside already has been counted: what is beneath stands still meanwhile. */
static struct pool *enter(struct pool *p)
{
    struct pool *outer = inside;
    p->running += outer != p;
    inside = p;
    return outer;
}

static void leave(struct pool *p, struct pool *outer)
{
    inside = outer;
    p->running -= outer != p;
    if (p->idle > 0 && has_work(p))
        pthread_cond_signal(&p->work);
    wake_waiting(p);
}

/* ---- running: lock held on entry and on return, not in between ---- */

static void run_task(struct pool *p, struct task *t)
{
    dequeue(p, t);
    atomic_store_explicit(&t->state, TASK_RUNNING, memory_order_relaxed);
    struct pool *outer = enter(p);
    pthread_mutex_unlock(&p->lock);
    t->run(t);
    pthread_mutex_lock(&p->lock);
    leave(p, outer);
    /* The owner, who looks under the lock, may free it once that is released. */
    atomic_store_explicit(&t->state, TASK_DONE, memory_order_release);
}

static void run_pieces(struct loop *l)
{
    for (;;) {
        int64_t i = atomic_fetch_add_explicit(&l->next, 1, memory_order_relaxed);
        if (i >= l->n)
            return;
        l->fn(l->arg, i);
    }
}

static void help_loop(struct pool *p, struct loop *l)
{
    atomic_fetch_add_explicit(&l->helpers, 1, memory_order_relaxed);
    struct pool *outer = enter(p);
    pthread_mutex_unlock(&p->lock);
    run_pieces(l);
    pthread_mutex_lock(&p->lock);
    leave(p, outer);
    atomic_fetch_sub_explicit(&l->helpers, 1, memory_order_release);
}

/* Joins a loop or runs the oldest task, if there is any and fewer than n threads run. */
static bool serve_one(struct pool *p)
{
    if (!has_work(p))
        return false;
    struct loop *l = loop_with_pieces(p);
    if (l)
        help_loop(p, l);
    else if (p->head)
        run_task(p, p->head);
    return true;
}

/* ---- own threads ---- */

static inline void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Looks at *value for a while, until it is (`equal`) or is not `wanted`. */
static void spin(const _Atomic int32_t *value, int32_t wanted, bool equal)
{
    int64_t end = clock_now(&clock_system) + SPIN_NS;
    do {
        for (int32_t i = 0; i < 16; i++) {
            if ((atomic_load_explicit(value, memory_order_relaxed) == wanted) == equal)
                return;
            relax();
        }
    } while (clock_now(&clock_system) < end);
}

static void wait_for_work(struct pool *p)
{
    p->idle++;
    pthread_mutex_unlock(&p->lock);
    spin(&p->pending, 0, false);
    pthread_mutex_lock(&p->lock);
    while (!p->closed && !has_work(p))
        pthread_cond_wait(&p->work, &p->lock);
    p->idle--;
}

static void *thread_main(void *arg)
{
    struct pool *p = arg;
    if (p->on_thread_start)
        p->on_thread_start();
    pthread_mutex_lock(&p->lock);
    p->idle--; /* it was created as an idle one */
    while (!p->closed) {
        if (!serve_one(p))
            wait_for_work(p);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* A new thread inherits the mask: none of the host's handlers shall run on it. */
static void start_thread(struct pool *p)
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) {
        p->no_more_threads = true;
        return;
    }
    sigset_t all, before;
    sigfillset(&all);
    int refused = pthread_attr_setstacksize(&attributes, STACK_BYTES);
    if (refused == 0 && (refused = pthread_sigmask(SIG_BLOCK, &all, &before)) == 0) {
        refused = pthread_create(&p->threads[p->started], &attributes, thread_main, p);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    pthread_attr_destroy(&attributes);
    p->no_more_threads = refused != 0;
    if (refused == 0) {
        p->started++;
        p->idle++;
    }
}

/* ---- the executor's threads ---- */

static void destroy(struct pool *p)
{
    struct allocator a = p->allocator;
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->work);
    pthread_cond_destroy(&p->done);
    a.free(a.user, p);
}

/* Unlocks, and frees the pool if this was the last reference. */
static void release(struct pool *p)
{
    bool last = --p->references == 0;
    pthread_mutex_unlock(&p->lock);
    if (last)
        destroy(p);
}

static void adopt(struct pool *p);

/* What the executor runs. On a thread that is inside a task already it must not start another. */
static void accept_invitation(void *arg)
{
    struct pool *p = arg;
    adopt(p);
    pthread_mutex_lock(&p->lock);
    if (p->invited > 0)
        p->invited--;
    if (inside != p) {
        p->no_show = false;
        p->guests++;
        while (serve_one(p)) {}
        p->guests--;
    }
    release(p);
}

/* Completes the invitations to `want`; unlocks meanwhile, as the executor may run them at once. */
static void invite_guests(struct pool *p, int32_t want)
{
    int32_t most = p->executor.n_threads < p->n ? p->executor.n_threads : p->n;
    for (int32_t left = want - p->invited; left > 0; left--) {
        if (p->invited + p->guests >= most || (!p->head && !loop_with_pieces(p)))
            return;
        p->invited++;
        p->references++;
        pthread_mutex_unlock(&p->lock);
        int32_t refused = p->executor.submit(p->executor.user, accept_invitation, p);
        pthread_mutex_lock(&p->lock);
        if (refused != 0) {
            p->invited--;
            p->references--;
            return;
        }
    }
}

/* Sees to it that `want` pieces of work find threads; at most `most` own ones. */
static void invite(struct pool *p, int32_t want, int32_t most)
{
    wake_waiting(p);
    if (p->n == 1)
        return;
    if (p->executor.submit) {
        invite_guests(p, want);
        return;
    }
    while (p->idle < want && p->started < most && !p->no_more_threads)
        start_thread(p);
    for (int32_t i = 0; i < want && i < p->idle; i++)
        pthread_cond_signal(&p->work);
}

/* ---- creation ---- */

static bool init_locks(struct pool *p)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool lock = false, work = false, done = false;
    if (pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0) {
        lock = pthread_mutex_init(&p->lock, NULL) == 0;
        work = lock && pthread_cond_init(&p->work, &attributes) == 0;
        done = work && pthread_cond_init(&p->done, &attributes) == 0;
    }
    pthread_condattr_destroy(&attributes);
    if (work && !done)
        pthread_cond_destroy(&p->work);
    if (lock && !done)
        pthread_mutex_destroy(&p->lock);
    return done;
}

/* In a child after fork() only the forking thread exists: forgets the others, and locks they may have held.
 * Tasks queued in the parent stay the parent's. */
static void reset(struct pool *p)
{
    init_locks(p);
    p->head = p->tail = NULL;
    p->loops = NULL;
    atomic_store(&p->pending, 0);
    p->queued = p->idle = p->waiting = p->started = p->invited = p->guests = 0;
    p->running = inside == p;
    p->no_more_threads = p->no_show = false;
}

/* First in every function that takes the lock. */
static void adopt(struct pool *p)
{
    int64_t self = os_pid(), seen = atomic_load_explicit(&p->pid, memory_order_acquire);
    while (seen != self) {
        if (seen == -self) {
            sched_yield();
            seen = atomic_load_explicit(&p->pid, memory_order_acquire);
        } else if (atomic_compare_exchange_weak(&p->pid, &seen, -self)) {
            reset(p);
            atomic_store_explicit(&p->pid, self, memory_order_release);
            return;
        }
    }
}

automl_status pool_create(struct mem *m, int32_t n_threads, const struct executor *executor,
    void (*on_thread_start)(void), struct pool **out, automl_error *err)
{
    int32_t n = n_threads < THREADS_MAX ? n_threads : THREADS_MAX;
    if (executor && executor->n_threads < n)
        n = executor->n_threads + 1;
    int32_t own = executor ? 0 : n;
    struct allocator a = m->allocator;
    struct pool *p = a.alloc(a.user, sizeof *p + (size_t)own * sizeof p->threads[0]);
    if (!p)
        return error_memory(err);
    memset(p, 0, sizeof *p);
    p->allocator = a;
    if (executor)
        p->executor = *executor;
    p->on_thread_start = on_thread_start;
    p->n = n;
    p->references = 1;
    atomic_init(&p->pid, os_pid());
    if (!init_locks(p)) {
        a.free(a.user, p);
        return error_memory(err);
    }
    *out = p;
    return AUTOML_OK;
}

void pool_free(struct pool *p)
{
    if (!p)
        return;
    adopt(p);
    pthread_mutex_lock(&p->lock);
    while (p->head || p->running > 0) {
        if (!serve_one(p)) {
            p->waiting++;
            pthread_cond_wait(&p->done, &p->lock);
            p->waiting--;
        }
    }
    p->closed = true;
    pthread_cond_broadcast(&p->work);
    int32_t started = p->started;
    pthread_mutex_unlock(&p->lock);
    for (int32_t i = 0; i < started; i++)
        pthread_join(p->threads[i], NULL);
    pthread_mutex_lock(&p->lock);
    release(p);
}

int32_t pool_threads(const struct pool *p)
{
    return p->n;
}

/* ---- submitting and waiting ---- */

void pool_submit(struct pool *p, struct task *t)
{
    adopt(p);
    pthread_mutex_lock(&p->lock);
    enqueue(p, t);
    invite(p, p->queued, p->n - 1);
    pthread_mutex_unlock(&p->lock);
}

/* Sleeps until something changes, or the deadline; false if that has passed. */
static bool sleep_until(struct pool *p, int64_t deadline_ns)
{
    if (deadline_ns == DEADLINE_NONE) {
        p->waiting++;
        pthread_cond_wait(&p->done, &p->lock);
        p->waiting--;
        return true;
    }
    if (clock_now(&clock_system) >= deadline_ns)
        return false;
    struct timespec until;
    until.tv_sec = (time_t)(deadline_ns / 1000000000);
    until.tv_nsec = (long)(deadline_ns % 1000000000);
    p->waiting++;
    pthread_cond_timedwait(&p->done, &p->lock, &until);
    p->waiting--;
    return true;
}

/* Whether a queued task would have to wait for nobody: no own thread, or an executor that does not respond.
 */
static bool nobody_comes(const struct pool *p)
{
    if (p->executor.submit)
        return p->guests == 0 && (p->invited == 0 || p->no_show);
    return p->started == 0;
}

void pool_wait(struct pool *p, struct task *t)
{
    adopt(p);
    pthread_mutex_lock(&p->lock);
    bool coordinator = inside != p, spun = false;
    while (task_state(t) != TASK_DONE) {
        if (task_state(t) == TASK_QUEUED && (!coordinator || p->running < p->n)) {
            run_task(p, t);
        } else if (coordinator && serve_one(p)) {
            spun = false;
        } else if (!spun) {
            pthread_mutex_unlock(&p->lock);
            spin(&t->state, TASK_DONE, true);
            pthread_mutex_lock(&p->lock);
            spun = true;
        } else {
            sleep_until(p, DEADLINE_NONE);
            spun = false;
        }
    }
    pthread_mutex_unlock(&p->lock);
}

bool pool_wait_for(struct pool *p, struct task *t, int64_t timeout_ns)
{
    int64_t now = clock_now(&clock_system);
    if (timeout_ns >= DEADLINE_NONE - now) {
        pool_wait(p, t);
        return true;
    }
    int64_t deadline = now + timeout_ns;
    adopt(p);
    pthread_mutex_lock(&p->lock);
    bool take = inside == p || p->n == 1;
    if (!take && task_state(t) != TASK_DONE)
        invite(p, p->queued, p->n);
    while (task_state(t) != TASK_DONE) {
        if (task_state(t) == TASK_QUEUED && (take || nobody_comes(p))) {
            run_task(p, t);
        } else if (!sleep_until(p, deadline)) {
            if (!p->executor.submit || p->no_show || p->guests > 0 || task_state(t) != TASK_QUEUED)
                break;
            p->no_show = true;
        }
    }
    bool done = task_state(t) == TASK_DONE;
    pthread_mutex_unlock(&p->lock);
    return done;
}

/* After the last piece is taken: until the threads that help have finished theirs. */
static void wait_for_helpers(struct pool *p, struct loop *l)
{
    if (atomic_load_explicit(&l->helpers, memory_order_relaxed) > 0) {
        pthread_mutex_unlock(&p->lock);
        spin(&l->helpers, 0, true);
        pthread_mutex_lock(&p->lock);
    }
    while (atomic_load_explicit(&l->helpers, memory_order_acquire) > 0)
        sleep_until(p, DEADLINE_NONE);
}

void pool_for(struct pool *p, int64_t n, void (*fn)(void *arg, int64_t i), void *arg)
{
    if (!p || p->n == 1 || n <= 1) {
        for (int64_t i = 0; i < n; i++)
            fn(arg, i);
        return;
    }
    struct loop l = {.fn = fn, .arg = arg, .n = n};
    adopt(p);
    pthread_mutex_lock(&p->lock);
    struct pool *outer = enter(p);
    open_loop(p, &l);
    invite(p, n < p->n ? (int32_t)n - 1 : p->n - 1, p->n - 1);
    pthread_mutex_unlock(&p->lock);
    run_pieces(&l);
    pthread_mutex_lock(&p->lock);
    close_loop(p, &l);
    leave(p, outer);
    wait_for_helpers(p, &l);
    pthread_mutex_unlock(&p->lock);
}
