# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""The directory: whom to call or transfer to, and whether he can be had."""

import time

from support.rest import Agent, Http, accepted, refused

CONTACTS = "/api/v2/contacts"
MATCH = "filterName=NamesOrPhoneNumberMatches&filterParameters="

LOGGED_OUT = {"id": "0F7F5003-EF26-4D13-A6EF-D0C7EC819BEB", "displayName": "Logged Out",
              "state": "LoggedOut"}


def search(http, query):
    answer = http.get(f"{CONTACTS}?{query}")
    assert answer.status == 200, answer
    return answer.json


def names(http, query):
    return [one["name"] for one in search(http, query)["contacts"]]


def test_search(agents):
    http = agents[0].http
    assert names(http, "type=Queue") == ["Demo"]
    assert names(http, MATCH + "*AGENT%203") == ["Agent 3"]
    assert names(http, MATCH + "agent*,15005") == ["Agent 5"]
    assert names(http, MATCH + "1500*")[-1] == "Agent 9"
    assert names(http, "phoneNumber=15004") == ["Agent 4"]
    assert names(http, "name=agent7,Demo") == ["Agent 7", "Demo"]
    assert names(http, "roles=ROLE_SUPERVISOR") == ["Super 0"]
    page = search(http, "type=User&sortBy=name&order=Descending&limit=2&offset=1")
    assert page["totalCount"] == 11
    assert [one["name"] for one in page["contacts"]] == ["Agent 9", "Agent 8"]
    refused(http.get(f"{CONTACTS}?sortBy=size"), 400, 2, "sortBy")
    refused(http.get(f"{CONTACTS}?limit=many"), 400, 10, "limit")


def test_a_contact_can_be_read_by_its_address(agents):
    http = agents[0].http
    for one in search(http, "")["contacts"]:
        assert one["uri"].endswith(f"/api/v2{one['path']}") and one["path"] == f"/contacts/{one['id']}"
    queue = search(http, "type=Queue")["contacts"][0]
    assert http.get(f"{CONTACTS}/{queue['id']}").json == {"statusCode": 0, "contact": queue}
    assert queue["phoneNumber"] == "9000"


def test_plus_is_a_plus_and_a_blank_is_encoded(agents):
    http = agents[0].http
    assert names(http, "name=Agent%203") == ["Agent 3"]
    assert names(http, "name=Agent+3") == []


def availability(http, name):
    return search(http, f"name={name}")["contacts"][0]["availability"]["channels"]


def test_whether_somebody_can_be_had(server):
    asking = Http(server, "agent0")
    other = Agent(server, 1)
    assert availability(asking, "agent1") == [
        {"channel": "voice", "available": False, "phoneNumber": "15001", "userActivity": "Idle",
         "userState": LOGGED_OUT}]
    accepted(other.http.post("/api/v2/me",
                             {"operationName": "StartContactCenterSession", "channels": ["voice"]}))
    accepted(other.http.post("/api/v2/me", {"operationName": "Ready"}))
    found = availability(asking, "agent1")[0]
    assert found["available"] and found["userState"]["state"] == "Ready"
    other.dial(15002)
    found = availability(asking, "agent1")[0]
    assert not found["available"] and found["userActivity"] == "Busy"


def test_ten_thousand_agents(start_server):
    server = start_server(options=["--demo-agents", "10000"])
    http = Http(server, "agent0")
    found = search(http, MATCH + "*9876*")
    assert {"agent9876"} <= {one.get("userName") for one in found["contacts"]}
    assert search(http, "limit=100000")["totalCount"] > 10000
    assert len(search(http, "")["contacts"]) == 1000
    began = time.monotonic()
    for _ in range(20):
        assert search(http, "sortBy=name&limit=20&" + MATCH + "*4321*")["totalCount"] >= 1
    assert time.monotonic() - began < 20  # A thousand times what it takes without a sanitizer.
    users = http.get("/api/v2/users?fields=userName&limit=3&offset=9999").json
    assert [one["userName"] for one in users["users"]] == ["agent9999", "super0"]
