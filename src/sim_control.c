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
#define ACTS           "answer, hangup, dial, press, register, unregister"

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

static const struct act {
    const char *name;
    enum sim_act act;
    const char *parameter;
} acts[] = {
    {"answer", SIM_ANSWER, NULL},     {"hangup", SIM_HANGUP, NULL},
    {"dial", SIM_DIAL, "number"},     {"press", SIM_PRESS, "digits"},
    {"register", SIM_REGISTER, NULL}, {"unregister", SIM_UNREGISTER, NULL},
};

static const struct act *find_act(const struct json *name)
{
    for (size_t i = 0; json_is(name, JSON_STRING) && i < sizeof acts / sizeof *acts; i++)
        if (slice_is(name->text, acts[i].name))
            return &acts[i];
    return NULL;
}

static void show(struct line_driver *sim, struct slice dn, struct exchange *x)
{
    struct buf body = {0};
    enum err err = line_sim_show(sim, dn, &body);
    if (err)
        api_refuse(x, err, SLICE("there is no such telephone"));
    else
        answer_json(x, buf_view(&body));
    buf_free(&body);
}

static void act_on(struct line_driver *sim, struct slice dn, struct exchange *x)
{
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
    const struct json *parameter = act->parameter ? json_get(body, act->parameter) : NULL;
    if (act->parameter && !json_is(parameter, JSON_STRING)) {
        api_refuse(x, parameter ? ERR_INVALID : ERR_MISSING,
                   arena_printf(x->arena, "%s needs %s, a string", act->name, act->parameter));
        return;
    }
    const char *why = NULL;
    enum err err = line_sim_act(sim, dn, act->act, parameter ? parameter->text : SLICE_NONE, &why);
    if (err)
        api_refuse(x, err, slice_of(why));
    else
        answer_json(x, SLICE("{\"statusCode\":0}"));
}

static void handle_line(struct line_driver *sim, struct slice dn, struct exchange *x)
{
    if (slice_is(x->method, "GET"))
        show(sim, dn, x);
    else if (slice_is(x->method, "POST"))
        act_on(sim, dn, x);
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

void sim_control_handle(struct line_driver *sim, struct engine *clock, struct exchange *x)
{
    struct slice lines = SLICE("/sim/v1/lines/");
    struct slice path = x->path;
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    if (clock && slice_is(path, "/sim/v1/clock"))
        handle_clock(clock, x);
    else if (slice_starts_with(path, lines) && path.len > lines.len)
        handle_line(sim, (struct slice){path.ptr + lines.len, path.len - lines.len}, x);
    else
        api_refuse(x, ERR_NOT_FOUND, SLICE("there is no such resource"));
}
