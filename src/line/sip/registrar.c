/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* REGISTER (RFC 3261 section 10.3). What a request asks is checked before anything is changed.
 * When it changes where the device is, its 200 waits until that is
 * durable; a mere refresh is answered at once, its new expiry is on its way to the disk. */
#include "base/log.h"
#include "base/mem.h"
#include "line/sip/sip_int.h"

#define EXPIRES_DEFAULT 3600
#define EXPIRES_MIN     10
#define EXPIRES_MAX     86400

struct registration {
    struct list as_waiting;
    uint64_t tag;
    struct device *device;
    nta_incoming_t *irq;
};

static int registrar_answer(struct sip_line *sip, struct device *d, nta_incoming_t *irq)
{
    struct buf contacts = {0};
    uint64_t now_ms = sip->host.now_ms(sip->host.ctx);
    for (size_t i = 0; i < d->place_count; i++) {
        const struct place *p = &d->places[i];
        uint64_t left_ms = p->expires_ms > now_ms ? p->expires_ms - now_ms : 0;
        buf_printf(&contacts, "%s<%s>;expires=%llu", i ? ", " : "", p->contact,
                   (unsigned long long)(left_ms + 999) / 1000);
    }
    buf_char(&contacts, '\0');
    nta_incoming_treply(irq, SIP_200_OK,
                        TAG_IF(d->place_count > 0, SIPTAG_CONTACT_STR(contacts.ptr)), TAG_END());
    buf_free(&contacts);
    return 200;
}

/* Seconds that the contact asks for; -1 when they are no number. */
static int64_t contact_expires(const sip_contact_t *contact, const sip_t *msg)
{
    unsigned long long seconds;
    if (contact && contact->m_expires) {
        if (!slice_to_u64(slice_of(contact->m_expires), UINT32_MAX, &seconds))
            return -1;
        return (int64_t)seconds;
    }
    return msg->sip_expires ? (int64_t)msg->sip_expires->ex_delta : EXPIRES_DEFAULT;
}

/* Telephones that say to be where a trunk's peer is would have every call to them go out through
 * it, wherever their user part says and with nobody's right asked for: only who is there may. */
static bool contact_is_elsewhere(struct sip_line *sip, const sip_contact_t *contact,
                                 const sip_t *msg)
{
    const sip_via_t *via = msg->sip_via;
    const char *source = via->v_received ? via->v_received : via->v_host;
    struct address said;
    return address_parse(slice_of(contact->m_url->url_host), &said, NULL) &&
           strcmp(contact->m_url->url_host, source) != 0 && line_sip_trunk_is_target(sip, &said);
}

/* 0, or the status that refuses the request. */
static int registrar_check(struct sip_line *sip, const sip_t *msg)
{
    size_t added = 0;
    for (const sip_contact_t *c = msg->sip_contact; c; c = c->m_next) {
        int64_t expires = contact_expires(c, msg);
        if (c->m_url->url_type == url_any)
            return c->m_next || c != msg->sip_contact || expires != 0 ? 400 : 0;
        bool is_sip = c->m_url->url_type == url_sip || c->m_url->url_type == url_sips;
        if (expires < 0 || !is_sip || !c->m_url->url_host)
            return 400;
        if (expires > 0 && contact_is_elsewhere(sip, c, msg))
            return 403;
        if (expires > 0 && expires < EXPIRES_MIN)
            return 423;
        if (expires > 0 && ++added > PLACES_MAX)
            return 400;
    }
    return strlen(msg->sip_call_id->i_id) > OUTSIDE_TEXT ? 400 : 0;
}

static char *contact_instance(const sip_contact_t *contact)
{
    const char *value = msg_header_find_param(contact->m_common, "+sip.instance=");
    return value && strlen(value) <= OUTSIDE_TEXT ? mem_strdup(value) : NULL;
}

/* The place of that contact: the same URI, or the same telephone (RFC 5626 section 6). */
static size_t place_index(const struct device *d, const char *uri, const char *instance)
{
    for (size_t i = 0; i < d->place_count; i++) {
        const struct place *p = &d->places[i];
        if (strcmp(p->contact, uri) == 0 ||
            (instance && p->instance && strcmp(p->instance, instance) == 0))
            return i;
    }
    return d->place_count;
}

static bool is_same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

/* Sets or renews one place; true when the device is somewhere else than before. */
static bool place_set(struct sip_line *sip, struct device *d, size_t index, struct place *fresh)
{
    if (index == PLACES_MAX) {
        line_sip_place_remove(d, 0); /* the oldest gives way */
        index--;
    }
    struct place *p = &d->places[index];
    bool is_new = index == d->place_count;
    bool is_changed = is_new || !is_same_text(p->contact, fresh->contact) ||
                      !is_same_text(p->hop, fresh->hop) || p->talks != fresh->talks;
    if (is_new)
        d->place_count++;
    else if (strcmp(p->contact, fresh->contact) != 0)
        line_sip_leg_follow(sip, d, p->contact, fresh);
    line_sip_place_free(p);
    *p = *fresh;
    return is_changed;
}

/* Whether a later request of the same telephone has come already. The same one again is fine: it
 * is the repetition of one whose answer was lost, perhaps with the process. */
