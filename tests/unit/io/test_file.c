/* Whole files of io/file.h: read, replaced whole or not at all. */
#define _XOPEN_SOURCE 700

#include "io/file.h"

#include "io_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define ANY_SIZE (INT64_C(1) << 30)

static void assert_holds(struct fixture *f, const char *path, const char *expected)
{
    char *text = NULL;
    int64_t n = 0;
    assert_int_equal(file_read(&f->mem, path, ANY_SIZE, &text, &n, &f->err), AUTOML_OK);
    assert_int_equal(n, strlen(expected));
    assert_string_equal(text, expected);
    mem_free(&f->mem, text);
}

static int files_in_directory(const struct fixture *f)
{
    int n = 0;
    DIR *d = opendir(f->directory);
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e; e = readdir(d))
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

static void reads_a_whole_file_with_a_nul_behind_it(void **state)
{
    struct fixture *f = *state;
    char *text = NULL;
    int64_t n = 0;
    put_file(f, "a", "x\0y", 3);
    assert_int_equal(file_read(&f->mem, f->path, 3, &text, &n, &f->err), AUTOML_OK);
    assert_int_equal(n, 3);
    assert_memory_equal(text, "x\0y", 4);
    mem_free(&f->mem, text);
    put_file(f, "empty", "", 0);
    assert_holds(f, f->path, "");
}

static void reads_files_whose_size_is_not_known(void **state)
{
    struct fixture *f = *state;
    char *text = NULL;
    int64_t n = 0;
    assert_int_equal(file_read(&f->mem, "/proc/self/status", ANY_SIZE, &text, &n, &f->err), AUTOML_OK);
    assert_true(n > 100 && strncmp(text, "Name:", 5) == 0);
    mem_free(&f->mem, text);
    assert_int_equal(file_read(&f->mem, "/dev/zero", 100000, &text, &n, &f->err), AUTOML_E_RANGE);
}

static void says_why_a_file_cannot_be_read(void **state)
{
    struct fixture *f = *state;
    char *text = NULL;
    int64_t n = 0;
    assert_int_equal(file_read(&f->mem, path_of(f, "none"), 9, &text, &n, &f->err), AUTOML_E_NOT_FOUND);
    assert_message_has(f, "none");
    put_file(f, "a", "1234567890", 10);
    assert_int_equal(file_read(&f->mem, f->path, 9, &text, &n, &f->err), AUTOML_E_RANGE);
    assert_message_has(f, "9 bytes");
    assert_int_equal(file_read(&f->mem, path_of(f, "a/b"), 9, &text, &n, &f->err), AUTOML_E_NOT_FOUND);
    assert_int_equal(file_read(&f->mem, f->directory, 9, &text, &n, &f->err), AUTOML_E_READ);
    assert_null(text);
}

static void saves_and_replaces(void **state)
{
    struct fixture *f = *state;
    const char *path = path_of(f, "a");
    assert_int_equal(file_save(&f->mem, path, "one", 3, &f->err), AUTOML_OK);
    assert_holds(f, path, "one");
    assert_int_equal(file_save(&f->mem, path, "second", 6, &f->err), AUTOML_OK);
    assert_holds(f, path, "second");
    assert_int_equal(file_save(&f->mem, path, NULL, 0, &f->err), AUTOML_OK);
    assert_holds(f, path, "");
    assert_int_equal(files_in_directory(f), 1);
}

static void saves_below_the_current_directory(void **state)
{
    struct fixture *f = *state;
    int here = open(".", O_RDONLY);
    assert_int_equal(chdir(f->directory), 0);
    assert_int_equal(file_save(&f->mem, "plain", "x", 1, &f->err), AUTOML_OK);
    assert_holds(f, "plain", "x");
    assert_int_equal(fchdir(here), 0);
    close(here);
}

static void shows_nothing_before_the_commit(void **state)
{
    struct fixture *f = *state;
    struct file_writer *w = NULL;
    const char *path = put_file(f, "a", "old", 3);
    char block[1000];
    memset(block, 'x', sizeof block);
    assert_int_equal(file_create(&f->mem, path, &w, &f->err), AUTOML_OK);
    for (int i = 0; i < 200; i++)
        assert_int_equal(file_write(w, block, sizeof block, &f->err), AUTOML_OK);
    assert_holds(f, path, "old");
    assert_int_equal(file_commit(w, &f->err), AUTOML_OK);
    assert_int_equal(os_file_size(path), 200000);
    assert_int_equal(files_in_directory(f), 1);
}

