/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Private to the SIP driver. Three things live side by side: the device (a telephone line and the
 * places where it registered), the leg (what the core knows, with its port and its mix) and the
 * dialog (what the telephone knows: tags, CSeq, route, target). A leg that rings has one dialog for
 * each place; one that is up has one. A dialog outlives its leg for as long as it takes to end it.
 *
 * Legs and dialogs have a header of their own, calls.h.
 *
 * Everything runs on the driver's thread but the functions of line.h, which only post. */
#ifndef LINE_SIP_SIP_INT_H
#define LINE_SIP_SIP_INT_H

#include <netinet/in.h>
#include <pthread.h>

#include "base/address.h"
#include "base/buf.h"
#include "base/heap.h"
#include "base/list.h"
#include "base/map.h"
#include "base/queue.h"
#include "line/sip/keep.h"
#include "line/sip/line_sip.h"
#include "line/sip/sdp.h"
#include "media/media.h"

struct address;
struct dialog;
struct leg;
struct request;
struct sip_line;
struct trunk;
struct trunk_call;
#define SU_ROOT_MAGIC_T      struct sip_line
#define SU_WAKEUP_ARG_T      struct sip_line
#define SU_TIMER_ARG_T       struct sip_line
#define NTA_AGENT_MAGIC_T    struct sip_line
#define NTA_LEG_MAGIC_T      void
#define NTA_OUTGOING_MAGIC_T void
#define NTA_INCOMING_MAGIC_T void
#include <sofia-sip/msg.h>
#include <sofia-sip/nta.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/sip_util.h>
#include <sofia-sip/su_wait.h>
#include <sofia-sip/tport.h>

#define PLACES_MAX            8     /* contacts of one device */
#define CSEQ_RESERVE          64    /* numbers that may be used before what is kept must change */
#define OUTSIDE_TEXT          512   /* bytes of a URI or tag that we accept */
#define RINGING_EXPIRES       180   /* seconds until a telephone that lost us stops ringing */
#define SESSION_MIN_S         90    /* RFC 4028 section 4 */
#define SIP_STREAM_MESSAGE_MS 30000 /* over a connection the rest of a message follows within */
#define BODIES_ACCEPTED       "application/sdp"
#define METHODS_ALLOWED       "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE, REFER, REGISTER"
#define EXTENSIONS_SUPPORTED  "timer, 100rel, norefersub" /* of SIP, as Supported says them */
#define OUR_NAME              "cordboard"                 /* User-Agent and Server */

/* ---- digest.c: RFC 7616, RFC 8760 ---- */

enum digest_algorithm { DIGEST_MD5, DIGEST_SHA256, DIGEST_UNKNOWN };

struct digest {
    struct slice username, realm, nonce, uri, response, algorithm, cnonce, nc, qop;
};

enum digest_algorithm line_sip_digest_algorithm(const struct digest *d);
/* Hex of HA1 by the algorithm, username and realm of d. */
void line_sip_digest_ha1(const struct digest *d, struct slice secret, char out[65]);
/* The response that fits; hex of HA1 in, hex out. qop "auth" or none. */
void line_sip_digest_response(const struct digest *d, struct slice method, const char *ha1,
                              char out[65]);

/* ---- nonce.c ---- */

enum nonce_state { NONCE_GOOD, NONCE_STALE, NONCE_FOREIGN };

/* That many hex digits, 64 at most, and NUL. */
void line_sip_keyed_hash(const uint8_t secret[32], struct slice text, char *out, size_t digits);

#define NONCE_MAX 72
/* One for requests from that address. */
void line_sip_nonce_write(const uint8_t secret[32], uint64_t now_ms, struct in_addr source,
                          char out[NONCE_MAX]);
/* STALE: ours, but too old, or of another address. */
enum nonce_state line_sip_nonce_check(const uint8_t secret[32], struct slice nonce,
                                      struct in_addr source, uint64_t now_ms);

