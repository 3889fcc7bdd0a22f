# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""HTTPS by the server itself: what is spoken, a new certificate without a new start, and whoever does
not speak it."""

import shutil
import signal
import socket
import ssl
import subprocess

import pytest

from support.bayeux import LongPolling, OverWebSocket
from support.config import configured
from support.rest import Agent, Http, RawConnection, basic
from support.server import DEADLINE_S, binary

GET = b"GET /api/v2/diagnostics/version HTTP/1.1\r\nHost: x\r\n\r\n"


def make(folder, name):
    """A self-signed certificate for 127.0.0.1: its file and its key's."""
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-out", str(certificate), "-keyout", str(key)], check=True, capture_output=True)
    return certificate, key


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    return make(tmp_path_factory.mktemp("old"), "old")


@pytest.fixture(scope="module")
def new(tmp_path_factory):
    return make(tmp_path_factory.mktemp("new"), "new")


@pytest.fixture
def tls(start_server, tmp_path, old, new):
    """A server with the old certificate, in files that a test may replace; its clients trust both."""
    context = ssl.create_default_context()
    for name, (certificate, key) in {"old": old, "new": new}.items():
        context.load_verify_locations(certificate)
        if name == "old":
            shutil.copy(certificate, tmp_path / "server.crt")
            shutil.copy(key, tmp_path / "server.key")
    return configured(start_server, tmp_path, f"tls_certificate = {tmp_path}/server.crt",
                      f"tls_key = {tmp_path}/server.key", tls=context)


def name_of(connection):
    return dict(pair[0] for pair in connection.getpeercert()["subject"])["commonName"]


def reload(server):
    mark = len(server.output)
    server.process.send_signal(signal.SIGHUP)
    return server.wait_line("tls.", since=mark)


def test_everything_works_over_it(tls):
    agents = [Agent(tls, 0), Agent(tls, 1)]
    polling = LongPolling(tls, "agent0", ack=True).open("/v2/me/calls")
    pushed = OverWebSocket(tls, "agent1").open("/v2/me/calls")
    call_id = agents[0].dial("15001")
    pushed.hold()
    assert pushed.wait_call(state="Ringing")["call"]["uri"].startswith(tls.base)
    assert polling.wait_call(state="Dialing")
    value = "x" * 16000
    for number in range(3):
        agents[0].operate(call_id, "AttachUserData", userData={f"k{number}": value})
        assert polling.wait_call("AttachedDataChanged")["call"]["userData"][f"k{number}"] == value
        assert pushed.wait_call("AttachedDataChanged")["call"]["userData"][f"k{number}"] == value
    polling.close()
    pushed.close()


def test_cookies_are_secure(tls):
    lines = Http(tls, "agent0").get("/api/v2/me").header_all("set-cookie")
    assert len(lines) == 1 and "; Secure; SameSite=Lax" in lines[0]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_and_resumed_sessions(tls, version):
    tls.tls.maximum_version = tls.tls.minimum_version = version
    session = None
    for is_resumed in (False, True):
        plain = socket.create_connection(("127.0.0.1", tls.port), timeout=DEADLINE_S)
        connection = tls.tls.wrap_socket(plain, server_hostname="127.0.0.1", session=session)
        connection.sendall(GET)
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")
        assert connection.session_reused is is_resumed
        session = connection.session
        connection.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_is_older_is_refused(tls):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1_1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", tls.port), timeout=DEADLINE_S) as plain:
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(plain)
    tls.wait_line("tls.refused")


def test_http_1_1_is_agreed_where_clients_offer_more(tls):
    tls.tls.set_alpn_protocols(["h2", "http/1.1"])
    connection = tls.connect()
    assert connection.selected_alpn_protocol() == "http/1.1"
    connection.close()


class ByHand:
    """A client whose bytes the test carries to and fro, as many at a time as it likes."""

    def __init__(self, server, at_a_time):
        self.at_a_time = at_a_time
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.client = server.tls.wrap_bio(self.incoming, self.outgoing, server_hostname="127.0.0.1")
        self.plain = socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE_S)
        self.plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.until_done(self.client.do_handshake)

    def flush(self):
        while piece := self.outgoing.read(self.at_a_time):
            self.plain.sendall(piece)

    def until_done(self, act):
        while True:
            try:
                result = act()
                self.flush()
                return result
            except ssl.SSLWantReadError:
                self.flush()
                data = self.plain.recv(self.at_a_time)
                assert data, "the server closed"
                self.incoming.write(data)


def test_bytes_one_by_one(tls):
    by_hand = ByHand(tls, 1)
    by_hand.until_done(lambda: by_hand.client.write(GET))
    assert by_hand.until_done(lambda: by_hand.client.read(15)) == b"HTTP/1.1 200 OK"
    by_hand.plain.close()


