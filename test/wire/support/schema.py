# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""Holds every JSON answer and every notice against the one description of the API's objects,
test/golden/api.schema.json: which definition is meant is told by the address, and by the channel.

The page's types are made from that description, so it must not say anything else than the server
does. What does not fit fails at once, and again when the test's server is stopped, since it may have
happened in a thread of the test's.
"""

import copy
import functools
import json
import pathlib
import urllib.parse

import jsonschema

FILE = pathlib.Path(__file__).resolve().parents[2] / "golden" / "api.schema.json"
NEWER, OLDER = "8.5.2-2016", "8.5.0-2014"
NOTIFICATIONS = "/api/v2/notifications"
# What the older dialect has instead.
IN_OLDER = {"Call": "OlderCall", "CallMessage": "OlderCallMessage"}

# Of each GET; "*" is one segment. Of a collection without ?fields= the addresses alone are answered.
COLLECTIONS = {
    "/api/v2/me/calls": "CallsAnswer",
    "/api/v2/me/devices": "DevicesAnswer",
    "/api/v2/devices": "DevicesAnswer",
    "/api/v2/users/*/devices": "DevicesAnswer",
    "/api/v2/users": "UsersAnswer",
    "/api/v2/queues": "QueuesAnswer",
    "/api/v2/groups": "GroupsAnswer",
    "/api/v2/features": "FeaturesAnswer",
    "/api/v2/me/features": "FeaturesAnswer",
    "/api/v2/system/features": "FeaturesAnswer",
    **{f"/api/v2{path}": "EmptyAnswer" for path in (
        "/me/groups", "/me/skills", "/me/workbins", "/me/interactions", "/me/chats", "/me/emails",
        "/me/workitems", "/users/*/skills", "/skills", "/services", "/workbins")},
}
SINGLE = {
    "/api/v2/me": "MeAnswer",
    "/api/v2/me/devices/*": "DeviceAnswer",
    "/api/v2/devices/*": "DeviceAnswer",
    "/api/v2/me/calls/*": "CallAnswer",
    "/api/v2/me/history/calls": "HistoryAnswer",
    "/api/v2/history/calls": "HistoryAnswer",
    "/api/v2/me/recordings": "RecordingsAnswer",
    "/api/v2/recordings": "RecordingsAnswer",
    "/api/v2/me/recordings/*": "RecordingAnswer",
    "/api/v2/recordings/*": "RecordingAnswer",
    "/api/v2/me/channels": "ChannelsAnswer",
    "/api/v2/me/channels/*": "ChannelAnswer",
    "/api/v2/me/settings": "UserSettingsAnswer",
    "/api/v2/contacts": "ContactsAnswer",
    "/api/v2/contacts/*": "ContactAnswer",
    "/api/v2/users/*": "UserAnswer",
    "/api/v2/queues/*": "QueueAnswer",
    "/api/v2/groups/*": "GroupAnswer",
    "/api/v2/features/*": "FeatureAnswer",
    "/api/v2/settings": "SettingsAnswer",
    "/api/v2/settings/general-settings": "GeneralSettingsAnswer",
    "/api/v2/settings/agent-states": "AgentStatesAnswer",
    "/api/v2/settings/dispositions": "DispositionsAnswer",
    "/api/v2/settings/interaction-workspace": "DesktopOptionsAnswer",
    "/api/v2/settings/voice": "NoSettingsAnswer",
    "/api/v2/settings/voice-operations": "NoSettingsAnswer",
    "/api/v2/diagnostics/version": "VersionAnswer",
    "/api/v2/floor": "Floor",
    "/internal-api/me/settings": "UserSettingsAnswer",
    "/internal-api/contact-center": "ContactCenterAnswer",
    "/internal-api/business-attributes": "BusinessAttributesAnswer",
    "/internal-api/transactions": "TransactionsAnswer",
    "/internal-api/operations": "OperationsAnswer",
    "/sim/v1": "SimState",
    "/sim/v1/lines": "SimLines",
    "/sim/v1/lines/*": "SimLine",
    "/sim/v1/outside": "SimOutsideAnswer",
    "/sim/v1/outside/*": "SimOutside",
}
NOTICES = {  # by messageType
    "CallStateChangeMessage": ("/v2/me/calls", "CallMessage"),
    "DeviceStateChangeMessage": ("/v2/me/devices", "DeviceMessage"),
    "ErrorMessage": ("/v2/me/devices", "ErrorMessage"),
    "ChannelStateChangeMessageV2": ("/v2/me/channels", "ChannelMessage"),
    "ResyncMessage": ("/v2/me/resync", "ResyncMessage"),
}

KEPT_MAX = 4000  # characters
misfits = []


class Misfit(AssertionError):
    def __init__(self, text):
        super().__init__(text)
        misfits.append(text)


# --- definitions ---

def _without_demands(schema):
    """What ?fields= leaves of an object is asked for, so nothing of it has to be there."""
    if isinstance(schema, list):
        return [_without_demands(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _without_demands(value) for key, value in schema.items()
            if key not in ("required", "dependentRequired", "if", "then", "else")}


@functools.cache
def _schema(dialect, is_partial):
    schema = json.loads(FILE.read_text(encoding="utf-8"))
    whole = copy.deepcopy(schema["$defs"])
    if dialect == OLDER:
        for newer, older in IN_OLDER.items():
            schema["$defs"][newer] = whole[older]
    if is_partial:
        schema["$defs"] = {name: one if name.endswith("Answer") else _without_demands(one)
                           for name, one in schema["$defs"].items()}
    return schema


@functools.cache
def _validator(definition, dialect, is_partial):
    schema = _schema(dialect, is_partial)
    return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": schema["$defs"]})


@functools.lru_cache(maxsize=20_000)
def _first_error(definition, dialect, is_partial, text):
    """None where it fits. Polling brings the same text again and again; a long one is not kept."""
    error = jsonschema.exceptions.best_match(
        _validator(definition, dialect, is_partial).iter_errors(json.loads(text)))
    return error and f"{error.json_path}: {error.message[:2000]}"


def check(definition, text, where, dialect=NEWER, is_partial=False):
    find = _first_error if len(text) < KEPT_MAX else _first_error.__wrapped__
    error = find(definition, dialect, is_partial, text)
    if error:
        raise Misfit(f"{where}: this is no {definition} of api.schema.json: {error}\n{text[:4000]}")


# --- whose dialect ---

def dialect_of(server, user):
    """As the server's configuration says; a user whom it does not name has the site's."""
    options = getattr(server, "options", [])
    if "--config" not in options:
        return NEWER
    section, found = "", {}
    try:
        text = pathlib.Path(options[options.index("--config") + 1]).read_text("utf-8")
    except OSError:  # taken away by a test
        return NEWER
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("["):
            section = line.strip("[]")
        elif line.partition("=")[0].strip() == "compat":
            found[section] = line.partition("=")[2].strip()
    return found.get(f"user {user}", found.get("api", NEWER))


# --- answers and notices ---

def _definition_of(path):
    """Its name, and whether it is a collection's."""
    segments = path.rstrip("/").split("/")
    for is_collection, table in ((False, SINGLE), (True, COLLECTIONS)):
        for pattern, definition in table.items():
            parts = pattern.split("/")
            if len(parts) == len(segments) and all(a in ("*", b) for a, b in zip(parts, segments)):
                return definition, is_collection
    return None, False