/* How often each nonce was used, bounded. */
struct nonces {
    struct map by_key;
    struct list uses;
    uint64_t forgotten_ms; /* nothing is known of nonces made then or before */
};
void line_sip_nonces_init(struct nonces *n);
/* A use with that count, of a nonce that is GOOD; false when there was one, or may have been. */
bool line_sip_nonces_use(struct nonces *n, struct slice nonce, uint32_t count, uint64_t now_ms);
void line_sip_nonces_free(struct nonces *n);

/* ---- branch.c ---- */

/* For an INVITE; one's own. */
char *line_sip_branch(const uint8_t secret[32]);
bool line_sip_branch_is_ours(const uint8_t secret[32], const char *branch);

/* ---- guard.c: which addresses are heard ---- */

enum guard_reason {
    GUARD_RATE,           /* too many requests a second */
    GUARD_SHUT_OUT,       /* after too many of what follows */
    GUARD_CREDENTIALS,    /* wrong ones */
    GUARD_DEVICE,         /* none, from who says to be a device that there is not */
    GUARD_MALFORMED,      /* not SIP */
    GUARD_REQUEST,        /* refused for what it asks */
    GUARD_NOT_REGISTERED, /* a call from a device that is not registered */
    GUARD_REASON_COUNT
};

struct guard {
    struct line_sip_guard options;
    struct map known_by_key, strangers_by_key;
    struct list known, strangers;
    struct metric *refusals[GUARD_REASON_COUNT];
};
void line_sip_guard_init(struct guard *g, const struct line_sip_guard *options);
void line_sip_guard_free(struct guard *g);

/* ---- uri.c ---- */

/* The user part of a sip:, sips: or tel: URI, unescaped, without the user's own parameters.
 * ERR_INVALID when there is none, or bytes that no number has. */
enum err line_sip_uri_number(struct slice uri, struct buf *out);
/* Appends text as a user part, escaping what must be. */
void line_sip_uri_user(struct buf *out, struct slice text);
/* A formatted string of one's own. */
char *line_sip_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* 2 * bytes hex digits that nobody can guess. */
void line_sip_random_hex(char *out, size_t bytes);

/* ---- the driver ---- */

struct sip_meters {
    struct metric *calls_in, *calls_out, *legs, *tls;
};

enum sip_transport { SIP_TRANSPORT_UDP, SIP_TRANSPORT_TCP, SIP_TRANSPORT_TLS };

/* Peers that reach us by an address of their own network. */
struct sip_network {
    struct network *ranges;
    size_t range_count;
    char *advertised;
};

struct place {
    char *contact;  /* URI as registered */
    char *hop;      /* URI to send to instead, or NULL; that of a connection names its far end */
    char *instance; /* +sip.instance, or NULL */
    char *call_id;
    uint32_t cseq;
    uint64_t expires_ms;
    uint64_t ping_ms; /* when the next one is due */
    bool talks;
    bool is_behind_nat; /* as its request showed */
};

struct device {
    struct list as_device;
    struct line_device config;
    struct slice dn;
    struct place places[PLACES_MAX];
    size_t place_count;
    struct heap_node expiry; /* of the earliest place; in sip->expiries */
    bool is_registered;      /* as last told the core */
    bool talks;
    bool is_listed; /* while the devices change */
    char text[];    /* the number */
};

struct sip_line {
    struct line_driver driver;
    struct line_host host;
    char *bind_address, *advertised, *realm;
    unsigned bind_port, port;                                      /* asked for, and had */
    unsigned tls_port;                                             /* 0: no TLS */
    char *tls_address, *tls_bind_port, *tls_certificate, *tls_key; /* NULL: no TLS */
    char *tls_ca;                   /* file with roots of trunks' peers; NULL: the system's */
    struct ssl_ctx_st *tls_context; /* the stack's */
    struct sip_network *networks;
    size_t network_count;
    unsigned rtp_port_min, rtp_port_max;
    char *recordings; /* directory, or NULL */
    unsigned silence_ms;
    char *music; /* WAV file, or NULL */
    uint8_t secret[32];

