# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""Emergency numbers: dialled by the keys of any telephone, with nobody logged in, over the trunk's
channels; shown is the telephone's location number, and who calls back reaches the telephone."""

import pytest

from support.rest import Agent, Telephone, accepted, advance, eventually, outside, refused

LOCATION = "+49307770"


@pytest.fixture
def site(start_server, tmp_path):
    path = tmp_path / "site.ini"
    path.write_text("[emergency]\nnumbers = 112, 110\n[site]\noutside_prefix = 0\n"
                    "[trunk narrow]\nchannels = 1\n"
                    f"[device 4711]\nlocation_number = {LOCATION}\n", encoding="utf-8")
    return start_server(options=["--config", str(path), "--demo-agents", "2"])


def fill(server):
    """Calls from outside until neither trunk has a channel: one more each is turned away."""
    for trunk, channels in (("narrow", 1), ("outside", 30)):
        callers = [outside(server, f"+49302{len(trunk)}{number:03}") for number in range(channels + 1)]
        for caller in callers:
            caller.dial("9000", trunk=trunk)
        eventually(lambda: sum(bool(caller.legs) for caller in callers) == channels, "no channel is left")


@pytest.mark.parametrize("dialled", ["112", "0112", "110"])
def test_from_a_telephone_that_nobody_has(site, dialled):
    phone, service = Telephone(site, "4711"), outside(site, dialled.removeprefix("0"))
    phone.dial(dialled)
    eventually(lambda: service.legs, "it rings")
    assert service.leg["other"] == LOCATION
    service.answer()
    eventually(lambda: phone.leg["hears"] == [service.number], "they talk")
    assert service.leg["hears"] == ["4711"]


def test_when_all_channels_are_taken(site):
    fill(site)
    Telephone(site, "4711").dial("112")
    eventually(lambda: outside(site, "112").legs, "it rings")


def test_by_an_agent_who_talks(site):
    agent = Agent(site, 0)
    agent.dial("15001")
    Telephone(site, "15001").answer()
    refused(agent.try_dial("15001"), 400, 3)
    accepted(agent.try_dial("112"))
    eventually(lambda: outside(site, "112").legs, "it rings")
    outside(site, "112").answer()
    eventually(lambda: sorted(call["state"] for call in agent.calls()) == ["Established", "Held"])


def test_who_called_is_called_back(site):
    phone, service = Telephone(site, "4711"), outside(site, "+4930112000")
    phone.dial("112")
    eventually(lambda: outside(site, "112").legs, "it rings")
    outside(site, "112").hang_up()
    eventually(lambda: not phone.legs, "it is over")
    service.dial(LOCATION)
    eventually(lambda: phone.legs and phone.leg["state"] == "ringing", "the telephone rings")
    phone.answer()
    eventually(lambda: phone.leg["hears"] == [service.number], "they talk")


def test_it_rings_for_as_long_as_it_takes(site):
    Telephone(site, "4711").dial("112")
    eventually(lambda: outside(site, "112").legs, "it rings")
    advance(site, 3_600_000)
    assert outside(site, "112").leg["state"] == "ringing"


def test_no_calls_are_forwarded_to_it(site):
    agent = Agent(site, 0)
    answer = agent.http.post(f"/api/v2/me/devices/{agent.device_id}",
                             {"operationName": "ForwardCallsOn", "destination": "112"})
    refused(answer, 400, 2, "emergency")
