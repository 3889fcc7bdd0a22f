/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* /meta/subscribe and /meta/unsubscribe, of one name or an array. An array is worked on in order;
 * the first failure ends it and makes the reply unsuccessful, what came before it stays. The reply
 * repeats the subscription in the form in which it came.
 *
 * Names under /meta are refused; those under /service are accepted and mean nothing, as nothing is
 * ever distributed there. Subscribing twice, or to a name nobody sends on, is no error.
 *
 * A change is durable before its reply leaves. So is a subscribe that changes nothing while an
 * earlier one still waits: it must not be told sooner. */
#include "bayeux/bayeux_int.h"

#include "base/mem.h"

static size_t sub_find(const struct session *s, struct slice name)
{
    size_t i = 0;
    while (i < s->sub_count &&
           !slice_equal(name, (struct slice){s->subs[i]->name, s->subs[i]->len})) {
        i++;
    }
    return i;
}

/* Keeps the subscriptions as they were before this envelope. */
static void before_keep(struct touched *t)
{
    struct session *s = t->session;
    t->is_dirty = true;
    if (t->has_before) {
        return;
    }
    t->has_before = true;
    t->before_count = s->sub_count;
    t->before = s->sub_count ? mem_alloc(s->sub_count * sizeof(struct channel *)) : NULL;
    for (unsigned i = 0; i < s->sub_count; i++) {
        t->before[i] = s->subs[i];
        t->before[i]->refs++;
    }
}

void bayeux_subscribe_forget(struct bayeux *b, struct touched *t)
{
    for (unsigned i = 0; i < t->before_count; i++) {
        bayeux_channel_unref(b, t->before[i]);
    }
    mem_free(t->before);
    t->before = NULL;
    t->before_count = 0;
    t->has_before = false;
}

void bayeux_subscribe_undo(struct touched *t)
{
    struct session *s = t->session;
    if (!t->has_before) {
        return;
    }
    struct touched now = {.before = s->subs, .before_count = s->sub_count};
    s->subs = t->before;
    s->sub_count = t->before_count;
    t->before = NULL;
    t->before_count = 0;
    t->has_before = false;
    bayeux_subscribe_forget(s->b, &now);
    bayeux_session_subs_changed(s);
}

static const char *name_refusal(struct slice name)
{
    static const char *const denied[] = {"/meta/handshake", "/meta/connect", "/meta/subscribe",
                                         "/meta/unsubscribe", "/meta/disconnect"};
    if (!slice_starts_with(name, SLICE("/meta/"))) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof denied / sizeof *denied; i++) {
        if (slice_is(name, denied[i])) {
            return "403:denied_by_security_policy:subscribe_denied";
        }
    }
    return "403:denied_by_security_policy:create_denied";
}

static const char *sub_add(struct envelope *env, struct session *s, struct slice name)
{
    struct touched *t = bayeux_envelope_touch(env, s);
    const char *refusal = name_refusal(name);
    if (refusal || slice_starts_with(name, SLICE("/service/"))) {
        return refusal;
    }
    if (sub_find(s, name) < s->sub_count) {
        t->is_dirty |= s->pending > 0;
        return NULL;
    }
    if (s->sub_count >= env->b->options.subscriptions_max || s->sub_count == UINT16_MAX) {
        return "403::subscribe_failed";
    }
    before_keep(t);
    s->subs = mem_realloc(s->subs, (s->sub_count + 1u) * sizeof(struct channel *));
    s->subs[s->sub_count++] = bayeux_channel_intern(env->b, name);
    bayeux_session_subs_changed(s);
    return NULL;
}

static bool is_known(const struct bayeux *b, struct slice name)
{
    return bayeux_channel_find(b, name) || slice_is(name, bayeux_channel_name(NOTICE_ON_CALLS)) ||
           slice_is(name, bayeux_channel_name(NOTICE_ON_DEVICES)) ||
           slice_is(name, bayeux_channel_name(NOTICE_ON_CHANNELS)) ||
           slice_starts_with(name, SLICE("/service/"));
}

static const char *sub_remove(struct envelope *env, struct session *s, struct slice name)
{
    struct touched *t = bayeux_envelope_touch(env, s);
    size_t i = sub_find(s, name);
    if (i == s->sub_count) {
        t->is_dirty |= s->pending > 0;
        return is_known(env->b, name) ? NULL : "400::channel_missing";
    }
    before_keep(t);
    bayeux_channel_unref(env->b, s->subs[i]);
    s->sub_count--;
    memmove(&s->subs[i], &s->subs[i + 1], (s->sub_count - i) * sizeof(struct channel *));
    bayeux_session_subs_changed(s);
    return NULL;
}

static const char *one_handle(struct envelope *env, struct session *s, const struct json *name,
                              bool is_adding)
{
    if (!json_is(name, JSON_STRING) || !bayeux_pattern_is_valid(name->text)) {
        return "403::subscription_invalid";
    }
    struct slice normal = bayeux_channel_normal(name->text);
    return is_adding ? sub_add(env, s, normal) : sub_remove(env, s, normal);
}

static void subscription_handle(struct envelope *env, const struct message *m, bool is_adding)
{
    struct session *s = bayeux_envelope_session(env, m);
    const struct json *names = json_get(m->json, "subscription");
    const char *error = NULL;
    if (!s) {
        bayeux_reply_error(env, m, "402::session_unknown");
        return;
    }
    if (env->is_refusing) {
        bayeux_reply_overload(env, m, "retry");
        return;
    }
    if (!names) {
        error = "403::subscription_missing";
    } else if (names->type != JSON_ARRAY) {
        error = one_handle(env, s, names, is_adding);
    } else {
        for (const struct json *name = names->child; name && !error; name = name->next) {
            error = one_handle(env, s, name, is_adding);
        }
    }
    struct json_writer w = bayeux_reply_begin(env, m, !error);
    if (names) {
        json_raw(&w, "subscription", names->raw);
    }
    if (error) {
        json_text(&w, "error", error);
    }
    bayeux_reply_end(&w);
}

void bayeux_subscribe_handle(struct envelope *env, const struct message *m)
{
    subscription_handle(env, m, true);
}

void bayeux_unsubscribe_handle(struct envelope *env, const struct message *m)
{
    subscription_handle(env, m, false);
}
