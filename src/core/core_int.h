/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The core's own structures; private to src/core. Everything hangs on lists in order of creation,
 * so that walking them gives the same order in every run; maps only find. */
#ifndef CORE_CORE_INT_H
#define CORE_CORE_INT_H

#include "base/heap.h"
#include "base/list.h"
#include "base/map.h"
#include "core/core.h"

struct user {
    struct list link; /* core.users */
    struct user_card *card;
    uint64_t seq;        /* number of the last notice */
    bool has_session;    /* contact-centre session for voice */
    struct list parties; /* party.of_user */
    struct list devices; /* device.of_owner, in order of the devices' creation */
};

struct device {
    struct list link; /* core.devices */
    struct list of_owner;
    uint64_t serial; /* rises in order of creation */
    char dn[NUMBER_MAX + 1];
    char id[37];
    struct user *owner; /* may be NULL */
    enum remote_answer remote_answer;
    bool is_registered;
    bool talks;
    struct list parties; /* party.of_device */
};

struct leg {
    struct list link; /* core.legs */
    uint64_t id;
    char dn[NUMBER_MAX + 1];
    char from[NUMBER_MAX + 1];
    struct party *party; /* NULL once the party is released */
    bool is_offered;     /* the telephone began it and we have not accepted it */
    bool is_up;
    bool is_dropping;       /* ORDER_DROP is out */
    bool is_answer_pending; /* ORDER_ANSWER is out */
    bool auto_answer;       /* of ORDER_RING */
    bool talks;
    enum cause drop_cause;
    struct buf keep;
};

/* What a deadline in the heap belongs to. */
enum deadline_kind { DEADLINE_OF_PARTY, DEADLINE_OF_CALL };

struct deadline {
    struct heap_node node;
    enum deadline_kind kind;
};

/* A party waits for at most one thing at a time. */
enum party_wait {
    WAIT_NOTHING,
    WAIT_PICK_UP,   /* Dial's own telephone is to go off hook */
    WAIT_NO_ANSWER, /* the called telephone is to answer */
    WAIT_TONE       /* it hears the busy tone, then it is released */
};

struct party {
    struct list link; /* call.parties */
    struct list of_user;
    struct list of_device;
    struct call *call;
    uint32_t number;  /* within the call */
    uint32_t recall;  /* number of the party that rings it again after a failed transfer; 0: none */
    uint32_t inviter; /* number of the party that called this one; its own when it began the call */
    char dn[NUMBER_MAX + 1];
    char dnis[NUMBER_MAX + 1];
    struct device *device; /* NULL: not found yet, or no device of ours */
    struct user *user;     /* the device's owner; NULL: nobody is told */
    struct leg *leg;
    enum party_state state;
    bool is_shown; /* among the participants that others see */
    bool is_muted;
    bool is_held_by_telephone; /* Held: by its own button, and so to be retrieved there */
    enum cause cause;          /* of Released */
    enum cause fail_cause;     /* WAIT_TONE: what Released will say */
    enum party_wait wait;
    struct deadline deadline;
    uint64_t since_ms;
    uint64_t ended_ms;
};

struct call {
    struct list link; /* core.calls */
    uint64_t serial;  /* 1, 2, 3 ... in order of creation */
    char id[33];
    char conn_id[17];
    enum call_type type;
    struct user_data *data;
    struct list parties;
    uint32_t next_party;
    bool is_over; /* everybody is gone; it stays readable until the deadline */
    struct deadline deadline;
    struct call_part *part; /* cache; NULL when something in it changed */
};

struct core {
    struct config_limits limits;
    struct list users;
    struct list devices;
    struct list calls;
    struct list legs;
    struct map user_by_name;
    struct map device_by_dn;
    struct map device_by_id;
    struct map call_by_id;
    struct map call_by_conn_id;
    struct map leg_by_id;
    struct heap deadlines;
    uint64_t next_call;
    uint64_t next_leg;
    uint64_t next_device;
    struct core_stats stats;
};

