# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""Who asks: Basic credentials on every request, or the JSESSIONID cookie that the first one gets."""

import json
import re
import urllib.parse

import pytest

from support.bayeux import LongPolling
from support.rest import Agent, Http, RawConnection, accepted, basic, refused


def cookie_of(answer):
    lines = [line for line in answer.header_all("set-cookie") if line.startswith("JSESSIONID=")]
    assert len(lines) == 1, answer.headers
    return lines[0]


def cookie_only(server, user="agent0"):
    """A client that logged in once and from then on shows the cookie alone."""
    http = Http(server, user)
    assert http.get("/api/v2/me").status == 200
    http.authorization = None
    return http


def test_the_first_get_gives_a_session_cookie(server):
    line = cookie_of(Http(server, "agent0").get("/api/v2/me"))
    attributes = {part.strip().lower() for part in line.split(";")[1:]}
    assert {"httponly", "path=/", "samesite=lax"} <= attributes
    assert "agent0" not in line and "demo" not in line


def test_the_cookie_authenticates(server):
    http = cookie_only(server)
    assert http.get("/api/v2/me").json["user"]["userName"] == "agent0"
    accepted(http.post("/api/v2/me", {"operationName": "StartContactCenterSession", "channels": ["voice"]}))


def test_basic_beside_a_cookie_is_fine_and_keeps_the_session(server):
    http = Http(server, "agent0")
    http.get("/api/v2/me")
    first = dict(http.cookies)
    assert http.get("/api/v2/me").status == 200
    assert http.cookies == first


def test_basic_of_another_user_beside_the_cookie_decides(server):
    http = Http(server, "agent0")
    http.get("/api/v2/me")
    http.authorization = basic("agent1")
    assert http.get("/api/v2/me").json["user"]["userName"] == "agent1"


def test_wrong_basic_beside_a_good_cookie_is_refused(server):
    http = cookie_only(server)
    http.authorization = basic("agent0", "wrong")
    refused(http.get("/api/v2/me"), 403, 20)


@pytest.mark.parametrize("ending", ["SIGTERM", "kill -9"])
def test_the_cookie_and_its_csrf_token_outlive_a_restart(server, ending):
    http = cookie_only(server)
    token = http.get("/api/v2/me").header("x-csrf-token")
    if ending == "SIGTERM":
        server.stop()
    else:
        server.kill()
    server.start()
    http.close()
    answer = http.get("/api/v2/me")
    assert answer.status == 200 and answer.header("x-csrf-token") == token
    accepted(http.post("/api/v2/me", {"operationName": "EndContactCenterSession"},
                       headers={"Origin": "https://evil.example", "X-CSRF-TOKEN": token}))


def test_a_changed_cookie_is_worth_nothing(server):
    http = cookie_only(server)
    value = http.cookies["JSESSIONID"]
    middle = len(value) // 2
    for bad in (value[:-1], value + "A", value[:middle] + ("B" if value[middle] != "B" else "C") + value[middle + 1:]):
        http.cookies["JSESSIONID"] = bad
        refused(http.get("/api/v2/me"), 403, 20)
    http.cookies["JSESSIONID"] = value
    assert http.get("/api/v2/me").status == 200


def test_an_ended_session_stays_ended_after_a_restart(server):
    http = cookie_only(server)
    cookies = dict(http.cookies)
    accepted(http.post("/api/v2/me", {"operationName": "EndContactCenterSession"}))
    server.kill()
    server.start()
    http.close()
    http.cookies = cookies
    refused(http.get("/api/v2/me"), 403, 20)


def test_every_get_names_the_csrf_header_and_gives_the_token(server):
    answer = Http(server, "agent0").get("/api/v2/me")
    assert answer.header("x-csrf-header") == "X-CSRF-TOKEN"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", answer.header("x-csrf-token"))


CROSS = {"Origin": "https://evil.example"}


