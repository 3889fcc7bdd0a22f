# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""Until somebody answers: early media, reliable 18x, several telephones on one INVITE, and who is told
what when one of several places answers, refuses or redirects."""

import re
import socket

import pytest
from dialoglib import accept, ask_inside, begin, contact, ring
from phonelib import sdp


def rung(ctl, make_socket, leg=1):
    phone = make_socket(ctl)
    phone.register()
    return phone, ring(ctl, phone, leg)


def progress(phone, invite, status=180, tag="there", body="", headers=()):
    phone.respond(invite, status, "Progress", tag, [contact(phone, tag), *headers], body)


def hears(rtp):
    """Some RTP came to that socket."""
    rtp.settimeout(5)
    packet = rtp.recv(2048)
    rtp.setblocking(False)
    return len(packet) > 12


def rtp_socket():
    rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    rtp.bind(("127.0.0.1", 0))
    return rtp, rtp.getsockname()[1]


@pytest.mark.parametrize("status", [180, 183])
def test_a_18x_with_a_description_is_heard(ctl, make_socket, status):
    """The sound of the telephone goes to whoever is to hear the leg, before anybody answered."""
    with rtp_socket()[0] as rtp:
        phone, invite = rung(ctl, make_socket)
        progress(phone, invite, status, body=sdp(rtp.getsockname()[1]))
        ctl.wait("ringing", leg=1, sound=1)
        ctl.say("mix 1=:ringback")
        assert hears(rtp)  # the leg has its sound: what we send to it arrives


def test_a_later_18x_switches_either_way(ctl, make_socket):
    phone, invite = rung(ctl, make_socket)
    progress(phone, invite)
    ctl.wait("ringing", leg=1, sound=0)
    progress(phone, invite, 183, body=sdp(4000))
    ctl.wait("ringing", leg=1, sound=1)
    progress(phone, invite, 182)  # queued: says nothing of sound
    progress(phone, invite, 180)
    ctl.wait("ringing", leg=1, sound=0)
    progress(phone, invite, 180, body=sdp(4000, "recvonly"))  # it sends nothing
    progress(phone, invite, 180, body=sdp(4000))
    ctl.wait("ringing", leg=1, sound=1)
    assert len(ctl.has_seen("ringing")) == 4


def test_a_200_without_a_description_means_what_was_said_before(ctl, make_socket):
    with rtp_socket()[0] as rtp:
        phone, invite = rung(ctl, make_socket)
        progress(phone, invite, 183, body=sdp(rtp.getsockname()[1]))
        ctl.wait("ringing", leg=1, sound=1)
        phone.respond(invite, 200, "OK", "there", [contact(phone)])
        ctl.wait("answered", leg=1)
        ctl.say("mix 1=:busy")
        assert hears(rtp)


RELIABLE = ["Require: 100rel"]


def test_a_reliable_18x_is_acknowledged_once(ctl, make_socket):
    phone, invite = rung(ctl, make_socket)
    for _ in range(2):  # the second is a repetition
        progress(phone, invite, 183, body=sdp(4000), headers=[*RELIABLE, "RSeq: 7"])
    prack = phone.receive(want=lambda m: m.method == "PRACK")
    assert prack.get("rack") == "7 1 INVITE" and prack.tag("to") == "there"
    assert int(prack.get("cseq").split()[0]) > 1
    assert prack.first.startswith(f"PRACK sip:there@127.0.0.1:{phone.port} ")
    phone.respond(prack, 200)
    progress(phone, invite, 180, headers=[*RELIABLE, "RSeq: 9"])  # one is missing between
    progress(phone, invite, 180, headers=[*RELIABLE, "RSeq: 8"])
    prack = phone.receive(want=lambda m: m.method == "PRACK")
    assert prack.get("rack") == "8 1 INVITE"
    phone.respond(prack, 200)
    phone.respond(invite, 200, "OK", "there", [contact(phone)])
    ctl.wait("answered", leg=1)
    assert sum(m.method == "PRACK" for m in phone.heard) == 2


def test_an_update_before_the_answer(ctl, make_socket):
    """The telephone moves its sound in the early dialog that a reliable 18x made."""
    with rtp_socket()[0] as rtp:
        phone, invite = rung(ctl, make_socket)
        assert ask_early(phone, invite, body=sdp(4002)) == 481  # there is no dialog yet
        progress(phone, invite, 180)
        ctl.wait("ringing", leg=1)
        assert ask_early(phone, invite, body=sdp(4002)) == 491  # our offer is not answered yet
        progress(phone, invite, 183, body=sdp(4000), headers=[*RELIABLE, "RSeq: 1"])
        phone.respond(phone.receive(want=lambda m: m.method == "PRACK"), 200)
        assert ask_early(phone, invite, body=sdp(rtp.getsockname()[1])) == 200
        ctl.say("mix 1=:ringback")
        assert hears(rtp)


def ask_early(phone, invite, **parts):
    phone.early_cseq = getattr(phone, "early_cseq", 20) + 1
    return ask_inside(phone, invite, "UPDATE", phone.early_cseq, **parts).status


def test_a_caller_that_requires_reliable_18x_gets_one(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    branch = begin(phone, headers=RELIABLE)
    leg = ctl.wait("incoming")["leg"]
    ctl.say(f"mix {leg}=:ringback")
    ringing = phone.receive(want=lambda m: m.status == 180)
    assert ringing.get("require") == "100rel" and ringing.get("rseq")
    again = phone.receive(want=lambda m: m.status == 180)  # until it is acknowledged
    assert again.get("rseq") == ringing.get("rseq")
    text, prack = phone.request("PRACK", to_tag=ringing.tag("to"), cseq=phone.cseq + 1, headers=[
        f"RAck: {ringing.get('rseq')} {phone.cseq} INVITE"],
        to=re.search(r"<([^>]+)>", ringing.get("to")).group(1))
    phone.send(text)
    assert phone.receive(want=lambda m: prack in (m.get("via") or "")).status == 200
    ctl.say(f"answer {leg}")
    answer = phone.receive(want=lambda m: m.status == 200 and "INVITE" in m.get("cseq"))
    assert branch in answer.get("via")


def test_a_caller_that_only_supports_them_gets_a_plain_one(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    begin(phone, headers=["Supported: 100rel"])
    leg = ctl.wait("incoming")["leg"]
    ctl.say(f"mix {leg}=:ringback")
    assert not phone.receive(want=lambda m: m.status == 180).get("rseq")


def test_several_telephones_on_one_invite(ctl, make_socket):
    """Something between us and them forks it: each is a dialog, the first 200 wins, whoever answers
    later is told that it is over."""
    phone, invite = rung(ctl, make_socket)
    progress(phone, invite, 180, tag="first")
    ctl.wait("ringing", leg=1, sound=0)
    progress(phone, invite, 183, tag="second", body=sdp(4000))
    ctl.wait("ringing", leg=1, sound=1)
    progress(phone, invite, 180, tag="first")  # of another telephone: does not silence the second
    accept(phone, invite, tag="first", body=sdp(4002))
    ctl.wait("answered", leg=1)
    ack = phone.receive(want=lambda m: m.method == "ACK")
    assert ack.tag("to") == "first"
    accept(phone, invite, tag="second", body=sdp(4000))
    late = [phone.receive(want=lambda m: m.method in ("ACK", "BYE")) for _ in range(2)]
    assert [m.method for m in late] == ["ACK", "BYE"]
    assert all(m.tag("to") == "second" for m in late)
    assert len(ctl.has_seen("ringing")) == 2
    answer = ask_inside(phone, invite, "OPTIONS", 30, from_tag="first")
    assert answer.status == 200
    ctl.say("drop 1 1")
    assert phone.receive(want=lambda m: m.method == "BYE").tag("to") == "first"


def test_the_second_of_several_telephones_answers(ctl, make_socket):
    phone, invite = rung(ctl, make_socket)
    for tag in ("first", "second", "third"):
        progress(phone, invite, 180, tag=tag, headers=["Record-Route: "
                 f"<sip:127.0.0.1:{phone.port};lr;way={tag}>"])
    ctl.wait("ringing", leg=1)
    accept(phone, invite, tag="second")
    ctl.wait("answered", leg=1)
    ack = phone.receive(want=lambda m: m.method == "ACK")
    assert ack.tag("to") == "second" and "way=second" in ack.get("route")
    assert ask_inside(phone, invite, "OPTIONS", 30, from_tag="third").status == 481
    assert ask_inside(phone, invite, "OPTIONS", 31, from_tag="second").status == 200


def test_all_of_several_telephones_end_with_the_invite(ctl, make_socket):
    phone, invite = rung(ctl, make_socket)
    for tag in ("first", "second"):
        progress(phone, invite, 180, tag=tag)
    ctl.wait("ringing", leg=1)
    phone.respond(invite, 486, "Busy", "first")
    ctl.wait("gone", leg=1, cause=2)


def two_places(ctl, make_socket):
    phones = [make_socket(ctl), make_socket(ctl)]
    for phone in phones:
        phone.register()
    ctl.say("ring 1 15000 15001")
    return [(p, p.receive(want=lambda m: m.method == "INVITE")) for p in phones]


def test_the_losers_are_told_that_it_was_answered_elsewhere(ctl, make_socket):
    (winner, first), (loser, second) = two_places(ctl, make_socket)
    progress(loser, second)
    ctl.wait("ringing", leg=1)
    accept(winner, first)
    ctl.wait("answered", leg=1)
    cancel = loser.receive(want=lambda m: m.method == "CANCEL")
    assert cancel.get("reason") == 'SIP;cause=200;text="Call completed elsewhere"'


def test_nobody_answered_elsewhere_when_we_give_up(ctl, make_socket):
    phone, invite = rung(ctl, make_socket)
    progress(phone, invite)
    ctl.wait("ringing", leg=1)
    ctl.say("drop 1 3")
    assert not phone.receive(want=lambda m: m.method == "CANCEL").get("reason")


def test_sound_ends_with_the_place_that_made_it(ctl, make_socket):
    (one, first), (other, second) = two_places(ctl, make_socket)
    progress(one, first, 183, body=sdp(4000))
    ctl.wait("ringing", leg=1, sound=1)
    progress(other, second, 180)
    one.respond(first, 480, "Gone", "there")
    ctl.wait("ringing", leg=1, sound=0)


def test_a_refusal_for_all_places_ends_the_ringing(ctl, make_socket):
    (one, first), (other, second) = two_places(ctl, make_socket)
    progress(other, second)
    ctl.wait("ringing", leg=1)
    one.respond(first, 603, "Decline", "there")
    other.receive(want=lambda m: m.method == "CANCEL")
    ctl.wait("gone", leg=1, cause=4)


def test_a_refusal_of_one_place_leaves_the_others_ringing(ctl, make_socket):
    (one, first), (other, second) = two_places(ctl, make_socket)
    one.respond(first, 486, "Busy", "there")
    one.receive(want=lambda m: m.method == "ACK")
    accept(other, second)
    ctl.wait("answered", leg=1)


@pytest.mark.parametrize("status", [300, 301, 302])
def test_a_telephone_redirects_its_calls(ctl, make_socket, status):
    phone, invite = rung(ctl, make_socket)
    phone.respond(invite, status, "Moved", "there", ["Contact: <sip:15002@192.0.2.1;user=phone>"])
    phone.receive(want=lambda m: m.method == "ACK")
    ctl.wait("gone", leg=1, cause=2, number="15002")


def test_a_redirection_to_nowhere_is_a_failure(ctl, make_socket):
    phone, invite = rung(ctl, make_socket)
    phone.respond(invite, 302, "Moved", "there")
    ctl.wait("gone", leg=1, cause=9, number="")


def test_early_media_after_a_kill(ctl, make_socket):
    """The INVITE goes out once more, the telephone says again what it said, and is heard at once."""
    with rtp_socket()[0] as rtp:
        phone, invite = rung(ctl, make_socket)
        progress(phone, invite, 183, body=sdp(rtp.getsockname()[1]))
        ctl.wait("ringing", leg=1, sound=1)
        ctl.restart()
        ctl.say("mix 1=:ringback")
        assert hears(rtp)  # even before the ring order comes again
        ctl.say("ring 1 15000 15001")
        again = phone.receive(want=lambda m: m.method == "INVITE")
        assert again.get("via") == invite.get("via") and again.get("cseq") == invite.get("cseq")
        progress(phone, again, 183, body=sdp(rtp.getsockname()[1]))
        ctl.wait("ringing", leg=1, sound=1)
        accept(phone, again, body=sdp(rtp.getsockname()[1]))
        ctl.wait("answered", leg=1)


def progress_of(phone, status):
    return phone.receive(want=lambda m: m.status == status and "INVITE" in m.get("cseq"))


def test_a_caller_hears_the_early_sound(ctl, make_socket):
    """It is put through to a leg that is not answered, and gets 183 with our description; then a
    ring-back tone is wanted again, then sound once more; the 200 says what the 183 said."""
    with rtp_socket()[0] as rtp:
        phone = make_socket(ctl)
        phone.register()
        begin(phone, body=sdp(rtp.getsockname()[1]))
        leg = ctl.wait("incoming")["leg"]
        ctl.say(f"mix {leg}=:ringback")
        assert not progress_of(phone, 180).body
        ctl.say(f"mix {leg}=2 2=")
        first = progress_of(phone, 183)
        assert "m=audio" in first.body and first.tag("to")
        ctl.say(f"mix {leg}=:ringback")
        assert not progress_of(phone, 180).body
        assert hears(rtp)  # and the tone comes as sound, too
        ctl.say(f"mix {leg}=2 2=")
        assert progress_of(phone, 183).body == first.body
        ctl.say(f"answer {leg}")
        assert progress_of(phone, 200).body == first.body


def test_a_caller_without_an_offer_hears_nothing_early(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    begin(phone, body="")
    leg = ctl.wait("incoming")["leg"]
    ctl.say(f"mix {leg}=2 2=")
    ctl.say(f"answer {leg}")
    assert "m=audio" in progress_of(phone, 200).body
    assert not any(m.status == 183 for m in phone.heard)


def test_a_caller_hears_early_sound_after_a_kill(ctl, make_socket):
    with rtp_socket()[0] as rtp:
        phone = make_socket(ctl)
        phone.register()
        begin(phone, body=sdp(rtp.getsockname()[1]))
        leg = ctl.wait("incoming")["leg"]
        ctl.say(f"mix {leg}=2 2=")
        first = progress_of(phone, 183)
        ctl.restart()
        ctl.say(f"mix {leg}=2 2=")
        again = progress_of(phone, 183)
        assert again.tag("to") == first.tag("to")
        assert re.findall(r"m=.*", again.body) == re.findall(r"m=.*", first.body)
        ctl.say(f"mix {leg}=:busy")
        assert hears(rtp)


@pytest.mark.parametrize("when", ["before", "ringing", "answered"])
def test_the_caller_takes_its_invite_back(ctl, make_socket, when):
    phone = make_socket(ctl)
    phone.register()
    branch = begin(phone)
    leg = ctl.wait("incoming")["leg"]
    if when == "ringing":
        ctl.say(f"mix {leg}=:ringback")
        phone.receive(want=lambda m: m.status == 180)
    if when == "answered":
        ctl.say(f"answer {leg}")
        phone.receive(want=lambda m: m.status == 200 and "INVITE" in m.get("cseq"))
    uri = f"sip:15001@127.0.0.1:{phone.server[1]}"
    text, _ = phone.request("CANCEL", uri=uri, to=uri, cseq=phone.cseq, branch=branch)
    phone.send(text)
    cancelled = phone.receive(want=lambda m: m.status and "CANCEL" in m.get("cseq"))
    assert cancelled.status == (481 if when == "answered" else 200)
    if when == "answered":  # too late: the 200 counts, and its ACK is due
        assert not ctl.has_seen("gone")
        return
    assert phone.receive(want=lambda m: m.status >= 300).status == 487
    ctl.wait("gone", leg=leg, cause=5)