/* What one input works with. */
struct turn {
    struct core *core;
    struct effects *fx;
    const struct input *input;
    uint64_t now_ms;
    /* of a command */
    const struct command *command;
    struct user *user;
    struct device *device; /* OP_ON_DEVICE_CALLS */
    struct party *party;   /* OP_ON_CALL: the requester's */
};

static inline bool party_is_living(const struct party *party)
{
    return party->state != PARTY_RELEASED;
}

/* effects.c: all refusals go through refuse, so that each has a reason. */
enum err refuse(struct turn *turn, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* What came from outside, made fit for a reason: short, and without control characters. */
const char *shown(struct turn *turn, struct slice text);
struct order *effects_order(struct turn *turn, enum order_kind kind, uint64_t leg);
/* Folds the orders into the digest once they are complete. */
void effects_order_done(struct turn *turn, const struct order *order);

struct notice_extras {
    bool has_extensions;
    bool has_wrap_up;
    enum cause release_reason;
    enum err error;
    const char *error_text;
};
/* Nothing happens when the party has no user or is not to be seen yet. */
void effects_call_notice(struct turn *turn, struct party *party, enum notice_kind kind,
                         struct notice_extras extras);
void effects_device_notice(struct turn *turn, struct device *device, enum notice_kind kind);

/* op_table.c */
struct op_rule {
    unsigned offered;   /* states, 1u << enum party_state: in capabilities, and accepted */
    unsigned tolerated; /* accepted though not offered: real clients send it */
    bool (*offered_if)(const struct party *party); /* further condition, NULL: none */
    enum err (*run)(struct turn *turn);
};
const struct op_rule *op_rule(enum op op);
/* Bit per enum op. */
uint64_t op_capabilities(const struct party *party);
bool op_is_accepted(enum op op, const struct party *party);

enum err op_dial(struct turn *turn);
enum err op_answer(struct turn *turn);
enum err op_hangup(struct turn *turn);
enum err op_send_dtmf(struct turn *turn);
enum err op_hold(struct turn *turn);
enum err op_retrieve(struct turn *turn);
enum err op_mute_call(struct turn *turn);
enum err op_unmute_call(struct turn *turn);
enum err op_clear_call(struct turn *turn);
enum err op_single_step_conference(struct turn *turn);
enum err op_single_step_transfer(struct turn *turn);
enum err op_remove_participant_from_conference(struct turn *turn);
enum err op_attach_user_data(struct turn *turn);
enum err op_update_user_data(struct turn *turn);
enum err op_delete_user_data(struct turn *turn);
enum err op_delete_user_data_pair(struct turn *turn);
enum err op_start_contact_center_session(struct turn *turn);
enum err op_end_contact_center_session(struct turn *turn);

/* command.c, signal.c, config.c, deadline.c: one for each kind of input. */
enum err apply_command(struct turn *turn);
enum err apply_signal(struct turn *turn);
enum err apply_config(struct turn *turn);
enum err apply_deadline(struct turn *turn);

/* call.c */
struct call *call_create(struct turn *turn, enum call_type type);
void call_free(struct core *core, struct call *call);
struct call *call_find(const struct core *core, struct slice id);
void call_set_data(struct call *call, struct user_data *data);
void call_changed(struct call *call);
struct call_part *call_part_get(struct call *call);
size_t call_count(const struct call *call, unsigned states); /* parties in them, 1u << state */

/* party.c */
struct party *party_create(struct turn *turn, struct call *call, struct slice dn,
                           const struct party *inviter);
void party_free(struct core *core, struct party *party);
void party_bind(struct party *party, struct device *device);
struct party *party_of_user(const struct call *call, const struct user *user);
/* The first that talks or holds; NULL. */
struct party *party_talking(const struct call *call);
struct party *party_inviter(const struct party *party);
/* Talks in a call of three or more, to which by added it. */
bool party_was_added_by(const struct party *party, const struct party *by);
void party_set_state(struct turn *turn, struct party *party, enum party_state state);
void party_wait_for(struct turn *turn, struct party *party, enum party_wait wait, uint64_t ms);
uint64_t party_tie(const struct party *party);

/* call_flow.c: what happens in a call; each sends its orders and notices. */
void call_begin(struct turn *turn, struct call *call, struct device *caller, struct leg *leg,
                struct slice destination);
void call_end(struct turn *turn, struct call *call, enum cause cause);
void party_call(struct turn *turn, struct party *party);
/* One more is called into the call, on behalf of inviter. */
void call_add(struct turn *turn, struct call *call, const struct party *inviter,
              struct slice destination, bool is_shown);
/* Of Dial, transfer and conference: a number that can be dialled, room for one more, and user data
 * within the limits, which *data then is, with what the call (may be NULL) had before. */
enum err destination_check(struct turn *turn, const struct call *call, struct user_data **data);
void party_rings(struct turn *turn, struct party *party);
void party_answers(struct turn *turn, struct party *party);
void party_fails(struct turn *turn, struct party *party, enum cause cause);
void party_release(struct turn *turn, struct party *party, enum cause cause);
void party_tell_others(struct turn *turn, const struct party *about);
void party_leaves(struct turn *turn, struct party *party, enum cause cause);
/* Goes, whatever it was doing: fails, leaves, or ends the call that it began. */
void party_quits(struct turn *turn, struct party *party, enum cause cause);
void party_changes(struct turn *turn, struct party *party, enum party_state state);

/* mix.c */
void call_mix(struct turn *turn, struct call *call);

/* leg.c */
struct leg *leg_create(struct core *core, uint64_t id, const char *dn);
void leg_free(struct core *core, struct leg *leg);
struct leg *leg_find(const struct core *core, uint64_t id);
struct leg *leg_ring(struct turn *turn, struct party *party, const char *from, bool auto_answer);
void leg_answer(struct turn *turn, struct leg *leg);
void leg_drop(struct turn *turn, struct leg *leg, enum cause cause);
void leg_order_ring(struct turn *turn, const struct leg *leg);
void leg_order_answer(struct turn *turn, const struct leg *leg);
void leg_order_drop(struct turn *turn, const struct leg *leg);

/* config.c */
struct user *user_find(const struct core *core, struct slice name);
struct device *device_find(const struct core *core, struct slice dn_or_id);
struct user *user_create(struct core *core, struct slice name, struct slice id, struct slice first,
                         struct slice last);
struct device *device_create(struct core *core, struct slice dn, struct slice id);
void user_free(struct core *core, struct user *user);
void device_free(struct core *core, struct device *device);
/* Owner may be NULL. Changes the lists only. */
void device_set_owner(struct device *device, struct user *owner);
/* Forgets the oldest past call of a device that has many, before its deadline. */
void device_forget_call(struct core *core, struct device *device);
bool device_is_busy(const struct device *device);
/* Sends the owner the new picture of each device and of the voice channel. */
void user_tell_devices(struct turn *turn, struct user *user);

/* user_data.c: each returns a new revision (a reference), or NULL for no pairs at all. */
struct user_data *user_data_create(const struct pair *pairs, size_t count);
struct user_data *user_data_attach(const struct user_data *old, const struct pair *pairs,
                                   size_t count, struct arena *scratch);
struct user_data *user_data_update(const struct user_data *old, const struct pair *pairs,
                                   size_t count, struct arena *scratch);
struct user_data *user_data_without(const struct user_data *old, struct slice key,
                                    struct arena *scratch);
/* Against the limits; refuses naming the field and the bound. */
enum err user_data_check_pairs(struct turn *turn);
enum err user_data_check_total(struct turn *turn, const struct user_data *data);
/* Makes data (whose reference it takes) the call's, when it is within the limits, and tells
 * everybody on the call. */
enum err user_data_commit(struct turn *turn, struct call *call, struct user_data *data);

/* view.c */
void view_of_call(struct party *party, uint64_t now_ms, struct call_view *out);
void view_of_device(const struct device *device, struct device_view *out);

/* text.c: copies a number that is known to fit. */
void number_copy(char out[NUMBER_MAX + 1], struct slice number);
static inline struct slice number_slice(const char *number)
{
    return slice_of(number);
}

#endif
