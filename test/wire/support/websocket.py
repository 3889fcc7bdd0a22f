# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""A WebSocket client of our own (RFC 6455), so that a test can also break the rules."""

import base64
import hashlib
import json
import os
import struct

from support import schema
from support.server import DEADLINE_S

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Refused(Exception):
    def __init__(self, head, rest):
        super().__init__(head.split("\r\n")[0])
        self.status = int(head.split(" ")[1])
        self.head = head
        self.rest = rest


class Closed(Exception):
    def __init__(self, code):
        super().__init__(f"closed with {code}")
        self.code = code


def _user_of(headers):
    kind, _, credentials = headers.get("Authorization", "").partition(" ")
    return base64.b64decode(credentials).decode().partition(":")[0] if kind == "Basic" else None


class WebSocket:
    def __init__(self, server, path="/api/v2/notifications", headers=None, timeout=DEADLINE_S):
        self.socket = server.connect(timeout)
        self.buffer = b""
        self.dialect = schema.dialect_of(server, _user_of(headers or {}))
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", "Upgrade: websocket",
                 "Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        self.head = head.decode("latin-1")
        if not self.head.startswith("HTTP/1.1 101"):
            raise Refused(self.head, self.buffer)
        accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
        assert f"sec-websocket-accept: {accept}".lower() in self.head.lower(), self.head

    def _more(self):
        data = self.socket.recv(65536)
        if not data:
            raise Closed(None)
        self.buffer += data

    def _take(self, count):
        while len(self.buffer) < count:
            self._more()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def send_frame(self, opcode, payload=b"", final=True, masked=True):
        head = bytes([(0x80 if final else 0) | opcode])
        bit = 0x80 if masked else 0
        if len(payload) < 126:
            head += bytes([bit | len(payload)])
        elif len(payload) < 65536:
            head += bytes([bit | 126]) + struct.pack(">H", len(payload))
        else:
            head += bytes([bit | 127]) + struct.pack(">Q", len(payload))
        if masked:
            mask = os.urandom(4)
            head += mask
            payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.socket.sendall(head + payload)

    def send_text(self, text):
        self.send_frame(TEXT, text.encode("utf-8"))

    def receive_frame(self):
        first, second = self._take(2)
        assert not second & 0x80, "a server must not mask"
        assert not first & 0x70, "a reserved bit is set though no extension was agreed"
        length = second & 0x7F
        if length == 126:
            length = struct.unpack(">H", self._take(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self._take(8))[0]
        return bool(first & 0x80), first & 0x0F, self._take(length)

    def receive_text(self, timeout=DEADLINE_S):
        """The next text message; pings are answered. Raises Closed when the server closes."""
        self.socket.settimeout(timeout)
        text = b""
        while True:
            final, opcode, payload = self.receive_frame()
            if opcode == PING:
                self.send_frame(PONG, payload)
            elif opcode == CLOSE:
                code = struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else None
                raise Closed(code)
            elif opcode != PONG:
                text += payload
                if final:
                    schema.check_messages(json.loads(text), self.dialect)
                    return text.decode("utf-8")

    def close(self):
        self.socket.close()
