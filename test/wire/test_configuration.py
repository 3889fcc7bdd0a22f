# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""What the file says of a site is what clients are shown."""

import subprocess

import pytest

from support.bayeux import CALLS, LongPolling
from support.rest import Agent, Http, accepted, outside
from support.server import binary

SITE = """
[api]
{api}
[site]
country = DE
main_number = +49305550
disposition_key = Outcome
[user anna]
password = demo
first_name = Anna
roles = agent, supervisor
[user old]
password = demo
compat = 8.5.0-2014
[device 4711]
user = anna
recording = {recording}
[device 4712]
user = old
[queue 9100]
name = Sales
agents = anna
[agent_state Coaching]
display_name = In a coaching
mode = AuxWork
reason = Coach
[disposition Won]
display_name = It was won
[contact Taxi]
number = +4930261026
"""


@pytest.fixture
def site(start_server, tmp_path):
    def start(api="", recording="off"):
        path = tmp_path / "site.ini"
        path.write_text(SITE.format(api=api, recording=recording), encoding="utf-8")
        return start_server(options=["--config", str(path)])
    return start


def call_of(server):
    """agent0 calls anna; the call as anna sees it when it rings."""
    Agent(server, 0).dial("4711")
    return Http(server, "anna").get("/api/v2/me/calls?fields=*").json["calls"][0]


def test_custom_agent_states_follow_those_of_the_system(site):
    server = site()
    states = Http(server, "anna").get("/api/v2/settings/agent-states").json["settings"]
    names = [state["operationName"] for state in states]
    # The demo's come behind the file's.
    assert names[:5] == ["Ready", "NotReady", "AfterCallWork", "AuxWork", "Coaching"]
    assert set(names[5:]) == {"OutToLunch", "Training"}
    coaching = states[4]
    assert coaching["displayName"] == "In a coaching" and coaching["workMode"] == "AuxWork"
    http = Http(server, "anna")
    accepted(http.post("/api/v2/me", {"operationName": "StartContactCenterSession",
                                      "channels": ["voice"]}))
    accepted(http.post("/api/v2/me/channels/voice", {"operationName": "Coaching"}))
    state = http.get("/api/v2/me/channels/voice").json["channel"]["userState"]
    assert (state["displayName"], state["reason"]) == ("In a coaching", "Coach")


def test_users_queues_and_contacts_are_in_the_directory(site):
    contacts = Http(site(), "agent0").get("/api/v2/contacts").json["contacts"]
    found = {(contact["type"], contact["name"]) for contact in contacts if contact["type"] != "User"}
    assert {("Queue", "Sales"), ("Custom", "Taxi")} <= found, found
    anna = next(contact for contact in contacts if contact.get("userName") == "anna")
    assert [number["phoneNumber"] for number in anna["phoneNumbers"]] == ["4711"]


def test_each_user_is_spoken_to_in_his_dialect(site):
    server = site()
    old = LongPolling(server, "old").open(CALLS)
    new = LongPolling(server, "agent0").open(CALLS)
    Agent(server, 0).dial("4712")
    assert all(isinstance(one, str)
               for one in old.wait_call(state="Ringing")["call"]["participants"])
    assert all(isinstance(one, dict)
               for one in new.wait_call(state="Dialing")["call"]["participants"])


def test_the_profile_hides_what_no_sample_shows(site):
    server = site(api="profile = documented")
    agent = Agent(server, 0)
    call_id = agent.dial("4711")
    ringing = Http(server, "anna").get("/api/v2/me/calls?fields=*").json["calls"][0]
    assert "ClearCall" not in ringing["capabilities"]
    agent.operate(call_id, "Hangup")


def test_only_some_devices_may_record(site):
    server = site(recording="on")
    assert "recordingState" in call_of(server)


def test_others_may_not(site):
    assert "recordingState" not in call_of(site())


def test_a_call_from_outside_finds_the_queue_behind_the_main_number(site):
    server = site()
    http = Http(server, "anna")
    accepted(http.post("/api/v2/me", {"operationName": "StartContactCenterSession",
                                      "channels": ["voice"]}))
    accepted(http.post("/api/v2/me/channels/voice", {"operationName": "Ready"}))
    listener = LongPolling(server, "anna").open(CALLS)
    outside(server, "+4989123456").dial("+493055509100")
    call = listener.wait_call(state="Ringing")["call"]
    assert call["dnis"] == "9100" and call["callType"] == "Inbound", call


@pytest.mark.parametrize("text,word", [
    ("[queue 9000]\nagents = nobody\n", "site.ini:1: [queue 9000] agents: there is no [user nobody]"),
    ("[site]\ncountry = Germany\n", "two letters of ISO 3166-1"),
    ("[agent_state Dial]\n", "operation of the API"),
])
def test_what_does_not_fit_together_is_named(tmp_path, text, word):
    path = tmp_path / "site.ini"
    path.write_text(text, encoding="utf-8")
    done = subprocess.run([str(binary()), "check-config", str(path)], capture_output=True,
                          text=True, timeout=30)
    assert done.returncode != 0 and word in done.stderr, done
