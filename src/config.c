/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The configuration as a whole: its defaults, its users and devices, the demo, and the rules that
 * need more than one key to see. Users and devices from the file say their line when something is
 * wrong with them.
 *
 * The demo adds agents to whatever else is configured. It must not be reachable from outside, since
 * its password stands in the documentation: it refuses any address but a loopback one. */
#include "config.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/slice.h"

#include <stdio.h>

static void set_defaults(const char *section, void *base)
{
    size_t count;
    const struct config_option *options = config_options(&count);
    for (size_t i = 0; i < count; i++)
        if (options[i].initial && strcmp(options[i].section, section) == 0)
            (void)config_set(&options[i], base, options[i].initial);
}

static bool is_of_struct_config(const char *section)
{
    return strcmp(section, "user") != 0 && strcmp(section, "device") != 0;
}

void config_init(struct config *config)
{
    *config = (struct config){0};
    size_t count;
    const struct config_option *options = config_options(&count);
    for (size_t i = 0; i < count; i++)
        if (options[i].initial && is_of_struct_config(options[i].section))
            (void)config_set(&options[i], config, options[i].initial);
}

void config_free(struct config *config)
{
    for (size_t i = 0; i < config->user_count; i++) {
        mem_free(config->users[i].name);
        mem_free(config->users[i].password);
        mem_free(config->users[i].password_hash);
        mem_free(config->users[i].first_name);
        mem_free(config->users[i].last_name);
    }
    for (size_t i = 0; i < config->device_count; i++) {
        mem_free(config->devices[i].dn);
        mem_free(config->devices[i].user);
        mem_free(config->devices[i].sip_secret);
        mem_free(config->devices[i].ha1_md5);
        mem_free(config->devices[i].ha1_sha256);
    }
    mem_free(config->users);
    mem_free(config->devices);
    mem_free(config->http);
    mem_free(config->public_url);
    mem_free(config->data);
    mem_free(config->allowed_origins);
    mem_free(config->trusted_proxies);
    mem_free(config->tls_certificate);
    mem_free(config->tls_key);
    mem_free(config->sip);
    mem_free(config->sip_advertised);
    mem_free(config->realm);
    *config = (struct config){0};
}

struct config_user *config_add_user(struct config *config, const char *name)
{
    config->users =
        mem_grow(config->users, &config->user_cap, config->user_count + 1, sizeof *config->users);
    struct config_user *user = &config->users[config->user_count++];
    *user = (struct config_user){.name = mem_strdup(name)};
    set_defaults("user", user);
    return user;
}

struct config_device *config_add_device(struct config *config, const char *dn)
{
    config->devices = mem_grow(config->devices, &config->device_cap, config->device_count + 1,
                               sizeof *config->devices);
    struct config_device *device = &config->devices[config->device_count++];
    *device = (struct config_device){.dn = mem_strdup(dn)};
    set_defaults("device", device);
    return device;
}

bool config_is_loopback(const char *address)
{
    struct slice a = slice_of(address);
    struct slice v4 = SLICE("127.");
    if (slice_starts_with(a, SLICE("[::1]:")))
        return true;
    if (!slice_starts_with(a, v4))
        return false;
    /* Not "127.example.com". */
    size_t host = strspn(address, "0123456789.");
    return address[host] == ':';
}

