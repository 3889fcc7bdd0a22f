# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""What telephones rarely do: odd methods, odd session descriptions, glare, late and early messages."""

import select
import socket

import pytest
from dialoglib import ask_inside, contact, dial, inside, up
from phonelib import digest_header, sdp, sdp_port, wait_for


def test_options(ctl, make_socket):
    answer = make_socket(ctl).ask("OPTIONS")
    assert answer.status == 200 and "INVITE" in answer.get("allow")


@pytest.mark.parametrize("method, status", [
    ("MESSAGE", 405), ("REFER", 405), ("UPDATE", 405), ("SUBSCRIBE", 489), ("NOTIFY", 489),
    ("FOOBAR", 501), ("BYE", 481), ("INFO", 405)])
def test_requests_that_have_no_place(ctl, make_socket, method, status):
    answer = make_socket(ctl).ask(method, headers=["Event: x"])
    assert answer.status == status
    assert status not in (405, 501) or "INVITE" in answer.get("allow")


@pytest.mark.parametrize("method", ["BYE", "INVITE", "INFO", "OPTIONS"])
def test_a_dialog_that_nobody_knows(ctl, make_socket, method):
    assert make_socket(ctl).ask(method, to_tag="unknown").status == 481


def test_the_ack_waits_until_the_leg_is_durable(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    ctl.say("ring 1 15000 15001")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    ctl.say("hold")
    for _ in range(3):
        phone.respond(invite, 200, "OK", "there", [f"Contact: <sip:x@127.0.0.1:{phone.port}>"],
                      sdp(4000))
    ctl.wait("answered")
    assert phone.ask("OPTIONS").status == 200  # what came before it has been dealt with
    assert not any(m.method == "ACK" for m in phone.heard)
    ctl.say("go")
    assert phone.receive(want=lambda m: m.method).method == "ACK"
    phone.respond(invite, 200, "OK", "there", [f"Contact: <sip:x@127.0.0.1:{phone.port}>"],
                  sdp(4000))
    assert phone.receive(want=lambda m: m.method).method == "ACK"


def answered_but_not_durable(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    ctl.say("ring 1 15000 15001")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    ctl.say("hold")
    phone.respond(invite, 200, "OK", "there", [f"Contact: <sip:x@127.0.0.1:{phone.port}>"],
                  sdp(4000))
    ctl.wait("answered")
    return phone, invite


def test_dropped_before_the_ack_gets_ack_and_bye(ctl, make_socket):
    phone, _ = answered_but_not_durable(ctl, make_socket)
    ctl.say("drop 1 1")
    ctl.wait("gone", leg=1, cause=1)
    assert phone.receive(want=lambda m: m.method).method == "ACK"
    assert phone.receive(want=lambda m: m.method).method == "BYE"


def test_hung_up_before_the_ack(ctl, make_socket):
    phone, invite = answered_but_not_durable(ctl, make_socket)
    assert ask_inside(phone, invite, "BYE", 10).status == 200
    ctl.wait("gone", leg=1, cause=1)
    ctl.say("go")
    assert ask_inside(phone, invite, "OPTIONS", 11).status == 481


def test_what_is_too_much_to_keep_is_refused(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    long = "x" * 600
    assert dial(phone, headers=[f"Contact: <sip:{long}@127.0.0.1>"]).status == 400
    assert dial(phone, from_tag=long).status == 400
    assert dial(phone, call_id=long).status == 400
    assert not ctl.has_seen("incoming")


def test_a_route_too_long_to_keep_does_not_hang_the_call(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    ctl.say("ring 1 15000 15001")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    route = ", ".join(f"<sip:127.0.0.1:{phone.port};lr;x={i:0400d}>" for i in range(12))
    phone.respond(invite, 200, "OK", "there", [f"Contact: <sip:x@127.0.0.1:{phone.port}>",
                                               "Record-Route: " + route], sdp(4000))
    ctl.wait("answered", leg=1, keep=0)
    assert phone.receive(want=lambda m: m.method).method == "ACK"


def test_a_route_set_is_followed(ctl, make_socket):
    phone, proxy = make_socket(ctl), make_socket(ctl)
    phone.register()
    ctl.say("ring 1 15000 15001")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    phone.respond(invite, 200, "OK", "there", [
        "Contact: <sip:far@192.0.2.5>",
        f"Record-Route: <sip:second.example;lr>, <sip:127.0.0.1:{proxy.port};lr>"], sdp(4000))
    ctl.wait("answered", leg=1)
    ack = proxy.receive(want=lambda m: m.method == "ACK")
    assert ack.first.startswith("ACK sip:far@192.0.2.5 ")
    assert [r.split(";")[0] for r in ", ".join(ack.all("route")).split(", ")] == [
        f"<sip:127.0.0.1:{proxy.port}", "<sip:second.example"]
    ctl.restart()
    ctl.say("drop 1 1")
    bye = proxy.receive(want=lambda m: m.method == "BYE")
    assert bye.first.startswith("BYE sip:far@192.0.2.5 ") and bye.all("route") == ack.all("route")


def test_hold_in_all_its_ways(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket)
    steps = [("sendonly", "127.0.0.1", "recvonly", "held"),
             ("sendrecv", "127.0.0.1", "sendrecv", "retrieved"),
             ("inactive", "127.0.0.1", "inactive", "held"),
             ("sendrecv", "127.0.0.1", "sendrecv", "retrieved"),
             ("sendrecv", "0.0.0.0", "recvonly", "held"),
             ("sendrecv", "127.0.0.1", "sendrecv", "retrieved")]
    version = 0
    for cseq, (direction, address, answered, signal) in enumerate(steps, 10):
        answer = ask_inside(phone, invite, "INVITE", cseq, body=sdp(4000, direction, 101, address),
                            headers=[f"Contact: <sip:x@127.0.0.1:{phone.port}>"])
        assert answer.status == 200 and f"a={answered}" in answer.body
        assert sdp_port(answer.body) == sdp_port(invite.body)
        assert int(answer.body.split("o=- ")[1].split()[1]) > version
        version = int(answer.body.split("o=- ")[1].split()[1])
        inside(phone, invite, "ACK", cseq)
        ctl.wait(signal, leg=1)


def test_the_200_to_a_reinvite_waits_until_it_is_durable(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket)
    ctl.say("hold")
    branch = inside(phone, invite, "INVITE", 10, body=sdp(4002, "sendonly"),
                    headers=[f"Contact: <sip:x@127.0.0.1:{phone.port}>"])
    ctl.wait("keep", leg=1)
    assert phone.receive(want=lambda m: branch in (m.get("via") or "")).status == 100
    assert phone.ask("OPTIONS").status == 200
    ctl.say("go")
    assert phone.receive(want=lambda m: m.status >= 200).status == 200


def test_a_reinvite_without_an_offer(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket)
    answer = ask_inside(phone, invite, "INVITE", 10,
                        headers=[f"Contact: <sip:x@127.0.0.1:{phone.port}>"])
    assert answer.status == 200 and "a=sendrecv" in answer.body
    inside(phone, invite, "ACK", 10, body=sdp(4004, "sendonly"))
    ctl.wait("held", leg=1)


def test_a_reinvite_that_we_cannot_take_leaves_the_call(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket)
    answer = ask_inside(phone, invite, "INVITE", 10, body=sdp(4000, payloads="18", events=0))
    assert answer.status == 488
    inside(phone, invite, "ACK", 10)
    assert ask_inside(phone, invite, "OPTIONS", 11).status == 200
    assert not ctl.has_seen("gone")


def test_two_reinvites_at_once(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket)
    ctl.say("hold")
    inside(phone, invite, "INVITE", 10, body=sdp(4000, "sendonly"),
           headers=[f"Contact: <sip:x@127.0.0.1:{phone.port}>"])
    ctl.wait("keep")
    answer = ask_inside(phone, invite, "INVITE", 11, body=sdp(4000))
    assert answer.status == 500 and answer.get("retry-after")


def test_a_cseq_of_yesterday(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket)
    assert ask_inside(phone, invite, "OPTIONS", 10).status == 200
    assert ask_inside(phone, invite, "OPTIONS", 9).status == 500


def test_digits_by_info(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket)
    for cseq, (kind, body, digit) in enumerate([
            ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", "5"),
            ("application/dtmf", "#", "#")], 10):
        text, branch = phone.request(
            "INFO", cseq=cseq, from_tag="there", to_tag=invite.tag("from"),
            call_id=invite.get("call-id"))
        text = text.replace("Content-Length: 0\r\n\r\n",
                            f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n{body}")
        phone.send(text)
        assert phone.receive(want=lambda m, b=branch: b in (m.get("via") or "")).status == 200
        ctl.wait("dtmf", leg=1, number=digit)


def test_digits_to_a_telephone_that_takes_no_events(ctl, make_socket):
    """One INFO after the other; of what it refuses it gets no more."""
    phone = make_socket(ctl)
    phone.register()
    ctl.say("ring 1 15000 15001")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    phone.respond(invite, 200, "OK", "there", [f"Contact: <sip:x@127.0.0.1:{phone.port}>"], sdp(4000, events=None))
    ctl.wait("answered", leg=1)
    phone.receive(want=lambda m: m.method == "ACK")
    ctl.say("dtmf 1 12#4")
    seen = []
    for digit, status in (("1", 200), ("2", 200), ("#", 415), ("9", 200)):
        if digit == "9":
            assert phone.ask("OPTIONS").status == 200  # what came before it has been dealt with
            ctl.say("dtmf 1 9")
        info = phone.receive(want=lambda m: m.method == "INFO" and m.get("cseq") not in seen)
        seen.append(info.get("cseq"))
        assert info.get("content-type") == "application/dtmf-relay"
        assert info.body == f"Signal={digit}\r\nDuration=100\r\n"
        assert {m.get("cseq") for m in phone.heard if m.method == "INFO"} == set(seen)
        phone.respond(info, status, tag=None)


def test_a_digit_by_info_is_passed_on_in_the_sound(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket)
    other = make_socket(ctl, "15001")
    other.register()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sound:
        sound.bind(("127.0.0.1", 0))
        ctl.say("ring 2 15001 15000")
        second = other.receive(want=lambda m: m.method == "INVITE")
        other.respond(second, 200, "OK", "there", [f"Contact: <sip:x@127.0.0.1:{other.port}>"],
                      sdp(sound.getsockname()[1]))
        ctl.wait("answered", leg=2)
        other.receive(want=lambda m: m.method == "ACK")
        ctl.say("mix 1=2 2=1")
        body = "Signal=5\r\nDuration=160\r\n"
        text, _ = phone.request("INFO", cseq=10, from_tag="there", to_tag=invite.tag("from"),
                                call_id=invite.get("call-id"))
        phone.send(text.replace("Content-Length: 0\r\n\r\n", "Content-Type: application/dtmf-relay\r\n"
                                f"Content-Length: {len(body)}\r\n\r\n{body}"))
        ctl.wait("dtmf", leg=1, number="5")
        sound.settimeout(5)
        packet = sound.recv(2000)
        while packet[1] & 0x7F != 101:  # silence, once a second
            packet = sound.recv(2000)
        assert packet[12] == 5


def test_a_telephone_without_our_codec(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    ctl.say("ring 1 15000 15001")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    phone.respond(invite, 200, "OK", "there", [f"Contact: <sip:x@127.0.0.1:{phone.port}>"],
                  sdp(4000, payloads="18"))
    assert phone.receive(want=lambda m: m.method).method == "ACK"
    assert phone.receive(want=lambda m: m.method).method == "BYE"
    ctl.wait("gone", leg=1, cause=9)


@pytest.mark.parametrize("status, cause", [
    (486, 2), (600, 2), (480, 3), (408, 3), (603, 4), (404, 6), (484, 6), (503, 6), (500, 9),
    (302, 9)])
def test_why_a_telephone_did_not_answer(ctl, make_socket, status, cause):
    phone = make_socket(ctl)
    phone.register()
    ctl.say("ring 1 15000 15001")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    phone.respond(invite, status, "No", "there")
    assert phone.receive(want=lambda m: m.method).method == "ACK"
    ctl.wait("gone", leg=1, cause=cause)


def test_a_200_that_crosses_our_drop_gets_ack_and_bye(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    ctl.say("ring 1 15000 15001")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    phone.respond(invite, 180, "Ringing", "there")
    ctl.wait("ringing")
    ctl.say("drop 1 3")
    cancel = phone.receive(want=lambda m: m.method == "CANCEL")
    phone.respond(invite, 200, "OK", "there", [f"Contact: <sip:x@127.0.0.1:{phone.port}>"],
                  sdp(4000))
    phone.respond(cancel, 200, tag="there")
    assert phone.receive(want=lambda m: m.method).method == "ACK"
    assert phone.receive(want=lambda m: m.method).method == "BYE"
    assert len(ctl.has_seen("gone")) <= 1


def test_two_places_answer_at_once(ctl, make_socket):
    phones = [make_socket(ctl), make_socket(ctl)]
    for phone in phones:
        phone.register()
    ctl.say("ring 1 15000 15001")
    invites = [p.receive(want=lambda m: m.method == "INVITE") for p in phones]
    for phone, invite in zip(phones, invites):
        phone.respond(invite, 200, "OK", "there", [f"Contact: <sip:x@127.0.0.1:{phone.port}>"],
                      sdp(4000))
    ctl.wait("answered", leg=1)
    for phone in phones:
        assert phone.receive(want=lambda m: m.method in ("ACK", "BYE")).method == "ACK"
    def ended():
        return [p for p in phones if select.select([p.socket], [], [], 0)[0]]
    loser = wait_for(ended, "one of them is ended")[0]
    assert loser.receive(want=lambda m: m.method).method == "BYE"
    winner = next(p for p in phones if p is not loser)
    ctl.say("drop 1 1")
    assert winner.receive(want=lambda m: m.method).method == "BYE"
    assert sum(m.method == "BYE" for m in winner.heard) == 1


def test_dialling_needs_a_registration_and_the_secret(ctl, make_socket):
    assert dial(make_socket(ctl)).status == 403
    make_socket(ctl).register()
    assert dial(make_socket(ctl, secret="wrong")).status == 403
    assert not ctl.has_seen("incoming")


@pytest.mark.parametrize("parts, status", [
    ({"body": sdp(4000, payloads="18", events=0)}, 488),
    ({"body": "v=0\r\nnonsense"}, 488),
    ({"number": "%22"}, 484),
    ({"headers": ["Require: replaces"]}, 420)])
def test_invites_that_we_cannot_take(ctl, make_socket, parts, status):
    phone = make_socket(ctl)
    phone.register()
    assert dial(phone, **parts).status == status
    assert not ctl.has_seen("incoming")


def test_dialling_without_an_offer(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    uri = f"sip:15001@127.0.0.1:{ctl.port}"
    first = phone.ask("INVITE", uri=uri, to=uri,
                      headers=[f"Contact: <sip:x@127.0.0.1:{phone.port}>"])
    phone.ack(first, uri, phone.cseq)
    proof = digest_header(first.challenges()[-1], "15000", "s15000", "INVITE", uri)
    text, _ = phone.request("INVITE", uri=uri, to=uri, headers=[
        f"Contact: <sip:x@127.0.0.1:{phone.port}>", "Authorization: " + proof])
    phone.send(text)
    leg = ctl.wait("incoming", number="15001")["leg"]
    ctl.say(f"answer {leg}")
    answer = phone.receive(want=lambda m: m.status == 200)
    assert "a=sendrecv" in answer.body
    text, _ = phone.request("ACK", uri=uri, to=uri, to_tag=answer.tag("to"), cseq=phone.cseq,
                            body=sdp(4000))
    phone.send(text)
    ctl.wait("answered", leg=leg)


def test_garbage_harms_nobody(ctl, make_socket):
    phone = make_socket(ctl)
    for text in ("", "\r\n\r\n", "INVITE", "INVITE sip:x SIP/2.0\r\n\r\n", "\0" * 100,
                 "SIP/2.0 200 OK\r\n\r\n", "REGISTER sip:x SIP/2.0\r\nVia: x\r\nContact: <<<>\r\n\r\n",
                 "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKx\r\nFrom: <sip:a@b>\r\n"
                 "To: <sip:a@b>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"):
        phone.send(text)
    assert phone.ask("OPTIONS").status == 200


def test_we_hang_up_between_our_200_and_its_ack(ctl, make_socket):
    """One BYE, and not another when the ACK comes."""
    phone, invite, _ = up(ctl, make_socket)
    inside(phone, invite, "INVITE", 10, body=sdp(4000, "sendonly"), headers=[contact(phone)])
    phone.receive(want=lambda m: m.status == 200 and "INVITE" in m.get("cseq"))
    ctl.say("drop 1 7")
    bye = phone.receive(want=lambda m: m.method == "BYE")
    inside(phone, invite, "ACK", 10)
    assert phone.ask("OPTIONS").status == 200
    assert {m.get("cseq") for m in phone.heard if m.method == "BYE"} == {bye.get("cseq")}
    phone.respond(bye, 200)
    ctl.wait("gone", leg=1, cause=7)
