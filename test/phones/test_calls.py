# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""The main job on real telephones: REST and CometD on one side, baresip and sipp on the other."""

import pytest
from phonelib import Phone, Sipp, free_even_port, free_port, wait_for
from sip_server import SipServer  # noqa: F401  (puts the wire tests' helpers on the path)
from support import golden
from support.bayeux import LongPolling, OverWebSocket
from support.rest import Agent, refused
from support.server import Server


class Desk:
    """An agent with a listening client; its telephone, if any, is .phone."""

    def __init__(self, server, number, phone=None):
        self.agent = Agent(server, number)
        self.phone = phone
        self.events = LongPolling(server, self.agent.name).open("/v2/me/calls")

    def state(self, state, kind="StatusChange"):
        return self.events.wait_call(kind, state)


@pytest.fixture
def desks(server, make_phone):
    """15000 and 15001 with baresips that answer when the INVITE asks; 440 and 1000 Hz."""
    phones = [make_phone(server, "15000", 440, auto_answer=True),
              make_phone(server, "15001", 1000, auto_answer=True)]
    for phone in phones:
        phone.wait_registered()
    return [Desk(server, number, phone) for number, phone in enumerate(phones)]


def hear_each_other(a, b):
    before = a.phone.heard(1000), b.phone.heard(440)
    wait_for(lambda: a.phone.heard(1000) > before[0] + 1 and b.phone.heard(440) > before[1] + 1,
             "each hears the other", 15)


def connect(desks):
    a, b = desks
    call_id = a.agent.dial(b.agent.dn)
    a.phone.wait_event("CALL_ESTABLISHED")
    b.phone.wait_event("CALL_INCOMING")
    b.state("Ringing")
    b.agent.operate(call_id, "Answer")
    for desk in desks:
        desk.state("Established")
    return call_id


def test_dial_attach_answer_talk_hang_up(desks):
    a, b = desks
    call_id = a.agent.dial("15001")
    a.phone.wait_event("CALL_ESTABLISHED")  # went off hook by itself
    b.phone.wait_event("CALL_INCOMING")
    ringing = b.state("Ringing")
    assert "Answer" in ringing["call"]["capabilities"]
    wait_for(lambda: a.phone.heard(425) > 0.5, "the caller hears ring-back")
    a.agent.operate(call_id, "AttachUserData", userData={"AccountNumber": "12345"})
    attached = b.state("Ringing", "AttachedDataChanged")
    assert attached["call"]["userData"] == {"AccountNumber": "12345"}
    b.agent.operate(call_id, "Answer")
    for desk in desks:
        assert desk.state("Established")["call"]["id"] == call_id
    b.phone.wait_event("CALL_ESTABLISHED")
    hear_each_other(a, b)
    b.phone.command("hangup")  # the telephone's own button
    for desk in desks:
        desk.state("Released")
    a.phone.wait_event("CALL_CLOSED")
    assert all(desk.agent.calls() == [] for desk in desks)


@pytest.mark.parametrize("kind", [LongPolling, OverWebSocket])
def test_the_golden_exchange(server, desks, kind):
    agents = [desk.agent for desk in desks]
    listeners = {agent.dn: kind(server, agent.name).open("/v2/me/calls") for agent in agents}
    golden.check_life(agents, listeners, server.base)


def test_hang_up_over_rest(desks):
    call_id = connect(desks)
    desks[1].agent.operate(call_id, "Hangup")
    for desk in desks:
        desk.state("Released")
        desk.phone.wait_event("CALL_CLOSED")


def test_picked_up_by_hand(desks):
    a, b = desks
    a.agent.dial("15001")
    b.phone.wait_event("CALL_INCOMING")
    b.state("Ringing")
    b.phone.command("accept")
    for desk in desks:
        desk.state("Established")
    hear_each_other(a, b)


def test_digits_over_rest_and_from_the_telephone(desks):
    a, b = desks
    call_id = connect(desks)
    a.agent.operate(call_id, "SendDtmf", digits="7")
    b.phone.wait_event("CALL_DTMF_START")


def test_a_call_from_the_keypad_is_like_any_other(server, desks):
    a, b = desks
    a.phone.dial("15001", server.sip_port)
    dialing = a.state("Dialing")
    call_id = dialing["call"]["id"]
    assert dialing["call"]["dnis"] == "15001"
    assert b.state("Ringing")["call"]["id"] == call_id
    b.agent.operate(call_id, "Answer")
    for desk in desks:
        desk.state("Established")
    hear_each_other(a, b)
    a.phone.command("hangup")
    for desk in desks:
        desk.state("Released")


