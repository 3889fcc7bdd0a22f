# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""The acknowledge extension: the number is the user's own event number; nothing is lost, nothing that
was confirmed comes again, on either transport and over a restart."""

import pytest

from support.bayeux import LongPolling, OverWebSocket, bayeux
from support.rest import Agent

KINDS = pytest.mark.parametrize("kind", ["long-polling", "websocket"])


def numbers(events):
    return [event["data"]["call"]["userData"]["n"] for event in events
            if event["data"].get("notificationType") == "AttachedDataChanged"]


def talk(agent, call_id, *values):
    for value in values:
        agent.operate(call_id, "UpdateUserData", userData={"n": value})


def test_what_the_replay_no_longer_has_is_told_at_the_first_connect(start_server, tmp_path):
    """A client is away while something happens; others push the start of the replay past that, and the
    server is killed: no later event of the user is needed for the client to hear of it."""
    config = tmp_path / "short.ini"
    config.write_text("[journal]\nsnapshot_batches = 100\n")
    server = start_server(options=["--config", str(config)])
    session = LongPolling(server, "agent0", ack=True).open("/v2/me/calls")
    quiet = Agent(server, 0)
    assert session.last_ack == 0
    quiet.operate(quiet.dial("15001"), "Hangup")
    last = int(quiet.http.get("/api/v2/me/calls").header("x-cordboard-sequence"))
    assert last > 0
    loud = Agent(server, 2)
    call_id = loud.dial("15003")
    talk(loud, call_id, *range(450))
    server.kill()
    server.start()
    session.close()
    session.settle()
    event = session.events.popleft()
    assert event["channel"] == "/v2/me/resync", event
    assert event["data"] == {"messageType": "ResyncMessage", "from": 1, "to": last}
    assert not session.events and session.last_ack == last
    session.settle()
    assert not session.events


@KINDS
def test_negotiation(server, kind):
    assert bayeux(kind, server, "agent0", ack=True).handshake()["ext"]["ack"] is True
    reply = bayeux(kind, server, "agent0").handshake()
    assert not reply.get("ext", {}).get("ack")
    reply = bayeux(kind, server, "agent0").handshake(ext={"ack": "yes"})
    assert not reply.get("ext", {}).get("ack")


@KINDS
def test_each_connect_reply_carries_the_number_of_the_last_event(server, kind):
    session = bayeux(kind, server, "agent0", ack=True).open("/**")
    agent = Agent(server, 0)
    call_id = agent.dial("15001")
    first = session.last_ack
    session.wait_call(state="Dialing")
    while not session.last_ack > first:
        session.poll(5)
    before = session.last_ack
    talk(agent, call_id, 1, 2, 3)
    assert numbers(session.take_all()) == [1, 2, 3]
    assert session.last_ack == before + 3
    assert session.last_ack == int(agent.http.get("/api/v2/me/calls").header("x-cordboard-sequence"))


def test_an_unconfirmed_reply_is_sent_again_at_once(server):
    session = LongPolling(server, "agent0", ack=True).open("/v2/me/calls")
    agent = Agent(server, 0)
    call_id = agent.dial("15001")
    session.take_all()
    confirmed = session.last_ack
    talk(agent, call_id, 1, 2)
    assert numbers(session.take_all()) == [1, 2]
    after = session.last_ack
    session.last_ack = confirmed  # as if that reply had been lost on the way
    talk(agent, call_id, 3)
    assert numbers(session.take_all()) == [1, 2, 3]
    assert session.last_ack == after + 1


def test_what_was_confirmed_never_comes_again(server):
    session = LongPolling(server, "agent0", ack=True).open("/v2/me/calls")
    agent = Agent(server, 0)
    call_id = agent.dial("15001")
    seen = numbers(session.take_all())
    for i in range(20):
        talk(agent, call_id, i)
        seen += numbers(session.take_all())
    assert seen == list(range(20))


def test_with_ack_events_come_with_connect_replies_only(server):
    session = LongPolling(server, "agent0", ack=True).open("/v2/me/calls")
    Agent(server, 0).dial("15001")
    replies = session.post([session.message("/meta/subscribe", subscription="/v2/me/devices")])
    assert all("data" not in reply for reply in replies)
    assert session.wait_call(state="Dialing")


@KINDS
@pytest.mark.parametrize("ending", ["SIGTERM", "kill -9"])
def test_a_restart_loses_nothing_and_repeats_nothing(server, kind, ending):
    session = bayeux(kind, server, "agent0", ack=True).open("/v2/me/calls")
    agent = Agent(server, 0)
    call_id = agent.dial("15001")
    session.take_all()
    session.connect(timeout_ms=0)  # confirms
    talk(agent, call_id, 1, 2)
    client_id = session.client_id
    server.stop() if ending == "SIGTERM" else server.kill()
    server.start()
    agent.http.close()
    session.reopen() if kind == "websocket" else session.close()
    talk(agent, call_id, 3)
    assert numbers(session.take_all()) == [1, 2, 3]
    assert session.client_id == client_id


def test_a_dropped_websocket_resumes_on_a_new_one(server):
    session = OverWebSocket(server, "agent0", ack=True).open("/v2/me/calls")
    agent = Agent(server, 0)
    call_id = agent.dial("15001")
    session.take_all()
    session.connect(timeout_ms=0)
    session.socket.close()
    talk(agent, call_id, 1, 2, 3)
    session.reopen()
    assert numbers(session.take_all()) == [1, 2, 3]


@KINDS
def test_what_is_too_old_to_be_kept_is_told_as_a_resync_and_not_as_silence(server, kind):
    session = bayeux(kind, server, "agent0", ack=True).open("/v2/me/calls")
    agent = Agent(server, 0)
    call_id = agent.dial("15001")
    session.take_all()
    session.connect(timeout_ms=0)
    confirmed = session.last_ack
    talk(agent, call_id, *range(600))  # a ring keeps 256
    first, *rest = session.take_all()
    assert first["channel"] == "/v2/me/resync" and first["data"]["messageType"] == "ResyncMessage"
    got = numbers(rest)
    assert 0 < got[0] and got == list(range(got[0], 600))
    assert session.last_ack == confirmed + 600
