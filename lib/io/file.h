/*
 * file.h - whole files: read, and written whole or not at all.
 *
 * A written file goes to a temporary name in the same directory, is checked at every step, fsynced and
 * renamed over its final name; the directory is fsynced after. On failure the old file is untouched and the
 * temporary one is removed. A path that exists and is no regular file (/dev/full, a pipe) is written to
 * directly, with the same checks.
 */
#ifndef IO_FILE_H
#define IO_FILE_H

#include "base/error.h"
#include "base/memory.h"

/* The whole file, with a NUL after its end. AUTOML_E_NOT_FOUND, _E_READ, _E_RANGE over max_bytes. */
automl_status file_read(
    struct mem *m, const char *path, int64_t max_bytes, char **out, int64_t *out_n, automl_error *err);

struct file_writer;

automl_status file_create(struct mem *m, const char *path, struct file_writer **out, automl_error *err);
/* Buffered. After a failure every later call, and the commit, fails with the first error. */
automl_status file_write(struct file_writer *w, const void *bytes, size_t n, automl_error *err);
/* Flushes, fsyncs, renames; frees the writer whatever happens. */
automl_status file_commit(struct file_writer *w, automl_error *err);
/* Removes the temporary file and frees the writer. NULL is fine. */
void file_abandon(struct file_writer *w);

/* The three calls in one. */
automl_status file_save(struct mem *m, const char *path, const void *bytes, size_t n, automl_error *err);

#endif
