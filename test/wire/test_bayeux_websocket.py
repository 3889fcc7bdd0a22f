# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""The CometD protocol over WebSocket, and the WebSocket protocol itself, bad frames included."""

import json
import struct

import pytest

from support.bayeux import NOTIFICATIONS, LongPolling, OverWebSocket
from support.rest import Agent, Http, RawConnection, basic, refused
from support.websocket import BINARY, CLOSE, PING, PONG, TEXT, Closed, Refused, WebSocket


@pytest.fixture
def socket(server):
    socket = WebSocket(server, headers={"Authorization": basic("agent0")})
    yield socket
    socket.close()


def closed_with(socket):
    with pytest.raises(Closed) as caught:
        while True:
            socket.receive_text()
    return caught.value.code


HANDSHAKE = json.dumps([{"id": "1", "channel": "/meta/handshake", "version": "1.0",
                         "supportedConnectionTypes": ["websocket"]}])


def test_events_are_pushed_while_the_connect_stays_with_the_server(server):
    session = OverWebSocket(server, "agent0").open("/v2/me/calls")
    session.hold()
    agent = Agent(server, 0)
    call_id = agent.dial("15001")
    assert session.wait_call(state="Dialing")
    agent.operate(call_id, "Hangup")
    assert session.wait_call(state="Released")
    assert session.held is not None, "the connect is a heartbeat and must not be answered by an event"


def test_replies_come_in_one_frame_in_order(server):
    session = OverWebSocket(server, "agent0").open()
    messages = [session.message("/meta/subscribe", subscription=channel)
                for channel in ("/v2/me/calls", "/v2/me/devices", "/meta/x", "/v2/me/channels")]
    session.send(messages)
    replies = session.read()
    assert [reply["id"] for reply in replies] == [message["id"] for message in messages]
    assert [reply["successful"] for reply in replies] == [True, True, False, True]


def test_disconnect_then_the_held_connects_reply(server):
    session = OverWebSocket(server, "agent0").open()
    session.hold()
    held = session.held
    assert session.disconnect()["successful"] is True
    assert session.held is None or session.read_reply(held)["advice"]["reconnect"] == "none"


def test_a_session_moves_from_long_polling_to_websocket(server):
    poll = LongPolling(server, "agent0").open("/v2/me/calls")
    socket = OverWebSocket(server, "agent0", headers={
        "Authorization": basic("agent0"),
        "Cookie": "; ".join(f"{name}={value}" for name, value in poll.http.cookies.items())})
    socket.client_id = poll.client_id
    assert socket.connect(timeout_ms=0)["successful"] is True
    Agent(server, 0).dial("15001")
    assert socket.wait_call(state="Dialing")


def test_somebody_elses_session_can_not_be_adopted(server):
    poll = LongPolling(server, "agent0").open("/v2/me/calls")
    thief = OverWebSocket(server, "agent1")
    thief.client_id = poll.client_id
    reply = thief.connect(timeout_ms=0)
    assert reply["successful"] is False and reply["error"].startswith("402")


def test_the_upgrade_needs_credentials(server):
    with pytest.raises(Refused) as caught:
        WebSocket(server)
    assert caught.value.status == 403


def test_the_upgrade_with_only_a_cookie_checks_the_origin(server):
    http = Http(server, "agent0")
    http.get("/api/v2/me")
    cookie = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
    WebSocket(server, headers={"Cookie": cookie}).close()
    with pytest.raises(Refused) as caught:
        WebSocket(server, headers={"Cookie": cookie, "Origin": "https://evil.example"})
    assert caught.value.status == 403


def test_no_upgrade_elsewhere(server):
    with pytest.raises(Refused) as caught:
        WebSocket(server, "/api/v2/me", headers={"Authorization": basic("agent0")})
    assert 200 <= caught.value.status < 500


@pytest.mark.parametrize("headers", [{"Sec-WebSocket-Version": "8"}, {"Sec-WebSocket-Key": "short"}])
def test_bad_upgrades(server, headers):
    lines = {"Host": "x", "Authorization": basic("agent0"), "Upgrade": "websocket", "Connection": "Upgrade",
             "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13", **headers}
    raw = RawConnection(server)
    raw.send(f"GET {NOTIFICATIONS} HTTP/1.1\r\n"
             + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n")
    assert raw.response().status in (400, 426)


def test_ping_is_answered(socket):
    socket.send_frame(PING, b"hello")
    assert socket.receive_frame() == (True, PONG, b"hello")


def test_close_is_answered(socket):
    socket.send_frame(CLOSE, struct.pack(">H", 1000))
    final, opcode, payload = socket.receive_frame()
    assert opcode == CLOSE and payload[:2] == struct.pack(">H", 1000)


def test_fragments_with_a_ping_between(socket):
    data = HANDSHAKE.encode()
    socket.send_frame(TEXT, data[:10], final=False)
    socket.send_frame(PING, b"")
    socket.send_frame(0, data[10:20], final=False)
    socket.send_frame(0, data[20:])
    assert socket.receive_frame()[1] == PONG
    assert json.loads(socket.receive_text())[0]["successful"] is True


def test_bad_json_closes_with_1011(socket):
    socket.send_text("[{")
    assert closed_with(socket) == 1011


def test_an_empty_array_closes_with_1011(socket):
    socket.send_text("[]")
    assert closed_with(socket) == 1011


def test_unmasked_frames_are_refused(socket):
    socket.send_frame(TEXT, HANDSHAKE.encode(), masked=False)
    assert closed_with(socket) in (1002, None)


def test_bad_utf8_is_refused(socket):
    socket.send_frame(TEXT, b'[{"channel":"\xff"}]')
    assert closed_with(socket) in (1007, 1011)


def test_binary_frames_are_refused(socket):
    socket.send_frame(BINARY, b"\x00\x01")
    assert closed_with(socket) in (1003, 1011, 1002)


def test_a_frame_over_the_limit_closes_with_1009(socket):
    try:
        socket.send_frame(TEXT, b" " * (8 * 1024 * 1024))
    except (BrokenPipeError, ConnectionResetError):
        return
    try:
        assert closed_with(socket) in (1009, None)
    except ConnectionResetError:
        pass


def test_a_dropped_socket_keeps_the_session(server):
    session = OverWebSocket(server, "agent0").open("/v2/me/calls")
    session.reopen()
    assert session.connect(timeout_ms=0)["successful"] is True
    Agent(server, 0).dial("15001")
    assert session.wait_call(state="Dialing")
