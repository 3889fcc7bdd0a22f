# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""A desktop's first day: all that it reads and does between its start and the first call, in its
order, with a cookie from the first request on; then the same for a supervisor."""

import pytest

from support.bayeux import LongPolling
from support.rest import Agent, Http, accepted, refused

API = "/api/v2"
NOT_READY = "900D55CC-2BB0-431F-8BF9-D3525B383BE6"
READY = "9430250E-0A1B-421F-B372-F29E69366DED"

LOGGED_OUT = {"id": "0F7F5003-EF26-4D13-A6EF-D0C7EC819BEB", "displayName": "Logged Out",
              "state": "LoggedOut"}


def read(http, path):
    answer = http.get(path)
    assert answer.status == 200, (path, answer)
    assert answer.header("content-type").replace(" ", "") == "application/json;charset=UTF-8"
    body = answer.json
    assert body["statusCode"] == 0 and "statusMessage" not in body, (path, answer)
    return body


def below(address, root=API):
    """An absolute address of an answer, as a path to ask for."""
    return address[address.index(root):]


def test_a_desktop_starts(server):
    http = Http(server, "agent0")
    user = read(http, f"{API}/me?subresources=*")["user"]
    assert user["userName"] == "agent0" and user["roles"] == ["ROLE_AGENT"]
    assert [device["phoneNumber"] for device in user["devices"]] == ["15000"]
    assert user["devices"][0]["userState"] == LOGGED_OUT
    assert user["calls"] == [] and user["skills"] == []
    assert [channel["channel"] for channel in user["channels"]] == ["voice"]
    assert {"api-voice", "api-voice-recording"} == {one["id"] for one in user["features"]}
    assert isinstance(user["settings"]["interaction-workspace"], dict)
    assert "JSESSIONID" in http.cookies
    http.authorization = None  # From here on the cookie is enough.

    states = {one["operationName"]: one for one in read(http, f"{API}/settings/agent-states")["settings"]}
    assert states["Ready"]["id"] == READY and states["NotReady"]["displayName"] == "Not Ready"
    assert states["AfterCallWork"]["workMode"] == "AfterCallWork"
    assert states["OutToLunch"]["reason"] == "Lunch"
    attributes = read(http, "/internal-api/business-attributes")["businessAttributes"]
    option = user["settings"]["interaction-workspace"]["interaction.disposition.value-business-attribute"]
    values = next(one["values"] for one in attributes if one["name"] == option)
    assert "Sale" in [value["name"] for value in values]
    contacts = read(http, f"{API}/contacts")
    assert contacts["totalCount"] == len(contacts["contacts"]) >= 12
    assert [one["name"] for one in contacts["contacts"] if one["id"] == user["id"]] == ["Agent 0"]

    for path, key in (("services", "services"), ("me/groups", "groups"), ("workbins", "workbins"),
                      ("me/workbins", "workbins"), ("skills", "skills")):
        assert read(http, f"{API}/{path}")["uris"] == []
        assert read(http, f"{API}/{path}?fields=*")[key] == []
    groups = read(http, f"{API}/groups?type=dispositions&fields=*")["groups"]
    assert [one["name"] for one in groups[0]["dispositions"]] == [value["name"] for value in values]
    read(http, f"{API}/settings")
    assert read(http, f"{API}/settings/general-settings")["settings"]["countryCode"] == "DE"
    for path in ("settings/voice", "settings/interaction-workspace", "settings/dispositions", "features",
                 "system/features", "users", "queues"):
        read(http, f"{API}/{path}")
    for path in ("me/settings", "contact-center", "operations", "transactions"):
        read(http, f"/internal-api/{path}")
    assert read(http, below(user["uri"]))["user"]["userName"] == "agent0"

    listener = LongPolling(server, "agent0").open("/v2/me/*")
    accepted(http.post(f"{API}/me", {"operationName": "StartContactCenterSession", "channels": ["voice"]}))
    accepted(http.post(f"{API}/me/channels/voice", {"operationName": "Ready"}))

    def is_ready(event):
        return (event["channel"] == "/v2/me/devices"
                and event["data"]["devices"][0]["userState"].get("id") == READY)
    told = listener.wait(is_ready)["data"]
    assert told["messageType"] == "DeviceStateChangeMessage"
    assert told["devices"] == read(http, f"{API}/me/devices?fields=*")["devices"]

    def is_channel(event):
        return (event["channel"] == "/v2/me/channels"
                and event["data"]["channels"][0]["userState"].get("id") == READY)
    told = listener.wait(is_channel)["data"]
    assert set(told) == {"channels", "messageType"}
    assert told["messageType"] == "ChannelStateChangeMessageV2"
    assert told["channels"] == read(http, f"{API}/me/channels")["channels"]
    assert told["channels"] == read(http, f"{API}/me?subresources=channels")["user"]["channels"]
    listener.disconnect()
    accepted(http.post(f"{API}/me", {"operationName": "EndContactCenterSession"}))


@pytest.mark.parametrize("address", ["/me", "/me/channels/voice", "/me/devices/15000", "/devices/15000"])
def test_states_can_be_posted_to_each_address(server, address):
    agent = Agent(server, 0)
    accepted(agent.http.post(f"{API}/me",
                             {"operationName": "StartContactCenterSession", "channels": ["voice"]}))
    for name, state, reason in (("Ready", "Ready", None), ("OutToLunch", "NotReady", "Lunch")):
        accepted(agent.http.post(API + address, {"operationName": name}))
        found = read(agent.http, f"{API}/me/channels/voice")["channel"]["userState"]
        assert found["state"] == state and found.get("reason") == reason
    refused(agent.http.post(API + address, {"operationName": "OutToSea"}), 400, 2, "OutToSea", "Ready")
    refused(agent.http.post(API + address, {"operationName": "Hangup"}), 400, 2, "Hangup")


def test_what_is_not_offered_is_refused(agents):
    http = agents[0].http
    for method, path, allow in (("PUT", "/me", "GET, POST"), ("DELETE", "/users/x", "GET"),
                                ("POST", "/users", "GET"), ("POST", "/me/devices", "GET"),
                                ("PUT", "/settings/voice", "GET"), ("POST", "/contacts", "GET")):
        answer = http.request(method, API + path, body="{}")
        assert answer.status == 405 and answer.header("allow") == allow, (path, answer)
    refused(http.post(f"{API}/me/channels/chat", {"operationName": "Ready"}), 404, 6, "chat")
    refused(http.get(f"{API}/settings/nothing"), 404, 6)


def test_a_supervisor_finds_whom_to_monitor(server):
    http = Http(server, "super0")
    user = read(http, f"{API}/me?subresources=features")["user"]
    assert "ROLE_SUPERVISOR" in user["roles"]
    assert "api-supervisor-monitoring" in [one["id"] for one in user["features"]]
    read(http, f"{API}/features/api-supervisor-monitoring")
    refused(Http(server, "agent0").get(f"{API}/features/api-supervisor-monitoring"), 404, 6)
    users = read(http, f"{API}/users?userName=agent3&subresources=devices")["users"]
    assert [device["phoneNumber"] for device in users[0]["devices"]] == ["15003"]
    assert users[0]["devices"] == read(http, below(users[0]["uri"]) + "/devices?fields=*")["devices"]
    device = users[0]["devices"][0]["id"]
    own = read(http, f"{API}/me/devices?fields=id")["devices"][0]["id"]
    accepted(http.post(f"{API}/me",
                       {"operationName": "StartContactCenterSession", "channels": ["voice"]}))
    accepted(http.post(f"{API}/me/devices/{own}", {
        "operationName": "ListenIn", "targetDeviceUri": f"{server.base}{API}/devices/{device}",
        "supervisorMonitoringScope": "Agent", "supervisorMonitoringMode": "NextCall"}))
    shown = read(http, f"{API}/me/devices/{own}")["device"]
    assert shown["supervisorMonitoringState"] == {
        "state": "ListenIn", "mode": "NextCall", "scope": "Agent",
        "targetDeviceUri": f"{server.base}{API}/devices/{device}"}
    accepted(http.post(f"{API}/me/devices/{own}", {"operationName": "CancelSupervisorMonitoring"}))
    assert "supervisorMonitoringState" not in read(http, f"{API}/me/devices/{own}")["device"]
