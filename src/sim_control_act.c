/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Acts with a telephone: from {"do":...} to what the simulator is asked. Which parameters an act
 * needs and takes is a table; a parameter that it does not know is refused, since a test that
 * misspells one would test something else. */
#include "sim_control_int.h"

#define LEG_PLACE_MAX 1000
#define ACTS                                                                                       \
    "answer, hangup, dial, press, hold, retrieve, sound, silence, transfer, redirect, register, "  \
    "unregister, unplug, mode, failRecording"
#define MODES "talk, no-talk, refuse, busy"

enum parameter {
    NUMBER = 1 << 0,
    DIGITS = 1 << 1,
    MODE = 1 << 2,
    LEG = 1 << 3,
    TRUNK = 1 << 4, /* of a telephone outside */
    FROM = 1 << 5   /* the same */
};

static const struct act {
    const char *name;
    enum sim_act act;
    unsigned needs;
    unsigned takes;
} acts[] = {
    {"answer", SIM_ANSWER, 0, LEG},
    {"hangup", SIM_HANGUP, 0, LEG},
    {"dial", SIM_DIAL, NUMBER, TRUNK | FROM},
    {"press", SIM_PRESS, DIGITS, LEG},
    {"hold", SIM_HOLD, 0, LEG},
    {"retrieve", SIM_RETRIEVE, 0, LEG},
    {"sound", SIM_SOUND, 0, LEG},
    {"silence", SIM_SILENCE, 0, LEG},
    {"transfer", SIM_TRANSFER, 0, NUMBER | LEG},
    {"redirect", SIM_REDIRECT, NUMBER, LEG},
    {"register", SIM_REGISTER, 0, 0},
    {"unregister", SIM_UNREGISTER, 0, 0},
    {"unplug", SIM_UNPLUG, 0, 0},
    {"mode", SIM_MODE, MODE, 0},
    {"failRecording", SIM_FAIL_RECORDING, 0, LEG},
};

static const struct act *find_act(const struct json *name)
{
    for (size_t i = 0; json_is(name, JSON_STRING) && i < sizeof acts / sizeof *acts; i++)
        if (slice_is(name->text, acts[i].name))
            return &acts[i];
    return NULL;
}

static bool take_text(const struct json *value, struct slice *out)
{
    if (!json_is(value, JSON_STRING))
        return false;
    *out = value->text;
    return true;
}

static bool take_mode(const struct json *value, struct sim_request *out)
{
    for (int i = 0; json_is(value, JSON_STRING) && i < SIM_MODE_COUNT; i++) {
        out->mode = (enum sim_mode)i;
        if (slice_is(value->text, line_sim_mode_text(out->mode)))
            return true;
    }
    return false;
}

/* Its place among the telephone's legs as shown, or the number at its other end. */
static bool take_leg(const struct json *value, struct sim_request *out)
{
    unsigned long long place;
    if (!json_is(value, JSON_NUMBER))
        return take_text(value, &out->other);
    if (!slice_to_u64(value->raw, LEG_PLACE_MAX, &place))
        return false;
    out->leg = (size_t)place + 1;
    return true;
}

/* One parameter of the body; false: x has been answered. */
static bool take(struct exchange *x, const struct json *body, const struct act *act,
                 unsigned parameter, struct sim_request *out)
{
    static const struct {
        unsigned parameter;
        const char *name;
        const char *what;
    } names[] = {
        {NUMBER, "number", "a string"},
        {DIGITS, "digits", "a string"},
        {MODE, "mode", "one of " MODES},
        {LEG, "leg", "a call's place in legs, from 0, or the other's number as a string"},
        {TRUNK, "trunk", "the name of a trunk"},
        {FROM, "from", "the number to show; empty withholds it"},
    };
    size_t row = 0;
    while (names[row].parameter != parameter)
        row++;
    const struct json *value = json_get(body, names[row].name);
    unsigned takes = act->takes & (out->is_outside ? ~0u : ~(unsigned)(TRUNK | FROM));
    bool is_good = !value;
    if (value && !((act->needs | takes) & parameter)) {
        api_refuse(x, ERR_INVALID,
                   arena_printf(x->arena, "%s takes no %s%s", act->name, names[row].name,
                                act->takes & parameter ? " at a telephone of the house" : ""));
        return false;
    }
    if (value && (parameter & (NUMBER | DIGITS)))
        is_good = take_text(value, &out->text);
    else if (value && parameter == MODE)
        is_good = take_mode(value, out);
    else if (value && parameter == LEG)
        is_good = take_leg(value, out);
    else if (value)
        is_good = take_text(value, parameter == TRUNK ? &out->trunk : &out->from);
    if (is_good && (value || !(act->needs & parameter)))
        return true;
    api_refuse(
        x, value ? ERR_INVALID : ERR_MISSING,
        arena_printf(x->arena, "%s: %s must be %s", act->name, names[row].name, names[row].what));
    return false;
}

void sim_control_act(struct line_driver *sim, bool is_outside, struct slice number,
                     struct exchange *x)
{
    struct sim_request request = {.is_outside = is_outside, .number = number};
    const struct json *body = sim_control_body(x);
    if (!body)
        return;
    const struct json *name = json_get(body, "do");
    const struct act *act = find_act(name);
    if (!act) {
        api_refuse(x, name ? ERR_INVALID : ERR_MISSING,
                   name ? SLICE("do: allowed are " ACTS) : SLICE("do is missing: " ACTS));
        return;
    }
    request.act = act->act;
    for (unsigned parameter = NUMBER; parameter <= FROM; parameter <<= 1)
        if (!take(x, body, act, parameter, &request))
            return;
    const char *why = NULL;
    enum err err = line_sim_act(sim, &request, &why);
    if (err)
        api_refuse(x, err, slice_of(why));
    else
        sim_control_answer(x, SLICE("{\"statusCode\":0}"));
}
