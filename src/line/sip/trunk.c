/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The trunks that there are, and what becomes of one that is configured otherwise or no more: its
 * legs and dialogs have it until they end. After a restart that may be a trunk that no
 * configuration knows; it is made then, with no peers, so that its calls can go on. */
#include "line/sip/trunk.h"

#include <sofia-sip/msg_addr.h>

#include "base/log.h"
#include "base/mem.h"

static struct trunk *trunk_make(struct sip_line *sip, struct slice name)
{
    struct trunk *t = mem_zalloc(sizeof *t + name.len + 1);
    if (name.len > 0)
        memcpy(t->text, name.ptr, name.len);
    t->name = (struct slice){t->text, name.len};
    t->sip = sip;
    t->config.name = t->text;
    char *labels[2] = {line_sip_text("trunk=\"%s\",direction=\"in\"", t->text),
                       line_sip_text("trunk=\"%s\",direction=\"out\"", t->text)};
    t->calls_in = metric_register(METRIC_COUNTER, "cordboard_trunk_calls_total", labels[0],
                                  "Calls through each trunk.");
    t->calls_out = metric_register(METRIC_COUNTER, "cordboard_trunk_calls_total", labels[1],
                                   "Calls through each trunk.");
    mem_free(labels[0]);
    mem_free(labels[1]);
    labels[0] = line_sip_text("trunk=\"%s\"", t->text);
    t->registered = metric_register(METRIC_GAUGE, "cordboard_trunk_registered", labels[0],
                                    "1 while the trunk is registered with its peer.");
    mem_free(labels[0]);
    list_append(&sip->trunks, &t->as_trunk);
    return t;
}

static void trunk_free(struct trunk *t)
{
    list_remove(&t->as_trunk);
    line_sip_trunk_registration_free(t);
    line_sip_trunk_forget_challenges(t);
    arena_free(&t->arena);
    mem_free(t);
}

static const char *own(struct arena *arena, const char *text)
{
    return text ? arena_string(arena, slice_of(text)) : NULL;
}

void line_sip_trunk_copy(struct arena *arena, const struct line_trunk *from, struct line_trunk *out)
{
    *out = *from;
    out->name = own(arena, from->name);
    out->peers = own(arena, from->peers);
    out->allow = own(arena, from->allow);
    out->username = own(arena, from->username);
    out->secret = own(arena, from->secret);
    out->from_user = own(arena, from->from_user);
    out->from_domain = own(arena, from->from_domain);
    out->prefix_out = own(arena, from->prefix_out);
    out->keys = own(arena, from->keys);
}

static void trunk_read_allowed(struct trunk *t)
{
    size_t cap = 1;
    for (const char *at = t->config.allow; at && *at; at++)
        cap += *at == ',';
    t->allowed = arena_alloc(&t->arena, cap * sizeof *t->allowed);
    t->allowed_count = 0;
    for (struct slice rest = slice_of(t->config.allow); rest.ptr;)
        t->allowed_count +=
            network_parse(slice_trim(slice_split(rest, ',', &rest)), &t->allowed[t->allowed_count]);
}

static bool is_same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_same_plan(const struct number_plan *a, const struct number_plan *b)
{
    return is_same_text(a->calling_code, b->calling_code) &&
           is_same_text(a->international_prefix, b->international_prefix) &&
           is_same_text(a->national_prefix, b->national_prefix) &&
           is_same_text(a->main_number, b->main_number);
}

static bool is_same_trunk(const struct line_trunk *a, const struct line_trunk *b)
{
    return is_same_text(a->peers, b->peers) && is_same_text(a->allow, b->allow) &&
           is_same_text(a->username, b->username) && is_same_text(a->secret, b->secret) &&
           is_same_text(a->from_user, b->from_user) &&
           is_same_text(a->from_domain, b->from_domain) &&
           is_same_text(a->prefix_out, b->prefix_out) && is_same_text(a->keys, b->keys) &&
           a->transport == b->transport && a->verifies_peer == b->verifies_peer &&
           a->registers == b->registers && a->asserts_identity == b->asserts_identity &&
           a->expires_s == b->expires_s && a->number_format == b->number_format &&
           a->codecs == b->codecs && a->carriage == b->carriage && is_same_plan(&a->plan, &b->plan);
}

/* What was the peers' goes with them: their addresses, what they asked us to prove, and that we are
 * registered. */
