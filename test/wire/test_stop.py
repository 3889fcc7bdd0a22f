# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""SIGTERM drains: what is held is answered, what is queued is committed, the process ends with 0."""

import signal
import subprocess
import time

from support.bayeux import LongPolling, OverWebSocket
from support.rest import Agent, Http, RawConnection, advance
from support.server import binary
from support.websocket import Closed


def test_a_held_connect_is_answered(server):
    session = LongPolling(server, "agent0").open("/v2/me/calls")
    held = session.hold()
    server.stop()
    assert session.held_reply(held)["successful"] is True


def test_idle_connections_and_sockets_do_not_keep_it(server):
    raw = RawConnection(server)
    half = RawConnection(server)
    half.send("GET /api/v2/me HTTP/1.1\r\n")
    socket = OverWebSocket(server, "agent0").open("/v2/me/calls")
    socket.hold()
    server.stop()
    assert raw.is_closed_by_peer()
    try:
        while True:
            socket.socket.receive_text()
    except (Closed, ConnectionResetError) as closed:
        assert getattr(closed, "code", None) in (1000, 1001, None)


def test_a_socket_that_answers_no_close_costs_less_than_the_grace(server):
    socket = OverWebSocket(server, "agent0").open("/v2/me/calls")
    socket.hold()
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 4, "the grace is 5 s"


def test_calls_and_data_are_there_after_the_next_start(server):
    agent = Agent(server, 0)
    call_id = agent.dial("15001", userData={"a": [1, None, "ü"]})
    before = agent.call(call_id)
    server.stop()
    server.start()
    agent.http.close()
    assert agent.call(call_id) == before
    other = Agent(server, 1)
    other.operate(call_id, "Answer")
    assert agent.call(call_id)["state"] == "Established"


def test_sigint_stops_it_too(server):
    server.process.send_signal(signal.SIGINT)
    assert server.wait_end() == 0


def test_a_second_process_on_the_same_data_is_refused(server):
    second = subprocess.run([str(binary()), "serve", "--demo", "--http", "127.0.0.1:0", "--data",
                             str(server.data), "--line", "sim"], capture_output=True, text=True, timeout=30)
    assert second.returncode != 0
    assert str(server.data) in second.stderr and "in use" in second.stderr, second
    assert Http(server).get("/healthz").status == 200


def test_the_clock_goes_on_where_it_was(server):
    """Time does not go back over a restart: durations go on."""
    agent = Agent(server, 0)
    call_id = agent.dial("15001")
    Agent(server, 1).operate(call_id, "Answer")
    advance(server, 100_000)
    agent.operate(call_id, "AttachUserData", userData={"a": 1})
    server.stop()
    server.start()
    agent.http.close()
    assert agent.call(call_id)["duration"] == "100"
