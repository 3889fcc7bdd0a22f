# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""A provider at the other end of a trunk: a bare SIP socket on an address of its own (127.0.0.2 and
so on, since a trunk's peer is known by its address), with a tone for a voice."""

import array
import hashlib
import math
import re
import select
import socket
import ssl
import threading
import time
import uuid

import phonelib
from phonelib import SipSocket, StreamSocket, sdp, sdp_port, tone_seconds, ulaw_to_linear
from sip_server import SipServer


def linear_to_ulaw(sample):
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + 0x84
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | (magnitude >> (exponent + 3)) & 0x0F) & 0xFF


class Voice:
    """RTP of PCMU: sends a tone every 20 ms to where it is told, and keeps what it hears."""

    def __init__(self, address, frequency):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.port = self.socket.getsockname()[1]
        self.target = None
        self.heard_samples = array.array("h")
        self.is_over = False
        samples = [int(8000 * math.sin(2 * math.pi * frequency * i / 8000)) for i in range(8000)]
        self.tone = bytes(linear_to_ulaw(s) for s in samples)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        sequence, due = 0, time.monotonic()
        while not self.is_over:
            left = due - time.monotonic()
            if left > 0:
                if select.select([self.socket], [], [], left)[0]:
                    self.heard_samples.extend(ulaw_to_linear(self.socket.recv(2048)[12:]))
                continue
            due += 0.02
            if self.target:
                at = sequence * 160 % len(self.tone)
                head = bytes([0x80, 0]) + (sequence & 0xFFFF).to_bytes(2, "big") + \
                    (sequence * 160 & 0xFFFFFFFF).to_bytes(4, "big") + b"cord"
                self.socket.sendto(head + self.tone[at:at + 160], self.target)
                sequence += 1

    def heard(self, frequency):
        return tone_seconds(self.heard_samples, 8000, frequency)

    def stop(self):
        self.is_over = True
        self.thread.join()
        self.socket.close()


class Provider(SipSocket):
    """The other side of a trunk; its calls are answered and made step by step."""

    def __init__(self, server_port, address="127.0.0.2", frequency=700, port=0):
        super().__init__(server_port, user="+49891000")
        self.socket.close()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, port))
        self.port = self.socket.getsockname()[1]
        self.address = address
        self.voice = Voice(address, frequency)

    def request(self, method, **parts):
        return super().request(method, via_host=self.address, **parts)

    def stop(self):
        self.voice.stop()
        self.close()

    @property
    def contact(self):
        return f"Contact: <sip:{self.address}:{self.port}>"

    def body(self):
        return sdp(self.voice.port, address=self.address)

    def hear_from(self, message):
        self.voice.target = ("127.0.0.1", sdp_port(message.body))

    def challenge(self, request, status=407, algorithm="MD5", nonce=None, stale=False):
        """Refuses a request until it proves who we are."""
        name = "Proxy-Authenticate" if status == 407 else "WWW-Authenticate"
        self.nonce = nonce or uuid.uuid4().hex
        self.respond(request, status, "Who are you", tag=uuid.uuid4().hex[:8], headers=(
            f'{name}: Digest realm="provider", nonce="{self.nonce}", algorithm={algorithm}, '
            'qop="auth"' + ", stale=true" * stale,))

    def proof(self, request, user, secret):
        """The parameters of the request's credentials, which are right; None: it has none."""
        value = request.get("proxy-authorization") or request.get("authorization")
        if not value:
            return None
        p = {k.lower(): a or b for k, a, b in re.findall(r'(\w+)=(?:"([^"]*)"|([^",\s]+))', value)}
        hashing = hashlib.sha256 if p["algorithm"] == "SHA-256" else hashlib.md5

        def h(text):
            return hashing(text.encode()).hexdigest()
        right = h(":".join((h(f"{user}:provider:{secret}"), p["nonce"], p["nc"], p["cnonce"], "auth",
                            h(f"{request.method}:{p['uri']}"))))
        assert p["username"] == user and p["response"] == right and p["uri"] in request.first, p
        return p

    def expect(self, method, seconds=10.0):
        return self.receive(seconds, lambda m: m.method == method)

    def answer(self, invite, tag=None):
        """180 and 200 to an INVITE that came in; returns our tag once the ACK is there."""
        tag = tag or uuid.uuid4().hex[:8]
        self.respond(invite, 180, "Ringing", tag=tag, headers=(self.contact,))
        self.respond(invite, 200, tag=tag, headers=(self.contact,), body=self.body())
        self.hear_from(invite)
        self.expect("ACK")
        return tag

    def call(self, number, headers=(), caller="+49891000", passes=70):
        """An INVITE to the server; returns it as sent, for what follows in the dialog."""
        self.user, self.cseq = caller, 0
        self.tag, self.call_id = uuid.uuid4().hex[:8], uuid.uuid4().hex
        self.uri = f"sip:{number}@127.0.0.1:{self.server[1]}"
        text, self.branch = self.request("INVITE", uri=self.uri, to=self.uri, body=self.body(),
                                         headers=(self.contact, *headers))
        self.send(text.replace("Max-Forwards: 70", f"Max-Forwards: {passes}"))

    def status(self, least, seconds=10.0):
        answer = self.receive(seconds, lambda m: m.status >= least and "INVITE" in m.get("cseq")
                              and m.get("call-id") == self.call_id)
        if answer.status >= 300:
            self.ack(answer, self.uri, 1)
        return answer

    def answered(self, seconds=10.0):
        ok = self.status(200, seconds)
        assert ok.status == 200, ok.first
        self.remote_tag = ok.tag("to")
        text, _ = self.request("ACK", uri=self.uri, to=self.uri, to_tag=self.remote_tag, cseq=1)
        self.send(text)
        self.hear_from(ok)
        return ok

    def hang_up(self):
        return self.ask("BYE", uri=self.uri, to=self.uri, to_tag=self.remote_tag)


