# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""The CometD protocol over long-polling: handshake, connect, subscribe, unsubscribe, disconnect."""

import re
import time

import pytest

from support.bayeux import NOTIFICATIONS, LongPolling
from support.rest import Agent, Http

WHOLE = {"reconnect", "interval", "timeout"}


@pytest.fixture
def session(server):
    return LongPolling(server, "agent0")


def test_handshake(session):
    reply = session.handshake()
    assert reply["channel"] == "/meta/handshake" and reply["version"] == "1.0"
    assert re.fullmatch(r"[A-Za-z0-9]{20,}", reply["clientId"])
    assert {"long-polling", "websocket"} <= set(reply["supportedConnectionTypes"])
    assert set(reply["advice"]) >= WHOLE and reply["advice"]["reconnect"] == "retry"
    assert reply["advice"]["timeout"] == 30000
    assert "BAYEUX_BROWSER" in session.http.cookies


def test_the_browser_cookie_is_for_the_whole_host(session):
    answer = session.http.post(f"{NOTIFICATIONS}/handshake", [
        session.message("/meta/handshake", version="1.0", supportedConnectionTypes=["long-polling"])])
    line = next(line for line in answer.header_all("set-cookie") if line.startswith("BAYEUX_BROWSER="))
    attributes = {part.strip().lower() for part in line.split(";")[1:]}
    assert {"path=/", "httponly"} <= attributes


def test_handshakes_make_different_sessions(session):
    first = session.handshake()["clientId"]
    session.client_id = None
    assert session.handshake()["clientId"] != first


def test_no_common_connection_type(session):
    reply = session.call("/meta/handshake", version="1.0", supportedConnectionTypes=["carrier-pigeon"])
    assert reply["successful"] is False and "clientId" not in reply and reply["error"]


def test_a_lone_object_is_an_envelope_too(session):
    answer = session.http.post(NOTIFICATIONS, session.message(
        "/meta/handshake", version="1.0", supportedConnectionTypes=["long-polling"]))
    assert answer.json[0]["successful"] is True


@pytest.mark.parametrize("path", [NOTIFICATIONS, NOTIFICATIONS + "/", NOTIFICATIONS + "/connect",
                                  NOTIFICATIONS + "/handshake", NOTIFICATIONS + "/anything"])
def test_every_address_below_serves_every_message(server, path):
    session = LongPolling(server, "agent0", path=path, appends_type=False)
    session.open("/v2/me/calls")
    Agent(server, 0).dial("15001")
    assert session.wait_call(state="Dialing")


def test_the_first_connect_is_answered_at_once_and_the_second_held(server, session):
    session.handshake()
    began = time.monotonic()
    reply = session.connect()
    assert reply["successful"] is True and time.monotonic() - began < 5
    session.subscribe("/v2/me/calls")
    held = session.hold()
    Agent(server, 0).dial("15001")
    assert session.held_reply(held)["successful"] is True
    assert [event["data"]["call"]["state"] for event in session.events] == ["Dialing"]


def test_a_connect_is_held_as_long_as_its_own_advice_says(session):
    session.open()
    began = time.monotonic()
    reply = session.connect(timeout_ms=700)
    took = time.monotonic() - began
    assert 0.6 < took < 10, took
    assert reply["successful"] is True and set(reply["advice"]) >= WHOLE


def test_timeout_0_is_answered_at_once_with_whole_advice(session):
    session.open()
    began = time.monotonic()
    reply = session.connect(timeout_ms=0)
    assert time.monotonic() - began < 5
    assert set(reply["advice"]) >= WHOLE


def test_a_connect_with_company_is_answered_at_once_in_order(session):
    session.open()
    messages = [session.message("/meta/subscribe", subscription="/v2/me/calls"), session.connect_message(),
                session.message("/meta/subscribe", subscription="/v2/me/devices")]
    replies = session.post(messages)
    assert [reply["id"] for reply in replies] == [message["id"] for message in messages]


def test_a_newer_connect_ends_the_held_one(server, session):
    session.open("/v2/me/calls")
    old = session.hold()
    new = session.hold()
    answer = old.response()
    assert answer is None or answer.status >= 400, answer
    Agent(server, 0).dial("15001")
    assert session.held_reply(new)["successful"] is True
    assert [event["data"]["call"]["state"] for event in session.events] == ["Dialing"]
    assert not any("multiple-clients" in message.get("advice", {}) for message in session.received)


def test_subscribe_before_the_first_connect(server, session):
    session.handshake()
    session.subscribe("/v2/me/calls")
    Agent(server, 0).dial("15001")
    assert session.wait_call(state="Dialing")


def test_events_from_before_the_subscription_are_not_sent(server, session):
    call_id = Agent(server, 0).dial("15001")
    session.open("/v2/me/calls")
    Agent(server, 0).operate(call_id, "AttachUserData", userData={"a": 1})
    assert [event["data"]["notificationType"] for event in session.take_all()] == ["AttachedDataChanged"]


