/*
 * file.c - whole files, read and written whole or not at all.
 *
 * SIGPIPE and SIGXFSZ are blocked in the thread around each write and taken off again, so that a closed pipe
 * or a file size limit is an error here and not the end of the host.
 */
#define _XOPEN_SOURCE 700 /* POSIX 2008 and realpath */

#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/os.h"

enum { BUFFER_BYTES = 1 << 16, FIRST_BYTES = 1 << 12, NAME_TRIES = 16, NAME_BYTES = 80 };

static automl_status too_large(const char *path, int64_t max_bytes, automl_error *err)
{
    return error_set(err, AUTOML_E_RANGE, "the file '%s' is larger than %" PRId64 " bytes, the most allowed",
        path, max_bytes);
}

struct contents {
    char *data;
    int64_t n, capacity;
};

static automl_status read_rest(
    struct mem *m, int fd, const char *path, int64_t max_bytes, struct contents *c, automl_error *err)
{
    for (;;) {
        void *data = c->data;
        if (!mem_grow(m, &data, &c->capacity, c->n + 2, 1))
            return error_memory(err);
        c->data = data;
        ssize_t r = read(fd, c->data + c->n, (size_t)(c->capacity - c->n - 1));
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return error_system(err, AUTOML_E_READ, "read", path, errno);
        c->n += r;
        if (c->n > max_bytes)
            return too_large(path, max_bytes, err);
        if (r == 0)
            return AUTOML_OK;
    }
}

static automl_status read_open(
    struct mem *m, int fd, const char *path, int64_t max_bytes, struct contents *c, automl_error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return error_system(err, AUTOML_E_READ, "read", path, errno);
    int64_t size = S_ISREG(st.st_mode) ? (int64_t)st.st_size : 0;
    if (size > max_bytes)
        return too_large(path, max_bytes, err);
    /* Two more: the NUL, and room to see the end without growing. */
    int64_t capacity = (size > 0 ? size : FIRST_BYTES) + 2;
    c->data = mem_alloc(m, (size_t)capacity, 1);
    if (!c->data)
        return error_memory(err);
    c->capacity = capacity;
    return read_rest(m, fd, path, max_bytes, c, err);
}

automl_status file_read(
    struct mem *m, const char *path, int64_t max_bytes, char **out, int64_t *out_n, automl_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        bool missing = errno == ENOENT || errno == ENOTDIR;
        return error_system(err, missing ? AUTOML_E_NOT_FOUND : AUTOML_E_READ, "open", path, errno);
    }
    struct contents c = {0};
    automl_status status = read_open(m, fd, path, max_bytes, &c, err);
    close(fd);
    if (status < 0) {
        mem_free(m, c.data);
        return status;
    }
    c.data[c.n] = '\0';
    *out = c.data;
    *out_n = c.n;
    return AUTOML_OK;
}

struct file_writer {
    struct mem *mem;
    char *path;      /* final name, links resolved */
    char *temporary; /* NULL: written to directly */
    int fd;
    automl_error first; /* status 0: no failure so far */
    size_t n;
    char buffer[BUFFER_BYTES];
};

/* write(2) with SIGPIPE and SIGXFSZ turned into EPIPE and EFBIG. A signal that was pending before stays so.
 */
static ssize_t write_quietly(int fd, const void *bytes, size_t n)
{
    sigset_t quiet, before, pending;
    sigemptyset(&quiet);
    sigaddset(&quiet, SIGPIPE);
    sigaddset(&quiet, SIGXFSZ);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &quiet, &before);
    ssize_t r = write(fd, bytes, n);
    int errnum = errno;
    int raised = r >= 0 ? 0 : errnum == EPIPE ? SIGPIPE : errnum == EFBIG ? SIGXFSZ : 0;
    if (raised && sigismember(&pending, raised) == 0) {
        sigset_t one;
        const struct timespec at_once = {0};
        sigemptyset(&one);
        sigaddset(&one, raised);
        while (sigtimedwait(&one, NULL, &at_once) < 0 && errno == EINTR) {}
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = errnum;
    return r;
}

static automl_status fail(struct file_writer *w, const char *what, int errnum)
{
    return error_system(&w->first, AUTOML_E_WRITE, what, w->path, errnum);
}

static automl_status put(struct file_writer *w, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t r = write_quietly(w->fd, bytes, n);
        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0)
            return fail(w, "write", r < 0 ? errno : EIO);
        bytes += r;
        n -= (size_t)r;
    }
    return AUTOML_OK;
}

/* Where the last part of the path begins. */
static size_t directory_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

static automl_status name_temporary(struct file_writer *w, automl_error *err)
{
    static _Atomic uint32_t counter;
    uint64_t random;
    char name[NAME_BYTES];
    TRY(os_random(&random, sizeof random, err));
    uint32_t count = atomic_fetch_add_explicit(&counter, 1, memory_order_relaxed);
    int length = snprintf(
        name, sizeof name, ".automl-%" PRId64 "-%" PRIu32 "-%016" PRIx64 ".tmp", os_pid(), count, random);
    size_t directory = directory_length(w->path);
    w->temporary = mem_alloc(w->mem, directory + (size_t)length + 1, 1);
    if (!w->temporary)
        return error_memory(err);
    memcpy(w->temporary, w->path, directory);
    memcpy(w->temporary + directory, name, (size_t)length + 1);
    return AUTOML_OK;
}

