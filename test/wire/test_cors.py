# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""Pages of other origins: which may read answers, what their browsers are told, and with which
cookies they come."""

import pytest

from support.bayeux import NOTIFICATIONS
from support.config import configured
from support.rest import Http, RawConnection, accepted, basic, refused

CRM = "https://crm.example"
BRANCH = "https://berlin.branch.example:8443"
EVIL = "https://evil.example"
ASKED = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-csrf-token"}
HANDSHAKE = [{"channel": "/meta/handshake", "version": "1.0", "id": "1", "supportedConnectionTypes": ["long-polling"]}]


@pytest.fixture
def shared(start_server, tmp_path):
    """A server whose answers two other origins may read."""
    return configured(start_server, tmp_path, f"allowed_origins = {CRM}, https://*.branch.example:8443")


def says(answer, origin):
    """The lines of a readable answer, all of them, each once."""
    assert answer.header_all("access-control-allow-origin") == [origin], answer.headers
    assert answer.header_all("access-control-allow-credentials") == ["true"]
    assert answer.header_all("access-control-expose-headers") == ["X-CSRF-HEADER,X-CSRF-TOKEN"]
    assert answer.header_all("vary") == ["Origin"]


def says_nothing(answer):
    assert not [name for name, _ in answer.headers if name.startswith("access-control-")], answer.headers


@pytest.mark.parametrize("path", [
    "/api/v2/me", "/api/v2/me/calls/x", "/api/v2/diagnostics/version", "/api/v2/nothing", "/internal-api/x",
    NOTIFICATIONS, NOTIFICATIONS + "/handshake"])
@pytest.mark.parametrize("origin", [CRM, BRANCH])
def test_a_preflight_of_an_allowed_origin_needs_no_credentials(shared, path, origin):
    answer = Http(shared).request("OPTIONS", path, headers={"Origin": origin, **ASKED})
    assert answer.status == 204 and answer.body == b"", answer
    says(answer, origin)
    assert answer.header("access-control-allow-methods") == "GET,POST,PUT,DELETE,OPTIONS"
    allowed = answer.header("access-control-allow-headers").lower().split(",")
    assert set(allowed) == {"x-requested-with", "content-type", "accept", "origin", "cookie", "authorization", "ssid",
                            "surl", "contactcenterid", "x-csrf-token"}
    assert int(answer.header("access-control-max-age")) > 0


@pytest.mark.parametrize("origin", [EVIL, "null", "https://branch.example:8443", "http://crm.example",
                                    "https://evil.example:1.branch.example:8443"])
@pytest.mark.parametrize("path", ["/api/v2/me", NOTIFICATIONS])
def test_a_preflight_of_another_origin_is_refused(shared, path, origin):
    answer = Http(shared).request("OPTIONS", path, headers={"Origin": origin, **ASKED})
    refused(answer, 403, 5, "origin", "allowed_origins")
    says_nothing(answer)
    assert answer.header("vary") == "Origin"
    shared.wait_line("cors.refused")


def test_without_configuration_only_the_own_origin_is_allowed(server):
    answer = Http(server).request("OPTIONS", "/api/v2/me", headers={"Origin": CRM, **ASKED})
    refused(answer, 403, 5, "allowed_origins")
    answer = Http(server).request("OPTIONS", "/api/v2/me", headers={"Origin": server.base, **ASKED})
    assert answer.status == 204
    says(answer, server.base)


def test_an_options_that_is_no_preflight_is_an_ordinary_request(shared):
    answer = Http(shared, "agent0").request("OPTIONS", "/api/v2/me", headers={"Origin": CRM})
    assert answer.status == 405 and answer.header("allow") == "GET, POST"
    answer = Http(shared, "agent0").request("OPTIONS", "/api/v2/me", headers=ASKED)
    assert answer.status == 405


@pytest.mark.parametrize("method,path,body,status", [
    ("GET", "/api/v2/me", None, 200),
    ("GET", "/api/v2/me/calls/nothing", None, 404),
    ("GET", "/api/v2/nothing", None, 404),
    ("GET", "/api/v2/diagnostics/version", None, 200),
    ("GET", "/internal-api/business-attributes", None, 200),
    ("POST", "/api/v2/me", "no json", 400),
    ("POST", "/api/v2/me", {"operationName": "StartContactCenterSession", "channels": ["voice"]}, 200),
    ("PUT", "/api/v2/me", {}, 405),
    ("POST", NOTIFICATIONS, HANDSHAKE, 200),
    ("POST", NOTIFICATIONS + "/handshake", HANDSHAKE, 200),
    ("POST", NOTIFICATIONS, "no json", 400),
])
def test_answers_and_refusals_can_be_read_by_allowed_origins_only(shared, method, path, body, status):
    agent = Http(shared, "agent0")
    for origin in (CRM, BRANCH):
        answer = agent.request(method, path, body=body, headers={"Origin": origin})
        assert answer.status == status, answer
        says(answer, origin)
    answer = agent.request(method, path, body=body, headers={"Origin": EVIL})
    says_nothing(answer)
    assert answer.header("vary") == "Origin"
    answer = agent.request(method, path, body=body)
    assert answer.status == status
    says_nothing(answer)
    assert answer.header("vary") == "Origin"


def test_who_is_not_logged_in_can_read_why(shared):
    answer = Http(shared).get("/api/v2/me", headers={"Origin": CRM})
    refused(answer, 403, 20)
    says(answer, CRM)
    answer = Http(shared, "agent0", "wrong").get("/api/v2/me", headers={"Origin": CRM})
    refused(answer, 403, 20)
    says(answer, CRM)


def test_a_refusal_of_a_request_that_was_not_read_to_its_end_can_be_read(shared):
    raw = RawConnection(shared)
    raw.send(f"POST /api/v2/me HTTP/1.1\r\nHost: x\r\nOrigin: {CRM}\r\nContent-Length: 99999999999\r\n\r\n")
    answer = raw.response()
    assert answer.status == 400 and answer.json["statusCode"] == 10, answer
    says(answer, CRM)
    raw.close()


def test_a_held_long_poll_can_be_read_when_it_is_answered(shared):
    http = Http(shared, "agent0")
    session = http.post(NOTIFICATIONS, HANDSHAKE, headers={"Origin": CRM}).json[0]
    connect = [{"channel": "/meta/connect", "id": "2", "clientId": session["clientId"],
                "connectionType": "long-polling", "advice": {"timeout": 50}}]
    answer = http.post(NOTIFICATIONS, connect, headers={"Origin": CRM})
    assert answer.json[0]["channel"] == "/meta/connect"
    says(answer, CRM)


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/", "/sim/v1/lines/15000"])
def test_what_is_not_the_api_is_not_shared(shared, path):
    answer = Http(shared).get(path, headers={"Origin": CRM})
    is_closed = path.startswith("/sim/")  # there is no log-in
    assert answer.status == (403 if is_closed else 200)
    says_nothing(answer)
    assert Http(shared).request("OPTIONS", path, headers={"Origin": CRM, **ASKED}).status == (403 if is_closed else 405)


def test_the_same_origin_is_as_ever(server):
    answer = Http(server, "agent0").get("/api/v2/me")
    says_nothing(answer)
    assert answer.header("vary") is None


def test_a_page_of_an_allowed_origin_acts_with_the_cookie(shared):
    http = Http(shared)
    answer = http.get("/api/v2/me", headers={"Origin": CRM, "Authorization": basic("agent0")})
    assert answer.header("x-csrf-token") and "JSESSIONID" in http.cookies
    start = {"operationName": "StartContactCenterSession", "channels": ["voice"]}
    accepted(http.post("/api/v2/me", start, headers={"Origin": CRM}))
    answer = http.post("/api/v2/me", start, headers={"Origin": EVIL})
    refused(answer, 403, 5, "Csrf")
    says_nothing(answer)


def test_a_public_url_is_an_origin_without_path_and_usual_port(start_server, tmp_path):
    server = configured(start_server, tmp_path, "public_url = https://voice.example:443/telephony",
                        "allowed_origins = http://crm.example:80")
    for origin in ("https://voice.example", "http://crm.example"):
        says(Http(server).get("/api/v2/diagnostics/version", headers={"Origin": origin}), origin)
