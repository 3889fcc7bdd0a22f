/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Names of channels and the patterns of subscriptions (Bayeux 1.0, "channels"; the characters are
 * the looser set that the reference server takes).
 *
 * Events leave on three channels only. What a subscription matches of them is worked out once, when
 * its name is interned, as one bit each; delivering then costs an AND per event, whatever was
 * subscribed to. Ten thousand sessions subscribe to the same few names, so a session keeps pointers
 * to shared ones. */
#include "bayeux/bayeux_int.h"

#include "base/mem.h"

static const char *const names[] = {
    [NOTICE_ON_CALLS] = "/v2/me/calls",
    [NOTICE_ON_DEVICES] = "/v2/me/devices",
    [NOTICE_ON_CHANNELS] = "/v2/me/channels",
};

const char *bayeux_channel_name(enum notice_channel channel)
{
    return names[channel];
}

static bool is_channel_char(char c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
        return true;
    }
    return c && strchr(" !#$()*+-./@_{}~", c);
}

struct slice bayeux_channel_normal(struct slice name)
{
    if (name.len > 1 && name.ptr[name.len - 1] == '/') {
        name.len--;
    }
    return name;
}

bool bayeux_channel_is_valid(struct slice name)
{
    name = bayeux_channel_normal(name);
    if (name.len < 2 || name.len > CHANNEL_BYTES_MAX || name.ptr[0] != '/') {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        bool ends_empty = name.ptr[i] == '/' && (i + 1 == name.len || name.ptr[i + 1] == '/');
        if (!is_channel_char(name.ptr[i]) || ends_empty) {
            return false;
        }
    }
    return true;
}

static size_t last_segment(struct slice name)
{
    size_t at = name.len;
    while (at > 0 && name.ptr[at - 1] != '/') {
        at--;
    }
    return at;
}

/* 0: none, 1: a star, 2: two. */
static size_t wildcard(struct slice name)
{
    size_t at = last_segment(name);
    struct slice last = {name.ptr + at, name.len - at};
    if (slice_equal(last, SLICE("*"))) {
        return 1;
    }
    return slice_equal(last, SLICE("**")) ? 2 : 0;
}

bool bayeux_pattern_is_valid(struct slice pattern)
{
    if (!bayeux_channel_is_valid(pattern)) {
        return false;
    }
    pattern = bayeux_channel_normal(pattern);
    size_t plain = pattern.len - wildcard(pattern);
    return !memchr(pattern.ptr, '*', plain);
}

bool bayeux_pattern_matches(struct slice pattern, struct slice channel)
{
    size_t stars = wildcard(pattern);
    if (!stars) {
        return slice_equal(pattern, channel);
    }
    size_t prefix = pattern.len - stars; /* with its slash */
    if (channel.len <= prefix || memcmp(pattern.ptr, channel.ptr, prefix) != 0) {
        return false;
    }
    return stars == 2 || !memchr(channel.ptr + prefix, '/', channel.len - prefix);
}

struct channel *bayeux_channel_find(const struct bayeux *b, struct slice name)
{
    return map_get(&b->channels, name);
}

struct channel *bayeux_channel_intern(struct bayeux *b, struct slice name)
{
    struct channel *channel = bayeux_channel_find(b, name);
    if (channel) {
        channel->refs++;
        return channel;
    }
    channel = mem_zalloc(sizeof *channel + name.len);
    channel->refs = 1;
    channel->len = (uint8_t)name.len;
    memcpy(channel->name, name.ptr, name.len);
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (bayeux_pattern_matches(name, slice_of(names[i]))) {
            channel->mask |= (uint8_t)(1u << i);
        }
    }
    map_put(&b->channels, (struct slice){channel->name, channel->len}, channel);
    return channel;
}

void bayeux_channel_unref(struct bayeux *b, struct channel *channel)
{
    if (--channel->refs) {
        return;
    }
    map_remove(&b->channels, (struct slice){channel->name, channel->len});
    mem_free(channel);
}
