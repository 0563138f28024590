/* test_os.c - processors, memory limits, random bytes and directories, in a directory of its own. */
#define _GNU_SOURCE /* sched_setaffinity, mkdtemp */
#include "base/os.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char root[64];

/* root/name; valid until the fourth call from now. */
static const char *at(const char *name)
{
    static char paths[4][PATH_MAX];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, PATH_MAX, "%s/%s", root, name);
    return path;
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static bool exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

static int set_up(void **state)
{
    (void)state;
    strcpy(root, "/tmp/automl-test-os-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return os_remove_tree(root, NULL) == AUTOML_OK && !exists(root) ? 0 : -1;
}

static void counts_the_processors_it_may_use(void **state)
{
    (void)state;
    cpu_set_t before, one;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    assert_int_equal(os_cpus(), CPU_COUNT(&before));
    CPU_ZERO(&one);
    for (size_t i = 0; CPU_COUNT(&one) == 0; i++) {
        if (CPU_ISSET(i, &before))
            CPU_SET(i, &one);
    }
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    int32_t cpus = os_cpus();
    assert_int_equal(sched_setaffinity(0, sizeof before, &before), 0);
    assert_int_equal(cpus, 1);
}

static void knows_memory_and_process(void **state)
{
    (void)state;
    assert_true(os_ram_bytes() >= 1 << 20);
    assert_true(os_ram_bytes() <= (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE));
    assert_int_equal(os_pid(), getpid());
}

static void takes_the_lowest_limit_of_a_group_and_its_parents(void **state)
{
    (void)state;
    assert_int_equal(os_make_directories(at("fs/a/b"), NULL), AUTOML_OK);
    write_file(at("self"), "0::/a/b\n");
    assert_true(os_cgroup_limit(at("self"), at("fs")) == INT64_MAX);
    write_file(at("fs/a/b/memory.max"), "max\n");
    assert_true(os_cgroup_limit(at("self"), at("fs")) == INT64_MAX);
    write_file(at("fs/a/memory.max"), "2000000\n");
    assert_int_equal(os_cgroup_limit(at("self"), at("fs")), 2000000);
    write_file(at("fs/a/b/memory.max"), "3000000\n");
    assert_int_equal(os_cgroup_limit(at("self"), at("fs")), 2000000);
    write_file(at("fs/memory.max"), "1000000\n");
    assert_int_equal(os_cgroup_limit(at("self"), at("fs")), 1000000);
}

static void reads_the_limits_of_version_1(void **state)
{
    (void)state;
    assert_int_equal(os_make_directories(at("fs/memory/docker/x"), NULL), AUTOML_OK);
    write_file(at("self"), "12:cpu,cpuacct:/docker/y\n5:hugetlb,memory:/docker/x\n0::/\n");
    assert_true(os_cgroup_limit(at("self"), at("fs")) == INT64_MAX);
    write_file(at("fs/memory/memory.limit_in_bytes"), "9223372036854771712\n");
    write_file(at("fs/memory/docker/x/memory.limit_in_bytes"), "4096\n");
    assert_int_equal(os_cgroup_limit(at("self"), at("fs")), 4096);
    write_file(at("self"), "5:memory_x,x_memory:/docker/x\nnonsense\n:\n");
    assert_true(os_cgroup_limit(at("self"), at("fs")) == INT64_MAX);
}

static void ignores_limits_it_cannot_read(void **state)
{
    (void)state;
    assert_true(os_cgroup_limit(at("missing"), at("fs")) == INT64_MAX);
    assert_true(os_cgroup_limit(root, at("fs")) == INT64_MAX);
    assert_int_equal(os_make_directory(at("fs"), NULL), AUTOML_OK);
    write_file(at("self"), "0::/");
    static const char *const texts[] = {
        "", "\n", "-5\n", "lots\n", "99999999999999999999999\n", "18446744073709551615\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        write_file(at("fs/memory.max"), texts[i]);
        assert_true(os_cgroup_limit(at("self"), at("fs")) == INT64_MAX);
    }
}

static void gives_random_bytes(void **state)
{
    (void)state;
    unsigned char a[1000] = {0}, b[1000] = {0};
    assert_int_equal(os_random(a, sizeof a, NULL), AUTOML_OK);
    assert_int_equal(os_random(b, sizeof b - 1, NULL), AUTOML_OK);
    assert_memory_not_equal(a, b, sizeof a);
    assert_memory_not_equal(a + 900, b, 90);
    assert_int_equal(b[999], 0);
    assert_int_equal(os_random(a, 0, NULL), AUTOML_OK);
}

static void makes_a_directory_once(void **state)
{
    (void)state;
    assert_int_equal(os_make_directory(at("d"), NULL), AUTOML_OK);
    assert_int_equal(os_make_directory(at("d"), NULL), AUTOML_OK);
    assert_true(exists(at("d")));
}

static void names_the_directory_that_it_cannot_make(void **state)
{
    (void)state;
    automl_error *err = automl_error_create();
    assert_int_equal(os_make_directory(at("no/such"), err), AUTOML_E_WRITE);
    assert_non_null(strstr(automl_error_message(err), "no/such"));
    write_file(at("file"), "");
    assert_int_equal(os_make_directory(at("file"), err), AUTOML_E_WRITE);
    assert_int_equal(os_make_directories(at("file/x"), err), AUTOML_E_WRITE);
    assert_int_equal(os_make_directory("", err), AUTOML_E_WRITE);
    assert_int_equal(os_make_directories("", err), AUTOML_E_WRITE);
    automl_error_free(err);
}

static void makes_parents(void **state)
{
    (void)state;
    assert_int_equal(os_make_directories(at("a/b/c"), NULL), AUTOML_OK);
    assert_true(exists(at("a/b/c")));
    assert_int_equal(os_make_directories(at("a/b//d//"), NULL), AUTOML_OK);
    assert_true(exists(at("a/b/d")));
    assert_int_equal(os_make_directories("/", NULL), AUTOML_OK);
    char path[PATH_MAX + 2];
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_int_equal(os_make_directories(path, NULL), AUTOML_E_WRITE);
}

static void removes_a_tree(void **state)
{
    (void)state;
    assert_int_equal(os_make_directories(at("t/a/b"), NULL), AUTOML_OK);
    assert_int_equal(os_make_directories(at("t/.hidden/..odd"), NULL), AUTOML_OK);
    for (int32_t i = 0; i < 300; i++) {
        char name[32];
        snprintf(name, sizeof name, "t/a/%d", i);
        write_file(at(name), "x");
    }
    write_file(at("t/a/b/file"), "x");
    write_file(at("t/.hidden/file"), "x");
    assert_int_equal(os_remove_tree(at("t/"), NULL), AUTOML_OK);
    assert_false(exists(at("t")));
    assert_int_equal(os_remove_tree(at("t"), NULL), AUTOML_OK);
}

static void does_not_follow_links(void **state)
{
    (void)state;
    assert_int_equal(os_make_directories(at("keep/sub"), NULL), AUTOML_OK);
    write_file(at("keep/file"), "x");
    assert_int_equal(os_make_directory(at("t"), NULL), AUTOML_OK);
    assert_int_equal(symlink(at("keep"), at("t/link")), 0);
    assert_int_equal(symlink(at("keep/file"), at("t/file")), 0);
    assert_int_equal(symlink("/nowhere/at/all", at("t/broken")), 0);
    assert_int_equal(symlink(at("keep"), at("top")), 0);
    assert_int_equal(os_remove_tree(at("top"), NULL), AUTOML_E_WRITE);
    assert_int_equal(os_remove_tree(at("top/"), NULL), AUTOML_E_WRITE);
    assert_int_equal(os_remove_tree(at("t"), NULL), AUTOML_OK);
    assert_false(exists(at("t")));
    assert_true(exists(at("keep/sub")));
    assert_true(exists(at("keep/file")));
}

static void refuses_to_remove_what_is_no_directory(void **state)
{
    (void)state;
    automl_error *err = automl_error_create();
    write_file(at("file"), "x");
    assert_int_equal(os_remove_tree(at("file"), err), AUTOML_E_WRITE);
    assert_non_null(strstr(automl_error_message(err), "file"));
    assert_true(exists(at("file")));
    automl_error_free(err);
}

/* Deeper than one call goes: an error, and no overflow of the stack or of the descriptors. */
static void gives_up_on_endless_depth(void **state)
{
    (void)state;
    int fd = open(root, O_RDONLY | O_DIRECTORY), depth = 0;
    assert_true(fd >= 0);
    for (; depth < 1100; depth++) {
        assert_int_equal(mkdirat(fd, "d", 0777), 0);
        int below = openat(fd, "d", O_RDONLY | O_DIRECTORY);
        assert_true(below >= 0);
        close(fd);
        fd = below;
    }
    assert_int_equal(os_remove_tree(at("d"), NULL), AUTOML_E_WRITE);
    /* Climb back and remove from the bottom. */
    for (; depth > 0; depth--) {
        int above = openat(fd, "..", O_RDONLY | O_DIRECTORY);
        assert_true(above >= 0);
        assert_int_equal(unlinkat(above, "d", AT_REMOVEDIR), 0);
        close(fd);
        fd = above;
    }
    close(fd);
}

static void knows_the_size_of_regular_files(void **state)
{
    (void)state;
    write_file(at("file"), "12345");
    assert_int_equal(os_file_size(at("file")), 5);
    assert_int_equal(os_file_size(at("missing")), -1);
    assert_int_equal(os_file_size(root), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_the_processors_it_may_use),
        cmocka_unit_test(knows_memory_and_process),
        cmocka_unit_test_setup_teardown(takes_the_lowest_limit_of_a_group_and_its_parents, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_the_limits_of_version_1, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ignores_limits_it_cannot_read, set_up, tear_down),
        cmocka_unit_test(gives_random_bytes),
        cmocka_unit_test_setup_teardown(makes_a_directory_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_the_directory_that_it_cannot_make, set_up, tear_down),
        cmocka_unit_test_setup_teardown(makes_parents, set_up, tear_down),
        cmocka_unit_test_setup_teardown(removes_a_tree, set_up, tear_down),
        cmocka_unit_test_setup_teardown(does_not_follow_links, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_to_remove_what_is_no_directory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(gives_up_on_endless_depth, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_the_size_of_regular_files, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
