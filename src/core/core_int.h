/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the files of the core call of each other; private to src/core. The state that they work on
 * is in core_state.h. A list with a line for each function, file by file, and as long as that. */
#ifndef CORE_CORE_INT_H
#define CORE_CORE_INT_H

#include "base/codec.h"
#include "core/core_state.h"
#include "core/op_rule.h"

/* What one input works with. */
struct turn {
    struct core *core;
    struct effects *fx;
    const struct input *input;
    uint64_t now_ms;
    /* of a command */
    const struct command *command;
    struct user *user;
    enum op_target at;
    struct number number;  /* destination_check: what was dialled */
    struct device *device; /* OP_ON_DEVICE, OP_ON_DEVICE_CALLS */
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
#define WITH_EXTENSIONS ((struct notice_extras){.has_extensions = true})
/* Nothing happens when the party has no user or is not to be seen yet. */
void effects_call_notice(struct turn *turn, struct party *party, enum notice_kind kind,
                         struct notice_extras extras);
void effects_device_notice(struct turn *turn, struct device *device, enum notice_kind kind);
/* To the device's owner; text is static. */
void effects_device_error(struct turn *turn, struct device *device, const char *text);

/* command.c, signal.c, config.c, deadline.c: one for each kind of input. */
enum err apply_command(struct turn *turn);
enum err apply_signal(struct turn *turn);
enum err apply_config(struct turn *turn);
enum err apply_deadline(struct turn *turn);

/* call.c */
void call_init(struct call *call); /* of zeros: its lists are empty */
struct call *call_create(struct turn *turn, enum call_type type);
void call_free(struct core *core, struct call *call);
/* It was over for long; who still consults about it is told that it has no parent any more. */
void call_forget(struct turn *turn, struct call *call);
struct call *call_find(const struct core *core, struct slice id);
void call_set_data(struct call *call, struct user_data *data);
/* Of a consult call; NULL: none any more. A parent has its consult calls in order of creation. */
void call_set_parent(struct call *call, struct call *parent);
void call_changed(struct call *call);
struct call_part *call_part_get(struct call *call);
/* Members in these states, 1u << state. */
size_t call_count(const struct call *call, unsigned states);
size_t call_living(const struct call *call); /* supervisors included */
/* Has as many living parties as it may have, supervisors included, or has ever had too many. */
bool call_is_full(const struct call *call);

/* party.c */
void party_init(struct party *party); /* of zeros: it is in no list */
struct party *party_create(struct turn *turn, struct call *call, struct slice dn,
                           const struct party *inviter);
void party_free(struct core *core, struct party *party);
void party_bind(struct party *party, struct device *device);
struct party *party_of_user(const struct call *call, const struct user *user);
/* The first that talks or holds; NULL. */
struct party *party_talking(const struct call *call);
struct party *party_inviter(const struct party *party);
/* Talks, and by added it to a call that is one of three or more, or supervises the call. */
bool party_can_be_removed_by(const struct party *party, const struct party *by);
void party_set_state(struct turn *turn, struct party *party, enum party_state state);
void party_wait_for(struct turn *turn, struct party *party, enum party_wait wait, uint64_t ms);
uint64_t party_tie(const struct party *party);
struct party *party_find(const struct call *call, uint32_t number);
/* Of the four states in which one rings, talks or holds. */
bool party_is_silent(const struct party *party); /* a supervisor whom not everybody hears */
/* One of those for whom the call is there: all but supervisors who have not barged in. */
bool party_is_member(const struct party *party);

/* call_flow.c: what happens in a call; each sends its orders and notices. */
/* The device's party, which begins the call, or that of somebody outside (device NULL, dn is its
 * number), and behind it that of the destination. */
struct party *call_open(struct turn *turn, struct call *call, struct device *device, const char *dn,
                        struct slice destination);
void call_begin(struct turn *turn, struct call *call, struct device *caller, struct leg *leg,
                struct slice destination);
void call_end(struct turn *turn, struct call *call, enum cause cause);
void party_call(struct turn *turn, struct party *party);
/* The same of one that takes the place of another: whoever sees it is told its number, and the one
 * that it is forwarded to. */
void party_call_told(struct turn *turn, struct party *party);
void party_ring(struct turn *turn, struct party *party, struct device *device,
                uint64_t no_answer_ms);
/* One more is called into the call, on behalf of inviter. */
void call_add(struct turn *turn, struct call *call, const struct party *inviter,
              struct slice destination, bool is_shown);
/* Of Dial, transfer and conference: a number that can be dialled, room for one more in the call
 * (may be NULL), and user data within the limits, which *data then is, with what was there before.
 */
enum err destination_check(struct turn *turn, const struct call *call, const struct user_data *old,
                           struct user_data **data);
/* A number that can be dialled -> turn->number. */
enum err number_check(struct turn *turn, const char *field, struct slice number);
void party_rings(struct turn *turn, struct party *party);
void party_answers(struct turn *turn, struct party *party);
void party_fails(struct turn *turn, struct party *party, enum cause cause);
void party_release(struct turn *turn, struct party *party, enum cause cause);
void party_tell_others(struct turn *turn, const struct party *about);
void party_leaves(struct turn *turn, struct party *party, enum cause cause);
/* Goes, whatever it was doing: fails, leaves, or ends the call that it began. */
void party_quits(struct turn *turn, struct party *party, enum cause cause);
void party_changes(struct turn *turn, struct party *party, enum party_state state);

/* telephone.c: one telephone, several calls */
/* What is heard on the telephone is held by its own button. */
bool party_is_held_by_telephone(const struct party *party);
/* Its telephone takes back what its button holds when it is asked to (NOTIFY talk). */
bool party_is_retrievable(const struct party *party);
/* The leg of the device that is up and that it does not hold by its own button; NULL. */
struct leg *device_leg(const struct device *device);
/* Whoever else talks on its device holds from now on. */
void telephone_rests(struct turn *turn, const struct party *but, struct notice_extras extras);
/* The party, which is on a leg that is up, is the one heard on its telephone. */
void telephone_takes(struct turn *turn, struct party *party);
/* The party leaves its ringing leg for the one that is up. */
void telephone_borrows(struct turn *turn, struct party *party, struct leg *leg);
/* The leg is gone: what is heard on it ends, what holds on it rings the telephone again. */
void telephone_is_gone(struct turn *turn, struct leg *leg, enum cause cause);
/* The leg is ended, and so is nothing that rests on it: that rings the telephone again. */
void telephone_lets_go(struct turn *turn, struct leg *leg);
/* It did not do what the answer order, which is pending, asked. */
void telephone_refuses(struct turn *turn, struct leg *leg);
/* It was rung again and is answered. */
void telephone_returns(struct turn *turn, struct leg *leg);

/* transfer.c */
/* The party goes, and the destination, a number that was read, is called in its place. */
void party_transfers(struct turn *turn, struct party *party, struct slice destination);
/* SIGNAL_TRANSFER of a leg. */
enum err transfer_by_telephone(struct turn *turn, struct leg *leg);

/* consult.c */
/* The two parts of one telephone in a call and in its consult call. */
struct consult {
    struct party *original; /* NULL: there is no pair */
    struct party *party;    /* in the consult call */
};
/* What party may complete: the newest one; with id, the consult call of that id or connId. */
struct consult consult_of(const struct party *party, struct slice id);
bool consult_is_answered(const struct consult *consult);
bool consult_has_callee(const struct consult *consult);
enum err consult_begin(struct turn *turn, bool is_for_conference);
/* Everybody of the consult call comes into its parent; cause: transferred or conferenced. */
enum err consult_complete(struct turn *turn, enum cause cause);
/* The same with any two calls of a telephone, once it is known that they may: party's call comes
 * into original's. */
void consult_join(struct turn *turn, const struct consult *consult, enum cause cause);
bool consult_has_room(const struct consult *consult, enum cause cause);

/* outside.c */
void plan_of_site(const struct config_item *site, struct number_plan *out);
/* What a user of ours dialled. */
enum number_kind number_dialled(const struct core *core, struct slice written, struct number *out);
bool number_is_outside(struct slice number); /* of one that was read */
/* A number outside is called: so says the call from now on. */
void party_goes_outside(struct party *party);
void party_call_outside(struct turn *turn, struct party *party);
#define ANONYMOUS "anonymous" /* what others see of a caller who does not say */
bool number_is_anonymous(const char *number);
/* What the ring order of a trunk's leg says more than a device's. */
void outside_fill_order(struct turn *turn, const struct leg *leg, struct order *order);
enum err outside_incoming(struct turn *turn);

/* emergency.c */
bool emergency_is_number(const struct core *core, struct slice number); /* as read */
/* Whether what was dialled is an emergency number, with the outside prefix or without it. */
bool emergency_read(const struct core *core, struct slice written, struct number *out);
void call_is_emergency(struct call *call); /* from now on */
/* What is shown of who makes an emergency call. */
const char *emergency_shown(const struct party *from);
void emergency_call(struct turn *turn, struct party *party);
/* Of a party that can't be had: whether it is placed through another trunk now. */
bool emergency_goes_on(struct turn *turn, struct party *party, enum cause cause);
/* The telephone that is called back by a call from outside to that number; NULL. */
struct device *emergency_called_back(const struct core *core, struct slice called, uint64_t now_ms);
/* Whose location number it is at any time; the first of several that are registered; NULL. */
struct device *device_at_location(const struct core *core, struct slice called);
bool party_is_called_back(const struct party *party);

/* transit.c: calls that are left to outside numbers alone */
/* Whether the user may leave the call without the party but (NULL: as it is) to who is there. */
bool transit_is_free(const struct user *user, const struct call *call, const struct party *but);
/* The same of what the two calls become by a transfer. */
bool transit_may_join(const struct consult *consult);
/* Says that the right is missing. */
enum err transit_refuse(struct turn *turn);
/* Whether the call, which is not over, has an end for that reason. */
bool transit_is_timed(const struct core *core, const struct call *call);
/* At the end of an input: its time runs, or runs no more. */
void transit_settle(struct turn *turn, struct call *call);

/* mix.c */
void call_mix(struct turn *turn, struct call *call);
/* As far as supervision goes: whether what comes from the one is for the other. */
bool party_reaches(const struct party *from, const struct party *to);

/* monitor.c: supervision */
enum err monitor_arm(struct turn *turn, enum monitoring monitoring);
void monitor_disarm(struct turn *turn, struct device *device);
/* The device is gone: it monitors nobody and is monitored by nobody. */
void monitor_forget(struct turn *turn, struct device *device);
void monitor_unlink(struct core *core, struct device *device); /* tells nobody */
void monitor_forbid(struct turn *turn, struct user *user);     /* is no supervisor any more */
/* The supervisor is rung into the call that the monitored device has. */
void monitor_begin_now(struct turn *turn, const struct device *device);
/* Who begins to talk in the call is monitored; who must leave it with a monitored party does. */
void monitor_settle(struct turn *turn, struct call *call);
void monitor_fails(struct turn *turn, struct party *party, enum cause cause);
void monitor_released(struct turn *turn, struct party *party);
/* A consult call becomes a part of its parent: whether the supervisor comes along with the one whom
 * it monitors, who then has that number. */
bool monitor_can_move(const struct party *party);
void monitor_moved(struct party *from, struct party *to, uint32_t monitors);
void monitor_switch(struct turn *turn, enum monitoring monitoring);
bool monitor_can_mute(const struct party *party);
enum err monitor_mute(struct turn *turn, bool is_muted);

/* past.c */
void past_add(struct turn *turn, struct user *user, const struct call *call);
/* NULL when a disposition is not, or no longer, taken for it. */
const struct past_call *past_find(const struct turn *turn, const struct user *user,
                                  struct slice id);

/* recording.c */
bool call_is_recorded(const struct call *call); /* or is paused */
/* Begins, pauses or stops it, and tells everybody on the call. */
void call_record(struct turn *turn, struct call *call, enum recording recording);
enum err recording_failed(struct turn *turn, struct leg *leg);
void recording_ends(struct turn *turn, struct call *call); /* with the call */
bool recording_owns(struct slice key); /* of user data: says what this call's recording does */
/* What is left of data, whose reference it takes, for another call. */
struct user_data *recording_leave_out(struct turn *turn, struct user_data *data);

/* history.c: what is remembered of calls */
/* Its part is over; the end of the input makes an item of it. */
void history_party_ended(struct party *party);
void history_settle(struct turn *turn, struct call *call);
/* The disposition, then what came with it. */
void history_disposition(struct turn *turn, uint64_t call, const struct pair *pairs, size_t count);
/* Nothing happens when it is all 0, or of no call. */
void history_quality(struct turn *turn, uint64_t call, uint32_t party,
                     const struct quality *quality);
/* It is recorded from now on, or no longer, or not for a while. */
void history_records(struct turn *turn, struct call *call, bool is_on);

/* leg.c */
struct leg *leg_create(struct core *core, uint64_t id, const char *dn);
void leg_free(struct core *core, struct leg *leg);
/* The party comes onto the leg and is the one heard on it. */
void leg_join(struct leg *leg, struct party *party);
/* The party is off its leg, if it has one; who came before it is heard, or rather holds. The leg
 * stays. */
void leg_leave(struct core *core, struct party *party);
/* to takes from's place on its leg. */
void leg_hand_over(struct party *from, struct party *to);
#define LEG_PARTIES_MAX 8 /* calls that one telephone holds on one leg */
size_t leg_count(const struct leg *leg);
void leg_set_trunk(struct core *core, struct leg *leg, struct slice trunk);
struct leg *leg_find(const struct core *core, uint64_t id);
void leg_ring_outside(struct turn *turn, struct party *party, struct slice trunk, const char *from,
                      bool hides_number);
/* What the driver gave to keep; told by ORDER_KEPT once durable. */
void leg_keep(struct turn *turn, struct leg *leg, struct slice bytes);
struct leg *leg_ring(struct turn *turn, struct party *party, const char *from, bool auto_answer);
/* Goes off hook; where it is held by its button, takes the call back. */
void leg_answer(struct turn *turn, struct leg *leg);
void leg_drop(struct turn *turn, struct leg *leg, enum cause cause);
void leg_order_ring(struct turn *turn, const struct leg *leg);
void leg_order_answer(struct turn *turn, const struct leg *leg);
void leg_order_drop(struct turn *turn, const struct leg *leg);

/* config.c */
struct user *user_find(const struct core *core, struct slice name);
struct device *device_find(const struct core *core, struct slice dn_or_id);
struct user *user_create(struct core *core, const struct config_item *item);
uint64_t user_tie(const struct user *user, enum deadline_kind kind);
struct device *device_create(struct core *core, struct slice dn, struct slice id);
void user_free(struct core *core, struct user *user);
void device_free(struct core *core, struct device *device);
/* Owner may be NULL. Changes the lists only. */
void device_set_owner(struct device *device, struct user *owner);
/* Ends what the device has, and gives it to owner, who may be NULL. */
void device_give(struct turn *turn, struct device *device, struct user *owner);
/* Forgets the oldest past call of a device that has many, before its deadline. */
void device_forget_call(struct turn *turn, struct device *device);
/* Has as many calls as it may have; consult calls don't count. */
bool device_is_busy(const struct device *device);
bool device_is_idle(const struct device *device); /* has no call at all */
bool device_is_in(const struct device *device, const struct call *call);
/* Its telephone may begin a call: the limit is not reached, or whatever else it has is held, so
 * that its user can consult somebody by hand. */
bool device_may_dial(const struct device *device);

/* held_item.c */
/* Copies item, whose kind says what is in it; false when it is what was held before. */
bool held_item_set(struct held_item *held, const struct config_item *item);
void held_item_free(struct held_item *held);

/* agent.c: what an agent is, by intent and calls */
/* NULL while the user has no session. */
struct agent_state *user_state(const struct core *core, const struct user *user);
/* Also ends the work after a call. */
void user_set_intent(struct turn *turn, struct user *user, struct agent_state *state);
bool user_has_telephone(const struct user *user); /* a registered one */
/* Queues give it no more calls: who was Ready is NotReady. */
void user_withdraw(struct turn *turn, struct user *user);
/* After a telephone went: without one nobody is Ready. */
void user_check_telephone(struct turn *turn, struct user *user);
bool user_has_call(const struct user *user);
/* It is no longer vanished. */
void user_is_back(struct turn *turn, struct user *user);
/* Of voice; calls go on. */
void user_log_out(struct turn *turn, struct user *user);
/* DoNotDisturb of the command's device, or of all that the user has. */
enum err device_disturb(struct turn *turn, bool is_dnd);

/* After the party's call ended for its user: the work after it begins where a queue brought it. */
void user_call_over(struct turn *turn, const struct party *party);

/* place.c */
/* Who is to have the device once it has no call. */
struct user *device_rightful_owner(const struct device *device);
/* StartContactCenterSession: at the place that is asked for, or with the own devices. */
enum err place_enter(struct turn *turn);
void place_leave(struct turn *turn, struct user *user);
/* At the end of an input: devices without a call go to whom they should belong. */
void places_settle(struct turn *turn);
void places_count(struct core *core); /* after restore */

/* queue.c */
void queue_enter(struct turn *turn, struct party *party, struct call_queue *queue);
/* A call waits in it anew, or it has other members. */
void queue_has_news(struct core *core, struct call_queue *queue);
void queue_sort_members(struct call_queue *queue);         /* after it was configured */
void queue_waited(struct turn *turn, struct party *party); /* for as long as one waits */
/* The agent's party that is offered the waiting party's call; NULL. */
struct party *queue_agent(const struct party *party);
/* And the reverse: NULL unless the agent's party is offered and has not answered. */
struct party *queue_waiting_party(const struct party *agent);
bool call_is_queued(const struct call *call); /* somebody of it waits in a queue */
void queue_answered(struct turn *turn, const struct party *agent);
/* Of a party that can't be had: whether it was offered by a queue, where its call waits on now. Who
 * is offered the call of a waiting party is out of it. */
bool queue_takes_back(struct turn *turn, struct party *party, enum cause cause);
/* Where a queue may ring the user; NULL when it may not. */
struct device *user_free_device(const struct core *core, const struct user *user);
/* Of its member that is idle longest; of all users when no members are configured. */
struct device *queue_free_device(const struct core *core, const struct call_queue *queue);
/* The longest waiting whom nobody is offered; NULL. */
struct party *queue_first(const struct call_queue *queue);
/* At the end of an input: agents that are free get calls that wait. */
void queues_distribute(struct turn *turn);

/* A party waits in its queue from now on, behind all others or where the other one did; or waits no
 * more, if it did. */
void queue_join(struct core *core, struct party *party);
void queue_join_for(struct core *core, struct party *party, struct party *other);
void queue_leave(struct core *core, struct party *party);
bool queue_has_member(const struct call_queue *queue, struct slice name);

/* member.c: which queues a user is a member of, and how many of a queue's are ready */
void members_enlist(struct core *core, struct call_queue *queue); /* as it was configured */
void members_strike(struct core *core, struct call_queue *queue); /* before it is configured anew */
void member_comes(struct core *core, struct user *user);
void member_goes(struct core *core, struct user *user);
void member_is_ready(struct core *core, struct user *user, bool is_ready);
uint64_t queue_agents(const struct core *core, const struct call_queue *queue);
uint64_t queue_agents_ready(const struct core *core, const struct call_queue *queue);

/* floor.c: what supervisors see, in order of its last change */
void floor_add(struct core *core, struct floor_item *item, bool is_queue);
void floor_touch(struct core *core, struct floor_item *item);
void floor_forget(struct core *core, struct floor_item *item);
/* Its living parties' users, and the queues in which it waits. */
void floor_touch_call(struct core *core, const struct call *call);
void floor_settle(struct turn *turn);
void floor_write(const struct core *core, struct buf *out);
void floor_read(struct core *core, struct dec *d);
/* floor_query.c */
struct floor *floor_query(const struct core *core, uint64_t since);

/* forward.c */
#define HOPS_MAX 3 /* forwardings and overflows of one called party */
struct forwarding {
    const char *dn;        /* where the call ends up; borrowed */
    struct device *device; /* that has it; NULL: no device of ours */
    uint32_t hops;
    bool is_endless;         /* there would be more hops than may be */
    const struct device *by; /* the last that forwarded it; NULL: none did */
};
/* A telephone that is rung wants its callers to call another number: its leg is gone, else for
 * cause. */
void telephone_redirects(struct turn *turn, struct leg *leg, struct slice written,
                         enum cause cause);
struct forwarding forward_follow(const struct core *core, const char *dn, uint32_t hops);

/* state.c */
struct agent_state *state_create(struct core *core, const struct config_item *item);
void state_free(struct agent_state *state);
void states_begin(struct core *core); /* the system's */
struct agent_state *state_find(const struct core *core, struct slice operation_name);
struct agent_state *state_of_mode(const struct core *core, enum agent_mode mode); /* the system's */
enum err state_put(struct turn *turn);
enum err state_remove(struct turn *turn);

/* site.c: site, queues, trunks and places as configured */
struct call_queue *call_queue_find(const struct core *core, struct slice number);
struct trunk *trunk_find(const struct core *core, struct slice name);
struct place *place_find(const struct core *core, struct slice name);
struct call_queue *call_queue_create(struct core *core, const struct config_item *item);
uint64_t trunk_count_legs(const struct core *core, const struct trunk *trunk);
struct trunk *trunk_create(struct core *core, const struct config_item *item);
struct place *place_create(struct core *core, const struct config_item *item);
void call_queue_free(struct core *core, struct call_queue *queue);
void trunk_free(struct trunk *trunk);
void place_free(struct place *place);
enum err site_put(struct turn *turn);
enum err call_queue_put(struct turn *turn);
enum err trunk_put(struct turn *turn);
enum err place_put(struct turn *turn);
enum err call_queue_remove(struct turn *turn);
enum err trunk_remove(struct turn *turn);
enum err place_remove(struct turn *turn);

/* settle.c: what may look different is touched while an input is applied; when it has been applied,
 * each user whose picture changed without having been told is told. So no operation has to know
 * whose capabilities or state it changes. */
void call_touch(struct core *core, struct call *call);
void user_touch(struct core *core, struct user *user);
void device_touch(struct core *core, struct device *device); /* its calls and its owner */
void settle(struct turn *turn);
/* Of all that may change in what its user sees of it. */
uint64_t device_digest(const struct core *core, const struct device *device);
/* After restore: everybody has been told what is. */
void settle_told(struct core *core);

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
void view_of_call(const struct core *core, struct party *party, uint64_t now_ms,
                  struct call_view *out);
/* What others may change in a party's view unasked: its capabilities, and whether a supervisor
 * listens to it. */
uint64_t party_picture(const struct core *core, const struct party *party);
uint64_t call_view_picture(const struct call_view *view);
void view_of_device(const struct core *core, const struct device *device, struct device_view *out);

/* text.c: copies a number that is known to fit. */
void number_copy(char out[NUMBER_MAX + 1], struct slice number);
static inline struct slice number_slice(const char *number)
{
    return slice_of(number);
}

#endif
