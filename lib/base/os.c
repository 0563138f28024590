/* os.c - questions to Linux: processors, memory, random bytes, directories. */
#define _GNU_SOURCE /* sched_getaffinity and its sets, getrandom */
#include "base/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/number.h"

enum {
    CPU_SETS = 16,       /* of 1024 processors: the kernel refuses a mask shorter than its own */
    CGROUP_BYTES = 8192, /* /proc/self/cgroup has a line for each hierarchy */
    DEPTH_MAX = 1000,    /* directories in one another: each holds a descriptor and a frame of the stack */
};

int32_t os_cpus(void)
{
    cpu_set_t sets[CPU_SETS];
    int32_t n = 0;
    if (sched_getaffinity(0, sizeof sets, sets) == 0)
        n = CPU_COUNT_S(sizeof sets, sets);
    if (n < 1)
        n = (int32_t)sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n;
}

int64_t os_pid(void)
{
    return getpid();
}

/* ---- memory ---- */

/* Reads a small file whole and NUL-terminates it; false if it is missing or does not fit. */
static bool read_text(const char *path, char *out, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    size_t n = 0;
    ssize_t got = 1;
    while (got > 0 && n < size) {
        got = read(fd, out + n, size - n);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            n += (size_t)got;
    }
    close(fd);
    if (got < 0 || n == size)
        return false;
    out[n] = '\0';
    return true;
}

/* A limit file holds a number of bytes or "max". */
static int64_t read_limit(const char *path)
{
    char text[64];
    uint64_t limit;
    if (!read_text(path, text, sizeof text))
        return INT64_MAX;
    if (!number_parse_uint64(text, text + strcspn(text, "\n"), &limit) || limit > INT64_MAX)
        return INT64_MAX;
    return (int64_t)limit;
}

/* The lowest limit of mount/group/file and of the groups above it. Cuts `group` short. */
static int64_t lowest_limit(const char *mount, char *group, const char *file)
{
    int64_t lowest = INT64_MAX;
    for (;;) {
        char path[PATH_MAX];
        int n = snprintf(path, sizeof path, "%s%s/%s", mount, group, file);
        if (n > 0 && n < (int)sizeof path) {
            int64_t limit = read_limit(path);
            lowest = limit < lowest ? limit : lowest;
        }
        char *slash = strrchr(group, '/');
        if (!slash)
            return lowest;
        *slash = '\0';
    }
}

/* Whether a comma-separated list has the word. */
static bool has_word(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = list; p; p = strchr(p, ',')) {
        p += *p == ',';
        if (strncmp(p, word, n) == 0 && (p[n] == '\0' || p[n] == ','))
            return true;
    }
    return false;
}

/* One line "number:controllers:/group"; version 2 has no controllers. */
static int64_t line_limit(char *line, const char *mount)
{
    char *controllers = strchr(line, ':');
    char *group = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!group)
        return INT64_MAX;
    *group++ = '\0';
    controllers++;
    if (*controllers == '\0')
        return lowest_limit(mount, group, "memory.max");
    if (!has_word(controllers, "memory"))
        return INT64_MAX;
    char memory[PATH_MAX];
    int n = snprintf(memory, sizeof memory, "%s/memory", mount);
    if (n < 0 || n >= (int)sizeof memory)
        return INT64_MAX;
    return lowest_limit(memory, group, "memory.limit_in_bytes");
}

int64_t os_cgroup_limit(const char *self, const char *mount)
{
    char text[CGROUP_BYTES];
    if (!read_text(self, text, sizeof text))
        return INT64_MAX;
    int64_t lowest = INT64_MAX;
    for (char *line = text; *line;) {
        char *next = line + strcspn(line, "\n");
        if (*next)
            *next++ = '\0';
        int64_t limit = line_limit(line, mount);
        lowest = limit < lowest ? limit : lowest;
        line = next;
    }
    return lowest;
}

