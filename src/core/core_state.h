/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The core's own state; private to src/core. Everything hangs on lists in order of creation, so
 * that walking them gives the same order in every run; maps only find. What is here and not in
 * snapshot.c follows from the rest, or is empty between inputs. */
#ifndef CORE_CORE_STATE_H
#define CORE_CORE_STATE_H

#include "base/heap.h"
#include "base/list.h"
#include "base/map.h"
#include "core/core.h"
#include "core/number.h"

/* What a deadline in the heap belongs to. */
enum deadline_kind {
    DEADLINE_OF_PARTY,
    DEADLINE_OF_CALL,
    DEADLINE_OF_WRAP_UP, /* of a user */
    DEADLINE_OF_VANISHED /* of a user */
};

struct deadline {
    struct heap_node node;
    enum deadline_kind kind;
};

/* One of a user's calls that is over: a disposition is taken for it for a while. */
struct past_call {
    char id[33];
    uint64_t serial;
    uint64_t ended_ms;
};

/* A user or a queue, as one of those that the floor consists of. */
struct floor_item {
    struct list link; /* core.floor */
    uint64_t version; /* of the floor at its last change */
    bool is_queue;
    bool is_changed; /* by this input; false between inputs */
};

#define PAST_CALLS_MAX 100 /* of a user; the oldest are forgotten */

struct user {
    struct list link; /* core.users */
    struct user_card *card;
    uint64_t seq;             /* number of the last notice */
    uint64_t serial;          /* rises in order of creation */
    bool has_session;         /* contact-centre session for voice */
    bool may_connect_outside; /* with each other, and leave them */
    bool is_vanished;         /* its desktop went without ending the session */
    bool is_touched;          /* in core.touched_users */
    struct list touched;
    struct state_card *told_state; /* what its channel's last notice said; a reference */
    struct agent_state *intent;    /* what the agent asked for last */
    struct list devices;           /* device.of_owner, in order of the devices' creation */
    struct list parties;           /* party.of_user */
    struct deadline wrap_up;       /* in the heap: AfterCallWork until then, whatever the intent */
    struct deadline vanished;      /* in the heap: is logged out then */
    uint64_t idle_since_ms;        /* queues give calls to who is idle longest */
    struct past_call *past;        /* oldest first */
    size_t past_count;
    size_t past_cap;
    struct floor_item floor;
    uint64_t state_since_ms;    /* what user_state says */
    bool is_counted_ready;      /* by its queues */
    struct call_queue **queues; /* whose member it is, in order of their creation */
    size_t queue_count;
    size_t queue_cap;
};

struct agent_state {
    struct list link; /* core.states */
    struct state_card *card;
};

/* An item of the configuration as it was put, with memory of its own. */
struct held_item {
    struct buf bytes; /* encoded: equal items have equal bytes */
    struct arena arena;
    struct config_item item; /* all zero before the first is held */
};

struct call_queue {
    struct list link; /* core.queues */
    struct held_item config;
    char id[37];
    struct list waiting; /* party.of_queue, in order of their coming */
    struct list of_open; /* core.open_queues */
    bool has_news;       /* a call waits anew, or it has other members; false between inputs */
    bool is_tried;       /* while calls are given out: nobody is free for it */
    struct floor_item floor;
    uint64_t serial;        /* rises in order of creation */
    uint64_t waiting_count; /* parties in waiting */
    struct list of_all;     /* core.queues_of_all, if all users are its members */
    uint64_t agents;        /* its members that are there, where not all are */
    uint64_t agents_ready;  /* of them, those in a state of Ready */
};

struct trunk {
    struct list link; /* core.trunks */
    uint64_t in_use;  /* channels: legs that name it */
    struct held_item config;
};

struct place {
    struct list link; /* core.places */
    struct held_item config;
};

