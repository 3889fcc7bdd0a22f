# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""Log-in for voice: who asks for more than there is gets what there is, and 7."""

import pytest

from support.bayeux import LongPolling
from support.rest import Agent, accepted, refused


@pytest.fixture
def agent(server):
    agent = Agent(server, 0)
    agent.listener = LongPolling(server, agent.name).open("/v2/me/*")
    return agent


def start(agent, *channels, path="/api/v2/me"):
    return agent.http.post(path, {"operationName": "StartContactCenterSession", "channels": list(channels)})


def device(agent):
    return agent.http.get("/api/v2/me/devices?fields=*").json["devices"][0]


def test_voice(agent):
    assert device(agent)["deviceState"] == "Inactive"
    accepted(start(agent, "voice"))
    assert device(agent)["deviceState"] == "Active"
    told = agent.listener.wait(lambda event: event["channel"] == "/v2/me/devices")["data"]
    assert told["messageType"] == "DeviceStateChangeMessage"
    assert told["devices"] == [device(agent)]
    told = agent.listener.wait(lambda event: event["channel"] == "/v2/me/channels")["data"]
    assert told["messageType"] == "ChannelStateChangeMessageV2"
    assert [channel["channel"] for channel in told["channels"]] == ["voice"]


def test_starting_twice_is_fine(agent):
    accepted(start(agent, "voice"))
    accepted(start(agent, "voice", path="/api/v2/me/"))


def test_voice_and_chat_is_a_partial_success(agent):
    answer = start(agent, "voice", "chat")
    assert answer.status == 200 and answer.json["statusCode"] == 7, answer
    assert "chat" in answer.body.decode()
    assert device(agent)["deviceState"] == "Active"


def test_only_chat_fails(agent):
    answer = start(agent, "chat")
    assert answer.status == 404 and answer.json["statusCode"] == 6, answer
    assert device(agent)["deviceState"] == "Inactive"


@pytest.mark.parametrize("body,code,word", [
    ({"operationName": "StartContactCenterSession"}, 1, "channels"),
    ({"operationName": "StartContactCenterSession", "channels": "voice"}, 2, "channels"),
    ({"operationName": "StartContactCenterSession", "channels": [1]}, 2, "channels"),
    ({"operationName": "Hangup"}, 2, "operationName"),
])
def test_bad_input(agent, body, code, word):
    refused(agent.http.post("/api/v2/me", body), 400, code, word)


def test_end_logs_out_ends_the_http_session_and_drops_no_call(server, agent):
    accepted(start(agent, "voice"))
    call_id = agent.dial("15001")
    with_cookie = Agent(server, 0)
    with_cookie.http.get("/api/v2/me")
    with_cookie.http.authorization = None
    assert with_cookie.http.get("/api/v2/me").status == 200
    cookie = dict(with_cookie.http.cookies)
    accepted(with_cookie.http.post("/api/v2/me", {"operationName": "EndContactCenterSession"}))
    with_cookie.http.cookies = cookie
    refused(with_cookie.http.get("/api/v2/me"), 403, 20)
    # Basic credentials go on working, and so does the call.
    assert agent.call(call_id)["state"] == "Dialing"
    assert device(agent)["deviceState"] == "Inactive"


def test_a_call_needs_no_session(agent):
    agent.dial("15001")


def test_the_session_survives_a_restart(server, agent):
    accepted(start(agent, "voice"))
    server.stop()
    server.start()
    agent.http.close()
    assert device(agent)["deviceState"] == "Active"
