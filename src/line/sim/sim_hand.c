/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The hand on a simulated telephone: pick up, hang up, dial, press, hold, transfer, unplug, set. */
#include <sys/random.h>

#include "base/log.h"
#include "line/sim/sim_int.h"

#define BIT(state) (1u << (state))
#define TRUNK_MAX  255

/* A hand at work: whose telephone, what is wanted, and why it can't be. */
struct hand {
    struct sim *sim;
    struct sim_phone *phone;
    const struct sim_request *request;
    const char *why;
};

static enum err fail(struct hand *hand, enum err err, const char *why)
{
    hand->why = why;
    return err;
}

/* The oldest leg in one of the states that the request can mean. */
static struct sim_leg *pick(const struct hand *hand, unsigned states)
{
    const struct sim_request *request = hand->request;
    size_t place = 0;
    LIST_EACH(it, &hand->phone->legs)
    {
        struct sim_leg *leg = LIST_OWNER(it, struct sim_leg, link);
        place++;
        if ((states >> leg->state & 1) && (request->leg == 0 || request->leg == place) &&
            (!request->other.ptr || slice_is(request->other, leg->other)))
            return leg;
    }
    return NULL;
}

static enum err act_answer(struct hand *hand)
{
    struct sim_leg *leg = pick(hand, BIT(SIM_RINGING));
    if (!leg)
        return fail(hand, ERR_STATE, "no such call rings at this telephone");
    sim_leg_answer(hand->sim, leg);
    return ERR_OK;
}

static enum err act_hangup(struct hand *hand)
{
    struct sim_leg *leg = pick(hand, BIT(SIM_UP) | BIT(SIM_DIALLED));
    if (!leg)
        leg = pick(hand, BIT(SIM_RINGING));
    if (!leg)
        leg = pick(hand, BIT(SIM_HELD));
    if (!leg)
        return fail(hand, ERR_STATE, "this telephone has no such call");
    sim_leg_end(hand->sim, leg, leg->state == SIM_RINGING ? CAUSE_REJECTED : CAUSE_HANGUP);
    return ERR_OK;
}

/* The trunk that the outside telephone is to call through; absent: there is no such. */
static struct slice find_trunk(const struct sim *sim, struct slice name)
{
    if (sim->trunk_count == 0)
        return name;
    if (!name.ptr)
        return buf_view(&sim->trunks[0]);
    for (size_t i = 0; i < sim->trunk_count; i++)
        if (slice_equal(buf_view(&sim->trunks[i]), name))
            return name;
    return SLICE_NONE;
}

static enum err act_dial(struct hand *hand)
{
    const struct sim_request *request = hand->request;
    struct sim_phone *phone = hand->phone;
    struct signal signal = {.kind = SIGNAL_INCOMING, .number = request->text};
    uint64_t id = 0;
    if (!phone->is_registered)
        return fail(hand, ERR_STATE, "this telephone is not registered");
    if (request->text.len == 0 || request->text.len > SIM_NUMBER_MAX)
        return fail(hand, ERR_RANGE, "number must have 1 to 64 characters");
    if (!phone->is_outside) {
        signal.dn = phone->number;
    } else {
        signal.trunk = find_trunk(hand->sim, request->trunk);
        signal.from = request->from.ptr ? request->from : phone->number;
        if (request->from.len > SIM_NUMBER_MAX || signal.trunk.len > TRUNK_MAX)
            return fail(hand, ERR_RANGE, "from must have at most 64 characters, trunk 255");
        if (!signal.trunk.ptr)
            return request->trunk.ptr ? fail(hand, ERR_NOT_FOUND, "there is no such trunk")
                                      : fail(hand, ERR_STATE, "there is no trunk to call through");
    }
    if (getrandom(&id, sizeof id, 0) != (ssize_t)sizeof id)
        log_abort("no randomness");
    sim_phone_hold(hand->sim, phone);
    struct sim_leg *leg =
        sim_leg_create(hand->sim, phone, id | LEG_OF_DRIVER, SIM_DIALLED, request->text);
    buf_slice(&leg->trunk, signal.trunk);
    sim_leg_tell(hand->sim, leg, signal);
    return ERR_OK;
}

