/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Legs: what the core calls by a number. Here is what all kinds share: their table, the signals
 * with what is to be kept, the waiting until that is durable, their sound, and taking them up
 * again. */
#include "base/log.h"
#include "base/mem.h"
#include "line/sip/sip_int.h"

#define KEPT_INVITE_MAX 3000 /* bytes; with the rest under SIGNAL_KEEP_MAX */

struct leg *line_sip_leg_create(struct sip_line *sip, uint64_t number, struct device *d)
{
    struct leg *leg = mem_zalloc(sizeof *leg);
    leg->number = number;
    leg->sip = sip;
    leg->device = d;
    leg->is_dirty = true;
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
    map_remove(&leg->sip->by_leg, map_key_u64(&leg->number));
    buf_free(&leg->offer);
    line_sip_trunk_call_free(leg);
    line_sip_trunk_release(leg->trunk);
    mem_free(leg->from);
    mem_free(leg->again_contact);
    mem_free(leg->again_hop);
    mem_free(leg);
}

/* The INVITE that the leg's telephone sent, as text; empty when it is too long to keep. */
static void keep_invite(const struct leg *leg, struct buf *out)
{
    bool has_request = leg->dialog && leg->dialog->request;
    msg_t *msg = has_request ? nta_incoming_getrequest(leg->dialog->request) : NULL;
    if (!msg)
        return;
    size_t len = 0;
    char *text = msg_as_string(msg_home(msg), msg, NULL, 0, &len);
    if (text && len <= KEPT_INVITE_MAX)
        buf_append(out, text, len);
    su_free(msg_home(msg), text);
    msg_destroy(msg);
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
                        .far = leg->far};
    struct buf invite = {0};
    LIST_EACH(it, &leg->dialogs)
    {
        struct dialog *d = LIST_OWNER(it, struct dialog, as_dialog);
        if (keep.dialog_count == PLACES_MAX || (leg->dialog && leg->dialog != d))
            continue;
        if (d->cseq + CSEQ_RESERVE / 2 > d->cseq_reserve)
            d->cseq_reserve = d->cseq + CSEQ_RESERVE;
        keep.dialogs[keep.dialog_count++] = line_sip_dialog_keep(d);
    }
    if (leg->state == SIP_LEG_OFFERED) {
        keep_invite(leg, &invite);
        keep.invite = invite.len ? buf_view(&invite) : SLICE_NONE;
    }
    do {
        buf_reset(out);
        line_sip_keep_write(out, &keep);
    } while (out->len > SIGNAL_KEEP_MAX && --keep.dialog_count > 0);
    buf_free(&invite);
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

void line_sip_leg_gone(struct leg *leg, enum cause cause)
{
    line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_GONE, .cause = cause});
    line_sip_leg_free(leg);
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
        line_sip_inside_accept(leg);
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

void line_sip_leg_connect(struct leg *leg, const struct sdp *sdp, int our_event_payload)
{
    struct media_far far = {.address = sdp->address,
                            .port = sdp->port,
                            .event_payload = sdp->event_payload,
                            .our_event_payload = our_event_payload,
                            .is_listening = (sdp->direction & SDP_RECVONLY) != 0,
                            .is_sending = (sdp->direction & SDP_SENDONLY) != 0};
    const struct media_far *old = &leg->far;
    bool is_same = far.address.s_addr == old->address.s_addr && far.port == old->port &&
                   far.event_payload == old->event_payload &&
                   far.our_event_payload == old->our_event_payload &&
                   far.is_listening == old->is_listening;
    leg->is_dirty = leg->is_dirty || !is_same;
    leg->far = far;
    media_connect(leg->sip->media, leg->number, &leg->far);
}

void line_sip_leg_describe(struct leg *leg, const struct dialog *d, const struct sdp *offer,
                           struct buf *out)
{
    struct sdp_local local = {.address = line_sip_dialog_advertised(d),
                              .port = leg->port,
                              .session = leg->number & INT64_MAX,
                              .version = ++leg->sdp_version};
    if (offer)
        line_sip_sdp_answer(out, &local, offer);
    else
        line_sip_sdp_offer(out, &local);
    buf_char(out, '\0');
}

