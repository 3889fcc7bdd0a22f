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
#include "core/number.h"
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
    struct slice trunk; /* empty: a device's */
    struct slice keep;
};

/* Whether a device's sound may, or must, be encrypted; it can be where its signalling is. */
enum line_srtp { LINE_SRTP_OPTIONAL, LINE_SRTP_OFF, LINE_SRTP_REQUIRED };

/* Whether its telephone is behind an address translator; AUTO: as its requests show. */
enum line_nat { LINE_NAT_AUTO, LINE_NAT_YES, LINE_NAT_NO };

/* A device as a driver needs it; a driver copies what it is given. */
struct line_device {
    const char *dn;
    char ha1_md5[33]; /* hex of MD5(dn:realm:secret); empty: this telephone can't register */
    char ha1_sha256[65];
    bool answers_by_reinvite; /* remoteAnswer = reinvite */
    enum line_srtp srtp;
    enum line_nat nat;
};

enum line_transport { LINE_UDP, LINE_TCP, LINE_TLS };

/* How E.164 is written to a trunk's peer. */
enum line_number_format {
    LINE_NUMBER_E164,          /* +49301234567 */
    LINE_NUMBER_PLAIN,         /* 49301234567 */
    LINE_NUMBER_INTERNATIONAL, /* 0049301234567, by the site's plan */
    LINE_NUMBER_NATIONAL       /* 0301234567 in the site's country, else as international */
};

enum line_codec { LINE_PCMU, LINE_PCMA, LINE_G722 };

enum line_carriage { LINE_CARRY_NONE, LINE_CARRY_UUI, LINE_CARRY_HEADERS };

/* A trunk as a driver needs it; a driver copies what it is given. Lists have commas. */
struct line_trunk {
    const char *name;
    const char *peers; /* HOST[:PORT]; NULL where telephones are simulated */
    const char *allow; /* addresses and networks beside the peers' own; or NULL */
    enum line_transport transport;
    bool verifies_peer; /* over TLS */
    bool registers;
    bool asserts_identity; /* P-Asserted-Identity is sent, and believed */
    const char *username;  /* NULL: nothing to answer a challenge with */
    const char *secret;
    unsigned expires_s;
    const char *from_user;   /* NULL: the caller's number */
    const char *from_domain; /* NULL: the peer's name */
    enum line_number_format number_format;
    const char *prefix_out; /* or NULL */
    unsigned codecs;        /* 1u << enum line_codec */
    enum line_carriage carriage;
    const char *keys;        /* of user data to carry; or NULL */
    struct number_plan plan; /* of the site */
};

struct line_host {
    void *ctx;
    /* Never refused and never lost short of a crash. */
    void (*signal)(void *ctx, const struct signal *signal);
    /* Writes a durable record of the driver's own (value absent: removes it); recorded(tag) follows
     * once it is durable, or a later one of the same key, tag and all, in its place. Keys at most
     * 255 bytes, values at most 16 kB. */
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
    /* The trunks from now on, all of them, in the order of the configuration; also before start.
     * Calls of those that are gone stay until they end. */
    void (*trunks)(void *self, const struct line_trunk *trunks, size_t count);
    /* Legs are left as they are: a restart takes them up again. */
    void (*stop)(void *self);
};

#endif
