/*
 * parts.h - the sections of a model file without checksums, so that a changed byte gets as far as the
 * decoders: each is one byte of name length, name, four bytes of length (little-endian), bytes.
 */
#ifndef TESTS_FUZZ_PARTS_H
#define TESTS_FUZZ_PARTS_H

#include "base/strbuf.h"
#include "fuzz.h"

/* A container of the parts, with the right checksums (free with mem_free); false if these are no parts. */
bool parts_join(struct mem *m, const uint8_t *data, size_t n, uint8_t **out, int64_t *out_n);
/* The parts of a small model for each classifier of the table, behind an imputer, an encoder and a scaler. */
void parts_of_models(void (*use)(void *arg, const char *name, const struct strbuf *parts), void *arg);

#endif
