# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""CometD by GET and script (callback-polling), and messages in a form: for clients of old browsers."""

import json
import re
import urllib.parse

import pytest

from support.bayeux import NOTIFICATIONS
from support.rest import Agent, Http


def ask(http, messages, callback="cb"):
    query = urllib.parse.urlencode({"message": json.dumps(messages), "jsonp": callback})
    answer = http.get(f"{NOTIFICATIONS}?{query}")
    assert answer.status == 200 and answer.header("content-type").startswith("text/javascript"), answer
    found = re.fullmatch(r"(/\*\*/)?%s\((.*)\);?\s*" % re.escape(callback), answer.body.decode(), re.S)
    assert found, answer
    return json.loads(found.group(2))


@pytest.fixture
def http(server):
    return Http(server, "agent0")


def handshake(http):
    reply = ask(http, [{"id": "1", "channel": "/meta/handshake", "version": "1.0",
                        "supportedConnectionTypes": ["callback-polling"]}])[0]
    assert reply["successful"] is True, reply
    return reply["clientId"]


def test_events_come_as_a_call_of_the_function(server, http):
    client = handshake(http)
    reply = ask(http, [{"id": "2", "channel": "/meta/subscribe", "clientId": client,
                        "subscription": "/v2/me/calls"}])
    assert reply[0]["successful"] is True
    connect = [{"id": "3", "channel": "/meta/connect", "clientId": client,
                "connectionType": "callback-polling"}]
    assert ask(http, connect)[-1]["successful"] is True
    Agent(server, 0).dial("15001", userData={"line": "a\u2028b"})
    messages = ask(http, connect, callback="my.own_function")
    assert messages[0]["data"]["call"]["userData"] == {"line": "a\u2028b"}


@pytest.mark.parametrize("callback", ["alert(1)//", "a b", "x" * 65, "<script>"])
def test_a_function_name_that_is_none_is_refused(http, callback):
    query = urllib.parse.urlencode({"message": "[]", "jsonp": callback})
    assert http.get(f"{NOTIFICATIONS}?{query}").status == 400


@pytest.mark.parametrize("messages", [
    {"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": ["long-polling"]},
    [{"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": ["long-polling"]}],
])
def test_messages_in_a_form(http, messages):
    answer = http.post(NOTIFICATIONS, urllib.parse.urlencode({"message": json.dumps(messages)}),
                       headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.json[0]["successful"] is True, answer
