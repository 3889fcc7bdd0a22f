/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Which pages of other origins may read answers (Fetch standard, section 3.2; the API's own
 * defaults: platform reference 2.4). It is judged here, below all rooms, so that every answer has
 * the lines: also a refusal, also one that is made before anybody knows who asks, and a page can
 * tell its user what is wrong.
 *
 * The origin is named, never "*": the answers are for somebody who is logged in. It is kept until
 * the answer, also while a long poll is held and the rest of the request is forgotten. A preflight
 * is answered here too, since it has no credentials; what it is told is the same for every
 * resource. Nothing is kept from an origin that is not allowed but these lines: its browser then
 * keeps the answer from the page, and what would change something is refused by the rules of the
 * cookie. */
#include "web/web_int.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/origin.h"

#define PREFLIGHT_SECONDS "1800"

static const char preflight_lines[] =
    "Access-Control-Allow-Methods: GET,POST,PUT,DELETE,OPTIONS\r\n"
    "Access-Control-Allow-Headers: X-Requested-With,Content-Type,Accept,Origin,Cookie,"
    "authorization,ssid,surl,ContactCenterId,X-CSRF-TOKEN\r\n"
    "Access-Control-Max-Age: " PREFLIGHT_SECONDS "\r\n";

void cors_judge(struct request *r, const struct web_route *route)
{
    const struct web *w = r->web;
    if (!route->is_shared) {
        return;
    }
    /* Of several origins each has an answer of its own, as a cache must know. */
    r->varies_by_origin = w->origin_count > 1;
    struct slice origin = request_header(r, "origin");
    if (!origin.ptr || !origin_is_among(w->origins, w->origin_count, origin)) {
        return;
    }
    r->origin = mem_alloc(origin.len + 1);
    memcpy(r->origin, origin.ptr, origin.len);
    r->origin[origin.len] = '\0';
    r->varies_by_origin = true;
}

void cors_write(const struct request *r, struct buf *out)
{
    if (r->varies_by_origin) {
        buf_slice(out, SLICE("Vary: Origin\r\n"));
    }
    if (!r->origin) {
        return;
    }
    buf_slice(out, SLICE("Access-Control-Allow-Origin: "));
    buf_text(out, r->origin);
    buf_slice(out, SLICE("\r\nAccess-Control-Allow-Credentials: true\r\n"
                         "Access-Control-Expose-Headers: X-CSRF-HEADER,X-CSRF-TOKEN\r\n"));
}

bool cors_preflight(struct request *r, const struct web_route *route)
{
    struct exchange *x = &r->x;
    struct slice origin = request_header(r, "origin");
    if (!route->is_shared || !slice_is(x->method, "OPTIONS") || !origin.ptr ||
        !request_header(r, "access-control-request-method").ptr) {
        return false;
    }
    if (r->origin) {
        struct exchange_answer answer = {.status = 204, .headers = slice_of(preflight_lines)};
        x->verbs->answer(x, &answer);
        return true;
    }
    char shown[128];
    log_line(LOG_INFO, "cors.refused", "origin=%s peer=%s", log_quote(shown, sizeof shown, origin),
             r->peer);
    exchange_refuse(x, ERR_PERMISSION,
                    SLICE("pages of this origin may not use the server; the configuration's "
                          "allowed_origins says which may"),
                    SLICE_NONE);
    return true;
}
