# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""Transfers and more by the telephone's own buttons: REFER, and NOTIFY that presses buttons for us."""

import urllib.parse

import pytest
from dialoglib import ask_inside, contact, inside, ring, up
from phonelib import sdp


def refer(phone, invite, to, cseq=10, headers=()):
    return ask_inside(phone, invite, "REFER", cseq, headers=[f"Refer-To: {to}", contact(phone),
                                                             *headers])


def notified(phone):
    """The next NOTIFY of a transfer: (its text, its state); it is answered."""
    notify = phone.receive(want=lambda m: m.method == "NOTIFY")
    phone.respond(notify, 200)
    assert notify.get("content-type").startswith("message/sipfrag")
    assert notify.get("event").startswith("refer") and notify.tag("to") == "there"
    return notify.body.strip(), notify.get("subscription-state").split(";")[0], notify


@pytest.mark.parametrize("uri, number", [
    ("<sip:15002@127.0.0.1>", "15002"), ("<sip:%2B4930123@127.0.0.1;user=phone>", "+4930123"),
    ("<tel:+4930123>", "+4930123")])
def test_a_blind_transfer(ctl, make_socket, uri, number):
    phone, invite, _ = up(ctl, make_socket)
    assert refer(phone, invite, uri).status == 202
    ctl.wait("transfer", leg=1, number=number, other=0)
    assert notified(phone)[:2] == ("SIP/2.0 100 Trying", "active")
    ctl.say("transfer 1 0")
    assert notified(phone)[:2] == ("SIP/2.0 200 OK", "terminated")
    ctl.say("drop 1 7")
    phone.receive(want=lambda m: m.method == "BYE")


@pytest.mark.parametrize("cause, text", [(2, "486 Busy Here"), (6, "404 Not Found"),
                                         (9, "500 Internal Server Error")])
def test_a_transfer_that_the_core_refuses(ctl, make_socket, cause, text):
    phone, invite, _ = up(ctl, make_socket)
    assert refer(phone, invite, "<sip:15002@127.0.0.1>").status == 202
    ctl.wait("transfer")
    notified(phone)
    assert refer(phone, invite, "<sip:15002@127.0.0.1>", 11).status == 491  # one at a time
    ctl.say(f"transfer 1 {cause}")
    assert notified(phone)[:2] == (f"SIP/2.0 {text}", "terminated")
    assert ask_inside(phone, invite, "OPTIONS", 12).status == 200  # the call goes on
    assert refer(phone, invite, "<sip:15002@127.0.0.1>", 13).status == 202
    assert notified(phone)[2].get("event") == "refer;id=13"


def test_the_end_of_the_call_answers_a_transfer(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket)
    assert refer(phone, invite, "<sip:15002@127.0.0.1>").status == 202
    notified(phone)
    ctl.say("drop 1 7")
    assert notified(phone)[:2] == ("SIP/2.0 200 OK", "terminated")
    phone.receive(want=lambda m: m.method == "BYE")


def test_a_transfer_that_wants_no_news(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket)
    answer = refer(phone, invite, "<sip:15002@127.0.0.1>", headers=["Refer-Sub: false",
                                                                   "Supported: norefersub"])
    assert answer.status == 202 and answer.get("refer-sub") == "false"
    ctl.wait("transfer", leg=1, number="15002")
    ctl.say("transfer 1 0")
    ctl.say("drop 1 7")
    phone.receive(want=lambda m: m.method == "BYE")
    assert not any(m.method == "NOTIFY" for m in phone.heard)


def replaces(invite, to_tag=None, from_tag="there", call_id=None):
    text = (f"{call_id or invite.get('call-id')};to-tag={to_tag or invite.tag('from')};"
            f"from-tag={from_tag}")
    return f"<sip:15001@127.0.0.1?Replaces={urllib.parse.quote(text, safe='')}>"


def two_calls(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket)
    other = ring(ctl, phone, 2)
    phone.respond(other, 200, "OK", "there2", [contact(phone)], sdp(4002))
    ctl.wait("answered", leg=2)
    return phone, invite, other


def test_an_attended_transfer(ctl, make_socket):
    phone, invite, other = two_calls(ctl, make_socket)
    to = replaces(other, from_tag="there2")
    assert refer(phone, invite, to).status == 202
    ctl.wait("transfer", leg=1, other=2, number="")
    notified(phone)
    ctl.say("transfer 1 0")
    assert notified(phone)[:2] == ("SIP/2.0 200 OK", "terminated")


def test_an_attended_transfer_with_the_tags_the_other_way_round(ctl, make_socket):
    phone, invite, other = two_calls(ctl, make_socket)
    to = replaces(other, to_tag="there2", from_tag=other.tag("from"))
    assert refer(phone, invite, to).status == 202
    ctl.wait("transfer", leg=1, other=2)


@pytest.mark.parametrize("parts", [{"call_id": "nobody"}, {"from_tag": "x"}, {"to_tag": "x"}])
def test_an_attended_transfer_to_a_dialog_that_nobody_has(ctl, make_socket, parts):
    phone, invite, other = two_calls(ctl, make_socket)
    assert refer(phone, invite, replaces(other, **{"from_tag": "there2", **parts})).status == 404
    assert not ctl.has_seen("transfer")


