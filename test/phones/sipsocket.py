# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""A bare SIP socket, for what no telephone does: the test writes each header that matters to it."""

import hashlib
import re
import select
import socket
import time
import uuid

REALM = "cordboard"


# ---- digest ----

def ha1(user, secret, algorithm="MD5"):
    text = f"{user}:{REALM}:{secret}".encode()
    return hashlib.md5(text).hexdigest() if algorithm == "MD5" else hashlib.sha256(text).hexdigest()


def digest_header(challenge, user, secret, method, uri, nc=1):
    """The Authorization header that answers a challenge (a dict of its parameters)."""
    algorithm = challenge.get("algorithm", "MD5")
    hashing = hashlib.md5 if algorithm == "MD5" else hashlib.sha256

    def h(text):
        return hashing(text.encode()).hexdigest()
    cnonce, count = uuid.uuid4().hex[:16], f"{nc:08x}"
    first = h(f"{user}:{challenge['realm']}:{secret}")
    response = h(f"{first}:{challenge['nonce']}:{count}:{cnonce}:auth:{h(method + ':' + uri)}")
    return (f'Digest username="{user}", realm="{challenge["realm"]}", nonce="{challenge["nonce"]}", '
            f'uri="{uri}", response="{response}", algorithm={algorithm}, cnonce="{cnonce}", '
            f"qop=auth, nc={count}")


# ---- a bare SIP socket, for what no telephone does ----

class Message:
    def __init__(self, data):
        head, _, self.body = data.decode(errors="replace").partition("\r\n\r\n")
        self.raw = data
        lines = head.split("\r\n")
        self.first = lines[0]
        self.headers = [(n.strip().lower(), v.strip())
                        for n, v in (line.split(":", 1) for line in lines[1:])]

    @property
    def status(self):
        return int(self.first.split()[1]) if self.first.startswith("SIP/2.0") else 0

    @property
    def method(self):
        return "" if self.status else self.first.split()[0]

    def all(self, name):
        return [v for n, v in self.headers if n == name.lower()]

    def get(self, name):
        values = self.all(name)
        return values[0] if values else None

    def challenges(self):
        return [dict((k.lower(), v1 or v2)
                     for k, v1, v2 in re.findall(r'(\w+)=(?:"([^"]*)"|([^",\s]+))', v))
                for v in self.all("www-authenticate")]

    def tag(self, name):
        found = re.search(r";tag=([^;>\s]+)", self.get(name) or "")
        return found.group(1) if found else None


