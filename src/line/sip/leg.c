/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Legs: what the core calls by a number. Here is what all kinds share: their table, the signals
 * with what is to be kept, the waiting until that is durable, and their end. A leg that is over
 * waits for the media room, which tells how its sound arrived, before the core is told: gone is
 * the last signal of a leg and carries that. It does not wait long. */
#include "base/log.h"
#include "base/mem.h"
#include "line/sip/sip_int.h"

#include <sodium.h>

#define KEPT_INVITE_MAX 2800 /* bytes; with the rest under SIGNAL_KEEP_MAX */
#define ENDING_SECONDS  3    /* until a leg is gone though the media room has not said a word */

static const struct sdp_wish wish_of_all = {.codecs = {MEDIA_PCMU, MEDIA_PCMA, MEDIA_G722},
                                            .codec_count = MEDIA_CODEC_COUNT,
                                            .takes_plain = true};

struct leg *line_sip_leg_create(struct sip_line *sip, uint64_t number, struct device *d)
{
    struct leg *leg = mem_zalloc(sizeof *leg);
    leg->number = number;
    leg->sip = sip;
    leg->device = d;
    leg->is_dirty = true;
    leg->wish = wish_of_all;
    leg->far.event_payload = leg->far.our_event_payload = MEDIA_NO_EVENTS;
    list_init(&leg->dialogs);
    list_append(&sip->legs, &leg->as_leg);
    map_put(&sip->by_leg, map_key_u64(&leg->number), leg);
    return leg;
}

struct leg *line_sip_leg_find(struct sip_line *sip, uint64_t number)
{
    return map_get(&sip->by_leg, map_key_u64(&number));
}

void line_sip_leg_free(struct leg *leg)
{
    LIST_EACH_SAFE(it, &leg->dialogs)
    line_sip_dialog_free(LIST_OWNER(it, struct dialog, as_dialog));
    if (leg->port)
        media_close(leg->sip->media, leg->number);
    list_remove(&leg->as_leg);
    heap_remove(&leg->sip->timers, &leg->timer);
    map_remove(&leg->sip->by_leg, map_key_u64(&leg->number));
    buf_free(&leg->offer);
    buf_free(&leg->answer);
    line_sip_trunk_call_free(leg);
    line_sip_trunk_release(leg->trunk);
    mem_free(leg->from);
    mem_free(leg->again_contact);
    mem_free(leg->again_hop);
    mem_free(leg->redirect);
    sodium_memzero(leg->key, sizeof leg->key);
    sodium_memzero(&leg->far, sizeof leg->far);
    mem_free(leg);
}

/* Without what nobody reads again: credentials, and headers that the stack does not know, among
 * them proofs of who calls, which are long. */
static msg_t *shortened(msg_t *whole)
{
    msg_t *msg = msg_dup(whole);
    sip_t *object = msg ? sip_object(msg) : NULL;
    msg_destroy(whole);
    if (!object)
        return msg;
    void *const unread[] = {object->sip_authorization, object->sip_proxy_authorization,
                            object->sip_allow, object->sip_user_agent, object->sip_unknown};
    for (size_t i = 0; i < sizeof unread / sizeof *unread; i++)
        if (unread[i])
            msg_header_remove_all(msg, (msg_pub_t *)object, unread[i]);
    return msg;
}

/* The INVITE that the leg's telephone sent, as text; empty when it is too long to keep. */
static void keep_invite(const struct leg *leg, struct buf *out)
{
    bool has_request = leg->dialog && leg->dialog->request;
    msg_t *msg = has_request ? nta_incoming_getrequest(leg->dialog->request) : NULL;
    if (msg)
        msg = shortened(msg);
    if (!msg)
        return;
    size_t len = 0;
    char *text = msg_as_string(msg_home(msg), msg, NULL, 0, &len);
    if (text && len <= KEPT_INVITE_MAX)
        buf_append(out, text, len);
    su_free(msg_home(msg), text);
    msg_destroy(msg);
}

