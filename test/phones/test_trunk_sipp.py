# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""A trunk whose other side is sipp, which reads SIP in its own way: a call out with an announcement by
one machine and an answer by another, and a call in. sipp sends the sound that it gets back, so the
telephone hears itself."""

import math

import pytest
from phonelib import Sipp, free_even_port, wait_for
from trunklib import linear_to_ulaw


@pytest.fixture
def make_provider(tmp_path, provider_port, started):
    def make(scenario, *arguments, **options):
        it = Sipp(tmp_path / "sipp", scenario, provider_port, "-mp", free_even_port(), "-rtp_echo",
                  *arguments, address="127.0.0.2", **options)
        started.append(it)
        return it
    return make


@pytest.fixture
def announcement(tmp_path):
    """A second of 700 Hz, as sipp sends it."""
    (tmp_path / "sipp").mkdir()
    (tmp_path / "sipp" / "tone.ul").write_bytes(bytes(
        linear_to_ulaw(int(8000 * math.sin(2 * math.pi * 700 * i / 8000))) for i in range(8000)))


def hears_itself(desk):
    before = desk.phone.heard(440)
    wait_for(lambda: desk.phone.heard(440) > before + 1, "the telephone hears its own tone", 20)


def end(desk, provider, call_id):
    desk.agent.operate(call_id, "Hangup")
    desk.state("Released")
    assert provider.wait() == 0, provider.errors()


def test_a_call_out_with_an_announcement(desk, make_provider, announcement):
    provider = make_provider("provider_answers.xml")
    call_id = desk.agent.dial("+49891000")
    wait_for(lambda: desk.phone.heard(700) > 1, "the announcement", 20)
    assert desk.phone.heard(440) == 0  # who has not answered hears nobody
    desk.state("Established")
    hears_itself(desk)
    end(desk, provider, call_id)


def test_a_call_in(server, desk, make_provider):
    provider = make_provider("provider_calls.xml", "-s", "+493055515000",
                             server_port=server.sip_port)
    ringing = desk.state("Ringing")["call"]
    assert ringing["participants"][0]["phoneNumber"] == "+49891000"
    desk.agent.operate(ringing["id"], "Answer")
    desk.state("Established")
    hears_itself(desk)
    end(desk, provider, ringing["id"])
