/*
 * test_pool.c - every kind of server of the queue: the caller, own threads, executors that run things at
 * once, in parallel, one by one, late, never, or refuse.
 */
#define _GNU_SOURCE /* RLIMIT_AS */
#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#ifndef __has_feature
#    define __has_feature(name) 0
#endif
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
#    define UNDER_TSAN 1
#else
#    define UNDER_TSAN 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#    define UNDER_ASAN 1
#else
#    define UNDER_ASAN 0
#endif

enum { TASKS = 200 };

/* ---- executors ---- */

struct job {
    void (*fn)(void *arg);
    void *arg;
};

/* The first `limit` jobs are kept, the others refused. Threads of the test take them, or the test itself. */
struct host {
    pthread_mutex_t lock;
    pthread_cond_t change;
    struct job jobs[2 * TASKS];
    int32_t n, taken, limit;
    _Atomic int32_t at_once;
    bool closed;
    pthread_t threads[4];
    int32_t n_threads;
};

static int32_t submit_keep(void *user, void (*fn)(void *arg), void *arg)
{
    struct host *h = user;
    pthread_mutex_lock(&h->lock);
    bool room = h->n < h->limit && h->n < 2 * TASKS;
    if (room)
        h->jobs[h->n++] = (struct job){fn, arg};
    pthread_cond_signal(&h->change);
    pthread_mutex_unlock(&h->lock);
    return room ? 0 : -1;
}

static int32_t submit_at_once(void *user, void (*fn)(void *arg), void *arg)
{
    struct host *h = user;
    atomic_fetch_add(&h->at_once, 1);
    fn(arg);
    return 0;
}

