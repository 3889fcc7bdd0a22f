/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The stack and its odds and ends: its ports, requests outside of dialogs, responses that belong
 * to nothing, and reading what a message says of itself. */
#include "base/log.h"
#include "base/mem.h"
#include "line/sip/sip_int.h"

#include <sofia-sip/nta_stateless.h>
#include <sofia-sip/nta_tport.h>
#include <sofia-sip/su_log.h>
#include <sofia-sip/tport.h>
#include <sofia-sip/tport_tag.h>
#include <stdlib.h>

#define UDP_REQUEST_MAX 1300  /* bytes; longer requests go over TCP (RFC 3261 section 18.1.1) */
#define MESSAGE_MAX     65536 /* bytes, also over a connection: anybody may send so many */
#define FREE_PORT_TRIES 8
/* Messages that wait in the kernel while the machine has no time for us; it gives no more than
 * net.core.rmem_max allows. What does not fit is lost, and comes again half a second later. */
#define UDP_WAITING_BYTES (4 << 20)

char *line_sip_agent_url(const url_t *url)
{
    su_home_t home[1] = {SU_HOME_INIT(home)};
    su_home_init(home);
    url_t bare = *url;
    bare.url_headers = bare.url_fragment = NULL;
    char *text = url_as_string(home, &bare);
    char *copy = mem_strdup(text && strlen(text) <= OUTSIDE_TEXT ? text : "");
    su_home_deinit(home);
    return copy;
}

char *line_sip_agent_hop(const sip_t *msg, const url_t *target)
{
    const sip_via_t *via = msg->sip_via;
    struct address named;
    bool is_name = !address_parse(slice_of(target->url_host), &named, NULL);
    bool has_rport = via->v_rport && *via->v_rport;
    if (!has_rport && !is_name)
        return NULL;
    const char *host = via->v_received ? via->v_received : via->v_host;
    const char *from = has_rport ? via->v_rport : via->v_port;
    struct slice transport = slice_of(sip_via_transport(via));
    if (slice_equal_nocase(transport, SLICE("TCP")))
        return line_sip_text("sip:%s:%s;transport=tcp", host, from ? from : "5060");
    if (slice_equal_nocase(transport, SLICE("TLS")))
        return line_sip_text("sip:%s:%s;transport=tls", host, from ? from : "5061");
    if (!has_rport)
        return line_sip_text("sip:%s:%s", host, from ? from : "5060");
    const char *port = target->url_port && *target->url_port ? target->url_port : "5060";
    if (strcmp(host, target->url_host ? target->url_host : "") == 0 &&
        strcmp(via->v_rport, port) == 0)
        return NULL;
    return line_sip_text("sip:%s:%s", host, via->v_rport);
}

bool line_sip_agent_is_behind_nat(const sip_t *msg)
{
    const sip_via_t *via = msg->sip_via;
    struct address said, was;
    return via->v_received && address_parse(slice_of(via->v_host), &said, NULL) &&
           address_parse(slice_of(via->v_received), &was, NULL) &&
           memcmp(&said, &was, sizeof said) != 0;
}

tport_t *line_sip_agent_transport(const struct sip_line *sip, const sip_via_t *via)
{
    tport_t *all = nta_agent_tports(sip->agent);
    const char *name = sip_via_transport(via);
    tport_t *found = name ? tport_by_protocol(tport_primaries(all), name) : NULL;
    return found ? found : tport_primaries(all);
}

bool line_sip_agent_body(const sip_t *msg, struct slice *out)
{
    *out = SLICE_NONE;
    if (!msg->sip_payload || msg->sip_payload->pl_len == 0)
        return true;
    const char *type = msg->sip_content_type ? msg->sip_content_type->c_type : "";
    if (!slice_equal_nocase(slice_of(type), SLICE("application/sdp")))
        return false;
    *out = (struct slice){msg->sip_payload->pl_data, msg->sip_payload->pl_len};
    return true;
}

