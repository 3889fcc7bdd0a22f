/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a person does with a telephone, done over HTTP: for tests, and for trying the server without
 * one. It is a hand on the telephone and nothing else: what follows goes through driver and core
 * like the doing of any telephone. Needs no user, since a telephone asks nobody who lifts it; it is
 * there with simulated telephones only. */
#include "sim_control.h"

#include "api/api.h"
#include "base/json.h"
#include "base/list.h"
#include "base/mem.h"
#include "engine/ticket.h"
#include "line/sim/line_sim.h"

#define ADVANCE_MAX_MS (UINT64_C(366) * 86400 * 1000)
#define LEG_PLACE_MAX  1000
#define ACTS                                                                                       \
    "answer, hangup, dial, press, hold, retrieve, sound, silence, transfer, redirect, register, "  \
    "unregister, unplug, mode, failRecording"
#define MODES "talk, no-talk, refuse, busy"

static void answer_json(struct exchange *x, struct slice body)
{
    struct exchange_answer answer = {.status = 200, .content_type = EXCHANGE_JSON, .body = body};
    x->verbs->answer(x, &answer);
}

/* The body's object; NULL when there is none: x has been answered then. */
static const struct json *body_of(struct exchange *x)
{
    const struct json *body = NULL;
    struct slice reason;
    enum err err = exchange_object(x, &body, &reason);
    if (err)
        api_refuse(x, err, reason);
    return body;
}

/* --- telephones --- */

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

static void show(struct line_driver *sim, bool is_outside, struct slice number, struct exchange *x)
{
    struct buf body = {0};
    enum err err = line_sim_show(sim, is_outside, number, &body);
    if (err)
        api_refuse(x, err, SLICE("there is no such telephone"));
    else
        answer_json(x, buf_view(&body));
    buf_free(&body);
}

static void act_on(struct line_driver *sim, bool is_outside, struct slice number,
                   struct exchange *x)
{
    struct sim_request request = {.is_outside = is_outside, .number = number};
    const struct json *body = body_of(x);
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
        answer_json(x, SLICE("{\"statusCode\":0}"));
}

static void handle_phone(struct line_driver *sim, bool is_outside, struct slice number,
                         struct exchange *x)
{
    if (slice_is(x->method, "GET"))
        show(sim, is_outside, number, x);
    else if (slice_is(x->method, "POST"))
        act_on(sim, is_outside, number, x);
    else
        exchange_refuse_method(x, "GET, POST");
}

/* --- the clock --- */

struct winding {
    struct ticket ticket;
    struct exchange *x;
};

static void winding_done(struct ticket *ticket, struct reply *reply)
{
    struct winding *winding = LIST_OWNER(ticket, struct winding, ticket);
    struct exchange *x = winding->x;
    mem_free(winding);
    if (reply->err)
        api_refuse(x, reply->err, reply->reason);
    else
        answer_json(x, SLICE("{\"statusCode\":0}"));
}

static void handle_clock(struct engine *clock, struct exchange *x)
{
    if (!slice_is(x->method, "POST")) {
        exchange_refuse_method(x, "POST");
        return;
    }
    const struct json *body = body_of(x);
    if (!body)
        return;
    const struct json *advance = json_get(body, "advanceMs");
    unsigned long long ms;
    if (!json_is(advance, JSON_NUMBER) || !slice_to_u64(advance->raw, ADVANCE_MAX_MS, &ms)) {
        api_refuse(x, advance ? ERR_INVALID : ERR_MISSING,
                   arena_printf(x->arena, "advanceMs must be a whole number of 0 to %ju",
                                (uintmax_t)ADVANCE_MAX_MS));
        return;
    }
    struct winding *winding = mem_zalloc(sizeof *winding);
    *winding = (struct winding){{winding_done}, x};
    enum err err = engine_advance(clock, ms, &winding->ticket);
    if (err)
        winding_done(&winding->ticket, &(struct reply){.err = err});
}

/* What follows prefix in path; absent: nothing does. */
static struct slice behind(struct slice path, struct slice prefix)
{
    if (!slice_starts_with(path, prefix) || path.len == prefix.len)
        return SLICE_NONE;
    return (struct slice){path.ptr + prefix.len, path.len - prefix.len};
}

void sim_control_handle(struct line_driver *sim, struct engine *clock, struct exchange *x)
{
    struct slice path = x->path;
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    struct slice dn = behind(path, SLICE("/sim/v1/lines/"));
    struct slice outside = behind(path, SLICE("/sim/v1/outside/"));
    if (clock && slice_is(path, "/sim/v1/clock"))
        handle_clock(clock, x);
    else if (dn.ptr)
        handle_phone(sim, false, dn, x);
    else if (outside.ptr)
        handle_phone(sim, true, outside, x);
    else
        api_refuse(x, ERR_NOT_FOUND, SLICE("there is no such resource"));
}
