/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The core's orders, each led to who carries it out for a leg in that state. All but dtmf may come
 * twice. */
#include "line/sip/sip_int.h"

static void order_answer(struct leg *leg)
{
    if (leg->state == SIP_LEG_OFFERED)
        line_sip_offer_answer(leg);
    else if (leg->state == SIP_LEG_UP)
        line_sip_talk_retrieve(leg);
    else
        line_sip_talk_answer(leg);
}

void line_sip_order_drop_leg(struct leg *leg, enum cause cause)
{
    if (leg->state == SIP_LEG_OFFERED) {
        line_sip_offer_refuse(leg, cause);
        return;
    }
    if (leg->state == SIP_LEG_UP) {
        line_sip_refer_answer(leg->dialog, cause == CAUSE_TRANSFERRED ? CAUSE_NONE : cause);
        if (leg->dialog->invite_cseq)
            line_sip_dialog_ack(leg->dialog);
        line_sip_dialog_bye(leg->dialog);
    }
    LIST_EACH_SAFE(it, &leg->dialogs)
    line_sip_dialog_cancel(LIST_OWNER(it, struct dialog, as_dialog), NULL);
    line_sip_leg_gone(leg, cause);
}

static void order_drop(struct sip_line *sip, const struct order *order)
{
    struct leg *leg = line_sip_leg_find(sip, order->leg);
    if (leg && leg->state == SIP_LEG_ENDING)
        return; /* gone follows */
    if (leg) {
        line_sip_order_drop_leg(leg, order->cause);
        return;
    }
    struct signal gone = {.kind = SIGNAL_GONE, .leg = order->leg, .cause = order->cause};
    sip->host.signal(sip->host.ctx, &gone);
}

static void order_mix_row(struct leg *leg, const struct order *order, const struct mix_leg *row)
{
    static const enum media_tone tones[TONE_COUNT] = {[TONE_NONE] = MEDIA_TONE_NONE,
                                                      [TONE_RINGBACK] = MEDIA_TONE_RINGBACK,
                                                      [TONE_BUSY] = MEDIA_TONE_BUSY,
                                                      [TONE_MUSIC] = MEDIA_TONE_MUSIC};
    uint64_t talkers[MIX_LEGS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < order->leg_count && i < MIX_LEGS_MAX; i++)
        if (row->hears & UINT32_C(1) << i)
            talkers[count++] = order->legs[i].leg;
    if (leg->state == SIP_LEG_OFFERED && count > 0)
        line_sip_offer_sound(leg);
    else if (leg->state == SIP_LEG_OFFERED && row->tone == TONE_RINGBACK)
        line_sip_offer_ring(leg);
    media_hear(leg->sip->media, leg->number, talkers, count, tones[row->tone]);
}

static bool is_heard(const struct order *order, size_t leg)
{
    for (size_t i = 0; i < order->leg_count; i++)
        if (order->legs[i].hears & UINT32_C(1) << leg)
            return true;
    return false;
}

/* What nobody hears is not recorded either: who is muted, who holds, who listens in. */
static void order_record(struct sip_line *sip, const struct order *order)
{
    static const enum media_recording_state states[] = {
        [RECORDING_NONE] = MEDIA_RECORDING_STOPPED,
        [RECORDING_STOPPED] = MEDIA_RECORDING_STOPPED,
        [RECORDING_ON] = MEDIA_RECORDING_ON,
        [RECORDING_PAUSED] = MEDIA_RECORDING_PAUSED};
    uint64_t others[MIX_LEGS_MAX];
    struct media_recording recording = {.call = order->call,
                                        .name = order->call_id,
                                        .state = states[order->recording],
                                        .others = others};
    for (size_t i = 0; i < order->leg_count && i < MIX_LEGS_MAX; i++) {
        if (!is_heard(order, i))
            continue;
        if (order->legs[i].leg == order->left_leg)
            recording.left = order->left_leg;
        else
            others[recording.other_count++] = order->legs[i].leg;
    }
    media_record(sip->media, &recording);
}

static void order_mix(struct sip_line *sip, const struct order *order)
{
    for (size_t i = 0; i < order->leg_count; i++) {
        struct leg *leg = line_sip_leg_find(sip, order->legs[i].leg);
        if (!leg || leg->state == SIP_LEG_ENDING)
            continue;
        leg->call = order->call;
        order_mix_row(leg, order, &order->legs[i]);
    }
    if (order->recording != RECORDING_NONE)
        order_record(sip, order);
}

static void order_leg(struct leg *leg, const struct order *order)
{
    if (order->kind == ORDER_ANSWER)
        order_answer(leg);
    else if (order->kind == ORDER_DTMF)
        media_digits(leg->sip->media, leg->number, order->digits);
    else if (order->kind == ORDER_KEPT)
        line_sip_leg_kept(leg);
    else if (order->kind == ORDER_HOLD && leg->state == SIP_LEG_UP)
        line_sip_talk_hold(leg);
    else if (order->kind == ORDER_TRANSFER && leg->state == SIP_LEG_UP)
        line_sip_refer_answer(leg->dialog, order->cause);
}

void line_sip_order_carry_out(struct sip_line *sip, const struct order *order)
{
    struct leg *leg = NULL;
    if (order->kind == ORDER_RING) {
        line_sip_meters_call(&sip->meters, true);
        line_sip_ring_order(sip, order);
        return;
    }
    if (order->kind == ORDER_DROP) {
        order_drop(sip, order);
        return;
    }
    if (order->kind == ORDER_MIX) {
        order_mix(sip, order);
        return;
    }
    leg = line_sip_leg_find(sip, order->leg);
    if (leg && leg->state != SIP_LEG_ENDING)
        order_leg(leg, order);
}