enum err config_add_demo(struct config *config, uint64_t agents, char *why, size_t why_size)
{
    if (agents < 1 || agents > CONFIG_DEMO_AGENTS_MAX) {
        snprintf(why, why_size, "--demo-agents: allowed are 1 to %d", CONFIG_DEMO_AGENTS_MAX);
        return ERR_RANGE;
    }
    if (!config_is_loopback(config->http)) {
        snprintf(why, why_size, "the demo serves HTTP on a loopback address only, not on %s",
                 config->http);
        return ERR_PERMISSION;
    }
    if (config->driver == CONFIG_DRIVER_SIP && !config_is_loopback(config->sip)) {
        snprintf(why, why_size, "the demo serves SIP on a loopback address only, not on %s",
                 config->sip);
        return ERR_PERMISSION;
    }
    config->is_demo = true;
    config->demo_agents = agents;
    for (uint64_t i = 0; i < agents; i++) {
        char name[32];
        char dn[16];
        char number[16];
        snprintf(name, sizeof name, "agent%u", (unsigned)i);
        snprintf(dn, sizeof dn, "%u", CONFIG_DEMO_FIRST_DN + (unsigned)i);
        snprintf(number, sizeof number, "%u", (unsigned)i);
        struct config_user *user = config_add_user(config, name);
        user->password = mem_strdup(CONFIG_DEMO_PASSWORD);
        mem_free(user->first_name);
        user->first_name = mem_strdup("Agent");
        mem_free(user->last_name);
        user->last_name = mem_strdup(number);
        struct config_device *device = config_add_device(config, dn);
        device->user = mem_strdup(name);
        device->sip_secret = mem_strdup(CONFIG_DEMO_PASSWORD);
        /* Most telephones know no NOTIFY talk; in a demo a missed call on theirs does no harm. */
        device->remote_answer = REMOTE_ANSWER_REINVITE;
    }
    return ERR_OK;
}

/* --- rules over several keys --- */

#define SIP_NO_ANSWER_MAX_S 170 /* an INVITE rings for 180 s, so that orphans end */

struct checking {
    const char *path;
    char *why;
    size_t why_size;
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

static enum err check_device(const struct checking *c, const struct config_device *device,
                             const struct map *users)
{
    if (device->user && !map_get(users, slice_of(device->user)))
        return wrong(c, device->line, "[device %s] user: there is no [user %s]", device->dn,
                     device->user);
    if (device->sip_secret && (device->ha1_md5 || device->ha1_sha256))
        return wrong(c, device->line, "[device %s] sip_secret: give either it or its hashes",
                     device->dn);
    return ERR_OK;
}

static enum err check_names(const struct config *config, const struct checking *c,
                            struct map *users, struct map *devices)
{
    enum err err = ERR_OK;
    for (size_t i = 0; !err && i < config->user_count; i++) {
        struct config_user *user = &config->users[i];
        if (map_get(users, slice_of(user->name)))
            return wrong(c, user->line, "[user %s] is there twice", user->name);
        map_put(users, slice_of(user->name), user);
        err = check_user(c, user);
    }
    for (size_t i = 0; !err && i < config->device_count; i++) {
        struct config_device *device = &config->devices[i];
        if (map_get(devices, slice_of(device->dn)))
            return wrong(c, device->line, "[device %s] is there twice", device->dn);
        map_put(devices, slice_of(device->dn), device);
        err = check_device(c, device, users);
    }
    return err;
}

enum err config_check(const struct config *config, const char *path, char *why, size_t why_size)
{
    struct checking c = {path, why, why_size};
    struct map users = {0};
    struct map devices = {0};
    enum err err = check_names(config, &c, &users, &devices);
    map_free(&users);
    map_free(&devices);
    bool is_sip = config->driver == CONFIG_DRIVER_SIP;
    if (!err && is_sip && config->sip[0] == '[')
        err = wrong(&c, 0, "[line] sip: allowed is an IPv4 address, as ADDRESS:PORT");
    if (!err && is_sip && !config->sip_advertised &&
        slice_starts_with(slice_of(config->sip), SLICE("0.0.0.0:")))
        err = wrong(&c, 0, "[line] sip: 0.0.0.0 needs sip_advertised, which telephones are told");
    if (!err && is_sip && config->no_answer_s > SIP_NO_ANSWER_MAX_S)
        err = wrong(&c, 0, "[calls] no_answer_s: allowed with real telephones is at most %d",
                    SIP_NO_ANSWER_MAX_S);
    if (!err && !config->tls_certificate != !config->tls_key)
        err = wrong(&c, 0, "[server] %s: needed with %s",
                    config->tls_key ? "tls_certificate" : "tls_key",
                    config->tls_key ? "tls_key" : "tls_certificate");
    if (!err && config->value_bytes > config->call_bytes)
        err = wrong(&c, 0, "[user_data] value_bytes: allowed is at most call_bytes, %ju",
                    (uintmax_t)config->call_bytes);
    return err;
}