def test_pipelined_requests_and_the_end(tls):
    raw = RawConnection(tls)
    raw.send(GET * 500 + GET.replace(b"Host", b"Connection: close\r\nHost"))
    for _ in range(501):
        assert raw.response().status == 200
    # Told, and not cut off.
    raw.socket.suppress_ragged_eofs = False
    assert raw.is_closed_by_peer()
    raw.close()


def test_who_says_that_he_says_no_more_is_answered(tls):
    by_hand = ByHand(tls, 4096)
    by_hand.client.write(f"GET /api/v2/me HTTP/1.1\r\nHost: x\r\nAuthorization: {basic('agent0')}\r\n\r\n".encode())
    with pytest.raises(ssl.SSLWantReadError):
        by_hand.client.unwrap()
    assert by_hand.until_done(lambda: by_hand.client.read(15)) == b"HTTP/1.1 200 OK"
    by_hand.plain.close()


def test_a_new_certificate_is_for_new_connections(tls, tmp_path, new):
    before = RawConnection(tls)
    session = OverWebSocket(tls, "agent0").open("/v2/me/calls")
    assert name_of(before.socket) == "old"
    shutil.copy(new[0], tmp_path / "server.crt")
    shutil.copy(new[1], tmp_path / "server.key")
    assert "tls.certificate " in reload(tls)
    after = RawConnection(tls)
    assert name_of(after.socket) == "new"
    for raw in (before, after):
        raw.send(GET)
        assert raw.response().status == 200
        raw.close()
    session.settle()
    session.close()


@pytest.mark.parametrize("certificate,key,reason", [
    ("new", "old", "mismatch"), ("garbage", "old", "start line"), ("old", "garbage", "tls_key"),
    ("absent", "old", "No such file")])
def test_one_that_cannot_be_used_changes_nothing(tls, tmp_path, old, new, certificate, key, reason):
    for name, which, place in ((certificate, 0, "server.crt"), (key, 1, "server.key")):
        (tmp_path / place).unlink()
        if name == "garbage":
            (tmp_path / place).write_text("garbage\n", encoding="utf-8")
        elif name != "absent":
            shutil.copy({"old": old, "new": new}[name][which], tmp_path / place)
    line = reload(tls)
    assert "tls.certificate_kept" in line and reason in line, line
    connection = tls.connect()
    assert name_of(connection) == "old"
    connection.close()


def test_without_tls_the_signal_does_nothing(server):
    assert "tls.none" in reload(server)
    assert Http(server).get("/healthz").status == 200


def test_plain_http_is_told_what_is_spoken_here(tls):
    with socket.create_connection(("127.0.0.1", tls.port), timeout=DEADLINE_S) as plain:
        plain.sendall(GET)
        answer = b""
        while data := plain.recv(4096):
            answer += data
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n") and answer.endswith(b"https only"), answer
    assert Http(tls).get("/healthz").status == 200


@pytest.mark.parametrize("junk", [b"\x16\x03\x01\x00\x05hello", b"\x80\x80\x01\x03\x01", b"\x00" * 100, b"x", b""])
def test_junk_harms_nobody(tls, junk):
    with socket.create_connection(("127.0.0.1", tls.port), timeout=DEADLINE_S) as plain:
        plain.sendall(junk)
        plain.shutdown(socket.SHUT_WR)
        while plain.recv(4096):
            pass
    connection = tls.connect()
    connection._sslobj = None  # What follows is not sealed.
    socket.socket.sendall(connection, junk)
    connection.close()
    assert Http(tls).get("/healthz").status == 200


@pytest.mark.parametrize("lines,words", [
    (["tls_certificate = {old[0]}"], "[server] tls_key: needed with tls_certificate"),
    (["tls_key = {old[1]}"], "[server] tls_certificate: needed with tls_key"),
    (["tls_certificate = /nowhere", "tls_key = {old[1]}"],
     "[server] tls_certificate: /nowhere: No such file or directory"),
    (["tls_certificate = {old[0]}", "tls_key = {new[1]}"], "mismatch"),
    (["tls_certificate = {old[0]}", "tls_key = {old[0]}"], "[server] tls_key: {old[0]}: "),
])
@pytest.mark.parametrize("command", [["check-config"], ["serve", "--config"]])
def test_what_cannot_work_is_refused_at_the_start(tmp_path, old, new, lines, words, command):
    path = tmp_path / "server.ini"
    text = "\n".join(["[server]", f"data = {tmp_path}/data", *lines, ""])
    path.write_text(text.format(old=old, new=new), encoding="utf-8")
    run = subprocess.run([str(binary()), *command, str(path)], capture_output=True, text=True, timeout=DEADLINE_S,
                         check=False)
    assert run.returncode == 2 and run.stdout == "", run
    assert run.stderr.startswith(f"cordboard: {path}: ") and words.format(old=old, new=new) in run.stderr, run.stderr
