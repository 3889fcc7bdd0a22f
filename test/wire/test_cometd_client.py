# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""The golden exchange with the client that desktops use: npm cometd, over long-polling and over
WebSocket, with and without its ack extension."""

import json
import subprocess

import pytest

from support import golden
from support.rest import Agent
from support.server import PASSWORD, ROOT

CLIENT = ROOT / "test" / "wire" / "cometd"


@pytest.mark.parametrize("ack", [False, True], ids=["without-ack", "with-ack"])
@pytest.mark.parametrize("kind", ["long-polling", "websocket"])
def test_golden_exchange_with_the_cometd_client(server, kind, ack):
    caller, callee = Agent(server, 0), Agent(server, 1)
    client = subprocess.Popen(["node", str(CLIENT / "listen.mjs")], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    try:
        client.stdin.write(json.dumps({"url": f"{server.base}/api/v2/notifications", "user": caller.name,
                                       "password": PASSWORD, "transport": kind, "ack": ack,
                                       "channel": "/v2/me/calls"}) + "\n")
        client.stdin.flush()
        ready = json.loads(client.stdout.readline())
        assert ready == {"ready": True, "transport": kind, "ack": ack}, ready
        golden.check_life((caller, callee), {caller.dn: Lines(client.stdout)}, server.base)
        client.stdin.write(json.dumps({"bye": True}) + "\n")
        client.stdin.close()
        assert json.loads(client.stdout.readline()) == {"bye": True}
        assert client.wait(20) == 0
    finally:
        client.kill()
        client.wait()


class Lines:
    """The listener that golden wants: the events as the client printed them."""

    def __init__(self, stream):
        self.stream = stream

    def wait(self):
        return json.loads(self.stream.readline())
