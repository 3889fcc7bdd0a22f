/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The SIP driver: a registrar and third-party call control on sofia-sip, in a thread of its own,
 * with all media anchored in the media room. */
#ifndef LINE_SIP_LINE_SIP_H
#define LINE_SIP_LINE_SIP_H

#include "line/line.h"

/* Peers with these addresses are told that one of ours. */
struct line_sip_network {
    const char *addresses; /* addresses and networks with commas */
    const char *advertised;
};

/* How much is heard of addresses that no telephone is registered at; rate 0: as usual. */
struct line_sip_guard {
    uint64_t rate;     /* requests a second */
    uint64_t failures; /* so many refusals within shut_out_s, and it is not heard for as long */
    uint64_t shut_out_s;
    uint64_t idle_s; /* a connection that was no use so long is closed; 0: as usual */
};

struct line_sip_options {
    const char *bind;            /* "ADDR:PORT", for UDP and TCP; port 0 takes a free one */
    const char *advertised;      /* address in Contact, Via and SDP; NULL: that of bind */
    const char *tls;             /* "ADDR:PORT", port 0 takes a free one; NULL: no TLS */
    const char *tls_certificate; /* files in PEM; the chain, and a key that is not encrypted */
    const char *tls_key;
    const char *tls_ca; /* file in PEM, whom trunks' peers must be certified by; NULL: the system's
                           roots */
    const char *realm;
    const char *resolv_conf; /* file that says which name servers are asked; NULL: the system's */
    unsigned rtp_port_min;   /* even */
    unsigned rtp_port_max;
    const char *music;                       /* WAV file; NULL: generated */
    const char *recordings;                  /* directory; NULL: nothing is recorded */
    const struct line_sip_network *networks; /* the first that has the peer's address counts */
    size_t network_count;
    struct line_sip_guard guard;
    unsigned silence_ms; /* without sound from a telephone until it is asked whether it is there;
                            0: never */
    const struct line_device *devices;
    size_t device_count;
    uint8_t secret[32]; /* for nonces; the same after a restart */
};

/* The driver, not started. Options are copied. The port is known after
 * start. */
struct line_driver *line_sip_create(const struct line_sip_options *options);
unsigned line_sip_port(const struct line_driver *driver);
/* 0: no TLS. */
unsigned line_sip_tls_port(const struct line_driver *driver);
void line_sip_destroy(struct line_driver *driver);

#endif
