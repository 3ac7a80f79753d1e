/* Lets system calls on some files fail, and clocks leap: loaded with LD_PRELOAD, told what by the file that FAULTS names.
 * Each line there: CALL NUMBER PART. Calls are fsync, write, rename and open, NUMBER is an errno, PART a part of the
 * file's path. For the call clock the number is of seconds by which the time is ahead, and PART is of no account. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static int told(const char *call, const char *path) {
    const char *place = getenv("FAULTS");
    if (place == NULL || path == NULL || strcmp(place, path) == 0) return 0;
    int (*opening)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    int file = opening(place, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    char text[1024];
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return 0;
    text[length] = 0;
    char *rest = text, *line;
    while ((line = strsep(&rest, "\n")) != NULL) {
        char name[16], part[256];
        int number;
        if (sscanf(line, "%15s %d %255s", name, &number, part) != 3) continue;
        if (strcmp(name, call) == 0 && (*path == 0 || strstr(path, part) != NULL)) return number;
    }
    return 0;
}

static int told_of(const char *call, int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return told(call, path);
}

#define NEXT(type, name) type (*next)() = dlsym(RTLD_NEXT, name)
#define FAIL_OF(call, file) { int number = told_of(call, file); if (number) { errno = number; return -1; } }
#define FAIL(call, path) { int number = told(call, path); if (number) { errno = number; return -1; } }

int fsync(int file) { NEXT(int, "fsync"); FAIL_OF("fsync", file) return next(file); }
int fdatasync(int file) { NEXT(int, "fdatasync"); FAIL_OF("fsync", file) return next(file); }
ssize_t write(int file, const void *from, size_t size) {
    NEXT(ssize_t, "write"); FAIL_OF("write", file) return next(file, from, size);
}
ssize_t pwrite(int file, const void *from, size_t size, off_t at) {
    NEXT(ssize_t, "pwrite"); FAIL_OF("write", file) return next(file, from, size, at);
}
ssize_t pwrite64(int file, const void *from, size_t size, off64_t at) {
    NEXT(ssize_t, "pwrite64"); FAIL_OF("write", file) return next(file, from, size, at);
}
int rename(const char *from, const char *to) { NEXT(int, "rename"); FAIL("rename", to) return next(from, to); }
int open(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    NEXT(int, "open");
    if (flags & (O_WRONLY | O_RDWR)) FAIL("open", path)
    return next(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    NEXT(int, "open64");
    if (flags & (O_WRONLY | O_RDWR)) FAIL("open", path)
    return next(path, flags, mode);
}

/* The file is read again every 20 ms of the clock that does not leap: the time is asked for often. */
static int real_time(clockid_t which, struct timespec *when) {
    static int (*next)(clockid_t, struct timespec *);
    if (next == NULL) next = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    return next(which, when);
}

static long leap(void) {
    static __thread long looked, ahead;
    struct timespec running;
    real_time(CLOCK_MONOTONIC, &running);
    long now = running.tv_sec * 50 + running.tv_nsec / 20000000;
    if (now != looked) {
        looked = now;
        ahead = told("clock", "");
    }
    return ahead;
}

int clock_gettime(clockid_t which, struct timespec *when) {
    int failed = real_time(which, when);
    if (!failed && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) when->tv_sec += leap();
    return failed;
}
int gettimeofday(struct timeval *restrict when, void *restrict zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    when->tv_sec = now.tv_sec;
    when->tv_usec = now.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *when) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (when != NULL) *when = now.tv_sec;
    return now.tv_sec;
}
