/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* An operation on its way through: read, judged by the core, answered. The answer of one is
 * {"statusCode":0} and never holds what came of it: that comes as an event. */
#include "api/api_int.h"

struct state_asked {
    struct slice name;
    enum op_target target;
};

/* The core found no such state. It can't know what else is allowed there: this is said here. */
static void answer_state(const struct request *request, struct reply *reply, void *detail)
{
    const struct state_asked *asked = detail;
    if (reply->err == ERR_NOT_FOUND || reply->err == ERR_INVALID)
        api_refuse(request->x, ERR_INVALID,
                   api_unknown_operation(request->x->arena, asked->name, asked->target));
    else
        api_answer_done(request, reply, NULL);
}

void api_operate_with(const struct request *request, const struct command *command)
{
    if (command->op != OP_AGENT_STATE) {
        api_do(request, command, api_answer_done, NULL);
        return;
    }
    struct state_asked *asked = arena_alloc(request->x->arena, sizeof *asked);
    *asked = (struct state_asked){command->text, command->at};
    api_do(request, command, answer_state, asked);
}

void api_operate(const struct request *request, enum op_target target)
{
    struct command command;
    const struct json *body;
    struct slice reason;
    enum err err = api_command_read(request, target, &command, &body, &reason);
    if (err)
        api_refuse(request->x, err, reason);
    else
        api_operate_with(request, &command);
}
