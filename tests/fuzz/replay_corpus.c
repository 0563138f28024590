/*
 * replay_corpus.c DIRECTORY - the committed corpus through a target. Inputs whose names begin with "good"
 * must be understood, the others refused.
 */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replay.h"

enum { FILE_BYTES = 1 << 16 };

static void replay_file(const char *directory, const char *name)
{
    static uint8_t bytes[FILE_BYTES];
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *f = fopen(path, "rb");
    FUZZ_CHECK(f);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    FUZZ_CHECK(n < sizeof bytes && fclose(f) == 0);
    replay_bytes(path, bytes, n, strncmp(name, "good", 4) == 0);
}

int main(int argc, char **argv)
{
    DIR *d = argc == 2 ? opendir(argv[1]) : NULL;
    int n = 0;
    if (!d) {
        fprintf(stderr, "usage: replay DIRECTORY\n");
        return 2;
    }
    for (struct dirent *e = readdir(d); e; e = readdir(d))
        if (e->d_name[0] != '.') {
            replay_file(argv[1], e->d_name);
            n++;
        }
    closedir(d);
    printf("%d inputs\n", n);
    return n > 0 ? 0 : 1;
}
