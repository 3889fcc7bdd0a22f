# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""The documented limits: key 255 bytes, value 16 kB, call 64 kB, 1,000 pairs, nesting 32. At the
bound is fine; over it is refused with statusCode 10, naming field and bound, and changes nothing."""

import json

import pytest

from support.bayeux import LongPolling
from support.rest import Agent, accepted, refused

KB = 1024


@pytest.fixture
def call(server):
    agent = Agent(server, 0)
    agent.listener = LongPolling(server, agent.name).open("/v2/me/calls")
    agent.call_id = agent.dial("15001")
    agent.listener.take_all()
    return agent


def attach(agent, pairs_text):
    return agent.http.post(agent.call_path(agent.call_id),
                           '{"operationName":"AttachUserData","userData":%s}' % pairs_text)


def text_value(size):
    """A JSON text of that many bytes, quotes included."""
    return '"' + "v" * (size - 2) + '"'


def nested(depth):
    return "[" * depth + "]" * depth


def untouched(agent, response, *words):
    before = agent.call(agent.call_id)
    refused(response, 400, 10, *words)
    assert agent.call(agent.call_id) == before
    assert agent.listener.take_all() == []


def test_key(call):
    accepted(attach(call, json.dumps({"k" * 255: 1})))
    call.listener.take_all()
    untouched(call, attach(call, json.dumps({"k" * 256: 1})), "userData", "key", "255")
    # Bytes, not characters.
    untouched(call, attach(call, json.dumps({"é" * 128: 1}, ensure_ascii=False)), "255")


def test_value(call):
    accepted(attach(call, '{"v":%s}' % text_value(16 * KB)))
    call.listener.take_all()
    untouched(call, attach(call, '{"v":%s}' % text_value(16 * KB + 1)), "userData", "v", str(16 * KB))


def test_whole_call(call):
    for i in range(3):
        accepted(attach(call, '{"%d":%s}' % (i, text_value(16 * KB))))
    accepted(attach(call, '{"3":%s}' % text_value(16 * KB - 4)))  # 64 kB with the four keys
    call.listener.take_all()
    untouched(call, attach(call, '{"":""}'), "userData", str(64 * KB))
    call.operate(call.call_id, "DeleteUserDataPair", key="0")
    accepted(attach(call, '{"":""}'))


def test_pairs(call):
    accepted(attach(call, json.dumps({str(i): i for i in range(1000)})))
    call.listener.take_all()
    untouched(call, attach(call, '{"one more":1}'), "userData", "1000")
    call.operate(call.call_id, "DeleteUserData")
    call.listener.take_all()
    untouched(call, attach(call, json.dumps({str(i): i for i in range(1001)})), "userData", "1000")


def test_nesting(call):
    accepted(attach(call, '{"v":%s}' % nested(32)))
    call.listener.take_all()
    untouched(call, attach(call, '{"v":%s}' % nested(33)), "userData", "32")


def test_very_deep_nesting_is_refused_and_harms_nothing(call):
    answer = attach(call, '{"v":%s}' % nested(20_000))
    assert answer.status == 400 and answer.json["statusCode"] in (2, 10), answer
    call.call(call.call_id)


def test_body(call):
    answer = attach(call, '{"v":"%s"}' % ("x" * (4 * KB * KB)))
    untouched(call, answer, "body")


def test_data_of_dial_has_the_same_limits(server, call):
    other = Agent(server, 2)
    body = '{"operationName":"Dial","destination":{"phoneNumber":"15003"},"userData":{"v":%s}}'
    refused(other.http.post(other.device_calls, body % text_value(16 * KB + 1)), 400, 10,
            "userData", str(16 * KB))
    assert other.calls() == []
