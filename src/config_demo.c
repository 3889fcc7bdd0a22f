/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The demo adds to whatever else is configured: agents with telephones, a queue that has all of
 * them, a supervisor, a trunk to a world outside, and a few agent states and dispositions. It must
 * not be reachable from outside, since its password stands in the documentation: it refuses any
 * address but a loopback one. */
#include "config.h"

#include "base/buf.h"
#include "base/mem.h"

#include <stdio.h>

#define SUPERVISOR_DN      "19000"
#define SUPERVISOR_DN_ELSE "14999" /* where the agents' telephones go that far */

static void set(char **slot, const char *text)
{
    mem_free(*slot);
    *slot = mem_strdup(text);
}

static struct config_user *add_person(struct config *config, const char *name, const char *dn)
{
    struct config_device *device = config_add_device(config, dn);
    set(&device->user, name);
    set(&device->sip_secret, CONFIG_DEMO_PASSWORD);
    /* Most telephones know no NOTIFY talk; in a demo a missed call on theirs does no harm. */
    device->remote_answer = REMOTE_ANSWER_REINVITE;
    device->recording = true;
    struct config_user *user = config_add_user(config, name);
    set(&user->password, CONFIG_DEMO_PASSWORD);
    user->may_connect_outside = true;
    return user;
}

static void add_agents(struct config *config, uint64_t agents)
{
    struct config_queue *queue = config_add(config, "queue", CONFIG_DEMO_QUEUE);
    struct buf members = {0};
    for (unsigned i = 0; i < agents; i++) {
        char name[32];
        char dn[16];
        char number[16];
        snprintf(name, sizeof name, "agent%u", i);
        snprintf(dn, sizeof dn, "%u", CONFIG_DEMO_FIRST_DN + i);
        snprintf(number, sizeof number, "%u", i);
        struct config_user *user = add_person(config, name, dn);
        set(&user->first_name, "Agent");
        set(&user->last_name, number);
        buf_printf(&members, "%s%s", i > 0 ? "," : "", name);
    }
    buf_char(&members, '\0');
    set(&queue->agents, members.ptr);
    set(&queue->name, "Demo");
    buf_free(&members);
}

static void add_supervisor(struct config *config, uint64_t agents)
{
    bool is_taken = agents > (uint64_t)(19000 - CONFIG_DEMO_FIRST_DN);
    struct config_user *user =
        add_person(config, CONFIG_DEMO_SUPERVISOR, is_taken ? SUPERVISOR_DN_ELSE : SUPERVISOR_DN);
    set(&user->first_name, "Super");
    set(&user->last_name, "0");
    user->roles = ROLE_AGENT | ROLE_SUPERVISOR;
}

static void add_words(struct config *config)
{
    static const char *const dispositions[][2] = {
        {"Sale", "Sale"}, {"NoSale", "No sale"}, {"CallBack", "Call back"}};
    for (size_t i = 0; i < sizeof dispositions / sizeof *dispositions; i++) {
        struct config_disposition *one = config_add(config, "disposition", dispositions[i][0]);
        set(&one->display_name, dispositions[i][1]);
    }
    struct config_agent_state *lunch = config_add(config, "agent_state", "OutToLunch");
    set(&lunch->display_name, "Out to lunch");
    set(&lunch->reason, "Lunch");
    lunch->mode = AGENT_NOT_READY;
    struct config_agent_state *training = config_add(config, "agent_state", "Training");
    set(&training->reason, "Training");
    training->mode = AGENT_AUX_WORK;
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
    add_agents(config, agents);
    add_supervisor(config, agents);
    add_words(config);
    if (config->driver == CONFIG_DRIVER_SIM) /* a real one would need a peer */
        (void)config_add(config, "trunk", "outside");
    if (!config->country && !config->calling_code) {
        set(&config->country, "DE");
        set(&config->main_number, "+49305550");
    }
    return ERR_OK;
}
