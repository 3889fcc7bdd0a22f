/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GET /me: who one is, with subresources embedded on request, and POST /me: the contact-centre
 * session, and the agent's state on all channels (platform reference 2.7, 3.1, 3.2, 4.1). Channels
 * other than voice fail singly. */
#include "api/api_int.h"

struct me {
    struct fields fields;
    struct fields subresources;
};

static void answer_me(const struct request *request, struct reply *reply, void *detail)
{
    const struct me *me = detail;
    if (reply->err || !reply->answer->user) {
        /* Authenticated, but not known to the core: no longer configured. */
        enum err err = reply->err ? reply->err : ERR_NO_ACCESS;
        api_refuse(request->x, err == ERR_NOT_FOUND ? ERR_NO_ACCESS : err, reply->reason);
        return;
    }
    const struct answer *answer = reply->answer;
    struct person person;
    person_of_card(request->api, answer->user, &person);
    struct subresources own = {.roles = person.roles,
                               .voice = {answer->state, answer->state_since_ms},
                               .devices = answer->devices,
                               .device_count = answer->device_count,
                               .own = answer};
    struct buf body = {0};
    struct json_writer w = json_begin_object(&body);
    json_i64(&w, "statusCode", 0);
    json_key(&w, "user");
    struct json_writer user = json_begin_object(&body);
    api_render_user(request->api, &person, &me->fields, &user);
    api_render_subresources(request, &own, &me->subresources, &user);
    json_end_object(&user);
    json_end_object(&w);
    api_answer(request->x, &body, reply->answer);
    buf_free(&body);
}

void v2_me_get(const struct request *request)
{
    struct exchange *x = request->x;
    struct me *me = arena_alloc(x->arena, sizeof *me);
    api_fields_read(x, "fields", &me->fields);
    api_fields_read(x, "subresources", &me->subresources);
    struct query query = {.kind = QUERY_USER, .user = x->user};
    api_ask(request, &query, answer_me, me);
}

/* --- the session --- */

/* The first channel asked for that we don't have; NULL when there is none. */
static const struct json *other_channel(const struct json *channels)
{
    for (const struct json *channel = channels->child; channel; channel = channel->next)
        if (!slice_is(channel->text, "voice"))
            return channel;
    return NULL;
}

/* Some fine, some not: statusCode 7 and what became of each (platform reference 3.1). */
static void answer_partly(struct exchange *x, const struct json *channels)
{
    struct buf body = {0};
    struct json_writer w = json_begin_object(&body);
    json_i64(&w, "statusCode", err_row(ERR_PARTIAL)->status_code);
    json_key(&w, "channels");
    struct json_writer list = json_begin_array(&body);
    for (const struct json *channel = channels->child; channel; channel = channel->next) {
        bool is_voice = slice_is(channel->text, "voice");
        json_item(&list);
        struct json_writer item = json_begin_object(&body);
        json_string(&item, "channel", channel->text);
        json_i64(&item, "statusCode", is_voice ? 0 : err_row(ERR_NOT_FOUND)->status_code);
        if (!is_voice)
            json_string(&item, "statusMessage", api_no_channel(x->arena, channel->text));
        json_end_object(&item);
    }
    json_end_array(&list);
    json_end_object(&w);
    api_answer(x, &body, NULL);
    buf_free(&body);
}

static void answer_started(const struct request *request, struct reply *reply, void *detail)
{
    const struct json *channels = detail;
    if (!reply->err && other_channel(channels))
        answer_partly(request->x, channels);
    else
        api_answer_done(request, reply, NULL);
}

static void session_gone(void *ctx, struct exchange *x)
{
    (void)ctx;
    api_answer_ok(x);
}

static void answer_ended(const struct request *request, struct reply *reply, void *detail)
{
    (void)detail;
    if (reply->err)
        api_refuse(request->x, reply->err, reply->reason);
    else
        auth_end_session(request->api->options.auth, request->x, session_gone, NULL);
}

void v2_me_post(const struct request *request)
{
    struct command command;
    const struct json *body;
    struct slice reason;
    enum err err = api_command_read(request, OP_ON_USER, &command, &body, &reason);
    const struct json *channels = err ? NULL : json_get(body, "channels");
    if (err) {
        api_refuse(request->x, err, reason);
    } else if (command.op == OP_START_CONTACT_CENTER_SESSION && !command.voice) {
        struct slice name = other_channel(channels)->text;
        api_refuse(request->x, ERR_NOT_FOUND, api_no_channel(request->x->arena, name));
    } else if (command.op == OP_START_CONTACT_CENTER_SESSION) {
        api_do(request, &command, answer_started, (void *)channels);
    } else if (command.op == OP_END_CONTACT_CENTER_SESSION) {
        api_do(request, &command, answer_ended, NULL);
    } else {
        api_operate_with(request, &command);
    }
}
