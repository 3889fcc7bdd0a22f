/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a service manager that started us wants to hear: sd_notify(3)'s protocol, a datagram to the
 * socket that the environment names. Without one nothing is said. Not thread-safe at its begin. */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdint.h>

/* Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. */
void notify_begin(void);
/* "READY=1", "STOPPING=1", "WATCHDOG=1". Does not wait, and nothing depends on its arrival. */
void notify_say(const char *state);
/* How often "WATCHDOG=1" is to be said: half of what is asked for; 0: never. Milliseconds. */
uint64_t notify_watchdog_ms(void);

#endif
