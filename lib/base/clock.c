/* clock.c - the system's clocks, and asking a chain of stop conditions. */
#define _POSIX_C_SOURCE 200809L
#include "base/clock.h"

#include <stddef.h>
#include <time.h>

static int64_t system_now(void *user)
{
    (void)user;
    struct timespec t = {0};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t system_wall(void *user)
{
    (void)user;
    struct timespec t = {0};
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

const struct clock clock_system = {system_now, system_wall, NULL};

const struct stop stop_never = {.deadline_ns = DEADLINE_NONE};

int64_t clock_now(const struct clock *c)
{
    return c->now(c->user);
}

int64_t clock_wall(const struct clock *c)
{
    return c->wall(c->user);
}

double clock_seconds_since(const struct clock *c, int64_t start_ns)
{
    return (double)(clock_now(c) - start_ns) * 1e-9;
}

/* The most requests that any flag of the chain holds. */
static int32_t cancel_requests(const struct stop *s)
{
    int32_t most = 0;
    for (; s; s = s->parent) {
        int32_t n = s->cancel ? atomic_load_explicit(s->cancel, memory_order_relaxed) : 0;
        if (n > most)
            most = n;
    }
    return most;
}

/* Asks each clock of the chain once in a row of equal ones. */
static bool deadline_passed(const struct stop *s)
{
    const struct clock *asked = NULL;
    int64_t now = 0;
    for (; s; s = s->parent) {
        if (s->deadline_ns == DEADLINE_NONE || !s->clock)
            continue;
        if (s->clock != asked) {
            asked = s->clock;
            now = clock_now(asked);
        }
        if (now >= s->deadline_ns)
            return true;
    }
    return false;
}

/* A request outranks a deadline, whichever of the chain has it. */
enum stop_reason stop_check(const struct stop *s)
{
    for (const struct stop *link = s; link; link = link->parent)
        if (link->tick)
            link->tick(link->tick_user);
    int32_t requests = cancel_requests(s);
    if (requests > 0)
        return requests > 1 ? STOP_ABANDON : STOP_CANCEL;
    return deadline_passed(s) ? STOP_DEADLINE : STOP_NO;
}

automl_status stop_status(const struct stop *s, automl_error *err)
{
    switch (stop_check(s)) {
    case STOP_NO:
        return AUTOML_OK;
    case STOP_DEADLINE:
        return error_set(err, AUTOML_E_BUDGET, "the time allowed for this step is used up");
    case STOP_CANCEL:
    case STOP_ABANDON:
        break;
    }
    return error_set(err, AUTOML_E_CANCELLED, "the work was cancelled on request");
}
