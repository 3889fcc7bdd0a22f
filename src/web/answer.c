/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* From an answer to bytes, and what an exchange can be asked to do.
 *
 * Headers and body go behind each other into the connection's output, so that an answer is one
 * write, and the answers to pipelined requests are one write together. Our own refusals have the
 * API's form, {"statusCode":N,"statusMessage":"..."}, because the clients of the API read nothing
 * else. One line of log for each request: the path without its query and never a body, for both
 * may hold what nobody should read. */
#include "web/web_int.h"

#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define HEAD_BYTES 256 /* status line and our own headers, at most */
#define NS_A_MILLI 1000000.0

static const struct {
    int status;
    const char *reason;
} reasons[] = {
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

static const char *reason_of(int status)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (reasons[i].status == status) {
            return reasons[i].reason;
        }
    }
    return "";
}

static void date_refresh(struct web *w)
{
    time_t now = time(NULL);
    if (now != w->date_second) {
        struct tm parts;
        w->date_second = now;
        gmtime_r(&now, &parts);
        strftime(w->date, sizeof w->date, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
    }
}

void answer_begin(struct web *w, struct buf *out, int status)
{
    date_refresh(w);
    buf_slice(out, SLICE("HTTP/1.1 "));
    buf_u64(out, (uint64_t)status);
    buf_char(out, ' ');
    buf_text(out, reason_of(status));
    buf_slice(out, SLICE("\r\n"));
    buf_text(out, w->date);
}

struct form {
    bool keep_alive;
    bool is_http_10;
    bool is_head;
};

static void write_answer(const struct request *r, const struct exchange_answer *a, struct form form)
{
    struct buf *out = connection_out(r->connection);
    struct slice cookie = r->x.set_cookie;
    bool has_body = a->status >= 200 && a->status != 204 && a->status != 304;
    buf_reserve(out, HEAD_BYTES + a->headers.len + cookie.len + a->body.len);
    answer_begin(r->web, out, a->status);
    if (a->content_type && has_body) {
        buf_slice(out, SLICE("Content-Type: "));
        buf_text(out, a->content_type);
        buf_slice(out, SLICE("\r\n"));
    }
    if (has_body) {
        buf_slice(out, SLICE("Content-Length: "));
        buf_u64(out, a->file ? a->file->bytes : a->body.len);
        buf_slice(out, SLICE("\r\n"));
    }
    if (!form.keep_alive) {
        buf_slice(out, SLICE("Connection: close\r\n"));
    } else if (form.is_http_10) {
        buf_slice(out, SLICE("Connection: keep-alive\r\n"));
    }
    buf_slice(out, a->headers);
    buf_slice(out, cookie);
    cors_write(r, out);
    buf_slice(out, SLICE("\r\n"));
    if (has_body && !form.is_head) {
        buf_slice(out, a->body);
    }
}

/* A path as it may stand in a line of log: what could break the line is made harmless. */
static void path_for_log(const struct request *r, char out[WEB_LOG_PATH_MAX + 1])
{
    struct slice path = r->log_path ? slice_of(r->log_path) : r->x.path;
    size_t len = path.len < WEB_LOG_PATH_MAX ? path.len : WEB_LOG_PATH_MAX;
    for (size_t i = 0; i < len; i++) {
        char ch = path.ptr[i];
        out[i] = (char)(ch > ' ' && ch < 0x7f && ch != '"' && ch != '=' ? ch : '?');
    }
    out[len] = '\0';
}

static void count(struct web *w, int status)
{
    int class = status / 100;
    metric_add(w->requests_total[class >= 1 && class <= 5 ? class - 1 : 4], 1);
}

void answer_done(struct request *r, int status, size_t body_bytes)
{
    count(r->web, status);
    if (r->begun_ns && log_is_on(LOG_INFO)) {
        char path[WEB_LOG_PATH_MAX + 1];
        path_for_log(r, path);
        log_line(LOG_INFO, "http.request", "method=%s path=%s status=%d ms=%.3f bytes=%zu peer=%s",
                 r->method ? r->method : "-", path[0] ? path : "-", status,
                 (double)(uv_hrtime() - r->begun_ns) / NS_A_MILLI, body_bytes, r->peer);
    }
}

void answer_gone(const struct request *r)
{
    if (r->begun_ns && log_is_on(LOG_INFO)) {
        char path[WEB_LOG_PATH_MAX + 1];
        path_for_log(r, path);
        log_line(LOG_INFO, "http.gone", "method=%s path=%s ms=%.3f peer=%s", r->method, path,
                 (double)(uv_hrtime() - r->begun_ns) / NS_A_MILLI, r->peer);
    }
}

/* The exchange is over; the connection goes on, or not. */
static void let_go(struct request *r)
{
    struct connection *c = r->connection;
    request_give(r);
    if (c) {
        c->request = NULL;
        connection_settle(c);
    }
}

static void answer(struct exchange *x, const struct exchange_answer *a)
{
    struct request *r = (struct request *)x;
    struct connection *c = r->connection;
    if (c) {
        struct form form = {
            .keep_alive = r->keep_alive && !r->web->is_stopping && !c->is_ended,
            .is_http_10 = r->is_http_10,
            .is_head = r->method[0] == 'H',
        };
        write_answer(r, a, form);
        c->is_ending = !form.keep_alive;
        if (a->file && !form.is_head) {
            file_body_begin(c, a->file);
        }
    }
    if (a->file && (!c || r->method[0] == 'H')) {
        close(a->file->fd);
    }
    answer_done(r, a->status, a->file ? a->file->bytes : a->body.len);
    let_go(r);
}

static struct slice header(const struct exchange *x, const char *name)
{
    return request_header((const struct request *)x, name);
}

static void forget(struct exchange *x)
{
    request_forget((struct request *)x);
}

static void abandon(struct exchange *x)
{
    struct request *r = (struct request *)x;
    struct connection *c = r->connection;
    request_give(r);
    if (c) {
        c->request = NULL;
        connection_drop(c);
    }
}

static bool is_gone(const struct exchange *x)
{
    return !((const struct request *)x)->connection;
}

const struct exchange_verbs answer_verbs = {
    .header = header,
    .answer = answer,
    .forget = forget,
    .abandon = abandon,
    .is_gone = is_gone,
};

void answer_fail(struct connection *c, int status, enum err err, const char *text)
{
    struct request *r = c->request;
    struct buf body = {0};
    exchange_refusal_write(&body, err, slice_of(text));
    struct exchange_answer a = {
        .status = status,
        .content_type = EXCHANGE_JSON,
        .body = buf_view(&body),
    };
    const struct web_route *route = request_route(r);
    if (route) {
        cors_judge(r, route);
    }
    write_answer(r, &a, (struct form){0});
    c->is_ending = true;
    c->request = NULL;
    r->method = NULL;
    answer_done(r, status, a.body.len);
    request_give(r);
    buf_free(&body);
}
