# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""Every test has a server of its own: a fresh data directory, simulated telephones, a clock that
stands still until the test winds it. When the test is over the server must end by SIGTERM with 0 and
without a word from a sanitizer."""

import pytest

from support.rest import Agent
from support.server import Server


@pytest.fixture
def start_server(tmp_path):
    """A function that starts a server; more than one, or one again, is fine."""
    servers = []

    def start(**options):
        options.setdefault("data", tmp_path / f"data{len(servers)}")
        server = Server(**options)
        servers.append(server)
        return server.start()

    yield start
    try:
        for server in servers:
            server.stop()
    finally:
        for server in servers:
            server.discard()


@pytest.fixture
def server(start_server):
    return start_server()


@pytest.fixture
def agents(server):
    return [Agent(server, number) for number in range(10)]
