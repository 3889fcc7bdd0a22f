/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Revisions of user data. A revision never changes: each operation makes a new one, in one block
 * with the texts behind the pairs. Order and repeated keys are kept; values are opaque bytes. */
#include "base/hash.h"
#include "base/mem.h"
#include "core/core_int.h"

#define FEW_PAIRS 8 /* so many are compared faster than put into a map */

static bool is_before(const struct user_data *data, uint32_t end)
{
    for (uint32_t i = 0; i < end; i++)
        if (slice_equal(data->pairs[i].key, data->pairs[end].key))
            return true;
    return false;
}

static bool few_repeat(const struct user_data *data)
{
    for (uint32_t i = 1; i < data->count; i++)
        if (is_before(data, i))
            return true;
    return false;
}

static bool has_repeats(const struct user_data *data)
{
    if (data->count <= FEW_PAIRS)
        return few_repeat(data);
    struct map seen = {0};
    bool repeats = false;
    for (uint32_t i = 0; i < data->count && !repeats; i++) {
        repeats = map_get(&seen, data->pairs[i].key) != NULL;
        map_put(&seen, data->pairs[i].key, (void *)(uintptr_t)&data->pairs[i]);
    }
    map_free(&seen);
    return repeats;
}

struct user_data *user_data_create(const struct pair *pairs, size_t count)
{
    if (count == 0)
        return NULL;
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += pairs[i].key.len + pairs[i].value.len;
    struct user_data *data = mem_alloc(sizeof *data + count * sizeof data->pairs[0] + bytes);
    *data = (struct user_data){.count = (uint32_t)count, .bytes = bytes};
    atomic_init(&data->refs, 1);
    char *at = (char *)&data->pairs[count];
    for (size_t i = 0; i < count; i++) {
        struct slice key = pairs[i].key;
        struct slice value = pairs[i].value;
        if (key.len > 0)
            memcpy(at, key.ptr, key.len);
        data->pairs[i].key = (struct slice){at, key.len};
        at += key.len;
        if (value.len > 0)
            memcpy(at, value.ptr, value.len);
        data->pairs[i].value = (struct slice){at, value.len};
        at += value.len;
        data->hash = hash_slice(hash_slice(data->hash, key), value);
    }
    data->repeats = has_repeats(data);
    return data;
}

struct user_data *user_data_attach(const struct user_data *old, const struct pair *pairs,
                                   size_t count, struct arena *scratch)
{
    size_t had = old ? old->count : 0;
    struct pair *all = arena_alloc(scratch, (had + count) * sizeof *all + 1);
    if (had > 0)
        memcpy(all, old->pairs, had * sizeof *all);
    if (count > 0)
        memcpy(all + had, pairs, count * sizeof *all);
    return user_data_create(all, had + count);
}

/* A key that is set, and whether its place in the result is taken. */
struct setting {
    const struct pair *newest;
    bool is_placed;
};

/* The settings of pairs, one for each key, in order. */
struct settings {
    struct setting *all;
    size_t count;
    struct map by_key; /* where there are more than FEW_PAIRS */
};

static struct setting *setting_find(const struct settings *settings, struct slice key)
{
    if (settings->count > FEW_PAIRS)
        return map_get(&settings->by_key, key);
    for (size_t i = 0; i < settings->count; i++)
        if (slice_equal(settings->all[i].newest->key, key))
            return &settings->all[i];
    return NULL;
}

static void setting_add(struct settings *settings, const struct pair *pair)
{
    struct setting *added = &settings->all[settings->count++];
    added->newest = pair;
    if (settings->count <= FEW_PAIRS)
        return;
    size_t first = settings->count == FEW_PAIRS + 1 ? 0 : settings->count - 1;
    for (size_t i = first; i < settings->count; i++)
        map_put(&settings->by_key, settings->all[i].newest->key, &settings->all[i]);
}

struct user_data *user_data_update(const struct user_data *old, const struct pair *pairs,
                                   size_t count, struct arena *scratch)
{
    size_t had = old ? old->count : 0;
    struct pair *all = arena_alloc(scratch, (had + count) * sizeof *all + 1);
    struct settings settings = {.all = arena_zalloc(scratch, count * sizeof *settings.all + 1)};
    for (size_t i = 0; i < count; i++) {
        struct setting *setting = setting_find(&settings, pairs[i].key);
        if (setting)
            setting->newest = &pairs[i];
        else
            setting_add(&settings, &pairs[i]);
    }
    size_t kept = 0;
    for (size_t i = 0; i < had; i++) {
        struct setting *setting = setting_find(&settings, old->pairs[i].key);
        if (!setting)
            all[kept++] = old->pairs[i];
        else if (!setting->is_placed)
            all[kept++] = *setting->newest;
        if (setting)
            setting->is_placed = true;
    }
    for (size_t i = 0; i < settings.count; i++)
        if (!settings.all[i].is_placed)
            all[kept++] = *settings.all[i].newest;
    map_free(&settings.by_key);
    return user_data_create(all, kept);
}

struct user_data *user_data_without(const struct user_data *old, struct slice key,
                                    struct arena *scratch)
{
    if (!old)
        return NULL;
    struct pair *left = arena_alloc(scratch, old->count * sizeof *left);
    size_t count = 0;
    for (uint32_t i = 0; i < old->count; i++)
        if (!slice_equal(old->pairs[i].key, key))
            left[count++] = old->pairs[i];
    return user_data_create(left, count);
}

enum err user_data_check_pairs(struct turn *turn)
{
    const struct config_limits *limits = &turn->core->limits;
    const struct command *command = turn->command;
    if (command->pair_count > limits->pairs)
        return refuse(turn, ERR_RANGE, "userData has %zu pairs, more than %llu",
                      command->pair_count, (unsigned long long)limits->pairs);
    for (size_t i = 0; i < command->pair_count; i++) {
        const struct pair *pair = &command->pairs[i];
        if (pair->key.len > limits->key_bytes)
            return refuse(turn, ERR_RANGE, "userData has a key of %zu bytes, more than %llu",
                          pair->key.len, (unsigned long long)limits->key_bytes);
        if (pair->value.len > limits->value_bytes)
            return refuse(turn, ERR_RANGE, "userData['%s'] has %zu bytes, more than %llu",
                          shown(turn, pair->key), pair->value.len,
                          (unsigned long long)limits->value_bytes);
    }
    return ERR_OK;
}

enum err user_data_check_total(struct turn *turn, const struct user_data *data)
{
    const struct config_limits *limits = &turn->core->limits;
    if (data && data->count > limits->pairs)
        return refuse(turn, ERR_RANGE, "userData of the call would have %u pairs, more than %llu",
                      data->count, (unsigned long long)limits->pairs);
    if (data && data->bytes > limits->call_bytes)
        return refuse(turn, ERR_RANGE, "userData of the call would have %zu bytes, more than %llu",
                      data->bytes, (unsigned long long)limits->call_bytes);
    return ERR_OK;
}

enum err user_data_commit(struct turn *turn, struct call *call, struct user_data *data)
{
    enum err err = user_data_check_total(turn, data);
    if (err) {
        user_data_unref(data);
        return err;
    }
    call_set_data(call, data);
    LIST_EACH(it, &call->parties)
    {
        struct party *party = LIST_OWNER(it, struct party, link);
        if (party_is_living(party))
            effects_call_notice(turn, party, NOTICE_ATTACHED_DATA_CHANGED,
                                (struct notice_extras){0});
    }
    return ERR_OK;
}
