/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The part of the configuration that the API alone needs: who can be called, what desktops offer,
 * who is spoken to in which dialect. The API copies it, so all of it is scratch. */
#include "setup.h"

#include "base/map.h"
#include "base/mem.h"

static const enum api_compat compats[] = {
    [CONFIG_USER_COMPAT_2016] = API_COMPAT_2016, [CONFIG_USER_COMPAT_2014] = API_COMPAT_2014};

static struct api_user *make_users(const struct config *config, struct arena *arena)
{
    struct api_user *users = arena_zalloc(arena, (config->user_count + 1) * sizeof *users);
    for (size_t i = 0; i < config->user_count; i++) {
        const struct config_user *user = &config->users[i];
        users[i] = (struct api_user){
            .name = user->name,
            .id = user->id,
            .first_name = user->first_name,
            .last_name = user->last_name,
            .email = user->email,
            .employee_id = user->employee_id,
            .roles = (unsigned)user->roles,
            .compat = user->compat == CONFIG_USER_COMPAT_SITE ? NULL : &compats[user->compat],
        };
    }
    return users;
}

static struct api_user *owner_of(const struct config_device *device, const struct map *by_name)
{
    return device->user ? map_get(by_name, slice_of(device->user)) : NULL;
}

/* Each user's numbers stand side by side: counted first, then filled in. */
static void add_numbers(const struct config *config, struct api_user *users, struct arena *arena)
{
    struct map by_name = {0};
    const char **numbers =
        arena_zalloc(arena, (config->device_count + 1) * sizeof *numbers); /* of all */
    const char ***next = arena_zalloc(arena, (config->user_count + 1) * sizeof *next);
    for (size_t i = 0; i < config->user_count; i++)
        map_put(&by_name, slice_of(users[i].name), &users[i]);
    for (size_t i = 0; i < config->device_count; i++) {
        struct api_user *owner = owner_of(&config->devices[i], &by_name);
        if (owner)
            owner->number_count++;
    }
    for (size_t i = 0; i < config->user_count; i++) {
        users[i].numbers = next[i] = numbers;
        numbers += users[i].number_count;
    }
    for (size_t i = 0; i < config->device_count; i++) {
        struct api_user *owner = owner_of(&config->devices[i], &by_name);
        if (owner)
            *next[owner - users]++ = config->devices[i].dn;
    }
    map_free(&by_name);
}

void setup_directory(const struct config *config, struct arena *arena, struct api_directory *out)
{
    struct api_user *users = make_users(config, arena);
    struct api_queue *queues = arena_zalloc(arena, (config->queue_count + 1) * sizeof *queues);
    struct api_contact *contacts =
        arena_zalloc(arena, (config->contact_count + 1) * sizeof *contacts);
    struct api_disposition *dispositions =
        arena_zalloc(arena, (config->disposition_count + 1) * sizeof *dispositions);
    add_numbers(config, users, arena);
    for (size_t i = 0; i < config->queue_count; i++)
        queues[i] =
            (struct api_queue){.number = config->queues[i].number, .name = config->queues[i].name};
    for (size_t i = 0; i < config->contact_count; i++)
        contacts[i] = (struct api_contact){config->contacts[i].name, config->contacts[i].number};
    for (size_t i = 0; i < config->disposition_count; i++)
        dispositions[i] = (struct api_disposition){config->dispositions[i].name,
                                                   config->dispositions[i].display_name};
    *out = (struct api_directory){.compat = config->compat == CONFIG_COMPAT_2014 ? API_COMPAT_2014
                                                                                 : API_COMPAT_2016,
                                  .country = config->country,
                                  .users = users,
                                  .user_count = config->user_count,
                                  .queues = queues,
                                  .queue_count = config->queue_count,
                                  .contacts = contacts,
                                  .contact_count = config->contact_count,
                                  .dispositions = dispositions,
                                  .disposition_count = config->disposition_count};
}
