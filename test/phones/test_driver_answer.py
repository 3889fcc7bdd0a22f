# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""Answer by order: NOTIFY "Event: talk", and CANCEL with a new INVITE."""

from phonelib import Sipp, free_even_port, free_port, sdp


def register_at(ctl, make_socket, user, port, **options):
    """Registers a telephone that listens on another port than it registers from."""
    make_socket(ctl, user).register(contact=f"<sip:{user}@127.0.0.1:{port}>", rport=False,
                                    **options)
    ctl.wait("registered", dn=user)


def test_a_telephone_that_talks_is_told_to_answer(ctl, make_socket, tmp_path, started):
    port = free_port()
    phone = Sipp(tmp_path / "sipp", "talk_phone.xml", port, "-mp", free_even_port())
    started.append(phone)
    register_at(ctl, make_socket, "15000", port)
    ctl.say("ring 1 15000 15001")
    ctl.wait("ringing", leg=1, talks=1)
    ctl.say("answer 1")
    ctl.wait("answered", leg=1)
    ctl.say("drop 1 1")
    ctl.wait("gone", leg=1)
    assert phone.wait() == 0, phone.errors()


def test_cseq_goes_on_from_invite_to_notify_to_bye(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    ctl.say("ring 1 15000 15001")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    assert invite.get("cseq") == "1 INVITE" and int(invite.get("expires")) > 0
    phone.respond(invite, 180, "Ringing", "early", [
        f"Contact: <sip:here@127.0.0.1:{phone.port}>", "Allow-Events: talk"])
    ctl.wait("ringing", leg=1, talks=1)
    ctl.say("answer 1")
    notify = phone.receive(want=lambda m: m.method == "NOTIFY")
    assert notify.first == f"NOTIFY sip:here@127.0.0.1:{phone.port} SIP/2.0"
    assert notify.get("event") == "talk" and notify.tag("to") == "early"
    assert notify.get("cseq") == "2 NOTIFY"
    assert notify.get("call-id") == invite.get("call-id")
    phone.respond(notify, 200)
    phone.respond(invite, 200, "OK", "early", [f"Contact: <sip:here@127.0.0.1:{phone.port}>"],
                  sdp(4000))
    ctl.wait("answered", leg=1)
    ack = phone.receive(want=lambda m: m.method == "ACK")
    assert ack.get("cseq") == "1 ACK"
    ctl.say("drop 1 1")
    bye = phone.receive(want=lambda m: m.method == "BYE")
    assert bye.get("cseq") == "3 BYE" and bye.tag("to") == "early"
    phone.respond(bye, 200)


def test_answer_ordered_before_it_rings_is_done_when_it_rings(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register(headers=["Allow-Events: talk"])
    ctl.say("ring 1 15000 15001")
    ctl.say("answer 1")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    phone.respond(invite, 180, "Ringing", "early", [f"Contact: <sip:x@127.0.0.1:{phone.port}>"])
    phone.receive(want=lambda m: m.method == "NOTIFY")


def test_a_refused_talk_is_told(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register(headers=["Allow-Events: talk"])
    ctl.say("ring 1 15000 15001")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    phone.respond(invite, 180, "Ringing", "early", [f"Contact: <sip:x@127.0.0.1:{phone.port}>"])
    ctl.wait("ringing")
    ctl.say("answer 1")
    notify = phone.receive(want=lambda m: m.method == "NOTIFY")
    phone.respond(notify, 481, "No")
    ctl.wait("refused", leg=1)
    phone.respond(invite, 200, "OK", "early", [f"Contact: <sip:x@127.0.0.1:{phone.port}>"],
                  sdp(4000))
    ctl.wait("answered", leg=1)  # by hand after all


def test_cancel_and_a_new_invite_with_no_gone_between(ctl, make_phone):
    phone = make_phone(ctl, "15001", 440, auto_answer=True)
    ctl.wait("registered")
    ctl.say("ring 1 15001 15000")
    phone.wait_event("CALL_INCOMING")
    ctl.wait("ringing")
    ctl.say("answer 1")
    ctl.wait("answered", leg=1)
    phone.wait_event("CALL_ESTABLISHED")
    assert not ctl.has_seen("gone") and len(ctl.has_seen("ringing")) == 1


def ring_for_the_second_way(ctl, phone):
    phone.register()
    ctl.say("ring 1 15001 15000")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    phone.respond(invite, 180, "Ringing", "one", [f"Contact: <sip:x@127.0.0.1:{phone.port}>"])
    ctl.wait("ringing")
    ctl.say("answer 1")
    cancel = phone.receive(want=lambda m: m.method == "CANCEL")
    assert cancel.get("cseq") == "1 CANCEL"
    return invite, cancel


def test_the_second_invite_asks_for_auto_answer(ctl, make_socket):
    phone = make_socket(ctl, "15001")
    invite, cancel = ring_for_the_second_way(ctl, phone)
    assert not invite.get("call-info") and not invite.get("answer-mode")
    phone.respond(cancel, 200, tag="one")
    phone.respond(invite, 487, "Terminated", "one")
    second = phone.receive(want=lambda m: m.method == "INVITE")
    assert second.get("call-id") != invite.get("call-id")
    assert "answer-after=0" in second.get("call-info")
    assert "alert-autoanswer" in second.get("alert-info") and second.get("answer-mode") == "Auto"


def test_a_200_that_crosses_the_cancel_wins(ctl, make_socket):
    phone = make_socket(ctl, "15001")
    invite, cancel = ring_for_the_second_way(ctl, phone)
    phone.respond(invite, 200, "OK", "one", [f"Contact: <sip:x@127.0.0.1:{phone.port}>"],
                  sdp(4000))
    phone.respond(cancel, 200, tag="one")
    ctl.wait("answered", leg=1)
    ack = phone.receive(want=lambda m: m.method in ("ACK", "BYE", "INVITE"))
    assert ack.method == "ACK" and ack.tag("to") == "one"
    ctl.say("drop 1 1")
    following = phone.receive(want=lambda m: m.method in ("BYE", "INVITE"))
    assert following.method == "BYE"
    assert not ctl.has_seen("gone")


def test_a_decline_that_crosses_the_cancel_stays_one(ctl, make_socket):
    phone = make_socket(ctl, "15001")
    invite, cancel = ring_for_the_second_way(ctl, phone)
    phone.respond(invite, 603, "Decline", "one")
    phone.respond(cancel, 200, tag="one")
    ctl.wait("gone", leg=1, cause=4)


def test_with_neither_way_the_order_is_refused(ctl, two):
    a, _ = two
    ctl.say("ring 1 15000 15001")
    ctl.wait("ringing", leg=1, talks=0)
    ctl.say("answer 1")
    ctl.wait("refused", leg=1)
    a.command("accept")
    ctl.wait("answered", leg=1)
