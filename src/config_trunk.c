/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The lists of [trunk NAME]: what one of each may be. Peers and keys come into SIP headers as they
 * are, so they are of letters that need no quoting there. */
#include "config.h"

#include <ctype.h>

#define PEER_MAX 253
#define KEY_MAX  64

static bool has_only(struct slice text, const char *more)
{
    for (size_t i = 0; i < text.len; i++)
        if (!isalnum((unsigned char)text.ptr[i]) && (!text.ptr[i] || !strchr(more, text.ptr[i])))
            return false;
    return text.len > 0;
}

bool config_is_peer(struct slice one)
{
    struct slice port;
    unsigned long long number = 0;
    struct slice host = slice_split(one, ':', &port);
    if (host.len > PEER_MAX || !has_only(host, "-."))
        return false;
    return !port.ptr || (slice_to_u64(port, 65535, &number) && number > 0);
}

bool config_is_prefix(struct slice one)
{
    size_t len = 1;
    while (len < one.len && isdigit((unsigned char)one.ptr[len]))
        len++;
    return len == one.len && one.ptr[0] == '+' && len <= E164_DIGITS_MAX + 1;
}

bool config_is_key(struct slice one)
{
    return one.len <= KEY_MAX && has_only(one, "-_.");
}

bool config_route_split(struct slice one, struct slice *number, struct slice *destination)
{
    struct slice rest;
    struct slice called = slice_trim(slice_split(one, '>', &rest));
    struct slice to = slice_trim(rest);
    if (called.len == 0 || !config_is_e164(called) || !to.ptr || !config_is_dn(to))
        return false;
    if (number)
        *number = called;
    if (destination)
        *destination = to;
    return true;
}