@pytest.mark.parametrize("subscription,gets_calls", [
    ("/v2/me/calls", True), ("/v2/me/*", True), ("/v2/me/**", True), ("/v2/**", True), ("/**", True),
    ("/v2/*", False), ("/*", False), ("/v2/me", False), ("/v2/me/devices", False), ("/v2/me/calls/*", False),
])
def test_wildcards(server, session, subscription, gets_calls):
    session.open(subscription)
    Agent(server, 0).dial("15001")
    channels = [event["channel"] for event in session.take_all()]
    assert channels == (["/v2/me/calls"] if gets_calls else [])


def test_overlapping_subscriptions_give_one_copy(server, session):
    reply = session.open("/v2/me/calls", "/v2/me/*", "/**")
    Agent(server, 0).dial("15001")
    assert len(session.take_all()) == 1


def test_an_array_subscription_is_echoed(session):
    session.handshake()
    reply = session.subscribe("/v2/me/calls", "/v2/me/devices")
    assert reply["subscription"] == ["/v2/me/calls", "/v2/me/devices"]


def test_subscribing_twice_is_fine(session):
    session.open("/v2/me/calls")
    session.subscribe("/v2/me/calls")


def test_unsubscribed_is_silent(server, session):
    session.open("/v2/me/calls", "/v2/me/devices")
    assert session.unsubscribe("/v2/me/calls")["successful"] is True
    Agent(server, 0).dial("15001")
    assert session.take_all() == []


def test_one_user_is_not_told_of_anothers_calls(server, session):
    session.open("/**")
    Agent(server, 2).dial("15003")
    assert session.take_all() == []


@pytest.mark.parametrize("subscription", ["/meta/connect", "/meta/*", "/meta/**"])
def test_meta_channels_can_not_be_subscribed(session, subscription):
    session.handshake()
    reply = session.call("/meta/subscribe", subscription=subscription)
    assert reply["successful"] is False and reply["error"].startswith("403"), reply


@pytest.mark.parametrize("fields,error", [
    ({}, "403"), ({"subscription": 7}, "403"), ({"subscription": "/bar<script>"}, "403"),
    ({"subscription": ""}, "403"), ({"subscription": "calls"}, "403"),
])
def test_bad_subscriptions(session, fields, error):
    session.handshake()
    reply = session.call("/meta/subscribe", **fields)
    assert reply["successful"] is False and reply["error"].startswith(error), reply


def test_service_channels_are_accepted_and_inert(session):
    session.open("/service/anything")
    reply = session.call("/service/anything", data={"x": 1})
    assert reply["successful"] is True and "data" not in reply
    assert session.take_all() == []


def test_publishing_is_refused(session):
    session.open("/**")
    for channel in ("/v2/me/calls", "/anything"):
        reply = session.call(channel, data={"x": 1})
        assert reply["successful"] is False and reply["error"].startswith("403"), reply
    reply = session.call("/meta/unknown", data={})
    assert reply["successful"] is False
    assert session.take_all() == []


def test_delivered_messages_have_channel_and_data_only(server, session):
    session.open("/v2/me/calls")
    Agent(server, 0).dial("15001")
    assert set(session.wait()) == {"channel", "data"}


def test_ids_are_echoed_as_text_and_missing_ones_stay_missing(session):
    session.handshake()
    for sent, got in (("abc9", "abc9"), (42, "42"), (None, None)):
        message = session.message("/meta/subscribe", subscription="/v2/me/calls")
        if sent is None:
            del message["id"]
        else:
            message["id"] = sent
        reply = session.http.post(NOTIFICATIONS, [message]).json[0]
        assert reply.get("id") == got, reply


def test_bad_ids_and_channels_are_not_echoed_as_markup(session):
    session.handshake()
    message = session.message("/meta/subscribe", subscription="/v2/me/calls")
    message["id"] = "<script>"
    reply = session.http.post(NOTIFICATIONS, [message])
    assert reply.status == 200 and reply.json[0]["successful"] is False
    reply = session.http.post(NOTIFICATIONS, [{"channel": "/foo<>", "clientId": session.client_id, "data": {}}])
    assert reply.status == 200 and reply.json[0]["successful"] is False
    assert reply.header("content-type").startswith("application/json")


def test_a_message_without_channel(session):
    session.handshake()
    answer = session.http.post(NOTIFICATIONS, [{"id": "1", "clientId": session.client_id}])
    assert answer.status == 200
    assert answer.json[0]["successful"] is False and answer.json[0]["error"].startswith("400")


