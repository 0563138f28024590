/* replay.c - see replay.h. */
#include "replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/rng.h"

enum { CHANGES = 300 };

/* Cuts, doubles or overwrites a part; bytes holds twice n. */
static size_t change(struct rng *r, uint8_t *bytes, size_t n)
{
    static const char *const tokens[] = {
        "\"", ",", "\n", "\r", "-", "1e999", "null", "{", "}", "\xff\xff", "\x80"};
    uint32_t at = rng_below(r, (uint32_t)n + 1), length = rng_below(r, (uint32_t)(n - at) + 1);
    switch (rng_below(r, 5)) {
    case 0:
        return at;
    case 1:
        memmove(bytes + at, bytes + at + length, n - at - length);
        return n - length;
    case 2:
        memmove(bytes + at + length, bytes + at, n - at);
        return n + length;
    case 3: {
        const char *token = tokens[rng_below(r, sizeof tokens / sizeof *tokens)];
        size_t room = n - at < strlen(token) ? n - at : strlen(token);
        memcpy(bytes + at, token, room);
        return n;
    }
    default:
        for (uint32_t k = rng_below(r, 4) + 1; k > 0 && n > 0; k--)
            bytes[rng_below(r, (uint32_t)n)] = (uint8_t)rng_below(r, 256);
        return n;
    }
}

void replay_bytes(const char *name, const uint8_t *data, size_t n, bool expected)
{
    struct rng r = rng_seed(hash_bytes(data, n, 0));
    uint8_t *bytes = malloc(2 * n + 1);
    FUZZ_CHECK(bytes);
    if (fuzz_one(data, n) != expected) {
        fprintf(stderr, "%s is %s\n", name, expected ? "not understood" : "understood");
        exit(1);
    }
    for (int i = 0; i < CHANGES; i++) {
        memcpy(bytes, data, n);
        fuzz_one(bytes, change(&r, bytes, n));
    }
    free(bytes);
}
