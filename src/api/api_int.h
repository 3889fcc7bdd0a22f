/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Private to the api room: what its resources share. */
#ifndef API_API_INT_H
#define API_API_INT_H

#include "api/api.h"
#include "base/json.h"
#include "base/metrics.h"
#include "engine/ticket.h"

#define API_JSON "application/json;charset=UTF-8"

struct api {
    struct api_options options;
    char *root; /* public_url and "/api/v2" */
    struct metric *accepted[OP_COUNT];
    struct metric *refused[OP_COUNT];
};

/* One request on its way to its resource's file. */
struct request {
    struct api *api;
    struct exchange *x;
    struct slice id; /* what stood for "*" in the route; borrowed from the exchange */
};

/* --- api.c --- */

/* 200 and the body. answer may be NULL: else its time and sequence number go into headers. */
void api_answer(struct exchange *x, const struct buf *body, const struct answer *answer);
/* As much of what a client sent as a message repeats to it; whole characters. */
struct slice api_shown(struct slice text);
/* 200 {"statusCode":0} */
void api_answer_ok(struct exchange *x);

/* --- pending.c: requests that wait for the engine --- */

/* answered is called with the engine's reply; it answers the exchange. detail is the caller's, in
 * the exchange's arena. Engine refusals at the door are answered at once. */
void api_ask(const struct request *request, const struct query *query,
             void (*answered)(const struct request *request, struct reply *reply, void *detail),
             void *detail);
void api_do(const struct request *request, const struct command *command,
            void (*answered)(const struct request *request, struct reply *reply, void *detail),
            void *detail);
/* The usual end of an operation: {"statusCode":0}, or the refusal. */
void api_answer_done(const struct request *request, struct reply *reply, void *detail);

/* --- fields.c: ?fields= and ?subresources= --- */

#define FIELDS_MAX 32

struct fields {
    bool is_given; /* the parameter is there */
    bool is_all;   /* "*" */
    size_t count;
    struct slice names[FIELDS_MAX];
};

void api_fields_read(const struct exchange *x, const char *parameter, struct fields *out);
/* Whether that attribute is wanted; fields may be NULL or not given: all are. */
bool api_fields_has(const struct fields *fields, const char *name);

/* --- params.c --- */

/* Reads the body of an operation on target. On failure *reason (in the exchange's arena) names the
 * field. *body is the whole object, for who needs more than the table knows. */
enum err api_command_read(const struct request *request, enum op_target target, struct command *out,
                          const struct json **body, struct slice *reason);

/* --- render_call.c, render_device.c: one object each, as a value --- */

void api_render_call(const struct api *api, const struct call_view *view,
                     const struct fields *fields, struct buf *out);
void api_render_calls(const struct api *api, const struct answer *answer,
                      const struct fields *fields, struct buf *out);
void api_render_device(const struct device_view *device, const struct fields *fields,
                       struct buf *out);
void api_render_devices(const struct answer *answer, const struct fields *fields, struct buf *out);
/* [{"channel":"voice","userState":{...}}] */
void api_render_channels(const struct state_card *state, struct buf *out);
/* An array of the names of the operations whose bits are set. */
void api_render_capabilities(uint64_t bits, struct buf *out);

/* --- v2/: one resource each --- */

void v2_me_get(const struct request *request);
void v2_me_post(const struct request *request);
void v2_devices_get(const struct request *request);
void v2_device_get(const struct request *request);
void v2_device_calls_post(const struct request *request);
void v2_calls_get(const struct request *request);
void v2_call_get(const struct request *request);
void v2_call_post(const struct request *request);
void v2_version_get(const struct request *request);

#endif