class SipSocket:
    """Sends requests and takes answers; the test writes each header that matters to it."""

    transport = "UDP"

    def __init__(self, server_port, user="15000", secret="secret"):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.server = ("127.0.0.1", server_port)
        self.user, self.secret = user, secret
        self.tag = uuid.uuid4().hex[:8]
        self.call_id = uuid.uuid4().hex
        self.cseq = 0
        self.heard = []  # all that came, also what was passed over

    def close(self):
        self.socket.close()

    def send(self, text):
        self.socket.sendto(text.encode(), self.server)

    def receive(self, seconds=3.0, want=lambda m: True):
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                raise AssertionError("no SIP message within the time")
            message = Message(self.socket.recv(65536))
            self.heard.append(message)
            if want(message):
                return message

    def request(self, method, uri=None, to=None, headers=(), body="", cseq=None, branch=None,
                from_tag=None, to_tag=None, call_id=None, rport=True, via_host="127.0.0.1"):
        """Builds a request; returns (text, branch)."""
        host = f"127.0.0.1:{self.server[1]}"
        if cseq is None:
            self.cseq += 1
            cseq = self.cseq
        branch = branch or "z9hG4bK" + uuid.uuid4().hex
        uri = uri or f"sip:{host}"
        to = to or f"sip:{self.user}@{host}"
        lines = [f"{method} {uri} SIP/2.0",
                 f"Via: SIP/2.0/{self.transport} {via_host}:{self.port};branch={branch}" + (";rport" * rport),
                 "Max-Forwards: 70",
                 f"From: <sip:{self.user}@{host}>;tag={from_tag or self.tag}",
                 f"To: <{to}>" + (f";tag={to_tag}" if to_tag else ""),
                 f"Call-ID: {call_id or self.call_id}",
                 f"CSeq: {cseq} {method}", *headers]
        if body:
            lines.append("Content-Type: application/sdp")
        lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join(lines) + "\r\n\r\n" + body, branch

    def ask(self, method, seconds=3.0, **parts):
        """Sends a request and returns its final answer."""
        text, branch = self.request(method, **parts)
        self.send(text)
        return self.receive(seconds, lambda m: m.status >= 200 and branch in (m.get("via") or ""))

    def ask_with_digest(self, method, algorithm="MD5", uri=None, headers=(), **parts):
        """The same, answering the challenge of that algorithm."""
        uri = uri or f"sip:127.0.0.1:{self.server[1]}"
        first = self.ask(method, uri=uri, headers=headers, **parts)
        if first.status != 401:
            return first
        if method == "INVITE":
            self.ack(first, uri, self.cseq)
        challenge = next(c for c in first.challenges() if c["algorithm"] == algorithm)
        proof = digest_header(challenge, self.user, self.secret, method, uri)
        return self.ask(method, uri=uri, headers=(*headers, "Authorization: " + proof), **parts)

    def ack(self, answer, uri, cseq):
        """For a failure: on the branch of its INVITE."""
        branch = re.search(r"branch=([^;\s]+)", answer.get("via")).group(1)
        text, _ = self.request("ACK", uri=uri, cseq=cseq, branch=branch, to_tag=answer.tag("to"),
                               to=re.search(r"<([^>]+)>", answer.get("to")).group(1))
        self.send(text)

    def contact(self):
        named = "" if self.transport == "UDP" else f";transport={self.transport.lower()}"
        return f"sip:{self.user}@127.0.0.1:{self.port}{named}"

    def register(self, expires=300, contact=None, algorithm="MD5", headers=(), **parts):
        contact = contact or f"<{self.contact()}>"
        return self.ask_with_digest("REGISTER", algorithm=algorithm, headers=(
            f"Contact: {contact}", f"Expires: {expires}", *headers), **parts)

    def respond(self, request, status, phrase="OK", tag=None, headers=(), body=""):
        """Answers a request that came in."""
        to = request.get("to")
        if tag and ";tag=" not in to:
            to += f";tag={tag}"
        lines = [f"SIP/2.0 {status} {phrase}", *[f"Via: {v}" for v in request.all("via")],
                 f"From: {request.get('from')}", f"To: {to}", f"Call-ID: {request.get('call-id')}",
                 f"CSeq: {request.get('cseq')}", *headers]
        if body:
            lines.append("Content-Type: application/sdp")
        lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join(lines) + "\r\n\r\n" + body)


class StreamSocket(SipSocket):
    """The same over TCP, or TLS; nobody listens at its Contact."""

    def __init__(self, server_port, user="15000", secret="secret", tls=None):
        super().__init__(server_port, user, secret)
        self.socket.close()
        self.transport = "TLS" if tls else "TCP"
        self.socket = socket.create_connection(self.server, 5)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self.port = self.socket.getsockname()[1]
        self.data = b""

    def send(self, text):
        self.socket.sendall(text.encode())

    def read(self, seconds):
        """More bytes; none at the end of the connection."""
        is_there = getattr(self.socket, "pending", lambda: 0)()
        if not is_there and not select.select([self.socket], [], [], seconds)[0]:
            raise AssertionError("no SIP message within the time")
        return self.socket.recv(65536)

    def receive(self, seconds=3.0, want=lambda m: True):
        end = time.monotonic() + seconds
        while True:
            head, found, rest = self.data.partition(b"\r\n\r\n")
            length = re.search(rb"(?im)^content-length: *(\d+)", head)
            if found and head.strip() and len(rest) >= int(length.group(1)):
                cut = len(head) + 4 + int(length.group(1))
                message = Message(self.data[:cut])
                self.data = self.data[cut:]
                self.heard.append(message)
                if want(message):
                    return message
                continue
            part = self.read(max(0, end - time.monotonic()))
            assert part, "the connection was closed"
            self.data += part


def sdp(port, direction="sendrecv", events=101, address="127.0.0.1", payloads="0"):
    text = (f"v=0\r\no=- 1 1 IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP {payloads}" + (f" {events}" if events else "") + "\r\n"
            "a=rtpmap:0 PCMU/8000\r\n")
    if events:
        text += f"a=rtpmap:{events} telephone-event/8000\r\n"
    return text + f"a={direction}\r\n"


def sdp_port(body):
    return int(re.search(r"m=audio (\d+)", body).group(1))
