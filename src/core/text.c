/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Names of the core's enumerations as the API and the logs spell them, each table beside its enum's
 * order so that a missing row does not compile. */
#include "core/core_int.h"

const char *cause_text(enum cause cause)
{
    static const char *const texts[CAUSE_COUNT] = {
        [CAUSE_NONE] = "none",
        [CAUSE_HANGUP] = "answered-and-hung-up",
        [CAUSE_BUSY] = "busy",
        [CAUSE_NO_ANSWER] = "no-answer",
        [CAUSE_REJECTED] = "rejected",
        [CAUSE_ABANDONED] = "abandoned",
        [CAUSE_UNREACHABLE] = "unreachable",
        [CAUSE_TRANSFERRED] = "transferred",
        [CAUSE_CONFERENCED] = "conferenced",
        [CAUSE_CLEARED] = "cleared",
        [CAUSE_FAILED] = "failed",
    };
    return texts[cause];
}

const char *call_type_text(enum call_type type)
{
    static const char *const texts[] = {
        [CALL_TYPE_INTERNAL] = "Internal",
        [CALL_TYPE_INBOUND] = "Inbound",
        [CALL_TYPE_OUTBOUND] = "Outbound",
        [CALL_TYPE_CONSULT] = "Consult",
    };
    return texts[type];
}

const char *party_state_text(enum party_state state)
{
    static const char *const texts[] = {
        [PARTY_INVITED] = "Invited", [PARTY_DIALING] = "Dialing",
        [PARTY_RINGING] = "Ringing", [PARTY_ESTABLISHED] = "Established",
        [PARTY_HELD] = "Held",       [PARTY_RELEASED] = "Released",
    };
    return texts[state];
}

enum notice_channel notice_channel(enum notice_kind kind)
{
    switch (kind) {
    case NOTICE_DEVICE_STATE_CHANGE:
    case NOTICE_DEVICE_ERROR:
        return NOTICE_ON_DEVICES;
    case NOTICE_CHANNEL_STATE_CHANGE:
        return NOTICE_ON_CHANNELS;
    default:
        return NOTICE_ON_CALLS;
    }
}

void number_copy(char out[NUMBER_MAX + 1], struct slice number)
{
    size_t len = number.len < NUMBER_MAX ? number.len : NUMBER_MAX;
    memset(out, 0, NUMBER_MAX + 1);
    if (len > 0)
        memcpy(out, number.ptr, len);
}
