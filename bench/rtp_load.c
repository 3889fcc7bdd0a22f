/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The media room under load, through real sockets: sipp reports neither loss nor delay of RTP, so
 * this is a generator of our own. The room is in this process and has its own thread, whose CPU is
 * what counts; the generator is the main thread. Telephones share a few sockets, so that hundreds
 * of packets go out, and come back, in one system call, and the generator leaves the machine to the
 * room.
 *
 * A packet carries its number and when it was sent; when it came back the kernel says, so that a
 * generator that is late does not count as delay. Both times are of the wall clock on this machine.
 * Each packet must come back once: what does not is lost. Like the room's thread, the generator
 * takes a real-time priority where it may. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "media/media.h"

#include "common.h"
#include "histogram.h"

#define BATCH        64
#define STEP_NS      500000u /* packets of half a millisecond go out together */
#define FRAME_NS     20000000u
#define FRAME_BYTES  160
#define HEADER_BYTES 12
#define PACKET_BYTES (HEADER_BYTES + FRAME_BYTES)
#define SOCKETS      8
#define WARM_UP_S    1
#define LEG_LIMIT    4096

struct phone {
    struct sockaddr_in to; /* its leg's port */
    uint16_t sequence;
    uint32_t timestamp;
    uint64_t sent, came;
};

struct load {
    struct media *media;
    int fds[SOCKETS];
    struct phone phones[LEG_LIMIT];
    size_t count;
    uint8_t payload;
    bool is_relay; /* what comes is what was sent */
    bool is_measuring;
    uint64_t began_ns; /* measuring, by the wall clock */
    uint64_t sent, came;
    struct histogram delay;
};

static uint64_t wall_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int open_socket(struct sockaddr_in *at)
{
    socklen_t len = sizeof *at;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int bytes = 8 << 20, on = 1;
    *at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0 || bind(fd, (struct sockaddr *)at, sizeof *at) < 0 ||
        getsockname(fd, (struct sockaddr *)at, &len) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) < 0)
        die("no socket: %s", strerror(errno));
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) < 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    return fd;
}

static void on_digit(void *ctx, uint64_t leg, char digit)
{
    (void)ctx;
    die("leg %llu pressed %c", (unsigned long long)leg, digit);
}

static void load_begin(struct load *load, size_t count, enum media_codec codec)
{
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    struct media_options options = {
        .address = "127.0.0.1", .port_min = 16384, .port_max = 32767, .digit = on_digit};
    if (media_create(&options, &load->media) != ERR_OK)
        die("the media room can't be made");
    struct sockaddr_in at[SOCKETS];
    for (size_t i = 0; i < SOCKETS; i++)
        load->fds[i] = open_socket(&at[i]);
    load->count = count;
    load->payload = codec == MEDIA_G722 ? 9 : 0;
    for (size_t i = 0; i < count; i++) {
        unsigned port;
        if (media_open(load->media, i + 1, 0, &port) != ERR_OK)
            die("no port for leg %zu", i + 1);
        load->phones[i].to = at[0];
        load->phones[i].to.sin_port = htons((uint16_t)port);
        struct media_far far = {.address = at[0].sin_addr,
                                .port = ntohs(at[i % SOCKETS].sin_port),
                                .codec = codec,
                                .event_payload = MEDIA_NO_EVENTS,
                                .our_event_payload = MEDIA_NO_EVENTS,
                                .is_listening = true,
                                .is_sending = true};
        media_connect(load->media, i + 1, &far);
    }
}

/* Noise is sound in each of the codecs, and nobody is silent. */
static void write_packet(struct load *load, size_t index, uint8_t *packet, uint64_t now)
{
    static uint8_t noise[4096];
    struct phone *phone = &load->phones[index];
    uint32_t source = htonl((uint32_t)index + 1), timestamp = htonl(phone->timestamp);
    uint32_t number = (uint32_t)index;
    if (!noise[0])
        for (size_t i = 0; i < sizeof noise; i++)
            noise[i] = (uint8_t)(random() | 1);
    packet[0] = 0x80;
    packet[1] = load->payload;
    packet[2] = (uint8_t)(phone->sequence >> 8);
    packet[3] = (uint8_t)phone->sequence;
    memcpy(packet + 4, &timestamp, 4);
    memcpy(packet + 8, &source, 4);
    memcpy(packet + HEADER_BYTES, noise + random() % (long)(sizeof noise - FRAME_BYTES),
           FRAME_BYTES);
    memcpy(packet + HEADER_BYTES, &number, sizeof number);
    memcpy(packet + HEADER_BYTES + 4, &now, sizeof now);
    phone->sequence++;
    phone->timestamp += FRAME_BYTES;
    if (load->is_measuring) {
        phone->sent++;
        load->sent++;
    }
}

