# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""The outer side of SIP on the whole server: TLS by configuration, and what /metrics says of it."""

import re
import ssl
import subprocess
import urllib.request

import pytest
from phonelib import SipSocket, StreamSocket, free_port, wait_for
from sip_server import SipServer
from support.server import binary
from test_driver_transports import certificate
import socket


@pytest.fixture
def edge(tmp_path):
    """The server with SIP over TLS at .tls_port."""
    it = SipServer(tmp_path)
    files = certificate(tmp_path, "localhost")
    it.tls_port = free_port(socket.SOCK_STREAM)
    text = it.config.read_text()
    it.config.write_text(text.replace("[line]\n", f"[line]\nsip_tls = 127.0.0.1:{it.tls_port}\n"
                                      f"sip_tls_certificate = {files[0]}\n"
                                      f"sip_tls_key = {files[1]}\nguard_failures = 3\n", 1))
    try:
        yield it.start()
        it.stop()
    finally:
        it.discard()


def metric(server, name):
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    found = re.search(rf"^{re.escape(name)} (\d+)$", text, re.M)
    return int(found.group(1)) if found else None


def on_tls(server, user="15000"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return StreamSocket(server.tls_port, user, "s" + user, tls=context)


def test_registers_over_tls(edge):
    phone = on_tls(edge)
    assert phone.register().status == 200
    wait_for(lambda: metric(edge, "cordboard_devices_registered") == 1, "the device is registered")
    wait_for(lambda: metric(edge, "cordboard_sip_tls_connections") == 1, "its connection is counted")
    phone.close()


def test_a_closed_connection_leaves_nothing_behind(edge):
    for _ in range(20):
        phone = on_tls(edge)
        assert phone.ask("OPTIONS").status == 200
        phone.close()
    wait_for(lambda: metric(edge, "cordboard_sip_requests_total{method=\"OPTIONS\"}") == 20, "all came")
    wait_for(lambda: metric(edge, "cordboard_sip_tls_connections") == 0, "all are gone")


def test_refusals_are_counted_by_reason(edge):
    wrong, unknown = SipSocket(edge.sip_port, "15000", "no"), SipSocket(edge.sip_port, "19999")
    assert unknown.ask("REGISTER").status == 401
    assert unknown.ask("REGISTER", headers=["Require: nothingSipSays"]).status == 420
    assert wrong.register().status == 403
    wrong.send(wrong.request("OPTIONS")[0].replace("CSeq: ", "CSeq: x"))
    assert wrong.receive().status == 400
    wrong.send(wrong.request("OPTIONS")[0])

    def refused(reason):
        return metric(edge, f'cordboard_sip_refusals_total{{reason="{reason}"}}')
    wait_for(lambda: refused("shut_out") == 1, "it is not heard any more")
    assert [refused(reason) for reason in ("device", "credentials", "malformed", "request")] == [1, 1, 1, 1]
    wrong.close()
    unknown.close()


@pytest.mark.parametrize("lines, complaint", [
    ("sip_tls = 127.0.0.1:5061", "sip_tls_key"),
    ("sip_tls = 127.0.0.1:5061\nsip_tls_certificate = /nowhere\nsip_tls_key = /nowhere", "/nowhere"),
])
def test_what_does_not_fit_is_told(tmp_path, lines, complaint):
    path = tmp_path / "bad.ini"
    path.write_text(f"[line]\ndriver = sip\n{lines}\n")
    done = subprocess.run([str(binary()), "check-config", str(path)], capture_output=True, text=True)
    assert done.returncode and complaint in done.stderr