static enum err act_press(struct hand *hand)
{
    struct slice digits = hand->request->text;
    const struct sim_leg *leg = pick(hand, BIT(SIM_UP));
    if (!leg)
        return fail(hand, ERR_STATE, "this telephone is not in such a call");
    if (digits.len == 0 || digits.len > 64)
        return fail(hand, ERR_RANGE, "digits must have 1 to 64 characters");
    sim_tell(hand->sim, &(struct signal){.kind = SIGNAL_DTMF, .leg = leg->id, .number = digits});
    sim_mix_press(hand->sim, leg, digits);
    return ERR_OK;
}

static enum err act_hold(struct hand *hand)
{
    struct sim_leg *leg = pick(hand, BIT(SIM_UP));
    if (!leg)
        return fail(hand, ERR_STATE, "this telephone is not in such a call");
    sim_leg_hold(hand->sim, leg);
    return ERR_OK;
}

static enum err act_retrieve(struct hand *hand)
{
    struct sim_leg *leg = pick(hand, BIT(SIM_HELD));
    if (!leg)
        return fail(hand, ERR_STATE, "this telephone holds no such call");
    sim_leg_retrieve(hand->sim, leg);
    return ERR_OK;
}

static enum err act_sound(struct hand *hand, bool has_sound)
{
    struct sim_leg *leg = pick(hand, BIT(SIM_RINGING));
    if (!leg)
        return fail(hand, ERR_STATE, "no such call rings at this telephone");
    leg->has_sound = has_sound;
    sim_leg_ring(hand->sim, leg);
    return ERR_OK;
}

/* The telephone's call that is not this one: in use or dialled, else one that it holds. */
static const struct sim_leg *other_leg(const struct hand *hand, const struct sim_leg *leg)
{
    const struct sim_leg *found = NULL;
    LIST_EACH(it, &hand->phone->legs)
    {
        const struct sim_leg *other = LIST_OWNER(it, struct sim_leg, link);
        if (other != leg && other->state != SIM_RINGING && (!found || found->state == SIM_HELD))
            found = other;
    }
    return found;
}

static enum err act_transfer(struct hand *hand)
{
    struct slice number = hand->request->text;
    struct signal signal = {.kind = SIGNAL_TRANSFER, .number = number};
    struct sim_leg *leg = pick(hand, number.ptr ? BIT(SIM_UP) : BIT(SIM_HELD));
    if (!leg)
        leg = pick(hand, BIT(SIM_UP) | BIT(SIM_HELD));
    if (!leg)
        return fail(hand, ERR_STATE, "this telephone is not in such a call");
    if (number.ptr && (number.len == 0 || number.len > SIM_NUMBER_MAX))
        return fail(hand, ERR_RANGE, "number must have 1 to 64 characters");
    if (!number.ptr) {
        const struct sim_leg *other = other_leg(hand, leg);
        if (!other)
            return fail(hand, ERR_STATE, "this telephone has no other call; number says where to");
        signal.other = other->id;
    }
    leg->refused = CAUSE_NONE;
    signal.leg = leg->id;
    sim_tell(hand->sim, &signal);
    return ERR_OK;
}

static enum err act_redirect(struct hand *hand)
{
    struct slice number = hand->request->text;
    struct sim_leg *leg = pick(hand, BIT(SIM_RINGING));
    if (!leg)
        return fail(hand, ERR_STATE, "no such call rings at this telephone");
    if (number.len == 0 || number.len > SIM_NUMBER_MAX)
        return fail(hand, ERR_RANGE, "number must have 1 to 64 characters");
    sim_leg_redirect(hand->sim, leg, number);
    return ERR_OK;
}

