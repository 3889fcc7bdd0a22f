# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""CometD clients of our own over long-polling and WebSocket, with or without the ack extension.

They hold nothing back: every message that comes is in .received, every event also in .events until
it is taken. A test says when a connect is sent; wait() sends as many as it needs.
"""

import collections
import itertools
import json
import time

from support.rest import Http, RawConnection
from support.server import DEADLINE_S
from support.websocket import WebSocket

NOTIFICATIONS = "/api/v2/notifications"
CALLS = "/v2/me/calls"


class Bayeux:
    def __init__(self, ack=False):
        self.ack = ack
        self.last_ack = 0
        self.client_id = None
        self.advice = {}
        self.events = collections.deque()
        self.received = []
        self._ids = itertools.count(1)

    # What the transports do: post messages, return all that came back for them.
    def exchange(self, messages, kind):
        raise NotImplementedError

    def message(self, channel, **fields):
        message = {"id": str(next(self._ids)), "channel": channel}
        if self.client_id and channel != "/meta/handshake":
            message["clientId"] = self.client_id
        message.update(fields)
        return message

    def take_in(self, messages):
        for message in messages:
            self.received.append(message)
            if "data" in message and "successful" not in message:
                self.events.append(message)
            if "advice" in message:
                self.advice = message["advice"]
            if message.get("channel") == "/meta/connect" and self.ack:
                self.last_ack = message.get("ext", {}).get("ack", self.last_ack)

    def handshake(self, **fields):
        if self.ack:
            fields.setdefault("ext", {"ack": True})
        request = {"version": "1.0", "minimumVersion": "1.0",
                   "supportedConnectionTypes": ["websocket", "long-polling"], **fields}
        reply = self.call("/meta/handshake", **request)
        assert reply["successful"] is True, reply
        self.client_id = reply["clientId"]
        return reply

    def subscribe(self, *channels):
        reply = self.call("/meta/subscribe", subscription=channels[0] if len(channels) == 1 else list(channels))
        assert reply["successful"] is True, reply
        return reply

    def unsubscribe(self, channel):
        return self.call("/meta/unsubscribe", subscription=channel)

    def disconnect(self):
        return self.call("/meta/disconnect")

    def connect_message(self, timeout_ms=None, **fields):
        if self.ack:
            fields.setdefault("ext", {"ack": self.last_ack})
        if timeout_ms is not None:
            fields["advice"] = {"timeout": timeout_ms}
        return self.message("/meta/connect", connectionType=self.connection_type, **fields)

    def open(self, *channels):
        """Handshake, subscribe, first connect: as a desktop comes up."""
        self.handshake()
        if channels:
            self.subscribe(*channels)
        self.connect(timeout_ms=0)
        return self

    def wait(self, wanted=None):
        """Takes the oldest event that wanted holds for; older ones stay. Its whole message."""
        deadline = time.monotonic() + DEADLINE_S
        while True:
            for event in self.events:
                if wanted is None or wanted(event):
                    self.events.remove(event)
                    return event
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"no such event came; there are {list(self.events)}")
            self.poll(left)

    def wait_call(self, notification_type="StatusChange", state=None):
        """The data of the next call notice of that type (and state)."""
        def wanted(event):
            data = event["data"]
            return (event["channel"] == CALLS and data.get("notificationType") == notification_type
                    and (state is None or data["call"]["state"] == state))
        return self.wait(wanted)["data"]

    def take_all(self):
        """All events that the server has for us now, oldest first. An answered request's notices are
        there when its answer is, so nothing has to be waited for."""
        self.settle()
        events = list(self.events)
        self.events.clear()
        return events


class LongPolling(Bayeux):
    """Two connections as browsers use them: one for the connect, one for everything else."""

    connection_type = "long-polling"

    def __init__(self, server, user, ack=False, path=NOTIFICATIONS, appends_type=True):
        super().__init__(ack)
        self.path = path
        self.appends_type = appends_type
        self.http = Http(server, user)
        self.poll_http = Http(server, user)
        self.poll_http.cookies = self.http.cookies

    def address(self, messages):
        channel = messages[0].get("channel", "") if messages else ""
        kind = channel[len("/meta/"):] if channel.startswith("/meta/") else ""
        if self.appends_type and kind in ("handshake", "connect", "disconnect"):
            return f"{self.path}/{kind}"
        return self.path

    def post(self, messages, http=None, timeout=DEADLINE_S):
        answer = (http or self.http).post(self.address(messages), messages, timeout=timeout)
        assert answer.status == 200, answer
        replies = answer.json
        assert isinstance(replies, list) and replies, answer
        self.take_in(replies)
        return replies

    def call(self, channel, **fields):
        message = self.message(channel, **fields)
        replies = self.post([message])
        mine = [reply for reply in replies if reply.get("id") == message["id"]]
        assert len(mine) == 1, replies
        return mine[0]

    def connect(self, timeout_ms=None, **fields):
        """One connect; its reply. Held by the server until there is an event or the time is over."""
        message = self.connect_message(timeout_ms, **fields)
        replies = self.post([message], http=self.poll_http)
        assert replies[-1]["channel"] == "/meta/connect" and replies[-1]["id"] == message["id"]
        return replies[-1]

    def hold(self):
        """Leaves a connect with the server; its answer is read from what is returned."""
        raw = RawConnection(self.http.server)
        body = json.dumps([self.connect_message()])
        cookies = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        raw.send(f"POST {self.path}/connect HTTP/1.1\r\nHost: x\r\n"
                 f"Authorization: {self.http.authorization}\r\nCookie: {cookies}\r\n"
                 f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}")
        # What was sent before a round trip on another connection has been read when that is over;
        # the second is for a turn of the loop that took them in the other order.
        for _ in range(2):
            Http(self.http.server).get("/healthz")
        return raw

    def held_reply(self, raw):
        answer = raw.response()
        assert answer.status == 200, answer
        self.take_in(answer.json)
        assert answer.json[-1]["channel"] == "/meta/connect", answer
        return answer.json[-1]

    def poll(self, left_s):
        reply = self.connect(timeout_ms=int(min(left_s, 10) * 1000))
        assert reply["successful"] is True, reply

    def settle(self):
        reply = self.connect(timeout_ms=0)
        assert reply["successful"] is True, reply

    def close(self):
        self.http.close()
        self.poll_http.close()


class OverWebSocket(Bayeux):
    """Keeps one connect with the server, as the CometD client does, and reads frames as they come."""

    connection_type = "websocket"

    def __init__(self, server, user, ack=False, path=NOTIFICATIONS, headers=None):
        super().__init__(ack)
        self.server = server
        self.headers = headers or {"Authorization": Http(server, user).authorization}
        self.path = path
        self.socket = WebSocket(server, path, self.headers)
        self.held = None  # id of the connect that the server has

    def reopen(self):
        """A new socket for the same session."""
        self.socket.close()
        self.socket = WebSocket(self.server, self.path, self.headers)
        self.held = None

    def send(self, messages):
        self.socket.send_text(json.dumps(messages))

    def read(self, timeout=DEADLINE_S):
        messages = json.loads(self.socket.receive_text(timeout))
        assert isinstance(messages, list) and messages, messages
        self.take_in(messages)
        for message in messages:
            if message.get("channel") == "/meta/connect" and message.get("id") == self.held:
                self.held = None
        return messages

    def read_reply(self, message_id):
        deadline = time.monotonic() + DEADLINE_S
        while True:
            for message in self.read(max(0.01, deadline - time.monotonic())):
                if message.get("id") == message_id:
                    return message

    def call(self, channel, **fields):
        message = self.message(channel, **fields)
        self.send([message])
        return self.read_reply(message["id"])

    def connect(self, timeout_ms=None, **fields):
        message = self.connect_message(timeout_ms, **fields)
        self.send([message])
        return self.read_reply(message["id"])

    def hold(self):
        """Leaves a connect with the server."""
        if self.held is None:
            message = self.connect_message()
            self.held = message["id"]
            self.send([message])

    def poll(self, left_s):
        self.hold()
        self.read(left_s)

    def settle(self):
        """A round trip behind which everything that was to be pushed has been pushed."""
        if self.ack:
            # A newer connect takes the place of the held one and is answered at once.
            self.held = None
            self.connect(timeout_ms=0)
        else:
            self.call("/meta/subscribe", subscription=CALLS)

    def close(self):
        self.socket.close()


def bayeux(kind, server, user, ack=False):
    return {"long-polling": LongPolling, "websocket": OverWebSocket}[kind](server, user, ack=ack)