def test_nobody_transfers_to_the_dialog_of_another_telephone(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket)
    _, foreign, _ = up(ctl, make_socket, leg=2, user="15002")
    assert refer(phone, invite, replaces(foreign)).status == 404
    assert refer(phone, invite, replaces(invite), 11).status == 404  # nor to its own
    assert not ctl.has_seen("transfer")


@pytest.mark.parametrize("to, status", [
    ("<mailto:a@b>", 400), ("<sip:127.0.0.1>", 404), ("", 400),
    ("<sip:1@127.0.0.1?Replaces=%00>", 400)])
def test_a_transfer_to_nowhere(ctl, make_socket, to, status):
    phone, invite, _ = up(ctl, make_socket)
    assert refer(phone, invite, to).status == status
    assert not ctl.has_seen("transfer")


def test_a_transfer_after_a_kill(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket)
    ctl.restart()
    assert refer(phone, invite, "<sip:15002@127.0.0.1>").status == 202
    ctl.wait("transfer", leg=1, number="15002")
    notified(phone)
    ctl.say("transfer 1 0")
    assert notified(phone)[1] == "terminated"


def held(ctl, make_socket, events="talk, hold"):
    phone, invite, _ = up(ctl, make_socket, headers=[f"Allow-Events: {events}"])
    inside(phone, invite, "INVITE", 10, body=sdp(4000, "sendonly"), headers=[contact(phone)])
    phone.receive(want=lambda m: m.status == 200 and "INVITE" in m.get("cseq"))
    inside(phone, invite, "ACK", 10)
    ctl.wait("held", leg=1)
    return phone, invite


def retrieve(phone, invite, cseq=11):
    assert ask_inside(phone, invite, "INVITE", cseq, body=sdp(4000),
                      headers=[contact(phone)]).status == 200
    inside(phone, invite, "ACK", cseq)


@pytest.mark.parametrize("kill", [False, True])
def test_a_held_telephone_is_asked_to_retrieve(ctl, make_socket, kill):
    phone, invite = held(ctl, make_socket)
    if kill:
        ctl.restart()
    ctl.say("answer 1")
    notify = phone.receive(want=lambda m: m.method == "NOTIFY")
    assert notify.get("event") == "talk" and notify.tag("to") == "there"
    phone.respond(notify, 200)
    retrieve(phone, invite)
    ctl.wait("retrieved", leg=1)
    assert not ctl.has_seen("refused")


def test_a_held_telephone_refuses_to_retrieve(ctl, make_socket):
    phone, _ = held(ctl, make_socket)
    ctl.say("answer 1")
    phone.respond(phone.receive(want=lambda m: m.method == "NOTIFY"), 489, "Bad Event")
    ctl.wait("refused", leg=1)
    ctl.say("answer 1")  # it is not asked again
    ctl.wait("refused", leg=1)
    assert sum(m.method == "NOTIFY" for m in phone.heard) == 1


def test_a_held_telephone_says_that_it_retrieves_and_does_not(ctl, make_socket):
    phone, _ = held(ctl, make_socket)
    ctl.say("answer 1")
    phone.respond(phone.receive(want=lambda m: m.method == "NOTIFY"), 200)
    assert phone.ask("OPTIONS").status == 200 and not ctl.has_seen("refused")
    ctl.say("clock 6000")
    ctl.wait("refused", leg=1)


def test_a_telephone_that_holds_and_does_not_talk(make_ctl, make_socket):
    ctl = make_ctl()
    phone, _ = held(ctl, make_socket, events="dialog")
    ctl.say("answer 1")
    ctl.wait("refused", leg=1)
    ctl.say("holdup 1")
    assert not any(m.method == "NOTIFY" for m in phone.heard)


def test_a_telephone_is_let_show_that_it_holds(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket, headers=["Allow-Events: talk, hold"])
    ctl.say("holdup 1")
    notify = phone.receive(want=lambda m: m.method == "NOTIFY")
    assert notify.get("event") == "hold"
    phone.respond(notify, 200)
    inside(phone, invite, "INVITE", 10, body=sdp(4000, "sendonly"), headers=[contact(phone)])
    ctl.wait("held", leg=1)


def test_a_telephone_that_will_not_show_that_it_holds(ctl, make_socket):
    phone, _, _ = up(ctl, make_socket, headers=["Allow-Events: talk, hold"])
    ctl.say("holdup 1")
    phone.respond(phone.receive(want=lambda m: m.method == "NOTIFY"), 489, "Bad Event")
    assert phone.ask("OPTIONS").status == 200
    assert not ctl.has_seen("refused")


def test_an_invite_that_replaces_a_call_is_no_way_in(ctl, make_socket):
    from dialoglib import dial
    phone, invite, _ = up(ctl, make_socket)
    header = (f"Replaces: {invite.get('call-id')};to-tag={invite.tag('from')};from-tag=there")
    assert dial(phone, headers=[header]).status == 481
    assert dial(phone, headers=[header, "Require: replaces"]).status == 420
    assert not ctl.has_seen("incoming")