int64_t os_ram_bytes(void)
{
    int64_t pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    int64_t physical = pages > 0 && page > 0 && pages <= INT64_MAX / page ? pages * page : INT64_MAX;
    int64_t limit = os_cgroup_limit("/proc/self/cgroup", "/sys/fs/cgroup");
    return limit < physical ? limit : physical;
}

/* ---- random bytes ---- */

automl_status os_random(void *buf, size_t n, automl_error *err)
{
    unsigned char *p = buf;
    while (n > 0) {
        ssize_t got = getrandom(p, n < 256 ? n : 256, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return error_system(err, AUTOML_E_READ, "read random bytes from", "getrandom", errno);
        p += got;
        n -= (size_t)got;
    }
    return AUTOML_OK;
}

/* ---- files and directories ---- */

static bool is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

automl_status os_make_directory(const char *path, automl_error *err)
{
    if (mkdir(path, 0777) == 0)
        return AUTOML_OK;
    int errnum = errno;
    /* Above an existing directory the system may name another error first: read-only, no permission. */
    if (is_directory(path))
        return AUTOML_OK;
    return error_system(err, AUTOML_E_WRITE, "create directory", path, errnum);
}

automl_status os_make_directories(const char *path, automl_error *err)
{
    char part[PATH_MAX];
    size_t n = strlen(path);
    if (n >= sizeof part)
        return error_system(err, AUTOML_E_WRITE, "create directory", path, ENAMETOOLONG);
    memcpy(part, path, n + 1);
    for (size_t i = 1; i < n; i++) {
        if (part[i] != '/' || part[i - 1] == '/')
            continue;
        part[i] = '\0';
        TRY(os_make_directory(part, err));
        part[i] = '/';
    }
    return os_make_directory(path, err);
}

int64_t os_file_size(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (int64_t)st.st_size : -1;
}

static bool is_dots(const char *name)
{
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

static int empty_directory(int parent, const char *name, int32_t depth);

/* Removes an entry of any kind; 0 or an errno. A missing one is fine: somebody else was faster. */
static int remove_entry(int parent, const char *name, int32_t depth)
{
    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
        return 0;
    int errnum = errno;
    struct stat st;
    if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(st.st_mode))
        return errnum;
    errnum = empty_directory(parent, name, depth);
    if (errnum == 0 && unlinkat(parent, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
        errnum = errno;
    return errnum;
}

/* One pass over the entries; counts those removed. */
static int remove_entries(DIR *dir, int32_t depth, int64_t *removed)
{
    for (;;) {
        errno = 0;
        struct dirent *entry = readdir(dir);
        if (!entry)
            return errno;
        if (is_dots(entry->d_name))
            continue;
        int errnum = remove_entry(dirfd(dir), entry->d_name, depth);
        if (errnum != 0)
            return errnum;
        ++*removed;
    }
}

/* Removes what is in a directory; 0 or an errno. Passes repeat, as removing may hide entries from readdir. */
static int empty_directory(int parent, const char *name, int32_t depth)
{
    if (depth == DEPTH_MAX)
        return ENAMETOOLONG;
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : errno;
    DIR *dir = fdopendir(fd);
    if (!dir) {
        int errnum = errno;
        close(fd);
        return errnum;
    }
    int errnum;
    int64_t removed;
    do {
        removed = 0;
        rewinddir(dir);
        errnum = remove_entries(dir, depth + 1, &removed);
    } while (errnum == 0 && removed > 0);
    closedir(dir);
    return errnum;
}

automl_status os_remove_tree(const char *path, automl_error *err)
{
    /* "link/" would follow the link. */
    char trimmed[PATH_MAX];
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    int errnum = ENAMETOOLONG;
    if (n < sizeof trimmed) {
        memcpy(trimmed, path, n);
        trimmed[n] = '\0';
        errnum = empty_directory(AT_FDCWD, trimmed, 0);
    }
    if (errnum == 0 && unlinkat(AT_FDCWD, trimmed, AT_REMOVEDIR) != 0 && errno != ENOENT)
        errnum = errno;
    if (errnum != 0)
        return error_system(err, AUTOML_E_WRITE, "remove directory", path, errnum);
    return AUTOML_OK;
}
