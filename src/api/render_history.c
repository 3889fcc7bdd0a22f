/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A call of the history, and a recording: our additions to the API, with its names where it has
 * some (platform reference 7.8: a recording, its media file, the form of times). Everything that is
 * shown was written when it happened: who was called what then, and not what the configuration says
 * now. */
#include "api/api_int.h"

#include "base/mem.h"
#include "core/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define WAV_HEADER   44    /* bytes of a recording's file before its samples */
#define BYTES_A_MS   32    /* of sound: 8000 Hz, two channels, 16 bit */
#define SCORE_DIGITS 100.0 /* a score of 410 is 4.10 */

/* --- times --- */

void api_write_time(uint64_t time_ms, char out[32])
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm parts;
    char text[24];
    gmtime_r(&seconds, &parts);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(out, 32, "%.19s.%03u+0000", text, (unsigned)(time_ms % 1000));
}

/* Behind the seconds: what follows a fraction, if there is one. */
static const char *read_fraction(const char *at, unsigned *ms)
{
    if (at[0] != '.' || at[1] < '0' || at[1] > '9')
        return at;
    at++;
    for (unsigned weight = 100; *at >= '0' && *at <= '9'; at++, weight /= 10)
        *ms += weight * (unsigned)(*at - '0');
    return at;
}

/* Universal time; a plus sign that was not encoded arrives as a space. */
static bool is_zone(const char *at)
{
    static const char *const zones[] = {"", "Z", "+0000", "+00:00", " 0000", " 00:00"};
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (strcmp(at, zones[i]) == 0)
            return true;
    return false;
}

bool api_read_time(struct slice text, uint64_t *time_ms)
{
    unsigned long long number = 0;
    char written[40];
    struct tm parts = {0};
    unsigned ms = 0;
    if (slice_to_u64(text, INT64_MAX / 2, &number)) {
        *time_ms = number;
        return true;
    }
    if (text.len >= sizeof written)
        return false;
    memcpy(written, text.ptr, text.len);
    written[text.len] = '\0';
    const char *rest = strptime(written, "%Y-%m-%dT%H:%M:%S", &parts);
    if (!rest || !is_zone(read_fraction(rest, &ms)))
        return false;
    time_t seconds = timegm(&parts);
    if (seconds < 0)
        return false;
    *time_ms = (uint64_t)seconds * 1000 + ms;
    return true;
}

static void put_time(struct json_writer *w, const char *key, uint64_t time_ms)
{
    char text[32];
    if (time_ms == 0)
        return;
    api_write_time(time_ms, text);
    json_text(w, key, text);
}

/* --- who took part --- */

static const char *role_of(const struct history_party *party)
{
    if (party->monitoring)
        return "Supervisor";
    return party->inviter == party->number ? "Caller" : "Called";
}

static void render_quality(const struct quality *quality, struct json_writer *outer)
{
    if (quality->packets == 0 && quality->score == 0)
        return;
    json_key(outer, "quality");
    struct json_writer w = json_begin_object(outer->out);
    json_u64(&w, "packets", quality->packets);
    json_u64(&w, "lost", quality->lost);
    json_key(&w, "jitterMs");
    buf_printf(w.out, "%.1f", (double)quality->jitter_us / 1000);
    json_key(&w, "mos");
    buf_printf(w.out, "%.2f", (double)quality->score / SCORE_DIGITS);
    json_end_object(&w);
}

static void render_user(const struct history_party *party, struct json_writer *w)
{
    if (party->user_name.len == 0)
        return;
    json_string(w, "userName", party->user_name);
    json_string(w, "userId", party->user_id);
    json_string(w, "firstName", party->first_name);
    json_string(w, "lastName", party->last_name);
}

static void render_party(const struct store_party *of, struct buf *out)
{
    const struct history_party *party = &of->party;
    char formatted[NUMBER_MAX + 2];
    number_format(party->dn, formatted);
    struct json_writer w = json_begin_object(out);
    json_string(&w, "phoneNumber", party->dn);
    json_text(&w, "formattedPhoneNumber", formatted);
    json_text(&w, "role", role_of(party));
    render_user(party, &w);
    if (party->queue.len > 0)
        json_string(&w, "queue", party->queue);
    put_time(&w, "startTime", party->joined_ms);
    put_time(&w, "answerTime", party->answered_ms);
    put_time(&w, "stopTime", party->ended_ms);
    json_text(&w, "releaseReason", cause_text(party->cause));
    render_quality(&of->quality, &w);
    json_end_object(&w);
}

static void render_parties(const struct store_call *call, struct json_writer *outer)
{
    json_key(outer, "participants");
    struct json_writer list = json_begin_array(outer->out);
    for (size_t i = 0; i < call->party_count; i++) {
        json_item(&list);
        render_party(&call->parties[i], outer->out);
    }
    json_end_array(&list);
}

