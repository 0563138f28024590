/* io_fixture.h - an account that can fail, an error object and a private directory for the tests of io/. */
#ifndef TESTS_UNIT_IO_FIXTURE_H
#define TESTS_UNIT_IO_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/os.h"
#include "support/fault_allocator.h"

struct fixture {
    struct fault_allocator fault;
    struct mem mem;
    automl_error err;
    char directory[64];
    char path[128];
};

static inline int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    fault_init(&f->fault);
    struct allocator hooks = fault_hooks(&f->fault);
    mem_init(&f->mem, &hooks);
    strcpy(f->directory, "/tmp/automl-io-XXXXXX");
    assert_non_null(mkdtemp(f->directory));
    *state = f;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(mem_used(&f->mem), 0);
    assert_true(fault_clean(&f->fault));
    assert_int_equal(os_remove_tree(f->directory, NULL), AUTOML_OK);
    free(f);
    return 0;
}

/* A name in the private directory; valid until the next call. */
static inline const char *path_of(struct fixture *f, const char *name)
{
    snprintf(f->path, sizeof f->path, "%s/%s", f->directory, name);
    return f->path;
}

static inline const char *put_file(struct fixture *f, const char *name, const void *bytes, size_t n)
{
    FILE *file = fopen(path_of(f, name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
    return f->path;
}

static inline void assert_message_has(const struct fixture *f, const char *part)
{
    if (!strstr(f->err.message, part))
        fail_msg("'%s' is not in the message '%s'", part, f->err.message);
}

#define IO_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
