# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""Golden exchanges: test/golden/*.json, compared with what the server does.

A text between < and > stands for any value of the form it names, and for the same value wherever it
appears in one exchange. Everything else is compared exactly: arrays under "capabilities" as sets,
objects regardless of the order of keys.
"""

import json
import pathlib
import re

from support.server import ROOT

GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
FORMS = {
    "call id": r"[A-Z2-7]{32}",
    "16 lower-case hex digits": r"[0-9a-f]{16}",
    "device id of 15000": GUID,
    "device id of 15001": GUID,
    "base": r"http://127\.0\.0\.1:[0-9]+",
    "decimal seconds as a string": r"0|[1-9][0-9]*",
}
FREE = {"decimal seconds as a string"}  # may differ from place to place
# A whole call in golden files, and which of the two agents sends each request: 15000 or 15001.
LIFE = [("dial", 0), ("attach-user-data", 0), ("update-user-data", 0), ("delete-user-data-pair", 0),
        ("delete-user-data", 0), ("answer", 1), ("send-dtmf", 0), ("hangup", 0)]
PLACEHOLDER = re.compile(r"<([^<>]+)>")


def load(name):
    return json.loads((ROOT / "test" / "golden" / f"{name}.json").read_text(encoding="utf-8"))


def fill(template, known):
    """The text with its placeholders replaced by the values that are known."""
    return PLACEHOLDER.sub(lambda match: known[match.group(1)], template)


def _match_text(template, actual, known, where):
    assert isinstance(actual, str), f"{where}: {actual!r} should be text like {template!r}"
    pattern, groups, at = "", [], 0
    for match in PLACEHOLDER.finditer(template):
        pattern += re.escape(template[at:match.start()])
        name = match.group(1)
        if name in known and name not in FREE:
            pattern += re.escape(known[name])
        else:
            pattern += f"({FORMS[name]})"
            groups.append(name)
        at = match.end()
    pattern += re.escape(template[at:])
    found = re.fullmatch(pattern, actual)
    assert found, f"{where}: {actual!r} is not {template!r} (with {known})"
    for name, value in zip(groups, found.groups()):
        if name not in FREE:
            known[name] = value


def match(template, actual, known, where="$"):
    """Asserts that actual is what template says; learns the values of placeholders into known."""
    if isinstance(template, str):
        _match_text(template, actual, known, where)
    elif isinstance(template, dict):
        assert isinstance(actual, dict), f"{where}: {actual!r} should be an object"
        assert set(template) == set(actual), (
            f"{where}: missing {sorted(set(template) - set(actual))}, "
            f"too much {sorted(set(actual) - set(template))}")
        for key, value in template.items():
            match(value, actual[key], known, f"{where}.{key}")
    elif isinstance(template, list):
        assert isinstance(actual, list), f"{where}: {actual!r} should be an array"
        if where.endswith(".capabilities"):
            assert len(actual) == len(set(actual)), f"{where}: {actual!r} names one twice"
            assert set(template) == set(actual), (
                f"{where}: missing {sorted(set(template) - set(actual))}, "
                f"too much {sorted(set(actual) - set(template))}")
            return
        assert len(template) == len(actual), f"{where}: {actual!r} should be {template!r}"
        for i, (one, other) in enumerate(zip(template, actual)):
            match(one, other, known, f"{where}[{i}]")
    else:
        # 0 and false are not the same here.
        assert type(template) is type(actual) and template == actual, (
            f"{where}: {actual!r} should be {template!r}")


def check_exchange(name, agent, listeners, known):
    """Sends the request of a golden file as the agent and compares the answer and the notice of each
    listener (by telephone number). known has at least base and what the request's path needs."""
    golden = load(name)
    request = golden["request"]
    response = agent.http.request(request["method"], fill(request["path"], known), request.get("body"))
    assert response.status == golden["response"]["status"], response
    match(golden["response"]["body"], response.json, known, "response")
    for dn, wanted in golden["notifications"].items():
        if dn in listeners:
            check_notice(wanted, listeners[dn], known, f"{name}: notice to {dn}")
    return response


def check_notice(wanted, listener, known, where):
    event = listener.wait()
    assert set(event) == {"channel", "data"}, f"{where}: {sorted(event)}"
    match(wanted, event, known, where)


def check_life(agents, listeners, base):
    """The whole life of a call between the two agents."""
    known = {"base": base}
    for agent in agents:
        known[f"device id of {agent.dn}"] = agent.device_id
    for name, who in LIFE:
        check_exchange(name, agents[who], listeners, known)
