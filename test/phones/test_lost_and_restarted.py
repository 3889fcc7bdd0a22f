# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""A telephone that loses its network in mid-call, and a server that is killed and started again with calls
up: everybody hears again what they heard, and telephones' buttons still do what they did."""

import signal

import pytest
from ears import Ear, listen
from phonelib import wait_for
from sip_server import SipServer
from test_calls import Desk

TONES = {"A": 620, "B": 830, "C": 1130}


def make_desks(server, make_phone):
    phones = [make_phone(server, str(15000 + number), tone, auto_answer=True)
              for number, tone in enumerate(TONES.values())]
    for phone in phones:
        phone.wait_registered()
    return [Desk(server, number, phone) for number, phone in enumerate(phones)]


@pytest.fixture
def site(tmp_path, make_phone):
    """(server, desks) with telephones that are asked after a second of silence."""
    server = SipServer(tmp_path, ways=["reinvite"] * 3, line="silence_s = 1\n")
    try:
        yield server.start(), make_desks(server, make_phone)
        server.stop()
    finally:
        server.discard()


def conference(desks):
    a, b, c = desks
    call_id = a.agent.dial("15001")
    b.state("Ringing")
    b.agent.operate(call_id, "Answer")
    a.state("Established")
    a.agent.operate(call_id, "SingleStepConference", destination={"phoneNumber": "15002"})
    c.state("Ringing")
    c.agent.operate(call_id, "Answer")
    c.state("Established")
    return call_id


def everybody_hears_everybody(desks):
    ears = {name: Ear(desk.phone, TONES) for name, desk in zip(TONES, desks)}
    expected = {name: set(TONES) - {name} for name in TONES}
    wait_for(lambda: listen(ears) == expected, "each hears the two others", 15)


def test_a_telephone_without_network(site):
    """It does not answer any more; what it was in goes on without it."""
    _, desks = site
    call_id = conference(desks)
    everybody_hears_everybody(desks)
    desks[2].phone.process.send_signal(signal.SIGSTOP)
    try:
        # A question over UDP is repeated for 32 s before it counts as not answered.
        wait_for(lambda: desks[2].agent.calls() == [], "the lost telephone is out of the call", 60)
    finally:
        desks[2].phone.process.send_signal(signal.SIGCONT)
    for desk in desks[:2]:
        assert desk.agent.call(call_id)["state"] == "Established"
        assert len(desk.agent.call(call_id)["participants"]) == 1
    ears = {name: Ear(desk.phone, TONES) for name, desk in zip("AB", desks)}
    wait_for(lambda: listen(ears) == {"A": {"B"}, "B": {"A"}}, "the others hear each other", 15)


def test_silence_alone_ends_nothing(site):
    """Who is muted by his telephone, or sends nothing for another reason, answers when asked."""
    _, desks = site
    call_id = conference(desks)
    desks[2].phone.command("mute")
    everybody = [desk.agent.call(call_id)["state"] for desk in desks]
    assert everybody == ["Established"] * 3
    ears = {name: Ear(desk.phone, TONES) for name, desk in zip("AB", desks)}
    wait_for(lambda: listen(ears) == {"A": {"B"}, "B": {"A"}}, "the third one is muted", 15)


def test_killed_and_restarted_in_a_conference(site):
    server, desks = site
    call_id = conference(desks)
    everybody_hears_everybody(desks)
    server.restart()
    everybody_hears_everybody(desks)
    for desk in desks:
        desk.agent.http.close()
        assert desk.agent.call(call_id)["state"] == "Established"
    desks[0].phone.command("hold")  # signalling goes on: a re-INVITE, then a BYE
    wait_for(lambda: desks[0].agent.call(call_id)["state"] == "Held", "held by its button")
    desks[1].phone.command("hangup")
    wait_for(lambda: desks[1].agent.calls() == [], "hung up by its button")
    desks[0].agent.operate(call_id, "ClearCall")
    for desk in (desks[0], desks[2]):
        desk.phone.wait_event("CALL_CLOSED")
