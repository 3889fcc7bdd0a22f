# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""A small HTTP client that shows what is on the wire and holds it against api.schema.json, and one
agent of the demo on top of it."""

import base64
import http.client
import json
import time
import urllib.parse

from support import schema
from support.server import DEADLINE_S, PASSWORD


class Response:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers  # list of (lower-case name, value)
        self.body = body

    def header(self, name):
        for key, value in self.headers:
            if key == name.lower():
                return value
        return None

    def header_all(self, name):
        return [value for key, value in self.headers if key == name.lower()]

    @property
    def json(self):
        return json.loads(self.body.decode("utf-8"))

    def fits(self, method, target, dialect):
        """Itself, once it is seen to be what api.schema.json says of that request's answer."""
        if self.header("content-encoding"):  # the page's files only
            return self
        kind = self.header("content-type") or ""
        text = self.body.decode("utf-8") if kind.startswith(("application/json", "text/javascript")) else ""
        if kind.startswith("text/javascript"):  # of CometD as a call of a function, or the page's
            text = text.partition("(")[2].rpartition(")")[0] if "jsonp=" in target else ""
        if text:
            schema.check_answer(method, target, self.status, text, dialect)
        return self

    def __repr__(self):
        return f"<{self.status} {self.body[:500]!r}>"


def basic(user, password=PASSWORD):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class Http:
    """One kept-alive connection, Basic credentials if given, and a cookie jar."""

    def __init__(self, server, user=None, password=PASSWORD, keeps_cookies=True):
        self.server = server
        self.user = user
        self.authorization = basic(user, password) if user else None
        self.keeps_cookies = keeps_cookies
        self.cookies = {}
        self._connection = None

    def request(self, method, path, body=None, headers=None, timeout=DEADLINE_S):
        if self._connection is None:
            address = ("127.0.0.1", self.server.port)
            self._connection = (
                http.client.HTTPSConnection(*address, timeout=timeout, context=self.server.tls)
                if self.server.tls else http.client.HTTPConnection(*address, timeout=timeout))
        send = {}
        if self.authorization:
            send["Authorization"] = self.authorization
        if self.cookies:
            send["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode("utf-8")
        if body is not None:
            send["Content-Type"] = "application/json"
        send.update(headers or {})
        send = {name: value for name, value in send.items() if value is not None}
        try:
            if self._connection.sock is not None:
                self._connection.sock.settimeout(timeout)
            self._connection.request(method, path, body=body, headers=send)
            answer = self._connection.getresponse()
            response = Response(answer.status,
                                [(name.lower(), value) for name, value in answer.getheaders()],
                                answer.read())
        except BaseException:
            self.close()
            raise
        if answer.will_close:
            self.close()
        if self.keeps_cookies:
            for line in response.header_all("set-cookie"):
                name, _, value = line.split(";", 1)[0].partition("=")
                self.cookies[name.strip()] = value.strip()
        return response.fits(method, path, schema.dialect_of(self.server, self.user))

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body, **options):
        return self.request("POST", path, body=body, **options)

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class RawConnection:
    """Bytes out, bytes in: for pipelining, halves of requests, and things no library would send."""

    def __init__(self, server, timeout=DEADLINE_S, source=None):
        self.socket = server.connect(timeout, source)
        self.buffer = b""

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode("utf-8"))

    def _more(self):
        data = self.socket.recv(65536)
        self.buffer += data
        return bool(data)

    def response(self):
        """The next whole response; None when the peer closed instead."""
        while b"\r\n\r\n" not in self.buffer:
            if not self._more():
                assert not self.buffer, f"half a response: {self.buffer!r}"
                return None
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = []
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers.append((name.strip().lower(), value.strip()))
        answer = Response(int(lines[0].split(" ")[1]), headers, b"")
        length = int(answer.header("content-length") or 0)
        while len(self.buffer) < length:
            if not self._more():
                raise AssertionError(f"body cut short: {self.buffer!r}")
        answer.body, self.buffer = self.buffer[:length], self.buffer[length:]
        if length and (answer.header("content-type") or "").startswith("application/json"):
            schema.check_any(answer.status, answer.body.decode("utf-8"))
        return answer

    def is_closed_by_peer(self):
        """Waits for the end of the stream; anything that still comes is a failure."""
        try:
            return not self._more()
        except ConnectionResetError:
            return True

    def close(self):
        self.socket.close()


