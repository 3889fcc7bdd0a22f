# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""Calls through a trunk: out with tone both ways, in to a telephone, and who may not come in. The
provider is a bare SIP socket at 127.0.0.2."""

from dialoglib import acknowledge, begin
from phonelib import wait_for
from trunklib import Provider, user_of


def hear_each_other(desk, provider):
    before = desk.phone.heard(700), provider.voice.heard(440)
    wait_for(lambda: desk.phone.heard(700) > before[0] + 1
             and provider.voice.heard(440) > before[1] + 1, "each hears the other", 20)


def test_a_call_out(desk, provider):
    call_id = desk.agent.dial("+49891000")
    invite = provider.expect("INVITE")
    assert user_of(invite.first) == "+49891000"
    assert user_of(invite.get("from")) == "+493055515000"
    assert user_of(invite.get("p-asserted-identity")) == "+493055515000"
    provider.answer(invite)
    desk.state("Established")
    hear_each_other(desk, provider)
    desk.agent.operate(call_id, "Hangup")
    bye = provider.expect("BYE")
    provider.respond(bye, 200)
    desk.state("Released")


def test_a_call_in_to_a_telephone(desk, provider):
    provider.call("+493055515000")
    desk.phone.wait_event("CALL_INCOMING")
    ringing = desk.state("Ringing")
    assert ringing["call"]["participants"][0]["phoneNumber"] == "+49891000", ringing
    assert provider.status(180).status == 180
    desk.agent.operate(ringing["call"]["id"], "Answer")
    provider.answered()
    desk.state("Established")
    hear_each_other(desk, provider)
    assert provider.hang_up().status == 200
    desk.state("Released")


def test_an_unknown_source_is_not_let_in(server, desk, started):
    stranger = Provider(server.sip_port, address="127.0.0.3")
    started.append(stranger)
    stranger.call("+493055515000")
    assert stranger.status(200).status in (401, 403, 503)


def test_a_call_out_that_did_not_ring_yet_after_a_kill(server, provider, make_socket):
    """The same INVITE again: for another one the telephone outside would be busy."""
    phone, other = make_socket(server, "15001"), make_socket(server, "15002")
    phone.register()
    begin(phone, "+49891000")
    invite = provider.expect("INVITE")
    assert other.register().status == 200  # what came before is durable as well
    server.restart()
    again = provider.receive(15, lambda m: m.method == "INVITE")
    assert [again.get(name) for name in ("via", "call-id", "cseq")] == \
        [invite.get(name) for name in ("via", "call-id", "cseq")]
    tag = provider.answer(again)
    ok = phone.receive(15, lambda m: m.status == 200 and "INVITE" in m.get("cseq"))
    acknowledge(phone, ok, "+49891000")
    assert tag and not any(m.method == "BYE" for m in provider.heard)
