/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* One envelope from its messages to its answer. The messages are worked on in order, in memory, and
 * their replies are gathered. If that changed a session's durable part, its record is handed to the
 * engine, one transaction for all, and the answer waits for it; the connection may be gone by then.
 *
 * When the engine takes no records the changes are undone and the messages are worked on a second
 * time, now with is_refusing set: each that would change something durable answers that it was
 * refused. So no handler has to be able to take back its reply.
 *
 * A handshake travels alone (Bayeux 1.0, 4.1): in its company everything else is ignored. Order in
 * one answer: waiting events, then the replies. */
#include "bayeux/bayeux_int.h"

#include "base/mem.h"

struct envelope *bayeux_envelope_make(struct bayeux *b, struct arena *arena)
{
    struct envelope *env = mem_zalloc(sizeof *env);
    env->b = b;
    env->arena = arena;
    list_init(&env->link);
    return env;
}

void bayeux_envelope_free(struct envelope *env)
{
    for (size_t i = 0; i < env->touched_count; i++) {
        bayeux_subscribe_forget(env->b, &env->touched[i]);
    }
    list_remove(&env->link);
    mem_free(env->touched);
    mem_free(env->messages);
    buf_free(&env->events);
    buf_free(&env->replies);
    mem_free(env);
}

static enum err message_add(struct envelope *env, const struct json *json, const char **why)
{
    if (json->type != JSON_OBJECT) {
        *why = "a message must be an object";
        return ERR_INVALID;
    }
    if (env->message_count == MESSAGES_MAX) {
        *why = "there are more than 64 messages";
        return ERR_RANGE;
    }
    env->messages =
        mem_grow(env->messages, &env->message_cap, env->message_count + 1, sizeof(struct json *));
    env->messages[env->message_count++] = json;
    return ERR_OK;
}

enum err bayeux_envelope_read(struct envelope *env, struct slice text, const char **why)
{
    struct json_error error;
    const struct json *root = json_parse(env->arena, text, JSON_MAX_DEPTH, &error);
    if (!root) {
        *why = error.what;
        return ERR_JSON;
    }
    if (root->type != JSON_ARRAY) {
        return message_add(env, root, why);
    }
    if (!root->child) {
        *why = "there is no message in the array";
        return ERR_MISSING;
    }
    enum err err = ERR_OK;
    for (const struct json *item = root->child; item && err == ERR_OK; item = item->next) {
        err = message_add(env, item, why);
    }
    return err;
}

struct touched *bayeux_envelope_touch(struct envelope *env, struct session *s)
{
    for (size_t i = 0; i < env->touched_count; i++) {
        if (env->touched[i].session == s) {
            return &env->touched[i];
        }
    }
    env->touched =
        mem_grow(env->touched, &env->touched_cap, env->touched_count + 1, sizeof(struct touched));
    struct touched *t = &env->touched[env->touched_count++];
    *t = (struct touched){.session = s, .next = s->cursor.next};
    if (!env->session) {
        env->session = s;
    }
    return t;
}

struct session *bayeux_envelope_session(struct envelope *env, const struct message *m)
{
    const struct json *id = json_get(m->json, "clientId");
    if (!json_is(id, JSON_STRING)) {
        return NULL;
    }
    struct session *s = map_get(&env->b->sessions, id->text);
    if (!s || s->is_leaving || !slice_equal(bayeux_session_user(s), env->user)) {
        return NULL;
    }
    if (env->conn) {
        if (env->conn->session && env->conn->session != s) {
            return NULL;
        }
        bayeux_session_bind(s, env->conn);
    } else if (s->cookie_len && !slice_equal(bayeux_session_cookie(s), env->cookie)) {
        return NULL;
    }
    bayeux_session_extend(s);
    bayeux_envelope_touch(env, s);
    if (s->owes_presence) {
        bayeux_presence_tell(s);
    }
    return s;
}