int line_sip_agent_refuse(nta_incoming_t *irq, const sip_t *msg)
{
    switch (msg->sip_request->rq_method) {
    case sip_method_ack:
        return 200;
    case sip_method_unknown:
        nta_incoming_treply(irq, SIP_501_NOT_IMPLEMENTED, SIPTAG_ALLOW_STR(METHODS_ALLOWED),
                            TAG_END());
        return 501;
    case sip_method_subscribe:
    case sip_method_notify:
    case sip_method_publish:
        return 489;
    default:
        nta_incoming_treply(irq, SIP_405_METHOD_NOT_ALLOWED, SIPTAG_ALLOW_STR(METHODS_ALLOWED),
                            TAG_END());
        return 405;
    }
}

int line_sip_agent_options(nta_incoming_t *irq)
{
    nta_incoming_treply(irq, SIP_200_OK, SIPTAG_ALLOW_STR(METHODS_ALLOWED),
                        SIPTAG_ACCEPT_STR(BODIES_ACCEPTED),
                        SIPTAG_SUPPORTED_STR(EXTENSIONS_SUPPORTED), TAG_END());
    return 200;
}

/* To the leg of requests that we send outside of dialogs nobody can send any. */
static int agent_request(void *magic, nta_leg_t *nta, nta_incoming_t *irq, const sip_t *msg)
{
    (void)magic;
    (void)nta;
    (void)irq;
    (void)msg;
    return 404;
}

/* A leg of before the restart that will be rung again, and whose 200 may be early. */
static bool agent_awaits(const struct sip_line *sip, const char *call_id)
{
    LIST_EACH(it, &sip->lost)
    {
        const struct dialog *d = LIST_OWNER(it, const struct dialog, as_lost);
        if (strcmp(d->call_id, call_id) == 0)
            return true;
    }
    return false;
}

/* The dialog of ours in which that response came, or NULL. */
static struct dialog *agent_dialog(nta_agent_t *agent, const sip_t *msg)
{
    const sip_from_t *ours = msg->sip_from;
    const sip_to_t *theirs = msg->sip_to;
    nta_leg_t *nta = nta_leg_by_dialog(agent, NULL, msg->sip_call_id, theirs->a_tag, theirs->a_url,
                                       ours->a_tag, ours->a_url);
    return nta ? nta_leg_magic(nta, line_sip_inside_request) : NULL;
}

/* A 200 to an INVITE that we sent. */
static bool agent_is_answer(const struct sip_line *sip, const sip_t *msg)
{
    const sip_via_t *via = msg->sip_via;
    return msg->sip_status->st_status / 100 == 2 && msg->sip_cseq &&
           msg->sip_cseq->cs_method == sip_method_invite && via && !via->v_next && via->v_branch &&
           line_sip_branch_is_ours(sip->secret, via->v_branch);
}

/* Responses without a transaction. A 200 to an INVITE that an earlier process sent must be ended,
 * or the telephone would be in a call with nobody; one to a re-INVITE wants its ACK. */
static void agent_stray(struct sip_line *sip, nta_agent_t *agent, msg_t *msg, const sip_t *object)
{
    if (!agent_is_answer(sip, object) || agent_awaits(sip, object->sip_call_id->i_id)) {
        nta_msg_discard(agent, msg);
        return;
    }
    struct dialog *d = agent_dialog(agent, object);
    if (!d) {
        nta_msg_ackbye(agent, msg);
        return;
    }
    line_sip_dialog_ack_as(d, object->sip_cseq->cs_seq, object->sip_via->v_branch);
    nta_msg_discard(agent, msg);
}

/* What belongs to no transaction and no dialog. */
static int agent_message(struct sip_line *sip, nta_agent_t *agent, msg_t *msg, sip_t *object)
{
    if (object->sip_request)
        line_sip_door_request(sip, msg, object);
    else
        agent_stray(sip, agent, msg, object);
    return 0;
}

