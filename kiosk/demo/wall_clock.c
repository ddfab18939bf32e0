/* Makes the wall clock of one process wrong by a number of nanoseconds that may change while it runs.

   Loaded with LD_PRELOAD. The file named by KIOSK_CLOCK_OFF holds the offset as one 64-bit number; it is mapped, so a
   change is seen by the next question. Only those who ask for the wall clock get another answer: the monotonic clocks,
   and all waiting, are the machine's own (CPython waits by CLOCK_MONOTONIC).
*/
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000LL

static const int64_t right;
static const volatile int64_t *off_ns = &right;

__attribute__((constructor)) static void map_offset(void)
{
    const char *path = getenv("KIOSK_CLOCK_OFF");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    void *mapped = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
    if (mapped != MAP_FAILED)
        off_ns = mapped;
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec *told)
{
    if (syscall(SYS_clock_gettime, clock, told))
        return -1;
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) {
        int64_t ns = (int64_t)told->tv_sec * NS_PER_S + told->tv_nsec + *off_ns;
        told->tv_sec = ns / NS_PER_S;
        told->tv_nsec = ns % NS_PER_S;
    }
    return 0;
}

int gettimeofday(struct timeval *restrict told, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now))
        return -1;
    told->tv_sec = now.tv_sec;
    told->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *told)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (told)
        *told = now.tv_sec;
    return now.tv_sec;
}
