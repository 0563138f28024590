/*
 * store_owner.c - whether the process that runs a job is still there, by process id, boot and start time.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "base/os.h"
#include "job/store_db.h"

/* The first bytes of a file of the system, NUL-terminated; false if there is none. */
static bool read_start(const char *path, char *out, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n;
    do
        n = read(fd, out, size - 1);
    while (n < 0 && errno == EINTR);
    close(fd);
    out[n > 0 ? n : 0] = '\0';
    return n > 0;
}

/* Field 22 of /proc/PID/stat; the second one, the program's name, may hold spaces and parentheses. */
static int64_t start_time(int64_t pid)
{
    char path[64], text[1024];
    int64_t start = 0;
    snprintf(path, sizeof path, "/proc/%" PRId64 "/stat", pid);
    if (!read_start(path, text, sizeof text))
        return 0;
    const char *at = strrchr(text, ')');
    for (int32_t field = 2; at != NULL && field < 22; field++) {
        at = strchr(at, ' ');
        at = at != NULL ? at + 1 : NULL;
    }
    const char *end = at != NULL ? strchr(at, ' ') : NULL;
    return end != NULL && number_parse_int64(at, end, &start) ? start : 0;
}

static void boot_id(char out[OWNER_BOOT_BYTES])
{
    if (!read_start("/proc/sys/kernel/random/boot_id", out, OWNER_BOOT_BYTES))
        out[0] = '\0';
    out[strcspn(out, "\n")] = '\0';
}

void store_owner_self(struct store_owner *out)
{
    memset(out, 0, sizeof *out);
    out->pid = os_pid();
    out->start = start_time(out->pid);
    boot_id(out->boot);
}

bool store_owner_alive(const struct store_owner *o)
{
    char boot[OWNER_BOOT_BYTES];
    boot_id(boot);
    if (strcmp(boot, o->boot) != 0 || o->pid <= 0)
        return false;
    if (kill((pid_t)o->pid, 0) != 0 && errno == ESRCH)
        return false;
    return o->start == 0 || start_time(o->pid) == o->start;
}
