/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Private to the SIP driver: trunks, the ways to and from the outside. A trunk has peers as they
 * are configured, and targets: the addresses that the peers' names stand for, in the order in which
 * they are tried. What speaks with a peer is an ordinary leg with ordinary dialogs; what is written
 * here is how such a leg begins, on either side, and what differs in its messages.
 *
 * A trunk that is configured no more lives on, unlisted, for as long as a leg or dialog has it. */
#ifndef LINE_SIP_TRUNK_H
#define LINE_SIP_TRUNK_H

#include "base/address.h"
#include "base/arena.h"
#include "base/metrics.h"
#include "line/sip/sip_int.h"

#define TRUNK_PEERS_MAX   16
#define TRUNK_TARGETS_MAX 16

struct trunk_peer {
    struct slice host; /* of the configuration's text */
    unsigned port;     /* 0: not given */
};

struct trunk_target {
    struct in_addr address;
    unsigned port;
    enum line_transport transport;
    const struct trunk_peer *peer;
    uint64_t shunned_until_ms; /* did not answer: others are tried first until then */
};

struct trunk {
    struct list as_trunk; /* sip->trunks, in the order of the configuration */
    struct sip_line *sip;
    unsigned uses;   /* legs and dialogs that have it */
    bool is_removed; /* configured no more */
    bool is_listed;  /* while the trunks change */
    struct slice name;
    struct line_trunk config; /* its texts are in the arena */
    struct arena arena;
    struct network *allowed;
    size_t allowed_count;
    struct trunk_peer peers[TRUNK_PEERS_MAX];
    size_t peer_count;
    struct trunk_target targets[TRUNK_TARGETS_MAX];
    size_t target_count;
    struct metric *calls_in, *calls_out;
    char text[]; /* the name */
};

/* A call that goes out: what each of its attempts says, and how far it is. */
struct trunk_call {
    struct list as_attempt; /* sip->attempts, until the target says something */
    struct leg *leg;
    uint64_t started_ms;
    char *number; /* as the peer is to read it */
    char *caller; /* the same; "" when there is none */
    bool hides_caller;
    char *headers;   /* of this call, each with its line end */
    unsigned tried;  /* bit for each of the targets */
    unsigned target; /* which one is tried */
};

/* trunk_peer.c: peers and targets. */
/* Reads the peers and, where they are addresses, their targets. */
void line_sip_trunk_read_peers(struct trunk *t);
/* The best target that is not in tried; TRUNK_TARGETS_MAX when there is none. */
unsigned line_sip_trunk_next_target(const struct trunk *t, unsigned tried, uint64_t now_ms);
/* "sip:192.0.2.1:5060;transport=tcp", one's own. */
char *line_sip_trunk_hop(const struct trunk_target *target);
bool line_sip_trunk_has_source(const struct trunk *t, const struct address *source);

/* trunk_text.c: what is written to a peer, and read. Pure. */
/* A number as the trunk's peer is to read it; with the trunk's prefix when it is called. */
void line_sip_trunk_number(const struct line_trunk *t, struct slice number, bool is_called,
                           struct buf *out);
struct trunk_identity {
    const char *domain;
    struct slice caller;   /* as written; may be empty */
    struct slice diverted; /* as written; may be empty */
    bool hides_caller;
    bool asserts;
};
void line_sip_trunk_write_identity(struct buf *out, const struct trunk_identity *identity);
/* The value of the header; with is_last of the last one of that name. NULL: there is none. */
const char *line_sip_trunk_header(const sip_t *msg, const char *name, bool is_last);
/* The first URI in a header of addresses: in brackets, or bare. Absent: there is none. */
struct slice line_sip_trunk_uri(struct slice value);
/* Who calls: "" for who hides it. asserted: P-Asserted-Identity is believed. */
void line_sip_trunk_caller(const sip_t *msg, bool asserted, struct buf *out);
/* The number first called, of Diversion; may stay empty. */
void line_sip_trunk_diverted(const sip_t *msg, struct buf *out);

#endif
