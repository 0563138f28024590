/*
 * fuzz.h - what a fuzz target is: fuzz_one takes any bytes, and ends the process if a law is broken.
 *
 * Each fuzz_<name>.c defines fuzz_one. With libfuzzer.c it is a libFuzzer program (meson -Dfuzz=true, clang);
 * with replay.c it runs the committed corpus, and small changes of it, with any compiler.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/context.h"

enum { FUZZ_MEMORY = 256 << 20 };

/* True: the input was understood. */
bool fuzz_one(const uint8_t *data, size_t n);

/* A law: ends the process and says where if it does not hold. */
#define FUZZ_CHECK(law)                                                                                      \
    do {                                                                                                     \
        if (!(law))                                                                                          \
            fuzz_fail(__FILE__, __LINE__, #law);                                                             \
    } while (0)

_Noreturn void fuzz_fail(const char *file, int line, const char *law);

/* A context limited to FUZZ_MEMORY; at its end nothing may be allocated from it. */
automl_context *fuzz_context(void);
void fuzz_context_end(automl_context *ctx);

/* The bytes as a file, for readers that take a path; valid until the next call with the same slot (0, 1). */
const char *fuzz_file(int slot, const void *data, size_t n);

/* A copy that ends where its memory does, so that reading on is seen; free it. */
char *fuzz_copy(const uint8_t *data, size_t n);

#endif