    pthread_t thread;
    bool is_running;
    struct queue *queue;
    int wake_fd;
    const struct line_leg *start_legs; /* only while start waits */
    size_t start_leg_count;
    enum err start_result;
    pthread_mutex_t start_lock;
    pthread_cond_t start_done;
    bool is_started; /* or has failed to */

    su_root_t *root;
    su_timer_t *timer;
    nta_agent_t *agent;
    nta_leg_t *default_leg;
    struct media *media;
    struct list devices;
    struct map by_dn;
    struct map by_leg;
    struct heap expiries;
    struct list legs;
    struct list orphans;
    struct list lost;
    struct list trunks;
    struct list attempts; /* of calls to the outside, that nothing has answered yet */
    struct list settled;  /* dialogs whose INVITE we acknowledged, the oldest first */
    struct list endings;
    struct heap timers;  /* of session timers */
    struct list lookups; /* of names of trunks' peers */
    char *resolv_conf;
    struct sres_resolver_s *resolver; /* NULL: not needed yet */
    struct list registrations;        /* answers that wait for recorded() */
    uint64_t last_tag;
    struct sip_meters meters;
    struct list tls_objects; /* tls_reclaim.c */
    struct nonces nonces;
    struct guard guard;
    struct device *asker; /* who sent the request at hand; NULL: a trunk's peer */
};

/* devices.c */
/* Before the start. */
void line_sip_devices_create(struct sip_line *sip, const struct line_device *devices, size_t count);
/* From now on these, and no others. */
void line_sip_devices_set(struct sip_line *sip, const struct line_device *devices, size_t count);
void line_sip_device_free(struct sip_line *sip, struct device *d);

/* guard.c */
bool line_sip_guard_is_peer(const struct sip_line *sip, struct in_addr address);
/* Whether nothing from there is looked at for now; counted. */
bool line_sip_guard_is_shut_out(struct sip_line *sip, struct in_addr address, uint64_t now_ms);
/* Whether one more request is looked at; counted when not. */
bool line_sip_guard_hears(struct sip_line *sip, struct in_addr address, uint64_t now_ms);
/* A request of that address was refused: too many of these, and it is shut out. */
void line_sip_guard_refused(struct sip_line *sip, struct in_addr address, enum guard_reason reason,
                            uint64_t now_ms);
/* Refused, and nobody's fault. */
void line_sip_guard_count(struct guard *g, enum guard_reason reason);
/* Somebody there has shown right credentials, or is registered for so long. */
void line_sip_guard_proved(struct guard *g, struct in_addr address, uint64_t now_ms,
                           uint64_t for_ms);

/* filter.c: looks at each message before the stack does. The class of messages for the stack, or
 * NULL; on the driver's thread. */
const void *line_sip_filter_open(struct sip_line *sip);
void line_sip_filter_close(void);

/* meters.c */
void line_sip_meters_init(struct sip_meters *m);
void line_sip_meters_call(const struct sip_meters *m, bool is_out);
void line_sip_meters_tls(const struct sip_meters *m, size_t connections);
void line_sip_meters_second(const struct sip_line *sip);

/* door.c: a request that belongs to no dialog and no transaction. Takes msg. */
void line_sip_door_request(struct sip_line *sip, msg_t *msg, sip_t *object);

/* auth.c */
enum auth_result {
    AUTH_NONE, /* no credentials that could be right */
    AUTH_WRONG,
    AUTH_NOT_THIS, /* right ones, for another request URI */
    AUTH_STALE,    /* right ones, used before or too old */
    AUTH_GOOD
};
/* Whose credentials the request carries; device is NULL but for AUTH_GOOD. They are used then. */
enum auth_result line_sip_auth_find(struct sip_line *sip, const sip_t *msg, struct in_addr source,
                                    struct device **device);
/* Who it says it is. */
struct device *line_sip_auth_claimed(const struct sip_line *sip, const sip_t *msg);
struct auth_challenge {
    char *sha256, *md5; /* values of WWW-Authenticate; either may be NULL */
};
struct auth_challenge line_sip_auth_challenge(struct sip_line *sip, const sip_t *msg,
                                              struct in_addr source, bool is_stale);