/* Nobody is told of an outside telephone: who calls it finds out. */
static void tell_registration(const struct hand *hand)
{
    const struct sim_phone *phone = hand->phone;
    if (!phone->is_outside)
        sim_tell(hand->sim, &(struct signal){.kind = phone->is_registered ? SIGNAL_REGISTERED
                                                                          : SIGNAL_UNREGISTERED,
                                             .dn = phone->number,
                                             .talks = sim_phone_talks(phone)});
}

static enum err act_register(struct hand *hand, bool is_registered)
{
    hand->phone->is_registered = is_registered;
    tell_registration(hand);
    return ERR_OK;
}

static enum err act_unplug(struct hand *hand)
{
    LIST_EACH_SAFE(it, &hand->phone->legs)
    sim_leg_end(hand->sim, LIST_OWNER(it, struct sim_leg, link), CAUSE_FAILED);
    return act_register(hand, false);
}

static enum err act_mode(struct hand *hand)
{
    bool talked = sim_phone_talks(hand->phone);
    hand->phone->mode = hand->request->mode;
    if (hand->phone->is_registered && talked != sim_phone_talks(hand->phone))
        tell_registration(hand);
    return ERR_OK;
}

static enum err act_fail_recording(struct hand *hand)
{
    const struct sim_leg *leg = pick(hand, BIT(SIM_UP) | BIT(SIM_HELD));
    if (!leg || !leg->call || leg->call->recording < RECORDING_ON)
        return fail(hand, ERR_STATE, "no such call of this telephone is recorded");
    sim_tell(hand->sim, &(struct signal){.kind = SIGNAL_RECORDING_FAILED, .leg = leg->id});
    return ERR_OK;
}

static enum err act(struct hand *hand)
{
    switch (hand->request->act) {
    case SIM_ANSWER:
        return act_answer(hand);
    case SIM_HANGUP:
        return act_hangup(hand);
    case SIM_DIAL:
        return act_dial(hand);
    case SIM_PRESS:
        return act_press(hand);
    case SIM_HOLD:
        return act_hold(hand);
    case SIM_RETRIEVE:
        return act_retrieve(hand);
    case SIM_SOUND:
        return act_sound(hand, true);
    case SIM_SILENCE:
        return act_sound(hand, false);
    case SIM_TRANSFER:
        return act_transfer(hand);
    case SIM_REDIRECT:
        return act_redirect(hand);
    case SIM_REGISTER:
        return act_register(hand, true);
    case SIM_UNREGISTER:
        return act_register(hand, false);
    case SIM_UNPLUG:
        return act_unplug(hand);
    case SIM_MODE:
        return act_mode(hand);
    case SIM_FAIL_RECORDING:
        return act_fail_recording(hand);
    }
    return fail(hand, ERR_INVALID, "there is no such act");
}

enum err line_sim_act(struct line_driver *driver, const struct sim_request *request,
                      const char **why)
{
    struct sim *sim = driver->self;
    struct hand hand = {.sim = sim, .request = request};
    enum err err;
    pthread_mutex_lock(&sim->lock);
    if (!sim->is_started)
        err = fail(&hand, ERR_STATE, "the telephones are not there yet");
    else if (request->is_outside && !sim_phone_is_outside_number(request->number))
        err = fail(&hand, ERR_INVALID,
                   "an outside number is 1 to 64 of 0 to 9, * and #, with + before them or not");
    else if (!(hand.phone = sim_phone_get(sim, request->is_outside, request->number)))
        err = request->is_outside ? fail(&hand, ERR_RANGE, "too many outside telephones")
                                  : fail(&hand, ERR_NOT_FOUND, "there is no such telephone");
    else {
        err = act(&hand);
        sim_phone_rest(sim, hand.phone);
    }
    pthread_mutex_unlock(&sim->lock);
    *why = hand.why;
    return err;
}