/* The dialogs that a new process is to know: of an INVITE that rings at several telephones only
 * the first, for it is the INVITE that is sent again. */
static void keep_dialogs(const struct leg *leg, struct keep *keep)
{
    LIST_EACH(it, &leg->dialogs)
    {
        struct dialog *d = LIST_OWNER(it, struct dialog, as_dialog);
        if (keep->dialog_count == KEEP_DIALOGS_MAX ||
            (leg->dialog ? leg->dialog != d : !!d->origin))
            continue;
        if (d->cseq + CSEQ_RESERVE / 2 > d->cseq_reserve)
            d->cseq_reserve = d->cseq + CSEQ_RESERVE;
        keep->dialogs[keep->dialog_count++] = line_sip_dialog_keep(d);
    }
}

/* Everything of now; a ringing leg may have more places than fit, and then keeps fewer. */
static void leg_write_keep(struct leg *leg, struct buf *out)
{
    static const enum keep_kind kinds[] = {[SIP_LEG_LOST] = KEEP_RINGING,
                                           [SIP_LEG_RINGING] = KEEP_RINGING,
                                           [SIP_LEG_OFFERED] = KEEP_OFFERED,
                                           [SIP_LEG_UP] = KEEP_UP};
    struct keep keep = {.kind = kinds[leg->state],
                        .port = leg->port,
                        .sdp_version = leg->sdp_version,
                        .has_sound = leg->told_sound,
                        .key = leg->has_key ? leg->key : NULL,
                        .wish = leg->wish,
                        .far = leg->has_next ? leg->next : leg->far,
                        .session = leg->session};
    struct buf invite = {0};
    keep_dialogs(leg, &keep);
    if (leg->state == SIP_LEG_OFFERED) {
        keep_invite(leg, &invite);
        keep.invite = invite.len ? buf_view(&invite) : SLICE_NONE;
    }
    do {
        buf_reset(out);
        line_sip_keep_write(out, &keep);
    } while (out->len > SIGNAL_KEEP_MAX && --keep.dialog_count > 0);
    buf_free(&invite);
    sodium_memzero(&keep.far, sizeof keep.far);
}

/* The core takes what is to be kept with these; others it may refuse as of no use to it. */
static bool leg_signal_keeps(enum signal_kind kind)
{
    return kind == SIGNAL_INCOMING || kind == SIGNAL_RINGING || kind == SIGNAL_ANSWERED ||
           kind == SIGNAL_KEEP;
}

void line_sip_leg_signal(struct leg *leg, struct signal signal)
{
    struct buf keep = {0};
    signal.leg = leg->number;
    bool can_keep = leg->state != SIP_LEG_LOST && !list_is_empty(&leg->dialogs);
    if (leg->is_dirty && can_keep && leg_signal_keeps(signal.kind)) {
        leg->is_dirty = false;
        leg_write_keep(leg, &keep);
    }
    if (keep.len > 0 && keep.len <= SIGNAL_KEEP_MAX) {
        signal.keep = buf_view(&keep);
        leg->keeps_sent++;
    } else if (keep.len > 0) {
        log_line(LOG_WARN, "sip.too_much_to_keep", "leg=%llu bytes=%zu",
                 (unsigned long long)leg->number, keep.len);
    }
    leg->sip->host.signal(leg->sip->host.ctx, &signal);
    buf_free(&keep);
}

static void leg_tell_gone(struct leg *leg, const struct media_stats *stats)
{
    struct signal gone = {.kind = SIGNAL_GONE, .cause = leg->end_cause};
    if (leg->redirect)
        gone.number = slice_of(leg->redirect);
    if (stats)
        gone.quality = (struct quality){.packets = stats->packets,
                                        .lost = stats->lost,
                                        .jitter_us = stats->jitter_us,
                                        .score = stats->score};
    line_sip_leg_signal(leg, gone);
    line_sip_leg_free(leg);
}