class Agent:
    """agent0 has telephone 15000, agent1 15001, and so on."""

    def __init__(self, server, number):
        self.server = server
        self.name = f"agent{number}"
        self.dn = str(15000 + number)
        self.http = Http(server, self.name)
        self._device_id = None

    @property
    def device_id(self):
        if self._device_id is None:
            devices = self.http.get("/api/v2/me/devices?fields=*").json["devices"]
            assert [device["phoneNumber"] for device in devices] == [self.dn]
            self._device_id = devices[0]["id"]
        return self._device_id

    @property
    def device_calls(self):
        return f"/api/v2/me/devices/{self.device_id}/calls"

    def call_path(self, call_id):
        return f"/api/v2/me/calls/{call_id}"

    def try_dial(self, number, **parameters):
        body = {"operationName": "Dial", "destination": {"phoneNumber": str(number)}, **parameters}
        return self.http.post(self.device_calls, body)

    def dial(self, number, **parameters):
        """Dials and returns the id of the new call."""
        before = {call["id"] for call in self.calls()}
        accepted(self.try_dial(number, **parameters))
        new = [call["id"] for call in self.calls() if call["id"] not in before]
        assert len(new) == 1, new
        return new[0]

    def try_operate(self, call_id, operation, **parameters):
        return self.http.post(self.call_path(call_id), {"operationName": operation, **parameters})

    def operate(self, call_id, operation, **parameters):
        accepted(self.try_operate(call_id, operation, **parameters))

    def calls(self):
        answer = self.http.get("/api/v2/me/calls?fields=*")
        assert answer.status == 200, answer
        return answer.json["calls"]

    def call(self, call_id):
        answer = self.http.get(self.call_path(call_id))
        assert answer.status == 200, answer
        return answer.json["call"]


def accepted(response):
    assert (response.status, response.body) == (200, b'{"statusCode":0}'), response
    return response


def refused(response, http_status, status_code, *words):
    """The error envelope and nothing else, its message holding each of the words."""
    assert response.status == http_status, response
    body = response.json
    assert set(body) == {"statusCode", "statusMessage"}, response
    assert body["statusCode"] == status_code, response
    assert isinstance(body["statusMessage"], str) and body["statusMessage"], response
    for word in words:
        assert word in body["statusMessage"], f"{word!r} not in {body['statusMessage']!r}"
    assert response.header("content-type").replace(" ", "").lower() in (
        "application/json;charset=utf-8", "application/json"), response.headers
    return body["statusMessage"]


class Telephone:
    """The hand on one simulated telephone. leg: which call is meant, by its place in legs or by the
    number at its other end; without it the one that fits."""

    _kind = "lines"

    def __init__(self, server, number):
        self.http = Http(server)
        self.number = str(number)
        self.path = f"/sim/v1/{self._kind}/{urllib.parse.quote(self.number, safe='+')}"

    def try_do(self, act, **parameters):
        given = {name: value for name, value in parameters.items() if value is not None}
        return self.http.post(self.path, {"do": act, **given})

    def do(self, act, **parameters):
        answer = self.try_do(act, **parameters)
        assert answer.status == 200, answer
        return answer

    def answer(self, leg=None):
        self.do("answer", leg=leg)

    def hang_up(self, leg=None):
        self.do("hangup", leg=leg)

    def dial(self, number):
        self.do("dial", number=str(number))

    def press(self, digits, leg=None):
        self.do("press", digits=digits, leg=leg)

    def hold(self, leg=None):
        self.do("hold", leg=leg)

    def retrieve(self, leg=None):
        self.do("retrieve", leg=leg)

    def transfer(self, number=None, leg=None):
        """To a number, or what it holds to its other call."""
        self.do("transfer", number=None if number is None else str(number), leg=leg)

    def redirect(self, number):
        self.do("redirect", number=str(number))

    def set_mode(self, mode):
        """talk, no-talk, refuse or busy."""
        self.do("mode", mode=mode)

    def unplug(self):
        self.do("unplug")

    def plug_in(self):
        self.do("register")

    def show(self):
        answer = self.http.get(self.path)
        assert answer.status == 200, answer
        return answer.json

    @property
    def legs(self):
        return self.show()["legs"]

    @property
    def leg(self):
        """Of a telephone with one call."""
        legs = self.legs
        assert len(legs) == 1, legs
        return legs[0]


class OutsideTelephone(Telephone):
    """The hand on a telephone beyond a trunk; there is one for every number."""

    _kind = "outside"

    def dial(self, number, trunk=None, shows=None):
        """shows: the caller's number as the trunk gives it; None: its own, "": withheld."""
        self.do("dial", number=str(number), trunk=trunk, **{"from": shows})


def outside(server, number):
    return OutsideTelephone(server, number)


def advance(server, milliseconds):
    """Winds the clock; when this returns, all that it caused is durable and released."""
    answer = Http(server).post("/sim/v1/clock", {"advanceMs": milliseconds})
    assert answer.status == 200, answer


def eventually(condition, what="the condition"):
    """Asks again and again until it holds; the server is asked, so every turn waits on the network."""
    deadline = time.monotonic() + DEADLINE_S
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true in {DEADLINE_S} s")
