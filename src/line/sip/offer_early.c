/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a caller gets before the answer: 180, to which it makes its own ring-back tone, or 183 with
 * our description, and then it hears what its leg is put through to. Either may follow the other.
 * The answer to its offer is the same each time it is told, as it must be (RFC 3261
 * section 13.2.1).
 *
 * A caller that requires reliable 18x (RFC 3262) gets them so, by the stack. They would have to
 * carry an offer where the INVITE had none, and so there are none then. */
#include "base/mem.h"
#include "line/sip/sip_int.h"

bool line_sip_offer_agree(struct leg *leg, struct buf *description)
{
    struct sdp offer;
    if (leg->offer.len == 0 || !line_sip_leg_read_offer(leg, buf_view(&leg->offer), &offer))
        return false;
    struct media_far far = line_sip_leg_far(leg, leg->dialog, &offer, offer.event_payload);
    line_sip_leg_connect(leg, &far);
    if (leg->answer.len == 0)
        line_sip_leg_answer(leg, leg->dialog, &offer, &leg->answer);
    buf_append(description, leg->answer.ptr, leg->answer.len);
    return true;
}

static void offer_progress(struct leg *leg, int status, const char *phrase, const char *description)
{
    char *contact = line_sip_dialog_contact(leg->dialog);
    nta_incoming_treply(leg->dialog->request, status, phrase, SIPTAG_CONTACT_STR(contact),
                        SIPTAG_ALLOW_STR(METHODS_ALLOWED), SIPTAG_SERVER_STR(OUR_NAME),
                        TAG_IF(description, SIPTAG_CONTENT_TYPE_STR("application/sdp")),
                        TAG_IF(description, SIPTAG_PAYLOAD_STR(description)), TAG_END());
    mem_free(contact);
}

/* Whether it is news, and may be told. */
static bool offer_shows(struct leg *leg, enum leg_shown shown)
{
    bool is_news = leg->shown != shown && leg->dialog->request && !leg->dialog->is_accepted;
    leg->shown = is_news ? shown : leg->shown;
    return is_news && !(leg->is_reliable && leg->offer.len == 0);
}

void line_sip_offer_ring(struct leg *leg)
{
    if (offer_shows(leg, LEG_SHOWN_RINGING))
        offer_progress(leg, SIP_180_RINGING, NULL);
}

void line_sip_offer_sound(struct leg *leg)
{
    struct buf description = {0};
    if (offer_shows(leg, LEG_SHOWN_SOUND) && line_sip_offer_agree(leg, &description))
        offer_progress(leg, SIP_183_SESSION_PROGRESS, description.ptr);
    buf_free(&description);
}
