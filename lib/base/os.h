/* os.h - the few questions asked of the operating system. */
#ifndef BASE_OS_H
#define BASE_OS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

int32_t os_cpus(void);      /* processors this process may run on, at least 1 */
int64_t os_ram_bytes(void); /* physical memory, or the cgroup's limit if that is lower */
/* The part of it that tests feed with files: the lowest limit of a group listed in `self` (/proc/self/cgroup)
 * and of its parents below `mount` (/sys/fs/cgroup), versions 1 and 2; INT64_MAX if there is none. */
int64_t os_cgroup_limit(const char *self, const char *mount);
int64_t os_pid(void);
/* Fills buf with random bytes from the system. */
automl_status os_random(void *buf, size_t n, automl_error *err);
/* Creates one directory; an existing one is fine. */
automl_status os_make_directory(const char *path, automl_error *err);
/* Creates a directory and its parents. */
automl_status os_make_directories(const char *path, automl_error *err);
/* Removes a directory and what is in it; a missing one is fine. Does not follow links. */
automl_status os_remove_tree(const char *path, automl_error *err);
int64_t os_file_size(const char *path); /* -1: no such regular file */

#endif