static void writes_pieces_of_any_size_in_order(void **state)
{
    enum { TOTAL = 300000 };
    struct fixture *f = *state;
    struct file_writer *w = NULL;
    char *bytes = malloc(TOTAL), *text = NULL;
    for (int i = 0; i < TOTAL; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    assert_int_equal(file_create(&f->mem, path_of(f, "a"), &w, &f->err), AUTOML_OK);
    for (size_t at = 0, n = 1; at < TOTAL; at += n, n = n * 3 + 1) {
        if (n > TOTAL - at)
            n = TOTAL - at;
        assert_int_equal(file_write(w, bytes + at, n, &f->err), AUTOML_OK);
    }
    assert_int_equal(file_commit(w, &f->err), AUTOML_OK);
    int64_t n = 0;
    assert_int_equal(file_read(&f->mem, f->path, TOTAL, &text, &n, &f->err), AUTOML_OK);
    assert_int_equal(n, TOTAL);
    assert_memory_equal(text, bytes, TOTAL);
    mem_free(&f->mem, text);
    free(bytes);
}

static void abandoning_leaves_the_old_file(void **state)
{
    struct fixture *f = *state;
    struct file_writer *w = NULL;
    const char *path = put_file(f, "a", "old", 3);
    assert_int_equal(file_create(&f->mem, path, &w, &f->err), AUTOML_OK);
    assert_int_equal(file_write(w, "new", 3, &f->err), AUTOML_OK);
    file_abandon(w);
    file_abandon(NULL);
    assert_holds(f, path, "old");
    assert_int_equal(files_in_directory(f), 1);
}

static void two_writers_of_one_name_do_not_meet(void **state)
{
    struct fixture *f = *state;
    struct file_writer *a = NULL, *b = NULL;
    const char *path = path_of(f, "a");
    assert_int_equal(file_create(&f->mem, path, &a, &f->err), AUTOML_OK);
    assert_int_equal(file_create(&f->mem, path, &b, &f->err), AUTOML_OK);
    assert_int_equal(files_in_directory(f), 2);
    assert_int_equal(file_write(a, "first", 5, &f->err), AUTOML_OK);
    assert_int_equal(file_write(b, "2nd", 3, &f->err), AUTOML_OK);
    assert_int_equal(file_commit(b, &f->err), AUTOML_OK);
    assert_holds(f, path, "2nd");
    assert_int_equal(file_commit(a, &f->err), AUTOML_OK);
    assert_holds(f, path, "first");
}

static mode_t mode_of(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 0777;
}

static void respects_the_umask_and_the_old_mode(void **state)
{
    struct fixture *f = *state;
    mode_t before = umask(027);
    const char *path = path_of(f, "a");
    assert_int_equal(file_save(&f->mem, path, "x", 1, &f->err), AUTOML_OK);
    umask(before);
    assert_int_equal(mode_of(path), 0640);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(file_save(&f->mem, path, "y", 1, &f->err), AUTOML_OK);
    assert_int_equal(mode_of(path), 0600);
}

static void a_link_stays_a_link(void **state)
{
    struct fixture *f = *state;
    char link[200];
    struct stat st;
    snprintf(link, sizeof link, "%s/link", f->directory);
    put_file(f, "target", "old", 3);
    assert_int_equal(symlink("target", link), 0);
    assert_int_equal(file_save(&f->mem, link, "new", 3, &f->err), AUTOML_OK);
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_holds(f, f->path, "new");
}

static void a_full_disk_is_an_error(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(file_save(&f->mem, "/dev/full", "x", 1, &f->err), AUTOML_E_WRITE);
    assert_message_has(f, strerror(ENOSPC));
    assert_message_has(f, "/dev/full");
}

static void the_first_failure_sticks(void **state)
{
    struct fixture *f = *state;
    struct file_writer *w = NULL;
    char *block = calloc(1, 100000);
    assert_int_equal(file_create(&f->mem, "/dev/full", &w, &f->err), AUTOML_OK);
    assert_int_equal(file_write(w, "x", 1, &f->err), AUTOML_OK);
    assert_int_equal(file_write(w, block, 100000, &f->err), AUTOML_E_WRITE);
    automl_error_clear(&f->err);
    assert_int_equal(file_write(w, "x", 1, &f->err), AUTOML_E_WRITE);
    assert_message_has(f, strerror(ENOSPC));
    automl_error_clear(&f->err);
    assert_int_equal(file_commit(w, &f->err), AUTOML_E_WRITE);
    assert_message_has(f, strerror(ENOSPC));
    free(block);
}

static void writes_to_devices_directly(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(file_save(&f->mem, "/dev/null", "x", 1, &f->err), AUTOML_OK);
    struct stat st;
    assert_int_equal(stat("/dev/null", &st), 0);
    assert_true(S_ISCHR(st.st_mode));
}

/* The default action of SIGPIPE would end this process. */
static void a_closed_pipe_is_an_error_and_no_signal(void **state)
{
    struct fixture *f = *state;
    struct file_writer *w = NULL;
    const char *path = path_of(f, "fifo");
    assert_int_equal(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    assert_int_equal(file_create(&f->mem, path, &w, &f->err), AUTOML_OK);
    close(reader);
    assert_int_equal(file_write(w, "x", 1, &f->err), AUTOML_OK);
    assert_int_equal(file_commit(w, &f->err), AUTOML_E_WRITE);
    assert_message_has(f, strerror(EPIPE));
    sigset_t pending;
    sigpending(&pending);
    assert_int_equal(sigismember(&pending, SIGPIPE), 0);
}

/* The default action of SIGXFSZ would end this process. */
static void a_size_limit_is_an_error_and_leaves_the_old_file(void **state)
{
    struct fixture *f = *state;
    struct rlimit before, small;
    const char *path = put_file(f, "a", "old", 3);
    char *block = calloc(1, 100000);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 50000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    automl_status status = file_save(&f->mem, path, block, 100000, &f->err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    free(block);
    assert_int_equal(status, AUTOML_E_WRITE);
    assert_message_has(f, strerror(EFBIG));
    assert_holds(f, path, "old");
    assert_int_equal(files_in_directory(f), 1);
}

static void a_missing_directory_is_an_error(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(file_save(&f->mem, path_of(f, "none/a"), "x", 1, &f->err), AUTOML_E_WRITE);
    assert_message_has(f, "none/a");
    assert_int_equal(file_save(&f->mem, f->directory, "x", 1, &f->err), AUTOML_E_WRITE);
}

/* Permissions do not stop root, but nobody can make a file below /proc. */
static void a_read_only_directory_is_an_error(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(file_save(&f->mem, "/proc/self/fdinfo/automl", "x", 1, &f->err), AUTOML_E_WRITE);
    if (geteuid() == 0)
        return;
    const char *path = put_file(f, "a", "old", 3);
    assert_int_equal(chmod(f->directory, 0500), 0);
    assert_int_equal(file_save(&f->mem, path, "x", 1, &f->err), AUTOML_E_WRITE);
    assert_int_equal(chmod(f->directory, 0700), 0);
    assert_holds(f, path, "old");
}

static void a_directory_that_vanishes_fails_the_commit(void **state)
{
    struct fixture *f = *state;
    struct file_writer *w = NULL;
    char directory[200];
    snprintf(directory, sizeof directory, "%s/d", f->directory);
    assert_int_equal(mkdir(directory, 0700), 0);
    assert_int_equal(file_create(&f->mem, path_of(f, "d/a"), &w, &f->err), AUTOML_OK);
    assert_int_equal(file_write(w, "x", 1, &f->err), AUTOML_OK);
    assert_int_equal(os_remove_tree(directory, &f->err), AUTOML_OK);
    assert_int_equal(file_commit(w, &f->err), AUTOML_E_WRITE);
}

static void every_allocation_may_fail(void **state)
{
    struct fixture *f = *state;
    const char *path = put_file(f, "a", "old", 3);
    for (int64_t n = 1;; n++) {
        char *text = NULL;
        int64_t length = 0;
        fault_once(&f->fault, n);
        automl_status status = file_save(&f->mem, path, "old", 3, &f->err);
        if (status == AUTOML_OK)
            status = file_read(&f->mem, path, 99, &text, &length, &f->err);
        bool happened = fault_happened(&f->fault);
        assert_int_equal(status, happened ? AUTOML_E_MEMORY : AUTOML_OK);
        mem_free(&f->mem, text);
        assert_int_equal(fault_blocks(&f->fault), 0);
        assert_int_equal(files_in_directory(f), 1);
        if (!happened) {
            assert_true(n > 4);
            break;
        }
    }
    fault_off(&f->fault);
    assert_holds(f, path, "old");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(reads_a_whole_file_with_a_nul_behind_it),
        IO_TEST(reads_files_whose_size_is_not_known),
        IO_TEST(says_why_a_file_cannot_be_read),
        IO_TEST(saves_and_replaces),
        IO_TEST(saves_below_the_current_directory),
        IO_TEST(shows_nothing_before_the_commit),
        IO_TEST(writes_pieces_of_any_size_in_order),
        IO_TEST(abandoning_leaves_the_old_file),
        IO_TEST(two_writers_of_one_name_do_not_meet),
        IO_TEST(respects_the_umask_and_the_old_mode),
        IO_TEST(a_link_stays_a_link),
        IO_TEST(a_full_disk_is_an_error),
        IO_TEST(the_first_failure_sticks),
        IO_TEST(writes_to_devices_directly),
        IO_TEST(a_closed_pipe_is_an_error_and_no_signal),
        IO_TEST(a_size_limit_is_an_error_and_leaves_the_old_file),
        IO_TEST(a_missing_directory_is_an_error),
        IO_TEST(a_read_only_directory_is_an_error),
        IO_TEST(a_directory_that_vanishes_fails_the_commit),
        IO_TEST(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
