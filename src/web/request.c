/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* From bytes to an exchange.
 *
 * llhttp (in its strict mode where we compile it) finds the parts; what it leaves open is closed
 * here, because two readers of one connection that disagree about where a request ends are how
 * requests are smuggled: every line of the head ends in CR LF and none is folded, there is exactly
 * one Host, Content-Length comes at most once and never with Transfer-Encoding, whose only value is
 * "chunked". Of such a request nothing is worked on and the connection ends with the answer.
 *
 * The parser stops at the end of each message and is begun anew for the next one, so that bytes
 * behind it are looked at only when the answer is on its way. The parts are copied as they come: a
 * few hundred bytes, and in return a request has the same shape whether it came in one packet or
 * in forty. */
#include "web/web_int.h"

#include "base/mem.h"
#include "base/log.h"

#include <stdio.h>

#define BODY_FIRST_BYTES 4096

enum head_scan { SCAN_LINE, SCAN_CR, SCAN_LINE_START, SCAN_LAST_CR, SCAN_DONE };

static void fail(struct request_bytes *b, int status, enum err err, const char *text)
{
    if (!b->fail_status) {
        b->fail_status = status;
        b->fail_err = err;
        snprintf(b->fail_text, sizeof b->fail_text, "%s", text);
    }
}

static void fail_bound(struct request_bytes *b, int status, const char *what, size_t bound)
{
    char text[120];
    snprintf(text, sizeof text, "%s over %zu", what, bound);
    fail(b, status, ERR_RANGE, text);
}

/* One line of the head, from *at: to its CR. False when a line ends in anything but CR LF. */
static bool scan_line(const char **at, const char *end, uint8_t *state)
{
    const char *cr = memchr(*at, '\r', (size_t)(end - *at));
    const char *stop = cr ? cr : end;
    if (memchr(*at, '\n', (size_t)(stop - *at))) {
        return false;
    }
    *at = cr ? cr + 1 : end;
    if (cr) {
        *state = SCAN_CR;
    }
    return true;
}

/* Follows the head's lines to its end; false when they are not as they must be. Counts it. */
static bool scan_head(struct request_bytes *b, struct slice bytes)
{
    const char *at = bytes.ptr;
    const char *end = at + bytes.len;
    bool is_fine = true;
    while (at < end && is_fine && b->scan != SCAN_DONE) {
        switch ((enum head_scan)b->scan) {
        case SCAN_LINE:
            is_fine = scan_line(&at, end, &b->scan);
            break;
        case SCAN_CR:
            is_fine = *at++ == '\n';
            b->scan = SCAN_LINE_START;
            break;
        case SCAN_LINE_START:
            is_fine = *at != ' ' && *at != '\t' && *at != '\n';
            b->scan = *at == '\r' ? SCAN_LAST_CR : SCAN_LINE;
            at += *at == '\r';
            break;
        case SCAN_LAST_CR:
            is_fine = *at++ == '\n';
            b->scan = SCAN_DONE;
            break;
        case SCAN_DONE:
            break;
        }
    }
    b->head_bytes += (size_t)(at - bytes.ptr);
    return is_fine;
}

static struct request *request_of(llhttp_t *parser)
{
    return parser->data;
}

static int on_url(llhttp_t *parser, const char *at, size_t len)
{
    struct request_bytes *b = request_of(parser)->bytes;
    buf_append(&b->head, at, len);
    b->target_len += len;
    return 0;
}