void line_sip_leg_tell_held(struct leg *leg)
{
    enum leg_held held = leg->far.is_listening ? HELD_NO : HELD_YES;
    if (leg->told_held == held)
        return;
    leg->told_held = held;
    line_sip_leg_signal(leg,
                        (struct signal){.kind = held == HELD_YES ? SIGNAL_HELD : SIGNAL_RETRIEVED});
}

/* Its port is somebody else's now: the telephone is told that this dialog is over. */
static void leg_give_up(struct leg *leg, enum keep_kind kind)
{
    LIST_EACH_SAFE(it, &leg->dialogs)
    {
        struct dialog *d = LIST_OWNER(it, struct dialog, as_dialog);
        list_remove(&d->as_lost);
        if (kind == KEEP_RINGING)
            line_sip_dialog_cancel(d);
        else if (kind == KEEP_UP)
            line_sip_dialog_bye(d);
    }
}

static enum err leg_take_up_answered(struct leg *leg, const struct keep *keep)
{
    leg->dialog = LIST_OWNER(leg->dialogs.next, struct dialog, as_dialog);
    if (keep->kind == KEEP_OFFERED) {
        leg->state = SIP_LEG_OFFERED;
        return keep->invite.ptr ? line_sip_offer_restore(leg, keep->invite) : ERR_CORRUPT;
    }
    leg->state = SIP_LEG_UP;
    leg->far = keep->far;
    media_connect(leg->sip->media, leg->number, &leg->far);
    /* The ACK that waited for this to be durable may never have gone out. */
    if (leg->dialog->invite_cseq)
        line_sip_dialog_ack(leg->dialog);
    return ERR_OK;
}

static enum err leg_take_up(struct leg *leg, const struct line_leg *from, const struct keep *keep)
{
    struct sip_line *sip = leg->sip;
    leg->sdp_version = keep->sdp_version + CSEQ_RESERVE;
    leg->told_held = HELD_UNKNOWN;
    for (size_t i = 0; i < keep->dialog_count; i++) {
        struct dialog *d = line_sip_dialog_restore(leg, &keep->dialogs[i]);
        if (keep->kind == KEEP_RINGING)
            list_append(&sip->lost, &d->as_lost);
    }
    /* Its device is configured no more, or its port is somebody else's: the telephone is told. */
    bool has_owner = leg->device || leg->trunk;
    if (!has_owner || media_open(sip->media, leg->number, keep->port, &leg->port) != ERR_OK) {
        leg->port = 0;
        leg_give_up(leg, keep->kind);
        return has_owner ? ERR_IN_USE : ERR_NOT_FOUND;
    }
    if (from->phase != LEG_CALLING && keep->kind != KEEP_RINGING)
        return leg_take_up_answered(leg, keep);
    bool is_ringing = from->phase == LEG_CALLING || from->phase == LEG_DROPPING;
    return is_ringing && keep->kind == KEEP_RINGING ? ERR_OK : ERR_CORRUPT;
}

void line_sip_leg_restore(struct sip_line *sip, const struct line_leg *from)
{
    struct device *device = from->trunk.len > 0 ? NULL : map_get(&sip->by_dn, from->dn);
    struct leg *leg = line_sip_leg_create(sip, from->leg, device);
    leg->trunk = line_sip_trunk_use(line_sip_trunk_of_before(sip, from->trunk));
    leg->state = SIP_LEG_LOST;
    leg->is_dirty = false;
    struct keep keep;
    enum err err = from->keep.ptr ? line_sip_keep_read(from->keep, &keep) : ERR_NOT_FOUND;
    if (err == ERR_OK)
        err = leg_take_up(leg, from, &keep);
    if (err == ERR_OK)
        return;
    /* A leg that rings is placed anew by its ring order, a drop order confirms itself. */
    if (from->phase == LEG_CALLING || from->phase == LEG_DROPPING) {
        line_sip_leg_free(leg);
        return;
    }
    log_line(LOG_WARN, "sip.leg_lost", "leg=%llu reason=%s", (unsigned long long)from->leg,
             err_row(err)->symbol);
    leg->state = SIP_LEG_LOST;
    line_sip_leg_gone(leg, CAUSE_FAILED);
}
