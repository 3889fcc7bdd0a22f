/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* See notify.h. Twenty lines instead of a library: the protocol is a promise of systemd's. */
#include "notify.h"

#include "base/slice.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_un manager;
static socklen_t manager_size; /* 0: there is none */
static uint64_t watchdog_ms;

static void find_watchdog(void)
{
    unsigned long long us;
    unsigned long long pid;
    const char *for_whom = getenv("WATCHDOG_PID");
    if (!slice_to_u64(slice_of(getenv("WATCHDOG_USEC")), UINT64_MAX / 2, &us))
        return;
    if (for_whom &&
        (!slice_to_u64(slice_of(for_whom), INT32_MAX, &pid) || pid != (unsigned long long)getpid()))
        return;
    watchdog_ms = us / 2000;
}

void notify_begin(void)
{
    const char *path = getenv("NOTIFY_SOCKET");
    size_t len = path ? strlen(path) : 0;
    manager_size = 0;
    watchdog_ms = 0;
    if (len == 0 || len >= sizeof manager.sun_path || !strchr("/@", path[0]))
        return;
    manager = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(manager.sun_path, path, len);
    if (path[0] == '@') /* an abstract name begins with a NUL */
        manager.sun_path[0] = '\0';
    manager_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    find_watchdog();
}

void notify_say(const char *state)
{
    if (manager_size == 0)
        return;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    (void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&manager,
                 manager_size);
    close(fd);
}

uint64_t notify_watchdog_ms(void)
{
    return watchdog_ms;
}
