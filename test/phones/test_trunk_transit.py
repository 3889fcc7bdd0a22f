# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""Outside to outside: who calls in by one trunk is put through to a number beyond another one, by who
has the right to it, and both hear each other through us."""

import pytest
from phonelib import wait_for
from sip_server import reload
from support.rest import refused
from test_trunk_calls import hear_each_other
from trunklib import Provider, user_of

pytestmark = pytest.mark.more("[trunk munich]\npeer = 127.0.0.4:PORT\nprefixes = +4989\n")
TARGET = {"phoneNumber": "+49892000"}


@pytest.fixture
def munich(server, provider_port, started):
    """A provider with another voice."""
    it = Provider(server.sip_port, address="127.0.0.4", port=provider_port, frequency=1000)
    started.append(it)
    return it


@pytest.fixture
def call_id(desk, provider):
    """Of a call from outside that the agent talks in."""
    provider.call("+493055515000")
    call = desk.state("Ringing")["call"]["id"]
    desk.agent.operate(call, "Answer")
    provider.answered()
    desk.state("Established")
    hear_each_other(desk, provider)
    return call


def allow(server):
    reload(server, lambda text: text.replace(
        "[user agent0]\n", "[user agent0]\nmay_connect_outside = yes\n"))


def outsiders_hear_each_other(provider, munich):
    before = provider.voice.heard(1000), munich.voice.heard(700)
    wait_for(lambda: provider.voice.heard(1000) > before[0] + 1
             and munich.voice.heard(700) > before[1] + 1, "the two outside hear each other", 20)


def talk_and_end(desk, provider, munich):
    desk.state("Released")
    outsiders_hear_each_other(provider, munich)
    before = desk.phone.heard(700), desk.phone.heard(1000)
    assert desk.agent.calls() == []
    outsiders_hear_each_other(provider, munich)
    assert (desk.phone.heard(700), desk.phone.heard(1000)) == before  # the agent is out of it
    assert provider.hang_up().status == 200
    munich.respond(munich.expect("BYE"), 200)


def test_by_one_step(server, desk, provider, munich, call_id):
    allow(server)
    desk.agent.operate(call_id, "SingleStepTransfer", destination=TARGET)
    invite = munich.expect("INVITE")
    assert user_of(invite.first) == "+49892000"
    munich.answer(invite)
    talk_and_end(desk, provider, munich)


def test_by_a_consult_call(server, desk, provider, munich, call_id):
    allow(server)
    desk.agent.operate(call_id, "InitiateTransfer", destination=TARGET)
    munich.answer(munich.expect("INVITE"))
    desk.state("Established")
    hear_before = desk.phone.heard(1000)
    wait_for(lambda: desk.phone.heard(1000) > hear_before + 1, "the agent hears whom he consults", 20)
    desk.agent.operate(call_id, "CompleteTransfer")
    talk_and_end(desk, provider, munich)


def test_by_the_telephones_button(server, desk, provider, munich, call_id):
    allow(server)
    assert desk.phone.command("transfer", f"sip:+49892000@127.0.0.1:{server.sip_port}")["ok"]
    munich.answer(munich.expect("INVITE"))
    talk_and_end(desk, provider, munich)


def test_without_the_right(desk, provider, munich, call_id):
    answer = desk.agent.try_operate(call_id, "SingleStepTransfer", destination=TARGET)
    refused(answer, 403, 5, "only outside numbers would be left", "agent0 may not connect them")
    hear_each_other(desk, provider)  # nothing has become of the call
    assert not [m for m in munich.heard if m.method == "INVITE"]
    assert provider.hang_up().status == 200
    desk.state("Released")


def test_a_call_that_goes_round_in_a_circle_ends(server, desk, provider, munich):
    """Each system that it passes takes one off what the first one allowed."""
    allow(server)
    answer = desk.agent.http.post(f"/api/v2/me/devices/{desk.agent.device_id}",
                                  {"operationName": "ForwardCallsOn", "destination": TARGET})
    assert answer.json == {"statusCode": 0}, answer
    provider.call("+493055515000", passes=9)
    invite = munich.expect("INVITE")
    assert invite.get("max-forwards") == "8"
    munich.respond(invite, 486, "Busy Here", tag="x")
    assert provider.status(300).status == 486
    provider.call("+493055515000", passes=1)
    assert provider.status(300).status == 404
    assert len([m for m in munich.heard if m.method == "INVITE"]) == 1
