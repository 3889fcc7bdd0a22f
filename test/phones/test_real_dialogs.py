# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""baresip, which knows nothing of us, does what the other files do by hand: SRTP, early media, transfers,
and sound that is back within a second after a kill."""

import signal
import time

import pytest
from dialoglib import up
from phonelib import Sipp, free_even_port, free_port, sdp, sdp_port, wait_for
from test_driver_calls import connect
from test_driver_transports import chain, tls_ctl  # noqa: F401
from trunklib import Voice


def encrypted(make_phone, ctl, user, frequency, suite="srtp-mand"):
    return make_phone(ctl, user, frequency, transport="tls", account=f";mediaenc={suite}")


def test_srtp_both_ways(tls_ctl, make_phone):  # noqa: F811
    """Encrypted on one side, plain on the other."""
    a, b = encrypted(make_phone, tls_ctl, "15000", 440), make_phone(tls_ctl, "15001", 1000)
    for phone in (a, b):
        phone.wait_registered()
    connect(tls_ctl, a, b)
    wait_for(lambda: a.heard(1000) > 1 and b.heard(440) > 1, "each hears the other")
    tls_ctl.say("drop 1 1")
    tls_ctl.say("drop 2 1")
    tls_ctl.wait("gone", leg=2)


def test_a_call_from_the_keypad_with_srtp(tls_ctl, make_phone):  # noqa: F811
    a, b = encrypted(make_phone, tls_ctl, "15000", 440), make_phone(tls_ctl, "15001", 1000)
    for phone in (a, b):
        phone.wait_registered()
    a.command("dial", f"sip:15001@127.0.0.1:{tls_ctl.tls_port};transport=tls")
    leg = tls_ctl.wait("incoming", dn="15000", number="15001")["leg"]
    tls_ctl.say(f"answer {leg}")
    tls_ctl.wait("answered", leg=leg)
    tls_ctl.say("ring 2 15001 15000")
    b.wait_event("CALL_INCOMING")
    b.command("accept")
    tls_ctl.wait("answered", leg=2)
    tls_ctl.say(f"mix {leg}=2 2={leg}")
    wait_for(lambda: a.heard(1000) > 1 and b.heard(440) > 1, "each hears the other")


def test_a_telephone_on_tls_that_knows_no_srtp(tls_ctl, make_phone):  # noqa: F811
    a = make_phone(tls_ctl, "15000", 440, transport="tls")
    a.wait_registered()
    tls_ctl.say("ring 1 15000 15001")
    a.wait_event("CALL_INCOMING")
    a.command("accept")
    tls_ctl.wait("answered", leg=1)


@pytest.mark.parametrize("codecs", ["PCMA", "G722", "G722,PCMU"])
def test_sound_with_other_codecs(ctl, make_phone, codecs):
    a, b = make_phone(ctl, "15000", 440, codecs=codecs), make_phone(ctl, "15001", 1000)
    for phone in (a, b):
        phone.wait_registered()
    connect(ctl, a, b)
    wait_for(lambda: a.heard(1000) > 1 and b.heard(440) > 1, "each hears the other")
    assert a.heard(440) == 0 and b.heard(1000) == 0


def test_what_sounds_before_the_answer_is_heard(ctl, make_phone, make_socket, started):
    """183 with a description, as a trunk's announcement: whoever is put through to it hears it."""
    a, announcer = make_phone(ctl, "15000", 440), make_socket(ctl, "15001")
    a.wait_registered()
    announcer.register()
    ctl.say("ring 1 15000 15001")
    a.wait_event("CALL_INCOMING")
    a.command("accept")
    ctl.wait("answered", leg=1)
    ctl.say("ring 2 15001 15000")
    invite = announcer.receive(want=lambda m: m.method == "INVITE")
    voice = Voice("127.0.0.1", 1000)
    started.append(voice)
    announcer.respond(invite, 183, "Session Progress", "there",
                      [f"Contact: <sip:x@127.0.0.1:{announcer.port}>"], sdp(voice.port))
    ctl.wait("ringing", leg=2, sound=1)
    ctl.say("mix 1=2 2=1")
    voice.target = ("127.0.0.1", sdp_port(invite.body))
    wait_for(lambda: a.heard(1000) > 1, "the sound of who has not answered yet")
    assert not any("leg=2" in line for line in ctl.has_seen("answered"))


