/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The hand on a simulated telephone: pick up, hang up, dial, press, unplug; and the eye on it. */
#include <sys/random.h>

#include "base/json.h"
#include "base/log.h"
#include "line/sim/sim_int.h"

static struct sim_leg *leg_in(const struct sim_phone *phone, enum sim_state state)
{
    LIST_EACH(it, &phone->legs)
    {
        struct sim_leg *leg = LIST_OWNER(it, struct sim_leg, link);
        if (leg->state == state)
            return leg;
    }
    return NULL;
}

static enum err fail(const char **why, const char *text)
{
    *why = text;
    return ERR_STATE;
}

static enum err act_answer(struct sim *sim, const struct sim_phone *phone, const char **why)
{
    struct sim_leg *leg = leg_in(phone, SIM_RINGING);
    if (!leg)
        return fail(why, "nothing rings at this telephone");
    sim_leg_answer(sim, leg);
    return ERR_OK;
}

static enum err act_hangup(struct sim *sim, const struct sim_phone *phone, const char **why)
{
    if (list_is_empty(&phone->legs))
        return fail(why, "this telephone has no call");
    struct sim_leg *leg = LIST_OWNER(phone->legs.next, struct sim_leg, link);
    sim_leg_end(sim, leg, leg->state == SIM_RINGING ? CAUSE_REJECTED : CAUSE_HANGUP);
    return ERR_OK;
}

static enum err act_dial(struct sim *sim, struct sim_phone *phone, struct slice number,
                         const char **why)
{
    uint64_t id = 0;
    if (!phone->is_registered)
        return fail(why, "this telephone is not registered");
    if (number.len == 0 || number.len > 64)
        return fail(why, "number must have 1 to 64 characters");
    if (getrandom(&id, sizeof id, 0) != (ssize_t)sizeof id)
        log_abort("no randomness");
    struct sim_leg *leg = sim_leg_create(sim, phone, id | LEG_OF_DRIVER, SIM_DIALLED, number);
    struct buf keep = {0};
    sim_leg_keep(leg, &keep);
    struct signal signal = {.kind = SIGNAL_INCOMING,
                            .leg = leg->id,
                            .dn = phone->dn,
                            .number = number,
                            .keep = buf_view(&keep)};
    sim->host.signal(sim->host.ctx, &signal);
    buf_free(&keep);
    return ERR_OK;
}

static enum err act_press(struct sim *sim, const struct sim_phone *phone, struct slice digits,
                          const char **why)
{
    const struct sim_leg *leg = leg_in(phone, SIM_UP);
    if (!leg)
        return fail(why, "this telephone is not in a call");
    if (digits.len == 0 || digits.len > 64)
        return fail(why, "digits must have 1 to 64 characters");
    struct signal signal = {.kind = SIGNAL_DTMF, .leg = leg->id, .number = digits};
    sim->host.signal(sim->host.ctx, &signal);
    return ERR_OK;
}

/* Plugs the telephone in or out; its calls stay, as they do when a registration runs out. */
static enum err act_register(struct sim *sim, struct sim_phone *phone, bool is_registered)
{
    phone->is_registered = is_registered;
    struct signal signal = {.kind = is_registered ? SIGNAL_REGISTERED : SIGNAL_UNREGISTERED,
                            .dn = phone->dn,
                            .talks = is_registered};
    sim->host.signal(sim->host.ctx, &signal);
    return ERR_OK;
}

enum err line_sim_act(struct line_driver *driver, struct slice dn, enum sim_act act,
                      struct slice text, const char **why)
{
    struct sim *sim = driver->self;
    enum err err = ERR_NOT_FOUND;
    *why = "no such telephone";
    pthread_mutex_lock(&sim->lock);
    struct sim_phone *phone = sim->is_started ? sim_phone_find(sim, dn) : NULL;
    if (phone) {
        switch (act) {
        case SIM_ANSWER:
            err = act_answer(sim, phone, why);
            break;
        case SIM_HANGUP:
            err = act_hangup(sim, phone, why);
            break;
        case SIM_DIAL:
            err = act_dial(sim, phone, text, why);
            break;
        case SIM_PRESS:
            err = act_press(sim, phone, text, why);
            break;
        case SIM_REGISTER:
        case SIM_UNREGISTER:
            err = act_register(sim, phone, act == SIM_REGISTER);
            break;
        }
    }
    pthread_mutex_unlock(&sim->lock);
    return err;
}

static void show_leg(const struct sim_leg *leg, struct buf *out)
{
    static const char *const states[] = {
        [SIM_RINGING] = "ringing", [SIM_DIALLED] = "dialled", [SIM_UP] = "up"};
    static const char *const tones[TONE_COUNT] = {[TONE_NONE] = "none",
                                                  [TONE_RINGBACK] = "ringback",
                                                  [TONE_BUSY] = "busy",
                                                  [TONE_MUSIC] = "music"};
    struct json_writer w = json_begin_object(out);
    json_text(&w, "state", states[leg->state]);
    json_text(&w, "other", leg->other);
    json_key(&w, "hears");
    buf_char(out, '[');
    buf_slice(out, buf_view(&leg->hears));
    buf_char(out, ']');
    json_text(&w, "tone", tones[leg->tone]);
    json_string(&w, "dtmf", buf_view(&leg->dtmf));
    json_end_object(&w);
}

enum err line_sim_show(struct line_driver *driver, struct slice dn, struct buf *out)
{
    struct sim *sim = driver->self;
    pthread_mutex_lock(&sim->lock);
    struct sim_phone *phone = sim_phone_find(sim, dn);
    if (phone) {
        struct json_writer w = json_begin_object(out);
        json_string(&w, "dn", phone->dn);
        json_bool(&w, "registered", phone->is_registered);
        json_key(&w, "legs");
        struct json_writer legs = json_begin_array(out);
        LIST_EACH(it, &phone->legs)
        {
            json_item(&legs);
            show_leg(LIST_OWNER(it, struct sim_leg, link), out);
        }
        json_end_array(&legs);
        json_end_object(&w);
    }
    pthread_mutex_unlock(&sim->lock);
    return phone ? ERR_OK : ERR_NOT_FOUND;
}
