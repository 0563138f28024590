/*
 * clock.h - time that tests can inject, and the one way to be told to stop.
 *
 * Work of any length polls stop_check (cheap: one relaxed load, and the clock at most every few
 * microseconds of work: poll per tree, epoch, block of rows, or 10 ms). Nothing else ends work early, and
 * no decision of the search reads the clock: it only stops or refuses.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct clock {
    int64_t (*now)(void *user);  /* monotonic nanoseconds */
    int64_t (*wall)(void *user); /* microseconds since 1970, UTC */
    void *user;
};

extern const struct clock clock_system;

int64_t clock_now(const struct clock *c);
int64_t clock_wall(const struct clock *c);
double clock_seconds_since(const struct clock *c, int64_t start_ns);

#define DEADLINE_NONE INT64_MAX

/* Why work has to stop. */
enum stop_reason {
    STOP_NO = 0,
    STOP_CANCEL,   /* somebody asked: finish with what there is */
    STOP_ABANDON,  /* asked twice: drop everything */
    STOP_DEADLINE, /* the deadline of this piece of work has passed */
};

/* A chain: a candidate's own deadline under the job's cancel flag and deadline. */
struct stop {
    const _Atomic int32_t *cancel; /* 0, 1 or 2 requests; may be NULL */
    const struct clock *clock;     /* may be NULL if deadline_ns is DEADLINE_NONE */
    int64_t deadline_ns;
    const struct stop *parent; /* asked too; may be NULL */
    /* Called at each look, by the thread that looks: lets one that works alone report meanwhile. Set it only
     * where no other thread is given the chain; may be NULL. */
    void (*tick)(void *user);
    void *tick_user;
};

/* Never stops. */
extern const struct stop stop_never;

enum stop_reason stop_check(const struct stop *s);
/* stop_check as a status: AUTOML_OK, AUTOML_E_CANCELLED or AUTOML_E_BUDGET with a sentence. */
automl_status stop_status(const struct stop *s, automl_error *err);

#endif
