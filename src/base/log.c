/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A line is put together on the stack and handed to the kernel in one write, so that lines of
 * threads never mix and logging takes no lock and no memory; out of memory can still be told. In
 * exchange a line has an end: what does not fit into a pipe's atomic write is cut, and the cut is
 * marked.
 *
 * Values may come from outside. Control characters in the finished line become '?', so that no
 * value can start a line of its own, whoever forgot to quote it.
 *
 * The log is written for a collector (journald, a container's stderr): no files, no rotation, no
 * colours. */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define LINE_BYTES 4096 /* PIPE_BUF */
#define CUT        " cut=true"

static atomic_int lowest = LOG_INFO;

static const char *const level_names[] = {"debug", "info", "warn", "error"};

void log_set_level(enum log_level level)
{
    atomic_store_explicit(&lowest, (int)level, memory_order_relaxed);
}

bool log_is_on(enum log_level level)
{
    return (int)level >= atomic_load_explicit(&lowest, memory_order_relaxed);
}

static size_t print_head(char *line, size_t room, enum log_level level, const char *event)
{
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    int n = snprintf(line, room, "time=%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ level=%s event=%.100s",
                     utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                     utc.tm_sec, now.tv_nsec / 1000000, level_names[level], event);
    return n < 0 ? 0 : (size_t)n;
}

static void write_line(enum log_level level, const char *event, const char *format, va_list args)
{
    char line[LINE_BYTES];
    const size_t room = sizeof line - sizeof CUT; /* leaves place for the mark and the newline */
    size_t len = print_head(line, room, level, event);
    if (*format) {
        line[len++] = ' ';
        int printed = vsnprintf(line + len, room - len, format, args);
        size_t body = printed < 0 ? 0 : (size_t)printed;
        bool is_cut = body >= room - len;
        len = is_cut ? room - 1 : len + body;
        if (is_cut) {
            memcpy(line + len, CUT, sizeof CUT - 1);
            len += sizeof CUT - 1;
        }
    }
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f) {
            line[i] = '?';
        }
    }
    line[len++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, len);
    (void)written; /* there is nobody left to tell */
}

void log_line(enum log_level level, const char *event, const char *format, ...)
{
    if (!log_is_on(level)) {
        return;
    }
    va_list args;
    va_start(args, format);
    write_line(level, event, format, args);
    va_end(args);
}

static void abort_line(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    write_line(LOG_ERROR, "abort", format, args);
    va_end(args);
}

void log_abort(const char *format, ...)
{
    char message[1024];
    char quoted[1536];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    abort_line("reason=%s", log_quote(quoted, sizeof quoted, slice_of(message)));
    abort();
}

static bool is_plain(struct slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if (c <= ' ' || c == '"' || c == '\\' || c == '=' || c == 0x7f) {
            return false;
        }
    }
    return value.len > 0;
}

const char *log_quote(char *out, size_t size, struct slice value)
{
    if (size < 4) {
        log_abort("log_quote needs 4 bytes, not %zu", size);
    }
    if (is_plain(value)) {
        size_t len = value.len < size ? value.len : size - 1;
        memcpy(out, value.ptr, len);
        out[len] = '\0';
        return out;
    }
    size_t at = 0;
    out[at++] = '"';
    for (size_t i = 0; i < value.len && at + 4 <= size; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if (c == '"' || c == '\\') {
            out[at++] = '\\';
        }
        out[at++] = c < 0x20 || c == 0x7f ? '?' : (char)c;
    }
    out[at++] = '"';
    out[at] = '\0';
    return out;
}
