/* replay.h - one input and several hundred small changes of it through a target. */
#ifndef TESTS_FUZZ_REPLAY_H
#define TESTS_FUZZ_REPLAY_H

#include "fuzz.h"

/* The input itself must be understood or not, as expected. */
void replay_bytes(const char *name, const uint8_t *data, size_t n, bool expected);

#endif
