/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* RemoveParticipantFromConference: whoever added a party can remove it again, and a
 * supervisor whoever talks. (API reference 4.3.) */
#include "core/core_int.h"

enum err op_remove_participant_from_conference(struct turn *turn)
{
    struct number read;
    (void)number_dialled(turn->core, turn->command->text, &read);
    /* As it is shown, where it is no number. */
    struct slice number = read.digits[0] ? slice_of(read.digits) : turn->command->text;
    LIST_EACH(it, &turn->party->call->parties)
    {
        struct party *party = LIST_OWNER(it, struct party, link);
        if (!slice_is(number, party->dn) || !party_can_be_removed_by(party, turn->party))
            continue;
        party_leaves(turn, party, CAUSE_CLEARED);
        return ERR_OK;
    }
    return refuse(turn, ERR_INVALID,
                  "participant is nobody in this call whom you added or supervise");
}
