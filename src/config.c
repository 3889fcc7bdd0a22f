/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The configuration as a struct: its defaults, what its sections add to it, and its end, all by the
 * tables of config_options.c. */
#include "config.h"

#include "base/mem.h"
#include "base/slice.h"

#include <stddef.h>
#include <stdio.h>

/* The name and the line stand in the same place in all of them. */
#define HAS_HEAD(type)                                                                             \
    _Static_assert(offsetof(struct type, line) == sizeof(char *), "name, then line")
HAS_HEAD(config_user);
HAS_HEAD(config_device);
HAS_HEAD(config_network);
HAS_HEAD(config_place);
HAS_HEAD(config_queue);
HAS_HEAD(config_trunk);
HAS_HEAD(config_agent_state);
HAS_HEAD(config_disposition);
HAS_HEAD(config_contact);

static char **name_of(void *one)
{
    return one;
}

const char *config_name(void *one)
{
    return *name_of(one);
}

unsigned *config_line(void *one)
{
    return (unsigned *)(void *)((char *)one + sizeof(char *));
}

static void set_defaults(const char *section, void *base)
{
    size_t count;
    const struct config_option *options = config_options(&count);
    for (size_t i = 0; i < count; i++)
        if (options[i].initial && strcmp(options[i].section, section) == 0)
            (void)config_set(&options[i], base, options[i].initial);
}

static void free_texts(const char *section, void *base)
{
    size_t count;
    const struct config_option *options = config_options(&count);
    for (size_t i = 0; i < count; i++)
        if (config_option_is_text(&options[i]) && strcmp(options[i].section, section) == 0)
            mem_free(*(char **)(void *)((char *)base + options[i].offset));
}

void config_init(struct config *config)
{
    *config = (struct config){0};
    size_t count;
    const struct config_option *options = config_options(&count);
    for (size_t i = 0; i < count; i++)
        if (options[i].initial && !config_section_find(options[i].section))
            (void)config_set(&options[i], config, options[i].initial);
}

/* The array of a section's own type, as bytes. */
static char *items_of(const struct config *config, const struct config_section *section)
{
    char *items;
    memcpy(&items, (const char *)config + section->items, sizeof items);
    return items;
}

static size_t *number_at(struct config *config, size_t offset)
{
    return (size_t *)(void *)((char *)config + offset);
}

size_t config_count(const struct config *config, const struct config_section *section)
{
    size_t count;
    memcpy(&count, (const char *)config + section->count, sizeof count);
    return count;
}

void *config_at(const struct config *config, const struct config_section *section, size_t index)
{
    return items_of(config, section) + index * section->size;
}

void config_free(struct config *config)
{
    size_t count;
    const struct config_section *sections = config_sections(&count);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < config_count(config, &sections[i]); k++) {
            void *one = config_at(config, &sections[i], k);
            free_texts(sections[i].name, one);
            mem_free(*name_of(one));
        }
        mem_free(items_of(config, &sections[i]));
    }
    const struct config_option *options = config_options(&count);
    for (size_t i = 0; i < count; i++)
        if (config_option_is_text(&options[i]) && !config_section_find(options[i].section))
            mem_free(*(char **)(void *)((char *)config + options[i].offset));
    *config = (struct config){0};
}

void *config_add(struct config *config, const char *section, const char *name)
{
    const struct config_section *of = config_section_find(section);
    size_t *count = number_at(config, of->count);
    char *items = mem_grow(items_of(config, of), number_at(config, of->cap), *count + 1, of->size);
    memcpy((char *)config + of->items, &items, sizeof items);
    char *one = items + (*count)++ * of->size;
    memset(one, 0, of->size);
    *name_of(one) = mem_strdup(name);
    set_defaults(section, one);
    return one;
}

struct config_user *config_add_user(struct config *config, const char *name)
{
    return config_add(config, "user", name);
}

struct config_device *config_add_device(struct config *config, const char *dn)
{
    return config_add(config, "device", dn);
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

static void replace(char *out, size_t size, const char *text)
{
    if (text)
        snprintf(out, size, "%s", text);
}

void config_number_plan(const struct config *config, struct number_plan *out)
{
    const struct country *country = country_find(slice_of(config->country));
    *out = (struct number_plan){0};
    if (country)
        number_plan_of_country(country, out);
    if (config->calling_code &&
        (!country || strcmp(config->calling_code, country->calling_code) != 0))
        out->national_digits = 0;
    replace(out->calling_code, sizeof out->calling_code, config->calling_code);
    replace(out->international_prefix, sizeof out->international_prefix,
            config->international_prefix);
    replace(out->national_prefix, sizeof out->national_prefix, config->national_prefix);
    replace(out->area_code, sizeof out->area_code, config->area_code);
    replace(out->outside_prefix, sizeof out->outside_prefix, config->outside_prefix);
    replace(out->main_number, sizeof out->main_number, config->main_number);
}
