/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A disk on which making something durable takes longer: preloaded into the server, it adds
 * SLOW_DISK_US microseconds (2000) to each fdatasync and fsync, on whichever thread calls it. */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void delay(void)
{
    const char *text = getenv("SLOW_DISK_US");
    long us = text ? atol(text) : 2000;
    struct timespec time = {us / 1000000, us % 1000000 * 1000};
    nanosleep(&time, NULL);
}

static int forward(const char *name, int fd)
{
    /* A function's address in a data pointer is POSIX's own idiom, but no conversion of C's. */
    union {
        void *data;
        int (*call)(int);
    } real = {.data = dlsym(RTLD_NEXT, name)};
    delay();
    return real.call(fd);
}

int fdatasync(int fd)
{
    return forward("fdatasync", fd);
}

int fsync(int fd)
{
    return forward("fsync", fd);
}
