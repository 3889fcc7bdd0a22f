/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A star takes letters, digits, dots and hyphens only: what it lets in must not be able to end the
 * host's name before the part of the pattern that is there to be trusted. */
#include "base/origin.h"

static bool is_of_host(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
}

static bool are_hosts_below(struct slice labels)
{
    for (size_t i = 0; i < labels.len; i++) {
        if (!is_of_host(labels.ptr[i])) {
            return false;
        }
    }
    return labels.len > 0;
}

bool origin_matches(struct slice pattern, struct slice origin)
{
    const char *star = pattern.len > 0 ? memchr(pattern.ptr, '*', pattern.len) : NULL;
    if (!star) {
        return pattern.len > 0 && slice_equal_nocase(pattern, origin);
    }
    struct slice begin = {pattern.ptr, (size_t)(star - pattern.ptr)};
    struct slice end = {star + 1, pattern.len - begin.len - 1};
    if (origin.len <= begin.len + end.len) {
        return false;
    }
    struct slice middle = {origin.ptr + begin.len, origin.len - begin.len - end.len};
    return slice_equal_nocase((struct slice){origin.ptr, begin.len}, begin) &&
           slice_equal_nocase((struct slice){middle.ptr + middle.len, end.len}, end) &&
           are_hosts_below(middle);
}

bool origin_is_among(const char *const *patterns, size_t count, struct slice origin)
{
    for (size_t i = 0; i < count; i++) {
        if (origin_matches(slice_of(patterns[i]), origin)) {
            return true;
        }
    }
    return false;
}

bool origin_is_of(struct slice origin, bool is_https, struct slice host)
{
    struct slice scheme = is_https ? SLICE("https://") : SLICE("http://");
    struct slice port = is_https ? SLICE(":443") : SLICE(":80");
    if (host.len > port.len &&
        slice_equal((struct slice){host.ptr + host.len - port.len, port.len}, port)) {
        host.len -= port.len; /* A browser leaves it out of an origin. */
    }
    return host.len > 0 && origin.len == scheme.len + host.len &&
           slice_starts_with(origin, scheme) &&
           slice_equal_nocase((struct slice){origin.ptr + scheme.len, host.len}, host);
}

static struct slice without_port(struct slice host)
{
    const char *colon = host.len > 0 ? memchr(host.ptr, ':', host.len) : NULL;
    return colon ? (struct slice){host.ptr, (size_t)(colon - host.ptr)} : host;
}

static struct slice host_of_url(struct slice url)
{
    struct slice rest = SLICE("://");
    while (url.len > rest.len && !slice_starts_with(url, rest)) {
        url.ptr++;
        url.len--;
    }
    if (url.len <= rest.len) {
        return SLICE_NONE;
    }
    url.ptr += rest.len;
    url.len -= rest.len;
    return without_port(slice_split(url, '/', &rest));
}

/* Digits and dots only: no domain at the top is a number. */
static bool is_address(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] != '.' && (name.ptr[i] < '0' || name.ptr[i] > '9')) {
            return false;
        }
    }
    return true;
}

bool origin_host_is_sure(struct slice host, struct slice public_url)
{
    static const struct slice below = {".localhost", 10};
    struct slice name = without_port(host);
    if (host.len == 0 || host.ptr[0] == '[' || is_address(name) ||
        !memchr(name.ptr, '.', name.len)) {
        return true;
    }
    bool is_below =
        name.len > below.len &&
        slice_equal_nocase((struct slice){name.ptr + name.len - below.len, below.len}, below);
    return is_below || slice_equal_nocase(name, host_of_url(public_url));
}
