/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Any bytes as a SIP message, read by the stack's parser and given to our handlers as the stack
 * would: a request to the door as from a stranger, then to registrar or offer as from a device that
 * has shown who it is, then into a dialog that is up; a response as one to our INVITE. The same
 * bytes are read as what is kept of a leg.
 *
 * The driver's sources are compiled anew with the stack's transactions and the media room under
 * other names (see meson.build), which are below: nothing is sent anywhere. Whatever happens, at
 * the end no transaction, leg, dialog or registration is left, or the leak checker says so. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "line/sip/keep.h"
#include "line/sip/line_sip.h"
#include "line/sip/sip_int.h"

#include <sofia-sip/msg_addr.h>
#include <sofia-sip/nta_stateless.h>
#include <sofia-sip/nta_tport.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* --- the stack --- */

struct nta_incoming_s {
    msg_t *msg;
    int status;
};

struct nta_outgoing_s {
    struct list as_sent; /* the stack ends those that nobody ends */
    nta_response_f *callback;
    void *magic;
    sip_method_t method;
    int status;
};

static struct list sent = {&sent, &sent};
static nta_outgoing_t *our_invite; /* the one that a response is for */

nta_incoming_t *nta_incoming_create(nta_agent_t *agent, nta_leg_t *leg, msg_t *msg, sip_t *sip,
                                    tag_type_t tag, tag_value_t value, ...)
{
    (void)agent, (void)leg, (void)sip, (void)tag, (void)value;
    nta_incoming_t *irq = mem_zalloc(sizeof *irq);
    irq->msg = msg;
    return irq;
}

void nta_incoming_destroy(nta_incoming_t *irq)
{
    if (!irq)
        return;
    msg_destroy(irq->msg);
    mem_free(irq);
}

int nta_incoming_treply(nta_incoming_t *irq, int status, char const *phrase, tag_type_t tag,
                        tag_value_t value, ...)
{
    (void)phrase, (void)tag, (void)value;
    irq->status = status;
    return 0;
}

int nta_incoming_status(nta_incoming_t const *irq)
{
    return irq->status;
}

sip_method_t nta_incoming_method(nta_incoming_t const *irq)
{
    return sip_object(irq->msg)->sip_request->rq_method;
}

msg_t *nta_incoming_getrequest(nta_incoming_t *irq)
{
    return msg_ref(irq->msg);
}

void nta_incoming_bind(nta_incoming_t *irq, nta_ack_cancel_f *callback, void *magic)
{
    (void)irq, (void)callback, (void)magic;
}

char const *nta_incoming_tag(nta_incoming_t *irq, char const *tag)
{
    (void)irq;
    return tag;
}

tport_t *nta_incoming_transport(nta_agent_t *agent, nta_incoming_t *irq, msg_t *msg)
{
    (void)agent, (void)irq, (void)msg;
    return NULL;
}

int nta_check_required(nta_incoming_t *irq, sip_t const *sip, sip_supported_t const *supported,
                       tag_type_t tag, tag_value_t value, ...)
{
    (void)irq, (void)supported, (void)tag, (void)value;
    return sip->sip_require ? 420 : 0;
}

nta_outgoing_t *nta_outgoing_tcreate(nta_leg_t *leg, nta_response_f *callback, void *magic,
                                     url_string_t const *route_url, sip_method_t method,
                                     char const *method_name, url_string_t const *request_uri,
                                     tag_type_t tag, tag_value_t value, ...)
{
    (void)leg, (void)route_url, (void)method_name, (void)request_uri, (void)tag, (void)value;
    nta_outgoing_t *orq = mem_zalloc(sizeof *orq);
    *orq = (nta_outgoing_t){.callback = callback, .magic = magic, .method = method};
    list_append(&sent, &orq->as_sent);
    if (method == sip_method_invite)
        our_invite = orq;
    return orq;
}

nta_outgoing_t *nta_outgoing_tcancel(nta_outgoing_t *orq, nta_response_f *callback, void *magic,
                                     tag_type_t tag, tag_value_t value, ...)
{
    (void)orq, (void)callback, (void)magic, (void)tag, (void)value;
    return NULL;
}

void nta_outgoing_destroy(nta_outgoing_t *orq)
{
    if (orq == our_invite)
        our_invite = NULL;
    list_remove(&orq->as_sent);
    mem_free(orq);
}

int nta_outgoing_status(nta_outgoing_t const *orq)
{
    return orq->status;
}

sip_method_t nta_outgoing_method(nta_outgoing_t const *orq)
{
    return orq->method;
}

