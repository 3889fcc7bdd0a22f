# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""A desktop that goes without a word: its agent keeps the call, is NotReady when it ends, and is
logged out when nobody comes back. CometD sessions run out by the real clock, 10 s at least."""

import pytest

from support.bayeux import CALLS, LongPolling
from support.config import configured
from support.rest import Agent, Http, accepted, advance, eventually

LIMITS = ("[events]", "max_interval_s = 10", "connect_timeout_s = 1", "[agents]", "vanished_s = 60")


def log_in(server, number):
    agent = Agent(server, number)
    accepted(agent.http.post("/api/v2/me", {"operationName": "StartContactCenterSession",
                                            "channels": ["voice"]}))
    accepted(agent.http.post("/api/v2/me/channels/voice", {"operationName": "Ready"}))
    assert state_of(agent) == "Ready"
    return agent


def state_of(agent):
    return agent.http.get("/api/v2/me/channels/voice").json["channel"]["userState"]["state"]


def sessions(server):
    text = Http(server).get("/metrics").body.decode()
    return int(next(line for line in text.splitlines()
                    if line.startswith("cordboard_bayeux_sessions ")).split()[1])


@pytest.fixture
def server(start_server, tmp_path):
    return configured(start_server, tmp_path, *LIMITS)


def test_a_vanished_desktop_is_noticed(server):
    idle, talking, orderly, other, back = (log_in(server, number) for number in (0, 1, 2, 3, 4))
    for agent in (idle, talking, back):
        LongPolling(server, agent.name).open(CALLS)
    LongPolling(server, orderly.name).open(CALLS).disconnect()
    call_id = talking.dial(other.dn)
    other.operate(call_id, "Answer")
    eventually(lambda: talking.call(call_id)["state"] == "Established", "the answer")
    eventually(lambda: sessions(server) == 0, "the end of all sessions")

    eventually(lambda: state_of(idle) == "NotReady", "who is idle being withdrawn")
    assert state_of(orderly) == "Ready"
    assert state_of(other) == "Ready"  # never had one
    assert talking.call(call_id)["state"] == "Established"
    other.operate(call_id, "Hangup")
    eventually(lambda: state_of(talking) == "NotReady", "who talked being withdrawn")

    LongPolling(server, back.name).open(CALLS)
    advance(server, 60000)
    assert state_of(idle) == "LoggedOut"
    assert state_of(talking) == "LoggedOut"
    assert state_of(back) == "NotReady"
    assert state_of(orderly) == "Ready"


def test_one_that_does_not_come_back_after_a_restart_is_noticed(server):
    gone, there = log_in(server, 0), log_in(server, 1)
    LongPolling(server, gone.name).open(CALLS)
    stays = LongPolling(server, there.name).open(CALLS)
    server.kill()
    server.start()
    gone, there = Agent(server, 0), Agent(server, 1)
    assert state_of(gone) == "Ready"

    def is_gone():
        stays.connect()
        return state_of(gone) == "NotReady"
    stays.poll_http.close()
    eventually(is_gone, "the end of the session that nobody comes back to")
    assert state_of(there) == "Ready"
    advance(server, 60000)
    assert state_of(gone) == "LoggedOut" and state_of(there) == "Ready"
