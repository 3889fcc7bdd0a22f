/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The states in which an agent can be: four of the system, whose ids are constants of the API, and
 * those of the configuration (platform reference 4.2 and 4.4). A state's card never changes; a
 * changed state gets a new one, so that what was told stays as it was told. */
#include "base/hash.h"
#include "base/ids.h"
#include "base/mem.h"
#include "core/core_int.h"

static const struct {
    const char *id;
    const char *operation_name;
    const char *display_name;
    enum agent_mode mode;
} system_states[] = {
    {"9430250E-0A1B-421F-B372-F29E69366DED", "Ready", "Ready", AGENT_READY},
    {"900D55CC-2BB0-431F-8BF9-D3525B383BE6", "NotReady", "Not Ready", AGENT_NOT_READY},
    {"D3663509-3D82-4DD3-A82E-2EA8EFA02AEF", "AfterCallWork", "AfterCallWork",
     AGENT_AFTER_CALL_WORK},
    {"2B36138D-C564-4562-A8CB-3C32D564F296", "AuxWork", "AuxWork", AGENT_AUX_WORK},
};

static struct slice place_text(char **at, struct slice text)
{
    char *start = *at;
    if (text.len > 0)
        memcpy(start, text.ptr, text.len);
    *at += text.len;
    return (struct slice){start, text.len};
}

static struct state_card *card_create(const struct config_item *item)
{
    struct state_card *card =
        mem_zalloc(sizeof *card + item->name.len + item->first_name.len + item->reason.len);
    atomic_init(&card->refs, 1);
    card->mode = item->mode;
    char *at = (char *)(card + 1);
    card->operation_name = place_text(&at, item->name);
    card->display_name = place_text(&at, item->first_name);
    card->reason = place_text(&at, item->reason);
    if (item->id.len > 0 && item->id.len < sizeof card->id)
        memcpy(card->id, item->id.ptr, item->id.len);
    else
        ids_guid_of_name(item->name, card->id);
    uint64_t h = hash_slice(hash_slice(0, slice_of(card->id)), card->display_name);
    card->hash = hash_u64(hash_slice(h, card->reason), (uint64_t)card->mode);
    return card;
}

struct agent_state *state_create(struct core *core, const struct config_item *item)
{
    struct agent_state *state = mem_zalloc(sizeof *state);
    state->card = card_create(item);
    list_append(&core->states, &state->link);
    return state;
}

void state_free(struct agent_state *state)
{
    list_remove(&state->link);
    state_card_unref(state->card);
    mem_free(state);
}

void states_begin(struct core *core)
{
    for (size_t i = 0; i < sizeof system_states / sizeof *system_states; i++) {
        struct config_item item = {
            .name = slice_of(system_states[i].operation_name),
            .id = slice_of(system_states[i].id),
            .first_name = slice_of(system_states[i].display_name),
            .mode = system_states[i].mode,
        };
        state_create(core, &item)->card->is_of_system = true;
    }
}

struct agent_state *state_find(const struct core *core, struct slice operation_name)
{
    LIST_EACH(it, &core->states)
    {
        struct agent_state *state = LIST_OWNER(it, struct agent_state, link);
        if (slice_equal(state->card->operation_name, operation_name))
            return state;
    }
    return NULL;
}

struct agent_state *state_of_mode(const struct core *core, enum agent_mode mode)
{
    LIST_EACH(it, &core->states)
    {
        struct agent_state *state = LIST_OWNER(it, struct agent_state, link);
        if (state->card->mode == mode)
            return state;
    }
    return NULL;
}

enum err state_put(struct turn *turn)
{
    const struct config_item *item = &turn->input->config;
    struct agent_state *state = state_find(turn->core, item->name);
    if (item->name.len == 0)
        return refuse(turn, ERR_INVALID, "an agent state needs a name");
    if (state && state->card->is_of_system)
        return refuse(turn, ERR_READ_ONLY, "a state of the system can't be changed");
    if (!state) {
        state_create(turn->core, item);
        return ERR_OK;
    }
    struct state_card *old = state->card;
    struct state_card *card = card_create(item);
    if (old->mode == card->mode && slice_equal(old->display_name, card->display_name) &&
        slice_equal(old->reason, card->reason) && strcmp(old->id, card->id) == 0) {
        state_card_unref(card);
        return refuse(turn, ERR_EXISTS, "nothing changed");
    }
    state->card = card;
    LIST_EACH(it, &turn->core->users)
    {
        struct user *user = LIST_OWNER(it, struct user, link);
        if (user->intent != state)
            continue;
        user_touch(turn->core, user);
        if (!user_has_telephone(user) || (user->is_vanished && !user_has_call(user)))
            user_withdraw(turn, user); /* where the state is a way to be Ready from now on */
    }
    state_card_unref(old);
    return ERR_OK;
}

enum err state_remove(struct turn *turn)
{
    struct agent_state *state = state_find(turn->core, turn->input->config.name);
    if (!state)
        return refuse(turn, ERR_NOT_FOUND, "no such agent state");
    if (state->card->is_of_system)
        return refuse(turn, ERR_READ_ONLY, "a state of the system can't be removed");
    LIST_EACH(it, &turn->core->users)
    {
        struct user *user = LIST_OWNER(it, struct user, link);
        if (user->intent != state)
            continue;
        user->intent = state_of_mode(turn->core, AGENT_NOT_READY);
        user_touch(turn->core, user);
    }
    state_free(state);
    return ERR_OK;
}