void line_sip_auth_challenge_free(struct auth_challenge *c);
/* The device whose credentials the request at hand carried; NULL when it was answered instead
 * (401). */
struct device *line_sip_auth_check(struct sip_line *sip, nta_incoming_t *irq, const sip_t *msg);

/* place.c: where devices are registered. */
void line_sip_place_free(struct place *p);
/* Writes the durable record of the device; returns its tag. */
uint64_t line_sip_place_record(struct sip_line *sip, struct device *d);
/* Only within start. */
void line_sip_place_load(struct sip_line *sip);
/* Drops what has expired, sets the heap, and tells the core when registered or talks changed. */
void line_sip_place_settle(struct sip_line *sip, struct device *d, uint64_t now_ms);
/* At the start: tells the core what it was before may no longer be. */
void line_sip_place_announce(struct sip_line *sip, struct device *d);
/* Once a second. */
void line_sip_place_expire(struct sip_line *sip);
void line_sip_place_remove(struct device *d, size_t index);
/* Where that contact is registered, or NULL. */
const struct place *line_sip_place_find(const struct device *d, const char *contact);

/* registrar.c */
int line_sip_registrar_request(struct sip_line *sip, nta_incoming_t *irq, const sip_t *msg);
void line_sip_registrar_recorded(struct sip_line *sip, uint64_t tag);
/* The device is no more: whoever waits for an answer is refused. */
void line_sip_registrar_forget(struct sip_line *sip, const struct device *d);
void line_sip_registrar_free(struct sip_line *sip);

/* nat.c */
bool line_sip_nat_has_place(const struct device *d, const struct place *p);
/* The telephone of the leg's dialog. False for trunks. */
bool line_sip_nat_has_dialog(const struct leg *leg, const struct dialog *d);
/* Sets when it is pinged next. */
void line_sip_nat_plan(struct place *p, uint64_t now_ms);
void line_sip_nat_second(struct sip_line *sip);
/* The contact is registered from elsewhere than before: so comes the sound of its calls. */
void line_sip_nat_moved(struct sip_line *sip, const struct device *d, const char *contact);

/* network.c: what a peer is told of us. A URI is that to which requests to the peer are sent. */
struct sip_peer {
    struct slice host, port; /* of the URI; borrowed from it */
    bool is_sips;
    bool has_transport;           /* said, and not taken for granted */
    enum sip_transport transport; /* UDP when it names none */
    const char *advertised;       /* our address for it; for as long as the driver */
    unsigned our_port;
};
struct sip_peer line_sip_network_peer(const struct sip_line *sip, const char *uri);
/* Our address for that host, which is one in numbers; the common one for any other. */
const char *line_sip_network_advertised(const struct sip_line *sip, struct slice host);
/* Contact's value. One's own. */
char *line_sip_network_contact(const struct sip_line *sip, const char *uri);
/* Via's value; NULL when the stack's own is right. One's own. */
char *line_sip_network_via(const struct sip_line *sip, const char *uri);
/* False when it takes a connection, and there is none. */
bool line_sip_network_is_open(const struct sip_line *sip, const char *uri);
void line_sip_networks_create(struct sip_line *sip, const struct line_sip_network *from,
                              size_t count);
void line_sip_networks_free(struct sip_line *sip);

/* tls.c: adds the port. */
enum err line_sip_tls_open(struct sip_line *sip);
/* tls_reclaim.c: frees what the stack forgets. Open before the first connection, close when the
 * agent is gone; all on the driver's thread. */
void line_sip_tls_reclaim_open(struct sip_line *sip);
void line_sip_tls_reclaim_second(struct sip_line *sip);
void line_sip_tls_reclaim_close(struct sip_line *sip);
/* tls_verify.c: something of a trunk's goes to that URI. Connections by which it would and whose
 * other end has not shown to be the peer, where the trunk asks that, are cut off; sending by one
 * fails then. */
void line_sip_tls_verify_way(struct sip_line *sip, const char *uri);

