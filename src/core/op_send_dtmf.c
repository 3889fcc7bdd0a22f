/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* SendDtmf: sends digits to everybody else whose telephone is up. Answered by a DtmfSent notice,
 * not by a change of state. (API reference 4.1 SendDtmf.) */
#include "core/core_int.h"

#define DIGITS_MAX 64

enum err op_send_dtmf(struct turn *turn)
{
    struct slice digits = turn->command->text;
    if (digits.len == 0 || digits.len > DIGITS_MAX)
        return refuse(turn, ERR_RANGE, "digits must have 1 to %d characters", DIGITS_MAX);
    for (size_t i = 0; i < digits.len; i++)
        if (!strchr("0123456789*#ABCD", digits.ptr[i]) || digits.ptr[i] == '\0')
            return refuse(turn, ERR_INVALID, "digits may only hold 0-9, '*', '#' and A-D");
    LIST_EACH(it, &turn->party->call->parties)
    {
        struct party *other = LIST_OWNER(it, struct party, link);
        if (other == turn->party || !other->leg || !other->leg->is_up ||
            !party_reaches(turn->party, other))
            continue;
        struct order *order = effects_order(turn, ORDER_DTMF, other->leg->id);
        order->digits = arena_copy(&turn->fx->arena, digits);
        effects_order_done(turn, order);
    }
    effects_call_notice(turn, turn->party, NOTICE_DTMF_SENT,
                        (struct notice_extras){.has_extensions = true});
    return ERR_OK;
}
