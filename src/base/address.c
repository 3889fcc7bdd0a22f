/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What an address looks like is the C library's to know (inet_pton, inet_ntop); here are the forms
 * around it. */
#include "base/address.h"

#include <arpa/inet.h>
#include <stdio.h>

#define V4_AT   12
#define V4_BITS (8 * V4_AT)

static const uint8_t v4_begin[V4_AT] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool parse_bare(struct slice text, struct address *out)
{
    char copy[INET6_ADDRSTRLEN];
    struct address a;
    if (text.len == 0 || text.len >= sizeof copy || memchr(text.ptr, '\0', text.len)) {
        return false;
    }
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    if (memchr(copy, ':', text.len)) {
        if (inet_pton(AF_INET6, copy, a.bytes) != 1) {
            return false;
        }
    } else {
        memcpy(a.bytes, v4_begin, V4_AT);
        if (inet_pton(AF_INET, copy, a.bytes + V4_AT) != 1) {
            return false;
        }
    }
    *out = a;
    return true;
}

static bool is_port(struct slice text)
{
    unsigned long long port;
    return !text.ptr || slice_to_u64(text, UINT16_MAX, &port);
}

bool address_parse(struct slice text, struct address *out, struct slice *port)
{
    struct slice ignored;
    struct slice *rest = port ? port : &ignored;
    *rest = SLICE_NONE;
    if (text.len > 0 && text.ptr[0] == '[') {
        struct slice behind;
        struct slice bare = slice_split((struct slice){text.ptr + 1, text.len - 1}, ']', &behind);
        if (!behind.ptr || (behind.len > 0 && behind.ptr[0] != ':') ||
            !memchr(bare.ptr, ':', bare.len)) {
            return false;
        }
        if (behind.len > 0) {
            *rest = (struct slice){behind.ptr + 1, behind.len - 1};
        }
        return is_port(*rest) && parse_bare(bare, out);
    }
    struct slice behind;
    struct slice bare = slice_split(text, ':', &behind);
    if (behind.ptr && !memchr(behind.ptr, ':', behind.len)) {
        *rest = behind;
        return is_port(behind) && parse_bare(bare, out);
    }
    return parse_bare(text, out);
}

bool address_is_v4(const struct address *address)
{
    return memcmp(address->bytes, v4_begin, V4_AT) == 0;
}

const char *address_write(const struct address *address, char out[ADDRESS_TEXT_SIZE])
{
    char text[INET6_ADDRSTRLEN] = "";
    if (address_is_v4(address)) {
        inet_ntop(AF_INET, address->bytes + V4_AT, out, ADDRESS_TEXT_SIZE);
    } else {
        inet_ntop(AF_INET6, address->bytes, text, sizeof text);
        snprintf(out, ADDRESS_TEXT_SIZE, "[%s]", text);
    }
    return out;
}

bool network_parse(struct slice text, struct network *out)
{
    struct slice bits_text;
    struct network n;
    unsigned long long bits;
    if (!parse_bare(slice_split(text, '/', &bits_text), &n.first)) {
        return false;
    }
    /* As it is written, not as it is kept: ::ffff:0:0/96 is a network of IPv6. */
    bool is_v4 = address_is_v4(&n.first) && !memchr(text.ptr, ':', text.len);
    if (!bits_text.ptr) {
        bits = is_v4 ? 32 : 128;
    } else if (!slice_to_u64(bits_text, is_v4 ? 32 : 128, &bits)) {
        return false;
    }
    n.bits = (unsigned)bits + (is_v4 ? V4_BITS : 0);
    *out = n;
    return true;
}

bool network_has(const struct network *network, const struct address *address)
{
    size_t whole = network->bits / 8;
    unsigned rest = network->bits % 8;
    if (memcmp(network->first.bytes, address->bytes, whole) != 0) {
        return false;
    }
    unsigned difference =
        rest > 0 ? (unsigned)(network->first.bytes[whole] ^ address->bytes[whole]) : 0;
    return difference >> (8 - rest) == 0;
}
