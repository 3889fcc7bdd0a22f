/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* permessage-deflate (RFC 7692) without context takeover: every message begins with an empty
 * window, so one compressor and one expander serve all WebSockets of a loop. Takeover would
 * compress better and cost 270 kB a connection.
 *
 * A small window and hash are chosen because both are cleared for every message and a notification
 * is 1 to 4 kB. A message ends with an empty block of which the last four bytes are left out, and
 * put back by the reader. A peer may also end it with a final block: then the expander begins
 * anew with what is left. */
#include "web/socket_int.h"

#include "base/log.h"
#include "base/mem.h"

#include <zlib.h>

#define LEVEL          3
#define MEMORY_LEVEL   6
#define KEEP_BYTES_MAX 262144

struct deflater {
    z_stream compressor;
    z_stream expander;
    struct buf packed; /* two, for a message may be answered while it is being looked at */
    struct buf expanded;
};

static const unsigned char tail[4] = {0x00, 0x00, 0xff, 0xff};

static struct deflater *get(struct web *w)
{
    if (!w->deflater) {
        struct deflater *d = mem_zalloc(sizeof *d);
        if (deflateInit2(&d->compressor, LEVEL, Z_DEFLATED, -DEFLATE_WINDOW_BITS, MEMORY_LEVEL,
                         Z_DEFAULT_STRATEGY) != Z_OK ||
            inflateInit2(&d->expander, -MAX_WBITS) != Z_OK) {
            log_abort("out of memory: zlib");
        }
        w->deflater = d;
    }
    return w->deflater;
}

static void empty(struct buf *b)
{
    if (b->cap > KEEP_BYTES_MAX) {
        buf_free(b);
    }
    buf_reset(b);
}

struct slice deflate_compress(struct web *w, struct slice text)
{
    struct deflater *d = get(w);
    z_stream *z = &d->compressor;
    if (text.len > UINT32_MAX / 2) {
        return SLICE_NONE;
    }
    deflateReset(z);
    empty(&d->packed);
    buf_reserve(&d->packed, text.len);
    z->next_in = (unsigned char *)text.ptr;
    z->avail_in = (unsigned)text.len;
    z->next_out = (unsigned char *)d->packed.ptr;
    z->avail_out = (unsigned)text.len;
    /* No room left means that it did not get shorter. */
    if (deflate(z, Z_SYNC_FLUSH) != Z_OK || z->avail_in || z->avail_out == 0) {
        return SLICE_NONE;
    }
    size_t len = text.len - z->avail_out;
    if (len < sizeof tail || memcmp(d->packed.ptr + len - sizeof tail, tail, sizeof tail) != 0) {
        return SLICE_NONE;
    }
    return (struct slice){d->packed.ptr, len - sizeof tail};
}

/* Expands one piece of the message; what it gives over max is noticed, not kept. */
static enum err expand(struct deflater *d, struct slice piece, size_t max)
{
    z_stream *z = &d->expander;
    z->next_in = (unsigned char *)piece.ptr;
    z->avail_in = (unsigned)piece.len;
    do {
        buf_reserve(&d->expanded, 4096);
        size_t room = d->expanded.cap - d->expanded.len;
        room = room < max + 1 ? room : max + 1;
        z->next_out = (unsigned char *)d->expanded.ptr + d->expanded.len;
        z->avail_out = (unsigned)room;
        int status = inflate(z, Z_SYNC_FLUSH);
        d->expanded.len += room - z->avail_out;
        if (d->expanded.len > max) {
            return ERR_RANGE;
        }
        if (status == Z_STREAM_END) {
            inflateReset(z);
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            return ERR_INVALID;
        }
    } while (z->avail_in > 0 || z->avail_out == 0);
    return ERR_OK;
}

enum err deflate_expand(struct web *w, struct slice bytes, size_t max, struct slice *out)
{
    struct deflater *d = get(w);
    inflateReset(&d->expander);
    empty(&d->expanded);
    enum err err = expand(d, bytes, max);
    if (!err) {
        err = expand(d, (struct slice){(const char *)tail, sizeof tail}, max);
    }
    if (!err) {
        *out = buf_view(&d->expanded);
    }
    return err;
}

void deflate_free(struct web *w)
{
    if (w->deflater) {
        deflateEnd(&w->deflater->compressor);
        inflateEnd(&w->deflater->expander);
        buf_free(&w->deflater->packed);
        buf_free(&w->deflater->expanded);
        mem_free(w->deflater);
    }
}
