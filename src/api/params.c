/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* From a request's body to a command, by two tables: the core's (which parameters an operation
 * takes and needs) and the one below (how each stands in JSON). Shape and type are judged here,
 * because only here is JSON; values and bounds are the core's affair, so that they hold however a
 * command comes. A parameter that the operation does not take is ignored: old clients send more
 * than they must. So is null for one that it can do without.
 *
 * Addresses of calls and devices are read by their last segment: clients send absolute ones, paths
 * in a parameter named ...Uri, and bare ids (platform reference 1.3).
 *
 * A name that is no operation of the API may be an agent state of the configuration, which only the
 * core knows. */
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

static enum err take_text(struct reading *r, const char *name, const struct json *value,
                          struct slice *out)
{
    if (!json_is(value, JSON_STRING)) {
        r->reason = arena_printf(r->arena, "%s must be a string", name);
        return ERR_INVALID;
    }
    *out = value->text;
    return ERR_OK;
}

static enum err read_text(struct reading *r, const char *name, const struct json *value)
{
    return take_text(r, name, value, &r->command->text);
}

static enum err read_caller_id(struct reading *r, const char *name, const struct json *value)
{
    return take_text(r, name, value, &r->command->caller_id);
}

static enum err read_key(struct reading *r, const char *name, const struct json *value)
{
    return take_text(r, name, value, &r->command->key);
}

static enum err read_place(struct reading *r, const char *name, const struct json *value)
{
    return take_text(r, name, value, &r->command->place);
}

/* Dial's object, or the bare number. */
static enum err read_forward_to(struct reading *r, const char *name, const struct json *value)
{
    return json_is(value, JSON_OBJECT) ? read_destination(r, name, value)
                                       : read_text(r, name, value);
}

static struct slice last_segment(struct slice address)
{
    struct slice path = slice_split(address, '?', &(struct slice){0});
    while (path.len > 0 && path.ptr[path.len - 1] == '/')
        path.len--;
    size_t begin = path.len;
    while (begin > 0 && path.ptr[begin - 1] != '/')
        begin--;
    return (struct slice){path.ptr + begin, path.len - begin};
}

/* Some clients have an address that ends in "null" where a call has not begun. */
static enum err take_id(struct reading *r, const char *name, const struct json *value,
                        struct slice *out)
{
    struct slice address = SLICE_NONE;
    enum err err = take_text(r, name, value, &address);
    if (err)
        return err;
    struct slice id = last_segment(address);
    if (id.len == 0 || slice_is(id, "null")) {
        r->reason =
            arena_printf(r->arena, "%s must be an address that ends in an id, or the id", name);
        return ERR_INVALID;
    }
    *out = id;
    return ERR_OK;
}

static enum err read_call(struct reading *r, const char *name, const struct json *value)
{
    return take_id(r, name, value, &r->command->call);
}

static enum err read_target(struct reading *r, const char *name, const struct json *value)
{
    return take_id(r, name, value, &r->command->text);
}

static enum err read_device(struct reading *r, const char *name, const struct json *value)
{
    return take_id(r, name, value, &r->command->device);
}

/* One of two words. */
static enum err take_choice(struct reading *r, const char *name, const struct json *value,
                            const char *const words[2], bool *is_second)
{
    if (json_is(value, JSON_STRING)) {
        *is_second = slice_is(value->text, words[1]);
        if (*is_second || slice_is(value->text, words[0]))
            return ERR_OK;
    }
    r->reason = arena_printf(r->arena, "%s must be \"%s\" or \"%s\"", name, words[0], words[1]);
    return ERR_INVALID;
}

static enum err read_scope(struct reading *r, const char *name, const struct json *value)
{
    bool is_agent = false;
    enum err err = take_choice(r, name, value, (const char *const[]){"Call", "Agent"}, &is_agent);
    r->command->scope = is_agent ? MONITOR_AGENT : MONITOR_CALL;
    return err;
}