/* Who answered for a queue, the last of them; without a queue the first of ours who talked. */
static const struct history_party *agent_of(const struct store_call *call)
{
    const struct history_party *agent = NULL;
    for (size_t i = 0; i < call->party_count; i++) {
        const struct history_party *party = &call->parties[i].party;
        if (party->user_name.len == 0 || party->monitoring || party->answered_ms == 0)
            continue;
        if (!agent || (party->is_offered && party->answered_ms >= agent->answered_ms))
            agent = party;
    }
    return agent;
}

static struct slice queue_of(const struct store_call *call)
{
    for (size_t i = 0; i < call->party_count; i++)
        if (call->parties[i].party.queue.len > 0)
            return call->parties[i].party.queue;
    return SLICE("");
}

static void render_agent(const struct store_call *call, struct json_writer *outer)
{
    const struct history_party *agent = agent_of(call);
    if (!agent)
        return;
    json_key(outer, "agent");
    struct json_writer w = json_begin_object(outer->out);
    render_user(agent, &w);
    json_end_object(&w);
}

/* --- what was said of it --- */

static bool repeats(const struct pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (slice_equal(pairs[i].key, pairs[k].key))
                return true;
    return false;
}

/* What came after the call takes the place of what was there. */
static size_t put_pair(struct pair *pairs, size_t count, const struct pair *pair)
{
    bool is_there = false;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_it = slice_equal(pairs[i].key, pair->key);
        if (!is_it)
            pairs[kept++] = pairs[i];
        else if (!is_there)
            pairs[kept++] = *pair;
        is_there |= is_it;
    }
    if (!is_there)
        pairs[kept++] = *pair;
    return kept;
}

static void render_data(const struct store_call *call, struct json_writer *w)
{
    const struct history_disposition *said = &call->disposition;
    bool came_later =
        call->has_disposition && call->call.ended_ms != 0 && said->set_ms >= call->call.ended_ms;
    size_t count = call->call.pair_count;
    struct pair *pairs = mem_alloc((count + said->pair_count) * sizeof *pairs + 1);
    if (count > 0)
        memcpy(pairs, call->call.pairs, count * sizeof *pairs);
    for (size_t i = 0; came_later && i < said->pair_count; i++)
        count = put_pair(pairs, count, &said->pairs[i]);
    if (count > 0) {
        json_item(w);
        api_render_user_data(pairs, count, repeats(pairs, count), w->out);
    }
    mem_free(pairs);
}

static void render_disposition(const struct store_call *call, struct json_writer *outer)
{
    if (!call->has_disposition)
        return;
    const struct history_disposition *said = &call->disposition;
    json_key(outer, "disposition");
    struct json_writer w = json_begin_object(outer->out);
    json_string(&w, "key", said->pairs[0].key);
    json_raw(&w, "value", said->pairs[0].value);
    json_string(&w, "userName", said->user_name);
    put_time(&w, "time", said->set_ms);
    json_end_object(&w);
}

/* --- a call --- */

static void put_duration(struct json_writer *w, uint64_t ms)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, ms);
    json_text(w, "duration", text);
}

static void render_what(const struct store_call *of, const struct fields *fields,
                        struct json_writer *w)
{
    const struct history_call *call = &of->call;
    if (api_fields_has(fields, "id"))
        json_string(w, "id", call->id);
    if (api_fields_has(fields, "callUuid"))
        json_string(w, "callUuid", call->id);
    if (api_fields_has(fields, "connId"))
        json_string(w, "connId", call->conn_id);
    if (call->parent_id.len > 0 && api_fields_has(fields, "parentCallUuid"))
        json_string(w, "parentCallUuid", call->parent_id);
    if (api_fields_has(fields, "callType"))
        json_text(w, "callType", call_type_text(call->type));
    if (call->ani.len > 0 && api_fields_has(fields, "ani"))
        json_string(w, "ani", call->ani);
    if (api_fields_has(fields, "dnis"))
        json_string(w, "dnis", call->dnis);
    if (api_fields_has(fields, "startTime"))
        put_time(w, "startTime", call->begun_ms);
    if (api_fields_has(fields, "stopTime"))
        put_time(w, "stopTime", call->ended_ms);
    if (call->ended_ms != 0 && api_fields_has(fields, "duration"))
        put_duration(w, (call->ended_ms - call->begun_ms) / 1000);
}

