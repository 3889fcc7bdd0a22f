/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* From a request's body to a command, by two tables: the core's (which parameters an operation
 * takes and needs) and the one below (how each stands in JSON). Shape and type are judged here,
 * because only here is JSON; values and bounds are the core's affair, so that they hold however a
 * command comes. A parameter that the operation does not take is ignored: old clients send more
 * than they must. */
#include "api/api_int.h"

struct reading {
    const struct api *api;
    struct arena *arena;
    struct command *command;
    struct slice reason;
};

static enum err read_destination(struct reading *r, const char *name, const struct json *value)
{
    (void)name;
    if (!json_is(value, JSON_OBJECT)) {
        r->reason = SLICE("destination must be an object such as {\"phoneNumber\":\"5002\"}");
        return ERR_INVALID;
    }
    const struct json *number = json_get(value, "phoneNumber");
    if (!number) {
        r->reason = SLICE("destination.phoneNumber is missing");
        return ERR_MISSING;
    }
    if (!json_is(number, JSON_STRING)) {
        r->reason = SLICE("destination.phoneNumber must be a string");
        return ERR_INVALID;
    }
    r->command->text = number->text;
    return ERR_OK;
}

static enum err read_text(struct reading *r, const char *name, const struct json *value)
{
    if (!json_is(value, JSON_STRING)) {
        r->reason = arena_printf(r->arena, "%s must be a string", name);
        return ERR_INVALID;
    }
    r->command->text = value->text;
    return ERR_OK;
}

static enum err read_user_data(struct reading *r, const char *name, const struct json *value)
{
    (void)name;
    if (!json_is(value, JSON_OBJECT)) {
        r->reason = SLICE("userData must be an object");
        return ERR_INVALID;
    }
    struct pair *pairs = arena_alloc(r->arena, (value->count + 1) * sizeof *pairs);
    size_t count = 0;
    for (const struct json *member = value->child; member; member = member->next) {
        if (member->depth > r->api->options.nesting_max) {
            struct slice key = api_shown(member->key);
            r->reason =
                arena_printf(r->arena, "userData.%.*s is nested %u deep; at most %u", (int)key.len,
                             key.ptr, member->depth, r->api->options.nesting_max);
            return ERR_RANGE;
        }
        pairs[count++] = (struct pair){member->key, member->raw};
    }
    r->command->pairs = pairs;
    r->command->pair_count = count;
    return ERR_OK;
}

static enum err read_channels(struct reading *r, const char *name, const struct json *value)
{
    (void)name;
    if (!json_is(value, JSON_ARRAY) || value->count == 0) {
        r->reason = SLICE("channels must be an array of at least one string");
        return ERR_INVALID;
    }
    for (const struct json *channel = value->child; channel; channel = channel->next) {
        if (!json_is(channel, JSON_STRING)) {
            r->reason = SLICE("channels must hold strings only");
            return ERR_INVALID;
        }
        if (slice_is(channel->text, "voice"))
            r->command->voice = true;
    }
    return ERR_OK;
}

static const struct param {
    enum op_param bit;
    const char *name;
    enum err (*read)(struct reading *r, const char *name, const struct json *value);
} params[] = {
    {OP_PARAM_DESTINATION, "destination", read_destination},
    {OP_PARAM_DIGITS, "digits", read_text},
    {OP_PARAM_USER_DATA, "userData", read_user_data},
    {OP_PARAM_KEY, "key", read_text},
    {OP_PARAM_CHANNELS, "channels", read_channels},
    {OP_PARAM_PARTICIPANT, "participant", read_text},
};

static enum err read_params(struct reading *r, const struct op_row *row, const struct json *body)
{
    for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
        const struct param *param = &params[i];
        const struct json *value = row->takes & param->bit ? json_get(body, param->name) : NULL;
        if (value) {
            enum err err = param->read(r, param->name, value);
            if (err)
                return err;
        } else if (row->needs & param->bit) {
            r->reason =
                arena_printf(r->arena, "%s is missing: %s needs it", param->name, row->name);
            return ERR_MISSING;
        }
    }
    return ERR_OK;
}

static struct slice unknown_operation(struct arena *arena, struct slice name, enum op_target target)
{
    struct buf text = {0};
    buf_text(&text, "operationName '");
    buf_slice(&text, api_shown(name));
    buf_text(&text, "' is not an operation of this resource; allowed: ");
    const char *comma = "";
    for (int op = 0; op < OP_COUNT; op++) {
        if (!op_row((enum op)op)->name || !(op_row((enum op)op)->targets & target))
            continue;
        buf_printf(&text, "%s%s", comma, op_row((enum op)op)->name);
        comma = ", ";
    }
    struct slice copy = arena_copy(arena, buf_view(&text));
    buf_free(&text);
    return copy;
}

static enum err read_operation(struct reading *r, enum op_target target, const struct json *body)
{
    const struct json *name = json_get(body, "operationName");
    if (!name) {
        r->reason = SLICE("operationName is missing");
        return ERR_MISSING;
    }
    if (!json_is(name, JSON_STRING)) {
        r->reason = SLICE("operationName must be a string");
        return ERR_INVALID;
    }
    r->command->op = op_find(name->text, target);
    r->command->at = target;
    if (r->command->op == OP_COUNT) {
        r->reason = unknown_operation(r->arena, name->text, target);
        return ERR_INVALID;
    }
    return ERR_OK;
}

enum err api_command_read(const struct request *request, enum op_target target, struct command *out,
                          const struct json **body, struct slice *reason)
{
    struct exchange *x = request->x;
    struct command command = {.user = x->user, .target = request->id};
    struct reading r = {request->api, x->arena, &command, SLICE_NONE};
    const struct json *object = NULL;
    enum err err = exchange_object(x, &object, &r.reason);
    if (!err)
        err = read_operation(&r, target, object);
    if (!err)
        err = read_params(&r, op_row(command.op), object);
    *reason = r.reason;
    if (err)
        return err;
    *out = command;
    *body = object;
    return ERR_OK;
}