static int on_header_field(llhttp_t *parser, const char *at, size_t len)
{
    struct request_bytes *b = request_of(parser)->bytes;
    if (b->is_head_done) {
        return 0; /* a trailer */
    }
    if (b->in_value || b->header_count == 0) {
        if (b->header_count == WEB_HEADER_COUNT_MAX) {
            fail_bound(b, 431, "the number of headers is", WEB_HEADER_COUNT_MAX);
            return -1;
        }
        b->in_value = false;
        b->headers[b->header_count++] = (struct header_place){.name_at = (uint32_t)b->head.len};
    }
    struct header_place *h = &b->headers[b->header_count - 1];
    buf_reserve(&b->head, len);
    for (size_t i = 0; i < len; i++) {
        char c = at[i];
        b->head.ptr[b->head.len++] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    h->name_len += (uint32_t)len;
    return 0;
}

static int on_header_field_complete(llhttp_t *parser)
{
    struct request_bytes *b = request_of(parser)->bytes;
    if (b->is_head_done) {
        return 0;
    }
    /* llhttp takes a line that begins with its colon, and says nothing of a name. */
    if (b->in_value || b->header_count == 0 || b->headers[b->header_count - 1].name_len == 0) {
        fail(b, 400, ERR_INVALID, "a header has no name");
        return -1;
    }
    b->in_value = true;
    b->headers[b->header_count - 1].value_at = (uint32_t)b->head.len;
    return 0;
}

static int on_header_value(llhttp_t *parser, const char *at, size_t len)
{
    struct request_bytes *b = request_of(parser)->bytes;
    if (!b->is_head_done) {
        buf_append(&b->head, at, len);
        b->headers[b->header_count - 1].value_len += (uint32_t)len;
    }
    return 0;
}

struct slice request_header_at(const struct request *r, const char *name, unsigned i)
{
    const struct request_bytes *b = r->bytes;
    size_t len = strlen(name);
    for (unsigned at = 0; b && at < b->header_count; at++) {
        const struct header_place *h = &b->headers[at];
        if (h->name_len == len && memcmp(b->head.ptr + h->name_at, name, len) == 0 && i-- == 0) {
            return slice_trim((struct slice){b->head.ptr + h->value_at, h->value_len});
        }
    }
    return SLICE_NONE;
}

struct slice request_header(const struct request *r, const char *name)
{
    return request_header_at(r, name, 0);
}

/* What llhttp does not insist on. */
static void check_framing(struct request *r, llhttp_t *parser)
{
    struct request_bytes *b = r->bytes;
    struct slice coding = request_header(r, "transfer-encoding");
    bool has_length = request_header(r, "content-length").ptr != NULL;
    if (parser->http_major != 1 || parser->http_minor > 1) {
        fail(b, 505, ERR_INVALID, "the HTTP version is neither 1.0 nor 1.1");
    } else if (parser->method == HTTP_CONNECT) {
        fail(b, 400, ERR_INVALID, "this is no proxy");
    } else if (request_header_at(r, "host", 1).ptr ||
               (parser->http_minor == 1 && !request_header(r, "host").ptr)) {
        fail(b, 400, ERR_INVALID, "there must be one Host header");
    } else if (request_header_at(r, "content-length", 1).ptr || (has_length && coding.ptr)) {
        fail(b, 400, ERR_INVALID, "the length of the body is given more than once");
    } else if (coding.ptr &&
               (request_header_at(r, "transfer-encoding", 1).ptr ||
                !slice_equal_nocase(coding, SLICE("chunked")) || parser->http_minor == 0)) {
        fail(b, 400, ERR_INVALID, "the only transfer coding understood is chunked, of HTTP/1.1");
    }
}

static int on_headers_complete(llhttp_t *parser)
{
    struct request *r = request_of(parser);
    struct request_bytes *b = r->bytes;
    size_t bound = r->web->options.body_bytes_max;
    b->is_head_done = true;
    forwarded_judge(r);
    check_framing(r, parser);
    if (parser->flags & F_CONTENT_LENGTH && parser->content_length > bound) {
        fail_bound(b, 400, "the bytes of the body are", bound);
    }
    struct slice expect = request_header(r, "expect");
    if (expect.ptr && !slice_equal_nocase(expect, SLICE("100-continue"))) {
        fail(b, 417, ERR_INVALID, "the only expectation understood is 100-continue");
    }
    if (b->fail_status) {
        return -1;
    }
    r->is_http_10 = parser->http_minor == 0;
    r->keep_alive = llhttp_should_keep_alive(parser);
    r->x.is_upgrade = parser->upgrade && parser->method == HTTP_GET && !r->is_http_10;
    b->wants_continue = expect.ptr && !r->is_http_10;
    size_t len = (size_t)parser->content_length;
    if (len > 0) {
        buf_reserve(&b->body, len < BODY_FIRST_BYTES ? len : BODY_FIRST_BYTES);
    }
    return 0;
}

/* False when all requests together hold too much, and this one is not small. */
static bool check_budget(struct request *r)
{
    const struct web *w = r->web;
    request_count(r);
    if (w->request_bytes <= w->options.request_bytes_max || r->bytes->counted <= WEB_SMALL_BYTES) {
        return true;
    }
    fail(r->bytes, err_row(ERR_OVERLOAD)->http_status, ERR_OVERLOAD,
         "too many requests are being read; nothing was done, try later");
    return false;
}

static int on_body(llhttp_t *parser, const char *at, size_t len)
{
    struct request *r = request_of(parser);
    struct request_bytes *b = r->bytes;
    if (b->body.len + len > r->web->options.body_bytes_max) {
        fail_bound(b, 400, "the bytes of the body are", r->web->options.body_bytes_max);
        return -1;
    }
    b->wants_continue = false;
    buf_append(&b->body, at, len);
    return check_budget(r) ? 0 : -1;
}

static int on_message_complete(llhttp_t *parser)
{
    (void)parser;
    return HPE_PAUSED;
}

static const llhttp_settings_t parser_settings = {
    .on_url = on_url,
    .on_header_field = on_header_field,
    .on_header_field_complete = on_header_field_complete,
    .on_header_value = on_header_value,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

static const struct web_route *route_of(const struct web *w, struct slice path)
{
    for (size_t i = 0; i < w->route_count; i++) {
        if (slice_starts_with(path, slice_of(w->routes[i].prefix))) {
            return &w->routes[i];
        }
    }
    return NULL;
}

const struct web_route *request_route(struct request *r)
{
    struct request_bytes *b = r->bytes;
    if (!b->is_head_done || target_split(b->head.ptr, b->target_len, &r->x.path, &r->x.query)) {
        return NULL;
    }
    return route_of(r->web, r->x.path);
}

static void dispatch(struct request *r)
{
    struct request_bytes *b = r->bytes;
    struct exchange *x = &r->x;
    r->method = llhttp_method_name((llhttp_method_t)b->parser.method);
    x->verbs = &answer_verbs;
    x->method = slice_of(r->method);
    x->body = buf_view(&b->body);
    x->peer = slice_of(r->peer);
    x->arena = &r->arena;
    x->is_upgrade =
        x->is_upgrade && slice_equal_nocase(request_header(r, "upgrade"), SLICE("websocket"));
    r->is_dispatched = true;
    if (target_split(b->head.ptr, b->target_len, &x->path, &x->query)) {
        exchange_refuse(x, ERR_INVALID,
                        SLICE("the request target is not a path, or not encoded rightly"),
                        SLICE_NONE);
        return;
    }
    const struct web_route *route = route_of(r->web, x->path);
    if (!route) {
        exchange_refuse(x, ERR_NOT_FOUND, SLICE("there is nothing at this path"), SLICE_NONE);
        return;
    }
    cors_judge(r, route);
    if (!cors_preflight(r, route)) {
        route->handle(route->ctx, x);
    }
}

static void continue_if_wanted(struct connection *c, struct request_bytes *b)
{
    if (b->is_head_done && b->wants_continue) {
        b->wants_continue = false;
        buf_slice(connection_out(c), SLICE("HTTP/1.1 100 Continue\r\n\r\n"));
    }
}

static size_t give_up(struct connection *c, struct slice bytes)
{
    struct request_bytes *b = c->request->bytes;
    fail(b, 400, ERR_INVALID, "this is not HTTP/1.1");
    answer_fail(c, b->fail_status, b->fail_err, b->fail_text);
    return bytes.len;
}

/* Blank lines before a request are allowed, and are not the beginning of one. */
static size_t skip_blank(struct slice bytes)
{
    size_t n = 0;
    while (n < bytes.len && (bytes.ptr[n] == '\r' || bytes.ptr[n] == '\n')) {
        n++;
    }
    return n;
}

size_t request_read(struct connection *c, struct slice bytes)
{
    struct request *r = c->request;
    if (!r) {
        size_t blank = skip_blank(bytes);
        if (blank > 0) {
            return blank;
        }
        r = request_take(c);
        llhttp_init(&r->bytes->parser, HTTP_REQUEST, &parser_settings);
        r->bytes->parser.data = r;
    }
    struct request_bytes *b = r->bytes;
    size_t bound = c->web->options.header_bytes_max;
    if (b->scan != SCAN_DONE) {
        if (!scan_head(b, bytes)) {
            fail(b, 400, ERR_INVALID, "a line of the header does not end in CR LF, or is folded");
        }
        if (b->head_bytes > bound) {
            fail_bound(b, 431, "the bytes of request line and headers are", bound);
        }
        if (b->fail_status) {
            return give_up(c, bytes);
        }
    }
    switch (llhttp_execute(&b->parser, bytes.ptr, bytes.len)) {
    case HPE_OK:
        if (b->scan == SCAN_DONE && !b->is_head_done) {
            return give_up(c, bytes); /* we and the parser do not agree where the head ends */
        }
        if (!check_budget(r)) {
            return give_up(c, bytes);
        }
        continue_if_wanted(c, b);
        return bytes.len;
    case HPE_PAUSED: {
        size_t used = (size_t)(llhttp_get_error_pos(&b->parser) - bytes.ptr);
        dispatch(r);
        return used;
    }
    default:
        return give_up(c, bytes);
    }
}
