# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""HTTP/1.1 itself: keep-alive, pipelining, limits, slow and broken requests."""

import os
import socket

import pytest

from support.rest import Agent, Http, RawConnection, basic

AUTH = f"Authorization: {basic('agent0')}\r\n"


def get(path, headers=""):
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n"


@pytest.fixture
def raw(server):
    connection = RawConnection(server)
    yield connection
    connection.close()


def test_keep_alive(raw):
    for _ in range(10):
        raw.send(get("/api/v2/diagnostics/version"))
        assert raw.response().status == 200


def test_pipelined_requests_are_answered_in_order(raw):
    # The first needs a password to be hashed, the second nothing at all.
    raw.send(get("/api/v2/me", AUTH) + get("/api/v2/diagnostics/version") + get("/nothing", AUTH)
             + get("/api/v2/me/calls", AUTH))
    assert b"agent0" in raw.response().body
    assert b"version" in raw.response().body
    assert raw.response().status == 404
    assert b"uris" in raw.response().body


def test_a_request_in_single_bytes(raw):
    for byte in get("/api/v2/diagnostics/version").encode():
        raw.send(bytes([byte]))
    assert raw.response().status == 200


def test_connection_close_is_honoured(raw):
    raw.send(get("/api/v2/diagnostics/version", "Connection: close\r\n"))
    assert raw.response().status == 200
    assert raw.is_closed_by_peer()


def test_http_1_0_closes(raw):
    raw.send("GET /api/v2/diagnostics/version HTTP/1.0\r\n\r\n")
    assert raw.response().status == 200
    assert raw.is_closed_by_peer()


def test_a_chunked_body_is_read(server, raw):
    agent = Agent(server, 0)
    call_id = agent.dial("15001")
    raw.send(f"POST {agent.call_path(call_id)} HTTP/1.1\r\nHost: x\r\n{AUTH}Content-Type: application/json\r\n"
             "Transfer-Encoding: chunked\r\n\r\n")
    for part in ('{"operationName":"Attach', 'UserData","userData":', '{"a":1}}'):
        raw.send(f"{len(part):x}\r\n{part}\r\n")
    raw.send("0\r\n\r\n")
    assert raw.response().body == b'{"statusCode":0}'
    assert agent.call(call_id)["userData"] == {"a": 1}


def test_expect_100_continue(server, raw):
    agent = Agent(server, 0)
    call_id = agent.dial("15001")
    body = '{"operationName":"Hangup"}'
    raw.send(f"POST {agent.call_path(call_id)} HTTP/1.1\r\nHost: x\r\n{AUTH}Content-Type: application/json\r\n"
             f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n")
    assert raw.response().status == 100
    raw.send(body)
    assert raw.response().body == b'{"statusCode":0}'


def test_a_missing_content_type_is_no_error(server):
    agent = Agent(server, 0)
    call_id = agent.dial("15001")
    answer = agent.http.post(agent.call_path(call_id), '{"operationName":"Hangup"}',
                             headers={"Content-Type": None})
    assert answer.status == 200


@pytest.mark.parametrize("request_text", [
    "hello\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "GET / HTTP/1.1\r\nBad Header\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nA: b\x00c\r\n\r\n",
])
def test_what_is_no_http_is_refused_and_the_connection_closed(server, raw, request_text):
    raw.send(request_text.encode("latin-1"))
    answer = raw.response()
    assert answer is None or 400 <= answer.status < 600, answer
    assert raw.is_closed_by_peer()
    assert Http(server).get("/healthz").status == 200


def test_a_header_over_the_limit_is_431(raw):
    raw.send(get("/api/v2/diagnostics/version", "X-Long: " + "x" * 100_000 + "\r\n"))
    assert raw.response().status == 431


def test_too_many_headers(raw):
    raw.send(get("/api/v2/diagnostics/version", "".join(f"X-{i}: y\r\n" for i in range(2000))))
    assert raw.response().status == 431


def test_a_declared_body_over_the_limit_is_refused_unread(server, raw):
    raw.send(f"POST /api/v2/me HTTP/1.1\r\nHost: x\r\n{AUTH}Content-Length: 99999999999\r\n\r\n")
    answer = raw.response()
    assert answer.status == 400 and answer.json["statusCode"] == 10, answer


def test_a_chunked_body_over_the_limit_is_refused(raw):
    raw.send(f"POST /api/v2/me HTTP/1.1\r\nHost: x\r\n{AUTH}Transfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    try:
        for _ in range(100):
            raw.send(chunk)
    except (BrokenPipeError, ConnectionResetError):
        pass
    answer = raw.response()
    assert answer.status == 400 and answer.json["statusCode"] == 10, answer


def test_a_peer_that_goes_away_in_the_middle_harms_nobody(server):
    for text in ("", "GE", "GET / HTTP/1.1\r\nHost", "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nab",
                 get("/api/v2/me", AUTH)):
        connection = RawConnection(server)
        connection.send(text)
        connection.close()
    assert Http(server, "agent0").get("/api/v2/me").status == 200


def test_many_connections_at_once(server):
    connections = [RawConnection(server) for _ in range(200)]
    for connection in connections:
        connection.send(get("/api/v2/diagnostics/version"))
    assert all(connection.response().status == 200 for connection in connections)
    for connection in connections:
        connection.close()


def test_head_has_no_body(raw):
    raw.send("HEAD /api/v2/diagnostics/version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    while raw._more():
        pass
    head, _, rest = raw.buffer.partition(b"\r\n\r\n")
    assert rest == b"", rest


@pytest.mark.parametrize("ask", [
    get("/api/v2/me", AUTH),
    "POST /api/v2/me HTTP/1.1\r\nHost: x\r\n" + AUTH + "Content-Length: 43\r\n\r\n"
    + '{"operationName":"EndContactCenterSession"}',
    "POST /sim/v1/clock HTTP/1.1\r\nHost: x\r\nContent-Length: 17\r\n\r\n" + '{"advanceMs":100}',
], ids=["a query", "a command", "the clock"])
def test_who_only_stops_speaking_is_answered(raw, ask):
    raw.send(ask)
    raw.socket.shutdown(socket.SHUT_WR)
    assert raw.response().status == 200
    assert raw.is_closed_by_peer()


@pytest.mark.parametrize("path,allowed", [
    ("/api/v2/me", "GET, POST"), ("/api/v2/me/calls", "GET"), ("/api/v2/notifications", "GET, POST"),
    ("/sim/v1/clock", "POST"), ("/healthz", "GET")])
def test_a_wrong_method_is_told_the_right_ones(server, path, allowed):
    answer = Http(server, "agent0").request("PUT", path, body="{}")
    assert answer.status == 405 and answer.header("allow") == allowed, answer


def test_what_is_no_utf8_in_a_query_does_not_come_back(server):
    answer = Http(server, "agent0").get("/api/v2/me?subresources=a%ffb,chats&fields=%c3,userName")
    assert answer.json["user"] == {"userName": "agent0", "chats": []}
