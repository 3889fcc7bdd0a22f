/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A request between its question to the engine and the engine's reply. It is memory of its own and
 * not of the exchange's arena, because answering ends the arena while the ticket is still in use.
 *
 * Nobody asks to be told when the requester goes: an exchange stays until it is answered, what was
 * asked for happens all the same, and who only ended its side of the connection reads the answer.
 */
#include "api/api_int.h"

#include "base/list.h"
#include "base/mem.h"

struct pending {
    struct ticket ticket;
    struct request request;
    enum op op; /* OP_COUNT: a query */
    void (*answered)(const struct request *request, struct reply *reply, void *detail);
    void *detail;
};

static void count(const struct pending *pending, enum err err)
{
    if (pending->op == OP_COUNT)
        return;
    struct api *api = pending->request.api;
    metric_add(err ? api->refused[pending->op] : api->accepted[pending->op], 1);
}

static void done(struct ticket *ticket, struct reply *reply)
{
    struct pending *pending = LIST_OWNER(ticket, struct pending, ticket);
    if (!reply->err && reply->answer && reply->answer->err)
        reply->err = reply->answer->err;
    count(pending, reply->err);
    pending->answered(&pending->request, reply, pending->detail);
    mem_free(pending);
}

static struct pending *wait_for(const struct request *request, enum op op,
                                void (*answered)(const struct request *, struct reply *, void *),
                                void *detail)
{
    struct pending *pending = mem_zalloc(sizeof *pending);
    *pending = (struct pending){{done}, *request, op, answered, detail};
    return pending;
}

/* No reply follows a refusal at the door: this is it. */
static void refuse_at_door(struct pending *pending, enum err err)
{
    char trouble[ENGINE_TROUBLE_SIZE];
    struct reply reply = {.err = err};
    if (engine_trouble(pending->request.api->options.engine, trouble) > 0)
        reply.reason = slice_of(trouble);
    done(&pending->ticket, &reply);
}

void api_ask(const struct request *request, const struct query *query,
             void (*answered)(const struct request *, struct reply *, void *), void *detail)
{
    struct pending *pending = wait_for(request, OP_COUNT, answered, detail);
    enum err err = engine_query(request->api->options.engine, query, &pending->ticket);
    if (err)
        refuse_at_door(pending, err);
}

void api_do(const struct request *request, const struct command *command,
            void (*answered)(const struct request *, struct reply *, void *), void *detail)
{
    struct pending *pending = wait_for(request, command->op, answered, detail);
    enum err err = engine_command(request->api->options.engine, command, &pending->ticket);
    if (err)
        refuse_at_door(pending, err);
}

void api_answer_done(const struct request *request, struct reply *reply, void *detail)
{
    (void)detail;
    if (reply->err)
        api_refuse(request->x, reply->err, reply->reason);
    else
        api_answer_ok(request->x);
}
