# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""A call that is up: changes by re-INVITE and UPDATE, session timers, and telephones that are gone."""

import pytest
from dialoglib import accept, acknowledge, ask_inside, begin, contact, dial, inside, ring, up
from phonelib import sdp


def silent(phone, kinds, ctl):
    """What came of these methods until a question in between was answered."""
    assert phone.ask("OPTIONS").status == 200
    return [m.method for m in phone.heard if m.method in kinds]


def quiet(phone, kinds, seconds):
    """None of these methods comes for so long; the driver looks once a second."""
    try:
        message = phone.receive(seconds, lambda m: m.method in kinds)
    except AssertionError:
        return
    raise RuntimeError(message.first)


def advance(ctl, seconds):
    """Moves the clock, also for a next process."""
    ctl.say(f"clock {seconds * 1000}")
    ctl.clock_ahead_ms += seconds * 1000


# ---- changes ----

def test_an_update_with_an_offer_holds(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket)
    answer = ask_inside(phone, invite, "UPDATE", 10, body=sdp(4000, "sendonly"),
                        headers=[contact(phone)])
    assert answer.status == 200 and "a=recvonly" in answer.body and answer.get("contact")
    ctl.wait("held", leg=1)
    answer = ask_inside(phone, invite, "UPDATE", 11, headers=[contact(phone)])
    assert answer.status == 200 and not answer.body  # a sign of life
    answer = ask_inside(phone, invite, "UPDATE", 12, body=sdp(4000), headers=[contact(phone)])
    assert "a=sendrecv" in answer.body
    ctl.wait("retrieved", leg=1)
    assert ask_inside(phone, invite, "UPDATE", 13, body=sdp(4000, payloads="18")).status == 488


def test_a_cancelled_reinvite_changes_nothing(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket)
    ctl.say("hold")  # nothing is durable: the 200 waits
    branch = inside(phone, invite, "INVITE", 10, body=sdp(4000, "sendonly"),
                    headers=[contact(phone, "moved")])
    ctl.wait("keep", leg=1)
    inside(phone, invite, "CANCEL", 10, branch=branch)
    assert phone.receive(want=lambda m: m.status and "CANCEL" in m.get("cseq")).status == 200
    assert phone.receive(want=lambda m: m.status >= 300).status == 487
    inside(phone, invite, "ACK", 10, branch=branch)
    ctl.say("go")
    answer = ask_inside(phone, invite, "OPTIONS", 11)
    assert answer.status == 200 and not ctl.has_seen("held")
    ctl.restart()  # nor for the next process
    ctl.say("drop 1 1")
    bye = phone.receive(8, want=lambda m: m.method == "BYE")
    assert bye.first.startswith("BYE sip:x@")


def test_a_reinvite_after_a_cancelled_one(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket)
    ctl.say("hold")
    branch = inside(phone, invite, "INVITE", 10, body=sdp(4000, "sendonly"))
    ctl.wait("keep", leg=1)
    inside(phone, invite, "CANCEL", 10, branch=branch)
    assert phone.receive(want=lambda m: m.status >= 300).status == 487
    inside(phone, invite, "ACK", 10, branch=branch)
    ctl.say("go")
    answer = ask_inside(phone, invite, "INVITE", 11, body=sdp(4000, "inactive"))
    assert answer.status == 200 and "a=inactive" in answer.body
    inside(phone, invite, "ACK", 11)
    ctl.wait("held", leg=1)


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_a_telephone_moves_in_a_call(ctl, make_socket, method):
    phone, invite, _ = up(ctl, make_socket)
    elsewhere = make_socket(ctl)
    answer = ask_inside(elsewhere, invite, method, 10, body=sdp(4000),
                        headers=[contact(elsewhere, "new")])
    assert answer.status == 200
    if method == "INVITE":
        inside(elsewhere, invite, "ACK", 10)
    ctl.restart()
    ctl.say("drop 1 1")
    bye = elsewhere.receive(want=lambda m: m.method == "BYE")
    assert bye.first.startswith(f"BYE sip:new@127.0.0.1:{elsewhere.port} ")


