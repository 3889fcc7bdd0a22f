# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""What is wrong with a request is said by statusCode, HTTP status and a message that names the field
and the bound, or the state and what it would allow; and nothing changes."""

import pytest

from support.bayeux import LongPolling
from support.rest import Agent, Http, refused


@pytest.fixture
def call(server):
    """15000 has dialled 15001, which rings."""
    agent = Agent(server, 0)
    agent.call_id = agent.dial("15001")
    agent.listener = LongPolling(server, agent.name).open("/v2/me/calls")
    agent.listener.take_all()
    agent.before = agent.call(agent.call_id)
    yield agent
    assert agent.call(agent.call_id) == agent.before
    assert agent.listener.take_all() == []


BODIES = [
    # body, HTTP status, statusCode, words of the message
    ("", 400, 2, []),
    ("{", 400, 2, []),
    ('{"operationName":"AttachUserData","userData":{"a":1}', 400, 2, []),
    ('{"operationName":"AttachUserData","userData":{"a":1}}}', 400, 2, []),
    ('{"operationName":"AttachUserData","userData":{"a":01}}', 400, 2, []),
    ('{"operationName":"AttachUserData","userData":{"a":NaN}}', 400, 2, []),
    ("{'operationName':'Hangup'}", 400, 2, []),
    ('{"operationName":"Hangup",}', 400, 2, []),
    (b'{"operationName":"AttachUserData","userData":{"a":"\xff\xfe"}}', 400, 2, []),
    (b'{"operationName":"AttachUserData","userData":{"a":"\xed\xa0\x80"}}', 400, 2, []),
    ('{"operationName":"AttachUserData","userData":{"a":"\n"}}', 400, 2, []),
    ("hello", 400, 2, []),
    ("[]", 400, 2, []),
    ('"Hangup"', 400, 2, []),
    ("null", 400, 2, []),
    ("{}", 400, 1, ["operationName"]),
    ('{"userData":{"a":1}}', 400, 1, ["operationName"]),
    ('{"operationName":1}', 400, 2, ["operationName"]),
    ('{"operationName":null}', 400, None, ["operationName"]),
    ('{"operationName":""}', 400, 2, ["operationName"]),
    ('{"operationName":"Frobnicate"}', 400, 2, ["operationName", "Frobnicate"]),
    ('{"operationName":"attachuserdata","userData":{"a":1}}', 400, 2, ["operationName"]),
    ('{"operationName":"AttachUserData"}', 400, 1, ["userData"]),
    ('{"operationName":"AttachUserData","userData":null}', 400, None, ["userData"]),
    ('{"operationName":"AttachUserData","userData":"a"}', 400, 2, ["userData"]),
    ('{"operationName":"AttachUserData","userData":["a"]}', 400, 2, ["userData"]),
    ('{"operationName":"AttachUserData","userData":7}', 400, 2, ["userData"]),
    ('{"operationName":"UpdateUserData"}', 400, 1, ["userData"]),
    ('{"operationName":"DeleteUserDataPair"}', 400, 1, ["key"]),
    ('{"operationName":"DeleteUserDataPair","key":1}', 400, 2, ["key"]),
    ('{"operationName":"DeleteUserDataPair","key":"%s"}' % ("k" * 256), 400, 10, ["key", "255"]),
    ('{"operationName":"SendDtmf"}', 400, 1, ["digits"]),
    ('{"operationName":"SendDtmf","digits":5}', 400, 2, ["digits"]),
    ('{"operationName":"SendDtmf","digits":"12x"}', 400, 2, ["digits"]),
    ('{"operationName":"SendDtmf","digits":""}', 400, 10, ["digits"]),
    ('{"operationName":"SendDtmf","digits":"%s"}' % ("1" * 65), 400, 10, ["digits", "64"]),
    ('{"operationName":"Answer"}', 400, 3, ["Answer", "Dialing", "Hangup", "AttachUserData"]),
    # Operations of other addresses are no operations of a call.
    ('{"operationName":"StartContactCenterSession","channels":["voice"]}', 400, 2, ["operationName"]),
    ('{"operationName":"Dial","destination":{"phoneNumber":"15003"}}', 400, 2, ["operationName"]),
]


@pytest.mark.parametrize("body,http_status,status_code,words", BODIES,
                         ids=[str(i) for i in range(len(BODIES))])
def test_operation_on_a_call(call, body, http_status, status_code, words):
    answer = call.http.post(call.call_path(call.call_id), body)
    if status_code is None:
        assert answer.json["statusCode"] in (1, 2), answer
        status_code = answer.json["statusCode"]
    refused(answer, http_status, status_code, *words)


DIALS = [
    ('{"operationName":"Dial"}', 400, 1, ["destination"]),
    ('{"operationName":"Dial","destination":"15003"}', 400, 2, ["destination"]),
    ('{"operationName":"Dial","destination":{}}', 400, 1, ["destination.phoneNumber"]),
    ('{"operationName":"Dial","destination":{"phoneNumber":15003}}', 400, 2, ["destination.phoneNumber"]),
    ('{"operationName":"Dial","destination":{"phoneNumber":""}}', 400, 2, ["destination.phoneNumber"]),
    ('{"operationName":"Dial","destination":{"phoneNumber":"anna"}}', 400, 2, ["destination.phoneNumber"]),
    ('{"operationName":"Dial","destination":{"phoneNumber":"%s"}}' % ("1" * 65), 400, 10,
     ["destination.phoneNumber", "40"]),
    ('{"operationName":"Dial","destination":{"phoneNumber":"15003"},"userData":[]}', 400, 2, ["userData"]),
    ('{"operationName":"Hangup"}', 400, 2, ["operationName"]),
    ("{}", 400, 1, ["operationName"]),
    ("{", 400, 2, []),
]


@pytest.mark.parametrize("body,http_status,status_code,words", DIALS, ids=[str(i) for i in range(len(DIALS))])
def test_dial(server, body, http_status, status_code, words):
    agent = Agent(server, 2)
    refused(agent.http.post(agent.device_calls, body), http_status, status_code, *words)
    assert agent.calls() == []


def test_an_unknown_call(call):
    for path in ("/api/v2/me/calls/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "/api/v2/me/calls/x",
                 "/api/v2/me/calls/" + "x" * 3000):
        refused(call.http.get(path), 404, 6)
        refused(call.http.post(path, {"operationName": "Hangup"}), 404, 6)


def test_odd_bytes_in_a_path_give_valid_json(call):
    for tail in ("%22%5c", "a%0ab", "%C3%A9" * 40, "a" + "%C3%A9" * 40):
        refused(call.http.get("/api/v2/me/calls/" + tail), 404, 6)
        refused(call.http.post("/api/v2/me/calls/" + tail, {"operationName": "Hangup"}), 404, 6)
    for tail in ("%00", "%zz", "%", "%ff%fe", "%e2%82"):
        refused(call.http.get("/api/v2/me/calls/" + tail), 400, 2)


def test_somebody_elses_call_is_as_if_not_there(server, call):
    stranger = Agent(server, 5)
    answer = stranger.http.get(call.call_path(call.call_id))
    unknown = stranger.http.get(call.call_path("B" * 32))
    refused(answer, 404, 6)
    assert answer.body.replace(call.call_id.encode(), b"") == unknown.body.replace(b"B" * 32, b"")
    for operation in ({"operationName": "Hangup"}, {"operationName": "Answer"},
                      {"operationName": "AttachUserData", "userData": {"a": 1}}):
        refused(stranger.http.post(call.call_path(call.call_id), operation), 404, 6)


def test_somebody_elses_device(server, call):
    stranger = Agent(server, 5)
    body = {"operationName": "Dial", "destination": {"phoneNumber": "15006"}}
    refused(stranger.http.post(call.device_calls, body), 404, 6)
    refused(stranger.http.post("/api/v2/me/devices/no-such-device/calls", body), 404, 6)


def test_an_operation_the_state_does_not_offer_says_what_it_does(server, call):
    callee = Agent(server, 1)
    message = refused(callee.try_operate(call.call_id, "SendDtmf", digits="1"), 400, 3,
                      "SendDtmf", "Ringing", "Answer")
    assert "Hangup" not in message


@pytest.mark.parametrize("method,path", [
    ("DELETE", "/api/v2/me/calls/{}"), ("PUT", "/api/v2/me/calls/{}"), ("PATCH", "/api/v2/me/calls/{}"),
    ("POST", "/api/v2/me/calls"), ("DELETE", "/api/v2/me/calls"),
    ("GET", "/api/v2/me/devices/15000/calls"), ("PUT", "/api/v2/me"), ("DELETE", "/api/v2/me"),
    ("POST", "/api/v2/me/devices"), ("POST", "/api/v2/diagnostics/version"),
])
def test_a_wrong_method(call, method, path):
    answer = call.http.request(method, path.format(call.call_id), body="{}")
    message = refused(answer, 405, 3)
    assert answer.header("allow") and answer.header("allow") in message
    assert method not in answer.header("allow").split(", ")


def test_an_unknown_address(call):
    for path in ("/api/v2/nothing", "/api/v2/me/nothing", "/api/v2", "/api/v3/me", "/nothing",
                 "/api/v2/me/calls/x/y", "/api/v2/mexican"):
        answer = call.http.get(path)
        assert answer.status == 404 and answer.json["statusCode"] == 6, (path, answer)


@pytest.mark.parametrize("headers", [
    {}, {"Authorization": "Basic"}, {"Authorization": "Basic !!!"}, {"Authorization": "Basic YWdlbnQw"},
    {"Authorization": "Bearer x"}, {"Authorization": "Basic YWdlbnQwOndyb25n"},  # agent0:wrong
    {"Authorization": "Basic bm9ib2R5OmRlbW8="},  # nobody:demo
    {"Authorization": "Basic OmRlbW8="}, {"Cookie": "JSESSIONID=abc"}, {"Cookie": "JSESSIONID="},
])
def test_no_or_wrong_credentials(server, call, headers):
    http = Http(server)
    for method, path, body in (("GET", "/api/v2/me", None),
                               ("POST", call.call_path(call.call_id), {"operationName": "Hangup"}),
                               ("POST", "/api/v2/notifications", [{"channel": "/meta/handshake"}])):
        answer = http.request(method, path, body=body, headers=headers)
        refused(answer, 403, 20)
        assert answer.header("www-authenticate") is None
        assert answer.header("set-cookie") is None


def test_unknown_extra_fields_are_ignored(server, call):
    call.operate(call.call_id, "AttachUserData", userData={"a": 1}, referenceId=7, extra={"x": []})
    call.operate(call.call_id, "DeleteUserData", userData=None)
    call.listener.take_all()