@pytest.mark.parametrize("body", ["", "[", "[{]", "hello", "{\"channel\":", "[1]", "7", '"x"', "null"])
def test_malformed_envelopes(server, session, body):
    session.handshake()
    answer = session.http.post(NOTIFICATIONS, body)
    assert answer.status in (200, 400), answer
    if answer.status == 200:
        assert answer.json[0]["successful"] is False
    session.connect(timeout_ms=0)


def test_an_empty_envelope_is_no_success(session):
    session.handshake()
    assert session.http.post(NOTIFICATIONS, []).status >= 400


@pytest.mark.parametrize("channel", ["/meta/connect", "/meta/subscribe", "/meta/unsubscribe",
                                     "/meta/disconnect", "/service/x"])
@pytest.mark.parametrize("client_id", ["nobody0nobody0nobody0", "", None, 7])
def test_an_unknown_client_is_402(session, channel, client_id):
    message = {"id": "1", "channel": channel, "connectionType": "long-polling",
               "subscription": "/v2/me/calls", "data": {}}
    if client_id is not None:
        message["clientId"] = client_id
    reply = session.post([message])[0]
    assert reply["successful"] is False and reply["error"].startswith("402"), reply
    if channel == "/meta/connect":
        assert reply["advice"]["reconnect"] == "handshake" and set(reply["advice"]) >= WHOLE
        assert reply["advice"]["interval"] >= 0


def test_without_the_browser_cookie_it_is_402_and_the_owner_is_unharmed(server, session):
    session.open("/v2/me/calls")
    thief = Http(server, "agent0")
    for channel in ("/meta/connect", "/meta/disconnect", "/meta/unsubscribe"):
        message = session.message(channel, subscription="/v2/me/calls", connectionType="long-polling")
        reply = thief.post(NOTIFICATIONS, [message]).json[-1]
        assert reply["successful"] is False and reply["error"].startswith("402"), reply
    Agent(server, 0).dial("15001")
    assert session.wait_call(state="Dialing")


def test_anothers_client_id_as_second_message_is_refused_one_by_one(server, session):
    session.open("/v2/me/calls")
    other = LongPolling(server, "agent1").open("/v2/me/calls")
    mine = other.message("/meta/subscribe", subscription="/v2/me/devices")
    stolen = {"id": "99", "channel": "/meta/disconnect", "clientId": session.client_id}
    replies = other.post([mine, stolen])
    assert [reply["successful"] for reply in replies] == [True, False]
    Agent(server, 0).dial("15001")
    assert session.wait_call(state="Dialing")


def test_disconnect_answers_the_held_connect_and_ends_the_session(server, session):
    session.open("/v2/me/calls")
    held = session.hold()
    assert session.disconnect()["successful"] is True
    assert session.held_reply(held)["advice"]["reconnect"] == "none"
    again = session.disconnect()
    assert again["successful"] is False and again["error"].startswith("402")


def test_several_sessions_of_a_user_all_get_all(server):
    sessions = [LongPolling(server, "agent0").open("/v2/me/calls") for _ in range(3)]
    Agent(server, 0).dial("15001")
    for session in sessions:
        assert len(session.take_all()) == 1


def test_handshake_with_company(session):
    messages = [session.message("/meta/handshake", version="1.0", supportedConnectionTypes=["long-polling"]),
                session.message("/meta/subscribe", clientId="guess", subscription="/v2/me/calls")]
    answer = session.http.post(NOTIFICATIONS, messages)
    if answer.status == 200:
        for reply in answer.json:
            assert reply["channel"] == "/meta/handshake" or reply["successful"] is False
    else:
        assert answer.status >= 400


def test_other_methods_are_refused(server, session):
    for method in ("PUT", "DELETE"):
        assert session.http.request(method, NOTIFICATIONS).status in (400, 405)


def test_a_session_whose_connection_broke_while_held_is_not_lost_at_once(server, session):
    """The dead connection costs what was written to it, not the session."""
    session.open("/v2/me/calls")
    session.hold().close()
    Agent(server, 0).dial("15001")
    assert session.wait_call(state="Dialing")


def test_events_of_one_batch_come_in_order(server, session):
    session.open("/v2/me/calls")
    agent = Agent(server, 0)
    call_id = agent.dial("15001")
    for i in range(200):
        agent.operate(call_id, "UpdateUserData", userData={"n": i})
    agent.operate(call_id, "Hangup")
    events = [event["data"] for event in session.take_all()]
    seen = [data["call"]["userData"]["n"] for data in events
            if data["notificationType"] == "AttachedDataChanged"]
    assert seen == list(range(200))
    assert events[-1]["call"]["state"] == "Released"


def test_a_session_outlives_a_restart_with_its_subscriptions(server, session):
    session.open("/v2/me/calls")
    server.stop()
    server.start()
    session.close()
    Agent(server, 0).dial("15001")
    assert session.wait_call(state="Dialing")
