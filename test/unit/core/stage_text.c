/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* See stage_text.h. */
#include "stage_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#define CALLS_MAX 16
#define BIT(op)   (UINT64_C(1) << (op))
#define UD4                                                                                        \
    (BIT(OP_ATTACH_USER_DATA) | BIT(OP_UPDATE_USER_DATA) | BIT(OP_DELETE_USER_DATA) |              \
     BIT(OP_DELETE_USER_DATA_PAIR))
#define H10                                                                                        \
    (UD4 | BIT(OP_RETRIEVE) | BIT(OP_HANGUP) | BIT(OP_SINGLE_STEP_TRANSFER) |                      \
     BIT(OP_SINGLE_STEP_CONFERENCE) | BIT(OP_INITIATE_TRANSFER) | BIT(OP_INITIATE_CONFERENCE))

static char ids[CALLS_MAX][33];
static unsigned call_count;

void stage_forget_calls(void)
{
    call_count = 0;
}

/* --- names --- */

const char *stage_number(char name)
{
    static const char *const numbers[26] = {
        ['A' - 'A'] = "100", ['B' - 'A'] = "101",      ['C' - 'A'] = "102",
        ['D' - 'A'] = "103", ['E' - 'A'] = "104",      ['N' - 'A'] = "999",
        ['Q' - 'A'] = "900", ['X' - 'A'] = "+4930111", ['Y' - 'A'] = "+4930222",
        ['Z' - 'A'] = "112", ['L' - 'A'] = "+4930777",
    };
    return name >= 'A' && name <= 'Z' && numbers[name - 'A'] ? numbers[name - 'A'] : "";
}

char stage_name(struct slice number)
{
    for (char name = 'A'; name <= 'Z' && number.len > 0; name++)
        if (slice_is(number, stage_number(name)))
            return name;
    return slice_is(number, "anonymous") ? '?' : '-';
}

static unsigned call_number(const char *id)
{
    for (unsigned i = 0; i < call_count; i++)
        if (strcmp(ids[i], id) == 0)
            return i + 1;
    assert_true(call_count < CALLS_MAX);
    memcpy(ids[call_count], id, sizeof ids[0]);
    return ++call_count;
}

const char *stage_id(unsigned call)
{
    assert_true(call >= 1 && call <= call_count);
    return ids[call - 1];
}

/* --- what came of it --- */

static void write_capabilities(struct buf *out, const struct call_view *view)
{
    static const struct {
        const char *name;
        uint64_t bits;
    } sets[] = {
        [PARTY_DIALING] = {"D6", UD4 | BIT(OP_SEND_DTMF) | BIT(OP_HANGUP)},
        [PARTY_RINGING] = {"R6", UD4 | BIT(OP_ANSWER) | BIT(OP_CLEAR_CALL)},
        [PARTY_ESTABLISHED] = {"E13", (H10 & ~BIT(OP_RETRIEVE)) | BIT(OP_HOLD) | BIT(OP_SEND_DTMF) |
                                          BIT(OP_CLEAR_CALL) | BIT(OP_MUTE_CALL)},
        [PARTY_HELD] = {"H11", H10 | BIT(OP_CLEAR_CALL)},
        [PARTY_RELEASED] = {"", 0},
    };
    uint64_t base = sets[view->state].bits;
    buf_printf(out, " %s", sets[view->state].name);
    for (int op = 0; op < OP_COUNT; op++)
        if ((view->capabilities ^ base) >> op & 1)
            buf_printf(out, " %c%s", base >> op & 1 ? '-' : '+', op_row((enum op)op)->name);
}

static void write_participants(struct buf *out, const struct call_view *view)
{
    buf_char(out, ' ');
    for (uint32_t i = 0; i < view->call->participant_count; i++)
        if (view->call->participants[i].party != view->party)
            buf_char(out, stage_name(slice_of(view->call->participants[i].number)));
}

/* Calls that a value names, as the file of a recording does, by their numbers. */
static void write_value(struct buf *out, struct slice value)
{
    for (unsigned i = 0; i < call_count; i++)
        if (value.len > 33 && memcmp(value.ptr + 1, ids[i], 32) == 0) {
            buf_printf(out, "%u%.*s", i + 1, (int)value.len - 34, value.ptr + 33);
            return;
        }
    if (value.len >= 2 && value.ptr[0] == '"')
        value = (struct slice){value.ptr + 1, value.len - 2};
    buf_slice(out, value);
}