struct device {
    struct list link; /* core.devices */
    char dn[NUMBER_MAX + 1];
    char id[37];
    bool may_record;
    bool is_registered;
    bool talks;
    bool is_dnd;
    bool shows_hold;  /* Hold is to be seen on the telephone */
    bool is_by_place; /* its owner has it by the place where it is logged in */
    enum remote_answer remote_answer : 8;
    enum monitoring monitoring : 8; /* armed by this device's supervisor */
    enum monitor_scope scope : 8;
    enum monitor_span span : 8;
    char forward_to[NUMBER_MAX + 1];
    struct user *owner; /* may be NULL */
    struct list of_owner;
    struct list parties;         /* party.of_device */
    uint64_t told;               /* digest of what its last notice said */
    struct device *monitors;     /* NULL with MONITORING_NONE */
    struct device *monitored_by; /* whose monitors this is */
    struct user *configured;     /* whose it is when nobody else has it by a place; may be NULL */
    uint64_t calls_max;
    uint64_t serial;               /* rises in order of creation */
    char location[NUMBER_MAX + 1]; /* shown by emergency calls; may be empty */
    uint64_t emergency_ms;         /* when it made the last one; 0: none yet */
    struct list of_emergency;      /* core.emergencies, if it made one */
};

struct leg {
    struct list link; /* core.legs */
    uint64_t id;
    struct party *party; /* who is heard on it; NULL once nobody has it */
    struct list parties; /* party.of_leg: who is heard and who rests on it, in order of coming */
    bool is_offered;     /* the telephone began it and we have not accepted it */
    bool is_up;
    bool is_dropping;       /* ORDER_DROP is out */
    bool is_answer_pending; /* ORDER_ANSWER is out, to go off hook or to retrieve */
    bool auto_answer;       /* of ORDER_RING */
    bool hides_number;      /* of ORDER_RING */
    bool talks;
    bool is_held;   /* up: by the telephone's own button, and so to be retrieved there */
    bool has_sound; /* rings, and what is heard on it is for who called it; false once it is up */
    bool is_urgent; /* is, or was, part of an emergency call */
    enum cause drop_cause : 8;
    char dn[NUMBER_MAX + 1];
    char from[NUMBER_MAX + 1];
    uint64_t last_call;  /* serial of the call in which somebody was heard on it last; 0: none */
    uint32_t last_party; /* his number in it */
    struct slice trunk;  /* own memory; absent: a device's */
    struct buf keep;
};

/* A party waits for at most one thing at a time. */
enum party_wait {
    WAIT_NOTHING,
    WAIT_PICK_UP,   /* Dial's own telephone is to go off hook */
    WAIT_NO_ANSWER, /* the called telephone is to answer */
    WAIT_TONE,      /* it hears the busy tone, then it is released */
    WAIT_QUEUE,     /* it waits in a queue */
    WAIT_RETRIEVE   /* its telephone is to take the call back, as it was asked to */
};

/* What each input looks at comes first, and so does that of call: there are many, and the rest is
 * not to be fetched with it. */
struct party {
    struct list link; /* call.parties */
    struct call *call;
    struct user *user;     /* the device's owner; NULL: nobody is told */
    struct device *device; /* NULL: not found yet, or no device of ours */
    struct leg *leg;
    uint64_t told;   /* party_picture that its user was told last */
    uint32_t number; /* within the call */
    enum party_state state : 8;
    enum monitoring monitoring : 8; /* of a supervisor's party */
    enum party_wait wait : 8;
    enum cause cause : 8;      /* of Released */
    enum cause fail_cause : 8; /* WAIT_TONE: what Released will say */
    bool is_shown;             /* among the participants that others see */
    bool is_muted;
    bool is_outside;             /* beyond a trunk */
    bool has_talked;             /* was Established or Held once */
    bool is_muted_by_supervisor; /* nobody but its supervisor hears it */
    bool leaves_with_monitored;  /* supervisor, scope Agent */
    bool ends_monitoring;        /* supervisor, NextCall: its device is disarmed with it */
    bool begins;                 /* talks for the first time; false between inputs */
    bool has_ended;              /* its part is over; false between inputs */
    bool is_urgent;              /* an emergency number */
    uint32_t monitors;           /* supervisor: number of the party that it monitors */
    uint64_t since_ms;
    struct call_queue
        *queue; /* it waits there, or was brought by it; NULL once the queue is removed */
    char dnis[NUMBER_MAX + 1];
    char previous_id[33]; /* of the call it came out of, or empty */
    char dn[NUMBER_MAX + 1];
    struct list of_leg;
    struct list of_device;
    struct list of_user;
    struct list of_queue; /* queue.waiting */
    struct deadline deadline;
    uint64_t joined_ms;
    uint64_t state_since_ms; /* in its state */
    uint64_t answered_ms;    /* talked first; 0: never */
    uint64_t ended_ms;       /* 0: not yet */
    uint32_t recall;  /* number of the party that rings it again after a failed transfer; 0: none */
    uint32_t inviter; /* number of the party that called this one; its own when it began the call */
    uint32_t offer;   /* agent: number of the queue's party that it is offered for, plus one; 0 */
    uint32_t hops;    /* forwardings and overflows so far */
    uint64_t tried;   /* emergency number: trunks that it was placed through, a bit for each */
};

