# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""Who is heard: credentials count once, strangers who fail are not answered, and what is refused."""

import pathlib
import re
import select
import time

import pytest
from phonelib import digest_header, free_port, sdp


def proof(phone, challenge, method, uri, nc=1):
    return "Authorization: " + digest_header(challenge, phone.user, phone.secret, method, uri, nc)


def challenge_of(phone, method="REGISTER", **parts):
    return phone.ask(method, **parts).challenges()[-1]


def is_silent(phone, text, seconds=0.3):
    phone.send(text)
    try:
        phone.receive(seconds)
    except AssertionError:
        return True
    return False


def server_uri(ctl, user=""):
    return f"sip:{user + '@' if user else ''}127.0.0.1:{ctl.port}"


def test_a_nonce_counts_once_for_each_count(ctl, make_socket):
    phone, uri = make_socket(ctl), server_uri(ctl)
    challenge = challenge_of(phone)

    def ask(nc):
        return phone.ask("REGISTER", headers=[proof(phone, challenge, "REGISTER", uri, nc)])
    assert ask(1).status == 200
    again = ask(1)
    assert again.status == 401 and again.challenges()[0]["stale"] == "true"
    assert [ask(nc).status for nc in (2, 5, 4, 5)] == [200, 200, 200, 401]


def test_credentials_for_another_uri_do_not_count(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    challenge = challenge_of(phone)
    header = proof(phone, challenge, "REGISTER", "sip:192.0.2.1")
    assert phone.ask("REGISTER", headers=[header]).status == 400
    number = server_uri(ctl, "15001")
    header = proof(phone, challenge_of(phone, "INVITE", uri=number), "INVITE", server_uri(ctl, "0900"))
    assert phone.ask("INVITE", uri=number, headers=[header]).status == 400


def test_credentials_that_name_the_server_alone_count(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    number = server_uri(ctl, "15001")
    header = proof(phone, challenge_of(phone, "INVITE", uri=number), "INVITE", server_uri(ctl))
    text, _ = phone.request("INVITE", uri=number, body=sdp(free_port()),
                            headers=[header, f"Contact: <{phone.contact()}>"])
    phone.send(text)
    ctl.wait("incoming", number="15001")


def test_a_device_that_is_not_registered_does_not_call(ctl, make_socket):
    phone = make_socket(ctl)
    number = server_uri(ctl, "15001")
    header = proof(phone, challenge_of(phone, "INVITE", uri=number), "INVITE", number)
    answer = phone.ask("INVITE", uri=number, body=sdp(free_port()),
                       headers=[header, f"Contact: <{phone.contact()}>"])
    assert answer.status == 403
    assert not ctl.has_seen("incoming")


def test_whoever_guesses_is_not_answered_any_more(ctl, make_socket):
    wrong = make_socket(ctl, secret="wrong")
    statuses = []
    while len(statuses) < 30:
        try:
            statuses.append(wrong.register(seconds=0.3).status)
        except AssertionError:
            break
    assert statuses == [403] * 20
    assert is_silent(wrong, wrong.request("OPTIONS")[0])
    assert is_silent(wrong, "not even SIP\r\n\r\n")
    ctl.say("clock 301000")
    assert wrong.ask("OPTIONS").status == 200


def test_malformed_requests_count_as_well(ctl, make_socket):
    phone = make_socket(ctl)
    bad = phone.request("REGISTER")[0].replace("CSeq: ", "CSeq: x")
    for _ in range(20):
        phone.send(bad)
        assert phone.receive().status == 400
    assert is_silent(phone, bad)


def test_an_address_with_a_telephone_is_never_shut_out(ctl, make_socket):
    phone, wrong = make_socket(ctl), make_socket(ctl, "15001", secret="wrong")
    phone.register()
    assert [wrong.register().status for _ in range(30)] == [403] * 30
    assert phone.register().status == 200


def test_nor_after_a_restart(ctl, make_socket):
    phone, wrong = make_socket(ctl), make_socket(ctl, "15001", secret="wrong")
    phone.register()
    ctl.wait("registered", dn="15000")
    ctl.restart()
    assert [wrong.register().status for _ in range(30)] == [403] * 30


def test_a_stranger_has_so_many_requests_a_second(ctl, make_socket):
    phone = make_socket(ctl)
    begun = time.monotonic()
    for _ in range(400):
        phone.send(phone.request("OPTIONS")[0])
    answers = 0
    while not is_silent(phone, "\r\n\r\n", 0.2):
        answers += 1
    assert 0 < answers <= 200 + 50 * (time.monotonic() - begun)


def test_a_flood_without_credentials_leaves_nothing_behind(ctl, make_socket):
    """No transaction, so no To tag is remembered and no answer is repeated."""
    phone = make_socket(ctl)
    text, branch = phone.request("INVITE", uri=server_uri(ctl, "15001"), body=sdp(free_port()))
    first = phone.ask("INVITE", uri=server_uri(ctl, "15001"))
    assert first.status == 401
    try:
        phone.receive(1.5)  # an INVITE's failure would be repeated after half a second
        raise RuntimeError("repeated")
    except AssertionError:
        pass


@pytest.mark.parametrize("method, uri, headers, status", [
    ("INVITE", None, ["Max-Forwards: 0"], 483),
    ("OPTIONS", None, ["Max-Forwards: 0"], 200),
    ("REGISTER", None, ["Require: nothingSipSays"], 420),
    ("OPTIONS", None, ["Require: nothingSipSays"], 420),
    ("NEWMETHOD", None, [], 501),
    ("MESSAGE", None, [], 405),
    ("SUBSCRIBE", None, ["Event: presence"], 489),
    ("BYE", None, [], 481),
    ("CANCEL", None, [], 481),
    ("OPTIONS", "nobodyKnowsThisScheme:totallyopaquecontent", [], 416),
])
def test_refusals(ctl, make_socket, method, uri, headers, status):
    phone = make_socket(ctl)
    text, branch = phone.request(method, uri=uri, headers=headers)
    if any(header.startswith("Max-Forwards") for header in headers):
        text = text.replace("Max-Forwards: 70\r\n", "")
    phone.send(text)
    answer = phone.receive(want=lambda m: branch in m.get("via"))
    assert answer.status == status
    if status in (405, 501):
        assert "INVITE" in answer.get("allow")
    if status == 420:
        assert answer.get("unsupported") == "nothingSipSays"


def test_another_version_is_505(ctl, make_socket):
    phone = make_socket(ctl)
    phone.send(phone.request("OPTIONS")[0].replace(" SIP/2.0\r\nVia", " SIP/7.0\r\nVia", 1))
    assert phone.receive().status == 505


def test_options_is_answered_at_once(ctl, make_socket):
    answer = make_socket(ctl).ask("OPTIONS")
    assert answer.status == 200
    assert "INVITE" in answer.get("allow") and answer.get("accept") == "application/sdp"
    assert answer.get("supported") is not None


def test_a_request_that_went_round_is_482(ctl, make_socket):
    """Our own INVITE comes back by way of somebody else."""
    phone = make_socket(ctl)
    phone.register()
    ctl.say("ring 1 15000 15001")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    own = f"SIP/2.0/UDP 127.0.0.1:{phone.port};branch=z9hG4bKround;rport"
    lines = [invite.first, f"Via: {own}"] + [f"{n}: {v}" for n, v in invite.headers]
    phone.send("\r\n".join(lines) + "\r\n\r\n" + invite.body)
    assert phone.receive(want=lambda m: m.status).status == 482
    phone.respond(invite, 486, "Busy", tag="x")
    ctl.wait("gone", leg=1, cause=2)


def test_an_answer_goes_nowhere_but_back(ctl, make_socket):
    """A maddr in Via would send it anywhere."""
    phone, victim = make_socket(ctl), make_socket(ctl, "15001")
    text, branch = phone.request("OPTIONS")
    text = text.replace(";branch=", f";maddr=localhost;branch=")
    phone.send(text)
    assert phone.receive(want=lambda m: branch in m.get("via")).status == 200
    assert is_silent(victim, "\r\n\r\n", 0.1)


def test_a_strangers_idle_connection_is_closed_and_a_telephones_is_not(make_ctl, make_stream):
    ctl = make_ctl("idle=1")
    stranger, phone = make_stream(ctl), make_stream(ctl)
    phone.register()
    assert stranger.ask("OPTIONS").status == 200
    assert stranger.read(8) == b""
    with pytest.raises(AssertionError):
        phone.read(2)
    ctl.say("ring 1 15000 15001")
    phone.respond(phone.receive(want=lambda m: m.method == "INVITE"), 486, "Busy", tag="x")
    ctl.wait("gone", leg=1, cause=2)


def heard_at(address, seconds=1.0):
    """The first lines of what comes to that socket."""
    lines, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([address], [], [], 0.1)[0]:
            lines.append(address.recv(65536).split(b"\r\n")[0].decode())
    return lines


@pytest.mark.parametrize("branch", ["z9hG4bKabc", "z9hG4bK" + 32 * "0"])
def test_an_answer_to_nothing_sends_nothing_anywhere(ctl, make_socket, branch):
    """ACK and BYE, which is repeated, would go to where its Contact points."""
    stranger, victim = make_socket(ctl), make_socket(ctl, "15001")
    stranger.send(f"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:{ctl.port};branch={branch}\r\n"
                  "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n"
                  f"Contact: <sip:victim@127.0.0.1:{victim.port}>\r\nContent-Length: 0\r\n\r\n")
    assert stranger.ask("OPTIONS").status == 200
    assert heard_at(victim.socket) == []


def resident_kb(ctl):
    text = pathlib.Path(f"/proc/{ctl.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text).group(1))


def test_a_message_without_an_end_takes_little_memory(ctl, make_stream):
    before = resident_kb(ctl)
    strangers = [make_stream(ctl) for _ in range(20)]
    for stranger in strangers:
        try:
            stranger.send("INVITE sip:1@127.0.0.1 SIP/2.0\r\n")
            for _ in range(20):
                stranger.send("".join(f"X-A: {'a' * 1000}\r\n" for _ in range(90)))
        except OSError:
            pass  # it is closed
    assert make_stream(ctl).ask("OPTIONS").status == 200
    assert resident_kb(ctl) - before < 20 * 700