/* The next packets of these telephones: of one socket, as each has one of its own at the room. */
static void send_batch(struct load *load, int fd, const size_t *indices, unsigned count)
{
    static uint8_t packets[BATCH][PACKET_BYTES];
    struct mmsghdr messages[BATCH] = {0};
    struct iovec parts[BATCH];
    uint64_t now = wall_ns();
    for (unsigned i = 0; i < count; i++) {
        write_packet(load, indices[i], packets[i], now);
        parts[i] = (struct iovec){packets[i], PACKET_BYTES};
        messages[i].msg_hdr = (struct msghdr){.msg_name = &load->phones[indices[i]].to,
                                              .msg_namelen = sizeof(struct sockaddr_in),
                                              .msg_iov = &parts[i],
                                              .msg_iovlen = 1};
    }
    for (unsigned done = 0; done < count;) {
        int sent = sendmmsg(fd, messages + done, count - done, 0);
        if (sent < 0 && errno != EAGAIN)
            die("sendmmsg: %s", strerror(errno));
        done += sent > 0 ? (unsigned)sent : 0;
    }
}

static void take_packet(struct load *load, const uint8_t *packet, struct msghdr *header)
{
    uint32_t index = 0;
    uint64_t sent = 0, came = 0;
    if (load->is_relay) {
        memcpy(&index, packet + HEADER_BYTES, sizeof index);
        memcpy(&sent, packet + HEADER_BYTES + 4, sizeof sent);
    }
    struct cmsghdr *extra = CMSG_FIRSTHDR(header);
    if (extra && extra->cmsg_type == SCM_TIMESTAMPNS) {
        struct timespec at;
        memcpy(&at, CMSG_DATA(extra), sizeof at);
        came = (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
    }
    /* Sent before measuring began. */
    if (load->is_relay && sent < load->began_ns)
        return;
    load->came++;
    if (!load->is_relay)
        return;
    if (index >= load->count || ++load->phones[index].came > load->phones[index].sent)
        die("a packet came that nobody sent");
    if (came > sent)
        histogram_add(&load->delay, came - sent);
}

static void receive_all(struct load *load)
{
    static uint8_t packets[BATCH][256];
    static uint8_t extras[BATCH][64];
    for (size_t s = 0; s < SOCKETS; s++) {
        int got = BATCH;
        while (got == BATCH) {
            struct mmsghdr messages[BATCH] = {0};
            struct iovec parts[BATCH];
            for (unsigned i = 0; i < BATCH; i++) {
                parts[i] = (struct iovec){packets[i], sizeof packets[i]};
                messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i],
                                                      .msg_iovlen = 1,
                                                      .msg_control = extras[i],
                                                      .msg_controllen = sizeof extras[i]};
            }
            got = recvmmsg(load->fds[s], messages, BATCH, MSG_DONTWAIT, NULL);
            for (int i = 0; i < got; i++)
                if (messages[i].msg_len == PACKET_BYTES && load->is_measuring)
                    take_packet(load, packets[i], &messages[i].msg_hdr);
        }
    }
}

