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

#define TRUNK_PEERS_MAX   8
#define PEER_TARGETS_MAX  8
#define TRUNK_TARGETS_MAX 16

struct trunk_target {
    struct in_addr address;
    unsigned port;
    unsigned peer;             /* its index */
    uint64_t shunned_until_ms; /* did not do: others are tried first until then */
};

struct trunk_peer {
    const char *host; /* in the trunk's arena */
    unsigned port;    /* 0: not given */
    bool is_address;
    bool is_asking;                              /* its name is being looked up */
    uint64_t ask_ms;                             /* when that is to be done again */
    struct trunk_target found[PEER_TARGETS_MAX]; /* what it stands for; port 0: the usual one */
    size_t found_count;
};

/* What a peer asked us to prove. */
struct trunk_challenge {
    char *realm, *nonce, *opaque, *algorithm; /* realm NULL: it asked nothing yet */
    bool has_qop;
    uint32_t count; /* of proofs with that nonce */
};

struct trunk_registration {
    char *call_id, *tag, *hop, *domain;
    uint32_t cseq;
    nta_outgoing_t *request; /* NULL: none is under way */
    struct in_addr address;  /* of the target that it goes to */
    unsigned port;
    unsigned proofs;   /* of the request under way */
    unsigned failures; /* in a row */
    unsigned expires_s;
    uint64_t next_ms;
    bool is_registered;
    bool is_ending; /* the request takes it back */
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
    struct trunk_challenge challenges[2]; /* of the peer itself, and of a proxy */
    struct trunk_registration registration;
    struct metric *calls_in, *calls_out, *registered;
    char text[]; /* the name */
};

/* A call that goes out: what each of its attempts says, and how far it is. */
struct trunk_call {
    struct list as_attempt; /* sip->attempts, until the target says something */
    struct leg *leg;
    uint64_t started_ms;
    bool is_hopeless; /* nothing can come of the attempt under way */
    char *number;     /* as the peer is to read it */
    char *caller;     /* the same; "" when there is none */
    bool hides_caller;
    unsigned passes;                              /* of ORDER_RING */
    char *headers;                                /* of this call, each with its line end */
    unsigned proofs;                              /* of who we are, that this target was given */
    struct trunk_target tried[TRUNK_TARGETS_MAX]; /* the last one is under way */
    size_t tried_count;
};

/* trunk.c */
void line_sip_trunk_count_failure(const struct trunk *t, const char *reason);

/* trunk_peer.c: peers and targets. */
void line_sip_trunk_read_peers(struct trunk *t);
/* Anew, of what the peers' names stand for now. */
void line_sip_trunk_list_targets(struct trunk *t);
/* The best target that was not tried; NULL when there is none. */
const struct trunk_target *line_sip_trunk_next_target(const struct trunk *t,
                                                      const struct trunk_target *tried,
                                                      size_t tried_count, uint64_t now_ms);
/* It did not do. */
void line_sip_trunk_shun(struct trunk *t, struct in_addr address, unsigned port, uint64_t now_ms);
/* "sip:192.0.2.1:5060;transport=tcp", one's own. */
char *line_sip_trunk_hop(const struct trunk *t, const struct trunk_target *target);
/* In From and To; borrowed until the trunk is configured otherwise. */
const char *line_sip_trunk_domain(const struct trunk *t, const struct trunk_target *target);
bool line_sip_trunk_has_target(const struct trunk *t, const struct address *address);
bool line_sip_trunk_has_source(const struct trunk *t, const struct address *source);

/* trunk_ring.c: what is there is not the peer: the calls that wait for it go on to the next. */
void line_sip_trunk_give_up(struct trunk *t, struct in_addr address, unsigned port);

/* trunk_name.c: looks up the names of peers, and again when that was some time ago. */
void line_sip_trunk_ask(struct trunk *t, uint64_t now_ms);
/* What is being looked up was for other peers. */
void line_sip_trunk_forget_lookups(struct trunk *t);

/* trunk_auth.c: who we are. */
/* The peer's 401 or 407: whether there is a proof that it was not given yet. Requests carry it from
 * now on. */
bool line_sip_trunk_challenged(struct trunk *t, const sip_t *msg);
/* Header lines that prove it for this request, where it is known what the peer wants. */
void line_sip_trunk_prove(struct trunk *t, const char *method, const char *uri, struct buf *out);
void line_sip_trunk_forget_challenges(struct trunk *t);

/* trunk_register.c */
/* Registers, or does so anew, when it is time. */
void line_sip_trunk_register(struct trunk *t, uint64_t now_ms);
/* Takes it back, where there is one. */
void line_sip_trunk_unregister(struct trunk *t);
/* What is under way is forgotten. */
void line_sip_trunk_registration_stop(struct trunk *t);
void line_sip_trunk_registration_free(struct trunk *t);

/* trunk_carry.c: user data that goes along. Pure, but for log and count of what can't. */
#define CARRIED_PAIRS_MAX 10
/* Header lines that say it. */
void line_sip_trunk_carry(const struct line_trunk *t, const struct pair *pairs, size_t count,
                          struct buf *out);
/* What came with a request: how many pairs. */
size_t line_sip_trunk_carried(const struct line_trunk *t, const sip_t *msg, struct arena *arena,
                              struct pair out[CARRIED_PAIRS_MAX]);

/* trunk_text.c: what is written to a peer, and read. Pure. */
/* A number as the trunk's peer is to read it; with the trunk's prefix when it is called. An
 * emergency number stays as it is. */
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