static void trunk_configure(struct trunk *t, const struct line_trunk *from)
{
    bool was_removed = t->is_removed;
    t->is_removed = false;
    if (is_same_trunk(&t->config, from) && !was_removed)
        return;
    line_sip_trunk_unregister(t);
    line_sip_trunk_forget_challenges(t);
    line_sip_trunk_forget_lookups(t);
    arena_reset(&t->arena);
    line_sip_trunk_copy(&t->arena, from, &t->config);
    t->config.name = t->text;
    trunk_read_allowed(t);
    line_sip_trunk_read_peers(t);
}

struct trunk *line_sip_trunk_find(struct sip_line *sip, struct slice name)
{
    LIST_EACH(it, &sip->trunks)
    {
        struct trunk *t = LIST_OWNER(it, struct trunk, as_trunk);
        if (slice_equal(t->name, name))
            return t;
    }
    return NULL;
}

struct trunk *line_sip_trunk_of_before(struct sip_line *sip, struct slice name)
{
    struct trunk *t = name.len > 0 ? line_sip_trunk_find(sip, name) : NULL;
    if (t || name.len == 0)
        return t;
    t = trunk_make(sip, name);
    t->is_removed = true;
    return t;
}

void line_sip_trunk_count_failure(const struct trunk *t, const char *reason)
{
    char *labels = line_sip_text("trunk=\"%s\",reason=\"%s\"", t->text, reason);
    metric_add(metric_register(METRIC_COUNTER, "cordboard_trunk_failures_total", labels,
                               "What went wrong with each trunk's peers."),
               1);
    mem_free(labels);
}

const char *line_sip_trunk_name(const struct trunk *t)
{
    return t->text;
}

struct trunk *line_sip_trunk_use(struct trunk *t)
{
    if (t)
        t->uses++;
    return t;
}

void line_sip_trunk_release(struct trunk *t)
{
    if (t && --t->uses == 0 && t->is_removed)
        trunk_free(t);
}

void line_sip_trunks_set(struct sip_line *sip, const struct line_trunk *trunks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct trunk *t = line_sip_trunk_find(sip, slice_of(trunks[i].name));
        if (!t)
            t = trunk_make(sip, slice_of(trunks[i].name));
        trunk_configure(t, &trunks[i]);
        t->is_listed = true;
        list_remove(&t->as_trunk); /* in the order of the configuration */
        list_append(&sip->trunks, &t->as_trunk);
    }
    LIST_EACH_SAFE(it, &sip->trunks)
    {
        struct trunk *t = LIST_OWNER(it, struct trunk, as_trunk);
        bool is_listed = t->is_listed;
        t->is_listed = false;
        if (is_listed || t->is_removed)
            continue;
        log_line(LOG_INFO, "sip.trunk_removed", "trunk=%s calls=%u", t->text, t->uses);
        t->is_removed = true;
        line_sip_trunk_use(t);
        line_sip_trunk_unregister(t);
        line_sip_trunk_forget_lookups(t);
        line_sip_trunk_release(t);
    }
}

void line_sip_trunks_close(struct sip_line *sip)
{
    line_sip_trunk_lookups_end(sip);
    LIST_EACH_SAFE(it, &sip->trunks)
    line_sip_trunk_registration_stop(LIST_OWNER(it, struct trunk, as_trunk));
}

void line_sip_trunks_free(struct sip_line *sip)
{
    LIST_EACH_SAFE(it, &sip->trunks)
    trunk_free(LIST_OWNER(it, struct trunk, as_trunk));
}

struct trunk *line_sip_trunk_of_source(struct sip_line *sip, const struct address *source)
{
    LIST_EACH(it, &sip->trunks)
    {
        struct trunk *t = LIST_OWNER(it, struct trunk, as_trunk);
        if (!t->is_removed && line_sip_trunk_has_source(t, source))
            return t;
    }
    return NULL;
}

bool line_sip_trunk_is_target(const struct sip_line *sip, const struct address *address)
{
    LIST_EACH(it, &sip->trunks)
    {
        const struct trunk *t = LIST_OWNER(it, const struct trunk, as_trunk);
        if (!t->is_removed && line_sip_trunk_has_target(t, address))
            return true;
    }
    return false;
}

/* By the socket that it came from, whatever it says itself. */
struct trunk *line_sip_trunk_of_request(struct sip_line *sip, nta_incoming_t *irq)
{
    char text[64] = "";
    struct address source;
    msg_t *msg = nta_incoming_getrequest(irq);
    const su_sockaddr_t *from = msg ? msg_addr(msg) : NULL;
    if (from)
        su_inet_ntop(from->su_family, SU_ADDR(from), text, sizeof text);
    msg_destroy(msg);
    return address_parse(slice_of(text), &source, NULL) ? line_sip_trunk_of_source(sip, &source)
                                                        : NULL;
}
