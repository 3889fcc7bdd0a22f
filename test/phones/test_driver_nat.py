# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""Telephones behind address translators: kept reachable, followed when the translator gives them
another port, and their sound sent to where theirs comes from."""

import select
import socket
import time

import pytest
from phonelib import free_port, sdp, sdp_port

INSIDE = "192.168.77.7"  # what the telephone believes its address to be; nothing is ever sent there


def register(phone, host=INSIDE, port=None):
    return phone.register(contact=f"<sip:{phone.user}@{INSIDE}:{port or phone.port}>", via_host=host)


def is_pinged(phone, seconds=3.0):
    try:
        return phone.receive(seconds, lambda m: m.method == "OPTIONS")
    except AssertionError:
        return None


class Sound(socket.socket):
    """Where a telephone's sound comes from; is_answered: gets sound in return."""

    def __init__(self, address="127.0.0.1"):
        super().__init__(socket.AF_INET, socket.SOCK_DGRAM)
        self.bind((address, 0))

    def is_answered(self, to, seconds):
        while select.select([self], [], [], 0)[0]:
            self.recv(2000)  # of before
        end, came = time.monotonic() + seconds, False
        while not came and time.monotonic() < end:
            self.sendto(bytes([0x80, 0]) + bytes(10) + bytes([0xff]) * 160, to)
            came = bool(select.select([self], [], [], 0.02)[0])
        return came


def test_it_is_pinged_twice_a_minute(ctl, make_socket):
    phone = make_socket(ctl)
    assert register(phone).status == 200
    ctl.say("clock 24000")
    assert not is_pinged(phone, 1.2)
    ctl.say("clock 6000")
    ping = is_pinged(phone)
    assert ping.first.startswith(f"OPTIONS sip:15000@{INSIDE}:{phone.port} ")
    phone.respond(ping, 200, tag="x")
    assert not is_pinged(phone, 1.2)  # nor is it repeated
    ctl.say("clock 31000")
    assert is_pinged(phone)
    assert len([m for m in phone.heard if m.method]) == 2


def test_who_is_not_is_not_pinged(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    ctl.say("clock 40000")
    assert not is_pinged(phone, 1.2)


@pytest.mark.parametrize("setting, host, expected", [
    ("talk", "127.0.0.1", False), ("talk", INSIDE, True),
    ("talk,nat", "127.0.0.1", True), ("talk,no_nat", INSIDE, False)])
def test_what_is_configured_counts(make_ctl, make_socket, setting, host, expected):
    ctl = make_ctl(devices=[("15000", "s15000", setting)])
    phone = make_socket(ctl)
    register(phone, host)
    ctl.say("clock 40000")
    assert bool(is_pinged(phone, 3 if expected else 1.2)) == expected


def test_a_call_follows_when_the_translator_gives_another_port(ctl, make_socket):
    """Its registration tells: the BYE of a call that began before goes the new way."""
    phone, moved = make_socket(ctl), make_socket(ctl)
    register(phone)
    ctl.say("ring 1 15000 15001")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    contact = f"sip:15000@{INSIDE}:{phone.port}"
    phone.respond(invite, 200, tag="x", headers=[f"Contact: <{contact}>"], body=sdp(free_port()))
    ctl.wait("answered", leg=1)
    phone.receive(want=lambda m: m.method == "ACK")
    register(moved, port=phone.port)
    assert not ctl.has_seen("gone")
    ctl.say("drop 1 0")
    assert moved.receive(want=lambda m: m.method == "BYE").first.startswith(f"BYE {contact} ")


def test_its_sound_is_followed_too_once(ctl, make_socket):
    phone, moved = make_socket(ctl), make_socket(ctl)
    register(phone)
    ctl.say("ring 1 15000 15001")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    contact = f"sip:15000@{INSIDE}:{phone.port}"
    phone.respond(invite, 200, tag="x", headers=[f"Contact: <{contact}>"], body=sdp(free_port(), address=INSIDE))
    ctl.wait("answered", leg=1)
    phone.receive(want=lambda m: m.method == "ACK")
    ctl.say("mix 1=:busy")
    to = ("127.0.0.1", sdp_port(invite.body))
    with Sound() as first, Sound() as second, Sound() as third:
        assert first.is_answered(to, 5)
        assert not second.is_answered(to, 1)
        register(moved, port=phone.port)
        assert second.is_answered(to, 5)
        assert not third.is_answered(to, 1) and not first.is_answered(to, 1)


def test_whoever_is_faster_is_not_taken_for_it(ctl, make_socket):
    """Sound from where its signalling comes from counts, whoever sent first."""
    phone = make_socket(ctl)
    register(phone)
    ctl.say("ring 1 15000 15001")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    contact = f"sip:15000@{INSIDE}:{phone.port}"
    phone.respond(invite, 200, tag="x", headers=[f"Contact: <{contact}>"], body=sdp(free_port(), address=INSIDE))
    ctl.wait("answered", leg=1)
    phone.receive(want=lambda m: m.method == "ACK")
    ctl.say("mix 1=:busy")
    to = ("127.0.0.1", sdp_port(invite.body))
    with Sound("127.0.0.66") as thief, Sound() as its_own:
        assert thief.is_answered(to, 5)
        assert its_own.is_answered(to, 5)
        assert not thief.is_answered(to, 1)


def test_it_is_still_known_after_a_restart(ctl, make_socket):
    phone = make_socket(ctl)
    register(phone)
    ctl.wait("registered", dn="15000")
    ctl.restart()
    ctl.say("clock 40000")
    assert is_pinged(phone)


@pytest.mark.parametrize("host, expected", [(INSIDE, True), ("127.0.0.1", False)])
def test_sound_goes_where_its_own_comes_from(ctl, make_socket, host, expected):
    """Only with a translator: from others sound must come from where they said."""
    phone = make_socket(ctl)
    register(phone, host)
    ctl.say("ring 1 15000 15001")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    with Sound() as sound:
        phone.respond(invite, 200, tag="x", body=sdp(free_port(), address="127.0.0.77"),
                      headers=[f"Contact: <sip:15000@{INSIDE}:{phone.port}>"])
        ctl.wait("answered", leg=1)
        phone.receive(want=lambda m: m.method == "ACK")
        ctl.say("mix 1=:busy")
        assert sound.is_answered(("127.0.0.1", sdp_port(invite.body)), 5 if expected else 1) == expected
