/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* One line per event on standard error: time, level, event, then key=value pairs (logfmt). Values
 * with blanks or quotes are quoted by log_quote. No password, token or user data may be given.
 * Thread-safe; a line is one write. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/slice.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

void log_set_level(enum log_level level);
bool log_is_on(enum log_level level);
/* log_line(LOG_INFO, "http.request", "method=%s status=%d", ...) */
void log_line(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Writes value to out as a logfmt value: quoted where it must be, cut where size (at least 4) is
 * too small, NUL-terminated. Returns out, to be given for a %s. */
const char *log_quote(char *out, size_t size, struct slice value);
/* Prints the message and aborts: a broken invariant of our own. */
_Noreturn void log_abort(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
