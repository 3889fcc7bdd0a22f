/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A leg's session descriptions: what it may agree on, what was agreed, and where the sound goes.
 * The key for what we send is one a leg, whichever telephone or suite it is told to, and made when
 * it is first needed. */
#include "base/mem.h"
#include "line/sip/sip_int.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <sofia-sip/nta_tport.h>
#include <sofia-sip/tport.h>

static bool request_is_private(struct sip_line *sip, nta_incoming_t *irq)
{
    tport_t *transport = nta_incoming_transport(sip->agent, irq, NULL);
    bool is_private = transport && tport_has_tls(transport);
    tport_unref(transport);
    return is_private;
}

void line_sip_leg_set_wish(struct leg *leg, nta_incoming_t *irq)
{
    enum line_srtp srtp = leg->device ? leg->device->config.srtp : LINE_SRTP_OPTIONAL;
    leg->wish.takes_secure = srtp != LINE_SRTP_OFF && request_is_private(leg->sip, irq);
    leg->wish.takes_plain = srtp != LINE_SRTP_REQUIRED;
}

void line_sip_leg_set_codecs(struct leg *leg, unsigned codecs)
{
    static const enum media_codec names[] = {
        [LINE_PCMU] = MEDIA_PCMU, [LINE_PCMA] = MEDIA_PCMA, [LINE_G722] = MEDIA_G722};
    leg->wish.codec_count = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (codecs & 1u << i)
            leg->wish.codecs[leg->wish.codec_count++] = names[i];
}

bool line_sip_leg_read_offer(const struct leg *leg, struct slice text, struct sdp *out)
{
    return line_sip_sdp_read(text, &leg->wish, out) == ERR_OK && line_sip_sdp_is_usable(out);
}

bool line_sip_leg_read_answer(const struct leg *leg, bool is_secure, struct slice text,
                              struct sdp *out)
{
    struct sdp_wish wish = leg->wish;
    wish.takes_secure = is_secure;
    /* To an offer of SRTP some answer plainly. */
    wish.takes_plain = !is_secure || leg->wish.takes_plain;
    return line_sip_sdp_read(text, &wish, out) == ERR_OK && line_sip_sdp_is_usable(out);
}

static const uint8_t *leg_key(struct leg *leg)
{
    if (!leg->has_key)
        randombytes_buf(leg->key, sizeof leg->key);
    leg->is_dirty = leg->is_dirty || !leg->has_key;
    leg->has_key = true;
    return leg->key;
}

/* As far as it says so in numbers. */
static struct in_addr signals_from(const struct dialog *d)
{
    const char *hop = d->next_target ? d->next_hop : d->hop;
    const char *target = d->next_target ? d->next_target : d->target;
    struct in_addr address = {0};
    char text[INET_ADDRSTRLEN];
    if (!hop && !target)
        return address;
    struct slice host = line_sip_network_peer(d->sip, hop ? hop : target).host;
    if (host.len > 0 && host.len < sizeof text) {
        memcpy(text, host.ptr, host.len);
        text[host.len] = '\0';
        if (inet_pton(AF_INET, text, &address) != 1)
            address.s_addr = 0;
    }
    return address;
}

struct media_far line_sip_leg_far(struct leg *leg, const struct dialog *d, const struct sdp *sdp,
                                  int our_event_payload)
{
    struct media_far far = {.address = sdp->address,
                            .port = sdp->port,
                            .codec = sdp->codec,
                            .event_payload = sdp->event_payload,
                            .our_event_payload = our_event_payload,
                            .is_listening = (sdp->direction & SDP_RECVONLY) != 0,
                            .is_sending = (sdp->direction & SDP_SENDONLY) != 0,
                            .is_behind_nat = line_sip_nat_has_dialog(leg, d),
                            .signals_from = signals_from(d),
                            .cipher = sdp->cipher};
    if (far.cipher != MEDIA_PLAIN) {
        memcpy(far.send_key, leg_key(leg), sizeof far.send_key);
        memcpy(far.receive_key, sdp->key, sizeof far.receive_key);
    }
    return far;
}

static bool far_is_same(const struct media_far *a, const struct media_far *b)
{
    return a->address.s_addr == b->address.s_addr && a->port == b->port && a->codec == b->codec &&
           a->event_payload == b->event_payload && a->our_event_payload == b->our_event_payload &&
           a->is_listening == b->is_listening && a->is_sending == b->is_sending &&
           a->is_behind_nat == b->is_behind_nat && a->cipher == b->cipher &&
           memcmp(a->receive_key, b->receive_key, sizeof a->receive_key) == 0;
}

void line_sip_leg_connect(struct leg *leg, const struct media_far *far)
{
    leg->is_dirty = leg->is_dirty || !far_is_same(&leg->far, far);
    leg->far = *far;
    media_connect(leg->sip->media, leg->number, &leg->far);
}

static struct sdp_local leg_local(struct leg *leg, const struct dialog *d)
{
    return (struct sdp_local){.address = line_sip_dialog_advertised(d),
                              .port = leg->port,
                              .session = leg->number & INT64_MAX,
                              .version = ++leg->sdp_version,
                              .wish = &leg->wish};
}

void line_sip_leg_answer(struct leg *leg, const struct dialog *d, const struct sdp *offer,
                         struct buf *out)
{
    struct sdp_local local = leg_local(leg, d);
    local.key = offer->cipher != MEDIA_PLAIN ? leg_key(leg) : NULL;
    line_sip_sdp_answer(out, &local, offer);
    buf_char(out, '\0');
}

void line_sip_leg_offer(struct leg *leg, const struct dialog *d, bool is_secure, struct buf *out)
{
    struct sdp_local local = leg_local(leg, d);
    local.key = is_secure ? leg_key(leg) : NULL;
    line_sip_sdp_offer(out, &local);
    buf_char(out, '\0');
}
