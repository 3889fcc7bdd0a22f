# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""The main job, exactly: 15000 dials 15001, attaches data while Dialing, 15001 answers, 15000 hangs
up. Every answer and every notice to either side is a file in test/golden."""

import pytest

from support import golden
from support.bayeux import bayeux
from support.rest import Agent

LIFE = [("dial", 0), ("attach-user-data", 0), ("update-user-data", 0), ("delete-user-data-pair", 0),
        ("delete-user-data", 0), ("answer", 1), ("send-dtmf", 0), ("hangup", 0)]


@pytest.mark.parametrize("ack", [False, True], ids=["without-ack", "with-ack"])
@pytest.mark.parametrize("kind", ["long-polling", "websocket"])
def test_golden_exchange(server, kind, ack):
    caller, callee = Agent(server, 0), Agent(server, 1)
    listeners = {agent.dn: bayeux(kind, server, agent.name, ack).open("/v2/me/calls")
                 for agent in (caller, callee)}
    known = {"base": server.base, "device id of 15000": caller.device_id,
             "device id of 15001": callee.device_id}
    for name, who in LIFE:
        golden.check_exchange(name, (caller, callee)[who], listeners, known)
    for listener in listeners.values():
        assert listener.take_all() == []