static void write_extras(struct buf *out, const struct notice *n)
{
    const struct call_view *view = &n->call;
    if (view->previous_id[0])
        buf_printf(out, " out of %u", call_number(view->previous_id));
    if (n->release_reason)
        buf_printf(out, " %s", cause_text(n->release_reason));
    if (n->error_text)
        buf_printf(out, " '%s'", n->error_text);
    if (view->is_muted)
        buf_text(out, " muted");
    if (view->is_listened_to)
        buf_text(out, " listened to");
    if (view->is_monitoring)
        buf_text(out, " monitoring");
    if (n->has_extensions && view->call->is_business)
        buf_text(out, " business");
    for (uint32_t i = 0; view->data && i < view->data->count; i++) {
        const struct pair *pair = &view->data->pairs[i];
        buf_printf(out, " %.*s=", (int)pair->key.len, pair->key.ptr);
        write_value(out, pair->value);
    }
    if (!n->has_extensions && n->kind != NOTICE_ATTACHED_DATA_CHANGED)
        buf_text(out, " .");
}

/* "A 2/1 Dialing C D6": the call 2, whose parent is 1. */
static void write_call(struct buf *out, const struct call_view *view)
{
    const struct call_part *call = view->call;
    buf_printf(out, "%u", call_number(call->id));
    if (call->type == CALL_TYPE_CONSULT)
        buf_printf(out, "/%u", call->parent_id[0] ? call_number(call->parent_id) : 0);
    if (call->type == CALL_TYPE_INBOUND || call->type == CALL_TYPE_OUTBOUND)
        buf_printf(out, "%s%c", call->type == CALL_TYPE_INBOUND ? "in" : "out",
                   call->ani[0] ? stage_name(slice_of(call->ani)) : '?');
}

void stage_write_notice(struct buf *out, const struct notice *n)
{
    static const char *const kinds[] = {
        [NOTICE_ATTACHED_DATA_CHANGED] = "Data ",
        [NOTICE_PARTICIPANTS_UPDATED] = "Participants ",
        [NOTICE_DTMF_SENT] = "DtmfSent ",
        [NOTICE_RECORDING_STATE_CHANGE] = "Recording ",
        [NOTICE_MONITORED_USER_MUTED] = "UserMuted ",
        [NOTICE_CALL_ERROR] = "Error ",
    };
    char user = (char)('A' + n->user->name.ptr[1] - '0');
    if (notice_channel(n->kind) != NOTICE_ON_CALLS) {
        if (n->kind == NOTICE_DEVICE_ERROR)
            buf_printf(out, "%c device '%s'\n", user, n->error_text);
        return;
    }
    buf_printf(out, "%c ", user);
    write_call(out, &n->call);
    buf_printf(out, " %s%s", n->kind == NOTICE_STATUS_CHANGE ? "" : kinds[n->kind],
               party_state_text(n->call.state));
    write_participants(out, &n->call);
    write_capabilities(out, &n->call);
    write_extras(out, n);
    buf_char(out, '\n');
}

static const struct watch_row *row_of(const struct watch *watch, uint64_t leg)
{
    for (size_t i = 0; i < watch->row_count; i++)
        if (watch->rows[i].leg == leg)
            return &watch->rows[i];
    return NULL;
}

/* "A<B C~music": A hears B, C hears music. */
void stage_write_sound(struct buf *out, const struct watch *watch, const struct stage_leg *legs,
                       size_t leg_count)
{
    static const char *const tones[] = {"", "~ringback", "~busy", "~music"};
    buf_text(out, "sound");
    for (size_t i = 0; i < leg_count; i++) {
        const struct watch_row *row = row_of(watch, legs[i].id);
        if (!row || legs[i].is_gone || (row->tone == TONE_NONE && row->count == 0))
            continue;
        buf_printf(out, " %c%s%s", legs[i].of, tones[row->tone], row->count > 0 ? "<" : "");
        for (size_t k = 0; k < leg_count; k++)
            for (size_t n = 0; n < row->count; n++)
                if (row->hears[n] == legs[k].id)
                    buf_char(out, legs[k].of);
    }
}

const char *stage_refusal(enum err err)
{
    switch (err) {
    case ERR_STATE:
        return "not in this state";
    case ERR_INVALID:
        return "invalid";
    case ERR_NOT_FOUND:
        return "not found";
    case ERR_NOT_REGISTERED:
        return "not registered";
    default:
        return "other";
    }
}

void stage_write_calls(struct buf *out, const struct world *w, char user)
{
    char name[3] = {'u', (char)('0' + user - 'A'), '\0'};
    struct answer answer;
    struct query query = {.kind = QUERY_CALLS, .user = slice_of(name)};
    core_query(w->core, &query, w->now_ms, &answer);
    for (size_t i = 0; i < answer.call_count; i++) {
        buf_printf(out, "%c ", user);
        write_call(out, &answer.calls[i]);
        buf_printf(out, " %s", party_state_text(answer.calls[i].state));
        write_participants(out, &answer.calls[i]);
        buf_text(out, ", ");
    }
    answer_release(&answer);
}
