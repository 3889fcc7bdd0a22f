/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The rules that need more than one key to see: names that are there once, references that lead
 * somewhere, numbers that two want. What is wrong in a section with a name is told with its line.
 */
#include "config.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/slice.h"
#include "line/line.h"

#include <stdio.h>

#define SIP_NO_ANSWER_MAX_S 170 /* an INVITE rings for 180 s, so that orphans end */

#define SECTIONS_MAX 16

struct checking {
    const struct config *config;
    const char *path;
    char *why;
    size_t why_size;
    struct map names[SECTIONS_MAX]; /* of each section's, in the order of the table */
};

static enum err wrong(const struct checking *c, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum err wrong(const struct checking *c, unsigned line, const char *format, ...)
{
    struct buf text = {0};
    if (c->path && line > 0)
        buf_printf(&text, "%s:%u: ", c->path, line);
    else if (c->path)
        buf_printf(&text, "%s: ", c->path);
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    snprintf(c->why, c->why_size, "%.*s", (int)text.len, buf_view(&text).ptr);
    buf_free(&text);
    return ERR_INVALID;
}

/* --- names --- */

static void *find(const struct checking *c, const char *section, struct slice name)
{
    size_t count;
    const struct config_section *sections = config_sections(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(sections[i].name, section) == 0)
            return map_get(&c->names[i], name);
    return NULL;
}

static enum err check_names(struct checking *c)
{
    size_t count;
    const struct config_section *sections = config_sections(&count);
    for (size_t i = 0; i < count && i < SECTIONS_MAX; i++) {
        size_t items = config_count(c->config, &sections[i]);
        for (size_t k = 0; k < items; k++) {
            void *one = config_at(c->config, &sections[i], k);
            const char *name = config_name(one);
            if (map_get(&c->names[i], slice_of(name)))
                return wrong(c, *config_line(one), "[%s %s] is there twice", sections[i].name,
                             name);
            map_put(&c->names[i], slice_of(name), one);
        }
    }
    return ERR_OK;
}

/* Each of the list must be the name of a section, and be listed once. */
static enum err check_list(const struct checking *c, const void *owner, const char *of,
                           const char *key, const char *list, const char *section)
{
    struct map met = {0};
    unsigned line = *config_line((void *)(uintptr_t)owner);
    const char *name = config_name((void *)(uintptr_t)owner);
    enum err err = ERR_OK;
    for (struct slice rest = slice_of(list); rest.ptr && !err;) {
        struct slice one = slice_trim(slice_split(rest, ',', &rest));
        void *found = find(c, section, one);
        if (!found)
            err = wrong(c, line, "[%s %s] %s: there is no [%s %.*s]", of, name, key, section,
                        (int)one.len, one.ptr);
        else if (map_get(&met, one))
            err = wrong(c, line, "[%s %s] %s: %.*s is there twice", of, name, key, (int)one.len,
                        one.ptr);
        map_put(&met, one, &met);
    }
    map_free(&met);
    return err;
}

/* --- each kind of section --- */

static enum err check_user(const struct checking *c, const struct config_user *user)
{
    if (!user->password == !user->password_hash)
        return wrong(c, user->line, "[user %s] password: needs either password or password_hash",
                     user->name);
    if (user->password_hash &&
        !slice_starts_with(slice_of(user->password_hash), SLICE("$argon2id$")))
        return wrong(c, user->line,
                     "[user %s] password_hash: allowed is what \"cordboard hash-password\" prints",
                     user->name);
    return ERR_OK;
}

static enum err check_device(const struct checking *c, const struct config_device *device)
{
    if (device->user && !find(c, "user", slice_of(device->user)))
        return wrong(c, device->line, "[device %s] user: there is no [user %s]", device->dn,
                     device->user);
    if (device->sip_secret && (device->ha1_md5 || device->ha1_sha256))
        return wrong(c, device->line, "[device %s] sip_secret: give either it or its hashes",
                     device->dn);
    return ERR_OK;
}

static enum err check_network(const struct checking *c, const struct config_network *network)
{
    if (!network->addresses || !network->advertised)
        return wrong(c, network->line, "[network %s] %s: it needs both addresses and advertised",
                     network->name, network->addresses ? "advertised" : "addresses");
    return ERR_OK;
}

static enum err check_overflow(const struct checking *c, const struct config_queue *queue)
{
    struct slice number = slice_of(queue->overflow);
    if (slice_is(number, queue->number))
        return wrong(c, queue->line, "[queue %s] overflow: allowed is another number than its own",
                     queue->number);
    if (number.len > 0 && number.ptr[0] != '+' && !find(c, "queue", number) &&
        !find(c, "device", number))
        return wrong(c, queue->line, "[queue %s] overflow: there is no [queue %s] or [device %s]",
                     queue->number, queue->overflow, queue->overflow);
    return ERR_OK;
}

static enum err check_queue(const struct checking *c, const struct config_queue *queue)
{
    if (find(c, "device", slice_of(queue->number)))
        return wrong(c, queue->line, "[queue %s]: there is a [device %s] of that number",
                     queue->number, queue->number);
    if (c->config->driver == CONFIG_DRIVER_SIP && queue->no_answer_s > SIP_NO_ANSWER_MAX_S)
        return wrong(c, queue->line,
                     "[queue %s] no_answer_s: allowed with real telephones is at most %d",
                     queue->number, SIP_NO_ANSWER_MAX_S);
    enum err err = check_overflow(c, queue);
    if (!err && queue->agents && strcmp(queue->agents, CONFIG_ALL) != 0)
        err = check_list(c, queue, "queue", "agents", queue->agents, "user");
    return err;
}

/* One is posted by its name to the addresses that operations are posted to. */
static enum err check_state(const struct checking *c, const struct config_agent_state *state)
{
    for (int op = 0; op < OP_COUNT; op++)
        if (op_row((enum op)op)->name && strcmp(op_row((enum op)op)->name, state->name) == 0)
            return wrong(c, state->line, "[agent_state %s]: that is an operation of the API",
                         state->name);
    for (size_t i = 0; state->id && i < c->config->state_count; i++) {
        const struct config_agent_state *other = &c->config->states[i];
        if (other != state && other->id && strcmp(other->id, state->id) == 0)
            return wrong(c, state->line, "[agent_state %s] id: [agent_state %s] has it, too",
                         state->name, other->name);
    }
    return ERR_OK;
}

/* The first of the list that is there again behind it; absent when there is none. */
static struct slice repeated(const char *list)
{
    struct map met = {0};
    struct slice found = SLICE_NONE;
    for (struct slice rest = slice_of(list); rest.ptr && !found.ptr;) {
        struct slice one = slice_trim(slice_split(rest, ',', &rest));
        if (map_get(&met, one))
            found = one;
        map_put(&met, one, &met);
    }
    map_free(&met);
    return found;
}

static enum err check_routes(const struct checking *c, const struct config_trunk *trunk)
{
    struct slice number, to;
    for (struct slice rest = slice_of(trunk->numbers); rest.ptr;) {
        if (!config_route_split(slice_split(rest, ',', &rest), &number, &to))
            return ERR_INVALID;
        if (to.ptr[0] != '+' && !find(c, "queue", to) && !find(c, "device", to))
            return wrong(c, trunk->line,
                         "[trunk %s] numbers: there is no [queue %.*s] or [device %.*s]",
                         trunk->name, (int)to.len, to.ptr, (int)to.len, to.ptr);
    }
    return ERR_OK;
}

static enum err check_trunk(const struct checking *c, const struct config_trunk *trunk)
{
    struct slice again = repeated(trunk->keys);
    size_t keys = trunk->keys != NULL;
    for (const char *at = trunk->keys; at && *at; at++)
        keys += *at == ',';
    if (c->config->driver == CONFIG_DRIVER_SIP && !trunk->peers)
        return wrong(c, trunk->line, "[trunk %s] peer: it needs one", trunk->name);
    if (trunk->transport == LINE_TLS && !c->config->sip_tls)
        return wrong(c, trunk->line, "[trunk %s] transport: tls needs [line] sip_tls", trunk->name);
    if (!trunk->username != !trunk->secret)
        return wrong(c, trunk->line, "[trunk %s] %s: needed with %s", trunk->name,
                     trunk->secret ? "username" : "secret", trunk->secret ? "secret" : "username");
    if (trunk->registers && !trunk->username)
        return wrong(c, trunk->line, "[trunk %s] username: needed to register", trunk->name);
    if (trunk->codecs == 0)
        return wrong(c, trunk->line, "[trunk %s] codecs: it needs one", trunk->name);
    if (again.ptr)
        return wrong(c, trunk->line, "[trunk %s] keys: %.*s is there twice", trunk->name,
                     (int)again.len, again.ptr);
    if (keys > CONFIG_KEYS_MAX)
        return wrong(c, trunk->line, "[trunk %s] keys: allowed are at most %d", trunk->name,
                     CONFIG_KEYS_MAX);
    if (trunk->carriage && keys == 0)
        return wrong(c, trunk->line, "[trunk %s] keys: needed with carry_user_data", trunk->name);
    return check_routes(c, trunk);
}

static enum err check_ids(const struct checking *c)
{
    struct map ids = {0};
    enum err err = ERR_OK;
    for (size_t i = 0; i < c->config->user_count && !err; i++) {
        struct config_user *user = &c->config->users[i];
        struct config_user *other = user->id ? map_get(&ids, slice_of(user->id)) : NULL;
        if (other)
            err = wrong(c, user->line, "[user %s] id: [user %s] has it, too", user->name,
                        other->name);
        else if (user->id)
            map_put(&ids, slice_of(user->id), user);
    }
    map_free(&ids);
    return err;
}

static enum err check_sections(const struct checking *c)
{
    const struct config *config = c->config;
    enum err err = check_ids(c);
    for (size_t i = 0; !err && i < config->user_count; i++)
        err = check_user(c, &config->users[i]);
    for (size_t i = 0; !err && i < config->device_count; i++)
        err = check_device(c, &config->devices[i]);
    for (size_t i = 0; !err && i < config->network_count; i++)
        err = check_network(c, &config->networks[i]);
    for (size_t i = 0; !err && i < config->place_count; i++)
        err = config->places[i].devices ? check_list(c, &config->places[i], "place", "devices",
                                                     config->places[i].devices, "device")
                                        : ERR_OK;
    for (size_t i = 0; !err && i < config->queue_count; i++)
        err = check_queue(c, &config->queues[i]);
    for (size_t i = 0; !err && i < config->trunk_count; i++)
        err = check_trunk(c, &config->trunks[i]);
    for (size_t i = 0; !err && i < config->state_count; i++)
        err = check_state(c, &config->states[i]);
    for (size_t i = 0; !err && i < config->contact_count; i++)
        if (!config->contacts[i].number)
            err = wrong(c, config->contacts[i].line, "[contact %s] number: it needs one",
                        config->contacts[i].name);
    return err;
}

/* --- the rest --- */

static enum err check_site(const struct checking *c)
{
    struct number_plan plan;
    config_number_plan(c->config, &plan);
    const char *complaint = number_plan_check(&plan);
    if (complaint)
        return wrong(c, 0, "[site]: allowed: %s", complaint);
    return ERR_OK;
}

static enum err check_emergency(const struct checking *c)
{
    const struct config *config = c->config;
    if (config->emergency_trunk && !find(c, "trunk", slice_of(config->emergency_trunk)))
        return wrong(c, 0, "[emergency] trunk: there is no [trunk %s]", config->emergency_trunk);
    if (config->emergency_numbers && config->trunk_count == 0)
        return wrong(c, 0, "[emergency] numbers: needs a [trunk NAME] to call through");
    for (struct slice rest = slice_of(config->emergency_numbers); rest.ptr;) {
        struct slice number = slice_trim(slice_split(rest, ',', &rest));
        const char *section = find(c, "device", number) ? "device" : "queue";
        if (find(c, section, number))
            return wrong(c, 0, "[emergency] numbers: there is a [%s %.*s]", section,
                         (int)number.len, number.ptr);
    }
    return ERR_OK;
}

static enum err check_keys(const struct checking *c)
{
    const struct config *config = c->config;
    bool is_sip = config->driver == CONFIG_DRIVER_SIP;
    if (is_sip && config->sip[0] == '[')
        return wrong(c, 0, "[line] sip: allowed is an IPv4 address, as ADDRESS:PORT");
    if (is_sip && !config->sip_advertised &&
        slice_starts_with(slice_of(config->sip), SLICE("0.0.0.0:")))
        return wrong(c, 0, "[line] sip: 0.0.0.0 needs sip_advertised, which telephones are told");
    if (config->sip_tls && config->sip_tls[0] == '[')
        return wrong(c, 0, "[line] sip_tls: allowed is an IPv4 address, as ADDRESS:PORT");
    if (config->sip_tls && (!config->sip_tls_certificate || !config->sip_tls_key))
        return wrong(c, 0, "[line] %s: needed with sip_tls",
                     config->sip_tls_key ? "sip_tls_certificate" : "sip_tls_key");
    if (is_sip && config->sip_tls && !config->sip_advertised &&
        slice_starts_with(slice_of(config->sip_tls), SLICE("0.0.0.0:")))
        return wrong(c, 0,
                     "[line] sip_tls: 0.0.0.0 needs sip_advertised, which telephones are told");
    if (is_sip && config->no_answer_s > SIP_NO_ANSWER_MAX_S)
        return wrong(c, 0, "[calls] no_answer_s: allowed with real telephones is at most %d",
                     SIP_NO_ANSWER_MAX_S);
    if (!config->tls_certificate != !config->tls_key)
        return wrong(c, 0, "[server] %s: needed with %s",
                     config->tls_key ? "tls_certificate" : "tls_key",
                     config->tls_key ? "tls_key" : "tls_certificate");
    if (config->keep_days > 0 && config->keep_days * 24 < config->disposition_h)
        return wrong(c, 0, "[history] keep_days: allowed is at least [calls] disposition_h, %ju h",
                     (uintmax_t)config->disposition_h);
    if (config->value_bytes > config->call_bytes)
        return wrong(c, 0, "[user_data] value_bytes: allowed is at most call_bytes, %ju",
                     (uintmax_t)config->call_bytes);
    enum err err = check_emergency(c);
    return err ? err : check_site(c);
}

enum err config_check(const struct config *config, const char *path, char *why, size_t why_size)
{
    struct checking c = {.config = config, .path = path, .why = why, .why_size = why_size};
    enum err err = check_names(&c);
    if (!err)
        err = check_sections(&c);
    if (!err)
        err = check_keys(&c);
    for (size_t i = 0; i < SECTIONS_MAX; i++)
        map_free(&c.names[i]);
    return err;
}