nta_leg_t *nta_leg_tcreate(nta_agent_t *agent, nta_request_f *callback, void *magic, tag_type_t tag,
                           tag_value_t value, ...)
{
    (void)agent, (void)callback, (void)magic, (void)tag, (void)value;
    return mem_alloc(1);
}

void nta_leg_bind(nta_leg_t *leg, nta_request_f *callback, void *magic)
{
    (void)leg, (void)callback, (void)magic;
}

void nta_leg_destroy(nta_leg_t *leg)
{
    mem_free(leg);
}

int nta_msg_treply(nta_agent_t *agent, msg_t *msg, int status, char const *phrase, tag_type_t tag,
                   tag_value_t value, ...)
{
    (void)agent, (void)status, (void)phrase, (void)tag, (void)value;
    msg_destroy(msg);
    return 0;
}

void nta_msg_discard(nta_agent_t *agent, msg_t *msg)
{
    (void)agent;
    msg_destroy(msg);
}

int nta_msg_ackbye(nta_agent_t *agent, msg_t *msg)
{
    nta_msg_discard(agent, msg);
    return 0;
}

tport_t *nta_agent_tports(nta_agent_t *agent)
{
    (void)agent;
    return NULL;
}

tport_t *tport_by_name(tport_t const *self, tp_name_t const *name)
{
    (void)self, (void)name;
    return NULL;
}

/* --- the media room --- */

enum err media_open(struct media *media, uint64_t leg, unsigned wanted, unsigned *port)
{
    (void)media, (void)leg;
    *port = wanted ? wanted : 20000;
    return ERR_OK;
}

void media_close(struct media *media, uint64_t leg)
{
    (void)media, (void)leg;
}

void media_connect(struct media *media, uint64_t leg, const struct media_far *far)
{
    (void)media, (void)leg, (void)far;
}

void media_hear(struct media *media, uint64_t leg, const uint64_t *talkers, size_t count,
                enum media_tone tone)
{
    (void)media, (void)leg, (void)talkers, (void)count, (void)tone;
}

void media_pressed(struct media *media, uint64_t leg, char digit)
{
    (void)media;
    (void)leg;
    (void)digit;
}

void media_relatch(struct media *media, uint64_t leg)
{
    (void)media;
    (void)leg;
}

void media_digits(struct media *media, uint64_t leg, struct slice digits)
{
    (void)media, (void)leg, (void)digits;
}

/* --- the core --- */

static struct sip_line *line;
static uint64_t kept[64];
static size_t kept_count;

static void on_signal(void *ctx, const struct signal *signal)
{
    (void)ctx;
    if (signal->keep.ptr && kept_count < sizeof kept / sizeof *kept)
        kept[kept_count++] = signal->leg;
}

static void on_record(void *ctx, struct slice key, struct slice value, uint64_t tag)
{
    (void)ctx, (void)key, (void)value, (void)tag;
}

/* A second for each look, so that nobody asks too often. */
static uint64_t now_ms(void *ctx)
{
    static uint64_t seconds = UINT64_C(1800000000);
    (void)ctx;
    return ++seconds * 1000;
}

static void all_is_durable(void)
{
    for (size_t i = 0; i < kept_count; i++) {
        struct leg *leg = line_sip_leg_find(line, kept[i]);
        if (leg)
            line_sip_leg_kept(leg);
    }
    kept_count = 0;
    line_sip_registrar_recorded(line, UINT64_MAX);
}

static struct device *the_device(void)
{
    return LIST_OWNER(line->devices.next, struct device, as_device);
}

static void begin(void)
{
    static const struct line_device device = {.dn = "15000",
                                              .ha1_md5 = "0123456789abcdef0123456789abcdef"};
    struct line_sip_options options = {.bind = "127.0.0.1:5060",
                                       .realm = "cordboard",
                                       .rtp_port_min = 20000,
                                       .rtp_port_max = 20100,
                                       .devices = &device,
                                       .device_count = 1};
    line = line_sip_create(&options)->self;
    line->port = 5060;
    line->host = (struct line_host){.signal = on_signal, .record = on_record, .now_ms = now_ms};
}

/* --- what comes in --- */

static msg_t *read_message(const char *text, size_t size)
{
    msg_t *msg = msg_make(sip_default_mclass(), MSG_DO_EXTRACT_COPY, text, (ssize_t)size);
    sip_t *sip = msg ? sip_object(msg) : NULL;
    /* As the stack judges them: it answers or drops what is bad itself. */
    bool is_good = sip && !sip->sip_error && !(sip->sip_flags & MSG_FLG_ERROR) &&
                   (sip->sip_request || sip->sip_status) && sip->sip_via &&
                   sip_sanity_check(sip) >= 0;
    if (is_good) {
        su_sockaddr_t *from = msg_addr(msg);
        from->su_family = AF_INET;
        from->su_sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return msg;
    }
    if (msg)
        msg_destroy(msg);
    return NULL;
}