#define CALL_PARTIES_MAX 1000 /* that a call has ever had; at most MIX_LEGS_MAX at a time */

struct call {
    struct list link; /* core.calls */
    char id[33];
    bool is_touched;
    bool has_history; /* somebody's part is over; false between inputs */
    bool is_over;     /* everybody is gone; it stays readable until the deadline */
    bool is_business;
    bool is_urgent;         /* an emergency number was called, or calls back */
    bool is_for_conference; /* consult: begun by InitiateConference */
    enum call_type type : 8;
    enum recording recording : 8;
    struct list parties;
    struct user_data *data;
    struct call_part *part; /* cache; NULL when something in it changed */
    struct list touched;    /* core.touched_calls */
    uint64_t serial;        /* 1, 2, 3 ... in order of creation */
    struct call *parent;    /* of a consult call; NULL: none, or forgotten */
    struct list consults;
    struct list of_parent; /* parent.consults */
    struct deadline deadline;
    uint64_t begun_ms;
    struct history_span *spans; /* of its recording */
    size_t span_count;
    size_t span_cap;
    struct user_data *inherited; /* consult: what data was at its begin; a reference */
    uint32_t next_party;
    uint32_t recorder; /* number of the party that began the recording last, plus one; 0 */
    char conn_id[17];
    char ani[NUMBER_MAX + 1];
    char
        caller_id[NUMBER_MAX + 1]; /* to show to those called outside; empty: the caller's number */
    unsigned passes; /* from outside: systems that it may still pass; 0: nothing was said */
    char diverted[NUMBER_MAX + 1]; /* from outside: the number that was called first; or empty */
};

struct core {
    struct config_limits limits;
    struct held_item site;
    struct number_plan plan; /* of the site */
    struct list users;
    struct list devices;
    struct list states; /* the system's four first */
    struct list queues;
    struct list trunks;
    struct list places;
    struct list calls;
    struct list legs;
    struct list emergencies; /* device.of_emergency, in no order */
    struct map user_by_name;
    struct map device_by_dn;
    struct map device_by_id;
    struct map queue_by_number;
    struct map call_by_id;
    struct map call_by_conn_id;
    struct map leg_by_id;
    struct heap deadlines;
    uint64_t offered_in[PARTY_RELEASED + 1]; /* op_states_begin */
    uint64_t next_call;
    uint64_t next_leg;
    uint64_t next_device;
    uint64_t next_user;
    /* Within one input: what may look different to somebody at its end; empty between inputs. */
    struct list touched_calls;
    struct list touched_users;
    bool has_guests;     /* some device is not with its rightful owner; follows from the devices */
    bool has_place_news; /* somebody came to a place or left one, or its device is gone */
    struct list open_queues; /* where a call may wait that no agent is rung for; in no order */
    bool has_queue_news;     /* some queue has */
    struct list queues_of_all;
    uint64_t next_queue;
    uint64_t users_ready; /* in a state of Ready */
    /* floor.c */
    struct list floor;      /* floor_item.link, in order of their last change */
    uint64_t floor_version; /* 0: nothing has changed yet */
    uint64_t floor_whole;   /* since then nothing went that is not there any more */
    bool floor_has_loss;    /* by this input; false between inputs */
    struct core_stats stats;
};

#endif
