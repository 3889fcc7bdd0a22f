# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""One structured line per request; never a password, a token or user data."""

import re

from support.bayeux import LongPolling, OverWebSocket
from support.rest import Agent, Http, basic


def test_no_secret_reaches_the_log(server):
    agent = Agent(server, 0)
    polling = LongPolling(server, "agent0", ack=True).open("/v2/me/calls")
    socket = OverWebSocket(server, "agent0").open("/v2/me/calls")
    call_id = agent.dial("15001", userData={"TOPSECRETKEY": "TOPSECRETVALUE"})
    agent.operate(call_id, "UpdateUserData", userData={"TOPSECRETKEY": "TOPSECRETVALUE2"})
    agent.try_operate(call_id, "AttachUserData", userData="TOPSECRETVALUE3")
    Http(server, "agent0", "TOPSECRETPASSWORD").get("/api/v2/me")
    Http(server).get("/api/v2/me?password=TOPSECRETQUERY")
    Http(server).get("/api/v2/me", headers={"Authorization": "Bearer TOPSECRETTOKEN"})
    csrf = agent.http.get("/api/v2/me").header("x-csrf-token")
    polling.take_all()
    server.stop()
    text = server.text()
    for secret in ("TOPSECRET", basic("agent0").split()[1], agent.http.cookies["JSESSIONID"], csrf,
                   polling.client_id, polling.http.cookies["BAYEUX_BROWSER"], socket.client_id):
        assert secret not in text, secret
    assert "$argon2" not in text


def test_one_line_per_request(server):
    Http(server).get("/api/v2/diagnostics/version")
    Http(server, "agent0").get("/api/v2/me/calls")
    Http(server).get("/nothing/at/all")
    server.stop()
    for path, status in (("/api/v2/diagnostics/version", 200), ("/api/v2/me/calls", 200),
                         ("/nothing/at/all", None)):
        lines = [line for line in server.output if f"path={path}" in line or f'path="{path}"' in line]
        assert len(lines) == 1, lines
        assert "method=GET" in lines[0]
        if status:
            assert f"status={status}" in lines[0]


def test_a_path_can_not_forge_a_line(server):
    Http(server).get("/x%0Alevel=error%20forged")
    server.stop()
    assert not any(line.startswith("level=error forged") for line in server.output)