/* What is not a letter or digit is refused; absent and null are no id. */
static bool id_read(const struct json *id, struct slice *out)
{
    *out = SLICE_NONE;
    if (!id || id->type == JSON_NULL) {
        return true;
    }
    struct slice text = id->type == JSON_NUMBER ? id->raw : id->text;
    bool is_valid = (id->type == JSON_NUMBER || id->type == JSON_STRING) && text.len > 0 &&
                    text.len <= ID_BYTES_MAX;
    for (size_t i = 0; is_valid && i < text.len; i++) {
        char c = text.ptr[i];
        is_valid = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
    if (is_valid) {
        *out = text;
    }
    return is_valid;
}

static const struct {
    const char *channel;
    void (*handle)(struct envelope *env, const struct message *m);
} kinds[] = {
    {"/meta/handshake", bayeux_handshake_handle},
    {"/meta/connect", bayeux_connect_handle},
    {"/meta/subscribe", bayeux_subscribe_handle},
    {"/meta/unsubscribe", bayeux_unsubscribe_handle},
    {"/meta/disconnect", bayeux_disconnect_handle},
};

static void message_handle(struct envelope *env, const struct json *json)
{
    struct message m = {.json = json};
    const struct json *channel = json_get(json, "channel");
    bool has_good_id = id_read(json_get(json, "id"), &m.id);
    if (!json_is(channel, JSON_STRING)) {
        bayeux_reply_error(env, &m, "400::channel_missing");
        return;
    }
    m.channel = channel->text;
    if (!has_good_id) {
        bayeux_reply_error(env, &m, "405::message_id_invalid");
        return;
    }
    if (!bayeux_channel_is_valid(m.channel)) {
        bayeux_reply_error(env, &m, "405::channel_invalid");
        return;
    }
    m.channel = bayeux_channel_normal(m.channel);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (slice_is(m.channel, kinds[i].channel)) {
            kinds[i].handle(env, &m);
            return;
        }
    }
    if (slice_starts_with(m.channel, SLICE("/meta/"))) {
        bayeux_reply_error(env, &m, "403:denied_by_security_policy:channel_create_denied");
        return;
    }
    bayeux_publish_handle(env, &m);
}

static bool is_handshake(const struct json *json)
{
    const struct json *channel = json_get(json, "channel");
    return json_is(channel, JSON_STRING) &&
           slice_is(bayeux_channel_normal(channel->text), "/meta/handshake");
}

static void messages_handle(struct envelope *env)
{
    for (size_t i = 0; i < env->message_count; i++) {
        if (is_handshake(env->messages[i])) {
            env->messages[0] = env->messages[i];
            env->message_count = 1;
        }
    }
    for (size_t i = 0; i < env->message_count; i++) {
        message_handle(env, env->messages[i]);
    }
}

/* Whether waiting events may leave with these replies; a connect among them has taken its own. */
static bool rides_along(const struct envelope *env)
{
    const struct session *s = env->session;
    return s && env->transport == TRANSPORT_LONG_POLLING && !env->events.len && s->is_connected &&
           !s->has_ack && !s->conn && !s->is_leaving;
}

static void envelope_send(struct envelope *env)
{
    struct bayeux *b = env->b;
    if (!env->x && !env->conn) {
        return;
    }
    struct buf *out = &b->out;
    buf_reset(out);
    buf_char(out, '[');
    buf_slice(out, buf_view(&env->events));
    if (rides_along(env)) {
        bayeux_deliver_collect(env->session, out);
    }
    if (out->len > 1) {
        buf_char(out, ',');
    }
    buf_slice(out, buf_view(&env->replies));
    buf_char(out, ']');
    struct exchange *x = env->x;
    env->x = NULL;
    if (x) {
        struct slice callback = env->callback[0] ? slice_of(env->callback) : SLICE_NONE;
        bayeux_http_answer(b, x, callback, buf_view(out), env->new_cookie);
    } else {
        env->conn->peer->send(env->conn->peer, buf_view(out));
    }
}