static bool contact_is_late(const struct device *d, const sip_contact_t *contact, const sip_t *msg)
{
    char *uri = line_sip_agent_url(contact->m_url);
    char *instance = contact_instance(contact);
    size_t index = place_index(d, uri, instance);
    bool is_late = index < d->place_count &&
                   strcmp(d->places[index].call_id, msg->sip_call_id->i_id) == 0 &&
                   msg->sip_cseq->cs_seq < d->places[index].cseq;
    bool is_empty = !*uri;
    mem_free(uri);
    mem_free(instance);
    return is_late || is_empty;
}

/* Carries out one contact; true when the device is somewhere else than before. */
static bool registrar_contact(struct sip_line *sip, struct device *d, const sip_contact_t *contact,
                              const sip_t *msg)
{
    int64_t expires = contact_expires(contact, msg);
    char *uri = line_sip_agent_url(contact->m_url);
    char *instance = contact_instance(contact);
    size_t index = place_index(d, uri, instance);
    if (expires == 0) {
        bool is_known = index < d->place_count;
        mem_free(uri);
        mem_free(instance);
        if (is_known)
            line_sip_place_remove(d, index);
        return is_known;
    }
    if (expires > EXPIRES_MAX)
        expires = EXPIRES_MAX;
    struct place fresh = {.contact = uri,
                          .hop = line_sip_agent_hop(msg, contact->m_url),
                          .instance = instance,
                          .call_id = mem_strdup(msg->sip_call_id->i_id),
                          .cseq = msg->sip_cseq->cs_seq,
                          .expires_ms = sip->host.now_ms(sip->host.ctx) + (uint64_t)expires * 1000,
                          .talks = (line_sip_abilities(msg) & ABLE_TALK) != 0,
                          .is_behind_nat = line_sip_agent_is_behind_nat(msg)};
    line_sip_nat_plan(&fresh, sip->host.now_ms(sip->host.ctx));
    if (index < d->place_count && !is_same_text(d->places[index].hop, fresh.hop))
        line_sip_nat_moved(sip, d, uri);
    return place_set(sip, d, index, &fresh);
}

static bool registrar_remove_all(struct device *d)
{
    bool had_any = d->place_count > 0;
    while (d->place_count > 0)
        line_sip_place_remove(d, 0);
    return had_any;
}

/* Whether the To of the request is the device's own. */
static bool registrar_is_own(const struct device *d, const sip_t *msg)
{
    char *uri = line_sip_agent_url(msg->sip_to->a_url);
    struct buf number = {0};
    bool is_own = line_sip_uri_number(slice_of(uri), &number) == ERR_OK &&
                  slice_equal(buf_view(&number), d->dn);
    buf_free(&number);
    mem_free(uri);
    return is_own;
}

int line_sip_registrar_request(struct sip_line *sip, nta_incoming_t *irq, const sip_t *msg)
{
    struct device *d = line_sip_auth_check(sip, irq, msg);
    if (!d)
        return nta_incoming_status(irq);
    if (!registrar_is_own(d, msg))
        return 403;
    int status = registrar_check(sip, msg);
    if (status == 423)
        nta_incoming_treply(irq, SIP_423_INTERVAL_TOO_BRIEF, SIPTAG_MIN_EXPIRES_STR("10"),
                            TAG_END());
    if (status)
        return status;
    if (!msg->sip_contact)
        return registrar_answer(sip, d, irq);
    for (const sip_contact_t *c = msg->sip_contact; c; c = c->m_next)
        if (c->m_url->url_type != url_any && contact_is_late(d, c, msg))
            return 400;
    bool is_changed = false;
    for (const sip_contact_t *c = msg->sip_contact; c; c = c->m_next)
        is_changed |= c->m_url->url_type == url_any ? registrar_remove_all(d)
                                                    : registrar_contact(sip, d, c, msg);
    uint64_t tag = line_sip_place_record(sip, d);
    line_sip_place_settle(sip, d, sip->host.now_ms(sip->host.ctx));
    if (!is_changed)
        return registrar_answer(sip, d, irq);
    struct registration *r = mem_zalloc(sizeof *r);
    *r = (struct registration){.tag = tag, .device = d, .irq = irq};
    list_append(&sip->registrations, &r->as_waiting);
    return 0;
}

void line_sip_registrar_recorded(struct sip_line *sip, uint64_t tag)
{
    LIST_EACH_SAFE(it, &sip->registrations)
    {
        struct registration *r = LIST_OWNER(it, struct registration, as_waiting);
        if (r->tag > tag)
            break;
        registrar_answer(sip, r->device, r->irq);
        nta_incoming_destroy(r->irq);
        list_remove(&r->as_waiting);
        mem_free(r);
    }
}

void line_sip_registrar_forget(struct sip_line *sip, const struct device *d)
{
    LIST_EACH_SAFE(it, &sip->registrations)
    {
        struct registration *r = LIST_OWNER(it, struct registration, as_waiting);
        if (r->device != d)
            continue;
        nta_incoming_treply(r->irq, SIP_403_FORBIDDEN, TAG_END());
        nta_incoming_destroy(r->irq);
        list_remove(&r->as_waiting);
        mem_free(r);
    }
}

void line_sip_registrar_free(struct sip_line *sip)
{
    LIST_EACH_SAFE(it, &sip->registrations)
    {
        struct registration *r = LIST_OWNER(it, struct registration, as_waiting);
        nta_incoming_destroy(r->irq);
        list_remove(&r->as_waiting);
        mem_free(r);
    }
}
