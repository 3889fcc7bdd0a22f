/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A growable buffer of bytes that owns its memory. Zero-initialised is empty and valid. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdint.h>

#include "base/slice.h"

struct buf {
    char *ptr;
    size_t len;
    size_t cap;
};

void buf_reserve(struct buf *b, size_t more);
void buf_append(struct buf *b, const void *bytes, size_t len);
void buf_slice(struct buf *b, struct slice s);
void buf_text(struct buf *b, const char *text);
void buf_char(struct buf *b, char c);
/* Decimal. */
void buf_u64(struct buf *b, uint64_t value);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list args);
/* Empties it, keeps the memory. */
void buf_reset(struct buf *b);
/* Removes n bytes from the front. */
void buf_consume(struct buf *b, size_t n);
/* Frees the memory; the buffer is empty and usable again. */
void buf_free(struct buf *b);

static inline struct slice buf_view(const struct buf *b)
{
    return (struct slice){b->ptr ? b->ptr : "", b->len};
}

#endif
