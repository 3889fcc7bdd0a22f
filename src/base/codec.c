/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The binary form: numbers in little-endian groups of seven bits, the top bit saying that another
 * group follows; bytes as their count and themselves. No tags and no names: writer and reader of a
 * thing stand next to each other in its room, and the journal carries the version of both. Most of
 * our numbers are small (states, counts, ordinals), so most take one byte, and that case is the
 * first branch of both directions.
 *
 * A number has one form only: a reader refuses one that is longer than it need be or does not fit
 * 64 bits. So equal bytes and equal values are the same thing, and a digest over bytes is a digest
 * over what they mean.
 *
 * A reader that fails jumps to its end. From there every call runs out again, so the ordinary
 * bounds check is the only one on the way, and a corrupt count cannot start a long loop of work
 * that believes in it. */
#include "base/codec.h"

#include <string.h>

#define MAX_NUMBER_BYTES 10

void enc_u64(struct buf *out, uint64_t value)
{
    buf_reserve(out, MAX_NUMBER_BYTES);
    unsigned char *to = (unsigned char *)out->ptr + out->len;
    while (value >= 0x80) {
        *to++ = (unsigned char)(value | 0x80);
        value >>= 7;
    }
    *to++ = (unsigned char)value;
    out->len = (size_t)((char *)to - out->ptr);
}

void enc_bytes(struct buf *out, struct slice bytes)
{
    enc_u64(out, bytes.len);
    buf_append(out, bytes.ptr, bytes.len);
}

void enc_fixed(struct buf *out, const void *bytes, size_t len)
{
    buf_append(out, bytes, len);
}

struct dec dec_of(struct slice bytes)
{
    const char *at = bytes.ptr ? bytes.ptr : "";
    return (struct dec){at, at + bytes.len, false};
}

static void fail(struct dec *d)
{
    d->failed = true;
    d->at = d->end;
}

static uint64_t long_number(struct dec *d)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70 && d->at < d->end; shift += 7) {
        unsigned char byte = (unsigned char)*d->at++;
        if (shift == 63 && byte > 1) {
            break;
        }
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            if (byte == 0) {
                break; /* longer than it need be */
            }
            return value;
        }
    }
    fail(d);
    return 0;
}

uint64_t dec_u64(struct dec *d)
{
    if (d->at < d->end && (unsigned char)*d->at < 0x80) {
        return (unsigned char)*d->at++;
    }
    return long_number(d);
}

uint64_t dec_u64_max(struct dec *d, uint64_t max)
{
    uint64_t value = dec_u64(d);
    if (value > max) {
        fail(d);
        return 0;
    }
    return value;
}

struct slice dec_bytes(struct dec *d)
{
    uint64_t len = dec_u64(d);
    if (len > (size_t)(d->end - d->at)) {
        fail(d);
        len = 0;
    }
    struct slice bytes = {d->at, (size_t)len};
    d->at += len;
    return bytes;
}

void dec_fixed(struct dec *d, void *out, size_t len)
{
    if (len > (size_t)(d->end - d->at)) {
        fail(d);
        memset(out, 0, len);
        return;
    }
    if (len) {
        memcpy(out, d->at, len);
        d->at += len;
    }
}

bool dec_is_done(const struct dec *d)
{
    return !d->failed && d->at == d->end;
}