static void agent_log(void *stream, char const *format, va_list args)
{
    (void)stream;
    if (!log_is_on(LOG_DEBUG))
        return;
    struct buf text = {0};
    buf_vprintf(&text, format, args);
    log_line(LOG_DEBUG, "sip.stack", "text=\"%.*s\"", (int)text.len, text.ptr ? text.ptr : "");
    buf_free(&text);
}

/* "sip:ADDRESS:PORT;transport=NAME", to bind there. One's own. */
static char *agent_url(const struct sip_line *sip, const char *port, const char *transport)
{
    bool is_same = strcmp(sip->bind_address, sip->advertised) == 0;
    return line_sip_text("sip:%s:%s;transport=%s%s%s", sip->advertised, port, transport,
                         is_same ? "" : ";maddr=", is_same ? "" : sip->bind_address);
}

/* Over UDP first: it is what telephones get who name no transport. */
static enum err agent_bind(struct sip_line *sip)
{
    char *port = sip->bind_port ? line_sip_text("%u", sip->bind_port) : mem_strdup("*");
    char *url = agent_url(sip, port, "udp");
    sip->agent = nta_agent_create(
        sip->root, (url_string_t *)url, agent_message, sip,
        NTATAG_MCLASS(line_sip_filter_open(sip)), NTATAG_UA(1), NTATAG_UDP_MTU(UDP_REQUEST_MAX),
        NTATAG_USE_NAPTR(0), NTATAG_USE_SRV(0), NTATAG_PASS_408(1), NTATAG_MAXSIZE(MESSAGE_MAX),
        TPTAG_UDP_RMEM(UDP_WAITING_BYTES), TAG_END());
    mem_free(url);
    mem_free(port);
    sip_via_t *via = sip->agent ? nta_agent_via(sip->agent) : NULL;
    if (!via)
        return ERR_IO;
    sip->port = via->v_port ? (unsigned)strtoul(via->v_port, NULL, 10) : 5060;
    port = line_sip_text("%u", sip->port);
    url = agent_url(sip, port, "tcp");
    int result = nta_agent_add_tport(
        sip->agent, (url_string_t *)url, TPTAG_PONG2PING(1), TPTAG_TIMEOUT(SIP_STREAM_MESSAGE_MS),
        TPTAG_IDLE((unsigned)sip->guard.options.idle_s * 1000), TAG_END());
    mem_free(url);
    mem_free(port);
    return result < 0 ? ERR_IO : ERR_OK;
}

enum err line_sip_agent_open(struct sip_line *sip)
{
    su_log_redirect(su_log_default, agent_log, NULL);
    enum err err = agent_bind(sip);
    /* A free port of one kind may be taken for the other. */
    for (int tries = 0; err != ERR_OK && sip->bind_port == 0 && tries < FREE_PORT_TRIES; tries++) {
        line_sip_agent_close(sip);
        err = agent_bind(sip);
    }
    if (err == ERR_OK && sip->tls_address)
        err = line_sip_tls_open(sip);
    if (err != ERR_OK)
        return err;
    /* A leg of a URI that nobody knows: with one of none the stack would make a transaction of each
     * request before we hear of it. */
    char host[33];
    line_sip_random_hex(host, 16);
    char *url = line_sip_text("sip:%s.invalid", host);
    sip->default_leg = nta_leg_tcreate(sip->agent, agent_request, sip, NTATAG_NO_DIALOG(1),
                                       URLTAG_URL(url), TAG_END());
    mem_free(url);
    return sip->default_leg ? ERR_OK : ERR_IO;
}

void line_sip_agent_close(struct sip_line *sip)
{
    if (sip->default_leg)
        nta_leg_destroy(sip->default_leg);
    if (sip->agent)
        nta_agent_destroy(sip->agent);
    sip->default_leg = NULL;
    sip->agent = NULL;
    line_sip_filter_close();
    line_sip_tls_reclaim_close(sip);
}
