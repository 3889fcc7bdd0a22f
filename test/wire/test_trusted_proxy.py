# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""A proxy in front: whose word about the client counts, and what follows from it. The loopback's many
addresses play the proxy and the strangers."""

import re

import pytest

from support.bayeux import NOTIFICATIONS, OverWebSocket
from support.config import configured
from support.rest import Http, RawConnection, accepted, basic, refused

CRM = "https://crm.example"
HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "voice.localhost"}
START = {"operationName": "StartContactCenterSession", "channels": ["voice"]}
HANDSHAKE = [{"channel": "/meta/handshake", "version": "1.0", "id": "1", "supportedConnectionTypes": ["long-polling"]}]


@pytest.fixture
def proxied(start_server, tmp_path):
    return configured(start_server, tmp_path, "trusted_proxies = 127.0.0.1, 10.0.0.0/8", "trusted_proxies = ::1")


def attributes(answer, name):
    lines = [line for line in answer.header_all("set-cookie") if line.startswith(name + "=")]
    assert len(lines) == 1, answer.headers
    return {part.strip() for part in lines[0].split(";")[1:]} - {"Path=/", "HttpOnly"}


def test_the_log_names_the_client(proxied):
    Http(proxied).get("/healthz", headers={"X-Forwarded-For": "192.0.2.1, 192.0.2.7, 10.1.1.1"})
    assert "peer=192.0.2.7" in proxied.wait_line("path=/healthz")
    Http(proxied, "agent0", "wrong").get("/api/v2/me", headers={"X-Forwarded-For": "2001:db8::7"})
    assert "[2001:db8::7]" in proxied.wait_line("auth.denied")


def test_what_strangers_say_is_ignored(proxied):
    raw = RawConnection(proxied, source="127.0.0.2")
    raw.send(f"GET /api/v2/me HTTP/1.1\r\nHost: x\r\nAuthorization: {basic('agent0')}\r\n"
             "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n\r\n")
    answer = raw.response()
    assert attributes(answer, "JSESSIONID") == {"SameSite=Lax"}
    assert "peer=127.0.0.2:" in proxied.wait_line("path=/api/v2/me")
    raw.close()


def test_without_configuration_nobody_is_trusted(server):
    answer = Http(server, "agent0").get("/api/v2/me", headers={"X-Forwarded-For": "192.0.2.7", **HTTPS})
    assert attributes(answer, "JSESSIONID") == {"SameSite=Lax"}
    assert "peer=127.0.0.1:" in server.wait_line("path=/api/v2/me")


def test_a_flood_of_wrong_passwords_costs_clients_behind_the_same_proxy_one_turn(proxied):
    def ask(address, user, password):
        connection = RawConnection(proxied)
        connection.send(f"GET /api/v2/me HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {address}\r\n"
                        f"Authorization: {basic(user, password)}\r\n\r\n")
        return connection

    flood = [ask("192.0.2.7", f"nobody{number}", f"guess{number}") for number in range(200)]
    other = ask("192.0.2.8", "agent1", "demo")
    assert other.response().status == 200
    other.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    done = re.search(r"^cordboard_auth_verifications_total (\d+)", other.response().body.decode(), re.M)
    assert int(done.group(1)) < 150
    for connection in flood:
        assert connection.response().status == 403
        connection.close()
    other.close()


def test_cookies_are_secure_where_the_client_came_by_https(proxied):
    answer = Http(proxied, "agent0").get("/api/v2/me", headers=HTTPS)
    assert attributes(answer, "JSESSIONID") == {"Secure", "SameSite=Lax"}
    answer = Http(proxied, "agent0").post(NOTIFICATIONS, HANDSHAKE, headers=HTTPS)
    assert attributes(answer, "BAYEUX_BROWSER") == {"Secure", "SameSite=Lax"}
    answer = Http(proxied, "agent0").get("/api/v2/me", headers={"X-Forwarded-Proto": "http"})
    assert attributes(answer, "JSESSIONID") == {"SameSite=Lax"}


@pytest.mark.parametrize("line", ["trusted_proxies = 127.0.0.1", "public_url = https://voice.example"])
def test_cookies_cross_sites_where_other_origins_are_allowed(start_server, tmp_path, line):
    server = configured(start_server, tmp_path, line, f"allowed_origins = {CRM}")
    http = Http(server, "agent0")
    assert attributes(http.get("/api/v2/me", headers=HTTPS), "JSESSIONID") == {"Secure", "SameSite=None"}
    answer = http.post(NOTIFICATIONS, HANDSHAKE, headers=HTTPS)
    assert attributes(answer, "BAYEUX_BROWSER") == {"Secure", "SameSite=None"}
    answer = http.post("/api/v2/me", {"operationName": "EndContactCenterSession"}, headers=HTTPS)
    assert {"Secure", "SameSite=None"} <= attributes(answer, "JSESSIONID")


def test_a_page_of_the_own_origin_acts_by_whatever_name_it_came(proxied):
    http = Http(proxied)
    http.get("/api/v2/me", headers={"Authorization": basic("agent0")})
    accepted(http.post("/api/v2/me", START, headers={"Origin": "https://voice.localhost", **HTTPS}))
    for origin in ("http://voice.localhost", "https://voice.localhost:8443", "https://evil.example"):
        refused(http.post("/api/v2/me", START, headers={"Origin": origin, **HTTPS}), 403, 5, "Csrf")
    refused(http.post("/api/v2/me", START, headers={"Origin": "https://voice.localhost", "Host": "voice.localhost"}),
            403, 5, "Csrf")
    accepted(http.post("/api/v2/me", START, headers={"Origin": "http://voice.localhost", "Host": "voice.localhost"}))


def test_where_clients_use_https_a_page_without_it_is_not_the_own_one(start_server, tmp_path):
    server = configured(start_server, tmp_path, "public_url = https://voice.example")
    http = Http(server)
    http.get("/api/v2/me", headers={"Authorization": basic("agent0")})
    refused(http.post("/api/v2/me", START, headers={"Origin": "http://voice.example", "Host": "voice.example"}),
            403, 5, "Csrf")
    accepted(http.post("/api/v2/me", START, headers={"Origin": "https://voice.example", "Host": "voice.example"}))


def test_a_websocket_has_the_client_that_opened_it(proxied):
    headers = {"Authorization": basic("agent0"), "X-Forwarded-For": "192.0.2.7"}
    session = OverWebSocket(proxied, "agent0", headers=headers).open("/v2/me/calls")
    session.close()
    lines = [line for line in proxied.output if "status=101" in line]
    assert len(lines) == 1 and "peer=192.0.2.7" in lines[0]
