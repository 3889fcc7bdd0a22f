/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A growable buffer. Every byte we send passes through one, so the common case of each function is
 * one comparison and one copy; growth is kept out of line. Capacity doubles, which makes appending
 * linear in total, and starts at 64 bytes, which holds a short reply whole.
 *
 * The bytes are not NUL-terminated: whoever needs a C string asks an arena for one. What is
 * appended must not lie in the buffer itself, for growing may move it.
 *
 * Consuming from the front moves the rest down. Our readers consume whole messages and leave at
 * most a broken-off one behind, so this moves little, and in exchange a buffer stays three words
 * and its view stays one piece. */
#include "base/buf.h"

#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

#define FIRST_BYTES 64

static const char digit_pairs[201] = "00010203040506070809"
                                     "10111213141516171819"
                                     "20212223242526272829"
                                     "30313233343536373839"
                                     "40414243444546474849"
                                     "50515253545556575859"
                                     "60616263646566676869"
                                     "70717273747576777879"
                                     "80818283848586878889"
                                     "90919293949596979899";

static __attribute__((noinline)) void grow(struct buf *b, size_t more)
{
    size_t need;
    if (__builtin_add_overflow(b->len, more, &need)) {
        log_abort("out of memory: a buffer of %zu and %zu bytes", b->len, more);
    }
    if (need < FIRST_BYTES) {
        need = FIRST_BYTES;
    }
    b->ptr = mem_grow(b->ptr, &b->cap, need, 1);
}

static inline void reserve(struct buf *b, size_t more)
{
    if (__builtin_expect(b->cap - b->len < more, 0)) {
        grow(b, more);
    }
}

void buf_reserve(struct buf *b, size_t more)
{
    reserve(b, more);
}

void buf_append(struct buf *b, const void *bytes, size_t len)
{
    if (len == 0) {
        return;
    }
    reserve(b, len);
    memcpy(b->ptr + b->len, bytes, len);
    b->len += len;
}

void buf_slice(struct buf *b, struct slice s)
{
    buf_append(b, s.ptr, s.len);
}

void buf_text(struct buf *b, const char *text)
{
    buf_append(b, text, strlen(text));
}

void buf_char(struct buf *b, char c)
{
    reserve(b, 1);
    b->ptr[b->len++] = c;
}

void buf_u64(struct buf *b, uint64_t value)
{
    char digits[20];
    char *first = digits + sizeof digits;
    while (value >= 100) {
        first -= 2;
        memcpy(first, digit_pairs + value % 100 * 2, 2);
        value /= 100;
    }
    if (value >= 10) {
        first -= 2;
        memcpy(first, digit_pairs + value * 2, 2);
    } else {
        *--first = (char)('0' + value);
    }
    buf_append(b, first, (size_t)(digits + sizeof digits - first));
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(b, format, args);
    va_end(args);
}

void buf_vprintf(struct buf *b, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    reserve(b, 1);
    int printed = vsnprintf(b->ptr + b->len, b->cap - b->len, format, args);
    if (printed < 0) {
        log_abort("a format that cannot be printed: %s", format);
    }
    size_t len = (size_t)printed;
    if (len >= b->cap - b->len) {
        reserve(b, len + 1);
        vsnprintf(b->ptr + b->len, len + 1, format, again);
    }
    b->len += len;
    va_end(again);
}

void buf_reset(struct buf *b)
{
    b->len = 0;
}

void buf_consume(struct buf *b, size_t n)
{
    if (n > b->len) {
        log_abort("%zu bytes consumed of %zu", n, b->len);
    }
    b->len -= n;
    if (b->len && n) {
        memmove(b->ptr, b->ptr + n, b->len);
    }
}

void buf_free(struct buf *b)
{
    mem_free(b->ptr);
    *b = (struct buf){0};
}