def test_the_callee_declines(desks):
    a, b = desks
    a.agent.dial("15001")
    b.phone.wait_event("CALL_INCOMING")
    b.phone.command("hangup")
    b.state("Released")
    wait_for(lambda: a.phone.heard(425) > 0.3, "a tone")
    assert a.state("Released")["extensions"]["ReleaseReason"] == "busy"
    a.phone.wait_event("CALL_CLOSED")


def test_a_number_nobody_has(desks):
    a, _ = desks
    a.agent.dial("999999")
    assert a.state("Released")["extensions"]["ReleaseReason"] == "unreachable"


def test_a_telephone_that_is_not_registered_cannot_dial(server):
    agent = Agent(server, 2)
    refused(agent.try_dial("15000"), 500, 4, "15002")


def test_the_demo_answers_on_two_telephones_by_rest(tmp_path, started):
    """As the README says: serve --demo --line sip, and two baresips with the secret demo."""
    port = free_port()
    server = Server(tmp_path / "data", line="sip", options=["--sip", f"127.0.0.1:{port}"]).start()
    phones = [Phone(tmp_path / user, user, "demo", port, tone, auto_answer=True)
              for user, tone in (("15000", 440), ("15001", 1000))]
    started += phones
    for phone in phones:
        phone.wait_registered()
    desks = [Desk(server, number, phone) for number, phone in enumerate(phones)]
    connect(desks)
    hear_each_other(*desks)
    phones[1].command("hangup")
    for desk in desks:
        desk.state("Released")
    server.stop()


def test_what_the_simulator_registered_is_not_registered(tmp_path):
    simulated = Server(tmp_path / "data", clock="real").start()
    simulated.stop()
    server = SipServer(tmp_path).start()
    wait_for(lambda: "cordboard_devices_registered 0\n" in Agent(server, 0).http.get("/metrics").body.decode(),
             "no telephone is registered")
    refused(Agent(server, 0).try_dial("15001"), 500, 4, "15000")
    server.stop()


def test_answer_by_notify_talk(server, desks, make_socket, tmp_path, started):
    a, _ = desks
    port = free_port()
    phone = Sipp(tmp_path / "sipp", "talk_phone.xml", port, "-mp", free_even_port())
    started.append(phone)
    assert make_socket(server, "15002").register(
        contact=f"<sip:15002@127.0.0.1:{port}>", rport=False).status == 200
    b = Desk(server, 2)
    call_id = a.agent.dial("15002")
    ringing = b.state("Ringing")
    assert "Answer" in ringing["call"]["capabilities"]
    b.agent.operate(call_id, "Answer")
    for desk in (a, b):
        desk.state("Established")
    a.agent.operate(call_id, "Hangup")
    for desk in (a, b):
        desk.state("Released")
    assert phone.wait() == 0, phone.errors()


def test_without_either_way_answer_is_not_offered(server, desks, make_phone):
    a, _ = desks
    phone = make_phone(server, "15003", 700)
    phone.wait_registered()
    b = Desk(server, 3, phone)
    call_id = a.agent.dial("15003")
    ringing = b.state("Ringing")
    assert "Answer" not in ringing["call"]["capabilities"]
    assert b.agent.try_operate(call_id, "Answer").json["statusCode"] != 0
    phone.command("accept")
    b.state("Established")


def test_kill_in_mid_call(server, desks):
    a, b = desks
    call_id = connect(desks)
    a.agent.operate(call_id, "AttachUserData", userData={"AccountNumber": "12345"})
    hear_each_other(a, b)
    server.restart()
    for desk in desks:
        desk.agent.http.close()
        call = desk.agent.call(call_id)
        assert call["state"] == "Established"
        assert call["userData"] == {"AccountNumber": "12345"}
    hear_each_other(a, b)
    a.phone.command("hangup")
    for desk in desks:
        wait_for(lambda d=desk: d.agent.calls() == [], "Released")
    b.phone.wait_event("CALL_CLOSED")


def test_kill_in_mid_call_and_hang_up_over_rest(server, desks):
    call_id = connect(desks)
    server.restart()
    for desk in desks:
        desk.agent.http.close()
    desks[0].agent.operate(call_id, "Hangup")
    for desk in desks:
        desk.phone.wait_event("CALL_CLOSED")


def test_kill_while_it_rings(server, desks):
    a, b = desks
    call_id = a.agent.dial("15001")
    b.state("Ringing")
    server.restart()
    for desk in desks:
        desk.agent.http.close()
    assert b.agent.call(call_id)["state"] == "Ringing"
    b.agent.operate(call_id, "Answer")
    wait_for(lambda: b.agent.call(call_id)["state"] == "Established", "Established")
    hear_each_other(a, b)
