# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""A call that can't be had is accepted, and ends by notices: a tone for the caller, then Released
with the reason. Only a telephone of one's own that is not there refuses at once."""

import pytest

from support.bayeux import LongPolling
from support.rest import Agent, Telephone, advance, refused


@pytest.fixture
def caller(server):
    agent = Agent(server, 0)
    agent.listener = LongPolling(server, agent.name).open("/v2/me/calls")
    return agent


def released_reason(server, caller):
    """After the tone; the call must not be over before it."""
    assert Telephone(server, caller.dn).show()["legs"][0]["tone"] == "busy"
    assert [call["state"] for call in caller.calls()] == ["Dialing"]
    advance(server, 60_000)
    return caller.listener.wait_call(state="Released")["extensions"]["ReleaseReason"]


def test_no_answer(server, caller):
    callee = Agent(server, 1)
    at_callee = LongPolling(server, callee.name).open("/v2/me/calls")
    caller.dial(callee.dn)
    at_callee.wait_call(state="Ringing")
    advance(server, 10_000)
    assert [call["state"] for call in callee.calls()] == ["Ringing"]
    advance(server, 24 * 3600 * 1000)
    assert at_callee.wait_call(state="Released")["extensions"]["ReleaseReason"] == "no-answer"
    assert caller.listener.wait_call(state="Released")["extensions"]["ReleaseReason"] == "no-answer"
    assert Telephone(server, callee.dn).show()["legs"] == []
    assert Telephone(server, caller.dn).show()["legs"] == []


def test_no_answer_is_not_forgotten_over_a_kill(server, caller):
    callee = Agent(server, 1)
    caller.dial(callee.dn)
    advance(server, 10_000)
    server.kill()
    server.start()
    for http in (caller.http, caller.listener.http, caller.listener.poll_http):
        http.close()
    assert [call["state"] for call in callee.calls()] == ["Ringing"]
    advance(server, 60_000)
    assert callee.calls() == [] and caller.calls() == []
    assert Telephone(server, callee.dn).show()["legs"] == []


def test_busy(server, caller):
    second, third = Agent(server, 1), Agent(server, 2)
    call_id = second.dial(third.dn)
    third.operate(call_id, "Answer")
    caller.dial(second.dn)
    assert released_reason(server, caller) == "busy"
    assert second.call(call_id)["state"] == "Established"


def test_a_number_nobody_has(server, caller):
    caller.dial("999999")
    assert released_reason(server, caller) == "unreachable"


def test_a_telephone_that_is_not_registered(server, caller):
    Telephone(server, "15003").do("unregister")
    caller.dial("15003")
    assert released_reason(server, caller) == "unreachable"


def test_the_callers_own_telephone_is_not_registered(server, caller):
    Telephone(server, caller.dn).do("unregister")
    caller.device_id
    refused(caller.try_dial("15001"), 500, 4, "Device '15000' is not registered.")
    assert caller.listener.take_all() == []
    Telephone(server, caller.dn).do("register")
    caller.dial("15001")


def test_the_tone_can_be_cut_short(server, caller):
    call_id = caller.dial("999999")
    caller.operate(call_id, "Hangup")
    assert caller.listener.wait_call(state="Released")["extensions"]["ReleaseReason"] == "unreachable"


def test_a_second_dial_from_a_telephone_that_has_a_call(server, caller):
    caller.dial("15001")
    refused(caller.try_dial("15002"), 400, 3, "Dial", "15000")
    assert len(caller.calls()) == 1
