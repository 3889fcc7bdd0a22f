/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a configuration that is read again can change, and what it can't: addresses are bound, rings
 * and limits of connections are laid out, the journal is open. Sections with names all can, but for
 * networks: they say which addresses are told, as [line] does, and are looked at only at the start.
 */
#include "config.h"

#include "base/log.h"
#include "base/mem.h"

static const struct {
    const char *section;
    const char *key; /* NULL: all of the section */
} live[] = {
    {"server", "log_level"},
    {"server", "allowed_origins"},
    {"server", "trusted_proxies"},
    {"calls", NULL},
    {"agents", NULL},
    {"site", NULL},
    {"emergency", NULL},
    {"api", NULL},
    {"user_data", "key_bytes"},
    {"user_data", "value_bytes"},
    {"user_data", "call_bytes"},
    {"user_data", "pairs"},
};

bool config_option_is_live(const struct config_option *option)
{
    if (config_section_find(option->section))
        return strcmp(option->section, "network") != 0;
    for (size_t i = 0; i < sizeof live / sizeof *live; i++)
        if (strcmp(live[i].section, option->section) == 0 &&
            (!live[i].key || strcmp(live[i].key, option->key) == 0))
            return true;
    return false;
}

static bool keep_text(char **slot, char *const *before)
{
    if (*slot == *before || (*slot && *before && strcmp(*slot, *before) == 0))
        return false;
    mem_free(*slot);
    *slot = *before ? mem_strdup(*before) : NULL;
    return true;
}

static bool is_same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool has_same_networks(const struct config *a, const struct config *b)
{
    bool is_same = a->network_count == b->network_count;
    for (size_t i = 0; is_same && i < a->network_count; i++)
        is_same = is_same_text(a->networks[i].addresses, b->networks[i].addresses) &&
                  is_same_text(a->networks[i].advertised, b->networks[i].advertised);
    return is_same;
}

static bool keep_bytes(void *slot, const void *before, size_t size)
{
    if (memcmp(slot, before, size) == 0)
        return false;
    memcpy(slot, before, size);
    return true;
}

void config_keep(struct config *config, const struct config *at_start)
{
    size_t count;
    const struct config_option *options = config_options(&count);
    for (size_t i = 0; i < count; i++) {
        if (config_option_is_live(&options[i]) || config_section_find(options[i].section))
            continue;
        void *slot = (char *)config + options[i].offset;
        const void *before = (const char *)at_start + options[i].offset;
        size_t numbers = options[i].type == CONFIG_PORTS ? 2 : 1;
        bool was_changed = config_option_is_text(&options[i])
                               ? keep_text(slot, before)
                               : keep_bytes(slot, before, numbers * sizeof(uint64_t));
        if (was_changed)
            log_line(LOG_WARN, "reload.needs_restart", "section=%s key=%s", options[i].section,
                     options[i].key);
    }
    if (!has_same_networks(config, at_start))
        log_line(LOG_WARN, "reload.needs_restart", "section=network");
}
