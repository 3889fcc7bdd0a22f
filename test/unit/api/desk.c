/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The fake engine and the one program. */
#include "desk.h"

#include "base/codec.h"
#include "base/mem.h"
#include "engine/ticket.h"

#include <stdio.h>

struct asked asked;
enum err engine_door;
struct api *api;

static struct ticket *tickets[16]; /* not answered yet */
static size_t ticket_count;
static struct auth *auth;

/* --- the engine --- */

uint64_t engine_now_ms(const struct engine *e)
{
    (void)e;
    return 1000;
}

uint64_t engine_unwound_ms(const struct engine *e)
{
    return engine_now_ms(e);
}

enum err engine_record(struct engine *e, const struct engine_record *r, size_t count, void *tag)
{
    (void)e;
    (void)r;
    (void)count;
    (void)tag;
    return ERR_OVERLOAD;
}

static enum err at_door(void *tag)
{
    if (engine_door == ERR_OK) {
        assert_true(ticket_count < sizeof tickets / sizeof *tickets);
        tickets[ticket_count++] = tag;
    }
    return engine_door;
}

static void keep(char out[64], struct slice s)
{
    snprintf(out, 64, "%.*s", (int)s.len, s.ptr ? s.ptr : "");
}

enum err engine_query(struct engine *e, const struct query *query, void *tag)
{
    (void)e;
    asked.queries++;
    asked.kind = query->kind;
    asked.since = query->since;
    keep(asked.user, query->user);
    keep(asked.target, query->target);
    asked.names[0] = '\0';
    for (struct dec d = dec_of(query->names); d.at < d.end && !d.failed;) {
        struct slice name = dec_bytes(&d);
        size_t len = strlen(asked.names);
        snprintf(asked.names + len, sizeof asked.names - len, "%.*s,", (int)name.len, name.ptr);
    }
    return at_door(tag);
}

size_t engine_trouble(struct engine *e, char out[ENGINE_TROUBLE_SIZE])
{
    (void)e;
    out[0] = '\0';
    return 0;
}

enum err engine_command(struct engine *e, const struct command *command, void *tag)
{
    (void)e;
    asked.commands++;
    asked.op = command->op;
    asked.voice = command->voice;
    keep(asked.user, command->user);
    keep(asked.target, command->target);
    keep(asked.text, command->text);
    keep(asked.call, command->call);
    keep(asked.caller_id, command->caller_id);
    keep(asked.key, command->key);
    keep(asked.place, command->place);
    keep(asked.device, command->device);
    asked.scope = command->scope;
    asked.span = command->span;
    asked.pair_count = command->pair_count;
    for (size_t i = 0; i < command->pair_count && i < 8; i++) {
        keep(asked.keys[i], command->pairs[i].key);
        keep(asked.values[i], command->pairs[i].value);
    }
    return at_door(tag);
}

void desk_reply(enum err err, const char *reason, struct answer *answer)
{
    assert_true(ticket_count > 0);
    struct ticket *asked_by = tickets[--ticket_count]; /* to answer may be to ask again */
    struct reply reply = {asked_by, err, slice_of(reason), answer};
    asked_by->done(asked_by, &reply);
}

struct fake *desk_send(const char *method, const char *path, const char *body)
{
    struct fake *f = fake_new(method, path, body);
    f->x.user = SLICE("alice");
    api_handle(api, &f->x);
    return f;
}

void desk_refused(const char *method, const char *path, const char *body, int status,
                  const char *expected)
{
    asked = (struct asked){0};
    struct fake *f = desk_send(method, path, body);
    assert_int_equal(f->answers, 1);
    assert_string_equal(f->body, expected);
    assert_int_equal(f->status, status);
    assert_string_equal(f->type, "application/json;charset=UTF-8");
    assert_int_equal(asked.commands + asked.queries, 0);
    fake_free(f);
}

/* --- views --- */

struct user_data *desk_user_data(size_t count, const char *const *keys_and_values)
{
    struct user_data *data = mem_zalloc(sizeof *data + count * sizeof data->pairs[0]);
    atomic_init(&data->refs, 1);
    data->count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        data->pairs[i].key = slice_of(keys_and_values[2 * i]);
        data->pairs[i].value = slice_of(keys_and_values[2 * i + 1]);
        data->bytes += data->pairs[i].key.len + data->pairs[i].value.len;
        for (size_t k = 0; k < i; k++)
            data->repeats = data->repeats || slice_equal(data->pairs[k].key, data->pairs[i].key);
    }
    return data;
}

struct call_view desk_call(struct user_data *data)
{
    struct call_part *part = mem_zalloc(sizeof *part + 2 * sizeof part->participants[0]);
    atomic_init(&part->refs, 1);
    memcpy(part->id, CALL_ID, sizeof CALL_ID);
    memcpy(part->conn_id, "0123456789abcdef", 17);
    part->participant_count = 2;
    part->participants[0] = (struct participant){1, true, "15000"};
    part->participants[1] = (struct participant){2, true, "15001"};
    return (struct call_view){.call = part,
                              .data = data,
                              .party = 1,
                              .state = PARTY_DIALING,
                              .duration_s = 63,
                              .capabilities =
                                  UINT64_C(1) << OP_UPDATE_USER_DATA | UINT64_C(1) << OP_SEND_DTMF |
                                  UINT64_C(1) << OP_ATTACH_USER_DATA |
                                  UINT64_C(1) << OP_DELETE_USER_DATA_PAIR |
                                  UINT64_C(1) << OP_DELETE_USER_DATA | UINT64_C(1) << OP_HANGUP,
                              .dnis = "15001",
                              .device_dn = "15000",
                              .device_id = DEVICE_ID};
}

struct state_card *desk_not_ready(void)
{
    static struct state_card card = {.refs = 1,
                                     .mode = AGENT_NOT_READY,
                                     .operation_name = {"NotReady", 8},
                                     .display_name = {"Not Ready", 9},
                                     .id = "900D55CC-2BB0-431F-8BF9-D3525B383BE6"};
    return state_card_ref(&card);
}

struct device_view desk_device(void)
{
    return (struct device_view){.dn = "15000",
                                .id = DEVICE_ID,
                                .is_registered = true,
                                .is_active = true,
                                .state = desk_not_ready()};
}

/* --- the program --- */

static void post(void *ctx, void (*fn)(void *arg), void *arg)
{
    (void)ctx;
    (void)fn;
    (void)arg;
}

static int open_desk(void **state)
{
    (void)state;
    struct auth_options auth_options = {.poster = {post, NULL}};
    auth = auth_create(&auth_options);
    struct api_options options = {
        .auth = auth, .public_url = PUBLIC_URL, .version = "1.2.3", .nesting_max = NESTING_MAX};
    api = api_create(&options);
    return 0;
}

static int close_desk(void **state)
{
    (void)state;
    api_destroy(api);
    auth_destroy(auth);
    return 0;
}

int main(void)
{
    const struct {
        const struct CMUnitTest *tests;
        size_t count;
    } parts[] = {{render_tests, render_test_count},        {route_tests, route_test_count},
                 {command_tests, command_test_count},      {param_tests, param_test_count},
                 {dialect_tests, dialect_test_count},      {start_up_tests, start_up_test_count},
                 {contact_tests, contact_test_count},      {floor_tests, floor_test_count},
                 {floor_wait_tests, floor_wait_test_count}};
    struct CMUnitTest all[128];
    size_t count = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (size_t k = 0; k < parts[i].count; k++)
            all[count++] = parts[i].tests[k];
    return _cmocka_run_group_tests("api", all, count, open_desk, close_desk);
}