def test_a_blind_transfer_by_the_telephones_own_button(ctl, two):
    a, b = two
    connect(ctl, a, b)
    a.command("transfer", f"sip:15002@127.0.0.1:{ctl.port}")
    ctl.wait("transfer", leg=1, number="15002")
    ctl.say("transfer 1 0")
    ctl.say("drop 1 7")
    a.wait_event("CALL_CLOSED")
    ctl.wait("gone", leg=1)
    assert not any("leg=2" in line for line in ctl.has_seen("gone"))


def test_a_telephone_is_told_why_its_transfer_failed(ctl, two):
    a, b = two
    connect(ctl, a, b)
    a.command("transfer", f"sip:15002@127.0.0.1:{ctl.port}")
    ctl.wait("transfer", leg=1)
    ctl.say("transfer 1 6")
    wait_for(lambda: "404" in (a.directory / "log").read_text(errors="replace"), "it is told why")
    b.command("hangup")
    ctl.wait("gone", leg=2, cause=1)  # that one was there until then


def test_srtp_goes_on_after_a_kill(tls_ctl, make_phone):  # noqa: F811
    """The same keys, and a new SSRC."""
    a, b = encrypted(make_phone, tls_ctl, "15000", 440), make_phone(tls_ctl, "15001", 1000)
    for phone in (a, b):
        phone.wait_registered()
    connect(tls_ctl, a, b)
    wait_for(lambda: b.heard(440) > 0.5 and a.heard(1000) > 0.5, "sound before")
    tls_ctl.restart()
    before = b.heard(440), a.heard(1000)
    tls_ctl.say("mix 1=2 2=1")
    wait_for(lambda: b.heard(440) > before[0] and a.heard(1000) > before[1], "sound after", 20)


def test_sound_is_back_within_a_second(ctl, make_socket, started):
    """The best of three kills in mid-call, for the machine may be busy: from the start of the new
    process until each hears the other."""
    voices = [Voice("127.0.0.1", tone) for tone in (440, 1000)]
    started += voices
    for leg, (user, voice) in enumerate(zip(("15000", "15001"), voices), 1):
        _, invite, _ = up(ctl, make_socket, leg, user, body=sdp(voice.port))
        voice.target = ("127.0.0.1", sdp_port(invite.body))

    def heard():
        return voices[0].heard(1000), voices[1].heard(440)
    ctl.say("mix 1=2 2=1")
    wait_for(lambda: min(heard()) > 0.5, "sound before")
    took = []
    for _ in range(3):
        ctl.kill()
        before, start = heard(), time.monotonic()
        ctl.start()
        ctl.say("mix 1=2 2=1")
        wait_for(lambda was=before: all(now > then for now, then in zip(heard(), was)),
                 "sound after", 20)
        took.append(time.monotonic() - start)
    assert min(took) < 1.0, took


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGSTOP])
def test_a_telephone_loses_its_network_in_a_call(make_ctl, make_phone, signum):
    """Its port is closed, or nothing answers at all: a question in the call finds out, after the 32 s
    that a request is given; the other one's call goes on."""
    ctl = make_ctl("silence=1000")
    a, b = make_phone(ctl, "15000", 440), make_phone(ctl, "15001", 1000)
    for phone in (a, b):
        phone.wait_registered()
    connect(ctl, a, b)
    wait_for(lambda: a.heard(1000) > 0.5 and b.heard(440) > 0.5, "sound before")
    b.process.send_signal(signum)
    try:
        ctl.wait("gone", 60, leg=2, cause=9)
    finally:
        b.process.send_signal(signal.SIGCONT)
    assert not any("leg=1" in line for line in ctl.has_seen("gone"))
    a.command("hangup")
    ctl.wait("gone", leg=1, cause=1)


def test_the_buttons_of_sipp(ctl, make_socket, tmp_path, started):
    """A third make: a reliable 183, hold by UPDATE, a transfer."""
    port = free_port()
    phone = Sipp(tmp_path / "sipp", "busy_buttons_phone.xml", port, "-mp", free_even_port())
    started.append(phone)
    registrar = make_socket(ctl)
    assert registrar.register(contact=f"<sip:15000@127.0.0.1:{port}>", rport=False).status == 200
    ctl.say("ring 1 15000 15001")
    ctl.wait("ringing", leg=1, sound=1)
    ctl.wait("answered", leg=1)
    ctl.wait("held", leg=1)
    ctl.wait("transfer", leg=1, number="15002")
    ctl.say("transfer 1 0")
    ctl.say("drop 1 7")
    ctl.wait("gone", leg=1, cause=7)
    assert phone.wait() == 0, phone.errors()
