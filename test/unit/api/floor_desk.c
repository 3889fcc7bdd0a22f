/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* See floor_desk.h. */
#include "floor_desk.h"

#include "base/mem.h"

uint64_t floor_now_ms;

static uint64_t tell_now(void *ctx)
{
    (void)ctx;
    return floor_now_ms;
}

int floor_begin_test(void **state)
{
    static const struct api_user users[] = {{.name = "alice", .roles = ROLE_SUPERVISOR}};
    static const struct api_directory directory = {.users = users, .user_count = 1};
    struct api_options options = {.public_url = PUBLIC_URL,
                                  .version = "1.2.3",
                                  .nesting_max = NESTING_MAX,
                                  .now_ms = tell_now,
                                  .directory = &directory};
    *state = api;
    api = api_create(&options);
    floor_now_ms = 50000;
    asked = (struct asked){0};
    return 0;
}

int floor_end_test(void **state)
{
    api_destroy(api);
    api = *state;
    return 0;
}

struct user_card *floor_card(const char *name)
{
    struct user_card *card = mem_zalloc(sizeof *card);
    atomic_init(&card->refs, 1);
    card->name = slice_of(name);
    card->first_name = SLICE("Ada");
    card->last_name = SLICE("\"A\"");
    memcpy(card->id, CARD, sizeof CARD);
    return card;
}

struct answer *floor_answer(uint64_t version, bool is_whole)
{
    struct answer *answer = mem_zalloc(sizeof *answer);
    answer->time_ms = 777;
    answer->floor = mem_zalloc(sizeof *answer->floor);
    answer->floor->version = version;
    answer->floor->is_whole = is_whole;
    return answer;
}

void floor_add_agent(struct floor *floor)
{
    floor->agents = arena_zalloc(&floor->arena, sizeof *floor->agents);
    floor->agents[floor->agent_count++] =
        (struct floor_agent){.user = floor_card("ada"), .state_since_ms = 5};
}

void floor_reply(struct answer *answer)
{
    desk_reply(ERR_OK, NULL, answer);
    answer_release(answer);
    mem_free(answer);
}
