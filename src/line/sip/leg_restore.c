/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Taking legs up again at the start, from what they gave to keep. A leg that is up goes on where
 * it was, with its port, its codec and its keys; somebody who hung up in between is found by asking
 * in the dialog whether the telephone still knows it. */
#include "base/log.h"
#include "line/sip/sip_int.h"

/* Its port is somebody else's now: the telephone is told that this dialog is over. */
static void leg_give_up(struct leg *leg, enum keep_kind kind)
{
    LIST_EACH_SAFE(it, &leg->dialogs)
    {
        struct dialog *d = LIST_OWNER(it, struct dialog, as_dialog);
        list_remove(&d->as_lost);
        if (kind == KEEP_RINGING)
            line_sip_dialog_cancel(d, NULL);
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
    line_sip_leg_connect(leg, &leg->far);
    /* The ACK that waited for this to be durable may never have gone out. */
    if (leg->dialog->invite_cseq)
        line_sip_dialog_ack(leg->dialog);
    line_sip_session_go_on(leg);
    line_sip_probe(leg);
    return ERR_OK;
}

static void leg_take_over(struct leg *leg, const struct keep *keep)
{
    leg->wish = keep->wish;
    leg->far = keep->far;
    leg->session = keep->session;
    leg->told_sound = keep->has_sound;
    leg->has_key = keep->key != NULL;
    if (keep->key)
        memcpy(leg->key, keep->key, sizeof leg->key);
    if (keep->far.cipher != MEDIA_PLAIN)
        memcpy(leg->far.send_key, leg->key, sizeof leg->key);
}

static enum err leg_take_up(struct leg *leg, const struct line_leg *from, const struct keep *keep)
{
    struct sip_line *sip = leg->sip;
    leg->sdp_version = keep->sdp_version + CSEQ_RESERVE;
    leg->told_held = HELD_UNKNOWN;
    leg_take_over(leg, keep);
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
    if (keep->has_sound)
        line_sip_leg_connect(leg, &leg->far);
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