/* Answers a request as the stack does with what a handler says. */
static void finish(nta_incoming_t *irq, int status)
{
    if (status)
        nta_incoming_destroy(irq);
}

static void as_a_stranger(msg_t *msg)
{
    line_sip_door_request(line, msg_ref(msg), sip_object(msg));
}

static void as_a_device(msg_t *msg)
{
    sip_t *sip = sip_object(msg);
    sip_method_t method = sip->sip_request->rq_method;
    if (method != sip_method_register && method != sip_method_invite)
        return;
    nta_incoming_t *irq = nta_incoming_create(NULL, NULL, msg_ref(msg), sip, TAG_END());
    line->asker = the_device();
    finish(irq, method == sip_method_register ? line_sip_registrar_request(line, irq, sip)
                                              : line_sip_offer_request(line, irq, sip));
    line->asker = NULL;
    all_is_durable();
}

static void ring(void)
{
    struct device *d = the_device();
    if (d->place_count == 0) {
        struct place *p = &d->places[d->place_count++];
        *p = (struct place){.contact = mem_strdup("sip:15000@127.0.0.1:9"),
                            .call_id = mem_strdup("x"),
                            .expires_ms = UINT64_MAX};
    }
    our_invite = NULL;
    line_sip_ring_order(
        line, &(struct order){
                  .kind = ORDER_RING, .leg = 1, .dn = SLICE("15000"), .from = SLICE("15001")});
}

static void give_response(const sip_t *sip)
{
    nta_outgoing_t *orq = our_invite;
    if (!orq || !orq->callback)
        return;
    orq->status = sip->sip_status->st_status;
    orq->callback(orq->magic, orq, sip);
    all_is_durable();
}

static void as_an_answer(msg_t *msg)
{
    ring();
    give_response(sip_object(msg));
    give_response(sip_object(msg));
}

static void inside_a_call(msg_t *msg)
{
    static const char answer[] =
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKx\r\n"
        "To: <sip:15000@127.0.0.1>;tag=a\r\nFrom: <sip:15001@127.0.0.1>;tag=b\r\n"
        "Call-ID: x\r\nCSeq: 1 INVITE\r\nContact: <sip:15000@127.0.0.1:9>\r\n"
        "Allow-Events: talk, hold\r\nContent-Type: application/sdp\r\nContent-Length: 84\r\n\r\n"
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        "m=audio 9 RTP/AVP 0\r\n";
    ring();
    msg_t *ok = read_message(answer, sizeof answer - 1);
    if (!ok)
        abort();
    give_response(sip_object(ok));
    struct leg *leg = line_sip_leg_find(line, 1);
    if (!leg || !leg->dialog)
        abort();
    sip_t *sip = sip_object(msg);
    nta_incoming_t *irq = nta_incoming_create(NULL, NULL, msg_ref(msg), sip, TAG_END());
    finish(irq, line_sip_inside_request(leg->dialog, leg->dialog->nta, irq, sip));
    all_is_durable();
    msg_destroy(ok);
}

/* As the driver ends. */
static void end(void)
{
    all_is_durable();
    line_sip_registrar_free(line);
    line_sip_leg_end_all(line);
    LIST_EACH_SAFE(it, &line->legs)
    line_sip_leg_free(LIST_OWNER(it, struct leg, as_leg));
    LIST_EACH_SAFE(it, &line->orphans)
    line_sip_dialog_free(LIST_OWNER(it, struct dialog, as_dialog));
    LIST_EACH_SAFE(it, &sent)
    nta_outgoing_destroy(LIST_OWNER(it, nta_outgoing_t, as_sent));
    while (the_device()->place_count > 0)
        line_sip_place_remove(the_device(), 0);
    line_sip_place_settle(line, the_device(), now_ms(NULL));
    kept_count = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct keep keep;
    if (!line)
        begin();
    (void)line_sip_keep_read((struct slice){(const char *)data, size}, &keep);
    msg_t *msg = read_message((const char *)data, size);
    if (!msg)
        return 0;
    if (sip_object(msg)->sip_request) {
        as_a_stranger(msg);
        end();
        as_a_device(msg);
        as_a_device(msg);
        end();
        inside_a_call(msg);
    } else {
        as_an_answer(msg);
    }
    end();
    msg_destroy(msg);
    return 0;
}
