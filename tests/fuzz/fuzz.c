/* fuzz.c - see fuzz.h. */
#define _POSIX_C_SOURCE 200809L
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fuzz_fail(const char *file, int line, const char *law)
{
    fprintf(stderr, "%s:%d: broken: %s\n", file, line, law);
    abort();
}

automl_context *fuzz_context(void)
{
    automl_context *ctx = NULL;
    FUZZ_CHECK(context_create(NULL, &ctx, NULL) == AUTOML_OK);
    ctx->mem.limit = FUZZ_MEMORY;
    return ctx;
}

void fuzz_context_end(automl_context *ctx)
{
    FUZZ_CHECK(atomic_load(&ctx->refs) == 1);
    context_unref(ctx);
}

static char directory[32], paths[2][64];

static void remove_files(void)
{
    for (int i = 0; i < 2; i++)
        unlink(paths[i]);
    rmdir(directory);
}

const char *fuzz_file(int slot, const void *data, size_t n)
{
    if (!directory[0]) {
        strcpy(directory, "/tmp/automl-fuzz-XXXXXX");
        FUZZ_CHECK(mkdtemp(directory) && atexit(remove_files) == 0);
        for (int i = 0; i < 2; i++)
            snprintf(paths[i], sizeof paths[i], "%s/%d.csv", directory, i);
    }
    FILE *f = fopen(paths[slot], "wb");
    FUZZ_CHECK(f && fwrite(data, 1, n, f) == n);
    FUZZ_CHECK(fclose(f) == 0);
    return paths[slot];
}

char *fuzz_copy(const uint8_t *data, size_t n)
{
    char *text = malloc(n > 0 ? n : 1);
    FUZZ_CHECK(text);
    memcpy(text, data, n);
    return text;
}