static enum err read_span(struct reading *r, const char *name, const struct json *value)
{
    bool is_next = false;
    enum err err =
        take_choice(r, name, value, (const char *const[]){"AllCalls", "NextCall"}, &is_next);
    r->command->span = is_next ? MONITOR_NEXT_CALL : MONITOR_ALL_CALLS;
    return err;
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

/* A parameter may go by several names; the first that is there counts. "location" is not here: it
 * names a switch among many, and means nothing to a single one. */
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
    {OP_PARAM_OTHER_CALL, "otherCallUri", read_call},
    {OP_PARAM_OTHER_CALL, "otherCallPath", read_call},
    {OP_PARAM_CONSULT_CALL, "consultCallUri", read_call},
    {OP_PARAM_CONSULT_CALL, "consultCallPath", read_call},
    {OP_PARAM_OF_CALL, "callUri", read_call},
    {OP_PARAM_OF_CALL, "callPath", read_call},
    {OP_PARAM_OF_CALL, "callUuid", read_call},
    {OP_PARAM_CALLER_ID, "outboundCallerId", read_caller_id},
    {OP_PARAM_DISPOSITION, "disposition", read_text},
    {OP_PARAM_DISPOSITION_KEY, "dispositionKey", read_key},
    {OP_PARAM_TARGET_DEVICE, "targetDeviceUri", read_target},
    {OP_PARAM_TARGET_DEVICE, "targetDevicePath", read_target},
    {OP_PARAM_FORWARD_TO, "destination", read_forward_to},
};

/* What an operation has besides, each by itself. */
static const struct param extras[] = {
    {OP_PARAM_MONITORING, "supervisorMonitoringScope", read_scope},
    {OP_PARAM_MONITORING, "supervisorMonitoringMode", read_span},
    {OP_PARAM_PLACE, "place", read_place},
    {OP_PARAM_PLACE, "devicePath", read_device},
};

static const struct json *given(const struct op_row *row, const struct param *param,
                                const struct json *body)
{
    const struct json *value = row->takes & param->bit ? json_get(body, param->name) : NULL;
    return json_is(value, JSON_NULL) && !(row->needs & param->bit) ? NULL : value;
}

static enum err read_params(struct reading *r, const struct op_row *row, const struct json *body)
{
    unsigned found = 0;
    for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
        const struct json *value = found & params[i].bit ? NULL : given(row, &params[i], body);
        enum err err = value ? params[i].read(r, params[i].name, value) : ERR_OK;
        if (err)
            return err;
        found |= value ? params[i].bit : 0;
    }
    for (size_t i = 0; i < sizeof extras / sizeof *extras; i++) {
        const struct json *value = given(row, &extras[i], body);
        enum err err = value ? extras[i].read(r, extras[i].name, value) : ERR_OK;
        if (err)
            return err;
    }
    for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
        if (!(row->needs & ~found & params[i].bit))
            continue;
        r->reason = arena_printf(r->arena, "%s is missing: %s needs it", params[i].name, row->name);
        return ERR_MISSING;
    }
    return ERR_OK;
}

struct slice api_unknown_operation(struct arena *arena, struct slice name, enum op_target target)
{
    struct buf text = {0};
    buf_text(&text, "operationName '");
    buf_slice(&text, api_shown(name));
    buf_text(&text, "' is not an operation of this resource; allowed: ");
    const char *comma = "";
    for (int op = 0; op < OP_COUNT; op++) {
        const char *known = op_row((enum op)op)->name;
        if (!known || op_find(slice_of(known), target) == OP_COUNT)
            continue;
        buf_printf(&text, "%s%s", comma, known);
        comma = ", ";
    }
    if (op_row(OP_AGENT_STATE)->targets & target)
        buf_text(&text, ", and the agent states of /settings/agent-states");
    struct slice copy = arena_copy(arena, buf_view(&text));
    buf_free(&text);
    return copy;
}

static bool is_of_api(struct slice name)
{
    for (int op = 0; op < OP_COUNT; op++)
        if (op_row((enum op)op)->name && slice_is(name, op_row((enum op)op)->name))
            return true;
    return false;
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
    if (r->command->op != OP_COUNT)
        return ERR_OK;
    if (op_find(SLICE("Ready"), target) == OP_COUNT || is_of_api(name->text)) {
        r->reason = api_unknown_operation(r->arena, name->text, target);
        return ERR_INVALID;
    }
    r->command->op = OP_AGENT_STATE;
    r->command->text = name->text;
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
