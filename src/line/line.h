/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A line driver: the table of functions by which the engine speaks to telephones, and the table by
 * which a driver answers. Two drivers exist: sim (simulated telephones) and sip.
 *
 * Threads: start, order, recorded, devices and stop are called on the core thread and must return
 * at once; what lasts is the driver's own thread's work. signal and record may be called from any
 * thread, also from within start and order.
 *
 * Start-up: after the journal is replayed, start gives the legs that lived when the process ended.
 * Then come, through order, all orders that no signal had confirmed (so a telephone that was still
 * ringing is rung anew) and the mix of each call. A driver answers with gone for each leg that it
 * could not take up again, and with registered or unregistered for each device. */
#ifndef LINE_LINE_H
#define LINE_LINE_H

#include "base/error.h"
#include "core/order.h"

enum leg_phase {
    LEG_CALLING, /* we ring it; the ring order will be sent again */
    LEG_OFFERED, /* the telephone began it; not answered by us yet */
    LEG_UP,      /* answered */
    LEG_DROPPING /* a drop order will be sent again */
};

struct line_leg {
    uint64_t leg;
    enum leg_phase phase;
    struct slice dn;
    struct slice keep;
};

/* A device as a driver needs it; a driver copies what it is given. */
struct line_device {
    const char *dn;
    char ha1_md5[33]; /* hex of MD5(dn:realm:secret); empty: this telephone can't register */
    char ha1_sha256[65];
    bool answers_by_reinvite; /* remoteAnswer = reinvite */
};

struct line_host {
    void *ctx;
    /* Never refused and never lost short of a crash. */
    void (*signal)(void *ctx, const struct signal *signal);
    /* Writes a durable record of the driver's own (value absent: removes it); recorded(tag) follows
     * once it is durable. Keys at most 255 bytes, values at most 16 kB. */
    void (*record)(void *ctx, struct slice key, struct slice value, uint64_t tag);
    /* All records, in the order of their keys. Only valid within start. */
    void (*each_record)(void *ctx, void (*visit)(void *arg, struct slice key, struct slice value),
                        void *arg);
    /* Milliseconds since the epoch; virtual where the clock is. */
    uint64_t (*now_ms)(void *ctx);
};

struct line_driver {
    const char *name;
    void *self;
    enum err (*start)(void *self, const struct line_host *host, const struct line_leg *legs,
                      size_t leg_count);
    void (*order)(void *self, const struct order *orders, size_t count);
    void (*recorded)(void *self, uint64_t tag);
    /* The devices from now on, all of them. The orders that end the calls of those that are gone
     * have been given; nothing more is said of these. Of new ones registered or unregistered is. */
    void (*devices)(void *self, const struct line_device *devices, size_t count);
    /* Legs are left as they are: a restart takes them up again. */
    void (*stop)(void *self);
};

#endif
