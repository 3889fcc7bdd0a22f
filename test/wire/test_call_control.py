# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""Hold, mute, clear, and conference and transfer in a single step, as each side sees and hears it."""

import pytest

from support.bayeux import LongPolling
from support.rest import Agent, Telephone, eventually


@pytest.fixture
def three(server):
    agents = [Agent(server, number) for number in range(3)]
    hears = [LongPolling(server, agent.name).open("/v2/me/calls") for agent in agents]
    call_id = agents[0].dial(agents[1].dn)
    hears[1].wait_call(state="Ringing")
    agents[1].operate(call_id, "Answer")
    for listener in hears[:2]:
        listener.wait_call(state="Established")
    return server, agents, hears, call_id


def leg(server, dn):
    return Telephone(server, dn).show()["legs"][0]


def numbers(event):
    return [party["phoneNumber"] for party in event["call"]["participants"]]


def test_hold_plays_music_to_the_other_until_retrieve(three):
    server, (caller, _, _), (at_caller, at_callee, _), call_id = three
    caller.operate(call_id, "Hold")
    held = at_caller.wait_call(state="Held")
    assert "Retrieve" in held["call"]["capabilities"] and "Hold" not in held["call"]["capabilities"]
    eventually(lambda: leg(server, "15001")["tone"] == "music", "music at the other end")
    assert leg(server, "15000")["hears"] == [] and leg(server, "15001")["hears"] == []
    caller.operate(call_id, "Retrieve")
    assert at_caller.wait_call(state="Established")
    eventually(lambda: leg(server, "15001")["hears"] == ["15000"], "the call's sound")
    assert at_callee.take_all() == []


def test_mute_is_shown_to_oneself_and_heard_by_the_other(three):
    server, (caller, _, _), (at_caller, at_callee, _), call_id = three
    caller.operate(call_id, "MuteCall")
    muted = at_caller.wait_call(state="Established")
    assert muted["call"]["mute"] == "On" and "UnmuteCall" in muted["call"]["capabilities"]
    eventually(lambda: leg(server, "15001")["hears"] == [], "silence from who is muted")
    assert leg(server, "15000")["hears"] == ["15001"]
    caller.operate(call_id, "UnmuteCall")
    assert at_caller.wait_call(state="Established")["call"]["mute"] == "Off"
    assert at_callee.take_all() == []


def test_clear_call_releases_everybody(three):
    _, (_, callee, _), (at_caller, at_callee, _), call_id = three
    callee.operate(call_id, "ClearCall")
    for listener in (at_caller, at_callee):
        assert listener.wait_call(state="Released")["extensions"]["ReleaseReason"] == "cleared"


def test_a_conference_of_three_and_one_removed(three):
    server, (caller, _, third), (at_caller, at_callee, at_third), call_id = three
    caller.operate(call_id, "SingleStepConference", destination={"phoneNumber": "15002"},
                   userData={"Why": "help"})
    ringing = at_third.wait_call(state="Ringing")
    assert ringing["call"]["id"] == call_id and numbers(ringing) == ["15000", "15001"]
    assert ringing["call"]["userData"] == {"Why": "help"}
    third.operate(call_id, "Answer")
    assert at_third.wait_call(state="Established")
    for listener, others in ((at_caller, ["15001", "15002"]), (at_callee, ["15000", "15002"])):
        assert numbers(listener.wait_call("ParticipantsUpdated")) == others
    eventually(lambda: sorted(leg(server, "15002")["hears"]) == ["15000", "15001"], "both others")
    caller.operate(call_id, "RemoveParticipantFromConference", participant="15002")
    assert at_third.wait_call(state="Released")
    left = at_caller.wait_call("ParticipantsUpdated")
    assert numbers(left) == ["15001"]
    assert "RemoveParticipantFromConference" not in left["call"]["capabilities"]


def test_a_transfer_leaves_the_other_two(three):
    server, (caller, _, third), (at_caller, at_callee, at_third), call_id = three
    caller.operate(call_id, "SingleStepTransfer", destination={"phoneNumber": "15002"})
    released = at_caller.wait_call(state="Released")
    assert released["extensions"]["ReleaseReason"] == "transferred"
    assert numbers(at_callee.wait_call("ParticipantsUpdated")) == ["15002"]
    at_third.wait_call(state="Ringing")
    third.operate(call_id, "Answer")
    assert numbers(at_third.wait_call(state="Established")) == ["15001"]
    eventually(lambda: leg(server, "15002")["hears"] == ["15001"], "the transferred party")


def test_a_transfer_to_nobody_comes_back(three):
    _, (caller, _, _), (at_caller, at_callee, _), call_id = three
    caller.operate(call_id, "SingleStepTransfer", destination={"phoneNumber": "999"})
    at_caller.wait_call(state="Released")
    at_caller.wait_call(state="Ringing")
    caller.operate(call_id, "Answer")
    assert numbers(at_caller.wait_call(state="Established")) == ["15001"]
    assert numbers(at_callee.wait_call("ParticipantsUpdated")) == ["15000"]