static void sleep_until(uint64_t when_ns)
{
    struct timespec at = {(time_t)(when_ns / 1000000000u), (long)(when_ns % 1000000000u)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
        continue;
}

/* Each telephone says one packet every 20 ms, all of them evenly spread over it. */
static void run_steps(struct load *load, uint64_t begin_ns, uint64_t steps)
{
    const uint64_t steps_a_frame = FRAME_NS / STEP_NS;
    for (uint64_t step = 0; step < steps; step++) {
        sleep_until(begin_ns + step * STEP_NS);
        for (size_t s = 0; s < SOCKETS; s++) {
            size_t indices[BATCH];
            unsigned count = 0;
            /* Telephone n belongs to the socket n % SOCKETS, and to the step (n / SOCKETS). */
            for (size_t i = s + SOCKETS * (step % steps_a_frame); i < load->count;
                 i += SOCKETS * steps_a_frame) {
                indices[count++] = i;
                if (count == BATCH) {
                    send_batch(load, load->fds[s], indices, count);
                    count = 0;
                }
            }
            if (count)
                send_batch(load, load->fds[s], indices, count);
        }
        receive_all(load);
    }
}

/* Whether the thread is the room's. */
static bool is_room(const char *tid)
{
    char path[300], name[32] = "";
    snprintf(path, sizeof path, "/proc/self/task/%s/comm", tid);
    FILE *file = fopen(path, "re");
    if (file && !fgets(name, sizeof name, file))
        name[0] = '\0';
    if (file)
        (void)fclose(file);
    return strcmp(name, "cb-media\n") == 0;
}

/* Microseconds that the room's thread has run. */
static uint64_t room_us(void)
{
    DIR *threads = opendir("/proc/self/task");
    uint64_t us = 0;
    for (struct dirent *entry; threads && (entry = readdir(threads));) {
        struct timespec used;
        /* The clock of a thread, by the kernel's numbering of clocks. */
        clockid_t clock = (clockid_t)(~(unsigned)strtoul(entry->d_name, NULL, 10) << 3 | 6u);
        if (is_room(entry->d_name) && clock_gettime(clock, &used) == 0)
            us = (uint64_t)used.tv_sec * 1000000 + (uint64_t)used.tv_nsec / 1000;
    }
    if (threads)
        (void)closedir(threads);
    return us;
}

/* What the room's thread used while measuring. */
struct used {
    double cpu_s;
    double wall_s;
};

static struct used load_run(struct load *load, unsigned seconds)
{
    const uint64_t steps_a_second = 1000000000u / STEP_NS;
    uint64_t begin = now_ns() + 100000000u;
    run_steps(load, begin, WARM_UP_S * steps_a_second);
    load->is_measuring = true;
    load->began_ns = wall_ns();
    uint64_t used = room_us(), from = now_ns();
    begin += WARM_UP_S * UINT64_C(1000000000);
    run_steps(load, begin, seconds * steps_a_second);
    used = room_us() - used;
    double took_s = (double)(now_ns() - from) / 1e9;
    /* What is still on its way. */
    for (int i = 0; i < 100 && load->is_relay && load->came < load->sent; i++) {
        sleep_until(now_ns() + 10000000u);
        receive_all(load);
    }
    return (struct used){.cpu_s = (double)used / 1e6, .wall_s = took_s};
}

static void relay(unsigned calls, unsigned seconds)
{
    static struct load load;
    char text[128], what[128];
    load.is_relay = true;
    load_begin(&load, 2 * (size_t)calls, MEDIA_PCMU);
    for (uint64_t leg = 1; leg <= load.count; leg++) {
        uint64_t other = leg % 2 ? leg + 1 : leg - 1;
        media_hear(load.media, leg, &other, 1, MEDIA_TONE_NONE);
    }
    struct used used = load_run(&load, seconds);
    snprintf(what, sizeof what, "%u calls relayed (PCMU, 20 ms, %u s): packets lost", calls,
             seconds);
    row(what, "0", "%llu of %llu", (unsigned long long)(load.sent - load.came),
        (unsigned long long)load.sent);
    row("- added delay", "p99 under 2 ms", "%s", histogram_text(&load.delay, text, sizeof text));
    row("- CPU of the media thread", "", "%.0f %% of a core, %.1f us a packet",
        100 * used.cpu_s / used.wall_s, 1e6 * used.cpu_s / (double)load.sent);
    /* A generator that got no time has loaded nothing. */
    if (used.wall_s > 1.05 * seconds)
        row("- the generator was late", "", "%.1f s instead of %u", used.wall_s, seconds);
    media_destroy(load.media);
}

static void conference(enum media_codec codec, unsigned legs, unsigned seconds, const char *goal)
{
    struct load *load = calloc(1, sizeof *load);
    char what[128];
    if (!load)
        die("no memory");
    load_begin(load, legs, codec);
    for (uint64_t leg = 1; leg <= legs; leg++) {
        uint64_t talkers[MEDIA_TALKERS_MAX];
        size_t count = 0;
        for (uint64_t other = 1; other <= legs; other++)
            if (other != leg)
                talkers[count++] = other;
        media_hear(load->media, leg, talkers, count, MEDIA_TONE_NONE);
    }
    struct used used = load_run(load, seconds);
    snprintf(what, sizeof what, "conference of %u, all talking, %s, %u s: CPU of the media thread",
             legs, codec == MEDIA_G722 ? "G.722" : "PCMU", seconds);
    row(what, goal, "%.2f %% of a core; %.2f packets sent for each one received",
        100 * used.cpu_s / used.wall_s, (double)load->came / (double)load->sent);
    for (size_t i = 0; i < SOCKETS; i++)
        close(load->fds[i]);
    media_destroy(load->media);
    free(load);
}

int main(int argc, char **argv)
{
    struct options options;
    bool is_conference = argc > 1 && strcmp(argv[1], "conference") == 0;
    if (!is_conference && (argc < 2 || strcmp(argv[1], "relay") != 0))
        die("usage: rtp_load relay|conference [--calls N] [--seconds N]");
    options_read(&options, argc - 1, argv + 1);
    /* Where it may: a generator that waits for the processor loads nothing. */
    (void)sched_setscheduler(0, SCHED_RR, &(struct sched_param){.sched_priority = 1});
    if (options.calls * 2 > LEG_LIMIT)
        die("at most %d calls", LEG_LIMIT / 2);
    if (!is_conference) {
        relay(options.calls, options.seconds);
        return 0;
    }
    conference(MEDIA_PCMU, 16, options.seconds, "1 %");
    conference(MEDIA_G722, 16, options.seconds, "4 %");
    return 0;
}