static void *host_main(void *arg)
{
    struct host *h = arg;
    pthread_mutex_lock(&h->lock);
    for (;;) {
        if (h->taken < h->n) {
            struct job j = h->jobs[h->taken++];
            pthread_mutex_unlock(&h->lock);
            j.fn(j.arg);
            pthread_mutex_lock(&h->lock);
        } else if (h->closed) {
            break;
        } else {
            pthread_cond_wait(&h->change, &h->lock);
        }
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

static void host_start(struct host *h, int32_t limit, int32_t n_threads)
{
    memset(h, 0, sizeof *h);
    h->limit = limit;
    h->n_threads = n_threads;
    assert_int_equal(pthread_mutex_init(&h->lock, NULL), 0);
    assert_int_equal(pthread_cond_init(&h->change, NULL), 0);
    for (int32_t i = 0; i < n_threads; i++)
        assert_int_equal(pthread_create(&h->threads[i], NULL, host_main, h), 0);
}

/* Runs what is left, so that every accepted job has run once. */
static void host_stop(struct host *h)
{
    pthread_mutex_lock(&h->lock);
    h->closed = true;
    pthread_cond_broadcast(&h->change);
    pthread_mutex_unlock(&h->lock);
    for (int32_t i = 0; i < h->n_threads; i++)
        pthread_join(h->threads[i], NULL);
    host_main(h);
    pthread_mutex_destroy(&h->lock);
    pthread_cond_destroy(&h->change);
}

/* ---- tasks ---- */

struct count {
    struct task task;
    struct pool *pool;
    struct count *earlier; /* waited for */
    int64_t value;         /* plain memory: a missing order is a data race that ThreadSanitizer reports */
    pthread_t by;
    int64_t sums[16];
};

static void run_count(struct task *self)
{
    struct count *c = (struct count *)self;
    c->value++;
    c->by = pthread_self();
}

static void add_piece(void *arg, int64_t i)
{
    struct count *c = arg;
    c->sums[i % 16] += i;
}

/* A loop inside a task, whose pieces have loops too. */
static void loop_of_sixteen(void *arg, int64_t i)
{
    struct count *c = arg;
    c->sums[i] += i + 1;
}

static void run_loop(struct task *self)
{
    struct count *c = (struct count *)self;
    pool_for(c->pool, 16, loop_of_sixteen, c);
    for (int32_t i = 0; i < 16; i++)
        c->value += c->sums[i];
}

static void run_chain(struct task *self)
{
    struct count *c = (struct count *)self;
    if (c->earlier) {
        pool_wait(c->pool, &c->earlier->task);
        c->value = c->earlier->value + 1;
    } else {
        c->value = 1;
    }
}

static struct mem *memory(void)
{
    static struct mem m;
    mem_init(&m, &allocator_system);
    return &m;
}

static struct pool *new_pool(int32_t n, const struct executor *e)
{
    struct pool *p = NULL;
    assert_int_equal(pool_create(memory(), n, e, NULL, &p, NULL), AUTOML_OK);
    return p;
}

static void submit_all(struct pool *p, struct count *c, int32_t n, void (*run)(struct task *))
{
    memset(c, 0, (size_t)n * sizeof *c);
    for (int32_t i = 0; i < n; i++) {
        c[i].task.run = run;
        c[i].pool = p;
        c[i].earlier = run == run_chain && i > 0 ? &c[i - 1] : NULL;
        pool_submit(p, &c[i].task);
    }
}

/* ---- what must hold for every pool ---- */

static void runs_each_task_once(struct pool *p)
{
    static struct count c[TASKS];
    submit_all(p, c, TASKS, run_count);
    for (int32_t i = 0; i < TASKS; i++) {
        pool_wait(p, &c[i].task);
        assert_int_equal(c[i].value, 1);
    }
}

static void waits_in_any_order(struct pool *p)
{
    static struct count c[TASKS];
    submit_all(p, c, TASKS, run_count);
    for (int32_t i = TASKS - 1; i >= 0; i -= 2)
        pool_wait(p, &c[i].task);
    for (int32_t i = 0; i < TASKS; i++) {
        pool_wait(p, &c[i].task);
        assert_int_equal(c[i].value, 1);
    }
}

static void watches_until_done(struct pool *p)
{
    static struct count c[TASKS];
    submit_all(p, c, TASKS, run_loop);
    for (int32_t i = 0; i < TASKS; i++) {
        while (!pool_wait_for(p, &c[i].task, 1000000)) {}
        assert_int_equal(c[i].value, 136);
    }
}

static void polls_until_done(struct pool *p)
{
    static struct count c[TASKS];
    submit_all(p, c, TASKS, run_count);
    for (int32_t i = 0; i < TASKS; i++) {
        while (!pool_wait_for(p, &c[i].task, 0)) {}
        assert_true(pool_wait_for(p, &c[i].task, INT64_MAX));
        assert_int_equal(c[i].value, 1);
    }
}

static void tasks_wait_for_earlier_ones(struct pool *p)
{
    static struct count c[50];
    submit_all(p, c, 50, run_chain);
    pool_wait(p, &c[49].task);
    assert_int_equal(c[49].value, 50);
    for (int32_t i = 0; i < 50; i++)
        pool_wait(p, &c[i].task);
}

static void tasks_have_loops(struct pool *p)
{
    static struct count c[TASKS];
    submit_all(p, c, TASKS, run_loop);
    for (int32_t i = 0; i < TASKS; i++) {
        pool_wait(p, &c[i].task);
        assert_int_equal(c[i].value, 136);
    }
}

struct nested {
    struct pool *pool;
    struct count rows[12];
};

static void nested_loop(void *arg, int64_t i)
{
    struct nested *n = arg;
    pool_for(n->pool, 16, loop_of_sixteen, &n->rows[i]);
}

static void loops_nest(struct pool *p)
{
    static struct nested n;
    memset(&n, 0, sizeof n);
    n.pool = p;
    pool_for(p, 12, nested_loop, &n);
    for (int32_t r = 0; r < 12; r++)
        for (int32_t i = 0; i < 16; i++)
            assert_int_equal(n.rows[r].sums[i], i + 1);
}

static void submit_and_wait(void *arg, int64_t i)
{
    struct nested *n = arg;
    struct count *c = &n->rows[i];
    c->task.run = run_count;
    pool_submit(n->pool, &c->task);
    pool_wait(n->pool, &c->task);
}

/* The tasks die with their waits: nobody may look at one that has been reported done. */
static void submit_short_lived(void *arg, int64_t i)
{
    struct nested *n = arg;
    struct count c = {.task = {.run = run_count}, .value = i};
    pool_submit(n->pool, &c.task);
    pool_wait(n->pool, &c.task);
    assert_int_equal(c.value, i + 1);
    memset(&c, 0xff, sizeof c);
}

static void pieces_submit_tasks(struct pool *p)
{
    static struct nested n;
    memset(&n, 0, sizeof n);
    n.pool = p;
    pool_for(p, 12, submit_and_wait, &n);
    for (int32_t i = 0; i < 12; i++)
        assert_int_equal(n.rows[i].value, 1);
    for (int32_t i = 0; i < 20; i++)
        pool_for(p, 12, submit_short_lived, &n);
}

static void loops_over_few_or_no_pieces(struct pool *p)
{
    struct count c = {.value = 0};
    pool_for(p, 0, add_piece, &c);
    pool_for(p, -3, add_piece, &c);
    assert_int_equal(c.sums[0] + c.sums[1], 0);
    pool_for(p, 1, loop_of_sixteen, &c);
    assert_int_equal(c.sums[0], 1);
    for (int32_t i = 0; i < 500; i++)
        pool_for(p, 2, loop_of_sixteen, &c);
    assert_int_equal(c.sums[0], 501);
    assert_int_equal(c.sums[1], 1000);
}

static void leaves_tasks_to_free(struct pool *p)
{
    static struct count c[TASKS];
    submit_all(p, c, TASKS, run_count);
    pool_free(p);
    for (int32_t i = 0; i < TASKS; i++)
        assert_int_equal(c[i].value, 1);
}

/* All of the above; frees the pool. */
static void battery(struct pool *p)
{
    for (int32_t round = 0; round < 3; round++) {
        runs_each_task_once(p);
        waits_in_any_order(p);
        watches_until_done(p);
        polls_until_done(p);
        tasks_wait_for_earlier_ones(p);
        tasks_have_loops(p);
        loops_nest(p);
        pieces_submit_tasks(p);
        loops_over_few_or_no_pieces(p);
    }
    leaves_tasks_to_free(p);
}

/* ---- tests ---- */

static void works_on_the_caller_alone(void **state)
{
    (void)state;
    struct pool *p = new_pool(1, NULL);
    assert_int_equal(pool_threads(p), 1);
    static struct count c[TASKS];
    submit_all(p, c, TASKS, run_count);
    assert_int_equal(c[0].value, 0);
    pool_wait(p, &c[5].task);
    assert_int_equal(c[4].value, 0);
    for (int32_t i = 0; i < TASKS; i++) {
        assert_true(pool_wait_for(p, &c[i].task, 0));
        assert_true(pthread_equal(c[i].by, pthread_self()));
    }
    battery(p);
}

static void works_on_own_threads(void **state)
{
    (void)state;
    static const int32_t sizes[] = {2, 3, 8};
    for (int32_t i = 0; i < 3; i++) {
        struct pool *p = new_pool(sizes[i], NULL);
        assert_int_equal(pool_threads(p), sizes[i]);
        battery(p);
    }
}

static void works_on_an_executor_that_runs_at_once(void **state)
{
    (void)state;
    struct host h;
    host_start(&h, 0, 0);
    struct executor e = {submit_at_once, &h, 4};
    battery(new_pool(4, &e));
    assert_true(h.at_once > 0);
    host_stop(&h);
}

/* In the long run there are more invitations than this host keeps: it refuses the later ones. */
static void works_on_an_executor_of_threads(void **state)
{
    (void)state;
    for (int32_t n = 1; n <= 4; n++) {
        struct host h;
        host_start(&h, 2 * TASKS, n);
        struct executor e = {submit_keep, &h, n};
        struct pool *p = new_pool(4, &e);
        assert_int_equal(pool_threads(p), n < 4 ? n + 1 : 4);
        battery(p);
        assert_true(h.n > 0);
        host_stop(&h);
    }
}

static void works_on_an_executor_that_comes_when_all_is_over(void **state)
{
    (void)state;
    struct host h;
    host_start(&h, 2 * TASKS, 0);
    struct executor e = {submit_keep, &h, 3};
    battery(new_pool(4, &e));
    /* It never came, so it was not asked again and again; now it finds nothing, and no pool. */
    assert_int_equal(h.n, 3);
    host_stop(&h);
}

static void works_on_an_executor_that_refuses(void **state)
{
    (void)state;
    struct host h;
    host_start(&h, 0, 0);
    struct executor e = {submit_keep, &h, 3};
    battery(new_pool(4, &e));
    host_stop(&h);
}

/* The executor's turn comes between two waits of the coordinator, on the same thread. */
static void works_on_an_executor_of_the_same_thread(void **state)
{
    (void)state;
    struct host h;
    host_start(&h, 2 * TASKS, 0);
    struct executor e = {submit_keep, &h, 2};
    struct pool *p = new_pool(3, &e);
    static struct count c[10];
    submit_all(p, c, 10, run_count);
    pool_wait(p, &c[0].task);
    assert_int_equal(c[9].value, 0);
    assert_int_equal(h.n, 2);
    h.jobs[0].fn(h.jobs[0].arg);
    h.taken = 1;
    for (int32_t i = 0; i < 10; i++) {
        assert_int_equal(c[i].value, 1);
        assert_true(pool_wait_for(p, &c[i].task, 0));
    }
    pool_free(p);
    host_stop(&h);
}

struct meeting {
    pthread_mutex_t lock;
    pthread_cond_t change;
    int32_t present, wanted;
};

/* Returns when all are there: only if they run at the same time. */
static void meet(void *arg, int64_t i)
{
    (void)i;
    struct meeting *m = arg;
    pthread_mutex_lock(&m->lock);
    if (++m->present == m->wanted)
        pthread_cond_broadcast(&m->change);
    while (m->present < m->wanted)
        pthread_cond_wait(&m->change, &m->lock);
    pthread_mutex_unlock(&m->lock);
}

struct meeting_task {
    struct task task;
    struct meeting *meeting;
};

static void run_meet(struct task *self)
{
    meet(((struct meeting_task *)self)->meeting, 0);
}

static void uses_all_threads_in_a_loop(void **state)
{
    (void)state;
    struct meeting m = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 4};
    struct pool *p = new_pool(4, NULL);
    pool_for(p, 4, meet, &m);
    assert_int_equal(m.present, 4);
    pool_free(p);
}

/* The coordinator counts as one when it helps, and is made up for when it only watches. */
static void uses_all_threads_for_tasks(void **state)
{
    (void)state;
    for (int32_t watching = 0; watching < 2; watching++) {
        struct meeting m = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 4};
        struct pool *p = new_pool(4, NULL);
        struct meeting_task t[4];
        for (int32_t i = 0; i < 4; i++) {
            t[i] = (struct meeting_task){.task = {.run = run_meet}, .meeting = &m};
            pool_submit(p, &t[i].task);
        }
        for (int32_t i = 0; i < 4; i++) {
            while (watching && !pool_wait_for(p, &t[i].task, 1000000)) {}
            pool_wait(p, &t[i].task);
        }
        assert_int_equal(m.present, 4);
        pool_free(p);
    }
}

