# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""A call from Dial to Released, as both sides see it, with its time on the clock."""

import pytest

from support.bayeux import LongPolling
from support.rest import Agent, Telephone, advance


@pytest.fixture
def two(server):
    caller, callee = Agent(server, 0), Agent(server, 1)
    hears = [LongPolling(server, agent.name).open("/v2/me/calls") for agent in (caller, callee)]
    return server, caller, callee, *hears


def numbers(call):
    return [party["phoneNumber"] for party in call["participants"]]


def test_both_sides_see_each_state_with_the_other_as_participant(two):
    server, caller, callee, at_caller, at_callee = two
    call_id = caller.dial(callee.dn)

    dialing = at_caller.wait_call(state="Dialing")
    ringing = at_callee.wait_call(state="Ringing")
    assert dialing["phoneNumber"] == "15000" and ringing["phoneNumber"] == "15001"
    assert dialing["call"]["id"] == ringing["call"]["id"] == call_id
    assert dialing["call"]["connId"] == ringing["call"]["connId"]
    assert numbers(dialing["call"]) == ["15001"] and numbers(ringing["call"]) == ["15000"]
    assert dialing["call"]["dnis"] == ringing["call"]["dnis"] == "15001"
    assert "ani" not in ringing["call"]

    callee.operate(call_id, "Answer")
    assert at_callee.wait_call(state="Established")["call"]["capabilities"]
    assert at_caller.wait_call(state="Established")["call"]["capabilities"]
    assert Telephone(server, "15000").show()["legs"][0]["hears"] == ["15001"]
    assert Telephone(server, "15001").show()["legs"][0]["hears"] == ["15000"]

    callee.operate(call_id, "Hangup")
    for listener, other in ((at_caller, "15001"), (at_callee, "15000")):
        released = listener.wait_call(state="Released")
        assert released["call"]["capabilities"] == []
        assert numbers(released["call"]) == [other]
        assert released["extensions"]["ReleaseReason"] == "answered-and-hung-up"
        assert listener.take_all() == []
    assert Telephone(server, "15000").show()["legs"] == []
    assert Telephone(server, "15001").show()["legs"] == []


def test_duration_counts_from_each_sides_first_event_and_is_text(two):
    server, caller, callee, at_caller, at_callee = two
    call_id = caller.dial(callee.dn)
    assert at_caller.wait_call(state="Dialing")["call"]["duration"] == "0"
    assert at_callee.wait_call(state="Ringing")["call"]["duration"] == "0"
    advance(server, 3500)
    callee.operate(call_id, "Answer")
    assert at_caller.wait_call(state="Established")["call"]["duration"] == "3"
    assert at_callee.wait_call(state="Established")["call"]["duration"] == "3"
    advance(server, 3 * 24 * 3600 * 1000)
    assert caller.call(call_id)["duration"] == str(3 * 24 * 3600 + 3)
    caller.operate(call_id, "Hangup")
    assert at_caller.wait_call(state="Released")["call"]["duration"] == str(3 * 24 * 3600 + 3)


def test_hanging_up_by_the_telephones_own_button_releases_both(two):
    server, caller, callee, at_caller, at_callee = two
    call_id = caller.dial(callee.dn)
    Telephone(server, callee.dn).do("answer")
    at_caller.wait_call(state="Established")
    at_callee.wait_call(state="Established")
    Telephone(server, callee.dn).do("hangup")
    for listener in (at_caller, at_callee):
        released = listener.wait_call(state="Released")
        assert released["call"]["id"] == call_id
        assert released["extensions"]["ReleaseReason"] == "answered-and-hung-up"


def test_a_call_dialled_on_the_telephones_keypad_shows_like_any_other(two):
    server, caller, callee, at_caller, at_callee = two
    Telephone(server, caller.dn).do("dial", number=callee.dn)
    dialing = at_caller.wait_call(state="Dialing")["call"]
    ringing = at_callee.wait_call(state="Ringing")["call"]
    assert dialing["id"] == ringing["id"]
    caller.operate(dialing["id"], "AttachUserData", userData={"from": "keypad"})
    callee.operate(dialing["id"], "Answer")
    assert at_callee.wait_call(state="Established")["call"]["userData"] == {"from": "keypad"}
    assert at_caller.wait_call(state="Established")["call"]["userData"] == {"from": "keypad"}


