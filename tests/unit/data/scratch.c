/* scratch.c - a directory under /tmp. */
#define _POSIX_C_SOURCE 200809L

#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/os.h"

enum { PATH_BYTES = 256 };

static char directory[PATH_BYTES];

void scratch_make(void)
{
    strcpy(directory, "/tmp/automl-data-XXXXXX");
    assert_non_null(mkdtemp(directory));
}

void scratch_remove(void)
{
    assert_int_equal(os_remove_tree(directory, NULL), AUTOML_OK);
}

const char *scratch_path(const char *name)
{
    static char paths[2][2 * PATH_BYTES];
    static int32_t turn;
    turn = !turn;
    snprintf(paths[turn], sizeof paths[turn], "%s/%s", directory, name);
    return paths[turn];
}

const char *scratch_file(const char *name, const char *text)
{
    const char *path = scratch_path(name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
    return path;
}