class TlsProvider(StreamSocket, Provider):
    """The same over TLS: it takes the server's connection, or opens one itself. files: of its certificate
    and key."""

    def __init__(self, server_port, files, address="127.0.0.2", port=0):
        Provider.__init__(self, server_port, address)
        self.socket.close()
        self.socket, self.data, self.transport = None, b"", "TLS"
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*files)
        self.listener = socket.create_server((address, port))
        self.port = self.listener.getsockname()[1]

    @property
    def contact(self):
        return f"Contact: <sip:{self.address}:{self.port};transport=tls>"

    def accept(self, seconds=10.0):
        self.listener.settimeout(seconds)
        try:
            far, _ = self.listener.accept()
        except TimeoutError:
            raise AssertionError("no connection within the time") from None
        far.settimeout(seconds)
        self.socket, self.data = self.context.wrap_socket(far, server_side=True), b""

    def connect(self, source_port=0):
        """To the server, which shows itself to be nobody in particular, and we to it neither."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        near = socket.socket()
        near.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        near.bind((self.address, source_port))
        near.settimeout(5)
        near.connect(self.server)
        self.socket, self.data = context.wrap_socket(near), b""

    def receive(self, seconds=3.0, want=lambda m: True):
        if not self.socket:
            self.accept(seconds)
        return super().receive(seconds, want)

    def hears_nothing(self, seconds=10.0):
        """The server ends the connection and has sent nothing over it."""
        try:
            return self.data + self.read(seconds) == b""
        except OSError:
            return True
        finally:
            self.socket.close()
            self.socket = None

    def close(self):
        self.listener.close()
        if self.socket:
            self.socket.close()


def user_of(uri):
    return re.search(r"sips?:([^@;>]*)@", uri).group(1)


class TrunkServer(SipServer):
    """The server of the other tests, in Berlin, with a queue 9000 and trunks as a test writes
    them."""

    def __init__(self, directory, trunks, more=""):
        super().__init__(directory)
        text = self.config.read_text()
        self.config.write_text(text + "[site]\ncountry = DE\narea_code = 30\n"
                               "main_number = +4930555\n[queue 9000]\nagents = all\n"
                               + trunks + more)


__all__ = ["Provider", "TlsProvider", "TrunkServer", "Voice", "user_of", "phonelib"]