static void render_how(const struct store_call *call, const struct fields *fields,
                       struct json_writer *w)
{
    if (queue_of(call).len > 0 && api_fields_has(fields, "queue"))
        json_string(w, "queue", queue_of(call));
    if (api_fields_has(fields, "agent"))
        render_agent(call, w);
    if (api_fields_has(fields, "participants"))
        render_parties(call, w);
    if (api_fields_has(fields, "userData"))
        render_data(call, w);
    if (api_fields_has(fields, "disposition"))
        render_disposition(call, w);
}

static void put_address(const char *root, struct slice id, const char *below, const char *key,
                        struct json_writer *w)
{
    json_key(w, key);
    buf_printf(w->out, "\"%s/me/recordings/%.*s%s\"", root, (int)id.len, id.ptr, below);
}

void api_render_past_call(const char *root, const struct store_call *call,
                          const struct fields *fields, struct buf *out)
{
    struct json_writer w = json_begin_object(out);
    render_what(call, fields, &w);
    render_how(call, fields, &w);
    if (root && call->is_recorded && api_fields_has(fields, "recordingUri"))
        put_address(root, call->call.id, "", "recordingUri", &w);
    json_end_object(&w);
}

/* --- a recording --- */

/* When it ran; pauses are between. */
static void render_spans(const struct history_call *call, struct json_writer *outer)
{
    json_key(outer, "recorded");
    struct json_writer list = json_begin_array(outer->out);
    for (size_t i = 0; i < call->span_count; i++) {
        json_item(&list);
        struct json_writer w = json_begin_object(outer->out);
        put_time(&w, "startTime", call->spans[i].from_ms);
        put_time(&w, "stopTime", call->spans[i].to_ms);
        json_end_object(&w);
    }
    json_end_array(&list);
}

static void render_file(const char *root, const struct store_call *call, struct buf *out)
{
    const struct history_call *of = &call->call;
    char size[24];
    uint64_t sound = call->file_bytes > WAV_HEADER ? call->file_bytes - WAV_HEADER : 0;
    struct json_writer w = json_begin_object(out);
    json_key(&w, "mediaId");
    buf_printf(out, "\"%.*s.wav\"", (int)of->id.len, of->id.ptr);
    if (root)
        put_address(root, of->id, "/audio", "mediaUri", &w);
    json_text(&w, "type", "audio/wav");
    put_time(&w, "startTime", of->spans[0].from_ms);
    put_time(&w, "stopTime", of->spans[of->span_count - 1].to_ms);
    put_duration(&w, sound / BYTES_A_MS);
    snprintf(size, sizeof size, "%" PRIu64, call->file_bytes);
    json_text(&w, "size", size);
    json_string(&w, "callUUID", of->id);
    json_end_object(&w);
}

static void render_files(const char *root, const struct store_call *call, struct json_writer *outer)
{
    json_key(outer, "mediaFiles");
    struct json_writer list = json_begin_array(outer->out);
    if (call->file_bytes > 0) {
        json_item(&list);
        render_file(root, call, outer->out);
    }
    json_end_array(&list);
}

static struct slice caller_of(const struct store_call *call)
{
    for (size_t i = 0; i < call->party_count; i++)
        if (call->parties[i].party.inviter == call->parties[i].party.number)
            return call->parties[i].party.dn;
    return SLICE("");
}

void api_render_recording(const char *root, const struct store_call *call,
                          const struct fields *fields, struct buf *out)
{
    struct json_writer w = json_begin_object(out);
    render_what(call, fields, &w);
    if (api_fields_has(fields, "callerPhoneNumber"))
        json_string(&w, "callerPhoneNumber", caller_of(call));
    if (api_fields_has(fields, "dialedPhoneNumber"))
        json_string(&w, "dialedPhoneNumber", call->call.dnis);
    render_how(call, fields, &w);
    if (call->call.span_count > 0 && api_fields_has(fields, "recorded"))
        render_spans(&call->call, &w);
    if (call->call.span_count > 0 && api_fields_has(fields, "mediaFiles"))
        render_files(root, call, &w);
    if (root && api_fields_has(fields, "uri"))
        put_address(root, call->call.id, "", "uri", &w);
    json_end_object(&w);
}

/* Without what comes later and is of no account to who reads the file: how telephones were heard,
 * and how long a file is that may still be closing. */
void api_render_beside(const struct store_call *call, struct buf *out)
{
    struct store_call plain = *call;
    struct store_party *parties = mem_alloc(call->party_count * sizeof *parties + 1);
    for (size_t i = 0; i < call->party_count; i++)
        parties[i] = (struct store_party){.party = call->parties[i].party};
    plain.parties = parties;
    struct json_writer w = json_begin_object(out);
    render_what(&plain, NULL, &w);
    render_how(&plain, NULL, &w);
    render_spans(&plain.call, &w);
    json_end_object(&w);
    buf_char(out, '\n');
    mem_free(parties);
}
