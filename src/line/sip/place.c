/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The places where a device is registered: their durable record (one for each device, all its
 * places), their expiry, and what the core is told of them. Times are of the host's clock, so they
 * survive a restart. */
#include <arpa/inet.h>

#include "base/codec.h"
#include "base/log.h"
#include "base/mem.h"
#include "line/sip/sip_int.h"

#define RECORD_VERSION 2
#define RECORD_PREFIX  "sip.place."

void line_sip_place_free(struct place *p)
{
    mem_free(p->contact);
    mem_free(p->hop);
    mem_free(p->instance);
    mem_free(p->call_id);
    *p = (struct place){0};
}

void line_sip_place_remove(struct device *d, size_t index)
{
    line_sip_place_free(&d->places[index]);
    d->place_count--;
    memmove(&d->places[index], &d->places[index + 1],
            (d->place_count - index) * sizeof d->places[0]);
    d->places[d->place_count] = (struct place){0};
}

const struct place *line_sip_place_find(const struct device *d, const char *contact)
{
    for (size_t i = 0; i < d->place_count; i++)
        if (strcmp(d->places[i].contact, contact) == 0)
            return &d->places[i];
    return NULL;
}

uint64_t line_sip_place_record(struct sip_line *sip, struct device *d)
{
    struct buf key = {0}, value = {0};
    buf_text(&key, RECORD_PREFIX);
    buf_slice(&key, d->dn);
    enc_u64(&value, RECORD_VERSION);
    enc_u64(&value, d->place_count);
    for (size_t i = 0; i < d->place_count; i++) {
        const struct place *p = &d->places[i];
        enc_bytes(&value, slice_of(p->contact));
        enc_bytes(&value, slice_of(p->hop ? p->hop : ""));
        enc_bytes(&value, slice_of(p->instance ? p->instance : ""));
        enc_bytes(&value, slice_of(p->call_id));
        enc_u64(&value, p->cseq);
        enc_u64(&value, p->expires_ms);
        enc_u64(&value, p->talks);
        enc_u64(&value, p->is_behind_nat);
    }
    uint64_t tag = ++sip->last_tag;
    sip->host.record(sip->host.ctx, buf_view(&key),
                     d->place_count > 0 ? buf_view(&value) : SLICE_NONE, tag);
    buf_free(&key);
    buf_free(&value);
    return tag;
}

static char *own(struct slice text)
{
    return line_sip_text("%.*s", (int)text.len, text.ptr);
}

static char *own_or_null(struct slice text)
{
    return text.len > 0 ? own(text) : NULL;
}

static void place_visit(void *arg, struct slice key, struct slice value)
{
    struct sip_line *sip = arg;
    size_t prefix = sizeof RECORD_PREFIX - 1;
    if (!slice_starts_with(key, SLICE(RECORD_PREFIX)))
        return;
    struct device *d = map_get(&sip->by_dn, (struct slice){key.ptr + prefix, key.len - prefix});
    struct dec dec = dec_of(value);
    uint64_t version = dec_u64(&dec);
    if (!d || version < 1 || version > RECORD_VERSION)
        return;
    size_t count = dec_u64_max(&dec, PLACES_MAX);
    for (size_t i = 0; i < count && !dec.failed; i++) {
        struct place *p = &d->places[d->place_count++];
        p->contact = own(dec_bytes(&dec));
        p->hop = own_or_null(dec_bytes(&dec));
        p->instance = own_or_null(dec_bytes(&dec));
        p->call_id = own(dec_bytes(&dec));
        p->cseq = (uint32_t)dec_u64_max(&dec, UINT32_MAX);
        p->expires_ms = dec_u64(&dec);
        p->talks = dec_u64_max(&dec, 1);
        p->is_behind_nat = version >= 2 && dec_u64_max(&dec, 1);
    }
    if (!dec_is_done(&dec)) {
        log_line(LOG_ERROR, "sip.registration_unreadable", "dn=%s", d->config.dn);
        while (d->place_count > 0)
            line_sip_place_remove(d, 0);
    }
    d->is_registered = true;
}

void line_sip_place_load(struct sip_line *sip)
{
    sip->host.each_record(sip->host.ctx, place_visit, sip);
}

/* Its address is known to the guard for as long as it is registered. */
static void place_known(struct sip_line *sip, const struct place *p, uint64_t now_ms)
{
    struct slice host = line_sip_network_peer(sip, p->hop ? p->hop : p->contact).host;
    char text[INET_ADDRSTRLEN];
    struct in_addr address;
    if (host.len >= sizeof text || p->expires_ms <= now_ms)
        return;
    memcpy(text, host.ptr, host.len);
    text[host.len] = '\0';
    if (inet_pton(AF_INET, text, &address) == 1)
        line_sip_guard_proved(&sip->guard, address, now_ms, p->expires_ms - now_ms);
}

void line_sip_place_settle(struct sip_line *sip, struct device *d, uint64_t now_ms)
{
    uint64_t first_ms = UINT64_MAX;
    bool talks = false;
    for (size_t i = d->place_count; i-- > 0;) {
        if (d->places[i].expires_ms <= now_ms) {
            line_sip_place_remove(d, i);
            continue;
        }
        place_known(sip, &d->places[i], now_ms);
        talks = talks || d->places[i].talks;
        if (d->places[i].expires_ms < first_ms)
            first_ms = d->places[i].expires_ms;
    }
    if (first_ms == UINT64_MAX)
        heap_remove(&sip->expiries, &d->expiry);
    else
        heap_set(&sip->expiries, &d->expiry, first_ms, 0);
    bool is_registered = d->place_count > 0;
    if (is_registered == d->is_registered && talks == d->talks)
        return;
    d->is_registered = is_registered;
    d->talks = talks;
    log_line(LOG_INFO, is_registered ? "sip.registered" : "sip.unregistered",
             "dn=%s places=%zu talks=%d", d->config.dn, d->place_count, talks);
    struct signal signal = {.kind = is_registered ? SIGNAL_REGISTERED : SIGNAL_UNREGISTERED,
                            .dn = d->dn,
                            .talks = talks};
    sip->host.signal(sip->host.ctx, &signal);
}

void line_sip_place_announce(struct sip_line *sip, struct device *d)
{
    uint64_t now_ms = sip->host.now_ms(sip->host.ctx);
    bool had_record = d->is_registered;
    d->is_registered = false;
    line_sip_place_settle(sip, d, now_ms);
    if (d->is_registered)
        return;
    /* Also without a record: the core may remember what another driver said. */
    struct signal gone = {.kind = SIGNAL_UNREGISTERED, .dn = d->dn};
    sip->host.signal(sip->host.ctx, &gone);
    if (had_record)
        line_sip_place_record(sip, d);
}

void line_sip_place_expire(struct sip_line *sip)
{
    uint64_t now_ms = sip->host.now_ms(sip->host.ctx);
    struct heap_node *first;
    while ((first = heap_first(&sip->expiries)) && first->at_ms <= now_ms) {
        struct device *d = LIST_OWNER(first, struct device, expiry);
        line_sip_place_settle(sip, d, now_ms);
        line_sip_place_record(sip, d);
    }
}