static void envelope_fail(struct envelope *env)
{
    if (env->x) {
        bayeux_http_refuse(env->x, ERR_INTERNAL, NULL);
    } else if (env->conn) {
        env->conn->peer->close(env->conn->peer, 1011);
    }
}

/* The sessions that were to go, after the reply that says so. */
static void envelope_settle(struct envelope *env, enum err err)
{
    for (size_t i = 0; i < env->touched_count; i++) {
        struct touched *t = &env->touched[i];
        struct session *s = t->session;
        s->pending--;
        if (t->is_made && err != ERR_OK) {
            s->is_leaving = true;
        }
        if (t->is_left && err != ERR_OK) {
            s->is_leaving = false;
        }
        if (!s->is_leaving || s->pending || s->is_unwanted) {
            continue; /* an unwanted one ends by its timer, which takes care of its record */
        }
        if (s->held) {
            bayeux_hold_answer(s, "none");
        }
        bayeux_session_end(s);
    }
}

static void envelope_complete(struct envelope *env, enum err err)
{
    if (err == ERR_OK) {
        envelope_send(env);
    } else {
        envelope_fail(env);
    }
    envelope_settle(env, err);
    bayeux_envelope_free(env);
}

static void envelope_done(struct ticket *ticket, struct reply *reply)
{
    struct envelope *env = LIST_OWNER(ticket, struct envelope, ticket);
    list_remove(&env->link);
    envelope_complete(env, reply->err);
}

static void envelope_closed(void *owner)
{
    struct envelope *env = owner;
    env->x = NULL;
}

static enum err records_submit(struct envelope *env)
{
    struct engine_record *records = mem_alloc(env->touched_count * sizeof(*records));
    size_t *ends = mem_alloc(env->touched_count * sizeof(*ends));
    struct buf values = {0};
    size_t count = 0;
    for (size_t i = 0; i < env->touched_count; i++) {
        const struct touched *t = &env->touched[i];
        if (!t->is_dirty) {
            continue;
        }
        records[count] = (struct engine_record){.table = RECORD_BAYEUX,
                                                .key = {t->session->id, CLIENT_ID_BYTES}};
        size_t begin = values.len;
        if (!t->session->is_leaving) {
            bayeux_record_write(t->session, &values);
        }
        records[count].value.len = values.len - begin;
        ends[count++] = values.len;
    }
    for (size_t i = 0; i < count; i++) {
        if (records[i].value.len) {
            records[i].value.ptr = values.ptr + ends[i] - records[i].value.len;
        }
    }
    enum err err =
        count ? engine_record(env->b->options.engine, records, count, &env->ticket) : ERR_OK;
    env->is_pending = count && err == ERR_OK;
    buf_free(&values);
    mem_free(records);
    mem_free(ends);
    return err;
}

static void changes_undo(struct envelope *env)
{
    for (size_t i = 0; i < env->touched_count; i++) {
        struct touched *t = &env->touched[i];
        bayeux_subscribe_undo(t);
        t->session->is_leaving &= !t->is_left;
        t->session->cursor.next = t->next;
        if (t->is_made) {
            bayeux_session_end(t->session);
        }
    }
    env->touched_count = 0;
    env->session = NULL;
    env->new_cookie[0] = '\0';
    buf_reset(&env->events);
    buf_reset(&env->replies);
}

void bayeux_envelope_run(struct envelope *env)
{
    messages_handle(env);
    if (env->is_held) {
        bayeux_envelope_free(env);
        return;
    }
    if (records_submit(env) != ERR_OK) {
        changes_undo(env);
        env->is_refusing = true;
        messages_handle(env);
    }
    for (size_t i = 0; i < env->touched_count; i++) {
        env->touched[i].session->pending++;
        if (env->touched[i].is_made) {
            bayeux_presence_tell(env->touched[i].session);
        }
    }
    if (!env->is_pending) {
        envelope_complete(env, ERR_OK);
        return;
    }
    env->ticket.done = envelope_done;
    list_append(&env->b->pending, &env->link);
    if (env->x) {
        env->x->owner = env;
        env->x->closed = envelope_closed;
    }
}