struct crowd {
    struct task task;
    _Atomic int32_t *now;
    _Atomic int32_t *most;
};

static void run_crowd(struct task *self)
{
    struct crowd *c = (struct crowd *)self;
    int32_t n = atomic_fetch_add(c->now, 1) + 1, most = atomic_load(c->most);
    while (n > most && !atomic_compare_exchange_weak(c->most, &most, n)) {}
    sched_yield();
    atomic_fetch_sub(c->now, 1);
}

static void never_runs_more_than_it_may(void **state)
{
    (void)state;
    _Atomic int32_t now = 0, most = 0;
    struct pool *p = new_pool(2, NULL);
    static struct crowd c[TASKS];
    for (int32_t round = 0; round < 5; round++) {
        for (int32_t i = 0; i < TASKS; i++) {
            c[i] = (struct crowd){.task = {.run = run_crowd}, .now = &now, .most = &most};
            pool_submit(p, &c[i].task);
        }
        for (int32_t i = 0; i < TASKS; i++) {
            while (i % 3 == 0 && !pool_wait_for(p, &c[i].task, 100000)) {}
            pool_wait(p, &c[i].task);
        }
    }
    assert_in_range(most, 1, 2);
    pool_free(p);
}

static _Atomic int32_t threads_started;
static _Atomic int32_t signals_open;

