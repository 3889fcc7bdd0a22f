# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""Calls of two baresips through the driver: sound, hold, digits, ends of all kinds."""

import pytest
from phonelib import wait_for


def connect(ctl, a, b):
    """Rings both, both are picked up by hand, each hears the other."""
    for leg, (dn, phone) in enumerate((("15000", a), ("15001", b)), 1):
        ctl.say(f"ring {leg} {dn} 1500{2 - leg}")
        ctl.wait("ringing", leg=leg)
        phone.wait_event("CALL_INCOMING")
        phone.command("accept")
        ctl.wait("answered", leg=leg)
    ctl.say("mix 1=2 2=1")


def test_sound_flows_both_ways_and_each_hears_only_the_other(ctl, two):
    a, b = two
    connect(ctl, a, b)
    wait_for(lambda: a.heard(1000) > 1 and b.heard(440) > 1, "each hears the other")
    assert a.heard(440) == 0 and b.heard(1000) == 0


def test_hang_up_by_the_telephones_own_button(ctl, two):
    a, b = two
    connect(ctl, a, b)
    b.command("hangup")
    ctl.wait("gone", leg=2, cause=1)
    ctl.say("drop 1 1")
    ctl.wait("gone", leg=1)
    a.wait_event("CALL_CLOSED")


def test_hold_and_retrieve_by_the_telephones_own_button(ctl, two):
    a, b = two
    connect(ctl, a, b)
    a.command("hold")
    ctl.wait("held", leg=1)
    a.command("resume")
    ctl.wait("retrieved", leg=1)
    a.command("hold")
    ctl.wait("held", leg=1)


def test_digits_both_ways(ctl, two):
    a, b = two
    connect(ctl, a, b)
    a.command("sndcode", "5")
    a.command("sndcode", "\x04")
    ctl.wait("dtmf", leg=1, number="5")
    ctl.say("dtmf 2 7")
    b.wait_event("CALL_DTMF_START")


def test_ringback_and_busy_tone(ctl, two):
    a, _ = two
    ctl.say("ring 1 15000 15001")
    a.wait_event("CALL_INCOMING")
    a.command("accept")
    ctl.wait("answered")
    ctl.say("mix 1=:ringback")
    wait_for(lambda: a.heard(425) >= 0.6, "ring-back")
    before = a.heard(425)
    ctl.say("mix 1=:busy")
    wait_for(lambda: a.heard(425) >= before + 0.6, "busy tone")


def test_a_call_from_the_keypad(ctl, two):
    a, b = two
    a.dial("15001", ctl.port)
    leg = ctl.wait("incoming", dn="15000", number="15001")["leg"]
    ctl.say(f"mix {leg}=:ringback")
    a.wait_event("CALL_RINGING")
    ctl.say(f"answer {leg}")
    ctl.wait("answered", leg=leg)
    a.wait_event("CALL_ESTABLISHED")
    ctl.say("ring 2 15001 15000")
    b.wait_event("CALL_INCOMING")
    b.command("accept")
    ctl.wait("answered", leg=2)
    ctl.say(f"mix {leg}=2 2={leg}")
    wait_for(lambda: a.heard(1000) > 1 and b.heard(440) > 1, "each hears the other")
    a.command("hangup")
    ctl.wait("gone", leg=leg, cause=1)


def test_the_caller_leaves_before_the_answer(ctl, two):
    a, _ = two
    a.dial("15001", ctl.port)
    leg = ctl.wait("incoming")["leg"]
    a.command("hangup")
    ctl.wait("gone", leg=leg, cause=5)


@pytest.mark.parametrize("cause, reason", [(2, "486"), (3, "480"), (4, "603"), (6, "404")])
def test_a_call_from_the_keypad_is_refused_for_a_reason(ctl, two, cause, reason):
    a, _ = two
    a.dial("15001", ctl.port)
    leg = ctl.wait("incoming")["leg"]
    ctl.say(f"drop {leg} {cause}")
    ctl.wait("gone", leg=leg, cause=cause)
    assert reason in a.wait_event("CALL_CLOSED")["param"]


def test_a_ringing_telephone_declines(ctl, two):
    _, b = two
    ctl.say("ring 1 15001 15000")
    b.wait_event("CALL_INCOMING")
    b.command("hangup")
    ctl.wait("gone", leg=1, cause=2)  # baresip says 486


def test_we_stop_ringing(ctl, two):
    _, b = two
    ctl.say("ring 1 15001 15000")
    b.wait_event("CALL_INCOMING")
    ctl.say("drop 1 3")
    ctl.wait("gone", leg=1, cause=3)
    b.wait_event("CALL_CLOSED")


def test_nobody_is_registered(ctl):
    ctl.say("ring 1 15000 15001")
    ctl.wait("gone", leg=1, cause=6)
    ctl.say("ring 2 99999 15001")
    ctl.wait("gone", leg=2, cause=6)
    ctl.say("drop 3 1")
    ctl.wait("gone", leg=3)


def test_go_off_hook_by_itself(ctl, make_phone):
    """Dial's own leg: the INVITE asks the telephone to answer."""
    phone = make_phone(ctl, "15000", 440, auto_answer=True)
    ctl.wait("registered")
    ctl.say("ring 1 15000 15001 auto")
    ctl.wait("answered", leg=1)
    phone.wait_event("CALL_ESTABLISHED")


def test_the_first_of_two_places_wins(ctl, two, make_phone):
    a, _ = two
    other = make_phone(ctl, "15000", 700)
    other.wait_registered()
    ctl.say("ring 1 15000 15001")
    a.wait_event("CALL_INCOMING")
    other.wait_event("CALL_INCOMING")
    other.command("accept")
    ctl.wait("answered", leg=1)
    a.wait_event("CALL_CLOSED")
    assert len(ctl.has_seen("ringing")) == 1