static automl_status open_temporary(struct file_writer *w, mode_t mode, automl_error *err)
{
    for (int32_t i = 0; i < NAME_TRIES; i++) {
        TRY(name_temporary(w, err));
        w->fd = open(w->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (w->fd >= 0)
            return AUTOML_OK;
        int errnum = errno;
        mem_free(w->mem, w->temporary);
        w->temporary = NULL;
        if (errnum != EEXIST)
            return error_system(err, AUTOML_E_WRITE, "create", w->path, errnum);
    }
    return error_system(err, AUTOML_E_WRITE, "create", w->path, EEXIST);
}

/* A link is followed, so that it still is one when its file has been replaced. */
static automl_status resolve(struct file_writer *w, const char *path, automl_error *err)
{
    char real[PATH_MAX];
    struct stat st;
    bool link = lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
    w->path = mem_strdup(w->mem, link && realpath(path, real) ? real : path);
    return w->path ? AUTOML_OK : error_memory(err);
}

static automl_status open_target(struct file_writer *w, const char *path, automl_error *err)
{
    struct stat st;
    TRY(resolve(w, path, err));
    if (stat(w->path, &st) != 0)
        return open_temporary(w, 0666, err);
    if (S_ISREG(st.st_mode))
        return open_temporary(w, st.st_mode & 0777, err); /* no wider than the old file */
    w->fd = open(w->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return w->fd >= 0 ? AUTOML_OK : error_system(err, AUTOML_E_WRITE, "open", path, errno);
}

automl_status file_create(struct mem *m, const char *path, struct file_writer **out, automl_error *err)
{
    struct file_writer *w = NEW(m, struct file_writer);
    if (!w)
        return error_memory(err);
    w->mem = m;
    w->fd = -1;
    automl_status status = open_target(w, path, err);
    if (status < 0) {
        file_abandon(w);
        return status;
    }
    *out = w;
    return AUTOML_OK;
}

static automl_status flush(struct file_writer *w)
{
    size_t n = w->n;
    w->n = 0;
    return put(w, w->buffer, n);
}

static automl_status append(struct file_writer *w, const char *bytes, size_t n)
{
    if (n == 0)
        return AUTOML_OK;
    if (n > BUFFER_BYTES - w->n)
        TRY(flush(w));
    if (n >= BUFFER_BYTES)
        return put(w, bytes, n);
    memcpy(w->buffer + w->n, bytes, n);
    w->n += n;
    return AUTOML_OK;
}

automl_status file_write(struct file_writer *w, const void *bytes, size_t n, automl_error *err)
{
    if (w->first.status < 0 || append(w, bytes, n) < 0)
        return error_copy(err, &w->first);
    return AUTOML_OK;
}

/* What is no file on a disk has nothing to sync. */
static bool cannot_sync(int errnum)
{
    return errnum == EINVAL || errnum == ENOTSUP || errnum == ENOSYS || errnum == EROFS;
}

static automl_status sync_and_close(struct file_writer *w)
{
    int r;
    do
        r = fsync(w->fd);
    while (r != 0 && errno == EINTR);
    if (r != 0 && (w->temporary || !cannot_sync(errno)))
        return fail(w, "sync", errno);
    int fd = w->fd;
    w->fd = -1;
    /* After EINTR the descriptor is closed all the same, and the data have been synced. */
    if (close(fd) != 0 && errno != EINTR)
        return fail(w, "close", errno);
    return AUTOML_OK;
}

/* The new name survives a power cut only when the directory is on disk too. One that may not be read, or a
 * file system that cannot sync directories, is no failure. */
static automl_status sync_directory(struct file_writer *w)
{
    char name[PATH_MAX];
    size_t n = directory_length(w->path);
    if (n >= sizeof name)
        return AUTOML_OK; /* the file itself could not have been opened */
    memcpy(name, w->path, n);
    name[n] = '\0';
    int fd = open(n > 0 ? name : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return AUTOML_OK;
    int r = fsync(fd);
    int errnum = errno;
    close(fd);
    if (r != 0 && errnum != EINTR && !cannot_sync(errnum))
        return fail(w, "sync the directory of", errnum);
    return AUTOML_OK;
}

static automl_status finish(struct file_writer *w)
{
    TRY(flush(w));
    TRY(sync_and_close(w));
    if (!w->temporary)
        return AUTOML_OK;
    if (rename(w->temporary, w->path) != 0)
        return fail(w, "replace", errno);
    mem_free(w->mem, w->temporary);
    w->temporary = NULL;
    return sync_directory(w);
}

automl_status file_commit(struct file_writer *w, automl_error *err)
{
    automl_status status = w->first.status;
    if (status == AUTOML_OK)
        status = finish(w);
    if (status < 0)
        error_copy(err, &w->first);
    file_abandon(w);
    return status;
}

void file_abandon(struct file_writer *w)
{
    if (!w)
        return;
    if (w->fd >= 0)
        close(w->fd);
    if (w->temporary)
        unlink(w->temporary);
    mem_free(w->mem, w->temporary);
    mem_free(w->mem, w->path);
    mem_free(w->mem, w);
}

automl_status file_save(struct mem *m, const char *path, const void *bytes, size_t n, automl_error *err)
{
    struct file_writer *w = NULL;
    TRY(file_create(m, path, &w, err));
    automl_status status = file_write(w, bytes, n, err);
    if (status < 0) {
        file_abandon(w);
        return status;
    }
    return file_commit(w, err);
}
