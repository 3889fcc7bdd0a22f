/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the four operations on recordings share. A call has one recording, whoever began it; the
 * driver records as the call's table says. The user data says so too, under the keys that desktops
 * know from the API's samples. (API reference 6.) */
#include "base/json.h"
#include "core/core_int.h"

#define KEY_STATE SLICE("GSIP_RECORD")
#define KEY_FILE  SLICE("GSIP_REC_FN")

bool call_is_recorded(const struct call *call)
{
    return call->recording == RECORDING_ON || call->recording == RECORDING_PAUSED;
}

static bool fits(const struct turn *turn, const struct pair *pair, const struct user_data *data)
{
    const struct config_limits *limits = &turn->core->limits;
    return pair->key.len <= limits->key_bytes && pair->value.len <= limits->value_bytes &&
           data->count <= limits->pairs && data->bytes <= limits->call_bytes;
}

/* Where there is no room for the pair, the call goes without it: it is recorded all the same, and
 * what the pair said before is no longer true. */
static void note(struct turn *turn, struct call *call, struct slice key, struct slice text)
{
    struct arena *scratch = &turn->fx->arena;
    struct buf value = {0};
    json_write_string(&value, text);
    struct pair pair = {key, buf_view(&value)};
    struct user_data *data = user_data_update(call->data, &pair, 1, scratch);
    if (!fits(turn, &pair, data)) {
        user_data_unref(data);
        data = user_data_without(call->data, key, scratch);
    }
    call_set_data(call, data);
    buf_free(&value);
}

bool recording_owns(struct slice key)
{
    return slice_equal(key, KEY_STATE) || slice_equal(key, KEY_FILE);
}

struct user_data *recording_leave_out(struct turn *turn, struct user_data *data)
{
    const struct slice keys[] = {KEY_STATE, KEY_FILE};
    for (size_t i = 0; i < 2 && data; i++) {
        struct user_data *rest = user_data_without(data, keys[i], &turn->fx->arena);
        user_data_unref(data);
        data = rest;
    }
    return data;
}

static struct slice state_text(enum recording recording)
{
    switch (recording) {
    case RECORDING_ON:
        return SLICE("ON");
    case RECORDING_PAUSED:
        return SLICE("PAUSED");
    default:
        return SLICE("OFF");
    }
}

void call_record(struct turn *turn, struct call *call, enum recording recording)
{
    bool begins = recording == RECORDING_ON && !call_is_recorded(call);
    call->recording = recording;
    history_records(turn, call, recording == RECORDING_ON);
    if (begins && turn->party)
        call->recorder = turn->party->number + 1;
    call_changed(call);
    note(turn, call, KEY_STATE, state_text(recording));
    if (begins)
        note(turn, call, KEY_FILE, arena_printf(&turn->fx->arena, "%s.wav", call->id));
    call_touch(turn->core, call);
    call_mix(turn, call);
    LIST_EACH(it, &call->parties)
    {
        struct party *party = LIST_OWNER(it, struct party, link);
        if (party_is_living(party))
            effects_call_notice(turn, party, NOTICE_RECORDING_STATE_CHANGE,
                                (struct notice_extras){0});
    }
}

/* The call of the leg that is recorded: that of who is heard on it before those of who rests. */
static struct call *recorded_on(const struct leg *leg)
{
    if (leg->party && call_is_recorded(leg->party->call))
        return leg->party->call;
    LIST_EACH(it, &leg->parties)
    {
        struct call *call = LIST_OWNER(it, struct party, of_leg)->call;
        if (call_is_recorded(call))
            return call;
    }
    return NULL;
}

enum err recording_failed(struct turn *turn, struct leg *leg)
{
    struct call *call = recorded_on(leg);
    if (!call)
        return refuse(turn, ERR_STATE, "no call on the leg is recorded");
    call_record(turn, call, RECORDING_STOPPED);
    LIST_EACH(it, &call->parties)
    {
        struct party *party = LIST_OWNER(it, struct party, link);
        if (party_is_living(party) && party->device && party->device->may_record)
            effects_call_notice(turn, party, NOTICE_CALL_ERROR,
                                (struct notice_extras){.error = ERR_INTERNAL,
                                                       .error_text = "the recording failed"});
    }
    return ERR_OK;
}

void recording_ends(struct turn *turn, struct call *call)
{
    if (!call_is_recorded(call))
        return;
    history_records(turn, call, false);
    call->recording = RECORDING_STOPPED;
    call_changed(call);
}