def test_a_repeated_reinvite_is_one(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket)
    branch = inside(phone, invite, "INVITE", 10, body=sdp(4000, "sendonly"),
                    headers=[contact(phone)])
    for _ in range(2):
        inside(phone, invite, "INVITE", 10, body=sdp(4000, "sendonly"), branch=branch,
               headers=[contact(phone)])
    answers = [phone.receive(want=lambda m: m.status == 200 and branch in m.get("via"))
               for _ in range(2)]
    assert answers[0].body == answers[1].body
    inside(phone, invite, "ACK", 10)
    ctl.wait("held", leg=1)
    assert ask_inside(phone, invite, "OPTIONS", 11).status == 200
    assert len(ctl.has_seen("held")) == 1


# ---- session timers ----

def test_a_session_too_short_is_refused(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    answer = dial(phone, headers=["Supported: timer", "Session-Expires: 60"])
    assert answer.status == 422 and answer.get("min-se") == "90"
    phone, invite, _ = up(ctl, make_socket)
    answer = ask_inside(phone, invite, "UPDATE", 10, headers=["Supported: timer",
                                                              "Session-Expires: 60"])
    assert answer.status == 422


def answered(ctl, phone, headers):
    begin(phone, headers=headers)
    leg = ctl.wait("incoming")["leg"]
    ctl.say(f"answer {leg}")
    answer = phone.receive(want=lambda m: m.status == 200 and "INVITE" in m.get("cseq"))
    acknowledge(phone, answer)
    ctl.wait("answered", leg=leg)
    return leg, answer


def test_a_caller_that_refreshes_and_stops(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    leg, answer = answered(ctl, phone, ["Supported: timer", "Session-Expires: 90"])
    assert answer.get("session-expires") == "90;refresher=uac"
    assert answer.get("require") == "timer"
    advance(ctl, 50)
    text, branch = phone.request("UPDATE", to=f"sip:15001@127.0.0.1:{ctl.port}",
                                 to_tag=answer.tag("to"), headers=[
                                     contact(phone), "Supported: timer",
                                     "Session-Expires: 90;refresher=uac"])
    phone.send(text)
    refreshed = phone.receive(want=lambda m: branch in (m.get("via") or ""))
    assert refreshed.status == 200
    assert refreshed.get("session-expires") == "90;refresher=uac"
    advance(ctl, 50)  # 100 s since the answer, 50 since the refresh
    assert silent(phone, ["BYE"], ctl) == []
    advance(ctl, 40)
    phone.respond(phone.receive(8, want=lambda m: m.method == "BYE"), 200)
    ctl.wait("gone", leg=leg, cause=9)


def test_a_refresh_that_met_nobody_may_come_again(ctl, make_socket):
    """The process was dead when it was due."""
    phone = make_socket(ctl)
    phone.register()
    leg, _ = answered(ctl, phone, ["Supported: timer", "Session-Expires: 90"])
    ctl.kill()
    ctl.clock_ahead_ms += 80000
    ctl.start()
    advance(ctl, 10)
    assert silent(phone, ["BYE"], ctl) == []
    advance(ctl, 35)
    phone.receive(8, want=lambda m: m.method == "BYE")
    ctl.wait("gone", leg=leg, cause=9)


@pytest.mark.parametrize("kill", [False, True])
def test_we_refresh_by_update(ctl, make_socket, kill):
    phone, invite, _ = up(ctl, make_socket, headers=["Require: timer", "Allow: INVITE, UPDATE",
                                                     "Session-Expires: 100;refresher=uac"])
    assert "timer" in invite.get("supported")
    for _ in range(2):
        if kill:
            ctl.restart()
        advance(ctl, 51)
        update = phone.receive(8, want=lambda m: m.method == "UPDATE")
        assert update.get("session-expires") == "100;refresher=uac" and not update.body
        phone.respond(update, 200, headers=[contact(phone), "Require: timer",
                                            "Session-Expires: 100;refresher=uac"])
        ctl.wait("keep", leg=1)
    assert not ctl.has_seen("gone")


def test_we_refresh_over_a_connection(ctl, make_stream):
    """Where nothing is sent twice the stack keeps no answer for longer than we look at it."""
    phone, _, _ = up(ctl, make_stream, headers=["Require: timer", "Allow: INVITE, UPDATE",
                                                "Session-Expires: 100;refresher=uac"])
    for _ in range(2):
        advance(ctl, 51)
        update = phone.receive(8, want=lambda m: m.method == "UPDATE")
        phone.respond(update, 200, headers=[contact(phone), "Require: timer",
                                            "Session-Expires: 100;refresher=uac"])
        ctl.wait("keep", leg=1)


def test_we_refresh_by_reinvite(ctl, make_socket):
    """Where the telephone does not say that it takes UPDATE."""
    phone, invite, _ = up(ctl, make_socket, headers=["Session-Expires: 100;refresher=uac"])
    advance(ctl, 51)
    again = phone.receive(8, want=lambda m: m.method == "INVITE" and m.tag("to"))
    assert again.get("call-id") == invite.get("call-id") and "m=audio" in again.body
    assert again.get("via") != invite.get("via")
    glare = ask_inside(phone, invite, "INVITE", 10, body=sdp(4000))  # ours is under way
    assert glare.status == 491
    inside(phone, invite, "ACK", 10)
    phone.respond(again, 200, headers=[contact(phone), "Session-Expires: 100;refresher=uac"],
                  body=sdp(4000, "sendonly"))
    ack = phone.receive(want=lambda m: m.method == "ACK" and m.get("cseq") != "1 ACK")
    assert ack.get("cseq").split()[0] == again.get("cseq").split()[0]
    ctl.wait("held", leg=1)
    phone.respond(again, 200, headers=[contact(phone)], body=sdp(4000, "sendonly"))
    phone.receive(want=lambda m: m.method == "ACK")  # a repetition of the 200 is acknowledged
    advance(ctl, 51)
    again = phone.receive(8, want=lambda m: m.method == "INVITE" and m.tag("to"))
    phone.respond(again, 491, "Request Pending")  # the telephone's own is under way
    phone.receive(want=lambda m: m.method == "ACK")
    advance(ctl, 3)
    again = phone.receive(8, want=lambda m: m.method == "INVITE" and m.tag("to"))
    phone.respond(again, 481, "Gone")
    phone.receive(8, want=lambda m: m.method == "BYE")
    ctl.wait("gone", leg=1, cause=9)


def test_a_telephone_that_takes_no_update_after_all(ctl, make_socket):
    phone, _, _ = up(ctl, make_socket, headers=["Allow: INVITE, UPDATE",
                                                "Session-Expires: 100;refresher=uac"])
    advance(ctl, 51)
    phone.respond(phone.receive(8, want=lambda m: m.method == "UPDATE"), 501, "Not Implemented")
    phone.receive(8, want=lambda m: m.method == "INVITE" and m.tag("to"))


def test_a_telephone_that_wants_longer_sessions(ctl, make_socket):
    phone, _, _ = up(ctl, make_socket, headers=["Allow: INVITE, UPDATE",
                                                "Session-Expires: 100;refresher=uac"])
    advance(ctl, 51)
    update = phone.receive(8, want=lambda m: m.method == "UPDATE")
    phone.respond(update, 422, "Session Interval Too Small", headers=["Min-SE: 1800"])
    update = phone.receive(8, want=lambda m: m.method == "UPDATE")
    assert update.get("session-expires") == "1800;refresher=uac"


# ---- is anybody there ----

def test_a_telephone_that_hung_up_while_we_were_dead(ctl, make_socket):
    """Its BYE met nobody: the next process asks, and finds out."""
    phone, invite, _ = up(ctl, make_socket)
    ctl.restart()
    options = phone.receive(8, want=lambda m: m.method == "OPTIONS")
    assert options.tag("to") == "there" and options.get("call-id") == invite.get("call-id")
    phone.respond(options, 481, "Call/Transaction Does Not Exist")
    ctl.wait("gone", leg=1, cause=9)


def test_a_telephone_that_is_there_after_all(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket)
    ctl.restart()
    options = phone.receive(8, want=lambda m: m.method == "OPTIONS")
    phone.respond(options, 405, "Method Not Allowed")  # it lives, and knows no OPTIONS
    assert ask_inside(phone, invite, "OPTIONS", 10).status == 200
    assert not ctl.has_seen("gone")


def test_silence_is_asked_about(make_ctl, make_socket):
    """No sound comes: the telephone is asked, once a while, until it knows nothing of the call."""
    ctl = make_ctl("silence=500")
    phone, _, _ = up(ctl, make_socket)
    for _ in range(2):
        options = phone.receive(10, want=lambda m: m.method == "OPTIONS")
        assert options.tag("to") == "there"
        phone.respond(options, 200)
    assert not ctl.has_seen("gone")
    options = phone.receive(10, want=lambda m: m.method == "OPTIONS")
    phone.respond(options, 481, "Call/Transaction Does Not Exist")
    assert phone.receive(8, want=lambda m: m.method == "BYE")
    ctl.wait("gone", leg=1, cause=9)


def test_a_telephone_that_holds_is_asked_too(make_ctl, make_socket):
    """It may be silent for as long as it answers."""
    ctl = make_ctl("silence=300")
    phone = make_socket(ctl)
    phone.register()
    invite = ring(ctl, phone)
    accept(phone, invite, body=sdp(4000, "inactive"))
    ctl.wait("held", leg=1)
    for _ in range(3):
        phone.respond(phone.receive(10, want=lambda m: m.method == "OPTIONS"), 200)
    assert not ctl.has_seen("gone")
    phone.respond(phone.receive(10, want=lambda m: m.method == "OPTIONS"), 481, "Gone")
    ctl.wait("gone", leg=1, cause=9)


@pytest.mark.parametrize("method", ["INVITE", "UPDATE", "REFER", "INFO"])
def test_a_request_that_requires_what_we_do_not_know(ctl, make_socket, method):
    phone, invite, _ = up(ctl, make_socket)
    answer = ask_inside(phone, invite, method, 10, headers=["Require: nosuchthing"])
    assert answer.status == 420 and answer.get("unsupported") == "nosuchthing"
    assert ask_inside(phone, invite, "BYE", 11, headers=["Require: nosuchthing"]).status == 200
    ctl.wait("gone", leg=1, cause=1)


@pytest.mark.parametrize("refresher", ["uac", "uas"])
def test_a_session_begins_with_the_answer(ctl, make_socket, refresher):
    phone = make_socket(ctl)
    phone.register()
    begin(phone, headers=["Supported: timer", f"Session-Expires: 90;refresher={refresher}"])
    leg = ctl.wait("incoming")["leg"]
    advance(ctl, 100)  # it rings
    quiet(phone, ["BYE", "INVITE", "UPDATE"], 1.2)
    assert not ctl.has_seen("gone")
    ctl.say(f"answer {leg}")
    acknowledge(phone, phone.receive(want=lambda m: m.status == 200 and "INVITE" in m.get("cseq")))
    ctl.wait("answered", leg=leg)
    advance(ctl, 40)
    quiet(phone, ["BYE", "INVITE", "UPDATE"], 1.2)
    advance(ctl, 25)
    phone.receive(8, want=lambda m: m.method == ("BYE" if refresher == "uac" else "INVITE"))


def test_a_refresh_that_is_answered_after_a_kill(ctl, make_socket):
    """The 200 to a re-INVITE of the process before wants its ACK, and is no reason to hang up."""
    phone, invite, _ = up(ctl, make_socket, headers=["Require: timer",
                                                     "Session-Expires: 100;refresher=uac"])
    advance(ctl, 51)
    again = phone.receive(8, want=lambda m: m.method == "INVITE" and m.tag("to"))
    ctl.restart()
    accept(phone, again)
    phone.receive(want=lambda m: m.method == "ACK" and
                  m.get("cseq").split()[0] == again.get("cseq").split()[0])
    assert ask_inside(phone, invite, "OPTIONS", 10).status == 200
    assert not any(m.method == "BYE" for m in phone.heard)


def test_a_refresh_is_too_short_for_ever(ctl, make_socket):
    phone, _, _ = up(ctl, make_socket, headers=["Require: timer",
                                                "Session-Expires: 100;refresher=uac"])
    advance(ctl, 51)
    again = phone.receive(8, want=lambda m: m.method == "INVITE" and m.tag("to"))
    phone.respond(again, 422, "Session Interval Too Small", headers=["Min-SE: 100"])
    quiet(phone, ["BYE", "INVITE"], 2.2)