static void on_start(void)
{
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    if (!sigismember(&blocked, SIGINT) || !sigismember(&blocked, SIGTERM) || !sigismember(&blocked, SIGUSR1))
        atomic_fetch_add(&signals_open, 1);
    atomic_fetch_add(&threads_started, 1);
}

static void starts_threads_late_and_blocks_their_signals(void **state)
{
    (void)state;
    threads_started = signals_open = 0;
    sigset_t before, after;
    sigemptyset(&before);
    sigemptyset(&after);
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    struct pool *p = NULL;
    assert_int_equal(pool_create(memory(), 3, NULL, on_start, &p, NULL), AUTOML_OK);
    pool_free(p);
    assert_int_equal(threads_started, 0);
    assert_int_equal(pool_create(memory(), 3, NULL, on_start, &p, NULL), AUTOML_OK);
    struct meeting m = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 3};
    pool_for(p, 3, meet, &m);
    pool_free(p);
    assert_int_equal(threads_started, 2);
    assert_int_equal(signals_open, 0);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_int_equal(sigismember(&after, SIGINT), sigismember(&before, SIGINT));
}

static void loops_without_a_pool(void **state)
{
    (void)state;
    struct count c = {.value = 0};
    pool_for(NULL, 16, loop_of_sixteen, &c);
    for (int32_t i = 0; i < 16; i++)
        assert_int_equal(c.sums[i], i + 1);
    pool_free(NULL);
}

