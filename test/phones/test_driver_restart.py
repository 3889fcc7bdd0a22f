# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""kill -9 at any moment of a call, and a new process: what the telephone does next must work."""

import socket

from dialoglib import acknowledge, begin
from phonelib import sdp, sdp_port, wait_for
from test_driver_calls import connect


def test_sound_hold_digits_and_hang_up_after_a_kill(ctl, two):
    a, b = two
    connect(ctl, a, b)
    wait_for(lambda: a.heard(1000) > 0.5 and b.heard(440) > 0.5, "sound before")
    ctl.restart()
    before = a.heard(1000), b.heard(440)
    ctl.say("mix 1=2 2=1")
    wait_for(lambda: a.heard(1000) > before[0] + 1 and b.heard(440) > before[1] + 1, "sound after")
    a.command("sndcode", "9")
    a.command("sndcode", "\x04")
    ctl.wait("dtmf", leg=1, number="9")
    a.command("hold")
    ctl.wait("held", leg=1)
    ctl.restart()
    a.command("resume")
    ctl.wait("retrieved", leg=1)
    ctl.restart()
    b.command("hangup")
    ctl.wait("gone", leg=2, cause=1)


def test_our_bye_after_a_kill(ctl, two):
    a, b = two
    connect(ctl, a, b)
    ctl.restart()
    ctl.say("drop 1 1")
    ctl.say("drop 2 1")
    a.wait_event("CALL_CLOSED")
    b.wait_event("CALL_CLOSED")


def test_the_byes_cseq_is_above_all_that_was_sent(ctl, make_socket):
    phone, invite = ringing(ctl, make_socket)
    answer(phone, invite)
    ctl.wait("answered")
    phone.receive(want=lambda m: m.method == "ACK")
    ctl.restart()
    ctl.say("drop 1 1")
    bye = phone.receive(want=lambda m: m.method == "BYE")
    assert int(bye.get("cseq").split()[0]) > 1
    assert bye.get("call-id") == invite.get("call-id") and bye.tag("to") == "there"
    assert bye.tag("from") == invite.tag("from")


