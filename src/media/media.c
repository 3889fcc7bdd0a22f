/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The room's face: the owner's side, which knows the ports and turns each call into a message. A
 * port is bound on the owner's thread, as its number is the answer; the sockets then belong to the
 * media thread. A port just closed may still be bound there, which is why opening walks on when a
 * bind fails. */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "media/media_int.h"

#define PORT_TRIES 1000 /* a range that is all but full must not hold the owner up */

struct media {
    struct media_thread *thread;
    struct in_addr address;
    unsigned port_min;
    unsigned port_count; /* of even ones, each with an odd one above it */
    unsigned next;       /* where to look for a free one */
};

enum err media_create(const struct media_options *options, struct media **out)
{
    unsigned first = options->port_min + (options->port_min & 1);
    if (first == 0 || options->port_max > 65535 || options->port_max < first + 1)
        return ERR_RANGE;
    struct in_addr address;
    if (inet_pton(AF_INET, options->address, &address) != 1)
        return ERR_INVALID;
    struct media_thread *thread = NULL;
    enum err err = media_thread_start(options, &thread);
    if (err != ERR_OK)
        return err;
    struct media *media = mem_zalloc(sizeof *media);
    media->thread = thread;
    media->address = address;
    media->port_min = first;
    media->port_count = (options->port_max - first + 1) / 2;
    *out = media;
    return ERR_OK;
}

void media_destroy(struct media *media)
{
    if (!media)
        return;
    media_thread_stop(media->thread);
    mem_free(media);
}

/* A socket bound to that port, or -1. */
static int media_bind(const struct media *media, unsigned port)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = media->address};
    if (fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Both sockets of the pair. A leg that must have just this port goes without RTCP when the odd one
 * is somebody else's. */
static bool media_bind_pair(const struct media *media, unsigned port, bool is_wanted,
                            struct message *m)
{
    m->fd = media_bind(media, port);
    if (m->fd < 0)
        return false;
    m->control_fd = port < 65535 ? media_bind(media, port + 1) : -1;
    if (m->control_fd >= 0 || is_wanted)
        return true;
    close(m->fd);
    return false;
}

enum err media_open(struct media *media, uint64_t leg, unsigned wanted, unsigned *port)
{
    struct message m = {.kind = MESSAGE_OPEN, .leg = leg};
    unsigned found = wanted;
    bool is_bound = wanted && media_bind_pair(media, wanted, true, &m);
    for (unsigned i = 0; !wanted && !is_bound && i < media->port_count && i < PORT_TRIES; i++) {
        found = media->port_min + 2 * media->next;
        media->next = (media->next + 1) % media->port_count;
        is_bound = media_bind_pair(media, found, false, &m);
    }
    if (!is_bound)
        return ERR_IN_USE;
    *port = found;
    media_thread_post(media->thread, &m);
    return ERR_OK;
}

void media_close(struct media *media, uint64_t leg)
{
    media_thread_post(media->thread, &(struct message){.kind = MESSAGE_CLOSE, .leg = leg});
}

void media_connect(struct media *media, uint64_t leg, const struct media_far *far)
{
    struct message m = {.kind = MESSAGE_CONNECT, .leg = leg, .far = *far};
    media_thread_post(media->thread, &m);
    explicit_bzero(&m.far, sizeof m.far); /* keys */
}

void media_relatch(struct media *media, uint64_t leg)
{
    media_thread_post(media->thread, &(struct message){.kind = MESSAGE_RELATCH, .leg = leg});
}

void media_pressed(struct media *media, uint64_t leg, char digit)
{
    media_thread_post(media->thread, &(struct message){.kind = MESSAGE_PRESSED,
                                                       .leg = leg,
                                                       .digits = {digit},
                                                       .digit_count = 1});
}

static void message_name(struct message *m, const uint64_t *talkers, size_t count)
{
    m->talker_count = count < MEDIA_TALKERS_MAX ? count : MEDIA_TALKERS_MAX;
    if (m->talker_count)
        memcpy(m->talkers, talkers, m->talker_count * sizeof *talkers);
}

void media_hear(struct media *media, uint64_t leg, const uint64_t *talkers, size_t count,
                enum media_tone tone)
{
    struct message m = {.kind = MESSAGE_HEAR, .leg = leg, .tone = tone};
    message_name(&m, talkers, count);
    media_thread_post(media->thread, &m);
}

void media_record(struct media *media, const struct media_recording *recording)
{
    struct message m = {.kind = MESSAGE_RECORD,
                        .leg = recording->call,
                        .state = recording->state,
                        .left = recording->left};
    message_name(&m, recording->others, recording->other_count);
    m.name_len =
        recording->name.len < RECORDING_NAME_MAX ? recording->name.len : RECORDING_NAME_MAX;
    if (m.name_len)
        memcpy(m.name, recording->name.ptr, m.name_len);
    media_thread_post(media->thread, &m);
}

void media_digits(struct media *media, uint64_t leg, struct slice digits)
{
    struct message m = {.kind = MESSAGE_DIGITS, .leg = leg};
    m.digit_count = digits.len < MEDIA_DIGITS_MAX ? digits.len : MEDIA_DIGITS_MAX;
    memcpy(m.digits, digits.ptr, m.digit_count);
    media_thread_post(media->thread, &m);
}
