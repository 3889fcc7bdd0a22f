/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a person does with a telephone, done over HTTP: for tests, and for trying the server without
 * one. It is a hand on the telephone and nothing else: what follows goes through driver and core
 * like the doing of any telephone. Needs no user, since a telephone asks nobody who lifts it; it is
 * there with simulated telephones only.
 *
 * As there is no log-in, any page that is open in somebody's browser could use it. So what a
 * browser sends for another page than the server's own is refused: by its Origin, or where there is
 * none by Sec-Fetch-Site. What no browser sends has neither. */
#include "sim_control_int.h"

#include "base/origin.h"

#define PAGE_LINES   100 /* a page of telephones, when it is not said */
#define PAGE_OUTSIDE 1000
#define PAGE_MAX     1000

void sim_control_answer(struct exchange *x, struct slice body)
{
    struct exchange_answer answer = {.status = 200, .content_type = EXCHANGE_JSON, .body = body};
    x->verbs->answer(x, &answer);
}

const struct json *sim_control_body(struct exchange *x)
{
    const struct json *body = NULL;
    struct slice reason;
    enum err err = exchange_object(x, &body, &reason);
    if (err)
        api_refuse(x, err, reason);
    return body;
}

static void show(struct line_driver *sim, bool is_outside, struct slice number, struct exchange *x)
{
    struct buf body = {0};
    enum err err = line_sim_show(sim, is_outside, number, &body);
    if (err)
        api_refuse(x, err, SLICE("there is no such telephone"));
    else
        sim_control_answer(x, buf_view(&body));
    buf_free(&body);
}

static void handle_phone(struct line_driver *sim, bool is_outside, struct slice number,
                         struct exchange *x)
{
    if (slice_is(x->method, "GET"))
        show(sim, is_outside, number, x);
    else if (slice_is(x->method, "POST"))
        sim_control_act(sim, is_outside, number, x);
    else
        exchange_refuse_method(x, "GET, POST");
}

/* --- what there is --- */

static bool is_get(struct exchange *x)
{
    if (slice_is(x->method, "GET"))
        return true;
    exchange_refuse_method(x, "GET");
    return false;
}

/* Keeps *out when the parameter is not there. False: x has been answered. */
static bool read_number(struct exchange *x, const char *name, size_t max, size_t *out)
{
    for (struct slice rest = x->query; rest.ptr;) {
        struct slice value;
        unsigned long long number = 0;
        struct slice pair = slice_split(rest, '&', &rest);
        if (!slice_is(slice_split(pair, '=', &value), name))
            continue;
        if (!slice_to_u64(value, max, &number)) {
            api_refuse(x, ERR_RANGE,
                       arena_printf(x->arena, "%s must be a number from 0 to %zu", name, max));
            return false;
        }
        *out = (size_t)number;
        break;
    }
    return true;
}

static void handle_list(struct line_driver *sim, bool is_outside, struct exchange *x)
{
    size_t offset = 0;
    size_t limit = is_outside ? PAGE_OUTSIDE : PAGE_LINES;
    if (!is_get(x) || !read_number(x, "offset", UINT32_MAX, &offset) ||
        !read_number(x, "limit", PAGE_MAX, &limit))
        return;
    struct buf body = {0};
    struct json_writer w = json_begin_object(&body);
    json_i64(&w, "statusCode", 0);
    json_key(&w, is_outside ? "telephones" : "lines");
    buf_char(&body, '[');
    size_t total = line_sim_list(sim, is_outside, offset, limit, &body);
    buf_char(&body, ']');
    if (!is_outside)
        json_i64(&w, "totalCount", (int64_t)total);
    json_end_object(&w);
    sim_control_answer(x, buf_view(&body));
    buf_free(&body);
}

static void handle_state(const struct sim_control *control, struct exchange *x)
{
    if (!is_get(x))
        return;
    struct buf body = {0};
    struct json_writer w = json_begin_object(&body);
    json_i64(&w, "statusCode", 0);
    json_key(&w, "clock");
    struct json_writer clock = json_begin_object(&body);
    json_text(&clock, "kind", control->is_manual ? "manual" : "real");
    json_i64(&clock, "nowMs", (int64_t)engine_now_ms(control->engine));
    json_end_object(&clock);
    json_key(&w, "trunks");
    line_sim_trunks(control->sim, &body);
    json_i64(&w, "lineCount", (int64_t)line_sim_list(control->sim, false, 0, 0, &body));
    json_end_object(&w);
    sim_control_answer(x, buf_view(&body));
    buf_free(&body);
}

/* What follows prefix in path; absent: nothing does. */
static struct slice behind(struct slice path, struct slice prefix)
{
    if (!slice_starts_with(path, prefix) || path.len == prefix.len)
        return SLICE_NONE;
    return (struct slice){path.ptr + prefix.len, path.len - prefix.len};
}

static bool is_of_another_page(const struct exchange *x)
{
    struct slice origin = x->verbs->header(x, "origin");
    struct slice site = x->verbs->header(x, "sec-fetch-site");
    if (origin.ptr)
        return !origin_is_of(origin, x->is_https, x->host);
    return site.ptr && !slice_is(site, "same-origin") && !slice_is(site, "none");
}

void sim_control_handle(const struct sim_control *control, struct exchange *x)
{
    struct line_driver *sim = control->sim;
    struct slice path = x->path;
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    struct slice dn = behind(path, SLICE("/sim/v1/lines/"));
    struct slice outside = behind(path, SLICE("/sim/v1/outside/"));
    if (is_of_another_page(x))
        api_refuse(x, ERR_PERMISSION,
                   SLICE("pages of other origins may not use the simulated telephones"));
    else if (slice_is(path, "/sim/v1"))
        handle_state(control, x);
    else if (slice_is(path, "/sim/v1/clock"))
        sim_control_clock(control->engine, x);
    else if (slice_is(path, "/sim/v1/lines"))
        handle_list(sim, false, x);
    else if (slice_is(path, "/sim/v1/outside"))
        handle_list(sim, true, x);
    else if (dn.ptr)
        handle_phone(sim, false, dn, x);
    else if (outside.ptr)
        handle_phone(sim, true, outside, x);
    else
        api_refuse(x, ERR_NOT_FOUND, SLICE("there is no such resource"));
}
