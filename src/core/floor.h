/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The floor as a supervisor sees it: each user with state, telephone and calls, and each queue with
 * the calls that wait. It is state and no stream of events: every change gives the floor a new
 * version, and who names the version that it knows is given what changed since, each as it is now.
 * All slices are in the floor's own arena. */
#ifndef CORE_FLOOR_H
#define CORE_FLOOR_H

#include "base/arena.h"
#include "core/view.h"

struct floor_call {
    struct call_part *part; /* a reference */
    uint32_t party;         /* the user's own: left out of participants */
    enum party_state state;
    uint64_t since_ms; /* in this state */
    uint64_t start_ms; /* the user's part in the call */
    struct slice dnis;
    struct slice queue; /* its number; absent: none brought it */
};

struct floor_agent {
    struct user_card *user;   /* a reference */
    struct state_card *state; /* a reference; NULL without a session */
    uint64_t state_since_ms;  /* in this state, or logged out */
    struct slice dn;          /* of the first registered device, else of the first; absent: none */
    struct slice device_id;
    bool is_registered;
    bool is_dnd;
    struct user_card *monitored_by; /* a reference; NULL: nobody */
    struct slice *queues;           /* numbers of those that may give it calls */
    size_t queue_count;
    struct floor_call *calls; /* that are shown to the user, in order of joining */
    size_t call_count;
};

struct floor_waiting {
    struct slice call_id;
    struct slice number; /* of who waits */
    enum call_type type;
    uint64_t since_ms;
};

#define FLOOR_WAITING_MAX 20 /* of a queue, that are told one by one */

struct floor_queue {
    struct slice id;
    struct slice number;
    struct slice name;
    uint64_t agents;       /* that it may ring */
    uint64_t agents_ready; /* of them, in a state of Ready */
    uint64_t waiting;      /* calls, those included for which an agent is rung */
    struct floor_waiting *first;
    size_t first_count;
};

struct floor {
    struct arena arena;
    uint64_t version;
    bool is_whole; /* everybody, and not only what changed */
    struct floor_agent *agents;
    size_t agent_count;
    struct floor_queue *queues;
    size_t queue_count;
};

void floor_free(struct floor *floor); /* NULL is fine */

#endif