/* agent.c: the stack, and requests outside of dialogs. */
/* What to answer a method that has no place where it came: 405 or 501, already sent. */
int line_sip_agent_refuse(nta_incoming_t *irq, const sip_t *msg);
int line_sip_agent_options(nta_incoming_t *irq);
/* The URI where requests to its sender go, when it is not where target points; else NULL. Over a
 * connection it is always that connection, and so it is with a target that is a name: no telephone
 * shall have us look up names. One's own. */
char *line_sip_agent_hop(const sip_t *msg, const url_t *target);
/* The sender believes to have another address than the one that its request came from. */
bool line_sip_agent_is_behind_nat(const sip_t *msg);
/* The transport that a request with that Via came over. */
tport_t *line_sip_agent_transport(const struct sip_line *sip, const sip_via_t *via);
/* The session description of a request; absent when it has none. 415 is told by false. */
bool line_sip_agent_body(const sip_t *msg, struct slice *out);
/* A URI to send requests to, or to tell who: without the headers that it asks for, which are not
 * its telephone's to choose. "" for one of more than OUTSIDE_TEXT bytes. One's own. */
char *line_sip_agent_url(const url_t *url);
enum err line_sip_agent_open(struct sip_line *sip);
void line_sip_agent_close(struct sip_line *sip);

/* trunk.c: see trunk.h. */
void line_sip_trunks_set(struct sip_line *sip, const struct line_trunk *trunks, size_t count);
void line_sip_trunks_free(struct sip_line *sip);
/* Before the agent goes. */
void line_sip_trunks_close(struct sip_line *sip);
/* Once a second, and at the start: silent attempts, names and registrations. */
void line_sip_trunks_second(struct sip_line *sip);
/* trunk_name.c */
void line_sip_trunk_lookups_end(struct sip_line *sip);
/* A failure of a request in a dialog of a trunk: whether it is worth while to send it again, with
 * the proof that dialog_send puts in. Once for each dialog. */
bool line_sip_trunk_proves_again(struct dialog *d, int status, const sip_t *msg);
/* Header lines to go with a request in a dialog of a trunk, before those of it. One's own; NULL. */
char *line_sip_trunk_request_headers(struct dialog *d, const struct request *request);
/* Our call is up: requests go to where its peer says from now on, where it says so in numbers. */
void line_sip_trunk_follow(struct dialog *d);
void line_sip_trunk_copy(struct arena *arena, const struct line_trunk *from,
                         struct line_trunk *out);
struct trunk *line_sip_trunk_find(struct sip_line *sip, struct slice name);
/* The same of one that may have been configured by the process before; NULL for no name. */
struct trunk *line_sip_trunk_of_before(struct sip_line *sip, struct slice name);
/* Whose peer has that address or may come from there; NULL. */
struct trunk *line_sip_trunk_of_source(struct sip_line *sip, const struct address *source);
/* One of the addresses that calls out are sent to. */
bool line_sip_trunk_is_target(const struct sip_line *sip, const struct address *address);
struct trunk *line_sip_trunk_of_request(struct sip_line *sip, nta_incoming_t *irq);
const char *line_sip_trunk_name(const struct trunk *t);
/* Legs and dialogs have it by use until release; NULL is no trunk. */
struct trunk *line_sip_trunk_use(struct trunk *t);
void line_sip_trunk_release(struct trunk *t);
/* A ring order with a trunk; leg is NULL, or one of before a restart. */
void line_sip_trunk_ring(struct sip_line *sip, struct leg *leg, const struct order *order);
/* Header lines of the call that the leg makes. */
void line_sip_trunk_headers(const struct leg *leg, struct buf *out);
/* Systems that the call may still pass; 0: as usual. Of any leg. */
unsigned line_sip_trunk_passes(const struct leg *leg);
/* An answer to our INVITE, or its failure (msg NULL). True: it is dealt with, and d may be gone. */
bool line_sip_trunk_response(struct dialog *d, int status, const sip_t *msg);
void line_sip_trunk_call_free(struct leg *leg);
int line_sip_trunk_offer(struct trunk *t, nta_incoming_t *irq, const sip_t *msg);

#include "line/sip/calls.h"

#endif
