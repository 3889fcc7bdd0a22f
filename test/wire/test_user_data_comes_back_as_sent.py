# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""User data is opaque: values come back byte for byte, in GET and in notices; repeated keys keep
their order in userDataPairs, which is there only when a key is repeated."""

import json

import pytest

from support.bayeux import LongPolling
from support.rest import Agent, accepted

# Texts of JSON as a client might write them; none may be normalised on the way.
VALUES = [
    '"plain"',
    '""',
    '"a \\"quoted\\" \\\\ back\\/slash \\n\\t line"',
    '"Grüße, Ærø, 東京, \\u6771\\u4eac, 😀, \\ud83d\\ude00"',
    '"\\u0000 and \\u001f"',
    "null",
    "true",
    "false",
    "0",
    "-0",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "123456789012345678901234567890",
    "1.0",
    "1.10",
    "1E400",
    "-1.5e-10",
    "{}",
    "[]",
    '{"username":"u","firstname":"f","path":"/users/1","deep":[1,[2,[3,{"x":null}]]]}',
    '{"b":1,"a":2,"b":3}',
    '[1, 2 ,\t3]',
    '{ "spaces" : "kept" }',
]


@pytest.fixture
def call(server):
    agent = Agent(server, 0)
    agent.listener = LongPolling(server, agent.name).open("/v2/me/calls")
    call_id = agent.dial("15001")
    agent.listener.take_all()
    return agent, call_id


def attach(agent, call_id, pairs_text, operation="AttachUserData"):
    return accepted(agent.http.post(agent.call_path(call_id),
                                    '{"operationName":"%s","userData":%s}' % (operation, pairs_text)))


@pytest.mark.parametrize("value", VALUES)
def test_value(server, call, value):
    agent, call_id = call
    attach(agent, call_id, '{"key":%s}' % value)
    wanted = ('"userData":{"key":%s}' % value).encode()
    assert wanted in agent.http.get(agent.call_path(call_id)).body
    answer = agent.listener.http.post("/api/v2/notifications/connect",
                                      [agent.listener.connect_message(timeout_ms=0)])
    assert wanted in answer.body


@pytest.mark.parametrize("key", ["", " ", "a b", "key.with/odd:chars", "Schlüssel", "鍵", "😀", "__proto__",
                                 "x" * 255])
def test_key(server, call, key):
    agent, call_id = call
    attach(agent, call_id, json.dumps({key: 1}, ensure_ascii=False))
    assert agent.call(call_id)["userData"] == {key: 1}


def test_an_escaped_key_is_the_key_it_stands_for(server, call):
    agent, call_id = call
    attach(agent, call_id, '{"\\u0041ccount":1}')
    attach(agent, call_id, '{"Account":2}', operation="UpdateUserData")
    assert agent.call(call_id)["userData"] == {"Account": 2}


def test_repeated_keys(server, call):
    agent, call_id = call
    attach(agent, call_id, '{"a":1,"b":"x"}')
    assert "userDataPairs" not in agent.call(call_id)
    attach(agent, call_id, '{"a":2}')
    attach(agent, call_id, '{"a":null,"a":[3]}')
    seen = agent.call(call_id)
    assert seen["userData"] == {"a": [3], "b": "x"}
    pairs = [{"key": "a", "value": 1}, {"key": "b", "value": "x"}, {"key": "a", "value": 2},
             {"key": "a", "value": None}, {"key": "a", "value": [3]}]
    assert seen["userDataPairs"] == pairs
    newest = agent.listener.take_all()[-1]["data"]
    assert newest["notificationType"] == "AttachedDataChanged"
    assert newest["call"]["userDataPairs"] == pairs


def test_update_leaves_one_pair_at_the_place_of_the_first(server, call):
    agent, call_id = call
    attach(agent, call_id, '{"a":1,"b":2}')
    attach(agent, call_id, '{"a":3,"c":4}')
    attach(agent, call_id, '{"a":5}', operation="UpdateUserData")
    seen = agent.http.get(agent.call_path(call_id))
    assert b'"userData":{"a":5,"b":2,"c":4}' in seen.body
    assert b"userDataPairs" not in seen.body


def test_delete_pair_removes_all_of_that_key(server, call):
    agent, call_id = call
    attach(agent, call_id, '{"a":1,"a":2,"b":3}')
    agent.operate(call_id, "DeleteUserDataPair", key="a")
    seen = agent.call(call_id)
    assert seen["userData"] == {"b": 3} and "userDataPairs" not in seen


def test_what_changes_nothing_notifies_all_the_same(server, call):
    agent, call_id = call
    agent.operate(call_id, "DeleteUserData")
    agent.operate(call_id, "DeleteUserDataPair", key="nobody has it")
    attach(agent, call_id, "{}")
    attach(agent, call_id, '{"a":1}', operation="UpdateUserData")
    attach(agent, call_id, '{"a":1}', operation="UpdateUserData")
    kinds = [event["data"]["notificationType"] for event in agent.listener.take_all()]
    assert kinds == ["AttachedDataChanged"] * 5


def test_the_other_side_is_told_and_may_change_it_too(server, call):
    agent, call_id = call
    other = Agent(server, 1)
    listener = LongPolling(server, other.name).open("/v2/me/calls")
    listener.take_all()
    attach(agent, call_id, '{"a":1}')
    assert listener.wait_call("AttachedDataChanged")["call"]["userData"] == {"a": 1}
    attach(other, call_id, '{"b":2}')
    assert listener.wait_call("AttachedDataChanged")["call"]["userData"] == {"a": 1, "b": 2}
    assert [event["data"]["call"]["userData"] for event in agent.listener.take_all()] == [
        {"a": 1}, {"a": 1, "b": 2}]


def test_the_property_is_absent_when_there_is_nothing(server, call):
    agent, call_id = call
    assert "userData" not in agent.call(call_id)
    attach(agent, call_id, '{"a":1}')
    agent.operate(call_id, "DeleteUserData")
    assert "userData" not in agent.call(call_id)
