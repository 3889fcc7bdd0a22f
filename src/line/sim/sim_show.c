/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The eye on a simulated telephone. */
#include "base/json.h"
#include "line/sim/sim_int.h"

const char *line_sim_mode_text(enum sim_mode mode)
{
    static const char *const modes[SIM_MODE_COUNT] = {[SIM_MODE_TALK] = "talk",
                                                      [SIM_MODE_NO_TALK] = "no-talk",
                                                      [SIM_MODE_REFUSE] = "refuse",
                                                      [SIM_MODE_BUSY] = "busy"};
    return modes[mode];
}

static void show_leg(const struct sim_leg *leg, struct buf *out)
{
    static const char *const states[] = {
        [SIM_RINGING] = "ringing", [SIM_DIALLED] = "dialled", [SIM_UP] = "up", [SIM_HELD] = "held"};
    static const char *const tones[TONE_COUNT] = {[TONE_NONE] = "none",
                                                  [TONE_RINGBACK] = "ringback",
                                                  [TONE_BUSY] = "busy",
                                                  [TONE_MUSIC] = "music"};
    static const char *const recordings[] = {[RECORDING_NONE] = "none",
                                             [RECORDING_STOPPED] = "stopped",
                                             [RECORDING_ON] = "on",
                                             [RECORDING_PAUSED] = "paused"};
    struct json_writer w = json_begin_object(out);
    json_text(&w, "state", states[leg->state]);
    json_text(&w, "other", leg->other);
    if (leg->phone->is_outside)
        json_string(&w, "trunk", buf_view(&leg->trunk));
    json_string(&w, "call", leg->call ? buf_view(&leg->call->id) : SLICE(""));
    json_text(&w, "recording", recordings[leg->call ? leg->call->recording : RECORDING_NONE]);
    json_key(&w, "hears");
    buf_char(out, '[');
    buf_slice(out, buf_view(&leg->hears));
    buf_char(out, ']');
    json_text(&w, "tone", tones[leg->tone]);
    json_string(&w, "dtmf", buf_view(&leg->dtmf));
    json_text(&w, "transferRefused", leg->refused ? cause_text(leg->refused) : "");
    json_end_object(&w);
}

static void show_phone(const struct sim_phone *phone, struct buf *out)
{
    struct json_writer w = json_begin_object(out);
    json_string(&w, phone->is_outside ? "number" : "dn", phone->number);
    json_bool(&w, "registered", phone->is_registered);
    json_text(&w, "mode", line_sim_mode_text(phone->mode));
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

enum err line_sim_show(struct line_driver *driver, bool is_outside, struct slice number,
                       struct buf *out)
{
    struct sim *sim = driver->self;
    struct sim_phone idle = {.number = number, .is_outside = true, .is_registered = true};
    list_init(&idle.legs);
    pthread_mutex_lock(&sim->lock);
    const struct sim_phone *phone = sim_phone_find(sim, is_outside, number);
    if (!phone && is_outside && sim_phone_is_outside_number(number))
        phone = &idle;
    if (phone)
        show_phone(phone, out);
    pthread_mutex_unlock(&sim->lock);
    return phone ? ERR_OK : ERR_NOT_FOUND;
}

size_t line_sim_list(struct line_driver *driver, bool is_outside, size_t offset, size_t limit,
                     struct buf *out)
{
    struct sim *sim = driver->self;
    size_t at = 0;
    pthread_mutex_lock(&sim->lock);
    LIST_EACH(it, is_outside ? &sim->outside : &sim->devices)
    {
        if (at >= offset && at - offset < limit) {
            if (at > offset)
                buf_char(out, ',');
            show_phone(LIST_OWNER(it, struct sim_phone, link), out);
        }
        at++;
    }
    pthread_mutex_unlock(&sim->lock);
    return at;
}

void line_sim_trunks(struct line_driver *driver, struct buf *out)
{
    struct sim *sim = driver->self;
    struct json_writer names = json_begin_array(out);
    pthread_mutex_lock(&sim->lock);
    for (size_t i = 0; i < sim->trunk_count; i++) {
        json_item(&names);
        json_write_string(out, buf_view(&sim->trunks[i]));
    }
    pthread_mutex_unlock(&sim->lock);
    json_end_array(&names);
}