void line_sip_leg_gone(struct leg *leg, enum cause cause)
{
    LIST_EACH_SAFE(it, &leg->dialogs)
    line_sip_dialog_free(LIST_OWNER(it, struct dialog, as_dialog));
    leg->end_cause = cause;
    if (!leg->port) {
        leg_tell_gone(leg, NULL);
        return;
    }
    leg->state = SIP_LEG_ENDING;
    leg->device = NULL; /* it may be configured away meanwhile */
    leg->port = 0;
    leg->seconds_left = ENDING_SECONDS;
    heap_remove(&leg->sip->timers, &leg->timer);
    list_remove(&leg->as_leg);
    list_append(&leg->sip->endings, &leg->as_leg);
    media_close(leg->sip->media, leg->number);
}

void line_sip_leg_closed(struct sip_line *sip, uint64_t number, const struct media_stats *stats)
{
    struct leg *leg = line_sip_leg_find(sip, number);
    if (leg && leg->state == SIP_LEG_ENDING)
        leg_tell_gone(leg, stats);
}

void line_sip_leg_second(struct sip_line *sip)
{
    LIST_EACH_SAFE(it, &sip->endings)
    {
        struct leg *leg = LIST_OWNER(it, struct leg, as_leg);
        if (leg->seconds_left-- == 0)
            leg_tell_gone(leg, NULL);
    }
}

void line_sip_leg_end_all(struct sip_line *sip)
{
    LIST_EACH_SAFE(it, &sip->endings)
    leg_tell_gone(LIST_OWNER(it, struct leg, as_leg), NULL);
}

static void leg_go_on(struct leg *leg)
{
    enum leg_wait waits = leg->waits;
    if (waits == LEG_WAITS_FOR_NOTHING || leg->keeps_done < leg->waits_for)
        return;
    leg->waits = LEG_WAITS_FOR_NOTHING;
    if (waits == LEG_WAITS_TO_ACK)
        line_sip_dialog_ack(leg->dialog);
    else
        line_sip_change_accept(leg);
}

void line_sip_leg_wait(struct leg *leg, enum leg_wait what)
{
    leg->waits = what;
    leg->waits_for = leg->keeps_sent;
    leg_go_on(leg);
}

void line_sip_leg_kept(struct leg *leg)
{
    leg->keeps_done++;
    leg_go_on(leg);
}

/* Where the telephone is now is where its dialog goes on: one that got another address, or
 * connected anew from another port, may never say so in the dialog. */
void line_sip_leg_follow(struct sip_line *sip, const struct device *device, const char *from,
                         const struct place *to)
{
    LIST_EACH(it, &sip->legs)
    {
        struct leg *leg = LIST_OWNER(it, struct leg, as_leg);
        struct dialog *d = leg->state == SIP_LEG_UP && leg->device == device ? leg->dialog : NULL;
        if (!d || strcmp(d->target, from) != 0)
            continue;
        mem_free(d->target);
        mem_free(d->hop);
        d->target = mem_strdup(to->contact);
        d->hop = to->hop ? mem_strdup(to->hop) : NULL;
        leg->is_dirty = true;
        line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_KEEP});
    }
}

void line_sip_leg_tell_held(struct leg *leg)
{
    enum leg_held held = leg->far.is_listening ? HELD_NO : HELD_YES;
    if (leg->told_held == held)
        return;
    leg->told_held = held;
    leg->asks_at_ms = leg->sip->host.now_ms(leg->sip->host.ctx) + leg->sip->silence_ms;
    line_sip_leg_signal(leg,
                        (struct signal){.kind = held == HELD_YES ? SIGNAL_HELD : SIGNAL_RETRIEVED});
}

void line_sip_leg_tell_ringing(struct leg *leg, bool talks, bool has_sound)
{
    bool is_news =
        !leg->was_told_ringing || leg->told_talks != talks || leg->told_sound != has_sound;
    if (!is_news)
        return;
    leg->was_told_ringing = true;
    leg->told_talks = talks;
    leg->told_sound = has_sound;
    leg->is_dirty = true;
    line_sip_leg_signal(
        leg, (struct signal){.kind = SIGNAL_RINGING, .talks = talks, .has_sound = has_sound});
}