static void *run_battery(void *arg)
{
    struct pool *p = arg;
    struct nested n;
    for (int32_t round = 0; round < 20; round++) {
        memset(&n, 0, sizeof n);
        n.pool = p;
        for (int32_t i = 0; i < 12; i++) {
            n.rows[i].task.run = run_loop;
            n.rows[i].pool = p;
            pool_submit(p, &n.rows[i].task);
        }
        for (int32_t i = 0; i < 12; i++) {
            if (i % 2 == 0 || !pool_wait_for(p, &n.rows[i].task, 50000))
                pool_wait(p, &n.rows[i].task);
            if (n.rows[i].value != 136)
                return p;
        }
    }
    return NULL;
}

static void serves_several_coordinators(void **state)
{
    (void)state;
    struct host h;
    host_start(&h, 2 * TASKS, 2);
    struct executor e = {submit_keep, &h, 2};
    for (int32_t kind = 0; kind < 2; kind++) {
        struct pool *p = new_pool(3, kind ? &e : NULL);
        pthread_t threads[3];
        for (int32_t i = 0; i < 3; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, run_battery, p), 0);
        for (int32_t i = 0; i < 3; i++) {
            void *failed = p;
            pthread_join(threads[i], &failed);
            assert_null(failed);
        }
        pool_free(p);
    }
    host_stop(&h);
}

