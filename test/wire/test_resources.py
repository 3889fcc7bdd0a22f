# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""What can be read, and in which form: addresses without fields, objects with them."""

import re

import pytest

from support.rest import Agent, Http


@pytest.fixture
def agent(server):
    return Agent(server, 0)


def body(answer):
    assert answer.status == 200, answer
    assert answer.json["statusCode"] == 0 and "statusMessage" not in answer.json, answer
    return answer.json


def test_me(server, agent):
    user = body(agent.http.get("/api/v2/me"))["user"]
    assert re.fullmatch(r"[0-9a-f]{32}", user["id"])
    assert user["userName"] == "agent0"
    assert user["uri"] == f"{server.base}/api/v2/users/{user['id']}"
    assert user["path"] == f"/users/{user['id']}"
    assert "devices" not in user and "calls" not in user
    assert "password" not in user or user["password"] == ""


@pytest.mark.parametrize("path", ["/api/v2/me/", "/api/v2/me?", "/api/v2/me/?", "/api/v2/me?fields=*",
                                  "/api/v2/me/?fields=*"])
def test_me_in_all_spellings(agent, path):
    assert body(agent.http.get(path))["user"]["userName"] == "agent0"


def test_me_with_subresources(agent):
    for query in ("subresources=*", "subresources=devices,calls", "fields=*&subresources=*"):
        user = body(agent.http.get(f"/api/v2/me?{query}"))["user"]
        assert [device["phoneNumber"] for device in user["devices"]] == ["15000"]
        assert user["calls"] == []
    user = body(agent.http.get("/api/v2/me/?subresources=calls"))["user"]
    assert user["calls"] == [] and "devices" not in user
    agent.dial("15001")
    user = body(agent.http.get("/api/v2/me?subresources=*"))["user"]
    assert [call["state"] for call in user["calls"]] == ["Dialing"]


def test_me_with_named_fields(agent):
    user = body(agent.http.get("/api/v2/me?fields=userName"))["user"]
    assert user == {"userName": "agent0"}


def test_devices(server, agent):
    answer = body(agent.http.get("/api/v2/me/devices"))
    assert set(answer) == {"statusCode", "uris"}
    assert answer["uris"] == [f"{server.base}/api/v2/devices/{agent.device_id}"]
    device = body(agent.http.get("/api/v2/me/devices?fields=*"))["devices"][0]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", device["id"])
    assert device["phoneNumber"] == "15000"
    assert device["doNotDisturb"] == "Off"
    assert isinstance(device["capabilities"], list)
    assert device["deviceState"] in ("Active", "Inactive")
    assert isinstance(device["userState"], dict)
    assert body(agent.http.get("/api/v2/me/devices?fields=id,phoneNumber"))["devices"] == [
        {"id": device["id"], "phoneNumber": "15000"}]


def test_one_device(agent):
    device = body(agent.http.get(f"/api/v2/me/devices/{agent.device_id}"))["device"]
    assert device["id"] == agent.device_id and device["phoneNumber"] == "15000"


def test_calls(server, agent):
    assert body(agent.http.get("/api/v2/me/calls")) == {"statusCode": 0, "uris": []}
    assert body(agent.http.get("/api/v2/me/calls?fields=*")) == {"statusCode": 0, "calls": []}
    call_id = agent.dial("15001")
    uri = f"{server.base}/api/v2/me/calls/{call_id}"
    assert body(agent.http.get("/api/v2/me/calls"))["uris"] == [uri]
    calls = body(agent.http.get("/api/v2/me/calls/?fields=*"))["calls"]
    assert [call["uri"] for call in calls] == [uri]
    assert body(agent.http.get("/api/v2/me/calls?fields=id,state"))["calls"] == [
        {"id": call_id, "state": "Dialing"}]


def test_one_call_by_either_id(agent):
    call_id = agent.dial("15001")
    call = agent.call(call_id)
    assert call["id"] == call["callUuid"] == call_id
    assert re.fullmatch(r"[0-9a-f]{16}", call["connId"])
    assert agent.call(call["connId"]) == call
    agent.operate(call["connId"], "AttachUserData", userData={"a": 1})
    assert agent.call(call_id)["userData"] == {"a": 1}


def test_each_side_reads_its_own_view(server, agent):
    call_id = agent.dial("15001")
    theirs = Agent(server, 1).call(call_id)
    assert theirs["state"] == "Ringing"
    assert [party["phoneNumber"] for party in theirs["participants"]] == ["15000"]


def test_version_needs_no_user(server):
    answer = body(Http(server).get("/api/v2/diagnostics/version"))
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", answer["version"])
    assert answer["demo"] is True


def test_media_type(agent):
    for path in ("/api/v2/me", "/api/v2/me/calls", "/api/v2/diagnostics/version", "/api/v2/nothing"):
        kind = agent.http.get(path).header("content-type").replace(" ", "").lower()
        assert kind in ("application/json", "application/json;charset=utf-8"), (path, kind)