def test_the_caller_who_leaves_before_the_answer_abandons(two):
    server, caller, callee, at_caller, at_callee = two
    call_id = caller.dial(callee.dn)
    caller.operate(call_id, "Hangup")
    assert at_caller.wait_call(state="Released")["extensions"]["ReleaseReason"] == "abandoned"
    assert at_callee.wait_call(state="Released")["extensions"]["ReleaseReason"] == "abandoned"


def test_hanging_up_while_ringing_declines(two):
    """Not offered, but desktops send it: the caller hears a tone, then gets Released too."""
    server, caller, callee, at_caller, at_callee = two
    call_id = caller.dial(callee.dn)
    assert "Hangup" not in callee.call(call_id)["capabilities"]
    callee.operate(call_id, "Hangup")
    assert at_callee.wait_call(state="Released")["extensions"]["ReleaseReason"] == "rejected"
    assert Telephone(server, caller.dn).show()["legs"][0]["tone"] == "busy"
    advance(server, 60_000)
    assert at_caller.wait_call(state="Released")["extensions"]["ReleaseReason"] == "rejected"


def test_hanging_up_what_was_just_released_is_accepted_and_says_nothing(two):
    server, caller, callee, at_caller, at_callee = two
    call_id = caller.dial(callee.dn)
    callee.operate(call_id, "Answer")
    caller.operate(call_id, "Hangup")
    at_callee.wait_call(state="Released")
    at_callee.take_all()
    callee.operate(call_id, "Hangup")
    assert at_callee.take_all() == []


def test_a_released_call_is_readable_for_a_minute_and_in_no_collection(two):
    server, caller, callee, at_caller, at_callee = two
    call_id = caller.dial(callee.dn)
    caller.operate(call_id, "Hangup")
    assert caller.calls() == []
    assert caller.call(call_id)["state"] == "Released"
    advance(server, 59_000)
    assert caller.call(call_id)["capabilities"] == []
    advance(server, 2_000)
    assert caller.http.get(caller.call_path(call_id)).status == 404


def test_answer_twice_is_answered_once(two):
    server, caller, callee, at_caller, at_callee = two
    call_id = caller.dial(callee.dn)
    callee.operate(call_id, "Answer")
    at_callee.wait_call(state="Established")
    answer = callee.try_operate(call_id, "Answer")
    assert answer.status == 400 and answer.json["statusCode"] == 3
    caller.operate(call_id, "Hangup")
    assert [event["data"]["call"]["state"] for event in at_callee.take_all()
            if event["data"]["notificationType"] == "StatusChange"] == ["Ringing", "Released"]


def test_ring_back_until_the_answer(two):
    server, caller, callee, at_caller, at_callee = two
    call_id = caller.dial(callee.dn)
    at_callee.wait_call(state="Ringing")
    assert Telephone(server, caller.dn).show()["legs"][0]["tone"] == "ringback"
    callee.operate(call_id, "Answer")
    at_caller.wait_call(state="Established")
    assert Telephone(server, caller.dn).show()["legs"][0]["tone"] == "none"


def test_dial_carries_user_data(two):
    server, caller, callee, at_caller, at_callee = two
    caller.dial(callee.dn, userData={"Segment": "gold"})
    assert at_caller.wait_call(state="Dialing")["call"]["userData"] == {"Segment": "gold"}
    assert at_callee.wait_call(state="Ringing")["call"]["userData"] == {"Segment": "gold"}


def test_digits_reach_the_other_telephone(two):
    server, caller, callee, at_caller, at_callee = two
    call_id = caller.dial(callee.dn)
    callee.operate(call_id, "Answer")
    at_caller.wait_call(state="Established")
    for digits in ("4", "2*#"):
        caller.operate(call_id, "SendDtmf", digits=digits)
    assert [at_caller.wait_call("DtmfSent")["call"]["state"] for _ in range(2)] == ["Established"] * 2
    assert Telephone(server, callee.dn).show()["legs"][0]["dtmf"] == "42*#"
    assert Telephone(server, caller.dn).show()["legs"][0]["dtmf"] == ""
    assert not [event for event in at_callee.take_all()
                if event["data"]["notificationType"] == "DtmfSent"]
