/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Straight from the kernel: no generator of our own that could be seeded badly or copied by a fork.
 * A system call can be interrupted and can give less than was asked for; so it is a loop. */
#include "base/random.h"

#include "base/log.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

void random_fill(void *out, size_t size_bytes)
{
    size_t done = 0;
    while (done < size_bytes) {
        ssize_t got = getrandom((char *)out + done, size_bytes - done, 0);
        if (got < 0 && errno != EINTR) {
            log_abort("getrandom failed: %s", strerror(errno));
        }
        done += got > 0 ? (size_t)got : 0;
    }
}