def _parameters(query):
    """Names and values of a query, in which "+" is a plus."""
    pairs = [item.partition("=")[::2] for item in query.split("&") if item]
    return {urllib.parse.unquote(name): urllib.parse.unquote(value) for name, value in pairs}


def _check_get(path, query, text, where, dialect):
    definition, is_collection = _definition_of(path)
    if definition is None:
        raise Misfit(f"{where}: api.schema.json has nothing for this address:\n{text[:4000]}")
    given = _parameters(query)
    if is_collection and "fields" not in given and not (definition == "UsersAnswer" and "subresources" in given):
        definition = "UrisAnswer"
    is_partial = "fields" in given and "*" not in [name.strip() for name in given["fields"].split(",")]
    check(definition, text, where, dialect, is_partial)


def check_answer(method, target, status, text, dialect=NEWER):
    """The body of an answer of type application/json."""
    path, _, query = target.partition("?")
    where = f"{method} {target[:500]} {status}"
    if path == NOTIFICATIONS or path.startswith(NOTIFICATIONS + "/"):
        if status == 200:
            check_messages(json.loads(text), dialect)
        else:
            check("Answer", text, where)
    elif status == 200 and method == "GET":
        _check_get(path, query, text, where, dialect)
    elif status == 200 and json.loads(text).get("statusCode") == 7:
        check("PartlyAnswer", text, where)
    else:
        check("Answer", text, where)


def check_any(status, text):
    """An answer to something of which only the bytes are known."""
    answer = json.loads(text)
    if isinstance(answer, list):
        check_messages(answer)
    elif status != 200 or answer.get("statusCode") != 0:
        check("Answer", text, f"answer {status}")
    elif all(_first_error(definition, NEWER, False, text)
             for definition in {"Answer", "UrisAnswer", *SINGLE.values(), *COLLECTIONS.values()}):
        raise Misfit(f"this is no answer of api.schema.json:\n{text[:4000]}")


def check_messages(messages, dialect=NEWER):
    """What CometD brought, of which replies are not ours to describe."""
    for message in messages:
        if "data" in message and "successful" not in message:
            check_notice(message, dialect)


def check_notice(message, dialect=NEWER):
    channel, definition = NOTICES.get(message["data"].get("messageType"), (None, None))
    if set(message) != {"channel", "data"} or message["channel"] != channel:
        raise Misfit(f"api.schema.json has no such notice: {message}")
    check(definition, json.dumps(message["data"]), f"notice on {channel}", dialect)


def assert_all_fitted():
    """At the end of a test; what did not is forgotten then."""
    found, misfits[:] = list(misfits), []
    assert not found, "\n".join(found)
