# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""/metrics in Prometheus' text form, and /healthz."""

import re

from support.bayeux import LongPolling
from support.rest import Agent, Http, eventually, refused

LINE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[^}]*\})? (-?[0-9.e+-]+|\+Inf|NaN)$')


def metrics(server):
    answer = Http(server).get("/metrics")
    assert answer.status == 200 and answer.header("content-type").startswith("text/plain")
    values = {}
    for line in answer.body.decode().splitlines():
        if line.startswith("#") or not line:
            continue
        found = LINE.match(line)
        assert found, line
        values[found.group(1) + (found.group(2) or "")] = float(found.group(3))
    return values


def test_form(server):
    text = Http(server).get("/metrics").body.decode()
    types = re.findall(r"^# TYPE (\S+) (counter|gauge|histogram)$", text, re.M)
    names = [name for name, _ in types]
    assert names and len(names) == len(set(names)), "each name has one TYPE line"
    assert all(name.startswith("cordboard_") for name in names)


def test_operations_calls_and_sessions_are_counted(server):
    agent = Agent(server, 0)
    LongPolling(server, "agent0").open("/v2/me/calls")
    call_id = agent.dial("15001")
    agent.operate(call_id, "AttachUserData", userData={"a": 1})
    refused(agent.try_operate(call_id, "Answer"), 400, 3)
    values = metrics(server)
    assert values['cordboard_operations_total{operation="Dial",result="accepted"}'] == 1
    assert values['cordboard_operations_total{operation="AttachUserData",result="accepted"}'] == 1
    assert values['cordboard_operations_total{operation="Answer",result="refused"}'] == 1
    assert values["cordboard_bayeux_sessions"] == 1
    assert any("commit" in name and "bucket" in name for name in values), sorted(values)
    eventually(lambda: {name for name, value in metrics(server).items()
                        if name.startswith("cordboard_calls{") and value}
               == {'cordboard_calls{state="Dialing"}', 'cordboard_calls{state="Ringing"}'}, "two parties")


def test_commit_histogram_adds_up(server):
    Agent(server, 0).dial("15001")
    values = metrics(server)
    name = next(name.split("_bucket")[0] for name in values if "commit" in name and "_bucket" in name)
    assert values[name + "_count"] > 0
    assert values[name + '_bucket{le="+Inf"}'] == values[name + "_count"]


def test_healthz(server):
    answer = Http(server).get("/healthz")
    assert answer.status == 200 and answer.body
