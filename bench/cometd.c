/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The steps of a CometD session. A session logs in with Basic credentials at its first request and
 * goes on with the cookies that it is given, as browsers do.
 *
 * A real desktop over long-polling has a second connection for everything but the connect; it is
 * closed or idle most of the time, and left out here: one connection for each session. */
#include "cometd.h"
#include "common.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define NOTIFICATIONS "/api/v2/notifications"

static void base64(const char *text, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i += 3) {
        uint32_t three = 0;
        for (size_t k = 0; k < 3; k++)
            three = three << 8 | (i + k < len ? (unsigned char)text[i + k] : 0u);
        for (size_t k = 0; k < 4; k++)
            *out++ = i + k <= len ? digits[three >> (18 - 6 * k) & 63] : '=';
    }
    *out = '\0';
}

void agent_headers(unsigned agent, char out[HEADERS_SIZE])
{
    char plain[64];
    char coded[128];
    snprintf(plain, sizeof plain, "agent%u:demo", agent);
    base64(plain, coded);
    snprintf(out, HEADERS_SIZE, "Authorization: Basic %s\r\n", coded);
}

void agent_take_cookies(const struct response *response, char headers[HEADERS_SIZE])
{
    static const char name[] = "\r\nset-cookie: ";
    const char *end = response->head + response->head_len;
    size_t len = strncmp(headers, "Cookie:", 7) == 0 ? strlen(headers) - 2 : 0;
    for (const char *line = response->head; (line = memchr(line, '\r', (size_t)(end - line)));
         line++) {
        if (strncasecmp(line, name, sizeof name - 1) != 0)
            continue;
        const char *value = line + sizeof name - 1;
        int value_len = (int)strcspn(value, ";\r");
        if (len + (size_t)value_len + 16 > HEADERS_SIZE)
            die("too many cookies");
        len += (size_t)sprintf(headers + len, "%s%.*s", len ? "; " : "Cookie: ", value_len, value);
    }
    if (len > 0)
        memcpy(headers + len, "\r\n", sizeof "\r\n");
}

static void send_message(struct cometd *s, const char *channel, const char *fields)
{
    char text[512];
    char who[64] = "";
    if (s->client_id[0])
        snprintf(who, sizeof who, "\"clientId\":\"%s\",", s->client_id);
    int len = snprintf(text, sizeof text, "[{\"id\":\"%u\",\"channel\":\"%s\",%s%s}]", ++s->id,
                       channel, who, fields);
    if (s->is_websocket)
        client_send_text(&s->client, text, (size_t)len);
    else
        client_request(&s->client, NOTIFICATIONS, s->headers, text, (size_t)len);
}

static void send_handshake(struct cometd *s)
{
    s->step = COMETD_HANDSHAKE;
    send_message(s, "/meta/handshake",
                 "\"version\":\"1.0\",\"minimumVersion\":\"1.0\","
                 "\"supportedConnectionTypes\":[\"websocket\",\"long-polling\"]");
}

static void send_connect(struct cometd *s, const char *advice)
{
    char fields[128];
    snprintf(fields, sizeof fields, "\"connectionType\":\"%s\"%s",
             s->is_websocket ? "websocket" : "long-polling", advice);
    send_message(s, "/meta/connect", fields);
}

void cometd_open(struct cometd *s, unsigned port, unsigned agent, bool is_websocket)
{
    *s = (struct cometd){.is_websocket = is_websocket};
    agent_headers(agent, s->headers);
    client_open(&s->client, port);
    if (is_websocket)
        client_upgrade(&s->client, NOTIFICATIONS, s->headers);
    else
        send_handshake(s);
}

/* Takes the next step when the text holds the reply that it waits for; events are passed over. */
static void advance(struct cometd *s, const char *text, size_t len)
{
    static const char *const wanted[] = {
        [COMETD_UPGRADE] = "",
        [COMETD_HANDSHAKE] = "/meta/handshake",
        [COMETD_SUBSCRIBE] = "/meta/subscribe",
        [COMETD_CONNECT] = "/meta/connect",
        [COMETD_UP] = "/meta/connect",
    };
    if (!text_has(text, len, wanted[s->step]))
        return;
    if (!text_has(text, len, "\"successful\":true"))
        die("refused: %.*s", (int)len, text);
    switch (s->step) {
    case COMETD_UPGRADE:
        break;
    case COMETD_HANDSHAKE:
        if (!text_after(text, len, "\"clientId\":\"", s->client_id, sizeof s->client_id))
            die("a handshake without clientId: %.*s", (int)len, text);
        s->step = COMETD_SUBSCRIBE;
        send_message(s, "/meta/subscribe", "\"subscription\":\"/v2/me/*\"");
        break;
    case COMETD_SUBSCRIBE:
        s->step = COMETD_CONNECT;
        send_connect(s, ",\"advice\":{\"timeout\":0}");
        break;
    case COMETD_CONNECT:
    case COMETD_UP:
        s->step = COMETD_UP;
        send_connect(s, "");
        break;
    }
}

void cometd_response(struct cometd *s, const struct response *response)
{
    agent_take_cookies(response, s->headers);
    if (s->step == COMETD_UPGRADE && response->status == 101)
        send_handshake(s);
    else if (s->step != COMETD_UPGRADE && response->status == 200)
        advance(s, response->body, response->body_len);
    else
        die("unexpected: %.*s%.*s", (int)response->head_len, response->head,
            (int)response->body_len, response->body);
}

void cometd_frame(struct cometd *s, const struct frame *frame)
{
    advance(s, frame->text, frame->len);
}

void cometd_await_up(struct cometd *s)
{
    while (s->step != COMETD_UP) {
        if (s->is_websocket && s->step != COMETD_UPGRADE) {
            struct frame frame;
            client_await_frame(&s->client, &frame);
            cometd_frame(s, &frame);
        } else {
            struct response response;
            client_await_response(&s->client, &response);
            cometd_response(s, &response);
        }
    }
}
