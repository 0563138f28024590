/*
 * replay_models.c [DIRECTORY] - a new model of every classifier through the model target; with a directory,
 * they are written there instead, as seeds for libFuzzer.
 */
#include <stdio.h>
#include <stdlib.h>

#include "parts.h"
#include "replay.h"

static void replay(void *arg, const char *name, const struct strbuf *parts)
{
    (void)arg;
    replay_bytes(name, (const uint8_t *)parts->data, (size_t)parts->n, true);
}

static void write_seed(void *arg, const char *name, const struct strbuf *parts)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", (const char *)arg, name);
    FILE *f = fopen(path, "wb");
    FUZZ_CHECK(f && fwrite(parts->data, 1, (size_t)parts->n, f) == (size_t)parts->n);
    FUZZ_CHECK(fclose(f) == 0);
}

int main(int argc, char **argv)
{
    parts_of_models(argc > 1 ? write_seed : replay, argc > 1 ? argv[1] : NULL);
    return EXIT_SUCCESS;
}
