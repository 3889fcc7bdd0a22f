# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""The main job, exactly: 15000 dials 15001, attaches data while Dialing, 15001 answers, 15000 hangs
up. Every answer and every notice to either side is a file in test/golden."""

import pytest

from support import golden
from support.bayeux import bayeux
from support.rest import Agent


@pytest.mark.parametrize("ack", [False, True], ids=["without-ack", "with-ack"])
@pytest.mark.parametrize("kind", ["long-polling", "websocket"])
def test_golden_exchange(server, kind, ack):
    caller, callee = Agent(server, 0), Agent(server, 1)
    listeners = {agent.dn: bayeux(kind, server, agent.name, ack).open("/v2/me/calls")
                 for agent in (caller, callee)}
    golden.check_life((caller, callee), listeners, server.base)
    for listener in listeners.values():
        assert listener.take_all() == []