def ringing(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    ctl.say("ring 1 15000 15001")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    phone.respond(invite, 180, "Ringing", "there", [f"Contact: <sip:x@127.0.0.1:{phone.port}>"])
    ctl.wait("ringing")
    return phone, invite


def answer(phone, invite):
    phone.respond(invite, 200, "OK", "there", [f"Contact: <sip:x@127.0.0.1:{phone.port}>"],
                  sdp(4000))


def test_a_ringing_telephone_gets_the_same_invite_again(ctl, make_socket):
    phone, invite = ringing(ctl, make_socket)
    ctl.restart()
    ctl.say("ring 1 15000 15001")
    again = phone.receive(want=lambda m: m.method == "INVITE")
    for name in ("via", "call-id", "cseq", "from", "to"):
        assert again.get(name) == invite.get(name), name
    assert sdp_port(again.body) == sdp_port(invite.body)


def test_a_telephone_picked_up_in_the_gap(ctl, make_socket):
    phone, invite = ringing(ctl, make_socket)
    ctl.kill()
    answer(phone, invite)
    ctl.start()
    answer(phone, invite)  # its retransmission comes before the order
    ctl.say("ring 1 15000 15001")
    phone.receive(want=lambda m: m.method == "INVITE")
    answer(phone, invite)
    ctl.wait("answered", leg=1)
    assert phone.receive(want=lambda m: m.method in ("ACK", "BYE")).method == "ACK"


def test_a_ringing_baresip_is_answered_after_a_kill(ctl, two):
    _, b = two
    ctl.say("ring 1 15001 15000")
    b.wait_event("CALL_INCOMING")
    ctl.wait("ringing")
    ctl.restart()
    ctl.say("ring 1 15001 15000")
    ctl.wait("ringing")
    b.command("accept")
    ctl.wait("answered", leg=1)
    b.wait_event("CALL_ESTABLISHED")


def take_port(port):
    taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    taken.bind(("127.0.0.1", port))
    return taken


def test_a_call_whose_port_is_lost_is_ended(ctl, make_socket):
    phone, invite = ringing(ctl, make_socket)
    answer(phone, invite)
    ctl.wait("answered")
    phone.receive(want=lambda m: m.method == "ACK")
    ctl.kill()
    with take_port(sdp_port(invite.body)):
        ctl.start()
        ctl.wait("gone", leg=1, cause=9)
        assert phone.receive(want=lambda m: m.method).method == "BYE"


def test_a_ringing_telephone_whose_port_is_lost_is_rung_anew(ctl, make_socket):
    phone, invite = ringing(ctl, make_socket)
    ctl.kill()
    with take_port(sdp_port(invite.body)):
        ctl.start()
        cancel = phone.receive(want=lambda m: m.method)
        assert cancel.method == "CANCEL" and cancel.get("via") == invite.get("via")
        ctl.say("ring 1 15000 15001")
        again = phone.receive(want=lambda m: m.method == "INVITE")
        assert again.get("call-id") != invite.get("call-id")
        assert sdp_port(again.body) != sdp_port(invite.body)


def test_an_orphan_is_stopped(ctl, make_socket):
    """Dropped after the restart, without a ring order: CANCEL by hand."""
    phone, invite = ringing(ctl, make_socket)
    ctl.restart()
    ctl.say("drop 1 3")
    cancel = phone.receive(want=lambda m: m.method == "CANCEL")
    assert cancel.get("via") == invite.get("via") and cancel.get("cseq") == "1 CANCEL"


def test_a_200_of_nobodys_invite_gets_ack_and_bye(ctl, make_socket):
    phone, invite = ringing(ctl, make_socket)
    ctl.kill()
    ctl.state.unlink()
    ctl.start()
    answer(phone, invite)
    assert phone.receive(want=lambda m: m.method not in ("", "OPTIONS")).method == "ACK"
    assert phone.receive(want=lambda m: m.method).method == "BYE"


def test_the_ack_that_waited_is_sent_by_the_next_process(ctl, make_socket):
    phone, invite = ringing(ctl, make_socket)
    ctl.say("hold")
    answer(phone, invite)
    ctl.wait("answered")
    answer(phone, invite)  # repeats itself, and must still get nothing
    ctl.restart()
    got = phone.receive(want=lambda m: m.method)
    assert got.method == "ACK" and got.get("cseq") == "1 ACK" and got.tag("to") == "there"
    answer(phone, invite)
    assert phone.receive(want=lambda m: m.method not in ("", "OPTIONS")).method == "ACK"


def test_a_call_from_the_keypad_goes_on(ctl, two):
    a, _ = two
    a.dial("15001", ctl.port)
    leg = ctl.wait("incoming")["leg"]
    ctl.restart()
    ctl.say(f"mix {leg}=:ringback")
    a.wait_event("CALL_RINGING")
    ctl.restart()
    ctl.say(f"answer {leg}")
    ctl.wait("answered", leg=leg)
    a.wait_event("CALL_ESTABLISHED")
    ctl.say(f"mix {leg}=:busy")
    wait_for(lambda: a.heard(425) > 0.5, "tone")
    ctl.restart()
    a.command("hangup")
    ctl.wait("gone", leg=leg, cause=1)


def test_a_call_from_the_keypad_is_cancelled_after_a_kill(ctl, two):
    a, _ = two
    a.dial("15001", ctl.port)
    leg = ctl.wait("incoming")["leg"]
    ctl.restart()
    a.command("hangup")
    ctl.wait("gone", leg=leg, cause=5)


def test_a_leg_that_nothing_is_known_of_is_gone(ctl, two):
    a, b = two
    connect(ctl, a, b)
    ctl.kill()
    data = bytearray(ctl.state.read_bytes())
    # The first leg's keep starts behind count, leg number, phase and dn.
    data[8 + 8 + 4 + 64] = 0xFF
    ctl.state.write_bytes(data)
    ctl.start()
    ctl.wait("gone", leg=1, cause=9)
    a.command("hangup")  # gets 481 and ends on its side
    a.wait_event("CALL_CLOSED")


def test_a_caller_with_many_headers_after_a_kill(ctl, make_socket):
    """What is kept of its INVITE is what a new process needs."""
    phone = make_socket(ctl)
    phone.register()
    begin(phone, headers=[f"Identity: {'x' * 2000}", f"X-More: {'y' * 1500}", "Supported: timer"])
    leg = ctl.wait("incoming")["leg"]
    ctl.restart()
    ctl.say(f"answer {leg}")
    acknowledge(phone, phone.receive(want=lambda m: m.status == 200 and "INVITE" in m.get("cseq")))
    ctl.wait("answered", leg=leg)