@pytest.mark.parametrize("headers,allowed", [
    ({}, True),                                          # no browser
    (CROSS, False),
    ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"Origin": "null"}, False),
    ({**CROSS, "X-CSRF-TOKEN": "right"}, True),
    ({**CROSS, "X-CSRF-TOKEN": "wrong"}, False),
    ({"Sec-Fetch-Site": "same-origin", "X-CSRF-TOKEN": "right"}, True),
    ({**CROSS, "Authorization": basic("agent0")}, True),  # Basic needs none
])
@pytest.mark.parametrize("path,body", [
    ("/api/v2/me", {"operationName": "StartContactCenterSession", "channels": ["voice"]}),
    ("/api/v2/notifications/handshake", [{"channel": "/meta/handshake", "version": "1.0", "id": "1",
                                          "supportedConnectionTypes": ["long-polling"]}]),
], ids=["rest", "cometd"])
def test_what_changes_something_with_only_the_cookie_must_show_where_it_comes_from(server, path, body, headers,
                                                                                   allowed):
    http = cookie_only(server)
    token = http.get("/api/v2/me").header("x-csrf-token")
    headers = {name: token if value == "right" else value for name, value in headers.items()}
    answer = http.post(path, body, headers=headers)
    if allowed:
        assert answer.status == 200, answer
    else:
        refused(answer, 403, 5, "Csrf")


def test_reading_with_the_cookie_needs_no_token(server):
    assert cookie_only(server).get("/api/v2/me", headers=CROSS).status == 200


@pytest.mark.parametrize("headers,allowed", [
    ({}, True),                                 # no browser
    ({"Sec-Fetch-Site": "same-origin"}, True),  # a script of our own page
    ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"Sec-Fetch-Site": "same-site"}, False),
    (CROSS, False),
])
def test_no_other_page_reads_events_as_a_script(server, headers, allowed):
    http = cookie_only(server)
    message = json.dumps([{"channel": "/meta/handshake", "version": "1.0", "id": "1",
                           "supportedConnectionTypes": ["callback-polling"]}])
    answer = http.get(f"/api/v2/notifications?{urllib.parse.urlencode({'message': message, 'jsonp': 'f'})}",
                      headers=headers)
    if allowed:
        assert answer.status == 200 and b'"successful":true' in answer.body, answer
    else:
        refused(answer, 403, 5, "Csrf")


def test_many_wrong_passwords_at_once_do_not_keep_others_out(server):
    guesses = [Http(server, "agent0", f"guess{i}") for i in range(5)]
    for guess in guesses:
        refused(guess.get("/api/v2/me"), 403, 20)
    assert Agent(server, 0).http.get("/api/v2/me").status == 200


def test_a_flood_of_wrong_passwords_from_one_address_costs_others_one_turn(server):
    flood = [RawConnection(server) for _ in range(200)]
    for number, connection in enumerate(flood):
        connection.send(f"GET /api/v2/me HTTP/1.1\r\nHost: x\r\n"
                        f"Authorization: {basic(f'nobody{number}', f'guess{number}')}\r\n\r\n")
    other = RawConnection(server, source="127.0.0.2")
    other.send(f"GET /api/v2/me HTTP/1.1\r\nHost: x\r\nAuthorization: {basic('agent1')}\r\n\r\n")
    assert other.response().status == 200
    other.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    done = re.search(r"^cordboard_auth_verifications_total (\d+)", other.response().body.decode(), re.M)
    assert int(done.group(1)) < 150
    for connection in flood:
        assert connection.response().status == 403
        connection.close()
    other.close()


def test_a_name_guessed_at_has_four_guesses_waiting_and_no_more(server):
    guesses = [RawConnection(server) for _ in range(40)]
    for number, connection in enumerate(guesses):
        connection.send(f"GET /api/v2/me HTTP/1.1\r\nHost: x\r\n"
                        f"Authorization: {basic('agent0', f'guess{number}')}\r\n\r\n")
    answers = [connection.response() for connection in guesses]
    for connection in guesses:
        connection.close()
    overloaded = [answer for answer in answers if answer.status == 500]
    assert overloaded and {answer.status for answer in answers} == {403, 500}
    for answer in overloaded:
        refused(answer, 500, 4, "wait to be authenticated")


@pytest.mark.parametrize("user,password", [("agent0", "x" * 129), ("agent0", "x" * 11000), ("x" * 300, "demo")])
def test_a_password_longer_than_any_is_wrong(server, user, password):
    refused(Http(server, user, password).get("/api/v2/me"), 403, 20, "Access denied")
    assert "cordboard_auth_verifications_total 0" in Http(server).get("/metrics").body.decode()


def test_cometd_messages_must_come_from_the_sessions_user(server):
    session = LongPolling(server, "agent0")
    session.handshake()
    session.http.authorization = basic("agent1")
    session.http.cookies.pop("JSESSIONID", None)
    replies = session.post([session.message("/meta/subscribe", subscription="/v2/me/calls")])
    assert replies[0]["successful"] is False and replies[0]["error"].startswith("402"), replies