static void *no_memory(void *user, size_t bytes)
{
    (void)user;
    (void)bytes;
    return NULL;
}

static void reports_that_memory_is_out(void **state)
{
    (void)state;
    struct allocator none = {no_memory, allocator_system.free, NULL};
    struct mem m;
    mem_init(&m, &none);
    struct pool *p = NULL;
    assert_int_equal(pool_create(&m, 2, NULL, NULL, &p, NULL), AUTOML_E_MEMORY);
    assert_null(p);
}

/* ---- in a child process ---- */

static bool small_battery(struct pool *p)
{
    static struct count c[TASKS];
    submit_all(p, c, TASKS, run_loop);
    bool good = true;
    for (int32_t i = 0; i < TASKS; i++) {
        while (i % 2 && !pool_wait_for(p, &c[i].task, 1000000)) {}
        pool_wait(p, &c[i].task);
        good = good && c[i].value == 136;
    }
    return good;
}

static void assert_exits_well(pid_t child)
{
    int status = -1;
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void makes_new_threads_after_fork(void **state)
{
    (void)state;
    if (UNDER_TSAN)
        skip(); /* it refuses threads after a fork */
    struct pool *p = new_pool(3, NULL);
    assert_true(small_battery(p));
    static struct count queued;
    submit_all(p, &queued, 1, run_count);
    pid_t child = fork();
    if (child == 0) {
        alarm(60);
        bool good = small_battery(p);
        pool_free(p);
        _exit(good ? 0 : 1);
    }
    assert_exits_well(child);
    pool_wait(p, &queued.task);
    assert_true(small_battery(p));
    pool_free(p);
}

/* Leaves room for `bytes` more of address space. */
static bool limit_space(rlim_t bytes)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f || fscanf(f, "%lu", &pages) != 1)
        return false;
    fclose(f);
    struct rlimit limit = {(rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + bytes, RLIM_INFINITY};
    return setrlimit(RLIMIT_AS, &limit) == 0;
}

static void works_with_the_threads_it_gets(void **state)
{
    (void)state;
    if (UNDER_TSAN || UNDER_ASAN)
        skip(); /* they need the address space that this test takes away */
    /* of stacks of 4 MiB: none and one */
    static const rlim_t room[] = {1 << 20, 6 << 20};
    for (int32_t i = 0; i < 2; i++) {
        threads_started = 0;
        pid_t child = fork();
        if (child == 0) {
            alarm(60);
            struct pool *p = NULL;
            bool good = pool_create(memory(), 8, NULL, on_start, &p, NULL) == AUTOML_OK &&
                        limit_space(room[i]) && small_battery(p);
            pool_free(p);
            _exit(good && threads_started == i ? 0 : 1);
        }
        assert_exits_well(child);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* first, as the C library keeps stacks of threads that have ended */
        cmocka_unit_test(works_with_the_threads_it_gets),
        cmocka_unit_test(works_on_the_caller_alone),
        cmocka_unit_test(works_on_own_threads),
        cmocka_unit_test(works_on_an_executor_that_runs_at_once),
        cmocka_unit_test(works_on_an_executor_of_threads),
        cmocka_unit_test(works_on_an_executor_that_comes_when_all_is_over),
        cmocka_unit_test(works_on_an_executor_that_refuses),
        cmocka_unit_test(works_on_an_executor_of_the_same_thread),
        cmocka_unit_test(uses_all_threads_in_a_loop),
        cmocka_unit_test(uses_all_threads_for_tasks),
        cmocka_unit_test(never_runs_more_than_it_may),
        cmocka_unit_test(starts_threads_late_and_blocks_their_signals),
        cmocka_unit_test(loops_without_a_pool),
        cmocka_unit_test(serves_several_coordinators),
        cmocka_unit_test(reports_that_memory_is_out),
        cmocka_unit_test(makes_new_threads_after_fork),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
